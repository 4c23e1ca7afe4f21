"""Grading a whole class, and grading it again: what the command line calls."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from grading.course import SOLUTIONS, CannotGrade, class_seed, lessons_in
from grading.executors import Cluster, Crew, Processes
from grading.jobs import Grader
from grading.parts import Parts
from grading.progress import bars
from grading.round import Round, Tally
from grading.store import DRAFTS, Job, Store
from grading.verdict import Verdict
from grading.warm import oracles_of

SANDBOXES = ("bubblewrap", "none")
STOPPED = (
    "Stopped. Every verdict so far is kept ({judged} from this run): run the same "
    "command again to go on from here."
)
BUSY = "{course} is being graded by another command: wait until it has ended"
NO_LESSON = "the course has no lesson {lesson}: expected one of {lessons}"


class Stopped(CannotGrade):
    """The instructor stopped the run; what was done is kept."""


@dataclass(frozen=True)
class How:
    """How a class is run.

    `jobs` processes on this machine, one for each core if 0; or, with the address of a
    Dask `scheduler`, the workers of that cluster. A submission that takes longer than
    `seconds` in all has its process ended.
    """

    jobs: int = 0
    scheduler: str = ""
    sandbox: str = "bubblewrap"
    seconds: float = 7200.0
    solutions: Path = SOLUTIONS
    parts: Parts = field(default_factory=Parts)

    def crew(self, lessons: Iterable[str] = ()) -> Crew:
        """The processes that grade these lessons."""
        if self.scheduler:
            return Cluster(self.scheduler)
        modules = (*self.parts.modules, *oracles_of(lessons))
        return Processes(self.jobs or os.cpu_count() or 1, modules)

    def grader(self, course: Path) -> Grader:
        """What every worker is told."""
        if self.sandbox not in SANDBOXES:
            raise CannotGrade(
                f"--sandbox is {self.sandbox!r}: expected {' or '.join(SANDBOXES)}"
            )
        return Grader(
            self.parts.judge,
            self.parts.make_place,
            (course / "submitted").resolve(),
            self.solutions.resolve(),
            class_seed(course),
            self.sandbox,
            self.seconds,
        )


def grade_all(
    course: Path,
    lessons: Sequence[str] = (),
    how: How | None = None,
    console: Console | None = None,
) -> Tally:
    """Grade what was handed in and has no verdict yet, and record it in the gradebook.

    All lessons by default. What was graded before and has not changed is left alone.
    Raises CannotGrade; Stopped, which is one, on Ctrl-C.
    """
    console = console or Console()
    with one_writer(course), showing(course, lessons, how, console) as this:
        this.grade()
    console.print(summary(this.tally, len(this.jobs)))
    return this.tally


def regrade(
    course: Path,
    agree: Callable[[], bool],
    lessons: Sequence[str] = (),
    how: How | None = None,
    console: Console | None = None,
) -> Tally:
    """Grade again what has changed, show whose score that changes, and ask.

    The gradebook and the verdicts that stand are untouched until `agree` says yes; the
    new verdicts wait in the course's folder `drafts`. Raises what `grade_all` does.
    """
    console = console or Console()
    drafts = Store(course / DRAFTS)
    with one_writer(course):
        with showing(course, lessons, how, console) as this:
            renewed = draft(this, drafts)
        if not agreed(this, renewed, drafts, agree, console):
            return this.tally
        for job in renewed:
            drafts.move(job, this.store)
        this.record_all()
    console.print(summary(this.tally, len(this.jobs)))
    return this.tally


def agreed(
    this: Round,
    renewed: list[Job],
    drafts: Store,
    agree: Callable[[], bool],
    console: Console,
) -> bool:
    """Show whose score changes; whether the new verdicts are to stand."""
    if not renewed and not this.tally.problems:
        console.print("Nothing has changed: every verdict stands.")
        return False
    show_changes(renewed, this.store, drafts, console)
    if renewed and agree():
        return True
    console.print("Nothing was written: the gradebook is as it was.")
    return False


def draft(this: Round, drafts: Store) -> list[Job]:
    """Judge what has changed into `drafts`; returns the submissions with a new verdict.

    A draft of an earlier time is used while it still holds.
    """
    for _ in this.judge(this.without_verdict(this.store, drafts), drafts):
        pass
    renewed = []
    for job in this.jobs:
        key, verdict = this.key(job), drafts.verdict(job)
        is_new = verdict is not None and verdict.key == key
        if is_new and not this.holds(this.store, job, key):
            renewed.append(job)
    return renewed


def show_changes(
    jobs: Iterable[Job], store: Store, drafts: Store, console: Console
) -> None:
    """Print whose score changes, by how much and why."""
    from grading.report import changes, print_changes

    before, after = [], []
    for job in jobs:
        old = store.verdict(job)
        before += [] if old is None else [without_cards(old)]
        after.append(without_cards(drafts.verdict(job)))
    print_changes(changes(before, after), console)


def without_cards(verdict: Verdict) -> Verdict:
    """The verdict without its large parts, so that a whole class fits in memory."""
    exercises = (
        replace(one, card_html="", card_text="", hint="") for one in verdict.exercises
    )
    return replace(verdict, exercises=tuple(exercises))


@contextmanager
def showing(
    course: Path, lessons: Sequence[str], how: How | None, console: Console
) -> Iterator[Round]:
    """A round through the class, with its progress shown; Ctrl-C becomes Stopped."""
    how = how or How()
    jobs = submissions_in(course, lessons)
    tally = Tally()
    crew = partial(how.crew, {job.lesson for job in jobs})
    try:
        with bars(console, len(jobs)) as watch:
            yield Round(course, jobs, how.grader(course), how.parts, crew, watch, tally)
    except KeyboardInterrupt:
        raise Stopped(STOPPED.format(judged=tally.judged)) from None


def submissions_in(course: Path, lessons: Sequence[str] = ()) -> list[Job]:
    """What was handed in: the folders `submitted/<student>/<lesson>`, in order.

    A folder that is named after no lesson of the course is none.
    """
    known = lessons_in(course)
    for lesson in lessons:
        if lesson not in known:
            raise CannotGrade(
                NO_LESSON.format(lesson=lesson, lessons=", ".join(known) or "none")
            )
    wanted = set(lessons or known)
    folders = (path for path in course.glob("submitted/*/*") if path.is_dir())
    jobs = (Job(path.name, path.parent.name) for path in folders)
    return sorted(job for job in jobs if job.lesson in wanted)


@contextmanager
def one_writer(course: Path) -> Iterator[None]:
    """Hold the course for this command alone; nothing is left held if it is killed."""
    try:
        with FileLock(course / ".grading.lock", timeout=0):
            yield
    except Timeout:
        raise CannotGrade(BUSY.format(course=course)) from None


def summary(tally: Tally, total: int) -> str:
    """What was done, in a sentence."""
    if not total:
        return "Nothing has been handed in."
    if not tally.judged and not tally.recorded:
        return f"Nothing to do: all {total} submissions have been graded."
    kept = total - tally.judged
    return (
        f"{tally.judged} submissions graded, {kept} kept from before; "
        f"{tally.recorded} recorded in the gradebook."
    )
