"""Where a dynamic snake convolution looks, and what goes wrong with it."""

import numpy as np
import torch

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.subject import Tensor


def snake_oracle(offsets):
    """A product with the table of who counts for whom."""
    length = len(offsets)
    steps = torch.arange(length) - length // 2
    place, other = steps.view(-1, 1), steps.view(1, -1)
    same_side = (place * other > 0) & (other.abs() <= place.abs())
    return torch.tensordot(same_side.to(offsets.dtype), offsets, 1)


def snake_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, *shape):
        return call(name, Tensor(rng.uniform(-1, 1, size=shape)))

    return [
        call(
            "five numbers by hand",
            Tensor(np.array([0.5, -1.0, 0.7, 0.25, 1.0])),
            working="the middle stays at 0; to the right 0.25, then 0.25 + 1 = 1.25; to the "
            "left -1, then -1 + 0.5 = -0.5: (-0.5, -1, 0, 0.25, 1.25)",
        ),
        drawn("a filter of 9", 9),
        drawn("a filter of 7 at 4 x 3 places", 7, 4, 3),
        drawn("a filter of 3: nothing to add up yet", 3, 5),
        drawn("a filter of 1 stays where it is", 1, 2),
    ]


def without_sums(offsets):
    moved = offsets.clone()
    moved[len(offsets) // 2] = 0
    return moved


def from_one_end(offsets):
    sums = offsets.cumsum(0)
    return sums - sums[len(offsets) // 2]


def middle_moves(offsets):
    return snake_oracle(offsets) + offsets[len(offsets) // 2]


def middle_alone_moves(offsets):
    moved = snake_oracle(offsets)
    moved[len(offsets) // 2] = offsets[len(offsets) // 2]
    return moved


def left_inwards(offsets):
    middle = len(offsets) // 2
    moved = snake_oracle(offsets)
    moved[:middle] = offsets[:middle].cumsum(0)
    return moved


SNAKE_OFFSETS = Exercise(
    id="09.snake_offsets",
    points=2,
    minutes=15,
    oracle=snake_oracle,
    cases=snake_cases,
    rules=(keeps_inputs(),),
    worked="Five numbers: (0.5, -1, 0.7, 0.25, 1). The middle does not move, whatever it says "
    "(0.7). To the right every step adds its own offset to where its neighbour stands: 0.25, "
    "then 1.25. To the left likewise, beginning beside the middle: -1, then -0.5.",
    misconceptions=(
        Misconception(
            "offsets not added up",
            without_sums,
            "Each place moves by its own offset alone: that is a deformable convolution, whose "
            "places can tear apart. Where does a place of the snake start from?",
        ),
        Misconception(
            "added up from one end",
            from_one_end,
            "The right half is as it should be, the left one is not: you add up from one end "
            "of the filter and move all of it back. From where to where does the sum of a "
            "place on the left run, and with which sign?",
        ),
        Misconception(
            "everything moves with the middle",
            middle_moves,
            "The offset of the middle moves the whole snake. Where does the middle stay?",
        ),
        Misconception(
            "the middle leaves its place",
            middle_alone_moves,
            "The middle has moved by its own offset, and its neighbours do not follow. Where "
            "does it stay?",
        ),
        Misconception(
            "the left half is added up inwards",
            left_inwards,
            "On the left you add up from the tip towards the middle. Which place on the left "
            "holds on to the middle?",
        ),
    ),
)
