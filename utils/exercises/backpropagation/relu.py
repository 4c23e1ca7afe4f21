"""The ReLU layer, forward and backward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.backpropagation.shared import VECTORISED, tensors
from utils.exercises.shared import NUMPY_ONLY

HAND = np.array([[-2.0, 0.0, 3.0]])


def relu_forward_oracle(x):
    import torch

    return torch.relu(torch.from_numpy(x)).numpy(), x


def relu_backward_oracle(dout, cache):
    import torch

    (x,) = tensors(cache)
    torch.relu(x).backward(torch.from_numpy(np.ascontiguousarray(dout)))
    return x.grad.numpy()


def of_both_signs(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of size 0.2 to 3, the first negative, the second positive."""
    x = rng.uniform(0.2, 3, size=shape) * rng.choice([-1, 1], size=shape)
    x.flat[:2] = -abs(x.flat[0]), abs(x.flat[1])
    return x


def forward_cases(rng: np.random.Generator) -> list[Case]:
    hand = "max(0, -2) = 0, max(0, 0) = 0, max(0, 3) = 3"
    return [
        call("by hand", HAND, working=hand),
        call("4 rows of 6", of_both_signs(rng, 4, 6)),
        call("images: x has 4 axes", of_both_signs(rng, 2, 3, 4, 5)),
        call("nothing is positive", -rng.uniform(0.2, 3, size=(3, 2))),
    ]


def backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, *shape):
        x, dout = of_both_signs(rng, *shape), of_both_signs(rng, *shape)
        dout.flat[:4], x.flat[:4] = (1.5, -2.5, 0.7, -0.4), (-1.5, -0.3, 2.5, 0.7)
        return call(name, dout, x)

    hand = (
        "x = (-2, 0, 3): only the last was handed on, so only its gradient comes back"
    )
    return [
        call("by hand", np.array([[5.0, 6.0, -7.0]]), HAND, working=hand),
        case("4 rows of 6", 4, 6),
        case("images: x has 4 axes", 2, 3, 4, 5),
        call("x is exactly zero", of_both_signs(rng, 3, 2), np.zeros((3, 2))),
    ]


RELU_FORWARD = Exercise(
    id="03.relu_forward",
    points=1,
    minutes=5,
    oracle=relu_forward_oracle,
    returns=("out", "cache"),
    cases=forward_cases,
    rules=(keeps_inputs(), VECTORISED, NUMPY_ONLY),
    worked="Go through (-2, 0, 3): the outputs are 0, 0 and 3, and the cache is still (-2, 0, 3).",
    misconceptions=(
        Misconception(
            "the cache holds the output",
            lambda x: 2 * (relu_forward_oracle(x)[0],),
            "Your output is right, but the cache is not x: it holds the output. Does a "
            "line of yours write into x, or do you hand on the wrong array?",
        ),
        Misconception(
            "the cache holds where x is positive",
            lambda x: (relu_forward_oracle(x)[0], x > 0),
            "Your output is right. The cache holds true and false, and the docstring "
            "asks for x itself. Which array do you hand on?",
        ),
        Misconception(
            "size instead of positive part",
            lambda x: (np.abs(x), x),
            "You make negative numbers positive. What does ReLU put in their place?",
        ),
        Misconception(
            "the negative part",
            lambda x: (x - relu_forward_oracle(x)[0], x),
            "You keep the negative numbers and drop the positive ones. Is ReLU the "
            "larger or the smaller of 0 and x?",
        ),
        Misconception(
            "the largest along an axis",
            lambda x: (np.max(x, 0), x),
            "One axis of your output is gone: `np.max(x, 0)` looks for the largest along "
            "axis 0. Does ReLU compare the numbers of x with each other, or each of "
            "them with 0?",
        ),
    ),
)

RELU_WORKED = (
    "Take x = (-2, 0, 3) and dout = (5, 6, -7). Forward gave (0, 0, 3): the first number was cut off, and "
    "moving it a little changes nothing, so its gradient is 0. The last was handed on as it is, so its "
    "gradient is handed back as it is, -7, whatever its sign. At exactly 0 there is a kink; "
    "we agree on 0."
)
RELU_BACKWARD = Exercise(
    id="03.relu_backward",
    points=2,
    minutes=10,
    oracle=relu_backward_oracle,
    cases=backward_cases,
    rules=(keeps_inputs(), VECTORISED, NUMPY_ONLY),
    worked=RELU_WORKED,
    misconceptions=(
        Misconception(
            "passes at zero",
            lambda dout, cache: relu_backward_oracle(
                dout, np.where(cache == 0, 1.0, cache)
            ),
            "Only where x is exactly 0 your gradient passes. The slope jumps there from "
            "0 to 1: on which of the two does the docstring agree?",
            RELU_WORKED,
        ),
        Misconception(
            "passes everywhere",
            lambda dout, cache: dout * 1,
            "Your gradient passes everywhere. Do you ask whether the *output* is at "
            "least 0? That is always so. What can you ask about the input?",
            RELU_WORKED,
        ),
        Misconception(
            "passes where dout is positive",
            lambda dout, cache: np.where(dout > 0, dout, 0.0),
            "You cut off the negative numbers of dout. Which array decided in the "
            "forward pass what is cut off?",
            RELU_WORKED,
        ),
        Misconception(
            "passes where x and dout are positive",
            lambda dout, cache: np.maximum(relu_backward_oracle(dout, cache), 0),
            "You ask two things: that x is positive, and that dout is. May a gradient "
            "be negative?",
            RELU_WORKED,
        ),
        Misconception(
            "passes where x is negative",
            lambda dout, cache: relu_backward_oracle(dout, -cache),
            "Your gradient passes where x is negative. Which numbers did the forward "
            "pass hand on?",
        ),
        Misconception(
            "multiplied by the sign of x",
            lambda dout, cache: (
                relu_backward_oracle(dout, cache) - relu_backward_oracle(dout, -cache)
            ),
            "Where x is negative, your gradient comes back with the opposite sign: you "
            "multiply by the sign of x. How much does the output move there when x moves a "
            "little?",
            RELU_WORKED,
        ),
        Misconception(
            "multiplied by the output",
            lambda dout, cache: dout * relu_forward_oracle(cache)[0],
            "You multiply dout by the output. How much does the output grow when a "
            "positive x grows by 0.1?",
        ),
        Misconception(
            "upstream gradient forgotten",
            lambda dout, cache: relu_backward_oracle(np.ones_like(dout), cache) > 0,
            "You return where the gradient passes, true or false. By what does the chain rule "
            "multiply it?",
        ),
    ),
)
