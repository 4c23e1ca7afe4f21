"""The runs of one submission: another is started where one has ended.

Whatever a learner's cells do, as much of them is run as can be, so that every exercise
is graded for what is there.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from grading.places import Place, Run
from utils.sources import only_definitions, source_of_names
from utils.subject import Crashed, OutOfMemory, Subject, TimedOut, Trouble

SECONDS = 60.0
SECONDS_ALONE = 15.0
MOST_CULPRITS = 3
ENDINGS = (TimedOut, OutOfMemory, Crashed)


class Session:
    """Reaches what the cells of one submission made; use it in a `with` block.

    `own` numbers the cells that the learner wrote: only these are left out, in whole or
    in part, where the cells do not come to their end. `run` is the run that did, with
    its errors and outputs; `reduced` holds the numbers of the cells that it did not run
    in full, and `trouble` how the first run ended.
    """

    def __init__(self, place: Place, cells: Sequence[str], own: Sequence[int]):
        self.place, self.cells, self.own = place, list(cells), frozenset(own)
        self.trouble: Trouble | None = None
        self.culprit: int | None = None
        self.complete = False
        self.reduced: set[int] = set()
        self.errors: list[str] = [""] * len(cells)
        self.outputs: list[list[dict[str, Any]]] = [[] for _ in cells]
        self.run = self.first_run()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """End the run that is left."""
        if self.run is not None:
            with suppress(Exception):
                self.run.close()
        self.run = None

    def first_run(self) -> Run | None:
        """Run the cells, in full if they come to an end, else what can be run."""
        for cells in self.plans():
            try:
                run = self.place.run(cells, SECONDS)
            except ENDINGS as trouble:
                self.trouble = self.trouble or trouble
                self.culprit = getattr(trouble, "cell", None)
                continue
            self.cells, self.complete = cells, True
            self.errors, self.outputs = list(run.errors), list(run.outputs)
            return run
        return None

    def plans(self) -> Iterator[list[str]]:
        """The cells, with less of the learner's work each time they are asked for.

        A cell that is known to have ended the run keeps only what it defines; after a
        few of them, or where none is known, this goes for every cell of the learner's.
        """
        cells = list(self.cells)
        yield list(cells)
        for _ in range(MOST_CULPRITS):
            number = self.culprit
            if number not in self.own or number in self.reduced:
                break
            self.reduce(cells, number)
            yield list(cells)
        for number in self.own - self.reduced:
            self.reduce(cells, number)
        yield cells

    def reduce(self, cells: list[str], number: int) -> None:
        """Leave of a cell what it defines."""
        cells[number] = only_definitions(cells[number])
        self.reduced.add(number)

    def subject(self, names: tuple[str, ...], seconds: float) -> Subject:
        """What the cells made; never raises, but the subject may only tell of trouble.

        Where no run of all cells came to an end, these names are run alone.
        """
        try:
            if not self.complete or self.run is None or not self.run.alive():
                self.close()
                self.run = self.next_run(names)
            return self.run.subject(names, seconds)
        except ENDINGS as trouble:
            return Subject(Ended(trouble), names)

    def next_run(self, names: tuple[str, ...]) -> Run:
        """A new run for one exercise, after the last one has ended."""
        if self.complete:
            return self.place.run(self.cells, SECONDS)
        cells = [only_definitions(cell) for cell in self.cells]
        imports = [
            line for cell in cells for line in cell.splitlines() if is_import(line)
        ]
        return self.place.run([*imports, source_of_names(cells, names)], SECONDS_ALONE)


def is_import(line: str) -> bool:
    return line.startswith(("import ", "from "))


class Ended:
    """The channel to a process that could not be run: every step tells of it."""

    def __init__(self, trouble: Trouble):
        self.trouble = trouble

    def send(self, tree: Any, arrays: list) -> tuple[Any, list]:
        raise self.trouble
