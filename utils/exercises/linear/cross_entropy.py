"""The softmax loss of a linear classifier."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.exercises.linear.probabilities import (
    NO_SHIFT,
    ONE_SHIFT,
    WRONG_AXIS,
    softmax_oracle,
)
from utils.exercises.linear.shared import (
    KEEPS,
    LOOP_LEFT,
    LOSS_MISTAKES,
    NO_LOOP,
    bent,
    case_with_scores,
    changed,
    loss_cases,
    one_hot,
)
from utils.exercises.shared import NUMPY_ONLY


def softmax_loss_oracle(W, X, y, reg):
    import torch

    weights = torch.from_numpy(W).requires_grad_()
    scores = torch.from_numpy(X) @ weights
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y))
    loss = loss + reg * (weights**2).sum()
    loss.backward()
    return loss.item(), weights.grad.numpy()


def extreme_cases(rng: np.random.Generator) -> list[Case]:
    """Scores whose exponentials are no numbers any more, or zero."""
    y, rows = rng.permutation(np.arange(5) % 3), np.arange(5)
    bright, dark, hopeless = rng.normal(size=(3, 5, 3))
    dark[rng.integers(5)] -= 2000
    hopeless[rows, y] -= 900
    scores = {
        "scores around 1,000": 1000 + bright,
        "one image scores around -2,000": dark,
        "true classes far behind": hopeless,
    }
    overflows = close(by_value=False)
    return [
        case_with_scores(name, rng, table, y, agree=overflows)
        for name, table in scores.items()
    ]


def softmax_loss_cases(rng: np.random.Generator) -> list[Case]:
    working = (
        "image 0: e^3.2 = 24.5, e^5.1 = 164.0, e^-1.7 = 0.2, so class 0 has 24.5 / 188.7 = 0.130 "
        "and the loss is -ln 0.130 = 2.04; images 1 and 2: 0.079 and 6.157; mean 2.759"
    )
    return [*loss_cases(rng, working), *extreme_cases(rng)]


def spoilt(reason):
    """Right, but nan for images for which there is a reason (scores, true scores)."""

    def version(oracle, W, X, y, reg):
        scores = X @ W
        lost = reason(scores, scores[np.arange(len(y)), y])
        return [part + np.where(lost.any(), np.nan, 0) for part in oracle(W, X, y, reg)]

    return version


def over_the_images(oracle, W, X, y, reg):
    """Each class shares out its probability among the images."""
    scores, N = X @ W, len(y)
    loss = oracle(np.eye(N), scores[:, y].T, np.arange(N), 0.0)[0]
    other = softmax_oracle(np.ascontiguousarray(scores.T)).T
    change = X.T @ (other - softmax_oracle(scores)) / N
    return loss + reg * np.sum(W**2), oracle(W, X, y, reg)[1] + change


def every_class(oracle, W, X, y, reg):
    parts = [oracle(W, X, 0 * y + c, 0.0)[0] for c in range(W.shape[1])]
    return sum(parts) + reg * np.sum(W**2), oracle(W, X, y, reg)[1]


def labels_of_all_images(oracle, W, X, y, reg):
    """`p[:, y]`: in every row the classes of all images."""
    losses = [oracle(W, X, 0 * y + label, 0.0)[0] for label in y]
    true = one_hot(y, W.shape[1])
    change = X.T @ (true - true.any(axis=0)) / len(y)
    return np.mean(losses) + reg * np.sum(W**2), oracle(W, X, y, reg)[1] + change


LOSS_WORKED = (
    "Take the first tiny picture: scores 3.2, 5.1, -1.7, true class 0. Softmax gives 0.130, "
    "0.869, 0.001. The loss is -ln 0.130 = 2.04.\nThe gradient with respect to the scores is "
    "what the classifier says minus what it should say: (0.130, 0.869, 0.001) minus (1, 0, 0). "
    "A score of class c is the picture times column c of W, so column c of the gradient is the "
    "picture times that difference. For all pictures at once this is one matrix product, "
    "divided by their number, and then comes the penalty."
)
SOFTMAX_MISTAKES = (
    Misconception(
        "minus forgotten before the logarithm",
        bent(loss=lambda N, C: -1),
        "Your loss is negative: a probability is below 1, and its logarithm below 0. "
        "What stands before the logarithm?",
    ),
    Misconception(
        "the classes of all images in every row",
        labels_of_all_images,
        "`p[:, y]` takes from every row the classes of all images: a table (N, N). Which single "
        "place of each row is wanted, and which list of rows goes with the list y?",
    ),
    Misconception(
        "true class treated like the others",
        changed(
            lambda loss, dW, W, X, y: (
                loss,
                dW + X.T @ one_hot(y, W.shape[1]) / len(y),
            )
        ),
        "Your gradient pushes all scores down, that of the true class too. What should "
        "the classifier say about the true class, and what is taken from its probability?",
    ),
    Misconception(
        "one taken away in every row",
        changed(
            lambda loss, dW, W, X, y: (
                loss,
                dW
                + X.T
                @ (one_hot(y, W.shape[1]) - one_hot(y, W.shape[1]).max(axis=0))
                / len(y),
            )
        ),
        "You take 1 away in whole columns: every image loses it for every class that "
        "occurs in `y`. In a table with a row for each image, in which row does `y[3]` "
        "choose the column?",
    ),
    Misconception(
        "every class counted in the loss",
        every_class,
        "You add up the logarithms of all classes. Whose probability does the loss of an "
        "image look at?",
    ),
    Misconception("over the wrong axis", over_the_images, WRONG_AXIS),
    Misconception(
        "no shift",
        spoilt(lambda scores, true: abs(scores) > 700),
        NO_SHIFT,
    ),
    Misconception(
        "no shift, logarithm of the sum",
        spoilt(lambda scores, true: abs(scores.max(axis=1)) > 700),
        NO_SHIFT,
    ),
    Misconception(
        "one shift for all images, logarithm of the sum",
        spoilt(lambda scores, true: scores.max() - scores.max(axis=1) > 740),
        ONE_SHIFT,
    ),
    Misconception(
        "one shift for all images",
        spoilt(lambda scores, true: scores.max() - true > 740),
        ONE_SHIFT,
    ),
    Misconception(
        "logarithm of zero",
        spoilt(lambda scores, true: scores.max(axis=1) - true > 740),
        "A probability of e^-900 is rounded to 0, and its logarithm is no number, "
        "although the loss is just 900. Can you write the logarithm of a quotient of "
        "exponentials without taking the exponential on top?",
        "Let the shifted scores be 0 and -900, and the true class the second. Its "
        "probability is e^-900 / (1 + e^-900), and the computer makes 0 / 1 of it. But "
        "the logarithm of a quotient is a difference: -900 - ln(1 + e^-900) = -900.",
    ),
)
SOFTMAX_LOSS = Exercise(
    id="02.softmax_loss",
    points=5,
    minutes=25,
    oracle=softmax_loss_oracle,
    returns=("loss", "dW"),
    cases=softmax_loss_cases,
    rules=(KEEPS, NUMPY_ONLY, NO_LOOP),
    worked=LOSS_WORKED,
    misconceptions=(
        *made_with(softmax_loss_oracle, (*LOSS_MISTAKES, *SOFTMAX_MISTAKES, LOOP_LEFT)),
    ),
)
