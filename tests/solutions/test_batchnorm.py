"""Lesson 06: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest
import torch

from tests.exercises.answers import answers
from tests.solutions.running import run_on_builtin_images
from utils.checks.evaluate import evaluate
from utils.exercises import find
from utils.subject.local import local_subject

WITH, WITHOUT = "with batch normalisation", "without"


@pytest.fixture(scope="module")
def batchnorm():
    """What lesson 06 leaves behind on the built-in images."""
    return run_on_builtin_images("06_batchnorm")


def test_the_two_channels_of_the_notes_have_their_means_and_variances(batchnorm):
    channels = np.stack([batchnorm["channel_1"], batchnorm["channel_2"]])
    assert channels.tolist() == [[1, 1, 1, 2, 0, -1, 2, 2], [-1, 1, 0, 1, 0, -1, 3, 1]]
    assert channels.mean(axis=1).tolist() == [1, 0.5]
    assert channels.var(axis=1).tolist() == [1, 1.5]


def test_the_eight_rows_are_two_images_of_two_channels(batchnorm):
    images = batchnorm["tiny_images"]
    rows = images.transpose(0, 2, 3, 1).reshape(8, 2)
    np.testing.assert_array_equal(rows, batchnorm["tiny"])
    running = {"mean": np.zeros(2), "var": np.ones(2)}
    batchnorm["spatial_batchnorm_forward"](
        images, np.ones(2), np.zeros(2), running, "train"
    )
    np.testing.assert_allclose(running["mean"], [0.1, 0.05])
    np.testing.assert_allclose(running["var"], 0.9 + 0.1 * np.array([8, 12]) / 7)


def test_channel_1_becomes_what_the_text_says(batchnorm):
    told = [1, 1, 1, 3, -1, -3, 3, 3]
    np.testing.assert_allclose(batchnorm["tiny_out"][:, 0], told, atol=1e-4)


def test_the_graph_worked_by_hand_agrees_with_autograd(batchnorm):
    steps = batchnorm["steps"]
    x, gamma, beta = (
        torch.tensor(steps[name][0], dtype=torch.float64, requires_grad=True)
        for name in ("x", "gamma", "beta")
    )
    gates = {"x": x, "gamma": gamma, "beta": beta, "mean": x.mean()}
    gates["centred"] = x - gates["mean"]
    gates["square"] = gates["centred"] ** 2
    gates["var"] = gates["square"].mean()
    gates["std"] = gates["var"].sqrt()
    gates["x_hat"] = gates["centred"] / gates["std"]
    gates["scaled"] = gates["x_hat"] * gamma
    gates["out"] = gates["scaled"] + beta
    for gate in gates.values():
        gate.retain_grad()
    gates["out"].backward(torch.tensor(steps["out"][1], dtype=torch.float64))
    assert set(gates) == set(steps)
    for name, gate in gates.items():
        np.testing.assert_allclose(steps[name][0], gate.detach(), err_msg=name)
        np.testing.assert_allclose(steps[name][1], gate.grad, err_msg=name)


def test_normalised_layers_have_std_1_and_others_drift(batchnorm):
    rows = batchnorm["rows"]
    last = {name: layers[-1].std() for name, layers in rows.items()}
    assert last["0.05, without"] < 0.01
    assert last["0.3, without"] > 50
    assert abs(last["0.05, with"] - 1) < 0.01
    assert abs(last["0.3, with"] - 1) < 0.01


def test_companions_matter_less_in_larger_batches_and_not_in_inference(batchnorm):
    spread = [np.std(seen) for seen in batchnorm["in_company"].values()]
    assert spread == sorted(spread, reverse=True)
    pair = np.abs(batchnorm["in_company"][2])
    np.testing.assert_allclose(pair, 1, atol=0.02)
    assert abs(batchnorm["path"][-1] - 5) < 0.5


def test_a_batch_of_one_gives_beta_whatever_it_holds(batchnorm):
    beta, running = np.array([3.0, -2.0]), {"mean": np.zeros(2), "var": np.ones(2)}
    forward = batchnorm["batchnorm_forward"]
    for row in ([[7.0, 8.0]], [[0.0, -1.0]]):
        out, _ = forward(np.array(row), np.ones(2), beta, running, "train")
        np.testing.assert_array_equal(out[0], beta)
    assert np.isfinite(running["var"]).all()


def test_instance_normalisation_takes_the_light_out_of_a_picture(batchnorm):
    same = batchnorm["same"]
    np.testing.assert_allclose(same, same[[0] * len(same)], atol=1e-6)


def test_the_folded_layer_does_the_work_of_two(batchnorm):
    folded = batchnorm["x"] @ batchnorm["new_W"] + batchnorm["new_b"]
    np.testing.assert_allclose(folded, batchnorm["two_layers"], atol=1e-9)


def test_with_batch_normalisation_more_weights_and_rates_can_be_trained(batchnorm):
    learned = batchnorm["learned"]
    for found in (batchnorm["by_weights"], batchnorm["by_rates"]):
        without, with_it = learned(found)
        assert with_it > without
    weights = batchnorm["by_weights"]["best training accuracy"]
    assert weights[WITH][0] > weights[WITHOUT][0] + 0.05


def test_small_batches_hurt_batch_normalisation(batchnorm):
    accuracies = batchnorm["by_size"]["best training accuracy"]
    assert accuracies[WITH][0] + 0.1 < accuracies[WITHOUT][0]
    assert accuracies[WITH][0] + 0.2 < accuracies[WITH][-1]


def test_the_answer_through_the_graph_takes_too_much_memory_for_the_formula():
    exercise = find("06.batchnorm_backward_simplified")
    answer = answers()["06.batchnorm_backward"]
    name = exercise.object_names[0]
    subject = local_subject({name: answer.objects["batchnorm_backward"]})
    report = evaluate(exercise, subject, source=answer.source)
    assert all(outcome.right for outcome in report.cases)
    assert report.diagnosis.name == "a table for every gate"
