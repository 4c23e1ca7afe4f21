"""One round through a class, which can stop anywhere and go on.

Workers judge in any order; this process keeps each verdict as it comes, and is the only
one that records. It records in the order of lessons and students, so that a round with
one worker, with many, or in several parts ends in the same gradebook.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

from grading.course import SETTINGS, CannotGrade
from grading.executors import Crew
from grading.jobs import Grader, Result, get_ready, grade_one
from grading.parts import Parts, Record
from grading.run_jobs import run_jobs
from grading.store import VERDICTS, Job, Store
from grading.verdict import Verdict

TIMES = "handed_in.csv"
NOT_READY = (
    "a worker process ended while it made ready to grade: is there enough memory? "
    "Fewer workers (--jobs 1) need less"
)
DIED = "The process that ran this submission ended each time that it was tried."
AGAIN = "It scores 0; to try once more, delete {path} in the course and grade again."
GRADER_FAILED = "the grader failed, and will try again next time: {failure}"
NOT_RECORDED = "not in the gradebook yet, will be tried again next time: {failure}"


class Watch:
    """Who is told how a round goes on; this one says nothing."""

    def to_judge(self, count: int) -> None:
        """So many submissions will be judged."""

    def judged(self) -> None:
        """One submission has its verdict."""

    def recorded(self) -> None:
        """One submission's verdict is in the gradebook."""


@dataclass
class Tally:
    """What a round did: submissions judged, recorded anew, and what went wrong."""

    judged: int = 0
    recorded: int = 0
    problems: dict[Job, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """The submissions to grade, in order, and what is needed to grade them."""

    course: Path
    jobs: Sequence[Job]
    grader: Grader
    parts: Parts
    make_crew: Callable[[], Crew]
    watch: Watch = field(default_factory=Watch)
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def store(self) -> Store:
        """The verdicts that stand."""
        return Store(self.course / VERDICTS)

    @cached_property
    def in_gradebook(self) -> set[Job]:
        """What the gradebook knew when the round began."""
        return set(self.parts.in_gradebook(self.course))

    def grade(self) -> None:
        """Judge what has changed, and record what the gradebook does not have yet."""
        waiting = self.without_verdict(self.store)
        late = set(waiting)
        with self.parts.recorder(self.course) as write:
            record = InOrder(self.jobs, partial(self.record, write))
            record.ready(job for job in self.jobs if job not in late)
            for job in self.judge(waiting, self.store):
                record.ready([job])

    def record_all(self) -> None:
        """Record the verdicts that stand, where the gradebook does not have them."""
        with self.parts.recorder(self.course) as write:
            for job in self.jobs:
                self.record(write, job)

    def without_verdict(self, *stores: Store) -> list[Job]:
        """The submissions that no store has a verdict of, as they are now."""
        waiting = []
        for job in self.jobs:
            key = self.key(job)
            if not any(self.holds(store, job, key) for store in stores):
                waiting.append(job)
        self.watch.to_judge(len(waiting))
        return waiting

    def key(self, job: Job) -> str:
        """The hash of all that a verdict depends on; "" where none can be made."""
        try:
            return self.parts.key_of(self.grader, job)
        except Exception:  # the judge says in words what is wrong with a submission
            return ""

    def holds(self, store: Store, job: Job, key: str) -> bool:
        """Whether a store has the verdict of this key, from a sandbox if it must."""
        verdict = store.verdict(job) if key else None
        if verdict is None or verdict.key != key:
            return False
        return verdict.sandbox == "bubblewrap" or self.grader.sandbox == "none"

    def judge(self, waiting: Sequence[Job], store: Store) -> Iterator[Job]:
        """Judge submissions in a crew; each comes once its verdict is kept."""
        if not waiting:
            return
        ready = partial(get_ready, self.grader)
        with crew_of(self.make_crew) as crew:
            starts = min(crew.size(), len(waiting))
            for start in [crew.submit(ready, waiting[0]) for _ in range(starts)]:
                start.result()
            results = run_jobs(partial(grade_one, self.grader), waiting, crew, ready)
            for job, result in results:
                self.keep(job, result, store)
                self.tally.judged += 1
                self.watch.judged()
                yield job

    def keep(self, job: Job, result: Result | None, store: Store) -> None:
        """Store what came of a job; None stands for a job that killed its process."""
        if result is None:
            path = store.path(job, "json").relative_to(self.course)
            self.tally.problems[job] = f"{DIED} {AGAIN.format(path=path)}"
            result = self.parts.crashed(self.grader, job, self.key(job), DIED)
        if result.verdict is None:
            failure = GRADER_FAILED.format(failure=result.failure)
            self.tally.problems[job] = failure
        else:
            store.save(job, result.verdict, result.notebook)

    def record(self, write: Record, job: Job) -> None:
        """Put the verdict that stands into the gradebook, unless it is there."""
        verdict = self.store.verdict(job)
        self.watch.recorded()
        if verdict is None or self.is_recorded(job, verdict):
            return
        try:
            write(verdict, self.store.notebook(job))
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
            self.tally.problems[job] = NOT_RECORDED.format(failure=failure)
        else:
            self.store.mark_recorded(job, self.mark(verdict))
            self.tally.recorded += 1

    def is_recorded(self, job: Job, verdict: Verdict) -> bool:
        """Whether the gradebook has this very verdict."""
        marked = self.store.recorded(job) == self.mark(verdict)
        return marked and job in self.in_gradebook

    def mark(self, verdict: Verdict) -> str:
        """Which verdict it is, and by which times and settings it is recorded."""
        return f"{verdict.key} {verdict.sandbox} {self.times}"

    @cached_property
    def times(self) -> str:
        """A hash of when submissions came, as the instructor says, and of settings."""
        files = (self.course / name for name in (TIMES, SETTINGS))
        return sha256(b"".join(f.read_bytes() for f in files if f.exists())).hexdigest()


class InOrder:
    """Does something with each job as soon as it and all jobs before it are ready."""

    def __init__(self, jobs: Sequence[Job], action: Callable[[Job], None]):
        self.jobs, self.action = jobs, action
        self.next, self.waiting = 0, set()

    def ready(self, jobs: Iterable[Job]) -> None:
        """These jobs are ready."""
        self.waiting.update(jobs)
        while self.next < len(self.jobs) and self.jobs[self.next] in self.waiting:
            job = self.jobs[self.next]
            self.next += 1
            self.waiting.discard(job)
            self.action(job)


@contextmanager
def crew_of(make_crew: Callable[[], Crew]) -> Iterator[Crew]:
    """A crew that is given back at the end, at once when something went wrong."""
    crew = make_crew()
    at_once = True
    try:
        yield crew
        at_once = False
    except BrokenExecutor as error:
        raise CannotGrade(NOT_READY) from error
    finally:
        crew.close(at_once)
