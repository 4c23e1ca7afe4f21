"""Feature inversion, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.visualization.shared import (
    GRAPH_HINT,
    drawn,
    images,
    in_graph,
    left_behind,
    watched,
    with_gradients,
)
from utils.subject import Named, Network, Tensor

NEAR = close(1e-4, 1e-6)
"""Many steps of Adam make a rounding error larger."""
LENGTH = Named("torch.linalg.vector_norm")


def squares(found, target):
    return F.mse_loss(found, target, reduction="sum")


def stepped(optimiser, parameters, slopes):
    """A step, after which the parameters have no gradient left."""
    for parameter, slope in zip(parameters, slopes, strict=True):
        parameter.grad = slope
    optimiser.step()
    for parameter in parameters:
        parameter.grad = None


def searched(
    features, target, start, n_steps, rate, prior, weight,
    distance=squares, kind=torch.optim.Adam, limits=(0.0, 1.0), zero=True,
    also=lambda features: [], copy=True, after=False, maximize=False, number=float,
):  # fmt: skip
    """An image whose features come near a target, by an optimiser of PyTorch."""
    x = start.detach().clone() if copy else start.detach()
    x.requires_grad_()
    optimiser = kind([x, *also(features)], rate, maximize=maximize)
    total, losses = torch.zeros_like(x), []
    for _ in range(n_steps):

        def loss(pixels):
            return distance(features(pixels[None]), target) + weight * prior(pixels)

        losses.append(loss(x))
        slopes = torch.autograd.grad(losses[-1], [x, *also(features)])
        total = slopes[0] + (0 if zero else total)
        x.grad = total
        stepped(optimiser, also(features), slopes[1:])
        x.data.clamp_(*limits)
        if after:
            losses[-1] = loss(x)
    return x.detach(), [number(loss.detach()) for loss in losses]


def invert_features_oracle(features, target, start, n_steps, rate, prior, weight):
    return searched(features, target, start, n_steps, rate, prior, weight)


def by_hand() -> Case:
    """Features that are the image itself."""
    identity = Network((("Identity",),))
    return followed(
        "one pixel by hand",
        identity,
        Tensor(np.array([[[1.0]]])),
        Tensor(np.array([[[0.25]]])),
        2,
        0.5,
        LENGTH,
        0.0,
        working="the features are the image itself. Loss (0.25 - 1)^2 = 0.5625; Adam's "
        "first step is as long as the rate: 0.75, where the loss is 0.0625; the second "
        "would lead beyond 1, and is cut off there",
    )


def inversion_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, *rest, stride=1):
        recipe = drawn(
            rng,
            ("Conv2d", size[0], 4, 3, 1, 1),
            ("ReLU",),
            ("Conv2d", 4, 3, 3, stride),
        )
        sought, start = images(rng, *size), images(rng, *size)
        return followed(name, recipe, sought, start, *rest)

    return [
        by_hand(),
        case("one step", (2, 5, 7), 1, 0.2, LENGTH, 0.3),
        case("six steps", (3, 6, 8), 6, 0.1, LENGTH, 0.5),
        case("a strong prior, smaller maps", (1, 7, 8), 4, 0.2, LENGTH, 20.0, stride=2),
        case("no step", (2, 4, 5), 0, 0.1, LENGTH, 0.5),
        left_behind(
            drawn(rng, ("Conv2d", 2, 3, 3)),
            {"target": images(rng, 1, 3, 3, 4), "start": images(rng, 2, 5, 6)},
            *(2, 0.1, LENGTH, 0.5),
        ),
    ]


def followed(name, recipe, sought, start, n_steps, rate, prior, weight, working=""):
    """The features of the image that is sought are the target."""
    tensor = sought.make()[None]
    target = recipe.make().double()(tensor).detach().numpy()
    tensors = {"target": Tensor(target), "start": start}
    return watched(
        name,
        recipe,
        tensors,
        n_steps,
        rate,
        prior,
        weight,
        result="image, losses",
        agree=NEAR,
        working=working,
    )


def bent(**changes):
    return lambda features, target, start, n_steps, rate, prior, weight: searched(
        features, target, start, n_steps, rate, prior, weight, **changes
    )


def no_prior(features, target, start, n_steps, rate, prior, weight):
    return searched(features, target, start, n_steps, rate, prior, 0.0)


def prior_without_weight(features, target, start, n_steps, rate, prior, weight):
    return searched(features, target, start, n_steps, rate, prior, 1.0)


def changes_the_target(features, target, start, n_steps, rate, prior, weight):
    found = searched(features, target, start, n_steps, rate, prior, weight)
    target.sub_(1)
    return found


def without_losses(features, target, start, n_steps, rate, prior, weight):
    return searched(features, target, start, n_steps, rate, prior, weight)[0]


def always_new(features, target, start, n_steps, rate, prior, weight):
    """Begins again from where it is, with an optimiser that remembers nothing."""
    x, losses = start, []
    for _ in range(n_steps):
        x, found = searched(features, target, x, 1, rate, prior, weight)
        losses += found
    return x.detach(), losses


def as_it_is(number):
    return number


def parameters_of(features):
    return list(features.parameters())


def leaves_gradients(features, target, start, n_steps, rate, prior, weight):
    if n_steps:
        with_gradients(features, start[None])
    return searched(features, target, start, n_steps, rate, prior, weight)


def drags_its_graph(features, target, start, n_steps, rate, prior, weight):
    found = searched(features, target, start, n_steps, rate, prior, weight)
    return in_graph(found[0]), found[1]


INVERT_FEATURES = Exercise(
    id="10.invert_features",
    points=4,
    minutes=30,
    oracle=invert_features_oracle,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    cases=inversion_cases,
    worked="What Adam trains is the image: a copy of `start` that requires a gradient. Each "
    "round: the loss (squared differences of the features, added up, plus `weight` times "
    "`prior(image)`), its number into the list, the gradient of the image alone, the step, and "
    "back into [0, 1]. With features that are the image itself, the target 1 and the start "
    "0.25 the first loss is 0.5625.",
    misconceptions=(
        Misconception(
            "climbs",
            bent(maximize=True),
            "Your loss grows: the features move away from the target. Which way does an "
            "optimiser go, and what did you hand it?",
        ),
        Misconception(
            "mean of the squares",
            bent(distance=F.mse_loss),
            "Your distance is the mean of the squared differences, so that the prior weighs "
            "more than it should. What is asked for?",
        ),
        Misconception(
            "absolute differences",
            bent(distance=lambda found, target: (found - target).abs().sum()),
            "You add the absolute differences. Which power of them is asked for?",
        ),
        Misconception(
            "prior forgotten",
            no_prior,
            "Your loss lacks the prior, without which the image fills with noise that no "
            "feature sees. What is added to the distance?",
        ),
        Misconception(
            "prior without its weight",
            prior_without_weight,
            "You add the prior as it is. With what is it multiplied?",
        ),
        Misconception(
            "leaves the range",
            bent(limits=(-99.0, 99.0)),
            "Your image has values below 0 or above 1. What comes after each step?",
        ),
        Misconception(
            "gradients add up",
            bent(zero=False),
            "Your first step is right and the later ones are not: the gradients of all "
            "steps are added up. What must become of the old one?",
        ),
        Misconception(
            "plain gradient descent",
            bent(kind=torch.optim.SGD),
            "Your steps are as long as the gradient. Which optimiser is asked for?",
        ),
        Misconception(
            "a new optimiser in every step",
            always_new,
            "Your first step is right and the later ones are not: Adam remembers earlier "
            "gradients, and you make a new one in every round. Where is it made?",
        ),
        Misconception(
            "the weights are trained as well",
            bent(also=parameters_of),
            "After the call the net has other weights: it was bent until the image fitted. "
            "What alone should the optimiser hold?",
        ),
        Misconception(
            "the target is changed",
            changes_the_target,
            "The target is not what it was. Which of your operations works in place?",
        ),
        Misconception(
            "the start is changed",
            bent(copy=False),
            "Your image is right, and `start` has become the same image: the optimiser "
            "worked on it. What makes a copy?",
        ),
        Misconception(
            "losses after the step",
            bent(after=True),
            "Each of your losses is that after the step, so that the first one, which "
            "tells how far the start was, is missing. When is it noted?",
        ),
        Misconception(
            "losses are tensors",
            bent(number=as_it_is),
            "Your list holds tensors. Which method gives the plain number?",
        ),
        Misconception(
            "no losses",
            without_losses,
            "You return the image alone. What else does the docstring name?",
        ),
        Misconception(
            "gradients left in the parameters",
            leaves_gradients,
            "Your image is right, but every parameter of the net has a gradient now. Which "
            "function of torch.autograd returns the gradient of the image alone?",
        ),
        Misconception(
            "the result hangs in the graph",
            drags_its_graph,
            GRAPH_HINT,
        ),
    ),
)
