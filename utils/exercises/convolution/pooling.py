"""What the exercises on pooling share: PyTorch's pools, cases, and most mistakes."""

from typing import Any

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Misconception, call
from utils.exercises.convolution.padding import output_size_oracle
from utils.exercises.convolution.shared import (
    a_side,
    as_if_step_one,
    cut_by_minus,
    exchanged,
    framed,
    one_at_a_time,
    tensors,
)


def pooled(name, image, size, stride, pad):
    """What the pool that PyTorch calls by this name makes of a tensor."""
    import torch

    pool = getattr(torch.nn.functional, name)
    return pool(image, a_side(size), stride=a_side(stride), padding=a_side(pad))


def gradient(name, dout, cache):
    import torch

    (image,) = tensors(cache[0])
    out = pooled(name, image, *cache[1:])
    upstream = torch.from_numpy(np.array(dout, order="C"))
    return torch.autograd.grad(out, image, upstream)[0].numpy()


def max_pool_oracle(x, size=2, stride=2, pad=0):
    out = pooled("max_pool2d", tensors(x)[0], size, stride, pad)
    return out.detach().numpy(), (x, size, stride, pad)


def average_pool_oracle(x, size=2, stride=2, pad=0):
    out = pooled("avg_pool2d", tensors(x)[0], size, stride, pad)
    return out.detach().numpy(), (x, size, stride, pad)


def max_pool_gradient_oracle(dout, cache):
    return gradient("max_pool2d", dout, cache)


def average_pool_gradient_oracle(dout, cache):
    return gradient("avg_pool2d", dout, cache)


# --- cases ------------------------------------------------------------------------

BY_HAND = np.arange(9.0).reshape(1, 1, 3, 3)
SETTINGS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "2 x 2, stride 2, two images": ((2, 3, 4, 8), {}),
    "3 x 3, stride 2: windows overlap": ((2, 3, 7, 9), {"size": 3, "stride": 2}),
    "2 x 4, another stride and padding a side": (
        (3, 2, 5, 8),
        {"size": (2, 4), "stride": (1, 3), "pad": (1, 2)},
    ),
    "3 x 3, stride 1, padding 1, tall image": (
        (1, 2, 6, 4),
        {"size": 3, "stride": 1, "pad": 1},
    ),
    "a row and a column are left over": (
        (2, 1, 8, 5),
        {"size": (3, 2), "stride": (2, 2)},
    ),
    "2 x 2, stride 3: gaps": ((1, 3, 5, 8), {"size": 2, "stride": 3}),
}
"""The shape of x, and how it is pooled, by name."""


def pool_cases(rng: np.random.Generator) -> list[Case]:
    """Images of every sort of pooling, ready for the forward pass."""
    return [
        call(name, telling_image(rng, shape), **setting)
        for name, (shape, setting) in SETTINGS.items()
    ]


