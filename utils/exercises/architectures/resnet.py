"""ResNet around a block that is handed in: table, cases, and what goes wrong."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.bottleneck import BOTTLENECK, as_class, bottleneck
from utils.exercises.architectures.residual import BASIC, basic
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

RESNET = """
conv1 Conv2d 3 $width 7 2 3 bias=False
bn1 BatchNorm2d $width
relu ReLU
maxpool MaxPool2d 3 2 1
$blocks
mean Mean
fc Linear $last $classes
"""
BLOCK = Named("utils.stand_ins.architectures.OneConv")
STEPS = 1, 2, 2, 2


def around_blocks(
    table: str, placed: Sequence[tuple[str, Callable, tuple]], options: dict, **values
) -> Described:
    """The network of a table, with blocks in the places of `$blocks`."""
    rows = "\n".join(f"{name} Identity" for name, *_ in placed)
    net = Described(table.replace("$blocks", rows), **values)
    for name, block, sizes in placed:
        net.place(name, block(*sizes, **options))
    return net


def sizes_of(
    layers: Sequence[int],
    width: int,
    expansion: int,
    steps: Sequence[int] = STEPS,
    every: bool = False,
    growth: int = 2,
) -> list[tuple[str, tuple[int, int, int]]]:
    """Name and `(inputs, planes, stride)` of every block; `every` has the stride."""
    found, inputs = [], width
    for stage, (n, step) in enumerate(zip(layers, steps, strict=False)):
        planes = width * growth**stage
        for i in range(n):
            stride = step if every or i == 0 else 1
            found.append((f"layer{stage + 1}.{i}", (inputs, planes, stride)))
            inputs = planes * expansion
    return found


def resnet(
    table: str,
    block: Callable,
    layers: Sequence[int],
    classes: int = 1000,
    width: int = 64,
    bends: dict[str, Any] | None = None,
    **options: Any,
) -> Described:
    sizes = sizes_of(layers, width, **{"expansion": block.expansion} | (bends or {}))
    placed = [(name, block, numbers) for name, numbers in sizes]
    last = sizes[-1][1][1] * block.expansion
    return around_blocks(
        table, placed, options, width=width, last=last, classes=classes
    )


def resnet_cases(rng: np.random.Generator) -> list[Case]:
    narrow, image = (BLOCK, (2, 1, 2, 1), 5), (2, 3, 66, 50)
    options = {"width": 4, "groups": 2, "base_width": 3}
    basic_block, deep = Own("BasicBlock"), (Own("Bottleneck"), (3, 4, 6, 3))
    wide = {"base_width": 128, "NAME": "Wide ResNet-50-2, your Bottleneck"}
    groups = {"groups": 32, "base_width": 4, "NAME": "ResNeXt-50, your Bottleneck"}
    return [
        shapes_case("names and shapes, a simple block", *narrow, **options),
        shapes_case("names and shapes, three stages", BLOCK, (1, 2, 1), 4, a=2),
        output_case("scores, a simple block", rng, image, *narrow, **options),
        output_case("training", rng, image, *narrow, **options, MODE="train"),
        gradient_case("gradients reach everything", rng, image, *narrow, **options),
        count_case(
            11_689_512, basic_block, (2, 2, 2, 2), NAME="ResNet-18, your BasicBlock"
        ),
        count_case(25_557_032, *deep, NAME="ResNet-50, your Bottleneck"),
        count_case(25_028_904, *deep, **groups),
        count_case(68_883_240, *deep, **wide),
    ]


RESNET_EXERCISE = Exercise(
    id="09.ResNet",
    points=4,
    minutes=30,
    oracle={
        "ResNet": altered(resnet, RESNET),
        "BasicBlock": as_class(altered(basic, BASIC), 1),
        "Bottleneck": as_class(altered(bottleneck, BOTTLENECK), 4),
    },
    cases=resnet_cases,
    rules=(BY_HAND,),
    worked="`layers=(2, 2, 2, 2)`, width 64, expansion 1: stage 1 has blocks (64, 64, 1) and "
    "(64, 64, 1), stage 2 has (64, 128, 2) and (128, 128, 1), and so on up to 512. With expansion 4 "
    "the second block of stage 1 has 4 * 64 = 256 inputs.",
    misconceptions=(
        Misconception(
            "stride 2 in the first stage",
            altered(resnet, RESNET, bends={"steps": (2, 2, 2, 2)}),
            "Your first stage halves the map, which the pool before it has just done. Which "
            "stages begin with stride 2?",
        ),
        Misconception(
            "every block of a stage has the stride",
            altered(resnet, RESNET, bends={"every": True}),
            "Your maps shrink with every block. Which block of a stage makes the step?",
        ),
        Misconception(
            "no stage has a stride",
            altered(resnet, RESNET, bends={"steps": (1, 1, 1, 1)}),
            "Your maps keep their size through all stages. Which block makes the step?",
        ),
        Misconception(
            "the width does not grow",
            altered(resnet, RESNET, bends={"growth": 1}),
            "All your stages have the same width. What happens to the planes where the map "
            "is halved?",
        ),
        Misconception(
            "expansion forgotten",
            altered(resnet, RESNET, bends={"expansion": 1}),
            "Your blocks take `planes` inputs, also where the block before them gives more. "
            "What does `block.expansion` say?",
        ),
        Misconception(
            "options not handed on",
            lambda block, layers, classes=1000, width=64, **k: resnet(
                RESNET, block, layers, classes, width
            ),
            "The options never reach the blocks. Who gets what is left over, such as "
            "`groups`?",
        ),
        Misconception(
            "no pool at the beginning",
            altered(resnet, RESNET, ("MaxPool2d 3 2 1", "Identity")),
            "Names and counts are right, and the scores are not: your maps are twice as "
            "large as they should be. What follows the first ReLU?",
        ),
        Misconception(
            "no ReLU at the beginning",
            altered(resnet, RESNET, ("relu ReLU", "relu Identity")),
            "Your first batch norm goes straight into the pool. What stands between them?",
        ),
        Misconception(
            "a bias in the first convolution",
            altered(resnet, RESNET, (" bias=False", "")),
            "There is a `conv1.bias`. What does the batch norm that follows make of it?",
        ),
    ),
)
