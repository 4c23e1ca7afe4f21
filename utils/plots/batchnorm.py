"""Figures of lesson 06: activations, graphs, blocks of numbers and sweeps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from utils.plots import COLOURS, MARKERS

Vector = Sequence[float] | float
WITH, WITHOUT = COLOURS[0], COLOURS[1]
BEHIND = {"fc": "white", "ec": "none", "alpha": 0.9, "pad": 1}


def show_activations(
    rows: Mapping[str, Sequence[np.ndarray]], title: str, limit: float = 4.0
) -> None:
    """Histograms of the numbers that leave each layer, a row for each kind of net."""
    n_layers = len(next(iter(rows.values())))
    fig, axes = plt.subplots(
        len(rows), n_layers, figsize=(1.7 * n_layers, 1.45 * len(rows) + 0.7),
        squeeze=False, sharex=True,
    )  # fmt: skip
    for axis_row, (name, layers) in zip(axes, rows.items(), strict=True):
        colour = WITHOUT if name.endswith("without") else WITH
        for axis, numbers in zip(axis_row, layers, strict=True):
            draw_histogram(axis, numbers, limit, colour)
        axis_row[0].set_ylabel(name, fontsize=9)
    for number, axis in enumerate(axes[0], 1):
        axis.set_title(f"layer {number}", fontsize=9)
    fig.supxlabel("output before the activation (what lies outside is at the edge)",
                  fontsize=9)  # fmt: skip
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def draw_histogram(
    axis: plt.Axes, numbers: np.ndarray, limit: float, colour: str
) -> None:
    """A histogram from -limit to limit with the standard deviation in its corner."""
    bins = np.linspace(-limit, limit, 41)
    axis.hist(np.clip(numbers, -limit, limit).ravel(), bins, color=colour)
    axis.text(
        0.97, 0.93, f"std {numbers.std():.3g}", fontsize=8, ha="right", va="top",
        transform=axis.transAxes, bbox=BEHIND,
    )  # fmt: skip
    axis.set(yticks=[], xlim=(-limit, limit))


def show_steps(tables: Mapping[str, np.ndarray], title: str) -> None:
    """Tables `(N, 2)` as two strips of points each, with mean and one std marked."""
    fig, axes = plt.subplots(1, len(tables), figsize=(3.3 * len(tables), 2.6))
    high = max(abs(table).max() for table in tables.values()) + 1.6
    for axis, (name, table) in zip(np.atleast_1d(axes), tables.items(), strict=True):
        for j, column in enumerate(table.T):
            seen = {}
            for value in column:
                step = seen[value] = seen.get(value, -1) + 1
                axis.plot(value, j + 0.1 * step, MARKERS[j], color=COLOURS[j], mec="k")
            mean, std = column.mean().round(6) + 0.0, column.std()
            axis.errorbar(mean, j - 0.2, xerr=std, fmt="k|", capsize=4, markersize=9)
            axis.text(
                mean, j - 0.3, f"mean {mean:.2f}, std {std:.2f}", fontsize=8,
                ha="center", va="top",
            )  # fmt: skip
        axis.set(yticks=[0, 1], yticklabels=["channel 1", "channel 2"], xlabel="value")
        axis.set(xlim=(-high, high), ylim=(-0.6, 1.6))
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


GATES = {
    "x": (0, 1), "mean": (1.4, 0), "centred": (2.8, 1), "square": (4.0, 0),
    "var": (5.5, 0), "std": (6.6, 0), "x_hat": (7.6, 1), "scaled": (9.2, 1),
    "out": (10.7, 1), "gamma": (9.2, 0), "beta": (10.7, 0),
}  # fmt: skip
SYMBOLS = {
    "x": "$x$", "mean": "mean", "centred": "$-$", "square": "$(\\;)^2$",
    "var": "mean", "std": "$\\sqrt{\\;}$", "x_hat": "$\\div$", "scaled": "$\\times$",
    "out": "$+$", "gamma": "$\\gamma$", "beta": "$\\beta$",
}  # fmt: skip
WIRES = (
    ("x", "centred"), ("x", "mean"), ("mean", "centred"), ("centred", "x_hat"),
    ("centred", "square"), ("square", "var"), ("var", "std"), ("std", "x_hat"),
    ("x_hat", "scaled"), ("scaled", "out"), ("gamma", "scaled"), ("beta", "out"),
)  # fmt: skip


def show_graph(steps: Mapping[str, tuple[Vector, Vector]], title: str) -> None:
    """The graph of batch normalisation: each gate's value above, its gradient below.

    `steps` maps the names of the gates, and `gamma` and `beta`, to value and gradient.
    """
    fig, axis = plt.subplots(figsize=(12, 3.9))
    arrow = {"arrowstyle": "->", "color": "0.5", "shrinkA": 14, "shrinkB": 14}
    for start, end in WIRES:
        axis.annotate("", GATES[end], GATES[start], arrowprops=arrow)
    circle = {"boxstyle": "circle,pad=0.3", "fc": "white", "ec": "k"}
    middle = {"ha": "center", "va": "center", "fontsize": 10, "bbox": circle}
    above = {"ha": "center", "va": "bottom", "fontsize": 9, "bbox": BEHIND}
    below = above | {"va": "top", "style": "italic", "fontweight": "bold"}
    for name, (x, y) in GATES.items():
        value, gradient = map(listed, steps[name])
        axis.text(x, y, SYMBOLS[name], **middle)
        axis.text(x, y + 0.22, value, **above)
        axis.text(x, y - 0.24, gradient, color=COLOURS[5], **below)
    axis.set(xlim=(-0.8, 11.5), ylim=(-0.5, 1.5))
    axis.axis("off")
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def listed(numbers: Vector) -> str:
    """`(1, 1, 5, 5)` or `3`, short."""
    if np.ndim(numbers) == 0:
        return f"{numbers:g}".replace("-", "−")
    inner = ", ".join(f"{number:g}" for number in numbers)
    return f"({inner})".replace("-", "−")


def show_channels(x: np.ndarray, title: str) -> None:
    """A few small images `(N, C, H, W)`: a row an image, the channels in colours."""
    fig, axes = plt.subplots(*x.shape[:2], figsize=(1.9 * x.shape[1] + 0.6, 3.7))
    for (n, c), axis in np.ndenumerate(axes):
        one_colour = ListedColormap([COLOURS[c]])
        axis.pcolormesh(np.ones(x.shape[2:]), cmap=one_colour, alpha=0.35, ec="k")
        for (i, j), value in np.ndenumerate(x[n, c]):
            axis.text(j + 0.5, i + 0.5, listed(value), ha="center", va="center")
        axis.set(xticks=[], yticks=[], aspect="equal")
        axis.invert_yaxis()
        if n == 0:
            mean, var = x[:, c].mean(), x[:, c].var()
            name = f"channel {c + 1}\nmean {mean:g}, variance {var:g}"
            axis.set_title(name, fontsize=9)
        if c == 0:
            axis.set_ylabel(f"image {n + 1}", fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_blocks(n: int = 4, c: int = 6, pixels: int = 5, groups: int = 2) -> None:
    """Which numbers share the first mean in each of four normalisations."""
    shared = {
        f"batch\n{c} means, one a channel": np.s_[:, 0],
        f"layer\n{n} means, one an image": np.s_[0],
        f"group, {groups} groups\n{n * groups} means": np.s_[0, : c // groups],
        f"instance\n{n * c} means": np.s_[0, 0],
    }
    fig = plt.figure(figsize=(11, 3.5))
    for place, (name, part) in enumerate(shared.items(), 1):
        axis = fig.add_subplot(1, 4, place, projection="3d")
        chosen = np.zeros((n, c, pixels), bool)
        chosen[part] = True
        colours = np.where(chosen, COLOURS[0], "#f2f2f2")
        axis.voxels(np.ones_like(chosen), facecolors=colours, edgecolor="0.4", lw=0.4)
        axis.set(xticks=[], yticks=[], zticks=[])
        axis.set_xlabel("images N", labelpad=-12, fontsize=8)
        axis.set_ylabel("channels C", labelpad=-12, fontsize=8)
        axis.set_zlabel("pixels H W", labelpad=-12, fontsize=8)
        axis.set_title(name, fontsize=9)
        axis.view_init(elev=22, azim=-125)
        axis.set_box_aspect((n, c, pixels), zoom=1.1)
    fig.suptitle("The numbers that share one mean and variance, in blue", fontsize=10)
    fig.subplots_adjust(left=0.02, right=0.97, bottom=0.03, top=0.78, wspace=0.1)


def show_companions(
    outputs: Mapping[int, Sequence[float]], inference: float, running: Sequence[float],
    truth: float, title: str,
) -> None:  # fmt: skip
    """One input's output among other companions, and the running mean on its way.

    `outputs` maps a batch size to the outputs of the same row in many batches.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
    for place, values in enumerate(outputs.values()):
        sway = np.linspace(-0.25, 0.25, len(values))
        left.plot(place + sway, values, ".", color=COLOURS[place], alpha=0.6)
    left.axhline(inference, color="k", ls="--", label="inference: always the same")
    left.set(xticks=range(len(outputs)), xticklabels=list(outputs))
    left.set(xlabel="batch size in training", ylabel="output of the same row")
    left.legend(fontsize=8)
    right.plot(running, color=COLOURS[0], label="running mean, momentum 0.1")
    right.axhline(truth, color="k", ls="--", label="mean of all the data")
    right.set(xlabel="training batches seen", ylabel="running mean")
    right.legend(fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_sweep(
    xs: Sequence[float], curves: Mapping[str, Mapping[str, Sequence[float]]],
    xlabel: str, title: str,
) -> None:  # fmt: skip
    """A panel for each measure; a curve for each kind of net, against a log axis."""
    fig, axes = plt.subplots(1, len(curves), figsize=(4.6 * len(curves), 3.6))
    for axis, (measure, by_net) in zip(
        np.atleast_1d(axes), curves.items(), strict=True
    ):
        for (name, ys), colour, marker in zip(
            by_net.items(), (WITHOUT, WITH), "s^", strict=False
        ):
            axis.plot(xs, ys, marker=marker, color=colour, label=name, markersize=5)
        axis.set(xscale="log", xlabel=xlabel, ylabel=measure)
        axis.grid(alpha=0.3)
        if np.nanmax(list(by_net.values())) > 100:
            axis.set_yscale("log")
        if len(xs) <= 5:
            axis.set_xticks(xs, [f"{x:g}" for x in xs])
            axis.set_xticks([], minor=True)
    fig.suptitle(title, fontsize=10)
    named = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(*named, loc="lower center", ncols=2, fontsize=8)
    fig.tight_layout(rect=(0, 0.06, 1, 1))
