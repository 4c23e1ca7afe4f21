"""The nbgrader course: a folder made on demand that any nbgrader command works in."""

import os
import re
import secrets
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from grading.build import ExercisesOf, build_source
from grading.nbgrader_config import TEMPLATE
from utils.exercises import of_lesson

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"
SETTINGS = "nbgrader_config.py"


class CannotGrade(RuntimeError):
    """What nbgrader could not do, why, and what to do about it."""


def prepare_course(
    folder: Path, solutions: Path = SOLUTIONS, exercises_of: ExercisesOf = of_lesson
) -> list[str]:
    """Make or update the nbgrader course in `folder`; returns the lessons released.

    Settings and class seed are made once and kept; the instructor may add to the
    settings. A lesson that has not changed is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / SETTINGS
    if not settings.exists():
        settings.write_text(TEMPLATE, encoding="utf-8")
    build_source(solutions, folder / "source", class_seed(folder), exercises_of)
    with nbgrader_in(folder) as api:
        stale = [lesson for lesson in lessons_in(folder) if is_stale(api, lesson)]
        for lesson in stale:
            release_lesson(api, lesson)
    return stale


def lessons_in(folder: Path) -> list[str]:
    """The lessons that a course's source folder holds, in order."""
    return sorted(path.parent.name for path in folder.glob("source/*/*.ipynb"))


def class_seed(folder: Path) -> int:
    """The class's secret, drawn once: the cases that grading uses come from it."""
    path = folder / "class_seed"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"{secrets.randbits(63)}\n", encoding="utf-8")
    return int(path.read_text(encoding="utf-8"))


def is_stale(api: NbGraderAPI, lesson: str) -> bool:
    """Whether a lesson's release is missing, unregistered or older than its source."""
    root = Path(api.coursedir.root)
    source, released = (
        root / kind / lesson / f"{lesson}.ipynb" for kind in ("source", "release")
    )
    if not released.exists() or released.stat().st_mtime < source.stat().st_mtime:
        return True
    with api.gradebook as gradebook:
        try:
            return not gradebook.find_assignment(lesson).notebooks
        except MissingEntry:
            return True


def release_lesson(api: NbGraderAPI, lesson: str) -> None:
    """Write `release/<lesson>` and register the lesson in the gradebook."""
    result = api.generate_assignment(lesson)
    if not result["success"]:
        if reason(result) == "Canceled":  # nbgrader keeps Ctrl-C to itself
            raise KeyboardInterrupt
        raise CannotGrade(
            f"nbgrader could not release {lesson}: {reason(result)}. Where submissions "
            "have been graded, its graded cells cannot change any more: undo the "
            f"change, or move {api.coursedir.root}/gradebook.db aside and grade again."
        )


@contextmanager
def nbgrader_in(folder: Path) -> Iterator[NbGraderAPI]:
    """nbgrader's interface to the course in `folder`, with the course's own settings.

    While it is open the environment is what nbgrader needs: its settings may set
    variables, and it calls `alembic`, which is found beside the running Python.
    """
    before = dict(os.environ)
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    )
    try:
        with warnings.catch_warnings():
            # nbgrader 0.9 uses its database in a way that SQLAlchemy 2.1 comments on.
            warnings.simplefilter("ignore", SAWarning)
            yield NbGraderAPI(config=settings_of(folder))
    finally:
        os.environ.clear()
        os.environ.update(before)


def settings_of(folder: Path) -> Config:
    """The settings in the course's `nbgrader_config.py`, for use from any folder."""
    config = PyFileConfigLoader(SETTINGS, path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return config


def reason(result: dict) -> str:
    """What went wrong, in one line, from what nbgrader logged."""
    text = "\n".join([result.get("error", ""), result.get("log", "")])
    raised = re.findall(r"^ *([\w.]+(?:Error|Exception|Entry)): *(.+)$", text, re.M)
    reasons = [message for kind, message in raised if "NbGraderException" not in kind]
    logged = re.findall(r"^\[ERROR\] (.+)$", text, re.M)
    return (reasons or logged or ["no reason given"])[-1].rstrip(".")
