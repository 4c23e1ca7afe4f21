"""Batch normalisation backwards in one formula, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs, memory
from utils.exercises.batchnorm.backward import (
    MISTAKES,
    backward_cases,
    straight,
    with_parts,
)
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import batchnorm_backward_oracle
from utils.exercises.batchnorm.shared import GRADIENTS, dx_weighted
from utils.exercises.shared import NUMPY_ONLY


def wide_batch() -> Case:
    x_hat = np.tile([[-1.0], [1.0]], (200, 100))
    cache = x_hat, np.full(100, 2.0), np.full(100, 3.0)
    return call("400 rows of 100 features", np.ones((400, 100)), cache)


def every_gate(oracle, dout, cache):
    """Keeps a table for every gate that it goes through."""
    tables = np.repeat(dout[None], 6, axis=0)
    return oracle(tables[-1], cache)


def one_n_missing(oracle, dout, cache):
    """`dx` of the formula with dout in the place of N dout."""
    plain = straight(oracle, dout, cache)
    return oracle(dout, cache)[0] - plain + plain / len(dout)


def last_factor_missing(oracle, dout, cache):
    """`dx` of the formula without x_hat in its last term."""

    def of_mean(upstream):
        return straight(oracle, upstream, cache) - dx_weighted(
            oracle, upstream, cache, 0
        )

    return dx_weighted(oracle, dout, cache, 0) - of_mean(dout * cache[0])


MEMORY = memory(
    wide_batch,
    limit=int(4.6 * 400 * 100 * 8),
    hint="You keep a table of N x D numbers for every gate of the graph. The simplified "
    "formula needs `dout`, `x_hat` and two sums. Which of your tables can go?",
)
SIMPLIFIED_WORKED = (
    "One feature, N = 4: x_hat = (-1, -1, 1, 1), std = 2, gamma = 3, dout = (4, 0, 0, 0), so dbeta = "
    "4 and dgamma = -4. The bracket for row 0 is 4 * 4 - 4 - (-1)(-4) = 8, for row 1 it is 0 - 4 - 4 = -8, for "
    "rows 2 and 3 it is 0 - 4 + 4 = 0. Times 3 / (4 * 2): dx = (3, -3, 0, 0)."
)
SIMPLIFIED_MISTAKES = (
    Misconception(
        "dout in the place of N dout",
        with_parts(dx=one_n_missing),
        "In your formula the direct path is N times too small: dout stands beside "
        "two sums over N rows, and all is divided by N. What must dout be "
        "multiplied by?",
        SIMPLIFIED_WORKED,
    ),
    Misconception(
        "1 / N forgotten",
        with_parts(dx=lambda oracle, dout, cache: len(dout) * oracle(dout, cache)[0]),
        "Your dx is N times too large. What stands under the fraction line of the "
        "formula?",
        SIMPLIFIED_WORKED,
    ),
    Misconception(
        "x_hat missing in the last term",
        with_parts(dx=last_factor_missing),
        "The last term of your formula is the same for all rows. A row that lies far "
        "from the mean moves the variance more: by what is dgamma multiplied?",
        SIMPLIFIED_WORKED,
    ),
    Misconception(
        "a table for every gate", every_gate, MEMORY.hint, breaks=MEMORY.name
    ),
)
BATCHNORM_BACKWARD_SIMPLIFIED = Exercise(
    id="06.batchnorm_backward_simplified",
    points=3,
    minutes=25,
    oracle=batchnorm_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, MEMORY, NUMPY_ONLY),
    worked=SIMPLIFIED_WORKED,
    misconceptions=(
        *made_with(batchnorm_backward_oracle, (*MISTAKES, *SIMPLIFIED_MISTAKES)),
    ),
)
