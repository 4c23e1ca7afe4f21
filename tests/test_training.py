"""The net and the loop that experiments train with, against PyTorch."""

import numpy as np
import pytest
import torch

from utils.training import Layer, Net, train


def linear(x, W, b):
    return x @ W + b, (x, W)


def linear_back(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def tanh(x, mode):
    tanh.modes.append(mode)
    return np.tanh(x), np.tanh(x)


def tanh_back(dout, out):
    return dout * (1 - out**2)


def cross_entropy(scores, y):
    scores = torch.from_numpy(scores).requires_grad_()
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y))
    loss.backward()
    return loss.item(), scores.grad.numpy()


def network(rng, d=4, h=5, c=3):
    tanh.modes = []
    first = {"W": rng.normal(size=(d, h)), "b": rng.normal(size=h)}
    second = {"W": rng.normal(size=(h, c)), "b": np.zeros(c)}
    layers = [
        Layer(linear, linear_back, first),
        Layer(tanh, tanh_back, has_modes=True),
        Layer(linear, linear_back, second),
    ]
    return Net(layers, cross_entropy)


def points(rng, n=60):
    y = rng.integers(3, size=n)
    return rng.normal(size=(n, 4)) + 2 * np.eye(4)[y], y


def test_loss_and_gradients_are_those_of_autograd():
    rng = np.random.default_rng(0)
    net, (X, y) = network(rng), points(rng)
    loss, found = net.step(X, y, reg=0.1)
    tensors = [
        {k: torch.tensor(v, requires_grad=True) for k, v in layer.parameters.items()}
        for layer in net.layers
    ]
    hidden = torch.tanh(torch.from_numpy(X) @ tensors[0]["W"] + tensors[0]["b"])
    scores = hidden @ tensors[2]["W"] + tensors[2]["b"]
    expected = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y))
    expected = expected + 0.1 * sum((t["W"] ** 2).sum() for t in tensors[::2])
    expected.backward()
    assert loss == pytest.approx(expected.item())
    for ours, theirs in zip(found, tensors, strict=True):
        for name, tensor in theirs.items():
            np.testing.assert_allclose(ours[name], tensor.grad.numpy(), atol=1e-12)


def test_training_learns_and_only_training_is_in_training_mode():
    rng = np.random.default_rng(1)
    net, data = network(rng), points(rng)
    assert net.accuracy(*data) < 0.6
    history = train(
        net, data, data, rng=rng, learning_rate=0.5, n_epochs=9, batch_size=20
    )
    assert len(history.losses) == 27
    assert history.val_accuracies[-1] > 0.8
    assert tanh.modes.count("train") == 27


def test_the_rate_may_depend_on_the_step_and_the_images_be_changed():
    rng = np.random.default_rng(2)
    net, data = network(rng), points(rng)
    before = net.layers[0].parameters["W"].copy()
    steps, sizes = [], []

    def rate(step):
        steps.append(step)
        return 0.0

    def augment(X, rng):
        sizes.append(len(X))
        return X

    train(net, data, data, rng=rng, learning_rate=rate, batch_size=25, augment=augment)
    assert steps == [0, 1, 2]
    assert sizes == [25, 25, 10]
    np.testing.assert_array_equal(net.layers[0].parameters["W"], before)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_a_diverging_run_is_stopped_with_advice():
    rng = np.random.default_rng(3)
    net, data = network(rng), points(rng)
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        train(net, data, data, rng=rng, learning_rate=1e300, n_epochs=5, reg=1.0)
