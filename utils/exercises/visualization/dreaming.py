"""A step of DeepDream, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.exercises.visualization.shared import (
    LEAKY,
    LEFT_BEHIND,
    drawn,
    images,
    left_behind,
    pulled,
    telling,
    watched,
)
from utils.subject import Network, Tensor


def by_mean_size(slope):
    return slope / torch.linalg.vector_norm(slope, 1) * slope.numel()


def dreamed(
    features, image, rate, shift,
    upstream=lambda maps: 2 * maps, scale=by_mean_size, limits=(0.0, 1.0),
    there=lambda dy, dx: (dy, dx), back=lambda dy, dx: (-dy, -dx), axes=(1, 2),
    base=lambda rolled, image: rolled,
):  # fmt: skip
    """A step that sets the gradient of the maps by hand and pulls it back."""
    x = torch.roll(image.detach(), there(*shift), axes)
    maps = features(x[None]).detach()
    slope = torch.autograd.functional.vjp(features, x[None], upstream(maps))[1][0]
    x = torch.clip(base(x, image) + rate * scale(slope), *limits)
    return torch.roll(x, back(*shift), axes)


def deepdream_step_oracle(features, image, rate, shift):
    return dreamed(features, image, rate, shift)


def by_hand() -> Case:
    """Maps that are twice the image."""
    weight = {"0.weight": np.array([[[[2.0]]]], np.float32), "0.bias": np.float32([0])}
    return watched(
        "two pixels by hand",
        Network((("Conv2d", 1, 1, 1),), weight),
        {"image": Tensor(np.array([[[0.125, 0.375]]]))},
        0.25,
        (0, 0),
        result="the new image",
        working="the maps are (0.25, 0.75); the sum of their squares has the slope "
        "8 x = (1, 3), its mean size is 2: the step is 0.25 (0.5, 1.5), the image "
        "(0.25, 0.75)",
    )


def dream_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, rate, shift, stride=1):
        first, second = (size[0], 4, 3, 1, 1), (4, 5, 3, stride, 1)

        def draw():
            layers = ("Conv2d", *first), LEAKY, ("Conv2d", *second)
            return drawn(rng, *layers), images(rng, *size)

        features, image = telling(draw, lambda found: up_and_down(*found))
        given = {"image": image}, rate, shift
        return watched(name, features, *given, result="the new image")

    return [
        by_hand(),
        case("shifted down and to the right", (3, 6, 8), 0.2, (2, 3)),
        case("shifted up and to the left", (2, 7, 9), 0.3, (-1, -4), 2),
        case("not shifted, a large step", (1, 8, 10), 0.5, (0, 0)),
        left_behind(
            drawn(rng, ("Conv2d", 2, 3, 3)),
            {"image": images(rng, 2, 5, 7)},
            0.1,
            (1, 1),
        ),
    ]


def up_and_down(recipe: Network, start: Tensor) -> bool:
    """Whether some slopes are positive and some negative: their mean is not their size."""
    features, image = recipe.make().double(), start.make()[None]
    slope = pulled(lambda x: features(x).square(), image)
    return bool(slope.min() < 0 < slope.max())


def bent(**changes):
    return lambda features, image, rate, shift: dreamed(
        features, image, rate, shift, **changes
    )


def downhill(features, image, rate, shift):
    return dreamed(features, image, -rate, shift)


def never_shifted(features, image, rate, shift):
    return dreamed(features, image, rate, (0, 0))


def in_place(features, image, rate, shift):
    return image.copy_(dreamed(features, image, rate, shift))


DEEPDREAM_STEP = Exercise(
    id="10.deepdream_step",
    points=4,
    minutes=25,
    oracle=deepdream_step_oracle,
    cases=dream_cases,
    worked="Let the image be (0.125, 0.375) and the maps twice the image: (0.25, 0.75). The "
    "sum of their squares is 4 times the sum of the pixels' squares, with the slope "
    "8 x = (1, 3). The mean of the absolute values is 2, so with the rate 0.25 the step is "
    "(0.125, 0.375). With a shift, the image is rolled before and rolled back after.",
    misconceptions=(
        Misconception(
            "down instead of up",
            downhill,
            "You make the activations smaller: a dream that fades. Which way does the "
            "gradient point?",
        ),
        Misconception(
            "sum of the activations",
            bent(upstream=torch.ones_like),
            "You climb the sum of the activations, so that all count alike. DeepDream "
            "strengthens what is already strong: of which power of them is the sum?",
        ),
        Misconception(
            "not normalised",
            bent(scale=torch.clone),
            "Your step is as long as the gradient happens to be: deep layers would hardly "
            "move, others explode. By what is it divided?",
        ),
        Misconception(
            "length one",
            bent(scale=lambda g: F.normalize(g.flatten(), dim=0).view_as(g)),
            "You divide by the length of the gradient. Here the mean of the absolute values is "
            "asked for, so that the mean step of a pixel is the rate. How does it differ?",
        ),
        Misconception(
            "divided by the mean",
            bent(scale=lambda g: g / g.mean()),
            "You divide by the mean of the gradient, in which positive and negative values "
            "cancel, and whose sign may turn the step round. What is missing inside the mean?",
        ),
        Misconception(
            "divided by the standard deviation",
            bent(scale=lambda g: g / g.std()),
            "You divide by the standard deviation of the gradient. By which mean is it "
            "divided here, so that an average pixel moves by the rate?",
        ),
        Misconception(
            "step added to the image as it was",
            bent(base=lambda rolled, image: image),
            "The slope is that of the rolled image, and you add it to the image that was "
            "not rolled: every pixel gets the step of another. To which tensor does the "
            "slope belong?",
        ),
        Misconception(
            "not rolled back",
            bent(back=lambda dy, dx: (0, 0)),
            "Your image has moved. What undoes the shift after the step?",
        ),
        Misconception(
            "rolled twice",
            bent(back=lambda dy, dx: (dy, dx)),
            "After the step you roll the same way again. Which shift undoes the first?",
        ),
        Misconception(
            "never shifted",
            never_shifted,
            "`shift` changes nothing in your result. What should the net see: the image, or "
            "the image rolled?",
        ),
        Misconception(
            "axes exchanged",
            bent(axes=(2, 1)),
            "You shift the columns by the number for the rows. Which axes of (C, H, W) "
            "belong to down and to the right?",
        ),
        Misconception(
            "axes of a batch",
            bent(axes=(0, 1)),
            "You shift channels and rows: in a batch, (N, C, H, W), the axes 1 and 2 are "
            "not those of a single image. Which two axes are rows and columns?",
        ),
        Misconception(
            "leaves the range",
            bent(limits=(-99.0, 99.0)),
            "Some pixels are below 0 or above 1. What comes after the step?",
        ),
        Misconception(
            "image changed in place",
            in_place,
            "The image that was passed in has changed. What makes a new tensor?",
        ),
        *made_with(deepdream_step_oracle, LEFT_BEHIND),
    ),
)
