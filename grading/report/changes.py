"""Whose score a new grading changes, by how much and why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grading.report.figures import counted, name_of
from grading.report.tables import number, write_rows
from grading.verdict import ExerciseVerdict, Line, Verdict
from utils.checks.card import printable

SMALLEST = 0.005
MOST_ROWS, MOST_REASONS = 40, 3


@dataclass(frozen=True)
class Change:
    """One exercise of one submission whose score changes, in points.

    `before` or `after` is None where there is no verdict; `why` says what flipped.
    """

    student: str
    lesson: str
    exercise: str
    before: float | None
    after: float | None
    why: str

    @property
    def difference(self) -> float:
        """Points gained; negative where some are lost."""
        return round((self.after or 0.0) - (self.before or 0.0), 2)


def changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> list[Change]:
    """The exercises whose score changes, by lesson, student and place in the lesson.

    A submission that only one of the two gradings has counts as changed, whatever its
    score.
    """
    old = {(v.lesson, v.student): v for v in before}
    new = {(v.lesson, v.student): v for v in after}
    rows = []
    for lesson, student in sorted(old.keys() | new.keys()):
        pair = old.get((lesson, student)), new.get((lesson, student))
        rows += changes_in(student, lesson, *map(by_id, pair))
    return rows


def by_id(verdict: Verdict | None) -> dict[str, ExerciseVerdict] | None:
    if verdict is None:
        return None
    return {exercise.id: exercise for exercise in verdict.exercises}


def changes_in(
    student: str,
    lesson: str,
    old: dict[str, ExerciseVerdict] | None,
    new: dict[str, ExerciseVerdict] | None,
) -> list[Change]:
    """The changes in one submission; None where a grading does not have it."""
    rows = []
    for name in dict.fromkeys([*(new or {}), *(old or {})]):
        was, now = (old or {}).get(name), (new or {}).get(name)
        scores = was and was.score, now and now.score
        why = reason(was, now, is_new=old is None, is_gone=new is None)
        if None in scores or abs(scores[0] - scores[1]) >= SMALLEST:
            rows.append(Change(student, lesson, name, *scores, why))
    return rows


def reason(
    was: ExerciseVerdict | None,
    now: ExerciseVerdict | None,
    is_new: bool,
    is_gone: bool,
) -> str:
    """Why the score of one exercise changes, in one line."""
    if was is None:
        return "newly handed in" if is_new else "the lesson has a new exercise"
    if now is None:
        return "no longer handed in" if is_gone else "the lesson lost this exercise"
    parts = []
    if was.points != now.points:
        parts.append(f"worth {was.points:g} → {now.points:g} points")
    if was.status != now.status:
        parts.append(f"{was.status} → {now.status}")
    flips = flipped((*was.cases, *was.rules), (*now.cases, *now.rules))
    parts += flips[:MOST_REASONS]
    if len(flips) > MOST_REASONS:
        parts.append(f"{len(flips) - MOST_REASONS} more")
    return "; ".join(parts) or "the same results count differently"


def flipped(old: Iterable[Line], new: Iterable[Line]) -> list[str]:
    """The cases and rules whose status changes, come or go, as `name: old → new`."""
    was = {line.name: line.status for line in old}
    now = {line.name: line.status for line in new}
    return [
        f"{name}: {was.get(name, 'no such case')} → {now.get(name, 'no such case')}"
        for name in dict.fromkeys([*now, *was])
        if was.get(name) != now.get(name)
    ]


def headline(rows: Sequence[Change]) -> str:
    """How many submissions change, and how far at most."""
    sums: Counter = Counter()
    for row in rows:
        sums[row.student, row.lesson] += row.difference
    totals = [round(total, 2) for total in sums.values()]
    up, down = sum(t > 0 for t in totals), sum(t < 0 for t in totals)
    if not rows:
        return "No score changes."
    largest = max(map(abs, totals))
    return (
        f"The scores of {counted(len(totals), 'submission')} change: {up} up, "
        f"{down} down, {len(totals) - up - down} the same in sum; "
        f"at most by {number(largest)} {'point' if largest == 1 else 'points'}."
    )


def print_changes(rows: Sequence[Change], console: Console) -> None:
    """Print what changes: in one sentence, by reason, then by learner."""
    console.print(headline(rows), highlight=False)
    if not rows:
        return
    if len(rows) > MOST_ROWS:
        console.print(reasons_table(rows))
    console.print(learners_table(rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        console.print(f"{len(rows) - MOST_ROWS} more rows are not shown.")


def reasons_table(rows: Sequence[Change]) -> Table:
    """How often each reason occurs, the most common first."""
    counts = Counter((row.lesson, row.exercise, row.why) for row in rows)
    table = plain_table("Why", ("lesson", "exercise", "why"), ("submissions",))
    for (lesson, exercise, why), count in counts.most_common(MOST_ROWS):
        table.add_row(*map(shown, (lesson, name_of(exercise), why)), str(count))
    return table


def learners_table(rows: Sequence[Change]) -> Table:
    """A line for each change."""
    numbers = ("before", "after", "change")
    table = plain_table("Whose", ("student", "lesson", "exercise", "why"), numbers)
    for row in rows:
        words = (row.student, row.lesson, name_of(row.exercise), row.why)
        scores = ("–" if s is None else number(s) for s in (row.before, row.after))
        table.add_row(*map(shown, words), *scores, signed(row.difference))
    return table


def plain_table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left")
    for name in words:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def shown(text: str) -> str:
    """Text of a learner's that a terminal shows and does not obey."""
    return escape(printable(text))


def signed(points: float) -> str:
    return f"+{number(points)}" if points > 0 else number(points)


def changes_csv(rows: Sequence[Change], path: Path) -> Path:
    """Write every change as a line of a table."""
    header = ["student", "lesson", "exercise", "before", "after", "why"]
    lines = [
        [row.student, row.lesson, row.exercise]
        + ["" if s is None else number(s) for s in (row.before, row.after)]
        + [row.why]
        for row in rows
    ]
    return write_rows(path, [header, *lines], encoding="utf-8-sig")
