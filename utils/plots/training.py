"""Figures of lesson 04: activations, layers, clouds of points, paths and schedules."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from utils.plots import COLOURS, MARKERS, WRONG

STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))


def show_functions(
    x: np.ndarray,
    found: Mapping[str, tuple],
    columns: int = 5,
    title: str = "",
    ylim: tuple[float, float] = (-1.6, 3.1),
) -> None:
    """Functions and their slopes: `found` maps names to `(value, derivative)`."""
    fig, axes = panels(len(found), columns, 2.1, 1.9, 0.6, sharex=True)
    for axis, (name, (value, slope)) in zip(axes.flat, found.items(), strict=False):
        axis.axhline(0, c="0.8", lw=0.7)
        axis.axvline(0, c="0.8", lw=0.7)
        axis.plot(x, value, c=COLOURS[0], label="value")
        axis.plot(x, slope, "--", c=COLOURS[5], label="slope")
        axis.set_ylim(ylim)
        axis.set_title(name, fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("input x")
    fig.suptitle(title, fontsize=10)
    handles = axes.flat[0].get_legend_handles_labels()
    fig.tight_layout(rect=(0, 0.06, 1, 1))
    fig.legend(*handles, loc="lower center", ncols=2, fontsize=9)


def panels(n: int, columns: int, wide: float, high: float, more: float, **shared):
    """A figure with `n` panels of this size in inches, and `more` for titles."""
    rows = -(-n // columns)
    size = (wide * columns, high * rows + more)
    fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **shared)
    for axis in axes.flat[n:]:
        axis.axis("off")
    return fig, axes


def show_curves(
    curves: Mapping[str, np.ndarray],
    xlabel: str,
    ylabel: str,
    title: str,
    x: np.ndarray | None = None,
    **settings: object,
) -> None:
    """Lines by name, told apart by colour and by dashes."""
    fig, axis = plt.subplots(figsize=(6.4, 3.2))
    for i, (name, curve) in enumerate(curves.items()):
        places = np.arange(len(curve)) if x is None else x
        axis.plot(places, curve, ls=STYLES[i], c=COLOURS[i], label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel, **settings)
    axis.set_title(title, fontsize=10)
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=9)
    fig.tight_layout()


def show_zig_zag(target: np.ndarray, path: np.ndarray, title: str) -> None:
    """Two weights that may only rise together or fall together, and their path."""
    fig, axis = plt.subplots(figsize=(4.4, 3.6))
    for x, y in ((0, 0), (-1, -1)):
        axis.add_patch(
            plt.Rectangle((3 * x, 3 * y), 3, 3, color=COLOURS[4], alpha=0.3, lw=0)
        )
    axis.plot(*target, "*", c=WRONG, ms=14, label="where the weights should go")
    axis.plot(*path.T, "o-", c="k", ms=4, label="the way they take")
    axis.axhline(0, c="0.5", lw=0.7)
    axis.axvline(0, c="0.5", lw=0.7)
    axis.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    axis.set(xlabel="change of the first weight", ylabel="change of the second")
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    fig.tight_layout()


def show_clouds(clouds: Mapping[str, np.ndarray], title: str) -> None:
    """Clouds of points `(N, 2)` side by side, on axes of the same scale."""
    fig, axes = plt.subplots(1, len(clouds), figsize=(2.7 * len(clouds), 3.0))
    for axis, (name, points) in zip(axes, clouds.items(), strict=True):
        axis.axhline(0, c="0.6", lw=0.7)
        axis.axvline(0, c="0.6", lw=0.7)
        axis.plot(*points.T, "o", c=COLOURS[0], ms=3, alpha=0.5)
        axis.set(xlim=(-6, 8), ylim=(-6, 8), aspect="equal")
        axis.set(xlabel="first axis" if "axes" in name else "first feature")
        axis.set_title(name, fontsize=9)
    axes[0].set_ylabel("second feature")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_layers(rows: Mapping[str, Sequence[np.ndarray]], title: str) -> None:
    """A histogram for each layer, a row for each way to begin; deviations on top.

    Zeros are left out of the bars, since most of a rectified layer would be one bar.
    """
    columns = max(map(len, rows.values()))
    fig, axes = plt.subplots(
        len(rows), columns, figsize=(1.12 * columns, 1.25 * len(rows) + 0.5)
    )
    for line, (name, layers) in zip(axes, rows.items(), strict=True):
        reach = 1.05 if abs(layers[0]).max() <= 1 else 2.1
        limits = (-reach if layers[0].min() < 0 else 0, reach)
        for i, (axis, values) in enumerate(zip(line, layers, strict=True)):
            shown = values[:200][values[:200] != 0]
            axis.hist(shown, bins=25, range=limits, color=COLOURS[0])
            axis.set(xticks=np.linspace(*np.trunc(limits), 3), yticks=[])
            axis.tick_params(labelsize=6)
            axis.set_title(f"{i + 1}: {values.std():.2g}", fontsize=7)
        line[0].set_ylabel(name, fontsize=8)
    fig.supxlabel("activation (zeros left out)", fontsize=9)
    fig.suptitle(title, fontsize=10)
    fig.tight_layout(h_pad=0.4, w_pad=0.2)


def show_table(
    table: np.ndarray, rows: Sequence[str], columns: Sequence[str], title: str
) -> None:
    """Standard deviations as a table, shaded by how far they are from 1."""
    fig, axis = plt.subplots(figsize=(1.0 * len(columns) + 1.8, 0.34 * len(rows) + 1.1))
    distance = np.abs(np.log10(np.clip(table, 1e-8, 1e8)))
    axis.imshow(np.minimum(distance, 4), cmap="Greys", aspect="auto", vmax=8)
    for (i, j), value in np.ndenumerate(table):
        axis.text(j, i, f"{value:.2g}", ha="center", va="center", fontsize=9)
    axis.set_xticks(range(len(columns)), columns, fontsize=9)
    axis.set_yticks(range(len(rows)), rows, fontsize=9)
    axis.xaxis.tick_top()
    axis.set_title(title, fontsize=10)
    fig.tight_layout()


def show_paths(
    paths: Mapping[str, np.ndarray],
    height: Callable[[np.ndarray, np.ndarray], np.ndarray],
    title: str,
    columns: int = 3,
) -> None:
    """Paths `(T, 2)` over the contour lines of `height(a, b)`, one a panel."""
    fig, axes = panels(len(paths), columns, 3.3, 2.2, 0.4)
    a, b = np.meshgrid(np.linspace(-9, 9, 120), np.linspace(-4, 4, 100))
    drawn = zip(axes.flat, paths.items(), COLOURS, MARKERS, strict=False)
    for axis, (name, path), colour, marker in drawn:
        axis.contour(a, b, np.sqrt(height(a, b)), 12, colors="0.75", linewidths=0.7)
        axis.plot(*path.T, c=colour, marker=marker, ms=3.5, lw=1)
        axis.plot(0, 0, "k+", ms=10)
        axis.set(xlim=(-9, 9), ylim=(-4, 4))
        end = height(*path[-1])
        steps = len(path) - 1
        axis.set_title(f"{name}: loss {end:.2g} after {steps} steps", fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("first weight")
    for axis in axes[:, 0]:
        axis.set_ylabel("second weight")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_polynomials(
    train: tuple, new: tuple, fits: Mapping[int, tuple], title: str
) -> None:
    """Points, and for each degree its curve and errors.

    `train` and `new` are `(x, y)`; `fits` maps a degree to its coefficients, lowest
    power first, its loss on the training points and its loss on new points.
    """
    fig, axes = plt.subplots(1, len(fits), figsize=(3.3 * len(fits), 3.0))
    places = np.linspace(-1, 1, 300)
    for axis, (degree, (weights, loss, new_loss)) in zip(
        axes, fits.items(), strict=True
    ):
        curve = np.polynomial.polynomial.polyval(places, weights)
        axis.plot(*new, "x", c=COLOURS[1], ms=4, label="new points")
        axis.plot(*train, "o", c=COLOURS[0], ms=5, label="training points")
        axis.plot(places, curve, c="k", lw=1.2)
        axis.set(ylim=(-2.2, 2.2), xlabel="x")
        errors = f"mean square error {loss:.3f}, of new points {new_loss:.3f}"
        axis.set_title(f"degree {degree}\n{errors}", fontsize=8)
    axes[0].set_ylabel("y")
    axes[0].legend(fontsize=7, loc="lower right")
    fig.suptitle(title, fontsize=10)
    fig.tight_layout()


def show_arrows(arrows: Mapping[str, np.ndarray], limit: float, title: str) -> None:
    """Steps of two numbers as arrows from the origin, and the limit of their length."""
    fig, axis = plt.subplots(figsize=(4.6, 3.4))
    axis.add_patch(plt.Circle((0, 0), limit, fill=False, ls=":", color="0.4"))
    for i, (name, (a, b)) in enumerate(arrows.items()):
        axis.plot([0, a], [0, b], ls=STYLES[i], c=COLOURS[i], lw=2)
        axis.plot(a, b, MARKERS[i], c=COLOURS[i], label=f"{name} ({a:g}, {b:g})")
    axis.set(xlim=(-0.3, 3.6), ylim=(-0.3, 2.6), aspect="equal")
    axis.set(xlabel="first gradient", ylabel="second gradient")
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8, loc="upper left")
    fig.tight_layout()
