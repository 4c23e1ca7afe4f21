"""Saliency maps, and what goes wrong with them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.visualization.shared import (
    COLUMNS_HINT,
    LEAKY,
    chosen,
    classifier,
    images,
    left_behind,
    linear,
    not_preferred,
    pulled,
    watched,
    with_gradients,
)
from utils.subject import Tensor


def slopes(
    net, x, y, mode=False, of=chosen, size=torch.abs, join=lambda g: g.amax(1)
):  # fmt: skip
    """The gradient of something of the scores, made into one value a pixel."""
    net.train(net.training if mode is None else mode)
    return join(size(pulled(lambda pixels: of(net(pixels), y), x)))


def saliency_map_oracle(net, x, y):
    return slopes(net, x, y)


def saliency_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, classes, n, *more, **options):
        net = classifier(rng, size, classes, *more, gate=LEAKY)
        x = images(rng, n, *size)
        tensors = {"x": x, "y": not_preferred(rng, net, x)}
        return watched(name, net, tensors, **options)

    by_hand = linear([[1, 1, 1, 1], [1, -3, 2, -1]], [0, 0])
    image = Tensor(np.array([[[[0.5, 0.25]], [[0.125, 0.75]]]]))
    return [
        watched(
            "two pixels, two channels, by hand",
            by_hand,
            {"x": image, "y": Tensor(np.array([1]))},
            working="the score of class 1 has the slopes (1, -3) in channel 0 and (2, -1) "
            "in channel 1; the larger of |1| and |2| is 2, of |-3| and |-1| it is 3",
        ),
        case("one image", (3, 6, 8), 4, 1),
        case("three images, each with its class", (2, 8, 6), 5, 3),
        case(
            "a net in training mode", (3, 6, 7), 4, 3, ("BatchNorm2d", 4), training=True
        ),
        left_behind(by_hand, {"x": image, "y": Tensor(np.array([0]))}),
        case("called twice with the same images", (2, 7, 6), 3, 2, times=2),
    ]


def bent(**changes):
    return lambda net, x, y: slopes(net, x, y, **changes)


def as_it_is(gradient):
    return gradient


def leaves_gradients(net, x, y):
    found = saliency_map_oracle(net, x, y)
    with_gradients(net, x)
    return found


def adds_up(net, x, y):
    """Keeps the gradient in x, where the next call finds it."""
    if x.grad is None:
        x.grad = torch.zeros_like(x)
    x.grad += slopes(net, x, y, size=as_it_is, join=as_it_is)
    return x.grad.abs().amax(1)


SALIENCY_MAP = Exercise(
    id="10.saliency_map",
    points=3,
    minutes=20,
    oracle=saliency_map_oracle,
    cases=saliency_cases,
    worked="A linear net with the score 1 a - 3 b + 2 c - 1 d, where a and b are the two "
    "pixels of channel 0, and c and d of channel 1. The slopes are 1, -3, 2, -1 and do not "
    "depend on the image. First pixel: the larger of 1 and 2. Second: the larger "
    "of 3 and 1. The map is (2, 3).",
    misconceptions=(
        Misconception(
            "gradient of the loss",
            bent(of=F.cross_entropy),
            "You take the gradient of the cross-entropy. It asks what would make the net "
            "less surprised, and is nearly zero where the net is sure. Of which number is "
            "the gradient asked for?",
        ),
        Misconception(
            "gradient of the probability",
            bent(of=lambda scores, y: chosen(scores.softmax(1), y)),
            "You take the gradient after the softmax. A probability also rises when "
            "other classes fall: which number speaks of this class alone?",
        ),
        Misconception(
            "gradient of all scores",
            bent(of=lambda scores, y: scores.sum(1)),
            "You take the gradient of the sum of all scores, so that every class is in your map. "
            "How do you pick the one of class y in each row?",
        ),
        Misconception(
            "scores of every image's class",
            bent(of=lambda scores, y: scores[:, y].sum(1)),
            COLUMNS_HINT,
        ),
        Misconception(
            "gradient of the winner",
            bent(of=lambda scores, y: scores.amax(1)),
            "You explain the class that the net prefers. Which class is asked for?",
        ),
        Misconception(
            "no absolute value",
            bent(size=as_it_is),
            "Your map has negative values, or misses strong negative slopes. Does a pixel "
            "matter less where a change would lower the score?",
        ),
        Misconception(
            "absolute value too late",
            bent(size=as_it_is, join=lambda g: g.amax(1).abs()),
            "You take the largest channel first and the absolute value after. What "
            "becomes of a slope of -3 beside one of 1?",
        ),
        Misconception(
            "sum over the channels",
            bent(join=lambda g: g.sum(1)),
            "You add the three channels up. This is done, too, but here the strongest of them "
            "is asked for. Which function takes the largest along an axis?",
        ),
        Misconception(
            "mean over the channels",
            bent(join=lambda g: g.mean(1)),
            "You average over the channels. What is asked for is the strongest of them: "
            "which function takes the largest along an axis?",
        ),
        Misconception(
            "values and indices",
            bent(join=lambda g: g.max(1)),
            "`max` along an axis returns two things, the values and where they stand. "
            "Which function gives the values alone?",
        ),
        Misconception(
            "wrong axis",
            bent(join=lambda g: g.amax(2)),
            "Your map has lost the rows and kept the channels. Which axis of (N, C, H, W) "
            "are the channels?",
        ),
        Misconception(
            "no evaluation mode",
            bent(mode=None),
            "The net came in training mode: batch norm mixes the images of the batch, "
            "so that the map of one image depends on the others. Which method switches "
            "the mode?",
        ),
        Misconception(
            "gradients left in the parameters",
            leaves_gradients,
            "Your map is right, but `backward` has put a gradient into every parameter of "
            "the net; the next training step would use it. Which function of "
            "torch.autograd returns the gradient of x alone?",
        ),
        Misconception(
            "gradients of two calls",
            adds_up,
            "The second call with the same images gives twice the map: the gradient of the "
            "first is still in `x.grad`. On which tensor should you ask for a gradient, so "
            "that it is a fresh one each time?",
        ),
    ),
)
