"""A small computational graph whose inputs the learner drags.

The values, the gradients and the picture are made by `circuit_graph.js`.
"""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from html import escape
from numbers import Real
from typing import Any

import numpy as np
from traitlets import Dict, Int, List, validate

from utils.widgets.figure import HERE, Figure

SEVERAL, ONE = ("+", "*", "max"), ("exp", "neg", "recip", "sigmoid")
Gate = tuple[str, str, Sequence[str | float]]

PRODUCT = (("q", "+", ["x", "y"]), ("f", "*", ["q", "z"]))
AT = {"x": -2, "y": 5, "z": -4}

NEURON = (
    ("a", "*", ["w0", "x0"]),
    ("b", "*", ["w1", "x1"]),
    ("c", "+", ["a", "b"]),
    ("s", "+", ["c", "w2"]),
    ("n", "neg", ["s"]),
    ("e", "exp", ["n"]),
    ("d", "+", ["e", 1]),
    ("f", "recip", ["d"]),
)
NEURON_AT = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}


class CircuitGraph(Figure):
    """A graph of gates, with the value above each edge and the gradient below it.

        CircuitGraph()                            # f = (x + y) z at (-2, 5, -4)
        CircuitGraph([("p", "*", ["x", "x"]), ("f", "+", ["p", "x", 1])], {"x": 3})

    `gates` lists the gates in any order, each as `(name, operation, arguments)`. An
    argument is the name of an input, the name of another gate, or a number, which is a
    constant. The operations are `+`, `*` and `max` of two or more arguments, and `exp`,
    `neg` (minus x), `recip` (one over x) and `sigmoid` of one. A name may be used
    several times: its gradients add up. The one gate that no other uses is the output.

    `inputs` gives each input's value, `limits` the range of its slider. `inputs` and
    `shown`, the number of gates through which the gradient has gone back, can be read,
    observed and set. Raises `ValueError` where the gates are no such graph.
    """

    _esm = HERE / "circuit_graph.js"

    gates = List().tag(sync=True)
    inputs = Dict().tag(sync=True)
    limits = List().tag(sync=True)
    shown = Int(0).tag(sync=True)

    def __init__(
        self,
        gates: Sequence[Gate] = PRODUCT,
        inputs: Mapping[str, float] | None = None,
        limits: tuple[float, float] = (-10, 10),
    ) -> None:
        if inputs is None and gates is not PRODUCT:
            raise ValueError("inputs is missing: give each input a value, as {'x': 3}")
        inputs = dict(AT if inputs is None else inputs)
        check_numbers(inputs, limits)
        ordered = in_order(gates, inputs)
        super().__init__(
            gates=[[name, sign, plain(args)] for name, sign, args in ordered],
            inputs=inputs,
            limits=[float(limit) for limit in limits],
            shown=len(ordered),
        )

    @classmethod
    def sigmoid_neuron(cls) -> "CircuitGraph":
        """The neuron 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))), gate by gate: 0.731."""
        return cls(NEURON, NEURON_AT, limits=(-5, 5))

    @validate("inputs")
    def _check_inputs(self, proposal: dict[str, Any]) -> dict[str, float]:
        given = proposal["value"]
        if self.inputs and set(given) != set(self.inputs):
            raise ValueError(
                f"inputs names {', '.join(given)}: expected a value for each of "
                f"{', '.join(self.inputs)}"
            )
        check_numbers(given, self.limits)
        return {name: float(value) for name, value in given.items()}

    def summary(self) -> str:
        """The gates and the inputs in words."""
        at = ", ".join(f"{name} = {value:g}" for name, value in self.inputs.items())
        lines = "".join(f"<li>{escape(formula(*gate))}</li>" for gate in self.gates)
        return (
            f"<p>A graph at {escape(at)}:</p><ol>{lines}</ol>"
            "<p>Run this cell to drag the inputs and see the gradients change.</p>"
        )


