"""A new head on a trained network, and what goes wrong with it."""

from functools import partial

import numpy as np
from torch import nn

from utils.checks.compare import WrongStructure
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.transfer.shared import (
    CONV_NET,
    FLAT_NET,
    LINEAR_NET,
    NEAR,
    deepcopy,
    drawn,
    kept_net,
    recipe,
    returned,
    shapes,
)


def renewed(net, name, classes, bias=True, sizes=None, again=True, trained=True):
    """The head itself, made over in place: new sizes and new numbers."""
    head = net.get_submodule(name)
    outputs, inputs, *window = head.weight.shape
    outputs, inputs = (sizes or (lambda c, n, old: (c, n)))(classes, inputs, outputs)
    before = head.weight.detach()
    head.weight = nn.Parameter(before.new_zeros(outputs, inputs, *window), trained)
    head.bias = nn.Parameter(before.new_zeros(outputs), trained) if bias else None
    if again:
        head.reset_parameters()
    else:
        head.weight.data.copy_(before[:outputs])
    return net


def replace_head_oracle(net, name, classes):
    return renewed(net, name, classes)


def head_case(rng, label, layers, name, image, classes, working=""):
    net, x = recipe(tuple(layers.values()), rng), drawn(rng, 40, *image)

    def play(subject):
        given = kept_net(subject, layers, net)
        old = given.state_dict()
        new = returned(subject(given, name, classes))
        if new._type != given._type:
            raise WrongStructure(f"It returned {new}, and not the network.")
        new.eval()
        told = {"shapes": shapes(new), "layers": kinds(subject, new)}
        told["the given network has them too"] = shapes(given) == told["shapes"]
        head = {key for key in old if key.startswith(f"{name}.")}
        told |= of_weights(new.state_dict(), old, name)
        told["scores"] = scores_of(new, set(old) - head, x)
        told["what is frozen"] = [
            key for key, t in subject.iterate(new.named_parameters(), 99)
            if not t.requires_grad
        ]  # fmt: skip
        return told

    return Case(label, play, NEAR, working=working)


def replace_head_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(head_case, rng)
    photo = 3, 6, 7
    by_hand = "the head goes from (4 + 1) * 7 = 35 numbers to (4 + 1) * 3 = 15"
    return [
        case("a linear head", LINEAR_NET, "classifier.1", photo, 3, by_hand),
        case("as many classes as before", LINEAR_NET, "classifier.1", photo, 7),
        case("more classes than before", LINEAR_NET, "classifier.1", photo, 11),
        case("a head that is a 1x1 convolution", CONV_NET, "classifier.1", photo, 3),
        case("a head that belongs to no part", FLAT_NET, "head", (6,), 4),
    ]


def kinds(subject, net) -> list[str]:
    """The types of all layers, in order."""
    return [layer._type for layer in subject.iterate(net.modules(), 99)]


def of_weights(new, old, name) -> dict[str, bool]:
    """Whether the body is as before, and the head is not."""
    weight = f"{name}.weight"
    body = [key for key in old if not key.startswith(f"{name}.")]
    n = min(len(new[weight].array), len(old[weight].array)) if weight in new else 0
    return {
        "the body's weights are the same": all(
            key in new and np.array_equal(new[key].array, old[key].array)
            for key in body
        ),
        "the head begins with old weights": n > 0
        and np.array_equal(new[weight].array[:n], old[weight].array[:n]),
    }


def scores_of(net, body, x):
    """The scores where the head has plain numbers: rows of 1 and -1, a rising bias."""
    state = net.state_dict()
    for key, tensor in state.items():
        if key not in body:
            rows = np.arange(len(tensor.array), dtype=np.float32)
            plain = 1 - 2 * (rows % 2) if key.endswith("weight") else rows / 8
            shape = -1, *(1 for _ in tensor.array.shape[1:])
            tensor.array[...] = plain.reshape(shape)
    net.load_state_dict(state)
    return net(x)


def only_in_a_variable(net, name, classes):
    return net


def bent(**changes):
    return lambda net, name, classes: renewed(net, name, classes, **changes)


