"""What do the course's own parts make of a submission that nothing can run?"""

from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade, is_grade

from grading.class_run import How
from grading.parts import crashed, imports_torch
from grading.store import Job


@pytest.fixture
def crash(tmp_path):
    """The verdict on a submission to the first lesson that ended its process."""
    (tmp_path / "class_seed").write_text("5")
    grader = How(1).grader(tmp_path)
    result = crashed(grader, Job("00_start", "ann"), "key", "The process ended.")
    return result.verdict, nbformat.reads(result.notebook, as_version=4)


def test_every_exercise_is_crashed_and_scores_nothing(crash):
    verdict, _ = crash
    assert {one.status for one in verdict.exercises} == {"crashed"}
    assert (verdict.score, verdict.key, verdict.student) == (0, "key", "ann")
    assert verdict.findings == ("The process ended.",)


def test_nbgrader_finds_no_points_in_its_notebook(crash):
    _, notebook = crash
    grades = [determine_grade(cell)[0] for cell in notebook.cells if is_grade(cell)]
    assert grades
    assert not any(grades)


def test_a_numpy_lesson_gets_no_pytorch(tmp_path):
    assert not imports_torch("01_knn", Path(How().solutions))
