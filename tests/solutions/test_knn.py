"""Lesson 01: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest

from tests.solutions.running import run, run_on_builtin_images


@pytest.fixture(scope="module")
def knn():
    """What lesson 01 leaves behind on the built-in images."""
    return run_on_builtin_images("01_knn")


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
