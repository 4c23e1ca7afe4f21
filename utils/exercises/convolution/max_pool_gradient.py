"""Max pooling, backward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.max_pool import walled
from utils.exercises.convolution.pooling import (
    ADD_UP,
    BACKWARD_MISTAKES,
    FRAME_KEPT,
    QUICK_HINT,
    area,
    average_pool_gradient_oracle,
    drawn_gradient,
    frame_cut,
    frame_kept,
    gradient_cases,
    large_gradient,
    max_pool_gradient_oracle,
    max_pool_oracle,
)
from utils.exercises.convolution.shared import (
    NOTHING_LEFT,
    no_pixel_loop,
    one_at_a_time,
)
from utils.exercises.shared import NUMPY_ONLY

TIED = np.array([[[[5.0, 5.0, 1.0], [2.0, 5.0, 3.0]]]])


def backward_cases(rng: np.random.Generator) -> list[Case]:
    after_relu = np.maximum(rng.normal(size=(2, 3, 6, 8)), 0)
    dout = drawn_gradient(rng, after_relu, 2, 2, 0)
    return [
        call(
            "ties by hand",
            np.array([[[[10.0, 1.0]]]]),
            (TIED, 2, 1, 0),
            working="window 0 holds 5 5 2 5: the first 5, at [0, 0], gets 10; window 1 holds 5 1 5 3: "
            "its first 5, at [0, 1], gets 1",
        ),
        call("zeros after a ReLU, many ties", dout, (after_relu, 2, 2, 0)),
        *gradient_cases(rng),
    ]


def winners(x, *setting):
    """Which pixels hold the largest value of which window, `(H, W, N, C, OH, OW)`.

    A pixel that is lifted a little lifts exactly those windows.
    """
    before, lift = max_pool_oracle(x, *setting)[0], 2.0**-20
    found = np.zeros((*x.shape[2:], *before.shape))
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            lifted = x.copy()
            lifted[:, :, i, j] += lift
            found[i, j] = max_pool_oracle(lifted, *setting)[0] > before
    return found


def by_winners(share):
    """dx where `share(found)` says which part of each window's gradient a pixel gets."""

    def backward(oracle, dout, cache):
        parts = share(winners(*cache)) * dout
        return parts.sum(axis=(4, 5)).transpose(2, 3, 0, 1)

    return backward


def latest(found):
    """Of each window only the last winner in row order."""
    flat = found.reshape(-1, *found.shape[2:])
    later = flat[::-1].cumsum(axis=0)[::-1] - flat
    return (flat * (later == 0)).reshape(found.shape)


def largest_overwrites(oracle, dout, cache):
    """Every window writes into its largest pixel."""
    dx = np.zeros_like(cache[0])
    for alone in one_at_a_time(dout):
        part = oracle(alone, cache)
        dx[part != 0] = part[part != 0]
    return dx


def to_every_pixel(oracle, dout, cache):
    return average_pool_gradient_oracle(dout, cache) * area(cache[1])


MAX_BACK_WORKED = (
    "The row (3, 7, 7, 2), windows of two, stride 1: the windows are (3, 7), (7, 7), (7, 2). Let dout be (10, 20, 30). Window 0: "
    "its largest value is pixel 1, which gets 10. Window 1: a tie of pixels 1 and 2; the first of them, pixel 1, "
    "gets all of 20. Window 2: pixel 2 gets 30. So dx = (0, 30, 30, 0), and its sum is that of dout, 60."
)
TIES = (
    Misconception(
        "ties counted twice",
        by_winners(lambda found: found),
        "Where several pixels of a window are the largest, each of them gets the whole gradient, so more comes out "
        "than went in. Only one of them may get it, the first in row order. How do you find just one?",
    ),
    Misconception(
        "ties shared",
        by_winners(lambda found: found / np.maximum(found.sum(axis=(0, 1)), 1)),
        "Where several pixels of a window are the largest, you share the gradient out. That is a sensible choice, but not "
        "the one agreed on here. Which of them gets it all?",
    ),
    Misconception(
        "ties go to the last",
        by_winners(latest),
        "Where several pixels of a window are the largest, the last of them gets the gradient. Which one is agreed on? "
        "Does a later equal value replace an earlier one in your code?",
    ),
    Misconception("assigned instead of added", largest_overwrites, ADD_UP),
    Misconception("frame kept in dx", frame_kept(walled), FRAME_KEPT),
    Misconception("frame cut off with a minus", frame_cut(walled), NOTHING_LEFT),
    Misconception(
        "every pixel of the window",
        to_every_pixel,
        "Every pixel of a window gets the gradient. Which pixel of a window can change its maximum?",
    ),
)
MAX_POOL_BACKWARD = Exercise(
    id="05.max_pool_backward",
    points=4,
    minutes=25,
    oracle=max_pool_gradient_oracle,
    cases=backward_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_gradient, QUICK_HINT)),
    worked=MAX_BACK_WORKED,
    misconceptions=(*made_with(max_pool_gradient_oracle, (*TIES, *BACKWARD_MISTAKES)),),
)
