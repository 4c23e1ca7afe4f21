"""Every lesson: its solution earns full points, its untouched notebook none."""

from pathlib import Path

import jupytext
import nbformat
import pytest

from grading.self_check import check_lesson
from utils.exercises import LESSONS, of_lesson

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def solved(tmp_path):
    """A lesson's solution as a notebook, for `check_lesson`."""

    def make(stem: str) -> Path:
        notebook = jupytext.read(ROOT / "solutions" / f"{stem}.py")
        path = tmp_path / f"{stem}.ipynb"
        nbformat.write(notebook, path)
        return path

    return make


@pytest.mark.parametrize("stem", LESSONS)
def test_the_solution_earns_full_points(stem, solved):
    progress = check_lesson(solved(stem))
    assert not progress.trouble
    assert [r.exercise.id for r in progress.reports if r.status != "right"] == []
    assert progress.score == progress.points > 0


@pytest.mark.parametrize("stem", LESSONS)
def test_the_untouched_notebook_earns_nothing(stem):
    progress = check_lesson(ROOT / "notebooks" / f"{stem}.ipynb")
    assert progress.score == 0
    assert {report.status for report in progress.reports} == {"not written"}
    assert len(progress.reports) + len(progress.by_hand) == len(of_lesson(stem))
