"""One kind of exercise: a small example of it, its answers kept as source text.

Source text can be run here or sent to another process as a cell, so that every kind
can be tried both ways.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from grading.process import ROOT, Worker
from utils.checks.evaluate import Report, evaluate
from utils.checks.exercise import Exercise
from utils.subject.local import local_subject

PUBLIC = ("utils/__init__.py", "utils/stand_ins", "utils/subject")


@dataclass(frozen=True)
class Kind:
    """An exercise with the texts of its right answer, its stub and its mistakes.

    `mistakes` has one text for each misconception of the exercise, by its name; it is
    written as a learner would write it, not as the misconception is.
    """

    exercise: Exercise
    answer: str
    stub: str
    mistakes: Mapping[str, str]


def run_here(exercise: Exercise, text: str, *seeds: int) -> list[Report]:
    """Run the text and check what it defines in this process."""
    space: dict = {}
    exec(compile(text, "<cell>", "exec"), space)
    objects = {n: space[n] for n in exercise.object_names if n in space}
    subject = local_subject(objects, exercise.seconds)
    subject.names = exercise.object_names
    return [evaluate(exercise, subject, seed, text) for seed in seeds]


def run_elsewhere(library: Path) -> Callable[..., list[Report]]:
    """Run the text and check what it defines in another process."""

    def run(exercise: Exercise, text: str, *seeds: int) -> list[Report]:
        with Worker([text], library=library) as worker:
            subject = worker.subject(exercise.object_names, exercise.seconds)
            return [evaluate(exercise, subject, seed, text) for seed in seeds]

    return run


def copy_public(folder: Path) -> Path:
    """Copy to `folder` the part of `utils` that a learner's process may see."""
    for name in PUBLIC:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.pyc"))
        else:
            shutil.copy(source, target)
    return folder


def bent(text: str, *changes: tuple[str, str]) -> str:
    """The text with parts replaced, each of which must be there once."""
    text = dedent(text)
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in:\n{text}")
        text = text.replace(old, new)
    return text
