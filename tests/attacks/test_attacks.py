"""Hostile notebooks gain nothing, read nothing, outlive nothing and harm nobody."""

import ast
from time import monotonic, sleep

import pytest

from tests.attacks.hostile_class import (
    EXERCISES,
    HOSTILE,
    WRONG,
    descendants,
    grade,
)
from tests.exercises.answers import answers

pytestmark = pytest.mark.requires("bubblewrap")

NOTEBOOKS = sorted(HOSTILE.glob("*.py"))
LONGEST = 20.0  # seconds for all exercises, on a machine that has other work too
RIGHT = answers()["01.l1_distances"].source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_attack_gains_nothing_and_harms_nobody(path, sandbox, planted, honest_score):
    result = grade(sandbox, [WRONG, *planted.cells_of(path)])
    assert result.score <= honest_score
    assert planted.token not in result.said
    assert "SOLUTION" not in result.said
    assert "text/html" not in result.said
    assert result.seconds < LONGEST
    assert planted.unharmed() and not planted.called()
    assert gone(lambda: descendants(sandbox.process.pid) - sandbox.warm)
    nearby = grade(sandbox, ["import numpy as np", RIGHT], EXERCISES[:1])
    assert nearby.reports[0].status == "right", nearby.said[:2000]


@pytest.mark.parametrize("number", range(18))
def test_a_forged_reply_is_at_worst_a_crash_of_the_learners(
    number, sandbox, planted, honest_score
):
    cells = planted.cells_of(HOSTILE / "forged_values.py")
    cells = [cell.replace("@NUMBER@", str(number)) for cell in cells]
    result = grade(sandbox, [WRONG, *cells])
    assert result.score <= honest_score
    assert len(result.reports) == len(EXERCISES)


def gone(survivors, seconds=5.0):
    """Whether there are soon no survivors: a keeper reports before it ends itself."""
    end = monotonic() + seconds
    while survivors() and monotonic() < end:
        sleep(0.01)
    return not survivors()


def test_every_attack_says_what_it_tries():
    for path in NOTEBOOKS:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert text and text.endswith("."), path.name


def test_the_same_answers_are_right_without_an_attack(sandbox):
    result = grade(sandbox, ["import numpy as np", RIGHT], EXERCISES[:1])
    assert result.statuses() == {"01.l1_distances": "right"}
