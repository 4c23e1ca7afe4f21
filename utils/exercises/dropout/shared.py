"""What the exercises of lesson 07 share: bounds for what is random, and bending.

A statistic of random numbers is checked by Hoeffding's inequality (Hoeffding, 1963,
theorem 2), which holds for any independent draws from a bounded range and any number of
them: the mean of n draws from [low, high] is more than t away from its expectation with
probability at most 2 exp(-2 n t^2 / (high - low)^2). `FALSE_ALARM` is that probability
for one statistic; no exercise has more than twenty of them, so a right answer fails
less often than once in 10^9. Where a check counts on an event instead ("every position
occurs"), its probability is worked out beside it.
"""

from collections.abc import Callable

import numpy as np

from utils.checks.compare import Agreement, WrongStructure, within
from utils.checks.exercise import Case
from utils.checks.wording import describe
from utils.subject import Generator, Subject

FALSE_ALARM = 1e-11


def about(
    expected: float, n: int, what: str, low: float = 0.0, high: float = 1.0
) -> Agreement:
    """The mean of `n` independent draws from [low, high] is near what is expected."""
    width = (high - low) * np.sqrt(np.log(2 / FALSE_ALARM) / (2 * n))
    return within(expected - width, expected + width, what)


def generator_cases(
    rng: np.random.Generator, call: Callable[[Subject, object], np.ndarray]
) -> list[Case]:
    """Two cases about where the random numbers come from.

    `call(subject, generator)` gives a result with so many random numbers in it that two
    draws are never the same.
    """
    seed = int(rng.integers(1 << 30))

    def twice(subject):
        one, other = (call(subject, Generator(seed)) for _ in range(2))
        return bool(np.array_equal(one, other))

    def in_a_row(subject):
        generator = subject.keep(Generator(seed))
        one, other = (call(subject, generator) for _ in range(2))
        return bool(np.array_equal(one, other))

    return [
        Case("generators of the same seed give the same", twice, expected=True),
        Case("a second call draws new numbers", in_a_row, expected=False),
    ]


def same_shape(out, x: np.ndarray) -> np.ndarray:
    """The result, once it is known to be an array of the shape of `x`."""
    if not isinstance(out, np.ndarray) or out.shape != x.shape:
        found = getattr(out, "shape", None) or describe(out)
        raise WrongStructure(f"The result is {found}; expected an array {x.shape}.")
    return out


def distinct(array, decimals: int = 9) -> np.ndarray:
    """The different values of an array, smallest first."""
    return np.unique(np.round(np.asarray(array, dtype=float), decimals))


def levels(array) -> np.ndarray | str:
    """The different values of an array that should have few."""
    values = distinct(array, 6)
    return values if len(values) <= 4 else "more than four different values"


def n_different(rows: np.ndarray) -> int:
    """How many different rows a table has."""
    return len({row.tobytes() for row in np.ascontiguousarray(rows)})


def same_for_all(augment, x, rng, *args, **kwargs):
    """Every image gets the random numbers of the first, by a copy of the generator."""
    from copy import deepcopy

    drawn = [augment(image[None], deepcopy(rng), *args, **kwargs) for image in x]
    rng.random(len(x))
    return np.concatenate(drawn)


def torch_draws(rng: np.random.Generator):
    """A `torch.Generator` whose seed is drawn from a NumPy generator."""
    import torch

    return torch.Generator().manual_seed(int(rng.integers(1 << 62)))


OWN_NUMBERS = (
    "Your random numbers do not come from `rng`: with the same seed you drop, flip or "
    "cut something else each time, and an experiment cannot be repeated. Which object "
    "were you given to draw from?"
)
FIXED_NUMBERS = (
    "Every call draws the same numbers, because you make a new generator with a fixed "
    "seed inside. Which generator goes on where the last call stopped?"
)
FLOAT64 = (
    "Your result is float64, whatever came in. Did you make the output with np.zeros, and "
    "which dtype has that?"
)
IN_PLACE = (
    "You change the array that you were given: whoever called you has lost the "
    "original. Which line writes into `x`, and what would make a new array instead?"
)
