"""GoogLeNet: the whole network around a block that is handed in."""

from collections.abc import Callable
from typing import Any

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.inception import (
    INCEPTION,
    PLAIN,
    inception,
    units,
)
from utils.exercises.architectures.shared import (
    BY_HAND,
    Own,
    altered,
    count_case,
    dropout_case,
    gradient_case,
    output_case,
    rate_case,
    shapes_case,
)
from utils.networks.described import Described
from utils.subject import Named

GOOGLENET = """
conv1 Unit 3 64 7 2 3 < input
maxpool1 MaxPool2d 3 2 ceil_mode=True
conv2 Unit 64 64 1 1 0 < maxpool1
conv3 Unit 64 192 3 1 1 < conv2
maxpool2 MaxPool2d 3 2 ceil_mode=True
inception3a Identity
inception3b Identity
maxpool3 MaxPool2d 3 2 ceil_mode=True
inception4a Identity
inception4b Identity
inception4c Identity
inception4d Identity
inception4e Identity
maxpool4 MaxPool2d 2 2 ceil_mode=True
inception5a Identity
inception5b Identity
mean Mean
dropout Dropout 0.2
fc Linear $width $classes
"""
PAPER = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)
NARROW = (
    ((2, (3, 4), (1, 2), 3), (3, (2, 3), (2, 4), 2)),
    (
        (4, (2, 3), (1, 3), 2),
        (3, (2, 4), (2, 1), 2),
        (2, (3, 5), (1, 2), 4),
        (1, (2, 6), (3, 2), 3),
        (4, (1, 3), (2, 3), 2),
    ),
    ((3, (2, 5), (1, 4), 2), (5, (3, 4), (2, 3), 3)),
)
BLOCK = Named("utils.stand_ins.architectures.FourWide")


def googlenet(
    table: str,
    block: Callable,
    stages: tuple,
    classes: int = 1000,
    unit: type | None = None,
    **options: Any,
) -> Described:
    rows = [row for stage in stages for row in stage]
    widths = [192, *(n1 + n3[-1] + n5[-1] + pool for n1, n3, n5, pool in rows)]
    net = Described(units(table, unit), width=widths[-1], classes=classes)
    options |= {"unit": unit} if unit else {}
    names = [row.name for row in net.rows if row.name.startswith("inception")]
    for name, inputs, row in zip(names, widths[:-1], rows, strict=True):
        net.place(name, block(inputs, *row, **options))
    return net


def googlenet_cases(rng: np.random.Generator) -> list[Case]:
    narrow, image = (BLOCK, NARROW, 7), (2, 3, 70, 61)
    own = Own("Inception"), PAPER
    return [
        shapes_case("names and shapes, a simple block", *narrow, size=5),
        shapes_case("names and shapes, plain units", *narrow, unit=PLAIN),
        output_case("scores, a simple block", rng, image, *narrow),
        gradient_case("gradients reach everything", rng, image, *narrow),
        dropout_case(rng, image, *narrow),
        rate_case(0.2, *narrow),
        count_case(6_624_904, *own, NAME="your own Inception"),
        count_case(6_998_552, *own, size=5, unit=PLAIN, NAME="as in the paper"),
    ]


GOOGLENET_EXERCISE = Exercise(
    id="09.GoogLeNet",
    points=3,
    minutes=25,
    oracle={
        "GoogLeNet": altered(googlenet, GOOGLENET),
        "Inception": altered(inception, INCEPTION),
    },
    cases=googlenet_cases,
    rules=(BY_HAND,),
    worked="A row `(64, (96, 128), (16, 32), 32)` gives 64 + 128 + 32 + 32 = 256 channels, and so "
    "the next block has 256 inputs. Height and width of a 224-pixel image: 112, pool 56, pool 28 "
    "(3a, 3b), pool 14 (4a to 4e), pool 7 (5a, 5b).",
    misconceptions=(
        Misconception(
            "pools that round down",
            altered(googlenet, GOOGLENET, (" ceil_mode=True", "")),
            "Your maps lose their last row: the pools round down. What does "
            "`ceil_mode` do?",
        ),
        Misconception(
            "dropout forgotten",
            altered(googlenet, GOOGLENET, ("Dropout 0.2", "Identity")),
            "Training drops nothing. What stands between the mean and the last layer?",
        ),
        Misconception(
            "the dropout of AlexNet",
            altered(googlenet, GOOGLENET, ("Dropout 0.2", "Dropout 0.5")),
            "Your net drops half of the numbers before the last layer, as AlexNet does. How "
            "much does the table drop?",
        ),
        Misconception(
            "no pool between the stages",
            altered(
                googlenet,
                GOOGLENET,
                ("maxpool3 MaxPool2d 3 2 ceil_mode=True", "maxpool3 Identity"),
                ("maxpool4 MaxPool2d 2 2 ceil_mode=True", "maxpool4 Identity"),
            ),
            "Names and counts are right and the scores are not: the maps stay large. What "
            "stands between two stages?",
        ),
        Misconception(
            "the last pool as wide as the others",
            altered(googlenet, GOOGLENET, ("MaxPool2d 2 2", "MaxPool2d 3 2")),
            "Only your last pool is wrong: it looks at 3 x 3. What does the table say?",
        ),
        Misconception(
            "options not handed on",
            lambda *a, size=3, **k: googlenet(GOOGLENET, *a, **k),
            "With `size=5` nothing changes. Who gets the options that are left over?",
        ),
        Misconception(
            "always the same unit",
            lambda *a, unit=None, **k: googlenet(GOOGLENET, *a, **k),
            "With another `unit` nothing changes. Who builds with it: the first layers, "
            "the blocks, or both?",
        ),
        Misconception(
            "unit not handed on to the blocks",
            lambda block, *a, **k: googlenet(
                GOOGLENET,
                lambda *b, unit=None, **options: block(*b, **options),
                *a,
                **k,
            ),
            "With another `unit` the first layers change and the blocks do not. How does a "
            "block learn of it?",
        ),
        Misconception(
            "maximum over all places",
            altered(
                googlenet,
                GOOGLENET,
                ("mean Mean", "mean AdaptiveMaxPool2d 1\nf Flatten"),
            ),
            "Before the last layer you take the largest value of each map. What does "
            "global pooling take here?",
        ),
    ),
)
