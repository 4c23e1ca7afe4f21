"""Does a class graded by nbgrader get the scores it should?"""

from dataclasses import replace
from io import StringIO

import nbformat
import pytest
from rich.console import Console

from grading.course import class_seed
from grading.record import print_gradebook


@pytest.mark.parametrize(
    ("student", "score"),
    [
        ("perfect", 3.0),
        ("untouched", 0.0),
        ("syntax_error", 1.0),
        ("missing_solution", 1.0),
        ("missing_check", 3.0),
        ("doubled", 3.0),
        ("cut_off", 0.0),
    ],
)
def test_a_student_of_the_sample_class_gets(graded, student, score):
    assert graded.rows[student].score == score


def test_scores_are_kept_by_exercise_in_the_order_of_the_lesson(graded):
    row = graded.rows["syntax_error"]
    assert list(row.by_exercise.items())[:2] == [("double", 0.0), ("six", 1.0)]
    assert row.max_score == 6.0


def test_an_answer_in_words_waits_for_the_instructor(graded):
    assert graded.rows["perfect"].waiting == {"written_why"}
    assert not graded.rows["untouched"].waiting


def test_a_notebook_that_cannot_be_read_is_refused_in_words(graded):
    assert list(graded.problems) == ["cut_off"]
    assert "JSON" in graded.problems["cut_off"]


def test_the_gradebook_is_printed(graded):
    assert "perfect" in graded.printed
    assert "3/6" in graded.printed
    assert "1 double, 2 six, 3 written_why" in graded.printed


def test_of_a_large_class_it_is_printed_how_the_scores_are_spread(graded):
    console = Console(file=StringIO(), width=300)
    rows = [
        replace(graded.rows["perfect"], student=f"s{n}", score=float(n % 7))
        for n in range(70)
    ]
    print_gradebook(rows, console)
    said = console.file.getvalue()
    assert "70 submissions; half of them have 3 of 6 points or more" in said
    assert "s11" not in said


def test_the_gradebook_is_read_by_exercise(graded):
    row = graded.rows["perfect"]
    assert (row.lesson, row.score, row.max_score) == ("07_tiny", 3.0, 6.0)
    assert row.by_exercise == {"double": 2.0, "six": 1.0, "written_why": 0.0}
    assert row.waiting == {"written_why"}


def test_feedback_pages_are_written(graded):
    page = graded.folder / "feedback" / "perfect" / "07_tiny" / "07_tiny.html"
    assert "Score: 2.0 / 2.0" in page.read_text("utf-8")


def test_grading_uses_the_class_seed_and_skips_experiments(graded):
    path = graded.folder / "autograded" / "perfect" / "07_tiny" / "07_tiny.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    sources = "\n".join(cell.source for cell in cells)
    assert f"use_class_seed({class_seed(graded.folder)})" in sources
    assert cells[-1].outputs == []
