"""Rebuilding the notebook that is graded from the instructor's.

Only what the learner wrote is grafted in: answers, and cells of the learner's own at
their place. Everything else of a submission counts for nothing, and what was changed in
it becomes a finding.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.master import ANSWERS, Master
from grading.matching import Match
from grading.outputs import safe_attachments, safe_markdown
from utils.sources import LONGEST_CELL, needed, without_magics

MISSING = "This cell was missing from what was handed in."
NOT_RUN = ("check", "experiment")
Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Graft:
    """The notebook to grade, without outputs.

    `run` numbers its cells that are run, in order, and `own` those of them that the
    learner wrote; cells of ours that nothing draws on only show something and are not
    run. `missing` and `untouched` hold the grade_ids of answers that were not handed in
    or are still the stub.
    """

    notebook: NotebookNode
    run: tuple[int, ...]
    own: frozenset[int]
    findings: tuple[str, ...]
    missing: frozenset[str] = frozenset()
    untouched: frozenset[str] = frozenset()

    @property
    def cells(self) -> list[str]:
        """The source of the cells that are run, magics left out."""
        cells = self.notebook.cells
        return [without_magics(cells[number].source) for number in self.run]


def graft(submitted: Cells, kernel: str, master: Master) -> Graft:
    """Put what the learner wrote into the master's notebook."""
    match = Match(submitted, master)
    builder = Builder(match)
    for index in range(-1, len(master.cells)):
        builder.add(index)
    findings = [*builder.findings, *match.findings(), *foreign_kernel(kernel, master)]
    notebook = NotebookNode(
        cells=builder.cells,
        metadata=deepcopy(master.notebook.metadata),
        nbformat=4,
        nbformat_minor=5,
    )
    return Graft(
        notebook,
        tuple(builder.needed()),
        frozenset(builder.own),
        tuple(findings),
        frozenset(builder.missing),
        frozenset(builder.untouched),
    )


class Builder:
    """Collects the cells of the new notebook, one cell of the master after another."""

    def __init__(self, match: Match):
        self.match, self.master = match, match.master
        self.cells: list[NotebookNode] = []
        self.run: list[int] = []
        self.own: set[int] = set()
        self.findings: list[str] = []
        self.missing: set[str] = set()
        self.untouched: set[str] = set()
        self.added = 0

    def add(self, index: int) -> None:
        """Append one cell of the master (-1: none) and the learner's cells after it."""
        if index >= 0:
            self.add_own(self.match.earlier_copies(index))
            self.append(*self.grafted(index))
            self.add_own(self.match.edited(index))
        self.add_own(self.match.added_after(index))

    def grafted(self, index: int) -> tuple[NotebookNode, bool, bool]:
        """A cell of the master, with the learner's answer if it is an answer cell.

        Also whether it is run, and whether the learner wrote it.
        """
        cell, kind = deepcopy(self.master.cells[index]), self.master.kinds[index]
        runs = cell.cell_type == "code" and kind not in NOT_RUN
        if kind not in ANSWERS:
            return cell, runs, False
        given, name = self.match.answer(index), self.master.names[index]
        if given is None:
            self.missing.add(name)
            if cell.cell_type == "code":
                cell.source = f"# {MISSING}"
            return cell, runs, False
        if given["source"].strip() == cell.source.strip():
            self.untouched.add(name)
            return cell, runs, True
        self.fill(cell, given)
        return cell, runs, True

    def add_own(self, given: Iterable[dict[str, Any]]) -> None:
        """Append cells of the learner's own."""
        for cell in given:
            if cell["cell_type"] == "raw" or not cell["source"].strip():
                continue
            is_code = cell["cell_type"] == "code"
            node = new_code_cell() if is_code else new_markdown_cell()
            self.added += 1
            node.id = f"added-by-learner-{self.added}"
            self.fill(node, cell)
            self.append(node, is_code and "experiment" not in cell["tags"], True)

    def fill(self, node: NotebookNode, given: dict[str, Any]) -> None:
        """Put the learner's source into a cell, and nothing else of the learner's."""
        source = given["source"]
        if len(source) > LONGEST_CELL:
            self.findings.append(
                f"A cell of {len(source):,} characters was left out; at most "
                f"{LONGEST_CELL:,} are read. It begins with: {source[:60]!r}"
            )
            source = f"# This cell of {len(source):,} characters was left out."
        if node.cell_type == "markdown":
            node.source = safe_markdown(source)
            kept = safe_attachments(given["attachments"])
            if kept:
                node.attachments = kept
        else:
            node.source = source

    def append(self, cell: NotebookNode, runs: bool, own: bool) -> None:
        if runs:
            self.run.append(len(self.cells))
        if runs and own:
            self.own.add(len(self.cells))
        self.cells.append(cell)

    def needed(self) -> list[int]:
        """The cells to run: a cell of ours that only shows something is left out."""
        sources = [without_magics(self.cells[number].source) for number in self.run]
        wanted = [n for n, cell in enumerate(self.run) if self.must_run(cell)]
        return [self.run[n] for n in sorted(needed(sources, wanted))]

    def must_run(self, number: int) -> bool:
        """Whether the learner wrote a cell, or its error is a score."""
        return number in self.own or "nbgrader" in self.cells[number].metadata


def foreign_kernel(kernel: str, master: Master) -> list[str]:
    """The finding that a notebook was written for another language's kernel."""
    ours = master.notebook.metadata.kernelspec.name
    if not kernel or kernel == ours or "python" in kernel.lower():
        return []
    return [f"The notebook asks for the kernel {kernel[:60]!r}; Python was used."]
