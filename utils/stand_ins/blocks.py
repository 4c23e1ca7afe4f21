"""Simple blocks in the place of those of lesson 09, where a network is checked.

`marks` is a parameter whose shape tells which arguments arrived.
"""

from typing import Any

import torch
from torch import nn


class Block(nn.Module):
    """One convolution and a saturation."""

    def __init__(self, inputs: int, outputs: int, stride: int, marks: tuple):
        super().__init__()
        self.only = nn.Conv2d(inputs, outputs, 1, stride)
        self.marks = nn.Parameter(torch.zeros(*marks))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.only(x)) + self.marks.mean()


class FireLike(Block):
    """In the place of a Fire block."""

    def __init__(self, inputs: int, squeeze: int, expand1x1: int, expand3x3: int):
        marks = squeeze, expand1x1, 1
        super().__init__(inputs, expand1x1 + expand3x3, 1, marks)


class LayerLike(Block):
    """In the place of a layer of DenseNet: `growth` channels more than came in."""

    def __init__(self, inputs: int, growth: int, **options: Any):
        super().__init__(inputs, inputs + growth, 1, (growth, *options.values()))


class InvertedLike(Block):
    """In the place of an inverted residual block."""

    def __init__(self, inputs: int, outputs: int, stride: int, expand: int):
        super().__init__(inputs, outputs, stride, (expand, stride))


class Separable(Block):
    """In the place of a depthwise separable convolution."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 1, (1,))


class Unit(nn.Sequential):
    """Convolution without a bias, batch norm, ReLU; `options` go to the convolution."""

    def __init__(self, inputs: int, outputs: int, **options: Any):
        conv = nn.Conv2d(inputs, outputs, bias=False, **options)
        super().__init__(conv, nn.BatchNorm2d(outputs), nn.ReLU())
