"""Reading a lesson of `solutions/` as cells that know where they stand in the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jupytext
from nbformat import NotebookNode

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise

PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
HEADER = re.compile(r"^# %%.*$", re.MULTILINE)


@dataclass
class Cell:
    """One cell of a lesson: its notebook node, its header line and where that is."""

    node: NotebookNode
    file: str
    line: int
    header: str

    @property
    def nbgrader(self) -> dict:
        """The nbgrader part of the header, empty where there is none."""
        return self.node.metadata.get("nbgrader", {})

    @property
    def is_code(self) -> bool:
        """Whether the cell holds Python, not prose."""
        return self.node.cell_type == "code"

    @property
    def is_graded(self) -> bool:
        """Whether the cell earns points."""
        return bool(self.nbgrader.get("grade"))

    @property
    def is_solution(self) -> bool:
        """Whether the learner writes in the cell."""
        return bool(self.nbgrader.get("solution"))

    @property
    def is_written(self) -> bool:
        """Whether the cell is an answer that a person grades."""
        return self.is_graded and self.is_solution


@dataclass
class Lesson:
    """A lesson as it is written: its cells in order and its exercises by id."""

    stem: str
    text: str
    cells: list[Cell]
    exercises: "Mapping[str, Exercise]"

    @property
    def number(self) -> str:
        """The number that starts the lesson's exercise ids (`"01"`)."""
        return self.stem.partition("_")[0]


class MalformedCell(ValueError):
    """A cell that the build refuses; the message quotes it and says what to do."""

    def __init__(self, cell: Cell, problem: str, remedy: str):
        quoted = "\n".join(f"    {line}".rstrip() for line in quote(cell).split("\n"))
        where = f"{cell.file}, line {cell.line}"
        super().__init__(f"{where}: {problem}. {remedy}.\n\n{quoted}\n")
        self.cell = cell


def quote(cell: Cell) -> str:
    """The cell as it stands in the file, header first."""
    return f"{cell.header}\n{cell.node.source}".strip("\n")


def read_lesson(path: Path, exercises: "Mapping[str, Exercise]") -> Lesson:
    """Read one file of `solutions/` (percent format) into cells."""
    text = path.read_text(encoding="utf-8")
    file = f"{path.parent.name}/{path.name}"
    nodes = jupytext.reads(text, fmt=PERCENT).cells
    return Lesson(path.stem, text, located(nodes, text, file), exercises)


def located(nodes: list[NotebookNode], text: str, file: str) -> list[Cell]:
    """Each node with the header line that opens it; jupytext does not say where."""
    cells, position = [], 0
    for node in nodes:
        header = HEADER.search(text, position)
        if header is None or (not cells and text[: header.start()].strip()):
            cells.append(Cell(node, file, 1, ""))
            continue
        line = text.count("\n", 0, header.start()) + 1
        cells.append(Cell(node, file, line, header.group()))
        found = text.find(node.source, header.end())
        position = header.end() if found < 0 else found + len(node.source)
    return cells
