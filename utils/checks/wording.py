"""How values and the differences between them are put into words."""

import re
from typing import Any

import numpy as np

from utils.subject import (
    Handle,
    Missing,
    NotWritten,
    OutOfMemory,
    Raised,
    Subject,
    Tensor,
    TimedOut,
    Trouble,
)

GRAPH = re.compile("requires? grad|the graph")


def shape_message(expected: np.ndarray, got: np.ndarray, label: str) -> str:
    message = f"{label} has shape {got.shape}; expected {expected.shape}."
    if got.ndim == expected.ndim == 2 and got.shape == expected.shape[::-1]:
        message += " Rows and columns are exchanged."
    elif got.size == expected.size:
        message += " The number of values is right, their arrangement is not."
    return message


def value_message(expected, got, wrong, label) -> str:
    """How many values are wrong, the worst one and where it is, and a common factor."""
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(got))[0])
        return (
            f"{label} contains {got[bad]}{at(bad)}; expected {number(expected[bad])}. "
            "Is there a division by zero, a logarithm of zero, "
            "or a square root of a negative number?"
        )
    worst = worst_place(expected, got, wrong)
    message = f"{label}{at(worst)} is {number(got[worst])}"
    message += f"; expected {number(expected[worst])}."
    if wrong.size > 1:
        message += f" {int(wrong.sum())} of {wrong.size} values are wrong"
        message += largest_error(expected, got, worst)
    return message + factor_message(expected, got)


def worst_place(expected, got, wrong) -> tuple[int, ...]:
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(complex) - expected) / np.maximum(
            np.abs(expected), 1e-12
        )
    error = np.where(wrong & np.isfinite(error), error, -1.0)
    return tuple(int(i) for i in np.unravel_index(np.argmax(error), error.shape))


def largest_error(expected, got, place) -> str:
    size = abs(complex(expected[place]))
    if size < 1e-12 or expected.dtype.kind in "biu":
        return "."
    error = abs(complex(got[place]) - complex(expected[place])) / size
    return f"; this one by the largest relative error, {error:.2g}."


def factor_message(expected: np.ndarray, got: np.ndarray) -> str:
    """`Every value is 3 times …` where one factor explains all of them."""
    if expected.dtype.kind not in "fc" or not np.isfinite(got).all():
        return ""
    used = np.abs(expected) > 1e-9
    if used.sum() < 3 or np.abs(got[~used]).max(initial=0) > 1e-9:
        return ""
    ratios = np.real(got[used] / expected[used])
    factor = float(np.median(ratios))
    if abs(factor) < 1e-9 or np.abs(ratios - factor).max() > 1e-5 * abs(factor):
        return ""
    return f" Every value is {factor:.6g} times the expected one."


def at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, place))}]" if place else ""


def number(value: Any) -> str:
    return f"{value:.6g}" if np.asarray(value).dtype.kind == "f" else str(value)


def describe(value: Any) -> str:
    """A value in a few words: `an array of shape (3, 4), float64`."""
    if isinstance(value, Tensor):
        return f"a PyTorch tensor of shape {value.array.shape}, {value.array.dtype}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, {value.dtype}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Handle):
        return repr(value)
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    if isinstance(value, (float, np.floating)):
        return number(value)
    return str(value)[:60]


def trouble_message(trouble: Trouble) -> str:
    """What went wrong, for the learner."""
    if isinstance(trouble, NotWritten):
        return "Not written yet."
    if isinstance(trouble, Missing):
        return str(trouble)
    if isinstance(trouble, TimedOut):
        return (
            f"Still running after {trouble.seconds:g} seconds, so it was stopped. "
            "Is there a loop that never ends, or one that does far too much work?"
        )
    if isinstance(trouble, OutOfMemory):
        return f"It asked for more memory than there is. {trouble}".rstrip()
    if isinstance(trouble, Raised):
        place = f" in line {trouble.line}: `{trouble.code}`" if trouble.line else ""
        return f"It stopped with {trouble.kind}: {trouble.message}{place}"
    return f"It ended: {trouble}" if str(trouble) else f"It ended: {trouble.status}."


def alike(one: str, other: str) -> bool:
    """Whether two messages tell of the same sort of trouble."""
    return sort_of_trouble(one) == sort_of_trouble(other)


def sort_of_trouble(message: str) -> str:
    """`It stopped with IndexError`, without the details.

    PyTorch raises RuntimeError for nearly everything: what concerns the graph is told
    from the rest by its text.
    """
    kind = message.partition(":")[0]
    text = message.partition(" in line ")[0]
    of_graph = kind.endswith("RuntimeError") and GRAPH.search(text)
    return f"{kind}, the graph" if of_graph else kind


def remarks(subject: Subject) -> list[str]:
    """What is worth saying although it costs nothing."""
    notes = []
    if subject.views:
        notes.append(
            "A result shares its memory with an argument: whoever changes one changes "
            "the other. `.copy()` makes it independent."
        )
    if subject.printed_length:
        kept = subject.printed[:200].rstrip()
        notes.append(
            f"While it was checked, the code printed {subject.printed_length:,} "
            f"characters, beginning with: {kept}"
        )
    return notes
