"""The build: lessons in `solutions/` to nbgrader sources and to learners' notebooks.

Reading, checking, completing and releasing are lists of small passes; a malformed cell
is refused with the cell quoted, and two builds give the same bytes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from grading.cells import Lesson, MalformedCell, read_lesson
from grading.nbgrader_config import configure_release
from grading.passes import (
    assemble,
    complete_metadata,
    drop_traces,
    fill_in_points,
    hide_seed,
    name_cells,
)
from grading.release import release
from grading.rules import check_lesson
from utils.exercises import of_lesson

__all__ = ["MalformedCell", "build_notebooks", "build_source"]

ExercisesOf = Callable[[str], Mapping]
PASSES = (fill_in_points, complete_metadata, drop_traces, name_cells)


def build_notebooks(
    solutions: Path, notebooks: Path, exercises_of: ExercisesOf = of_lesson
) -> list[Path]:
    """Write each lesson as a learner gets it to `notebooks`, and the pages beside them.

    Returns the files changed. Raises MalformedCell, before anything is written, and
    FileNotFoundError where `solutions` has no lesson.
    """
    config = Config()
    configure_release(config)
    built = {
        notebooks / f"{lesson.stem}.ipynb": as_bytes(release(assemble(lesson), config))
        for lesson in read_lessons(solutions, exercises_of)
    }
    built |= {notebooks / p.name: p.read_bytes() for p in solutions.glob("*.md")}
    return [path for path, content in built.items() if write(content, path)]


def build_source(
    solutions: Path,
    course_source: Path,
    seed: int,
    exercises_of: ExercisesOf = of_lesson,
) -> list[Path]:
    """Write each lesson as nbgrader's source, `seed` hidden in it; returns as above."""
    built = {}
    for lesson in read_lessons(solutions, exercises_of):
        hide_seed(lesson, seed)
        path = course_source / lesson.stem / f"{lesson.stem}.ipynb"
        built[path] = as_bytes(assemble(lesson))
    return [path for path, content in built.items() if write(content, path)]


def read_lessons(solutions: Path, exercises_of: ExercisesOf) -> list[Lesson]:
    """Read, check and complete every lesson of a folder, in the order of the course."""
    paths = sorted(solutions.glob("[0-9][0-9]_*.py"))
    if not paths:
        raise FileNotFoundError(
            f"no lesson in {solutions}: expected files such as 01_knn.py; "
            "name the folder that holds the course's solutions"
        )
    lessons = [read_lesson(path, exercises_of(path.stem)) for path in paths]
    for lesson in lessons:
        check_lesson(lesson)
        for complete in PASSES:
            complete(lesson)
    return lessons


def as_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as its file holds it."""
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


def write(content: bytes, path: Path) -> bool:
    """Write a file unless it already holds this; says whether it wrote."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
