"""What stands in for functions whose gradients a learner checks in lesson 03."""

import numpy as np


def sum_of_cubes(x: np.ndarray) -> float:
    """The sum of `x ** 3` over an array of any shape."""
    return float(np.sum(x**3))


def wave_times_square(x: np.ndarray) -> float:
    """Sum of sines times sum of squares: every number matters for every other."""
    return float(np.sum(np.sin(x)) * np.sum(x**2))


def sum_of_decays(x: np.ndarray) -> float:
    """The sum of `exp(-x)`, which falls as any number grows."""
    return float(np.sum(np.exp(-x)))


def square_where_positive(x: np.ndarray) -> float:
    """The sum of `x ** 2` over the positive numbers: the others have gradient 0."""
    return float(np.sum(np.where(x > 0, x, 0.0) ** 2))
