"""Batch normalisation backwards through the graph, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.altered import shaped
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import (
    batchnorm_backward_oracle,
    batchnorm_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    GRADIENTS,
    dx_constant_mean,
    dx_weighted,
    parameters,
    replaced,
    single_precision,
    spread,
    statistics,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    x_hat = np.array([[-1.0, 1.0], [-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]])
    dout = np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 2.0], [0.0, 2.0]])
    return call(
        "by hand: 4 rows of 2 features",
        dout,
        (x_hat, np.array([2.0, 0.5]), np.array([3.0, 2.0])),
        working="feature 0: dbeta = 4 + 0 + 0 + 0 = 4, dgamma = 4 * (-1) = -4; "
        "dx of row 0 = 3 / 2 * (4 - 4/4 - (-1) * (-4)/4) = 3",
    )


def backward_cases(rng: np.random.Generator) -> list[Case]:
    def given(n, d, size=1.0):
        x, (gamma, beta) = size * spread(rng, n, d), parameters(rng, d)
        state = statistics(rng, d)
        _, cache = batchnorm_forward_oracle(x, gamma, beta, state, "train")
        return rng.normal(0.5, 1, size=(n, d)), cache

    return [
        by_hand(),
        call("6 rows of 4 features", *given(6, 4)),
        call("3 rows of 5 features", *given(3, 5)),
        call("inputs of a large spread", *given(8, 3, size=50.0)),
        call("tiny variance", *given(5, 2, size=3e-3)),
        call("a batch of one", *given(1, 3)),
        single_precision(*given(7, 4)),
    ]


# --- mistakes, of rows as of images: the oracle comes first -------------------------


def with_parts(**changes):
    """The right gradients, some of them replaced by `change(oracle, dout, cache)`."""

    def version(oracle, dout, cache):
        parts = {key: of(oracle, dout, cache) for key, of in changes.items()}
        return replaced(oracle, dout, cache, **parts)

    return version


def variance_counts(weight):
    """The path through the variance counts `weight` times in `dx`."""
    return with_parts(
        dx=lambda oracle, dout, cache: dx_weighted(oracle, dout, cache, weight)
    )


def straight(oracle, dout, cache):
    """`dx` of the direct path alone."""
    return dx_constant_mean(oracle, dout, cache, weight=0)


def mean_added(oracle, dout, cache):
    """`dx` where what comes through the mean has the wrong sign."""
    return 2 * dx_constant_mean(oracle, dout, cache) - oracle(dout, cache)[0]


def x_hat_for_difference(times):
    """`dx` where x_hat stands so many times in the variance's path for x - mean."""

    def dx(oracle, dout, cache):
        without = dx_weighted(oracle, dout, cache, 0)
        path = oracle(dout, cache)[0] - without
        return without + path / shaped(cache[1], dout) ** times

    return with_parts(dx=dx)


def undivided(oracle, dout, cache):
    """`dx` where both sums are not divided by the count of their numbers."""
    plain, dx = straight(oracle, dout, cache), oracle(dout, cache)[0]
    return plain + count(dout) * (dx - plain)


def count(dout):
    """How many numbers went into each mean."""
    return dout.size // dout.shape[1]


def summed(table):
    """The sum over all axes but that of the features."""
    return table.sum(axis=(0, *range(2, table.ndim)))


def divided_by_std(times):
    """`dx` divided by the standard deviation so many times more than is right."""

    def dx(oracle, dout, cache):
        return oracle(dout, cache)[0] / shaped(cache[1], dout) ** times

    return with_parts(dx=dx)


def without_gamma(oracle, dout, cache):
    x_hat, std, gamma, *rest = cache
    return oracle(dout, (x_hat, std, np.ones_like(gamma), *rest))[0]


