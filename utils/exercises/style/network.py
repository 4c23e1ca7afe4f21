"""The feed-forward network, and what goes wrong with it."""

import numpy as np
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.modules import (
    WITHOUT_PARAMETERS,
    Row,
    Shapes,
    conv,
    each_alone,
    layers,
    module_cases,
)
from utils.subject import Named, Tensor

BUMP = Named("utils.stand_ins.style.Bump")


def net_shapes(width: int, n_blocks: int) -> Shapes:
    w = width
    shapes = (
        layers("1", 3, w, 9) | layers("2", w, 2 * w, 3) | layers("3", 2 * w, 4 * w, 3)
    )
    for i in range(n_blocks):
        shapes[f"blocks.{i}.mix.weight"] = (4 * w, 4 * w, 1, 1)
        shapes[f"blocks.{i}.mix.bias"] = (4 * w,)
    shapes |= layers("4", 4 * w, 2 * w, 3) | layers("5", 2 * w, w, 3)
    last = layers("6", w, 3, 9)
    return shapes | {key: last[key] for key in ("conv6.weight", "conv6.bias")}


def net_cases(rng: np.random.Generator) -> list[Case]:
    def made(subject):
        return subject(2, 2, BUMP)

    photograph = Tensor(rng.uniform(size=(1, 3, 24, 16)).astype(np.float32))

    def size_of(subject):
        return list(subject(3, 1, BUMP)(photograph).array.shape)

    return [
        *module_cases(rng, made, net_shapes(2, 2), (2, 3, 12, 20)),
        Case("the size of the photograph is kept", size_of),
    ]


def upward(inputs, outputs, mode, up="nearest"):
    return [nn.Upsample(scale_factor=2, mode=up), conv(inputs, outputs, 3, mode=mode)]


def net_of(
    width, n_blocks, block, norm=each_alone, relu=nn.ReLU, last=nn.Sigmoid,
    mode="reflect", upward=upward, stride=2, up="nearest",
):  # fmt: skip
    """The network with changes, from a list of names and layers."""
    parts = []

    def add(number, layer, channels):
        before, layer = layer[:-1], layer[-1]
        parts.extend(("", part) for part in before)
        parts.append((f"conv{number}", layer))
        parts.extend([(f"norm{number}", norm(channels)), ("", relu())])

    add(1, [conv(3, width, 9, mode=mode)], width)
    add(2, [conv(width, 2 * width, 3, stride, mode)], 2 * width)
    add(3, [conv(2 * width, 4 * width, 3, stride, mode)], 4 * width)
    parts.append(
        ("blocks", nn.Sequential(*[block(4 * width) for _ in range(n_blocks)]))
    )
    add(4, upward(4 * width, 2 * width, mode, up), 2 * width)
    add(5, upward(2 * width, width, mode, up), width)
    return Row([*parts, ("conv6", conv(width, 3, 9, mode=mode)), ("", last())])


def net_oracle(width, n_blocks, block):
    return net_of(width, n_blocks, block)


def bent_net(**changes):
    return lambda width, n_blocks, block: net_of(width, n_blocks, block, **changes)


def transposed(inputs, outputs, mode, up):
    return [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1)]


def too_small(inputs, outputs, mode, up):
    return [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1)]


def not_upward(inputs, outputs, mode, up):
    return [conv(inputs, outputs, 3, mode=mode)]


def one_block(width, n_blocks, block):
    return net_of(width, 1, block)


def shared_block(width, n_blocks, block):
    same = block(4 * width)
    return net_of(width, n_blocks, lambda channels: same)


def wide_as_first(width, n_blocks, block):
    """The channels do not double on the way down."""
    return Row([("conv1", conv(3, width, 9)), ("conv2", conv(width, width, 3, 2))])


STYLE_NET = Exercise(
    id="12.StyleNet",
    points=4,
    minutes=30,
    oracle=net_oracle,
    names=("StyleNet",),
    cases=net_cases,
    worked="With width 2 the channels are 3, 2, 4, 8 on the way down, 8 in the blocks and 4, 2, 3 on "
    "the way up; a photograph of 12 x 20 becomes 6 x 10 and 3 x 5, and then 6 x 10 and 12 x 20 "
    "again. All layers but the last have a normalisation and a ReLU behind them; behind the "
    "last stands the sigmoid, so that every pixel lies between 0 and 1.",
    misconceptions=(
        Misconception(
            "no range",
            bent_net(last=nn.Identity),
            "Your pixels are any numbers: nothing stands behind the last convolution. "
            "Which function brings them between 0 and 1?",
        ),
        Misconception(
            "tanh at the end",
            bent_net(last=nn.Tanh),
            "Your pixels lie between -1 and 1. Which function goes from 0 to 1?",
        ),
        Misconception(
            "ReLU at the end",
            bent_net(last=nn.ReLU),
            "Your pixels have no upper limit: a ReLU stands behind the last "
            "convolution. Which function goes from 0 to 1?",
        ),
        Misconception(
            "statistics of the batch",
            bent_net(norm=nn.BatchNorm2d),
            "You normalise over the batch: the style of a picture then depends on its "
            "neighbours, and the state dict has running statistics. Which layer "
            "normalises each picture by itself?",
        ),
        Misconception(
            "normalisation that learns nothing",
            bent_net(norm=nn.InstanceNorm2d),
            WITHOUT_PARAMETERS,
        ),
        Misconception(
            "no activation",
            bent_net(relu=nn.Identity),
            "Your convolutions follow one another without an activation. What stands "
            "behind each normalisation?",
        ),
        Misconception(
            "a frame of zeros",
            bent_net(mode="zeros"),
            "Your convolutions pad with zeros, which draws a frame around the picture. "
            "Which `padding_mode` mirrors it?",
        ),
        Misconception(
            "transposed convolutions",
            bent_net(upward=transposed),
            "The weights of conv4 and conv5 have inputs and outputs exchanged: they are "
            "transposed convolutions, which print a checkerboard where their windows "
            "overlap unevenly. What makes the map larger before an ordinary one?",
        ),
        Misconception(
            "upsampled sizes wrong",
            bent_net(upward=too_small),
            "With transposed convolutions of stride 2, 3 pixels become 5 and not 6, and "
            "the picture comes out smaller than it went in. What doubles a map exactly?",
        ),
        Misconception(
            "not upsampled",
            bent_net(upward=not_upward),
            "Your picture comes out at a quarter of its height and width. What stands "
            "before conv4 and conv5?",
        ),
        Misconception(
            "smooth upsampling",
            bent_net(up="bilinear"),
            "You enlarge the maps with smooth interpolation. Which `mode` repeats each "
            "pixel?",
        ),
        Misconception(
            "no stride",
            bent_net(stride=1),
            "conv2 and conv3 keep the size, so that the picture comes out four times as "
            "large, or all the work is done at full size. Which stride halves it?",
        ),
        Misconception(
            "one block",
            one_block,
            "Your network has one block whatever `n_blocks` says. How is a `Sequential` "
            "of several made?",
        ),
        Misconception(
            "one block used several times",
            shared_block,
            "All your blocks are the same object, with the same weights. Where is the "
            "class called: once, or once for each block?",
        ),
        Misconception(
            "the channels do not double",
            wide_as_first,
            "Your conv2 has as many channels as conv1. How many has it in the table?",
        ),
    ),
)
