"""Grading a class: every submission run, recorded in nbgrader's gradebook and shown."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import track

from grading.build import ExercisesOf
from grading.course import (
    SOLUTIONS,
    CannotGrade,
    class_seed,
    nbgrader_in,
    prepare_course,
    reason,
)
from grading.feedback import FeedbackWriter
from grading.judge import judge
from grading.places import Place
from grading.record import print_gradebook, read_gradebook, write_csv
from grading.recording import record
from grading.sample_class import make_sample_class
from utils.exercises import of_lesson

GRADES = "grades.csv"


@dataclass(frozen=True)
class Job:
    """One submission: who handed in which lesson."""

    student: str
    lesson: str


class Execution(Protocol):
    """How a submission is run and its scores get into the gradebook."""

    def grade(self, course: Path, job: Job) -> None:
        """Grade one submission, feedback page included; raises CannotGrade."""


class NbgraderExecution:
    """nbgrader's own execution: one submission at a time, in the learner's kernel."""

    def grade(self, course: Path, job: Job) -> None:
        """Run `nbgrader autograde` and `nbgrader generate_feedback` on a submission."""
        with nbgrader_in(course) as api:
            for step in (api.autograde, api.generate_feedback):
                result = step(job.lesson, job.student)
                if not result["success"]:
                    raise CannotGrade(reason(result))


class JudgedExecution:
    """Our own: the learner's code runs in `place`, everything else happens here."""

    def __init__(
        self,
        place: Place,
        solutions: Path = SOLUTIONS,
        exercises_of: ExercisesOf = of_lesson,
    ):
        self.place, self.solutions, self.exercises_of = place, solutions, exercises_of

    def grade(self, course: Path, job: Job) -> None:
        """Judge a submission, record it where nbgrader does, and write its page."""
        judged = judge(
            job.student,
            job.lesson,
            course / "submitted" / job.student / job.lesson,
            class_seed(course),
            self.place,
            self.solutions,
            self.exercises_of,
        )
        record(course, judged)
        with FeedbackWriter(course) as writer:
            writer.write(job.student, job.lesson)


@dataclass(frozen=True)
class Problem:
    """A submission that could not be graded, and why."""

    job: Job
    reason: str


def grade_class(
    course: Path,
    execution: Execution | None = None,
    console: Console | None = None,
    solutions: Path = SOLUTIONS,
    exercises_of: ExercisesOf = of_lesson,
) -> list[Problem]:
    """Release the lessons, grade the class, and print and write the gradebook.

    With no submission in `course`, a sample class is graded in a course of its own,
    `sample_class` beside it. Returns the submissions that could not be graded.
    """
    console = console or Console()
    prepare_course(course, solutions, exercises_of)
    if not submitted_to(course):
        course = course.parent / "sample_class"
        console.print(
            f"Nothing is handed in yet: grading the sample class in {course}."
        )
        start_afresh(course)
        prepare_course(course, solutions, exercises_of)
        make_sample_class(course, exercises_of)
    jobs = submitted_to(course)
    show = progress_on(console)
    problems = grade_submissions(course, jobs, execution or NbgraderExecution(), show)
    report(course, problems, console)
    return problems


def submitted_to(course: Path) -> list[Job]:
    """The submissions in a course: the folders `submitted/<student>/<lesson>`."""
    folders = sorted(path for path in course.glob("submitted/*/*") if path.is_dir())
    return [Job(path.parent.name, path.name) for path in folders]


def grade_submissions(
    course: Path,
    jobs: Sequence[Job],
    execution: Execution,
    progress: Callable[[Sequence[Job]], Iterable[Job]] = iter,
) -> list[Problem]:
    """Grade submission by submission; one that cannot be graded never stops the rest.

    `progress` wraps the jobs to show how far the grading is, as `rich` and `tqdm` do.
    """
    problems = []
    for job in progress(jobs):
        try:
            execution.grade(course, job)
        except Exception as error:
            text = str(error) if isinstance(error, CannotGrade) else repr(error)
            problems.append(Problem(job, text))
    return problems


def progress_on(console: Console) -> Callable[[Sequence[Job]], Iterable[Job]]:
    """A progress bar on this console."""
    return lambda jobs: track(jobs, description="Grading", console=console)


def report(course: Path, problems: Iterable[Problem], console: Console) -> None:
    """Print the gradebook, write it as CSV, and say where the feedback is."""
    rows = read_gradebook(course)
    print_gradebook(rows, console)
    write_csv(rows, course / GRADES)
    for problem in problems:
        job = problem.job
        console.print(
            f"Not graded: {job.lesson} of {job.student}: {problem.reason}",
            style="red",
            markup=False,
        )
    console.print(f"Scores: {course / GRADES}. Feedback pages: {course / 'feedback'}.")


def start_afresh(course: Path) -> None:
    """Forget an earlier sample class, so that changed lessons can be released."""
    for name in ("submitted", "autograded", "feedback"):
        shutil.rmtree(course / name, ignore_errors=True)
    (course / "gradebook.db").unlink(missing_ok=True)
