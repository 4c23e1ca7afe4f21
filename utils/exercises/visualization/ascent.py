"""A step of gradient ascent on a class's score, and what goes wrong with it."""

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
    telling,
    unit,
    watched,
)
from utils.subject import Network, Tensor


def score(scores, label):
    return scores[:, label]


def climbed(
    net, image, label, rate, decay,
    of=score, grey=0.5, power=2.0, scale=unit, later=False,
):  # fmt: skip
    """One step uphill on something of the scores minus a penalty."""
    slope = pulled(lambda pixels: of(net(pixels[None]), label), image)
    pull = power * decay * (image - grey)
    return image + rate * (scale(slope) - pull if later else scale(slope - pull))


def class_image_step_oracle(net, image, label, rate, decay):
    return climbed(net, image, label, rate, decay)


def step_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, classes, *rest):
        net, image = classifier(rng, size, classes, gate=LEAKY), images(rng, *size)
        return watched(name, net, {"image": image}, *rest, result="the new image")

    net, start = telling(lambda: opposed(rng), lambda found: told_apart(*found))
    return [
        by_hand(),
        case("a small step", (3, 6, 8), 4, 2, 0.1, 0.05),
        case("a strong penalty", (1, 8, 7), 3, 0, 2.0, 1.5),
        case("another class, wide images", (2, 6, 11), 5, 4, 0.7, 0.3),
        left_behind(net, {"image": start}, 1, 0.1, 0.1),
        climb("twelve steps go up", net, start),
    ]


def by_hand() -> Case:
    return watched(
        "two pixels by hand",
        linear([[1, 1], [3, -4]], [0, 0]),
        {"image": Tensor(np.array([[[0.5, 0.25]]]))},
        1,
        1.0,
        0.0,
        result="the new image",
        working="the slope of score 1 is (3, -4), its length 5: the step is "
        "(0.6, -0.8), and the image becomes (1.1, -0.55)",
    )


CLIMB = 3, 0.05, 0.001
"""The class, the rate and the decay of the steps that must go up."""


def opposed(rng: np.random.Generator) -> tuple[Network, Tensor]:
    """An image, and a net in which class 0 is against what speaks for class 3."""
    net = classifier(rng, (2, 8, 10), 4, gate=LEAKY)
    last = net.weights["6.weight"]
    last[0] -= 2 * last[3]
    return net, images(rng, 2, 8, 10)


def told_apart(recipe: Network, start: Tensor) -> bool:
    """Whether a climb by the probability counts, and neither of two others does."""
    net, image = recipe.make().double(), start.make()

    def gain(step):
        return gained(net, image, twelve(lambda x: step(net, x, *CLIMB), image))

    every, sure = bent(of=lambda s, _: s.sum(1)), lambda s, y: s.softmax(1)[:, y]
    low = gain(every) < 0.1 and gain(only_the_step) < 0.1
    return low and gain(bent(of=sure)) > 0.3


def twelve(step, image):
    for _ in range(12):
        image = step(image)
    return image


def gained(net, before, after) -> float:
    """The gain as a part of what a straight slope would give."""
    label, rate, decay = CLIMB

    def height(image):
        return net(image[None])[0, label] - decay * (image - 0.5).square().sum()

    slope = pulled(height, before)
    with torch.no_grad():
        gain = height(after) - height(before)
    return gain.item() / (12 * rate * slope.norm().item())


def climb(name: str, recipe: Network, start: Tensor) -> Case:
    """How much of what a straight slope would give twelve steps gain."""
    net = recipe.make().double()

    def play(subject):
        held = placed(subject, recipe)

        def step(image):
            found = subject(held, image, *CLIMB)
            if not isinstance(found, Tensor) or found.array.shape != start.array.shape:
                raise WrongStructure(
                    "A step did not return an image of the same shape."
                )
            return found

        after = twelve(step, start)
        return gained(net, start.make(), Tensor(after.array).make())

    agree = at_least(0.2, "the gain, as a part of what a straight slope would give,")
    return Case(name, play, agree, None)


