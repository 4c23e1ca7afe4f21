"""What stands in for networks, losses and steps in lesson 12.

The losses have the signatures of the lesson's, and other formulas.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn


class Extractor:
    """Feature maps of a network: those of one layer, and a list of those of several.

    `calls` tells how often it was asked.
    """

    def __init__(self, network: nn.Sequential, content: int, styles: Sequence[int]):
        self.network = network.double()
        self.content, self.styles, self.calls = content, styles, 0

    def __call__(self, image: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        self.calls += 1
        maps = []
        for layer in self.network:
            image = layer(image)
            maps.append(image)
        return maps[self.content], [maps[number] for number in self.styles]


class Distance:
    """How far the output of a network is from a wanted one; its weights can learn."""

    def __init__(self, network: nn.Sequential, wanted: torch.Tensor):
        self.network, self.wanted = network.double(), wanted

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        return torch.dist(self.network(image), self.wanted) ** 2

    def gradients(self) -> int:
        """How many of the network's weights have received a gradient."""
        return sum(weight.grad is not None for weight in self.network.parameters())


class Bump(nn.Module):
    """Keeps the shape of what it is given, as a block of a network does."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same shape, other numbers."""
        return torch.sin(self.mix(x))


def covariances(features: torch.Tensor) -> torch.Tensor:
    """Covariances of the channels of each image, `(N, C, C)`."""
    return torch.stack([torch.cov(image.flatten(1)) for image in features])


def content_distance(features, target, weight) -> torch.Tensor:
    """Distances that grow linearly where they are large."""
    return weight * F.huber_loss(features, target, reduction="sum", delta=0.5)


def style_distance(features, targets, weights, statistic) -> torch.Tensor:
    """Distances of statistics to the power of four."""
    pairs = zip(features, targets, weights, strict=True)
    return sum(w * torch.sum((statistic(f) - t) ** 4) for f, t, w in pairs)


def roughness(image, weight, beta=2) -> torch.Tensor:
    """How much the rows of an image bend."""
    return weight * image.diff(n=2, dim=-1).abs().pow(beta).sum()


def short_step(
    image: torch.Tensor,
    optimiser: torch.optim.Optimizer,
    loss_of: Callable[[torch.Tensor], torch.Tensor],
) -> float:
    """Move what the optimiser holds along the sign of the image's gradient."""
    loss = loss_of(image)
    loss.backward()
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            slope = torch.zeros_like(image) if parameter.grad is None else image.grad
            parameter.data -= group["lr"] * torch.tanh(slope)
    image.grad = None
    return loss.item()


def long_strides(parameters) -> torch.optim.Optimizer:
    """Gradient descent with the rate 0.05."""
    return torch.optim.SGD(parameters, lr=0.05)
