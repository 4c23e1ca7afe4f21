"""The distance of two feature maps, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.shared import as_number, loss_case
from utils.subject import Tensor


def content_oracle(features, target, weight):
    return torch.dist(features, target).square() * weight


def content_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, shape, weight):
        target = Tensor(rng.normal(size=shape))
        return loss_case(name, rng.normal(size=shape), target, weight)

    return [
        loss_case(
            "four numbers by hand",
            [[[[1, 2], [0, 3]]]],
            Tensor(np.array([[[[1.0, 0], [1, 3]]]])),
            0.5,
            working="differences 0, 2, -1, 0; squares 0, 4, 1, 0; 0.5 * 5 = 2.5",
        ),
        case("3 channels of 4 x 5, weight 2", (1, 3, 4, 5), 2.0),
        case("2 images, 5 channels of 3 x 2", (2, 5, 3, 2), 0.3),
        case("weight 1", (1, 4, 2, 6), 1.0),
    ]


def of_difference(measure):
    """A content loss that measures `features - target` in another way."""
    return lambda features, target, weight: weight * measure(features - target)


def without_graph(features, target, weight):
    return content_oracle(features.detach(), target, weight)


CONTENT_LOSS = Exercise(
    id="12.content_loss",
    points=2,
    minutes=10,
    oracle=content_oracle,
    cases=content_cases,
    worked="Feature maps (1, 2; 0, 3) and the target (1, 0; 1, 3) differ by (0, 2; -1, 0). "
    "The squares are 0, 4, 1 and 0, their sum is 5, and with the weight 0.5 the loss is 2.5. "
    "The gradient is twice the difference times the weight: (0, 2; -1, 0).",
    misconceptions=(
        Misconception(
            "mean in the place of the sum",
            of_difference(lambda d: d.square().mean()),
            "You average the squares. Here they are added up, so that a larger picture "
            "has a larger loss: which method adds?",
        ),
        Misconception(
            "weight ignored",
            lambda features, target, weight: content_oracle(features, target, 1.0),
            "Your loss is right where the weight is 1. Where does the weight come in?",
        ),
        Misconception(
            "weight squared",
            lambda features, target, weight: content_oracle(
                weight * features, weight * target, 1.0
            ),
            "The weight is inside the square in your loss. What is multiplied by it: "
            "the difference, or the sum of the squares?",
        ),
        Misconception(
            "half of it",
            of_difference(lambda d: d.square().sum() / 2),
            "You have a factor 1/2, as Gatys's paper does. Is there one in the formula "
            "of this exercise?",
        ),
        Misconception(
            "absolute differences",
            of_difference(lambda d: d.abs().sum()),
            "You add up absolute differences. What is done to each difference before "
            "the sum?",
        ),
        Misconception(
            "square root of the sum",
            of_difference(lambda d: torch.linalg.vector_norm(d)),
            "You return the distance, the root of the sum of the squares. Is there a "
            "root in the formula?",
        ),
        Misconception(
            "summed over the channels, averaged over the places",
            of_difference(lambda d: d.square().sum(1).mean()),
            "You add up over the channels and average over the rest. Which axes does "
            "the sum in the formula run over?",
        ),
        Misconception(
            "cut off from the graph",
            without_graph,
            "Your number is right and no gradient reaches the feature maps: a `detach` "
            "or a `no_grad` stands in the way. The picture would never change. What may "
            "be detached: the target, or what is compared with it?",
        ),
        Misconception(
            "a plain number",
            as_number(content_oracle),
            "You return a plain number: `item()` takes it out of PyTorch, and no gradient "
            "finds the way back. What does the function return without it?",
        ),
        Misconception(
            "similarity in the place of distance",
            lambda features, target, weight: (
                weight
                * F.cosine_similarity(features.flatten(), target.flatten(), dim=0)
            ),
            "Your loss is largest where the maps are alike. What should it be when "
            "features and target are the same?",
        ),
    ),
)
