"""Figures of lesson 09: who won, blocks, where the costs are, training curves."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from utils.plots import COLOURS, MARKERS

# Top-5 error in %, layers: ILSVRC classification, winners and VGG (Russakovsky et al.,
# 2015; He et al., 2015). The person is Andrej Karpathy, on 1,500 of the pictures.
CHALLENGE = {
    "2010\nNEC": (28.2, None),
    "2011\nXerox": (25.8, None),
    "2012\nAlexNet": (16.4, 8),
    "2013\nZFNet": (11.7, 8),
    "2014\nVGG": (7.3, 19),
    "2014\nGoogLeNet": (6.7, 22),
    "2015\nResNet": (3.57, 152),
}
PERSON = 5.1

# Top-1 accuracy in %, million parameters, billion multiply-adds of one 224-pixel crop
# (Inception v3: 299 pixels), as published with the weights of torchvision.
# The last two: where the name stands, in points from the middle of the mark.
PUBLISHED = {
    "AlexNet": (56.5, 61.1, 0.71, 0, 12),
    "VGG-16": (71.6, 138.4, 15.47, -8, -28),
    "VGG-19": (72.4, 143.7, 19.63, 14, 20),
    "GoogLeNet": (69.8, 6.6, 1.50, -28, 6),
    "Inception v3": (77.3, 27.2, 5.71, 26, -15),
    "ResNet-18": (69.8, 11.7, 1.81, 28, -12),
    "ResNet-50": (76.1, 25.6, 4.09, 6, -17),
    "ResNet-152": (78.3, 60.2, 11.51, 34, -18),
    "ResNeXt-50": (77.6, 25.0, 4.23, -30, 10),
    "Wide ResNet-50-2": (78.5, 68.9, 11.40, -10, 16),
    "DenseNet-121": (74.4, 8.0, 2.83, -24, 8),
    "SqueezeNet 1.1": (58.2, 1.2, 0.35, 0, 6),
    "MobileNetV2": (71.9, 3.5, 0.30, 0, 6),
}


def show_challenge() -> None:
    """Top-5 error of the ImageNet challenge by year, with the number of layers."""
    fig, axis = plt.subplots(figsize=(8.5, 3.4))
    errors = [error for error, _ in CHALLENGE.values()]
    layers = [n for _, n in CHALLENGE.values()]
    colours = [COLOURS[0] if n else "0.75" for n in layers]
    bars = axis.bar(list(CHALLENGE), errors, color=colours, edgecolor="k")
    told = [f"{e:g} %" + (f"\n{n} layers" if n else "") for e, n in CHALLENGE.values()]
    axis.axhline(PERSON, color=COLOURS[5], ls="--", zorder=0.5)
    axis.text(6.5, PERSON + 0.5, f"a person:\n{PERSON} %", color=COLOURS[5], fontsize=9)
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
    axis.bar_label(bars, told, fontsize=8, padding=2, bbox=paper)
    axis.set(ylabel="top-5 error in %", ylim=(0, 34), xlim=(-0.6, 7.3))
    axis.set_title(
        "ImageNet challenge: from 2012 on the winners are convolutional nets (blue)",
        fontsize=10,
    )
    fig.tight_layout()


def show_shares(names: Sequence[str], shares: Mapping[str, Sequence[float]], title=""):
    """Two or more bars for each layer, in % of the whole net."""
    fig, axis = plt.subplots(figsize=(8.5, 3.2))
    width = 0.8 / len(shares)
    for i, (label, values) in enumerate(shares.items()):
        places = np.arange(len(names)) + (i - (len(shares) - 1) / 2) * width
        hatch = ("", "//", "..")[i]
        values = 100 * np.asarray(values) / np.sum(values)
        axis.bar(places, values, width, color=COLOURS[i], hatch=hatch, label=label)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    axis.set(ylabel="% of the whole net")
    axis.legend()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_maps(nets: Mapping[str, Sequence[tuple[int, int]]], title: str = "") -> None:
    """The maps of nets, one net a row, each map (channels, side) as a slab.

    Its height is the side, its width the channels (doubled channels, one step wider).
    """
    fig, axes = plt.subplots(len(nets), 1, figsize=(8.5, 1.9 * len(nets) + 0.4))
    for axis, (name, maps) in zip(np.atleast_1d(axes), nets.items(), strict=True):
        tallest = max(side for _, side in maps)
        for place, (channels, side) in enumerate(maps):
            height, width = side / tallest, 0.075 * np.log2(2 * channels)
            corner = place - width / 2, -height / 2
            look = {"facecolor": COLOURS[4], "edgecolor": "k", "alpha": 0.8}
            axis.add_patch(Rectangle(corner, width, height, **look))
            told = f"{channels} x\n{side} x {side}"
            axis.text(place, -0.57, told, ha="center", va="top", fontsize=8)
        axis.text(-0.6, 0, name, ha="right", va="center", fontsize=9)
        axis.set(xlim=(-1.4, len(maps) - 0.4), ylim=(-0.95, 0.55))
        axis.axis("off")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_growth(stem: int, growth: int, blocks: Sequence[int]) -> None:
    """The channels after each part of a DenseNet, a colour for each layer's own."""
    bars = {"stem": [stem]}
    for block, length in enumerate(blocks, 1):
        pieces = list(bars.values())[-1]
        for layer in range(1, length + 1):
            pieces = bars[f"layer\n{block}.{layer}"] = [*pieces, growth]
        if block < len(blocks):
            bars[f"transition\n{block}"] = [sum(pieces) // 2]
    fig, axis = plt.subplots(figsize=(7.5, 3.2))
    for place, pieces in enumerate(bars.values()):
        for i, piece in enumerate(pieces):
            style = {"color": ("0.8", *COLOURS)[i], "hatch": ("", "//", "..", "xx")[i]}
            axis.bar(place, piece, 0.7, sum(pieces[:i]), edgecolor="k", **style)
        axis.text(place, sum(pieces) + 0.3, sum(pieces), ha="center", fontsize=9)
    axis.set_xticks(range(len(bars)), bars, fontsize=8)
    axis.set(ylabel="channels", ylim=(0, 15))
    title = (
        f"Every layer keeps all and adds {growth} channels; a transition halves them"
    )
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_survival(rates: Sequence[float], rng: np.random.Generator) -> None:
    """The survival rate of each block, and one draw of which of them survive."""
    rates = np.asarray(rates)
    kept = rng.random(len(rates)) < rates
    fig, axis = plt.subplots(figsize=(8.5, 2.8))
    for chosen, colour, name in ((kept, COLOURS[0], "kept"), (~kept, "w", "dropped")):
        places = 1 + np.flatnonzero(chosen)
        axis.bar(places, 100 * rates[chosen], color=colour, edgecolor="k", label=name)
    axis.set(xlabel="block, from the input on", ylabel="survival rate in %")
    axis.legend(title="in one draw", loc="upper right", fontsize=8)
    title = f"In this draw {kept.sum()} of {len(rates)} blocks are computed"
    axis.set_title(f"{title}, on average {rates.sum():.1f}", fontsize=10)
    fig.tight_layout()


def show_blocks(
    blocks: Mapping[str, tuple[Sequence[Sequence[str]], str]], title: str = ""
) -> None:
    """Blocks side by side: each is `(columns, join)`, drawn from the bottom up.

    A column lists its layers from the input on; an empty one is a line. `join` stands
    where the columns meet: "+", "cat", or "" for a single column.
    """
    widths = [max(len(columns), 1) + 0.4 for columns, _ in blocks.values()]
    height = max(len(column) for columns, _ in blocks.values() for column in columns)
    size = max(1.28 * sum(widths), 6), 0.62 * height + 1.6
    fig, axis = plt.subplots(figsize=size)
    left = 0.0
    for (name, (columns, join)), width in zip(blocks.items(), widths, strict=True):
        draw_block(axis, left, columns, join, height)
        axis.text(left + width / 2 - 0.2, height + 2.0, name, ha="center", fontsize=9)
        left += width
    axis.set(xlim=(-0.1, left), ylim=(-0.7, height + 2.4))
    axis.axis("off")
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def draw_block(axis: plt.Axes, left: float, columns, join: str, height: int) -> None:
    middle, top = left + len(columns) / 2, height + 1.0
    box = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": "k"}
    axis.text(middle, -0.4, "x", ha="center", va="center", fontsize=9, style="italic")
    for i, column in enumerate(columns):
        x = left + i + 0.5
        axis.plot([middle, x, x, middle], [-0.2, 0.3, top - 0.6, top], c="0.4", lw=1)
        for row, layer in enumerate(column):
            colour = colour_of(layer)
            place = x, 0.8 + row + (height - len(column)) / 2 * (len(columns) > 1)
            axis.text(
                *place, layer, ha="center", va="center", fontsize=7.5,
                bbox=box | {"facecolor": colour},
            )  # fmt: skip
    if join:
        joined = box | {"boxstyle": "circle,pad=0.2"}
        axis.text(middle, top, join, ha="center", va="center", fontsize=9, bbox=joined)
    axis.annotate("", (middle, top + 0.75), (middle, top + 0.25 * bool(join)),
                  arrowprops={"arrowstyle": "->", "color": "0.4"})  # fmt: skip


def colour_of(layer: str) -> str:
    """Light colours: convolutions orange, norms white, activations blue, pools grey."""
    if layer[0].isdigit():
        return "#fbe3b5"
    kinds = {"ReLU": "#cfe8f7", "norm": "#ffffff", "pool": "#e0e0e0"}
    found = [colour for word, colour in kinds.items() if word in layer]
    return found[0] if found else "#ffffff"


def show_learning(curves: Mapping[str, Sequence[float]], title: str) -> None:
    """The training loss of several nets, epoch by epoch."""
    fig, axis = plt.subplots(figsize=(6.5, 3.5))
    for i, (name, losses) in enumerate(curves.items()):
        style = {
            "color": COLOURS[i],
            "marker": MARKERS[i],
            "ls": "--" if i % 2 else "-",
        }
        axis.plot(np.arange(1, len(losses) + 1), losses, label=name, **style)
    epochs = range(1, 1 + max(map(len, curves.values())))
    axis.set(xlabel="epoch", ylabel="training loss (cross-entropy)", xticks=epochs)
    axis.legend()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_published() -> None:
    """Accuracy against multiply-adds; the area of a mark is the parameters."""
    fig, axis = plt.subplots(figsize=(8.5, 4.6))
    for name, (accuracy, parameters, work, *offset) in PUBLISHED.items():
        area = 7 * parameters
        axis.scatter(work, accuracy, area, color=COLOURS[4], edgecolor="k", alpha=0.8)
        told = f"{name}, {parameters:g} M"
        style = {"textcoords": "offset points", "ha": "center", "fontsize": 7}
        axis.annotate(told, (work, accuracy), offset, **style)
    axis.set(xscale="log", xlim=(0.18, 45), ylim=(53, 82))
    ticks = 0.2, 0.5, 1, 2, 5, 10, 20
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_xlabel("multiply-adds for one picture, in billions")
    axis.set_ylabel("ImageNet top-1 accuracy in %")
    axis.set_title(
        "MobileNetV2 does with 0.3 billion multiply-adds what VGG-16 does with 15; "
        "area: parameters",
        fontsize=10,
    )
    fig.tight_layout()
