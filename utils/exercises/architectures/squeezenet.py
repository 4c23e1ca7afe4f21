"""SqueezeNet: the Fire block and the network, and what goes wrong with them."""

from collections.abc import Callable

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    Own,
    altered,
    count_case,
    dropout_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described
from utils.subject import Named

# --- Fire -----------------------------------------------------------------------

FIRE = """
squeeze Conv2d $inputs $squeeze 1
relu ReLU
expand1x1 Conv2d $squeeze $one 1
relu1 ReLU
expand3x3 Conv2d $squeeze $three 3 1 1 < relu
relu3 ReLU
joined Cat < relu1, relu3
"""


def fire(table: str, inputs: int, squeeze: int, one: int, three: int) -> Described:
    return Described(table, inputs=inputs, squeeze=squeeze, one=one, three=three)


def fire_cases(rng: np.random.Generator) -> list[Case]:
    narrow, size = (7, 3, 4, 5), (2, 7, 6, 5)
    working = "(64 + 1) * 16 + (16 + 1) * 64 + (16 * 9 + 1) * 64 = 11,408"
    return [
        shapes_case("names and shapes", *narrow),
        count_case(11_408, 64, 16, 64, 64, NAME="the first one", working=working),
        output_case("expansions of 4 and 5 channels", rng, size, *narrow),
        output_case("expansions of equal width", rng, size, 7, 3, 4, 4),
        gradient_case("gradients reach everything", rng, size, *narrow),
    ]


FIRE_EXERCISE = Exercise(
    id="09.Fire",
    points=2,
    minutes=15,
    oracle=altered(fire, FIRE),
    cases=fire_cases,
    rules=(BY_HAND,),
    worked="`Fire(7, 3, 4, 5)`: 7 channels are squeezed to 3; from these 3 one convolution makes "
    "4 and another makes 5; side by side 9 channels. Each of the three is followed by a ReLU.",
    misconceptions=(
        Misconception(
            "not squeezed",
            altered(
                fire,
                FIRE,
                ("$squeeze $one 1", "$inputs $one 1 < input"),
                ("$squeeze $three 3 1 1 < relu", "$inputs $three 3 1 1 < input"),
            ),
            "Your two expansions read the block's input, so that nothing is saved. What do "
            "they read instead?",
        ),
        Misconception(
            "joined in another order",
            altered(fire, FIRE, ("< relu1, relu3", "< relu3, relu1")),
            "The values are right and stand in other channels. Which expansion comes first?",
        ),
        Misconception(
            "expansions added up",
            altered(fire, FIRE, ("Cat", "Add")),
            "You add the two expansions, which works only where both are equally wide. How "
            "are they brought together?",
        ),
        Misconception(
            "no ReLU after the squeeze",
            altered(fire, FIRE, ("relu ReLU", "relu Identity")),
            "Two convolutions follow one another with no activation: squeeze and expansion. "
            "What belongs between them?",
        ),
        Misconception(
            "no ReLU at the end",
            altered(
                fire,
                FIRE,
                ("relu1 ReLU", "relu1 Identity"),
                ("relu3 ReLU", "relu3 Identity"),
            ),
            "Your block gives negative numbers. What follows the two expansions?",
        ),
        Misconception(
            "3 x 3 without padding",
            altered(fire, FIRE, ("3 1 1 < relu", "3 < relu")),
            "PyTorch cannot join maps of two sizes: the 3 x 3 expansion has become smaller. How "
            "much padding keeps the size?",
        ),
    ),
)

# --- SqueezeNet -----------------------------------------------------------------

