"""AlphaGo's policy network, and what goes wrong with it."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    bent,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described

FIRST = "convs.0 Conv2d $planes $filters 5 1 2\nconvs.1 ReLU\n"
NEXT = "convs.{0} Conv2d $filters $filters 3 1 1\nconvs.{1} ReLU\n"
LAST = "last Conv2d $filters 1 1 bias=False\nflat Flatten\n"


class Policy(Described):
    """The network of a table and what comes after it: `end(scores, shift)`."""

    def __init__(self, table, size, end, **values):
        super().__init__(table, **values)
        self.shift = nn.Parameter(torch.zeros(size))
        self.end = end

    def forward(self, x):
        return self.end(super().forward(x), self.shift)


def probabilities(scores, shift):
    return torch.softmax(scores + shift, dim=1)


def policy(
    table=FIRST,
    planes=48,
    filters=192,
    layers=12,
    size=19,
    end=probabilities,
    last=LAST,
):
    inner = "".join(NEXT.format(2 * i, 2 * i + 1) for i in range(1, layers))
    values = {"planes": planes, "filters": filters}
    return Policy(table + inner + last, size * size, end, **values)


def policy_cases(rng: np.random.Generator) -> list[Case]:
    narrow, board = (5, 4, 3, 7), (2, 5, 7, 7)
    working = (
        "48 * 192 * 25 + 192, eleven times 192 * 192 * 9 + 192, then 192 and 361 biases: "
        "3,882,793"
    )
    return [
        shapes_case("names and shapes of a narrow one", *narrow),
        count_case(3_882_793, NAME="192 filters", working=working),
        count_case(1_777_641, 48, 128, NAME="128 filters"),
        output_case("two boards of 7 x 7", rng, board, *narrow),
        gradient_case("gradients reach everything", rng, board, *narrow),
    ]


def ended(end: Callable) -> Callable:
    """The network with another end."""
    return altered(policy, FIRST, end=end)


POLICY_NET = Exercise(
    id="09.PolicyNet",
    points=2,
    minutes=15,
    oracle=altered(policy, FIRST),
    cases=policy_cases,
    rules=(BY_HAND,),
    worked="`PolicyNet(5, 4, 3, 7)`: 5 planes in, a 5 x 5 convolution with padding 2 to 4 filters and two of "
    "3 x 3 with padding 1, each with a ReLU; `convs` numbers them 0 to 5. Then one filter of "
    "1 x 1 without a bias, flattened to 49 scores, plus `shift` (49,), then softmax.",
    misconceptions=(
        Misconception(
            "scores returned",
            ended(lambda scores, shift: scores + shift),
            "Your moves do not sum to 1. What turns scores into probabilities?",
        ),
        Misconception(
            "each place by itself",
            ended(lambda scores, shift: torch.sigmoid(scores + shift)),
            "Each of your moves has a probability of its own, and together they make more than 1. "
            "One move is played: which function shares out a single 1?",
        ),
        Misconception(
            "the shift after the softmax",
            ended(lambda scores, shift: torch.softmax(scores, 1) + shift),
            "You add the biases to probabilities. On which side of the softmax do they belong?",
        ),
        Misconception(
            "the shift has no effect",
            ended(lambda scores, shift: torch.softmax(scores + 0 * shift, 1)),
            "Your `shift` has no effect and would never learn. Where is it added?",
        ),
        Misconception(
            "softmax over the batch",
            ended(lambda scores, shift: torch.softmax(scores + shift, 0)),
            "Your probabilities sum to 1 over the boards of a batch. Along which axis are the "
            "moves of one board?",
        ),
        Misconception(
            "a ReLU before the softmax",
            ended(lambda scores, shift: torch.softmax(torch.relu(scores + shift), 1)),
            "No score of yours is negative, so that all bad moves look alike. Is there an "
            "activation after the last convolution?",
        ),
        Misconception(
            "a bias in the last convolution",
            altered(policy, FIRST, last=bent(LAST, (" bias=False", ""))),
            "Your last convolution has a bias besides the one for each place. What would a "
            "number added to all scores change in a softmax?",
        ),
    ),
)
