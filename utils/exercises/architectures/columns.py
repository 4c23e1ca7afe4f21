"""VGG and Network in Network: tables, cases, and what goes wrong with them."""

import re
from collections.abc import Callable

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

# --- VGG ------------------------------------------------------------------------

HEAD = """
avgpool AdaptiveAvgPool2d 7
flat Flatten
classifier.0 Linear $flat $hidden
classifier.1 ReLU
classifier.2 Dropout 0.5
classifier.3 Linear $hidden $hidden
classifier.4 ReLU
classifier.5 Dropout 0.5
classifier.6 Linear $hidden $classes
"""
A = (64, (3,)), (128, (3,)), (256, (3, 3)), (512, (3, 3)), (512, (3, 3))
B = (64, (3, 3)), (128, (3, 3)), *A[2:]
C = *B[:2], (256, (3, 3, 1)), (512, (3, 3, 1)), (512, (3, 3, 1))
D = *B[:2], (256, (3, 3, 3)), (512, (3, 3, 3)), (512, (3, 3, 3))
E = *B[:2], (256, (3,) * 4), (512, (3,) * 4), (512, (3,) * 4)
NARROW = (4, (3,)), (5, (3, 5)), (6, (3, 3, 1))


def vgg(
    change: Callable, stages: tuple, classes: int = 1000, hidden: int = 4096
) -> Described:
    lines, inputs = [], 3
    for filters, sizes in stages:
        for size in sizes:
            lines += [f"Conv2d {inputs} {filters} {size} 1 {size // 2}", "ReLU"]
            inputs = filters
        lines.append("MaxPool2d 2 2")
    table = "\n".join(f"features.{i} {line}" for i, line in enumerate(lines)) + HEAD
    return Described(change(table), flat=49 * inputs, classes=classes, hidden=hidden)


def in_table(old: str, new: str) -> Callable[[str], str]:
    """A change of the table: this pattern becomes that text wherever it stands."""
    return lambda table: re.sub(old, new, table)


def vgg_cases(rng: np.random.Generator) -> list[Case]:
    narrow, size = (NARROW, 5, 8), (2, 3, 60, 44)
    first = "the first linear layer alone: 7 * 7 * 512 * 4096 = 102,760,448 weights"
    return [
        shapes_case("names and shapes of a narrow one", *narrow),
        count_case(132_863_336, A, NAME="VGG A (11 layers)"),
        count_case(133_638_952, C, NAME="VGG C (16 layers, three of them 1x1)"),
        count_case(138_357_544, D, NAME="VGG D (VGG-16)", working=first),
        count_case(143_667_240, E, NAME="VGG E (VGG-19)"),
        output_case("scores of a narrow one", rng, size, *narrow),
        gradient_case("gradients reach everything", rng, size, *narrow),
        dropout_case(rng, size, *narrow),
        drops_case("classifier.3", rng, (6, 3, 20, 20), NARROW, 5, 40),
        drops_case("classifier.6", rng, (6, 3, 20, 20), NARROW, 5, 40),
    ]


VGG = Exercise(
    id="09.VGG",
    points=3,
    minutes=20,
    oracle=altered(vgg, str),
    cases=vgg_cases,
    rules=(BY_HAND,),
    worked="Two stages, `(4, (3,))` and `(5, (3, 1))`: conv 3 -> 4, ReLU, pool, then conv 4 -> 5, "
    "ReLU, conv 5 -> 5 with a filter of 1 x 1, ReLU, pool. Counted from 0 the convolutions are "
    "`features.0`, `features.3` and `features.5`.",
    misconceptions=(
        Misconception(
            "one ReLU a stage",
            altered(vgg, in_table("ReLU(?=.*\n.*Conv)", "Identity")),
            "You have fewer activations than convolutions: two convolutions in a row "
            "without one are worth one. What follows every convolution?",
        ),
        Misconception(
            "1x1 filters padded",
            altered(vgg, in_table("1 1 0", "1 1 1")),
            "Your 1 x 1 convolution is padded, so that the map grows and has a rim of "
            "biases. How much padding keeps the size for a filter of `size`?",
        ),
        Misconception(
            "filters of 1 x 1 taken for 3 x 3",
            altered(vgg, in_table("1 1 0", "3 1 1")),
            "All your filters are 3 x 3. What do the numbers in the second place of a "
            "stage say?",
        ),
        Misconception(
            "one convolution a stage",
            lambda stages, *a, **k: vgg(
                str, tuple((n, sizes[:1]) for n, sizes in stages), *a, **k
            ),
            "There are fewer convolutions than expected: one for each stage. How many "
            "does a stage have?",
        ),
        Misconception(
            "dropout forgotten",
            altered(vgg, in_table("Dropout.*", "Identity")),
            "Everything is right in inference, and training drops nothing. After which "
            "layers of the classifier is there dropout?",
        ),
        Misconception(
            "ReLU on the scores",
            altered(vgg, in_table("(r.6 .*)", r"\1\nlast ReLU")),
            "No score is negative: a ReLU follows the last layer. What does the loss do "
            "with a negative score?",
        ),
        Misconception(
            "average pooling",
            altered(vgg, in_table("MaxPool", "AvgPool")),
            "Your pools take means. What does VGG take of each 2 x 2 window?",
        ),
    ),
)

