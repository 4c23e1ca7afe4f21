"""Lesson 05: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d

from tests.exercises.answers import answers
from tests.solutions.running import run_on_builtin_images
from utils.checks.evaluate import evaluate
from utils.exercises import find
from utils.subject.local import local_subject


@pytest.fixture(scope="module")
def lesson():
    """What lesson 05 leaves behind on the built-in images."""
    return run_on_builtin_images("05_convolution")


def test_a_signal_that_decays_is_heard_as_in_the_notes(lesson):
    x, y = lesson["sent"], lesson["heard"]
    assert y.tolist() == lesson["heard_by_hand"]
    for t in range(2, 4):
        assert y[t] == x[t] + x[t - 1] / 2 + x[t - 2] / 4


def test_the_true_convolution_of_the_notes_and_its_negative(lesson):
    expected = [[0, -2, -1], [2, 2, 4], [-1, 0, 0]]
    assert lesson["convolved"].tolist() == expected
    assert lesson["true_convolution"].tolist() == expected
    assert (lesson["cross_correlation"] == -lesson["true_convolution"]).all()


def test_the_tiny_example_with_one_and_with_two_channels(lesson):
    assert lesson["tiny_map"].tolist() == [[19, 25], [37, 43]]
    assert (lesson["tiny_out"] == lesson["tiny_map"]).all()
    assert lesson["two_channel_map"].tolist() == [[56, 72], [104, 120]]
    assert (lesson["both_out"] == lesson["two_channel_map"]).all()


def test_the_larger_examples_of_the_notes(lesson):
    assert lesson["map_6x6"][0, :2].tolist() == [32, 40]
    assert lesson["map_4x4"].tolist() == [[48, 62], [41, 27]]


def test_output_sizes_of_the_notes(lesson):
    assert lesson["seven"] == [5, 3, 2]
    assert (7 - 3) % 3 != 0, "at stride 3 it does not fit evenly"
    assert lesson["size_of"](32, 5, 1, 2) == 32
    assert lesson["out_side"] == 55


def test_parameters_of_the_notes(lesson):
    assert lesson["ten_filters"] == 760
    assert lesson["alexnet"] == 34_944
    assert lesson["first_layer"].shape[1:] == (363, 3025)
    assert pytest.approx(1e9, rel=0.05) == 1000 * 1024**2


def test_three_small_filters_against_a_large_one(lesson):
    assert (lesson["weights_stacked"], lesson["weights_single"]) == (27, 49)
    assert lesson["stacked"] == lesson["single"] == 7


def test_max_pooling_of_the_notes(lesson):
    assert lesson["tiny_pooled"].tolist() == [[4, 5], [7, 8]]


def test_the_toeplitz_matrix_of_the_notes(lesson):
    assert lesson["matrix"].tolist() == [[1, 0, 0], [-1, 1, 0], [0, -1, 1], [0, 0, -1]]
    assert lesson["toeplitz_out"].tolist() == [1, 1, 0, -2]


def test_an_image_filter_is_a_matrix_of_nine_shared_weights(lesson):
    of_image = lesson["of_image"]
    assert of_image.size == 576
    assert np.count_nonzero(of_image) == 144
    assert len(np.unique(of_image)) == 10


def test_the_gradient_is_the_full_convolution_with_the_filter(lesson):
    dout, w = lesson["upstream"], lesson["tiny_filter"]
    assert (lesson["from_loops"] == convolve2d(dout, w)).all()
    assert (lesson["from_convolution"] == correlate2d(dout, w[::-1, ::-1])).all()


def test_the_symbols_of_the_gradient_stand_for_the_full_convolution(lesson):
    rng = np.random.default_rng(0)
    dout, w = rng.normal(size=(2, 2, 2))
    values = {f"δ{i + 1}{j + 1}": dout[i, j] for i, j in np.ndindex(2, 2)}
    values |= {f"w{i + 1}{j + 1}": w[i, j] for i, j in np.ndindex(2, 2)}
    found = [
        sum(values[term[:3]] * values[term[3:]] for term in cell.split("\n+"))
        for cell in lesson["dx_symbols"].ravel()
    ]
    np.testing.assert_allclose(np.reshape(found, (3, 3)), convolve2d(dout, w))


def test_a_dense_layer_finds_its_patch_in_the_photograph(lesson):
    assert lesson["place"] == (lesson["top"], lesson["left"])


def test_the_loops_cost_a_hundred_times_the_matrix_product(lesson):
    assert lesson["costs"]["loops"] > 50 * lesson["costs"]["im2col"]


def test_the_convnet_learns_and_stays_in_single_precision(lesson):
    assert lesson["pictures"].builtin
    assert lesson["accuracy"] > 0.2
    for layer in lesson["net"].layers:
        assert {w.dtype for w in layer.parameters.values()} <= {np.dtype(np.float32)}


@pytest.mark.parametrize("name", ["conv_forward", "conv_backward"])
def test_the_version_with_loops_does_not_earn_the_points_of_the_fast_one(name):
    slow = answers()[f"05.{name}_loops"]
    exercise = find(f"05.{name}")
    subject = local_subject({name: slow.objects[f"{name}_loops"]}, exercise.seconds)
    report = evaluate(exercise, subject, 0, slow.source)
    broken = [rule.name for rule in report.rules if not rule.right]
    assert all(outcome.right for outcome in report.cases)
    assert broken == ["does not loop over pixels"]
    assert report.score < exercise.points
