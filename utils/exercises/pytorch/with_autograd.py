"""The two-layer net with autograd, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import (
    BY_HAND,
    by_hand_data,
    of_softmax,
    scores_of,
    straight_through,
    two_layer_data,
)
from utils.subject import Tensor

NAMES = ("W1", "b1", "W2", "b2")


def descend(
    x,
    y,
    *parameters,
    rate,
    steps,
    zero=True,
    loss=F.cross_entropy,
    activation=F.relu,
    **more,
):
    """Losses of the steps that PyTorch's SGD takes on the parameters."""
    optimiser, losses = torch.optim.SGD(parameters, rate, **more), []
    for _ in range(steps):
        if zero:
            optimiser.zero_grad()
        losses.append(loss(scores_of(x, *parameters, activation=activation), y))
        losses[-1].backward()
        optimiser.step()
    return losses


def numbers(losses):
    return [loss.item() for loss in losses]


def autograd_oracle(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    return numbers(descend(x, y, W1, b1, W2, b2, rate=learning_rate, steps=n_steps))


def autograd_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, tensors, rate, steps, **more):
        x, y, *parameters = tensors

        def play(subject):
            leaves = [Tensor(p.array, requires_grad=True) for p in parameters]
            kept = [subject.keep(leaf) for leaf in leaves]
            losses = subject(x, y, *kept, rate, steps)
            after = [subject.fetch(handle) for handle in kept]
            recorded = [tensor.requires_grad for tensor in after]
            return {
                "losses": losses,
                **dict(zip(NAMES, after, strict=True)),
                "requires_grad": recorded,
            }

        return Case(name, play, close(), **more)

    return [
        case("one step by hand", by_hand_data(), 1.0, 1, working=BY_HAND),
        case("one step", two_layer_data(rng, 6, 4, 5, 3), 0.3, 1),
        case("three steps", two_layer_data(rng, 5, 3, 4, 2), 0.2, 3),
        case("five small steps", two_layer_data(rng, 8, 5, 3, 4), 0.1, 5),
        case("no step", two_layer_data(rng, 3, 2, 4, 5), 0.1, 0),
    ]


def bent(**changes):
    return lambda x, y, W1, b1, W2, b2, learning_rate, n_steps: numbers(
        descend(x, y, W1, b1, W2, b2, rate=learning_rate, steps=n_steps, **changes)
    )


def on_copies(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    copies = [p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2)]
    return numbers(descend(x, y, *copies, rate=learning_rate, steps=n_steps))


def not_a_leaf(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    """One step is right and lost; the second finds no gradient."""
    losses = on_copies(x, y, W1, b1, W2, b2, learning_rate, min(n_steps, 1))
    return losses if n_steps < 2 else [*losses, learning_rate * None]


def two_backward_passes(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    return numbers(descend(x, y, W1, b1, W2, b2, rate=2 * learning_rate, steps=n_steps))


def detached(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    for _ in range(n_steps):
        hidden = F.relu(x @ W1 + b1).detach()
        F.cross_entropy(hidden @ W2 + b2, y).backward()
        updates = [learning_rate * p.grad for p in (W1, b1, W2, b2)]
        del updates
    return []


def recorded_update(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    for _ in range(n_steps):
        F.cross_entropy(scores_of(x, W1, b1, W2, b2), y).backward()
        W1 -= learning_rate * W1.grad
    return []


WORKED = (
    "Take a single weight w = 3 and the loss w * w. After `loss.backward()` its "
    "`grad` is 6; with the rate 0.1 the step goes to 2.4. Now the next round: the new "
    "gradient is 4.8, and PyTorch adds it to what is in `grad`. Print `grad` in your second "
    "round: is it 4.8 or 10.8?"
)
TWO_LAYER_AUTOGRAD = Exercise(
    id="08.two_layer_autograd",
    points=3,
    minutes=20,
    oracle=autograd_oracle,
    cases=autograd_cases,
    worked=WORKED,
    misconceptions=(
        Misconception(
            "gradients not set to zero",
            bent(zero=False),
            "Your first step is right and the later ones go too far: `backward` adds to "
            "what `grad` holds. What must become of `grad` between two steps?",
        ),
        Misconception(
            "climbs",
            bent(maximize=True),
            "Your loss grows. Does a step go along the gradient or against it?",
        ),
        Misconception(
            "copies are trained",
            on_copies,
            "Your losses are right, but the parameters that were passed in are what "
            "they were. Does `w = w - ...` change a tensor, or make a new one?",
        ),
        Misconception(
            "nothing moves",
            lambda *args: autograd_oracle(*args[:6], 0.0, args[7]),
            "Your parameters are what they were, and the loss is the same in every step. "
            "In a loop `w = w - ...` gives the name `w` to a new tensor and leaves the "
            "parameter as it is; and a `grad` that is zero before the step moves "
            "nothing. Which operator changes the tensor itself, and when is `grad` "
            "forgotten?",
        ),
        Misconception(
            "a parameter is no leaf any more",
            not_a_leaf,
            "After the first step `grad` is None: `W1 = W1 - ...` made a new tensor, "
            "the result of a computation, and PyTorch keeps `grad` for leaves only. How "
            "is a tensor changed in place?",
        ),
        Misconception(
            "backward called twice",
            two_backward_passes,
            "Your steps are twice as long as they should be: `backward` has run twice, "
            "and the second run added to the first. How often is it needed in a step?",
        ),
        Misconception(
            "softmax before the cross-entropy",
            bent(loss=of_softmax),
            "PyTorch's cross-entropy takes scores and applies the softmax itself. What "
            "do you hand it?",
        ),
        Misconception(
            "ReLU through .data",
            bent(activation=straight_through),
            "Your loss is right and your gradient lets closed units through: a change "
            "made through `.data` (or under `no_grad`) is not recorded. Which operation "
            "does autograd know?",
        ),
        Misconception(
            "the hidden layer is detached",
            detached,
            "The gradient of W1 is None: on its way back it meets a `detach` (or a "
            "`no_grad`) and goes no further. Which part of your code must autograd see?",
        ),
        Misconception(
            "update while autograd records",
            recorded_update,
            "PyTorch refuses to change a leaf in place while it records. What is the "
            "name of the block in which it does not record?",
        ),
        Misconception(
            "losses are tensors",
            lambda x, y, W1, b1, W2, b2, learning_rate, n_steps: descend(
                x, y, W1, b1, W2, b2, rate=learning_rate, steps=n_steps
            ),
            "Your list holds tensors, and each keeps the whole graph of its step in "
            "memory. Which method gives the plain number?",
        ),
    ),
)
