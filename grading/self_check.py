"""`course check`: a learner's own notebooks graded on the spot, lesson by lesson."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from grading.process import NoSandbox
from grading.session import Session
from utils.checks.card import as_text
from utils.checks.evaluate import Report, evaluate
from utils.checks.exercise import Exercise
from utils.checks.notebook import LEARNERS_SEED
from utils.exercises import LESSONS, of_lesson
from utils.sources import source_of_names, without_magics
from utils.subject import TimedOut, Trouble


@dataclass
class Progress:
    """How far a learner has come in one lesson.

    `trouble` says why the notebook could not be read, or not be run to its end.
    """

    stem: str
    reports: list[Report] = field(default_factory=list)
    by_hand: list[Exercise] = field(default_factory=list)
    trouble: str = ""

    @property
    def score(self) -> float:
        """Points so far, written answers left out."""
        return sum(report.score for report in self.reports)

    @property
    def points(self) -> float:
        """Points that can be had, written answers left out."""
        exercises = of_lesson(self.stem).values()
        return sum(e.points for e in exercises if not e.by_hand)


def check_work(work: Path, console: Console | None = None) -> list[Progress]:
    """Grade every notebook in `work`, show the progress, and say what to do next."""
    console = console or Console()
    progress = []
    for stem in LESSONS:
        with console.status(f"Checking {stem} …"):
            progress.append(check_lesson(work / f"{stem}.ipynb"))
    console.print(progress_table(progress))
    show_next(progress, console)
    return progress


def check_lesson(path: Path) -> Progress:
    """Run one notebook's cells in a process of their own and check what they made."""
    progress = Progress(path.stem)
    if not path.exists():
        progress.trouble = "not started: `make lab` puts it into work/"
        return progress
    try:
        cells = cells_to_run(nbformat.read(path, as_version=4))
    except (ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError):
        progress.trouble = (
            f"{path} is not a notebook that can be read. Move it away, and "
            "`make lab` puts a fresh copy in its place."
        )
        return progress
    check_exercises(cells, progress)
    return progress


def cells_to_run(notebook: NotebookNode) -> list[str]:
    """The learner's code: no check cells and no experiments, and without magics."""
    return [
        without_magics(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
        and "experiment" not in cell.metadata.get("tags", [])
        and not only_graded(cell.metadata.get("nbgrader", {}))
    ]


def only_graded(nbgrader: dict) -> bool:
    return bool(nbgrader.get("grade")) and not nbgrader.get("solution")


def check_exercises(cells: Sequence[str], progress: Progress) -> None:
    """Check every exercise, as grading does, on the cases that a learner sees."""
    with Session(NoSandbox(), cells, range(len(cells))) as session:
        if session.trouble is not None:
            progress.trouble = trouble_text(session.trouble)
        for exercise in of_lesson(progress.stem).values():
            if exercise.by_hand:
                progress.by_hand.append(exercise)
                continue
            subject = session.subject(exercise.object_names, exercise.seconds)
            source = source_of_names(cells, exercise.object_names)
            progress.reports.append(evaluate(exercise, subject, LEARNERS_SEED, source))


def trouble_text(trouble: Trouble) -> str:
    """Why the cells did not come to their end; they were then run without the calls."""
    if isinstance(trouble, TimedOut):
        return f"its cells were {trouble}: is there a loop that never ends?"
    return f"its cells ended the process ({trouble or trouble.status})"


def progress_table(progress: Sequence[Progress]) -> Table:
    """One line a lesson: a bar, the points, and what is left."""
    table = Table("Lesson", "Progress", "Points", "Right", "Left to do")
    for lesson in progress:
        right = sum(report.status == "right" for report in lesson.reports)
        left = [r.exercise.id for r in lesson.reports if r.status != "right"]
        counted = f"{right} of {len(lesson.reports)}" if lesson.reports else "-"
        table.add_row(
            lesson.stem,
            ProgressBar(total=lesson.points, completed=lesson.score, width=20),
            f"{lesson.score:g} of {lesson.points:g}",
            counted,
            lesson.trouble or ", ".join(left) or "nothing",
        )
    return table


def show_next(progress: Sequence[Progress], console: Console) -> None:
    """The first exercise begun and not right, and what waits for a person."""
    begun = [
        report
        for lesson in progress
        for report in lesson.reports
        if report.status not in ("right", "not written")
    ]
    if begun:
        console.print("\nThe first one to look at:\n")
        console.print(as_text(begun[0]), markup=False, highlight=False)
    written = [exercise.id for lesson in progress for exercise in lesson.by_hand]
    if written:
        console.print(f"\nWritten answers are graded by a person: {', '.join(written)}")
