"""How far a stack of layers sees, holes in the filters included."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs


def field_oracle(layers):
    """Which pixels of a long signal have an influence on two outputs, by autograd."""
    signal = torch.zeros(1, 1, 3000, dtype=torch.float64, requires_grad=True)
    out = signal
    for size, stride, dilation in layers:
        weights = torch.ones(1, 1, size, dtype=torch.float64)
        out = F.conv1d(out, weights, stride=stride, dilation=dilation)
    first, second = (
        torch.autograd.grad(out[0, 0, i], signal, retain_graph=True)[0].nonzero()[:, 2]
        for i in (0, 1)
    )
    return int(first.max() - first.min()) + 1, int(second.min() - first.min())


def field_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [tuple(int(rng.integers(1, high)) for high in (6, 4, 4)) for _ in range(4)]
    drawn = [(size + 1, *rest) for size, *rest in drawn]
    return [
        call(
            "dilation 1, then 2, by hand",
            [(3, 1, 1), (3, 1, 2)],
            working="the first layer sees 3 pixels; the second looks at three of its "
            "outputs, 2 apart: 3 + 2 * 2 = 7; neighbours are 1 pixel apart",
        ),
        call("one layer of 3, dilation 4", [(3, 1, 4)]),
        call("dilation 1, 2, 4, 8", [(3, 1, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8)]),
        call("stride 2 before dilation 3", [(3, 2, 1), (3, 1, 3)]),
        call("dilation 3 before stride 2 before 5", [(2, 1, 3), (4, 2, 1), (5, 1, 1)]),
        call("1 x 1 with a stride", [(3, 2, 1), (1, 3, 1), (3, 1, 2)]),
        call("four layers drawn at random", drawn),
    ]


def only_field(layers, shown):
    return field_oracle(shown)[0], field_oracle(layers)[1]


def strides_summed(layers):
    return field_oracle(layers)[0], sum(stride for _, stride, _ in layers)


RECEPTIVE_FIELD = Exercise(
    id="09.receptive_field",
    points=2,
    minutes=15,
    oracle=field_oracle,
    returns=("field", "jump"),
    cases=field_cases,
    rules=(keeps_inputs(),),
    worked="Layer 1: size 3, stride 2, dilation 1. It sees 3 pixels, and its outputs are 2 "
    "pixels apart: field 3, jump 2. Layer 2: size 3, stride 1, dilation 3. The three numbers "
    "that it reads are 3 outputs apart, so 3 * 2 = 6 pixels: field 3 + 2 * 6 = 15. Its stride "
    "is 1, the jump stays 2.",
    misconceptions=(
        Misconception(
            "dilation ignored",
            lambda layers: field_oracle([(f, s, 1) for f, s, _ in layers]),
            "The holes have no effect. Over how many places does a filter of 3 reach with "
            "dilation 4?",
        ),
        Misconception(
            "size times dilation",
            lambda layers: only_field(
                layers, [(f * d, s, 1) for f, s, d in layers]
            ),
            "You take a filter for as many times wider as the dilation says. There are holes "
            "BETWEEN its numbers only: how many gaps has a filter of 3?",
        ),
        Misconception(
            "strides do not spread later filters",
            lambda layers: only_field(layers, [(f, 1, d) for f, _, d in layers]),
            "Your field takes no notice of the strides. After a layer with stride 2, how many "
            "pixels lie between two neighbouring outputs?",
        ),
        Misconception(
            "dilation counted as a stride",
            lambda layers: field_oracle(
                [(1 + (f - 1) * d, s * d, 1) for f, s, d in layers]
            ),
            "You let the dilation move the outputs apart. The holes are in the filter: how far "
            "apart do two neighbouring outputs of the layer look?",
        ),
        Misconception(
            "strides added",
            strides_summed,
            "Your field is right and your jump is a sum. After strides 2 and 3, how many "
            "pixels does one step of the output move the window?",
        ),
    ),
)  # fmt: skip
