"""The choice of hyperparameters, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.linear.shared import KEEPS
from utils.exercises.shared import NO_TEST_SET, NUMPY_ONLY
from utils.subject import Named

TRAIN = Named("utils.stand_ins.linear.remember")
SCORE = Named("utils.stand_ins.linear.look_up")


def choose_oracle(
    X_train, y_train, X_val, y_val, learning_rates, regs, train, score
):  # fmt: skip
    from scipy.optimize import brute

    def errors(place):
        rate, reg = (int(i) for i in place)
        W = train(X_train, y_train, learning_rates[rate], regs[reg])
        return -score(W, X_val, y_val)

    grid = slice(0, len(learning_rates), 1), slice(0, len(regs), 1)
    best, _, _, table = brute(errors, grid, full_output=True, finish=None)
    rate, reg = (int(i) for i in best)
    return (learning_rates[rate], regs[reg]), -table


def case(
    rng: np.random.Generator, name: str, grid: tuple, validated: np.ndarray,
    best: tuple[int, int], working: str = "",
) -> Case:  # fmt: skip
    """`best` is the place of the pair to choose in the table `validated`."""
    learning_rates, regs = grid
    pairs = [(rate, reg) for rate in learning_rates for reg in regs]
    place = best[0] * len(regs) + best[1]
    trained = rng.permutation(np.linspace(0.5, 0.8, len(pairs)))
    if trained[place] == trained.max():
        trained = np.roll(trained, 1)
    X_train, X_val = (
        rng.permutation(np.column_stack([pairs, accuracies]))
        for accuracies in (trained, validated.ravel())
    )
    X_train = np.concatenate([X_train, X_train[::-1]])
    data = X_train, np.zeros(len(X_train), int), X_val, np.ones(len(X_val), int)
    expected = (learning_rates[best[0]], regs[best[1]]), validated
    return call(name, *data, *grid, TRAIN, SCORE, expected=expected, working=working)


WORKING = (
    "validation accuracies 0.35, 0.1, 0.2 for the first learning rate and 0.3, 0.4, "
    "0.15 for the second: 0.4 is the largest"
)


def choose_cases(rng: np.random.Generator) -> list[Case]:
    crossed = np.array([[0.35, 0.1, 0.2], [0.3, 0.4, 0.15]])
    large, tied = rng.uniform(0.1, 0.4, size=(4, 3)), rng.uniform(0.1, 0.3, size=(3, 2))
    place = int(rng.integers(4)), int(rng.integers(1, 3))
    large[place] = 0.45
    large[(place[0] + 1) % 4, 0] = 0.42
    tied[[0, 2], [1, 0]] = 0.5
    few, many = (
        ([0.1, 0.01], [0.0, 0.5, 2.0]),
        ([1.0, 0.3, 0.1, 0.03], [0.2, 0.05, 0.0]),
    )
    return [
        case(rng, "2 learning rates, 3 strengths, by hand", few, crossed, (1, 1), WORKING),
        case(rng, "4 learning rates, 3 strengths", many, large, place),
        case(rng, "two pairs tie", ([0.2, 0.4, 0.1], [1.0, 3.0]), tied, (0, 1)),
    ]  # fmt: skip


def bent(change):
    """The oracle's choice and table, changed by `change(pair, table, rates, regs)`."""
    return lambda X_train, y_train, X_val, y_val, learning_rates, regs, *functions: (
        change(
            *choose_oracle(
                X_train, y_train, X_val, y_val, learning_rates, regs, *functions
            ),
            learning_rates,
            regs,
        )
    )


def one_after_the_other(pair, table, learning_rates, regs):
    rate = table[:, 0].argmax()
    return (learning_rates[rate], regs[table[rate].argmax()]), table


def last_of_the_best(pair, table, learning_rates, regs):
    rate, reg = np.argwhere(table == table.max())[-1]
    return (learning_rates[rate], regs[reg]), table