def formula(name: str, operation: str, args: Sequence[str | float]) -> str:
    """A gate in words: `q = x + y`, `f = max(q, 0)`."""
    terms = [arg if isinstance(arg, str) else f"{arg:g}" for arg in args]
    if operation in ("+", "*"):
        return f"{name} = " + f" {operation} ".join(terms)
    return f"{name} = {operation}({', '.join(terms)})"


def plain(args: Sequence[str | float]) -> list[str | float]:
    """Arguments as JSON can hold them: no NumPy numbers."""
    return [arg if isinstance(arg, str) else float(arg) for arg in args]


def check_numbers(inputs: dict[str, Any], limits: tuple[float, float]) -> None:
    """Raise `ValueError` unless every input is a number between the limits."""
    if len(limits) != 2 or not limits[0] < limits[1]:
        raise ValueError(f"limits is {limits!r}: expected (lowest, highest)")
    for name, value in inputs.items():
        if not isinstance(value, Real) or not np.isfinite(value):
            raise ValueError(f"input {name!r} is {value!r}: expected a finite number")
        if not limits[0] <= value <= limits[1]:
            raise ValueError(
                f"input {name!r} is {value!r}, outside the limits {limits!r} of its "
                "slider: give wider limits=(lowest, highest)"
            )


def in_order(gates: Sequence[Gate], inputs: dict[str, Any]) -> list[Gate]:
    """The gates so that each stands after those it uses, the output last."""
    for gate in gates:
        check_gate(gate)
    names = [name for name, _, _ in gates]
    check_names(names, gates, inputs)
    uses = {name: [a for a in args if a in names] for name, _, args in gates}
    try:
        order = list(TopologicalSorter(uses).static_order())
    except CycleError as error:
        raise ValueError(
            f"the gates form a cycle, {' -> '.join(error.args[1])}: expected a graph "
            "without one; let no gate use what is computed from it"
        ) from None
    used = {argument for args in uses.values() for argument in args}
    outputs = [name for name in names if name not in used]
    if len(outputs) != 1:
        raise ValueError(
            f"the graph has {len(outputs)} outputs ({', '.join(outputs)}): expected "
            "one; join them with a gate, or leave out what is not used"
        )
    return sorted(gates, key=lambda gate: order.index(gate[0]))


def check_gate(gate: Any) -> None:
    """Raise `ValueError` unless it is (name, known operation, enough arguments)."""
    shape = isinstance(gate, Sequence) and not isinstance(gate, str) and len(gate) == 3
    if not shape or not isinstance(gate[2], Sequence) or isinstance(gate[2], str):
        raise ValueError(
            f"gate {gate!r}: expected (name, operation, [arguments]), such as "
            "('q', '+', ['x', 'y'])"
        )
    name, operation, args = gate
    if operation not in SEVERAL + ONE:
        raise ValueError(
            f"gate {name!r} has the unknown operation {operation!r}: expected one of "
            f"{', '.join(SEVERAL + ONE)}"
        )
    fits = len(args) == 1 if operation in ONE else len(args) >= 2
    if not fits:
        wanted = "one argument" if operation in ONE else "two arguments or more"
        raise ValueError(
            f"gate {name!r} gives {operation!r} {len(args)} arguments, {args!r}: "
            f"expected {wanted}"
        )


def check_names(names: list[str], gates: Sequence[Gate], inputs: dict) -> None:
    """Raise `ValueError` unless every name is given once, and every input is used."""
    if not names:
        raise ValueError("gates is empty: expected one gate or more")
    known = [*inputs, *names]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named twice: give each its own name")
    used = {a for _, _, args in gates for a in args if not isinstance(a, Real)}
    missing = sorted(map(str, used - set(known)))
    if missing:
        raise ValueError(
            f"{', '.join(missing)} is used but neither an input nor a gate: expected "
            f"names from {', '.join(known)}; add it to inputs or mend the name"
        )
    idle = sorted(set(inputs) - used)
    if idle:
        raise ValueError(f"no gate uses {', '.join(idle)}: leave it out of inputs")
