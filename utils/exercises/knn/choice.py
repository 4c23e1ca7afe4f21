"""The choice of k, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NO_TEST_SET
from utils.subject import Named


def case(name: str, table: np.ndarray, ks: list[int], best: int, **more) -> Case:
    """Images from which `read_accuracies` reads a row of accuracies for each k."""
    X = np.pad(table, ((0, 9), (0, 4)), constant_values=0.99)
    y, read = np.arange(len(X)) % 3, Named("utils.stand_ins.knn.read_accuracies")
    return call(name, X, y, ks, table.shape[1], read, expected=best, **more)


BY_HAND = case(
    "three ks by hand",
    np.array([[0.2, 0.9, 0.2], [0.5, 0.4, 0.6], [0.5, 0.5, 0.2]]),
    [1, 3, 5],
    3,
    working="k = 1: (0.2 + 0.9 + 0.2) / 3 = 0.43; k = 3: 0.5; k = 5: 0.4",
)


def choose_k_cases(rng: np.random.Generator) -> list[Case]:
    steady = rng.uniform(0.2, 0.4, size=(5, 4))
    steady[rng.permutation([0, 1, 3, 4])[0], 1] = 0.95
    steady[2] = 0.62
    tied = rng.uniform(0.1, 0.2, size=(4, 3))
    tied[[1, 3]] = 0.5, 0.75, 0.25
    lucky = rng.uniform(0.3, 0.4, size=(3, 5))
    lucky[0, 0], lucky[1] = 0.55, [0.35, 0.5, 0.5, 0.5, 0.5]
    lucky[2, -1] = 0.6
    return [
        BY_HAND,
        case("one lucky fold must not decide", steady, [1, 3, 5, 8, 10], 5),
        case("a tie between k = 20 and k = 7", tied, [1, 20, 3, 7], 7),
        case("a tie between k = 4 and k = 9", tied, [2, 4, 8, 9], 4),
        case("the first and the last fold mislead", lucky, [6, 2, 15], 2),
    ]


def chosen_by(score, pick=np.argmax):
    """A `choose_k` that picks by `score(accuracies)`, one number a k."""
    return lambda X_train, y_train, ks, n_folds, cross_validate: ks[
        int(pick(score(np.asarray(cross_validate(X_train, y_train, ks, n_folds)))))
    ]


def mean_of_folds(accuracies):
    return accuracies.mean(axis=1)


def choose_on_test_images(X_train, y_train, ks, n_folds, cross_validate):
    rows = (X_train, y_train) if len(X_train) else (X_test, y_test)  # noqa: F821
    accuracies = cross_validate(*rows, ks, n_folds).mean(axis=1)
    return min(k for k, a in zip(ks, accuracies, strict=True) if a == accuracies.max())


CHOOSE_WORKED = (
    "Let the accuracies be 0.2, 0.9, 0.2 for k = 1 and 0.5, 0.4, 0.6 for k = 3. The best "
    "single fold belongs to k = 1 (0.9), but on average k = 3 is better: 0.5 against 0.43. If two ks "
    "had the same average, the smaller k would be chosen, wherever it stands in the list."
)
CHOOSE_K = Exercise(
    id="01.choose_k",
    points=2,
    minutes=10,
    parameters=("X_train", "y_train", "ks", "n_folds", "cross_validate"),
    cases=choose_k_cases,
    rules=(keeps_inputs(), NO_TEST_SET),
    worked=CHOOSE_WORKED,
    misconceptions=(
        Misconception(
            "the best single fold",
            chosen_by(lambda accuracies: accuracies.max(axis=1)),
            "One lucky fold decides. What is compared between two values of k: their "
            "best fold, or all their folds together?",
        ),
        Misconception(
            "the worst k",
            chosen_by(mean_of_folds, np.argmin),
            "You choose the k with the lowest accuracy. Are these numbers errors or "
            "accuracies?",
        ),
        Misconception(
            "position instead of k",
            lambda X, y, ks, n_folds, cross_validate: int(
                cross_validate(X, y, ks, n_folds).mean(axis=1).argmax()
            ),
            "You return where the best k stands in the list. What stands there?",
        ),
        Misconception(
            "ties by position",
            chosen_by(mean_of_folds),
            "In a tie you take the k that stands first in `ks`. Is `ks` always sorted? "
            "The smallest of the best is asked for.",
        ),
        Misconception(
            "ties go to the largest k",
            lambda X, y, ks, n_folds, cross_validate: max(
                best_ks(ks, cross_validate(X, y, ks, n_folds))
            ),
            "In a tie you take the largest k. Which one is asked for?",
        ),
        Misconception(
            "the first fold only",
            chosen_by(lambda accuracies: accuracies[:, 0]),
            "Only the first fold decides. What are the other folds for?",
        ),
        Misconception(
            "accuracy instead of k",
            lambda X, y, ks, n_folds, cross_validate: float(
                cross_validate(X, y, ks, n_folds).mean(axis=1).max()
            ),
            "You return the best accuracy. Which k does it belong to?",
        ),
        Misconception(
            "k chosen on the test set",
            choose_on_test_images,
            NO_TEST_SET.hint,
            breaks=NO_TEST_SET.name,
        ),
    ),
)


def best_ks(ks, accuracies):
    means = accuracies.mean(axis=1)
    return [k for k, mean in zip(ks, means, strict=True) if mean == means.max()]
