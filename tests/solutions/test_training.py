"""Lesson 04: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest

from tests.solutions.running import run_on_builtin_images


@pytest.fixture(scope="module")
def training():
    """What lesson 04 leaves behind on the built-in images."""
    return run_on_builtin_images("04_training")


def deviations(training, name):
    return training["ten"][name][1]


def test_small_weights_let_ten_tanh_layers_collapse(training):
    stds = deviations(training, "tanh\n0.01 normal")
    assert (np.diff(stds) < 0).all()
    assert stds[-1] < 1e-5


def test_large_weights_saturate_ten_tanh_layers(training):
    _, stds, seen = training["ten"]["tanh\n1.0 normal"]
    np.testing.assert_allclose(stds, 0.98, atol=0.005)
    assert (abs(seen[-1]) > 0.9).mean() > 0.9


def test_xavier_lets_tanh_fall_slowly_from_063_to_023(training):
    stds = deviations(training, "tanh\nXavier")
    assert (np.diff(stds) < 0).all()
    np.testing.assert_allclose(stds[[0, -1]], [0.63, 0.23], atol=0.01)


def test_xavier_lets_relu_die_out_and_he_keeps_its_scale(training):
    assert deviations(training, "relu\nXavier")[-1] < 0.06
    he = deviations(training, "relu\nHe")
    assert (abs(np.log(he / 0.83)) < 0.25).all()


def test_the_table_has_a_row_for_each_way_to_begin(training):
    table = dict(zip(training["kinds"], training["table"], strict=True))
    names = list(training["functions"])
    assert len(table) == 10
    assert (table["zeros"] == 0).all()
    assert abs(np.log(table["lecun_normal"][names.index("selu")])) < 0.3
    relu = names.index("relu")
    assert table["he_normal"][relu] > 5 * table["glorot_normal"][relu]


def test_kumars_variance_for_the_sigmoid_is_12_8_over_n(training):
    assert training["sigmoid_variance"] == pytest.approx(12.8)
    assert 1 / training["slope"].item() ** 2 == pytest.approx(16)


def test_the_variance_of_a_uniform_number_is_its_width_squared_over_12(training):
    assert training["uniform_variance"] == pytest.approx((3 + 2) ** 2 / 12, rel=5e-3)


def test_glorots_bound_has_glorots_variance(training):
    rng = np.random.default_rng(0)
    W = training["init_weights"]("glorot_uniform", 200, 400, rng)
    assert abs(W).max() <= np.sqrt(6 / 600)
    assert W.var() == pytest.approx(2 / 600, rel=0.05)


def test_softplus_is_not_softsign(training):
    value, slope = training["smooth_activation"]("softplus", np.zeros(1))
    assert value.item() == pytest.approx(np.log(2))
    assert slope.item() == 0.5


def test_the_tiny_pictures_have_the_variances_4_and_1(training):
    mean, components, variances = training["pca"](training["X_tiny"], 2)
    np.testing.assert_allclose(mean, [1, 1])
    np.testing.assert_allclose(variances, [4, 1])
    np.testing.assert_allclose(abs(components), np.sqrt(0.5))
    white, _ = training["whiten"](training["X_tiny"], training["X_tiny"], 0.0)
    np.testing.assert_allclose(white[0], [1, 1])


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("sgd", [0, -1]),
        ("momentum", [0, -1.9]),
        ("nesterov", [-0.9, -3.61]),
        ("adagrad", [0.5, 0.5 - 1 / np.sqrt(8)]),
        ("rmsprop", [-4, -4 - 1 / np.sqrt(0.0796)]),
        ("adam", [0.5, 0]),
    ],
)
def test_two_steps_by_hand_are_those_of_the_text(training, name, places):
    w, state = np.array([1.0]), {}
    for place in places:
        w, state = training[name](w, np.array([2.0]), state, 0.5)
        assert w.item() == pytest.approx(place, abs=1e-6)


def test_the_loss_before_training_is_near_log_10_and_far_off_with_large_weights(
    training,
):
    assert np.log(10) < training["first_loss"] < np.log(10) + 1.5
    assert training["large_loss"] > 100


def test_twenty_pictures_are_learned_by_heart(training):
    assert training["by_heart"].train_accuracies[-1] == 1
    assert training["by_heart"].losses[-1] < 0.05


def test_the_good_rate_ends_below_the_others(training):
    ends = {name: curve[-1] for name, curve in training["curves"].items()}
    assert min(ends, key=ends.get).startswith("good")


def test_degree_15_learns_by_heart_and_fails_on_new_points(training):
    losses = {degree: fit[1:] for degree, fit in training["fits"].items()}
    assert losses[15][0] < losses[4][0] < losses[1][0]
    assert losses[4][1] < losses[1][1] < losses[15][1]


def test_every_optimiser_of_the_race_learns(training):
    for name, run in training["histories"].items():
        assert np.mean(run.losses[-10:]) < 2.2, name
        assert run.best > 0.15, name
