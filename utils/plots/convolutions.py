"""Figures of lesson 09 about other convolutions: stamps, holes, groups, places."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from utils.plots import COLOURS, MARKERS


def show_fractal(columns: int) -> None:
    """Fractals of one column up to `columns`; a unit is a box, a join a bar."""
    depths = [2**c for c in range(columns)]
    fig, axes = plt.subplots(1, columns, figsize=(2.6 * columns, 4.0))
    for axis, depth, c in zip(axes, depths, range(1, columns + 1), strict=True):
        draw_fractal(axis, c, 0, depth)
        axis.plot(0, depth + 0.35, "v", color="k")
        axis.plot(0, -0.35, "v", color="k")
        axis.set(xlim=(-0.7, columns - 0.3), ylim=(-0.6, depths[-1] + 0.6))
        units = 2**c - 1
        told = f"{units} units" if c > 1 else "1 unit"
        axis.set_title(f"$f_{c}$: {told}, {depth} deep", fontsize=10)
        axis.axis("off")
    fig.suptitle("One more column doubles the longest way; the shortest stays one unit",
                 fontsize=10)  # fmt: skip
    fig.tight_layout()


def draw_fractal(axis: plt.Axes, columns: int, low: float, high: float) -> None:
    """The fractal between two heights: the input is above, the output below."""
    middle, column = (low + high) / 2, columns - 1
    axis.plot([column, column], [low, high], color="0.4", zorder=0)
    box = Rectangle((column - 0.25, middle - 0.18), 0.5, 0.36)
    box.set(facecolor=COLOURS[column % len(COLOURS)], edgecolor="k")
    axis.add_patch(box)
    if columns > 1:
        axis.plot([0, column], [high, high], color="0.4", zorder=0)
        axis.plot([-0.3, column + 0.3], [low, low], color="k", lw=3)
        draw_fractal(axis, columns - 1, middle, high)
        draw_fractal(axis, columns - 1, low, middle)


def mark_channel(axis: plt.Axes, level, place, text, marker, colour) -> None:
    axis.plot(level, place, marker, color=colour, markersize=17, markeredgecolor="k")
    axis.text(level, place, text, ha="center", va="center", fontsize=9, c="w")


def draw_groups(axis: plt.Axes, n: int, size: int) -> None:
    """Lines between the n channels before and after each of two grouped layers."""
    for i in range(n):
        for j in range(i // size * size, i // size * size + size):
            for left in (0, 2):
                axis.plot([left, left + 1], [i, j], color="0.75", lw=1, zorder=0)


def show_groups(order: Sequence[int], groups: int) -> None:
    """Two grouped layers, and between them the channels in another order.

    `order` names, for every channel after the shuffle, the one that goes there.
    """
    n = len(order)
    size = n // groups
    fig, axis = plt.subplots(figsize=(6.5, 3.6))
    draw_groups(axis, n, size)
    for place, channel in enumerate(order):
        colour = COLOURS[channel // size]
        axis.plot([1, 2], [channel, place], color=colour, lw=2, zorder=1)
    for level, channels in enumerate((range(n), range(n), order)):
        for place, channel in enumerate(channels):
            group = channel // size
            look = MARKERS[group], COLOURS[group]
            mark_channel(axis, level, place, channel, *look)
    for place in range(n):
        mark_channel(axis, 3, place, "", "D", "0.85")
    names = "in", "after layer 1", "shuffled", "after layer 2"
    axis.set(xticks=range(4), xticklabels=names, yticks=[], xlim=(-0.3, 3.3))
    axis.set(ylabel="channels", ylim=(n - 0.5, -0.5))
    title = "After the shuffle every group of layer 2 hears from all groups"
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_channels(n: int = 4, groups: int = 2) -> None:
    """Which channels reach which in four kinds of convolution, by what filters."""
    all_of_them, own = np.ones((n, n), bool), np.eye(n, dtype=bool)
    grouped = np.kron(np.eye(groups), np.ones((n // groups, n // groups))) > 0
    kinds = {
        "plain": (all_of_them, 3),
        f"{groups} groups": (grouped, 3),
        "depthwise": (own, 3),
        "pointwise": (all_of_them, 1),
    }
    fig, axes = plt.subplots(1, len(kinds), figsize=(2.5 * len(kinds), 3.2))
    for axis, (name, (reached, size)) in zip(axes, kinds.items(), strict=True):
        axis.imshow(0.35 * reached, cmap="Blues", vmin=0, vmax=1)
        for i, j in np.argwhere(reached):
            axis.text(j, i, f"{size}x{size}", ha="center", va="center", fontsize=8)
        axis.set(xticks=range(n), yticks=range(n), xlabel="channel in")
        weights = reached.sum() * size**2
        axis.set_title(f"{name}: {weights} weights", fontsize=10)
    axes[0].set_ylabel("channel out")
    both, plain = n * 9 + n * n, 9 * n * n
    title = "Depthwise and pointwise in a row: every channel reaches every channel with"
    fig.suptitle(f"{title} {both} in place of {plain} weights", fontsize=10)
    fig.tight_layout()


def show_fields(stacks: Mapping[str, Sequence[tuple[int, int, int]]]) -> None:
    """What one output of a stack of (size, stride, dilation) reads, down to pixels."""
    fig, axes = plt.subplots(len(stacks), 1, figsize=(8, 1.9 * len(stacks) + 0.4))
    for axis, (name, layers) in zip(axes, stacks.items(), strict=True):
        pixels = draw_reading(axis, layers)
        field = round(max(pixels) - min(pixels)) + 1
        axis.set(xlim=(-8, 8), xticks=range(-7, 8))
        numbered = [f"layer {i}" for i in range(1, len(layers) + 1)]
        axis.set_yticks(range(len(layers) + 1), ["pixels", *numbered])
        axis.set_title(f"{name}: sees {field} pixels", fontsize=10)
    axes[-1].set_xlabel("place, in pixels from the middle")
    fig.tight_layout()


def draw_reading(axis: plt.Axes, layers: Sequence[tuple[int, int, int]]) -> set[float]:
    """Lines from one output down to what it reads; gives the places of the pixels."""
    read = {0.0}
    for level in range(len(layers), 0, -1):
        axis.plot(sorted(read), [level] * len(read), "o", color=COLOURS[0])
        size, _, dilation = layers[level - 1]
        jump = np.prod([stride for _, stride, _ in layers[: level - 1]])
        taps = (np.arange(size) - (size - 1) / 2) * dilation * jump
        pairs = [(place, place + tap) for place in read for tap in taps]
        for pair in pairs:
            axis.plot(pair, [level, level - 1], color="0.6", lw=0.8, zorder=0)
        read = {below for _, below in pairs}
    axis.plot(sorted(read), [0] * len(read), "s", color=COLOURS[1], mec="k")
    return read


def show_stamps(x: np.ndarray, w: np.ndarray, stride: int) -> None:
    """A row per stamp of a transposed convolution in one dimension, and their sum."""
    stamps = np.zeros((len(x) + 1, (len(x) - 1) * stride + len(w)))
    for k, value in enumerate(x):
        stamps[k, k * stride : k * stride + len(w)] = value * w
    stamps[-1] = stamps[:-1].sum(axis=0)
    fig, axis = plt.subplots(figsize=(6.2, 2.4))
    for (row, place), value in np.ndenumerate(stamps):
        total = row == len(x)
        face = "white" if total or not value else COLOURS[row % len(COLOURS)]
        axis.add_patch(Rectangle((place, row), 1, 0.85, fc=face, ec="0.4", alpha=0.6))
        text = f"{value:g}" if value or total else ""
        weight = "bold" if total else "normal"
        where = place + 0.5, row + 0.43
        axis.text(*where, text, ha="center", va="center", fontweight=weight)
    names = [f"{value:g} stamps" for value in x] + ["sum"]
    axis.set(xlim=(-0.1, stamps.shape[1] + 0.1), ylim=(len(x) + 1, -0.1))
    axis.set_yticks(np.arange(len(names)) + 0.43, names)
    axis.set_xticks(np.arange(stamps.shape[1]) + 0.5, range(stamps.shape[1]))
    axis.set_xlabel("place in the output")
    axis.set_title(
        f"Stamps {stride} apart; where two overlap they are added", fontsize=10
    )
    axis.spines[:].set_visible(False)
    fig.tight_layout()


def show_holes(dilations: Sequence[int], size: int = 3) -> None:
    """Which pixels a filter reads, for several dilations, on a grid of one size."""
    reach = max(dilations) * (size - 1) + 1
    fig, axes = plt.subplots(1, len(dilations), figsize=(2.6 * len(dilations), 3.2))
    for axis, dilation in zip(axes, dilations, strict=True):
        span = dilation * (size - 1) + 1
        start = (reach - span) // 2
        read = {start + dilation * i for i in range(size)}
        for i in range(reach):
            for j in range(reach):
                face = COLOURS[0] if i in read and j in read else "white"
                axis.add_patch(Rectangle((j, i), 1, 1, fc=face, ec="0.6"))
        frame = {"fc": "none", "ec": COLOURS[1], "lw": 3}
        axis.add_patch(Rectangle((start, start), span, span, **frame))
        axis.set(xlim=(-0.2, reach + 0.2), ylim=(reach + 0.2, -0.2), aspect="equal")
        axis.set_title(f"dilation {dilation}: spans {span} x {span}", fontsize=10)
        axis.axis("off")
    weights = size * size
    fig.suptitle(
        f"{weights} weights each time: the wider the holes, the further they see",
        fontsize=10,
    )
    fig.tight_layout()


def vessel(columns: np.ndarray) -> np.ndarray:
    """The row at which a thin curved line runs, for each column."""
    return 7.0 + 3.2 * np.sin(columns / 3.4)


def show_reading() -> None:
    """Where four kinds of convolution read around one pixel of a thin curved line."""
    rows, columns = np.mgrid[0:15, 0:15].astype(float)
    image = np.exp(-((rows - vessel(columns)) ** 2) / 1.2)
    middle = np.array([vessel(np.array(6.0)).round(), 6.0])
    grid = np.stack(np.mgrid[-1:2, -1:2], axis=-1).reshape(-1, 2).astype(float)
    moved = middle + grid * (1.8, 3.0)
    moved[:, 0] = 0.4 * moved[:, 0] + 0.6 * vessel(moved[:, 1])
    along = middle[1] + np.arange(-4.0, 5.0)
    places = {
        "plain": middle + grid,
        "dilated, 2": middle + 2 * grid,
        "deformable": moved,
        "snake": np.stack([vessel(along), along], axis=1),
    }
    fig, axes = plt.subplots(1, 4, figsize=(11, 3.1))
    for axis, (name, read) in zip(axes, places.items(), strict=True):
        axis.imshow(image, cmap="gray", interpolation="nearest", vmin=0, vmax=1.3)
        style = {"markeredgecolor": "k", "markersize": 7, "color": COLOURS[1]}
        axis.plot(read[:, 1], read[:, 0], "o-" if name == "snake" else "o", **style)
        axis.plot(*middle[::-1], "*", color=COLOURS[4], markersize=13, mec="k")
        axis.set(xticks=[], yticks=[], xlabel="columns", ylabel="rows")
        axis.set_title(name, fontsize=10)
    fig.suptitle("Nine readings each; only the last two follow the line", fontsize=10)
    fig.tight_layout()


def show_snake(steps: Sequence[float], places: Sequence[float]) -> None:
    """A straight filter, its numbers' own steps, and where they end up."""
    along = np.arange(len(steps)) - len(steps) // 2
    fig, axis = plt.subplots(figsize=(6.5, 3.0))
    axis.plot(along, 0 * along, "s", color="0.8", markersize=13, mec="0.4",
              label="plain filter")  # fmt: skip
    own = np.where(along == 0, 0, steps)
    axis.plot(along, own, "^", color=COLOURS[1], mec="k", label="own step only")
    line = {"color": COLOURS[0], "marker": "o", "mec": "k", "markersize": 9}
    axis.plot(along, places, **line, label="snake: step from the neighbour")
    axis.set(xticks=along, xlabel="number of the filter, from the middle")
    axis.set_ylabel("moved by, in pixels")
    axis.set_title("Neighbours of a snake are at most one pixel apart in height",
                   fontsize=10)  # fmt: skip
    axis.legend(fontsize=8, loc="lower right")
    fig.tight_layout()
