"""Clipping gradients by their norm, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY

# PyTorch divides by the norm plus 1e-6.
NEAR = close(1e-5, 1e-9)


def clip_oracle(gradients, max_norm):
    import torch

    parameters = [torch.zeros(g.shape, dtype=torch.float64) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(gradient)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad.numpy() for parameter in parameters], norm.item()


TWO = [np.array([3.0, 0.0]), np.array([[4.0], [0.0], [0.0]])]
BY_HAND = call(
    "two arrays by hand",
    TWO,
    1.0,
    agree=NEAR,
    working="norm of all: sqrt(3^2 + 4^2) = 5, above 1, so everything is divided "
    "by 5: 0.6 and 0.8",
)


def clip_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, max_norm, *shapes):
        drawn = [size * rng.normal(size=shape) for shape in shapes]
        return call(name, drawn, max_norm, agree=NEAR)

    def untouched(subject):
        return subject([np.zeros((2, 3)), np.zeros((2, 3))], 1.0)

    uneven = [rng.uniform(1, 2, size=(3, 2)), rng.uniform(0.2, 0.8, size=(1,))]
    return [
        BY_HAND,
        case("three arrays, too long", 5, 2.5, (3, 4), (4,), (2, 3, 5)),
        call("a long array and a short one", uneven, 1.5, agree=NEAR),
        case("short enough: left alone", 0.1, 4.0, (3, 2), (4,)),
        call("just at the limit", TWO, 5.0, agree=NEAR),
        case("one array", 4, 0.5, (2, 5)),
        Case("all zeros", untouched, NEAR),
    ]


def clipped(change):
    """A version with `change(gradients, norm, max_norm)` for the gradients."""
    return lambda gradients, max_norm: (
        change(gradients, clip_oracle(gradients, max_norm)[1], max_norm),
        clip_oracle(gradients, max_norm)[1],
    )


def size_counted(norm_of):
    """A version that clips by `norm_of(gradients)` in the place of the norm."""

    def version(gradients, max_norm):
        norm = float(norm_of(gradients))
        scale = min(1.0, max_norm / norm) if norm else 1.0
        return [scale * g for g in gradients], norm

    return version


CLIP_BY_NORM = Exercise(
    id="04.clip_by_norm",
    points=2,
    minutes=10,
    oracle=clip_oracle,
    returns=("clipped", "norm"),
    cases=clip_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="The gradients (3, 0) and (4, 0, 0) together have the length sqrt(9 + 16) = 5. "
    "The limit is 1, so all of them are multiplied by 1 / 5: (0.6, 0) and (0.8, 0, 0). "
    "Their direction is as before, and their length is 1.",
    misconceptions=(
        Misconception(
            "by value",
            clipped(
                lambda gradients, norm, max_norm: [
                    np.clip(g, -max_norm, max_norm) for g in gradients
                ]
            ),
            "You cut each number off at the limit, so that the step points elsewhere. What "
            "can be done to all numbers alike, so that the direction stays?",
        ),
        Misconception(
            "each array by itself",
            clipped(
                lambda gradients, norm, max_norm: [
                    clip_oracle([g], max_norm)[0][0] for g in gradients
                ]
            ),
            "You clip each array by its own norm. Then the layers' shares of the step "
            "change. Whose length is the limit for?",
        ),
        Misconception(
            "short gradients made longer",
            clipped(
                lambda gradients, norm, max_norm: [
                    g * max_norm / (norm or 1.0) for g in gradients
                ]
            ),
            "You scale every gradient to the limit, short ones upwards. When should "
            "nothing be done?",
        ),
        Misconception(
            "scaled to length 1",
            clipped(
                lambda gradients, norm, max_norm: [
                    g / norm if norm > max_norm else g for g in gradients
                ]
            ),
            "What you clip ends up with the length 1. Which length is asked for?",
        ),
        Misconception(
            "only the long arrays",
            clipped(
                lambda gradients, norm, max_norm: [
                    g * min(1.0, max_norm / norm) if (g**2).sum() > max_norm**2 else g
                    for g in gradients
                ]
            ),
            "You shrink some arrays and leave others. Does the direction of the whole "
            "step stay, then?",
        ),
        Misconception(
            "the square of the norm",
            size_counted(lambda gradients: sum((g**2).sum() for g in gradients)),
            "You compare the sum of the squares with the limit. What makes a length of "
            "it?",
        ),
        Misconception(
            "sizes added",
            size_counted(lambda gradients: sum(abs(g).sum() for g in gradients)),
            "You add up sizes, which is the L1 norm. Which norm is the length?",
        ),
        Misconception(
            "norms added",
            size_counted(lambda gradients: sum((g**2).sum() ** 0.5 for g in gradients)),
            "You add the norms of the arrays. By Pythagoras, what is added up before the "
            "root is taken?",
        ),
        Misconception(
            "the norm after clipping",
            lambda gradients, max_norm: (
                clip_oracle(gradients, max_norm)[0],
                min(clip_oracle(gradients, max_norm)[1], max_norm),
            ),
            "You return the norm after clipping, which never tells you how large the "
            "gradients were. Which norm does the docstring ask for?",
        ),
    ),
)
