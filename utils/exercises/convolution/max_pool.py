"""Max pooling, forward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.pooling import (
    BY_HAND,
    FORWARD_MISTAKES,
    ON_ITS_SIDE,
    QUICK_HINT,
    large_image,
    max_pool_oracle,
    on_its_side,
    pool_cases,
    single_precision,
    with_cache,
)
from utils.exercises.convolution.shared import framed, no_pixel_loop
from utils.exercises.shared import NUMPY_ONLY


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


def padded_with_zeros(oracle, x, size, stride, pad):
    return oracle(framed(x, pad), size, stride, 0)[0]


def walled(x, pad):
    """Images in a frame that never wins."""
    high, wide = np.broadcast_to(pad, 2)
    axes = ((0, 0), (0, 0), (high, high), (wide, wide))
    return np.pad(x, axes, constant_values=-np.inf)


def smallest(oracle, x, *setting):
    return -oracle(-x, *setting)[0]


def over_channels(oracle, x, *setting):
    return oracle(x, *setting)[0].max(axis=1, keepdims=True)


MAX_WORKED = (
    "The image [[0, 1, 2], [3, 4, 5], [6, 7, 8]], windows of 2 x 2, stride 1. The four windows hold 0 1 3 4, 1 2 4 5, "
    "3 4 6 7 and 4 5 7 8; their largest values are 4, 5, 7, 8. With stride 2 only the first window fits. A frame "
    "must never win: what number is smaller than every pixel, also below zero?"
)
MISTAKES = (
    Misconception(
        "padded with zeros",
        with_cache(padded_with_zeros),
        "Your frame is made of zeros, and where all pixels are below zero the frame wins. Which "
        "number never wins?",
    ),
    Misconception(
        "smallest instead of largest",
        with_cache(smallest),
        "You keep the smallest value of each window. Which one is asked for?",
    ),
    Misconception("sides of the window exchanged", on_its_side(walled), ON_ITS_SIDE),
    Misconception(
        "over the channels too",
        with_cache(over_channels),
        "You take the largest value of all channels. Pooling leaves every channel by itself: which axes does a window "
        "have?",
    ),
)
MAX_POOL_FORWARD = Exercise(
    id="05.max_pool_forward",
    points=3,
    minutes=15,
    oracle=max_pool_oracle,
    cases=forward_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, QUICK_HINT)),
    worked=MAX_WORKED,
    misconceptions=(*made_with(max_pool_oracle, (*MISTAKES, *FORWARD_MISTAKES)),),
)
