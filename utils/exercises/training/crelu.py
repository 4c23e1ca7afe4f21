"""The unit that keeps both halves, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES, both_signs, pulled_back


def halves(x):
    """Both halves of a tensor, side by side."""
    import torch

    return torch.cat((x, -x), dim=1).relu()


def crelu_forward_oracle(x):
    import torch

    return halves(torch.from_numpy(x)).numpy(), x


def crelu_backward_oracle(dout, cache):
    return pulled_back(halves, dout, cache)[0]


SHAPES = {"4 rows of 3": (4, 3), "images": (2, 3, 5, 4), "one row": (1, 6)}


def drawn(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return both_signs(rng, *shape) * abs(rng.normal(size=shape))


def crelu_forward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "two rows by hand",
            np.array([[-2.0, 3.0, 0.0], [5.0, -1.0, -4.0]]),
            working="the first row: max(x, 0) = 0 3 0, then max(-x, 0) = 2 0 0",
        ),
        *[call(name, drawn(rng, *shape)) for name, shape in SHAPES.items()],
    ]


def crelu_backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, c, *rest):
        dout = rng.normal(size=(n, 2 * c, *rest))
        return call(name, dout, drawn(rng, n, c, *rest))

    return [
        call(
            "two rows by hand",
            np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]]),
            np.array([[-2.0, 3.0, 0.0], [5.0, -1.0, -4.0]]),
            working="the first row: -2 went out in the second half with its sign "
            "turned, so its gradient is -4; 3 went out in the first half: 2; 0: none",
        ),
        *[case(name, *shape) for name, shape in SHAPES.items()],
    ]


def crelu_parts(x):
    """The positive half and the negative half, each `(N, C, ...)`."""
    return np.split(crelu_forward_oracle(x)[0], 2, axis=1)


CRELU_FORWARD = Exercise(
    id="04.crelu_forward",
    points=1,
    minutes=5,
    oracle=crelu_forward_oracle,
    returns=("out", "cache"),
    cases=crelu_forward_cases,
    rules=PLAIN_RULES,
    worked="Take the row (-2, 3). Its positive part is (0, 3), the positive part of its "
    "negative is (2, 0). Side by side: (0, 3, 2, 0), twice as many channels.",
    misconceptions=(
        Misconception(
            "more rows instead of more channels",
            lambda x: (np.concatenate(crelu_parts(x)), x),
            "You put the two halves under each other, as if there were twice as many "
            "images. Which axis holds the channels?",
        ),
        Misconception(
            "joined along the last axis",
            lambda x: (np.concatenate(crelu_parts(x), axis=-1), x),
            "For images you join the halves along the last axis, their width. Which axis "
            "holds the channels in (N, C, H, W)?",
        ),
        Misconception(
            "the negative half keeps its sign",
            lambda x: (
                np.concatenate([crelu_parts(x)[0], -crelu_parts(x)[1]], axis=1),
                x,
            ),
            "Your second half is negative. CReLU keeps the size of what relu throws "
            "away: which sign has max(-x, 0)?",
        ),
        Misconception(
            "the negative half first",
            lambda x: (crelu_forward_oracle(-x)[0], x),
            "Your halves are exchanged. Which of max(x, 0) and max(-x, 0) comes first?",
        ),
        Misconception(
            "nothing cut off in the second half",
            lambda x: (np.concatenate([crelu_parts(x)[0], -x], axis=1), x),
            "Your second half is -x with nothing cut off. What does relu do to it?",
        ),
        Misconception(
            "the result in the cache",
            lambda x: (crelu_forward_oracle(x)[0], crelu_forward_oracle(x)[0]),
            "Your cache holds the result. What does the docstring ask you to keep?",
        ),
    ),
)
CRELU_BACKWARD = Exercise(
    id="04.crelu_backward",
    points=2,
    minutes=10,
    oracle=crelu_backward_oracle,
    cases=crelu_backward_cases,
    rules=PLAIN_RULES,
    worked="Take x = (-2, 3), which went out as (0, 3, 2, 0), and the upstream gradient "
    "(1, 2, 4, 5). -2 appears in the second half, as -x: its gradient is -1 * 4. 3 "
    "appears in the first half, as x: its gradient is 2. So dx = (-4, 2).",
    misconceptions=(
        Misconception(
            "the sign of the second half",
            lambda dout, cache: np.sign(cache) * crelu_backward_oracle(dout, cache),
            "Where x is negative your gradient has the wrong sign. The second half is "
            "max(-x, 0): what is its derivative where x is negative?",
        ),
        Misconception(
            "the first half only",
            lambda dout, cache: (cache > 0) * crelu_backward_oracle(dout, cache),
            "Negative inputs get no gradient, as with relu. In which half of the output "
            "do they appear?",
        ),
        Misconception(
            "the halves of the gradient exchanged",
            lambda dout, cache: crelu_backward_oracle(
                np.roll(dout, cache.shape[1], axis=1), cache
            ),
            "You take the halves of the upstream gradient in the wrong order. Which "
            "channels of the output belong to positive inputs?",
        ),
        Misconception(
            "no mask",
            lambda dout, cache: dout[:, : cache.shape[1]] - dout[:, cache.shape[1] :],
            "Every input gets gradient from both halves. In how many of the two is its "
            "value not cut off?",
        ),
        Misconception(
            "averaged over the halves",
            lambda dout, cache: crelu_backward_oracle(dout, cache) / 2,
            "Your gradient is half of the right one. An input reaches the output on two "
            "ways: are their gradients added or averaged?",
        ),
    ),
)
