"""Means and deviations through a stack of layers, and what goes wrong with them."""

from itertools import pairwise

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES
from utils.subject import Named


def statistics_oracle(x, weights, activate):
    import torch

    seen = []

    class Activation(torch.nn.Module):
        def forward(self, out):
            return torch.from_numpy(activate(out.numpy()))

    def record(_, __, out):
        seen.append([number.item() for number in torch.std_mean(out, correction=0)])

    net = torch.nn.Sequential()
    for W in weights:
        layer = torch.nn.Linear(*W.shape, bias=False)
        layer.weight = torch.nn.Parameter(torch.from_numpy(W).T, requires_grad=False)
        activation = Activation()
        activation.register_forward_hook(record)
        net.extend([layer, activation])
    net(torch.from_numpy(x))
    stds, means = np.array(seen).T
    return means, stds


def statistics_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, widths, activate):
        pairs = pairwise(widths)
        weights = [rng.normal(0, 1.2 / d**0.5, size=(d, h)) for d, h in pairs]
        x = rng.normal(0.3, 1, size=(n, widths[0]))
        return call(name, x, weights, Named(activate))

    x = np.array([[1.0, -2.0], [3.0, 0.0]])
    weights = [np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0], [1.0]])]
    return [
        call(
            "two layers by hand, squared",
            x,
            weights,
            Named("numpy.square"),
            working="layer 1: ((1, -4), (3, 0)) squared is ((1, 16), (9, 0)), mean 6.5; "
            "layer 2: 17 and 9 squared, 289 and 81, mean 185",
        ),
        case("three layers of tanh", 6, (4, 5, 3, 2), "numpy.tanh"),
        case("one layer of arctan", 5, (3, 4), "numpy.arctan"),
        case("four layers of sin", 3, (6, 2, 5, 4, 7), "numpy.sin"),
    ]


def one_by_one(x, weights, activate):
    """Each layer by itself, fed with the input, whatever its width."""
    parts = [statistics_oracle(x @ W, [np.eye(W.shape[1])], activate) for W in weights]
    means, stds = zip(*parts, strict=True)
    return np.concatenate(means), np.concatenate(stds)


def not_activated(x, weights, activate):
    return statistics_oracle(x, weights, lambda out: out)


def before_activation(x, weights, activate):
    """Statistics of the products; each layer is fed with activations."""
    parts = []
    for W in weights:
        parts.append(statistics_oracle(x, [W], lambda out: out))
        x = activate(x @ W)
    means, stds = zip(*parts, strict=True)
    return np.concatenate(means), np.concatenate(stds)


def with_the_input(x, weights, activate):
    means, stds = statistics_oracle(x, weights, activate)
    return np.r_[x.mean(), means], np.r_[x.std(), stds]


ACTIVATION_STATISTICS = Exercise(
    id="04.activation_statistics",
    points=2,
    minutes=10,
    oracle=statistics_oracle,
    returns=("means", "stds"),
    cases=statistics_cases,
    rules=PLAIN_RULES,
    worked="x = ((1, -2), (3, 0)), first weights ((1, 0), (0, 2)), activation: the square. "
    "The product is ((1, -4), (3, 0)), its squares ((1, 16), (9, 0)): mean 26 / 4 = 6.5. "
    "These squares are what the second layer gets. With weights (1, 1) it has 17 and 9, "
    "squared 289 and 81: mean 185, deviation 104.",
    misconceptions=(
        Misconception(
            "every layer gets the input",
            one_by_one,
            "You feed every layer with the input `x`; where the widths differ, the product "
            "cannot even be taken. What does a layer in the middle get as its input?",
        ),
        Misconception(
            "no activation",
            not_activated,
            "Your layers only multiply. Where is `activate` called?",
        ),
        Misconception(
            "measured before the activation",
            before_activation,
            "You measure the products, before the activation. Of which numbers are the "
            "statistics asked for?",
        ),
        Misconception(
            "variances",
            lambda x, weights, activate: (
                statistics_oracle(x, weights, activate)[0],
                statistics_oracle(x, weights, activate)[1] ** 2,
            ),
            "Your second array holds variances. What turns one into a standard "
            "deviation?",
        ),
        Misconception(
            "the input counted as a layer",
            with_the_input,
            "You return one value too many: the input's is among them. Is the input a "
            "layer?",
        ),
        Misconception(
            "means and deviations exchanged",
            lambda x, weights, activate: statistics_oracle(x, weights, activate)[::-1],
            "You return the deviations first. In which order does the docstring ask for "
            "the two?",
        ),
        Misconception(
            "the last layer only",
            lambda x, weights, activate: tuple(
                part[-1:] for part in statistics_oracle(x, weights, activate)
            ),
            "You return the statistics of the last layer alone. At which point of the "
            "loop are they taken?",
        ),
    ),
)
