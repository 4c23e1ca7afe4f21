"""Figures of lesson 01: nearest neighbours and cross-validation."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from utils.plots import COLOURS, RIGHT, WRONG, draw


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
