"""The gradebook as rows: read from nbgrader, printed and written as CSV."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import nbformat
from nbgrader.api import SubmittedAssignment
from nbgrader.utils import is_grade
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grading.course import nbgrader_in


@dataclass(frozen=True)
class Row:
    """One student's score in one lesson, in points; `waiting` is to be read by hand."""

    student: str
    lesson: str
    score: float
    max_score: float
    by_exercise: dict[str, float]
    waiting: frozenset[str]


def read_gradebook(course: Path) -> list[Row]:
    """A row for each submission that the gradebook knows, by lesson and student."""
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        rows = [
            row_of(submission, order_of(course, assignment.name))
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        ]
    return sorted(rows, key=lambda row: (row.lesson, row.student))


def row_of(submission: SubmittedAssignment, order: Sequence[str]) -> Row:
    """One submission's scores, its exercises in the given order of graded cells."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    grades.sort(key=lambda grade: order.index(grade.name))
    by_hand = {
        cell.name
        for notebook in submission.assignment.notebooks
        for cell in notebook.solution_cells
    }
    return Row(
        student=submission.student.id,
        lesson=submission.assignment.name,
        score=submission.score,
        max_score=submission.max_score,
        by_exercise={exercise_of(grade.name): grade.score for grade in grades},
        waiting=frozenset(
            exercise_of(grade.name)
            for grade in grades
            if grade.needs_manual_grade and grade.name in by_hand
        ),
    )


def order_of(course: Path, lesson: str) -> list[str]:
    """The graded cells of a lesson as they stand in it; the gradebook has no order."""
    source = course / "source" / lesson / f"{lesson}.ipynb"
    cells = nbformat.read(source, as_version=4).cells
    return [cell.metadata.nbgrader.grade_id for cell in cells if is_grade(cell)]


def exercise_of(cell_name: str) -> str:
    """The exercise that a graded cell belongs to, by the build's rule for its name."""
    return cell_name.removeprefix("check_")


def print_gradebook(rows: Sequence[Row], console: Console) -> None:
    """Print a table for each lesson: students down, exercises across, in points."""
    for lesson, group in groupby(rows, key=lambda row: row.lesson):
        console.print(lesson_table(lesson, list(group)))
    if any(row.waiting for row in rows):
        console.print("?: an answer in words that waits for you, in the formgrader.")


def lesson_table(lesson: str, rows: Sequence[Row]) -> Table:
    """One lesson's scores; exercises are numbered, their names stand below."""
    exercises = list(dict.fromkeys(name for row in rows for name in row.by_exercise))
    names = (f"{number} {name}" for number, name in enumerate(exercises, 1))
    table = Table(title=lesson, caption=", ".join(names), box=SIMPLE_HEAD)
    table.padding = (0, 1, 0, 0)
    table.add_column("student", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    for number, _ in enumerate(exercises, 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    for row in rows:
        scores = [cell_text(row, exercise) for exercise in exercises]
        total = f"{row.score:g}/{row.max_score:g}"
        table.add_row(escape(row.student), total, *scores)
    return table


def cell_text(row: Row, exercise: str) -> str:
    """One score as the table shows it."""
    if exercise in row.waiting:
        return "?"
    return f"{row.by_exercise.get(exercise, 0.0):g}"


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write a line for each student and lesson, with a column for each exercise.

    An exercise's column is `<lesson number>.<name>`; it is empty in other lessons, and
    where an answer waits to be read.
    """
    columns = list(dict.fromkeys(name for row in rows for name in scores_by_id(row)))
    fixed = ["student", "lesson", "score", "max_score"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*fixed, *columns])
        writer.writeheader()
        for row in rows:
            values = (row.student, row.lesson, row.score, row.max_score)
            writer.writerow(dict(zip(fixed, values, strict=True)) | scores_by_id(row))


def scores_by_id(row: Row) -> dict[str, float | str]:
    """A row's scores by exercise id."""
    number = row.lesson.partition("_")[0]
    return {
        f"{number}.{name}": "" if name in row.waiting else score
        for name, score in row.by_exercise.items()
    }
