"""Max pooling, forward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.pooling import BY_HAND, pool_cases, single_precision
from utils.exercises.convolution.shared import (
    NUMPY_ONLY,
    a_side,
    exchanged,
    framed,
    no_pixel_loop,
    tensors,
)


def max_pool_oracle(x, size=2, stride=2, pad=0):
    import torch

    out = torch.nn.functional.max_pool2d(
        tensors(x)[0], a_side(size), stride=a_side(stride), padding=a_side(pad)
    )
    return out.detach().numpy(), (x, size, stride, pad)


def forward_cases(rng: np.random.Generator) -> list[Case]:
    below_zero = -rng.uniform(1, 2, size=(2, 3, 4, 5))
    return [
        call(
            "a 3 x 3 image by hand",
            BY_HAND,
            size=2,
            stride=1,
            working="row 0, column 0: the largest of 0, 1, 3, 4 is 4",
        ),
        call(
            "all pixels below zero, with padding", below_zero, size=3, stride=2, pad=1
        ),
        *pool_cases(rng),
        single_precision(rng, backward=False),
    ]


def bent(change):
    """The layer whose output is `change(x, size, stride, pad)`, with the right cache."""

    def forward(x, size=2, stride=2, pad=0):
        return change(x, size, stride, pad), (x, size, stride, pad)

    return forward


def walled(x, pad):
    """Images in a frame that never wins."""
    high, wide = np.broadcast_to(pad, 2)
    axes = ((0, 0), (0, 0), (high, high), (wide, wide))
    return np.pad(x, axes, constant_values=-np.inf)


def width_from_height(x, size, stride, pad):
    out = max_pool_oracle(x, size, stride, pad)[0]
    if out.shape[3] < out.shape[2]:
        raise ValueError("a window reaches beyond the image")
    return out[:, :, :, : out.shape[2]]


MAX_WORKED = (
    "The image [[0, 1, 2], [3, 4, 5], [6, 7, 8]], windows of 2 x 2, stride 1. The four windows hold 0 1 3 4, 1 2 4 5, "
    "3 4 6 7 and 4 5 7 8; their largest values are 4, 5, 7, 8. With stride 2 only the first window fits. A frame "
    "must never win: what number is smaller than every pixel, also below zero?"
)
QUICK_HINT = (
    "The values are right; now let NumPy do the loop over the windows. Take the top left pixel of every window at once: that "
    "is one slice with a step. Which other slices must it be compared with?"
)


def large_image() -> Case:
    image = np.arange(128.0 * 128).reshape(1, 1, 128, 128)
    return call("An image of 128 x 128 pixels", image, size=2, stride=1)


MAX_POOL_FORWARD = Exercise(
    id="05.max_pool_forward",
    points=3,
    minutes=15,
    oracle=max_pool_oracle,
    cases=forward_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, QUICK_HINT)),
    worked=MAX_WORKED,
    misconceptions=(
        Misconception(
            "padded with zeros",
            bent(
                lambda x, size, stride, pad: max_pool_oracle(
                    framed(x, pad), size, stride, 0
                )[0]
            ),
            "Your frame is made of zeros, and where all pixels are below zero the frame wins. Which "
            "number never wins?",
        ),
        Misconception(
            "padding ignored",
            bent(lambda x, size, stride, pad: max_pool_oracle(x, size, stride, 0)[0]),
            "The padding has no effect. Where does the first window begin when there is a frame of 1?",
        ),
        Misconception(
            "smallest instead of largest",
            bent(
                lambda x, size, stride, pad: -max_pool_oracle(-x, size, stride, pad)[0]
            ),
            "You keep the smallest value of each window. Which one is asked for?",
        ),
        Misconception(
            "stride ignored",
            bent(lambda x, size, stride, pad: max_pool_oracle(x, size, 1, pad)[0]),
            "The stride has no effect: your windows are one pixel apart. Which argument says how far they are apart?",
        ),
        Misconception(
            "stride taken from the size",
            bent(lambda x, size, stride, pad: max_pool_oracle(x, size, size, pad)[0]),
            "Your windows never overlap. Is the distance of two windows always their size?",
        ),
        Misconception(
            "sides of the window exchanged",
            bent(
                lambda x, size, stride, pad: max_pool_oracle(
                    walled(x, pad), exchanged(size), stride, 0
                )[0]
            ),
            "Your windows lie on their side. A size is (height, width): which axis of x is the height?",
        ),
        Misconception(
            "output width from the height",
            bent(width_from_height),
            "Your output is as wide as it is high, whatever the image is. Which sides decide about the width?",
        ),
        Misconception(
            "over the channels too",
            bent(
                lambda x, size, stride, pad: max_pool_oracle(x, size, stride, pad)[
                    0
                ].max(axis=1, keepdims=True)
            ),
            "You take the largest value of all channels. Pooling leaves every channel by itself: which axes does a window "
            "have?",
        ),
        Misconception(
            "double precision whatever comes in",
            bent(
                lambda x, size, stride, pad: max_pool_oracle(x, size, stride, pad)[
                    0
                ].astype(float)
            ),
            "From float32 you make float64. Which dtype does `np.zeros` or `np.full` give you when you do not ask for one?",
        ),
    ),
)
