"""A PyTorch module: shapes, parameters, given weights, gradients and two modes."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.subject import Named, Tensor

ANSWER = """
import torch
from torch import nn

class TinyNet(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = nn.functional.dropout(x, 0.5, self.training)
        return self.fc2(x)
"""


def oracle(inputs, hidden, classes, bias=True, activation="ReLU", dropout="Dropout"):
    from torch import nn

    class AlwaysOn(nn.Dropout):
        def forward(self, x):
            return nn.functional.dropout(x, self.p, True)

    net = nn.Sequential()
    net.add_module("fc1", nn.Linear(inputs, hidden, bias))
    net.add_module("activation", getattr(nn, activation)())
    net.add_module("dropout", AlwaysOn() if dropout == "on" else nn.Dropout())
    net.add_module("fc2", nn.Linear(hidden, classes, bias))
    return net


def cases(rng: np.random.Generator) -> list[Case]:
    inputs, hidden, classes = 5, 7, 3
    x = Tensor(rng.normal(size=(40, inputs)).astype("float32"))
    shapes = {
        "fc1.weight": (hidden, inputs),
        "fc1.bias": (hidden,),
        "fc2.weight": (classes, hidden),
        "fc2.bias": (classes,),
    }
    weights = {
        key: Tensor(rng.normal(size=shape).astype("float32"))
        for key, shape in shapes.items()
    }

    def made(subject, mode="eval"):
        subject.call(Named("torch.manual_seed"), 0)
        net = subject["TinyNet"](inputs, hidden, classes)
        net.load_state_dict(weights)
        getattr(net, mode)()
        return net

    def parameters(subject):
        net = subject["TinyNet"](inputs, hidden, classes)
        return sum(t.array.size for t in subject.iterate(net.parameters(), 100))

    def gradients(subject):
        found = subject.gradient(made(subject), x)
        return found["inputs"], found["parameters"]

    def repeats(subject, mode):
        net = made(subject, mode)
        return np.array_equal(net(x).array, net(x).array)

    working = "(5 + 1) * 7 + (7 + 1) * 3 = 66"
    near = close(1e-4, 1e-5)
    return [
        Case("parameters", parameters, expected=66, working=working),
        Case("output for given weights", lambda s: made(s)(x), near),
        Case("gradients", gradients, near),
        Case("inference repeats", lambda s: repeats(s, "eval"), expected=True),
        Case("training drops", lambda s: repeats(s, "train"), expected=False),
    ]


def bend(**changes):
    return {"TinyNet": lambda *sizes: oracle(*sizes, **changes)}


EXERCISE = Exercise(
    id="99.TinyNet",
    points=5,
    minutes=20,
    oracle={"TinyNet": oracle},
    cases=cases,
    misconceptions=(
        Misconception(
            "no activation",
            bend(activation="Identity"),
            "What are two linear layers in a row?",
        ),
        Misconception(
            "no biases", bend(bias=False), "Which term is missing in W x + b?"
        ),
        Misconception(
            "dropout at inference", bend(dropout="on"), "When should units be dropped?"
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    bent(ANSWER, ("super().__init__()", "raise NotImplementedError")),
    {
        "no activation": bent(ANSWER, ("torch.relu(self.fc1(x))", "self.fc1(x)")),
        "no biases": bent(
            ANSWER,
            ("(inputs, hidden)\n", "(inputs, hidden, bias=False)\n"),
            ("(hidden, classes)\n", "(hidden, classes, bias=False)\n"),
        ),
        "dropout at inference": bent(ANSWER, (", self.training", ", True")),
    },
)
