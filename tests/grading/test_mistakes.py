"""Can a misconception be handed in by someone who has no oracle?"""

import re

import numpy as np
import pytest

from grading.mistakes import mistake
from tests.exercises.answers import answers
from utils.checks.evaluate import evaluate
from utils.exercises import LESSONS, of_lesson
from utils.sources import source_of_names
from utils.subject.local import local_subject

EVERY = [
    pytest.param(exercise, misconception, id=f"{exercise.id}: {misconception.name}")
    for stem in LESSONS
    for exercise in of_lesson(stem).values()
    for misconception in exercise.misconceptions
]


def oracles() -> dict[str, str]:
    """The solutions by the names of the oracles that they stand in for."""
    found: dict[str, str] = {}
    for stem in LESSONS:
        for exercise in of_lesson(stem).values():
            for oracle in exercise.objects.values():
                found.setdefault(oracle.__name__, answers()[exercise.id].source)
    return found


@pytest.mark.parametrize(("exercise", "misconception"), EVERY)
def test_it_loses_points_and_is_named_as_the_exercise_names_it(exercise, misconception):
    source = mistake(exercise, misconception, oracles())
    space: dict = {}
    exec(source, space)
    names = exercise.object_names
    answer = answers()[exercise.id].objects | {n: space[n] for n in names if n in space}
    subject = local_subject(answer, exercise.seconds)
    report = evaluate(exercise, subject, 0, source_of_names([source], names))
    assert report.score < exercise.points
    assert report.diagnosis is misconception


def test_it_needs_nothing_but_the_library_of_its_lesson():
    for parameters in EVERY:
        source = mistake(*parameters.values, oracles())
        allowed = answers()[parameters.values[0].id].space
        for forbidden in {"utils", "scipy", "sklearn", "torch"} - set(allowed):
            found = re.search(rf"(?<![\w.]){forbidden}\b", source)
            assert not found, (parameters.id, forbidden)


def test_the_bent_oracle_is_the_solution():
    exercise = of_lesson("01_knn")["01.l2_distances_two_loops"]
    source = mistake(exercise, exercise.misconceptions[0], oracles())
    space: dict = {}
    exec(source, space)
    distances = space["l2_distances_two_loops"](np.eye(2), np.zeros((1, 2)))
    assert distances.tolist() == [[1.0], [1.0]]
    assert "def l2_oracle(X_test, X_train)" in source
