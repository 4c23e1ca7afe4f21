"""The instructor's run: release, grade, record, and show what came of it."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from grading.class_run import How, grade_all, regrade, submissions_in
from grading.course import CannotGrade, prepare_course
from grading.feedback import FeedbackWriter
from grading.record import print_gradebook, read_gradebook
from grading.report import Reports, answers_in, write_reports
from grading.round import Tally
from grading.sample_class import make_sample_class
from grading.store import VERDICTS, Store
from grading.verdict import Verdict

REPORT = "report"


def grade_class(
    course: Path,
    lessons: Sequence[str] = (),
    how: How | None = None,
    console: Console | None = None,
) -> Tally:
    """Grade what was handed in, print the gradebook, and write reports and tables.

    With no submission in `course`, a sample class is graded in a course of its own,
    `sample_class` beside it. Raises CannotGrade and SandboxMissing.
    """
    how, console = how or How(), console or Console()
    prepare_course(course, how.solutions)
    if not submissions_in(course):
        course = course.parent / "sample_class"
        console.print(f"Nothing is handed in yet: grading a sample class in {course}.")
        start_afresh(course)
        prepare_course(course, how.solutions)
        make_sample_class(course, lessons)
    tally = grade_all(course, lessons, how, console)
    print_gradebook(read_gradebook(course), console)
    report_class(course, console, everyone=False)
    show_problems(tally, console)
    return tally


def regrade_class(
    course: Path,
    agree: Callable[[], bool],
    lessons: Sequence[str] = (),
    how: How | None = None,
    console: Console | None = None,
) -> Tally:
    """Grade again what has changed; writes once `agree` has seen whose score changes.

    Raises what `grade_class` does.
    """
    how, console = how or How(), console or Console()
    prepare_course(course, how.solutions)
    tally = regrade(course, agree, lessons, how, console)
    if tally.recorded:
        report_class(course, console, everyone=False)
    show_problems(tally, console)
    return tally


def report_class(
    course: Path,
    console: Console | None = None,
    canvas: Path | None = None,
    moodle: Path | None = None,
    everyone: bool = True,
) -> None:
    """Write the class page, the learners' pages, nbgrader's feedback and the tables.

    `canvas` and `moodle` are exports of these platforms, by which learners are found;
    `everyone` gets new feedback, or those whose work is newer. Raises CannotGrade where
    nothing has been graded, ValueError for an export that cannot be read.
    """
    console = console or Console()
    verdicts, folder = verdicts_in(course), course / REPORT
    if not verdicts:
        raise CannotGrade(f"nothing has been graded in {course}: run `course grade`")
    write_feedback(course, verdicts, everyone, console)
    gradebook, sources = read_gradebook(course), answers_in(course / VERDICTS)
    reports = write_reports(verdicts, folder, sources, gradebook, canvas, moodle)
    show_reports(reports, course / "feedback", console)
    for platform, export in (("Canvas", canvas), ("Moodle", moodle)):
        learners = reports.left_out[platform]
        if learners and export:
            console.print(f"Not in the export of {platform}: {', '.join(learners)}")


def show_reports(reports: Reports, feedback: Path, console: Console) -> None:
    """Say where the pages and the tables are."""
    console.print(f"Report on the class: {reports.class_page}")
    console.print(f"Tables: {reports.grades}, canvas.csv and moodle.csv beside it")
    console.print(f"Pages for learners: {reports.learners} and {feedback}")


def write_feedback(
    course: Path, verdicts: Sequence[Verdict], everyone: bool, console: Console
) -> None:
    """Write nbgrader's feedback pages, the slow part of a report.

    Anew for `everyone`, since points and comments may have been given by hand, or else
    only where a page is older than the graded work.
    """
    due = [v for v in verdicts if everyone or stale(course, v)]
    if not due:
        return
    with FeedbackWriter(course) as pages:
        for verdict in track(due, "Feedback", console=console, transient=True):
            pages.write(verdict.student, verdict.lesson)


def stale(course: Path, verdict: Verdict) -> bool:
    """Whether there is no feedback page, or one that is older than the graded work."""
    place = Path(verdict.student, verdict.lesson, verdict.lesson)
    page = (course / "feedback" / place).with_suffix(".html")
    graded = (course / "autograded" / place).with_suffix(".ipynb")
    if not graded.exists():
        return False
    return not page.exists() or page.stat().st_mtime < graded.stat().st_mtime


def verdicts_in(course: Path) -> list[Verdict]:
    """The verdicts that stand on what is handed in, by lesson and student."""
    store = Store(course / VERDICTS)
    found = (store.verdict(job) for job in submissions_in(course))
    return [verdict for verdict in found if verdict is not None]


def show_problems(tally: Tally, console: Console) -> None:
    """Say which submissions could not be graded or recorded, and why."""
    for job, reason in tally.problems.items():
        sentence = f"{job.lesson} of {job.student}: {reason}"
        console.print(sentence, style="red", markup=False)


def start_afresh(course: Path) -> None:
    """Forget an earlier sample class, so that changed lessons can be released."""
    for name in ("submitted", "autograded", "feedback", VERDICTS, REPORT):
        shutil.rmtree(course / name, ignore_errors=True)
    (course / "gradebook.db").unlink(missing_ok=True)
