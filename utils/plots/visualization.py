"""Figures of lesson 10: pictures side by side, filters, maps, heat, points in a plane.

Images are `(C, H, W)` in [0, 1], maps `(H, W)`: tensors on any device, or arrays.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from utils.plots import COLOURS, MARKERS, RIGHT, WRONG, as_picture, draw


def array(values: Any) -> np.ndarray:
    """A tensor as an array on the CPU, without its graph."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


def grey(image: Any) -> np.ndarray:
    """The brightness of an image, `(H, W)`."""
    return array(image).mean(axis=0)


def stretched(values: Any, least: float = 1e-12) -> np.ndarray:
    """Values moved and scaled to fill [0, 1]."""
    values = array(values)
    return (values - values.min()) / max(float(np.ptp(values)), least)


def panels(rows: int, columns: int, size: float, title: str, extra: float = 0.3):
    """A figure of square panels without ticks, and its axes `(rows, columns)`."""
    shape = size * columns, (size + extra) * rows + 0.3
    fig, axes = plt.subplots(rows, columns, figsize=shape, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    fig.suptitle(title, fontsize=10)
    return fig, axes


def show_row(
    images: Sequence[Any],
    titles: Sequence[str],
    title: str = "",
    columns: int = 4,
    size: float = 2.3,
) -> None:
    """Images or maps side by side, in rows of `columns`, each with its own title."""
    columns = min(columns, len(images))
    fig, axes = panels(-(-len(images) // columns), columns, size, title)
    for axis, image, text in zip(axes.flat, images, titles, strict=False):
        draw(axis, array(image))
        axis.axis("on")
        axis.set_title(text, fontsize=8)
    fig.tight_layout()


def show_guesses(image: Any, names: Sequence[str], probabilities: Sequence) -> None:
    """A picture, and what a net takes it for."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 2.8))
    draw(left, array(image))
    order = np.argsort(array(probabilities))[::-1][:5]
    percent = 100 * array(probabilities)[order]
    right.barh([names[i] for i in order], percent, color=COLOURS[0])
    right.set(xlabel="probability in %", xlim=(0, 100))
    right.invert_yaxis()
    title = f"The net says: {names[order[0]]}, {percent[0]:.0f} %. What did it look at?"
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_filters(weights: Any, title: str = "", columns: int = 16) -> None:
    """The filters `(K, 3, FH, FW)` of a first layer as small colour pictures."""
    weights = array(weights)
    rows = -(-len(weights) // columns)
    fig, axes = panels(rows, columns, 0.55, title, extra=0.02)
    for axis, one in zip(axes.flat, weights, strict=False):
        axis.imshow(as_picture(stretched(one)), interpolation="nearest")
    fig.tight_layout(pad=0.3)


def show_maps(maps: Mapping[str, Any], title: str = "", columns: int = 8) -> None:
    """The strongest channels of each layer's maps `(1, K, h, w)`, a row a layer."""
    fig, axes = panels(len(maps), columns, 1.1, title, extra=0.12)
    for row, (name, values) in zip(axes, maps.items(), strict=True):
        values = array(values)[0]
        strongest = np.argsort(-values.max(axis=(1, 2)))[:columns]
        for axis, channel in zip(row, strongest, strict=False):
            axis.imshow(values[channel], cmap="gray", interpolation="nearest")
        k, h, w = values.shape
        row[0].set_title(f"{name}: {k} maps of {h} x {w}", fontsize=8, loc="left")
    fig.tight_layout(pad=0.4)


def show_heat(
    images: Sequence[Any],
    heats: Sequence[Any],
    titles: Sequence[str],
    title: str = "",
    columns: int = 4,
    size: float = 2.3,
) -> None:
    """Maps laid over pictures: bright where a map is large.

    `None` in the place of a map shows the picture itself.
    """
    columns = min(columns, len(images))
    fig, axes = panels(-(-len(images) // columns), columns, size, title)
    for axis, image, heat, text in zip(axes.flat, images, heats, titles, strict=False):
        draw_heat(axis, image, heat)
        axis.set_title(text, fontsize=8)
    fig.tight_layout()


def draw_heat(axis: plt.Axes, image: Any, heat: Any) -> None:
    """One picture in grey under one map, or the picture alone."""
    if heat is None:
        draw(axis, array(image))
        axis.axis("on")
        return
    _, h, w = array(image).shape
    across = {"extent": (0, w, h, 0), "interpolation": "nearest"}
    axis.imshow(grey(image), cmap="gray", vmin=0, vmax=1, **across)
    axis.imshow(stretched(heat), cmap="inferno", alpha=0.6, **across)


def show_plane(
    points: Mapping[str, np.ndarray],
    labels: np.ndarray,
    names: Sequence[str],
    title: str = "",
) -> None:
    """Points `(N, 2)` of several methods, a panel each, a sign for each class."""
    fig, axes = plt.subplots(1, len(points), figsize=(4.6 * len(points), 3.6))
    signs = MARKERS + "PX<"
    for axis, (name, plane) in zip(np.atleast_1d(axes), points.items(), strict=True):
        for label in np.unique(labels):
            style = {"c": COLOURS[label % 7], "marker": signs[label % 10], "s": 22}
            own = plane[labels == label]
            axis.scatter(*own.T, label=names[label], edgecolors="k", lw=0.3, **style)
        axis.set(xlabel="first coordinate", ylabel="second coordinate")
        axis.set_title(name, fontsize=9)
    fig.legend(*axis.get_legend_handles_labels(), loc="center right", fontsize=8)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout(rect=(0, 0, 0.86, 1))


def show_thumbnails(
    plane: np.ndarray, images: Sequence[Any], title: str = "", pixels: int = 30
) -> None:
    """Every picture at its point of the plane."""
    fig, axis = plt.subplots(figsize=(9, 6.5))
    axis.scatter(*plane.T, s=0)
    for point, image in zip(plane, images, strict=True):
        picture = as_picture(array(image))
        box = OffsetImage(picture, zoom=pixels / len(picture), interpolation="nearest")
        axis.add_artist(AnnotationBbox(box, point, frameon=False))
    axis.set(xlabel="first coordinate", ylabel="second coordinate")
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_neighbours(
    images: Sequence[Any],
    labels: np.ndarray,
    queries: Sequence[int],
    found: Mapping[str, np.ndarray],
    title: str = "",
) -> None:
    """Each query, and its nearest pictures by each kind of distance (framed if right).

    `found` maps a kind of distance to indices `(queries, k)`.
    """
    k = next(iter(found.values())).shape[1]
    fig, axes = panels(len(queries) * len(found), k + 1, 1.05, title, extra=0.22)
    rows = [(q, i, kind) for i, q in enumerate(queries) for kind in found]
    for row, (query, i, kind) in zip(axes, rows, strict=True):
        draw(row[0], array(images[query]), "k")
        row[0].set_title(kind, fontsize=8, loc="left")
        for axis, other in zip(row[1:], found[kind][i], strict=True):
            right = labels[other] == labels[query]
            draw(axis, array(images[other]), RIGHT if right else WRONG)
            axis.set_title("" if right else "×", fontsize=8, pad=1)
        for axis in row:
            axis.axis("on")
    fig.tight_layout(pad=0.5)


def show_attack(epsilons: Sequence[float], shares: Mapping[str, Sequence]) -> None:
    """What is left of a net's answers under attacks of growing strength."""
    fig, axis = plt.subplots(figsize=(6.5, 3.2))
    for i, (name, values) in enumerate(shares.items()):
        style = {"marker": MARKERS[i], "color": COLOURS[i], "ls": ("-", "--")[i % 2]}
        axis.plot(255 * np.array(epsilons), 100 * np.array(values), label=name, **style)
    axis.set(xlabel="epsilon, in steps of 1/255", ylabel="answers unchanged in %")
    axis.set_ylim(-3, 103)
    axis.legend()
    gap = 100 * min(shares["sign of the gradient"])
    axis.set_title(f"The right direction leaves {gap:.0f} % unchanged", fontsize=10)
    fig.tight_layout()


def show_falling(losses: Mapping[str, Sequence[float]], title: str = "") -> None:
    """Losses by step on a logarithmic axis, each as a part of its first value."""
    fig, axis = plt.subplots(figsize=(6.5, 3.2))
    for i, (name, values) in enumerate(losses.items()):
        style = {"color": COLOURS[i % 7], "ls": ("-", "--", ":", "-.")[i % 4]}
        axis.plot(np.array(values) / values[0], label=name, **style)
    axis.set(xlabel="step", ylabel="loss, as a part of the first", yscale="log")
    axis.legend(fontsize=8)
    axis.set_title(title, fontsize=10)
    fig.tight_layout()
