"""Figures of lesson 03: graphs with values and gradients, shapes, kinks, training."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter

from utils.plots import COLOURS, WRONG

if TYPE_CHECKING:
    from utils.training import History

Places = Mapping[str, tuple]
Numbers = Mapping[str, float]
CIRCUIT = {
    "x": (0, 2),
    "y": (0, 1),
    "z": (0, 0),
    "q": (1.2, 1.5, "+"),
    "f": (2.4, 0.75, "×"),
    "end": (3.4, 0.75, ""),
}
CIRCUIT_WAYS = (
    ("x", "x", "q"),
    ("y", "y", "q"),
    ("z", "z", "f"),
    ("q", "q", "f"),
    ("f", "f", "end"),
)
NEURON = {
    "w0": (0, 4),
    "x0": (0, 3),
    "w1": (0, 2),
    "x1": (0, 1),
    "w2": (0, 0),
    "a": (1, 3.5, "×"),
    "b": (1, 1.5, "×"),
    "c": (2, 2.5, "+"),
    "s": (3, 1.6, "+"),
    "n": (4, 1.6, "×−1"),
    "e": (5, 1.6, "exp"),
    "d": (6, 1.6, "+1"),
    "f": (7, 1.6, "1/x"),
    "end": (8, 1.6, ""),
}
NEURON_WAYS = (
    *((name, name, "a") for name in ("w0", "x0")),
    *((name, name, "b") for name in ("w1", "x1")),
    ("a", "a", "c"),
    ("b", "b", "c"),
    ("c", "c", "s"),
    ("w2", "w2", "s"),
    *((one, one, next_) for one, next_ in zip("snedf", [*"nedf", "end"], strict=True)),
)
CIRCLE = {"boxstyle": "circle,pad=0.28", "fc": "white", "ec": "k"}
PAIR = {"x": (0, 1), "y": (0, 0), "gate": (1.1, 0.5, "?"), "end": (2.1, 0.5, "")}


def draw_graph(
    axis: plt.Axes, places: Places, edges: Sequence[tuple], at: float = 0.42
) -> None:
    """A graph: `places[name] = (x, y)` for an input, `(x, y, sign)` for a gate.

    An edge is `(from, to, value, gradient)`; the value is written above it, the
    gradient below it, at this fraction of its length. None leaves one out.
    """
    for start, end, value, gradient in edges:
        (x0, y0), (x1, y1) = places[start][:2], places[end][:2]
        arrow = {"arrowstyle": "->", "color": "0.45", "shrinkA": 13, "shrinkB": 13}
        axis.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
        middle = (x0 + at * (x1 - x0), y0 + at * (y1 - y0))
        write_number(axis, *middle, value, 1, color=COLOURS[0], weight="bold")
        write_number(axis, *middle, gradient, -1, color=WRONG, style="italic")
    for name, (x, y, *sign) in places.items():
        if sign and not sign[0]:
            continue
        box = CIRCLE if sign else None
        axis.text(x, y, *(sign or [name]), ha="center", va="center", bbox=box)
    columns, rows = zip(*(place[:2] for place in places.values()), strict=True)
    axis.set(xlim=(min(columns) - 0.3, max(columns) + 0.2))
    axis.set(ylim=(min(rows) - 0.45, max(rows) + 0.45))
    axis.axis("off")


def write_number(axis, x, y, number, side, **look) -> None:
    """A number above (`side` 1) or below (-1) a point of an edge."""
    if number is None:
        return
    text = f"{number:.3g}".replace("-", "−") if not isinstance(number, str) else number
    edge = {"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.85}
    axis.annotate(text, (x, y), (0, 8 * side), textcoords="offset points", ha="center",
                  va="center", fontsize=9, bbox=edge, **look)  # fmt: skip


def numbered(ways: Sequence[tuple], values: Numbers, gradients: Numbers) -> list[tuple]:
    """The edges of `ways`, each `(name, from, to)`, with the numbers of their names."""
    return [(a, b, values.get(n), gradients.get(n)) for n, a, b in ways]


def show_circuit(values: Numbers, gradients: Numbers, title: str) -> None:
    """The graph of f = (x + y) z; numbers by the names x, y, z, q = x + y and f."""
    fig, axis = plt.subplots(figsize=(5.2, 2.6))
    draw_graph(axis, CIRCUIT, numbered(CIRCUIT_WAYS, values, gradients))
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_neuron(values: Numbers, gradients: Numbers, title: str) -> None:
    """The sigmoid neuron, gate by gate: a = w0 x0, b = w1 x1, c, s, n, e, d and f."""
    fig, axis = plt.subplots(figsize=(10.5, 4.4))
    draw_graph(axis, NEURON, numbered(NEURON_WAYS, values, gradients), at=0.4)
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_gates() -> None:
    """What four gates do with a gradient of 2 that comes from the right."""
    copy = {
        "x": (0, 0.5),
        "gate": (1, 0.5, "copy"),
        "up": (2.1, 1.25, ""),
        "end": (2.1, -0.25, ""),
    }
    pair = [("x", "gate"), ("y", "gate"), ("gate", "end")]
    gates = {
        "add: distributes": ("+", [(3, 2), (5, 2), (8, 2)]),
        "multiply: swaps": ("×", [(3, 10), (5, 6), (15, 2)]),
        "max: routes": ("max", [(3, 0), (5, 2), (5, 2)]),
    }
    fig, axes = plt.subplots(1, 4, figsize=(11, 2.3))
    for axis, (name, (sign, numbers)) in zip(axes, gates.items(), strict=False):
        places = PAIR | {"gate": (*PAIR["gate"][:2], sign)}
        edges = [(*way, *both) for way, both in zip(pair, numbers, strict=True)]
        draw_graph(axis, places, edges)
        axis.set_title(name, fontsize=10)
    ways = [("x", "gate", 3, 7), ("gate", "up", 3, 2), ("gate", "end", 3, 5)]
    draw_graph(axes[3], copy, ways, at=0.55)
    axes[3].set_title("copy: adds", fontsize=10)
    fig.suptitle("Values above the edges, gradients below", fontsize=10)
    fig.tight_layout()


def show_order() -> None:
    """The graph of f = h + h h with h = a b, its values numbered for the way back."""
    places = {
        "a": (0, 1.6),
        "b": (0, 0.4),
        "h": (1.2, 1, "×\nh"),
        "p": (2.5, 0.4, "×\np"),
        "f": (3.7, 1, "+\nf"),
    }
    ways = [("a", "h"), ("b", "h"), ("h", "p"), ("h", "f"), ("p", "f")]
    fig, axis = plt.subplots(figsize=(6.2, 2.7))
    draw_graph(axis, places, [(*way, None, None) for way in ways])
    for turn, name in enumerate("fphba", start=1):
        x, y = places[name][:2]
        axis.text(x, y + 0.42, f"{turn}.", ha="center", color=WRONG, weight="bold")
    axis.set_ylim(-0.1, 2.2)
    axis.set_title("h has its turn after both gates that use it", fontsize=10)
    fig.tight_layout()


def show_cost(counts: Mapping[str, int], title: str) -> None:
    """Forward passes by name, as bars on a scale of powers of ten."""
    fig, axis = plt.subplots(figsize=(7.5, 1.9))
    axis.barh(
        list(counts), list(counts.values()), color=[WRONG, COLOURS[0]], height=0.6
    )
    for row, count in enumerate(counts.values()):
        axis.text(1.2 * count, row, f"{count:,}", va="center", fontsize=9)
    axis.set(xscale="log", xlim=(1, 1e9), xticks=10.0 ** np.arange(10))
    axis.set_xlabel("work, in forward passes (each mark is ten times as much)")
    axis.set_title(title, fontsize=10)
    axis.invert_yaxis()
    fig.tight_layout()


def show_shapes(n: int, d: int, k: int) -> None:
    """The arrays of an affine layer forward and of its weights' gradient, to scale."""
    fig, axes = plt.subplots(1, 2, figsize=(10, 2.9))
    x, W, b, out = (n, d), (d, k), (k,), (n, k)
    forward = (("", "x", x), ("@", "W", W), ("+", "b", b), ("=", "out", out))
    backward = (("", "x", x), ("and", "dout", out), ("→", "dW", W))
    draw_arrays(axes[0], forward, "Forward: out = x W + b")
    draw_arrays(axes[1], backward, "Backward: which product has the shape of W?")
    for axis in axes:
        axis.set(ylim=(-max(n, d) / 2 - 1.2, max(n, d) / 2 + 0.4))
    fig.tight_layout()


