"""The residual networks for CIFAR-10: table, cases, and what goes wrong with them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.cifar import CIFAR, cifar_block
from utils.exercises.architectures.resnet import around_blocks, sizes_of
from utils.exercises.architectures.shared import (
    BY_HAND,
    Own,
    altered,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described
from utils.subject import Named

BLOCK = Named("utils.stand_ins.architectures.NarrowConv")
CIFAR_NET = """
conv1 Conv2d 3 $width 3 1 1 bias=False
bn1 BatchNorm2d $width
relu ReLU
$blocks
mean Mean
linear Linear $last $classes
"""


def cifar_resnet(
    table: str,
    block: Callable,
    n: int,
    width: int = 16,
    classes: int = 10,
    bends: dict[str, Any] | None = None,
    **options: Any,
) -> Described:
    expansion = getattr(block, "expansion", 1)
    sizes = sizes_of((n,) * 3, width, expansion, **bends or {})
    placed = [(name, block, numbers) for name, numbers in sizes]
    last = sizes[-1][1][1] * expansion
    return around_blocks(
        table, placed, options, width=width, last=last, classes=classes
    )


def cifar_cases(rng: np.random.Generator) -> list[Case]:
    narrow, image = (BLOCK, 2, 4, 7), (2, 3, 14, 12)
    own = Own("CifarBlock")
    working = "0.27 million, says Table 6 of the paper"
    return [
        shapes_case("names and shapes, a simple block", *narrow, skip=False),
        output_case("scores, a simple block", rng, image, *narrow),
        output_case("training", rng, image, *narrow, MODE="train"),
        gradient_case("gradients reach everything", rng, image, *narrow),
        count_case(269_722, own, 3, NAME="ResNet-20, your block", working=working),
        count_case(853_018, own, 9, NAME="ResNet-56, your block"),
        output_case("plain, your block", rng, image, own, 1, 4, 7, skip=False),
    ]


CIFAR_RESNET = Exercise(
    id="09.CifarResNet",
    points=2,
    minutes=15,
    oracle={
        "CifarResNet": altered(cifar_resnet, CIFAR_NET),
        "CifarBlock": altered(cifar_block, CIFAR),
    },
    cases=cifar_cases,
    rules=(BY_HAND,),
    worked="`n=3`: one convolution, three stages of three blocks with two convolutions each, one "
    "linear layer: 1 + 3 * 3 * 2 + 1 = 20 layers. The stages have 16, 32 and 64 channels; the "
    "first blocks of the second and third have stride 2.",
    misconceptions=(
        Misconception(
            "the stem of ImageNet",
            altered(cifar_resnet, CIFAR_NET, ("3 1 1 bias", "7 2 3 bias")),
            "Your first convolution is 7 x 7 with stride 2. How large is what remains of an "
            "image of 32 pixels, and what does the table say?",
        ),
        Misconception(
            "every stage begins with stride 2",
            altered(cifar_resnet, CIFAR_NET, bends={"steps": (2, 2, 2)}),
            "Your first stage halves the map. Which two stages begin with stride 2?",
        ),
        Misconception(
            "no stage begins with stride 2",
            altered(cifar_resnet, CIFAR_NET, bends={"steps": (1, 1, 1)}),
            "Your maps keep their size through all stages. Which blocks make the step?",
        ),
        Misconception(
            "the width does not grow",
            altered(cifar_resnet, CIFAR_NET, bends={"growth": 1}),
            "All your stages have the same width. What happens to the channels where the "
            "map is halved?",
        ),
        Misconception(
            "no ReLU at the beginning",
            altered(cifar_resnet, CIFAR_NET, ("relu ReLU", "relu Identity")),
            "Your first batch norm goes straight into the blocks. What stands between?",
        ),
        Misconception(
            "maximum over all places",
            altered(
                cifar_resnet,
                CIFAR_NET,
                ("mean Mean", "top AdaptiveMaxPool2d 1\nf Flatten"),
            ),
            "Before the last layer you take the largest value of each map. What does "
            "global pooling take here?",
        ),
        Misconception(
            "options not handed on",
            lambda block, n, width=16, classes=10, **k: cifar_resnet(
                CIFAR_NET, block, n, width, classes
            ),
            "The options never reach the blocks, so `skip=False` changes nothing. Who gets "
            "what is left over?",
        ),
    ),
)
