"""LeNet-5 and AlexNet (with ZFNet): tables, cases, and what goes wrong with them."""

from typing import Any

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    count_case,
    dropout_case,
    drops_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described

# --- LeNet5 ---------------------------------------------------------------------

LENET = """
conv1 Conv2d 1 6 5
tanh1 Tanh
pool1 AvgPool2d 2
conv2 Conv2d 6 16 5
tanh2 Tanh
pool2 AvgPool2d 2
flat  Flatten
fc1   Linear 400 120
tanh3 Tanh
fc2   Linear 120 84
tanh4 Tanh
fc3   Linear 84 $classes
"""
LENET_WORKING = (
    "(25 + 1) * 6 + (6 * 25 + 1) * 16 + (400 + 1) * 120 + (120 + 1) * 84 + "
    "(84 + 1) * 10 = 61,706"
)


def lenet(table: str, classes: int = 10) -> Described:
    return Described(table, classes=classes)


def lenet_cases(rng: np.random.Generator) -> list[Case]:
    return [
        shapes_case("names and shapes, 7 classes", 7),
        count_case(61_706, working=LENET_WORKING),
        output_case("scores of two digits", rng, (2, 1, 32, 32), 7),
        gradient_case("gradients reach everything", rng, (2, 1, 32, 32), 7),
    ]


LENET5 = Exercise(
    id="09.LeNet5",
    points=2,
    minutes=10,
    oracle=altered(lenet, LENET),
    cases=lenet_cases,
    rules=(BY_HAND,),
    worked="An image of 32 x 32: a 5 x 5 convolution leaves 28 x 28, the pool 14 x 14, the "
    "second convolution 10 x 10, the second pool 5 x 5. With 16 channels that makes 16 * 25 = 400 "
    "inputs of the first linear layer.",
    misconceptions=(
        Misconception(
            "ReLU in the place of tanh",
            altered(lenet, LENET, ("Tanh", "ReLU")),
            "Everything fits, but your net uses ReLU. Which activation did people use in "
            "1998?",
        ),
        Misconception(
            "maximum pooling",
            altered(lenet, LENET, ("AvgPool2d", "MaxPool2d")),
            "Your pools take the largest of four numbers. What does LeNet-5 do with the "
            "four?",
        ),
        Misconception(
            "no activation between the linear layers",
            altered(lenet, LENET, ("tanh4 Tanh", "tanh4 Identity")),
            "Two linear layers in a row are one. What stands between your last two?",
        ),
        Misconception(
            "activation on the scores",
            altered(lenet, LENET + "last Tanh"),
            "Your scores stay within -1 and 1: an activation follows the last layer. "
            "What does the loss expect?",
        ),
        Misconception(
            "pooled before the activation",
            altered(
                lenet,
                LENET,
                ("tanh1 Tanh\npool1 AvgPool2d 2", "pool1 AvgPool2d 2\ntanh1 Tanh"),
                ("tanh2 Tanh\npool2 AvgPool2d 2", "pool2 AvgPool2d 2\ntanh2 Tanh"),
            ),
            "You take the mean first and tanh afterwards; with a curved function the order "
            "matters. Which comes first in the table?",
        ),
        Misconception(
            "padded convolutions",
            altered(lenet, LENET, ("1 6 5", "1 6 5 1 2"), ("Linear 400", "Linear 576")),
            "Your first linear layer has 576 inputs: a convolution is padded, and the maps "
            "end at 6 x 6. How large are they without padding?",
        ),
    ),
)

# --- AlexNet --------------------------------------------------------------------

ALEXNET = """
features.0  Conv2d 3 $n1 $size1
features.1  ReLU
features.2  MaxPool2d 3 2
features.3  Conv2d $n1 $n2 $size2
features.4  ReLU
features.5  MaxPool2d 3 2
features.6  Conv2d $n2 $n3 $size3
features.7  ReLU
features.8  Conv2d $n3 $n4 $size4
features.9  ReLU
features.10 Conv2d $n4 $n5 $size5
features.11 ReLU
features.12 MaxPool2d 3 2
avgpool     AdaptiveAvgPool2d 6
flat        Flatten
classifier.0 Dropout 0.5
classifier.1 Linear $flat $hidden
classifier.2 ReLU
classifier.3 Dropout 0.5
classifier.4 Linear $hidden $hidden
classifier.5 ReLU
classifier.6 Linear $hidden $classes
"""
ONE_TOWER = (64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1)
ONE_TOWER = *ONE_TOWER, (256, 3, 1, 1)
OF_THE_NOTES = (96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1), (384, 3, 1, 1)
OF_THE_NOTES = *OF_THE_NOTES, (256, 3, 1, 1)
ZEILER_FERGUS = (96, 7, 2, 1), (256, 5, 2, 0), (512, 3, 1, 1), (1024, 3, 1, 1)
ZEILER_FERGUS = *ZEILER_FERGUS, (512, 3, 1, 1)
NARROW = (4, 11, 4, 2), (6, 5, 1, 2), (5, 3, 1, 1), (7, 3, 1, 1), (48, 3, 1, 1)
NARROW_ZF = (4, 7, 2, 1), (6, 5, 2, 0), (5, 3, 1, 1), (7, 3, 1, 1), (48, 3, 1, 1)


