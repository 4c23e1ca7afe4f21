"""Freezing all but the head, naming what is trained, and what goes wrong there."""

from functools import partial

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.transfer.shared import (
    CONV_NET,
    FLAT_NET,
    LINEAR_NET,
    NEAR,
    deepcopy,
    flags,
    kept_net,
    recipe,
    returned,
    set_flags,
)
from utils.subject import Named, Tensor

ONE_STEP = Named("utils.stand_ins.transfer.one_step")

# --- freeze ---------------------------------------------------------------------


def belongs(key, head):
    return key.startswith(f"{head}.")


def marked(net, head, chosen=belongs, touched=lambda key: True, others=False):
    """Mark each parameter as trained or not, by its name."""
    for key in filter(touched, dict(net.named_parameters())):
        net.get_parameter(key).requires_grad_(chosen(key, head) != others)
    return net


def freeze_oracle(net, head):
    return marked(net, head)


def freeze_case(rng, label, layers, head, before, working=""):
    net = recipe(tuple(layers.values()), rng)

    def play(subject):
        given = kept_net(subject, layers, net)
        set_flags(subject, given, before)
        new = returned(subject(given, head))
        return {
            "requires_grad": flags(subject, new),
            "the given network's": flags(subject, given),
        }

    return Case(label, play, working=working)


def freeze_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(freeze_case, rng)
    count = (
        "body: 4 * 3 * 3 * 3 + 4 and 2 * 4 frozen; head: 4 * 7 + 7 = 35 numbers trained"
    )
    return [
        case("all could be trained", LINEAR_NET, "classifier.1", {"": True}, count),
        case("all were frozen", LINEAR_NET, "classifier.1", {"": False}),
        case(
            "the body was half frozen", CONV_NET, "classifier.1", {"features.0": False}
        ),
        case("a layer's name begins like the head's", FLAT_NET, "head", {"": True}),
        case("a whole part is the head", CONV_NET, "classifier", {"classifier": False}),
    ]


def nothing_happens(net, head):
    net.requires_grad = False
    return net


def bent(**changes):
    return lambda net, head: marked(net, head, **changes)


def of_a_copy(net, head):
    return marked(deepcopy(net), head)


FREEZE = Exercise(
    id="11.freeze",
    points=2,
    minutes=10,
    oracle=freeze_oracle,
    cases=freeze_cases,
    worked="A network has the parameters `features.0.weight`, `features.0.bias`, `classifier.1.weight` "
    "and `classifier.1.bias`. With the head `classifier.1` the flags are, in this order, "
    "False, False, True, True, whatever they were before. Print "
    "`[(name, p.requires_grad) for name, p in net.named_parameters()]`.",
    misconceptions=(
        Misconception(
            "an attribute of the module",
            nothing_happens,
            "Nothing is frozen. `net.requires_grad = False` only gives the module a new "
            "attribute, which nobody reads. Whose `requires_grad` counts?",
        ),
        Misconception(
            "the head is frozen too",
            bent(chosen=lambda key, head: False),
            "Everything is frozen, the head too: nothing is left to be trained. Which "
            "parameters must stay trainable?",
        ),
        Misconception(
            "the head alone is frozen",
            bent(others=True),
            "You freeze the head and train the body. Which of the two has already "
            "learned something?",
        ),
        Misconception(
            "the head stays frozen",
            bent(touched=lambda key: not key.startswith(("classifier", "head."))),
            "You freeze the body, and a head that came frozen stays so. A published "
            "network may arrive with all flags off: what must be said of the head?",
        ),
        Misconception(
            "the body is left as it was",
            bent(touched=lambda key: key.startswith(("classifier", "head."))),
            "The head's flags are right; the body's are what they were. What sets them "
            "to False?",
        ),
        Misconception(
            "by the beginning of the name",
            bent(chosen=lambda key, head: key.startswith(head)),
            "A layer whose name only begins like the head's is trained too. Which method "
            "gives the head itself, so that its parameters need no names?",
        ),
        Misconception(
            "only weights are frozen",
            bent(touched=lambda key: key.endswith("weight") or "classifier" in key),
            "The weights of the body are frozen and its biases are not. Do you go "
            "through all of its parameters?",
        ),
        Misconception(
            "batch norms are left out",
            bent(touched=lambda key: "features.1" not in key and "norm" not in key),
            "Convolutions are frozen; scale and shift of the batch norms are not. They "
            "are parameters as well: which loop reaches all of them?",
        ),
        Misconception(
            "another network is frozen",
            of_a_copy,
            "You freeze a copy, and the given network is as it was. Which of the two "
            "will the optimiser be built for?",
        ),
    ),
)

