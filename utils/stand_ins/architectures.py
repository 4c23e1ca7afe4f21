"""What lesson 09 is given: one unit to build with, and simple blocks for checks."""

from typing import Any

import torch
from torch import nn


class ConvUnit(nn.Module):
    """Convolution without a bias, batch norm and ReLU: what Inception is made of.

    `options` go to the convolution (`kernel_size`, `stride`, `padding`).
    """

    def __init__(self, inputs: int, outputs: int, **options: Any):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, bias=False, **options)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.bn(self.conv(x)))


class PlainUnit(nn.Module):
    """Convolution with a bias and ReLU: the unit of 2014, before batch norm."""

    def __init__(self, inputs: int, outputs: int, **options: Any):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, **options)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.conv(x))


class OneConv(nn.Module):
    """In the place of a residual block: one convolution, three times `planes` out.

    `options` are the sizes of a parameter, so that one sees whether they arrived.
    """

    expansion = 3

    def __init__(self, inputs: int, planes: int, stride: int = 1, **options: Any):
        super().__init__()
        self.only = nn.Conv2d(inputs, self.expansion * planes, 3, stride, 1)
        sizes = [1 + int(option) for option in options.values()]
        self.marks = nn.Parameter(torch.zeros(sizes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One convolution and a saturation; `marks` shift all of it."""
        return torch.tanh(self.only(x)) + self.marks.mean()


class NarrowConv(OneConv):
    """The same with `planes` channels out."""

    expansion = 1


class FourWide(nn.Module):
    """In the place of an Inception block: one 1x1 convolution, as wide as that."""

    def __init__(
        self,
        inputs: int,
        n1: int,
        n3: tuple,
        n5: tuple,
        pool: int,
        size: int = 3,
        unit: type = ConvUnit,
    ):
        super().__init__()
        self.only = unit(inputs, n1 + n3[-1] + n5[-1] + pool, kernel_size=1)
        self.marks = nn.Parameter(torch.zeros(n3[0], n5[0], size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One convolution and a saturation; `marks` shift all of it."""
        return torch.tanh(self.only(x)) + self.marks.mean()
