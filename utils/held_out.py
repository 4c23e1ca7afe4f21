"""Two tasks made of the built-in pictures, and a network that has learned the first.

Six shapes are known, four are held out: what was learned on the six can be put to use
on the four, as networks trained on ImageNet are put to use on flowers.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import nn

from utils.data.builtin import load_builtin
from utils.data.shapes import NAMES
from utils.networks.fitting import fit, kept
from utils.subject import Network

KNOWN = ("disc", "square", "cross", "heart", "flag", "chessboard")
HELD_OUT = ("ring", "triangle", "star", "moon")
WIDTHS, HEAD = (16, 32, 48, 64), "14"
EPOCHS, BATCH = 6, 50
VERSION = 1  # raise it with every change to the network or its training


def of_classes(
    X: np.ndarray, y: np.ndarray, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The built-in pictures of some classes; their labels are indices into `names`."""
    wanted = [NAMES.index(name) for name in names]
    chosen = np.isin(y, wanted)
    order = np.argsort(wanted)
    return X[chosen], order[np.searchsorted(sorted(wanted), y[chosen])]


def layers(n_classes: int) -> tuple[tuple, ...]:
    """The network: four convolutions with batch norm, the mean of each map, a head."""
    rows, inputs = [], 3
    for number, outputs in enumerate(WIDTHS):
        size, stride = (5, 2) if number == 0 else (3, 2 if number < 3 else 1)
        conv = ("Conv2d", inputs, outputs, size, stride, size // 2, 1, 1, False)
        rows += [conv, ("BatchNorm2d", outputs), ("ReLU",)]
        inputs = outputs
    pool = ("AdaptiveAvgPool2d", 1), ("Flatten",)
    return (*rows, *pool, ("Linear", inputs, n_classes))


@cache
def known_shapes(show_progress: bool = True) -> Network:
    """The recipe of the network with weights learned on the six known shapes.

    It takes pictures as they are, in [0, 1]. It is trained once, in some seconds, and
    then kept. A check shows no progress: stderr there would cost the score.
    """
    recipe = Network(layers(len(KNOWN)))
    net = kept(
        f"known-shapes-v{VERSION}", recipe.make(), lambda net: train(net, show_progress)
    )
    weights = {key: tensor.numpy() for key, tensor in net.state_dict().items()}
    return Network(recipe.layers, weights)


def train(net: nn.Module, show_progress: bool) -> None:
    """Train on the known shapes of the built-in training pictures."""
    images = load_builtin(n_test=0)
    X, y = of_classes(images.X_train, images.y_train, KNOWN)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    chance = torch.Generator().manual_seed(0)
    batches = [
        torch.randint(len(X), (BATCH,), generator=chance)
        for _ in range(EPOCHS * (len(X) // BATCH))
    ]
    fit(net, X, y, batches, "Learning six shapes", show_progress)
