"""What the build adds to a lesson's cells: one small function a pass."""

import hashlib

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.nbgraderformat import SCHEMA_VERSION

from grading.cells import Cell, Lesson
from grading.rules import exercise_id, is_check

KERNEL = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
HIDDEN_SEED = """\
### BEGIN HIDDEN TESTS
from utils.checks import use_class_seed; use_class_seed({seed})
### END HIDDEN TESTS
"""


def fill_in_points(lesson: Lesson) -> None:
    """Give each check and written answer the points of its exercise."""
    for cell in lesson.cells:
        if is_check(cell) or cell.is_written:
            exercise = lesson.exercises[exercise_id(cell, lesson)]
            cell.nbgrader["points"] = float(exercise.points)


def complete_metadata(lesson: Lesson) -> None:
    """Write out the nbgrader metadata that the short headers leave out."""
    for cell in lesson.cells:
        short = cell.nbgrader
        if not short:
            continue
        full = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": short["grade_id"],
            "cell_type": cell.node.cell_type,
            "grade": cell.is_graded,
            "solution": cell.is_solution,
            "task": bool(short.get("task")),
            "locked": not cell.is_solution,
        }
        if "points" in short:
            full["points"] = float(short["points"])
        cell.node.metadata["nbgrader"] = NotebookNode(full)


def drop_traces(lesson: Lesson) -> None:
    """Keep a cell's tags and nbgrader metadata; the rest is jupytext's."""
    for cell in lesson.cells:
        metadata = cell.node.metadata
        kept = {key: metadata[key] for key in ("nbgrader", "tags") if key in metadata}
        cell.node.metadata = NotebookNode(kept)


def name_cells(lesson: Lesson) -> None:
    """Make ids that a rebuild gives again: the grade_id, else a hash of the source."""
    used: set[str] = set()
    for cell in lesson.cells:
        name = cell.nbgrader.get("grade_id") or source_hash(cell)
        cell.node.id, count = name, 1
        while cell.node.id in used:
            count += 1
            cell.node.id = f"{name[:60]}-{count}"
        used.add(cell.node.id)


def source_hash(cell: Cell) -> str:
    """Twelve hexadecimal digits from a cell's type and source."""
    content = f"{cell.node.cell_type}\n{cell.node.source}"
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def hide_seed(lesson: Lesson, seed: int) -> None:
    """Put the class's seed before each check, in lines that nbgrader never releases."""
    for cell in lesson.cells:
        if is_check(cell):
            cell.node.source = HIDDEN_SEED.format(seed=seed) + cell.node.source


def assemble(lesson: Lesson) -> NotebookNode:
    """The cells as a notebook (format 4.5) for the python3 kernel."""
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = new_notebook(
        cells=[cell.node for cell in lesson.cells], metadata=metadata
    )
    notebook.nbformat_minor = 5
    return notebook