BACKWARD_WORKED = (
    "One feature, four rows: x_hat = (-1, -1, 1, 1), std = 2, gamma = 3, dout = (4, 0, 0, 0). "
    "dbeta = 4, the sum of dout; dgamma = -4, the sum of dout * x_hat. Then dx_hat = (12, 0, 0, 0).\n"
    "Three paths lead from x_hat back to x. The direct one: dx_hat / std = (6, 0, 0, 0). Through "
    "the variance come (-1.5, -1.5, 1.5, 1.5), through the mean -1.5 for each row. Together "
    "dx = (3, -3, 0, 0). Its sum is 0: adding a constant to x changes nothing."
)
SCALE_MISTAKES = (
    Misconception(
        "gamma forgotten in dx",
        with_parts(dx=without_gamma),
        "Your dx does not depend on `gamma`. What does the multiply gate at the end of "
        "the forward pass do to the gradient on its way back?",
    ),
    Misconception(
        "dgamma without x_hat",
        with_parts(dgamma=lambda oracle, dout, cache: summed(dout)),
        "Your dgamma is the same as dbeta. `gamma` was multiplied by something: what does a "
        "multiply gate hand back?",
    ),
)
MISTAKES = (
    *SCALE_MISTAKES,
    Misconception(
        "mean's own gradient forgotten",
        with_parts(dx=dx_constant_mean),
        "The mean counts as a constant in your dx: the numbers of a feature do not add up to "
        "0. The mean was computed from x, by all of them. Which path of the graph is missing?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "variance's path forgotten",
        variance_counts(0),
        "The standard deviation counts as a constant in your dx. It was computed from x "
        "too. Which path of the graph is missing?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "mean and variance taken as constants",
        with_parts(dx=straight),
        "Your dx goes straight back through the scale, as if mean and variance were "
        "constants; that is so in inference only. What else was computed from x?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "half of the variance's path",
        variance_counts(0.5),
        "The variance's path counts half in your dx. What are the derivatives of a square "
        "and of a square root, and which 2 or 1/2 is left?",
    ),
    Misconception(
        "twice the variance's path",
        variance_counts(2),
        "The variance's path counts twice in your dx. What is the derivative of a square "
        "root?",
    ),
    Misconception(
        "sign of the variance's path",
        variance_counts(-1),
        "The variance's path has the wrong sign in your dx. When std grows, does x_hat "
        "move away from 0 or towards it?",
    ),
    Misconception(
        "sign of the mean's path",
        with_parts(dx=mean_added),
        "The mean's path has the wrong sign in your dx. The mean was taken away from x: what "
        "does a minus hand back to its second input?",
    ),
    Misconception(
        "sums not divided by their count",
        with_parts(dx=undivided),
        "What comes back through the mean and the variance is too large in your dx, as many "
        "times as numbers went into each mean. What does one of them get of its gradient?",
    ),
    Misconception(
        "not divided by std",
        divided_by_std(-1),
        "Your dx is larger by the standard deviation. If x is stretched to twice its size, "
        "out stays the same: what does that say about the size of dx?",
    ),
    Misconception(
        "divided by the variance",
        divided_by_std(1),
        "Your dx is divided by std once too often. By what was x - mean divided in the "
        "forward pass?",
    ),
    Misconception(
        "dgamma from dx_hat",
        with_parts(
            dgamma=lambda oracle, dout, cache: oracle(dout, cache)[1] * cache[2]
        ),
        "Your dgamma contains `gamma` itself. Which gradient reaches the multiply gate: "
        "the one before or the one behind it?",
    ),
    Misconception(
        "dgamma not summed",
        with_parts(dgamma=lambda oracle, dout, cache: dout * cache[0]),
        "Your dgamma is as large as dout. There is one `gamma` a feature for all images: "
        "what happens to a gradient where a value was copied?",
    ),
    Misconception(
        "dgamma and dbeta averaged",
        with_parts(
            dgamma=lambda oracle, dout, cache: oracle(dout, cache)[1] / count(dout),
            dbeta=lambda oracle, dout, cache: oracle(dout, cache)[2] / count(dout),
        ),
        "Your dgamma and dbeta are means. The loss has already been averaged: what happens "
        "to a gradient where a value was copied?",
    ),
    Misconception(
        "dgamma and dbeta exchanged",
        with_parts(
            dgamma=lambda oracle, dout, cache: oracle(dout, cache)[2],
            dbeta=lambda oracle, dout, cache: oracle(dout, cache)[1],
        ),
        "dgamma and dbeta have changed places. In which order does the docstring return "
        "them?",
    ),
)
X_HAT_HINT = (
    "The variance's path is off in your dx by a power of std: x_hat stands where x - mean was "
    "in the forward pass. The cache holds x_hat and std: how do you get x - mean from them?"
)
GATE_MISTAKES = (
    Misconception("x_hat for x - mean, twice", x_hat_for_difference(2), X_HAT_HINT),
    Misconception("x_hat for x - mean, once", x_hat_for_difference(1), X_HAT_HINT),
)
BATCHNORM_BACKWARD = Exercise(
    id="06.batchnorm_backward",
    points=5,
    minutes=35,
    oracle=batchnorm_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=BACKWARD_WORKED,
    misconceptions=(
        *made_with(batchnorm_backward_oracle, (*MISTAKES, *GATE_MISTAKES)),
    ),
)
