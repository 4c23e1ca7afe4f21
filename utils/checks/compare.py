"""How a result is compared with what was expected, and how a difference is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.subject import Handle, Tensor

NUMBER = (int, float, complex, np.generic)


@dataclass(frozen=True)
class Difference:
    """The first difference between two values, in words and, for arrays, in numbers."""

    message: str
    expected: Any = None
    got: Any = None
    wrong: np.ndarray | None = None


@dataclass(frozen=True)
class Agreement:
    """A way to compare. `find(expected, got, label)` is None where the two agree.

    `by_value` tells whether two results that agree are the same result, so that a
    misconception can be recognised by the values it gives.
    """

    find: Callable[[Any, Any, str], Difference | None]
    by_value: bool = True

    def __call__(self, expected: Any, got: Any, label: str = "the result"):
        return self.find(expected, got, label)


class WrongStructure(Exception):
    """A result that a case cannot take apart; the message is for the learner."""


def unpack(value: Any, *parts: str) -> tuple:
    """Take a result apart into named parts, or say why it cannot be done."""
    names = ", ".join(parts)
    if value is None:
        raise WrongStructure(f"{NOTHING} Expected: {names}.")
    if not isinstance(value, (tuple, list)) or len(value) != len(parts):
        raise WrongStructure(
            f"It returned {describe(value)}; expected {len(parts)} values: {names}."
        )
    return tuple(value)


NOTHING = "It returned None. Does every way through the function reach a `return`?"


def close(
    rtol: float = 1e-6, atol: float = 1e-9, returns: tuple[str, ...] = ()
) -> Agreement:
    """Numbers agree within `atol + rtol * |expected|`; everything else is equal."""

    def find(expected: Any, got: Any, label: str) -> Difference | None:
        return compare(expected, got, label, rtol, atol, returns)

    return Agreement(find)


def at_least(threshold: float, what: str = "accuracy") -> Agreement:
    """The result is a number that reaches a threshold; `expected` is not used."""

    def find(_: Any, got: Any, label: str) -> Difference | None:
        if not is_number(got) or isinstance(got, complex) or not np.isfinite(got):
            return Difference(f"{label} is {describe(got)}; expected a finite number.")
        if got >= threshold:
            return None
        return Difference(
            f"{what} is {float(got):.4g}; at least {threshold:.4g} is expected."
        )

    return Agreement(find, by_value=False)


def within(low: float, high: float, what: str = "the value") -> Agreement:
    """Every number of the result lies between two bounds (statistical checks)."""

    def find(_: Any, got: Any, label: str) -> Difference | None:
        values = np.asarray(got.array if isinstance(got, Tensor) else got)
        if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
            return Difference(f"{label} is {describe(got)}; expected finite numbers.")
        if ((values >= low) & (values <= high)).all():
            return None
        worst = values.flat[np.argmax(np.abs(values - (low + high) / 2))]
        return Difference(
            f"{what} is {worst:.4g}; expected between {low:.4g} and {high:.4g}."
        )

    return Agreement(find, by_value=False)


def compare(expected, got, label, rtol, atol, returns=()) -> Difference | None:
    """The first difference between two values of the same structure, or None."""
    if got is None and expected is not None:
        return Difference(NOTHING, expected, got)
    if isinstance(expected, Tensor) or isinstance(got, Tensor):
        return compare_tensors(expected, got, label, rtol, atol)
    if isinstance(expected, np.ndarray):
        return compare_arrays(expected, got, label, rtol, atol)
    if isinstance(expected, (tuple, list)):
        return compare_sequences(expected, got, label, rtol, atol, returns)
    if isinstance(expected, dict):
        return compare_dicts(expected, got, label, rtol, atol)
    if is_number(expected) and not isinstance(expected, (bool, np.bool_)):
        return compare_numbers(expected, got, label, rtol, atol)
    if isinstance(expected, Handle) and isinstance(got, Handle):
        return None
    comparable = type(got) is not Handle and bool_like(expected) == bool_like(got)
    if comparable and expected == got:
        return None
    return Difference(
        f"{label} is {describe(got)}; expected {describe(expected)}.", expected, got
    )


def bool_like(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def is_number(value: Any) -> bool:
    scalar = isinstance(value, np.ndarray) and value.shape == ()
    return scalar or (isinstance(value, NUMBER) and not isinstance(value, Handle))


def compare_tensors(expected, got, label, rtol, atol) -> Difference | None:
    if not isinstance(got, Tensor):
        return Difference(
            f"{label} is {describe(got)}; expected {describe(expected)}.", expected, got
        )
    if not isinstance(expected, Tensor):
        return Difference(
            f"{label} is {describe(got)}; expected {describe(expected)}. "
            "`.numpy()` or `.item()` takes it out of PyTorch.",
        )
    return compare_arrays(expected.array, got.array, label, rtol, atol)


def compare_numbers(expected, got, label, rtol, atol) -> Difference | None:
    if not is_number(got):
        return Difference(
            f"{label} is {describe(got)}; expected a single number.", expected, got
        )
    return compare_arrays(np.asarray(expected), np.asarray(got), label, rtol, atol)


def compare_sequences(expected, got, label, rtol, atol, returns) -> Difference | None:
    names = returns if len(returns) == len(expected) else ()
    if not isinstance(got, (tuple, list)):
        parts = f": {', '.join(names)}" if names else ""
        return Difference(
            f"{label} is {describe(got)}; expected {len(expected)} values{parts}.",
            expected,
            got,
        )
    if len(got) != len(expected):
        return Difference(
            f"{label} has {len(got)} values; expected {len(expected)}.", expected, got
        )
    for i, (one, other) in enumerate(zip(expected, got, strict=True)):
        name = names[i] if names else f"{label}[{i}]"
        difference = compare(one, other, name, rtol, atol)
        if difference:
            return difference
    return None


def compare_dicts(expected, got, label, rtol, atol) -> Difference | None:
    if not isinstance(got, dict):
        return Difference(f"{label} is {describe(got)}; expected a dictionary.")
    if set(got) != set(expected):
        return Difference(
            f"{label} has the keys {sorted(map(str, got))}; "
            f"expected {sorted(map(str, expected))}."
        )
    for key, value in expected.items():
        difference = compare(value, got[key], str(key), rtol, atol)
        if difference:
            return difference
    return None


def compare_arrays(expected, got, label, rtol, atol) -> Difference | None:
    """Kind, shape, dtype, finiteness and values, in this order."""
    if not isinstance(got, np.ndarray):
        advice = " `np.array(...)` makes one." if isinstance(got, (list, tuple)) else ""
        return Difference(
            f"{label} is {describe(got)}; expected {describe(expected)}.{advice}",
            expected,
            got,
        )
    if got.shape != expected.shape:
        return Difference(shape_message(expected, got, label), expected, got)
    if got.dtype.kind not in WELCOME.get(expected.dtype.kind, ""):
        return Difference(
            f"{label} has dtype {got.dtype}; expected {expected.dtype}.", expected, got
        )
    try:
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol)
    except AssertionError:
        wrong = ~np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)
        return Difference(
            value_message(expected, got, wrong, label), expected, got, wrong
        )
    return None


WELCOME = {"f": "fiu", "i": "iu", "u": "iu", "b": "b", "c": "cfiu"}
"""Kinds of dtype that are taken for an expected kind: whole numbers for real ones."""


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
