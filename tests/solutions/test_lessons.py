"""The lessons themselves: they run, they earn full points, and their facts hold."""

import runpy
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from grading.self_check import check_lesson
from utils.exercises import LESSONS, of_lesson

ROOT = Path(__file__).parent.parent.parent


def run(stem: str) -> dict:
    """Run a solution from top to bottom; gives the names it leaves behind."""
    try:
        return runpy.run_path(str(ROOT / "solutions" / f"{stem}.py"))
    finally:
        plt.close("all")


@pytest.fixture(scope="module")
def knn():
    """What lesson 01 leaves behind on the built-in images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_DATA", raising=False)
        return run("01_knn")


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


def test_lesson_00_runs():
    assert run("00_start")["answer_numbers"] == 1_536_000


def test_lesson_01_on_built_in_images_beats_guessing(knn):
    assert knn["pictures"].builtin
    assert knn["accuracy"] > 0.2
    assert knn["seconds"]["no loops"] < knn["seconds"]["two loops"]


def test_lesson_01_meets_the_published_counts(requires):
    requires("cifar10")
    space = run("01_knn")
    assert space["right"] == {1: 137, 5: 139, 10: 141}


def test_lesson_01_shows_the_l1_example_of_the_notes(knn):
    assert knn["sizes"].tolist() == [
        [46, 12, 14, 1],
        [82, 13, 39, 33],
        [12, 10, 0, 30],
        [2, 32, 22, 108],
    ]
    assert knn["sizes"].sum() == 456


def test_lesson_01_works_its_tiny_example_right(knn):
    distances = knn["l1_distances"](knn["new"], knn["X_tiny"])
    np.testing.assert_allclose(distances, [[4, 2.5, 1.5, 3, 3, 0.5]])
    votes = [knn["predict_labels"](distances, knn["y_tiny"], k)[0] for k in (1, 2, 3)]
    assert votes == [1, 0, 0]
