"""Does a lesson say the same about its exercises as the exercises themselves?"""

import re

import pytest

from grading.cli import SOLUTIONS
from utils.exercises import LESSONS, of_lesson

HEADING = re.compile(r"\*\*Exercise `(\w+)`\*\* \(([^)]*)\)")
QUESTION = re.compile(
    r"\*\*Question(?: \d+)?\*\* \((\d+) points?(?:, graded by hand)?\)"
)
each_lesson = pytest.mark.parametrize("stem", LESSONS)


def text_of(stem: str) -> str:
    """The lesson in one line, since a heading may be wrapped anywhere."""
    return " ".join((SOLUTIONS / f"{stem}.py").read_text("utf-8").split())


def heading(exercise) -> str:
    points = "1 point" if exercise.points == 1 else f"{exercise.points:g} points"
    return f"{points}, {exercise.minutes} minutes"


@each_lesson
def test_a_lesson_states_the_points_and_minutes_of_each_exercise(stem):
    exercises = of_lesson(stem).values()
    functions = [one for one in exercises if one.kind == "function"]
    expected = {one.id.partition(".")[2]: heading(one) for one in functions}
    assert dict(HEADING.findall(text_of(stem))) == expected


@each_lesson
def test_a_lesson_states_the_points_of_its_questions(stem):
    exercises = of_lesson(stem).values()
    expected = [one.points for one in exercises if one.kind != "function"]
    stated = list(map(float, QUESTION.findall(text_of(stem))))
    assert stated == expected
