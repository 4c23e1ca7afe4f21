"""The two-layer net as a module and as a `Sequential`, and what goes wrong with them."""

import numpy as np
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import NEAR
from utils.subject import Tensor

SIZES = 6, 7, 3
"""Inputs, hidden units, classes; an image of 1 x 2 x 3 has 6 inputs."""


class Tried:
    """A net with given weights, and what it makes of tensors.

    The score of class 0 is never positive: what cuts it off shows.
    """

    def __init__(self, rng: np.random.Generator, first: str, second: str):
        def drawn(*shape):
            return Tensor(rng.normal(size=shape).astype(np.float32))

        inputs, hidden, classes = SIZES
        self.weights = {
            f"{first}.weight": drawn(hidden, inputs),
            f"{first}.bias": drawn(hidden),
            f"{second}.weight": drawn(classes, hidden),
            f"{second}.bias": drawn(classes),
        }
        for last in (f"{second}.weight", f"{second}.bias"):
            scores = self.weights[last].array
            scores[0] = -abs(scores[0])
        self.rows, self.images = drawn(5, inputs), drawn(4, 1, 2, 3)
        self.x, self.upstream = drawn(3, inputs), drawn(3, classes)

    def filled(self, subject):
        net = subject(*SIZES)
        net.load_state_dict(self.weights)
        return net

    def registered(self, subject):
        state = subject(*SIZES).state_dict()
        return {key: list(tensor.array.shape) for key, tensor in state.items()}

    def gradients(self, subject):
        net = self.filled(subject)
        found = subject.gradient(net, self.x, upstream=self.upstream)
        return {"dx": found["inputs"][0], **found["parameters"]}


def net_cases(rng: np.random.Generator, first: str, second: str) -> list[Case]:
    """Cases for a net whose two linear layers have these names."""
    tried = Tried(rng, first, second)
    working = "(6 + 1) * 7 + (7 + 1) * 3 = 73 parameters"
    return [
        Case("names and shapes of the parameters", tried.registered, working=working),
        Case("scores for given weights", lambda s: tried.filled(s)(tried.rows), NEAR),
        Case("images are flattened", lambda s: tried.filled(s)(tried.images), NEAR),
        Case("gradients", tried.gradients, NEAR),
    ]


# --- TwoLayerNet ----------------------------------------------------------------


def named(parts):
    """A `Sequential` whose layers have names of their own."""
    net = nn.Sequential()
    for name, layer in parts.items():
        net.add_module(name, layer)
    return net


def layered(inputs, hidden, classes, activation=nn.ReLU, last=(), flatten=nn.Flatten):
    parts = {"flat": flatten(), "fc1": nn.Linear(inputs, hidden)}
    parts |= {"activation": activation(), "fc2": nn.Linear(hidden, classes)}
    parts |= {f"last{i}": layer for i, layer in enumerate(last)}
    return named(parts)


def module_oracle(inputs, hidden, classes):
    return layered(inputs, hidden, classes)


def bent_net(**changes):
    return lambda *sizes: layered(*sizes, **changes)


def not_begun(inputs, hidden, classes):
    class NotBegun(nn.Module):
        def __init__(self):
            self.fc1 = nn.Linear(inputs, hidden)

    return NotBegun()