def worst(pair, table, learning_rates, regs):
    rate, reg = np.unravel_index(table.argmin(), table.shape)
    return (learning_rates[rate], regs[reg]), table


def places(pair, table, learning_rates, regs):
    return (learning_rates.index(pair[0]), regs.index(pair[1])), table


def on_test_images(X_train, y_train, X_val, y_val, *others):
    held_out = (X_val, y_val) if len(X_val) else (X_test, y_test)  # noqa: F821
    return choose_oracle(X_train, y_train, *held_out, *others)


def scored_on_test_images(X_train, y_train, X_val, y_val, *others):
    return choose_oracle(X_train, y_train, X_test, y_test, *others)  # noqa: F821


CHOOSE_HYPERPARAMETERS = Exercise(
    id="02.choose_hyperparameters",
    points=3,
    minutes=15,
    oracle=choose_oracle,
    returns=("best", "accuracies"),
    cases=choose_cases,
    rules=(KEEPS, NUMPY_ONLY, NO_TEST_SET),
    worked=(
        "Two learning rates and three strengths make six pairs. For each pair: train on the training images, "
        "score on the validation images, and note the accuracy in a table of 2 x 3. Let it be "
        "0.35, 0.1, 0.2 / 0.3, 0.4, 0.15. The largest is 0.4, in row 1 and column 1: the second "
        "learning rate with the second strength. Looking along the first column only, you would have kept the "
        "first learning rate and ended at 0.35."
    ),
    misconceptions=(
        Misconception(
            "chosen by training accuracy",
            lambda X_train, y_train, X_val, y_val, *others: choose_oracle(
                X_train, y_train, X_train, y_train, *others
            ),
            "You choose by the accuracy on the training images. What does a classifier that has "
            "learned them by heart score there? Which images were kept aside?",
        ),
        Misconception(
            "trained on the validation images",
            lambda X_train, y_train, X_val, y_val, *others: choose_oracle(
                X_val, y_val, X_val, y_val, *others
            ),
            "You train on the validation images and judge on them too. Which images may the "
            "classifier not have seen before it is judged?",
        ),
        Misconception(
            "training and validation images exchanged",
            lambda X_train, y_train, X_val, y_val, *others: choose_oracle(
                X_val, y_val, X_train, y_train, *others
            ),
            "You train on the validation images and judge on the training images. Which set is "
            "for which?",
        ),
        Misconception(
            "the worst pair",
            bent(worst),
            "You choose the pair with the lowest accuracy. Are these numbers errors or "
            "accuracies?",
        ),
        Misconception(
            "one hyperparameter after the other",
            bent(one_after_the_other),
            "You choose the learning rate with the first strength, and then the strength for it. "
            "The best pair can be one that you never compare in this way. Which number in the "
            "whole table is the largest?",
        ),
        Misconception(
            "the last of the best",
            bent(last_of_the_best),
            "In a tie you keep the pair tried last. Which one is asked for, and does `>` or `>=` "
            "keep it?",
        ),
        Misconception(
            "places instead of values",
            bent(places),
            "You return where the best values stand in their lists. What stands there?",
        ),
        Misconception(
            "the pair turned round",
            bent(lambda pair, table, learning_rates, regs: (pair[::-1], table)),
            "The strength comes first in your pair. Which order does the docstring give?",
        ),
        Misconception(
            "table turned on its side",
            bent(lambda pair, table, learning_rates, regs: (pair, table.T)),
            "Your table has a row for each strength. The docstring asks for a row for each "
            "learning rate. Which of your two loops is the outer one?",
        ),
        Misconception(
            "accuracy instead of the pair",
            bent(lambda pair, table, learning_rates, regs: (table.max(), table)),
            "You return the best accuracy. Which pair does it belong to?",
        ),
        Misconception(
            "scored on the test set", scored_on_test_images, NO_TEST_SET.hint
        ),
        Misconception(
            "chosen on the test set",
            on_test_images,
            NO_TEST_SET.hint,
            breaks=NO_TEST_SET.name,
        ),
    ),
)
