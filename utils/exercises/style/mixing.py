"""Targets between two styles, and what goes wrong with them."""

import numpy as np
import torch

from utils.checks.exercise import Case, Exercise, Misconception
from utils.subject import Tensor


def mix_oracle(one, other, share):
    return [torch.lerp(*pair, share) for pair in zip(one, other, strict=True)]


def mix_case(name, one, other, share, **more) -> Case:
    """The mixture, and whether the lists are afterwards what they were."""

    def play(subject):
        given = [[subject.keep(matrix) for matrix in style] for style in (one, other)]
        mixed = subject(*given, share)
        after = [subject.fetch(matrix) for style in given for matrix in style]
        return {"mixed": mixed, "the two lists afterwards": after}

    return Case(name, play, **more)


def mix_cases(rng: np.random.Generator) -> list[Case]:
    def pair(*sizes):
        return [
            [Tensor(rng.normal(size=(1, size, size))) for size in sizes]
            for _ in range(2)
        ]

    one = [Tensor(np.array([[[4.0, 0.0], [0.0, 8.0]]]))]
    other = [Tensor(np.array([[[8.0, 4.0], [4.0, 0.0]]]))]
    working = "three quarters of 4 and one of 8 are 5; ((5, 1), (1, 6))"
    return [
        mix_case("one layer by hand", one, other, 0.25, working=working),
        mix_case("two layers", *pair(3, 5), 0.7),
        mix_case("nothing of the second", *pair(4, 2), 0.0),
        mix_case("three layers, all of the second", *pair(2, 3, 4), 1.0),
    ]


def exchanged(one, other, share):
    return mix_oracle(other, one, share)


def added(one, other, share):
    return [a + share * b for a, b in zip(one, other, strict=True)]


def half_and_half(one, other, share):
    return mix_oracle(one, other, 0.5)


def chosen(one, other, share):
    """All of one style or all of the other, whichever has the larger share."""
    return mix_oracle(one, other, float(share >= 0.5))


def first_layers_of_one(one, other, share):
    n = len(one) - round(share * len(one))
    return [*one[:n], *other[n:]]


def lists_as_arrays(one, other, share):
    return (1 - share) * one + share * other


def in_place(one, other, share):
    for target, towards in zip(one, other, strict=True):
        target.lerp_(towards, share)
    return one


MIX_STYLES = Exercise(
    id="12.mix_styles",
    points=2,
    minutes=10,
    oracle=mix_oracle,
    cases=mix_cases,
    worked="Two layers of two paintings are a list of two matrices each. With the share 0.25 of the "
    "second painting, an entry that is 4 in the first and 8 in the second becomes three "
    "quarters of 4 and one quarter of 8, that is 5. The result is again a list of two matrices.",
    misconceptions=(
        Misconception(
            "shares exchanged",
            exchanged,
            "The share is that of the second painting, and you give it to the first. "
            "What should come out for a share of 0?",
        ),
        Misconception(
            "first painting in full",
            added,
            "You add a share of the second painting to all of the first. What is left "
            "of the first where the share is 1?",
        ),
        Misconception(
            "share ignored",
            half_and_half,
            "You always take the middle of both. Where does the share come in?",
        ),
        Misconception(
            "lists as arrays",
            lists_as_arrays,
            "A list is no array: PyTorch can scale the matrices in it, and not the list. "
            "How do you go through both lists at once?",
        ),
        Misconception(
            "one or the other",
            chosen,
            "You take one painting whole, whichever has the larger share. What lies "
            "between them?",
        ),
        Misconception(
            "layers shared out",
            first_layers_of_one,
            "You take some layers from one painting and the rest from the other. Here "
            "each layer's matrix is a mixture: what is the formula for one entry?",
        ),
        Misconception(
            "the first list is changed",
            in_place,
            "The numbers are right, and the first painting's targets are gone: you "
            "write into them. Which operation makes a new tensor?",
        ),
    ),
)
