"""The L2 distance, written with two loops, one loop and none."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, loops, memory
from utils.exercises.knn.shared import (
    AVERAGED,
    TRANSPOSED,
    distance_cases,
    l1_oracle,
    l2_oracle,
    pixels,
)
from utils.exercises.shared import NUMPY_ONLY


def l2_cases(rng: np.random.Generator) -> list[Case]:
    return distance_cases(rng, "row 1, column 1: sqrt((4 - 4)^2 + (1 - 5)^2) = 4")


L2_WORKED = (
    "Take x = (1, 5) and x' = (4, 1). The differences are -3 and 4, their squares 9 "
    "and 16, the sum 25, and the distance the root of the sum, 5. Go through your "
    "code with these two images: after which line do you have 9 and 16, 25, and 5?"
)
L2_MISTAKES = (
    Misconception(
        "no square root",
        lambda X_test, X_train: l2_oracle(X_test, X_train) ** 2,
        "Each of your values is the square of the right one. Which last step turns a "
        "sum of squares into a length?",
    ),
    Misconception(
        "absolute instead of square",
        lambda X_test, X_train: l1_oracle(X_test, X_train),
        "These are L1 distances. What does L2 do with each difference before the sum?",
    ),
    Misconception(
        "root of the L1 distance",
        lambda X_test, X_train: np.sqrt(l1_oracle(X_test, X_train)),
        "You took the root, but of a sum of sizes. What stands inside the sum of the "
        "L2 distance?",
    ),
    Misconception(
        "mean instead of sum",
        lambda X_test, X_train: l2_oracle(X_test, X_train) / X_test.shape[1] ** 0.5,
        AVERAGED,
    ),
    Misconception(
        "rows and columns exchanged",
        lambda X_test, X_train: l2_oracle(X_train, X_test),
        TRANSPOSED,
    ),
)


def one_loop_twice(X_test, X_train):
    distances = np.zeros((len(X_test), len(X_train)))
    for i in range(len(X_test)):
        for j in range(len(X_train)):
            distances[i, j] = np.sqrt(((X_test[i] - X_train[j]) ** 2).sum())
    return distances


def one_loop_once(X_test, X_train):
    rows = []
    for x in X_test:
        rows.append(np.sqrt(((x - X_train) ** 2).sum(axis=1)))
    return np.stack(rows)


def expanded(X_test, X_train, cross=-2.0, clip=True):
    squares = (X_test**2).sum(1)[:, None] + (X_train**2).sum(1)
    squares = squares + cross * X_test @ X_train.T
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.maximum(squares, 0) if clip else squares)


def all_differences(X_test, X_train):
    return np.sqrt(((X_test[:, None] - X_train[None]) ** 2).sum(axis=2))


def l2_exercise(name, points, minutes, rules=(), mistakes=(), cases=l2_cases):
    """One of the three L2 exercises."""
    return Exercise(
        id=f"01.{name}",
        points=points,
        minutes=minutes,
        oracle=l2_oracle,
        cases=cases,
        rules=(keeps_inputs(), NUMPY_ONLY, *rules),
        worked=L2_WORKED,
        misconceptions=(*L2_MISTAKES, *mistakes),
    )


TWO_LOOPS = l2_exercise("l2_distances_two_loops", 2, 10)

ONE_LOOP_HINT = (
    "One loop over the test images is enough. If `x` is one test image, which shape has "
    "`X_train - x`, and along which axis of it do you add?"
)
ONE_LOOP_RULE = loops(1, hint=ONE_LOOP_HINT)
ONE_LOOP = l2_exercise(
    "l2_distances_one_loop",
    2,
    10,
    rules=(ONE_LOOP_RULE,),
    mistakes=(
        Misconception(
            "two loops", one_loop_twice, ONE_LOOP_HINT, breaks=ONE_LOOP_RULE.name
        ),
    ),
)

NO_LOOP_HINT = (
    "A Python loop is left. The sum over the pixels can be written as one matrix "
    "product of the two sets. What is (x - x')^2, multiplied out?"
)
NO_LOOP_WORKED = (
    "Multiply out: |x - x'|^2 = |x|^2 - 2 x.x' + |x'|^2. Try x = (1, 5), x' = (4, 1): "
    "|x|^2 = 26, |x'|^2 = 17, x.x' = 4 + 5 = 9, and 26 - 18 + 17 = 25, the square of "
    "5.\nThe first term needs a column (one number a test image), the last a row (one a "
    "training image), and the middle one is a table: every dot product at once."
)
MEMORY_HINT = (
    "You build an array of all differences, N x M x D. For 500 test and 5,000 training "
    "images that is 500 * 5,000 * 3,072 numbers, 61 GB. Which way to the squared "
    "distance never forms the differences?"
)
NO_LOOP_RULE = loops(0, hint=NO_LOOP_HINT)
MEMORY_RULE = memory(
    lambda: call(
        "60 and 50 images of 200 pixels", np.ones((60, 200)), np.ones((50, 200))
    ),
    limit=1_500_000,
    hint=MEMORY_HINT,
)


def no_loops_cases(rng: np.random.Generator) -> list[Case]:
    """Adds images whose squared distance comes out a little below zero."""
    bright = 1000 + pixels(rng, 40, 20)
    return [
        *l2_cases(rng),
        call(
            "very bright images against themselves",
            bright,
            bright,
            agree=close(0, 1e-2),
        ),
    ]


def cross_term(factor: float):
    return lambda X_test, X_train: expanded(X_test, X_train, cross=factor)


NO_LOOPS = l2_exercise(
    "l2_distances_no_loops",
    4,
    20,
    cases=no_loops_cases,
    rules=(NO_LOOP_RULE, MEMORY_RULE),
    mistakes=(
        Misconception(
            "cross term added",
            cross_term(2.0),
            "Your distances are too large, and an image is not at distance zero from "
            "itself. Which sign does the product have in (x - x')^2?",
            NO_LOOP_WORKED,
        ),
        Misconception(
            "cross term once",
            cross_term(-1.0),
            "The product of the two images enters once in your formula. How often does "
            "it appear when you multiply out (x - x') times (x - x')?",
            NO_LOOP_WORKED,
        ),
        Misconception(
            "cross term missing",
            cross_term(0.0),
            "You add two squared lengths; your result does not depend on how the images "
            "are alike. Which term of (x - x')^2 is missing?",
            NO_LOOP_WORKED,
        ),
        Misconception(
            "root of a tiny negative number",
            lambda X_test, X_train: expanded(X_test, X_train, clip=False),
            "Rounding makes the square of a distance of zero come out as, say, -1e-9, "
            "and its root is nan. What can you do to the squares before the root?",
            "26 - 2 * 13 + 0 should be 0, but each term is rounded, and 1e-9 less is as "
            "likely as 1e-9 more. No true square is below zero, so `np.maximum` with 0 "
            "changes nothing that was right.",
        ),
        Misconception(
            "a loop is left", one_loop_once, NO_LOOP_HINT, breaks=NO_LOOP_RULE.name
        ),
        Misconception(
            "broadcasting into N x M x D",
            all_differences,
            MEMORY_HINT,
            NO_LOOP_WORKED,
            breaks=MEMORY_RULE.name,
        ),
    ),
)
