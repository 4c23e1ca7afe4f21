"""Does anything of a learner's reach a page that a browser would run?"""

import base64

import pytest

from grading.outputs import (
    LARGEST_PICTURE,
    MOST_PICTURES,
    MOST_TEXT,
    safe_attachments,
    safe_list,
    safe_markdown,
    safe_outputs,
    safe_text,
)

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 10).decode()
SCRIPT = "<script>alert(1)</script>"


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    return {"output_type": "display_data", "data": data, "metadata": {"w": SCRIPT}}


def test_text_and_pictures_are_kept():
    data = {"image/png": PNG, "text/plain": "<Figure>", "text/html": SCRIPT}
    kept = safe_outputs([stream("hello\n"), display(**data)])
    assert kept[0].text == "hello\n"
    assert kept[1].data == {"image/png": PNG, "text/plain": "<Figure>"}
    assert SCRIPT not in str(kept[1].metadata)
    assert kept[1].metadata["image/png"]["alt"]


def test_a_result_is_shown_but_is_no_score():
    given = {"output_type": "execute_result", "data": {"text/plain": "99.0"}}
    (kept,) = safe_outputs([given])
    assert kept.output_type == "display_data"


@pytest.mark.parametrize(
    "output",
    [
        display(**{"text/html": SCRIPT}),
        display(**{"image/svg+xml": "<svg onload='x()'/>"}),
        display(**{"application/javascript": "alert(1)"}),
        display(**{"image/png": "not base64 \"onerror='x()'"}),
        display(**{"image/png": base64.b64encode(b"GIF89a").decode()}),
        display(**{"image/png": 7}),
        {"output_type": "update_display_data", "data": {"text/plain": "x"}},
        {"output_type": ["stream"]},
        {"output_type": "display_data", "data": SCRIPT},
        "text",
        None,
    ],
)
def test_the_rest_is_left_out(output):
    assert safe_outputs([output]) == []


def test_a_flood_is_cut_and_says_so():
    (kept,) = safe_outputs([stream("x" * 100_000_000)])
    assert len(kept.text) < MOST_TEXT + 100
    assert kept.text.endswith(f"… ({100_000_000 - MOST_TEXT:,} characters more)\n")
    many = safe_outputs([stream("y" * 1_000)] * 100_000)
    assert sum(len(output.text) for output in many) < MOST_TEXT + 100


def test_pictures_are_few_and_of_a_reasonable_size():
    assert len(safe_outputs([display(**{"image/png": PNG})] * 50)) == MOST_PICTURES
    large = base64.b64encode(base64.b64decode(PNG) + b"x" * LARGEST_PICTURE).decode()
    assert safe_outputs([display(**{"image/png": large})]) == []


def test_an_error_is_shown_once():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no",
        "traceback": ["\x1b[31mValueError\x1b[0m: no"],
    }
    (kept,) = safe_outputs([error], "ValueError: no")
    assert kept.traceback == ["ValueError: no"]
    (told,) = safe_outputs([], "NameError: name 'x' is not defined")
    assert told.ename == "NameError"


@pytest.mark.parametrize(
    "source",
    [
        SCRIPT,
        "<img src=x onerror=alert(1)>",
        "a <b\nonclick='x()'>c</b>",
        "</div><iframe src='data:text/html,x'>",
        "<!-- x --><?php ?>",
    ],
)
def test_prose_opens_no_tag(source):
    kept = safe_markdown(source)
    assert all(
        not kept[i + 1 : i + 2].isalpha() for i in range(len(kept)) if kept[i] == "<"
    )
    assert "</" not in kept
    assert "<!" not in kept


def test_prose_names_no_address_that_is_code():
    assert "javascript:" not in safe_markdown("[x](javascript:alert(1))")
    assert "JavaScript&" not in safe_markdown("[x](JavaScript&colon;alert(1))")


def test_plain_prose_and_formulas_stay():
    prose = "Since $a < b$ and 3<4, `x < y`: **yes**.\n\n> quoted & fine"
    assert safe_markdown(prose) == prose


def test_attachments_are_pictures():
    kept = safe_attachments(
        {
            "plot.png": {"image/png": PNG, "text/html": SCRIPT},
            'x" onload="y': {"image/png": PNG},
            "page.html": {"text/html": SCRIPT},
            "odd": 3,
        }
    )
    assert kept == {"plot.png": {"image/png": PNG}}


def test_findings_become_text():
    assert safe_list([SCRIPT, "two\n\nlines"]) == (
        "<ul><li>&lt;script&gt;alert(1)&lt;/script&gt;</li><li>two lines</li></ul>"
    )


def test_an_address_in_memory_is_the_same_in_every_run():
    assert safe_text("<f at 0x7f12ab34cd56>") == safe_text("<f at 0x55aa11223344>")
