"""Arguments that are not plain data, and so travel by name or by recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

PUBLIC_MODULES = ("numpy", "torch", "utils.stand_ins")


@dataclass(frozen=True)
class Generator:
    """A fresh `numpy.random.Generator` with this seed."""

    seed: int

    def make(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)


@dataclass(frozen=True)
class TorchGenerator:
    """A fresh `torch.Generator` with this seed."""

    seed: int

    def make(self) -> Any:
        return import_module("torch").Generator().manual_seed(self.seed)


@dataclass(frozen=True, repr=False)
class Named:
    """A public function by its dotted name, such as `Named("numpy.tanh")`."""

    path: str

    def __repr__(self) -> str:
        return f"the function {self.path.rpartition('.')[2]}"

    def make(self) -> Any:
        module, _, name = self.path.rpartition(".")
        if not any(module == m or module.startswith(m + ".") for m in PUBLIC_MODULES):
            raise ValueError(
                f"{self.path!r} is not a public function: "
                f"expected one from {', '.join(PUBLIC_MODULES)}"
            )
        return getattr(import_module(module), name)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A PyTorch tensor, carried as a NumPy array of the same shape and dtype."""

    array: np.ndarray
    requires_grad: bool = False

    def make(self) -> Any:
        tensor = import_module("torch").from_numpy(np.array(self.array))
        return tensor.requires_grad_() if self.requires_grad else tensor


@dataclass(frozen=True, eq=False)
class Network:
    """A `torch.nn.Sequential` as a recipe: `(("Linear", 3, 4), ("ReLU",))` and weights.

    `weights` maps the keys of the state dict to arrays; without it the network keeps
    the initial weights that PyTorch gives it under seed 0.
    """

    layers: Sequence[tuple]
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)

    def make(self) -> Any:
        torch = import_module("torch")
        with torch.random.fork_rng():
            torch.manual_seed(0)
            made = [getattr(torch.nn, kind)(*args) for kind, *args in self.layers]
        network = torch.nn.Sequential(*made)
        if self.weights:
            tensors = {
                k: torch.from_numpy(np.array(v)) for k, v in self.weights.items()
            }
            network.load_state_dict(tensors)
        return network


RECIPES = (Generator, TorchGenerator, Named, Network)
