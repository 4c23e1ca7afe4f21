"""Every exercise of every lesson, for the tests that hold for all of them."""

import pytest

from utils.exercises import LESSONS, of_lesson

ALL = [exercise for stem in LESSONS for exercise in of_lesson(stem).values()]
CHECKED = [exercise for exercise in ALL if not exercise.by_hand]
FUNCTIONS = [exercise for exercise in CHECKED if exercise.kind == "function"]
MANY, SOME, FEW = range(1000), range(100), range(5)

each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
each_checked = pytest.mark.parametrize("exercise", CHECKED, ids=lambda e: e.id)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
