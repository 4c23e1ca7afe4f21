"""DenseNet: one layer and the network, and what goes wrong with them."""

from collections.abc import Callable

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
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

# --- DenseLayer -----------------------------------------------------------------

LAYER = """
norm1 BatchNorm2d $inputs
relu1 ReLU
conv1 Conv2d $inputs $slim 1 bias=False
norm2 BatchNorm2d $slim
relu2 ReLU
conv2 Conv2d $slim $growth 3 1 1 bias=False
joined Cat < input, conv2
"""


def dense_layer(table: str, inputs: int, growth: int, bottleneck: int = 4) -> Described:
    return Described(table, inputs=inputs, growth=growth, slim=bottleneck * growth)


def layer_cases(rng: np.random.Generator) -> list[Case]:
    narrow, size = (5, 3, 2), (2, 5, 6, 7)
    working = "2 * 64 + 64 * 128 + 2 * 128 + 128 * 32 * 9 = 45,440"
    return [
        shapes_case("names and shapes", *narrow),
        count_case(45_440, 64, 32, NAME="the first of DenseNet-121", working=working),
        output_case("5 channels in, 8 out", rng, size, *narrow),
        output_case("training", rng, (3, 5, 4, 6), *narrow, MODE="train"),
        gradient_case("gradients reach everything", rng, size, *narrow),
    ]


AFTER = """
conv1 Conv2d $inputs $slim 1 bias=False
norm1 BatchNorm2d $slim
relu1 ReLU
conv2 Conv2d $slim $growth 3 1 1 bias=False
norm2 BatchNorm2d $growth
relu2 ReLU
joined Cat < input, relu2
"""

DENSE_LAYER = Exercise(
    id="09.DenseLayer",
    points=2,
    minutes=15,
    oracle=altered(dense_layer, LAYER),
    cases=layer_cases,
    rules=(BY_HAND,),
    worked="`DenseLayer(5, 3, 2)`: 5 channels go through batch norm and ReLU, then a 1 x 1 convolution to "
    "2 * 3 = 6, batch norm and ReLU, a 3 x 3 convolution to 3. The result has the 5 channels "
    "that came in, unchanged, and the 3 new ones behind them: 8.",
    misconceptions=(
        Misconception(
            "only what is new",
            altered(dense_layer, LAYER, ("Cat < input, conv2", "Identity")),
            "You return the new channels alone. What becomes of the ones that came in?",
        ),
        Misconception(
            "new channels in front",
            altered(dense_layer, LAYER, ("< input, conv2", "< conv2, input")),
            "The new channels stand in front. Where do they belong, so that the next layer "
            "finds the old ones where they were?",
        ),
        Misconception(
            "the normalised input is handed on",
            altered(dense_layer, LAYER, ("< input, conv2", "< relu1, conv2")),
            "What you hand on has been through batch norm and ReLU, so that each layer changes "
            "what all earlier ones made. Which tensor is handed on?",
        ),
        Misconception(
            "norm and ReLU after the convolution",
            altered(dense_layer, AFTER),
            "Your batch norms have other sizes: they follow the convolutions. What is the order in "
            "a pre-activation block?",
        ),
        Misconception(
            "no second ReLU",
            altered(dense_layer, LAYER, ("relu2 ReLU", "relu2 Identity")),
            "There is no activation between your two convolutions. What follows norm2?",
        ),
        Misconception(
            "no first ReLU",
            altered(dense_layer, LAYER, ("relu1 ReLU", "relu1 Identity")),
            "Your first convolution sees negative numbers. What follows norm1?",
        ),
        Misconception(
            "the bottleneck fixed at 4",
            lambda inputs, growth, bottleneck=4: dense_layer(LAYER, inputs, growth),
            "With `bottleneck=2` nothing changes. How wide is the map between your two "
            "convolutions?",
        ),
        Misconception(
            "biases before batch norm",
            altered(dense_layer, LAYER, (" bias=False", "")),
            "Your convolutions have biases. What does the batch norm that follows subtract?",
        ),
    ),
)

# --- DenseNet -------------------------------------------------------------------

