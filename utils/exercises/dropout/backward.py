"""Dropout backward, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import levels, same_shape
from utils.exercises.shared import NUMPY_ONLY


def backward_oracle(dout, cache):
    import torch

    x = torch.ones(dout.shape, dtype=torch.from_numpy(dout[:0]).dtype)
    x.requires_grad_()
    factor = torch.from_numpy(cache) if isinstance(cache, np.ndarray) else cache
    (x * factor).backward(torch.from_numpy(dout))
    return x.grad.numpy()


BY_HAND = call(
    "by hand, p = 0.5",
    np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 1.0, 2.0, 3.0]]),
    np.array([[0, 2, 2, 2], [0, 2, 0, 0], [2, 0, 0, 2]], dtype=float),
    agree=close(by_value=False),
    working="first row: dout = (1, 2, 3, 4), cache = (0, 2, 2, 2), dx = (0, 4, 6, 8)",
)


def flows(name, dout, where, factor, expected) -> Case:
    """What the gradient is multiplied by at some places."""

    def play(subject):
        dx = same_shape(subject(dout, factor), dout)
        return levels((dx / dout)[where])

    return Case(name, play, expected=expected)


def backward_cases(rng: np.random.Generator) -> list[Case]:
    p, shape = float(rng.uniform(0.25, 0.4)), (6, 3, 5, 7)
    dout = rng.uniform(1, 2, size=shape) * rng.choice([-1, 1], size=shape)
    kept = rng.random(shape) >= p
    inverted, plain, one = kept / (1 - p), kept.astype(float), np.ones(1)

    def dtype(subject):
        dx = subject(dout.astype(np.float32), inverted.astype(np.float32))
        return same_shape(dx, dout).dtype.name

    return [
        BY_HAND,
        flows("inverted: dx / dout where the unit was kept", dout, kept, inverted, one / (1 - p)),
        flows("inverted: dx / dout where it was dropped", dout, ~kept, inverted, 0 * one),
        flows("plain: dx / dout where the unit was kept", dout, kept, plain, one),
        call("after a test pass the cache is one number", dout, 1 - p),
        Case("float32 stays float32", dtype, expected="float32"),
    ]  # fmt: skip


def another_mask(dout, cache):
    """The factors are right, but they belong to other places."""
    return backward_oracle(dout, np.roll(cache, 1) if np.ndim(cache) else cache)


def in_dout(dout, cache):
    dout[...] = backward_oracle(dout, cache)
    return dout


BACKWARD_WORKED = (
    "Forward, a value x became out = f x, with a factor f: 0 where it was dropped, "
    "1 / (1 - p) where it was kept. If x grows by 1, out grows by f. Let f = (0, 2, 2) and "
    "dout = (1, 2, 3): the first unit had no say in the output and gets no gradient, the "
    "others get 2 * 2 = 4 and 2 * 3 = 6."
)
DROPOUT_BACKWARD = Exercise(
    id="07.dropout_backward",
    points=1,
    minutes=5,
    oracle=backward_oracle,
    cases=backward_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=BACKWARD_WORKED,
    misconceptions=(
        Misconception(
            "a new mask in backward",
            another_mask,
            "Gradient flows to units that were dropped, and units that were kept get none: "
            "this is not the mask of the forward pass. Where was that one put away?",
        ),
        Misconception(
            "no mask in backward",
            lambda dout, cache: dout * 1.0,
            "The gradient passes as if nothing had been dropped. How much does the output "
            "change when the input of a dropped unit changes?",
        ),
        Misconception(
            "scale forgotten",
            lambda dout, cache: backward_oracle(
                dout, np.array(cache != 0, dtype=dout.dtype)
            ),
            "The right units get a gradient, but it has not been scaled. By what was a kept "
            "value multiplied on the way forward?",
        ),
        Misconception(
            "scaled twice",
            lambda dout, cache: backward_oracle(
                backward_oracle(dout, cache), np.array(cache, dtype=dout.dtype)
            ),
            "The factor enters your gradient twice. Does the cache hold the mask alone, or "
            "the mask with its scale?",
        ),
        Misconception(
            "divided by the factor",
            lambda dout, cache: dout / np.array(cache),
            "You divide by the factor. If out is f times x, what is the derivative of out?",
        ),
        Misconception(
            "float64 out of float32",
            lambda dout, cache: backward_oracle(dout.astype(float), cache),
            "A float32 gradient comes out as float64. Which of your arrays is float64?",
        ),
        Misconception(
            "written into dout",
            in_dout,
            "You change the upstream gradient in place, and others may still need it. Which "
            "line writes into `dout`, and what would make a new array instead?",
            breaks=keeps_inputs().name,
        ),
    ),
)
