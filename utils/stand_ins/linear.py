"""What stands in for functions that exercises of lesson 02 are given."""

from collections.abc import Iterable, Iterator

import numpy as np


def cubes(x: np.ndarray) -> float:
    """The sum of the cubes of all values of `x`, of any shape."""
    return float(np.sum(x**3))


def entangled(x: np.ndarray) -> float:
    """The sum of all cubes, and of the products of each value with the next."""
    flat = x.ravel()
    return float(np.sum(flat**3) + np.sum(flat[1:] * flat[:-1]))


def least_squares(
    W: np.ndarray, X: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """Half the mean square of `X @ W - y`, and its gradient `(D,)`.

    `W (D,)`, `X (N, D)`, `y (N,)`.
    """
    misses = X @ W - y
    return float(misses @ misses) / (2 * len(y)), X.T @ misses / len(y)


def stream(batches: Iterable) -> Iterator:
    """The same batches, one after the other, without a length."""
    yield from batches


def remember(
    X: np.ndarray, y: np.ndarray, learning_rate: float, reg: float
) -> np.ndarray:
    """Weights that only note how and on what they were trained.

    Stands in for a training run whose outcome the check decides. Raises ValueError
    where `X` and `y` differ in length.
    """
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y has {len(y)}; expected the same")
    return np.array([learning_rate, reg, X[:, 2].sum()])


def look_up(W: np.ndarray, X: np.ndarray, y: np.ndarray) -> float:
    """The accuracy that `X` lists for what `remember` noted in `W`.

    The rows of `X` are (learning rate, reg, accuracy). Images that were trained on
    come out a tenth better. Raises ValueError where `X` and `y` differ in length.
    """
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y has {len(y)}; expected the same")
    listed = X[(X[:, :2] == W[:2]).all(axis=1)][0, 2]
    return float(listed + 0.1 * (W[2] == X[:, 2].sum()))
