"""The process that workers are forked from, with what they need already imported.

It imports while this process goes on, so a command that will need workers starts it
before it imports anything else.
"""

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_METHOD = "spawn" if os.name == "nt" else "forkserver"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SETTLED = "grading.settle"
MODULES = ("grading.judge",)
EXERCISES = Path(__file__).resolve().parent.parent / "utils" / "exercises"
LIBRARY = re.compile(r"^ *(?:from|import) +((?:torch|scipy|sklearn)[.\w]*)", re.M)


def exercise_files(lesson: str) -> list[Path]:
    """The modules of a lesson's exercises."""
    name = lesson.partition("_")[2]
    return sorted([*EXERCISES.glob(f"{name}.py"), *EXERCISES.glob(f"{name}/*.py")])


def oracles_of(lessons: Iterable[str]) -> tuple[str, ...]:
    """The libraries that the right answers of these lessons come from.

    Exercises import them when they are called, so that a notebook need not wait.
    """
    texts = (p.read_text("utf-8") for one in lessons for p in exercise_files(one))
    return tuple(sorted({name for text in texts for name in LIBRARY.findall(text)}))


def start_importing(modules: Sequence[str] = MODULES) -> None:
    """Start the process, if this system has forks; a second time changes nothing."""
    context = multiprocessing.get_context(START_METHOD)
    if START_METHOD == "forkserver":
        from multiprocessing.forkserver import ensure_running

        context.set_forkserver_preload(["__main__", *modules, SETTLED])
        with one_thread_each(), deaf():
            ensure_running()


@contextmanager
def deaf() -> Iterator[None]:
    """Processes that start in this block leave Ctrl-C to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
