"""Where a module leaves the way of the right one: the first layer that shows it.

`utils.stand_ins.watching` notes what each layer is given. That costs and earns nothing;
it only makes the message of a wrong output say where to look.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from utils.checks.compare import Agreement, Difference, compare

Calls = list[tuple[str, list[int], list[float]]]


def found_where(rtol: float, atol: float) -> Agreement:
    """Outputs (and buffers) agree; where they do not, the message names the layer."""

    def find(expected: dict, got: Any, label: str) -> Difference | None:
        right, found = (
            {key: value for key, value in result.items() if key != "layers"}
            for result in (expected, got)
        )
        if len(right) == 1:
            right, found = right["out"], found["out"]
        difference = compare(right, found, label, rtol, atol)
        if difference is None:
            return None
        where = first_turn(expected["layers"], got["layers"])
        return replace(difference, message=f"{difference.message} {where}".rstrip())

    return Agreement(find)


def first_turn(expected: Calls, got: Calls) -> str:
    """In words, the first layer that is given something else than it should be.

    Nothing where it is not known what the layers should be given.
    """
    if not got:
        return "None of its layers is used: what does `forward` return?"
    if not expected:
        return ""
    right, found = grouped(expected), grouped(got)
    for name, calls in right.items():
        told = difference_of(name, calls, found.get(name, []))
        if told:
            return told
    last = next(reversed(right), "")
    return (
        f"Every layer is given what it should be, up to `{last}`, the last: "
        "look at what comes after it."
    )


def grouped(calls: Calls) -> dict[str, Calls]:
    """The calls of each layer, in the order in which the layers are first called."""
    found: dict[str, Calls] = {}
    for call in calls:
        found.setdefault(call[0], []).append(call)
    return found


def difference_of(name: str, right: Calls, found: Calls) -> str:
    """What is wrong with what a layer is given, or nothing."""
    if len(found) != len(right):
        used = f"is used {times(len(found))}" if found else "is never used"
        return f"`{name}` {used}; expected {times(len(right))}."
    for (_, shape, sums), (_, its_shape, its_sums) in zip(right, found, strict=True):
        if list(its_shape) != list(shape):
            return (
                f"The first layer that is given something else than it should be is "
                f"`{name}`: shape {tuple(its_shape)}; expected {tuple(shape)}."
            )
        if not np.allclose(its_sums, sums, rtol=1e-5, atol=1e-9):
            return (
                f"The first layer that is given other numbers than it should be is "
                f"`{name}`: look at what stands before it."
            )
    return ""


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
