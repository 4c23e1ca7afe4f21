"""Memory and time of grading as the class grows.

    python benchmarks/class_size.py

Memory: the peak of the process that keeps and records, with a judge that gives
everyone the same verdict at once, and nbgrader's real gradebook. Time: all that the
grader itself does for a submission (find it, hash it, hand it in, keep its verdict),
with an executor that runs nothing. It is CPU time, because other programs' load would
blur it; at ten times the class, ten times the time is linear.
"""

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from grading.class_run import How, grade_all
from grading.course import prepare_course
from grading.parts import Parts, Record
from grading.sample_class import read, submissions
from utils.exercises import of_lesson

ROOT = Path(__file__).resolve().parent.parent
LESSON = "00_start"
MEMORY_SIZES = (100, 1_000)
TIME_SIZES = (1_000, 10_000)
CANNED = "verdict.pickle"


class Nowhere:
    """A crew whose jobs have ended as soon as they are handed in."""

    def size(self) -> int:
        return 2

    def submit(self, function: Callable, *args: Any) -> Future:
        future: Future = Future()
        future.set_result(function(*args))
        return future

    def is_lost(self, error: Exception) -> bool:
        return False

    def close(self, at_once: bool) -> None:
        pass


class Anywhere(How):
    """How a class is run with no process but this one."""

    def crew(self, lessons: Any = ()) -> Nowhere:
        return Nowhere()


@contextmanager
def no_gradebook(course: Path) -> Iterator[Record]:
    """A recorder that writes nothing."""
    yield lambda verdict, notebook: None


def no_place(*_: Any) -> SimpleNamespace:
    return SimpleNamespace(close=lambda: None)


def same_for_all(student, lesson, folder, secret, place, solutions) -> SimpleNamespace:
    """The verdict that was kept, as if this student had earned it."""
    from grading.judge import key_of

    kept = pickle.loads((folder.parents[2] / CANNED).read_bytes())
    key = key_of(student, lesson, folder, secret, solutions)
    verdict = replace(kept.verdict, student=student, key=key)
    return SimpleNamespace(verdict=verdict, notebook=kept.notebook)


def make_class(course: Path, size: int) -> None:
    """A class that all handed in the right work, and the verdict on it."""
    from grading.judge import judge
    from grading.process import NoSandbox

    prepare_course(course)
    source, release = (read(course, kind, LESSON) for kind in ("source", "release"))
    _, notebook = next(submissions(source, release, of_lesson(LESSON)))
    text = nbformat_text(notebook)
    for number in range(size):
        folder = course / "submitted" / f"s{number:05}" / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.ipynb").write_text(text, "utf-8")
    judged = judge("s00000", LESSON, folder, 0, NoSandbox())
    (course / CANNED).write_bytes(pickle.dumps(judged))


def nbformat_text(notebook: Any) -> str:
    import nbformat

    return nbformat.writes(notebook)


def peak(size: int) -> float:
    """Peak memory in MB of a process of its own that grades a class of this size."""
    command = [sys.executable, __file__, str(size)]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(run.stdout.split()[-1])


def grade_and_tell(size: int) -> None:
    """Grade a class with two workers and print this process's peak in MB."""
    with TemporaryDirectory() as folder:
        course = Path(folder)
        make_class(course, size)
        parts = Parts(judge=same_for_all, make_place=no_place)
        with open(os.devnull, "w") as nowhere:
            tally = grade_all(course, (), How(2, parts=parts), Console(file=nowhere))
    if tally.recorded != size:
        raise SystemExit(f"{tally.recorded} of {size} recorded: {tally.problems}")
    scale = 1e6 if sys.platform == "darwin" else 1e3
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)


def seconds(size: int) -> float:
    """CPU time for a class of this size where judging and recording cost nothing."""
    with TemporaryDirectory() as folder:
        course = Path(folder)
        make_class(course, size)
        parts = Parts(
            judge=same_for_all, make_place=no_place, recorder=no_gradebook, modules=()
        )
        with open(os.devnull, "w") as nowhere:
            start = process_time()
            grade_all(course, (), Anywhere(2, parts=parts), Console(file=nowhere))
            return process_time() - start


def main() -> None:
    """Print both tables."""
    print("peak memory of the process that records")
    peaks = [peak(size) for size in MEMORY_SIZES]
    for size, megabytes in zip(MEMORY_SIZES, peaks, strict=True):
        print(f"{size:>7,} submissions {megabytes:>7.0f} MB")
    print(f"ratio {peaks[1] / peaks[0]:.2f} (flat is 1)\n")
    print("CPU time of the grader itself")
    times = [seconds(size) for size in TIME_SIZES]
    for size, time in zip(TIME_SIZES, times, strict=True):
        print(f"{size:>7,} submissions {time:>7.1f} s, {1e3 * time / size:.1f} ms each")
    print(f"ratio {times[1] / times[0]:.1f} for {TIME_SIZES[1] // TIME_SIZES[0]} times")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        grade_and_tell(int(sys.argv[1]))
    else:
        main()
