"""Whitening, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.training.pca import CROSS, slanted, uncentred
from utils.exercises.training.shared import PLAIN_RULES

ROUNDED = close(1e-6, 1e-7)
VALUES = close(1e-6, 1e-7, returns=("train", "test"), by_value=False)


def whiten_oracle(X_train, X_test, eps=1e-5):
    from scipy.linalg import fractional_matrix_power

    covariance = np.cov(X_train.T, bias=True) + eps * np.eye(X_train.shape[1])
    turn = fractional_matrix_power(covariance, -0.5)
    centre = X_train.mean(axis=0)
    return (X_train - centre) @ turn, (X_test - centre) @ turn


def products(name, *args, **more) -> Case:
    """All inner products: the same however the axes are turned."""

    def play(subject):
        train, test = map(np.asarray, unpack(subject(*args), "train", "test"))
        return {"train, train": train @ train.T, "test, train": test @ train.T}

    return Case(f"inner products, {name}", play, ROUNDED, args=args, **more)


def values(name, *args, **more) -> Case:
    def play(subject):
        return unpack(subject(*args), "train", "test")

    return Case(f"the values, {name}", play, VALUES, args=args, **more)


HAND = CROSS, CROSS[:1] + 2, 0.0
BY_HAND = values(
    "four points by hand, eps = 0",
    *HAND,
    working="(3, 3) lies 2.83 from the mean (1, 1) along (1, 1), where the deviation is "
    "2: half as far is (1, 1); (2, 0) lies along (1, -1), where the deviation is 1: it "
    "stays (1, -1)",
)


def whiten_cases(rng: np.random.Generator) -> list[Case]:
    one, other = slanted(rng, 14, 3), slanted(rng, 9, 4, (1, 3, 2, 4))
    new, newer = slanted(rng, 5, 3), slanted(rng, 6, 4)
    few, few_new = rng.normal(size=(4, 5)), rng.normal(size=(3, 5))
    return [
        BY_HAND,
        products("four points by hand", *HAND),
        products("14 points", one, new),
        products("eps = 0.5", other, newer, 0.5),
        values("eps = 0.5", other, newer, 0.5),
        values("fewer points than features", few, few_new, 0.1),
    ]


def not_turned_back(X_train, X_test, eps=1e-5):
    axes = np.linalg.svd(X_train - X_train.mean(axis=0))[2]
    return tuple(part @ axes.T for part in whiten_oracle(X_train, X_test, eps))


def scaled_twice(X_train, X_test, eps=1e-5):
    centre = X_train.mean(axis=0)
    train, test = (part + centre for part in whiten_oracle(X_train, X_test, eps))
    return (
        whiten_oracle(X_train, train, eps)[1],
        whiten_oracle(X_train, test, eps)[1],
    )


WHITEN = Exercise(
    id="04.whiten",
    points=3,
    minutes=20,
    oracle=whiten_oracle,
    returns=("train", "test"),
    cases=whiten_cases,
    rules=PLAIN_RULES,
    worked="The points (3, 3), (-1, -1), (0, 2), (2, 0) have the mean (1, 1), the variance 4 "
    "along (1, 1) / 1.414 and 1 along (1, -1) / 1.414. (3, 3) is centred to (2, 2), which "
    "lies on the first axis at 2.83 and on the second at 0. Divided by the deviations 2 "
    "and 1: 1.414 and 0. Turned back: 1.414 * (1, 1) / 1.414 = (1, 1).",
    misconceptions=(
        Misconception(
            "the test set whitened by itself",
            lambda X_train, X_test, eps=1e-5: (
                whiten_oracle(X_train, X_test, eps)[0],
                whiten_oracle(X_test, X_test, eps)[0],
            ),
            "You whiten the test set with its own mean and axes. Training and test images "
            "then live in different spaces. Which images may the statistics come from?",
        ),
        Misconception(
            "statistics of both sets",
            lambda X_train, X_test, eps=1e-5: (
                whiten_oracle(np.vstack([X_train, X_test]), X_train, eps)[1],
                whiten_oracle(np.vstack([X_train, X_test]), X_test, eps)[1],
            ),
            "Your mean and covariance are those of training and test set together. What "
            "has the test set told you before its time?",
        ),
        Misconception(
            "the test set centred by itself",
            lambda X_train, X_test, eps=1e-5: whiten_oracle(
                X_train, X_test - X_test.mean(axis=0) + X_train.mean(axis=0), eps
            ),
            "You take the test set's own mean from it. Which mean has the rest of the "
            "transformation been made with?",
        ),
        Misconception(
            "nothing is centred",
            lambda X_train, X_test, eps=1e-5: (
                whiten_oracle(uncentred(X_train), X_train, eps)[1],
                whiten_oracle(uncentred(X_train), X_test, eps)[1],
            ),
            "Your data is not centred, and then what you take for its variances are mean "
            "squares about the origin. Which step comes first?",
        ),
        Misconception(
            "eps is not used",
            lambda X_train, X_test, eps=1e-5: whiten_oracle(X_train, X_test, 1e-9),
            "Your result does not depend on eps. Along an axis with almost no variance "
            "you divide by almost nothing: where does eps have to be added?",
        ),
        Misconception(
            "not divided by the deviations",
            lambda X_train, X_test, eps=1e-5: (
                X_train - X_train.mean(axis=0),
                X_test - X_train.mean(axis=0),
            ),
            "Your points are centred, and perhaps turned, but as long as before along "
            "each axis. What is each axis divided by?",
        ),
        Misconception(
            "divided by the variances",
            scaled_twice,
            "You divide each axis by its variance, so that the long axes become the short "
            "ones. What has the unit of the feature itself?",
        ),
        Misconception(
            "not turned back",
            not_turned_back,
            "Distances and angles are right, but your features are the axes of the "
            "cloud and no longer pixels. Which last product brings them back?",
        ),
    ),
)
