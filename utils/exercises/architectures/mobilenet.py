"""MobileNetV2: the inverted residual and the network, and what goes wrong with them."""

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
    rate_case,
    shapes_case,
    where_it_stands,
    zero_case,
)
from utils.networks.described import Described
from utils.subject import Named

# --- InvertedResidual -----------------------------------------------------------

EXPAND = """
conv.0.0 Conv2d $inputs $wide 1 bias=False
conv.0.1 BatchNorm2d $wide
conv.0.2 ReLU6
"""
REST = """
conv.{0}.0 Conv2d $wide $wide 3 $stride 1 groups=$wide bias=False
conv.{0}.1 BatchNorm2d $wide
conv.{0}.2 ReLU6
conv.{1} Conv2d $wide $outputs 1 bias=False
conv.{2} BatchNorm2d $outputs
"""
SKIP = "sum Add < input, conv.{2}"


def fits(inputs: int, outputs: int, stride: int) -> bool:
    return stride == 1 and inputs == outputs


def inverted(
    change: Callable,
    inputs: int,
    outputs: int,
    stride: int,
    expand: int,
    skips: Callable = fits,
    always: bool = False,
) -> Described:
    first = int(expand != 1 or always)
    table = REST + (SKIP if skips(inputs, outputs, stride) else "")
    table = (EXPAND if first else "") + table.format(first, first + 1, first + 2)
    sizes = {"inputs": inputs, "outputs": outputs, "wide": expand * inputs}
    return Described(change(table), stride=stride, **sizes)


def inverted_cases(rng: np.random.Generator) -> list[Case]:
    """Loud images reach the end of ReLU6, those of 0.3 and a small batch never do."""
    size, same, step = (2, 4, 7, 6), (4, 4, 1, 3), (4, 5, 2, 3)
    working = "24 * 144 + 2 * 144 + 144 * 9 + 2 * 144 + 144 * 24 + 2 * 24 = 8,832"
    return [
        zero_case("all parameters zero: x passes", rng, size, np.array, *same),
        shapes_case("names and shapes, expanded", *step),
        shapes_case("names and shapes, expand=1", 4, 5, 1, 1),
        count_case(8_832, 24, 24, 1, 6, NAME="24 channels", working=working),
        output_case("same size", rng, size, *same, loud=10.0),
        output_case("stride 2, more channels", rng, size, *step, loud=10.0),
        output_case("stride 2, same channels", rng, size, 4, 4, 2, 3, loud=10.0),
        output_case(
            "stride 1, more channels, expand=1", rng, size, 4, 5, 1, 1, loud=0.3
        ),
        output_case("training", rng, (3, 4, 5, 1), *same, MODE="train"),
        gradient_case("gradients reach everything", rng, size, *same, loud=10.0),
    ]


INVERTED_RESIDUAL = Exercise(
    id="09.InvertedResidual",
    points=3,
    minutes=25,
    oracle=altered(inverted, str),
    cases=inverted_cases,
    rules=(BY_HAND,),
    worked="`InvertedResidual(4, 5, 2, 3)`: 4 channels are expanded to 12 by a 1 x 1 convolution, each of "
    "the 12 is filtered by itself (3 x 3, stride 2), and a 1 x 1 convolution brings them down to "
    "5. Sizes differ, so nothing is added. With (4, 4, 1, 3) the input is added, and a block "
    "whose parameters are all zero gives back x.",
    misconceptions=(
        Misconception(
            "the skip forgotten",
            altered(inverted, str, skips=lambda *_: False),
            "With all parameters zero your block gives zero. Where is x added?",
        ),
        Misconception(
            "a skip at stride 2",
            altered(inverted, str, skips=lambda i, o, s: i == o),
            "With stride 2 PyTorch cannot add the input, which is twice as large. When is there "
            "a skip?",
        ),
        Misconception(
            "a skip for other channels",
            altered(inverted, str, skips=lambda i, o, s: s == 1),
            "With another number of channels PyTorch cannot add the input. When is there a skip?",
        ),
        Misconception(
            "an activation at the end",
            altered(
                inverted,
                lambda t: (
                    t.replace(
                        "sum Add < input, ", "last ReLU6\nsum Add < input, last #"
                    )
                    if "sum" in t
                    else t + "last ReLU6"
                ),
            ),
            "Your narrow end goes through ReLU6. A ReLU on few channels destroys what they "
            "hold; which of the three convolutions is left linear?",
        ),
        Misconception(
            "an activation after the sum",
            altered(inverted, lambda t: t + "\nlast ReLU6" if "sum" in t else t),
            "Your sum goes through an activation, as in a ResNet. What does the block do with "
            "it here?",
        ),
        Misconception(
            "ReLU in the place of ReLU6",
            altered(inverted, where_it_stands(("ReLU6", "ReLU"))),
            "Your activations grow beyond 6. What does ReLU6 do with large values?",
        ),
        Misconception(
            "a full convolution in the middle",
            altered(inverted, where_it_stands((" groups=$wide", ""))),
            "Your 3 x 3 filters see all channels, which is what this block avoids. How many "
            "groups does a depthwise convolution have?",
        ),
        Misconception(
            "expanded although expand is 1",
            altered(inverted, str, always=True),
            "With `expand=1` your block begins with a 1 x 1 convolution that widens nothing. "
            "What is left out there?",
        ),
        Misconception(
            "stride in the expansion",
            altered(
                inverted,
                where_it_stands(
                    ("$inputs $wide 1 bias", "$inputs $wide 1 $stride bias"),
                    ("$wide 3 $stride 1", "$wide 3 1 1"),
                ),
            ),
            "The 1 x 1 convolution takes the step and never looks at three of four pixels. Which "
            "convolution has the stride?",
        ),
        Misconception(
            "biases before batch norm",
            altered(inverted, where_it_stands((" bias=False", ""))),
            "Your convolutions have biases. What does the batch norm that follows subtract?",
        ),
    ),
)

