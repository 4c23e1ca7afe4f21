"""Where jobs run: processes on this machine, or the workers of a Dask cluster.

Both are reached through the `concurrent.futures` executor interface, and both can be
made anew when a job has broken them.
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures import ProcessPoolExecutor as Pool
from concurrent.futures import wait as wait_for
from contextlib import suppress
from importlib import import_module
from threading import Event, Thread
from typing import Any, Protocol

from grading.course import CannotGrade
from grading.jobs import start_worker
from grading.warm import (
    MODULES,
    SETTLED,
    START_METHOD,
    one_thread_each,
    start_importing,
)

NO_DASK = (
    "--scheduler needs Dask's `distributed`, which is not installed: "
    "run `pip install distributed`, here and on every worker of the cluster"
)
NO_CLUSTER = (
    "no Dask scheduler with workers answers at {address}: start `dask scheduler`, and "
    "`dask worker {address} --nthreads 1` on each machine, or leave --scheduler out"
)


class Crew(Protocol):
    """An executor that may break, and be made anew."""

    def size(self) -> int:
        """How many jobs run at one time."""

    def submit(self, function: Callable, *args: Any) -> Future:
        """Hand in a job; what it raises is in its future."""

    def is_lost(self, error: Exception) -> bool:
        """Whether the error says that the job's process has died."""

    def renew(self) -> None:
        """Be ready for jobs again, after some were lost."""

    def close(self, at_once: bool) -> None:
        """Give everything back; `at_once` ends the jobs that still run."""


class Processes:
    """Worker processes on this machine, each with one thread for its arithmetic.

    They are forked from a process of their own that has imported `modules` and done
    nothing else, so a new one starts at once. A job that kills its process breaks the
    whole pool: all jobs in flight are lost.
    """

    def __init__(self, jobs: int, modules: Sequence[str] = MODULES):
        self.jobs = jobs
        start_importing(modules)
        import_module(SETTLED)
        self.context = multiprocessing.get_context(START_METHOD)
        self.start()

    def start(self) -> None:
        """Make a new pool; its processes start with their first job."""
        self.others = set(multiprocessing.active_children())
        self.pool = Pool(self.jobs, self.context, initializer=start_worker)
        with one_thread_each():
            wait_for([self.pool.submit(os.getpid) for _ in range(self.jobs)])

    def size(self) -> int:
        return self.jobs

    def submit(self, function: Callable, *args: Any) -> Future:
        return submitted(self.pool, function, *args)

    def is_lost(self, error: Exception) -> bool:
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        self.close(at_once=True)
        self.start()

    def close(self, at_once: bool) -> None:
        if at_once:
            for process in set(multiprocessing.active_children()) - self.others:
                process.kill()
        self.pool.shutdown(wait=True, cancel_futures=True)


class Cluster:
    """The workers of a Dask cluster; they see the course's folder at the same path.

    Dask itself runs a job again, elsewhere, when a worker is killed, and gives up on a
    job that has been on four of them. Where all workers have been gone for `patience`
    seconds, it would wait for ever; the jobs are cancelled instead.
    """

    def __init__(self, address: str, patience: float = 30.0):
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise CannotGrade(NO_DASK) from None
        try:
            self.client = Client(address, timeout=patience, set_as_default=False)
        except (OSError, ValueError):
            raise CannotGrade(NO_CLUSTER.format(address=address)) from None
        self.killed, self.address = KilledWorker, address
        self.executor = self.client.get_executor(pure=False)
        self.closed = Event()
        self.renew()
        Thread(target=self.watch, args=(patience,), daemon=True).start()

    def watch(self, patience: float) -> None:
        """Cancel all jobs when nobody has been there to do them, twice in a row."""
        alone = False
        with suppress(RuntimeError):  # the client is being closed
            while not self.closed.wait(patience / 2):
                was_alone, alone = alone, self.workers() == 0
                if was_alone and alone:
                    self.executor.shutdown(wait=False)
                    return

    def workers(self) -> int:
        """How many there are; none where the scheduler does not say."""
        try:
            return len(self.client.scheduler_info(n_workers=-1)["workers"])
        except OSError:
            return 0

    def size(self) -> int:
        return max(1, self.workers())

    def submit(self, function: Callable, *args: Any) -> Future:
        return submitted(self.executor, function, *args)

    def is_lost(self, error: Exception) -> bool:
        if isinstance(error, CancelledError):
            raise CannotGrade(NO_CLUSTER.format(address=self.address)) from error
        return isinstance(error, self.killed)

    def renew(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=60)
        except (OSError, TimeoutError):
            self.close(at_once=True)
            raise CannotGrade(NO_CLUSTER.format(address=self.address)) from None

    def close(self, at_once: bool) -> None:
        self.closed.set()
        self.executor.shutdown(wait=not at_once)
        self.client.close()


def submitted(executor: Executor, function: Callable, *args: Any) -> Future:
    """The job's future, also where the executor is broken and takes no job."""
    try:
        return executor.submit(function, *args)
    except BrokenExecutor as error:
        future: Future = Future()
        future.set_exception(error)
        return future
