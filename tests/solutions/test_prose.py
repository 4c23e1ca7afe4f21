"""What a lesson's prose says about its exercises agrees with the exercises."""

import re

import pytest

from grading.calls import check_call
from grading.cells import read_lesson
from grading.rules import is_check
from tests.solutions.running import SOLUTIONS
from utils.exercises import LESSONS, of_lesson

STATED = re.compile(
    r"\*\*(?:Exercise `(\w+)`|Question(?: \d+)?)\*\* "
    r"\((\d+) points?(?:, (?:(\d+) minutes|graded by hand))?\)"
)
each_lesson = pytest.mark.parametrize("stem", LESSONS)


def stated_before(stem: str) -> dict[str, re.Match]:
    """For each graded cell, by exercise id, what was last stated before it."""
    lesson = read_lesson(SOLUTIONS / f"{stem}.py", of_lesson(stem))
    found, last = {}, None
    for cell in lesson.cells:
        if cell.is_written:
            found[f"{lesson.number}.{cell.nbgrader['grade_id']}"] = last
        elif not cell.is_code:
            last = ([last, *STATED.finditer(cell.node.source)])[-1]
        elif is_check(cell):
            found[check_call(cell.node.source)] = last
    return found


@each_lesson
def test_points_and_minutes_in_the_prose_are_the_exercises(stem):
    stated = stated_before(stem)
    assert len({id(match) for match in stated.values()}) == len(of_lesson(stem))
    for key, exercise in of_lesson(stem).items():
        assert stated[key] is not None, key
        name, points, minutes = stated[key].groups()
        assert float(points) == exercise.points, key
        if exercise.kind == "function":
            assert name == key.partition(".")[2]
            assert int(minutes) == exercise.minutes, key
