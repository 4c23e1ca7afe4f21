"""The ReLU of guided backpropagation, and what goes wrong with it."""

from math import prod

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import straight_through
from utils.subject import Tensor


def gated(x, gate):
    """ReLU whose backward pass multiplies what arrives by `gate(gradient, x)`."""
    out = straight_through(x)
    if out.requires_grad:
        out.register_hook(lambda gradient: gradient * gate(gradient, x))
    return out


def guided_relu_oracle(x):
    return gated(x, lambda gradient, x: (torch.minimum(gradient, x) > 0).to(x))


def guided_case(name: str, x: np.ndarray, dout: np.ndarray, **more) -> Case:
    """Output and gradient; what is passed in stays what it is."""

    def play(subject):
        kept, given = subject.keep(Tensor(x)), subject.keep(Tensor(dout))
        guided = subject[subject.names[0]]
        found = subject.gradient(guided, kept, upstream=given)
        return {
            "out": found["out"],
            "dx": found["inputs"][0],
            "x afterwards": subject.fetch(kept).array,
            "the gradient afterwards": subject.fetch(given).array,
        }

    return Case(name, play, **more)


def guided_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, x, dout, **more):
        return guided_case(name, np.asarray(x, float), np.asarray(dout, float), **more)

    zeros, dout = every_sign(rng, 6, 5)
    x = rng.normal(size=(3, 4))

    def forward_only(subject):
        return subject(Tensor(x))

    return [
        case(
            "four numbers by hand",
            [-2, 1, 3, -4],
            [5, 7, -11, -1],
            working="out = (0, 1, 3, 0); ReLU lets the second and the third pass, and of "
            "what arrives there only 7 is positive: dx = (0, 7, 0, 0)",
        ),
        case("a table of 5 x 3", *every_sign(rng, 5, 3)),
        case("images of 2 channels", *every_sign(rng, 3, 2, 4, 5)),
        case("many zeros", np.maximum(zeros, 0), dout),
        Case("no gradient is asked for", forward_only),
    ]


def every_sign(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Two arrays in which each pair of signs meets about equally often."""
    pairs = np.resize([[1, 1], [1, -1], [-1, 1], [-1, -1]], (prod(shape), 2))
    signs = rng.permutation(pairs).T.reshape(2, *shape)
    return signs * abs(rng.normal(size=(2, *shape)))


def bent(gate):
    return lambda x: gated(x, gate)


def writes(x):
    out = gated(x, lambda gradient, x: (torch.minimum(gradient, x) > 0).to(x))
    x.data.clamp_(min=0)
    return out


def writes_into_gradient(x):
    out = F.relu(x)
    if out.requires_grad:
        out.register_hook(lambda gradient: gradient.data.mul_((gradient > 0) * (x > 0)))
    return out


def insists(x):
    if not x.requires_grad:
        raise RuntimeError(
            "cannot register a hook on a tensor that doesn't require gradient"
        )
    return guided_relu_oracle(x)


def no_relu(x):
    """Guides the gradient, and forgets the forward pass."""
    return (
        x + (guided_relu_oracle(x) - guided_relu_oracle(x).detach()) - (x - x.detach())
    )


GUIDED_RELU = Exercise(
    id="10.guided_relu",
    points=3,
    minutes=15,
    oracle=guided_relu_oracle,
    cases=guided_cases,
    worked="Let x = (-2, 1, 3, -4) and let (5, 7, -11, -1) arrive. Forward: (0, 1, 3, 0). "
    "Backward, ReLU's own mask: (0, 7, -11, 0). Now what arrives must be positive as "
    "well: (0, 7, 0, 0).",
    misconceptions=(
        Misconception(
            "plain ReLU",
            bent(lambda gradient, x: (x > 0).to(x)),
            "You mask by x alone: that is the ordinary ReLU. What else must be positive for "
            "a gradient to pass?",
        ),
        Misconception(
            "masked by the gradient alone",
            bent(lambda gradient, x: (gradient > 0).to(x)),
            "You mask by what arrives alone (that is the 'deconvnet' of Zeiler and Fergus). "
            "Which mask of the ordinary ReLU is missing?",
        ),
        Misconception(
            "one of the two is enough",
            bent(lambda gradient, x: (torch.maximum(gradient, x) > 0).to(x)),
            "You let a gradient pass where one of the two is positive. Is it 'or' or 'and'?",
        ),
        Misconception(
            "absolute value",
            bent(lambda gradient, x: gradient.sign() * (x > 0)),
            "Negative gradients come out positive. Should they be turned round or dropped?",
        ),
        Misconception(
            "only the slope",
            bent(lambda gradient, x: (torch.minimum(gradient, x) > 0) / gradient),
            "You return ones and zeros. With what must the mask be multiplied?",
        ),
        Misconception(
            "everything passes",
            bent(lambda gradient, x: torch.ones_like(x)),
            "Your backward pass hands on whatever arrives. Which two things must be positive?",
        ),
        Misconception(
            "slope one at zero",
            bent(lambda gradient, x: ((gradient > 0) & (x >= 0)).to(x)),
            "Only the places where x is exactly 0 are wrong. Is a unit that gives 0 open?",
        ),
        Misconception(
            "forward pass changed",
            no_relu,
            "Your backward pass is right and your output is x. What does a guided ReLU do "
            "in the forward pass?",
        ),
        Misconception(
            "writes into x",
            writes,
            "After the forward pass x has lost its negative values. Which operation of yours "
            "works in place?",
        ),
        Misconception(
            "writes into the gradient",
            writes_into_gradient,
            "You write into the gradient that arrives, which other paths may still need. "
            "What makes a new tensor?",
        ),
        Misconception(
            "a hook without a graph",
            insists,
            "Where no gradient is asked for, there is no graph and a hook has no place to "
            "hang. When is it needed?",
        ),
    ),
)
