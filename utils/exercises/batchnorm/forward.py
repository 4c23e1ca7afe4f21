"""Batch normalisation forwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.checks.rules import keeps_inputs, loops
from utils.exercises.batchnorm.altered import over_everything, over_the_row
from utils.exercises.batchnorm.forward_mistakes import FORWARD_MISTAKES
from utils.exercises.batchnorm.oracles import batchnorm_forward_oracle
from utils.exercises.batchnorm.shared import (
    cached,
    parameters,
    single_precision,
    spread,
    stateful,
    statistics,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    return stateful(
        "by hand: 4 rows of 2 features, eps 0",
        [np.array([[1.0, 2.0], [3.0, 2.0], [1.0, 6.0], [3.0, 6.0]])],
        ["train"],
        (np.array([2.0, 1.5]), np.array([0.5, 10.0])),
        {"mean": np.zeros(2), "var": np.ones(2)},
        working="feature 0: mean 2, variance 1, so row 0 gives 2 (1 - 2) / 1 + 0.5 = -1.5; "
        "running mean 0.9 * 0 + 0.1 * 2 = 0.2, running variance 0.9 * 1 + 0.1 * 4/3 = 1.033",
        eps=0.0,
    )


def forward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, *modes, size=1.0, **options):
        batches = [size * spread(rng, n, d) for _ in modes]
        given = list(modes), parameters(rng, d), statistics(rng, d)
        return stateful(name, batches, *given, **options)

    train = spread(rng, 5, 3), *parameters(rng, 3), statistics(rng, 3), "train"
    return [
        by_hand(),
        case("training, 6 rows of 4 features", 6, 4, "train"),
        case("inference, 5 rows of 3 features", 5, 3, "test"),
        case("inference, one row alone", 1, 4, "test"),
        case("two batches of two rows, then inference", 2, 5, "train", "train", "test"),
        case("another momentum and eps", 7, 2, "train", momentum=0.3, eps=0.2),
        case("tiny variance, where eps counts", 8, 3, "train", size=1e-3),
        case("training on a batch of one", 1, 3, "train"),
        cached(*train),
        single_precision(*train),
    ]


FORWARD_WORKED = (
    "Take one feature of four rows: 1, 3, 1, 3. The mean is 2, the differences are -1, 1, "
    "-1, 1, their squares 1, 1, 1, 1, so the variance is 4 / 4 = 1 and x_hat is -1, 1, -1, 1. "
    "With gamma = 2 and beta = 10 the output is 8, 12, 8, 12.\nLet the running mean be 0 and "
    "the running variance 1. With momentum 0.1 they become 0.9 * 0 + 0.1 * 2 = 0.2 and "
    "0.9 * 1 + 0.1 * 4/3 = 1.033; 4/3 is the unbiased variance, 4 / (4 - 1).\nIn inference, "
    "with these, x = 3 gives x_hat = (3 - 0.2) / sqrt(1.033) = 2.75, whatever the other rows are."
)
NO_LOOP = loops(
    0,
    share=0.2,
    hint="A Python loop is left. Along which axis do `mean` and `sum` add up, so that "
    "all features are done at once?",
)
MISTAKES = (
    Misconception(
        "one mean for all features",
        over_everything,
        "You take one mean and one variance of the whole table, but each feature "
        "has its own. Which axis must disappear, and which shape is left?",
    ),
    Misconception(
        "mean over the features",
        over_the_row,
        "You average over the features of a row and get N numbers, which do not fit "
        "beside (N, D). Batch normalisation looks at one feature over all rows. "
        "Which axis is that?",
    ),
)
BATCHNORM_FORWARD = Exercise(
    id="06.batchnorm_forward",
    points=5,
    minutes=30,
    oracle=batchnorm_forward_oracle,
    cases=forward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=FORWARD_WORKED,
    misconceptions=(
        *made_with(batchnorm_forward_oracle, (*FORWARD_MISTAKES, *MISTAKES)),
    ),
)
