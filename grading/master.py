"""The instructor's version of a lesson: what a submission is rebuilt from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets.config import Config

from grading.build import PASSES, ExercisesOf
from grading.calls import check_call
from grading.cells import read_lesson
from grading.nbgrader_config import EXPERIMENT_TAG, configure_release
from grading.passes import assemble
from grading.release import release
from grading.rules import check_lesson
from utils.exercises import of_lesson

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise

# What the cells of a lesson are, for grading.
ANSWERS = ("answer", "written", "coded")


@dataclass(frozen=True)
class Master:
    """A lesson as it is released: stubs where the answers go, and no hidden lines."""

    stem: str
    notebook: NotebookNode
    exercises: "Mapping[str, Exercise]"

    @property
    def cells(self) -> list[NotebookNode]:
        return self.notebook.cells

    @cached_property
    def kinds(self) -> list[str]:
        """What each cell is (see `kind_of`)."""
        return [kind_of(cell) for cell in self.cells]

    @cached_property
    def names(self) -> list[str]:
        """The grade_id of each cell, "" where it has none."""
        return [name_of(cell) for cell in self.cells]

    @cached_property
    def checked(self) -> dict[str, str]:
        """The cell of each exercise: exercise ids by the grade_id of what is graded."""
        number = self.stem.partition("_")[0]
        found = {}
        for cell, kind, name in zip(self.cells, self.kinds, self.names, strict=True):
            if kind == "check":
                found[name] = check_call(cell.source)
            elif kind in ("written", "coded"):
                found[name] = f"{number}.{name}"
        return found

    @cached_property
    def digest(self) -> str:
        """A hash of the cells, their points and their tags."""
        text = nbformat.writes(self.notebook, version=4)
        return hashlib.sha256(text.encode()).hexdigest()


def kind_of(cell: NotebookNode) -> str:
    """What a cell is.

    `answer` (code that a check grades), `check`, `test` (an instructor's own test),
    `written` and `coded` (answers that a person grades), `task`, `experiment`, `code`,
    `prose`.
    """
    is_code = cell.cell_type == "code"
    if is_grade(cell) and is_solution(cell):
        return "coded" if is_code else "written"
    if is_grade(cell) and is_code:
        named = name_of(cell).startswith("check_")
        return "check" if named and check_call(cell.source) else "test"
    if is_task(cell):
        return "task"
    if not is_code:
        return "prose"
    if is_solution(cell):
        return "answer"
    return "experiment" if EXPERIMENT_TAG in cell.metadata.get("tags", []) else "code"


def name_of(cell: NotebookNode) -> str:
    """The grade_id of a cell that we made."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def master_of(
    lesson: str, solutions: Path, exercises_of: ExercisesOf = of_lesson
) -> Master:
    """The master of a lesson, from the file in `solutions`; read once while unchanged.

    Raises FileNotFoundError where there is no such lesson, MalformedCell where it
    breaks a rule.
    """
    path = solutions / f"{lesson}.py"
    return read_master(path, path.stat().st_mtime_ns, exercises_of)


@lru_cache(maxsize=32)
def read_master(path: Path, _changed: int, exercises_of: ExercisesOf) -> Master:
    """Read, check and release one lesson."""
    exercises = exercises_of(path.stem)
    lesson = read_lesson(path, exercises)
    check_lesson(lesson)
    for complete in PASSES:
        complete(lesson)
    config = Config()
    configure_release(config)
    return Master(path.stem, release(assemble(lesson), config), exercises)
