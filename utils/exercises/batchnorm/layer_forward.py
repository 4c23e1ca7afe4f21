"""Layer normalisation forwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import (
    batchnorm_forward_oracle,
    layernorm_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    cached,
    outcome,
    parameters,
    single_precision,
)
from utils.exercises.shared import NUMPY_ONLY


def rows(rng: np.random.Generator, n: int, d: int, size: float = 1.0) -> np.ndarray:
    """Numbers `(n, d)` with another mean and spread in each row.

    The spreads are exact: both mistakes with eps show at any between 0.7 and 1.5.
    """
    middle, width = rng.normal(0, 3, (n, 1)), rng.uniform(0.7, 1.5, (n, 1))
    drawn = rng.normal(size=(n, d))
    drawn = drawn - drawn.mean(axis=1, keepdims=True)
    return size * (middle + width * drawn / drawn.std(axis=1, keepdims=True))


def forward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, size=1.0, **options):
        return outcome(name, rows(rng, n, d, size), *parameters(rng, d), **options)

    given = rows(rng, 5, 3), *parameters(rng, 3)
    return [
        outcome(
            "by hand: 2 rows of 4 features, eps 0",
            np.array([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 6.0, 6.0]]),
            np.array([2.0, 1.5, 3.0, 4.0]),
            np.array([0.5, 10.0, 0.0, -1.0]),
            eps=0.0,
            working="row 0: mean 2, variance 1, x_hat = -1, 1, -1, 1; out of feature 0 = "
            "2 * (-1) + 0.5 = -1.5",
        ),
        case("6 rows of 4 features", 6, 4),
        case("3 rows of 7 features", 3, 7),
        case("one row alone", 1, 5),
        case("another eps", 4, 5, eps=0.3),
        case("tiny variance, where eps counts", 7, 4, size=3e-3),
        cached(*given),
        single_precision(*given),
    ]


def over_the_rows(x, gamma, beta, eps=1e-5):
    state = {"mean": np.zeros_like(gamma), "var": np.ones_like(gamma)}
    out, (x_hat, std, _) = batchnorm_forward_oracle(
        x, gamma, beta, state, "train", 0.1, eps
    )
    return out, (x_hat, std[None], gamma)


def over_everything(x, gamma, beta, eps=1e-5):
    ones, none = np.ones(x.size), np.zeros(x.size)
    _, (x_hat, std, _) = layernorm_forward_oracle(x.reshape(1, -1), ones, none, eps)
    x_hat = x_hat.reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, std[0, 0], gamma)


def axes_dropped(x, gamma, beta, eps=1e-5):
    return layernorm_forward_oracle(x - x.mean(axis=1), gamma, beta, eps)


def with_divisor(x, gamma, beta, eps, divisor):
    """Divides by `divisor(std)`, where `std` is the root without eps."""
    _, (x_hat, std, _) = layernorm_forward_oracle(x, gamma, beta, eps)
    wrong = divisor(np.sqrt(np.maximum(std**2 - eps, 0)))
    x_hat = x_hat * std / wrong
    return gamma * x_hat + beta, (x_hat, wrong, gamma)


def other_layer_out(x, gamma, beta, eps, scale, shift):
    _, cache = layernorm_forward_oracle(x, gamma, beta, eps)
    return layernorm_forward_oracle(x, scale, shift, eps)[0], cache


LAYERNORM_WORKED = (
    "Row 0 is 1, 3, 1, 3: its mean is 2, its variance 1, so x_hat = -1, 1, -1, 1. Row 1 is 2, 2, 6, 6: "
    "mean 4, variance 4, x_hat = -1, -1, 1, 1. No row looks at another: 2 means, 2 variances, "
    "kept as columns (2, 1).\nWith gamma = (2, 1.5, 3, 4), one a feature, row 0 becomes "
    "-2, 1.5, -3, 4 before beta is added."
)
LAYERNORM_FORWARD = Exercise(
    id="06.layernorm_forward",
    points=3,
    minutes=15,
    oracle=layernorm_forward_oracle,
    cases=forward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=LAYERNORM_WORKED,
    misconceptions=(
        Misconception(
            "over the rows",
            over_the_rows,
            "You average over the rows, as batch normalisation does. Layer normalisation "
            "compares the features of one row. Which axis disappears, and how many means are there?",
        ),
        Misconception(
            "over the whole table",
            over_everything,
            "You take one mean and one variance of the whole table. Does the output of a "
            "row change when another row changes?",
        ),
        Misconception(
            "statistics without the second axis",
            axes_dropped,
            "N means stand beside (N, D), and NumPy lines shapes up from the right: N "
            "meets D. Which shape puts one number beside each row?",
        ),
        Misconception(
            "unbiased variance in a row",
            lambda x, gamma, beta, eps=1e-5: with_divisor(
                x, gamma, beta, eps,
                lambda std: np.sqrt(std**2 * x.shape[1] / (x.shape[1] - 1) + eps),
            ),
            "You divide the squares by D - 1. The row itself is normalised, so that its "
            "own variance becomes 1. By what is the sum of squares divided?",
        ),
        Misconception(
            "epsilon outside the root",
            lambda x, gamma, beta, eps=1e-5: with_divisor(
                x, gamma, beta, eps, lambda std: std + eps
            ),
            "You add eps after the root. What stands under the root?",
        ),
        Misconception(
            "epsilon left out",
            lambda x, gamma, beta, eps=1e-5: layernorm_forward_oracle(
                x, gamma, beta, 0.0
            ),
            "`eps` is not used. What happens to a row of equal numbers?",
        ),
        Misconception(
            "divided by the variance",
            lambda x, gamma, beta, eps=1e-5: with_divisor(
                x, gamma, beta, eps, lambda std: std**2 + eps
            ),
            "You divide by the variance. What must you divide by so that a row of twice "
            "the size gives the same x_hat?",
        ),
        Misconception(
            "gamma ignored",
            lambda x, gamma, beta, eps=1e-5: other_layer_out(
                x, gamma, beta, eps, np.ones_like(gamma), beta
            ),
            "Your output does not depend on `gamma`. What is each feature multiplied by?",
        ),
        Misconception(
            "beta ignored",
            lambda x, gamma, beta, eps=1e-5: other_layer_out(
                x, gamma, beta, eps, gamma, np.zeros_like(beta)
            ),
            "Your output does not depend on `beta`. What is added to each feature?",
        ),
    ),
)  # fmt: skip
