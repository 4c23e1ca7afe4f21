"""A class: a scalar that remembers how it was made, with a backward pass."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.exercise import Case, Exercise, Misconception

ANSWER = """
class Value:
    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = data, parents, 0.0

    def __add__(self, other):
        other = lift(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = lift(other)
        pairs = (self, other.data), (other, self.data)
        return Value(self.data * other.data, pairs)

    def __pow__(self, n):
        return Value(self.data**n, ((self, n * self.data ** (n - 1)),))

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for parent, _ in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in value.parents:
                parent.grad += slope * value.grad


def lift(x):
    return x if isinstance(x, Value) else Value(x)
"""


class Scalar:
    """The oracle: a PyTorch scalar that answers to the same names."""

    def __init__(self, data):
        import torch

        made = isinstance(data, torch.Tensor)
        self.tensor = data if made else torch.tensor(float(data), dtype=torch.float64)
        self.tensor.requires_grad_()
        self.tensor.retain_grad()

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def backward(self):
        self.tensor.backward()

    def __add__(self, other):
        return type(self)(self.tensor + getattr(other, "tensor", other))

    def __mul__(self, other):
        return type(self)(self.tensor * getattr(other, "tensor", other))

    def __pow__(self, n):
        return type(self)(self.tensor**n)

    __radd__, __rmul__ = __add__, __mul__


class SlopeOfPower(Scalar):
    """Its power has the right value and a slope without the factor n."""

    def __pow__(self, n):
        return type(self)(self.tensor**n / n + (1 - 1 / n) * self.data**n)


class FirstUse(Scalar):
    """Multiplied with itself, it sends its gradient one way only."""

    def __mul__(self, other):
        if other is not self:
            return super().__mul__(other)
        return type(self)(self.tensor * self.data)

    __rmul__ = __mul__


class SumSplits(Scalar):
    """Its sum divides the gradient between the two terms."""

    def __add__(self, other):
        whole = self.tensor + getattr(other, "tensor", other)
        return type(self)(whole / 2 + whole.detach() / 2)

    __radd__ = __add__


def cases(rng: np.random.Generator) -> list[Case]:
    u, v = map(float, rng.uniform(0.5, 2.0, size=2))

    def case(name, build):
        def play(subject):
            a, b = subject["Value"](u), subject["Value"](v)
            out = build(a, b)
            out.backward()
            return {"value": out.data, "da": a.grad, "db": b.grad}

        return Case(name, play)

    return [
        case("2 a + b", lambda a, b: 2 * a + b),
        case("a b + 3", lambda a, b: a * b + 3),
        case("a ** 3 b", lambda a, b: a**3 * b),
        case("a used twice: a a b", lambda a, b: a * a * b),
    ]


EXERCISE = Exercise(
    id="99.Value",
    points=6,
    minutes=40,
    oracle={"Value": Scalar},
    cases=cases,
    misconceptions=(
        Misconception(
            "power without its factor",
            SlopeOfPower,
            "What stands in front of x in the derivative of its n-th power?",
        ),
        Misconception(
            "a second use overwrites the first",
            FirstUse,
            "A value that is used twice gets two gradients. What becomes of the first?",
        ),
        Misconception(
            "a sum splits the gradient",
            SumSplits,
            "If a grows by one, by how much does a + b grow?",
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "class Value:\n    def __init__(self, data):\n        raise NotImplementedError",
    {
        "power without its factor": bent(ANSWER, ("n * self.data **", "self.data **")),
        "a second use overwrites the first": bent(
            ANSWER, ("parent.grad += slope", "parent.grad = slope")
        ),
        "a sum splits the gradient": bent(
            ANSWER, ("(self, 1.0), (other, 1.0)", "(self, 0.5), (other, 0.5)")
        ),
    },
)
