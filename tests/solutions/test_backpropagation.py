"""Lesson 03: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest

from tests.solutions.running import run, run_on_builtin_images


@pytest.fixture(scope="module")
def lesson():
    """What lesson 03 leaves behind on the built-in images."""
    return run_on_builtin_images("03_backpropagation")


def test_lesson_03_shows_the_circuit_of_the_notes(lesson):
    f, dx, dy, dz, _ = lesson["circuit_backward"](-2, 5, -4, 100)
    assert (f - 100, dx, dy, dz) == (-12, -4, -4, 3)
    assert (lesson["dq"], lesson["q"], lesson["dz"], lesson["z"]) == (-4, 3, 3, -4)


def test_lesson_03_shows_the_sigmoid_neuron_of_the_notes(lesson):
    assert lesson["out"] == pytest.approx(0.731, abs=5e-4)
    assert lesson["ds"] == pytest.approx(0.197, abs=5e-4)
    out, dw, dx = lesson["sigmoid_neuron"](np.array([2, -3, -3]), np.array([-1, -2, 1]))
    assert out == pytest.approx(lesson["out"])
    np.testing.assert_allclose(dw, [-0.197, -0.393, 0.197], atol=5e-4)
    np.testing.assert_allclose(dx, [0.393, -0.590, -0.590], atol=5e-4)


def test_lesson_03_goes_gate_by_gate_to_the_same_slopes(lesson):
    found = [lesson["gradients"][name] for name in ("w0", "x0")]
    assert found == pytest.approx([-0.197, 0.393], abs=5e-4)


def test_lesson_03_trains_a_net_of_single_numbers(lesson):
    assert lesson["tiny_losses"][-1] < 0.1 < 1 < lesson["tiny_losses"][0]


def test_lesson_03_works_its_tiny_layer_right(lesson):
    X, W, b = lesson["X_tiny"], lesson["W_tiny"], lesson["b_tiny"]
    out, cache = lesson["affine_forward"](X, W, b)
    assert out.tolist() == [[17], [26]]
    dx, dW, db = lesson["affine_backward"](lesson["dout_tiny"], cache)
    assert dx.tolist() == [[1, 0, 2], [2, 0, 4]]
    assert (dW.tolist(), db.tolist()) == ([[9], [12], [15]], [3])
    assert max(lesson["layer_errors"].values()) < 1e-7


def test_lesson_03_works_its_softmax_right(lesson):
    loss, dscores = lesson["softmax_cross_entropy"](
        lesson["scores"][None], np.array([0])
    )
    assert loss == pytest.approx(0.784, abs=5e-4)
    np.testing.assert_allclose(dscores, [[-0.543, 0.338, 0.205]], atol=5e-4)


def test_lesson_03_shows_that_a_kink_measures_neither_slope(lesson):
    assert 0.1 < lesson["kink_slope"] < 0.9


def test_in_lesson_03_one_piece_and_layers_agree(lesson):
    assert lesson["net_loss"] == pytest.approx(lesson["loss_of_one_piece"])
    assert lesson["gap"] < 1e-12


def test_in_lesson_03_units_add_capacity_and_regularisation_takes_it_away(lesson):
    few, some, many, weak, strong, strongest = lesson["moon_accuracies"]
    assert few < some < many
    assert strongest < strong < weak <= many


def test_lesson_03_on_built_in_images_beats_guessing_clearly(lesson):
    assert lesson["pictures"].builtin
    assert lesson["accuracy"] > 0.35


def test_lesson_03_in_quick_mode_learns_from_real_images(requires):
    requires("cifar10")
    space = run("03_backpropagation")
    assert not space["pictures"].builtin
    assert space["accuracy"] > 0.35
