"""Figures of lesson 11: features by depth, the four cases, who is taken for whom."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from utils.plots import COLOURS, MARKERS, WRONG, draw, show_images

if TYPE_CHECKING:
    from utils.tasks import Task

HATCHES = ("", "//", "..")


def as_images(pixels: np.ndarray) -> np.ndarray:
    """Bytes with the channels last as images `(N, C, H, W)` in [0, 1]."""
    return pixels.transpose(0, 3, 1, 2) / 255


def show_task(task: "Task", title: str, a_class: int = 2) -> None:
    """Some training pictures of every class, with their names."""
    few = task.first(a_class)
    rows = np.concatenate([np.flatnonzero(few.y_train == c) for c in few.classes])
    names = [few.class_names[c] for c in few.y_train[rows]]
    order = [k * a_class + j for j in range(a_class) for k in few.classes]
    images = as_images(few.X_train[rows])
    shown = [images[i] for i in order], [names[i] for i in order]
    show_images(*shown, columns=len(few.classes), title=title)


def show_views(images: Sequence[np.ndarray], title: str) -> None:
    """The same photograph, drawn again and again."""
    show_images(list(images), columns=len(images) // 2, title=title)


def show_depths(
    found: Mapping[str, Sequence[float]], stages: Sequence[str], title: str = ""
) -> None:
    """The accuracy of a linear probe at every depth, a line a task."""
    fig, axis = plt.subplots(figsize=(7, 3.4))
    for i, (name, values) in enumerate(found.items()):
        style = {"marker": MARKERS[i], "ls": ("-", "--")[i], "color": COLOURS[i]}
        axis.plot(range(len(stages)), 100 * np.array(values), label=name, **style)
    axis.set(xticks=range(len(stages)), xticklabels=stages, ylim=(0, 100))
    axis.tick_params(axis="x", labelrotation=30, labelsize=8)
    axis.set(xlabel="layer after which the features are taken")
    axis.set(ylabel="probe's validation accuracy in %")
    axis.legend()
    best = {n: stages[int(np.argmax(v))].split(".")[-1] for n, v in found.items()}
    told = ", ".join(f"{name}: layer {layer}" for name, layer in best.items())
    axis.set_title(title or f"Where the best features are ({told})", fontsize=10)
    fig.tight_layout()


def show_run(history: Sequence[Sequence[float]], kept: int, begin: float) -> None:
    """Loss and accuracy of every epoch; `begin` is the accuracy before the first."""
    losses, accuracies = np.array(history).T
    epochs = np.arange(1, len(history) + 1)
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    left.plot(epochs, losses, marker="o", color=COLOURS[0])
    left.set(xlabel="epoch", ylabel="training cross-entropy", xticks=epochs)
    values = 100 * np.array([begin, *accuracies])
    right.plot([0, *epochs], values, marker="o", color=COLOURS[0])
    right.plot(kept, values[kept], "*", color=WRONG, markersize=16, label="kept")
    right.set(xlabel="epoch (0: head alone)", xticks=[0, *epochs])
    right.set(ylabel="accuracy when watched in %")
    right.legend(loc="lower right")
    title = f"Epoch {kept} is kept: {values[kept]:.1f} %, after {values[0]:.1f} % with"
    if kept == 0:
        title = f"No epoch beats the {values[0]:.1f} % of"
    fig.suptitle(f"{title} the head alone", fontsize=10)
    fig.tight_layout()


def show_cases(
    found: Mapping[tuple[str, str, str], float], chance: Mapping[str, float]
) -> None:
    """Accuracy by `(task, amount, way)`: a panel a task, a group of bars an amount."""
    tasks, amounts, ways = (
        list(dict.fromkeys(part)) for part in zip(*found, strict=True)
    )
    fig, axes = plt.subplots(1, len(tasks), figsize=(9, 3.6), sharey=True)
    for axis, task in zip(axes, tasks, strict=True):
        for i, way in enumerate(ways):
            values = [100 * found[task, amount, way] for amount in amounts]
            places = np.arange(len(amounts)) + 0.27 * (i - 1)
            look = {"color": COLOURS[i], "hatch": HATCHES[i], "edgecolor": "k"}
            bars = axis.bar(places, values, 0.25, label=way, **look)
            axis.bar_label(bars, fmt="%.0f", fontsize=8)
        axis.axhline(100 * chance[task], color="0.4", ls=":", lw=1)
        told = {"fontsize": 7, "va": "center", "backgroundcolor": "w", "ha": "center"}
        axis.text(0.5, 100 * chance[task], "chance", **told)
        axis.set(xticks=range(len(amounts)), xticklabels=amounts, ylim=(0, 105))
        axis.set_title(task, fontsize=9)
    axes[0].set_ylabel("validation accuracy in %")
    axes[0].legend(fontsize=8, loc="upper left", ncols=len(ways))
    fig.suptitle(headline(found, tasks, amounts, ways), fontsize=10)
    fig.tight_layout()


def headline(found: Mapping, tasks: Sequence, amounts: Sequence, ways: Sequence) -> str:
    """Which way wins in how many of the cases."""
    cases = [(task, amount) for task in tasks for amount in amounts]
    winners = [max(ways, key=lambda way: found[*case, way]) for case in cases]
    counts = {way: winners.count(way) for way in ways if way in winners}
    told = ", ".join(f"{way} in {count}" for way, count in counts.items())
    return f"Best of {len(cases)} cases: {told}"


def show_confusion(table: np.ndarray, names: Sequence[str]) -> None:
    """A confusion matrix; the shade is the fraction of the row, the number a count."""
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    fig, axis = plt.subplots(figsize=(0.85 * len(names) + 1.6, 0.7 * len(names) + 1.3))
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    for (i, j), count in np.ndenumerate(table):
        colour = "w" if shares[i, j] > 0.5 else "k"
        axis.text(j, i, count, ha="center", va="center", color=colour)
    axis.set(xticks=range(len(names)), yticks=range(len(names)))
    axis.set_xticklabels(names, rotation=30, ha="right")
    axis.set_yticklabels(names)
    axis.set(xlabel="taken for", ylabel="true class")
    wrong = table - np.diag(np.diag(table))
    i, j = np.unravel_index(np.argmax(wrong), wrong.shape)
    title = f"Most often: {names[i]} taken for {names[j]} ({wrong[i, j]} times)"
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_mistaken(
    pixels: np.ndarray, titles: Sequence[str], title: str, columns: int = 4
) -> None:
    """Photographs at a size at which one can see what misled the network."""
    rows = -(-len(pixels) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(9, 3.0 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, told in zip(axes.flat, as_images(pixels), titles, strict=False):
        axis.axis("on")
        draw(axis, image)
        axis.set_title(told, fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()
