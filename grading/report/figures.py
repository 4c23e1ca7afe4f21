"""The figures of the class page, each a picture inside the page and a sentence.

The sentence is the figure's title and its text for those who cannot see it. Fills
differ in lightness and hatching too, so that they stay apart in grey and for
colour-blind readers.
"""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from textwrap import fill

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from grading.report.summary import LessonSummary

# Okabe and Ito's colours (Okabe & Ito, 2008); lightness falls and rises in turn.
GROUPS = {
    "right": ("#0072B2", ""),
    "partly right": ("#A6D4F2", "//"),
    "wrong": ("#E69F00", ""),
    "no result": ("#7F2D00", "xx"),
    "not written": ("#E8E8E8", ""),
}
BLUE, ORANGE = "#0072B2", "#E69F00"
SETTINGS = {
    "svg.hashsalt": "course",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,
}
MOST_MISTAKES = 10


@dataclass(frozen=True)
class Picture:
    """A figure as an address that holds the whole picture, and what it shows."""

    address: str
    title: str


def pictures(lesson: LessonSummary) -> list[Picture]:
    """The figures of one lesson; those with nothing to show are left out."""
    drawn = [scores(lesson), pass_rates(lesson), mistakes(lesson), times(lesson)]
    return [picture for picture in drawn if picture is not None]


def scores(lesson: LessonSummary) -> Picture | None:
    """How many submissions have which score."""
    if lesson.points <= 0:
        return None
    have = "has" if lesson.none == 1 else "have"
    title = (
        f"Half of {counted(len(lesson.verdicts), 'submission')} have {lesson.median:g} "
        f"of {lesson.points:g} points or more; {lesson.none} {have} none"
    )
    step = max(1.0, np.ceil(lesson.points / 25))
    edges = np.arange(0, lesson.points + 2 * step, step) - step / 2
    with mpl.rc_context(SETTINGS):
        figure, axis = blank(5.8, 3.0)
        axis.hist(lesson.scores, edges, color=BLUE, edgecolor="white", linewidth=0.5)
        axis.axvline(lesson.median, color="black", linestyle="--", linewidth=1)
        axis.text(lesson.median, 1.0, " median", transform=axis.get_xaxis_transform())
        axis.set_xlabel("score (points, written answers left out)")
        axis.set_ylabel("submissions (number)")
        axis.yaxis.get_major_locator().set_params(integer=True)
        return finished(figure, axis, title)


def pass_rates(lesson: LessonSummary) -> Picture | None:
    """What became of each exercise, as shares of the submissions."""
    exercises = lesson.graded
    if not exercises:
        return None
    hardest = lesson.hardest
    title = "Every exercise is right in every submission"
    if hardest:
        share = f"{percent(hardest.share)} of submissions"
        title = f"Hardest: {name_of(hardest.id)}, right in {share}"
    with mpl.rc_context(SETTINGS):
        figure, axis = blank(5.8, 1.2 + 0.24 * len(exercises))
        left = np.zeros(len(exercises))
        names = [name_of(exercise.id) for exercise in exercises]
        for group, (colour, hatch) in GROUPS.items():
            shares = [100 * e.groups.get(group, 0) / len(e.answers) for e in exercises]
            style = {"color": colour, "hatch": hatch, "edgecolor": "black"}
            axis.barh(names, shares, left=left, label=group, linewidth=0.4, **style)
            left += shares
        axis.invert_yaxis()
        axis.set_xlabel("submissions (%)")
        axis.set_xlim(0, 100)
        figure.legend(ncols=5, loc="outside lower center", frameon=False)
        return finished(figure, axis, title)


def mistakes(lesson: LessonSummary) -> Picture | None:
    """The mistakes that were recognised most often."""
    shown = lesson.mistakes[:MOST_MISTAKES]
    if not shown:
        return None
    first = shown[0]
    title = (
        f"Most common mistake: “{first.name}” in {name_of(first.exercise)}, "
        f"{counted(first.count, 'submission')}"
    )
    if first.count == 1:
        title = "No mistake was made more than once"
    labels = [f"{one.name}\n{name_of(one.exercise)}" for one in shown]
    with mpl.rc_context(SETTINGS):
        figure, axis = blank(5.8, 0.9 + 0.38 * len(shown))
        places = range(len(shown))
        bars = axis.barh(places, [one.count for one in shown], color=ORANGE)
        axis.bar_label(bars, padding=3)
        axis.set_yticks(places, labels, fontsize=8)
        axis.invert_yaxis()
        axis.set_xlabel("submissions (number)")
        axis.xaxis.get_major_locator().set_params(integer=True)
        return finished(figure, axis, title)


def times(lesson: LessonSummary) -> Picture | None:
    """How long the submissions ran."""
    seconds = [v.seconds for v in lesson.verdicts if v.seconds > 0]
    if not seconds:
        return None
    title = (
        f"Half of the submissions ran {short_time(median(seconds))} or less, "
        f"the slowest {short_time(max(seconds))}"
    )
    low, high = min(seconds) / 1.05, max(seconds) * 1.05
    with mpl.rc_context(SETTINGS):
        figure, axis = blank(5.8, 3.0)
        edges = np.geomspace(low, high, 31)
        axis.hist(seconds, edges, color=BLUE, edgecolor="white", linewidth=0.5)
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xlabel("time a submission (s, logarithmic)")
        axis.set_ylabel("submissions (number)")
        axis.yaxis.get_major_locator().set_params(integer=True)
        return finished(figure, axis, title)


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of its own (inches), outside the state that pyplot keeps."""
    figure = Figure((width, height), facecolor="white", layout="constrained")
    return figure, figure.add_subplot()


def finished(figure: Figure, axis: Axes, title: str) -> Picture:
    """The figure with its title, as an address that holds an SVG."""
    axis.set_title(fill(title, 62), fontsize=10, loc="left", pad=12)
    buffer = BytesIO()
    metadata = {"Date": None, "Creator": None}
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata=metadata)
    data = b64encode(buffer.getvalue()).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{data}", title)


def name_of(exercise: str) -> str:
    """An exercise's name without its lesson's number."""
    return exercise.partition(".")[2] or exercise


def counted(number: int, noun: str) -> str:
    """`1 submission`, `2 submissions`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def percent(share: float) -> str:
    """`62 %`; only nothing is `0 %` and only everything `100 %`."""
    rounded = round(100 * share)
    if 0 < share < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded} %"


def short_time(seconds: float) -> str:
    """Seconds with two digits, or minutes where there are many."""
    return f"{seconds / 60:.1f} min" if seconds >= 120 else f"{seconds:.2g} s"
