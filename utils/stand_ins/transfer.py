"""What stands in for published networks and for files in lesson 11."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import torch
from torch import nn

from utils.stand_ins.pytorch import Elsewhere


def named(network: nn.Sequential, names: Sequence[str]) -> nn.Sequential:
    """The layers of a network under other names; `features.0` is part of `features`."""
    net = nn.Sequential()
    for name, layer in zip(names, network, strict=True):
        part, _, last = name.rpartition(".")
        if part and part not in dict(net.named_children()):
            net.add_module(part, nn.Sequential())
        net.get_submodule(part).add_module(last, layer)
    return net


def file(holding: Any = None) -> BytesIO:
    """A file in memory, open for reading and writing; empty, or with what is given."""
    made = BytesIO()
    if holding is not None:
        torch.save(holding, made)
    return rewound(made)


def unsafe_file(holding: dict) -> BytesIO:
    """A file that also holds an object, which only running code can bring back."""
    return file({**holding, "made on": PurePosixPath("somewhere")})


def rewound(made: BytesIO) -> BytesIO:
    """A file at its beginning."""
    made.seek(0)
    return made


def contents(made: BytesIO) -> Any:
    """What a file holds, read as a careful stranger reads it."""
    return torch.load(rewound(made), weights_only=True)


def one_step(optimiser: torch.optim.Optimizer) -> None:
    """One step with the gradient 1 for all that the optimiser holds and may train."""
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if parameter.requires_grad:
                parameter.grad = torch.ones_like(parameter)
    optimiser.step()


def images_elsewhere(loader: Iterable) -> Iterator[tuple[Elsewhere, torch.Tensor]]:
    """The batches of a loader as if their images lay on another device."""
    for X, y in loader:
        yield Elsewhere(X), y
