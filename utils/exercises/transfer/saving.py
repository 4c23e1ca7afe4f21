"""A network saved with its class names and loaded again, and what goes wrong there."""

from functools import partial

import numpy as np
import torch

from utils.checks.compare import WrongStructure, unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.wording import describe
from utils.exercises.transfer.shared import (
    CONV_NET,
    FLAT_NET,
    LINEAR_NET,
    NEAR,
    kept_net,
    recipe,
    returned,
)
from utils.subject import Named, Raised

FILE = Named("utils.stand_ins.transfer.file")
UNSAFE = Named("utils.stand_ins.transfer.unsafe_file")
CONTENTS = Named("utils.stand_ins.transfer.contents")
NAMES = ["tulip", "daisy", "rose", "sunflower", "dandelion", "aster", "lily", "poppy"]


def parts_of(net, class_names, order=list, entries=None):
    """What belongs into the file."""
    state = net.state_dict()
    keys = entries(net) if entries else state
    return {"model": {k: state[k] for k in keys}, "class_names": order(class_names)}


# --- save_model -----------------------------------------------------------------


def some_names(rng, n):
    return [NAMES[i] for i in rng.permutation(len(NAMES))[:n]]


def save_model_oracle(file, net, class_names):
    torch.save(parts_of(net, class_names), file)


def save_model_cases(rng: np.random.Generator) -> list[Case]:
    def case(label, layers, class_names):
        net = recipe(tuple(layers.values()), rng)

        def play(subject):
            file = subject.call(FILE)
            subject(file, kept_net(subject, layers, net), class_names)
            found = subject.call(CONTENTS, file)
            if not isinstance(found, dict):
                raise WrongStructure(
                    f"The file holds {describe(found)}; expected a dictionary."
                )
            return found

        return Case(label, play, NEAR)

    backwards = sorted(some_names(rng, 7), reverse=True)
    return [
        case("names that are not in the order of the alphabet", LINEAR_NET, backwards),
        case("a network without batch norm", CONV_NET, some_names(rng, 8)),
        case("a network in one piece", FLAT_NET, [*some_names(rng, 8), "aloe"]),
    ]


def saves(**changes):
    return lambda file, net, class_names: torch.save(
        parts_of(net, class_names, **changes), file
    )


def parameters_only(net):
    return [name for name, _ in net.named_parameters()]


def whole_network(file, net, class_names):
    torch.save({"model": net, "class_names": class_names}, file)


def weights_alone(file, net, class_names):
    torch.save(net.state_dict(), file)


def by_number(names):
    return dict(enumerate(names))


SAVE_MODEL = Exercise(
    id="11.save_model",
    points=2,
    minutes=10,
    oracle=save_model_oracle,
    cases=save_model_cases,
    worked="A network that answers 2 says nothing unless you know what number 2 is. With the names "
    "`['tulip', 'daisy', 'rose']` it is a rose; sorted by the alphabet it would be a tulip. The file holds "
    "a dictionary with two entries, `model` and `class_names`, the latter as a list in the order of the scores.",
    misconceptions=(
        Misconception(
            "names sorted when saved",
            saves(order=sorted),
            "You sort the class names before they are saved: score 0 then bears another "
            "class's name. Whose order must the list keep?",
        ),
        Misconception(
            "names by number",
            saves(order=by_number),
            "You save a dictionary of names. A list in the order of the scores says the "
            "same: what is its index?",
        ),
        Misconception(
            "the weights alone",
            weights_alone,
            "Your file holds the weights and no names. What would somebody who loads it "
            "next year need besides?",
        ),
        Misconception(
            "parameters without buffers",
            saves(entries=parameters_only),
            "Batch norm's running statistics are not in your file: they are buffers, not "
            "parameters. Which method gives both?",
        ),
        Misconception(
            "the whole network",
            whole_network,
            "You save the network object. It can be read only by running code out of the "
            "file, and only where your classes are defined; a careful reader refuses it. "
            "What is safe to save?",
        ),
    ),
)

# --- load_model -----------------------------------------------------------------


def read(file, net, order=list, mode=False, fill=True, strict=True, safe=True):
    """The parts of a file, put to where they belong."""
    found = torch.load(file, weights_only=safe)
    if fill:
        net.load_state_dict(found["model"], strict=strict)
    return net.train(mode), order(found["class_names"])


