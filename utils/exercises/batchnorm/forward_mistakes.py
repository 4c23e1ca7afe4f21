"""What goes wrong with batch normalisation forwards, of rows as of images.

Each version takes an oracle first, the one for flat data or the one for images.
"""

import numpy as np

from utils.checks.exercise import Misconception
from utils.exercises.batchnorm.altered import (
    batch_in_inference,
    not_updated,
    other_divisor,
    other_out,
    other_variance,
    running_in_training,
    std_kept,
    variance_in_cache,
    without_eps,
)


def variance(used, kept):
    """Sums of n squares divided by n - `used` for `out`, by n - `kept` in `running`."""
    return lambda *args, **options: other_variance(
        *args, **options, used=used, kept=kept
    )


def frozen(*keys):
    return lambda *args, **options: not_updated(*args, **options, keys=keys)


def scaled(choose):
    """`choose(gamma, beta)` gives the scale and the shift of the output."""

    def version(oracle, x, gamma, beta, *args, **options):
        scale, shift = choose(gamma, beta)
        return other_out(
            oracle, x, gamma, beta, *args, **options, scale=scale, shift=shift
        )

    return version


def divided_by(divisor):
    return lambda *args, **options: other_divisor(*args, **options, divisor=divisor)


def with_options(choose):
    """`choose(momentum, eps)` gives the two numbers that are used instead."""

    def version(oracle, *args, momentum=0.1, eps=1e-5):
        return oracle(*args, *choose(momentum, eps))

    return version


def other_conventions(oracle, *args, momentum=0.1, eps=1e-5):
    return other_variance(oracle, *args, 1 - momentum, eps, used=0, kept=0)


def always_training(oracle, x, gamma, beta, running, mode, **options):
    return oracle(x, gamma, beta, running, "train", **options)


VARIANCE_WORKED = (
    "Rows 1, 3, 1, 3: the sum of the squared differences is 4. Divided by n = 4, the count of the numbers, it is the "
    "biased variance, 1; with it the variance of this batch's x_hat is exactly 1. Divided by "
    "n - 1 = 3 it is 4/3, the unbiased estimate of the variance in all the data, for which "
    "the running variance stands."
)
FORWARD_MISTAKES = (
    Misconception(
        "unbiased variance everywhere",
        variance(used=1, kept=1),
        "You normalise with the unbiased variance. What is normalised is the batch itself, "
        "so that its own variance becomes 1. By what is the sum of squares divided there?",
        VARIANCE_WORKED,
    ),
    Misconception(
        "biased running variance",
        variance(used=0, kept=0),
        "Your output is right, your running variance is too small: it is fed with "
        "the biased variance. It stands for all the data, not for this batch. By "
        "what does the unbiased estimate divide?",
        VARIANCE_WORKED,
    ),
    Misconception(
        "other conventions for both running statistics",
        other_conventions,
        "Your running statistics follow other conventions, CS231n's for example: "
        "momentum weighs the old value, and the variance is the biased one. Which "
        "does this docstring ask for?",
        VARIANCE_WORKED,
    ),
    Misconception(
        "the two variances exchanged",
        variance(used=1, kept=0),
        "You have the unbiased variance in the normalisation and the biased one in the "
        "running variance. Which of the two describes this batch, and which estimates all "
        "the data?",
        VARIANCE_WORKED,
    ),
    Misconception(
        "0 / 0 for a single number",
        variance(used=0, kept=1),
        "Only a batch with one number for each mean fails: one less than one is 0, and "
        "0 / 0 is nan, which the running variance never gets rid of. What does the docstring "
        "say about that case?",
    ),
    Misconception(
        "running variance never updated",
        frozen("var"),
        "The running mean follows the batches, the running variance stays as it "
        "was. Which line of yours writes into `running['var']`?",
    ),
    Misconception(
        "running mean never updated",
        frozen("mean"),
        "The running variance follows the batches, the running mean stays as it "
        "was. Which line of yours writes into `running['mean']`?",
    ),
    Misconception(
        "running statistics never updated",
        frozen("mean", "var"),
        "After a training batch the caller's `running` is what it was before. Do "
        "you write into the dictionary that you were given, or into a new one that "
        "is lost at the `return`?",
    ),
    Misconception(
        "statistics of the batch in inference",
        batch_in_inference,
        "In inference you normalise with the statistics of the batch, so that the "
        "answer for one image depends on which others come with it. Which "
        "statistics are for that mode?",
    ),
    Misconception(
        "inference updates the state",
        always_training,
        "You do the same in both modes: inference uses the batch and even changes "
        "the running statistics. Where does your code look at `mode`?",
    ),
    Misconception(
        "running statistics in training",
        running_in_training,
        "In training you normalise with the running statistics. They lag behind, "
        "and no gradient flows through them. Whose mean and variance normalise a "
        "training batch?",
    ),
    Misconception(
        "gamma ignored",
        scaled(lambda gamma, beta: (np.ones_like(gamma), beta)),
        "Your output does not depend on `gamma`. What is done with x_hat before "
        "`beta` is added?",
    ),
    Misconception(
        "beta ignored",
        scaled(lambda gamma, beta: (gamma, np.zeros_like(beta))),
        "Your output does not depend on `beta`. Which last step shifts the scaled "
        "x_hat?",
    ),
    Misconception(
        "gamma and beta exchanged",
        scaled(lambda gamma, beta: (beta, gamma)),
        "You multiply by `beta` and add `gamma`. Which of the two is the scale?",
    ),
    Misconception(
        "momentum the wrong way round",
        with_options(lambda momentum, eps: (1 - momentum, eps)),
        "Old and new are exchanged in your running statistics: only a tenth of the "
        "old ones stays. Courses differ here. Which part does the docstring's "
        "formula multiply by `momentum`?",
    ),
    Misconception(
        "a number in the place of momentum",
        with_options(lambda momentum, eps: (0.1, eps)),
        "Your running statistics move by a tenth whatever `momentum` is. Where does "
        "your code use the argument?",
    ),
    Misconception(
        "a number in the place of eps",
        with_options(lambda momentum, eps: (momentum, 1e-5)),
        "Your code adds 0.00001 whatever `eps` is. Where does it use the argument?",
    ),
    Misconception(
        "momentum ignored",
        with_options(lambda momentum, eps: (1.0, eps)),
        "Your running statistics are those of the last batch alone. How much of the "
        "old ones should be kept?",
    ),
    Misconception(
        "epsilon outside the root",
        divided_by(lambda std, eps: std + eps),
        "You add eps after the root. It shows where the variance is tiny: at "
        "variance 0 the formula divides by sqrt(eps), you divide by eps. What stands "
        "under the root?",
    ),
    Misconception(
        "epsilon left out",
        without_eps,
        "`eps` is not used. What do you divide by when all numbers of a feature are "
        "equal, as where there is only one?",
    ),
    Misconception(
        "divided by the variance",
        divided_by(lambda std, eps: std**2 + eps),
        "You divide by the variance. If all inputs are doubled, the variance is "
        "four times as large: what must you divide by so that x_hat stays the same?",
    ),
    Misconception(
        "standard deviation in the running variance",
        std_kept,
        "You put a standard deviation into `running['var']`. Which of the two does "
        "its name promise, and what do you take the root of in inference?",
    ),
    Misconception(
        "variance in the cache",
        variance_in_cache,
        "Your output is right, but the cache holds the variance. What did you divide x - "
        "mean by? That is what the backward pass needs.",
    ),
)