def followed_by(layer):
    """The head with another layer behind it, both in the head's place."""

    def version(net, name, classes):
        part, _, last = name.rpartition(".")
        head = renewed(net, name, classes).get_submodule(name)
        net.get_submodule(part).add_module(last, nn.Sequential(head, layer))
        return net

    return version


def behind_the_old(net, name, classes):
    part, _, last = name.rpartition(".")
    old = net.get_submodule(name)
    new = renewed(deepcopy(net), name, classes, sizes=lambda c, n, o: (c, o))
    row = nn.Sequential(old, new.get_submodule(name))
    net.get_submodule(part).add_module(last, row)
    return net


def whole_part(net, name, classes):
    part, _, last = name.rpartition(".")
    head = renewed(net, name, classes).get_submodule(name)
    setattr(net, part or last, head)
    return net


def of_a_copy(net, name, classes):
    return renewed(deepcopy(net), name, classes)


def the_head_alone(net, name, classes):
    return renewed(net, name, classes).get_submodule(name)


def always_linear(net, name, classes):
    head = net.get_submodule(name)
    return renewed(net, name, classes) if head.in_features else net


REPLACE_HEAD = Exercise(
    id="11.replace_head",
    points=3,
    minutes=15,
    oracle=replace_head_oracle,
    cases=replace_head_cases,
    worked="Let `net.classifier` hold a dropout, number 0, and `Linear(4, 7)`, number 1: its name "
    "is `classifier.1`. The part is `classifier`, the last piece of the name is `1`. "
    "`net.get_submodule(...)` gives the part, and `setattr(part, '1', layer)` puts a layer in "
    "there. Print `net` before and after: one line differs.",
    misconceptions=(
        Misconception(
            "only a variable is changed",
            only_in_a_variable,
            "The network is what it was. A new layer in a variable of yours is not yet "
            "part of the network: to what must it be assigned?",
        ),
        Misconception(
            "as many outputs as before",
            bent(sizes=lambda c, n, old: (old, n)),
            "Your new head is fresh, and has as many outputs as the old one. Which "
            "argument says how many there should be?",
        ),
        Misconception(
            "inputs and outputs exchanged",
            bent(sizes=lambda c, n, old: (n, c)),
            "Your head has inputs and outputs exchanged. What does a layer take first?",
        ),
        Misconception(
            "a softmax in the head",
            followed_by(nn.Softmax(1)),
            "Your head ends in a softmax, and the cross-entropy applies one by itself. "
            "What should the network return?",
        ),
        Misconception(
            "a ReLU in the head",
            followed_by(nn.ReLU()),
            "Your head ends in a ReLU, so that no score is ever negative. What do two "
            "classes get that both lie below zero, and which gradient reaches them?",
        ),
        Misconception(
            "behind the old head",
            behind_the_old,
            "The old head is still there, and yours stands behind it: it sees the old "
            "classes' scores in place of the features. What should it replace?",
        ),
        Misconception(
            "the whole part replaced",
            whole_part,
            "You put the head in the place of the whole part that it belongs to, and what "
            "else was there (a dropout, a pooling layer) is gone. Which piece of the name "
            "is the layer, and which is the part?",
        ),
        Misconception(
            "no bias",
            bent(bias=False),
            "Your head has no bias. How many numbers does a layer with n inputs have "
            "for each class?",
        ),
        Misconception(
            "rows of the old head",
            bent(again=False),
            "Your head begins with the old classes' weights. What have the first old "
            "classes in common with yours, and how does a layer begin afresh?",
        ),
        Misconception(
            "a frozen head",
            bent(trained=False),
            "Your new head does not require gradients, so nothing would be trained. What "
            "is `requires_grad` of a layer that is made anew?",
        ),
        Misconception(
            "a copy of the network",
            of_a_copy,
            "You return another network than the one that was given, and that one still "
            "has its old head. Where does a copy come from?",
        ),
        Misconception(
            "the head is returned",
            the_head_alone,
            "You return the head alone. What does the docstring say is returned?",
        ),
        Misconception(
            "always a linear layer",
            always_linear,
            "Your answer takes every head for a linear layer, and a convolution has no "
            "`in_features`. How can you tell which kind the old one is?",
        ),
    ),
)
