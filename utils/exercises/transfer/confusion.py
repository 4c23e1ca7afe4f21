"""The confusion matrix, and what goes wrong with it."""

import numpy as np
from sklearn.metrics import confusion_matrix as by_library

from utils.checks.exercise import Case, Exercise, Misconception, call


def confusion_matrix_oracle(y, predicted, n_classes):
    return by_library(y, predicted, labels=np.arange(n_classes))


def confusion_matrix_cases(rng: np.random.Generator) -> list[Case]:
    def labels(n, c):
        """Labels and guesses that are right half of the time, every class in both."""
        y = np.concatenate([np.arange(c), rng.integers(c, size=n - c)])
        y = rng.permutation(y)
        guesses = np.where(rng.random(n) < 0.5, y, rng.integers(c, size=n))
        guesses[:3] = (y[:3] + 1) % c
        return y, guesses, c

    tiny = np.array([0, 0, 1, 1, 1, 2]), np.array([0, 1, 1, 1, 0, 2]), 3
    working = (
        "of two images of class 0 one is right and one is taken for class 1: "
        "row 0 is 1, 1, 0; row 1 is 1, 2, 0; row 2 is 0, 0, 1"
    )
    y, guesses, c = labels(40, 5)
    shifted = np.where(y == 4, 1, y)
    return [
        call("six images by hand", *tiny, working=working),
        call("60 images, 4 classes", *labels(60, 4)),
        call("300 images, 7 classes", *labels(300, 7)),
        call("the last class does not occur", shifted, np.minimum(guesses, 3), c),
        call("a class that is never guessed", y, np.where(guesses == 2, 0, guesses), c),
        call("a single image", np.array([1]), np.array([3]), 5),
    ]


def bent(change):
    def version(y, predicted, n_classes):
        with np.errstate(all="ignore"):
            return change(confusion_matrix_oracle(y, predicted, n_classes))

    return version


def only_what_occurs(y, predicted, n_classes):
    found = np.union1d(y, predicted)
    return confusion_matrix_oracle(y, predicted, n_classes)[np.ix_(found, found)]


def transposed(y, predicted, n_classes):
    return confusion_matrix_oracle(predicted, y, n_classes)


CONFUSION_MATRIX = Exercise(
    id="11.confusion_matrix",
    points=2,
    minutes=10,
    oracle=confusion_matrix_oracle,
    cases=confusion_matrix_cases,
    worked="With the labels 0, 0, 1 and the guesses 0, 1, 1 three places are raised by one: [0, 0], [0, 1] "
    "and [1, 1]. The row is the true class. `table[y, predicted] += 1` raises a place only once, however "
    "often it is named; `np.add.at` or a loop counts every image.",
    misconceptions=(
        Misconception(
            "transposed",
            transposed,
            "Rows and columns are exchanged: row i, column j counts images **of** class i "
            "that were **taken for** class j. Which index comes first?",
        ),
        Misconception(
            "every pair counted once",
            bent(lambda table: np.minimum(table, 1)),
            "No entry of yours is larger than 1: an assignment with index arrays writes "
            "to each place once, however often the place is named. How can each image "
            "count?",
        ),
        Misconception(
            "divided by the rows",
            bent(lambda table: table / table.sum(axis=1, keepdims=True)),
            "You return fractions of each true class. Counts are asked for: a class of "
            "two images and one of two hundred should look different. Which line divides?",
        ),
        Misconception(
            "divided by the columns",
            bent(lambda table: table / table.sum(axis=0, keepdims=True)),
            "You return fractions of each guessed class. Counts are asked for. Which line "
            "divides?",
        ),
        Misconception(
            "divided by all",
            bent(lambda table: table / table.sum()),
            "You return fractions of all images. Counts are asked for. Which line divides?",
        ),
        Misconception(
            "only the classes that occur",
            only_what_occurs,
            "The table is too small where a class does not occur, and its rows then "
            "belong to other classes. Which argument says how many classes there are?",
        ),
        Misconception(
            "only the mistakes",
            bent(lambda table: table - np.diag(np.diag(table))),
            "Your diagonal is empty. Where do the images go that are right?",
        ),
        Misconception(
            "only what is right",
            bent(lambda table: np.diag(np.diag(table))),
            "Only your diagonal is filled. Where do the images go that are wrong?",
        ),
    ),
)
