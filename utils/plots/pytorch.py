"""Figures of lesson 08: recorded graphs, number formats, a training run."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.patches import Patch

from utils.plots import COLOURS, MARKERS, WRONG


def show_graph(
    result: torch.Tensor, names: Mapping[str, torch.Tensor], title: str = ""
) -> None:
    """The graph that autograd recorded for `result`; leaves bear their names."""
    depths, edges = graph_of(result.grad_fn)
    places, size = places_of(depths)
    fig, axis = plt.subplots(figsize=size)
    boxes = {
        node: drawn_node(axis, place, label_of(node, names), hasattr(node, "variable"))
        for node, place in places.items()
    }
    for source, target in edges:
        ends = {"patchA": boxes[source], "patchB": boxes[target]}
        arrow = {"arrowstyle": "->", "color": "0.4", "shrinkA": 3, "shrinkB": 3}
        axis.annotate("", places[target], places[source], arrowprops=arrow | ends)
    xs, ys = np.array(list(places.values())).T
    axis.set(xlim=(xs.min() - 0.6, 0.6), ylim=(ys.min() - 0.6, ys.max() + 0.6))
    axis.axis("off")
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def graph_of(root) -> tuple[dict, list]:
    """Each node's longest way to the root, and the edges from inputs to outputs."""
    depths, edges, todo = {root: 0}, [], [root]
    while todo:
        node = todo.pop()
        for below, _ in node.next_functions:
            if below is None:
                continue
            edges.append((below, node))
            if depths.get(below, -1) < depths[node] + 1:
                depths[below] = depths[node] + 1
                todo.append(below)
    return depths, list(dict.fromkeys(edges))


def places_of(depths: dict) -> tuple[dict, tuple[float, float]]:
    """A place for each node, one column a depth, and the size of the figure."""
    columns: dict[int, list] = {}
    for node, depth in depths.items():
        columns.setdefault(depth, []).append(node)
    places = {
        node: (-depth, (len(column) - 1) / 2 - row)
        for depth, column in columns.items()
        for row, node in enumerate(column)
    }
    tallest = max(map(len, columns.values()))
    return places, (1.6 * len(columns) + 0.6, 0.8 * tallest + 0.9)


def label_of(node, names: Mapping[str, torch.Tensor]) -> str:
    """A leaf's name, or the operation's (`MulBackward0` is `Mul`)."""
    if hasattr(node, "variable"):
        found = [name for name, tensor in names.items() if tensor is node.variable]
        return found[0] if found else "leaf"
    return node.name().replace("Backward0", "").removesuffix("Backward")


def drawn_node(axis: plt.Axes, place: tuple, label: str, leaf: bool) -> Patch:
    """A box with a name: round and orange for a leaf, square and blue otherwise."""
    shape, colour = ("round", COLOURS[1]) if leaf else ("square", COLOURS[4])
    box = {"boxstyle": f"{shape},pad=0.4", "facecolor": colour, "edgecolor": "k"}
    text = axis.text(*place, label, ha="center", va="center", fontsize=8, bbox=box)
    return text.get_bbox_patch()


def show_strides(table: torch.Tensor) -> None:
    """A table of the numbers 0, 1, 2, …, its transpose, and the memory of both."""
    readings = {"table": table, "in memory": table.reshape(1, -1), "table.T": table.T}
    fig, axes = plt.subplots(1, 3, figsize=(8.5, 2.4), width_ratios=(3, 6, 2))
    for axis, (name, numbers) in zip(axes, readings.items(), strict=True):
        axis.imshow(numbers.numpy(), cmap="Blues", vmin=0, vmax=3 * table.numel())
        for (i, j), value in np.ndenumerate(numbers.numpy()):
            axis.text(j, i, f"{value:g}", ha="center", va="center")
        axis.set(xticks=[], yticks=[])
        steps = "" if name == "in memory" else f"\nstrides {numbers.stride()}"
        axis.set_title(name + steps, fontsize=10)
    fig.suptitle("One row of numbers, read in two ways; nothing is copied", fontsize=10)
    fig.tight_layout()


def show_number_formats(formats: Sequence[torch.dtype]) -> None:
    """The range of each number format, and the step that it takes at 1."""
    fig, axis = plt.subplots(figsize=(7.5, 0.55 * len(formats) + 1.2))
    for row, kind in enumerate(formats):
        found = torch.finfo(kind)
        low, high = np.log10(found.tiny), np.log10(found.max)
        axis.barh(row, high - low, left=low, color=COLOURS[row], edgecolor="k")
        told = f"{found.bits} bits, next after 1: 1 + {found.eps:.1g}"
        axis.text(43, row, told, va="center", fontsize=9)
    names = [str(kind).removeprefix("torch.") for kind in formats]
    axis.set(yticks=range(len(formats)), yticklabels=names, xlim=(-42, 42))
    axis.set_xlabel("power of ten (smallest to largest number, full precision)")
    axis.set_title(
        "bfloat16 keeps the range of float32 and gives up digits", fontsize=10
    )
    axis.invert_yaxis()
    fig.tight_layout()


def show_training(history: Sequence[Sequence[float]], best_epoch: int) -> None:
    """`(training loss, validation loss, validation accuracy)` of every epoch."""
    train_loss, val_loss, accuracy = np.array(history).T
    epochs = np.arange(1, len(history) + 1)
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    for i, (name, values) in enumerate(
        {"training": train_loss, "validation": val_loss}.items()
    ):
        style = {"marker": MARKERS[i], "ls": ("-", "--")[i], "color": COLOURS[i]}
        left.plot(epochs, values, label=name, **style)
    left.set(xlabel="epoch", ylabel="cross-entropy", xticks=epochs)
    left.legend()
    right.plot(epochs, 100 * accuracy, marker="o", color=COLOURS[0])
    star = epochs[best_epoch], 100 * accuracy[best_epoch]
    right.plot(*star, "*", color=WRONG, markersize=16, label="kept")
    right.set(xlabel="epoch", ylabel="validation accuracy in %", xticks=epochs)
    right.legend(loc="lower right")
    title = f"The checkpoint of epoch {epochs[best_epoch]} is kept: {star[1]:.1f} %"
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_seconds(seconds: Mapping[str, float], title: str) -> None:
    """A bar for each thing that was timed, in milliseconds."""
    fig, axis = plt.subplots(figsize=(6.5, 0.4 * len(seconds) + 1.1))
    times = [1000 * s for s in seconds.values()]
    bars = axis.barh(list(seconds), times, color=COLOURS[0])
    axis.bar_label(bars, [f"{time:.3g}" for time in times], padding=3, fontsize=9)
    axis.margins(x=0.12)
    axis.set_xlabel("milliseconds for a forward and a backward pass")
    axis.set_title(title, fontsize=10)
    axis.invert_yaxis()
    fig.tight_layout()
