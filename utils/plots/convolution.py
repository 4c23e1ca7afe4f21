"""Figures of lesson 05: echoes, strides, connections, matrices, fields, filters."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from utils.plots import COLOURS, MARKERS, draw, show_images
from utils.plots.tables import Window, frame_window


def show_echoes(rows: dict[str, Sequence[float]], title: str = "") -> None:
    """Signals below one another, a stem for each value, each value written on it."""
    fig, axes = plt.subplots(
        len(rows), 1, figsize=(6, 1.05 * len(rows) + 0.8), sharex=True, sharey=True
    )
    top = max(max(values) for values in rows.values())
    for k, (axis, (name, values)) in enumerate(zip(axes, rows.items(), strict=True)):
        times = np.arange(len(values))
        colour = COLOURS[k % len(COLOURS)]
        axis.bar(times, values, width=0.35, color=colour)
        for t, value in zip(times, values, strict=True):
            axis.text(t, value + 0.03 * top, f"{value:g}", ha="center", fontsize=9)
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        axis.set(yticks=[], ylim=(0, 1.35 * top), xticks=times)
        axis.spines[["top", "right", "left"]].set_visible(False)
    axes[-1].set_xlabel("time t")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_strides(n: int, size: int, strides: Sequence[int], title: str = "") -> None:
    """Where a filter of `size` can stand on a row of `n` pixels, for each stride."""
    fig, axes = plt.subplots(1, len(strides), figsize=(3.2 * len(strides), 2.9))
    for axis, stride in zip(axes, strides, strict=True):
        starts = range(0, n - size + 1, stride)
        left = n - (starts[-1] + size)
        for pixel in range(n):
            unseen = pixel >= n - left
            style = {"fc": "0.8", "hatch": "///"} if unseen else {"fc": "white"}
            axis.add_patch(Rectangle((pixel, -1), 1, 0.9, ec="0.4", **style))
        for row, start in enumerate(starts):
            colour = COLOURS[row % len(COLOURS)]
            axis.add_patch(Rectangle((start, row), size, 0.8, fc=colour, ec="k"))
        over = f", {left} pixel left over" if left else ""
        axis.set_title(f"stride {stride}: {len(starts)} places{over}", fontsize=9)
        axis.set(xlim=(-0.2, n + 0.2), ylim=(5.2, -1.3), xlabel="pixel")
        axis.set(xticks=np.arange(n) + 0.5, xticklabels=range(n), yticks=[])
        axis.set_frame_on(False)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_connections(n: int, size: int, title: str = "") -> None:
    """Two rows of units: all connected, only neighbours, neighbours sharing weights."""
    fig, axes = plt.subplots(1, 3, figsize=(10, 2.6))
    kinds = ("every pixel", "neighbours only", "neighbours, weights shared")
    for axis, kind in zip(axes, kinds, strict=True):
        weights = set()
        for out in range(n - size + 1):
            for pixel in range(n) if kind == kinds[0] else range(out, out + size):
                weight = pixel - out if kind == kinds[2] else (out, pixel)
                weights.add(weight)
                colour = COLOURS[weight] if kind == kinds[2] else "0.45"
                style = ("-", "--", ":")[weight] if kind == kinds[2] else "-"
                ends = [pixel, out + (size - 1) / 2], [0, 1]
                axis.plot(*ends, style, color=colour, lw=1.4, zorder=0)
        places = np.arange(n - size + 1) + (size - 1) / 2
        axis.scatter(np.arange(n), np.zeros(n), c="w", ec="k", s=70)
        axis.scatter(places, np.ones(len(places)), c="k", marker="s", s=60)
        axis.set_title(f"{kind}: {len(weights)} weights", fontsize=9)
        axis.set(ylim=(-0.25, 1.25), yticks=[0, 1], yticklabels=["pixels", "outputs"])
        axis.set(xticks=[])
        axis.set_frame_on(False)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_matrices(matrices: dict[str, np.ndarray], title: str = "") -> None:
    """Matrices in which equal weights have equal colours; zeros are white."""
    fig, axes = plt.subplots(1, len(matrices), figsize=(4.6 * len(matrices), 3.6))
    for axis, (name, matrix) in zip(np.atleast_1d(axes), matrices.items(), strict=True):
        largest = abs(matrix).max()
        axis.imshow(
            np.where(matrix == 0, np.nan, matrix),
            cmap="viridis",
            vmin=-largest,
            vmax=largest,
            interpolation="nearest",
        )
        if matrix.size <= 60:
            for (i, j), value in np.ndenumerate(matrix):
                dark = value != 0 and value < 0.3 * largest
                colour = "w" if dark else "k"
                axis.text(j, i, f"{value:g}", ha="center", va="center", color=colour)
        axis.set(xlabel="input pixel", ylabel="output")
        axis.locator_params(integer=True)
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_receptive_field(
    seen: dict[str, int], steps: Sequence[int], title: str = ""
) -> None:
    """How many units of each level one output sees, the pixels last.

    `steps` says how many pixels two neighbouring units of a level are apart.
    """
    fig, axis = plt.subplots(figsize=(8, 0.8 * len(seen) + 0.8))
    edges = np.array(
        [s * (n - 1) / 2 for n, s in zip(seen.values(), steps, strict=True)]
    )
    for level, (name, count) in enumerate(seen.items()):
        places = np.linspace(-edges[level], edges[level], count)
        marker, colour = MARKERS[level], COLOURS[level]
        axis.scatter(places, [level] * count, marker=marker, s=90, c=colour, ec="k")
        label = f"{name}: {count}"
        axis.text(-edges[-1] - 0.6, level, label, ha="right", va="center", fontsize=9)
    axis.fill_betweenx(range(len(seen)), -edges, edges, color="0.88", zorder=0)
    axis.set_xlim(-edges[-1] - 3.5, edges[-1] + 0.5)
    axis.invert_yaxis()
    axis.axis("off")
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_filters(w: np.ndarray, title: str = "", columns: int = 8) -> None:
    """Filters `(K, 3, FH, FW)` as small colour pictures, each from black to white."""
    low, high = (f(w, axis=(1, 2, 3), keepdims=True) for f in (np.min, np.max))
    show_images(list((w - low) / (high - low + 1e-12)), columns=columns, title=title)


def show_photographs(
    pictures: dict[str, np.ndarray],
    title: str = "",
    rows: int = 1,
    marked: Mapping[str, Window] | None = None,
) -> None:
    """Large pictures `(H, W)` or `(3, H, W)` in rows, each with its name.

    `marked` frames a window in some of them.
    """
    columns = -(-len(pictures) // rows)
    fig, axes = plt.subplots(
        rows, columns, figsize=(3.1 * columns, 2.5 * rows + 0.3), squeeze=False
    )
    for axis, (name, picture) in zip(axes.flat, pictures.items(), strict=True):
        draw(axis, picture)
        axis.set_title(name, fontsize=9)
        if marked and name in marked:
            frame_window(axis, marked[name], COLOURS[1])
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_bars(values: dict[str, float], label: str, title: str) -> None:
    """A bar for each value, on an axis where each line is ten times as much."""
    fig, axis = plt.subplots(figsize=(7, 0.45 * len(values) + 1.1))
    axis.barh(list(values), list(values.values()), color=COLOURS[0])
    for row, value in enumerate(values.values()):
        axis.text(
            value * 1.15,
            row,
            f"{value:,.0f}" if value >= 100 else f"{value:.3g}",
            va="center",
            fontsize=8,
        )
    axis.set(xscale="log", xlabel=label)
    axis.set_xlim(right=max(values.values()) * 300)
    axis.invert_yaxis()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_training(
    losses: Sequence[float], accuracies: dict[str, Sequence[float]], title
):
    """The loss of every step, and the accuracies after each epoch."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
    left.plot(losses, color=COLOURS[4], lw=0.6)
    smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
    left.plot(np.arange(len(smooth)) + 10, smooth, color=COLOURS[0], label="mean of 20")
    left.set(xlabel="step", ylabel="loss")
    left.legend()
    for k, (name, values) in enumerate(accuracies.items()):
        epochs = np.arange(1, len(values) + 1)
        right.plot(epochs, values, MARKERS[k] + "-", color=COLOURS[k], label=name)
    right.axhline(0.1, color="0.5", ls=":", label="guessing")
    right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1), xticks=epochs)
    right.legend()
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()
