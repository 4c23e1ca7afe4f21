"""Batch normalisation forwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.rules import keeps_inputs, loops
from utils.exercises.batchnorm.altered import (
    batch_in_inference,
    not_updated,
    other_divisor,
    other_out,
    other_variance,
    over_everything,
    over_the_row,
    running_in_training,
    std_kept,
    without_eps,
)
from utils.exercises.batchnorm.oracles import batchnorm_forward_oracle
from utils.exercises.batchnorm.shared import (
    cached,
    parameters,
    single_precision,
    spread,
    stateful,
    statistics,
)
from utils.exercises.knn.shared import NUMPY_ONLY


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
        case("tiny variance, where eps counts", 8, 3, "train", size=3e-3),
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
VARIANCE_WORKED = (
    "Rows 1, 3, 1, 3: the sum of the squared differences is 4. Divided by N = 4 it is the "
    "biased variance, 1; with it the variance of this batch's x_hat is exactly 1. Divided by "
    "N - 1 = 3 it is 4/3, the unbiased estimate of the variance in all the data, for which "
    "the running variance stands."
)
NO_LOOP = loops(
    0,
    share=0.2,
    hint="A Python loop is left. Along which axis do `mean` and `sum` add up, so that "
    "all features are done at once?",
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
        Misconception(
            "unbiased variance everywhere",
            lambda *args, **options: other_variance(
                batchnorm_forward_oracle, *args, **options, used=1, kept=1
            ),
            "You normalise with the unbiased variance, divided by N - 1. What is "
            "normalised is the batch itself, so that its own variance becomes 1. By what "
            "is the sum of squares divided there?",
            VARIANCE_WORKED,
        ),
        Misconception(
            "biased running variance",
            lambda *args, **options: other_variance(
                batchnorm_forward_oracle, *args, **options, used=0, kept=0
            ),
            "Your output is right, your running variance is too small: it is fed with "
            "the biased variance. It stands for all the data, not for this batch. By "
            "what does the unbiased estimate divide?",
            VARIANCE_WORKED,
        ),
        Misconception(
            "other conventions for both running statistics",
            lambda *args, momentum=0.1, eps=1e-5: other_variance(
                batchnorm_forward_oracle, *args, 1 - momentum, eps, used=0, kept=0
            ),
            "Your running statistics follow other conventions, CS231n's for example: "
            "momentum weighs the old value, and the variance is the biased one. Which "
            "does this docstring ask for?",
            VARIANCE_WORKED,
        ),
        Misconception(
            "the two variances exchanged",
            lambda *args, **options: other_variance(
                batchnorm_forward_oracle, *args, **options, used=1, kept=0
            ),
            "You divide by N - 1 in the normalisation and by N in the running variance. "
            "Which of the two describes this batch, and which estimates all the data?",
            VARIANCE_WORKED,
        ),
        Misconception(
            "0 / 0 in a batch of one",
            lambda *args, **options: other_variance(
                batchnorm_forward_oracle, *args, **options, used=0, kept=1
            ),
            "Only the batch of one fails: N - 1 is 0 there, and 0 / 0 is nan, which the "
            "running variance never gets rid of. What does the docstring say about a "
            "batch of one?",
        ),
        Misconception(
            "running variance never updated",
            lambda *args, **options: not_updated(
                batchnorm_forward_oracle, *args, **options, keys=("var",)
            ),
            "The running mean follows the batches, the running variance stays as it "
            "was. Which line of yours writes into `running['var']`?",
        ),
        Misconception(
            "running mean never updated",
            lambda *args, **options: not_updated(
                batchnorm_forward_oracle, *args, **options, keys=("mean",)
            ),
            "The running variance follows the batches, the running mean stays as it "
            "was. Which line of yours writes into `running['mean']`?",
        ),
        Misconception(
            "running statistics never updated",
            lambda *args, **options: not_updated(
                batchnorm_forward_oracle, *args, **options, keys=("mean", "var")
            ),
            "After a training batch the caller's `running` is what it was before. Do "
            "you write into the dictionary that you were given, or into a new one that "
            "is lost at the `return`?",
        ),
        Misconception(
            "statistics of the batch in inference",
            lambda *args, **options: batch_in_inference(
                batchnorm_forward_oracle, *args, **options
            ),
            "In inference you normalise with the statistics of the batch, so that the "
            "answer for one image depends on which others come with it. Which "
            "statistics are for that mode?",
        ),
        Misconception(
            "inference updates the state",
            lambda x, gamma, beta, running, mode, **options: batchnorm_forward_oracle(
                x, gamma, beta, running, "train", **options
            ),
            "You do the same in both modes: inference uses the batch and even changes "
            "the running statistics. Where does your code look at `mode`?",
        ),
        Misconception(
            "running statistics in training",
            lambda *args, **options: running_in_training(
                batchnorm_forward_oracle, *args, **options
            ),
            "In training you normalise with the running statistics. They lag behind, "
            "and no gradient flows through them. Whose mean and variance normalise a "
            "training batch?",
        ),
        Misconception(
            "gamma ignored",
            lambda x, gamma, beta, *args, **options: other_out(
                batchnorm_forward_oracle, x, gamma, beta, *args, **options,
                scale=np.ones_like(gamma), shift=beta,
            ),
            "Your output does not depend on `gamma`. What is done with x_hat before "
            "`beta` is added?",
        ),
        Misconception(
            "beta ignored",
            lambda x, gamma, beta, *args, **options: other_out(
                batchnorm_forward_oracle, x, gamma, beta, *args, **options,
                scale=gamma, shift=np.zeros_like(beta),
            ),
            "Your output does not depend on `beta`. Which last step shifts the scaled "
            "x_hat?",
        ),
        Misconception(
            "gamma and beta exchanged",
            lambda x, gamma, beta, *args, **options: other_out(
                batchnorm_forward_oracle, x, gamma, beta, *args, **options,
                scale=beta, shift=gamma,
            ),
            "You multiply by `beta` and add `gamma`. Which of the two is the scale?",
        ),
        Misconception(
            "momentum the wrong way round",
            lambda *args, momentum=0.1, eps=1e-5: batchnorm_forward_oracle(
                *args, 1 - momentum, eps
            ),
            "Old and new are exchanged in your running statistics: only a tenth of the "
            "old ones stays. Courses differ here. Which part does the docstring's "
            "formula multiply by `momentum`?",
        ),
        Misconception(
            "a number in the place of momentum",
            lambda *args, momentum=0.1, eps=1e-5: batchnorm_forward_oracle(
                *args, 0.1, eps
            ),
            "Your running statistics move by a tenth whatever `momentum` is. Where does "
            "your code use the argument?",
        ),
        Misconception(
            "a number in the place of eps",
            lambda *args, momentum=0.1, eps=1e-5: batchnorm_forward_oracle(
                *args, momentum, 1e-5
            ),
            "Your code adds 0.00001 whatever `eps` is. Where does it use the argument?",
        ),
        Misconception(
            "momentum ignored",
            lambda *args, momentum=0.1, eps=1e-5: batchnorm_forward_oracle(
                *args, 1.0, eps
            ),
            "Your running statistics are those of the last batch alone. How much of the "
            "old ones should be kept?",
        ),
        Misconception(
            "epsilon outside the root",
            lambda *args, **options: other_divisor(
                batchnorm_forward_oracle, *args, **options,
                divisor=lambda std, eps: std + eps,
            ),
            "You add eps after the root. It shows where the variance is tiny: at "
            "variance 0 the formula divides by sqrt(eps), you divide by eps. What stands "
            "under the root?",
        ),
        Misconception(
            "epsilon left out",
            lambda *args, **options: without_eps(*args, **options),
            "`eps` is not used. What do you divide by when all rows of a feature are "
            "equal, as in a batch of one?",
        ),
        Misconception(
            "divided by the variance",
            lambda *args, **options: other_divisor(
                batchnorm_forward_oracle, *args, **options,
                divisor=lambda std, eps: std**2 + eps,
            ),
            "You divide by the variance. If all inputs are doubled, the variance is "
            "four times as large: what must you divide by so that x_hat stays the same?",
        ),
        Misconception(
            "standard deviation in the running variance",
            lambda *args, **options: std_kept(
                batchnorm_forward_oracle, *args, **options
            ),
            "You put a standard deviation into `running['var']`. Which of the two does "
            "its name promise, and what do you take the root of in inference?",
        ),
        Misconception(
            "one mean for all features",
            lambda *args, **options: over_everything(*args, **options),
            "You take one mean and one variance of the whole table, but each feature "
            "has its own. Which axis must disappear, and which shape is left?",
        ),
        Misconception(
            "mean over the features",
            lambda *args, **options: over_the_row(*args, **options),
            "You average over the features of a row and get N numbers, which do not fit "
            "beside (N, D). Batch normalisation looks at one feature over all rows. "
            "Which axis is that?",
        ),
    ),
)  # fmt: skip
