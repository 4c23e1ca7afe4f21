"""The L1 distance, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.knn.shared import (
    AVERAGED,
    TRANSPOSED,
    distance_cases,
    l1_oracle,
    l2_oracle,
)
from utils.exercises.shared import NUMPY_ONLY


def l1_cases(rng: np.random.Generator) -> list[Case]:
    raw_test = rng.integers(0, 256, size=(3, 7), dtype=np.uint8)
    raw_train = rng.integers(0, 256, size=(4, 7), dtype=np.uint8)
    return [
        *distance_cases(rng, "row 0, column 1: |1 - 4| + |5 - 5| = 3"),
        call("raw pixels, whole numbers 0 to 255 (uint8)", raw_test, raw_train),
    ]


def l1_wrapping(X_test, X_train):
    return np.abs(X_test[:, None] - X_train).sum(axis=2).astype(float)


L1_WORKED = (
    "Take x = (1, 5) and x' = (4, 5), two images of two pixels. The differences are "
    "1 - 4 = -3 and 5 - 5 = 0; their sizes are 3 and 0; the distance is 3 + 0 = 3.\n"
    "For x = (4, 1) and x' = (0, 2): 4 and -1, sizes 4 and 1, distance 5. Check that "
    "your code goes through these steps in this order, for every pair of images."
)

L1_DISTANCES = Exercise(
    id="01.l1_distances",
    points=2,
    minutes=10,
    oracle=l1_oracle,
    cases=l1_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=L1_WORKED,
    misconceptions=(
        Misconception(
            "squared instead of absolute",
            lambda X_test, X_train: l2_oracle(X_test * 1.0, X_train * 1.0) ** 2,
            "You squared the differences. What does L1 do with a negative difference "
            "instead?",
        ),
        Misconception(
            "Euclidean instead of L1",
            lambda X_test, X_train: l2_oracle(X_test * 1.0, X_train * 1.0),
            "These are L2 distances: squares, a sum and a root. What does L1 do with "
            "each difference?",
        ),
        Misconception(
            "no absolute value",
            lambda X_test, X_train: (
                X_test.sum(1, dtype=float)[:, None] - X_train.sum(1, dtype=float)
            ),
            "Positive and negative differences cancel in your sum. Can a distance be "
            "negative? Which step is missing between the difference and the sum?",
            "x = (1, 5) and x' = (4, 2) differ by -3 and 3. Added as they are, they "
            "give 0, as if the images were the same. The sizes 3 and 3 give 6.",
        ),
        Misconception(
            "uint8 differences wrap around",
            l1_wrapping,
            "Only the case with whole-number pixels fails: 3 - 5 of type uint8 is not "
            "-2 but 254. Into which type must the pixels go before you subtract?",
            "A uint8 holds 0 to 255 and nothing below, so 3 - 5 starts again from the "
            "top: 256 - 2 = 254. After `X.astype(float)` the difference is -2.0.",
        ),
        Misconception(
            "mean instead of sum",
            lambda X_test, X_train: l1_oracle(X_test, X_train) / X_test.shape[1],
            AVERAGED,
        ),
        Misconception(
            "largest difference only",
            lambda X_test, X_train: abs(X_test[:, None] * 1.0 - X_train).max(axis=2),
            "You kept one difference of each pair of images, the largest. What does L1 "
            "do with all the others?",
        ),
        Misconception(
            "rows and columns exchanged",
            lambda X_test, X_train: l1_oracle(X_train, X_test),
            TRANSPOSED,
        ),
    ),
)
