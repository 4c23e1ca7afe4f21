"""Which layers a network runs, in which order, and which of them reads which.

Nothing is computed: the network runs on PyTorch's `meta` device, where tensors have
shapes and no numbers, and every operation passes by here on its way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

Layer = dict[str, Any]


def trace(net: nn.Module, shape: Sequence[int]) -> list[Layer]:
    """The layers of a network in the order in which they run on an image (C, H, W).

    Each is a dictionary:

    * `name`: that of the module; `kind`: "conv", "linear", "norm" or "pool";
    * `inputs`: the numbers of the layers that it reads, [] for the image alone;
    * `channels`: of what it reads; `shape`: of its output, (K, OH, OW) or (K,);
    * `size`, `stride`, `dilation`: of its window, as pairs (height, width); the window
      of a linear layer is the whole map that it reads;
    * `groups`; `bias`: whether it has one (a norm: whether it has a scale and a shift).

    What keeps the shape and has no parameters (ReLU, dropout, a sum, a concatenation)
    is no layer here: it hands on what it reads. Raises ValueError for a transposed
    convolution.
    """
    net = deepcopy(net).to("meta").eval()
    image = torch.empty(1, *shape, device="meta")
    with torch.no_grad(), Tracer(image) as tracer, tracer.names(net):
        net(image)
    return tracer.layers


class Tracer(TorchDispatchMode):
    """Notes the layers among the operations that pass, and what each result is made of.

    `sources` holds for every tensor (by its id) the layers that it comes from, and the
    tensor itself, so that no other gets its id.
    """

    def __init__(self, image: torch.Tensor):
        super().__init__()
        self.layers: list[Layer] = []
        self.maps = {(): tuple(image.shape[2:])}
        self.sources: dict[int, tuple[tuple[int, ...], Any]] = {}
        self.path = [""]

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **kwargs or {})
        given = [t for t in tree_leaves(args) if isinstance(t, torch.Tensor)]
        known = (self.sources.get(id(t), ((), None))[0] for t in given)
        inputs = tuple(sorted({number for numbers in known for number in numbers}))
        results = [t for t in tree_leaves(out) if isinstance(t, torch.Tensor)]
        found = READERS.get(func.overloadpacket)
        layer = found and found(args, results[0], self.maps[inputs[-1:]])
        if layer:
            layer["inputs"] = list(inputs)
            inputs = (len(self.layers),)
            self.maps[inputs] = tuple(results[0].shape[2:]) or (1, 1)
            shape = tuple(results[0].shape[1:])
            self.layers.append({"name": self.path[-1], "shape": shape, **layer})
        for result in results:
            self.sources[id(result)] = inputs, result
        return out

    @contextmanager
    def names(self, net: nn.Module):
        """Know by hooks inside which module an operation runs."""
        hooks = []
        for name, module in net.named_modules():
            hooks += [
                module.register_forward_pre_hook(self.enter(name)),
                module.register_forward_hook(lambda *_: self.path.pop() and None),
            ]
        yield
        for hook in hooks:
            hook.remove()

    def enter(self, name: str) -> Callable:
        return lambda *_: self.path.append(name)


def pair(value: Any) -> tuple[int, int]:
    sides = list(value) if isinstance(value, Iterable) else [value]
    return (sides * 2)[0], (sides * 2)[1]


def layer_of(kind: str, channels: int, size, stride=1, dilation=1, **more) -> Layer:
    windows = {"size": size, "stride": stride, "dilation": dilation}
    windows = {key: pair(value) for key, value in windows.items()}
    usual = {"groups": 1, "bias": False}
    return {"kind": kind, "channels": channels} | windows | usual | more


def read_conv(args, out, area) -> Layer:
    x, w, b, stride, _, dilation, transposed, _, groups = args
    if transposed:
        raise ValueError("transposed convolutions cannot be traced")
    more = {"groups": groups, "bias": b is not None}
    return layer_of("conv", x.shape[1], w.shape[2:], stride, dilation, **more)


def read_linear(args, out, area) -> Layer:
    x, *bias = args[-2], *args[:-2]
    channels = x.shape[1] // (area[0] * area[1])
    return layer_of("linear", channels, area, bias=bool(bias))


def read_norm(args, out, area) -> Layer:
    return layer_of("norm", args[0].shape[1], 1, bias=args[1] is not None)


def read_pool(args, out, area) -> Layer:
    x, size, *stride = args
    dilation = args[4] if len(args) > 4 and isinstance(args[4], list) else 1
    stride = stride[0] if stride and stride[0] else size
    return layer_of("pool", x.shape[1], size, stride, dilation)


def read_adaptive(args, out, area) -> Layer | None:
    x, sides = args[0], args[1]
    inside = tuple(x.shape[2:])
    if inside == tuple(sides):
        return None
    size = [-(-side // new) for side, new in zip(inside, sides, strict=True)]
    stride = [side // new for side, new in zip(inside, sides, strict=True)]
    return layer_of("pool", x.shape[1], size, stride)


def read_mean(args, out, area) -> Layer | None:
    x, axes = args[0], sorted(axis % args[0].ndim for axis in args[1] or ())
    if x.ndim != 4 or axes != [2, 3]:
        return None
    return layer_of("pool", x.shape[1], tuple(x.shape[2:]))


aten = torch.ops.aten
READERS: Mapping[Any, Callable] = {
    aten.convolution: read_conv,
    aten.addmm: read_linear,
    aten.mm: read_linear,
    aten.native_batch_norm: read_norm,
    aten._native_batch_norm_legit_no_training: read_norm,
    aten.max_pool2d_with_indices: read_pool,
    aten.avg_pool2d: read_pool,
    aten._adaptive_avg_pool2d: read_adaptive,
    aten.mean: read_mean,
}


def print_table(rows: Sequence[Mapping[str, Any]], image: Sequence[int]) -> None:
    """Print the rows of a `summary` and their totals; the image counts as memory."""
    head = "layer", "output", "parameters", "multiply-adds", "memory", "sees"
    line = "{:34} {:>15} {:>13} {:>15} {:>11} {:>11}"
    print(line.format(*head))
    for row in rows:
        print(line.format(*cells_of(row)))
    numbers = 4 * torch.Size(image).numel()
    memory = (numbers + sum(row["memory"] for row in rows)) / 2**20
    parameters = sum(row["parameters"] for row in rows)
    work = sum(row["multiply_adds"] for row in rows) / 1e6
    print(
        f"{parameters:,} parameters, {work:,.0f} million multiply-adds, "
        f"{memory:.1f} MiB of activations for one image"
    )


def cells_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One row as texts."""
    return (
        row["name"][-34:],
        " x ".join(map(str, row["shape"])),
        f"{row['parameters']:,}",
        f"{row['multiply_adds']:,}",
        f"{row['memory'] / 2**10:,.0f} KiB",
        "{} x {}".format(*row["field"]),
    )
