"""What the exercises of lesson 02 share: tiny pictures, drawn cases, bent losses."""

import numpy as np

from utils.checks.exercise import Case, Misconception, call
from utils.checks.rules import keeps_inputs, loops

KEEPS = keeps_inputs()

# Three pictures of two pixels and a constant 1; the scores are those of the notes.
TINY_X = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
TINY_W = np.array([[1.0, 2.6, 1.4], [-0.9, 2.4, 5.1], [2.2, 2.5, -3.1]])
TINY_Y = np.array([0, 1, 2])


def labels(rng: np.random.Generator, n: int, c: int) -> np.ndarray:
    """A class for each of `n` images; no two have the same while there is another."""
    return np.resize(rng.permutation(c), n)


def loss_cases(rng: np.random.Generator, working: str) -> list[Case]:
    """Cases for a loss with its gradient: the numbers N, D and C all differ."""

    def case(name, n, d, c, reg):
        W, X = rng.normal(size=(d, c)), rng.normal(size=(n, d))
        return call(name, W, X, labels(rng, n, c), reg)

    W, X = rng.normal(size=(4, 3)), rng.normal(size=(1, 4))
    behind = (X @ W).argmin(axis=1)  # no loss of 0, at which many a mistake is right
    return [
        call(
            "three tiny pictures by hand", TINY_W, TINY_X, TINY_Y, 0.0, working=working
        ),
        case("7 images, 5 values, 4 classes, regularised", 7, 5, 4, 0.3),
        case("4 images, 6 values, 5 classes, not regularised", 4, 6, 5, 0.0),
        call("one image, its class far behind", W, X, behind, 0.2),
        call(
            "all weights are zero",
            np.zeros((4, 6)),
            rng.normal(size=(5, 4)),
            labels(rng, 5, 6),
            0.1,
        ),
    ]


def case_with_scores(
    name: str, rng: np.random.Generator, scores: np.ndarray, y: np.ndarray, **more
) -> Case:
    """A case in which the images have exactly these scores, reg = 0.1."""
    N, C = scores.shape
    X = np.concatenate([np.eye(N), np.zeros((N, 2))], axis=1)
    W = np.concatenate([scores, rng.normal(size=(2, C))])
    return call(name, W, X, y, 0.1, **more)


def one_hot(y: np.ndarray, C: int) -> np.ndarray:
    return np.eye(C)[y]


def weighed(found, W, reg, loss=1.0, gradient=1.0, penalty=1.0, slope=2.0):
    """A loss and its gradient, put together again with other weights.

    `loss` and `gradient` multiply what comes from the data; `penalty` stands before
    the sum of the squares, `slope` before W.
    """
    squares = np.sum(W**2)
    return (
        loss * (found[0] - reg * squares) + penalty * reg * squares,
        gradient * (found[1] - 2 * reg * W) + slope * reg * W,
    )


def bent(**weights):
    """The loss put together with other weights; a function of N, C for each."""

    def version(oracle, W, X, y, reg):
        values = {key: of(len(y), W.shape[1]) for key, of in weights.items()}
        return weighed(oracle(W, X, y, reg), W, reg, **values)

    return version


def changed(change):
    """The loss and its gradient as `change(loss, dW, W, X, y)` makes them."""
    return lambda oracle, W, X, y, reg: change(*oracle(W, X, y, reg), W, X, y)


def one_image_at_a_time(oracle, W, X, y, reg):
    parts = [oracle(W, X[i : i + 1], y[i : i + 1], reg) for i in range(len(y))]
    losses, gradients = zip(*parts, strict=True)
    return np.mean(losses), np.mean(gradients, axis=0)


LOSS_MISTAKES = (
    Misconception(
        "summed instead of averaged",
        bent(loss=lambda N, C: N, gradient=lambda N, C: N),
        "Your loss grows with the number of images. The penalty apart: is it the sum over the "
        "images, or their mean?",
    ),
    Misconception(
        "gradient summed instead of averaged",
        bent(gradient=lambda N, C: N),
        "Your loss is right. The part of your gradient that comes from the images is N times "
        "too large: you averaged the loss. What about its gradient?",
    ),
    Misconception(
        "regularisation missing in the gradient",
        bent(slope=lambda N, C: 0),
        "The loss contains the penalty, your gradient does not: regularisation is missing "
        "there. What is the derivative of reg * sum(W**2) with respect to one weight?",
    ),
    Misconception(
        "half of the regularisation's gradient",
        bent(slope=lambda N, C: 1),
        "Only half of the regularisation's gradient is there. What is the derivative of w**2? "
        "Other books put 1/2 before the penalty; this course does not.",
    ),
    Misconception(
        "half of the penalty",
        bent(penalty=lambda N, C: 0.5, slope=lambda N, C: 1),
        "You take half the penalty, as books do that write 1/2 before it. Which penalty does "
        "the docstring ask for, and what is its derivative?",
    ),
    Misconception(
        "no regularisation at all",
        bent(penalty=lambda N, C: 0, slope=lambda N, C: 0),
        "`reg` makes no difference: regularisation is missing in the loss and in the gradient. "
        "What does the loss consist of besides the mean over the images?",
    ),
    Misconception(
        "penalty averaged over the images",
        bent(penalty=lambda N, C: 1 / N, slope=lambda N, C: 2 / N),
        "You divide the penalty by the number of images as well. Does the penalty know how "
        "many images there are?",
    ),
    Misconception(
        "gradient with the opposite sign",
        bent(gradient=lambda N, C: -1),
        "The part of your gradient that comes from the images has the wrong sign. If a weight "
        "of a wrong class grows, does the loss rise or fall?",
    ),
    Misconception(
        "gradient transposed",
        changed(lambda loss, dW, W, X, y: (loss, dW.T)),
        "Your gradient is turned on its side. It must have the shape of W, (D, C): which of "
        "its axes are the values of an image?",
    ),
)
"""What goes wrong with any loss of a linear classifier, made with its oracle."""

NO_LOOP = loops(
    0,
    hint="A Python loop is left. The scores of all images are one matrix product; the score "
    "of each image's own class can be picked with two lists of indices, one for the rows and "
    "one for the columns. What else is there to loop for?",
)
LOOP_LEFT = Misconception(
    "a loop is left", one_image_at_a_time, NO_LOOP.hint, breaks=NO_LOOP.name
)
