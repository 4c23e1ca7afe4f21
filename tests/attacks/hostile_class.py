"""How a hostile notebook is run: after wrong answers, among planted secrets."""

import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from grading.places import Place
from grading.sandbox import Limits
from utils.checks.evaluate import Report, evaluate
from utils.exercises import of_lesson
from utils.sources import source_of_names
from utils.subject import Trouble

ROOT = Path(__file__).parent.parent.parent
HOSTILE = Path(__file__).parent / "hostile"
FORGING = "# %% [forging.py]\n"
MEBIBYTE = 1 << 20
LIMITS = Limits(
    cell_seconds=0.5,
    submission_seconds=2.0,
    wall_factor=2.0,
    memory=300 * MEBIBYTE,
    processes=24,
    open_files=64,
    file_bytes=16 * MEBIBYTE,
    folder_bytes=32 * MEBIBYTE,
    reply_bytes=16 * MEBIBYTE,
)
SECONDS = 0.5  # of CPU time for an exercise here
EXERCISES = [e for e in of_lesson("01_knn").values() if not e.by_hand]

WRONG = """
import numpy as np


def l1_distances(X_test, X_train):
    return np.full((len(X_test), len(X_train)), 0.123)


l2_distances_two_loops = l2_distances_one_loop = l2_distances_no_loops = l1_distances


def predict_labels(distances, y_train, k):
    return np.full(len(distances), -7)


def cross_validate(X, y, ks, n_folds, *args):
    return np.full((len(ks), n_folds), -1.0)


def choose_k(accuracies, ks):
    return -1


answer_comparisons = answer_fold = answer_cost = answer_test_set = "nothing"
"""


@dataclass
class Secrets:
    """Things that a learner must never see, planted where a grader has them."""

    folder: Path
    token: str = field(default_factory=lambda: f"planted-{secrets.token_hex(12)}")
    files: Sequence[str] = ("gradebook.db", "class_seed", "submitted/ann/01_knn.ipynb")

    def plant(self) -> None:
        """Write the secret into files and the environment, and listen for calls."""
        for name in self.files:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.token)
        os.environ["COURSE_CLASS_SEED"] = self.token
        self.listeners = [
            listening(socket.AF_INET, ("127.0.0.1", 0)),
            listening(socket.AF_UNIX, str(self.folder / "socket")),
            listening(socket.AF_UNIX, "\0planted-abstract"),
        ]
        self.port = self.listeners[0].getsockname()[1]

    def unharmed(self) -> bool:
        """Whether the files are as they were, and none has come to them."""
        intact = all((self.folder / n).read_text() == self.token for n in self.files)
        places = (self.folder, ROOT, Path("/"), Path("/usr/lib"))
        return intact and not any((place / "attacked").exists() for place in places)

    def called(self) -> bool:
        """Whether anybody has connected to a listener."""
        for listener in self.listeners:
            with suppress(BlockingIOError):
                listener.accept()
                return True
        return False

    def remove(self) -> None:
        del os.environ["COURSE_CLASS_SEED"]
        for listener in self.listeners:
            listener.close()

    def cells_of(self, path: Path) -> list[str]:
        """The cells of a hostile notebook, with the places that it aims at."""
        text = path.read_text(encoding="utf-8").replace(FORGING, f"# %%\n{forging()}")
        marks = {"FOLDER": self.folder, "ROOT": ROOT, "PORT": self.port}
        for mark, value in marks.items():
            text = text.replace(f"@{mark}@", str(value))
        return text.split("# %%")[1:]


def forging() -> str:
    """The cell that several notebooks begin with."""
    return (HOSTILE / "shared" / "forging.py").read_text(encoding="utf-8")


def listening(family: int, address: object) -> socket.socket:
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen()
    listener.setblocking(False)
    return listener


@dataclass
class Result:
    """What became of one notebook: its reports, all that it said, and its time."""

    reports: list[Report] = field(default_factory=list)
    said: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float:
        return sum(report.score for report in self.reports)

    def statuses(self) -> dict[str, str]:
        return {report.exercise.id: report.status for report in self.reports}


def grade(place: Place, cells: Sequence[str], exercises=EXERCISES) -> Result:
    """Grade a notebook as far as it lets itself be graded."""
    result, start = Result(), monotonic()
    run, seen = None, []
    try:
        for exercise in exercises:
            if run is None or not run.alive():
                run = place.run(cells, 2.0)
                seen.append((run.errors, run.outputs))
            subject = run.subject(exercise.object_names, SECONDS)
            source = source_of_names(cells, exercise.object_names)
            result.reports.append(evaluate(exercise, subject, 11, source))
    except Trouble as trouble:
        seen.append((trouble, trouble.errors, trouble.outputs))
    finally:
        if run is not None:
            run.close()
    told = [(r.cases, r.rules, r.hint, r.notes) for r in result.reports]
    result.said = repr((seen, told))
    result.seconds = monotonic() - start
    return result


def descendants(process: int) -> set[int]:
    """All processes that come from one, as the machine sees them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1])
    found = {process}
    while new := {p for p, parent in parents.items() if parent in found} - found:
        found |= new
    return found
