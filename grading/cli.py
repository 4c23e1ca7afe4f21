"""The `course` command; `make` runs it under the same names.

What a command needs is imported inside it, so that `course lab` starts at once.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS, NOTEBOOKS, WORK = ROOT / "solutions", ROOT / "notebooks", ROOT / "work"
COURSE = ROOT / "grading" / "course"

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def course() -> None:
    """A course on convolutional networks: lessons, checks and grading."""


@app.command(context_settings=PASS_ON)
def lab(context: typer.Context) -> None:
    """Open the lessons in JupyterLab; your answers stay in work/.

    Options such as --no-browser or --port=9999 go to JupyterLab.
    """
    from grading.lab import (
        changed_since_copied,
        copy_new,
        describe_changed,
        open_lab,
    )

    with plain_errors():
        for copy in copy_new(NOTEBOOKS, WORK):
            say(f"New in work/: {copy.name}")
        changed = describe_changed(changed_since_copied(NOTEBOOKS, WORK))
        if changed:
            say(changed)
        raise typer.Exit(open_lab(WORK, context.args))


@app.command()
def check() -> None:
    """Grade your own notebooks in work/ and show progress by lesson."""
    from grading.self_check import check_work

    with plain_errors():
        check_work(WORK)


@app.command()
def build() -> None:
    """Rebuild notebooks/ from solutions/, and list what changed."""
    with plain_errors():
        from grading.build import build_notebooks

        rewritten = build_notebooks(SOLUTIONS, NOTEBOOKS)
        for path in rewritten:
            say(f"Rebuilt {path.relative_to(ROOT)}")
        if not rewritten:
            say("notebooks/ is up to date.")


Lessons = Annotated[
    list[str] | None, typer.Option("--lesson", help="one lesson, such as 01_knn; all")
]
Jobs = Annotated[int, typer.Option(help="processes; 0: one for each core")]
Scheduler = Annotated[str, typer.Option(help="a Dask cluster, as tcp://host:8786")]
Walls = Annotated[str, typer.Option("--sandbox", help="bubblewrap, or none: no walls")]


@app.command()
def grade(
    lessons: Lessons = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
    sandbox: Walls = "bubblewrap",
) -> None:
    """Grade what is new or changed in grading/course/submitted/ (for instructors)."""
    with plain_errors():
        start_workers(scheduler, lessons or ())
        from grading.class_run import How
        from grading.grade import grade_class

        grade_class(COURSE, lessons or (), How(jobs, scheduler, sandbox))


@app.command()
def regrade(
    lessons: Lessons = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
    sandbox: Walls = "bubblewrap",
    yes: Annotated[bool, typer.Option("--yes", help="write without asking")] = False,
) -> None:
    """Grade again after a change; shows whose score changes before it writes."""
    with plain_errors():
        start_workers(scheduler, lessons or ())
        from grading.class_run import How
        from grading.grade import regrade_class

        def agree() -> bool:
            return yes or typer.confirm("Write these changes to the gradebook?")

        regrade_class(COURSE, agree, lessons or (), How(jobs, scheduler, sandbox))


@app.command()
def collect(
    archive: Annotated[Path, typer.Argument(help="the zip that the platform exports")],
    lesson: Annotated[str, typer.Option(help="the lesson that it holds")],
    replace: Annotated[bool, typer.Option("--replace", help="also what is there")] = (
        False
    ),
) -> None:
    """Sort the submissions of a Moodle or Canvas archive into grading/course/."""
    with plain_errors(ValueError):
        from grading.collect import collect as collect_into
        from utils.exercises import of_lesson

        of_lesson(lesson)
        collection = collect_into(archive, COURSE, lesson, replace)
        for finding in collection.findings:
            say(finding)
        say(f"Collected {len(collection.files)} submissions of {lesson}.")


@app.command()
def report(
    canvas: Annotated[Path | None, typer.Option(help="Canvas's gradebook export")] = (
        None
    ),
    moodle: Annotated[Path | None, typer.Option(help="Moodle's grades export")] = None,
) -> None:
    """Write the class report, learners' pages and tables to upload, anew."""
    with plain_errors(ValueError):
        from grading.grade import report_class

        report_class(COURSE, None, canvas, moodle)


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run every test, on several cores; options go to pytest."""
    workers = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
    raise typer.Exit(pytest([*workers, *context.args]))


@app.command(context_settings=PASS_ON)
def mutants(context: typer.Context) -> None:
    """Bend the solutions in every way, and try every seed, to test the checks."""
    os.environ |= {"COURSE_MUTANTS": "all", "COURSE_SEEDS": "all"}
    raise typer.Exit(pytest(["tests/exercises", *context.args]))


def pytest(options: Sequence[str]) -> int:
    """Run the tests in a process of their own; returns its exit status."""
    return subprocess.call([sys.executable, "-m", "pytest", *options], cwd=ROOT)


@contextmanager
def plain_errors(*more: type[Exception]) -> Iterator[None]:
    """Print an expected error as the sentences it is, without a traceback.

    `more` are errors that this command expects besides.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, (*expected_errors(), *more)):
            raise
        printer = Console(stderr=True, highlight=False, soft_wrap=True)
        printer.print(str(error), markup=False, style="red")
        raise typer.Exit(1) from error


def expected_errors() -> tuple[type[Exception], ...]:
    """Errors that say what was given, what was expected and what to do."""
    from grading.cells import MalformedCell
    from grading.course import CannotGrade
    from grading.sandbox import SandboxMissing
    from utils.exercises import UnknownExercise

    ours = (MalformedCell, CannotGrade, SandboxMissing, UnknownExercise)
    return (*ours, FileNotFoundError)


def start_workers(scheduler: str, lessons: Sequence[str]) -> None:
    """Let the process that workers are forked from import while this one does."""
    from grading.warm import MODULES, oracles_of, start_importing

    if not scheduler:
        every = {path.stem for path in SOLUTIONS.glob("*.py")}
        handed_in = {path.name for path in COURSE.glob("submitted/*/*")} & every
        wanted = every.intersection(lessons) or handed_in or every
        start_importing((*MODULES, *oracles_of(wanted)))


def say(sentence: str) -> None:
    """Print a sentence at once, before another program takes over the terminal."""
    print(sentence, flush=True)


if __name__ == "__main__":
    app()