def bent(**changes):
    return lambda net, image, label, rate, decay: climbed(
        net, image, label, rate, decay, **changes
    )


def downhill(net, image, label, rate, decay):
    return climbed(net, image, label, -rate, decay)


def penalty_with_plus(net, image, label, rate, decay):
    return climbed(net, image, label, rate, -decay)


def no_penalty(net, image, label, rate, decay):
    return climbed(net, image, label, rate, 0.0)


def in_place(net, image, label, rate, decay):
    image.copy_(climbed(net, image, label, rate, decay))
    return image


def only_the_step(net, image, label, rate, decay):
    return climbed(net, image, label, rate, decay) - image


def kept_in_range(net, image, label, rate, decay):
    return climbed(net, image, label, rate, decay).clip(0, 1)


CLASS_IMAGE_STEP = Exercise(
    id="10.class_image_step",
    points=3,
    minutes=20,
    oracle=class_image_step_oracle,
    cases=step_cases,
    worked="A score of 3 a - 4 b for an image of two pixels has the slope (3, -4), of length 5. "
    "With the rate 1 the step is (0.6, -0.8). With a penalty `decay` times the sum of "
    "(pixel - 0.5)^2, the slope of the penalty, 2 decay (pixel - 0.5), is taken off "
    "before the length is computed.",
    misconceptions=(
        Misconception(
            "down instead of up",
            downhill,
            "Your image moves away from the class. You want more of this score, not less: "
            "which way does the gradient point?",
        ),
        Misconception(
            "not normalised",
            bent(scale=torch.clone),
            "The length of your step depends on the slope, which may be tiny in one place "
            "and huge in another. By what is the gradient divided?",
        ),
        Misconception(
            "sign of the gradient",
            bent(scale=torch.sign),
            "You step by the same amount in every pixel: that is FGSM. What keeps the "
            "direction of the gradient and makes its length 1?",
        ),
        Misconception(
            "divided by the number of pixels",
            bent(scale=lambda g: g / g.numel()),
            "You divide by the number of pixels. What is the length of a vector?",
        ),
        Misconception(
            "penalty after the normalisation",
            bent(later=True),
            "You normalise the score's slope alone and take the penalty's off afterwards. "
            "Of which sum is the gradient asked for?",
        ),
        Misconception(
            "penalty forgotten",
            no_penalty,
            "`decay` changes nothing in your result. What does the objective take off the "
            "score?",
        ),
        Misconception(
            "penalty with the wrong sign",
            penalty_with_plus,
            "Your penalty rewards extreme pixels. With which sign does it enter the objective?",
        ),
        Misconception(
            "distance from black",
            bent(grey=0.0),
            "You pull every pixel towards 0. From which grey is the distance measured?",
        ),
        Misconception(
            "penalty without its factor 2",
            bent(power=1.0),
            "The slope of a square is missing its factor. What is the derivative of "
            "(x - 0.5)^2?",
        ),
        Misconception(
            "gradient of the probability",
            bent(of=lambda scores, label: scores.softmax(1)[:, label]),
            "You climb the probability, which also rises when other classes fall. Which "
            "number speaks of this class alone?",
        ),
        Misconception(
            "gradient of all scores",
            bent(of=lambda scores, label: scores.sum(1)),
            "You climb the sum of all scores. How do you pick that of `label`?",
        ),
        Misconception(
            "image changed in place",
            in_place,
            "Your new image is right, and the old one has changed with it. What makes a new "
            "tensor?",
        ),
        Misconception(
            "clipped to the range",
            kept_in_range,
            "You bring the new image back into [0, 1]. That is right for a picture, and "
            "here the caller does it: what does the docstring promise?",
        ),
        Misconception(
            "only the step",
            only_the_step,
            "You return the step. To what is it added?",
        ),
        *made_with(class_image_step_oracle, LEFT_BEHIND),
    ),
)
