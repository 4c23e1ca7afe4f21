"""What the exercises of lesson 12 share: losses judged with their gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.checks.exercise import Case, call
from utils.subject import Network, Subject, Tensor


def loss_case(name: str, features: np.ndarray, *rest: Any, **more: Any) -> Case:
    """The loss and its gradient with respect to the first argument, by autograd."""
    return with_gradient(call(name, Tensor(np.asarray(features, float)), *rest, **more))


def with_gradient(case: Case) -> Case:
    """The same call, judged by the gradient of its first argument as well."""

    def play(subject: Subject) -> dict:
        kept = subject.keep(case.args[0])
        function = subject[subject.names[0]]
        found = subject.gradient(function, kept, *case.args[1:], **case.kwargs)
        after = subject.fetch(kept)
        return {
            "loss": found["out"],
            "gradient": found["inputs"][0],
            "features afterwards": after.array,
        }

    return Case(case.name, play, case.agree, case.expected, case.working, case.args)


def images(rng: np.random.Generator, *shape: int) -> Tensor:
    """An image in [0, 1], float64."""
    return Tensor(rng.uniform(size=shape))


def small_network(rng: np.random.Generator) -> Network:
    """Two convolutions with smooth activations, weights drawn; four layers."""
    layers = ("Conv2d", 3, 4, 3), ("Tanh",), ("Conv2d", 4, 5, 3, 2), ("Softplus",)
    shapes = {"0.weight": (4, 3, 3, 3), "0.bias": (4,)}
    shapes |= {"2.weight": (5, 4, 3, 3), "2.bias": (5,)}
    drawn = {key: 0.4 * rng.normal(size=shape) for key, shape in shapes.items()}
    weights = {key: array.astype(np.float32) for key, array in drawn.items()}
    return Network(layers, weights)


def as_number(loss: Callable) -> Callable:
    """The same number, taken out of PyTorch."""
    return lambda *args, **kwargs: loss(*args, **kwargs).item()
