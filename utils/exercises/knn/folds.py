"""Cross-validation, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Named


def cross_validate_oracle(X, y, ks, n_folds, classify):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.model_selection import KFold, cross_val_score

    class Wrapped(ClassifierMixin, BaseEstimator):
        def __init__(self, k=1):
            self.k = k

        def fit(self, X, y):
            self.X_, self.y_, self.classes_ = X, y, np.unique(y)
            return self

        def score(self, X, y):
            return (classify(self.X_, self.y_, X, self.k) == y).mean()

    folds = KFold(n_folds)
    return np.array([cross_val_score(Wrapped(k), X, y, cv=folds) for k in ks])


def labelled(rng: np.random.Generator, n: int, d: int = 3, classes: int = 3):
    """Noisy points around one centre a class, `X (n, d)` in [0, 1] and `y (n,)`."""
    y = rng.permutation(np.arange(n) % classes)
    centres = rng.uniform(0.3, 0.7, size=(classes, d))
    return np.clip(centres[y] + rng.normal(0, 0.18, size=(n, d)), 0, 0.999), y


def cross_validate_cases(rng: np.random.Generator) -> list[Case]:
    classify = Named("utils.stand_ins.knn.nearest_mean")
    return [
        call("60 points, 3 folds", *labelled(rng, 60), [2, 5, 9], 3, classify),
        call("64 points, 4 folds", *labelled(rng, 64), [6, 3, 8, 5], 4, classify),
        call(
            "folds of unequal size: 47 points, 5 folds",
            *labelled(rng, 47),
            [4, 2, 7, 9, 6],
            5,
            classify,
        ),
        call("two folds", *labelled(rng, 50, d=5), [2, 3, 4, 9], 2, classify),
    ]


def folded(X, y, ks, n_folds, classify, split, score=np.mean):
    """Cross-validation with `split(i, parts) -> (training rows, validation rows)`."""
    parts = np.array_split(np.arange(len(X)), n_folds)
    rows = [split(i, parts) for i in range(n_folds)]
    return np.array(
        [
            [score(classify(X[t], y[t], X[v], k) == y[v]) for t, v in rows]
            for k in ks
        ],
        dtype=float,
    )  # fmt: skip


def others(i, parts):
    return np.concatenate([part for j, part in enumerate(parts) if j != i])


def overlapping(i, parts):
    """Folds that reach half-way into the next one."""
    following = parts[(i + 1) % len(parts)]
    val = np.concatenate([parts[i], following[: (len(following) + 1) // 2]])
    return np.setdiff1d(np.concatenate(parts), val), val


def without_rest(i, parts):
    size, n = sum(map(len, parts)) // len(parts), len(parts)
    rows = np.arange(size * n)
    val = rows[i * size : (i + 1) * size]
    return np.setdiff1d(rows, val), val


def bent(split, score=np.mean):
    return lambda X, y, ks, n_folds, classify: folded(
        X, y, ks, n_folds, classify, split, score
    )


FOLDS_WORKED = (
    "Take 7 images, 0 to 6, and 3 folds. `np.array_split` gives (0, 1, 2), (3, 4) and "
    "(5, 6): every image in exactly one fold, none forgotten.\nFold 1 is held out: train on 0, 1, 2, 5, 6, predict 3 and 4, "
    "and count how many of the two are right. Then fold 2, then fold 0. Each (k, fold) gives one number between 0 and 1."
)
CROSS_VALIDATE = Exercise(
    id="01.cross_validate",
    points=4,
    minutes=20,
    oracle=cross_validate_oracle,
    cases=cross_validate_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=FOLDS_WORKED,
    misconceptions=(
        Misconception(
            "validation images in the training set",
            bent(lambda i, parts: (np.concatenate(parts), parts[i])),
            "You train on all images, the held-out fold among them: with k = 1 every "
            "image would then be its own nearest neighbour. Which images must be left "
            "out of the training set of a fold?",
        ),
        Misconception(
            "folds overlap",
            bent(overlapping),
            "Your folds share images: some are held out twice. Does each image belong "
            "to exactly one fold? Print the rows of every fold for 7 images, 3 folds.",
        ),
        Misconception(
            "the rest is forgotten",
            bent(without_rest),
            "When the images cannot be divided evenly, you leave the last ones out. How "
            "does `np.array_split` cut 7 images into 3?",
        ),
        Misconception(
            "training and validation exchanged",
            bent(lambda i, parts: (parts[i], others(i, parts))),
            "You train on one fold and validate on all the others. Which is the large "
            "part in cross-validation?",
        ),
        Misconception(
            "validated on the training images",
            bent(lambda i, parts: (others(i, parts), others(i, parts))),
            "You measure the accuracy on the images you trained on. Which images has "
            "the classifier not seen?",
        ),
        Misconception(
            "error instead of accuracy",
            lambda *args: 1 - cross_validate_oracle(*args),
            "You return the part that is wrong. What is asked for is the part that is "
            "right.",
        ),
        Misconception(
            "count instead of fraction",
            bent(lambda i, parts: (others(i, parts), parts[i]), np.sum),
            "You return how many are right. By what is it divided to become a fraction?",
        ),
        Misconception(
            "rows and columns exchanged",
            lambda *args: cross_validate_oracle(*args).T,
            "Your table has a row for each fold. The docstring asks for a row for each "
            "k. Which of your two loops is the outer one?",
        ),
    ),
)