def telling_image(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Drawn images; in one a corner is below zero, and a pixel wins all its windows."""
    x = rng.normal(size=shape)
    x[0, 0, :2, :2] = -abs(x[0, 0, :2, :2])
    x[0, 0, 2, 0] = abs(x).max() + 1
    return x


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


LARGE = np.arange(128.0 * 128).reshape(1, 1, 128, 128)


def large_image() -> Case:
    return call("An image of 128 x 128 pixels", LARGE, size=2, stride=1)


def large_gradient() -> Case:
    dout = np.ones((1, 1, 127, 127))
    return call("An image of 128 x 128 pixels", dout, (LARGE, 2, 1, 0))


# --- mistakes of either pool: the oracle comes first --------------------------------


def with_cache(out):
    """The layer whose output is `out(oracle, x, size, stride, pad)`, the cache right."""

    def forward(oracle, x, size=2, stride=2, pad=0):
        return out(oracle, x, size, stride, pad), (x, size, stride, pad)

    return forward


def with_setting(change):
    """The layer that works with `change(size, stride, pad)` instead."""
    return with_cache(lambda oracle, x, *setting: oracle(x, *change(*setting))[0])


def on_its_side(frame):
    """Windows that lie on their side, on images that `frame(x, pad)` has padded."""
    return with_cache(
        lambda oracle, x, size, stride, pad: oracle(
            frame(x, pad), exchanged(size), stride, 0
        )[0]
    )


def width_from_height(oracle, x, *setting):
    out = oracle(x, *setting)[0]
    if out.shape[3] < out.shape[2]:
        raise ValueError("a window reaches beyond the image")
    return out[:, :, :, : out.shape[2]]


def double_precision(oracle, x, *setting):
    return oracle(x, *setting)[0].astype(float)


def stride_ignored(oracle, dout, cache):
    """The gradient as of windows that are one pixel apart."""
    x, size, _, pad = cache
    frame, window = framed(x, pad).shape[2:], np.broadcast_to(size, 2)
    room = [n - f + 1 for n, f in zip(frame, window, strict=True)]
    return oracle(as_if_step_one(dout, room), (x, size, 1, pad))


def frame_kept(frame):
    """The gradient of images that `frame(x, pad)` has padded."""
    return lambda oracle, dout, cache: oracle(
        dout, (frame(cache[0], cache[3]), *cache[1:3], 0)
    )


def frame_cut(frame):
    """The same, with the frame cut off by `pad:-pad`."""
    return lambda oracle, dout, cache: cut_by_minus(
        frame_kept(frame)(oracle, dout, cache), cache[3]
    )


def windows_overwrite(oracle, dout, cache, backwards=False):
    """Every window writes its part of the gradient into all of its pixels."""
    dx = np.zeros_like(cache[0])
    places = list(one_at_a_time(np.ones_like(dout)))
    for place in reversed(places) if backwards else places:
        touched = average_pool_gradient_oracle(place, cache) != 0
        dx[touched] = oracle(place * dout, cache)[touched]
    return dx


def area(size):
    return int(np.prod(np.broadcast_to(size, 2)))


QUICK_HINT = (
    "The values are right; now let NumPy do the loop over the windows. Take the top left pixel of every window at once: that "
    "is one slice with a step. Which other slices must it be put together with?"
)
DTYPE_HINT = "From float32 you make float64. Which dtype does `np.zeros` or `np.full` give you when you do not ask for one?"
ADD_UP = (
    "Windows overlap, so a pixel can have a part in several outputs. In your dx only one of them is left. What must "
    "happen to what is there already?"
)
ON_ITS_SIDE = "Your windows lie on their side. A size is (height, width): which axis of x is the height?"
FRAME_KEPT = (
    "dx has the shape of the padded image. Which part of it belongs to pixels of x?"
)
FORWARD_MISTAKES = (
    Misconception(
        "stride ignored",
        with_setting(lambda size, stride, pad: (size, 1, pad)),
        "The stride has no effect: your windows are one pixel apart. Which argument says how far they are apart?",
    ),
    Misconception(
        "stride taken from the size",
        with_setting(lambda size, stride, pad: (size, size, pad)),
        "Your windows never overlap. Is the distance of two windows always their size?",
    ),
    Misconception(
        "padding ignored",
        with_setting(lambda size, stride, pad: (size, stride, 0)),
        "The padding has no effect. Where does the first window begin when there is a frame of 1?",
    ),
    Misconception(
        "output width from the height",
        with_cache(width_from_height),
        "Your output is as wide as it is high, whatever the image is. Which sides decide about the width?",
    ),
    Misconception(
        "double precision whatever comes in", with_cache(double_precision), DTYPE_HINT
    ),
)
BACKWARD_MISTAKES = (
    Misconception(
        "stride ignored in backward",
        stride_ignored,
        "Your windows are one pixel apart. In which row did the window of output row i begin in the forward pass?",
    ),
    Misconception("the last window overwrites the others", windows_overwrite, ADD_UP),
    Misconception(
        "double precision in backward",
        lambda oracle, dout, cache: oracle(dout, cache).astype(float),
        DTYPE_HINT,
    ),
)
