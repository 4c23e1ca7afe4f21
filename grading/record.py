"""The gradebook as rows: read from nbgrader, and printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import quantiles

import nbformat
from nbgrader.api import SubmittedAssignment
from nbgrader.utils import is_grade
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grading.course import nbgrader_in

MOST_PRINTED = 30  # lines of a table that are read on a terminal


@dataclass(frozen=True)
class Row:
    """One student's score in one lesson, in points; `waiting` is to be read by hand.

    `late_penalty` has been taken off the score.
    """

    student: str
    lesson: str
    score: float
    max_score: float
    by_exercise: dict[str, float]
    waiting: frozenset[str]
    late_penalty: float = 0.0


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
    penalty = submission.late_submission_penalty or 0.0
    return Row(
        student=submission.student.id,
        lesson=submission.assignment.name,
        score=max(0.0, submission.score - penalty),
        late_penalty=penalty,
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
    """Print a table for each lesson: students down, exercises across, in points.

    Of a lesson with many students one line says how their scores are spread.
    """
    for lesson, group in groupby(rows, key=lambda row: row.lesson):
        group = list(group)
        if len(group) > MOST_PRINTED:
            console.print(spread(lesson, group))
        else:
            console.print(lesson_table(lesson, group))
    if any(row.waiting for row in rows):
        console.print("?: an answer in words that waits for you, in the formgrader.")


def spread(lesson: str, rows: Sequence[Row]) -> str:
    """How the scores of a lesson are spread, in a sentence."""
    low, middle, high = quantiles((row.score for row in rows), n=4, method="inclusive")
    total = max(row.max_score for row in rows)
    waiting = sum(bool(row.waiting) for row in rows)
    return (
        f"{lesson}: {len(rows):,} submissions; half of them have {middle:g} of "
        f"{total:g} points or more, a quarter {high:g} or more, a quarter {low:g} or "
        f"less; {waiting:,} with an answer that waits for you (?)."
    )


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
