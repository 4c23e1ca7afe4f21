"""Every exercise of every lesson, for the tests that hold for all of them.

`make test` tries some seeds; `make mutants` (`COURSE_SEEDS=all`) tries 1,000 on right
answers and 100 on every mistake.
"""

import os

import pytest

from utils.exercises import LESSONS, of_lesson

ALL = [exercise for stem in LESSONS for exercise in of_lesson(stem).values()]
CHECKED = [exercise for exercise in ALL if not exercise.by_hand]
FUNCTIONS = [exercise for exercise in CHECKED if exercise.kind == "function"]
EXACT = [exercise for exercise in CHECKED if not exercise.trains]
EVERY_SEED = os.environ.get("COURSE_SEEDS") == "all"
MANY, SOME = (range(1000), range(100)) if EVERY_SEED else (range(10), range(2))
FEW = range(5)


def seeds(exercise, wanted):
    """The seeds to try: all that are wanted, a few where each trains a net anew."""
    many = exercise.kind == "function" and not exercise.trains
    return wanted if many else FEW[: len(wanted)]


each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
each_checked = pytest.mark.parametrize("exercise", CHECKED, ids=lambda e: e.id)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
each_exact = pytest.mark.parametrize("exercise", EXACT, ids=lambda e: e.id)
