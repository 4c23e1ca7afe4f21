"""Does the instructor's run lead from submissions to grades, reports and regrades?"""

import csv
from io import StringIO

import nbformat
import pytest
from rich.console import Console
from typer.testing import CliRunner

from grading import cli
from grading.class_run import How
from grading.course import SOLUTIONS, CannotGrade, prepare_course
from grading.grade import grade_class, regrade_class, report_class
from grading.sample_class import mistaken, read, solved
from utils.exercises import of_lesson

LESSON = "00_start"
pytestmark = pytest.mark.requires("bubblewrap")


def said() -> Console:
    return Console(file=StringIO(), width=200)


def hand_in(course, student, notebook):
    path = course / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A course, the perfect notebook, and one that forgot to leave X alone."""
    course = tmp_path_factory.mktemp("grade") / "course"
    prepare_course(course, SOLUTIONS)
    perfect = solved(read(course, "release", LESSON), read(course, "source", LESSON))
    exercises = of_lesson(LESSON)
    known = [m.name for m in exercises["00.center"].misconceptions]
    wrong = mistaken(perfect, exercises, "00.center", known.index("in place"))
    return course, perfect, wrong


@pytest.fixture(scope="module")
def graded(work):
    """What the run printed, for two learners."""
    course, perfect, wrong = work
    hand_in(course, "ada", perfect)
    hand_in(course, "bob", wrong)
    console = said()
    tally = grade_class(course, (), How(jobs=1), console)
    assert (tally.judged, tally.recorded, tally.problems) == (2, 2, {})
    return console.file.getvalue()


def scores(course) -> dict[str, str]:
    with (course / "report" / "grades.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row["score"] for row in csv.DictReader(file)}


def test_the_gradebook_is_printed_and_written(graded, work):
    assert "ada" in graded
    assert scores(work[0]) == {"ada": "5", "bob": "4.5"}


@pytest.mark.usefixtures("graded")
def test_reports_and_feedback_are_written(work):
    course = work[0]
    assert "in place" in (course / "report" / "class.html").read_text("utf-8")
    page = course / "feedback" / "bob" / LESSON / f"{LESSON}.html"
    text = page.read_text("utf-8")
    assert "writes into the caller" in text
    assert "class_seed" not in text


@pytest.mark.usefixtures("graded")
def test_a_second_run_writes_feedback_only_where_the_work_changed(work):
    course, perfect, wrong = work
    pages = [
        course / "feedback" / name / LESSON / f"{LESSON}.html"
        for name in ("ada", "bob")
    ]
    before = [page.stat().st_mtime_ns for page in pages]
    hand_in(course, "bob", perfect)
    grade_class(course, (), How(jobs=1), said())
    hand_in(course, "bob", wrong)
    after = [page.stat().st_mtime_ns for page in pages]
    assert after[0] == before[0]
    assert after[1] > before[1]


@pytest.mark.usefixtures("graded")
def test_a_regrade_writes_only_once_it_is_agreed(work):
    course, _, wrong = work
    hand_in(course, "ada", wrong)
    console = said()
    regrade_class(course, lambda: False, (), How(jobs=1), console)
    assert "ada" in console.file.getvalue()
    report_class(course, said())
    assert scores(course)["ada"] == "5"
    regrade_class(course, lambda: True, (), How(jobs=1), said())
    assert scores(course)["ada"] == "4.5"


def test_a_report_on_nothing_says_what_to_do(tmp_path):
    with pytest.raises(CannotGrade, match="course grade"):
        report_class(tmp_path, said())


def test_a_sandbox_that_does_not_exist_is_refused_in_words(monkeypatch, work, graded):
    monkeypatch.setattr(cli, "COURSE", work[0])
    result = CliRunner().invoke(cli.app, ["grade", "--sandbox", "none of them"])
    assert result.exit_code == 1
    assert "expected bubblewrap or none" in result.output


def test_an_archive_that_is_none_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "COURSE", tmp_path / "course")
    archive = tmp_path / "all.zip"
    archive.write_text("not a zip")
    command = ["collect", str(archive), "--lesson", LESSON]
    result = CliRunner().invoke(cli.app, command)
    assert result.exit_code == 1
    assert "cannot be read as a zip archive" in result.output
