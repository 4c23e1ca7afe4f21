"""The hinge loss of a linear classifier, with and without loops."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, made_with
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


def svm_oracle(W, X, y, reg):
    import torch

    weights = torch.from_numpy(W).requires_grad_()
    scores = torch.from_numpy(X) @ weights
    # PyTorch divides by the number of classes, which the course does not.
    hinge = torch.nn.functional.multi_margin_loss(scores, torch.from_numpy(y))
    loss = W.shape[1] * hinge + reg * (weights**2).sum()
    loss.backward()
    return loss.item(), weights.grad.numpy()


def svm_cases(rng: np.random.Generator) -> list[Case]:
    y = rng.permutation(np.arange(6) % 4)
    scores = rng.normal(0, 2, size=(6, 4))
    scores[np.arange(6), (y + 1) % 4] = scores[np.arange(6), y] - 1
    return [
        *loss_cases(
            rng,
            "image 0: max(0, 5.1 - 3.2 + 1) + max(0, -1.7 - 3.2 + 1) = 2.9; image 1: 0; "
            "image 2: 6.3 + 6.6 = 12.9; the mean is 15.8 / 3 = 5.267",
        ),
        case_with_scores("a class exactly at the margin", rng, np.round(scores), y),
    ]


def with_margin(margin):
    """Another margin, by raising the true class's score in one more feature."""

    def version(oracle, W, X, y, reg):
        C = W.shape[1]
        raised = np.concatenate([W, (1 - margin) * np.eye(C)])
        seen = np.concatenate([X, one_hot(y, C)], axis=1)
        loss, dW = oracle(raised, seen, y, 0.0)
        return loss + reg * np.sum(W**2), dW[: len(W)] + 2 * reg * W

    return version


def true_class_gets(column):
    """Each image's gradient with another column for its true class."""

    def version(oracle, W, X, y, reg):
        total = 2 * reg * W * len(y)
        for x, label in zip(X, y, strict=True):
            dW = oracle(W, x[None], np.array([label]), 0.0)[1]
            dW[:, label] = column(x)
            total = total + dW
        return oracle(W, X, y, reg)[0], total / len(y)

    return version


def turned_round(oracle, W, X, y, reg):
    loss, dW = oracle(-W, X, y, reg)
    return loss, -dW


def scores_of_all_labels(oracle, W, X, y, reg):
    """`scores[:, y]`: NumPy refuses, or the classes of a square table cancel out."""
    N, C = len(y), W.shape[1]
    np.broadcast_shapes((N, C), (N, N))
    loss, dW = oracle(W if N == 1 else 0 * W, X, y, 0.0)
    return loss + reg * np.sum(W**2), dW + 2 * reg * W


SVM_WORKED = (
    "Take the first tiny picture: scores 3.2, 5.1, -1.7, true class 0. Class 1 comes out at "
    "5.1 - 3.2 + 1 = 2.9, class 2 at -1.7 - 3.2 + 1 = -3.9, which counts as 0. The loss is 2.9.\n"
    "Only class 1 counts, so only two scores matter: the loss rises by 1 with the score of "
    "class 1 and falls by 1 with the score of class 0. A score of class c is the picture times "
    "column c of W. So this picture adds itself to column 1 of the gradient and takes itself "
    "away from column 0. With two classes over the margin, column 0 loses the picture twice."
)

SVM_MISTAKES = (
    Misconception(
        "divided by the number of classes",
        bent(loss=lambda N, C: 1 / C, gradient=lambda N, C: 1 / C),
        "You average over the classes too, as PyTorch's version does. What does the "
        "formula do with the wrong classes of one image: add them, or average them?",
    ),
    Misconception(
        "loss divided by the number of classes",
        bent(loss=lambda N, C: 1 / C),
        "Your loss is C times too small: a mean over the whole table divides by N and by C. What "
        "does the formula do with the wrong classes of one image: add them, or average them?",
    ),
    Misconception(
        "true class counted in the loss",
        changed(lambda loss, dW, W, X, y: (loss + 1, dW)),
        "Your loss is too large by exactly 1: the true class is counted as well, and it "
        "always comes out at s - s + 1 = 1. Over which classes does the sum go?",
    ),
    Misconception(
        "true class counted in the loss and in the gradient",
        changed(
            lambda loss, dW, W, X, y: (
                loss + 1,
                dW - X.T @ one_hot(y, W.shape[1]) / len(y),
            )
        ),
        "The true class is counted as one of the classes over the margin, in the loss and in "
        "the gradient. Over which classes does the sum go?",
    ),
    Misconception(
        "true class forgotten in the gradient",
        true_class_gets(lambda x: 0 * x),
        "Your gradient counts only the wrong classes: the column of each image's true class "
        "is missing. The true class's score stands in every term of the sum. With which sign?",
    ),
    Misconception(
        "true class once in the gradient",
        true_class_gets(lambda x: -x),
        "Each image is taken away from its true class's column exactly once, however many "
        "classes are over the margin. In how many terms of the sum does the true class's "
        "score stand?",
    ),
    Misconception(
        "margin missing",
        with_margin(0.0),
        "You are content when the true class is ahead by any amount: the margin is missing. "
        "By how much must it lead?",
    ),
    Misconception(
        "margin subtracted",
        with_margin(-1.0),
        "You take the margin away where it is to be added. A wrong class that scores the same "
        "as the true one: should it cost something?",
    ),
    Misconception(
        "wrong and true class exchanged",
        turned_round,
        "Your loss is large where the true class leads. In s_j - s_y + 1, which of the two is "
        "the true class?",
    ),
)


def svm_exercise(name, points, minutes, rules=(), mistakes=()):
    """One of the two hinge-loss exercises."""
    mistakes = (*LOSS_MISTAKES, *SVM_MISTAKES, *mistakes)
    return Exercise(
        id=f"02.{name}",
        points=points,
        minutes=minutes,
        oracle=svm_oracle,
        returns=("loss", "dW"),
        cases=svm_cases,
        rules=(KEEPS, NUMPY_ONLY, *rules),
        worked=SVM_WORKED,
        misconceptions=tuple(made_with(svm_oracle, mistakes)),
    )


SVM_LOSS_LOOPS = svm_exercise("svm_loss_loops", 5, 30)
ALL_LABELS = Misconception(
    "the scores of all labels for every image",
    scores_of_all_labels,
    "`scores[:, y]` takes a column for each label from every row: a table (N, N). Which "
    "single place of each row is wanted, and which list of rows goes with the list y?",
)
SVM_LOSS = svm_exercise("svm_loss", 5, 25, (NO_LOOP,), (LOOP_LEFT, ALL_LABELS))
