"""Figures of lesson 07: gaps, masks, sub-networks, new points, crops and tricks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from utils.plots import COLOURS, MARKERS, WRONG, draw

if TYPE_CHECKING:
    from utils.training import History


def show_gaps(histories: "Mapping[str, History]", title: str = "") -> None:
    """Training and validation accuracy of each run side by side, the gap in grey."""
    wide = 4.2 * len(histories)
    fig, axes = plt.subplots(
        1, len(histories), figsize=(wide, 3.4), sharey=True, squeeze=False
    )
    for axis, (name, history) in zip(axes[0], histories.items(), strict=True):
        train, val = history.train_accuracies, history.val_accuracies
        epochs = np.arange(1, len(train) + 1)
        axis.plot(epochs, train, "-", c=COLOURS[0], marker="o", ms=3, label="training")
        axis.plot(epochs, val, "--", c=COLOURS[5], marker="s", ms=3, label="validation")
        axis.fill_between(epochs, val, train, color="0.9")
        gap = 100 * (train[-1] - val[-1])
        axis.set_title(f"{name}: the gap ends at {gap:.0f} points", fontsize=9)
        axis.set(xlabel="epoch", ylim=(0, 1.04))
    axes[0, 0].set_ylabel("accuracy")
    axes[0, 0].legend(loc="center right", fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_weights(
    kinds: Mapping[str, np.ndarray], n_useful: int, title: str = ""
) -> None:
    """The weights of each kind as bars; the useful inputs come first."""
    fig, axes = plt.subplots(
        1, len(kinds), figsize=(3.7 * len(kinds), 3.0), sharey=True, squeeze=False
    )
    for axis, (name, w) in zip(axes[0], kinds.items(), strict=True):
        zero = np.abs(w) < 1e-3
        colours = [COLOURS[0] if i < n_useful else COLOURS[1] for i in range(len(w))]
        axis.bar(range(len(w)), w, color=colours)
        axis.plot(np.flatnonzero(zero), np.zeros(zero.sum()), "kx", ms=4)
        axis.set_title(f"{name}: {zero.sum()} of {len(w)} weights are zero", fontsize=9)
        axis.set_xlabel(f"input (useful: the first {n_useful})")
    axes[0, 0].set_ylabel("weight")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_weight_counts(kinds: Mapping[str, np.ndarray], title: str = "") -> None:
    """How many weights of each kind have which size, as outlines over one another."""
    fig, axis = plt.subplots(figsize=(5.6, 3.0))
    largest = max(np.abs(w).max() for w in kinds.values())
    bins = np.linspace(-largest, largest, 42)
    for i, (name, w) in enumerate(kinds.items()):
        axis.hist(w, bins, histtype="step", color=COLOURS[i], lw=2, label=name,
                  linestyle=("-", "--", ":")[i])  # fmt: skip
    axis.set(xlabel="weight", ylabel="how many")
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8)
    fig.tight_layout()


def show_masks(
    masks: Sequence[np.ndarray], titles: Sequence[str], title: str = ""
) -> None:
    """Tables of kept (light) and dropped (dark, crossed) values, a row an image."""
    fig, axes = plt.subplots(1, len(masks), figsize=(3.4 * len(masks), 2.9))
    for axis, mask, name in zip(np.atleast_1d(axes), masks, titles, strict=True):
        axis.imshow(mask > 0, cmap="gray", vmin=-0.6, vmax=1, interpolation="nearest")
        rows, columns = np.nonzero(mask == 0)
        axis.plot(columns, rows, "x", c=COLOURS[1], ms=5)
        axis.set(xlabel="unit", ylabel="image in the batch")
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_networks(
    masks: Sequence[Sequence[np.ndarray]], titles: Sequence[str], title: str = ""
) -> None:
    """One net with different units missing: a picture for each list of masks."""
    fig, axes = plt.subplots(1, len(masks), figsize=(2.6 * len(masks), 2.7))
    for axis, layers, name in zip(np.atleast_1d(axes), masks, titles, strict=True):
        for depth, (here, there) in enumerate(pairwise(layers)):
            for i, j in np.argwhere(np.outer(here, there)):
                ends = [height(here, i), height(there, j)]
                axis.plot([depth, depth + 1], ends, c="0.6", lw=0.8, zorder=1)
        for depth, layer in enumerate(layers):
            for i, kept in enumerate(layer):
                draw_unit(axis, depth, height(layer, i), bool(kept))
        axis.set_title(name, fontsize=9)
        axis.axis("off")
        axis.margins(0.15)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def height(layer: np.ndarray, i: int) -> float:
    """Where unit i of a layer is drawn: layers are centred."""
    return (len(layer) - 1) / 2 - i


def draw_unit(axis: plt.Axes, x: float, y: float, kept: bool) -> None:
    """A full circle, or an empty one with a cross."""
    face = COLOURS[0] if kept else "white"
    axis.plot(x, y, "o", ms=15, mfc=face, mec="k" if kept else "0.5", zorder=2)
    if not kept:
        axis.plot(x, y, "x", ms=10, c=WRONG, mew=2, zorder=3)


def show_new_points(
    X: np.ndarray, y: np.ndarray, new: Mapping[str, np.ndarray], title: str = ""
) -> None:
    """Points of class 0 and the rare class 1 in the plane, and new ones for class 1."""
    fig, axes = plt.subplots(
        1, len(new), figsize=(4.2 * len(new), 3.5), sharex=True, sharey=True
    )
    for axis, (name, points) in zip(np.atleast_1d(axes), new.items(), strict=True):
        for label, text in enumerate(("many", "few")):
            colour, marker = COLOURS[label], MARKERS[label]
            axis.scatter(*X[y == label].T, c=colour, marker=marker, s=26, label=text,
                         edgecolors="k", linewidths=0.4)  # fmt: skip
        axis.scatter(*points.T, c=WRONG, marker="x", s=16, lw=1, label="new")
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("first feature")
    np.atleast_1d(axes)[0].set_ylabel("second feature")
    np.atleast_1d(axes)[0].legend(fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_crops(image: np.ndarray, crops: np.ndarray, title: str = "") -> None:
    """An image `(C, H, W)` with five frames, and its ten crops `(10, C, h, w)`."""
    fig = plt.figure(figsize=(9, 2.9))
    grid = fig.add_gridspec(2, 8)
    whole = fig.add_subplot(grid[:, :2])
    draw(whole, image)
    whole.set_title("the image", fontsize=9)
    (H, W), (h, w) = image.shape[1:], crops.shape[2:]
    middle = ((H - h) // 2, (W - w) // 2)
    corners = [(0, 0), (0, W - w), (H - h, 0), (H - h, W - w), middle]
    for i, (top, left) in enumerate(corners):
        whole.add_patch(
            Rectangle((left - 0.5, top - 0.5), w, h, fill=False, ec=COLOURS[i], lw=2)
        )
    names = ["top left", "top right", "bottom left", "bottom right", "centre"]
    for i, crop in enumerate(crops):
        axis = fig.add_subplot(grid[i // 5, 3 + i % 5])
        draw(axis, crop, COLOURS[i % 5])
        axis.set_title(names[i] if i < 5 else "mirrored", fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_tricks(
    accuracies: Mapping[str, float], error: float, baseline: str, title: str = ""
) -> None:
    """A bar for each trick with the error of a measurement; the baseline is marked."""
    fig, axis = plt.subplots(figsize=(7.4, 0.36 * len(accuracies) + 1.3))
    values = 100 * np.array(list(accuracies.values()))
    colours = [COLOURS[1] if name == baseline else COLOURS[0] for name in accuracies]
    axis.barh(list(accuracies), values, color=colours, xerr=100 * error, capsize=3)
    axis.axvline(100 * accuracies[baseline], c="k", ls=":", lw=1)
    for i, value in enumerate(values):
        axis.text(
            value + 100 * error + 0.6, i, f"{value:.1f} %", va="center", fontsize=8
        )
    axis.set(xlabel="validation accuracy in %", xlim=(0, values.max() * 1.3))
    axis.set_title(title, fontsize=10)
    axis.invert_yaxis()
    fig.tight_layout()
