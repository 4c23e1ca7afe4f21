"""Training mode without waking frozen batch norms, and what goes wrong with it."""

from functools import partial

import numpy as np
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.transfer.shared import (
    LINEAR_NET,
    NEAR,
    deepcopy,
    drawn,
    kept_net,
    recipe,
    returned,
    set_flags,
)

DEEP_NET = {
    "features.0": ("Conv2d", 3, 4, 3),
    "features.1": ("BatchNorm2d", 4),
    "features.2": ("ReLU",),
    "features.3": ("AdaptiveAvgPool2d", 1),
    "features.4": ("Flatten",),
    "classifier.0": ("Linear", 4, 6),
    "classifier.1": ("BatchNorm1d", 6),
    "classifier.2": ("Dropout", 0.4),
    "classifier.3": ("Linear", 6, 5),
}
"""A batch norm in the body and one in the head; dropout after both."""
BARE_NET = {
    "norm": ("BatchNorm1d", 6, 1e-5, 0.1, False),
    "fc": ("Linear", 6, 5),
    "last_norm": ("BatchNorm1d", 5),
}
"""A batch norm without scale and shift, which has nothing to train."""


def is_norm(layer):
    return isinstance(layer, nn.modules.batchnorm._NormBase)


def is_frozen(layer):
    return not any(p.requires_grad for p in layer.parameters(recurse=False))


def set_modes(net, resting=lambda layer: is_norm(layer) and is_frozen(layer)):
    """Each layer's own flag, one after the other."""
    for layer in net.modules():
        layer.training = not resting(layer)
    return net


def train_mode_oracle(net):
    return set_modes(net)


def mode_case(rng, label, layers, trained, image=(3, 5, 6), before=False, working=""):
    net, x = recipe(tuple(layers.values()), rng), drawn(rng, 8, *image)

    def play(subject):
        given = kept_net(subject, layers, net)
        set_flags(subject, given, trained)
        given.train(before)
        new = returned(subject(given))
        found = {"in training mode": modes(subject, given, layers)}
        given(x)
        found |= statistics(given)
        found["returned"] = modes(subject, new, layers)
        return found

    return Case(label, play, NEAR, working=working)


def train_mode_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(mode_case, rng)
    head, norm = {"": False, "classifier.1": True}, {"": False, "features.1": True}
    rows = "features.1 is frozen: False; classifier.0, the dropout: True"
    return [
        case("a frozen body", LINEAR_NET, head, working=rows),
        case("nothing is frozen", LINEAR_NET, {"": True}),
        case("a norm in the head is trained", DEEP_NET, head),
        case("only the body's norm is trained", DEEP_NET, norm, before=True),
        case("all is frozen", DEEP_NET, {"": False}),
        case("a norm has only its shift trained", LINEAR_NET, {"features.1.bias": True}),
        case("a norm has nothing to train", BARE_NET, {"": True}, image=(6,)),
    ]  # fmt: skip


def modes(subject, net, layers) -> dict[str, bool]:
    """The mode of each layer by name."""
    return {name: bool(net.get_submodule(name).training) for name in layers}


def statistics(net) -> dict:
    """The running statistics, as they are now."""
    state = net.state_dict()
    return {key: state[key] for key in state if "running" in key}


def everything_trains(net):
    return set_modes(net, lambda layer: False)


def everything_rests(net):
    return set_modes(net, lambda layer: True)


def only_the_flag(net):
    return net


def bent(resting):
    return lambda net: set_modes(net, resting)


def left_alone(net):
    """Frozen norms are put to rest; what is not at work is not woken."""
    for layer in net.modules():
        if is_norm(layer) and is_frozen(layer):
            layer.eval()
    return net


def of_a_copy(net):
    return set_modes(deepcopy(net))


TRAIN_MODE = Exercise(
    id="11.train_mode",
    points=3,
    minutes=15,
    oracle=train_mode_oracle,
    cases=train_mode_cases,
    worked="`requires_grad` and the mode are two things. A batch norm with frozen scale and shift that "
    "is in training mode still normalises with the batch's mean and writes to its running statistics: "
    "after one batch with the mean 10 and momentum 0.1, a running mean of 0 becomes 1. "
    "First everything into training mode, then the frozen norms, and only those, out of it.",
    misconceptions=(
        Misconception(
            "frozen norms at work",
            everything_trains,
            "Batch norms whose parameters are frozen are in training mode: their running "
            "statistics drift with every batch, although nothing requires a gradient. "
            "Which of the modules in `net.modules()` must go back to `eval`, and after "
            "which call?",
        ),
        Misconception(
            "everything in evaluation mode",
            everything_rests,
            "The whole network is in evaluation mode, the dropout and the norms that are "
            "trained too. What must be in training mode?",
        ),
        Misconception(
            "nothing is switched",
            only_the_flag,
            "No module's mode has changed. Does your function return before it sets any?",
        ),
        Misconception(
            "all batch norms rest",
            bent(is_norm),
            "Batch norms that are trained are in evaluation mode too. How do you tell a "
            "frozen one from one that is not?",
        ),
        Misconception(
            "dropout rests too",
            bent(is_frozen),
            "Whatever has nothing to train is in evaluation mode, and that includes the "
            "dropout. Which kind of layer is it about?",
        ),
        Misconception(
            "only norms over maps",
            bent(lambda layer: isinstance(layer, nn.BatchNorm2d) and is_frozen(layer)),
            "You find norms of maps (`BatchNorm2d`) and overlook norms of rows. Which "
            "kinds of batch norm are there in `torch.nn`?",
        ),
        Misconception(
            "only norms over rows",
            bent(lambda layer: isinstance(layer, nn.BatchNorm1d) and is_frozen(layer)),
            "You find norms of rows (`BatchNorm1d`) and overlook norms of maps. Which "
            "kinds of batch norm are there in `torch.nn`?",
        ),
        Misconception(
            "the scale alone decides",
            bent(
                lambda layer: (
                    is_norm(layer)
                    and layer.weight is not None
                    and not layer.weight.requires_grad
                )
            ),
            "You look at the scale alone. A norm may have its shift trained, or have no "
            "parameters at all: when is none of its parameters trained?",
        ),
        Misconception(
            "the rest is not woken",
            left_alone,
            "A network that came in evaluation mode stays there. Which call puts "
            "everything into training mode first?",
        ),
        Misconception(
            "the mode of a copy",
            of_a_copy,
            "You switch a copy, and the given network is as it was. Why is it copied?",
        ),
    ),
)
