"""Blocks that stand in for those of lesson 09 where a whole network is checked."""

from typing import Any

import torch
from torch import nn


class OneConv(nn.Module):
    """In the place of a residual block: one convolution, three times `planes` out.

    `options` are the sizes of a parameter, so that one sees whether they arrived.
    """

    expansion = 3

    def __init__(self, inputs: int, planes: int, stride: int = 1, **options: Any):
        super().__init__()
        self.only = nn.Conv2d(inputs, 3 * planes, 3, stride, 1)
        self.marks = nn.Parameter(torch.zeros(*options.values()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One convolution and a saturation; `marks` shift all of it."""
        return torch.tanh(self.only(x)) + self.marks.sum()
