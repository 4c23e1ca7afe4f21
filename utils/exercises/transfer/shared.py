"""What the exercises of lesson 11 share: small networks, and how cases look at them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.checks.compare import NOTHING, WrongStructure, close
from utils.checks.wording import describe
from utils.subject import Handle, Named, Network, Subject, Tensor

NEAR = close(1e-4, 1e-5)
"""For float32, where the order of a sum shows in the sixth digit."""
NAMED = Named("utils.stand_ins.transfer.named")
MANY = 200
"""More parameters than any network here has."""

Layers = Sequence[tuple]
LINEAR_NET = {
    "features.0": ("Conv2d", 3, 4, 3),
    "features.1": ("BatchNorm2d", 4),
    "features.2": ("ReLU",),
    "features.3": ("AdaptiveAvgPool2d", 1),
    "features.4": ("Flatten",),
    "classifier.0": ("Dropout", 0.2),
    "classifier.1": ("Linear", 4, 7),
}
"""Built like MobileNetV2: the head is linear."""
CONV_NET = {
    "features.0": ("Conv2d", 3, 5, 3),
    "features.1": ("ReLU",),
    "classifier.0": ("Dropout", 0.2),
    "classifier.1": ("Conv2d", 5, 8, 1),
    "classifier.2": ("AdaptiveAvgPool2d", 1),
    "classifier.3": ("Flatten",),
}
"""Built like SqueezeNet: the head is a 1x1 convolution."""
FLAT_NET = {
    "stem": ("Linear", 6, 5),
    "head_norm": ("BatchNorm1d", 5),
    "relu": ("ReLU",),
    "head": ("Linear", 5, 9),
}
"""A head that is no part of anything, and a layer whose name begins like it."""


def drawn(rng: np.random.Generator, *shape: int) -> Tensor:
    """A float32 tensor of normal numbers."""
    return Tensor(rng.normal(size=shape).astype(np.float32))


def recipe(layers: Layers, rng: np.random.Generator) -> Network:
    """A network with weights and running statistics drawn by this generator."""
    bare = Network(layers).make().state_dict()
    weights = {key: filled(key, tuple(v.shape), rng) for key, v in bare.items()}
    return Network(tuple(layers), weights)


def filled(key: str, shape: tuple, rng: np.random.Generator) -> np.ndarray:
    if key.endswith("num_batches_tracked"):
        return np.array(0)
    positive = key.endswith("running_var")
    values = rng.uniform(1, 3, size=shape) if positive else rng.normal(size=shape)
    return values.astype(np.float32)


def kept_net(subject: Subject, layers: dict[str, tuple], net: Network) -> Handle:
    """A network beside the learner's objects, its layers named as in `layers`."""
    return subject.call(NAMED, net, list(layers))


def returned(value: Any, what: str = "The network") -> Handle:
    """What an answer returned, if it is an object that can be used further."""
    if value is None:
        raise WrongStructure(f"{NOTHING} {what} is expected.")
    if not isinstance(value, Handle):
        raise WrongStructure(
            f"It returned {describe(value)}; expected: {what.lower()}."
        )
    return value


def flags(subject: Subject, net: Handle) -> dict[str, bool]:
    """Whether each parameter of a network requires a gradient, by name."""
    pairs = subject.iterate(net.named_parameters(), MANY)
    return {name: bool(tensor.requires_grad) for name, tensor in pairs}


def shapes(net: Handle) -> dict[str, list[int]]:
    """The shape of everything in a network's state dictionary."""
    return {key: list(t.array.shape) for key, t in net.state_dict().items()}


def set_flags(subject: Subject, net: Handle, wanted: dict[str, bool]) -> None:
    """Freeze and unfreeze layers, parts and single parameters, by their names."""
    for name, value in wanted.items():
        single = name.endswith((".weight", ".bias"))
        find = net.get_parameter if single else net.get_submodule
        subject.call(find, name, _hold=True).requires_grad_(value)


def deepcopy(thing):
    from copy import deepcopy

    return deepcopy(thing)
