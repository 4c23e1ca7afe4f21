"""A filter that the learner slides over a small image, with every product written out.

The picture is drawn by `sliding_filter.js`.
"""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import correlate2d
from traitlets import Float, Int, List, validate

from utils.widgets.figure import HERE, Figure

LARGEST = 12
"""Rows or columns of an image whose numbers can still be read at 700 pixels."""


class SlidingFilter(Figure):
    """A filter `(FH, FW)` that slides over an image `(H, W)`, sum by sum.

        SlidingFilter(image, filter, stride=1, pad=0, bias=0)

    The sum is a cross-correlation, as in ConvNets: the filter is not turned. `stride`
    and `pad` (zeros on each side) are what the figure starts with; the learner changes
    them. `position` is the output cell `[row, column]` at which the window stands, and
    `visited` lists the cells whose sums are shown; both can be read, observed and set.
    Raises `ValueError` where an array is not a table of numbers, is too large to be
    read, or where the filter is larger than the image.
    """

    _esm = HERE / "sliding_filter.js"

    image = List().tag(sync=True)
    filter = List().tag(sync=True)
    bias = Float(0).tag(sync=True)
    stride = Int(1).tag(sync=True)
    pad = Int(0).tag(sync=True)
    position = List([0, 0]).tag(sync=True)
    visited = List([[0, 0]]).tag(sync=True)

    def __init__(
        self,
        image: ArrayLike,
        filter: ArrayLike,
        stride: int = 1,
        pad: int = 0,
        bias: float = 0,
    ) -> None:
        image, filter = table("image", image), table("filter", filter)
        if any(f > side for f, side in zip(filter.shape, image.shape, strict=True)):
            raise ValueError(
                f"the filter is {by(filter)} and the image {by(image)}: expected a "
                "filter that fits into the image; give a smaller filter"
            )
        if not isinstance(bias, Real) or not np.isfinite(bias):
            raise ValueError(f"bias is {bias!r}: expected one finite number")
        super().__init__(
            image=image.tolist(),
            filter=filter.tolist(),
            stride=steps("stride", stride, 1),
            pad=steps("pad", pad, 0),
            bias=float(bias),
        )

    @property
    def output(self) -> np.ndarray:
        """All sums, `(out H, out W)`, at the present stride and padding."""
        padded = np.pad(np.array(self.image), self.pad)
        sums = correlate2d(padded, np.array(self.filter), mode="valid")
        return sums[:: self.stride, :: self.stride] + self.bias

    def summary(self) -> str:
        """Image, filter and output as tables."""
        parts = ("image", self.image), ("filter", self.filter), ("output", self.output)
        tables = "".join(f"<p>{name}</p>{html(rows)}" for name, rows in parts)
        return f"{tables}<p>Run this cell to slide the filter over the image.</p>"

    @validate("stride", "pad")
    def _check_steps(self, proposal: dict[str, Any]) -> int:
        least = {"stride": 1, "pad": 0}[proposal["trait"].name]
        return steps(proposal["trait"].name, proposal["value"], least)


def steps(name: str, value: Any, least: int) -> int:
    """A whole number from `least` to `LARGEST`."""
    if not isinstance(value, Integral) or not least <= value <= LARGEST:
        raise ValueError(
            f"{name} is {value!r}: expected a whole number from {least} to {LARGEST}"
        )
    return int(value)


def table(name: str, values: ArrayLike) -> np.ndarray:
    """A small 2-D array of finite numbers; raises `ValueError` for anything else."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is no table of numbers: expected rows of equal length, such as "
            "[[1, 2], [3, 4]]"
        ) from None
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"{name} has shape {array.shape}: expected two axes (rows, columns), none "
            "of them empty; give one channel of one image, such as x[0, 0]"
        )
    if max(array.shape) > LARGEST:
        raise ValueError(
            f"{name} is {by(array)}: its numbers would be too small to read; give at "
            f"most {LARGEST} rows and columns, such as a crop x[:8, :8]"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds nan or inf: expected finite numbers")
    return array


def by(array: np.ndarray) -> str:
    """Its size in words: `3x4`."""
    return "x".join(str(side) for side in array.shape)


def html(rows: ArrayLike) -> str:
    """A plain table."""
    lines = ("".join(f"<td>{value:g}</td>" for value in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
