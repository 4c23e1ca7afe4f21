"""Figures of lesson 02: scores, losses, penalties, steps and templates."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from utils.plots import COLOURS, MARKERS, WRONG, show_images

STYLES = ("-", "--", ":", "-.")


def show_tables(
    tables: Sequence[np.ndarray],
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: Sequence[Sequence[str]],
    signs: str = "",
    title: str = "",
) -> None:
    """Small tables of numbers side by side, rows and columns named, signs between."""
    widths = [table.shape[1] for table in tables]
    fig, axes = plt.subplots(
        1, len(tables), figsize=(3.1 * len(tables), 2.9), width_ratios=widths
    )
    limit = 1.6 * max(abs(table).max() for table in tables)
    for axis, table, *named in zip(axes, tables, titles, rows, columns, strict=True):
        axis.imshow(table, cmap="PuOr", vmin=-limit, vmax=limit)
        write_numbers(axis, table, *named)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout(w_pad=3)
    for axis, sign in zip(axes[:-1], signs, strict=False):
        axis.text(1.08, 0.5, sign, transform=axis.transAxes, fontsize=18)


def write_numbers(
    axis: plt.Axes, table: np.ndarray, name: str, sides: Sequence, heads: Sequence
) -> None:
    """The numbers of a table, the names of its rows and columns, and its own."""
    for (i, j), value in np.ndenumerate(table):
        axis.text(j, i, f"{value + 0.0:.3g}", ha="center", va="center")
    axis.set_xticks(range(len(heads)), heads)
    axis.set_yticks(range(len(sides)), sides)
    axis.tick_params(length=0, labelsize=9)
    axis.set_title(name, fontsize=10)


def show_hyperplanes(
    W: np.ndarray, X: np.ndarray, y: np.ndarray, names: Sequence[str], title: str = ""
) -> None:
    """For pictures of two pixels: where each class scores 0, and where it gains."""
    fig, axis = plt.subplots(figsize=(6.8, 3.8))
    u, v = np.meshgrid(np.linspace(-2.8, 2.4, 80), np.linspace(-1.6, 2, 80))
    for c, name in enumerate(names):
        scores = W[0, c] * u + W[1, c] * v + W[2, c]
        axis.contour(u, v, scores, [0], colors=COLOURS[c], linestyles=STYLES[c])
        axis.plot([], [], STYLES[c], c=COLOURS[c], label=f"{name} scores 0")
        slope = W[:2, c] / np.linalg.norm(W[:2, c])
        foot = -W[2, c] * W[:2, c] / (W[:2, c] @ W[:2, c])
        arrow = {"arrowstyle": "->", "color": COLOURS[c], "lw": 2}
        axis.annotate("", foot + 0.35 * slope, xytext=foot, arrowprops=arrow)
        point = X[y == c]
        axis.scatter(*point.T[:2], c=COLOURS[c], marker=MARKERS[c], s=70, ec="k")
        above = {"xytext": (-7, 6), "textcoords": "offset points", "ha": "right"}
        axis.annotate(name, point[0, :2], **above)
    axis.set(xlabel="left pixel", ylabel="right pixel", aspect="equal")
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1))
    fig.tight_layout()


def show_losses_by_lead() -> None:
    """Both losses of an image with two classes, by the lead of the true one."""
    lead = np.linspace(-3, 4, 200)
    fig, axis = plt.subplots(figsize=(5.6, 3.2))
    axis.plot(lead, np.maximum(0, 1 - lead), c=COLOURS[0], label="hinge")
    axis.plot(lead, np.logaddexp(0, -lead), "--", c=COLOURS[5], label="softmax")
    axis.axvline(1, c="0.7", lw=1)
    axis.text(1.08, 2.6, "margin", fontsize=9, c="0.3")
    axis.set(xlabel="lead of the true class over the other", ylabel="loss of the image")
    axis.set_title("Hinge is content with a lead of 1, softmax never is", fontsize=10)
    axis.legend()
    fig.tight_layout()


def show_hinge(marked: Mapping[str, float]) -> None:
    """One term of the hinge loss by the lead of the true class; some are marked."""
    lead = np.linspace(-7, 5.5, 200)
    fig, axis = plt.subplots(figsize=(6.2, 3.2))
    axis.plot(lead, np.maximum(0, 1 - lead), c="k")
    for i, (name, value) in enumerate(marked.items()):
        axis.plot(value, max(0, 1 - value), MARKERS[i], c=COLOURS[i], ms=9, label=name)
    axis.axvline(1, c="0.7", lw=1)
    axis.text(1.15, 6, "margin", fontsize=9, c="0.3")
    axis.set(xlabel="lead of the true class over one wrong class", ylabel="term")
    axis.set_title("A lead of less than 1 costs, point for point", fontsize=10)
    axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1))
    fig.tight_layout()


def show_penalties() -> None:
    """Left: where the penalty is 1. Right: what a penalty alone does to a weight."""
    u, v = np.meshgrid(np.linspace(-1.1, 1.1, 300), np.linspace(-1.1, 1.1, 300))
    kinds = {
        "L1": lambda *w: sum(map(abs, w)),
        "L2": lambda *w: sum(one**2 for one in w),
        "elastic net, β = 1": lambda *w: sum(one**2 + abs(one) for one in w),
    }
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=[1, 1.5])
    for (name, penalty), colour, style in zip(
        kinds.items(), COLOURS, STYLES, strict=False
    ):
        left.contour(u, v, penalty(u, v), [1], colors=colour, linestyles=style)
        right.plot(shrinking(penalty), style, c=colour, label=name)
    left.set(xlabel="first weight", ylabel="second weight", aspect="equal")
    left.set_title("All weights with the penalty 1", fontsize=10)
    right.axhline(0, c="0.7", lw=1)
    right.set(xlabel="step", ylabel="the weight")
    right.set_title("L1 takes a weight to 0, L2 never quite", fontsize=10)
    right.legend()
    fig.tight_layout()


def shrinking(penalty: Callable[[float], float], steps: int = 60) -> list[float]:
    """A weight of 1 that only its penalty pulls at; it stops where it meets zero."""
    weights, nearby = [1.0], 1e-4
    for _ in range(steps):
        w = weights[-1]
        pull = (penalty(w + nearby) - penalty(w)) / nearby if w else 0.0
        weights.append(max(w - 0.025 * pull, 0.0))
    return weights


def show_step_lengths(
    h: np.ndarray, errors: Mapping[str, np.ndarray], title: str = ""
) -> None:
    """The error of numerical slopes against h, both on logarithmic axes."""
    fig, axis = plt.subplots(figsize=(5.8, 3.4))
    for i, (name, error) in enumerate(errors.items()):
        axis.loglog(
            h, error, MARKERS[i] + STYLES[i], c=COLOURS[5 * i], ms=4, label=name
        )
    axis.set(xlabel="h", ylabel="relative error of the slope")
    axis.set_title(title, fontsize=10)
    axis.legend()
    fig.tight_layout()


def show_softmax(scores: np.ndarray, names: Sequence[str]) -> None:
    """Scores, their exponentials, and the exponentials divided by their sum."""
    powers = np.exp(scores)
    steps = {"scores s": scores, "powers $e^s$": powers}
    steps |= {f"divided by {powers.sum():.3f}": powers / powers.sum()}
    fig, axes = plt.subplots(1, 3, figsize=(9, 2.7))
    for axis, (name, values) in zip(axes, steps.items(), strict=True):
        bars = axis.bar(names, values, color=COLOURS[: len(names)], ec="k")
        axis.bar_label(bars, fmt="%.3f", fontsize=8)
        axis.set_title(name, fontsize=10)
        axis.margins(y=0.15)
    fig.suptitle("Softmax keeps the order and makes the sum 1", fontsize=10)
    fig.tight_layout()


def show_log_loss() -> None:
    """The loss -ln p against the probability p of the true class."""
    p = np.linspace(0.01, 1, 300)
    fig, axis = plt.subplots(figsize=(5, 3.1))
    axis.plot(p, -np.log(p), c=COLOURS[0])
    for value in (0.5, 0.1, 0.9):
        axis.plot(value, -np.log(value), "o", c=WRONG)
        label = f"p = {value}: {-np.log(value):.3f}"
        near = {"xytext": (6, 6), "textcoords": "offset points"}
        axis.annotate(label, (value, -np.log(value)), **near)
    axis.set(xlabel="probability of the true class", ylabel="loss", xlim=(0, 1.25))
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.set_title("Certain and wrong costs most", fontsize=10)
    fig.tight_layout()


def show_divergences() -> None:
    """The one Gaussian nearest to a curve with two humps, by each KL divergence."""
    from scipy.stats import entropy, norm

    x = np.linspace(-7, 8, 301)
    p = 0.6 * norm.pdf(x, -2, 0.8) + 0.4 * norm.pdf(x, 3, 0.9)
    candidates = [
        norm.pdf(x, m, s) for m in np.arange(-4, 5, 0.1) for s in np.arange(0.5, 4, 0.1)
    ]
    best = {
        "smallest KL(p‖q)": min(candidates, key=lambda q: entropy(p, q)),
        "smallest KL(q‖p)": min(candidates, key=lambda q: entropy(q, p)),
    }
    fig, axis = plt.subplots(figsize=(6.4, 3.2))
    axis.fill_between(x, p, color="0.85", label="p, given")
    for i, (name, q) in enumerate(best.items()):
        axis.plot(x, q, STYLES[i], c=COLOURS[5 * i], label=f"q with the {name}")
    axis.set(xlabel="x", ylabel="density")
    axis.set_title("KL(p‖q) covers both humps, KL(q‖p) keeps to one", fontsize=10)
    axis.legend(fontsize=8)
    fig.tight_layout()


def show_batches(n_images: int, batch_size: int, rng: np.random.Generator) -> None:
    """Which images lie in which batch, in two epochs."""
    fig, axis = plt.subplots(figsize=(8, 1.9))
    for epoch in range(2):
        for place, image in enumerate(rng.permutation(n_images)):
            batch = place // batch_size
            axis.barh(epoch, 0.94, left=place - 0.47, color=COLOURS[batch], alpha=0.75)
            axis.text(place, epoch, image, ha="center", va="center", fontsize=9)
    axis.set_yticks([0, 1], ["first epoch", "second epoch"])
    axis.set(xlabel="place in the epoch (the number is the image)", xlim=(-0.6, None))
    axis.invert_yaxis()
    axis.set_title("Each image once an epoch; another order each time", fontsize=10)
    fig.tight_layout()


def show_paths(
    loss: Callable[[np.ndarray], float],
    paths: Mapping[str, np.ndarray],
    limits: tuple[float, float, float, float],
    title: str = "",
) -> None:
    """Steps over a landscape of two weights, a panel for each path `(steps + 1, 2)`."""
    u, v = np.meshgrid(np.linspace(*limits[:2], 70), np.linspace(*limits[2:], 70))
    heights = np.array([loss(np.array(w)) for w in zip(u.flat, v.flat, strict=True)])
    levels = heights.min() + np.geomspace(0.02, heights.max() - heights.min(), 11)
    fig, axes = plt.subplots(1, len(paths), figsize=(10.5, 3.4), sharey=True)
    for axis, (name, path) in zip(axes, paths.items(), strict=True):
        axis.contour(u, v, heights.reshape(u.shape), levels, cmap="Greys_r")
        axis.plot(*path.T, "o-", c=COLOURS[0], ms=3, lw=1)
        axis.plot(*path[0], "s", c=COLOURS[1], ms=8, mec="k", label="start")
        axis.plot(*path[-1], "*", c=WRONG, ms=13, mec="k", label="end")
        axis.set(xlabel="slope a", xlim=limits[:2], ylim=limits[2:])
        axis.set_title(name, fontsize=10)
    axes[0].set_ylabel("offset b")
    axes[0].legend(fontsize=8, loc="lower left")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_curves(
    curves: Mapping[str, Sequence[float]], title: str = "", ceiling: float | None = None
) -> None:
    """The loss of each step; `ceiling` is the highest loss that is shown."""
    fig, axis = plt.subplots(figsize=(8.4, 3.3))
    for i, (name, losses) in enumerate(curves.items()):
        axis.plot(losses, STYLES[i], c=COLOURS[(0, 5, 2)[i]], lw=1.2, label=name)
    axis.set(xlabel="step", ylabel="loss of the batch")
    axis.set_ylim(0, ceiling)
    axis.set_title(title, fontsize=10)
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1), title="learning rate")
    fig.tight_layout()


def show_choice(
    learning_rates: Sequence[float],
    regs: Sequence[float],
    accuracies: Mapping[str, np.ndarray],
) -> None:
    """Validation accuracies `(L, R)`, a table for each loss, the best one framed."""
    fig, axes = plt.subplots(1, len(accuracies), figsize=(9, 3.1))
    for axis, (name, table) in zip(axes, accuracies.items(), strict=True):
        axis.imshow(table, cmap="Blues", vmax=table.max() + 0.15, aspect="auto")
        for (i, j), value in np.ndenumerate(table):
            axis.text(j, i, f"{100 * value:.1f} %", ha="center", va="center")
        i, j = np.unravel_index(table.argmax(), table.shape)
        frame = plt.Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, fill=False, lw=2.5)
        axis.add_patch(frame).set_edgecolor(WRONG)
        axis.set_xticks(range(len(regs)), [f"{reg:g}" for reg in regs])
        axis.set_yticks(range(len(learning_rates)), [f"{r:g}" for r in learning_rates])
        axis.set(xlabel="strength of regularisation", ylabel="learning rate")
        axis.set_title(f"{name}: best {100 * table.max():.1f} %", fontsize=10)
    fig.suptitle(
        "Validation accuracy of every pair; the best one is framed", fontsize=10
    )
    fig.tight_layout()


def show_templates(
    W: np.ndarray, shape: tuple[int, int, int], names: Sequence[str], title: str = ""
) -> None:
    """The weights of each class as a picture: grey is 0, each stretched to its range.

    `W (D, C)` or `(D + 1, C)`, where the last row is the bias and is left out.
    """
    templates = W[: int(np.prod(shape))].T.reshape(-1, *shape)
    largest = abs(templates).reshape(len(templates), -1).max(axis=1)
    pictures = 0.5 + 0.5 * templates / largest[:, None, None, None]
    show_images(pictures, names, columns=5, title=title)
