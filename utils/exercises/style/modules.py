"""Modules from lists of named layers, and the cases that judge a module."""

from collections.abc import Mapping

import numpy as np
from torch import nn

from utils.checks.compare import close
from utils.checks.exercise import Case
from utils.subject import Subject, Tensor

NEAR = close(1e-6, 1e-7)
"""In float64: normalising a channel that hardly varies makes rounding visible."""
WITHOUT_PARAMETERS = (
    "Your normalisation has no parameters: `nn.InstanceNorm2d` learns a scale "
    "and a shift only when it is told to. By which argument?"
)
Shapes = Mapping[str, tuple[int, ...]]


class Row(nn.Module):
    """Named layers one after the other; functions among them have no name."""

    def __init__(self, layers, skip=False):
        super().__init__()
        self.order, self.skip = [layer for _, layer in layers], skip
        for name, layer in layers:
            if name:
                self.add_module(name, layer)

    def forward(self, x):
        out = x
        for layer in self.order:
            out = layer(out)
        return x + out if self.skip else out


def conv(inputs, outputs, size, stride=1, mode="reflect"):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, padding_mode=mode)


def each_alone(channels):
    """Instance normalisation, as groups of one channel each."""
    return nn.GroupNorm(channels, channels)


# --- cases ----------------------------------------------------------------------


def drawn(rng: np.random.Generator, shape: tuple[int, ...], size: float = 1) -> Tensor:
    return Tensor((size * rng.normal(size=shape)).astype(np.float32).astype(float))


def weight(rng: np.random.Generator, key: str, shape: tuple[int, ...]) -> Tensor:
    """A number for each place of a parameter; scales and shifts leave channels alive.

    A channel that a ReLU sets to 0 everywhere has no variance. To normalise it makes
    rounding 300 times as large, and three of them in a row leave nothing to compare.
    """
    if "norm" not in key:
        return drawn(rng, shape, 0.5)
    low, high = (0.5, 1.5) if key.endswith("weight") else (0.1, 0.5)
    return Tensor(rng.uniform(low, high, shape).astype(np.float32).astype(float))


def registered(net) -> dict[str, list[int]]:
    return {key: list(t.array.shape) for key, t in net.state_dict().items()}


def alone(net, x: Tensor) -> bool:
    """Whether the first picture gives the same without the others."""
    one, all_of_them = net(Tensor(x.array[:1])).array, net(x).array
    return bool(np.allclose(one, all_of_them[:1], atol=1e-6))


def gradients(subject: Subject, net, x: Tensor, upstream: Tensor) -> dict:
    found = subject.gradient(net, x, upstream=upstream)
    return {"dx": found["inputs"][0], **found["parameters"]}


def module_cases(rng, make, shapes: Shapes, inputs: tuple[int, ...]) -> list[Case]:
    """Names, values, gradients, and that pictures of a batch do not meet."""
    weights = {key: weight(rng, key, shape) for key, shape in shapes.items()}
    x, upstream = drawn(rng, inputs), drawn(rng, inputs)

    def filled(subject: Subject):
        net = make(subject)
        net.double()
        net.load_state_dict(weights)
        return net

    apart = "a picture does not depend on the others"
    return [
        Case("names and shapes of the parameters", lambda s: registered(make(s))),
        Case("output for given weights", lambda s: filled(s)(x), NEAR),
        Case(apart, lambda s: alone(filled(s), x), expected=True),
        Case("gradients", lambda s: gradients(s, filled(s), x, upstream), NEAR),
    ]


def layers(name: str, inputs: int, outputs: int, size: int) -> dict[str, tuple]:
    """The shapes of a convolution `convN` and its normalisation `normN`."""
    shapes = {f"conv{name}.weight": (outputs, inputs, size, size)}
    shapes |= {f"conv{name}.bias": (outputs,)}
    return shapes | {f"norm{name}.{part}": (outputs,) for part in ("weight", "bias")}
