"""The numerical gradient, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.linear.shared import KEEPS
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Named

CUBES = Named("utils.stand_ins.linear.cubes")
ENTANGLED = Named("utils.stand_ins.linear.entangled")


def numerical_gradient_oracle(f, x, h=1e-5):
    from scipy.differentiate import derivative

    units = np.eye(x.size).reshape(x.size, *x.shape)

    def along(steps, places):
        moved = [f(x + s * units[i]) for s, i in np.nditer([steps, places])]
        return np.reshape(moved, np.shape(steps))

    found = derivative(
        along,
        np.zeros(x.size),
        args=(np.arange(x.size),),
        initial_step=h,
        order=2,  # two points, one on each side
        maxiter=1,
    )
    return found.df.reshape(x.shape)


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "the sum of cubes at (1, 2), h = 1, by hand",
            CUBES,
            np.array([1.0, 2.0]),
            h=1.0,
            working="(2**3 + 2**3 - 0**3 - 2**3) / 2 = 4; "
            "(1**3 + 3**3 - 1**3 - 1**3) / 2 = 13",
        ),
        call("7 numbers, h = 0.5", ENTANGLED, rng.normal(size=7), 0.5),
        call("a table of 3 x 4 numbers, h = 0.2", ENTANGLED, rng.normal(size=(3, 4)), 0.2),
        call("a table of 4 x 2 numbers, h left out", ENTANGLED, rng.normal(size=(4, 2))),
        call("a block of 2 x 3 x 2", ENTANGLED, rng.normal(size=(2, 3, 2)), h=0.3),
    ]  # fmt: skip


def one_sided(f, x, h=1e-5):
    """Adds half the second difference, which turns the central into the forward one."""
    return numerical_gradient_oracle(f, x, h) + curved(f, x, h)


def curved(f, x, h):
    """Half the second difference along each axis, divided by h."""
    bent = [
        f(x + h * unit) + f(x - h * unit) - 2 * f(x)
        for unit in np.eye(x.size).reshape(-1, *x.shape)
    ]
    return np.reshape(bent, x.shape) / (2 * h)


def all_at_once(f, x, h=1e-5):
    """Every number is moved together with all others."""
    (slope,) = numerical_gradient_oracle(lambda t: f(x + t), np.zeros(1), h)
    return np.full(x.shape, slope)


def rows_at_once(f, x, h=1e-5):
    """All numbers that share a first index are moved together."""
    column = (-1, *(1,) * (x.ndim - 1))
    slopes = numerical_gradient_oracle(
        lambda t: f(x + t.reshape(column)), np.zeros(len(x)), h
    )
    return np.broadcast_to(slopes.reshape(column), x.shape).copy()


def seen_through_a_window(f, x, h=1e-5):
    """`old = x[i]` of a table is a view: the way back leads only to x itself."""
    if x.ndim == 1:
        return numerical_gradient_oracle(f, x, h)
    column = (-1, *(1,) * (x.ndim - 1))
    bend = curved(lambda t: f(x + t.reshape(column)), np.zeros(len(x)), h)
    return (rows_at_once(f, x, h) + bend.reshape(column)) / 2


def not_put_back(f, x, h=1e-5):
    """Each number stays where its last step took it while the next is tried."""
    now, slopes = x.copy(), np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        slopes[place] = numerical_gradient_oracle(f, now, h)[place]
        now[place] -= h
    return slopes


def put_back_by_adding(f, x, h=1e-5):
    slopes = numerical_gradient_oracle(f, x, h)
    x += 1e-3
    return slopes


NUMERICAL_GRADIENT = Exercise(
    id="02.numerical_gradient",
    points=3,
    minutes=15,
    oracle=numerical_gradient_oracle,
    cases=gradient_cases,
    rules=(KEEPS, NUMPY_ONLY),
    worked=(
        "Let f be the sum of the cubes, x = (1, 2) and h = 1. Move only the first number: f(2, 2) = 16, "
        "f(0, 2) = 8, and the slope is the difference over the distance between the two places, "
        "8 / 2 = 4. Put it back to 1. Now only the second: f(1, 3) = 28, f(1, 1) = 2, slope 13. The true slopes are "
        "3 and 12: with a smaller h you come nearer."
    ),
    misconceptions=(
        Misconception(
            "one-sided difference",
            one_sided,
            "You compare f(x + h) with f(x). The exercise asks for central differences: which "
            "two places lie symmetrically around x, and how far apart are they?",
        ),
        Misconception(
            "one-sided difference to the left",
            lambda f, x, h=1e-5: numerical_gradient_oracle(f, x, h) - curved(f, x, h),
            "You compare f(x) with f(x - h). The exercise asks for central differences: which "
            "two places lie symmetrically around x, and how far apart are they?",
        ),
        Misconception(
            "the second step only comes back",
            lambda f, x, h=1e-5: one_sided(f, x, h) / 2,
            "Your slopes are about half of what they should be: after the step to the right "
            "you go back by h, and look at x itself. How far is it from the right side to "
            "the left one?",
        ),
        Misconception(
            "divided by h",
            lambda f, x, h=1e-5: 2 * numerical_gradient_oracle(f, x, h),
            "Your slopes are twice too large. How far apart are the two places at which you "
            "ask f?",
        ),
        Misconception(
            "not divided",
            lambda f, x, h=1e-5: 2 * h * numerical_gradient_oracle(f, x, h),
            "You return differences, not slopes. By what is a difference divided to become a "
            "slope?",
        ),
        Misconception(
            "wrong sign",
            lambda f, x, h=1e-5: -numerical_gradient_oracle(f, x, h),
            "All your slopes have the wrong sign. Which of the two values is taken from which?",
        ),
        Misconception(
            "h is ignored",
            lambda f, x, h=1e-5: numerical_gradient_oracle(f, x, 1e-5),
            "You use a step of your own. Where does your code use `h`?",
        ),
        Misconception(
            "all numbers moved at once",
            all_at_once,
            "Every number is moved at the same time, so that all slopes come out the same. How "
            "many numbers may move while you measure the slope of one?",
        ),
        Misconception(
            "whole rows moved at once",
            rows_at_once,
            "In a table you move whole rows. Over which places does your loop go, and what does "
            "`x[i]` mean when x has two axes?",
        ),
        Misconception(
            "whole rows, through a window",
            seen_through_a_window,
            "In a table you move whole rows, and `old = x[i]` is no copy of a row but a window "
            "into x, which changes with it. Over which single places should the loop go?",
        ),
        Misconception(
            "not put back",
            not_put_back,
            "A number that you moved stays moved while you measure the next one. What must "
            "happen to it before the loop goes on?",
        ),
        Misconception(
            "returned flat",
            lambda f, x, h=1e-5: numerical_gradient_oracle(f, x, h).ravel(),
            "Your slopes stand in one long row. Which shape must the gradient have?",
        ),
        Misconception(
            "x is changed for good",
            put_back_by_adding,
            KEEPS.hint,
            breaks=KEEPS.name,
        ),
    ),
)
