"""The residual block for CIFAR-10: table, cases, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.residual import relu
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    gradient_case,
    output_case,
    shapes_case,
    zero_case,
)
from utils.networks.described import Described

CIFAR = """
conv1 Conv2d $inputs $outputs 3 $stride 1 bias=False
bn1 BatchNorm2d $outputs
relu1 ReLU
conv2 Conv2d $outputs $outputs 3 1 1 bias=False
bn2 BatchNorm2d $outputs
$shortcut < input
sum Add < bn2, padded
relu2 ReLU
"""
SAME, THINNED = "padded Identity", "padded Subsample $pad"


def cifar_block(
    table: str,
    inputs: int,
    outputs: int,
    stride: int = 1,
    skip: bool = True,
    shortcut: str = THINNED,
) -> Described:
    table = table.replace("$shortcut", SAME if stride == 1 else shortcut)
    if not skip:
        table = table.replace("bn2, padded", "bn2")
    values = {"inputs": inputs, "outputs": outputs, "stride": stride}
    zeros = outputs - inputs
    return Described(table, **values, zeros=zeros, pad=zeros // 2)


def cifar_block_cases(rng: np.random.Generator) -> list[Case]:
    size, larger = (2, 4, 7, 6), (4, 8, 2)
    return [
        zero_case("all parameters zero: x passes", rng, size, relu, 4, 4),
        zero_case(
            "all parameters zero, no skip", rng, size, np.zeros_like, 4, 4, skip=False
        ),
        zero_case("all parameters zero, stride 2", rng, size, thinned, *larger),
        shapes_case("names and shapes, stride 2", *larger),
        output_case("same size", rng, size, 4, 4),
        output_case("stride 2, twice the channels", rng, size, *larger),
        output_case("plain: skip=False", rng, size, *larger, skip=False),
        output_case("training", rng, (3, 4, 5, 6), *larger, MODE="train"),
        gradient_case("gradients reach everything", rng, size, *larger),
    ]


ZEROS_BEHIND = """thin Subsample 0 < input
padded ConstantPad3d (0,0,0,0,0,$zeros) 0.0 < thin # """
PROJECTED = "padded Conv2d $inputs $outputs 1 $stride bias=False"
BLURRED = """thin AvgPool2d 2 ceil_mode=True < input
padded ConstantPad3d (0,0,0,0,$pad,$pad) 0.0 < thin # """


def thinned(x: np.ndarray) -> np.ndarray:
    """Every second pixel of x after ReLU, with two channels of zeros on each side."""
    return np.pad(relu(x)[:, :, ::2, ::2], ((0, 0), (2, 2), (0, 0), (0, 0)))


CIFAR_BLOCK = Exercise(
    id="09.CifarBlock",
    points=2,
    minutes=15,
    oracle=altered(cifar_block, CIFAR),
    cases=cifar_block_cases,
    rules=(BY_HAND,),
    worked="`CifarBlock(4, 8, 2)`: of an input of 4 channels and 7 x 6 pixels, every second row "
    "and column makes 4 x 3. Two channels of zeros in front, two behind: 8 channels of 4 x 3, "
    "with no parameter.",
    misconceptions=(
        Misconception(
            "the skip forgotten",
            lambda *a, skip=True: cifar_block(CIFAR, *a, skip=False),
            "Your block is always the plain one: with all parameters zero it gives zero. "
            "What does `skip=True` ask for?",
        ),
        Misconception(
            "the skip cannot be switched off",
            lambda *a, skip=True: cifar_block(CIFAR, *a),
            "With `skip=False` your block adds x all the same. What is the plain block "
            "without?",
        ),
        Misconception(
            "all zeros behind",
            altered(cifar_block, CIFAR, shortcut=ZEROS_BEHIND),
            "Your channels of zeros all come last. Half of them belong in front, where the "
            "published weights expect them: what does the order of the numbers in "
            "`F.pad` say?",
        ),
        Misconception(
            "ReLU before the addition",
            altered(
                cifar_block,
                CIFAR,
                ("$shortcut", "relu3 ReLU\n$shortcut"),
                ("sum Add < bn2", "sum Add < relu3"),
            ),
            "Your branch ends in a ReLU, so that it can only add. On which side of the "
            "sum does the last ReLU stand?",
        ),
        Misconception(
            "the last ReLU forgotten",
            altered(cifar_block, CIFAR, ("relu2 ReLU", "")),
            "Your block gives negative numbers. What follows the sum?",
        ),
        Misconception(
            "biases before batch norm",
            altered(cifar_block, CIFAR, (" bias=False", "")),
            "Your convolutions have biases, and batch norm subtracts the mean of every "
            "channel right after. What is left of a bias then?",
        ),
        Misconception(
            "a projection in the shortcut",
            altered(cifar_block, CIFAR, shortcut=PROJECTED),
            "Your shortcut has a weight. The networks for CIFAR-10 do without: where do the "
            "missing channels come from?",
        ),
        Misconception(
            "the shortcut takes means",
            altered(cifar_block, CIFAR, shortcut=BLURRED),
            "Your shortcut averages neighbours. The published one does not compute with "
            "them: which pixels does it keep?",
        ),
    ),
)
