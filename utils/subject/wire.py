"""Values as JSON and raw arrays: all that may cross between a check and its subject.

`pack` turns a value into a tree of JSON types and a list of arrays, `unpack` turns them
back and believes nothing: kinds, depths, counts and sizes are bounded. `write` and
`read` move a packed value over a stream. Nothing is pickled.
"""

import json
import math
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from utils.subject import references
from utils.subject.references import Tensor

DTYPES = frozenset(
    np.dtype(kind).name
    for kind in ("?", *"bhilq", *"BHILQ", *"efd", *"FD")  # bool to complex128
)
MAX_DEPTH = 16
MAX_ITEMS = 200_000
MAX_BYTES = 1 << 30
MAX_TEXT = 1 << 24
MAX_PARTS = 10 * MAX_ITEMS  # of JSON in a header, before it takes memory
MAX_EMPTY = 1 << 20  # rows and columns of an array without elements

RECIPES = {recipe.__name__: recipe for recipe in references.RECIPES}
Hold = Callable[[Any], dict]


class NotData(TypeError):
    """A value that cannot cross, or a message that cannot be believed."""


def refuse(value: Any) -> dict:
    """The `hold` of a side that keeps nothing: only data may cross."""
    raise NotData(f"a {type(value).__name__} is not data and cannot be sent")


class Packer:
    """Turns values into a tree and the arrays that its leaves name by number."""

    def __init__(self, hold: Hold = refuse):
        self.hold = hold
        self.arrays: list[np.ndarray] = []
        self.items = 0

    def pack(self, value: Any, depth: int = 0) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            return self.hold(value)
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is int:
            return value if abs(value) < 2**53 else {"int": hex(value)}
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, (np.ndarray, np.generic, complex)):
            return self.array(value)
        if isinstance(value, (list, tuple, dict)):
            return self.container(value, depth + 1)
        if isinstance(value, Tensor):
            return {"tensor": self.keep(value.array), "grad": value.requires_grad}
        if isinstance(value, references.RECIPES):
            fields = {name: self.pack(v, depth + 1) for name, v in vars(value).items()}
            return {"recipe": type(value).__name__, "fields": fields}
        return self.foreign(value)

    def keep(self, array: np.ndarray) -> int:
        self.arrays.append(np.ascontiguousarray(array).reshape(np.shape(array)))
        return len(self.arrays) - 1

    def array(self, value: Any) -> dict:
        array = np.asarray(value)
        plain = type(value) is np.ndarray or isinstance(value, (np.generic, complex))
        if not plain or array.dtype.name not in DTYPES:
            return self.hold(value)
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {
            kind: self.keep(array.astype(array.dtype.newbyteorder("="), copy=False))
        }

    def container(self, value: Any, depth: int) -> dict:
        if self.items + len(value) > MAX_ITEMS:
            return self.hold(value)
        if isinstance(value, dict):
            if not all(type(key) in (str, int) for key in value):
                return self.hold(value)
            pairs = [[key, self.pack(item, depth)] for key, item in value.items()]
            return {"dict": pairs}
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [self.pack(item, depth) for item in value]}

    def foreign(self, value: Any) -> dict:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor):
            return self.hold(value)
        try:
            array = value.detach().cpu().numpy()
        except (TypeError, RuntimeError):
            return self.hold(value)
        if array.dtype.name not in DTYPES:
            return self.hold(value)
        return {"tensor": self.keep(array), "grad": value.requires_grad}