# --- trainable_parameters -------------------------------------------------------


def listed(net, wanted=lambda tensor: tensor.requires_grad, source="parameters"):
    """Names and tensors of what is wanted."""
    pairs = getattr(net, f"named_{source}")()
    return dict(filter(lambda pair: wanted(pair[1]), pairs))


def trainable_parameters_oracle(net):
    return listed(net)


def parameters_case(rng, label, layers, trained, working=""):
    net = recipe(tuple(layers.values()), rng)

    def play(subject):
        given = kept_net(subject, layers, net)
        set_flags(subject, given, trained)
        return told(subject(given))

    return Case(label, play, NEAR, working=working)


def trainable_parameters_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(parameters_case, rng)

    def training(subject):
        """What becomes of the network when an optimiser is given the parameters."""
        given = kept_net(subject, CONV_NET, conv_net)
        set_flags(subject, given, {"features": False})
        found = returned(subject.hold(given), "A dictionary")
        optimiser = Named("torch.optim.SGD")
        optimiser = subject.call(optimiser, found.values(), lr=0.5)
        subject.call(ONE_STEP, optimiser)
        return given.state_dict()

    conv_net = recipe(tuple(CONV_NET.values()), rng)
    head_only = {"": False, "classifier.1": True}
    working = "classifier.1.weight (7, 4) and classifier.1.bias (7,): 35 numbers"
    return [
        case("only the head is trained", LINEAR_NET, head_only, working),
        case("everything is trained", FLAT_NET, {"": True}),
        case("a layer in the middle is trained too", FLAT_NET, {"stem": False}),
        case("nothing is trained", CONV_NET, {"": False}),
        Case("an optimiser given them trains the network", training, NEAR),
    ]


def told(found) -> dict:
    """The dictionary, and what its tensors say of gradients."""
    pairs = found.items() if isinstance(found, dict) else ()
    asked = {k: t.requires_grad for k, t in pairs if isinstance(t, Tensor)}
    return {"the dictionary": found, "requires_grad": asked}


def by_state(net):
    state = net.state_dict()
    return {key: state[key] for key in state if state[key].requires_grad}


def copies(net):
    return {key: t.detach().clone() for key, t in listed(net).items()}


def as_copies(net):
    return {key: t.requires_grad_() for key, t in copies(net).items()}


TRAINABLE_PARAMETERS = Exercise(
    id="11.trainable_parameters",
    points=2,
    minutes=5,
    oracle=trainable_parameters_oracle,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    cases=trainable_parameters_cases,
    worked="Of `features.0.weight` (frozen), `features.0.bias` (frozen), `classifier.1.weight` and "
    "`classifier.1.bias` the result has the last two, under these names. Which method of "
    "a module gives the names together with the tensors that an optimiser may change?",
    misconceptions=(
        Misconception(
            "all parameters",
            lambda net: listed(net, wanted=lambda tensor: True),
            "Frozen parameters are among yours. What tells a frozen one from the others?",
        ),
        Misconception(
            "the frozen ones",
            lambda net: listed(net, wanted=lambda tensor: not tensor.requires_grad),
            "You return what is frozen. Which value of `requires_grad` do you keep?",
        ),
        Misconception(
            "asked of the state dictionary",
            by_state,
            "You find nothing: the tensors in `state_dict()` are cut off from autograd, "
            "and their `requires_grad` is always False. Which method gives the parameters "
            "themselves, with their names?",
        ),
        Misconception(
            "the buffers",
            lambda net: listed(net, lambda tensor: True, "buffers"),
            "You return buffers: they are saved with a network and never trained. What "
            "is trained?",
        ),
        Misconception(
            "numbers in place of tensors",
            lambda net: {key: t.numel() for key, t in listed(net).items()},
            "You return how many numbers each parameter has. An optimiser needs the "
            "parameters themselves: what stands beside each name?",
        ),
        Misconception(
            "copies cut off",
            copies,
            "The values are right, and they are copies without gradients: an optimiser "
            "that holds them does not train the network. Which object should stand "
            "beside each name?",
        ),
        Misconception(
            "copies that ask for gradients",
            as_copies,
            "The values are right, but an optimiser that holds them trains copies; the "
            "network stays as it is. Why is anything copied?",
        ),
    ),
)
