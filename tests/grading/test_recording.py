"""Does what we record agree with nbgrader, and do its own commands go on from there?"""

import os
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from grading.course import (
    CannotGrade,
    class_seed,
    nbgrader_in,
    prepare_course,
    settings_of,
)
from grading.feedback import FeedbackWriter
from grading.judge import judge
from grading.record import read_gradebook
from grading.recording import Recorder, record
from grading.sample_class import mistaken, read, solved, with_source, without
from tests.grading.open_place import OpenPlace
from tests.grading.plain_nbgrader import autograde
from utils.exercises import of_lesson

LESSON, WORDS = "00_start", "01_knn"
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
SCRIPT = "<script>alert('planted')</script><b onclick=\"planted()\">x</b>"


def hand_in(course, student, lesson, notebook):
    path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which honest learners handed in, and one who plants markup."""
    folder = tmp_path_factory.mktemp("recording") / "course"
    prepare_course(folder, SOLUTIONS)
    release = read(folder, "release", LESSON)
    perfect = solved(release, read(folder, "source", LESSON))
    first = next(i for i, c in enumerate(perfect.cells) if c.id == "grey")
    honest = {
        "perfect": perfect,
        "untouched": release,
        "syntax_error": with_source(perfect, first, "def this is not Python"),
        "missing_solution": without(perfect, first),
        "missing_check": without(perfect, first + 1),
        "mistaken": mistaken(perfect, of_lesson("00_start"), "00.center", 0),
    }
    for student, notebook in honest.items():
        hand_in(folder, student, LESSON, notebook)
    words = solved(read(folder, "release", WORDS), read(folder, "source", WORDS))
    words.cells[-2].source = f"My answer {SCRIPT}"
    words.cells.append(nbformat.v4.new_markdown_cell(SCRIPT))
    hand_in(folder, "perfect", WORDS, words)
    return folder


@pytest.fixture(scope="module")
def judged(course):
    """The verdicts on all submissions, by student and lesson; all are recorded."""
    place = OpenPlace(outputs=planted)
    verdicts = {}
    for path in sorted(course.glob("submitted/*/*")):
        student, lesson = path.parent.name, path.name
        secret = class_seed(course)
        verdicts[student, lesson] = judge(student, lesson, path, secret, place)
    for one in verdicts.values():
        record(course, one)
    return verdicts


def planted(cell):
    data = {"text/html": SCRIPT, "text/plain": SCRIPT, "image/svg+xml": SCRIPT}
    return [
        {"output_type": "display_data", "data": data},
        {"output_type": "stream", "name": "stdout", "text": SCRIPT},
    ]


def rows(course):
    return {(row.student, row.lesson): row for row in read_gradebook(course)}


def contents(course) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in course.glob("autograded/**/*.ipynb")}


def grade_of(gradebook, name, student="perfect", lesson=WORDS):
    return gradebook.find_grade(name, lesson, lesson, student)


def test_the_gradebook_has_the_scores_of_the_verdicts(course, judged):
    recorded = rows(course)
    for key, one in judged.items():
        assert recorded[key].score == one.verdict.score
        assert recorded[key].max_score == one.verdict.points
    assert recorded["perfect", WORDS].waiting == {"written_shift"}


@pytest.mark.usefixtures("judged")
def test_honest_work_gets_the_same_scores_from_nbgrader(course, tmp_path):
    plain = tmp_path / "plain"
    prepare_course(plain, SOLUTIONS)
    for path in sorted(course.glob(f"submitted/*/{LESSON}")):
        student = path.parent.name
        notebook = nbformat.read(path / f"{LESSON}.ipynb", as_version=4)
        hand_in(plain, student, LESSON, notebook)
        autograde(plain, student, LESSON)
    ours = rows(course)
    for key, row in rows(plain).items():
        assert ours[key].by_exercise == row.by_exercise
        assert ours[key].waiting == row.waiting


def test_a_second_recording_changes_nothing(course, judged):
    before, files = rows(course), contents(course)
    for one in judged.values():
        record(course, one)
    assert (rows(course), contents(course)) == (before, files)


def test_what_a_person_graded_survives(course, judged):
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        grade = grade_of(gradebook, "written_shift")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        grade_of(gradebook, "check_choose_k").extra_credit = 0.5
        comment = gradebook.find_comment("written_shift", WORDS, WORDS, "perfect")
        comment.manual_comment = "Well seen."
        gradebook.db.commit()
    record(course, judged["perfect", WORDS])
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        grade = grade_of(gradebook, "written_shift")
        assert (grade.manual_score, grade.needs_manual_grade) == (2.0, True)
        assert grade_of(gradebook, "check_choose_k").extra_credit == 0.5
        comment = gradebook.find_comment("written_shift", WORDS, WORDS, "perfect")
        assert comment.comment == "Well seen."
        grade.manual_score, comment.manual_comment = None, None
        grade_of(gradebook, "check_choose_k").extra_credit = None
        gradebook.db.commit()
    record(course, judged["perfect", WORDS])


@pytest.mark.usefixtures("judged")
def test_an_untouched_answer_has_no_response(course):
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        comments = {
            student: gradebook.find_comment("grey", LESSON, LESSON, student).comment
            for student in ("untouched", "perfect")
        }
    assert comments == {"untouched": "No response.", "perfect": None}


def test_lateness_goes_by_the_files_and_not_by_the_learners_word(course, judged):
    folder = course / "submitted" / "mistaken" / LESSON
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    moment = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    os.utime(folder / f"{LESSON}.ipynb", (moment, moment))
    table = course / "handed_in.csv"
    with late_penalties(course):
        record(course, judged["mistaken", LESSON])
        assert penalty(course) == judged["mistaken", LESSON].verdict.score > 0
        row = rows(course)["mistaken", LESSON]
        assert (row.score, row.late_penalty) == (0.0, penalty(course))
        table.write_text(
            f"student,lesson,handed_in\nmistaken,{LESSON},2026-02-28 23:00 UTC\n"
        )
        record(course, judged["mistaken", LESSON])
        assert penalty(course) is None
        table.write_text("student,lesson\nmistaken,00_start\n")
        with pytest.raises(CannotGrade, match="needs the columns"):
            Recorder(course)
    table.unlink()


class late_penalties:
    """The lesson was due on 1 March 2026; who is late gets nothing."""

    def __init__(self, course):
        self.course, self.settings = course, course / "nbgrader_config.py"

    def __enter__(self):
        self.before = self.settings.read_text("utf-8")
        line = '\nget_config().LateSubmissionPlugin.penalty_method = "zero"\n'
        self.settings.write_text(self.before + line, "utf-8")
        assert settings_of(self.course).LateSubmissionPlugin.penalty_method == "zero"
        self.due(datetime(2026, 3, 1))

    def __exit__(self, *_):
        self.settings.write_text(self.before, "utf-8")
        self.due(None)

    def due(self, moment):
        with nbgrader_in(self.course) as api, api.gradebook as gradebook:
            gradebook.find_assignment(LESSON).duedate = moment
            gradebook.db.commit()


def penalty(course) -> float | None:
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook(LESSON, LESSON, "mistaken")
        return notebook.late_submission_penalty


class Runs(HTMLParser):
    """Collects what a browser would run in a page."""

    def __init__(self):
        super().__init__()
        self.in_script, self.found = False, []

    def handle_starttag(self, tag, attributes):
        self.in_script = tag == "script"
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in (value or ""):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag):
        self.in_script = False

    def handle_data(self, data):
        if self.in_script and "planted" in data:
            self.found.append(data)


def check_page(course, page: str, score: str):
    seen = Runs()
    seen.feed(page)
    assert seen.found == []
    assert "planted" in page
    assert f"Score: {score}" in page
    assert str(class_seed(course)) not in page
    assert "use_class_seed" not in page


@pytest.mark.usefixtures("judged")
def test_our_feedback_page_shows_the_work_and_runs_nothing(course):
    with FeedbackWriter(course) as writer:
        page = writer.write("perfect", WORDS).read_text("utf-8")
    check_page(course, page, "2.0 / 2.0")
    assert "Right: 2 of 2 points" in page


@pytest.mark.usefixtures("judged")
def test_nbgraders_own_feedback_and_export_work(course, tmp_path):
    with nbgrader_in(course) as api:
        assert api.generate_feedback(WORDS, "perfect", force=True)["success"]
        exporter = SimpleNamespace(to=str(tmp_path / "grades.csv"))
        export(api, exporter.to)
    page = course / "feedback" / "perfect" / WORDS / f"{WORDS}.html"
    check_page(course, page.read_text("utf-8"), "2.0 / 2.0")
    assert "perfect" in Path(exporter.to).read_text("utf-8")


def export(api, to: str):
    from nbgrader.plugins import CsvExportPlugin

    with api.gradebook as gradebook:
        CsvExportPlugin(to=to, assignment=[], student=[]).export(gradebook)


def test_a_changed_lesson_is_refused_in_words(course, judged):
    one = judged["perfect", LESSON]
    cells = [c for c in one.notebook.cells if c.id != "check_grey"]
    changed = SimpleNamespace(
        verdict=one.verdict, notebook=nbformat.v4.new_notebook(cells=cells)
    )
    with pytest.raises(CannotGrade, match="other graded cells than it has now"):
        record(course, changed)
    record(course, one)


def test_a_failure_leaves_the_gradebook_as_it_was(course, judged, monkeypatch):
    before = rows(course)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("grading.recording.set_comments", fail)
    with pytest.raises(OSError, match="disk full"):
        record(course, with_student(judged["perfect", LESSON], "newcomer"))
    assert rows(course) == before


def with_student(one, student):
    from dataclasses import replace

    return replace(one, verdict=replace(one.verdict, student=student))
