"""What the exercises of lesson 01 share: small images, distance cases, oracles."""

import numpy as np

from utils.checks.exercise import Case, call

BY_HAND_TEST = np.array([[1.0, 5.0], [4.0, 1.0]])
BY_HAND_TRAIN = np.array([[1.0, 1.0], [4.0, 5.0], [0.0, 2.0]])


def pixels(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """`n` images of `d` values in [0, 1], float64."""
    return rng.uniform(size=(n, d))


def distance_cases(rng: np.random.Generator, working: str) -> list[Case]:
    """Cases for any of the distance functions: all sizes differ.

    Of so many distances of zero some come out a little below it in any draw, where
    they are computed as a difference.
    """
    same = pixels(rng, 24, 6)
    return [
        call("three points by hand", BY_HAND_TEST, BY_HAND_TRAIN, working=working),
        call("4 test images, 5 training images", pixels(rng, 4, 6), pixels(rng, 5, 6)),
        call("more test than training images", pixels(rng, 7, 5), pixels(rng, 3, 5)),
        call("one test image", pixels(rng, 1, 8), pixels(rng, 6, 8)),
        call("some test images are training images", same[1:], np.vstack([same, same])),
    ]


def l1_oracle(X_test, X_train):
    from scipy.spatial.distance import cdist

    return cdist(X_test, X_train, "cityblock")


def l2_oracle(X_test, X_train):
    from scipy.spatial.distance import cdist

    return cdist(X_test, X_train, "euclidean")


TRANSPOSED = (
    "Your table has a row for each training image. Which of the two sets does the "
    "docstring put in the rows of the result?"
)
AVERAGED = (
    "Your distances are smaller by the number of values in an image. Does the formula "
    "average over the pixels, or add them up?"
)