def listed(inputs, hidden, classes):
    class Listed(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden_from_pytorch = [layered(inputs, hidden, classes)]

        def forward(self, x):
            return self.hidden_from_pytorch[0](x)

    return Listed()


def exchanged(inputs, hidden, classes):
    parts = nn.Linear(hidden, inputs), nn.ReLU(), nn.Linear(classes, hidden)
    names = "fc1", "activation", "fc2"
    return named(dict(zip(names, parts, strict=True)))


TWO_LAYER_NET = Exercise(
    id="08.TwoLayerNet",
    points=3,
    minutes=15,
    oracle=module_oracle,
    cases=lambda rng: net_cases(rng, "fc1", "fc2"),
    worked="A module for 2 inputs, 3 hidden units and 2 classes has the parameters "
    "`fc1.weight (3, 2)`, `fc1.bias (3,)`, `fc2.weight (2, 3)` and `fc2.bias (2,)`: 17 numbers. "
    "Print `net.state_dict().keys()`. What is missing there will neither be "
    "trained nor saved.",
    misconceptions=(
        Misconception(
            "super().__init__ forgotten",
            not_begun,
            "PyTorch says that it cannot assign a module before `Module.__init__()` "
            "has run. Who calls the constructor of the class above, and when?",
        ),
        Misconception(
            "layers in a plain list",
            listed,
            "Your module has no parameters: an optimiser would train nothing. A module "
            "finds layers that are its own attributes, not those in a plain list or "
            "made inside `forward`. Where do yours live?",
        ),
        Misconception(
            "sizes exchanged",
            exchanged,
            "Your layers have inputs and outputs exchanged. `nn.Linear` is told the "
            "number of inputs first, and stores its weight as (outputs, inputs): which "
            "sizes does your first layer go between?",
        ),
        Misconception(
            "no activation",
            bent_net(activation=nn.Identity),
            "Two linear layers in a row are one linear layer. What stands between them?",
        ),
        Misconception(
            "the rows are flattened too",
            bent_net(flatten=lambda: nn.Flatten(0)),
            "Your `flatten` joins all axes, that of the images too, so that one long row "
            "is left of the batch. From which axis on should it join?",
        ),
        Misconception(
            "ReLU on the scores",
            bent_net(last=(nn.ReLU(),)),
            "Your scores are never negative: there is an activation after the last "
            "layer too. What does the loss want: scores, or something else?",
        ),
        Misconception(
            "softmax at the end",
            bent_net(last=(nn.Softmax(1),)),
            "You return probabilities. PyTorch's cross-entropy applies the softmax "
            "itself. What should the module return then?",
        ),
        Misconception(
            "images not flattened",
            bent_net(flatten=nn.Identity),
            "Rows work and images do not: a linear layer acts on the last axis only. "
            "Which axes of (N, C, H, W) must become one before it?",
        ),
    ),
)

# --- two_layer_sequential -------------------------------------------------------


def sequential_oracle(inputs, hidden, classes):
    net = layered(inputs, hidden, classes)
    return nn.Sequential(*net)


def bent_row(**changes):
    return lambda *sizes: nn.Sequential(*layered(*sizes, **changes))


def not_flattened(inputs, hidden, classes):
    return nn.Sequential(*layered(inputs, hidden, classes)[1:])


def given_a_function(inputs, hidden, classes):
    return nn.Sequential(nn.Flatten(), nn.functional.relu)


def mirrored(inputs, hidden, classes):
    parts = nn.Linear(hidden, inputs), nn.ReLU(), nn.Linear(classes, hidden)
    return nn.Sequential(nn.Flatten(), *parts)


TWO_LAYER_SEQUENTIAL = Exercise(
    id="08.two_layer_sequential",
    points=2,
    minutes=5,
    oracle=sequential_oracle,
    cases=lambda rng: net_cases(rng, "1", "3"),
    worked="The layers of a `Sequential` are numbered from 0. With four of them "
    "(flatten, linear, ReLU, linear) the linear ones have the numbers 1 and 3, and the "
    "parameters are called `1.weight`, `1.bias`, `3.weight`, `3.bias`.",
    misconceptions=(
        Misconception(
            "a function in place of a layer",
            given_a_function,
            "PyTorch says that something is not a Module subclass: a `Sequential` takes "
            "layers one after the other, not functions and not a list. Which layer of "
            "`nn` does what `torch.relu` does?",
        ),
        Misconception(
            "no flattening layer",
            not_flattened,
            "Your parameters have other numbers than expected, because a layer is "
            "missing at the front. What must happen to images (N, C, H, W) first?",
        ),
        Misconception(
            "layer sizes exchanged",
            mirrored,
            "Your layers have inputs and outputs exchanged. What does `nn.Linear` take "
            "first?",
        ),
        Misconception(
            "another activation",
            bent_row(activation=nn.Sigmoid),
            "Everything fits, but your hidden layer uses the sigmoid. Which activation "
            "did the four versions before use?",
        ),
        Misconception(
            "softmax as the last layer",
            bent_row(last=(nn.Softmax(1),)),
            "You return probabilities, and the loss applies a softmax by itself. What "
            "is the last layer of the net?",
        ),
    ),
)
