"""Keeping the best checkpoint, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import NEAR, network, optimiser_named
from utils.subject import Named

GO_ON = Named("utils.stand_ins.pytorch.further_training")


def deepcopy(state):
    from copy import deepcopy

    return deepcopy(state)


def better(old, new):
    return old is None or new > old


def kept(checkpoint, model, optimiser, epoch, accuracy, wins=better, copies=deepcopy):
    """The checkpoint to keep after an epoch."""
    old = None if checkpoint is None else checkpoint["accuracy"]
    now = {"model": model.state_dict(), "optimiser": optimiser.state_dict()}
    now = {**copies(now), "epoch": epoch, "accuracy": accuracy}
    return now if wins(old, accuracy) else checkpoint


def save_best_oracle(checkpoint, model, optimiser, epoch, accuracy):
    return kept(checkpoint, model, optimiser, epoch, accuracy)


def save_best_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, accuracies, kind="SGD", **options):
        net, maker = network(rng, 3, 4, 2), optimiser_named(kind)

        def play(subject):
            model = subject.keep(net)
            optimiser = subject.call(maker, model.parameters(), **options)
            best = None
            for epoch, accuracy in enumerate(accuracies):
                subject.call(GO_ON, model, optimiser)
                best = subject.hold(best, model, optimiser, epoch, accuracy)
            subject.call(GO_ON, model, optimiser)
            return subject.fetch(best)

        return Case(name, play, NEAR)

    low, middle, high = sorted(map(float, rng.uniform(0.2, 0.9, size=3)))
    return [
        case("the first epoch", [middle], lr=0.1),
        case("better each time", [low, middle, high], lr=0.2, momentum=0.9),
        case("the best in the middle", [low, high, middle], "Adam", lr=0.01),
        case("as good again", [low, middle, middle], lr=0.1, momentum=0.5),
        case("the first stays the best", [high, low, middle], lr=0.3, momentum=0.9),
    ]


def bent(**changes):
    return lambda checkpoint, model, optimiser, epoch, accuracy: kept(
        checkpoint, model, optimiser, epoch, accuracy, **changes
    )


def model_only(now):
    return {**now, "model": deepcopy(now["model"])}


def optimiser_only(now):
    return {**now, "optimiser": deepcopy(now["optimiser"])}


def lacks(*keys):
    return lambda *args: {
        key: value for key, value in kept(*args).items() if key not in keys
    }


def parameters_only(checkpoint, model, optimiser, epoch, accuracy):
    found = kept(checkpoint, model, optimiser, epoch, accuracy)
    names = [name for name, _ in model.named_parameters()]
    return {**found, "model": {name: found["model"][name] for name in names}}


SAVE_BEST = Exercise(
    id="08.save_best",
    points=4,
    minutes=20,
    oracle=save_best_oracle,
    cases=save_best_cases,
    worked="Let w = 1 after epoch 0 with the accuracy 0.6. You keep `model.state_dict()`, "
    "and that is a dictionary of the very tensors that the model goes on training. "
    "Epoch 1 moves w to 5 and reaches 0.4. Now print the w in your checkpoint: is "
    "it 1, or 5?",
    misconceptions=(
        Misconception(
            "a reference in place of a copy",
            bent(copies=dict),
            "What you kept changes while training goes on: `state_dict()` hands out the "
            "model's own tensors, and so does the optimiser's. Which function of `copy` "
            "also copies what a dictionary holds?",
        ),
        Misconception(
            "only the model is copied",
            bent(copies=model_only),
            "The weights are kept well, but the optimiser's state (its momentum) goes on "
            "changing in your checkpoint. Is its `state_dict()` a copy?",
        ),
        Misconception(
            "only the optimiser is copied",
            bent(copies=optimiser_only),
            "The optimiser's state is kept well, but the weights in your checkpoint go "
            "on changing. Is the model's `state_dict()` a copy?",
        ),
        Misconception(
            "the last in place of the best",
            bent(wins=lambda old, new: True),
            "You keep every new epoch, also a worse one. When does the old checkpoint "
            "stay?",
        ),
        Misconception(
            "as good replaces it",
            bent(wins=lambda old, new: old is None or new >= old),
            "With the same accuracy you take the later epoch. The docstring asks for a "
            "better one: which comparison is that?",
        ),
        Misconception(
            "None is compared",
            bent(wins=lambda old, new: new > old),
            "Before the first epoch there is no checkpoint: None, which has no accuracy "
            "to compare with. What do you return then?",
        ),
        Misconception(
            "the worst is kept",
            bent(wins=lambda old, new: old is None or new < old),
            "You keep the lowest accuracy. Is this number a loss or an accuracy?",
        ),
        Misconception(
            "the first is kept for ever",
            bent(wins=lambda old, new: old is None),
            "You never replace the first checkpoint. With what do you compare the new "
            "accuracy?",
        ),
        Misconception(
            "no optimiser",
            lacks("optimiser"),
            "Your checkpoint lacks the optimiser. Training that resumes from it would "
            "start without momentum. What else has a `state_dict`?",
        ),
        Misconception(
            "no epoch",
            lacks("epoch"),
            "Your checkpoint does not say after which epoch it was taken. How would a "
            "run that resumes know where it stands?",
        ),
        Misconception(
            "parameters without buffers",
            parameters_only,
            "You keep the parameters, but batch norm's running statistics are buffers. "
            "Which method returns both?",
        ),
    ),
)
