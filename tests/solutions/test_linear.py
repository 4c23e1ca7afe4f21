"""Lesson 02: what its cells leave behind, and the facts that it shows."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.solutions.running import run, run_on_builtin_images
from utils.exercises import of_lesson

SOURCE = Path(__file__).parents[2] / "solutions" / "02_linear.py"


@pytest.fixture(scope="module")
def linear():
    """What lesson 02 leaves behind on the built-in images."""
    return run_on_builtin_images("02_linear")


@pytest.fixture
def tiny(linear):
    return linear["W_tiny"], linear["X_tiny"], linear["y_tiny"]


def test_lesson_02_shows_the_scores_of_the_notes(linear):
    scores = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
    np.testing.assert_allclose(linear["scores_tiny"], scores)
    assert linear["predict"](linear["W_tiny"], linear["X_tiny"]).tolist() == [1, 1, 1]


def test_lesson_02_has_the_hinge_losses_of_the_notes_with_the_slip_mended(linear, tiny):
    W, X, y = tiny
    losses = [
        linear["svm_loss"](W, X[i : i + 1], y[i : i + 1], 0.0)[0] for i in range(3)
    ]
    np.testing.assert_allclose(losses, [2.9, 0, 12.9], atol=1e-12)
    np.testing.assert_allclose(linear["by_hand"], losses, atol=1e-12)
    assert linear["svm_loss_loops"](*tiny, 0.0)[0] == pytest.approx(15.8 / 3)


def test_lesson_02_works_the_gradient_of_its_tiny_example_right(linear, tiny):
    np.testing.assert_allclose(linear["dW_tiny"], linear["svm_loss"](*tiny, 0.0)[1])


def test_the_two_templates_have_one_score_and_only_l2_tells_them_apart(linear):
    w1, w2, x = linear["w1"], linear["w2"], np.ones(4)
    assert w1 @ x == w2 @ x == 1
    penalty = linear["regularization"]
    assert penalty(w1, 1.0, "l2")[0] == 1
    assert penalty(w2, 1.0, "l2")[0] == 0.25
    assert penalty(w1, 1.0, "l1")[0] == penalty(w2, 1.0, "l1")[0] == 1


def test_lesson_02_shows_the_softmax_examples_of_the_notes(linear):
    assert linear["p"].round(3).tolist() == [0.457, 0.338, 0.205]
    assert linear["p_cat"].round(2).tolist() == [0.13, 0.87, 0.0]
    given = linear["softmax"](np.array([[1.2, 0.9, 0.4]]))
    np.testing.assert_allclose(given[0], linear["p"])
    W = np.log(np.array([[0.5, 0.25, 0.25]]))
    loss, _ = linear["softmax_loss"](W, np.ones((1, 1)), np.array([0]), 0.0)
    assert loss == pytest.approx(0.693, abs=5e-4)


def test_entropy_and_divergence_add_up_to_the_cross_entropy(linear):
    parts = linear["entropy"] + linear["divergence"]
    assert parts == pytest.approx(linear["cross_entropy"])
    assert linear["divergence"] > 0


def test_the_first_loss_of_untrained_weights_is_what_the_lesson_says(linear):
    W, X, y = np.zeros((5, 10)), np.ones((3, 5)), np.array([0, 4, 9])
    assert linear["svm_loss"](W, X, y, 0.1)[0] == pytest.approx(9)
    assert linear["softmax_loss"](W, X, y, 0.1)[0] == pytest.approx(np.log(10))


def test_the_gradient_check_finds_no_difference(linear):
    assert linear["relative"].max() < 1e-6


def test_the_losses_keep_float32(linear):
    W, X, y = np.ones((4, 3), np.float32), np.ones((5, 4), np.float32), np.arange(5) % 3
    for name in ("svm_loss_loops", "svm_loss", "softmax_loss"):
        assert linear[name](W, X, y, 0.1)[1].dtype == np.float32, name


def test_lesson_02_trains_its_tiny_example_to_the_end(linear):
    labels = linear["predict"](linear["W_trained"], linear["X_tiny"])
    assert labels.tolist() == linear["y_tiny"].tolist()


def test_the_landscape_ends_as_its_titles_say(linear):
    rates, heights = linear["rates"], {}
    for name, rate in rates.items():
        path = linear["path_of"](linear["whole"], rate)
        heights[name] = linear["height"](path[-1]), linear["height"](path[0])
    small, right, large = heights.values()
    assert right[0] < small[0] < small[1]
    assert large[0] > large[1]


def test_lesson_02_on_built_in_images_beats_guessing_by_far(linear):
    assert linear["pictures"].builtin
    assert min(linear["reached"].values()) > 0.25
    assert linear["seconds"]["no loops"] < linear["seconds"]["loops"]


def test_of_three_learning_rates_the_middle_one_is_best(linear):
    small, right, large = (np.mean(curve[-20:]) for curve in linear["curves"].values())
    assert right < small - 0.1
    assert right < large - 0.1


def test_lesson_02_learns_from_few_real_images(requires):
    requires("cifar10")
    space = run("02_linear")
    assert not space["pictures"].builtin
    assert min(space["reached"].values()) > 0.25


def test_the_lesson_states_the_points_and_minutes_of_each_exercise():
    text = SOURCE.read_text(encoding="utf-8")
    for exercise in of_lesson("02_linear").values():
        if exercise.kind == "function":
            name = exercise.id.partition(".")[2]
            found = re.search(rf"`{name}`\*\* \((\d+) points?, (\d+) minutes\)", text)
            assert found, name
            assert tuple(map(int, found.groups())) == (
                exercise.points,
                exercise.minutes,
            )