def load_model_oracle(file, net):
    return read(file, net)


def load_case(rng, label, layers, class_names, training=True):
    net, other = (recipe(tuple(layers.values()), rng) for _ in range(2))

    def play(subject):
        state = kept_net(subject, layers, net).state_dict()
        file = subject.call(FILE, {"model": state, "class_names": class_names})
        given = kept_net(subject, layers, other)
        given.train(training)
        new, names = unpack(subject(file, given), "net", "class_names")
        return {
            "class_names": names,
            "weights": returned(new).state_dict(),
            "weights of the given network": given.state_dict(),
            "mode": "train" if new.training else "eval",
        }

    return Case(label, play, NEAR)


def load_model_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(load_case, rng)
    backwards = sorted(some_names(rng, 7), reverse=True)
    return [
        case("names that are not in the order of the alphabet", LINEAR_NET, backwards),
        case("a network in evaluation mode", CONV_NET, some_names(rng, 8), False),
        case("a network in one piece", FLAT_NET, [*some_names(rng, 8), "aloe"]),
        Case("a file for another network", misfit(rng), expected="refused"),
        Case("a file that would run code", unsafe(rng), expected="refused"),
    ]


def misfit(rng):
    """Loading into a network that lacks what the file has must not go unnoticed."""
    net = recipe(tuple(LINEAR_NET.values()), rng)
    other = {key: LINEAR_NET[key] for key in list(LINEAR_NET)[:-1]}
    bare = recipe(tuple(other.values()), rng)

    def play(subject):
        state = kept_net(subject, LINEAR_NET, net).state_dict()
        file = subject.call(FILE, {"model": state, "class_names": NAMES[:7]})
        return fate(subject, file, kept_net(subject, other, bare), "RuntimeError")

    return play


def unsafe(rng):
    """A file that holds more than data must be refused, however well it fits."""
    net = recipe(tuple(LINEAR_NET.values()), rng)

    def play(subject):
        given = kept_net(subject, LINEAR_NET, net)
        holding = {"model": given.state_dict(), "class_names": NAMES[:7]}
        return fate(subject, subject.call(UNSAFE, holding), given, "UnpicklingError")

    return play


def fate(subject, file, given, error) -> str:
    """Whether a file is refused with this error, or taken."""
    try:
        subject(file, given)
    except Raised as raised:
        if raised.kind == error:
            return "refused"
        raise
    return "taken"


def loads(**changes):
    return lambda file, net: read(file, net, **changes)


def names_first(file, net):
    return read(file, net)[::-1]


LOAD_MODEL = Exercise(
    id="11.load_model",
    points=2,
    minutes=10,
    oracle=load_model_oracle,
    cases=load_model_cases,
    worked="Three steps: read the dictionary, put its `model` into the network, and switch the network to "
    "evaluation mode. `['tulip', 'daisy']` comes out as it went in: score 0 is the tulip's.",
    misconceptions=(
        Misconception(
            "names sorted when loaded",
            loads(order=sorted),
            "The file is right, and you sort the class names when you read it. Which "
            "order belongs to the scores?",
        ),
        Misconception(
            "names reversed when loaded",
            loads(order=lambda names: names[::-1]),
            "The class names come out in the opposite order. What do you do to the list?",
        ),
        Misconception(
            "left in training mode",
            loads(mode=True),
            "The loaded network is in training mode, and its first prediction would hang "
            "on the images beside. What does the docstring say about the mode?",
        ),
        Misconception(
            "the weights are not loaded",
            loads(fill=False),
            "The names are read, and the network keeps the weights that it came with. "
            "Which method puts a state into a network?",
        ),
        Misconception(
            "what does not fit is passed over",
            loads(strict=False),
            "A file that does not fit is taken without a word: `strict=False` leaves "
            "parts of the network untrained and tells nobody. When is that what you "
            "want?",
        ),
        Misconception(
            "code is let in",
            loads(safe=False),
            "A file that holds more than data is read all the same, and reading it may "
            "run code that a stranger wrote. Which argument of `torch.load` refuses?",
        ),
        Misconception(
            "names before the network",
            names_first,
            "You return the names first. In which order does the docstring name them?",
        ),
    ),
)
