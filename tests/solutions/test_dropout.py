"""Lesson 07: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest

from tests.exercises.answers import answers
from tests.solutions.running import run_on_builtin_images
from utils.checks.evaluate import evaluate
from utils.exercises import find
from utils.subject.local import local_subject


@pytest.fixture(scope="module")
def dropout():
    """What lesson 07 leaves behind on the built-in images."""
    return run_on_builtin_images("07_dropout")


def test_lesson_07_half_the_sum_is_expected_at_p_one_half(dropout):
    assert dropout["sums"].tolist() == [10, 6, 4, 0]
    assert dropout["sums"].mean() == 0.5 * (dropout["x_tiny"] @ dropout["w_tiny"])
    assert dropout["inverted"].mean() == dropout["x_tiny"] @ dropout["w_tiny"]


def test_lesson_07_inverted_dropout_leaves_test_time_unchanged(dropout):
    x = dropout["x_tiny"]
    for p in (0.2, 0.5):
        out, factor = dropout["dropout_forward"](x, p, "test", None)
        assert out.tolist() == x.tolist()
        assert factor == 1
        plain, _ = dropout["dropout_forward"](x, p, "test", None, "plain")
        np.testing.assert_allclose(plain, (1 - p) * x)


def test_lesson_07_dropout_narrows_the_gap(dropout):
    gaps = {
        name: history.train_accuracies[-1] - history.val_accuracies[-1]
        for name, history in dropout["histories"].items()
    }
    assert gaps["no dropout"] > 0.3
    assert gaps["dropout"] < gaps["no dropout"]
    assert gaps["DropConnect"] < gaps["no dropout"]


def test_lesson_07_l1_gives_zeros_and_l2_small_weights(dropout):
    plain, l2, l1 = dropout["fits"].values()
    assert (np.abs(l1) < 1e-3).sum() > 25
    assert (np.abs(l2) < 1e-3).sum() < 5
    assert np.abs(l2).sum() < np.abs(plain).sum()
    assert (np.abs(l1[:5]) > 0.3).all()


def test_lesson_07_the_whole_network_is_near_the_mean_of_its_sub_networks(dropout):
    mean = np.mean(dropout["many"], axis=0)
    np.testing.assert_allclose(dropout["whole"], mean, atol=0.03)


def test_lesson_07_measures_every_trick(dropout):
    table = dropout["table"]
    assert list(table)[:10] == list(dropout["tricks"])
    assert len(table) == 13
    assert table["plain"] > 0.13
    assert all(0 < accuracy < 1 for accuracy in table.values())


def test_lesson_07_noise_in_training_lowers_the_training_accuracy(dropout):
    last = {
        name: history.train_accuracies[-1]
        for name, (_, history) in dropout["runs"].items()
    }
    assert last["all"] < last["plain"]
    assert last["mixup"] < last["plain"]


def test_lesson_07_works_its_examples_by_hand_right(dropout):
    grid = np.arange(1, 10).reshape(1, 1, 3, 3)
    turned = dropout["rotate"](grid, np.array([90.0]))[0, 0]
    assert turned.tolist() == [[3, 6, 9], [2, 5, 8], [1, 4, 7]]
    scores = np.log([[[0.6, 0.4]], [[0.6, 0.4]], [[0.1, 0.9]]])
    probabilities, labels = dropout["ensemble_predict"](scores)
    np.testing.assert_allclose(probabilities, [[1.3 / 3, 1.7 / 3]])
    assert labels.tolist() == [1]


@pytest.mark.parametrize(
    ("other", "name"),
    [("(", "sources cut off"), ("np.floor(", "sources rounded down")],
)
def test_lesson_07_names_a_rotation_that_does_not_round(other, name):
    answer, space = answers()["07.rotate"], {}
    exec(f"import numpy as np\n{answer.source.replace('np.rint(', other)}", space)
    for seed in range(9):
        subject = local_subject({"rotate": space["rotate"]}, 5)
        assert evaluate(find("07.rotate"), subject, seed).diagnosis.name == name
