"""Jobs handed to a crew a few at a time, whatever becomes of its processes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from grading.executors import Crew

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")
LONE_TRIES = 2
AT_HAND = 2  # jobs for each process, so that none waits for its next one


def run_jobs(
    function: Callable[[Job], Outcome],
    jobs: Iterable[Job],
    crew: Crew,
    get_ready: Callable[[Job], None],
) -> Iterator[tuple[Job, Outcome | None]]:
    """Each job with what `function` makes of it, in the order in which they end.

    No more than a few jobs are in flight, so memory does not grow with their number.
    When a process dies, the jobs that were lost with it run again, one by one, so that
    the one that kills its process takes no other with it: that one comes with None.
    `get_ready` runs in the crew before a lone job; an error in it is raised.
    """
    jobs = iter(jobs)
    in_flight: dict[Future, Job] = {}
    while fill(in_flight, function, jobs, crew):
        done, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        lost = []
        yield from outcomes(done, in_flight, crew, lost)
        if lost:
            wait(in_flight)
            yield from outcomes(list(in_flight), in_flight, crew, lost)
            crew.renew()
            for job in lost:
                yield job, run_alone(function, job, crew, get_ready)


def fill(
    in_flight: dict[Future, Job],
    function: Callable[[Job], Outcome],
    jobs: Iterator[Job],
    crew: Crew,
) -> bool:
    """Hand in jobs while there is room; false when nothing is in flight."""
    room = AT_HAND * crew.size() - len(in_flight)
    for _ in range(room):
        job = next(jobs, None)
        if job is None:
            break
        in_flight[crew.submit(function, job)] = job
    return bool(in_flight)


def outcomes(
    ended: Iterable[Future], in_flight: dict[Future, Job], crew: Crew, lost: list[Job]
) -> Iterator[tuple[Job, Outcome]]:
    """The jobs that have ended with their outcomes; one without goes to `lost`."""
    for future in ended:
        job = in_flight.pop(future)
        try:
            made = future.result()
        except Exception as error:
            if not crew.is_lost(error):
                raise
            lost.append(job)
        else:
            yield job, made


def run_alone(
    function: Callable[[Job], Outcome],
    job: Job,
    crew: Crew,
    get_ready: Callable[[Job], None],
) -> Outcome | None:
    """The outcome of a job with nothing beside it; None if its process dies again."""
    for _ in range(LONE_TRIES):
        crew.submit(get_ready, job).result()
        try:
            return crew.submit(function, job).result()
        except Exception as error:
            if not crew.is_lost(error):
                raise
            crew.renew()
    return None
