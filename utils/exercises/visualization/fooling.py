"""Fooling images, and what goes wrong with them."""

import numpy as np
import torch

from utils.checks.compare import WrongStructure, at_least
from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.exercises.visualization.shared import (
    LEAKY,
    LEFT_BEHIND,
    classifier,
    images,
    left_behind,
    linear,
    placed,
    pulled,
    scores_of,
    telling,
    unit,
    watched,
)
from utils.subject import Network, Tensor


def probability(scores, target):
    return scores.softmax(1)[0, target].item()


def wins(scores, target):
    return float(scores.argmax(1).item() == target)


def moved(
    net, image, target, bound, rate, confidence, max_steps,
    of=lambda scores, target: scores[:, target], reached=probability, scale=unit,
    limits=(0.0, 1.0), around=None, first=False,
):  # fmt: skip
    """The image after as many steps uphill as it takes, inside a box around it."""
    x = image.detach().clone()
    for count in range(max_steps):
        with torch.no_grad():
            enough = reached(net(x[None]), target) >= confidence
        if enough and not (first and count == 0):
            break
        slope = pulled(lambda pixels: of(net(pixels[None]), target), x)
        centre = x if around == "step" else image
        low, high = (centre - bound).clip(*limits), (centre + bound).clip(*limits)
        x = torch.clamp(x + rate * scale(slope), low, high)
    return x


def fooling_image_oracle(
    net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100
):
    return moved(net, image, target, bound, rate, confidence, max_steps)


def fooling_cases(rng: np.random.Generator) -> list[Case]:
    """Where none reaches the goal, the target wins from the start: not enough."""

    def case(name, size, classes, *rest, margin=0.0):
        def draw():
            net = classifier(rng, size, classes, gate=LEAKY)
            image = images(rng, *size, margin=margin)
            return net, image, int(scores_of(net, Tensor(image.array[None])).argmax())

        def tells(found):
            return rest[0] > 1 or feels_the_bound(*found, *rest)

        return tried(name, *telling(draw, tells), *rest)

    recipe, start, target = to_be_fooled(rng)
    return [
        *by_hand(),
        case("few steps, none reaches the goal", (3, 6, 8), 4, 0.1, 0.4, 1.0, 3),
        case("wide bounds: the range counts", (2, 7, 6), 3, 2.0, 1.5, 1.0, 4),
        case("a tight bound", (1, 8, 9), 5, 0.02, 0.4, 1.0, 6, margin=0.1),
        tried("until the net is sure", recipe, start, target, 0.3, 0.2, 0.9, 25),
        left_behind(recipe, {"image": start}, target, 0.3, 0.2, 0.9, 2),
        sureness("how sure the net becomes", recipe, start, target, 0.3),
    ]


def tried(name: str, net: Network, image: Tensor, *rest, **more) -> Case:
    """One call on a net and an image."""
    return watched(name, net, {"image": image}, *rest, result="the new image", **more)


def by_hand() -> list[Case]:
    """Two pixels: one step that the bound cuts off, and none where it is enough."""
    image, rows = Tensor(np.array([[[0.5, 0.5]]])), [[0, 0], [3, 4]]
    working = (
        "score 1 is 3.5 - 4 = -0.5, so its probability is 0.378, less than 0.6. "
        "The slope (3, 4) has the length 5: the step is 0.5 (0.6, 0.8) = (0.3, 0.4). "
        "No pixel may move by more than 0.3: (0.8, 0.8)"
    )
    first = linear(rows, [0, -4]), image, 1, 0.3, 0.5, 0.6, 1
    enough = linear(rows, [0, -3.5]), image, 1, 0.5, 0.5, 0.5, 5
    return [
        tried("two pixels by hand", *first, working=working),
        tried("just sure enough from the start", *enough),
    ]


def to_be_fooled(rng: np.random.Generator) -> tuple[Network, Tensor, int]:
    """A net, an image and the class that comes second for it."""

    def draw():
        net, image = classifier(rng, (2, 8, 9), 3, gate=LEAKY), images(rng, 2, 8, 9)
        net.weights["6.weight"][...] *= 2  # soon sure
        scores = scores_of(net, Tensor(image.array[None]))
        return net, image, int(scores.argsort()[0, 1])

    return telling(draw, lambda found: can_be_fooled(*found))


def feels_the_bound(recipe: Network, start: Tensor, *rest) -> bool:
    """Whether the bound turns the way to the goal, and not just its end."""
    given = recipe.make().double(), start.make(), *rest
    return not torch.allclose(moved(*given), bounded_at_the_end(*given), atol=1e-4)


def can_be_fooled(recipe: Network, start: Tensor, target: int) -> bool:
    """Whether it takes some steps, more than to win, and the bound is felt."""
    net, image = recipe.make().double(), start.make()

    def after(bound, confidence=0.9, **how):
        return moved(net, image, target, bound, 0.2, confidence, 25, **how)

    def sure(x):
        return probability(net(x[None]), target)

    every, own = lambda s, _: s.sum(1), lambda s, y: s.softmax(1)[:, y]
    return (
        sure(image) < 0.4
        and sure(after(0.3, 0.5, reached=wins)) < 0.85
        and sure(after(0.3)) >= 0.9
        and sure(after(0.3, scale=torch.sign)) >= 0.9
        and sure(after(0.3, of=own)) >= 0.9
        and sure(after(0.3, of=every)) < 0.9
        and sure(bounded_at_the_end(net, image, target, 0.3, 0.2, 0.9, 25)) < 0.89
    )


