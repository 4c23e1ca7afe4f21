"""Gradients checked by numbers, and what goes wrong with it.

The oracle's differences are SciPy's: the mean of a step forward and a step back.
"""

import numpy as np

from utils.checks.compare import close, within
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Named

NEAR = close(rtol=0.01, atol=1e-4)
AGREES = within(-1e-7, 1e-7, "the error of a right gradient")


def differences(f, x, h):
    """Slopes `(f(x + h) - f(x)) / h` along each number of `x`, by SciPy."""
    from scipy.optimize import approx_fprime

    flat = approx_fprime(x.ravel(), lambda v: f(v.reshape(x.shape)), h)
    return flat.reshape(x.shape)


def relative_errors(analytic, numeric, floor=1e-8):
    """One error a number, from 0 to 1."""
    size = np.abs(analytic) + np.abs(numeric)
    return np.abs(analytic - numeric) / np.maximum(size, floor)


def gradient_check_oracle(f, x, analytic, h=1e-5):
    numeric = (differences(f, x, h) + differences(f, x, -h)) / 2
    return float(relative_errors(analytic, numeric).max())


def function(name: str) -> Named:
    return Named(f"utils.stand_ins.backpropagation.{name}")


def faulty(rng: np.random.Generator, name, f, x, gradient, factor, **more) -> Case:
    """One number of the gradient is `factor` times too large."""
    gradient = gradient.copy()
    gradient.flat[rng.integers(1, x.size)] *= factor
    expected = abs(factor - 1) / (abs(factor) + 1)
    return call(name, function(f), x, gradient, agree=NEAR, expected=expected, **more)


def right(name, f, x, gradient) -> Case:
    return call(name, function(f), x, gradient, agree=AGREES, expected=0.0)


def by_hand(rng: np.random.Generator) -> Case:
    x = np.array([1.0, 2.0])
    return faulty(
        rng, "by hand: half of the slope of x ** 3 at 2", "sum_of_cubes", x, 3 * x**2, 0.5,
        working="the slope is 3 * 2 ** 2 = 12, given is 6: |6 - 12| / (6 + 12) = 1/3",
    )  # fmt: skip


TINY = call(
    "a slope is 0, given is 0.000000004",
    function("square_where_positive"),
    np.array([-1.0, 1.0]),
    np.array([4e-9, 2.0]),
    agree=NEAR,
    expected=0.4,
    working="the sum of the sizes is below 1e-8, so 4e-9 / 1e-8 = 0.4",
)


def gradient_check_cases(rng: np.random.Generator) -> list[Case]:
    x, y = (rng.uniform(0.5, 1.5, size=shape) for shape in ((3, 4), (2, 3, 2)))
    wave = np.cos(x) * np.sum(x**2) + np.sin(x).sum() * 2 * x
    half = rng.uniform(0.5, 1.5, size=(4, 2)) * [[1, -1]]
    cubes, waves = "sum_of_cubes", "wave_times_square"
    return [
        by_hand(rng),
        right("a right gradient", cubes, y, 3 * y**2),
        right("a right gradient, numbers that depend on each other", waves, x, wave),
        faulty(rng, "one number is 1.5 times too large", waves, x, wave, 1.5),
        faulty(rng, "one number has the wrong sign", cubes, y, 3 * y**2, -1.0),
        faulty(rng, "falling functions, one number 0.8 times too small", "sum_of_decays", x, -np.exp(-x), 0.8),
        right("a right gradient, half of it zero", "square_where_positive", half, 2 * np.maximum(half, 0)),
        TINY,
    ]  # fmt: skip


def slopes(f, x, h, shift=0.0):
    """Slopes along each number, read off the errors of slopes that are far too large."""
    found = np.zeros(x.size)
    for i, number in enumerate(x.flat):

        def line(v, i=i):
            moved = x.copy()
            moved.flat[i] = v[0]
            return f(moved) + 100 * v[0]

        given = np.array([400.0])
        error = gradient_check_oracle(line, np.array([number + shift]), given, h)
        found[i] = 400 * (1 - error) / (1 + error) - 100
    return np.round(found, 7).reshape(x.shape)


def measured(score):
    """A check that turns the two gradients into a number by `score`."""

    def bent(f, x, analytic, h=1e-5):
        with np.errstate(all="ignore"):
            return float(score(analytic, slopes(f, x, h)))

    return bent


def one_sided(f, x, analytic, h=1e-5):
    """A step forward alone is the slope half a step further on."""
    return float(relative_errors(analytic, slopes(f, x, h / 2, h / 2)).max())


