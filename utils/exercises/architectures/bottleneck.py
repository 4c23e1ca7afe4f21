"""The bottleneck block, with groups for ResNeXt: table, cases, what goes wrong."""

from collections.abc import Callable

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.residual import changes_shape, projected_if, relu
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

BOTTLENECK = """
conv1 Conv2d $inputs $width 1 bias=False
bn1 BatchNorm2d $width
relu1 ReLU
conv2 Conv2d $width $width 3 $stride 1 groups=$groups bias=False
bn2 BatchNorm2d $width
relu2 ReLU
conv3 Conv2d $width $outputs 1 bias=False
bn3 BatchNorm2d $outputs
downsample.0 Conv2d $inputs $outputs 1 $stride bias=False < input
downsample.1 BatchNorm2d $outputs
sum Add < bn3, downsample.1
relu3 ReLU
"""


def width_of(planes: int, groups: int, base_width: int) -> int:
    return round(planes * base_width / 64) * groups


def bottleneck(
    table: str,
    inputs: int,
    planes: int,
    stride: int = 1,
    groups: int = 1,
    base_width: int = 64,
    width: Callable = width_of,
    expansion: int = 4,
) -> Described:
    outputs = expansion * planes
    table = projected_if(changes_shape(inputs, outputs, stride), table)
    values = {"inputs": inputs, "outputs": outputs, "stride": stride, "groups": groups}
    return Described(table, width=width(planes, groups, base_width), **values)


def as_class(build: Callable, expansion: int) -> type:
    """A class whose calls build something, and which knows its expansion."""

    def make(cls, *args, **options):
        return build(*args, **options)

    return type("Built", (), {"__new__": make, "expansion": expansion})


def bent_class(*changes: tuple[str, str], widens: int = 4, **bends) -> type:
    """The class whose table has these changes."""
    return as_class(altered(bottleneck, BOTTLENECK, *changes, **bends), widens)


def bottleneck_cases(rng: np.random.Generator) -> list[Case]:
    size, same, larger = (2, 8, 5, 6), (8, 2), (6, 3, 2)
    grouped = {"groups": 2, "base_width": 96}
    working = "256 * 64 + 64 * 64 * 9 + 64 * 256 weights, 2 * (64 + 64 + 256) of norms"

    return [
        zero_case("all parameters zero: x passes", rng, size, relu, *same),
        shapes_case("names and shapes, stride 2", *larger),
        shapes_case("names and shapes, groups", 8, 4, 1, **grouped),
        count_case(70_400, 256, 64, working=working, NAME="256 channels"),
        count_case(71_168, 256, 64, groups=32, base_width=4, NAME="32 groups of 4"),
        output_case("same size", rng, size, *same),
        output_case("more channels", rng, size, 8, 3),
        output_case("stride 2", rng, (2, 6, 7, 5), *larger),
        output_case("groups", rng, size, 8, 4, 1, **grouped),
        output_case("training", rng, (3, 8, 5, 6), *same, MODE="train"),
        gradient_case("gradients reach everything", rng, (2, 6, 7, 5), *larger),
    ]


BOTTLENECK_EXERCISE = Exercise(
    id="09.Bottleneck",
    points=4,
    minutes=25,
    oracle=bent_class(),
    cases=bottleneck_cases,
    rules=(BY_HAND,),
    worked="`Bottleneck(256, 64)`: 1 x 1 from 256 to 64, 3 x 3 from 64 to 64, 1 x 1 from 64 to "
    "4 * 64 = 256. With `groups=32, base_width=4` the middle is int(64 * 4 / 64) * 32 = 128 channels "
    "wide, in 32 groups of 4.",
    misconceptions=(
        Misconception(
            "the skip forgotten",
            bent_class((" < bn3, downsample.1", " < bn3")),
            "With all parameters zero your block gives zero: nothing goes round the three "
            "convolutions. Where is x added?",
        ),
        Misconception(
            "ReLU before the addition",
            bent_class(
                ("downsample.0", "relu4 ReLU\ndownsample.0"), ("< bn3", "< relu4")
            ),
            "Your branch ends in a ReLU, so that it can only add. On which side of the "
            "sum does the last ReLU stand?",
        ),
        Misconception(
            "the last ReLU forgotten",
            bent_class(("relu3 ReLU", "")),
            "Your block gives negative numbers. What follows the sum?",
        ),
        Misconception(
            "no activation after the second convolution",
            bent_class(("relu2 ReLU", "relu2 Identity")),
            "Between your 3 x 3 and your last 1 x 1 convolution there is no activation. "
            "After which batch norms does the block have one?",
        ),
        Misconception(
            "groups forgotten",
            bent_class((" groups=$groups", "")),
            "With `groups=2` your 3 x 3 convolution has twice as many weights as it "
            "should. Which argument of `Conv2d` splits the channels?",
        ),
        Misconception(
            "base width forgotten",
            bent_class(width=lambda planes, groups, base_width: planes),
            "Your middle is always `planes` wide. How do `groups` and `base_width` change "
            "it?",
        ),
        Misconception(
            "width not multiplied by the groups",
            bent_class(
                width=lambda planes, groups, base_width: planes * base_width // 64
            ),
            "Your middle has the width of a single group. How many groups lie side by side?",
        ),
        Misconception(
            "stride in the first convolution",
            bent_class(
                ("$width 1 bias", "$width 1 $stride bias"), ("3 $stride 1", "3 1 1")
            ),
            "Names and shapes are right, and with stride 2 the values are not: your first "
            "convolution makes the step. That is the paper's way; the published weights "
            "are for the other one. Which convolution looks at more than one pixel?",
        ),
        Misconception(
            "no stride in the shortcut",
            bent_class(("1 $stride bias=False < input", "1 1 bias=False < input")),
            "PyTorch cannot add maps of two sizes: with stride 2 the branch is half as "
            "large as what goes round it. What must the 1 x 1 convolution do as well?",
        ),
        Misconception(
            "biases before batch norm",
            bent_class((" bias=False", "")),
            "Your convolutions have biases, and batch norm subtracts the mean of every "
            "channel right after. What is left of a bias then?",
        ),
        Misconception(
            "no expansion",
            bent_class(widens=1, expansion=1),
            "Your block gives `planes` channels. What does the last 1 x 1 convolution do "
            "to their number?",
        ),
    ),
)
