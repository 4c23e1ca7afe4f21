"""What the exercises of lesson 08 share: the two-layer net, data for it, tolerances."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import close
from utils.subject import Named, Network, Subject, Tensor

NEAR = close(1e-4, 1e-5)
"""For float32, where the order of a sum shows in the sixth digit."""


def two_layer_data(rng: np.random.Generator, n, d, h, c, size=1.0) -> list[Tensor]:
    """`x (n, d)`, `y (n,)`, `W1 (d, h)`, `b1`, `W2 (h, c)`, `b2` as tensors."""
    shapes = (n, d), (d, h), (h,), (h, c), (c,)
    x, W1, b1, W2, b2 = (Tensor(rng.normal(size=shape)) for shape in shapes)
    x = Tensor(size * x.array)
    return [x, Tensor(rng.integers(c, size=n)), W1, b1, W2, b2]


def by_hand_data() -> list[Tensor]:
    """One row, two hidden units of which one is closed, two classes."""
    arrays = [[1.0, 2.0]], [[1.0, 1.0], [1.0, -1.0]], [0.0, 0.0]
    x, W1, b1 = (Tensor(np.array(a)) for a in arrays)
    W2, b2 = Tensor(np.array([[1.0, -1.0], [2.0, 2.0]])), Tensor(np.array([-3.0, 3.0]))
    return [x, Tensor(np.array([0])), W1, b1, W2, b2]


BY_HAND = (
    "x @ W1 = (3, -1); ReLU: (3, 0); scores: (3 - 3, -3 + 3) = (0, 0); both classes have "
    "probability 0.5, so the loss is -log 0.5 = 0.693 and the gradient of the scores "
    "is (-0.5, 0.5)"
)


def scores_of(x, W1, b1, W2, b2, activation=F.relu):
    """The scores of the two-layer net."""
    return F.linear(activation(F.linear(x, W1.T, b1)), W2.T, b2)


def straight_through(z):
    """ReLU whose backward pass lets everything through."""
    return z + (F.relu(z) - z).detach()


def of_softmax(scores, y, **more):
    """Cross-entropy of scores that have already been through a softmax."""
    return F.cross_entropy(scores.softmax(1), y, **more)


def network(rng: np.random.Generator, d: int, h: int, c: int) -> Network:
    """Linear, batch norm, ReLU, linear, with weights and running statistics drawn."""
    layers = ("Linear", d, h), ("BatchNorm1d", h), ("ReLU",), ("Linear", h, c)
    drawn = {
        "0.weight": rng.normal(size=(h, d)),
        "0.bias": rng.normal(size=h),
        "1.weight": rng.uniform(0.5, 1.5, size=h),
        "1.bias": rng.normal(size=h),
        "1.running_mean": rng.normal(size=h),
        "1.running_var": rng.uniform(2, 4, size=h),
        "3.weight": rng.normal(size=(c, h)),
        "3.bias": rng.normal(size=c),
    }
    weights = {key: array.astype(np.float32) for key, array in drawn.items()}
    return Network(layers, weights | {"1.num_batches_tracked": np.array(0)})


def optimiser_named(kind: str) -> Named:
    """An optimiser's name; no time limit counts what the first of a process imports."""
    torch.optim.SGD([torch.zeros(1)])
    return Named(f"torch.optim.{kind}")


def loader_of(subject: Subject, X: np.ndarray, y: np.ndarray, batch_size: int):
    """A `DataLoader` beside the learner's objects, in the order of the rows."""
    tensors = Tensor(X.astype(np.float32)), Tensor(y)
    dataset = subject.call(Named("torch.utils.data.TensorDataset"), *tensors)
    loader = Named("torch.utils.data.DataLoader")
    return subject.call(loader, dataset, batch_size=batch_size)


def state_of(net) -> dict[str, np.ndarray]:
    """The parameters and buffers of a network behind a handle, as arrays by name."""
    return {key: tensor.array for key, tensor in net.state_dict().items()}
