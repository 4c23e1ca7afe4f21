"""A lesson small enough to read (`tiny_course/`), with an exercise of each kind."""

from copy import deepcopy
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from rich.console import Console

from grading.course import CannotGrade, prepare_course
from grading.record import print_gradebook, read_gradebook
from grading.sample_class import make_sample_class
from tests.grading.plain_nbgrader import autograde

TINY_COURSE = Path(__file__).parent / "tiny_course"


def exercise(identity: str, points: float, by_hand: bool = False) -> SimpleNamespace:
    """What grading needs to know of an exercise."""
    return SimpleNamespace(
        id=identity, points=points, by_hand=by_hand, misconceptions=()
    )


def tiny_exercises() -> dict[str, SimpleNamespace]:
    """The tiny lesson's exercises by id."""
    every = (
        exercise("07.double", 2.0),
        exercise("07.six", 1.0),
        exercise("07.written_why", 3.0, by_hand=True),
    )
    return {one.id: one for one in every}


@pytest.fixture(scope="session")
def tiny_course() -> Path:
    """The folder that holds the tiny course's one lesson."""
    return TINY_COURSE


@pytest.fixture(scope="session")
def exercises() -> dict[str, SimpleNamespace]:
    """The tiny lesson's exercises by id."""
    return tiny_exercises()


@pytest.fixture(scope="session")
def exercises_of(exercises):
    """What the build asks for a lesson's exercises."""
    return {"07_tiny": exercises}.__getitem__


@pytest.fixture(scope="session")
def graded(tmp_path_factory) -> SimpleNamespace:
    """The tiny course's sample class, graded by nbgrader, with two odd notebooks."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    every = {"07_tiny": tiny_exercises()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TINY_COURSE))
        prepare_course(folder, TINY_COURSE, every.__getitem__)
        make_sample_class(folder, exercises_of=every.__getitem__)
        add_odd_notebooks(folder / "submitted")
        problems = autograde_all(folder)
    page, rows = Console(file=StringIO(), width=80), read_gradebook(folder)
    print_gradebook(rows, page)
    rows = {row.student: row for row in rows}
    printed = page.file.getvalue()
    return SimpleNamespace(folder=folder, rows=rows, problems=problems, printed=printed)


def autograde_all(folder: Path) -> dict[str, str]:
    """Grade every submission with nbgrader; why some could not be, by student."""
    problems = {}
    for path in sorted(folder.glob("submitted/*/07_tiny")):
        try:
            autograde(folder, path.parent.name, path.name)
        except CannotGrade as error:
            problems[path.parent.name] = str(error)
    return problems


def add_odd_notebooks(submitted: Path) -> None:
    """A notebook whose cells were copied, and one that was cut off."""
    perfect = (submitted / "perfect" / "07_tiny" / "07_tiny.ipynb").read_text("utf-8")
    notebook = nbformat.reads(perfect, as_version=4)
    copies = deepcopy(notebook.cells[2:4])
    for cell in copies:
        cell.id = f"{cell.id}-copy"
    notebook.cells[4:4] = copies
    odd = {"doubled": nbformat.writes(notebook), "cut_off": perfect[:200]}
    for student, text in odd.items():
        path = submitted / student / "07_tiny" / "07_tiny.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