# --- NiN ------------------------------------------------------------------------

NIN = """
block1.0 Conv2d 3 $a1 $size1 1 $pad1
block1.1 ReLU
block1.2 Conv2d $a1 $b1 1
block1.3 ReLU
block1.4 Conv2d $b1 $c1 1
block1.5 ReLU
pool1    MaxPool2d 3 2 1
drop1    Dropout 0.5
block2.0 Conv2d $c1 $a2 $size2 1 $pad2
block2.1 ReLU
block2.2 Conv2d $a2 $b2 1
block2.3 ReLU
block2.4 Conv2d $b2 $c2 1
block2.5 ReLU
pool2    MaxPool2d 3 2 1
drop2    Dropout 0.5
block3.0 Conv2d $c2 $a3 $size3 1 $pad3
block3.1 ReLU
block3.2 Conv2d $a3 $b3 1
block3.3 ReLU
block3.4 Conv2d $b3 $c3 1
block3.5 ReLU
mean     Mean
"""
OF_THE_PAPER = (5, 192, 160, 96), (5, 192, 192, 192), (3, 192, 192, 10)
SMALL_NIN = (5, 7, 4, 3), (5, 6, 5, 8), (3, 9, 6, 4)


def nin(table: str, blocks: tuple) -> Described:
    values = {}
    for i, (size, a, b, c) in enumerate(blocks, 1):
        values |= {f"size{i}": size, f"pad{i}": size // 2}
        values |= {f"a{i}": a, f"b{i}": b, f"c{i}": c}
    return Described(table, **values)


def nin_cases(rng: np.random.Generator) -> list[Case]:
    working = (
        "block 1: 14,592 + 30,880 + 15,456; block 2: 460,992 + 37,056 + 37,056; "
        "block 3: 331,968 + 37,056 + 1,930; sum 966,986"
    )
    return [
        shapes_case("names and shapes of a narrow one", SMALL_NIN),
        count_case(966_986, OF_THE_PAPER, working=working),
        output_case("scores of a narrow one", rng, (2, 3, 14, 17), SMALL_NIN),
        gradient_case("gradients reach everything", rng, (2, 3, 14, 11), SMALL_NIN),
        dropout_case(rng, (2, 3, 14, 11), SMALL_NIN),
        drops_case("block2.0", rng, (3, 3, 14, 11), SMALL_NIN),
        drops_case("block3.0", rng, (9, 3, 14, 11), SMALL_NIN),
    ]


NIN_EXERCISE = Exercise(
    id="09.NiN",
    points=2,
    minutes=15,
    oracle=altered(nin, NIN),
    cases=nin_cases,
    rules=(BY_HAND,),
    worked="The block `(3, 9, 6, 4)` on 8 channels: conv 8 -> 9 with 3 x 3 filters, ReLU, conv "
    "9 -> 6 with 1 x 1, ReLU, conv 6 -> 4 with 1 x 1, ReLU. In a `Sequential` the "
    "convolutions have the numbers 0, 2 and 4.",
    misconceptions=(
        Misconception(
            "no activation between the 1x1 convolutions",
            altered(
                nin, NIN, *((f"k{i}.3 ReLU", f"k{i}.3 Identity") for i in (1, 2, 3))
            ),
            "Your two 1 x 1 convolutions follow one another without an activation: at "
            "every pixel they are one linear layer. What makes them a small net?",
        ),
        Misconception(
            "the last ReLU of a block forgotten",
            altered(
                nin, NIN, *((f"k{i}.5 ReLU", f"k{i}.5 Identity") for i in (1, 2, 3))
            ),
            "Your blocks end in a bare convolution. After which of the three does the "
            "paper put a ReLU?",
        ),
        Misconception(
            "maximum over all places",
            altered(
                nin, NIN, ("mean     Mean", "top AdaptiveMaxPool2d 1\nflat Flatten")
            ),
            "Your scores are the largest value of each map. Global pooling takes "
            "something else of a map: what?",
        ),
        Misconception(
            "scores still have height and width",
            altered(nin, NIN, ("mean     Mean", "mean AdaptiveAvgPool2d 1")),
            "Your scores have four axes, (N, classes, 1, 1). Which two must go?",
        ),
        Misconception(
            "nothing dropped",
            altered(nin, NIN, ("Dropout 0.5", "Identity")),
            "Training drops nothing. Where does the table have dropout?",
        ),
        Misconception(
            "pools without padding",
            altered(nin, NIN, ("MaxPool2d 3 2 1", "MaxPool2d 3 2")),
            "Your maps are a row and a column too small after each pool. What does the "
            "table say about the pools' padding?",
        ),
    ),
)
