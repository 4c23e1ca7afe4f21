"""Figures of lesson 12: pictures side by side, Gram matrices, races, costs of edges."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.ticker import LogLocator

from utils.plots import COLOURS, MARKERS, draw

Pictures = Mapping[str, torch.Tensor]


def show_pictures(pictures: Pictures, title: str = "", columns: int = 4) -> None:
    """Pictures `(1, 3, H, W)` in rows, with their names above, large enough to see.

    A column is as wide as its first picture; those of one height stay of one height.
    """
    rows, width = -(-len(pictures) // columns), min(columns, len(pictures))
    ratios = [p.shape[3] / p.shape[2] for p in list(pictures.values())[:width]]
    side = 10.5 / max(sum(ratios), 3)
    size = side * sum(ratios), rows * (side + 0.25) + 0.3
    fig, axes = plt.subplots(
        rows, width, figsize=size, squeeze=False, width_ratios=ratios
    )
    for axis in axes.flat[len(pictures) :]:
        axis.axis("off")
    for axis, (name, picture) in zip(axes.flat, pictures.items(), strict=False):
        draw(axis, as_array(picture))
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def as_array(picture: torch.Tensor) -> np.ndarray:
    return picture.detach().cpu().numpy()[0]


def save_pictures(pictures: Sequence[torch.Tensor], path: Path) -> None:
    """Save pictures `(1, 3, H, W)` of one height side by side; says where."""
    row = np.concatenate([as_array(picture) for picture in pictures], axis=2)
    plt.imsave(path, np.clip(row.transpose(1, 2, 0), 0, 1))
    print(f"Saved as {path}")


def show_grams(grams: Pictures, title: str, channels: int = 24) -> None:
    """Gram matrices `(1, C, C)`, the first channels, each by its own largest entry."""
    fig, axes = plt.subplots(1, len(grams), figsize=(3.2 * len(grams), 3.5))
    for axis, (name, gram) in zip(np.atleast_1d(axes), grams.items(), strict=True):
        values = as_array(gram)[:channels, :channels]
        axis.imshow(np.sqrt(np.abs(values)), cmap="viridis", interpolation="nearest")
        axis.set(xlabel="channel", ylabel="channel")
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_edge_costs(costs: Mapping[str, Sequence[float]], widths: Sequence[int]):
    """What an edge of height 1 costs when it is spread over several pixels."""
    fig, axis = plt.subplots(figsize=(6, 3.2))
    for i, (name, values) in enumerate(costs.items()):
        axis.plot(widths, values, marker=MARKERS[i], color=COLOURS[i], label=name)
    axis.set(xlabel="pixels that the edge is spread over", ylabel="total variation")
    axis.set(xticks=list(widths), ylim=(0, None))
    axis.legend()
    axis.set_title("The larger beta, the cheaper it is to blur an edge", fontsize=10)
    fig.tight_layout()


def show_race(logs: Mapping[str, Sequence[tuple[float, float]]], title: str) -> None:
    """Loss against seconds, a line for each optimiser."""
    fig, axis = plt.subplots(figsize=(6.5, 3.4))
    for i, (name, log) in enumerate(logs.items()):
        seconds, losses = np.array(log).T
        every = max(1, len(log) // 12)
        style = {"marker": MARKERS[i], "color": COLOURS[i], "markevery": every}
        axis.plot(seconds, losses, label=name, ls=("-", "--", ":")[i % 3], **style)
    axis.set(xlabel="seconds", ylabel="loss (logarithmic)", yscale="log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("")
    axis.legend()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_values(rows: Mapping[str, Sequence[float]], title: str) -> None:
    """Rows of numbers as bars, a panel each; two and two are of one scale."""
    fig, axes = plt.subplots(1, len(rows), figsize=(2.6 * len(rows), 2.6))
    for axis, other in zip(axes[::2], axes[1::2], strict=False):
        other.sharey(axis)
    for axis, (name, values) in zip(axes, rows.items(), strict=True):
        axis.bar(range(len(values)), values, color=COLOURS[0], edgecolor="k")
        axis.axhline(0, color="k", linewidth=0.8)
        axis.set(xlabel="place", ylabel="value", xticks=range(len(values)))
        axis.set_title(name, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()
