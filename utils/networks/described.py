"""A network from a table: one row a layer, with the name that published weights use.

    features.3.squeeze             Conv2d 64 16 kernel_size=1
    features.3.squeeze_activation  ReLU
    ...
    features.3                     Cat < features.3.expand1, features.3.expand3

A row has a name, a class of `torch.nn` (or one of `MORE`), its arguments, and after `<`
the rows that it takes; without `<` it takes the row before. `input` is what comes in.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Add(nn.Module):
    """The sum of its inputs."""

    def forward(self, *parts: Tensor) -> Tensor:
        return sum(parts[1:], start=parts[0])


class Cat(nn.Module):
    """Its inputs side by side, along the channels."""

    def forward(self, *parts: Tensor) -> Tensor:
        return torch.cat(parts, dim=1)


class Subsample(nn.Module):
    """Every second pixel, and channels of zeros in front and behind."""

    def __init__(self, channels: int):
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.channels, self.channels))


class Mean(nn.Module):
    """The mean over all places: `(N, C, H, W)` to `(N, C)`."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


MORE = {kind.__name__: kind for kind in (Add, Cat, Subsample, Mean)}


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str
    kind: str
    args: tuple[Any, ...]
    options: Mapping[str, Any]
    inputs: tuple[str, ...]

    def layer(self) -> nn.Module:
        make = MORE.get(self.kind) or getattr(nn, self.kind, None)
        if make is None:
            raise ValueError(
                f"row {self.name!r}: {self.kind!r} is no class of torch.nn "
                f"and none of {', '.join(MORE)}"
            )
        return make(*self.args, **self.options)


def rows_of(table: str) -> list[Row]:
    """The rows of a table; empty lines and comments after `#` do not count."""
    rows: list[Row] = []
    for line in table.splitlines():
        words, _, inputs = line.partition("#")[0].partition("<")
        if not words.strip():
            continue
        name, kind, *given = words.split()
        pairs = dict(word.split("=", 1) for word in given if "=" in word)
        args = tuple(ast.literal_eval(word) for word in given if "=" not in word)
        options = {key: ast.literal_eval(value) for key, value in pairs.items()}
        before = rows[-1].name if rows else "input"
        taken = tuple(part.strip() for part in inputs.split(",") if part.strip())
        rows.append(Row(name, kind, args, options, taken or (before,)))
    return rows


class Described(nn.Module):
    """The network of a table; `values` fills in its `$names`.

    Every row is a submodule by its name, so that weights load by name and a forward
    hook on `get_submodule(name)` sees what the row gives. `rows` lists them in order.
    """

    def __init__(self, table: str, **values: Any):
        super().__init__()
        self.rows = rows_of(Template(table).substitute(values))
        for row in self.rows:
            self.place(row.name, row.layer())
        self.last_use = {name: row for row in self.rows for name in row.inputs}

    def place(self, name: str, layer: nn.Module) -> None:
        """Make a layer the submodule of this name, and keep what lies below it."""
        *path, last = name.split(".")
        parent: nn.Module = self
        for part in path:
            if part not in parent._modules:
                parent.add_module(part, nn.Module())
            parent = parent._modules[part]
        below = parent._modules.get(last)
        for key, child in getattr(below, "_modules", {}).items():
            layer.add_module(key, child)
        parent.add_module(last, layer)

    def forward(self, x: Tensor) -> Tensor:
        values = {"input": x}
        for row in self.rows:
            x = self.get_submodule(row.name)(*(values[name] for name in row.inputs))
            for name in set(row.inputs):
                if self.last_use[name] is row:
                    del values[name]
            values[row.name] = x
        return x


class SamePadding(nn.Conv2d):
    """A convolution that pads as TensorFlow does: what is odd goes right and below."""

    def forward(self, x: Tensor) -> Tensor:
        pads = [
            max((-(-side // step) - 1) * step + (size - 1) * gap + 1 - side, 0)
            for side, size, step, gap in zip(
                x.shape[2:], self.kernel_size, self.stride, self.dilation, strict=True
            )
        ]
        halves = [(pad // 2, pad - pad // 2) for pad in reversed(pads)]
        x = F.pad(x, [part for pair in halves for part in pair])
        return F.conv2d(
            x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups
        )


def like_tensorflow(net: nn.Module) -> nn.Module:
    """The network itself, with the padding of its convolutions as in TensorFlow."""
    for layer in net.modules():
        if type(layer) is nn.Conv2d:
            layer.__class__ = SamePadding
    return net
