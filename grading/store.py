"""What a class run keeps in the course's folder, so that it can stop and go on.

    verdicts/<lesson>/<student>.ipynb       the graded notebook
    verdicts/<lesson>/<student>.json        the verdict: complete once it is there
    verdicts/<lesson>/<student>.recorded    which verdict is in the gradebook

Every file is either the old or the new one, never a part of one.
"""

from dataclasses import dataclass
from pathlib import Path

from grading.verdict import Verdict, load

VERDICTS, DRAFTS = "verdicts", "drafts"


@dataclass(frozen=True, order=True)
class Job:
    """Who handed in which lesson; they are graded and recorded in this order."""

    lesson: str
    student: str


class Store:
    """The verdicts in one folder, by submission."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, job: Job, kind: str) -> Path:
        """The file of a kind: "ipynb", "json" or "recorded"."""
        return self.folder / job.lesson / f"{job.student}.{kind}"

    def save(self, job: Job, verdict: Verdict, notebook: str) -> None:
        """Keep a verdict; the notebook comes first, so that no verdict lacks one."""
        write(self.path(job, "ipynb"), notebook)
        verdict.save(self.path(job, "json"))

    def verdict(self, job: Job) -> Verdict | None:
        """The verdict that is kept; None where there is none that can be read."""
        try:
            return load(self.path(job, "json"))
        except (OSError, ValueError, TypeError, LookupError):
            return None

    def notebook(self, job: Job) -> str:
        """The text of the notebook that goes with the verdict."""
        return self.path(job, "ipynb").read_text(encoding="utf-8")

    def mark_recorded(self, job: Job, what: str) -> None:
        """Note what has been recorded."""
        write(self.path(job, "recorded"), what)

    def recorded(self, job: Job) -> str:
        """What was recorded last; "" where nothing was."""
        try:
            return self.path(job, "recorded").read_text(encoding="utf-8")
        except OSError:
            return ""

    def move(self, job: Job, other: "Store") -> None:
        """Hand a verdict and its notebook over to another store."""
        for kind in ("ipynb", "json"):
            target = other.path(job, kind)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path(job, kind).replace(target)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
