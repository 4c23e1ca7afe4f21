"""How far a round is, on a terminal: two bars with rate and time left."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{60 * speed:,.0f} a minute" if speed else "")


class Bars:
    """One bar for submissions judged, one for submissions in the gradebook."""

    def __init__(self, progress: Progress, total: int):
        self.progress = progress
        self.grading = progress.add_task("Grading", total=None)
        self.recording = progress.add_task("Recording", total=total)

    def to_judge(self, count: int) -> None:
        self.progress.update(self.grading, total=count)

    def judged(self) -> None:
        self.progress.advance(self.grading)

    def recorded(self) -> None:
        self.progress.advance(self.recording)


@contextmanager
def bars(console: Console, total: int) -> Iterator[Bars]:
    """Show the bars while the block runs."""
    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, total)
