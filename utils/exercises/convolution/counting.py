"""How many parameters a layer has, how much work it is, how far it sees."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY

# --- count_parameters -------------------------------------------------------------


def parameters_oracle(K, C, FH, FW, bias=True):
    import torch

    with torch.device("meta"):
        layer = torch.nn.Conv2d(C, K, (FH, FW), bias=bias)
    return sum(part.numel() for part in layer.parameters())


def sizes(rng: np.random.Generator, n: int) -> list[int]:
    """`n` different small numbers."""
    return [int(v) for v in rng.permutation(np.arange(2, 12))[:n]]


def parameters_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "ten 5 x 5 filters on a colour image",
            10,
            3,
            5,
            5,
            working="5 * 5 * 3 + 1 = 76 a filter, 760 for ten",
        ),
        call("96 filters of 11 x 11 on a colour image", 96, 3, 11, 11),
        call("filters that are not square", *sizes(rng, 4)),
        call("without bias", *sizes(rng, 4), bias=False),
    ]


COUNT_PARAMETERS = Exercise(
    id="05.count_parameters",
    points=1,
    minutes=5,
    oracle=parameters_oracle,
    cases=parameters_cases,
    worked="Two filters of 3 x 4 on five channels. One filter reaches through all channels: "
    "3 * 4 * 5 = 60 weights, and one bias: 61. Two filters: 122. The size of the image does not appear.",
    misconceptions=(
        Misconception(
            "bias forgotten",
            lambda K, C, FH, FW, bias=True: parameters_oracle(K, C, FH, FW, False),
            "You count the weights only. How many biases does each filter have?",
        ),
        Misconception(
            "one bias for all filters",
            lambda K, C, FH, FW, bias=True: (
                parameters_oracle(K, C, FH, FW, False) + bool(bias)
            ),
            "You count one bias for the layer. What shape has b?",
        ),
        Misconception(
            "a bias for every channel of a filter",
            lambda K, C, FH, FW, bias=True: (
                parameters_oracle(K, C, FH, FW, False) + bool(bias) * K * C
            ),
            "You count a bias for every channel of every filter. How many numbers are added to one output?",
        ),
        Misconception(
            "channels forgotten",
            lambda K, C, FH, FW, bias=True: parameters_oracle(K, 1, FH, FW, bias),
            "Your filter is one sheet thin. Through how many channels does it reach?",
        ),
        Misconception(
            "bias always counted",
            lambda K, C, FH, FW, bias=True: parameters_oracle(K, C, FH, FW, True),
            "You count biases although there are none. What does the last argument say?",
        ),
    ),
)

# --- count_multiply_adds ----------------------------------------------------------


def multiply_adds_oracle(C, H, W, K, FH, FW, stride=1, pad=0):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    x = torch.zeros(1, C, H, W, device="meta")
    w = torch.zeros(K, C, FH, FW, device="meta")
    with FlopCounterMode(display=False) as counter:
        torch.nn.functional.conv2d(x, w, stride=stride, padding=pad)
    return counter.get_total_flops() // 2


def multiply_adds_cases(rng: np.random.Generator) -> list[Case]:
    """Whatever is drawn, a frame makes room for more windows, also at stride 3."""
    C, K, *_ = rng.permutation([2, 3, 4, 5]).tolist()
    FH, FW, *_ = rng.permutation([6, 7, 8, 9]).tolist()
    steps = 3 * int(rng.integers(3, 6))
    H, W = FH + steps + 1, FW + steps + 8
    return [
        call(
            "one 3 x 3 filter on a 7 x 7 image",
            1,
            7,
            7,
            1,
            3,
            3,
            working="5 * 5 outputs, 3 * 3 products each: 225",
        ),
        call("1 x 1 filters", 64, 14, 9, 32, 1, 1),
        call("stride 4 on 227 x 227", 3, 227, 227, 96, 11, 11, stride=4),
        call("padding 2", C, H, W, K, FH, FW, pad=2),
        call("stride 3, padding 1", K, H, W, C, FH, FW, stride=3, pad=1),
    ]


def at_full_size(C, H, W, K, FH, FW, stride=1, pad=0):
    return multiply_adds_oracle(C, H, W, K, 1, 1) * FH * FW


COUNT_MULTIPLY_ADDS = Exercise(
    id="05.count_multiply_adds",
    points=1,
    minutes=10,
    oracle=multiply_adds_oracle,
    cases=multiply_adds_cases,
    worked="Two filters of 3 x 3 on a 4 x 5 image of six channels, stride 1, no padding. The output is 2 x 3 for each filter: 12 "
    "numbers. Each is a sum of 3 * 3 * 6 = 54 products. Together 12 * 54 = 648 multiply-adds.",
    misconceptions=(
        Misconception(
            "size of the image instead of the output",
            at_full_size,
            "You count one window for every pixel of the image. At how many places does the filter stand?",
        ),
        Misconception(
            "products of one channel only",
            lambda C, *rest, **more: multiply_adds_oracle(1, *rest, **more),
            "You count the products of one channel. How many products make one output number?",
        ),
        Misconception(
            "filters forgotten",
            lambda C, H, W, K, *rest, **more: multiply_adds_oracle(
                C, H, W, 1, *rest, **more
            ),
            "You count the work of one filter. How many are there?",
        ),
        Misconception(
            "multiplications and additions counted apart",
            lambda *args, **more: 2 * multiply_adds_oracle(*args, **more),
            "You count every product and every sum. A multiply-add is one product with its sum: how many of them make "
            "one output number?",
        ),
        Misconception(
            "stride ignored",
            lambda C, H, W, K, FH, FW, stride=1, pad=0: multiply_adds_oracle(
                C, H, W, K, FH, FW, 1, pad
            ),
            "The stride has no effect. At how many places does the filter stand when it takes larger steps?",
        ),
        Misconception(
            "padding ignored",
            lambda C, H, W, K, FH, FW, stride=1, pad=0: multiply_adds_oracle(
                C, H, W, K, FH, FW, stride
            ),
            "The padding has no effect. At how many places does the filter stand when the image has a frame?",
        ),
        Misconception(
            "padding counted once",
            lambda C, H, W, K, FH, FW, stride=1, pad=0: multiply_adds_oracle(
                C, H + pad, W + pad, K, FH, FW, stride
            ),
            "Your padding is added at one end of each side. How many ends has a side?",
        ),
    ),
)

# --- receptive_field --------------------------------------------------------------


def receptive_field_oracle(layers):
    """Which pixels of a long signal have an influence on one output, by autograd."""
    import torch

    signal = torch.zeros(1, 1, 2000, dtype=torch.float64, requires_grad=True)
    out = signal
    for size, stride in layers:
        weights = torch.ones(1, 1, size, dtype=torch.float64)
        out = torch.nn.functional.conv1d(out, weights, stride=stride)
    out[0, 0, 0].backward()
    seen = signal.grad[0, 0].nonzero()
    return int(seen.max() - seen.min()) + 1


def receptive_field_cases(rng: np.random.Generator) -> list[Case]:
    """Of four sizes in any order with these strides every mistake tells."""
    sizes, strides = rng.permutation([2, 3, 4, 5]), rng.integers(2, 4, size=4)
    layers = [(int(f), int(s)) for f, s in zip(sizes, strides, strict=True)]
    return [
        call(
            "two layers of 3, by hand",
            [(3, 1), (3, 1)],
            working="3 outputs of the first layer, each sees 3 pixels, one pixel apart: 3 + 1 + 1 = 5",
        ),
        call("three layers of 3", [(3, 1), (3, 1), (3, 1)]),
        call("one layer of 7, stride 2", [(7, 2)]),
        call("5, pooling of 2 with stride 2, 3", [(5, 1), (2, 2), (3, 1)]),
        call("stride 4 first", [(11, 4), (3, 2), (5, 1)]),
        call("1 x 1 and strides", [(3, 2), (1, 1), (4, 3), (2, 2), (3, 1)]),
        call("four layers drawn at random", layers),
    ]


RECEPTIVE_FIELD = Exercise(
    id="05.receptive_field",
    points=2,
    minutes=15,
    oracle=receptive_field_oracle,
    cases=receptive_field_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="First layer: size 3, stride 2. One of its outputs sees 3 pixels, and its neighbour begins 2 pixels further. Second layer: size "
    "4. It looks at 4 neighbours: the first sees 3 pixels, each of the three others adds 2. Together 3 + 3 * 2 = 9 pixels. "
    "If the second layer has stride 5, ITS neighbours are 5 * 2 = 10 pixels apart: that matters to a third layer.",
    misconceptions=(
        Misconception(
            "strides ignored",
            lambda layers: receptive_field_oracle([(size, 1) for size, _ in layers]),
            "The strides have no effect. After a layer with stride 2, how many pixels lie between two neighbours?",
        ),
        Misconception(
            "sizes added",
            lambda layers: sum(size for size, _ in layers),
            "You add the sizes. Two layers of 3 see 5 pixels, not 6: by how many pixels does the second one reach further?",
        ),
        Misconception(
            "sizes multiplied",
            lambda layers: int(np.prod([size for size, _ in layers])),
            "You multiply the sizes. Neighbouring windows overlap: how many NEW pixels does each further neighbour add?",
        ),
        Misconception(
            "a layer's own stride counted for itself",
            lambda layers: receptive_field_oracle(
                [(1, layers[0][1]), *((f, s) for (f, _), (_, s) in zip(
                    layers, [*layers[1:], (1, 1)], strict=True))]
            ),
            "You let a layer's stride act on the layer itself. A single layer of 7 sees 7 pixels, whatever its stride: for which layers "
            "does its stride matter?",
        ),
        Misconception(
            "only the layer before counts",
            lambda layers: 1 + sum(
                receptive_field_oracle([(1, s), (f, 1)]) - 1
                for (_, s), (f, _) in zip([(1, 1), *layers[:-1]], layers, strict=True)
            ),
            "You use the stride of one earlier layer only. After strides 4 and 2, how many pixels lie between two neighbours?",
        ),
        Misconception(
            "the last layer first",
            lambda layers: receptive_field_oracle(layers[::-1]),
            "You go through the layers from the end to the beginning with a formula for the other way. Which layer looks at the pixels?",
        ),
    ),
)  # fmt: skip
