"""How a result is compared with what was expected, and how a difference is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.checks.wording import describe, shape_message, value_message
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
    rtol: float = 1e-6,
    atol: float = 1e-9,
    returns: tuple[str, ...] = (),
    by_value: bool = True,
) -> Agreement:
    """Numbers agree within `atol + rtol * |expected|`; everything else is equal.

    `by_value` is false where one mistake gives different wrong values (inf, nan).
    """

    def find(expected: Any, got: Any, label: str) -> Difference | None:
        return compare(expected, got, label, rtol, atol, returns)

    return Agreement(find, by_value)


def at_least(threshold: float, what: str = "accuracy") -> Agreement:
    """The result is a number that reaches a threshold; `expected` is not used."""

    def find(_: Any, got: Any, label: str) -> Difference | None:
        if not is_number(got) or np.iscomplexobj(got) or not np.isfinite(got):
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
        values = numbers_of(got)
        if values is None or not np.isfinite(values).all():
            return Difference(f"{label} is {describe(got)}; expected finite numbers.")
        if ((values >= low) & (values <= high)).all():
            return None
        worst = values.flat[np.argmax(np.abs(values - (low + high) / 2))]
        return Difference(
            f"{what} is {worst:.4g}; expected between {low:.4g} and {high:.4g}."
        )

    return Agreement(find, by_value=False)


def numbers_of(value: Any) -> np.ndarray | None:
    """The real numbers of a number, an array, a tensor or a flat list, if it is one."""
    value = value.array if isinstance(value, Tensor) else value
    flat = isinstance(value, (list, tuple)) and all(map(is_number, value))
    if not (flat or is_number(value) or isinstance(value, np.ndarray)):
        return None
    values = np.asarray(value)
    return values if values.dtype.kind in "fiub" and values.size else None


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
    plain = got is None or isinstance(got, (str, bool, np.bool_))
    if plain and bool_like(expected) == bool_like(got) and expected == got:
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
            f"{label} has the keys {keys_text(got)}; expected {keys_text(expected)}."
        )
    inside = "" if label == "the result" else f"{label}, "
    for key, value in expected.items():
        difference = compare(value, got[key], f"{inside}{key}", rtol, atol)
        if difference:
            return difference
    return None


def keys_text(dictionary: dict) -> str:
    keys = sorted(repr(key)[:40] for key in dictionary)
    rest = f" and {len(keys) - 8} more" if len(keys) > 8 else ""
    return (", ".join(keys[:8]) or "(none)") + rest


def compare_arrays(expected, got, label, rtol, atol) -> Difference | None:
    """Kind, shape, dtype, finiteness and values, in this order."""
    if not isinstance(got, np.ndarray):
        array_like = isinstance(got, (list, tuple)) or (
            isinstance(got, Handle) and got._type in ("matrix", "MaskedArray")
        )
        advice = " `np.array(...)` makes one." if array_like else ""
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
    with np.errstate(all="ignore"):
        wrong = ~np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return None
    return Difference(value_message(expected, got, wrong, label), expected, got, wrong)


WELCOME = {"f": "fiu", "i": "iu", "u": "iu", "b": "b", "c": "cfiu"}
"""Kinds of dtype that are taken for an expected kind: whole numbers for real ones."""
