"""A lesson small enough to read (`tiny_course/`), with an exercise of each kind."""

from pathlib import Path
from types import SimpleNamespace

import pytest

TINY_COURSE = Path(__file__).parent / "tiny_course"


def exercise(identity: str, points: float, by_hand: bool = False) -> SimpleNamespace:
    """What grading needs to know of an exercise."""
    return SimpleNamespace(id=identity, points=points, by_hand=by_hand)


@pytest.fixture
def tiny_course() -> Path:
    """The folder that holds the tiny course's one lesson."""
    return TINY_COURSE


@pytest.fixture
def exercises() -> dict[str, SimpleNamespace]:
    """The tiny lesson's exercises by id."""
    every = (
        exercise("07.double", 2.0),
        exercise("07.six", 1.0),
        exercise("07.written_why", 3.0, by_hand=True),
    )
    return {one.id: one for one in every}


@pytest.fixture
def exercises_of(exercises):
    """What the build asks for a lesson's exercises."""
    return {"07_tiny": exercises}.__getitem__
