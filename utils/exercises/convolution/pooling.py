"""What the exercises on pooling share: cases, upstream gradients, two mistakes."""

from typing import Any

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case, call
from utils.exercises.convolution.padding import output_size_oracle
from utils.exercises.convolution.shared import a_side, as_if_step_one

BY_HAND = np.arange(9.0).reshape(1, 1, 3, 3)


def pool_cases(rng: np.random.Generator) -> list[Case]:
    """Images of every sort of pooling, ready for the forward pass."""
    return [
        call("2 x 2, stride 2, two images", rng.normal(size=(2, 3, 4, 8))),
        call(
            "3 x 3, stride 2: windows overlap",
            rng.normal(size=(2, 3, 7, 9)),
            size=3,
            stride=2,
        ),
        call(
            "2 x 4, another stride and padding a side",
            rng.normal(size=(3, 2, 5, 8)),
            size=(2, 4),
            stride=(1, 3),
            pad=(1, 2),
        ),
        call(
            "3 x 3, stride 1, padding 1, tall image",
            rng.normal(size=(1, 2, 6, 4)),
            size=3,
            stride=1,
            pad=1,
        ),
        call(
            "a row and a column are left over",
            rng.normal(size=(2, 1, 8, 5)),
            size=(3, 2),
            stride=(2, 2),
        ),
        call("2 x 2, stride 3: gaps", rng.normal(size=(1, 3, 5, 8)), size=2, stride=3),
    ]


def drawn_gradient(
    rng: np.random.Generator, x: np.ndarray, size: Any, stride: Any, pad: Any
) -> np.ndarray:
    """An upstream gradient of the shape that the pool's output has."""
    sides = zip(x.shape[2:], *map(a_side, (size, stride, pad)), strict=True)
    return rng.normal(size=(*x.shape[:2], *(output_size_oracle(*s) for s in sides)))


def single_precision(rng: np.random.Generator, backward: bool) -> Case:
    """Numbers of single precision must stay so; the result is a dtype's name."""
    x = rng.normal(size=(2, 3, 4, 6)).astype(np.float32)
    dout = drawn_gradient(rng, x, 2, 2, 0).astype(np.float32)

    def dtype(subject):
        if backward:
            result = subject(dout, (x, 2, 2, 0))
        else:
            result, _ = unpack(subject(x), "out", "cache")
        return str(getattr(result, "dtype", "no array"))

    return Case("float32 stays float32", dtype, expected="float32")


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    """The same images, ready for the backward pass."""
    cases = []
    for forward in pool_cases(rng):
        setting = {"size": 2, "stride": 2, "pad": 0, **forward.kwargs}
        cache = (*forward.args, *setting.values())
        cases.append(call(forward.name, drawn_gradient(rng, *cache), cache))
    return [*cases, single_precision(rng, backward=True)]


def stride_ignored(gradient, dout, cache):
    """`gradient` as of windows that are one pixel apart."""
    x, size, _, pad = cache
    frame = [
        n + 2 * p for n, p in zip(x.shape[2:], np.broadcast_to(pad, 2), strict=True)
    ]
    room = [n - f + 1 for n, f in zip(frame, np.broadcast_to(size, 2), strict=True)]
    return gradient(as_if_step_one(dout, room), (x, size, 1, pad))
