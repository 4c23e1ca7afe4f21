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
    fig, axes = plt.subplots(
        rows, width, figsize=(size * width, 1.17 * size * rows + 0.3), squeeze=False
    )
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


def show_gallery(
    queries: Sequence[np.ndarray],
    neighbours: Sequence[Sequence[np.ndarray]],
    names: Sequence[str],
    neighbour_names: Sequence[Sequence[str]],
    title: str = "",
) -> None:
    """A row for each query: the query, then its neighbours.

    A neighbour of another class than the query's has an orange frame and a cross.
    """
    rows, columns = len(queries), len(neighbours[0]) + 1
    fig, axes = plt.subplots(rows, columns, figsize=(1.1 * columns, 1.3 * rows + 0.4))
    for row, query, near, name, near_names in zip(
        np.atleast_2d(axes), queries, neighbours, names, neighbour_names, strict=True
    ):
        draw(row[0], query, "black")
        row[0].set_title(name, fontsize=8, fontweight="bold")
        for axis, image, other in zip(row[1:], near, near_names, strict=True):
            draw(axis, image, RIGHT if other == name else WRONG)
            mark = "" if other == name else "× "
            axis.set_title(mark + other, fontsize=8)
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
    for label in np.unique(y):
        points = X[y == label]
        axis.scatter(
            *points.T, c=COLOURS[label], marker=MARKERS[label], edgecolors="k", s=36
        )
    axis.set(xlabel="first pixel", ylabel="second pixel")
    axis.set_title(title, fontsize=10)


def show_folds(n_images: int, n_folds: int, title: str = "") -> None:
    """Which images are held out in each round of cross-validation."""
    fig, axis = plt.subplots(figsize=(8, 0.45 * n_folds + 1.1))
    for fold, held_out in enumerate(np.array_split(np.arange(n_images), n_folds)):
        for image in range(n_images):
            out = image in held_out
            axis.barh(
                fold,
                0.92,
                left=image - 0.46,
                height=0.8,
                color=COLOURS[1] if out else COLOURS[0],
                hatch="//" if out else "",
                edgecolor="white",
            )
    axis.set(yticks=range(n_folds), xlabel="image", ylabel="fold held out")
    axis.set(xticks=range(n_images), xlim=(-0.7, n_images - 0.3))
    axis.invert_yaxis()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_cross_validation(ks: Sequence[int], accuracies: np.ndarray) -> None:
    """Accuracy `(len(ks), n_folds)` against k: every fold, the mean and its spread."""
    fig, axis = plt.subplots(figsize=(7, 3.6))
    means, spread = accuracies.mean(axis=1), accuracies.std(axis=1)
    places = np.arange(len(ks))
    axis.plot(places, accuracies, "o", color=COLOURS[4], markersize=4)
    axis.errorbar(
        places, means, spread, color=COLOURS[0], capsize=3, label="mean of folds"
    )
    best = int(means.argmax())
    axis.plot(
        best, means[best], "*", color=WRONG, markersize=15, label=f"k = {ks[best]}"
    )
    axis.set(xticks=places, xticklabels=ks, xlabel="k", ylabel="validation accuracy")
    axis.set_title(
        f"k = {ks[best]} is best on average; single folds disagree", fontsize=10
    )
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    fig.tight_layout()
