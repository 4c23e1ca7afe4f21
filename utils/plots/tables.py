"""Tables of numbers side by side: windows, steps, columns and pools of lesson 05."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from utils.plots import COLOURS

Window = tuple[int, int, int, int]
"""First row, first column, height, width."""


def frame_window(axis: plt.Axes, window: Window, colour: str) -> None:
    """A frame around a window of a table or of a picture."""
    i, j, high, wide = window
    axis.add_patch(Rectangle((j, i), wide, high, fc="none", ec=colour, lw=2.5))


def table(
    axis: plt.Axes,
    numbers: np.ndarray,
    title: str = "",
    marked: Sequence[Window] = (),
    first: int = 0,
) -> None:
    """A table of numbers (or texts) with frames around some windows.

    `first` is the number of the first frame's colour.
    """
    rows, columns = np.shape(numbers)
    for (i, j), value in np.ndenumerate(np.asarray(numbers)):
        axis.add_patch(Rectangle((j, i), 1, 1, fc="white", ec="0.7", lw=0.8))
        text = value if isinstance(value, str) else f"{value:g}"
        axis.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=9)
    for k, (i, j, high, wide) in enumerate(marked, first):
        colour = COLOURS[k % len(COLOURS)]
        axis.add_patch(Rectangle((j, i), wide, high, fc=colour, alpha=0.25))
        frame_window(axis, (i, j, high, wide), colour)
    axis.set(xlim=(-0.1, columns + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    axis.set_title(title, fontsize=9)
    axis.axis("off")


def show_tables(
    tables: Sequence[np.ndarray],
    titles: Sequence[str],
    signs: str = "",
    title: str = "",
    marked: Sequence[Sequence[Window]] = (),
    cell: float = 0.42,
) -> None:
    """Small tables side by side, with a sign between each two; cells in inches."""
    widths = [np.shape(numbers)[1] for numbers in tables]
    high = max(len(numbers) for numbers in tables)
    inches = (cell * sum(widths) + 0.9 * len(tables), cell * high + 1.0)
    shape = {"ncols": len(tables), "width_ratios": widths, "squeeze": False}
    fig, axes = plt.subplots(**shape, figsize=inches)
    frames = [*marked, *[()] * len(tables)]
    for drawn in zip(axes[0], tables, titles, frames, strict=False):
        table(*drawn)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout(w_pad=2.5)
    for before, after, sign in zip(axes[0], axes[0][1:], signs, strict=False):
        left, right = before.get_position(), after.get_position()
        x, y = (left.x1 + right.x0) / 2, (right.y0 + right.y1) / 2
        fig.text(x, y, sign, fontsize=14, ha="center", va="center")


def show_steps(
    image: np.ndarray, weights: np.ndarray, out: np.ndarray, title: str = ""
) -> None:
    """The filter, then a panel for each place: its window and what it adds up to."""
    n, (high, wide) = out.size + 1, weights.shape
    shape = {"ncols": n, "width_ratios": [wide, *[image.shape[1]] * out.size]}
    fig, axes = plt.subplots(**shape, figsize=(2.2 * n, 2.9))
    table(axes[0], weights, "the filter")
    for k, ((i, j), value) in enumerate(np.ndenumerate(out)):
        axis, window = axes[k + 1], image[i : i + high, j : j + wide]
        pairs = zip(window.ravel(), weights.ravel(), strict=True)
        terms = " + ".join(f"{a:g}·{b:g}" for a, b in pairs)
        table(axis, image, f"output [{i}, {j}]", [(i, j, high, wide)], k)
        below = {"transform": axis.transAxes, "ha": "center"}
        axis.text(0.5, -0.06, terms, fontsize=8, **below)
        axis.text(0.5, -0.17, f"= {value:g}", fontsize=11, fontweight="bold", **below)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_im2col(
    image: np.ndarray, weights: np.ndarray, columns: np.ndarray, title: str = ""
) -> None:
    """An image with its windows, and the product of filter row and column table."""
    high, wide = weights.shape
    places = [
        (i, j)
        for i in range(len(image) - high + 1)
        for j in range(image.shape[1] - wide + 1)
    ]
    parts = [image, weights.reshape(1, -1), columns, weights.reshape(1, -1) @ columns]
    names = ("image: 4 windows", "filter as a row", "windows as columns", "outputs")
    marks = [
        [(i, j, high, wide) for i, j in places],
        [],
        [(0, k, len(columns), 1) for k in range(len(places))],
        [(0, k, 1, 1) for k in range(len(places))],
    ]
    show_tables(parts, names, [" ", "@", "="], title, marks)
    for axis in plt.gcf().axes[2:]:  # which window each column is
        for k, (i, j) in enumerate(places):
            below = {"va": "top", "ha": "center", "fontsize": 7}
            axis.text(k + 0.5, axis.get_ylim()[0] + 0.05, f"[{i}, {j}]", **below)


def show_pooling(
    image: np.ndarray, out: np.ndarray, dout: np.ndarray, dx: np.ndarray, size: int
) -> None:
    """Max pooling and back: windows, their largest values, and where gradients go."""
    windows = [
        (i * size, j * size, size, size)
        for i in range(len(out))
        for j in range(out.shape[1])
    ]
    cells = [(i, j, 1, 1) for i in range(len(out)) for j in range(out.shape[1])]
    show_tables(
        [image, out, dout, dx],
        ["image x", "largest of each window", "upstream gradient", "dx"],
        "→ →",
        "Forward, the largest value passes; backward, only its pixel gets the gradient",
        [windows, cells, cells, windows],
    )
