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


SIZES = (5, 7, 3)
SHAPES = {
    "fc1.weight": (7, 5),
    "fc1.bias": (7,),
    "fc2.weight": (3, 7),
    "fc2.bias": (3,),
}


class Tried:
    """Nets with weights that were drawn once."""

    def __init__(self, rng: np.random.Generator):
        def drawn(shape):
            return Tensor(rng.normal(size=shape).astype("float32"))

        self.x = drawn((40, 5))
        self.weights = {key: drawn(shape) for key, shape in SHAPES.items()}

    def made(self, subject, mode="eval"):
        subject.call(Named("torch.manual_seed"), 0)
        net = subject["TinyNet"](*SIZES)
        net.load_state_dict(self.weights)
        getattr(net, mode)()
        return net

    def parameters(self, subject):
        net = subject["TinyNet"](*SIZES)
        return sum(t.array.size for t in subject.iterate(net.parameters(), 100))

    def gradients(self, subject):
        found = subject.gradient(self.made(subject), self.x)
        return found["inputs"], found["parameters"]

    def repeats(self, subject, mode):
        net = self.made(subject, mode)
        return np.array_equal(net(self.x).array, net(self.x).array)


def cases(rng: np.random.Generator) -> list[Case]:
    tried, near = Tried(rng), close(1e-4, 1e-5)
    working = "(5 + 1) * 7 + (7 + 1) * 3 = 66"
    return [
        Case("parameters", tried.parameters, expected=66, working=working),
        Case("output for given weights", lambda s: tried.made(s)(tried.x), near),
        Case("gradients", tried.gradients, near),
        Case("inference repeats", lambda s: tried.repeats(s, "eval"), expected=True),
        Case("training drops", lambda s: tried.repeats(s, "train"), expected=False),
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
