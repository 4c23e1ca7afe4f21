"""Softmax, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import loops
from utils.exercises.linear.shared import KEEPS
from utils.exercises.shared import NUMPY_ONLY

LOOP_HINT = (
    "A Python loop is left. `np.exp` takes a whole table, and a maximum or a sum along an axis "
    "gives one number a row. What is left to loop for?"
)
NO_LOOP = loops(0, hint=LOOP_HINT)


def softmax_oracle(scores):
    import torch

    return torch.softmax(torch.from_numpy(scores), dim=1).numpy()


def softmax_cases(rng: np.random.Generator) -> list[Case]:
    overflows = close(by_value=False)
    dark = rng.normal(size=(4, 3))
    dark[rng.integers(4)] -= 2000
    apart = rng.normal(size=(5, 4))
    apart[:, rng.integers(4)] -= 900
    return [
        call(
            "scores 1.2, 0.9, 0.4 by hand",
            np.array([[1.2, 0.9, 0.4]]),
            working="e^1.2 = 3.320, e^0.9 = 2.460, e^0.4 = 1.492, sum 7.272; "
            "3.320 / 7.272 = 0.457",
        ),
        call("4 images, 6 classes", rng.normal(0, 2, size=(4, 6))),
        call("7 images, 3 classes", rng.normal(0, 2, size=(7, 3))),
        call(
            "scores around 1,000",
            1000 + rng.normal(size=(3, 5)),
            agree=overflows,
        ),
        call("one image scores around -2,000", dark, agree=overflows),
        call("one class is 900 behind", apart, agree=overflows),
    ]


def spoilt(reason):
    """Right, but nan everywhere for scores for which there is a reason."""
    return lambda scores: softmax_oracle(scores) + (np.nan if reason(scores) else 0)


def shared_by_the_images(scores):
    """Each image shifted by its largest score, then divided by the sum of a column."""
    p = softmax_oracle(scores)
    powers = p / p.max(axis=1, keepdims=True)
    return powers / powers.sum(axis=0)


def shifted_in_place(scores):
    scores -= scores.max()
    return softmax_oracle(scores)


def row_by_row(scores):
    return np.concatenate([softmax_oracle(row[None]) for row in scores])


NO_SHIFT = (
    "With large scores your result is nan: e^1000 is larger than any number that a computer "
    "holds. Softmax does not change when the same number is taken from all scores of an image. "
    "Which number makes the largest of them harmless?"
)
ONE_SHIFT = (
    "You shift all images by the same number, the largest score of all. An image whose scores "
    "are far below it is left with nothing but e^-2000 = 0. Whose maximum should each image "
    "be shifted by?"
)
WRONG_AXIS = (
    "Your softmax is taken over the images: the columns add up to 1. Of what should the "
    "probabilities add up to 1: of all images for one class, or of all classes for one image?"
)
SOFTMAX_WORKED = (
    "Take the scores 1.2, 0.9, 0.4. Shift by the largest: 0, -0.3, -0.8. Exponentials: 1, 0.741, "
    "0.449, all between 0 and 1. Their sum is 2.190. Divide: 0.457, 0.338, 0.205. Each image has a "
    "maximum and a sum of its own, so both need one number a row, as a column (N, 1)."
)
SOFTMAX = Exercise(
    id="02.softmax",
    points=3,
    minutes=10,
    oracle=softmax_oracle,
    cases=softmax_cases,
    rules=(KEEPS, NUMPY_ONLY, NO_LOOP),
    worked=SOFTMAX_WORKED,
    misconceptions=(
        Misconception(
            "no shift",
            spoilt(lambda scores: (abs(scores.max(axis=1)) > 700).any()),
            NO_SHIFT,
        ),
        Misconception(
            "one shift for all images",
            spoilt(lambda scores: (scores.max() - scores.max(axis=1) > 740).any()),
            ONE_SHIFT,
        ),
        Misconception(
            "shifted by the lowest score",
            spoilt(lambda scores: (np.ptp(scores, axis=1) > 700).any()),
            "You make the lowest score of each image 0. How large can the others then be, and "
            "what becomes of their exponentials? Which score should come out as 0?",
        ),
        Misconception(
            "over the wrong axis",
            lambda scores: softmax_oracle(np.ascontiguousarray(scores.T)).T,
            WRONG_AXIS,
        ),
        Misconception("sum over the wrong axis", shared_by_the_images, WRONG_AXIS),
        Misconception(
            "one sum for all images",
            lambda scores: softmax_oracle(scores.reshape(1, -1)).reshape(scores.shape),
            "You divide by the sum of the whole table: all images together share one "
            "probability of 1. How many sums does a table of N images need?",
        ),
        Misconception(
            "sum without its axis",
            lambda scores: softmax_oracle(scores) + 0 * scores.sum(axis=1),
            "A maximum or a sum along axis 1 has the shape (N,), and NumPy lays it along the "
            "rows. Which argument keeps it a column, (N, 1)?",
        ),
        Misconception(
            "not normalised",
            lambda scores: np.exp(np.minimum(scores, 700)),
            "These are exponentials, not probabilities: they do not add up to 1. By what is "
            "each of them divided?",
        ),
        Misconception(
            "scores instead of exponentials",
            lambda scores: scores / scores.sum(axis=1, keepdims=True),
            "You divide the scores by their sum. What becomes of a negative score? What makes "
            "every score positive before it is divided?",
        ),
        Misconception(
            "logarithms of the probabilities",
            lambda scores: np.log(softmax_oracle(scores)),
            "You return the logarithms. Which step is one too many?",
        ),
        Misconception(
            "each class for itself",
            lambda scores: 1 / (1 + np.exp(np.minimum(-scores, 700))),
            "You squash each score for itself, with the sigmoid; the classes of an image do "
            "not add up to 1. Which scores does the probability of one class depend on?",
        ),
        Misconception(
            "writes into the scores", shifted_in_place, KEEPS.hint, breaks=KEEPS.name
        ),
        Misconception("a loop is left", row_by_row, LOOP_HINT, breaks=NO_LOOP.name),
    ),
)
