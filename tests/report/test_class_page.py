"""Is the class page whole, does it need nothing else, and can nothing in it run?"""

from base64 import b64decode
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from grading.report import class_page, learner_page
from grading.verdict import Line
from tests.report.reading import Page, harmless
from tests.report.synthetic import edited, room, with_copy

HOSTILE = "</td><script>alert(1)</script><img src=http://x.example onerror=alert(2)>"


@pytest.fixture(scope="module")
def classroom():
    return with_copy(room(60), "learner0003", "learner0007", "01.l2_one_loop")


@pytest.fixture(scope="module")
def page(classroom, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return Page(class_page(classroom.verdicts, classroom.sources, folder))


def test_every_tag_is_closed(page):
    assert (page.unclosed, page.astray) == ([], [])


def test_the_page_needs_no_script_and_nothing_from_elsewhere(page):
    assert harmless(page)
    assert "http" not in page.text


def test_the_figures_are_whole_pictures_that_say_what_they_show(page):
    images = [a.partition(",")[2] for a in page.addresses if a.startswith("data:")]
    titles = [value for name, value in page.attributes if name == "alt"]
    assert len(images) == len(titles) == 4
    assert titles[0].startswith("Half of 60 submissions have")
    for image in images:
        assert ElementTree.fromstring(b64decode(image)).tag.endswith("svg")


@pytest.mark.parametrize(
    "said",
    [
        "To repeat in the lecture no square root",
        "Each value is the square of the right one.",
        "case right tried on three points by hand",
        "raised: 5 learners; timed out: 4 learners",
        "ValueError: operands could not be broadcast together",
        "Similarity is no proof.",
        "learner0003, learner0007: 1 exercise",
        "copies = X_test[row].reshape(1, -1)",
        "Read by a person, 3 points more: written_shift.",
    ],
)
def test_the_page_says(page, said):
    assert said in page.text


def test_findings_name_the_learners(classroom, tmp_path):
    first = replace(classroom.verdicts[0], findings=("The cell is doubled.",))
    page = Page(class_page([first], None, tmp_path))
    assert "1 The cell is doubled. learner0000" in page.text


def test_a_test_of_the_instructors_own_is_named_and_is_nothing_odd(classroom, tmp_path):
    first = replace(classroom.verdicts[0], own_tests=("mine",), findings=())
    page = Page(class_page([first], None, tmp_path))
    assert "Tests of your own: mine." in page.text
    assert "What was odd Nothing." in page.text


@pytest.mark.parametrize("name", ["ada", "O'Hara & Søn #1", "100 %", "../up"])
def test_learners_lead_to_their_pages(classroom, tmp_path, name):
    verdict = replace(classroom.verdicts[0], student=name)
    path = learner_page(verdict, tmp_path)
    page = Page(class_page([verdict], None, tmp_path))
    (address,) = {a for a in page.addresses if a.startswith("learners/")}
    assert tmp_path / unquote(address) == path
    assert path.exists()


def test_names_messages_and_code_of_learners_are_shown_and_do_not_run(tmp_path):
    verdicts = [
        replace(
            edited(
                verdict,
                "01.l1_distances",
                status="raised",
                cases=(Line(HOSTILE, "raised", HOSTILE),),
                misconception=HOSTILE,
                hint=HOSTILE,
            ),
            student=f"{HOSTILE}{number}",
            findings=(HOSTILE,),
        )
        for number, verdict in enumerate(room(6).verdicts)
    ]
    code = " + ".join(f"x{i} * {i}.5 / f('{HOSTILE}')" for i in range(20))
    path = class_page(verdicts[:3], lambda verdict, exercise: code, tmp_path)
    page = Page(path)
    assert harmless(page)
    assert (page.unclosed, page.astray) == ([], [])
    assert page.text.count("<script>alert(1)</script>") > 10
    assert f"f('{HOSTILE}')" in page.text


def test_invisible_and_unpaired_characters_are_replaced(tmp_path):
    names = "\u202ereversed", "lone \udc80 surrogate", "bell \x07", "null \x00"
    verdicts = [
        replace(verdict, student=name)
        for verdict, name in zip(room(4).verdicts, names, strict=True)
    ]
    text = class_page(verdicts, None, tmp_path).read_text(encoding="utf-8")
    assert not set("\u202e\x07\x00") & set(text)
    assert "�reversed" in text


def test_scores_of_a_run_without_sandbox_are_marked(classroom, tmp_path):
    loose = replace(classroom.verdicts[0], sandbox="none")
    page = Page(class_page([loose, classroom.verdicts[1]], None, tmp_path))
    assert "Graded without a sandbox" in page.text
    assert "as far as the learner: learner0000." in page.text


def test_a_class_graded_wholly_without_sandbox_is_not_listed_by_name(tmp_path):
    loose = [replace(v, sandbox="none") for v in room(3).verdicts]
    text = Page(class_page(loose, None, tmp_path)).text
    assert "only as far as the learner: all of them." in text


def test_lessons_come_in_order_with_an_overview(classroom, tmp_path):
    start = room(5, lesson="00_start").verdicts
    page = Page(class_page([*classroom.verdicts, *start], None, tmp_path))
    assert page.text.index("00_start 5") < page.text.index("01_knn 60")
    assert "60 learners, 65 submissions in 2 lessons" in page.text


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_class_may_be_tiny_or_empty(size, tmp_path):
    small = room(size)
    page = Page(class_page(small.verdicts, small.sources, tmp_path))
    assert (page.unclosed, page.astray) == ([], [])


def test_a_class_in_which_nobody_got_anywhere_has_a_page(tmp_path):
    verdicts = [
        replace(v, exercises=(), seconds=0.0, findings=("It is not a notebook.",))
        for v in room(3).verdicts
    ]
    assert "It is not a notebook." in Page(class_page(verdicts, None, tmp_path)).text


def test_the_same_class_gives_the_same_page(classroom, tmp_path):
    texts = [
        class_page(verdicts, classroom.sources, tmp_path / name).read_bytes()
        for name, verdicts in (
            ("one", classroom.verdicts),
            ("two", classroom.verdicts[::-1]),
        )
    ]
    assert texts[0] == texts[1]


def test_a_class_of_a_thousand_has_a_page_of_a_few_megabytes(tmp_path):
    large = room(1000)
    path = class_page(large.verdicts, large.sources, tmp_path)
    assert path.stat().st_size < 5_000_000
    assert "1000 learners, 1000 submissions" in Page(path).text
