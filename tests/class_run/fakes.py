"""A judge that needs no notebook, with submissions that do harm to their process.

The workers find these functions by name. A submission is a folder with a file `answer`:
its first word says what happens, its second is the score.
"""

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from types import SimpleNamespace

from nbformat.v4 import new_notebook, writes

from grading.jobs import Grader, Result
from grading.parts import Parts, Record
from grading.store import Job
from grading.verdict import ExerciseVerdict, Verdict

LESSON = "07_tiny"
POINTS = 10.0


class FakePlace:
    """A place to run code, in which nothing runs."""

    name = "none"

    def __init__(self, lesson: str):
        self.lesson = lesson

    def close(self) -> None:
        pass


def make_place(grader: Grader, lesson: str) -> FakePlace:
    return FakePlace(lesson)


def no_place(grader: Grader, lesson: str) -> FakePlace:
    raise FileNotFoundError("install bubblewrap")


def dead_place(grader: Grader, lesson: str) -> FakePlace:
    os._exit(9)


def key_of(grader: Grader, job: Job) -> str:
    return key(grader.path(job), grader.secret, grader.solutions)


def key(folder: Path, secret: int, solutions: Path) -> str:
    """The hash of what was handed in and of the checker, the file in `solutions`."""
    checker = (solutions / "checker").read_text()
    text = f"{(folder / 'answer').read_text()} {secret} {checker}"
    return hashlib.sha256(text.encode()).hexdigest()


def judge(student, lesson, folder, secret, place, solutions) -> SimpleNamespace:
    what, score = (folder / "answer").read_text().split()
    note(folder)
    act(what, folder)
    total = float(score) + float((solutions / "checker").read_text())
    digest = key(folder, secret, solutions)
    verdict = verdict_of(Job(lesson, student), total, "right", digest)
    return SimpleNamespace(verdict=verdict, notebook=new_notebook())


def act(what: str, folder: Path) -> None:
    """Do what the submission says."""
    if what == "exit":
        os._exit(3)
    if what == "kill" or (what == "kill_once" and runs(folder) == 1):
        sleep(0.5)  # Dask makes no new worker for one that dies while it starts
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleep(3600)
    if what == "slow":
        sleep(0.3)
    if what == "raise":
        raise RuntimeError("a mistake of the grader's own")


def note(folder: Path) -> None:
    """Count the runs of a submission."""
    with (folder / "runs").open("a") as file:
        file.write("x")


def runs(folder: Path) -> int:
    path = folder / "runs"
    return path.stat().st_size if path.exists() else 0


def verdict_of(job: Job, score: float, status: str, key: str, *findings) -> Verdict:
    exercise = ExerciseVerdict("07.double", POINTS, score, status)
    return Verdict(
        job.student, job.lesson, (exercise,), findings, sandbox="none", key=key
    )


def crashed(grader: Grader, job: Job, key: str, finding: str) -> Result:
    verdict = verdict_of(job, 0.0, "crashed", key, finding)
    return Result(verdict, writes(new_notebook()))


def gradebook(course: Path) -> Path:
    return course / "gradebook.txt"


@contextmanager
def recorder(course: Path) -> Iterator[Record]:
    """Append lines, so that what is recorded twice shows."""

    def record(verdict: Verdict, notebook: str) -> None:
        (status,) = (one.status for one in verdict.exercises)
        with gradebook(course).open("a") as file:
            file.write(f"{verdict.student} {verdict.score:g} {status}\n")

    yield record


def in_gradebook(course: Path) -> set[Job]:
    path = gradebook(course)
    lines = path.read_text().splitlines() if path.exists() else ()
    return {Job(LESSON, line.split()[0]) for line in lines}


FAKES = Parts(judge, make_place, key_of, crashed, recorder, in_gradebook, (__name__,))
