"""The basic residual block: table, cases, and what goes wrong with it."""

from collections.abc import Callable

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
    zero_case,
)
from utils.networks.described import Described


def changes_shape(inputs: int, outputs: int, stride: int) -> bool:
    return stride != 1 or inputs != outputs


def never(*_) -> bool:
    return False


def always(*_) -> bool:
    return True


def projected_if(needed: bool, table: str) -> str:
    """The table, without the rows of the projection where the input can be added."""
    if needed:
        return table
    rows = [row for row in table.splitlines() if not row.startswith("downsample")]
    return (
        "\n".join(rows).replace("downsample.1", "input").replace("projected", "input")
    )


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


BASIC = """
conv1 Conv2d $inputs $planes 3 $stride 1 bias=False
bn1 BatchNorm2d $planes
relu1 ReLU
conv2 Conv2d $planes $planes 3 1 1 bias=False
bn2 BatchNorm2d $planes
downsample.0 Conv2d $inputs $planes 1 $stride bias=False < input
downsample.1 BatchNorm2d $planes
sum Add < bn2, downsample.1
relu2 ReLU
"""


def basic(
    table: str, inputs: int, planes: int, stride: int = 1, needs: Callable | None = None
) -> Described:
    needed = (needs or changes_shape)(inputs, planes, stride)
    table = projected_if(needed, table)
    return Described(table, inputs=inputs, planes=planes, stride=stride)


def basic_cases(rng: np.random.Generator) -> list[Case]:
    size, same, larger = (2, 4, 7, 6), (4, 4), (4, 6)
    working = "2 * 64 * 64 * 9 weights and 4 * 64 of batch norm"
    return [
        zero_case("all parameters zero: x passes", rng, size, relu, *same),
        shapes_case("names and shapes, stride 2", *larger, 2),
        shapes_case("names and shapes, same size", *same),
        count_case(73_984, 64, 64, NAME="64 channels", working=working),
        output_case("same size", rng, size, *same),
        output_case("more channels", rng, size, *larger),
        output_case("stride 2, more channels", rng, size, *larger, 2),
        output_case("stride 2, same channels", rng, size, *same, 2),
        output_case("training", rng, (3, 4, 5, 6), *same, MODE="train"),
        gradient_case("gradients reach everything", rng, size, *larger, 2),
    ]


BASIC_BLOCK = Exercise(
    id="09.BasicBlock",
    points=3,
    minutes=20,
    oracle=altered(basic, BASIC),
    cases=basic_cases,
    rules=(BY_HAND,),
    worked="With all parameters zero the branch gives 0, so the block gives relu(0 + x): x = "
    "(-2, 3) becomes (0, 3). `BasicBlock(4, 6, 2)` makes maps of 7 x 6 into 4 x 3; the input has "
    "to come to 6 channels of 4 x 3 too, by a 1 x 1 convolution with the same stride.",
    misconceptions=(
        Misconception(
            "the skip forgotten",
            altered(basic, BASIC, (" < bn2, downsample.1", " < bn2")),
            "With all parameters zero your block gives zero: nothing goes round the two "
            "convolutions. Where is x added?",
        ),
        Misconception(
            "ReLU before the addition",
            altered(
                basic,
                BASIC,
                ("downsample.0", "relu3 ReLU\ndownsample.0"),
                ("< bn2", "< relu3"),
            ),
            "Your branch ends in a ReLU, so that it can only add, never take away. On "
            "which side of the sum does the last ReLU stand?",
        ),
        Misconception(
            "ReLU before the addition and none after it",
            altered(
                basic,
                BASIC,
                ("downsample.0", "relu3 ReLU\ndownsample.0"),
                ("< bn2", "< relu3"),
                ("relu2 ReLU", ""),
            ),
            "Your last ReLU stands before the sum. What comes out where x is negative, and "
            "what should?",
        ),
        Misconception(
            "the last ReLU forgotten",
            altered(basic, BASIC, ("relu2 ReLU", "")),
            "Your block gives negative numbers. What follows the sum?",
        ),
        Misconception(
            "no activation between the convolutions",
            altered(basic, BASIC, ("relu1 ReLU", "relu1 Identity")),
            "Your two convolutions follow one another without an activation. What stands "
            "between them?",
        ),
        Misconception(
            "no stride in the shortcut",
            altered(basic, BASIC, ("1 $stride bias", "1 1 bias")),
            "PyTorch cannot add maps of two sizes: with stride 2 the branch is half as "
            "large as what goes round it. What must the 1 x 1 convolution do as well?",
        ),
        Misconception(
            "never projected",
            altered(basic, BASIC, needs=never),
            "With more channels or stride 2 PyTorch cannot add the input, and there is no "
            "`downsample`. What brings the input to the shape of the branch?",
        ),
        Misconception(
            "always projected",
            altered(basic, BASIC, needs=always),
            "You project even where the input has the right shape; then nothing passes "
            "unchanged. When is `downsample` needed?",
        ),
        Misconception(
            "projected for the stride only",
            altered(basic, BASIC, needs=lambda i, o, s: s != 1),
            "With more channels at stride 1 there is no projection. Which two reasons are "
            "there for one?",
        ),
        Misconception(
            "projected for the channels only",
            altered(basic, BASIC, needs=lambda i, o, s: i != o),
            "With stride 2 and the same channels there is no projection. Which two "
            "reasons are there for one?",
        ),
        Misconception(
            "stride in the second convolution",
            altered(
                basic,
                BASIC,
                ("$planes 3 $stride 1", "$planes 3 one 1"),
                ("$planes 3 1 1", "$planes 3 $stride 1"),
                ("one", "1"),
            ),
            "Names and shapes are right, and with stride 2 the values are not: your second "
            "convolution makes the step. Which one should?",
        ),
        Misconception(
            "biases before batch norm",
            altered(basic, BASIC, (" bias=False", "")),
            "Your convolutions have biases, and batch norm subtracts the mean of every "
            "channel right after. What is left of a bias then?",
        ),
        Misconception(
            "no batch norm in the shortcut",
            altered(
                basic,
                BASIC,
                ("downsample.1 BatchNorm2d $planes", "downsample.1 Identity"),
            ),
            "`downsample` is a bare convolution. What follows every convolution of this "
            "block?",
        ),
    ),
)
