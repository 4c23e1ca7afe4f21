"""`Subject` and `Handle`: how a case speaks to objects that it never touches.

    loss, gradient = subject(W, X, y)                    # call the exercise's function
    out = subject["affine_forward"](x, w, b)             # or one of several, by name
    a = subject["Value"](2.0); (a * a).backward(); a.grad

Data (numbers, text, arrays, tensors, lists, tuples, dictionaries) comes back as data;
everything else stays where it is and comes back as a `Handle`.
"""

from collections.abc import Callable
from typing import Any, Protocol

from utils.subject import wire
from utils.subject.troubles import (
    Crashed,
    Missing,
    NotWritten,
    OutOfMemory,
    Raised,
    Trouble,
)

MALFORMED = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What comes of reading a reply that is not one (NotData is a TypeError)."""


class Channel(Protocol):
    """Carries a packed step to a workbench and its packed reply back."""

    def send(self, tree: Any, arrays: list) -> tuple[Any, list]:
        """Raises TimedOut or Crashed when no reply comes."""


class Subject:
    """The objects under test, reached through a channel.

    `names` are theirs, in the order in which `check` was given them; calling the
    subject calls the first. `printed`, `printed_length` and `views` tell what happened
    on the side during the calls so far.
    """

    def __init__(self, channel: Channel, names: tuple[str, ...]):
        self.channel = channel
        self.names = names
        self.printed, self.printed_length = "", 0
        self.views = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self[self.names[0]](*args, **kwargs)

    def __getitem__(self, name: str) -> "Handle":
        if name not in self.names:
            raise LookupError(f"no object {name!r}: there are {', '.join(self.names)}")
        return Handle(self, name, "object")

    def hold(self, *args: Any, **kwargs: Any) -> "Handle":
        """Call the first object and leave the result where it is."""
        return self.call(self[self.names[0]], *args, **kwargs, _hold=True)

    def call(self, target: "Handle", *args: Any, _hold=False, **kwargs: Any) -> Any:
        """Call any object; `_hold` leaves the result where it is."""
        reply = self.step("call", target=target, args=args, kwargs=kwargs, hold=_hold)
        return reply["value"]

    def peak_memory(self, *args: Any, **kwargs: Any) -> int:
        """Bytes that one call of the first object allocates at its peak."""
        target = self[self.names[0]]
        reply = self.step("call", target=target, args=args, kwargs=kwargs, peak=True)
        return reply["peak"]

    def keep(self, value: Any) -> "Handle":
        """Put a value beside the learner's objects, to see later what became of it."""
        return self.step("keep", value=value)["value"]

    def fetch(self, handle: "Handle") -> Any:
        """The present value of what a handle stands for."""
        return self.step("fetch", target=handle)["value"]

    def value(self) -> Any:
        """The first object itself, where it is data (an answer to a question)."""
        return self.fetch(self[self.names[0]])

    def iterate(self, handle: "Handle", limit: int) -> list:
        """The first `limit` items of an iterable."""
        return self.step("iterate", target=handle, limit=limit)["value"]

    def gradient(self, target: "Handle", *args: Any, upstream: Any = None) -> dict:
        """Autograd through a PyTorch callable: `out`, `inputs` and `parameters`.

        `upstream` is the gradient with respect to the output, ones when left out.
        """
        return self.step("gradient", target=target, args=args, upstream=upstream)[
            "value"
        ]

    def step(self, do: str, **parts: Any) -> dict:
        """Send one step and return its reply, or raise what went wrong."""
        packer = wire.Packer(hold_handle)
        tree = packer.pack({"do": do, **parts})
        try:
            tree, arrays = self.channel.send(tree, packer.arrays)
            reply = wire.Unpacker(arrays, self.found).unpack(tree)
            if type(reply) is not dict:  # a handle would ask the far side what it says
                raise wire.NotData("it is no dictionary")
            self.note(reply)
            trouble = trouble_of(reply["raised"]) if "raised" in reply else None
            reply["value"], reply["peak"] = reply["value"], int(reply.get("peak", 0))
        except MALFORMED as error:
            raise Crashed(f"the reply could not be understood: {error!r}") from None
        if trouble:
            raise trouble
        return reply

    def found(self, tree: dict) -> "Handle":
        return Handle(self, tree["held"], readable(tree.get("type", "object"), 80))

    def note(self, reply: dict) -> None:
        if self.printed_length == 0:
            self.printed = readable(reply["printed"], 2000)
        self.printed_length += int(reply["printed_length"])
        self.views = self.views or bool(reply.get("view"))


class Handle:
    """An object that stays with the learner. Use it as if it were the object itself.

    It is no array and cannot be looped over (see `Subject.iterate`): the far side
    would decide how long that takes.
    """

    __array_ufunc__ = None
    __iter__ = None

    def __init__(self, subject: Subject, key: str | int, type_name: str):
        vars(self).update(_subject=subject, _key=key, _type=type_name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._subject.call(self, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._subject.step("get", target=self, name=name)["value"]

    def __setattr__(self, name: str, value: Any) -> None:
        self._subject.step("set", target=self, name=name, value=value)

    def __repr__(self) -> str:
        return f"a {self._type}"

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(f"{self!r} is not an array")

    def _operate(self, symbol: str, *operands: Any) -> Any:
        return self._subject.step("operate", symbol=symbol, operands=operands)["value"]


def forward(symbol: str, reflected: bool = False) -> Callable:
    """A special method that sends its operator as a step."""

    def method(self: Handle, *others: Any) -> Any:
        operands = (*others, self) if reflected else (self, *others)
        return self._operate(symbol, *operands)

    return method


for _symbol, _name in {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "**": "pow",
    "@": "matmul",
}.items():
    setattr(Handle, f"__{_name}__", forward(_symbol))
    setattr(Handle, f"__r{_name}__", forward(_symbol, reflected=True))
for _symbol, _name in {
    "neg": "neg",
    "[]": "getitem",
    "len": "len",
    "float": "float",
}.items():
    setattr(Handle, f"__{_name}__", forward(_symbol))


def hold_handle(value: Any) -> dict:
    if isinstance(value, Handle):
        return {"held": value._key}
    return wire.refuse(value)


def trouble_of(raised: dict) -> Trouble:
    """What a reply says about the learner's error."""
    kinds, message = list(map(str, raised["kinds"])), readable(raised["message"], 2000)
    if "NotDefined" in kinds:
        return Missing(message)
    if "NotImplementedError" in kinds:
        return NotWritten(message)
    if "MemoryError" in kinds:
        return OutOfMemory(message)
    line = raised["line"] if type(raised["line"]) is int else None
    return Raised(readable(kinds[0], 80), message, line, readable(raised["code"], 200))


def readable(text: Any, length: int) -> str:
    """The beginning of a text that a person will read in a file or a page."""
    return wire.encodable(str(text)[:length])
