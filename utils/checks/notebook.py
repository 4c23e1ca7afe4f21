"""`check`, as a learner calls it in a notebook."""

import hashlib
import os
from typing import Any

from utils.checks.card import as_html, as_text, worked_hint, wrapped
from utils.checks.evaluate import Report, evaluate
from utils.checks.exercise import Exercise
from utils.checks.rules import source_of
from utils.exercises import find
from utils.subject.local import local_subject

LEARNERS_SEED = 0
_class_seed: int | None = None
_last: dict[str, Report] = {}


class CheckFailed(Exception):
    """What a failed check raises under `nbgrader validate`; its text is the card."""


class Result:
    """What `check` returns. It shows itself as a card; its `repr` is the score.

    Plain nbgrader takes the points of a test cell from the number that the cell shows,
    hence the `repr`; `str` is the card as text.
    """

    def __init__(self, report: Report):
        self.report = report

    @property
    def score(self) -> float:
        return self.report.score

    def __repr__(self) -> str:
        return repr(float(self.score))

    def __str__(self) -> str:
        return as_text(self.report)

    def _repr_html_(self) -> str:
        return as_html(self.report)


def use_class_seed(seed: int) -> None:
    """Draw the cases from the class's secret seed from now on (hidden test lines)."""
    global _class_seed
    _class_seed = seed


def seed_of(exercise_id: str, *secrets: object) -> int:
    """The seed of one exercise, from the class's secret and, if known, the learner."""
    text = ":".join(map(str, (*secrets, exercise_id)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def check(exercise_id: str, *objects: Any) -> Result:
    """Check what you wrote for an exercise; shows a card with what is right and wrong.

    `objects` are the function, class or answer, in the order the exercise names them.
    Raises UnknownExercise for an id that the course does not have, TypeError where
    the number of objects is not the exercise's.
    """
    exercise = find(exercise_id)
    names = exercise.object_names
    if len(objects) != len(names):
        raise TypeError(
            f"check({exercise_id!r}, …) takes {len(names)} after the id "
            f"({', '.join(names)}); {len(objects)} were given"
        )
    seed = LEARNERS_SEED
    if _class_seed is not None:
        seed = seed_of(exercise_id, _class_seed)
    report = run(exercise, dict(zip(names, objects, strict=True)), seed)
    _last[exercise_id] = report
    validating = os.environ.get("NBGRADER_EXECUTION") == "validate"
    if validating and report.status != "right":
        raise CheckFailed("\n" + as_text(report))
    return Result(report)


def run(exercise: Exercise, objects: dict[str, Any], seed: int) -> Report:
    """Check objects of this process."""
    subject = local_subject(objects, exercise.seconds)
    return evaluate(exercise, subject, seed, source_of(objects.values()))


def hint(exercise_id: str) -> None:
    """Print the worked hint for the last failed check of an exercise."""
    report = _last.get(exercise_id)
    if report is None:
        find(exercise_id)
        print(
            f'Run check("{exercise_id}", …) first: the hint depends on what it finds.'
        )
    elif report.status == "right":
        print("This one is right; there is nothing to hint at.")
    else:
        print(wrapped(worked_hint(report) or "There is no worked hint for this one."))