SQUEEZENET = """
features.0 Conv2d 3 64 3 2
features.1 ReLU
features.2 MaxPool2d 3 2 ceil_mode=True
features.3 Identity
features.4 Identity
features.5 MaxPool2d 3 2 ceil_mode=True
features.6 Identity
features.7 Identity
features.8 MaxPool2d 3 2 ceil_mode=True
features.9 Identity
features.10 Identity
features.11 Identity
features.12 Identity
classifier.0 Dropout 0.5
classifier.1 Conv2d $width $classes 1
classifier.2 ReLU
classifier.3 AdaptiveAvgPool2d 1
flat Flatten
"""
PAPER = (
    ((16, 64, 64), (16, 64, 64)),
    ((32, 128, 128), (32, 128, 128)),
    ((48, 192, 192), (48, 192, 192), (64, 256, 256), (64, 256, 256)),
)
NARROW = (
    ((2, 3, 4), (3, 2, 6)),
    ((4, 5, 2), (1, 3, 5)),
    ((2, 4, 5), (3, 6, 4), (4, 2, 3), (5, 4, 7)),
)
BLOCK = Named("utils.stand_ins.blocks.FireLike")


def squeezenet(
    table: str, block: Callable, stages: tuple, classes: int = 1000
) -> Described:
    rows = [row for stage in stages for row in stage]
    net = Described(table, width=sum(rows[-1][1:]), classes=classes)
    names = [row.name for row in net.rows if row.kind == "Identity"]
    inputs = 64
    for name, row in zip(names, rows, strict=True):
        net.place(name, block(inputs, *row))
        inputs = sum(row[1:])
    return net


def squeezenet_cases(rng: np.random.Generator) -> list[Case]:
    narrow, image = (BLOCK, NARROW, 7), (2, 3, 50, 61)
    return [
        shapes_case("names and shapes, a simple block", *narrow),
        output_case("scores, a simple block", rng, image, *narrow),
        gradient_case("gradients reach everything", rng, image, *narrow),
        dropout_case(rng, image, BLOCK, NARROW, 23),
        count_case(1_235_496, Own("Fire"), PAPER, NAME="your own Fire"),
    ]


SQUEEZENET_EXERCISE = Exercise(
    id="09.SqueezeNet",
    points=2,
    minutes=20,
    oracle={
        "SqueezeNet": altered(squeezenet, SQUEEZENET),
        "Fire": altered(fire, FIRE),
    },
    cases=squeezenet_cases,
    rules=(BY_HAND,),
    worked="`features` has 13 layers, counted from 0: conv, ReLU, pool, Fire, Fire, pool, Fire, "
    "Fire, pool, four times Fire. A Fire block with the row (16, 64, 64) gives 64 + 64 = 128 "
    "channels. On 50 rows of pixels: conv 24, pool 12, pool 6, pool 3 (2.5 rounded up).",
    misconceptions=(
        Misconception(
            "pools that round down",
            altered(squeezenet, SQUEEZENET, (" ceil_mode=True", "")),
            "Everything fits, and a map whose size is even comes out one smaller: your pools "
            "drop the window that is not full. Which option keeps it?",
        ),
        Misconception(
            "the first convolution padded",
            altered(squeezenet, SQUEEZENET, ("3 64 3 2", "3 64 3 2 1")),
            "Your first convolution has a frame of zeros. Does version 1.1 pad it?",
        ),
        Misconception(
            "no ReLU after the first convolution",
            altered(
                squeezenet, SQUEEZENET, ("features.1 ReLU", "features.1 Dropout 0")
            ),
            "Layer 1 of your features lets negative numbers through. "
            "What follows the first convolution?",
        ),
        Misconception(
            "no ReLU on the maps of the classes",
            altered(
                squeezenet,
                SQUEEZENET,
                ("classifier.2 ReLU", "classifier.2 Dropout 0"),
            ),
            "Some of your scores are negative. Unusually, there is a ReLU on the maps of the "
            "classes: what comes between the last convolution and the mean?",
        ),
        Misconception(
            "the largest place instead of the mean",
            altered(squeezenet, SQUEEZENET, ("AdaptiveAvg", "AdaptiveMax")),
            "Your score is the largest value of a class map. What does the network take of all "
            "places?",
        ),
        Misconception(
            "dropout forgotten",
            altered(squeezenet, SQUEEZENET, ("Dropout 0.5", "Dropout 0")),
            "Everything is right in inference, and training drops nothing. What comes before "
            "the last convolution?",
        ),
    ),
)
