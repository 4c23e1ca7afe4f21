"""Parameter groups with their own learning rates, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import WrongStructure
from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.wording import describe
from utils.exercises.transfer.shared import (
    CONV_NET,
    FLAT_NET,
    LINEAR_NET,
    NEAR,
    kept_net,
    recipe,
    set_flags,
)
from utils.subject import Handle, Named

ONE_STEP = Named("utils.stand_ins.transfer.one_step")


def sorted_out(net, head, rate, factors=(0.1, 1), parts=(False, True), keep=None):
    """One group for each of `parts`: what lies in the head, and what does not."""
    inside = {id(p) for p in net.get_submodule(head).parameters()}
    trained = [p for name, p in net.named_parameters() if (keep or is_trained)(name, p)]
    return [
        {
            "params": [p for p in trained if part is None or (id(p) in inside) == part],
            "lr": factor * rate,
        }
        for part, factor in zip(parts, factors, strict=True)
    ]


def is_trained(name, parameter):
    return parameter.requires_grad


def parameter_groups_oracle(net, head, rate):
    return sorted_out(net, head, rate)


def parameter_groups_cases(rng: np.random.Generator) -> list[Case]:
    def case(label, layers, head, rate, frozen=(), working=""):
        net = recipe(tuple(layers.values()), rng)

        def play(subject):
            given = kept_net(subject, layers, net)
            set_flags(subject, given, dict.fromkeys(frozen, False))
            groups = subject.hold(given, head, rate)
            told = told_of(subject, groups)
            optimiser = Named("torch.optim.SGD")
            optimiser = subject.call(optimiser, groups, lr=1000.0)
            subject.call(ONE_STEP, optimiser)
            return told | dict(given.state_dict())

        return Case(label, play, NEAR, working=working)

    sizes = "body 4 * 27 + 4 + 2 * 4 = 120 numbers at 0.05, head 35 numbers at 0.5"
    return [
        case("everything is trained", LINEAR_NET, "classifier.1", 0.5, working=sizes),
        case("a frozen layer", LINEAR_NET, "classifier.1", 0.2, ["features.0"]),
        case("a layer's name begins like the head's", FLAT_NET, "head", 0.03),
        case("a whole part is the head", CONV_NET, "classifier", 0.8),
    ]


def told_of(subject, groups) -> dict:
    """The number of groups, and how many numbers each trains at which rate."""
    if not isinstance(groups, Handle) or groups._type != "list":
        raise WrongStructure(f"It returned {describe(groups)}; expected a list.")
    found = subject.fetch(groups)
    if isinstance(found, Handle) or not all(isinstance(g, dict) for g in found):
        raise WrongStructure("Expected a list of dictionaries.")
    if not all({"params", "lr"} <= set(group) for group in found):
        raise WrongStructure('Each dictionary must have "params" and "lr".')
    return {
        "groups": len(found),
        "rates": [float(group["lr"]) for group in found],
        "tensors": [len(group["params"]) for group in found],
    }


def bent(**changes):
    return lambda net, head, rate: sorted_out(net, head, rate, **changes)


def frozen_too(name, parameter):
    return True


def weights_only(name, parameter):
    return parameter.requires_grad and not name.endswith("bias")


def by_beginning(net, head, rate):
    """Sorted by how the names begin."""
    first, second = sorted_out(net, head, rate)
    pairs = list(net.named_parameters())
    stray = [p for name, p in pairs if name.startswith(head) and p.requires_grad]
    inside = {id(p) for p in stray}
    first["params"] = [p for p in first["params"] if id(p) not in inside]
    return [first, second | {"params": stray}]


PARAMETER_GROUPS = Exercise(
    id="11.parameter_groups",
    points=3,
    minutes=15,
    oracle=parameter_groups_oracle,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    cases=parameter_groups_cases,
    worked="With the rate 0.5 and the head `classifier.1` the result is a list of two dictionaries. The "
    'first has the body\'s trainable parameters as "params" and 0.05 as "lr", the second the head\'s and '
    "0.5. Count: every trainable parameter of the network is in exactly one of the two.",
    misconceptions=(
        Misconception(
            "one rate for all",
            bent(factors=(1, 1)),
            "Both groups have the full rate: large steps wipe out in the first minute "
            "what the body has learned. Which of the two gets a tenth?",
        ),
        Misconception(
            "a tenth for both",
            bent(factors=(0.1, 0.1)),
            "Both groups have a tenth of the rate. The head begins from nothing: which "
            "rate does it need?",
        ),
        Misconception(
            "rates exchanged",
            bent(factors=(1, 0.1)),
            "Your body learns ten times faster than your head. Which of the two is to be "
            "treated with care?",
        ),
        Misconception(
            "ten times in place of a tenth",
            bent(factors=(10, 1)),
            "Your body's rate is ten times the head's. Is it multiplied or divided?",
        ),
        Misconception(
            "the head in both groups",
            bent(parts=(None, True)),
            "PyTorch says that some parameters appear in more than one group: your first "
            "group has the head as well. `==` compares values, `is` and `id` compare "
            "objects: how do you tell whether a parameter belongs to the head?",
        ),
        Misconception(
            "the head is forgotten",
            bent(parts=(False,), factors=(0.1,)),
            "Your only group is the body, so the head would never learn. What belongs "
            "into the second one?",
        ),
        Misconception(
            "the body is forgotten",
            bent(parts=(True,), factors=(1,)),
            "Your only group is the head. What belongs into the first one?",
        ),
        Misconception(
            "the head first",
            bent(parts=(True, False), factors=(1, 0.1)),
            "Your groups are right, and stand in the other order. Which one does the "
            "docstring name first?",
        ),
        Misconception(
            "frozen parameters too",
            bent(keep=frozen_too),
            "Frozen parameters are in your groups, and only what is trained belongs there. "
            "Which flag tells them apart?",
        ),
        Misconception(
            "weights without biases",
            bent(keep=weights_only),
            "Your groups forget the biases, which then stay as they are for ever. Do you "
            "go through all parameters?",
        ),
        Misconception(
            "sorted by the beginning of the name",
            by_beginning,
            "A layer whose name only begins like the head's is in the head's group. "
            "Which method of a module gives the head itself?",
        ),
    ),
)
