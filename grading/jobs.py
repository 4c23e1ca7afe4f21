"""One submission in a worker process: the job that an executor runs.

A worker runs one job at a time and keeps its place to run code, the sandbox, warm from
one job to the next.
"""

import atexit
import faulthandler
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from grading.places import Place
from grading.store import Job
from grading.verdict import Verdict


@dataclass(frozen=True)
class Grader:
    """How every submission of a run is judged; functions travel by their name.

    `judge(student, lesson, folder, secret, place, solutions)` gives something with a
    `verdict` and a `notebook`; `make_place(grader, lesson)` the place where the code
    runs. A job that takes longer than `seconds` has its process ended.
    """

    judge: Callable[..., Any]
    make_place: Callable[["Grader", str], Place]
    submitted: Path
    solutions: Path
    secret: int
    sandbox: str = "bubblewrap"
    seconds: float = 7200.0

    def path(self, job: Job) -> Path:
        """The folder that the learner handed in."""
        return self.submitted / job.student / job.lesson


@dataclass(frozen=True)
class Result:
    """What comes back of a job; `failure` says why there is no verdict."""

    verdict: Verdict | None
    notebook: str = ""
    failure: str = ""


@dataclass
class Kept:
    """The place that this process keeps: for which lesson and grader it was made."""

    made_for: tuple | None = None
    place: Place | None = None

    def get(self, grader: Grader, lesson: str) -> Place:
        """A place for the lesson; the one of another lesson is given back."""
        wanted = (grader.make_place, grader.sandbox, grader.solutions, lesson)
        if self.made_for != wanted:
            self.drop()
            self.place = grader.make_place(grader, lesson)
            self.made_for = wanted
        return self.place

    def drop(self) -> None:
        """Give the place back."""
        place, self.place, self.made_for = self.place, None, None
        if place is not None:
            place.close()


KEPT = Kept()
atexit.register(KEPT.drop)
ONE_AT_A_TIME = Lock()


def start_worker() -> None:
    """In a new process: leave Ctrl-C to the parent, and end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=end_with, args=(parent.sentinel,), daemon=True).start()


def end_with(sentinel: int) -> None:
    """Wait until the process of this sentinel ends, then end at once."""
    wait([sentinel])
    os._exit(1)


def get_ready(grader: Grader, job: Job) -> None:
    """Make the place, so that what is wrong with it is not blamed on a submission."""
    with ONE_AT_A_TIME:
        KEPT.get(grader, job.lesson)


def grade_one(grader: Grader, job: Job) -> Result:
    """Judge a submission; an error of the grader itself becomes a failure in words."""
    with ONE_AT_A_TIME, open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(grader.seconds, exit=True, file=nowhere)
        try:
            return judged(grader, job)
        except Exception as error:
            KEPT.drop()
            return Result(None, failure=f"{type(error).__name__}: {error}")
        finally:
            faulthandler.cancel_dump_traceback_later()


def judged(grader: Grader, job: Job) -> Result:
    """The judge's answer, with the notebook as the text that is kept."""
    from nbformat.v4 import writes

    place = KEPT.get(grader, job.lesson)
    answer = grader.judge(
        job.student,
        job.lesson,
        grader.path(job),
        grader.secret,
        place,
        grader.solutions,
    )
    return Result(answer.verdict, writes(answer.notebook))
