"""Where learners' code can run, and what grading may ask of such a place."""

from collections.abc import Sequence
from typing import Any, Protocol

from utils.subject import Subject


class Run(Protocol):
    """The cells of one submission, run to their end in a process of their own.

    `errors` holds, for each cell, the error it ended with ("" for none); `outputs`, for
    each cell, what it printed and drew, as nbformat outputs of bounded size.
    """

    errors: list[str]
    outputs: list[list[dict[str, Any]]]

    def subject(self, names: tuple[str, ...], seconds: float) -> Subject:
        """What the cells made, reached in steps; all steps together get `seconds`."""

    def alive(self) -> bool:
        """Whether further subjects can still be reached."""

    def close(self) -> None:
        """End the process and all its descendants."""


class Place(Protocol):
    """A way to run submissions: `name` is "bubblewrap" or "none"."""

    name: str

    def run(self, cells: Sequence[str], seconds: float) -> Run:
        """Run the cells; raises TimedOut, OutOfMemory or Crashed."""

    def close(self) -> None:
        """Give back whatever was kept warm."""
