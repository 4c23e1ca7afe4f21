"""Lesson 08: what its cells leave behind, and the facts that it shows."""

import math

import pytest
import torch
import torch.nn.functional as F

from tests.solutions.running import run_on_builtin_images
from utils import check
from utils.device import best_device


@pytest.fixture(scope="module")
def lesson():
    """What lesson 08 leaves behind on the built-in images."""
    return run_on_builtin_images("08_pytorch")


def test_a_numpy_layer_and_its_pytorch_twin_agree_to_a_millionth(lesson):
    gaps = [lesson[name] for name in ("linear_gap", "gradient_gap", "norm_gap")]
    assert max(gaps) < 1e-6


def test_the_running_variance_is_divided_by_n_minus_one(lesson):
    assert lesson["ddof"] == 1
    assert lesson["gap"] < 1e-12


def test_the_worked_example_is_right_in_three_of_the_versions(lesson):
    expected = math.log(2)
    assert lesson["example_loss"].item() == pytest.approx(expected)
    names = ("x", "y", "W1", "b1", "W2", "b2")
    tensors = [lesson[name].detach().clone() for name in names]
    loss, dW1, _, _, db2 = lesson["two_layer_by_hand"](*tensors)
    assert loss.item() == pytest.approx(expected)
    torch.testing.assert_close(dW1, torch.tensor([[-1.0, 0.0], [-2.0, 0.0]]))
    torch.testing.assert_close(db2, torch.tensor([-0.5, 0.5]))
    leaves = [tensor.requires_grad_() for tensor in tensors[2:]]
    assert lesson["two_layer_autograd"](*tensors[:2], *leaves, 1.0, 1) == [loss.item()]
    torch.testing.assert_close(leaves[3].detach(), torch.tensor([-2.5, 2.5]))


def test_the_convnet_beats_a_linear_layer_on_the_built_in_images(lesson):
    assert lesson["pictures"].builtin
    assert lesson["test_accuracy"] > 0.4


def test_the_best_checkpoint_is_that_of_the_best_epoch(lesson):
    accuracies = [accuracy for *_, accuracy in lesson["run"]["history"]]
    assert lesson["best"]["accuracy"] == max(accuracies)
    assert lesson["best"]["epoch"] == accuracies.index(max(accuracies))


def test_a_run_that_was_interrupted_ends_like_one_that_was_not(lesson):
    assert lesson["resume_gap"] == 0


def test_a_decision_breaks_the_graph(lesson):
    assert len(lesson["recorded"]) == 3


def test_the_net_has_as_many_parameters_as_the_text_says(lesson):
    assert lesson["n_parameters"] == 102_810


def test_a_quick_run_leaves_no_file(lesson):
    assert not lesson["file"].exists()


def train_by_the_length_of_the_data(model, loader, optimiser, device):
    """A right answer that asks the loader for its data set."""
    model.train()
    total = 0.0
    for X, y in loader:
        optimiser.zero_grad()
        loss = F.cross_entropy(model(X.to(device)), y.to(device), reduction="sum")
        (loss / len(y)).backward()
        optimiser.step()
        total += loss.item()
    return total / len(loader.dataset)


def test_a_loader_may_be_asked_for_its_data_set():
    report = check("08.train_one_epoch", train_by_the_length_of_the_data).report
    assert report.status == "right", str(report)


def test_the_device_is_one_that_is_here_and_is_stated(capsys):
    device = best_device()
    assert torch.ones(2).to(device).sum().item() == 2
    assert f"Device: {device.type}" in capsys.readouterr().out
