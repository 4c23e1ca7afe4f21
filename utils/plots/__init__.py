"""Figures that several lessons draw: pictures, grids of numbers, regions, folds.

Images are `(N, C, H, W)` or `(N, H, W)` in [0, 1]. A notebook shows the figures that a
cell has drawn when the cell ends.
"""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

# Okabe and Ito's colours, told apart by colour-blind readers (Okabe & Ito, 2008).
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
MARKERS = "os^Dvp*"
RIGHT, WRONG = "#009E73", "#D55E00"


def as_picture(image: np.ndarray) -> np.ndarray:
    """An image `(C, H, W)` or `(H, W)`, the channels last as Matplotlib wants."""
    return np.clip(image.transpose(1, 2, 0) if image.ndim == 3 else image, 0, 1)


def show_images(
    images: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    columns: int = 10,
    title: str = "",
) -> None:
    """Images in rows of `columns`, each with its own title."""
    rows = -(-len(images) // columns)
    width = min(columns, len(images))
    size = 1.15 if width > 6 else 1.7
    lines = max((text.count("\n") for text in titles or ()), default=0)
    height = (1.17 * size + 0.16 * lines) * rows + 0.3
    fig, axes = plt.subplots(rows, width, figsize=(size * width, height), squeeze=False)
    for i, axis in enumerate(axes.flat):
        if i >= len(images):
            axis.axis("off")
            continue
        draw(axis, images[i])
        axis.set_title(titles[i] if titles else "", fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def draw(axis: plt.Axes, image: np.ndarray, frame: str = "") -> None:
    """One image without ticks; `frame` is the colour of a border."""
    axis.imshow(as_picture(image), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set(color=frame or "0.7", linewidth=3 if frame else 0.5)


def show_numbers(
    grids: Sequence[np.ndarray], titles: Sequence[str], signs: str = "", title: str = ""
) -> None:
    """Small tables of whole numbers side by side, with a sign between each two."""
    fig, axes = plt.subplots(1, len(grids), figsize=(2.9 * len(grids), 3.0))
    for axis, grid, name in zip(np.atleast_1d(axes), grids, titles, strict=True):
        axis.imshow(grid, cmap="gray", vmin=0, vmax=max(255, grid.max()), alpha=0.6)
        for (i, j), value in np.ndenumerate(grid):
            dark = value < 110
            axis.text(j, i, value, ha="center", va="center", c="w" if dark else "k")
        axis.set_title(name, fontsize=10)
        axis.set(xticks=[], yticks=[])
    for axis, sign in zip(np.atleast_1d(axes)[1:], signs, strict=False):
        axis.text(-0.1, 0.5, sign, transform=axis.transAxes, fontsize=18, ha="center")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_regions(
    classify: Callable[[np.ndarray], np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    axis: plt.Axes,
    title: str = "",
    steps: int = 120,
) -> None:
    """Colour the plane by `classify(points (M, 2)) -> labels`, with the data on top."""
    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    u, v = np.meshgrid(
        *(np.linspace(a, b, steps) for a, b in zip(low, high, strict=True))
    )
    labels = classify(np.column_stack([u.ravel(), v.ravel()])).reshape(u.shape)
    colours = ListedColormap(COLOURS[: int(y.max()) + 1])
    limits = {"vmin": -0.5, "vmax": y.max() + 0.5}
    axis.pcolormesh(u, v, labels, cmap=colours, alpha=0.3, shading="nearest", **limits)
    if np.ptp(labels):
        axis.contour(u, v, labels, np.arange(y.max()) + 0.5, colors="k", linewidths=0.7)
    for label in np.unique(y):
        look = {"c": COLOURS[label], "marker": MARKERS[label], "edgecolors": "k"}
        axis.scatter(*X[y == label].T, s=36, **look)
    axis.set(xlabel="first pixel", ylabel="second pixel")
    axis.set_title(title, fontsize=10)
