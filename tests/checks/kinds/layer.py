"""A layer's forward and backward pass, with a cache between them."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception

ANSWER = """
def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    return dx, x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
"""
STUB = """
def affine_forward(x, w, b):
    raise NotImplementedError

def affine_backward(dout, cache):
    raise NotImplementedError
"""


def forward_oracle(x, w, b):
    import torch

    x_, w_, b_ = map(torch.from_numpy, (x, w, b))
    out = torch.nn.functional.linear(x_.flatten(1), w_.T, b_)
    return out.numpy(), (x, w)


def backward_oracle(dout, cache):
    import torch

    x, w = (torch.from_numpy(part).requires_grad_() for part in cache)
    b = torch.zeros(dout.shape[1], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.linear(x.flatten(1), w.T, b).backward(torch.from_numpy(dout))
    return x.grad.numpy(), w.grad.numpy(), b.grad.numpy()


def cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, shape, k):
        x, w = rng.normal(size=(n, *shape)), rng.normal(size=(np.prod(shape), k))
        b, dout = rng.normal(size=k), rng.normal(size=(n, k))

        def forward(subject):
            return unpack(subject["affine_forward"](x, w, b), "out", "cache")

        def backward(subject):
            gradients = subject["affine_backward"](dout, (x, w))
            return unpack(gradients, "dx", "dw", "db")

        return [Case(f"forward, {name}", forward), Case(f"backward, {name}", backward)]

    return [*case("flat data", 3, (4,), 5), *case("images", 4, (2, 3, 5), 6)]


def bend(change):
    return {"affine_backward": lambda *args: change(*backward_oracle(*args))}


EXERCISE = Exercise(
    id="99.affine",
    points=4,
    minutes=15,
    oracle={"affine_forward": forward_oracle, "affine_backward": backward_oracle},
    cases=cases,
    misconceptions=(
        Misconception(
            "bias forgotten",
            {"affine_forward": lambda x, w, b: forward_oracle(x, w, 0 * b)},
            "Where is `b` added?",
        ),
        Misconception(
            "bias gradient averaged",
            bend(lambda dx, dw, db: (dx, dw, db / len(dx))),
            "How often was `b` added: once, or once for each row?",
        ),
        Misconception(
            "dx keeps the flat shape",
            bend(lambda dx, dw, db: (dx.reshape(len(dx), -1), dw, db)),
            "Which shape did `x` have before you flattened it?",
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    STUB,
    {
        "bias forgotten": bent(ANSWER, (" + b,", ",")),
        "bias gradient averaged": bent(ANSWER, ("dout.sum(", "dout.mean(")),
        "dx keeps the flat shape": bent(ANSWER, (".reshape(x.shape)", "")),
    },
)
