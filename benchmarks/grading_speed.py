"""Submissions graded a minute, ours against `nbgrader autograde`, on one class.

    python benchmarks/grading_speed.py [--lesson 01_knn] [--count 40] [--sample 6]

The class is the sample class of the lesson (right work, every known mistake, broken
notebooks), repeated up to `count`. Both sides run as commands of their own, so that
start-up counts; neither writes feedback pages, and experiments are left out of both.
nbgrader grades one submission after another, so it is timed on one and on `sample`
submissions of the same class, and the time for all follows from the two. The scores
that both give to the sample are compared.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbformat import NotebookNode

from grading.course import prepare_course
from grading.record import read_gradebook
from grading.sample_class import read, submissions
from utils.exercises import of_lesson

OURS = """\
import sys
from pathlib import Path
from grading.warm import start_importing
start_importing()
from grading.class_run import How, grade_all
grade_all(Path(sys.argv[1]), [sys.argv[2]], How(int(sys.argv[3])))
"""


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", default="01_knn")
    parser.add_argument("--count", type=int, default=40, help="submissions for ours")
    parser.add_argument("--sample", type=int, default=6, help="of these, for nbgrader")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def new_course(folder: Path) -> Path:
    """A course of its own, with its lessons released and nothing handed in."""
    prepare_course(folder)
    return folder


def students_of(course: Path, lesson: str, count: int) -> list[NotebookNode]:
    """The notebooks of a class, those of the sample class in turn."""
    source, release = (read(course, kind, lesson) for kind in ("source", "release"))
    every = [
        notebook for _, notebook in submissions(source, release, of_lesson(lesson))
    ]
    return list(islice(cycle(every), count))


def hand_in(course: Path, lesson: str, notebooks: Sequence[NotebookNode]) -> None:
    """Write the submissions of students s000, s001, …"""
    for number, notebook in enumerate(notebooks):
        path = course / "submitted" / f"s{number:05}" / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)


def seconds(command: Sequence[str], folder: Path) -> float:
    """How long a command takes in a folder; its output is shown if it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    start = perf_counter()
    run = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
    )
    took = perf_counter() - start
    if run.returncode:
        print(run.stdout[-2000:], run.stderr[-2000:], sep="\n")
    return took


def nbgrader(course: Path, lesson: str, notebooks: Sequence[NotebookNode]) -> float:
    """How long `nbgrader autograde` takes for these submissions."""
    hand_in(course, lesson, notebooks)
    start = [sys.executable, "-m", "nbgrader", "autograde", lesson, "--force"]
    return seconds(start, course)


def scores(course: Path) -> dict[str, float]:
    return {row.student: row.score for row in read_gradebook(course)}


def main() -> None:
    """Time both sides and print a table."""
    chosen = options()
    lesson, sample = chosen.lesson, min(chosen.sample, chosen.count)
    with TemporaryDirectory() as folder:
        theirs, ours = (new_course(Path(folder, name)) for name in ("theirs", "ours"))
        notebooks = students_of(theirs, lesson, chosen.count)
        hand_in(ours, lesson, notebooks)
        one = nbgrader(theirs, lesson, notebooks[:1])
        several = nbgrader(theirs, lesson, notebooks[:sample])
        command = [sys.executable, "-c", OURS, str(ours), lesson, str(chosen.jobs)]
        our_time = seconds(command, Path(__file__).parent.parent)
        by_nbgrader, by_us = scores(theirs), scores(ours)
    if len(by_us) != chosen.count:
        raise SystemExit(f"only {len(by_us)} of {chosen.count} are in the gradebook")
    same = sum(by_us[student] == score for student, score in by_nbgrader.items())
    each = (several - one) / (sample - 1)
    their_time = one + (chosen.count - 1) * each
    show(chosen, one, several, each, their_time, our_time)
    print(f"Same score from both: {same} of {sample}.")


def show(
    chosen: argparse.Namespace,
    one: float,
    several: float,
    each: float,
    theirs: float,
    ours: float,
) -> None:
    """Print the table, and what nbgrader's line follows from."""
    count = chosen.count
    print(f"{chosen.lesson}: {count} submissions, start-up included\n")
    print("                       seconds   a minute   ratio")
    lines = [("nbgrader autograde", theirs), (f"ours, {chosen.jobs} processes", ours)]
    for name, time in lines:
        rate = 60 * count / time
        print(f"{name:<20} {time:>9.1f} {rate:>10.1f} {theirs / time:>7.1f}")
    print(
        f"\nnbgrader was timed on 1 submission ({one:.1f} s) and on {chosen.sample} "
        f"({several:.1f} s): {each:.2f} s each after start-up."
    )


if __name__ == "__main__":
    main()
