"""How long one check takes in a notebook, after imports: the target is half a second.

    python benchmarks/check_time.py

For each exercise: a right answer (the oracle stands for it, where there is one), and
the slowest of its known mistakes, naming it included. Medians, one process, one thread
at a time; exercises over the target are marked.
"""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from utils.checks.evaluate import evaluate
from utils.checks.exercise import Exercise, Objects
from utils.checks.rules import source_of
from utils.exercises import LESSONS, of_lesson
from utils.subject.local import local_subject

ROUNDS, TARGET = 5, 0.5


def check_of(exercise: Exercise, objects: Objects) -> Callable[[], object]:
    """What a notebook does for one check."""

    def check() -> object:
        subject = local_subject(dict(objects), exercise.seconds)
        return evaluate(exercise, subject, 0, source_of(objects.values()) or "pass")

    return check


def seconds(check: Callable[[], object]) -> float:
    """The median time of a check; a first one imports the oracle's library."""
    check()
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        check()
        times.append(perf_counter() - start)
    return median(times)


def rows() -> Iterator[tuple[str, float | None, float]]:
    """Exercise, time of a right answer, time of the slowest mistake."""
    for stem in LESSONS:
        for exercise in of_lesson(stem).values():
            if exercise.by_hand:
                continue
            right = exercise.objects and seconds(check_of(exercise, exercise.objects))
            versions = map(exercise.version_of, exercise.misconceptions)
            slowest = max(seconds(check_of(exercise, version)) for version in versions)
            yield exercise.id, right or None, slowest


def main() -> None:
    """Print the table."""
    table = Table("exercise", "right answer", "slowest mistake", "")
    for column in table.columns[1:3]:
        column.justify = "right"
    for name, right, slowest in rows():
        shown = f"{right * 1e3:.0f} ms" if right else "no oracle"
        late = max(right or 0, slowest) > TARGET
        table.add_row(name, shown, f"{slowest * 1e3:.0f} ms", "slow" if late else "")
    Console().print(table)


if __name__ == "__main__":
    main()
