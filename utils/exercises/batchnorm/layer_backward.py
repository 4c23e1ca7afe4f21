"""Layer normalisation backwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.backward import (
    SCALE_MISTAKES,
    variance_counts,
    with_parts,
)
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.layer_forward import rows
from utils.exercises.batchnorm.oracles import (
    layernorm_backward_oracle,
    layernorm_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    GRADIENTS,
    dx_constant_mean,
    parameters,
    single_precision,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    x_hat = np.array([[-1.0, -1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]])
    dout = np.array([[4.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 3.0]])
    return call(
        "by hand: 2 rows of 4 features",
        dout,
        (x_hat, np.array([[2.0], [0.5]]), np.array([3.0, 1.5, 2.0, 4.0])),
        working="feature 0: dbeta = 4, dgamma = 4 * (-1) = -4; row 0: dout * gamma = 12, 0, 0, 0; "
        "dx of feature 0 = (12 - 12/4 - (-1) * (-12)/4) / 2 = 3",
    )


def backward_cases(rng: np.random.Generator) -> list[Case]:
    def given(n, d, size=1.0):
        x, (gamma, beta) = rows(rng, n, d, size), parameters(rng, d)
        _, cache = layernorm_forward_oracle(x, gamma, beta)
        return rng.normal(0.5, 1, size=(n, d)), cache

    return [
        by_hand(),
        call("6 rows of 4 features", *given(6, 4)),
        call("3 rows of 5 features", *given(3, 5)),
        call("one row alone", *given(1, 6)),
        call("tiny variance", *given(5, 3, size=3e-3)),
        single_precision(*given(7, 4)),
    ]


def constant_mean(oracle, dout, cache, weight=1.0):
    """`dx` with the mean as a constant; `gamma` goes into `dout` first."""
    x_hat, std, gamma = cache
    dout, ones = dout * gamma, np.ones(2 * len(gamma), gamma.dtype)
    rest = x_hat, std, ones
    return dx_constant_mean(oracle, dout, rest, 1, weight)


def straight(oracle, dout, cache):
    """`dx` of the direct path alone."""
    return constant_mean(oracle, dout, cache, 0)


def by_rows(oracle, dout, cache):
    """`dx` where both sums over D features are divided by N."""
    plain = straight(oracle, dout, cache)
    dx = oracle(dout, cache)[0]
    return plain + dout.shape[1] / len(dout) * (dx - plain)


def gamma_outside(oracle, dout, cache):
    """`dx` where `gamma` is multiplied in at the end, as in batch normalisation."""
    x_hat, std, gamma = cache
    alone = oracle(dout, (x_hat, std, np.ones_like(gamma)))
    return gamma * alone[0]


LAYERNORM_BACKWARD_WORKED = (
    "Row 0: x_hat = (-1, -1, 1, 1), std = 2, gamma = (3, 1.5, 2, 4), dout = (4, 0, 0, 0). First "
    "gamma goes in: (12, 0, 0, 0). It differs from feature to feature, so it must be in before anything is summed over the features. "
    "Then the sums over the row: 12, and 12 * (-1) = -12. dx = (12 - 3 - 3, 0 - 3 - 3, 0 - 3 + 3, "
    "0 - 3 + 3) / 2 = (3, -3, 0, 0).\ndgamma and dbeta still add up over the rows: one a feature."
)
MISTAKES = (
    Misconception(
        "gamma outside the sums",
        with_parts(dx=gamma_outside),
        "You multiply by `gamma` after the sums. In batch normalisation that is right, "
        "for a sum there stays within one feature. Does `gamma` have one value for all the numbers that you add up here?",
        LAYERNORM_BACKWARD_WORKED,
    ),
    Misconception(
        "N in the place of D",
        with_parts(dx=by_rows),
        "You divide by the number of rows. How many numbers went into each mean?",
    ),
    Misconception(
        "mean's gradient forgotten",
        with_parts(dx=constant_mean),
        "The mean counts as a constant in your dx: its rows do not add up to 0. Which "
        "path of the graph is missing?",
    ),
    Misconception(
        "variance's path forgotten",
        variance_counts(0),
        "The standard deviation counts as a constant in your dx. It was computed from "
        "the row too. Which path of the graph is missing?",
    ),
    Misconception(
        "mean and variance taken as constants",
        with_parts(dx=straight),
        "Your dx goes straight back through the scale, as if mean and variance were "
        "constants. What else was computed from x?",
    ),
    Misconception(
        "dgamma and dbeta summed over the features",
        with_parts(
            dgamma=lambda oracle, dout, cache: (dout * cache[0]).sum(axis=1),
            dbeta=lambda oracle, dout, cache: dout.sum(axis=1),
        ),
        "Your dgamma and dbeta have a number for each row. The statistics belong to a "
        "row, but `gamma` and `beta` still have one number a feature. Over what are they shared?",
    ),
    Misconception(
        "dgamma not summed",
        with_parts(dgamma=lambda oracle, dout, cache: dout * cache[0]),
        "Your dgamma has a row for each image. There is one `gamma` for all of them: "
        "what happens to a gradient where a value was copied?",
    ),
)
LAYERNORM_BACKWARD = Exercise(
    id="06.layernorm_backward",
    points=3,
    minutes=20,
    oracle=layernorm_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=LAYERNORM_BACKWARD_WORKED,
    misconceptions=tuple(
        made_with(layernorm_backward_oracle, (*SCALE_MISTAKES, *MISTAKES))
    ),
)