START = """
features.conv0 Conv2d 3 $stem 7 2 3 bias=False
features.norm0 BatchNorm2d $stem
features.relu0 ReLU
features.pool0 MaxPool2d 3 2 1
"""
BLOCK = "features.denseblock{} Sequential"
TRANSITION = """
features.transition{0}.norm BatchNorm2d {1}
features.transition{0}.relu ReLU
features.transition{0}.conv Conv2d {1} {2} 1 bias=False
features.transition{0}.pool AvgPool2d 2 2
"""
END = """
features.norm5 BatchNorm2d {0}
relu ReLU
mean Mean
classifier Linear {0} $classes
"""


def densenet(
    change: Callable,
    layer: Callable,
    growth: int = 32,
    blocks: tuple = (6, 12, 24, 16),
    stem: int = 64,
    classes: int = 1000,
    half: Callable = lambda channels: channels // 2,
) -> Described:
    parts, channels, dense = [START], stem, []
    for i, length in enumerate(blocks, 1):
        parts.append(BLOCK.format(i))
        for j in range(1, length + 1):
            name = f"features.denseblock{i}.denselayer{j}"
            dense.append((name, layer(channels, growth)))
            channels += growth
        if i < len(blocks):
            parts.append(TRANSITION.format(i, channels, half(channels)))
            channels = half(channels)
    table = change("\n".join([*parts, END.format(channels)]))
    net = Described(table, stem=stem, classes=classes)
    for name, made in dense:
        net.place(name, made)
    return net


def densenet_cases(rng: np.random.Generator) -> list[Case]:
    simple = Named("utils.stand_ins.blocks.LayerLike")
    narrow, image = (simple, 3, (2, 1, 3), 6, 5), (2, 3, 37, 43)
    return [
        shapes_case("names and shapes, a simple layer", *narrow),
        output_case("scores, a simple layer", rng, image, *narrow),
        output_case("training", rng, (3, 3, 36, 34), *narrow, MODE="train"),
        gradient_case("gradients reach everything", rng, image, *narrow),
        count_case(7_978_856, Own("DenseLayer"), NAME="DenseNet-121, your own layer"),
    ]


DENSENET = Exercise(
    id="09.DenseNet",
    points=2,
    minutes=30,
    oracle={
        "DenseNet": altered(densenet, str),
        "DenseLayer": altered(dense_layer, LAYER),
    },
    cases=densenet_cases,
    rules=(BY_HAND,),
    worked="stem 6, growth 3, blocks (2, 1, 3). Block 1: 6 -> 9 -> 12 channels; transition 1 halves "
    "them: 6. Block 2: 9; transition 2: 4 (rounded down). Block 3: 7, 10, 13. No transition after "
    "the last block: batch norm of 13, ReLU, mean, linear.",
    misconceptions=(
        Misconception(
            "transitions keep the channels",
            altered(densenet, str, half=int),
            "Your transitions keep all channels. By what do they divide them?",
        ),
        Misconception(
            "maximum in the transitions",
            altered(densenet, str, ("pool AvgPool2d 2 2", "pool MaxPool2d 2 2")),
            "Your transitions take the largest of four numbers. What do DenseNet's take?",
        ),
        Misconception(
            "pooled before the convolution of the transition left out",
            altered(densenet, str, ("pool AvgPool2d 2 2", "pool Identity")),
            "Your maps stay as large as they are: the transitions do not pool. What comes after "
            "their convolution?",
        ),
        Misconception(
            "no ReLU before the mean",
            altered(densenet, str, ("\nrelu ReLU", "\nrelu Identity")),
            "Your last batch norm goes straight into the mean. What is missing after it, as "
            "after every norm of this network?",
        ),
        Misconception(
            "no ReLU in the transitions",
            altered(densenet, str, (".relu ReLU", ".relu Identity")),
            "Your transitions have no activation. What comes between their norm and their "
            "convolution?",
        ),
        Misconception(
            "pool without padding at the start",
            altered(densenet, str, ("pool0 MaxPool2d 3 2 1", "pool0 MaxPool2d 3 2")),
            "Your first pool loses the rim. How much padding does it have?",
        ),
        Misconception(
            "convolutions with biases",
            altered(densenet, str, (" bias=False", "")),
            "Your convolutions have biases, and batch norm subtracts the mean. Who needs them?",
        ),
    ),
)
