"""A class in a folder, graded by the judge of `fakes`."""

from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grading.class_run import How, grade_all, regrade
from grading.round import Tally
from tests.class_run import fakes


@dataclass
class FakeClass:
    """A course's folder, and what was printed while it was graded."""

    folder: Path
    how: How
    page: StringIO = field(default_factory=StringIO)

    def hand_in(self, student: str, answer: str) -> Path:
        """A submission: what it does to its process, and its score."""
        folder = self.folder / "submitted" / student / fakes.LESSON
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "answer").write_text(answer)
        return folder

    def set_checker(self, bonus: float) -> None:
        """The checker: points that everyone gets on top."""
        (self.how.solutions / "checker").write_text(str(bonus))

    def grade(self, **how) -> Tally:
        return grade_all(self.folder, (), replace(self.how, **how), self.console)

    def regrade(self, agree: bool) -> Tally:
        return regrade(self.folder, lambda: agree, (), self.how, self.console)

    @property
    def console(self) -> Console:
        return Console(file=self.page, width=100)

    @property
    def printed(self) -> str:
        return self.page.getvalue()

    @property
    def gradebook(self) -> list[str]:
        """The lines of the gradebook, in the order in which they were written."""
        path = fakes.gradebook(self.folder)
        return path.read_text().splitlines() if path.exists() else []

    def runs(self, student: str) -> int:
        """How often a submission was run."""
        return fakes.runs(self.folder / "submitted" / student / fakes.LESSON)

    def files(self) -> dict[str, bytes]:
        """Everything that is kept of the verdicts."""
        kept = sorted((self.folder / "verdicts").rglob("*"))
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in kept
            if path.is_file()
        }


def new_class(folder: Path) -> FakeClass:
    """A class in a new folder: no submissions yet, and two processes."""
    source = folder / "source" / fakes.LESSON
    source.mkdir(parents=True)
    (source / f"{fakes.LESSON}.ipynb").touch()
    (folder / "class_seed").write_text("5")
    solutions = folder / "solutions"
    solutions.mkdir()
    how = How(jobs=2, sandbox="none", solutions=solutions, parts=fakes.FAKES)
    made = FakeClass(folder, how)
    made.set_checker(0)
    return made


@pytest.fixture
def make_class(tmp_path):
    """Make a class by name."""
    return lambda name: new_class(tmp_path / name)


@pytest.fixture
def a_class(tmp_path) -> FakeClass:
    """A class of which nobody has handed in."""
    return new_class(tmp_path / "course")
