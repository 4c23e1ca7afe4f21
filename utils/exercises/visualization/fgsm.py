"""The fast gradient sign method, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.exercises.pytorch.shared import of_softmax
from utils.exercises.visualization.shared import (
    LEAKY,
    LEFT_BEHIND,
    chosen,
    classifier,
    images,
    left_behind,
    linear,
    not_preferred,
    pulled,
    telling,
    watched,
)
from utils.subject import Network, Tensor


def pushed(
    net, x, y, epsilon, of=F.cross_entropy, shape=torch.sign, limits=(0.0, 1.0)
):  # fmt: skip
    """The images, moved uphill on something of the scores."""
    slope = pulled(lambda pixels: of(net(pixels), y), x)
    return (x + epsilon * shape(slope)).clip(*limits)


def fgsm_oracle(net, x, y, epsilon):
    return pushed(net, x, y, epsilon)


def fgsm_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, classes, n, epsilon, margin=0.0):
        def draw():
            net = classifier(rng, size, classes, gate=LEAKY)
            x = images(rng, n, *size, margin=margin)
            return net, x, not_preferred(rng, net, x)

        net, x, y = telling(draw, lambda found: not_of_softmax(*found, epsilon))
        return watched(name, net, {"x": x, "y": y}, epsilon, result="the new images")

    y = Tensor(np.array([0]))
    return [
        by_hand(),
        case("one image, small epsilon", (3, 6, 8), 4, 1, 0.01, margin=0.02),
        case("three images", (2, 8, 6), 5, 3, 0.06),
        case("a large epsilon", (1, 7, 9), 3, 4, 0.4),
        left_behind(classifier(rng), {"x": images(rng, 1, 3, 6, 8), "y": y}, 0.1),
    ]


def by_hand() -> Case:
    x, y = Tensor(np.array([[[[0.05, 0.5]]]])), Tensor(np.array([0]))
    return watched(
        "two pixels by hand",
        linear([[2, -1], [0, 0]], [0, 0]),
        {"x": x, "y": y},
        0.125,
        result="the new images",
        working="score 0 has the slopes (2, -1): the loss of class 0 falls with the first "
        "pixel and rises with the second. 0.05 - 0.125 is below 0 and becomes 0; "
        "0.5 + 0.125 = 0.625",
    )


def not_of_softmax(net: Network, x: Tensor, y: Tensor, epsilon: float) -> bool:
    """Whether a second softmax before the loss leads elsewhere."""
    made = net.make().double(), x.make(), y.make()
    right, other = (pushed(*made, epsilon, of) for of in (F.cross_entropy, of_softmax))
    return not torch.equal(right, other)


def bent(**changes):
    return lambda net, x, y, epsilon: pushed(net, x, y, epsilon, **changes)


def towards(net, x, y, epsilon):
    return pushed(net, x, y, -epsilon)


def against_the_guess(net, x, y, epsilon):
    return pushed(net, x, net(x).argmax(1), epsilon)


def in_place(net, x, y, epsilon):
    return x.copy_(pushed(net, x, y, epsilon))


def only_the_change(net, x, y, epsilon):
    return pushed(net, x, y, epsilon) - x


FGSM = Exercise(
    id="10.fgsm",
    points=3,
    minutes=15,
    oracle=fgsm_oracle,
    cases=fgsm_cases,
    worked="Let score 0 be 2 a - b, score 1 be 0, and the label 0. More of a makes the loss "
    "smaller, more of b larger: the loss has slopes with the signs (-1, +1). "
    "With epsilon 0.1 the image (0.05, 0.5) becomes (-0.05, 0.6), and in [0, 1]: (0, 0.6).",
    misconceptions=(
        Misconception(
            "gradient in place of its sign",
            bent(shape=torch.clone),
            "You add epsilon times the gradient: most pixels hardly move. What does the "
            "method take of each slope?",
        ),
        Misconception(
            "gradient of length one",
            bent(shape=lambda g: F.normalize(g.flatten(1)).view_as(g)),
            "You make the gradient's length 1. Here every pixel moves by the same "
            "amount: what does the method take of each slope?",
        ),
        Misconception(
            "towards the label",
            towards,
            "Your images become easier: the loss falls. Which way does an attack go?",
        ),
        Misconception(
            "leaves the range",
            bent(limits=(-9.0, 9.0)),
            "Some pixels are below 0 or above 1: no camera takes such a picture. What "
            "comes after the step?",
        ),
        Misconception(
            "against the guess",
            against_the_guess,
            "You attack what the net says, not the label. Where the net is wrong, you "
            "push it back to the truth. Which labels does the loss take?",
        ),
        Misconception(
            "uphill on the label's score",
            bent(of=chosen),
            "You raise the score of the label, which helps the net. Of what does the "
            "attack take the gradient?",
        ),
        Misconception(
            "downhill on the label's score",
            bent(of=lambda scores, y: -chosen(scores, y)),
            "You lower the label's score and do not look at the others (`nll_loss` does "
            "that with plain scores). Which loss compares all of them?",
        ),
        Misconception(
            "softmax before the cross-entropy",
            bent(of=of_softmax),
            "Your loss is that of scores that went through a softmax twice. What does "
            "PyTorch's cross-entropy expect?",
        ),
        Misconception(
            "images changed in place",
            in_place,
            "The images that were passed in have changed: the attack cannot be compared "
            "with them any more. What makes a new tensor?",
        ),
        Misconception(
            "only the change",
            only_the_change,
            "You return the change. To what is it added?",
        ),
        *made_with(fgsm_oracle, LEFT_BEHIND),
    ),
)
