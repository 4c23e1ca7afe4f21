"""Scores as CSV for a spreadsheet, and what every table has in common."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from grading.verdict import Verdict
from utils.checks.card import printable

OBEYED = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


class Recorded(Protocol):
    """A row of the gradebook, as `grading.record.read_gradebook` gives it."""

    student: str
    lesson: str
    score: float
    by_exercise: Mapping[str, float]
    waiting: Iterable[str]
    late_penalty: float


def grades_csv(
    verdicts: Sequence[Verdict], path: Path, gradebook: Sequence[Recorded] = ()
) -> Path:
    """Write a line for each submission, with a column for each exercise, in points.

    A cell is empty where an exercise belongs to another lesson or waits to be read.
    Where the gradebook has a submission, its points count: they hold written answers,
    and what was changed by hand; a penalty for handing in late is taken off the score.
    """
    recorded = by_submission(gradebook)
    ids = dict.fromkeys(e.id for v in ordered(verdicts) for e in v.exercises)
    rows = []
    for verdict in ordered(verdicts):
        row = recorded.get((verdict.student, verdict.lesson))
        scores = scores_of(verdict, row)
        total = verdict.score if row is None else row.score
        late = 0.0 if row is None else row.late_penalty
        rows.append(
            [verdict.student, verdict.lesson]
            + [number(total), number(verdict.points), number(late)]
            + [number(scores[name]) if name in scores else "" for name in ids]
        )
    # The mark at the start tells spreadsheets that the file is UTF-8.
    header = ["student", "lesson", "score", "points", "late_penalty", *ids]
    return write_rows(path, [header, *rows], encoding="utf-8-sig")


def ordered(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda v: (v.lesson, v.student))


def by_submission(gradebook: Iterable[Recorded]) -> dict[tuple[str, str], Recorded]:
    return {(row.student, row.lesson): row for row in gradebook}


def scores_of(verdict: Verdict, row: Recorded | None) -> dict[str, float]:
    """Points by exercise id; what waits to be read is left out."""
    if row is None:
        return {e.id: e.score for e in verdict.exercises if e.status != "by hand"}
    prefix = verdict.lesson.partition("_")[0]
    waiting = set(row.waiting)
    return {
        f"{prefix}.{name}": score
        for name, score in row.by_exercise.items()
        if name not in waiting
    }


def totals(
    verdicts: Iterable[Verdict], gradebook: Iterable[Recorded]
) -> dict[str, dict[str, float]]:
    """Points by student and lesson; the gradebook's where it has the submission."""
    recorded = by_submission(gradebook)
    scores: dict[str, dict[str, float]] = {}
    for verdict in ordered(verdicts):
        row = recorded.get((verdict.student, verdict.lesson))
        total = verdict.score if row is None else row.score
        scores.setdefault(verdict.student, {})[verdict.lesson] = total
    return dict(sorted(scores.items()))


def number(points: float) -> str:
    """Points with at most two decimals, as spreadsheets and platforms read them."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = printable(text)
    return f"'{text}" if text.startswith(OBEYED) else text


def write_rows(
    path: Path, rows: Iterable[Sequence[str]], encoding: str = "utf-8"
) -> Path:
    """Write rows of text; whoever gave them, no cell begins like a formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([guarded(cell) for cell in row] for row in rows)
    return path
