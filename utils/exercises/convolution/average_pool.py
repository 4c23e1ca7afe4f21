"""Average pooling, forward and backward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.pooling import (
    ADD_UP,
    BACKWARD_MISTAKES,
    BY_HAND,
    FORWARD_MISTAKES,
    FRAME_KEPT,
    ON_ITS_SIDE,
    QUICK_HINT,
    area,
    average_pool_gradient_oracle,
    average_pool_oracle,
    frame_cut,
    frame_kept,
    gradient_cases,
    large_gradient,
    large_image,
    on_its_side,
    pool_cases,
    single_precision,
    windows_overwrite,
    with_cache,
)
from utils.exercises.convolution.shared import NOTHING_LEFT, framed, no_pixel_loop
from utils.exercises.shared import NUMPY_ONLY

# --- forward ----------------------------------------------------------------------


def forward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "a 3 x 3 image by hand",
            BY_HAND,
            size=2,
            stride=1,
            working="row 0, column 0: (0 + 1 + 3 + 4) / 4 = 2",
        ),
        *pool_cases(rng),
        single_precision(rng, backward=False),
    ]


def summed(oracle, x, size, stride, pad):
    return oracle(x, size, stride, pad)[0] * area(size)


def of_real_pixels(oracle, x, *setting):
    """The mean of those pixels of a window that belong to the image."""
    return oracle(x, *setting)[0] / oracle(np.ones_like(x), *setting)[0]


def of_square_windows(oracle, x, size, stride, pad):
    """The sum of a window divided by the square of its height."""
    square = int(np.broadcast_to(size, 2)[0]) ** 2
    return summed(oracle, x, size, stride, pad) / square


def over_channels(oracle, x, *setting):
    return oracle(x, *setting)[0].mean(axis=1, keepdims=True)


MISTAKES = (
    Misconception(
        "sum instead of mean",
        with_cache(summed),
        "You add the pixels of a window. By what is the sum divided to become a mean?",
    ),
    Misconception(
        "frame not counted",
        with_cache(of_real_pixels),
        "Only windows that touch the frame are wrong: you divide by the number of real pixels. The zeros of the frame count "
        "as pixels here. By what is the sum always divided?",
    ),
    Misconception("sides of the window exchanged", on_its_side(framed), ON_ITS_SIDE),
    Misconception(
        "windows taken for squares",
        with_cache(of_square_windows),
        "Only windows that are not square are wrong: you divide by the square of one side. How "
        "many pixels has a window of 2 x 4?",
    ),
    Misconception(
        "over the channels too",
        with_cache(over_channels),
        "You average all channels. Pooling leaves every channel by itself: which axes does a window have?",
    ),
)
AVERAGE_POOL_FORWARD = Exercise(
    id="05.average_pool_forward",
    points=2,
    minutes=10,
    oracle=average_pool_oracle,
    cases=forward_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, QUICK_HINT)),
    worked="The image [[0, 1, 2], [3, 4, 5], [6, 7, 8]], windows of 2 x 2, stride 1. The first window holds 0, 1, 3, 4; "
    "their mean is 8 / 4 = 2. With a frame of one zero the very first window holds 0, 0, 0, 0 and the second 0, 0, 0, 1: "
    "zeros of the frame count as pixels here, so that its mean is 1 / 4.",
    misconceptions=(*made_with(average_pool_oracle, (*MISTAKES, *FORWARD_MISTAKES)),),
)

# --- backward ---------------------------------------------------------------------


def backward_cases(rng: np.random.Generator) -> list[Case]:
    by_hand = call(
        "a 3 x 3 image by hand",
        np.array([[[[4.0, 8.0], [12.0, 16.0]]]]),
        (BY_HAND, 2, 1, 0),
        working="[0, 0] is in one window: 4 / 4 = 1; [1, 1] is in all four: 1 + 2 + 3 + 4 = 10",
    )
    return [by_hand, *gradient_cases(rng)]


def shared_by_real_pixels(oracle, dout, cache):
    x, *setting = cache
    counts = average_pool_oracle(np.ones_like(x), *setting)[0]
    return oracle(dout / counts, cache)


def first_window_stays(oracle, dout, cache):
    """Of all windows of a pixel the first one is left: the last offset has written it."""
    return windows_overwrite(oracle, dout, cache, backwards=True)


GRADIENT_MISTAKES = (
    Misconception(
        "gradient not divided",
        lambda oracle, dout, cache: oracle(dout, cache) * area(cache[1]),
        "Every pixel of a window gets all of its gradient, so more comes out than went in. With what factor does a pixel enter "
        "the mean?",
    ),
    Misconception(
        "divided twice",
        lambda oracle, dout, cache: oracle(dout, cache) / area(cache[1]),
        "Your gradient is too small by the number of pixels in a window. With what factor does a pixel enter the mean?",
    ),
    Misconception("the first window is left alone", first_window_stays, ADD_UP),
    Misconception("frame kept in dx", frame_kept(framed), FRAME_KEPT),
    Misconception("frame cut off with a minus", frame_cut(framed), NOTHING_LEFT),
    Misconception(
        "frame gets no share",
        shared_by_real_pixels,
        "Only windows that touch the frame are wrong: you divide by the number of real pixels. By what was the sum divided in the "
        "forward pass?",
    ),
)
AVERAGE_POOL_BACKWARD = Exercise(
    id="05.average_pool_backward",
    points=2,
    minutes=15,
    oracle=average_pool_gradient_oracle,
    cases=backward_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_gradient, QUICK_HINT)),
    worked="The row (3, 7, 5), windows of two, stride 1: the outputs are 5 and 6. Let dout be (10, 20). Window 0 gives 10 / 2 = 5 to pixel 0 "
    "and to pixel 1; window 1 gives 10 to pixel 1 and to pixel 2. So dx = (5, 15, 10), and its sum is that of dout, 30. The "
    "pixels themselves do not matter.",
    misconceptions=(
        *made_with(
            average_pool_gradient_oracle, (*GRADIENT_MISTAKES, *BACKWARD_MISTAKES)
        ),
    ),
)