def draw_arrays(axis: plt.Axes, blocks: Sequence[tuple], title: str) -> None:
    """Arrays as rectangles in a row; a block is `(sign before it, name, shape)`."""
    colours = dict(zip(("x", "W", "b", "out"), COLOURS, strict=False))
    tallest = max(shape[0] for _, _, shape in blocks if len(shape) == 2)
    left = 0.0
    for sign, name, shape in blocks:
        height, width = (1, *shape)[-2:]
        look = {"fc": colours[name.removeprefix("d")], "alpha": 0.35, "ec": "k"}
        axis.add_patch(plt.Rectangle((left, -height / 2), width, height, **look))
        axis.text(left - 0.9, 0, sign, ha="center", va="center", fontsize=12)
        axis.text(left + width / 2, 0, name, ha="center", va="center")
        low = -tallest / 2 - 0.7
        axis.text(left + width / 2, low, f"{shape}", ha="center", fontsize=9)
        left += width + 1.8
    axis.set(xlim=(-1.2, left), aspect="equal")
    axis.set_title(title, fontsize=10)
    axis.axis("off")


def show_kink(x: float, h: float, slope: float) -> None:
    """ReLU near its kink, and the line whose slope a difference measures there."""
    fig, axis = plt.subplots(figsize=(5, 3))
    u = np.linspace(-2.2 * h, 3.2 * h, 300)
    axis.plot(u, np.maximum(u, 0), c=COLOURS[0], label="ReLU")
    ends = np.array([x - h, x + h])
    axis.plot(ends, np.maximum(ends, 0), "o--", c=WRONG, label=f"measured: {slope:.2f}")
    axis.plot(
        x, max(x, 0), "k*", markersize=11, label=f"at x, slope {float(x > 0):.0f}"
    )
    axis.set(xlabel="x", ylabel="ReLU(x)", xticks=[x - h, 0, x, x + h])
    axis.set_xticklabels(["x − h", "0", "x", "x + h"], fontsize=8)
    axis.set_title("Across the kink the difference measures neither slope", fontsize=10)
    axis.legend(fontsize=9)
    fig.tight_layout()


def show_training(history: "History", title: str) -> None:
    """The loss at every step, and the accuracies of every epoch, of one training."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2))
    steps = np.arange(len(history.losses))
    left.plot(steps, history.losses, c=COLOURS[4], lw=0.6, label="one batch")
    width = max(1, len(steps) // 40)
    smooth = np.convolve(history.losses, np.ones(width) / width, mode="valid")
    left.plot(steps[width - 1 :], smooth, c=COLOURS[0], label=f"mean of {width}")
    left.set(xlabel="step", ylabel="loss (with regularisation)")
    left.legend(fontsize=9)
    epochs = np.arange(1, len(history.val_accuracies) + 1)
    seen, unseen = history.train_accuracies, history.val_accuracies
    right.plot(epochs, seen, "s--", c=COLOURS[1], label="training")
    right.plot(epochs, unseen, "o-", c=COLOURS[0], label="validation")
    right.set(xlabel="epoch", ylabel="images that are right, %")
    right.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=""))
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()
