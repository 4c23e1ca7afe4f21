"""Everything the course knows about what a learner writes, one module a lesson."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise

LESSONS = (
    "00_start",
    "01_knn",
    "02_linear",
    "03_backpropagation",
    "04_training",
    "05_convolution",
    "06_batchnorm",
    "07_dropout",
    "08_pytorch",
    "09_architectures",
    "10_visualization",
    "11_transfer",
    "12_style",
)


class UnknownExercise(LookupError):
    """An exercise id that no lesson has."""


def of_lesson(stem: str) -> "dict[str, Exercise]":
    """The exercises of one lesson (`"01_knn"`) by id, in the order of the lesson."""
    if stem not in LESSONS:
        raise UnknownExercise(
            f"no lesson {stem!r}: the course has {', '.join(LESSONS)}"
        )
    module = import_module(f"utils.exercises.{stem.partition('_')[2]}")
    return {exercise.id: exercise for exercise in module.EXERCISES}


def find(exercise_id: str) -> "Exercise":
    """The exercise with this id (`"01.l1_distances"`); raises UnknownExercise."""
    number = exercise_id.partition(".")[0]
    for stem in LESSONS:
        if stem.startswith(f"{number}_"):
            exercises = of_lesson(stem)
            if exercise_id in exercises:
                return exercises[exercise_id]
            raise UnknownExercise(
                f"lesson {stem} has no exercise {exercise_id!r}: "
                f"it has {', '.join(exercises)}"
            )
    raise UnknownExercise(
        f"no lesson has the number {number!r} of {exercise_id!r}: "
        f"the course has {', '.join(LESSONS)}"
    )