# --- MobileNetV2 ----------------------------------------------------------------

FIRST = """
features.0.0 Conv2d 3 $stem 3 2 1 bias=False
features.0.1 BatchNorm2d $stem
features.0.2 ReLU6
"""
LAST = """
features.{0}.0 Conv2d $width $head 1 bias=False
features.{0}.1 BatchNorm2d $head
features.{0}.2 ReLU6
mean Mean
classifier.0 Dropout 0.2
classifier.1 Linear $head $classes
"""
STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
FEW = (1, 5, 1, 1), (2, 4, 3, 2), (3, 6, 2, 1), (2, 7, 2, 2)


def every_first(number: int, stride: int) -> int:
    return stride if number == 0 else 1


def mobilenet(
    change: Callable,
    block: Callable,
    stages: tuple = STAGES,
    classes: int = 1000,
    stem: int = 32,
    head: int = 1280,
    step: Callable = every_first,
) -> Described:
    rows, inputs = [], stem
    for expand, outputs, repeats, stride in stages:
        for number in range(repeats):
            rows.append((inputs, outputs, step(number, stride), expand))
            inputs = outputs
    names = [f"features.{i}" for i in range(1, len(rows) + 1)]
    places = [f"{name} Identity" for name in names]
    table = "\n".join([FIRST, *places, LAST.format(len(rows) + 1)])
    sizes = {"stem": stem, "head": head, "width": inputs, "classes": classes}
    net = Described(change(table), **sizes)
    for name, row in zip(names, rows, strict=True):
        net.place(name, block(*row))
    return net


def mobilenet_cases(rng: np.random.Generator) -> list[Case]:
    simple = Named("utils.stand_ins.blocks.InvertedLike")
    narrow, image = (simple, FEW, 9, 6, 20), (2, 3, 37, 43)
    own = Own("InvertedResidual")
    return [
        shapes_case("names and shapes, a simple block", *narrow),
        output_case("scores, a simple block", rng, image, *narrow, loud=10.0),
        output_case("scores of loud images", rng, image, *narrow, loud=30.0),
        gradient_case("gradients reach everything", rng, image, *narrow, loud=10.0),
        dropout_case(rng, image, simple, FEW, 9, 6, 128),
        rate_case(0.2, *narrow),
        count_case(3_504_872, own, STAGES, NAME="your own blocks"),
    ]


MOBILENETV2 = Exercise(
    id="09.MobileNetV2",
    points=2,
    minutes=25,
    oracle={
        "MobileNetV2": altered(mobilenet, str),
        "InvertedResidual": altered(inverted, str),
    },
    cases=mobilenet_cases,
    rules=(BY_HAND,),
    worked="The row (6, 24, 2, 2) after 16 channels: two blocks, (16, 24, stride 2, expand 6) and (24, 24, "
    "stride 1, expand 6). They follow features.1 and are features.2 and features.3. All rows together make 17 "
    "blocks, so that the last convolution is features.18.",
    misconceptions=(
        Misconception(
            "every block of a row has the stride",
            altered(mobilenet, str, step=lambda n, s: s),
            "Your maps become too small: each block of a row takes the step. Which one should?",
        ),
        Misconception(
            "the later blocks of a row have the stride",
            altered(mobilenet, str, step=lambda n, s: s if n else 1),
            "Your first block of a row has stride 1 and the later ones take the step. Which one should?",
        ),
        Misconception(
            "no stride at all",
            altered(mobilenet, str, step=lambda n, s: 1),
            "Your maps stay large: no block takes the step that its row names. Which one should?",
        ),
        Misconception(
            "ReLU in the network",
            altered(mobilenet, str, ("ReLU6", "ReLU")),
            "The first and the last unit of your network use ReLU. Which activation do they share with the blocks?",
        ),
        Misconception(
            "no activation after the last convolution",
            altered(mobilenet, str, ("ReLU6\nmean", "Identity\nmean")),
            "Your last convolution has no activation. In a block the narrow end is left linear; is this one narrow?",
        ),
        Misconception(
            "dropout left out",
            altered(mobilenet, str, ("Dropout 0.2", "Identity")),
            "Everything is right in inference, and training drops nothing. What comes before the linear layer?",
        ),
        Misconception(
            "the first step left out",
            altered(mobilenet, str, ("$stem 3 2 1", "$stem 3 1 1")),
            "Your first convolution keeps the size of the image. What is its stride?",
        ),
    ),
)
