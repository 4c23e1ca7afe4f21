"""Layer normalisation backwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.layer_forward import rows
from utils.exercises.batchnorm.oracles import (
    layernorm_backward_oracle,
    layernorm_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    GRADIENTS,
    dx_constant_mean,
    dx_weighted,
    parameters,
    replaced,
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


def constant_mean(dout, cache, weight):
    """`dx` with the mean as a constant; `gamma` goes into `dout` first."""
    x_hat, std, gamma = cache
    dout, ones = dout * gamma, np.ones(2 * len(gamma), gamma.dtype)
    rest = x_hat, std, ones
    return dx_constant_mean(layernorm_backward_oracle, dout, rest, 1, weight)


def by_rows(dout, cache):
    """`dx` where both sums over D features are divided by N."""
    plain = constant_mean(dout, cache, 0)
    dx = layernorm_backward_oracle(dout, cache)[0]
    return plain + dout.shape[1] / len(dout) * (dx - plain)


def gamma_outside(dout, cache):
    """`dx` where `gamma` is multiplied in at the end, as in batch normalisation."""
    x_hat, std, gamma = cache
    alone = layernorm_backward_oracle(dout, (x_hat, std, np.ones_like(gamma)))
    return gamma * alone[0]


LAYERNORM_BACKWARD_WORKED = (
    "Row 0: x_hat = (-1, -1, 1, 1), std = 2, gamma = (3, 1.5, 2, 4), dout = (4, 0, 0, 0). First "
    "gamma goes in: (12, 0, 0, 0). It differs from feature to feature, so it must be in before anything is summed over the features. "
    "Then the sums over the row: 12, and 12 * (-1) = -12. dx = (12 - 3 - 3, 0 - 3 - 3, 0 - 3 + 3, "
    "0 - 3 + 3) / 2 = (3, -3, 0, 0).\ndgamma and dbeta still add up over the rows: one a feature."
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
    misconceptions=(
        Misconception(
            "gamma outside the sums",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dx=gamma_outside(dout, cache)
            ),
            "You multiply by `gamma` after the sums. In batch normalisation that is right, "
            "for a sum there stays within one feature. Does `gamma` have one value for all the numbers that you add up here?",
            LAYERNORM_BACKWARD_WORKED,
        ),
        Misconception(
            "N in the place of D",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dx=by_rows(dout, cache)
            ),
            "You divide by the number of rows. How many numbers went into each mean?",
        ),
        Misconception(
            "mean's gradient forgotten",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dx=constant_mean(dout, cache, 1)
            ),
            "The mean counts as a constant in your dx: its rows do not add up to 0. Which "
            "path of the graph is missing?",
        ),
        Misconception(
            "variance's path forgotten",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache,
                dx=dx_weighted(layernorm_backward_oracle, dout, cache, 0),
            ),
            "The standard deviation counts as a constant in your dx. It was computed from "
            "the row too. Which path of the graph is missing?",
        ),
        Misconception(
            "mean and variance taken as constants",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dx=constant_mean(dout, cache, 0)
            ),
            "Your dx goes straight back through the scale, as if mean and variance were "
            "constants. What else was computed from x?",
        ),
        Misconception(
            "gamma forgotten in dx",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache,
                dx=layernorm_backward_oracle(
                    dout, (*cache[:2], np.ones_like(cache[2]))
                )[0],
            ),
            "Your dx does not depend on `gamma`. What does the multiply gate at the end "
            "do to the gradient on its way back?",
        ),
        Misconception(
            "dgamma without x_hat",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dgamma=dout.sum(axis=0)
            ),
            "Your dgamma is the same as dbeta. What does a multiply gate hand back?",
        ),
        Misconception(
            "dgamma and dbeta summed over the features",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache,
                dgamma=(dout * cache[0]).sum(axis=1),
                dbeta=dout.sum(axis=1),
            ),
            "Your dgamma and dbeta have a number for each row. The statistics belong to a "
            "row, but `gamma` and `beta` still have one number a feature. Over what are they shared?",
        ),
        Misconception(
            "dgamma not summed",
            lambda dout, cache: replaced(
                layernorm_backward_oracle, dout, cache, dgamma=dout * cache[0]
            ),
            "Your dgamma has a row for each image. There is one `gamma` for all of them: "
            "what happens to a gradient where a value was copied?",
        ),
    ),
)  # fmt: skip