def alexnet(
    table: str, convs: tuple, classes: int = 1000, hidden: int = 4096
) -> Described:
    values: dict[str, Any] = {"flat": 36 * convs[-1][0]}
    for i, (filters, size, stride, padding) in enumerate(convs, 1):
        values |= {f"n{i}": filters, f"size{i}": f"{size} {stride} {padding}"}
    return Described(table, classes=classes, hidden=hidden, **values)


def alexnet_cases(rng: np.random.Generator) -> list[Case]:
    """Among so many scores and maps some are negative, whatever is drawn."""
    narrow, size = (NARROW, 18, 14), (2, 3, 90, 82)
    total = "2,469,696 in the convolutions + 37,752,832 + 16,781,312 + 4,097,000"
    return [
        shapes_case("names and shapes of a narrow one", *narrow),
        count_case(61_100_840, ONE_TOWER, NAME="one tower", working=total),
        count_case(62_378_344, OF_THE_NOTES, NAME="96-256-384-384-256"),
        count_case(107_627_624, ZEILER_FERGUS, NAME="ZFNet"),
        output_case("scores, narrow AlexNet", rng, size, *narrow),
        output_case("scores of flat images", rng, (5, *size[1:]), *narrow, flat=True),
        output_case("scores, narrow ZFNet", rng, size, NARROW_ZF, 18, 13, flat=True),
        gradient_case("gradients reach everything", rng, size, *narrow, flat=True),
        dropout_case(rng, size, *narrow),
        drops_case("classifier.1", rng, size, *narrow),
        drops_case("classifier.4", rng, (6, 3, 70, 70), NARROW, 5, 40),
    ]


ALEXNET_EXERCISE = Exercise(
    id="09.AlexNet",
    points=3,
    minutes=20,
    oracle=altered(alexnet, ALEXNET),
    cases=alexnet_cases,
    rules=(BY_HAND,),
    worked="`features` has 13 layers, counted from 0: conv, ReLU, pool, conv, ReLU, pool, "
    "conv, ReLU, conv, ReLU, conv, ReLU, pool. The convolutions stand at 0, 3, 6, 8 and 10. The "
    "`classifier` has seven, with linear layers at 1, 4 and 6.",
    misconceptions=(
        Misconception(
            "the last ReLU of the features forgotten",
            altered(alexnet, ALEXNET, ("11 ReLU", "11 Identity")),
            "Your fifth convolution goes into the pool without an activation. After which "
            "convolutions is there a ReLU?",
        ),
        Misconception(
            "three linear layers in a row",
            altered(
                alexnet,
                ALEXNET,
                ("r.2 ReLU", "r.2 Identity"),
                ("r.5 ReLU", "r.5 Identity"),
            ),
            "Your three linear layers follow one another with no activation between "
            "them: they are worth one. What belongs there?",
        ),
        Misconception(
            "ReLU on the scores",
            altered(alexnet, ALEXNET + "classifier.7 ReLU"),
            "No score is negative: a ReLU follows the last layer. What does the loss do "
            "with a negative score?",
        ),
        Misconception(
            "dropout forgotten",
            altered(alexnet, ALEXNET, ("Dropout 0.5", "Identity")),
            "Everything is right in inference, and training drops nothing. Which two "
            "places of the classifier have dropout?",
        ),
        Misconception(
            "pools that do not overlap",
            altered(alexnet, ALEXNET, ("MaxPool2d 3 2", "MaxPool2d 2 2")),
            "Your pools look at 2 x 2. AlexNet's windows are larger than their stride, so "
            "that neighbours overlap: how large?",
        ),
        Misconception(
            "average pooling",
            altered(alexnet, ALEXNET, ("MaxPool2d", "AvgPool2d")),
            "Your pools take means. What does AlexNet take of each 3 x 3 window?",
        ),
        Misconception(
            "stride and padding not handed on",
            lambda convs, *a, **k: alexnet(
                ALEXNET,
                tuple((n, size, 1, size // 2) for n, size, *_ in convs),
                *a,
                **k,
            ),
            "Your convolutions keep height and width. Each row of `convs` has four "
            "numbers: which of them does your `Conv2d` get?",
        ),
        Misconception(
            "flattened before the pool to 6 x 6",
            altered(alexnet, ALEXNET, ("AdaptiveAvgPool2d 6", "Identity")),
            "PyTorch says that shapes cannot be multiplied: the last map is 6 x 6 only for "
            "images of 224 pixels. What brings maps of any size to 6 x 6?",
        ),
    ),
)
