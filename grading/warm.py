"""The process that workers are forked from, with what they need already imported.

It imports while this process goes on, so a command that will need workers starts it
before it imports anything else.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

START_METHOD = "spawn" if os.name == "nt" else "forkserver"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MODULES = (
    "grading.judge",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.neighbors",
)


def start_importing(modules: Sequence[str] = MODULES) -> None:
    """Start the process, if this system has forks; a second time changes nothing."""
    context = multiprocessing.get_context(START_METHOD)
    if START_METHOD == "forkserver":
        from multiprocessing.forkserver import ensure_running

        context.set_forkserver_preload(["__main__", *modules])
        with one_thread_each():
            ensure_running()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes that start in this block use one thread each: there are enough."""
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
