"""Centring and scaling, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES


def standardize_oracle(X_train, X_test):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(X_train)
    return scaler.transform(X_train), scaler.transform(X_test)


def clouds(rng: np.random.Generator, n: int, m: int, d: int):
    """Training `(n, d)` and test `(m, d)` features with scales of their own."""
    scales, middles = rng.uniform(0.2, 20, size=d), rng.uniform(-9, 9, size=d)
    shift = rng.uniform(0.5, 1, size=d)
    train = middles + scales * rng.normal(size=(n, d))
    return train, middles + shift + 1.5 * scales * rng.normal(size=(m, d))


def standardize_cases(rng: np.random.Generator) -> list[Case]:
    constant = clouds(rng, 9, 4, 5)
    constant[0][:, 2] = rng.integers(2, 9)
    return [
        call(
            "two features by hand",
            np.array([[1.0, 10.0], [3.0, 50.0], [5.0, 30.0], [3.0, 30.0]]),
            np.array([[5.0, 10.0], [4.0, 30.0]]),
            working="first feature: mean 3, variance (4 + 0 + 4 + 0) / 4 = 2, so the "
            "test value 5 becomes (5 - 3) / sqrt(2) = 1.414",
        ),
        call("12 training and 5 test rows", *clouds(rng, 12, 5, 4)),
        call("3 training and 7 test rows", *clouds(rng, 3, 7, 6)),
        call("one test row", *clouds(rng, 8, 1, 3)),
        call("a feature that never changes in training", *constant),
    ]


def scaled_by(scale):
    """Training statistics, with `scale(X_train)` in the place of the deviation."""

    def version(X_train, X_test):
        middle = X_train.mean(axis=0)
        spread = np.where(np.ptp(X_train, axis=0) == 0, 1.0, scale(X_train))
        return (X_train - middle) / spread, (X_test - middle) / spread

    return version


def with_statistics_of(choose):
    """Everything standardised with the statistics of `choose(X_train, X_test)`."""
    return lambda X_train, X_test: (
        standardize_oracle(choose(X_train, X_test), X_train)[1],
        standardize_oracle(choose(X_train, X_test), X_test)[1],
    )


def divided_by_zero(X_train, X_test):
    train, test = standardize_oracle(X_train, X_test)
    still = np.ptp(X_train, axis=0) == 0
    return train / np.where(still, 0, 1), test / np.where(still, 0, 1)


STANDARDIZE = Exercise(
    id="04.standardize",
    points=2,
    minutes=10,
    oracle=standardize_oracle,
    returns=("train", "test"),
    cases=standardize_cases,
    rules=PLAIN_RULES,
    worked="One feature with the training values 1, 3, 5, 3: mean 3, variance (4 + 0 + 4 "
    "+ 0) / 4 = 2, standard deviation 1.414. They become -1.414, 0, 1.414, 0. A test "
    "value 5 becomes (5 - 3) / 1.414 = 1.414: with the mean and deviation of training.",
    misconceptions=(
        Misconception(
            "the test set by its own statistics",
            lambda X_train, X_test: (
                standardize_oracle(X_train, X_test)[0],
                standardize_oracle(X_test, X_test)[0],
            ),
            "You standardise the test set with its own mean and deviation. A network "
            "that learned with one scale then sees another. Which images may the "
            "statistics come from?",
        ),
        Misconception(
            "statistics of both sets",
            with_statistics_of(lambda X_train, X_test: np.vstack([X_train, X_test])),
            "Your mean and deviation are those of training and test set together. What "
            "has the test set told you before its time?",
        ),
        Misconception(
            "statistics of the test set for both",
            with_statistics_of(lambda X_train, X_test: X_test),
            "You use the test set's mean and deviation for everything. Which of the two "
            "sets may be looked at?",
        ),
        Misconception(
            "the variance for the deviation",
            scaled_by(lambda X_train: X_train.var(axis=0)),
            "You divide by the variance. It is measured in squared units: what has the "
            "unit of the feature itself?",
        ),
        Misconception(
            "centred only",
            scaled_by(lambda X_train: 1.0),
            "The mean is gone, but each feature keeps its own spread. What is each one "
            "divided by?",
        ),
        Misconception(
            "one spread for all features",
            scaled_by(lambda X_train: X_train.std()),
            "All features are divided by the same number. Over which axis is the "
            "deviation of each feature taken?",
        ),
        Misconception(
            "one mean and one spread for everything",
            lambda X_train, X_test: (
                (X_train - X_train.mean()) / X_train.std(),
                (X_test - X_train.mean()) / X_train.std(),
            ),
            "You use one mean and one deviation for the whole table. Over which axis do "
            "they have to be taken to give one a feature?",
        ),
        Misconception(
            "each image by itself",
            lambda X_train, X_test: (
                standardize_oracle(X_train.T, X_train.T)[0].T,
                standardize_oracle(X_test.T, X_test.T)[0].T,
            ),
            "You give every row mean 0. Is it each image or each feature that should be "
            "centred?",
        ),
        Misconception(
            "N - 1",
            scaled_by(lambda X_train: X_train.std(axis=0, ddof=1)),
            "Your values are a little too small: you divide by N - 1 inside the "
            "variance. What does the docstring divide by?",
        ),
        Misconception(
            "a still feature divided by zero",
            divided_by_zero,
            "A feature that is the same in all training images has the deviation 0, and "
            "you divide by it. What does the docstring want for such a feature?",
        ),
    ),
)