def restored_by_arithmetic(f, x, analytic, h=1e-5):
    """Steps in the caller's array, and steps back: rounding leaves a trace."""
    x += 1000.0
    x -= 1000.0
    return gradient_check_oracle(f, x, analytic, h)


def whole_rows(analytic, numeric):
    """Where a row moves as a whole, its slopes add up."""
    rows = numeric.reshape(len(numeric), -1).sum(axis=1)
    rows = rows.reshape(-1, *(numeric.ndim - 1) * (1,))
    return relative_errors(analytic, rows).max()


KEEPS = keeps_inputs()
CHECK_WORKED = (
    "Take f(x) = x^3 at 2 with h = 0.01: f(2.01) = 8.120601 and f(1.99) = 7.880599, the difference is 0.240002, "
    "and divided by 2 h = 0.02 it gives 12.0001. A given slope of 6 differs by 6, the sum of both sizes is "
    "18, and the relative error is one third. Every number of x takes its turn, the others stay; "
    "the largest error counts."
)
GRADIENT_CHECK = Exercise(
    id="03.gradient_check",
    points=3,
    minutes=15,
    oracle=gradient_check_oracle,
    cases=gradient_check_cases,
    rules=(KEEPS, NUMPY_ONLY),
    worked=CHECK_WORKED,
    misconceptions=(
        Misconception(
            "one-sided difference",
            one_sided,
            "Right gradients get an error of about 0.00001, a thousand times more than "
            "they should. On how many sides of x do you look?",
            CHECK_WORKED,
        ),
        Misconception(
            "divided by h",
            measured(lambda a, n: relative_errors(a, 2 * n).max()),
            "Your numerical slopes are twice too large. How far apart are x + h and "
            "x - h?",
            CHECK_WORKED,
        ),
        Misconception(
            "multiplied by h",
            measured(lambda a, n: relative_errors(a, 1e-10 * n).max()),
            "Your numerical slopes are almost 0, so that nearly every error is 1. In "
            "`/ 2 * h` Python divides by 2 and then multiplies by h. Which brackets are "
            "missing?",
            CHECK_WORKED,
        ),
        Misconception(
            "divided by the larger size",
            measured(
                lambda a, n: (
                    np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8)
                ).max()
            ),
            "You divide by the larger of the two sizes. What does the docstring do with "
            "them? Then no error is above 1, whatever the signs.",
        ),
        Misconception(
            "absolute error",
            measured(lambda a, n: np.abs(a - n).max()),
            "You return the difference itself. Is 0.01 much or little? That depends on "
            "the size of the gradient: by what is the difference divided?",
            CHECK_WORKED,
        ),
        Misconception(
            "sign of the error kept",
            measured(lambda a, n: ((a - n) / np.maximum(abs(a) + abs(n), 1e-8)).max()),
            "A gradient that is too small gives you no error. Which sign has the "
            "difference then, and what does the largest of all become?",
        ),
        Misconception(
            "mean error",
            measured(lambda a, n: relative_errors(a, n).mean()),
            "You average the errors. If one number of a thousand is wrong, what is left "
            "of it in the mean?",
        ),
        Misconception(
            "smallest error",
            measured(lambda a, n: relative_errors(a, n).min()),
            "You return the smallest error. Which one tells you that something is wrong?",
        ),
        Misconception(
            "divided by zero",
            measured(lambda a, n: relative_errors(a, n, floor=0.0).max()),
            "Where both gradients are 0 you divide 0 by 0. Which smallest value may the "
            "denominator have?",
        ),
        Misconception(
            "another smallest denominator",
            measured(lambda a, n: relative_errors(a, n, floor=1e-12).max()),
            "Where both slopes are almost 0, your error is larger than it should be. "
            "Which smallest denominator does the docstring give?",
        ),
        Misconception(
            "relative to the numerical gradient alone",
            measured(lambda a, n: (np.abs(a - n) / np.maximum(np.abs(n), 1e-8)).max()),
            "You divide by the numerical gradient alone. The docstring's denominator has "
            "two terms: which is missing?",
        ),
        Misconception(
            "a row moves as a whole",
            measured(whole_rows),
            "Arrays of one axis work, others do not: you move a whole row of x at once. "
            "How many numbers may move at a time?",
        ),
        Misconception(
            "x restored by arithmetic",
            restored_by_arithmetic,
            "After your check x is not quite what it was: x + h - 2 h + h leaves a "
            "rounding error. What can you keep, or copy, so that no trace is left?",
            breaks=KEEPS.name,
        ),
    ),
)