def sureness(name: str, recipe: Network, start: Tensor, target: int, bound) -> Case:
    """The target's probability, by the check's own copy of the net; 0 if too far."""
    net = recipe.make().double()

    def play(subject):
        found = subject(placed(subject, recipe), start, target, bound, 0.2, 0.9, 25)
        if not isinstance(found, Tensor) or found.array.shape != start.array.shape:
            raise WrongStructure("It did not return an image of the same shape.")
        if not np.abs(found.array - start.array).max() <= bound + 1e-9:
            raise WrongStructure("A pixel has moved by more than the bound.")
        if not (found.array.min() >= 0 and found.array.max() <= 1):
            raise WrongStructure("A pixel is outside [0, 1].")
        with torch.no_grad():
            return probability(net(Tensor(found.array).make()[None]), target)

    return Case(name, play, at_least(0.9, "the target's probability"), None)


def bent(**changes):
    def version(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
        rest = bound, rate, confidence, max_steps
        return moved(net, image, target, *rest, **changes)

    return version


def downhill(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    return moved(net, image, target, bound, -rate, confidence, max_steps)


def unbounded(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    return moved(net, image, target, 99.0, rate, confidence, max_steps)


def bounded_at_the_end(net, image, target, bound, *rest, **more):
    found = unbounded(net, image, target, bound, *rest, **more)
    return torch.clamp(found, image - bound, image + bound)


def never_stops(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    return moved(net, image, target, bound, rate, 2.0, max_steps)


def one_step(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    return moved(net, image, target, bound, rate, confidence, min(1, max_steps))


def in_place(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    found = moved(net, image, target, bound, rate, confidence, max_steps)
    return image.copy_(found)


FOOLING_IMAGE = Exercise(
    id="10.fooling_image",
    points=4,
    minutes=30,
    oracle=fooling_image_oracle,
    cases=fooling_cases,
    worked="Each round: ask the net; if the target's probability has reached `confidence`, "
    "stop. Otherwise take the gradient of the target's score, make its length `rate`, add it, and "
    "bring every pixel back to within `bound` of the first image and into [0, 1]. From "
    "(0.5, 0.5) with the slope (3, 4), rate 0.5 and bound 0.3: (0.8, 0.9), then (0.8, 0.8).",
    misconceptions=(
        Misconception(
            "down instead of up",
            downhill,
            "The target's score falls from step to step. Which way does the gradient point?",
        ),
        Misconception(
            "not bounded",
            unbounded,
            "A pixel is further from the first image than `bound` allows, and a person "
            "would see it. What brings it back after each step?",
        ),
        Misconception(
            "each step is bounded, not the whole",
            bent(around="step"),
            "No single step is longer than `bound`, but all together are. From "
            "which image is the distance measured?",
        ),
        Misconception(
            "bounded at the end only",
            bounded_at_the_end,
            "You bring the image back within the bound once, after the last step: what the "
            "net was sure of is another image. Where does this line belong?",
        ),
        Misconception(
            "leaves the range",
            bent(limits=(-99.0, 99.0)),
            "Some pixels are below 0 or above 1: no camera takes such a picture. Which "
            "two limits hold besides the bound?",
        ),
        Misconception(
            "not normalised",
            bent(scale=torch.clone),
            "Your steps are as long as the gradient happens to be. By what is it divided?",
        ),
        Misconception(
            "sign of the gradient",
            bent(scale=torch.sign),
            "You move every pixel by the same amount: that is FGSM. What keeps the "
            "gradient's direction and makes its length 1?",
        ),
        Misconception(
            "stops as soon as the target wins",
            bent(reached=lambda scores, target: wins(scores, target) * 2),
            "You stop when the target has the largest score. The net may still be unsure: "
            "which number must reach `confidence`?",
        ),
        Misconception(
            "sure from the start",
            bent(reached=lambda scores, target: 1.0),
            "Your image never changes: every probability of yours is 1. Along which axis "
            "of (1, classes) should they add up to 1?",
        ),
        Misconception(
            "never stops early",
            never_stops,
            "You take all the steps that are allowed, even when the net has long been sure. "
            "When is it enough?",
        ),
        Misconception(
            "one step only",
            one_step,
            "You take one step. Where does your loop end?",
        ),
        Misconception(
            "a step before the first look",
            bent(first=True),
            "An image that already passes for the target is changed all the same. What comes "
            "first in each round: the question or the step? And is just `confidence` enough?",
        ),
        Misconception(
            "gradient of the probability",
            bent(of=lambda scores, target: scores.softmax(1)[:, target]),
            "You climb the probability; its slope nearly vanishes where the net is sure of "
            "another class. Which number is climbed?",
        ),
        Misconception(
            "gradient of all scores",
            bent(of=lambda scores, target: scores.sum(1)),
            "You climb the sum of all scores. How do you pick the target's?",
        ),
        Misconception(
            "image changed in place",
            in_place,
            "The image that was passed in has changed, and with it the centre of the bound. "
            "What makes a copy?",
        ),
        *made_with(fooling_image_oracle, LEFT_BEHIND),
    ),
)
