"""Group normalisation backwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.backward import (
    SCALE_MISTAKES,
    variance_counts,
    with_parts,
)
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import (
    groupnorm_backward_oracle,
    groupnorm_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    GRADIENTS,
    dx_constant_mean,
    parameters,
    single_precision,
    spread,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    x_hat = np.array([[[[-1.0, -1.0]], [[1.0, 1.0]], [[1.0, -1.0]], [[1.0, -1.0]]]])
    dout = np.array([[[[4.0, 0.0]], [[0.0, 0.0]], [[0.0, 1.0]], [[3.0, 0.0]]]])
    gamma = np.array([3.0, 1.5, 2.0, 4.0])
    return call(
        "by hand: one image of 1 x 2 pixels, four channels in two groups",
        dout,
        (x_hat, np.array([[2.0, 0.5]]), gamma, 2),
        working="channel 0: dbeta = 4, dgamma = 4 * (-1) = -4; group 0: dout * gamma = 12, 0, 0, 0; "
        "dx of its first pixel = (12 - 12/4 - (-1) * (-12)/4) / 2 = 3",
    )


def backward_cases(rng: np.random.Generator) -> list[Case]:
    def given(n, c, h, w, groups):
        x, scale = spread(rng, n, c, h, w), parameters(rng, c)
        _, cache = groupnorm_forward_oracle(x, *scale, groups)
        return rng.normal(0.5, 1, size=x.shape), cache

    return [
        by_hand(),
        call("8 channels in 2 groups", *given(3, 8, 2, 5, 2)),
        call("6 channels in 3 groups", *given(4, 6, 5, 3, 3)),
        call("one group: layer normalisation", *given(3, 4, 2, 5, 1)),
        call("a group a channel: instance normalisation", *given(2, 3, 4, 5, 3)),
        call("one image alone", *given(1, 6, 3, 4, 2)),
        single_precision(*given(2, 4, 3, 5, 2)),
    ]


def constant_mean(oracle, dout, cache, weight=1.0):
    """`dx` with the means as constants; each image meets its own negative."""
    return dx_constant_mean(oracle, dout, cache, 3, weight)


def straight(oracle, dout, cache):
    """`dx` of the direct path alone."""
    return constant_mean(oracle, dout, cache, 0)


def gamma_outside(oracle, dout, cache):
    """`dx` where `gamma` is multiplied in at the end, as in batch normalisation."""
    x_hat, std, gamma, groups = cache
    alone = x_hat, std, np.ones_like(gamma), groups
    return gamma[:, None, None] * oracle(dout, alone)[0]


def by_pixels(oracle, dout, cache):
    """`dx` where both sums over a group are divided by H * W."""
    plain, dx = straight(oracle, dout, cache), oracle(dout, cache)[0]
    return plain + dout.shape[1] / cache[3] * (dx - plain)


def each_channel_alone(oracle, dout, cache):
    """`dx` with sums over single channels."""
    x_hat, std, gamma, groups = cache
    C = len(gamma)
    alone = x_hat, np.repeat(std, C // groups, axis=1), gamma, C
    return oracle(dout, alone)[0]


def interleaved(oracle, dout, cache):
    """`dx` with channel c in group c % groups."""
    x_hat, std, gamma, groups = cache
    order = np.arange(len(gamma)).reshape(-1, groups).T.ravel()
    mixed = x_hat[:, order], std, gamma[order], groups
    dx = oracle(dout[:, order], mixed)[0]
    return dx[:, np.argsort(order)]


GROUPNORM_BACKWARD_WORKED = (
    "One image, group 0 has the channels 0 and 1 of two pixels each: x_hat = -1, -1 and 1, 1, std = 2, gamma = 3 and "
    "1.5, dout = 4, 0 and 0, 0. First gamma goes in: 12, 0, 0, 0. Then the sums over the four numbers "
    "of the group: 12, and 12 * (-1) = -12. dx = (12 - 3 - 3, 0 - 3 - 3, 0 - 3 + 3, 0 - 3 + 3) / 2 = 3, -3, "
    "0, 0.\ndgamma and dbeta: one number a channel, added up over images and pixels."
)
MISTAKES = (
    Misconception(
        "gamma outside the sums",
        with_parts(dx=gamma_outside),
        "You multiply by `gamma` after the sums of a group. Do the channels of a "
        "group all have the same `gamma`?",
        GROUPNORM_BACKWARD_WORKED,
    ),
    Misconception(
        "channels interleaved",
        with_parts(dx=interleaved),
        "Your sums put channel 0 together with channel `groups`. A group is a run of "
        "neighbouring channels. When you split C into two axes, which one comes first?",
    ),
    Misconception(
        "each channel by itself",
        with_parts(dx=each_channel_alone),
        "The sums in your dx go over one channel each. The mean was taken over all "
        "channels of the group. Over which axes does its gradient add up?",
    ),
    Misconception(
        "H W in the place of the group's size",
        with_parts(dx=by_pixels),
        "You divide by H * W. How many numbers went into each mean: those of one "
        "channel or those of a whole group?",
    ),
    Misconception(
        "mean's gradient forgotten",
        with_parts(dx=constant_mean),
        "The mean counts as a constant in your dx: the numbers of a group do not add "
        "up to 0. Which path of the graph is missing?",
    ),
    Misconception(
        "variance's path forgotten",
        variance_counts(0),
        "The standard deviation counts as a constant in your dx. It was computed from "
        "the group too. Which path of the graph is missing?",
    ),
    Misconception(
        "mean and variance taken as constants",
        with_parts(dx=straight),
        "Your dx goes straight back through the scale, as if mean and variance were "
        "constants. What else was computed from x?",
    ),
    Misconception(
        "dgamma and dbeta for each image",
        with_parts(
            dgamma=lambda oracle, dout, cache: (dout * cache[0]).sum(axis=(2, 3)),
            dbeta=lambda oracle, dout, cache: dout.sum(axis=(2, 3)),
        ),
        "Your dgamma and dbeta have a row for each image. The statistics belong to an "
        "image, but `gamma` and `beta` are shared. What happens to a gradient where a value was copied?",
    ),
)
GROUPNORM_BACKWARD = Exercise(
    id="06.groupnorm_backward",
    points=3,
    minutes=20,
    oracle=groupnorm_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=GROUPNORM_BACKWARD_WORKED,
    misconceptions=tuple(
        made_with(groupnorm_backward_oracle, (*SCALE_MISTAKES, *MISTAKES))
    ),
)
