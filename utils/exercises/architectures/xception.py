"""Depthwise separable convolution and Xception's block, and what goes wrong with them."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
    where_it_stands,
    zero_case,
)
from utils.networks.described import Described
from utils.subject import Named

# --- SeparableConv --------------------------------------------------------------

SEPARABLE = """
depthwise Conv2d $inputs $inputs 3 1 1 groups=$inputs bias=False
pointwise Conv2d $inputs $outputs 1 bias=False
"""


def separable(table: str, inputs: int, outputs: int) -> Described:
    return Described(table, inputs=inputs, outputs=outputs)


def separable_cases(rng: np.random.Generator) -> list[Case]:
    size, working = (2, 4, 6, 5), "64 * 9 + 64 * 128 = 8,768; a plain one has 73,728"
    return [
        shapes_case("names and shapes", 4, 7),
        count_case(8_768, 64, 128, NAME="64 to 128 channels", working=working),
        output_case("4 to 7 channels", rng, size, 4, 7),
        gradient_case("gradients reach everything", rng, size, 4, 7),
    ]


SEPARABLE_CONV = Exercise(
    id="09.SeparableConv",
    points=1,
    minutes=10,
    oracle=altered(separable, SEPARABLE),
    cases=separable_cases,
    rules=(BY_HAND,),
    worked="4 channels to 7: four filters of 3 x 3, one for each channel, weight (4, 1, 3, 3); then seven "
    "filters of 1 x 1 over four channels, weight (7, 4, 1, 1). Together 36 + 28 = 64 weights; a "
    "plain 3 x 3 convolution would have 252.",
    misconceptions=(
        Misconception(
            "the first step mixes channels",
            altered(separable, SEPARABLE, (" groups=$inputs", "")),
            "The weight of your first convolution is as large as that of a plain one. How many "
            "groups does it need, so that no channel sees another?",
        ),
        Misconception(
            "1 x 1 first",
            altered(
                separable,
                "pointwise Conv2d $inputs $outputs 1 bias=False\n"
                "depthwise Conv2d $outputs $outputs 3 1 1 groups=$outputs bias=False",
            ),
            "Your channels are mixed first and filtered afterwards, so that your depthwise "
            "filters are as many as the outputs. Which step comes first?",
        ),
        Misconception(
            "an activation in between",
            altered(separable, SEPARABLE, ("\npointwise", "\nrelu ReLU\npointwise")),
            "There is an activation between your two steps. Xception was better without: what "
            "stands between them?",
        ),
        Misconception(
            "biases in a separable convolution",
            altered(separable, SEPARABLE, (" bias=False", "")),
            "Your two convolutions have biases; a batch norm will follow. Who needs them?",
        ),
        Misconception(
            "no frame",
            altered(separable, SEPARABLE, ("3 1 1", "3 1 0")),
            "Your result is smaller than the input. How much padding does a 3 x 3 filter need?",
        ),
    ),
)

# --- XceptionBlock --------------------------------------------------------------

UNIT = "rep.{0} ReLU\nrep.{1} Identity\nrep.{2} BatchNorm2d {3}\n"
POOL = "rep.{} MaxPool2d 3 2 1\n"
SHORTCUT = """
skip.0 Conv2d {0} {1} 1 {2} bias=False < input
skip.1 BatchNorm2d {1}
"""


def xception_block(
    change: Callable,
    separable: Callable,
    widths: tuple,
    stride: int = 1,
    needs: Callable = lambda inputs, outputs, stride: stride > 1 or inputs != outputs,
) -> Described:
    table = "start Identity\n"
    for i, outputs in enumerate(widths[1:]):
        table += UNIT.format(3 * i, 3 * i + 1, 3 * i + 2, outputs)
    end = 3 * len(widths) - 4
    if stride > 1:
        end += 1
        table += POOL.format(end)
    if needs(widths[0], widths[-1], stride):
        table += SHORTCUT.format(widths[0], widths[-1], stride)
        table += f"sum Add < rep.{end}, skip.1"
    else:
        table += f"sum Add < rep.{end}, input"
    net = Described(change(table))
    for i, pair in enumerate(pairwise(widths)):
        net.place(f"rep.{3 * i + 1}", separable(*pair))
    return net


def block_cases(rng: np.random.Generator) -> list[Case]:
    simple = Named("utils.stand_ins.blocks.Separable")
    entry, middle, size = (4, 6, 5), (4, 3, 6, 4), (2, 4, 7, 6)
    return [
        zero_case("all parameters zero: x passes", rng, size, np.array, simple, middle),
        shapes_case("entry: names and shapes", simple, entry, 2),
        shapes_case("middle: names and shapes", simple, middle),
        output_case("entry: stride 2", rng, size, simple, entry, 2),
        output_case("middle: three units", rng, size, simple, middle),
        output_case("more channels, stride 1", rng, size, simple, entry),
        output_case("same channels, stride 2", rng, size, simple, middle, 2),
        output_case("training", rng, (3, 4, 5, 6), simple, entry, 2, MODE="train"),
        gradient_case("gradients reach everything", rng, size, simple, entry, 2),
    ]


XCEPTION_BLOCK = Exercise(
    id="09.XceptionBlock",
    points=2,
    minutes=25,
    oracle=altered(xception_block, str),
    cases=block_cases,
    rules=(BY_HAND,),
    worked="`XceptionBlock(separable, (4, 6, 5), 2)`: `rep` holds ReLU, separable 4 -> 6, batch norm, "
    "ReLU, separable 6 -> 5, batch norm, pool, numbered 0 to 6. `skip` holds a 1 x 1 convolution 4 -> 5 with "
    "stride 2 and its batch norm. With widths (4, 3, 6, 4) and stride 1 there is no `skip`: x itself "
    "is added.",
    misconceptions=(
        Misconception(
            "nothing added",
            altered(xception_block, where_it_stands((", skip.1", ""), (", input", ""))),
            "With all parameters zero your block gives zero. What goes round the units?",
        ),
        Misconception(
            "the activation last",
            altered(xception_block, lambda t: t + "\nend ReLU"),
            "Your block ends in a ReLU. Each unit begins with one; what happens to the sum?",
        ),
        Misconception(
            "no pool at stride 2",
            altered(xception_block, where_it_stands(("MaxPool2d 3 2 1", "Identity"))),
            "With stride 2 PyTorch cannot add maps of two sizes. What halves the height on the "
            "long way?",
        ),
        Misconception(
            "means in the pool",
            altered(xception_block, where_it_stands(("MaxPool2d", "AvgPool2d"))),
            "Your pool takes means. What does Xception take of each window?",
        ),
        Misconception(
            "always a projection",
            altered(xception_block, str, needs=lambda *_: True),
            "Your middle block has a projection although the input has the right shape. When "
            "can x itself be added?",
        ),
        Misconception(
            "a projection for the stride only",
            altered(xception_block, str, needs=lambda i, o, s: s > 1),
            "With more channels at stride 1 PyTorch cannot add the input. Which two reasons are "
            "there for a projection?",
        ),
        Misconception(
            "a projection for the channels only",
            altered(xception_block, str, needs=lambda i, o, s: i != o),
            "With stride 2 and the same channels PyTorch cannot add the input. Which two "
            "reasons are there for a projection?",
        ),
        Misconception(
            "no batch norm on the shortcut",
            altered(
                xception_block,
                where_it_stands(("skip.1 BatchNorm2d", "skip.1 Identity #")),
            ),
            "Your projection is a bare convolution. What follows it?",
        ),
    ),
)
