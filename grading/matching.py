"""Which cell of a submission is which cell of the instructor's notebook."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from grading.master import ANSWERS, Master
from utils.sources import names_defined

Given = dict[str, Any]
COMPARED = ("grade", "solution", "locked", "points")


class Match:
    """The cells of a submission, each with the number of its cell in the master.

    A cell is known by its cell id, which is easily lost but rarely forged, and by its
    grade_id; where both are gone by what it holds, or by the names that it defines. The
    last of several copies counts: its definitions are those a notebook is left with.
    """

    def __init__(self, submitted: list[Given], master: Master):
        self.submitted, self.master = submitted, master
        self.found: list[int | None] = [None] * len(submitted)
        self.stripped: list[str] = []
        self.names = cache(
            lambda position: names_defined(submitted[position]["source"])
        )
        self.claim_by_marks()
        for known in (self.same_source, self.same_check):
            self.claim(known)
        self.claim_by_names()
        self.claim_prose_answers()

    def claim_by_marks(self) -> None:
        """Match by cell id, else by grade_id; several may match one cell."""
        ids = {cell.id: i for i, cell in enumerate(self.master.cells)}
        numbers = {name: i for i, name in enumerate(self.master.names) if name}
        for position, cell in enumerate(self.submitted):
            grade_id = cell["nbgrader"].get("grade_id")
            by_name = numbers.get(grade_id) if isinstance(grade_id, str) else None
            for index in (ids.get(cell["id"]), by_name):
                if index is not None and self.same_type(cell, index):
                    self.found[position] = index
                    if self.master.names[index] and by_name is None:
                        self.stripped.append(self.master.names[index])
                    break

    def same_type(self, cell: Given, index: int) -> bool:
        return cell["cell_type"] == self.master.cells[index].cell_type

    def claim(self, known: Callable[[Given, int], bool]) -> None:
        """Match what is still open on both sides, in order, where `known` says so."""
        for index in self.open_indices():
            for position in self.open_positions():
                cell = self.submitted[position]
                if self.same_type(cell, index) and known(cell, index):
                    self.take(position, index)
                    break

    def take(self, position: int, index: int) -> None:
        self.found[position] = index
        if self.master.names[index]:
            self.stripped.append(self.master.names[index])

    def open_indices(self) -> list[int]:
        taken = set(self.found)
        return [i for i in range(len(self.master.cells)) if i not in taken]

    def open_positions(self) -> list[int]:
        return [p for p, index in enumerate(self.found) if index is None]

    def same_source(self, cell: Given, index: int) -> bool:
        return cell["source"].strip() == self.master.cells[index].source.strip()

    def same_check(self, cell: Given, index: int) -> bool:
        exercise = self.master.checked.get(self.master.names[index], "")
        call = rf"""\bcheck\(\s*["']{re.escape(exercise)}["']"""
        is_check = self.master.kinds[index] == "check"
        return is_check and re.search(call, cell["source"]) is not None

    def claim_by_names(self) -> None:
        """An answer cell without its marks is the last that defines what it should."""
        for index in self.open_indices():
            if self.master.kinds[index] != "answer":
                continue
            wanted = names_defined(self.master.cells[index].source)
            for position in reversed(range(len(self.submitted))):
                if self.may_be_answer(position) and wanted & self.names(position):
                    self.take(position, index)
                    break

    def may_be_answer(self, position: int) -> bool:
        """Whether a cell is free, or stands where a check was and is none."""
        index, cell = self.found[position], self.submitted[position]
        if cell["cell_type"] != "code":
            return False
        return index is None or (
            self.master.kinds[index] in ("check", "test")
            and not self.same_source(cell, index)
        )

    def claim_prose_answers(self) -> None:
        """An answer in words without its marks follows the cell it follows there."""
        for index in self.open_indices():
            if self.master.kinds[index] != "written" or index - 1 not in self.found:
                continue
            position = self.found.index(index - 1) + 1
            is_open = position in self.open_positions()
            if is_open and self.same_type(self.submitted[position], index):
                self.take(position, index)

    def positions(self, index: int) -> list[int]:
        """Where the cells that are this cell of the master stand, in order."""
        return [p for p, found in enumerate(self.found) if found == index]

    def answer(self, index: int) -> Given | None:
        """What the learner wrote in an answer cell: the last of its copies."""
        positions = self.positions(index)
        return self.submitted[positions[-1]] if positions else None

    def earlier_copies(self, index: int) -> Iterator[Given]:
        """Copies of an answer cell before the last; they run before it."""
        if self.master.kinds[index] == "answer":
            for position in self.positions(index)[:-1]:
                yield self.submitted[position]

    def edited(self, index: int) -> Iterator[Given]:
        """The learner's version of a free code cell, where it is another."""
        if self.master.kinds[index] == "code":
            for position in self.positions(index):
                if not self.same_source(self.submitted[position], index):
                    yield self.submitted[position]

    def added_after(self, index: int) -> Iterator[Given]:
        """The learner's own cells that follow a cell of the master (-1: none)."""
        last = -1
        for cell, found in zip(self.submitted, self.found, strict=True):
            last = last if found is None else found
            if found is None and last == index:
                yield cell

    def findings(self) -> list[str]:
        """What is odd about the submission's cells, in words."""
        odd = []
        for index, kind in enumerate(self.master.kinds):
            name = self.master.names[index]
            if name:
                odd += self.oddities(index, kind, name)
        return odd + self.lost_marks() + self.order()

    def oddities(self, index: int, kind: str, name: str) -> Iterator[str]:
        """What is odd about the copies of one cell that is graded or answered."""
        cells = [self.submitted[p] for p in self.positions(index)]
        if not cells:
            yield f"The {label(kind)} `{name}` is missing."
        if len(cells) > 1:
            which = "the last was graded" if kind in ANSWERS else "ours was used"
            count = f"{len(cells)} times"
            yield f"The {label(kind)} `{name}` stands there {count}; {which}."
        same = all(self.same_source(cell, index) for cell in cells)
        if kind not in ANSWERS and not same:
            yield f"The {label(kind)} `{name}` was edited; ours was used."
        for cell in cells[-1:]:
            yield from self.changed_marks(cell, index, name)

    def changed_marks(self, cell: Given, index: int, name: str) -> Iterator[str]:
        """Points, locks or tags of a cell that are not the master's."""
        ours = self.master.cells[index].metadata
        marks = cell["nbgrader"]
        for key in COMPARED if marks.get("grade_id") == name else ():
            if key in ours.nbgrader and marks.get(key) != ours.nbgrader[key]:
                was, now = ours.nbgrader[key], str(marks.get(key))[:40]
                yield f"The cell `{name}` had its {key} changed from {was} to {now}."
        tags = sorted({tag[:40] for tag in cell["tags"]} - set(ours.get("tags", [])))
        if tags:
            yield f"The cell `{name}` was tagged {', '.join(tags[:5])}: ignored."

    def lost_marks(self) -> list[str]:
        """The finding that cells had lost their grade_id."""
        if not self.stripped:
            return []
        names = ", ".join(f"`{name}`" for name in self.stripped[:5])
        more = f" and {len(self.stripped) - 5} more" if len(self.stripped) > 5 else ""
        return [
            f"Cells had lost their nbgrader marks, but were recognised: {names}{more}."
        ]

    def order(self) -> list[str]:
        """The finding that cells stand in another order than in the master."""
        last = {found: p for p, found in enumerate(self.found) if found is not None}
        marked = [i for i in sorted(last) if self.master.names[i]]
        moved = [
            self.master.names[after]
            for before, after in pairwise(marked)
            if last[after] < last[before]
        ]
        if not moved:
            return []
        names = ", ".join(f"`{name}`" for name in moved[:5])
        return [f"Cells stood in another order, near {names}; they were put back."]


def label(kind: str) -> str:
    """What the instructor calls a cell of this kind."""
    return {"check": "check cell", "test": "test cell", "task": "task"}.get(
        kind, "answer cell"
    )
