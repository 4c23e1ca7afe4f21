"""Every exercise of every lesson, for the tests that hold for all of them."""

import pytest

from utils.exercises import LESSONS, of_lesson

ALL = [exercise for stem in LESSONS for exercise in of_lesson(stem).values()]
CHECKED = [exercise for exercise in ALL if not exercise.by_hand]
FUNCTIONS = [exercise for exercise in CHECKED if exercise.kind == "function"]
MANY, SOME, FEW = range(1000), range(100), range(5)
TRAINED = {"08.train_classifier"}
"""Exercises whose answer trains a net anew for every seed, which takes seconds, and is
judged by what comes out, so that many other ways are right too."""


def seeds(exercise, wanted):
    """The seeds to try: as many as wanted where a try is short, else a few."""
    short = exercise.kind == "function" and exercise.id not in TRAINED
    return wanted if short else FEW


each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
each_checked = pytest.mark.parametrize("exercise", CHECKED, ids=lambda e: e.id)
each_exact = pytest.mark.parametrize(
    "exercise", [e for e in CHECKED if e.id not in TRAINED], ids=lambda e: e.id
)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
