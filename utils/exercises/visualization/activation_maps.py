"""Class activation maps, and what goes wrong with them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.subject import Tensor


def class_activation_map_oracle(maps, W, y):
    return torch.einsum("nkhw,nk->nhw", maps, F.embedding(y, W))


def activation_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, k, classes, h, w):
        arrays = rng.normal(size=(n, k, h, w)), rng.normal(size=(classes, k))
        return call(name, *map(Tensor, (*arrays, rng.permutation(classes)[:n])))

    maps = Tensor(np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]]))
    W = Tensor(np.array([[1.0, 1.0], [3.0, -2.0], [0.0, 1.0]]))
    return [
        call(
            "two channels by hand",
            maps,
            W,
            Tensor(np.array([1])),
            working="class 1 weighs the channels with 3 and -2: 3 (1, 2) - 2 (3, 0) = "
            "(-3, 6)",
        ),
        case("three images, each with its class", 3, 5, 4, 2, 6),
        case("more classes than channels", 2, 3, 7, 4, 5),
    ]


def combined(formula, change=lambda t: t):
    return lambda maps, W, y: change(torch.einsum(formula, maps, F.embedding(y, W)))


def of_all_classes(maps, W, y):
    return torch.einsum("nkhw,ck->nhw", maps, W)


def without_weights(maps, W, y):
    return maps.sum(1)


def of_the_first_class(maps, W, y):
    return class_activation_map_oracle(maps, W, y[:1].expand(len(maps)))


CLASS_ACTIVATION_MAP = Exercise(
    id="10.class_activation_map",
    points=2,
    minutes=10,
    oracle=class_activation_map_oracle,
    cases=activation_cases,
    rules=(keeps_inputs(),),
    worked="Two channels of two places, (1, 2) and (3, 0). The class weighs them with 3 and "
    "-2. At the first place: 3 * 1 - 2 * 3 = -3; at the second: 3 * 2 - 2 * 0 = 6. The map is "
    "(-3, 6), with its sign.",
    misconceptions=(
        Misconception(
            "weights forgotten",
            without_weights,
            "You add the channels up as they are, so that every class has the same map. "
            "Which row of W says what the class thinks of each channel?",
        ),
        Misconception(
            "weights of all classes",
            of_all_classes,
            "You add up the maps of all classes. Which row of W belongs to an image's "
            "class?",
        ),
        Misconception(
            "class of the first image",
            of_the_first_class,
            "All images are weighed by the class of the first. Which row of W is each "
            "image's own?",
        ),
        Misconception(
            "negative places cut off",
            combined("nkhw,nk->nhw", F.relu),
            "Your map has no negative values. They say where the class is spoken against: who "
            "asked for a ReLU here?",
        ),
        Misconception(
            "mean over the channels",
            combined("nkhw,nk->nhwk", lambda t: t.mean(3)),
            "Your map is K times too small. Is a score the sum or the mean of its terms?",
        ),
        Misconception(
            "added over the places",
            combined("nkhw,nk->nk"),
            "You have added up over the places, and what is left is one value a channel: the "
            "map is gone. Over which axis does the sum of a score's terms run?",
        ),
    ),
)
