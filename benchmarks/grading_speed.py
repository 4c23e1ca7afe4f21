"""Submissions graded a minute, ours against `nbgrader autograde`, on one class.

    python benchmarks/grading_speed.py [--lesson 01_knn] [--count 40] [--sample 6]

The class is the sample class of the lesson (right work, every known mistake, broken
notebooks), repeated up to `count`. Both sides run as commands of their own, so that
start-up counts; neither writes feedback pages, and experiments are left out of both.
With `--sample` equal to `count` nbgrader grades the same class. As it grades one
submission after another, less will do: it is timed on one and on `sample` submissions,
and the time for all follows from the two. The scores that both give are compared, and
the students named whose scores differ: each side draws its cases from seeds of its own.
`--repeat` measures ours several times and takes the shortest.

`--lesson 90_tensors` is a small PyTorch lesson of the tests'. It is added to a copy of
the course, in which everything then runs.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import nbformat
from nbformat import NotebookNode

from grading.course import prepare_course
from grading.record import read_gradebook
from grading.sample_class import read, submissions
from utils.exercises import LESSONS, of_lesson

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "grading" / "torch_course"
COPIED = ("benchmarks", "grading", "solutions", "utils")
OURS = """\
import sys
from pathlib import Path
from grading.warm import MODULES, oracles_of, start_importing
start_importing((*MODULES, *oracles_of([sys.argv[2]])))
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
    parser.add_argument("--repeat", type=int, default=1, help="runs of ours")
    return parser.parse_args()


def new_course(folder: Path) -> Path:
    """A course of its own, with its lessons released and nothing handed in."""
    prepare_course(folder)
    return folder


def students_of(
    course: Path, lesson: str, count: int
) -> list[tuple[str, NotebookNode]]:
    """A class: the students of the sample class in turn, by name and notebook."""
    source, release = (read(course, kind, lesson) for kind in ("source", "release"))
    return list(islice(cycle(submissions(source, release, of_lesson(lesson))), count))


def hand_in(
    course: Path, lesson: str, students: Sequence[tuple[str, NotebookNode]]
) -> None:
    """Write the submissions of students s00000, s00001, …"""
    for number, (_, notebook) in enumerate(students):
        path = course / "submitted" / called(number) / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)


def called(number: int) -> str:
    return f"s{number:05}"


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


def nbgrader(
    course: Path, lesson: str, students: Sequence[tuple[str, NotebookNode]]
) -> float:
    """How long `nbgrader autograde` takes for these submissions."""
    hand_in(course, lesson, students)
    start = [sys.executable, "-m", "nbgrader", "autograde", lesson, "--force"]
    return seconds(start, course)


def scores(course: Path) -> dict[str, dict[str, float]]:
    """The scores of each student by exercise."""
    return {row.student: row.by_exercise for row in read_gradebook(course)}


def ours(
    folder: Path, chosen: argparse.Namespace
) -> tuple[float, dict[str, dict[str, float]]]:
    """How long our command takes for the class, and the scores that it gives."""
    course = new_course(folder)
    hand_in(course, chosen.lesson, students_of(course, chosen.lesson, chosen.count))
    command = [sys.executable, "-c", OURS, str(course), chosen.lesson, str(chosen.jobs)]
    took, given = seconds(command, ROOT), scores(course)
    if len(given) != chosen.count:
        raise SystemExit(f"only {len(given)} of {chosen.count} are in the gradebook")
    return took, given


def measure(chosen: argparse.Namespace) -> None:
    """Time both sides and print a table."""
    lesson, sample = chosen.lesson, min(chosen.sample, chosen.count)
    with TemporaryDirectory() as folder:
        theirs = new_course(Path(folder, "theirs"))
        students = students_of(theirs, lesson, sample)
        one = nbgrader(theirs, lesson, students[:1])
        several = nbgrader(theirs, lesson, students)
        by_nbgrader = scores(theirs)
        runs = [ours(Path(folder, str(n)), chosen) for n in range(chosen.repeat)]
    our_time, by_us = min(runs, key=lambda run: run[0])
    show(chosen, one, several, our_time)
    names = {called(number): name for number, (name, _) in enumerate(students)}
    found = list(differences(names, by_nbgrader, by_us))
    same = sample - len({student for student, _ in found})
    lines = (line for _, line in found)
    print(f"Same score from both: {same} of {sample}.", *lines, sep="\n")


def differences(
    names: Mapping[str, str],
    by_nbgrader: Mapping[str, dict[str, float]],
    by_us: Mapping[str, dict[str, float]],
) -> Iterator[tuple[str, str]]:
    """Each student whose two scores in an exercise differ, and a line on it."""
    for student, theirs in by_nbgrader.items():
        for exercise, score in theirs.items():
            own = by_us[student][exercise]
            if score != own:
                line = f"{names[student]}: nbgrader gives {score:g}, ours {own:g}"
                yield student, f"  {student}, {exercise}, {line}"


def in_a_copy(lesson: str) -> int:
    """Run this program again in a copy of the course that has one lesson more."""
    name = lesson.partition("_")[2]
    with TemporaryDirectory() as folder:
        for part in COPIED:
            left_out = shutil.ignore_patterns("__pycache__", "course", "sample_class")
            shutil.copytree(ROOT / part, Path(folder, part), ignore=left_out)
        exercises = Path(folder, "utils", "exercises")
        shutil.copy(FIXTURES / f"{lesson}.py", Path(folder, "solutions"))
        shutil.copy(FIXTURES / f"{name}.py", exercises)
        with (exercises / "__init__.py").open("a") as file:
            file.write(f"\nLESSONS = (*LESSONS, {lesson!r})\n")
        program = Path(folder, "benchmarks", Path(__file__).name)
        environment = os.environ | {"PYTHONPATH": folder}
        command = [sys.executable, str(program), *sys.argv[1:]]
        return subprocess.call(command, env=environment, cwd=folder)


def main() -> None:
    """Measure here, or in a copy of the course where the lesson is not the course's."""
    chosen = options()
    if chosen.lesson in LESSONS:
        measure(chosen)
    elif (FIXTURES / f"{chosen.lesson}.py").exists():
        sys.exit(in_a_copy(chosen.lesson))
    else:
        sys.exit(f"no lesson {chosen.lesson}: expected one of {', '.join(LESSONS)}")


def show(
    chosen: argparse.Namespace, one: float, several: float, our_time: float
) -> None:
    """Print the table, and what nbgrader's line follows from."""
    count, sample = chosen.count, min(chosen.sample, chosen.count)
    each = (several - one) / max(sample - 1, 1)
    theirs = several + (count - sample) * each
    print(f"{chosen.lesson}: {count} submissions, start-up included\n")
    print("                       seconds   a minute   ratio")
    lines = [("nbgrader autograde", theirs)]
    lines += [(f"ours, {chosen.jobs} processes", our_time)]
    for name, time in lines:
        rate = 60 * count / time
        print(f"{name:<20} {time:>9.1f} {rate:>10.1f} {theirs / time:>7.1f}")
    print(
        f"\nnbgrader was timed on 1 submission ({one:.1f} s) and on {sample} "
        f"({several:.1f} s): {each:.2f} s each after start-up."
    )


if __name__ == "__main__":
    main()
