"""What a check does to a module where the learner's code is, so that no weights travel.

Numbers come from a seed and from the name of what they fill: the same on both sides,
whatever else the module holds.
"""

from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import nn


def on_meta(build: Callable, *args: Any, **options: Any) -> nn.Module:
    """A module built without memory for its numbers, where that can be done."""
    try:
        with torch.device("meta"):
            return build(*args, **options)
    except (NotImplementedError, RuntimeError):
        return build(*args, **options)


def fill(module: nn.Module, seed: int, scale: float = 1.0) -> nn.Module:
    """The module in double precision, all parameters and buffers set from a seed.

    Weights keep the size of what passes (He et al., 2015); `scale` multiplies the
    parameters. Counts of batches stay as they are.
    """
    module.double()
    buffers = {name for name, _ in module.named_buffers()}
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            drawn = numbers_for(name, tuple(tensor.shape), seed)
            tensor.copy_(torch.tensor(drawn * (1 if name in buffers else scale)))
    return module


def numbers_for(name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """What a parameter or buffer of this name and shape is filled with."""
    rng = np.random.default_rng([seed, crc32(name.encode())])
    if len(shape) > 1:
        return rng.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)
    if name.endswith(("weight", "running_var")):
        return rng.uniform(0.5, 1.5, shape)
    return rng.normal(0, 0.3, shape)


def shapes(module: nn.Module) -> dict[str, list[int]]:
    """The shape of every parameter and buffer by its name."""
    return {name: list(tensor.shape) for name, tensor in module.state_dict().items()}


def count(module: nn.Module) -> int:
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in module.parameters())


def dropped(module: nn.Module, part: str, x: torch.Tensor) -> float:
    """The share of the numbers that reach a part which training sets to zero."""
    seen: list[torch.Tensor] = []
    layer = module.get_submodule(part)
    hook = layer.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    torch.manual_seed(0)
    module.eval()(x)
    module.train()(x)
    hook.remove()
    alive = seen[0] != 0
    return (seen[1][alive] == 0).double().mean().item()


def rates(module: nn.Module) -> list[float]:
    """The different rates of its dropout layers."""
    return sorted({m.p for m in module.modules() if isinstance(m, nn.Dropout)})


def buffers(module: nn.Module) -> dict[str, torch.Tensor]:
    """Running means and variances by name."""
    return {n: b for n, b in module.named_buffers() if b.is_floating_point()}


def gradients(module: nn.Module, x: torch.Tensor, dout: torch.Tensor) -> dict:
    """The gradient of the input, and the length of each parameter's gradient."""
    module.zero_grad()
    x = x.clone().requires_grad_()
    module(x).backward(dout)
    lengths = {
        name: 0.0 if parameter.grad is None else parameter.grad.norm().item()
        for name, parameter in module.named_parameters()
    }
    return {"gradient of the input": x.grad, **lengths}
