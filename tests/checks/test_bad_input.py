"""Whatever an answer does, `check` explains it, and never raises or grants points."""

import math
import subprocess
import sys

import numpy as np
import pytest

from tests.checks.bad_answers import BAD
from tests.checks.html_page import Page
from utils.checks import check, hint, notebook, use_class_seed
from utils.checks.exercise import Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises import find


def cases(rng):
    return [call("by hand", np.ones((2, 3))), call("any", rng.normal(size=(3, 4)))]


DOUBLED = Exercise(
    id="99.doubled",
    points=2,
    minutes=1,
    oracle=lambda x: 2 * x,
    cases=cases,
    rules=(keeps_inputs(share=0.5),),
    misconceptions=(Misconception("squared", lambda x: x**2, "Is it x times x?"),),
    worked="Twice (1, 2) is (2, 4).",
    seconds=0.5,
)
OUR_PATHS = ("utils/", "workbench", "local.py", "site-packages", "Traceback")


@pytest.fixture(autouse=True)
def one_exercise(monkeypatch):
    monkeypatch.setattr(notebook, "find", lambda _: DOUBLED)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_gets_a_card_that_helps(name, capfd):
    answer, words = BAD[name]
    result = check("99.doubled", answer)
    text, html = str(result), result._repr_html_()
    page = Page(html)
    assert words in " ".join(text.split())
    assert words.replace("`", "") in page.text
    assert not [path for path in OUR_PATHS if path in text + html]
    assert max(map(len, text.splitlines())) <= 80
    assert len(text) < 6_000
    assert len(html) < 20_000
    (text + html).encode()
    assert not page.tags & {"script", "style", "b"}
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_loses_points_and_shows_one_finite_float(name):
    shown = repr(check("99.doubled", BAD[name][0]))
    assert type(eval(shown)) is float
    assert math.isfinite(eval(shown))
    assert 0 <= eval(shown) < 2


def test_an_error_is_shown_with_the_learners_line(tmp_path):
    space = {}
    source = "def doubled(x):\n    y = 1\n    return x / nothing\n"
    path = tmp_path / "cell.py"
    path.write_text(source)
    exec(compile(source, str(path), "exec"), space)
    text = str(check("99.doubled", space["doubled"]))
    assert "NameError" in text
    assert "in line 3: `return x / nothing`" in " ".join(text.split())


def test_what_is_printed_is_a_note_and_costs_nothing(capfd):
    def doubled(x):
        print("<i>shape</i>", x.shape)
        return 2 * x

    result = check("99.doubled", doubled)
    assert repr(result) == "2.0"
    assert "shape" in str(result)
    assert "i" not in Page(result._repr_html_()).tags
    assert capfd.readouterr() == ("", "")


def test_a_view_of_an_argument_is_a_note():
    def doubled(x):
        return x.__imul__(2)

    assert "shares its memory" in str(check("99.doubled", doubled))


def test_standard_output_is_the_learners_again_after_an_endless_loop():
    before = sys.stdout, sys.stderr
    for name in ("never returns", "swallows", "swallows twice"):
        check("99.doubled", BAD[name][0])
    assert (sys.stdout, sys.stderr) == before


def test_an_interrupt_by_hand_is_not_swallowed():
    def doubled(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("99.doubled", doubled)


def test_a_failure_under_nbgrader_validate_raises_with_the_card(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(notebook.CheckFailed, match="expected"):
        check("99.doubled", lambda x: 3 * x)
    assert repr(check("99.doubled", lambda x: 2 * x)) == "2.0"


def test_hint_prints_the_worked_hint_of_the_last_failure(capsys):
    check("99.doubled", lambda x: x)
    hint("99.doubled")
    assert capsys.readouterr().out == "Twice (1, 2) is (2, 4).\n"


def test_hint_waits_for_a_check_and_stops_after_a_right_one(capsys):
    hint("99.doubled")
    assert "Run check" in capsys.readouterr().out
    check("99.doubled", lambda x: 2 * x)
    hint("99.doubled")
    assert "nothing to hint at" in capsys.readouterr().out


def test_a_class_seed_draws_other_cases():
    seen = []

    def doubled(x):
        seen.append(x.copy())
        return x

    check("99.doubled", doubled)
    use_class_seed(1)
    check("99.doubled", doubled)
    use_class_seed(2)
    check("99.doubled", doubled)
    assert np.array_equal(seen[0], seen[2])
    assert len({array.tobytes() for array in seen[1::2]}) == 3


def test_too_few_and_too_many_objects_are_refused_in_words():
    with pytest.raises(TypeError, match=r"takes 1 after the id \(doubled\); 0 were"):
        check("99.doubled")
    with pytest.raises(TypeError, match="2 were given"):
        check("99.doubled", len, len)


def test_an_unknown_exercise_is_refused_with_the_names_there_are():
    with pytest.raises(LookupError, match=r"has no exercise '01.l3'.*01.choose_k"):
        find("01.l3")
    with pytest.raises(LookupError, match="no lesson has the number '42'"):
        find("42.x")


def test_importing_utils_imports_no_heavy_library():
    code = (
        "import sys, utils; assert 'numpy' not in sys.modules; "
        "from utils import check; "
        "print({'torch', 'scipy', 'sklearn', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("set()\n", "")