class Unpacker:
    """Turns a tree and its arrays back into values.

    `find` resolves what was held; `live` makes the things that recipes stand for.
    """

    def __init__(
        self,
        arrays: list[np.ndarray],
        find: Callable[[dict], Any] = refuse,
        live: bool = False,
    ):
        self.arrays, self.find, self.live = arrays, find, live
        self.items = 0

    def unpack(self, tree: Any, depth: int = 0) -> Any:
        self.items += 1
        if depth > 2 * MAX_DEPTH or self.items > 2 * MAX_ITEMS:
            raise NotData("the message is nested too deeply or has too many parts")
        if not isinstance(tree, dict):
            if tree is None or isinstance(tree, (bool, int, float, str)):
                return tree
            raise NotData(f"a bare {type(tree).__name__} is not part of a message")
        kind = next(iter(tree), None)
        method = getattr(self, f"as_{kind}", None)
        if method is None:
            raise NotData(f"unknown part {kind!r} in a message")
        return method(tree, depth + 1)

    def leaf(self, number: Any) -> np.ndarray:
        if type(number) is not int or not 0 <= number < len(self.arrays):
            raise NotData(f"the message has no array number {number!r}")
        return self.arrays[number]

    def as_int(self, tree: dict, _: int) -> int:
        return int(tree["int"][:1000], 16)

    def as_float(self, tree: dict, _: int) -> float:
        return float(tree["float"])

    def as_array(self, tree: dict, _: int) -> np.ndarray:
        return self.leaf(tree["array"])

    def as_scalar(self, tree: dict, _: int) -> np.generic:
        return self.leaf(tree["scalar"])[()]

    def as_tensor(self, tree: dict, _: int) -> Any:
        tensor = Tensor(self.leaf(tree["tensor"]), bool(tree.get("grad")))
        return tensor.make() if self.live else tensor

    def as_list(self, tree: dict, depth: int) -> list:
        return [self.unpack(item, depth) for item in tree["list"]]

    def as_tuple(self, tree: dict, depth: int) -> tuple:
        return tuple(self.unpack(item, depth) for item in tree["tuple"])

    def as_dict(self, tree: dict, depth: int) -> dict:
        return {key: self.unpack(item, depth) for key, item in tree["dict"]}

    def as_recipe(self, tree: dict, depth: int) -> Any:
        recipe = RECIPES.get(tree["recipe"])
        if recipe is None:
            raise NotData(f"unknown recipe {tree['recipe']!r} in a message")
        made = recipe(**{k: self.unpack(v, depth) for k, v in tree["fields"].items()})
        return made.make() if self.live else made

    def as_held(self, tree: dict, _: int) -> Any:
        return self.find(tree)


def encodable(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def write(stream: BinaryIO, tree: Any, arrays: list[np.ndarray]) -> None:
    """Send one message: its length, a JSON header, then the bytes of its arrays."""
    shapes = [[array.dtype.name, list(array.shape)] for array in arrays]
    header = json.dumps({"tree": tree, "arrays": shapes}, allow_nan=False).encode()
    stream.write(struct.pack(">Q", len(header)) + header)
    for array in arrays:
        stream.write(array.tobytes())
    stream.flush()


def read(
    receive: Callable[[int], bytes], max_bytes: int = MAX_BYTES
) -> tuple[Any, list[np.ndarray]]:
    """Take one message from `receive(n) -> n bytes`; raises NotData or EOFError.

    All arrays together may have `max_bytes`.
    """
    prefix = receive(8)
    if len(prefix) < 8:
        raise EOFError
    (length,) = struct.unpack(">Q", prefix)
    if length > MAX_TEXT:
        raise NotData(f"a header of {length} bytes: at most {MAX_TEXT} are allowed")
    try:
        header = parse(receive(length))
        tree, shapes = header["tree"], header["arrays"]
        sizes = [array_size(dtype, shape) for dtype, shape in shapes]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotData(f"a header that cannot be read: {error}") from None
    if sum(sizes) > max_bytes:
        raise NotData(f"{sum(sizes)} bytes of arrays: at most {max_bytes} are allowed")
    return tree, [
        from_bytes(receive(size), dtype, shape)
        for size, (dtype, shape) in zip(sizes, shapes, strict=True)
    ]


def parse(header: bytes) -> Any:
    """The JSON of a header, whose floats are finite (others travel as text)."""
    if sum(header.count(mark) for mark in b",[{") > MAX_PARTS:
        raise NotData(f"the header has more than {MAX_PARTS:,} parts")
    return json.loads(header, parse_float=finite, parse_constant=finite)


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotData(f"a bare {text} is not part of a message")
    return number


def from_bytes(data: bytes, dtype: str, shape: list[int]) -> np.ndarray:
    """An array of its own; a truth value is 0 or 1, whatever its byte says."""
    owned = data if isinstance(data, bytearray) else bytearray(data)
    if dtype == "bool":
        return (np.frombuffer(owned, np.uint8) != 0).reshape(shape)
    return np.frombuffer(owned, dtype=dtype).reshape(shape)


def array_size(dtype: str, shape: list[int]) -> int:
    """Bytes of an array, refused unless its dtype is listed and its shape is sane."""
    if dtype not in DTYPES:
        raise NotData(f"dtype {dtype!r} may not be sent")
    if len(shape) > 32 or not all(
        type(n) is int and 0 <= n <= MAX_BYTES for n in shape
    ):
        raise NotData(f"shape {shape!r} may not be sent")
    if 0 in shape and math.prod(n for n in shape if n) > MAX_EMPTY:
        raise NotData(f"an array of shape {shape!r} has no elements but many rows")
    return math.prod(shape) * np.dtype(dtype).itemsize
