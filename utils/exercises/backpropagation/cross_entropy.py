"""Softmax and cross-entropy in one layer, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.backpropagation.shared import VECTORISED, tensors
from utils.exercises.shared import NUMPY_ONLY

NEAR = close(rtol=1e-6, atol=1e-9, by_value=False)


def cross_entropy_oracle(scores, y):
    import torch

    (leaf,) = tensors(scores)
    loss = torch.nn.functional.cross_entropy(leaf, torch.from_numpy(y))
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def cross_entropy_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(n, c):
        return rng.normal(0, 2, size=(n, c)), rng.permutation(np.arange(n) % c)

    scores = rng.normal(0, 2, size=(4, 3))
    best = scores.argmax(axis=1)
    far = 1e3 * scores + 4e3 * np.arange(4)[:, None]
    far[np.arange(4), best] += 1e3
    size = np.array([1e3, 1e3, -1e3, -1e3])[:, None]
    hand = (
        "p = (0.457, 0.338, 0.205); loss = -ln 0.4566 = 0.784; dscores = p - (1, 0, 0)"
    )
    kept, labels = rng.normal(size=(3, 4)).astype(np.float32), np.array([3, 0, 1])
    return [
        call("(1.2, 0.9, 0.4) by hand", np.array([[1.2, 0.9, 0.4]]), np.array([0]), working=hand),
        call("5 rows, 3 classes", *drawn(5, 3)),
        call("3 rows, 7 classes", *drawn(3, 7)),
        call("scores near 1,000", scores + 1e3, best, agree=NEAR),
        call("scores far apart, the true class far behind", far, far.argmin(axis=1), agree=NEAR),
        call("some rows near 1,000, others near -1,000", scores + size, best, agree=NEAR),
        Case(
            "the dtype of dscores for float32 scores",
            lambda subject: unpack(subject(kept, labels), "loss", "dscores")[1].dtype.name,
        ),
    ]  # fmt: skip


def bend(change):
    """A `softmax_cross_entropy` that changes the loss and its gradient at the end."""

    def bent(scores, y):
        return change(scores, y, *cross_entropy_oracle(scores, y))

    return bent


def not_shifted(scores, y, shift=0.0):
    """The right value, where no exponential has left the numbers."""
    with np.errstate(over="ignore"):
        sums = np.exp(scores - shift).sum(axis=1)
    loss, dscores = cross_entropy_oracle(scores, y)
    fine = np.isfinite(sums).all() and (sums > 0).all()
    return (loss, dscores) if fine else (np.nan, dscores * np.nan)


def log_of_rounded(scores, y):
    """The right value, where no probability of a true class is rounded to 0."""
    loss, dscores = cross_entropy_oracle(scores, y)
    behind = (scores.max(axis=1) - scores[np.arange(len(y)), y]).max()
    return (loss if behind < 700 else np.inf), dscores


def probabilities(scores):
    """The softmax of each row, read off the losses for every class."""
    losses = [
        [cross_entropy_oracle(row[None], np.array([c]))[0] for c in range(len(row))]
        for row in scores
    ]
    return np.exp(-np.array(losses))


def down_the_columns(scores, y):
    """The softmax of each column in the place of that of each row."""
    across, down = probabilities(scores), probabilities(scores.T).T
    each = [
        cross_entropy_oracle(scores[:, label][None], np.array([row]))[0]
        for row, label in enumerate(y)
    ]
    dscores = cross_entropy_oracle(scores, y)[1]
    return np.mean(each), dscores + ((down - across) / len(y)).astype(dscores.dtype)


def labels_of_all_rows(scores, y):
    """`p[:, y]`: in every row the true classes of all rows."""
    losses = [cross_entropy_oracle(scores, 0 * y + label)[0] for label in y]
    true, dscores = np.eye(scores.shape[1])[y], cross_entropy_oracle(scores, y)[1]
    change = (true - true.any(axis=0)) / len(y)
    return np.mean(losses), dscores + change.astype(dscores.dtype)


CROSS_WORKED = (
    "Take the scores 1.2, 0.9, 0.4 with the true class 0. Their exponentials are 3.320, 2.460 and 1.492, "
    "their sum 7.271, the probabilities 0.457, 0.338 and 0.205. The loss is -ln 0.4566 = 0.784.\nThe "
    "gradient is the probability itself for a wrong class, and the probability less 1 for the right one: -0.543, "
    "0.338, 0.205, which add up to 0. With N rows, loss and gradient are both divided by N."
)
STABLE_WORKED = (
    "e^1000 is larger than any number of the computer, but the softmax of 1000, 999 is that of 0, -1: "
    "the same number may be taken from all scores of a row. Take away the row's largest, and no "
    "exponential is above 1. And for the loss, -ln(e^-1000 / 1) is 1000: written as a logarithm of a "
    "sum less a score, it never meets the rounded 0."
)
SOFTMAX_CROSS_ENTROPY = Exercise(
    id="03.softmax_cross_entropy",
    points=4,
    minutes=20,
    oracle=cross_entropy_oracle,
    returns=("loss", "dscores"),
    cases=cross_entropy_cases,
    rules=(keeps_inputs(), VECTORISED, NUMPY_ONLY),
    worked=CROSS_WORKED,
    misconceptions=(
        Misconception(
            "loss and gradient summed",
            bend(lambda scores, y, loss, d: (loss * len(y), d * len(y))),
            "Loss and gradient are both N times too large. Is the loss of a batch the sum "
            "of the rows' losses or their mean?",
            CROSS_WORKED,
        ),
        Misconception(
            "the true classes of all rows in every row",
            labels_of_all_rows,
            "One row works, several do not: `p[:, y]` takes from every row the true classes "
            "of all rows. Which single place of each row is wanted, and which list of rows "
            "goes with the list y?",
        ),
        Misconception(
            "dscores not divided by N",
            bend(lambda scores, y, loss, d: (loss, d * len(y))),
            "You averaged the loss, but your gradient is N times too large. By how much "
            "does the mean change when the loss of one row changes by 1?",
            CROSS_WORKED,
        ),
        Misconception(
            "loss summed, gradient averaged",
            bend(lambda scores, y, loss, d: (loss * len(y), d)),
            "Your gradient is right and belongs to the mean; your loss is N times too "
            "large. What is the last step of the loss?",
        ),
        Misconception(
            "the true class is treated like the others",
            bend(
                lambda scores, y, loss, d: (
                    loss,
                    d + np.eye(scores.shape[1], dtype=d.dtype)[y] / len(y),
                )
            ),
            "Your gradient is the softmax, for all classes. In which direction must the "
            "score of the true class go, and where does your gradient say so?",
            CROSS_WORKED,
        ),
        Misconception(
            "gradient for the true class only",
            bend(lambda scores, y, loss, d: (loss, np.where(d < 0, d, d * 0))),
            "Only the true class has a gradient. The other scores stand in the sum "
            "below the fraction: what happens to the loss when one of them grows?",
        ),
        Misconception(
            "gradient has the wrong sign",
            bend(lambda scores, y, loss, d: (loss, -d)),
            "Your gradient points the other way. If the score of the true class grows, "
            "does the loss grow or fall?",
        ),
        Misconception(
            "minus forgotten",
            bend(lambda scores, y, loss, d: (-loss, d)),
            "Your loss is negative. The logarithm of a probability is below 0: what "
            "stands before it?",
        ),
        Misconception(
            "logarithm to the base 2",
            bend(lambda scores, y, loss, d: (loss / np.log(2), d)),
            "Your loss is 1.44 times the right one: it is counted in bits. Which "
            "logarithm undoes `exp`?",
        ),
        Misconception(
            "softmax over the wrong axis",
            down_the_columns,
            "Your probabilities add up to 1 down each column, over the images. Which "
            "axis holds the scores of one image?",
        ),
        Misconception(
            "no shift",
            not_shifted,
            "Large scores give inf or nan: e^1000 is too large for a computer. What may you take "
            "away from all scores of a row without changing its softmax?",
            STABLE_WORKED,
        ),
        Misconception(
            "one shift for all rows",
            lambda scores, y: not_shifted(scores, y, scores.max()),
            "You take the same number away from every row, the largest of all. In a row "
            "with far smaller scores every exponential becomes 0. Which largest should "
            "each row use?",
            STABLE_WORKED,
        ),
        Misconception(
            "logarithm of a rounded probability",
            log_of_rounded,
            "Where the true class is far behind, its probability is rounded to 0, and "
            "the logarithm is -inf, or that of the small number you add to it. How can "
            "you write ln p so that p itself never appears?",
            STABLE_WORKED,
        ),
        Misconception(
            "float64 out of float32",
            bend(lambda scores, y, loss, d: (loss, d.astype(float))),
            "The values are right, but float32 scores give a float64 gradient, and "
            "every layer below would then work twice as long. Which array of yours is "
            "made without saying its dtype?",
        ),
    ),
)
