"""What stands in for networks and batches in lesson 08."""

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, default_collate


class Witness(nn.Sequential):
    """A network that notes how it was called: rows, mode, whether autograd records."""

    def __init__(self, network: nn.Sequential):
        super().__init__(*network)
        self.seen: list[dict] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of a batch."""
        recording = torch.is_grad_enabled()
        self.seen.append(
            {"rows": len(x), "training": self.training, "recording": recording}
        )
        return super().forward(x)


class Elsewhere:
    """A tensor that is of no use until `.to(device)` has brought it to the device."""

    def __init__(self, tensor: torch.Tensor):
        self.tensor = tensor

    def __len__(self) -> int:
        return len(self.tensor)

    def to(self, device: Any, *_: Any, **__: Any) -> torch.Tensor:
        """The tensor, if it is brought to the device on which the network lies."""
        if torch.device(device).type != "cpu":
            raise RuntimeError(f"the network is on cpu, not on {device}")
        return self.tensor

    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> None:
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two "
            "devices: the network's and the batch's"
        )

    def __getattr__(self, name: str) -> Any:
        return self.__torch_function__()


def elsewhere(loader: DataLoader) -> DataLoader:
    """The batches of a loader as if they lay on another device than the network."""

    def collate(items: list) -> list[Elsewhere]:
        return [Elsewhere(part) for part in default_collate(items)]

    return DataLoader(loader.dataset, loader.batch_size, collate_fn=collate)


def further_training(model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """One step with the gradient 1 for every parameter, and buffers that move on."""
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimiser.step()
    for buffer in model.buffers():
        buffer += 1
