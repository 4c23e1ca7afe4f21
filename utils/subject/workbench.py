"""Where the steps of a case are carried out, beside the learner's objects.

A step is a plain dictionary such as `{"do": "call", "target": …, "args": …}`, and so is
the reply. The same workbench serves a notebook (in its kernel) and a sandbox (in a
process of its own): only the way the messages travel differs.
"""

import io
import operator
import sys
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from itertools import count, islice
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from utils.subject import wire
from utils.subject.troubles import TimeIsUp

PRINTED_LIMIT = 2_000
OUR_FOLDERS = ("site-packages", "utils/subject", "utils/checks", "utils/exercises")

OPERATORS: dict[str, Callable] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "neg": operator.neg,
    "[]": operator.getitem,
    "len": len,
    "float": float,
    "==": operator.eq,
    "<": operator.lt,
}


NOT_A_FUNCTION = (
    "What is checked is no function but a value of type `{kind}`. Hand over the "
    "function itself, by its name and without brackets, and give no variable its name."
)


class NotDefined(Exception):
    """A step names an object that is not there, or calls one that is no function."""


class Workbench:
    """Holds the learner's objects and carries out steps on them.

    `objects` maps names to whatever the learner wrote; results that are not data get a
    number and stay here until they are asked for.
    """

    def __init__(self, objects: dict[str, Any]):
        self.held: dict[str | int, Any] = dict(objects)
        self.numbers = count()

    def perform(self, tree: Any, arrays: list[np.ndarray]) -> tuple[Any, list]:
        """Carry out one packed step; the packed reply has `value` or `raised`."""
        printed = BoundedText(PRINTED_LIMIT)
        try:
            with quiet(printed), same_gradient_mode():
                step = wire.Unpacker(arrays, self.find, live=True).unpack(tree)
                action = getattr(self, f"do_{step.pop('do')}")
                packer, reply = wire.Packer(self.hold), action(**step)
                value = packer.pack(reply.pop("value"))
        except (KeyboardInterrupt, TimeIsUp):
            raise
        except BaseException as error:
            packer, reply, value = wire.Packer(), {"raised": explain(error)}, None
        reply["printed"], reply["printed_length"] = printed.text(), printed.length
        packer.items = 0  # however large the value was, the rest must fit
        tree = {"dict": [["value", value], *packer.pack(reply)["dict"]]}
        return tree, packer.arrays

    def find(self, tree: dict) -> Any:
        key = tree["held"]
        if key not in self.held:
            raise NotDefined(f"`{key}` is not defined. Has its cell been run?")
        return self.held[key]

    def hold(self, value: Any) -> dict:
        value = value.value if isinstance(value, Kept) else value
        key = next(self.numbers)
        self.held[key] = value
        return {"held": key, "type": type(value).__name__}

    def do_call(self, target, args, kwargs, hold=False, peak=False) -> dict:
        reply: dict[str, Any] = {}
        if not callable(target):
            raise NotDefined(NOT_A_FUNCTION.format(kind=type(target).__name__))
        if peak:
            tracemalloc.start()
        try:
            value = target(*args, **kwargs)
            if peak:
                reply["peak"] = tracemalloc.get_traced_memory()[1]
        finally:
            if peak:
                tracemalloc.stop()
        reply["view"] = is_view(value, [*args, *kwargs.values()])
        return reply | {"value": Kept(value) if hold else value}

    def do_get(self, target, name) -> dict:
        return {"value": getattr(target, name)}

    def do_set(self, target, name, value) -> dict:
        setattr(target, name, value)
        return {"value": None}

    def do_operate(self, symbol, operands) -> dict:
        return {"value": OPERATORS[symbol](*operands)}

    def do_iterate(self, target, limit) -> dict:
        return {"value": list(islice(target, limit))}

    def do_keep(self, value) -> dict:
        return {"value": Kept(value)}

    def do_fetch(self, target) -> dict:
        return {"value": target}

    def do_gradient(self, target, args, upstream) -> dict:
        """Output and gradients of a PyTorch function or module, by autograd."""
        for argument in args:
            if getattr(argument, "is_floating_point", bool)():
                argument.requires_grad_()
        for parameter in getattr(target, "parameters", list)():
            parameter.grad = None
        out = target(*args)
        out.backward(out.new_ones(out.shape) if upstream is None else upstream)
        named = getattr(target, "named_parameters", list)()
        return {
            "value": {
                "out": out,
                "inputs": [getattr(argument, "grad", None) for argument in args],
                "parameters": {name: parameter.grad for name, parameter in named},
            }
        }


class Kept:
    """Wraps a value that must stay with the learner even though it is data."""

    def __init__(self, value: Any):
        self.value = value


@contextmanager
def quiet(printed: "BoundedText") -> Iterator[None]:
    """Keep what is printed out of the notebook: stderr there would cost the score."""
    with redirect_stdout(printed), redirect_stderr(printed), catch_warnings():
        simplefilter("ignore")
        yield


@contextmanager
def same_gradient_mode() -> Iterator[None]:
    """Switch autograd on again where an answer leaves it off.

    An endless recursion can end inside the `no_grad` of a layer that is being made, and
    then nothing switches it on again: the next exercises would fail for it.
    """
    is_enabled = getattr(sys.modules.get("torch"), "is_grad_enabled", None)
    before = is_enabled() if is_enabled else None
    try:
        yield
    finally:
        if is_enabled:
            sys.modules["torch"].set_grad_enabled(before)


def is_view(value: Any, arguments: list) -> bool:
    """Whether a result array shares its memory with an argument.

    Part of a tuple that is an argument itself is no surprise: a cache hands it on.
    """
    values = value if isinstance(value, tuple) else (value,)
    handed_on = [id(argument) for argument in arguments] if values is value else []
    return any(
        id(result) not in handed_on and np.may_share_memory(result, argument)
        for result in values
        if isinstance(result, np.ndarray)
        for argument in arguments
        if isinstance(argument, np.ndarray)
    )


def explain(error: BaseException) -> dict:
    """What an error of the learner's code says, and the learner's line it came from."""
    line, code = None, ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = frame.filename.replace("\\", "/")
        in_library = path.startswith(sys.base_prefix.replace("\\", "/") + "/lib")
        if not in_library and not any(folder in path for folder in OUR_FOLDERS):
            line, code = frame.lineno, frame.line or ""
    try:
        message = str(error)[:1000]
    except Exception:
        message = ""
    names = [kind.__name__ for kind in type(error).__mro__]
    return {"kinds": names, "message": message, "line": line, "code": code[:200]}


class BoundedText(io.TextIOBase):
    """Takes whatever is printed, keeps the beginning, counts the rest."""

    def __init__(self, limit: int):
        self.limit, self.length = limit, 0
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        room = self.limit - self.length
        if room > 0:
            self.parts.append(text[:room])
        self.length += len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        return "".join(self.parts)
