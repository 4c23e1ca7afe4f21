"""The pre-activation block: table, cases, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.residual import changes_shape
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    bent,
    gradient_case,
    output_case,
    shapes_case,
    zero_case,
)
from utils.networks.described import Described

PRE_ACTIVATION = """
bn1 BatchNorm2d $inputs < input
relu1 ReLU
conv1 Conv2d $inputs $outputs 3 $stride 1 bias=False
bn2 BatchNorm2d $outputs
relu2 ReLU
conv2 Conv2d $outputs $outputs 3 1 1 bias=False
downsample Conv2d $inputs $outputs 1 $stride bias=False < relu1
sum Add < conv2, downsample
"""


def pre_activation(table: str, inputs: int, outputs: int, stride: int = 1) -> Described:
    if not changes_shape(inputs, outputs, stride):
        rows = [r for r in table.splitlines() if not r.startswith("downsample")]
        table = "\n".join(rows).replace("downsample", "input")
    return Described(table, inputs=inputs, outputs=outputs, stride=stride)


def pre_activation_cases(rng: np.random.Generator) -> list[Case]:
    size, same, larger = (2, 4, 7, 6), (4, 4), (4, 6, 2)
    return [
        zero_case("all parameters zero: x passes", rng, size, lambda x: x, *same),
        shapes_case("names and shapes, stride 2", *larger),
        shapes_case("names and shapes, same size", *same),
        output_case("same size", rng, size, *same),
        output_case("more channels", rng, size, 4, 6),
        output_case("stride 2", rng, size, *larger),
        output_case("training", rng, (3, 4, 5, 6), *larger, MODE="train"),
        gradient_case("gradients reach everything", rng, size, *larger),
    ]


PRE_ACT_BLOCK = Exercise(
    id="09.PreActBlock",
    points=2,
    minutes=15,
    oracle=altered(pre_activation, PRE_ACTIVATION),
    cases=pre_activation_cases,
    rules=(BY_HAND,),
    worked="With all parameters zero the branch gives 0 and the block gives x itself: (-2, 3) "
    "stays (-2, 3), the negative number too. `bn1` stands before the first convolution and so has "
    "as many channels as the input.",
    misconceptions=(
        Misconception(
            "the skip forgotten",
            altered(pre_activation, PRE_ACTIVATION, ("< conv2, downsample", "< conv2")),
            "With all parameters zero your block gives zero. What goes round the branch?",
        ),
        Misconception(
            "ReLU after the addition",
            altered(pre_activation, PRE_ACTIVATION + "relu3 ReLU"),
            "With all parameters zero the negative numbers of x are lost. Is there anything "
            "after the sum of this block?",
        ),
        Misconception(
            "the normalised input is added",
            lambda inputs, outputs, stride=1: pre_activation(
                PRE_ACTIVATION
                if changes_shape(inputs, outputs, stride)
                else bent(PRE_ACTIVATION, ("conv2, downsample", "conv2, relu1")),
                inputs,
                outputs,
                stride,
            ),
            "Where the shape stays, you add what comes after the first norm and ReLU. What "
            "must arrive at the end unchanged?",
        ),
        Misconception(
            "the bare input is projected",
            altered(pre_activation, PRE_ACTIVATION, ("< relu1", "< input")),
            "Where the shape changes, your projection takes x itself. In this block it "
            "takes what the first convolution takes: what is that?",
        ),
        Misconception(
            "activation before the norm",
            altered(
                pre_activation,
                PRE_ACTIVATION,
                ("bn1 BatchNorm2d $inputs < input", "relu1 ReLU < input"),
                ("relu1 ReLU\nconv1", "bn1 BatchNorm2d $inputs\nconv1"),
                ("< relu1", "< bn1"),
                (
                    "bn2 BatchNorm2d $outputs\nrelu2 ReLU",
                    "relu2 ReLU\nbn2 BatchNorm2d $outputs",
                ),
            ),
            "You apply ReLU first and normalise what is left. In which order do the three "
            "stand: norm, ReLU, convolution?",
        ),
        Misconception(
            "no activations",
            altered(pre_activation, PRE_ACTIVATION, ("ReLU", "Identity")),
            "Your branch has norms and convolutions and no activation. What stands between "
            "the two in the block's name?",
        ),
        Misconception(
            "no stride in the shortcut",
            altered(pre_activation, PRE_ACTIVATION, ("1 $stride b", "1 1 b")),
            "PyTorch cannot add maps of two sizes: with stride 2 the branch is half as "
            "large. What must the projection do as well?",
        ),
        Misconception(
            "biases in the convolutions",
            altered(pre_activation, PRE_ACTIVATION, (" bias=False", "")),
            "Your convolutions have biases. Which of the three does the published block "
            "leave without one?",
        ),
    ),
)
