"""What every loader of pictures returns."""

from dataclasses import dataclass

import numpy as np


class DataError(Exception):
    """A data set is absent or not as it should be; the text says what to do."""


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Pictures with their labels, split into a training and a test part.

    * `X_train (N, C, H, W)`, `X_test (M, C, H, W)`: `float32` in [0, 1].
    * `y_train (N,)`, `y_test (M,)`: `int64` labels, indices into `class_names`.
    * `class_names`: one name a class.
    * `description`: what was loaded and from where, in a sentence or two.
    * `builtin`: whether the built-in pictures stand in for the real ones.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    description: str
    builtin: bool

    def __repr__(self):
        return (
            f"{self.description} Training images {self.X_train.shape}, "
            f"test images {self.X_test.shape}, {len(self.class_names)} classes."
        )


def check_counts(**counts):
    """Raise where a count of pictures is not a whole number from 0 to its limit.

    Each argument is a pair `(count, limit)`.
    """
    for name, (count, limit) in counts.items():
        whole = isinstance(count, int | np.integer) and not isinstance(count, bool)
        if not whole:
            raise TypeError(
                f"`{name}` is {count!r}, expected a whole number. "
                f"Give a count from 0 to {limit:,}."
            )
        if not 0 <= count <= limit:
            raise ValueError(
                f"`{name}` is {count:,}, expected 0 to {limit:,}, as many as there "
                "are. Ask for fewer."
            )


def scaled(pixels, out=None):
    """Turn `uint8` pixels in 0..255 into `float32` in [0, 1], of the same shape."""
    if out is None:
        out = np.empty(pixels.shape, np.float32)
    return np.divide(pixels, np.float32(255), out=out)
