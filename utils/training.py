"""A net of layers and the loop that trains it, for the experiments of lessons 03 to 07.

The four roles are those that Caffe named (Jia et al., 2014): arrays flow (*blobs*), a
`Layer` turns one into the next, a `Net` is a list of layers and a loss, and a `Solver`
trains it. What a layer computes is always given: the learner's functions, or a
library's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.utils import gen_batches
from tqdm.auto import tqdm

Rate = float | Callable[[int], float]
Update = Callable[..., tuple[np.ndarray, dict]]
Images = tuple[np.ndarray, np.ndarray]


@dataclass
class Layer:
    """One layer: two functions, its parameters by name and its fixed options.

    `forward(x, *parameters, **options) -> (out, cache)`;
    `backward(dout, cache) -> dx`, or `(dx, *gradients)` in the order of the parameters.
    A layer with `has_modes` gets `mode="train"` or `mode="test"` besides its options.
    """

    forward: Callable
    backward: Callable
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    has_modes: bool = False


class Net:
    """Layers one after the other, and `loss(scores, y) -> (loss, dscores)` on top."""

    def __init__(self, layers: list[Layer], loss: Callable):
        self.layers, self.loss = layers, loss

    def forward(self, x: np.ndarray, mode: str = "test") -> tuple[np.ndarray, list]:
        """The scores `(N, C)` of a batch, and the cache of each layer."""
        caches = []
        for layer in self.layers:
            options = layer.options | ({"mode": mode} if layer.has_modes else {})
            x, cache = layer.forward(x, *layer.parameters.values(), **options)
            caches.append(cache)
        return x, caches

    def backward(self, dout: np.ndarray, caches: list) -> list[dict[str, np.ndarray]]:
        """The gradients of each layer's parameters by name, first layer first."""
        gradients = []
        for layer, cache in zip(reversed(self.layers), reversed(caches), strict=True):
            back = layer.backward(dout, cache)
            dout, *own = back if isinstance(back, tuple) else (back,)
            gradients.append(dict(zip(layer.parameters, own, strict=False)))
        return gradients[::-1]

    def step(self, X: np.ndarray, y: np.ndarray, reg: float = 0.0) -> tuple:
        """The loss of a batch in training, and the gradients as `backward` gives them.

        L2 regularisation, `reg * sum(W**2)`, counts weights and leaves vectors (biases,
        scales and shifts) alone.
        """
        scores, caches = self.forward(X, "train")
        loss, dscores = self.loss(scores, y)
        gradients = self.backward(dscores, caches)
        for layer, found in zip(self.layers, gradients, strict=True):
            for name, W in layer.parameters.items():
                if reg and W.ndim > 1:
                    loss = loss + reg * np.sum(W**2)
                    found[name] = found[name] + 2 * reg * W
        return loss, gradients

    def scores(self, X: np.ndarray, batch_size: int = 500) -> np.ndarray:
        """The scores `(N, C)` of many images, a batch at a time."""
        parts = [self.forward(X[rows])[0] for rows in gen_batches(len(X), batch_size)]
        return np.concatenate(parts)

    def accuracy(self, X: np.ndarray, y: np.ndarray) -> float:
        """The fraction of images whose highest score is the true class's."""
        return float((self.scores(X).argmax(axis=1) == y).mean())


@dataclass
class History:
    """What happened in training: a loss a step, two accuracies an epoch."""

    losses: list[float] = field(default_factory=list)
    train_accuracies: list[float] = field(default_factory=list)
    val_accuracies: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The highest validation accuracy of any epoch."""
        return max(self.val_accuracies)


def sgd(w: np.ndarray, gradient: np.ndarray, state: dict, learning_rate: float):
    """One step of plain gradient descent: a new `w`, and the state as it was."""
    return w - learning_rate * gradient, state


@dataclass
class Solver:
    """The loop that trains a net by mini-batches, with a progress bar.

    * `rng`: the generator that shuffles the images and that `augment` draws from.
    * `learning_rate`: a number, or a function of the step, counted from 0.
    * `reg`: the strength of L2 regularisation.
    * `update(w, gradient, state, learning_rate) -> (w, state)`: the optimiser; a
      parameter's state starts as `{}`.
    * `augment(X, rng)`: changes each batch.
    * `label`: stands before the progress bar.
    """

    rng: np.random.Generator
    learning_rate: Rate
    n_epochs: int = 1
    batch_size: int = 64
    reg: float = 0.0
    update: Update = sgd
    augment: Callable | None = None
    label: str = "training"

    def train(self, net: Net, train_set: Images, val_set: Images) -> History:
        """Change the net's parameters; returns what was measured on the way.

        Raises FloatingPointError when the loss is not a finite number.
        """
        history, states = History(), [{} for _ in net.layers]
        n_steps = self.n_epochs * -(-len(train_set[0]) // self.batch_size)
        seen = tuple(part[:1000] for part in train_set)
        with tqdm(total=n_steps, desc=self.label, leave=False) as bar:
            for _ in range(self.n_epochs):
                for X, y in shuffled(*train_set, self.batch_size, self.rng):
                    history.losses.append(
                        self.step(net, X, y, states, len(history.losses))
                    )
                    bar.update()
                history.train_accuracies.append(net.accuracy(*seen))
                history.val_accuracies.append(net.accuracy(*val_set))
                bar.set_postfix(val=f"{history.val_accuracies[-1]:.3f}")
        return history

    def step(self, net: Net, X: np.ndarray, y: np.ndarray, states: list, n: int):
        """Step `n` on one batch; returns its loss."""
        X = self.augment(X, self.rng) if self.augment else X
        loss, gradients = net.step(X, y, self.reg)
        refuse_divergence(loss, n)
        fixed = not callable(self.learning_rate)
        rate = self.learning_rate if fixed else self.learning_rate(n)
        apply(net, gradients, states, self.update, rate)
        return float(loss)


def train(net: Net, train_set: Images, val_set: Images, **settings) -> History:
    """Train a net with the settings of a `Solver`; the net's parameters change."""
    return Solver(**settings).train(net, train_set, val_set)


def shuffled(
    X: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One epoch: every image once, in a new order, a batch at a time."""
    order = rng.permutation(len(X))
    for part in gen_batches(len(X), batch_size):
        yield X[order[part]], y[order[part]]


def apply(
    net: Net, gradients: list[dict], states: list[dict], update: Update, rate: float
) -> None:
    """Let the optimiser change every parameter once."""
    for layer, found, state in zip(net.layers, gradients, states, strict=True):
        for name, gradient in found.items():
            w, before = layer.parameters[name], state.get(name, {})
            layer.parameters[name], state[name] = update(w, gradient, before, rate)


def refuse_divergence(loss: float, step: int) -> None:
    """Stop where the loss has left the numbers: more steps would not bring it back."""
    if not np.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} after {step} steps: training has diverged. Try a "
            "smaller learning rate or smaller initial weights."
        )
