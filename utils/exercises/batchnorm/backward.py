"""Batch normalisation backwards through the graph, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
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
from utils.exercises.knn.shared import NUMPY_ONLY


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


def undivided(dout, cache):
    """`dx` where both sums are not divided by N."""
    plain = dx_constant_mean(batchnorm_backward_oracle, dout, cache, weight=0)
    dx = batchnorm_backward_oracle(dout, cache)[0]
    return plain + len(dout) * (dx - plain)


BACKWARD_WORKED = (
    "One feature, four rows: x_hat = (-1, -1, 1, 1), std = 2, gamma = 3, dout = (4, 0, 0, 0). "
    "dbeta = 4, the sum of dout; dgamma = -4, the sum of dout * x_hat. Then dx_hat = (12, 0, 0, 0).\n"
    "Three paths lead from x_hat back to x. The direct one: dx_hat / std = (6, 0, 0, 0). Through "
    "the variance come (-1.5, -1.5, 1.5, 1.5), through the mean -1.5 for each row. Together "
    "dx = (3, -3, 0, 0). Its sum is 0: adding a constant to x changes nothing."
)
MISTAKES = (
    Misconception(
        "mean's own gradient forgotten",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_constant_mean(batchnorm_backward_oracle, dout, cache),
        ),
        "The mean counts as a constant in your dx: the columns of dx do not add up to 0. "
        "The mean was computed from x, by every row. Which path of the graph is missing?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "variance's path forgotten",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_weighted(batchnorm_backward_oracle, dout, cache, 0),
        ),
        "The standard deviation counts as a constant in your dx. It was computed from x, "
        "by every row. Which path of the graph is missing?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "mean and variance taken as constants",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_constant_mean(batchnorm_backward_oracle, dout, cache, weight=0),
        ),
        "Your dx goes straight back through the scale, as if mean and variance were "
        "constants; that is so in inference only. What else was computed from x?",
        BACKWARD_WORKED,
    ),
    Misconception(
        "half of the variance's path",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_weighted(batchnorm_backward_oracle, dout, cache, 0.5),
        ),
        "The variance's path counts half in your dx. What are the derivatives of a square "
        "and of a square root, and which 2 or 1/2 is left?",
    ),
    Misconception(
        "twice the variance's path",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_weighted(batchnorm_backward_oracle, dout, cache, 2),
        ),
        "The variance's path counts twice in your dx. What is the derivative of a square "
        "root?",
    ),
    Misconception(
        "sign of the variance's path",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=dx_weighted(batchnorm_backward_oracle, dout, cache, -1),
        ),
        "The variance's path has the wrong sign in your dx. When std grows, does x_hat "
        "move away from 0 or towards it?",
    ),
    Misconception(
        "sums not divided by N",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache, dx=undivided(dout, cache)
        ),
        "What comes back through the mean and the variance is N times too large in your "
        "dx. A mean is a sum divided by N: what does one row get of its gradient?",
    ),
    Misconception(
        "gamma forgotten in dx",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=batchnorm_backward_oracle(dout, (*cache[:2], np.ones_like(cache[2])))[0],
        ),
        "Your dx does not depend on `gamma`. What does the multiply gate at the end of "
        "the forward pass do to the gradient on its way back?",
    ),
    Misconception(
        "not divided by std",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=batchnorm_backward_oracle(dout, cache)[0] * cache[1],
        ),
        "Your dx is larger by the standard deviation. If x is stretched to twice its size, "
        "out stays the same: what does that say about the size of dx?",
    ),
    Misconception(
        "divided by the variance",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dx=batchnorm_backward_oracle(dout, cache)[0] / cache[1],
        ),
        "Your dx is divided by std once too often. By what was x - mean divided in the "
        "forward pass?",
    ),
    Misconception(
        "dgamma without x_hat",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache, dgamma=dout.sum(axis=0)
        ),
        "Your dgamma is the same as dbeta. `gamma` was multiplied by something: what does a "
        "multiply gate hand back?",
    ),
    Misconception(
        "dgamma from dx_hat",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dgamma=batchnorm_backward_oracle(dout, cache)[1] * cache[2],
        ),
        "Your dgamma contains `gamma` itself. Which gradient reaches the multiply gate: "
        "the one before or the one behind it?",
    ),
    Misconception(
        "dgamma not summed",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache, dgamma=dout * cache[0]
        ),
        "Your dgamma has a row for each image. There is one `gamma` for all of them: what "
        "happens to a gradient where a value was copied?",
    ),
    Misconception(
        "dgamma and dbeta averaged",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dgamma=batchnorm_backward_oracle(dout, cache)[1] / len(dout),
            dbeta=dout.mean(axis=0),
        ),
        "Your dgamma and dbeta are N times too small. The loss has already been averaged: "
        "what happens to a gradient where a value was copied N times?",
    ),
    Misconception(
        "dgamma and dbeta exchanged",
        lambda dout, cache: replaced(
            batchnorm_backward_oracle, dout, cache,
            dgamma=batchnorm_backward_oracle(dout, cache)[2],
            dbeta=batchnorm_backward_oracle(dout, cache)[1],
        ),
        "dgamma and dbeta have changed places. In which order does the docstring return "
        "them?",
    ),
)  # fmt: skip
BATCHNORM_BACKWARD = Exercise(
    id="06.batchnorm_backward",
    points=5,
    minutes=35,
    oracle=batchnorm_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=BACKWARD_WORKED,
    misconceptions=MISTAKES,
)
