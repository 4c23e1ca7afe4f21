"""The largest of several linear pieces, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES, pulled_back

BY_HAND = (
    np.array([[1.0, 2.0]]),
    np.array([[[1.0], [0.0]], [[0.0], [1.0]]]),
    np.array([[0.5], [0.0]]),
)


def largest_piece(x, W, b):
    """Maxout as a linear layer with all pieces, then pooling over the pieces."""
    from torch.nn import functional

    pieces, features, units = W.shape
    flat = W.permute(2, 0, 1).reshape(units * pieces, features)
    out = functional.linear(x, flat, b.T.reshape(-1))
    return functional.max_pool1d(out[:, None], pieces)[:, 0]


def maxout_forward_oracle(x, W, b):
    import torch

    return largest_piece(*map(torch.from_numpy, (x, W, b))).numpy(), (x, W, b)


def maxout_backward_oracle(dout, cache):
    return pulled_back(largest_piece, dout, *cache)


def draw(rng: np.random.Generator, n: int, d: int, pieces: int, units: int):
    """Inputs `(n, d)`, weights `(pieces, d, units)` and biases `(pieces, units)`.

    In row 0 the biases of unit 0 let the piece win that is the smallest without them,
    and what it gives is negative.
    """
    W, b = rng.normal(size=(pieces, d, units)), rng.normal(size=(pieces, units))
    x = rng.normal(size=(n, d))
    b[:, 0] = -2 * (x[0] @ W)[:, 0] - 20
    return x, W, b


SIZES = {
    "4 rows of 5, 3 pieces, 2 units": (4, 5, 3, 2),
    "6 rows of 3, 2 pieces, 4 units": (6, 3, 2, 4),
    "one row of 2, 4 pieces, 3 units": (1, 2, 4, 3),
}


def maxout_forward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "one unit of two pieces by hand",
            *BY_HAND,
            working="pieces: 1 * 1 + 2 * 0 + 0.5 = 1.5 and 1 * 0 + 2 * 1 + 0 = 2; the "
            "larger is 2",
        ),
        *[call(name, *draw(rng, *sizes)) for name, sizes in SIZES.items()],
    ]


def maxout_backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, pieces, units):
        cache = draw(rng, n, d, pieces, units)
        return call(name, rng.normal(size=(n, units)), cache)

    return [
        call(
            "one unit of two pieces by hand",
            np.array([[10.0]]),
            BY_HAND,
            working="the second piece won, so only its weights (0, 1) count: dx = 10 * "
            "(0, 1), its dW = 10 * (1, 2), its db = 10; the first gets zeros",
        ),
        *[case(name, *sizes) for name, sizes in SIZES.items()],
    ]


def maxout_of(change):
    """A forward pass whose output is `change(x, W, b)`."""
    return lambda x, W, b: (change(x, W, b), (x, W, b))


def maxout_back(change):
    """A backward pass with `change(dx, dW, db, dout, x, W, b)`."""
    return lambda dout, cache: change(
        *maxout_backward_oracle(dout, cache), dout, *cache
    )


def every_piece(dx, dW, db, dout, x, W, b):
    return dout @ W.sum(axis=0).T, 0 * W + x.T @ dout, 0 * b + dout.sum(axis=0)


MAXOUT_FORWARD = Exercise(
    id="04.maxout_forward",
    points=2,
    minutes=10,
    oracle=maxout_forward_oracle,
    returns=("out", "cache"),
    cases=maxout_forward_cases,
    rules=PLAIN_RULES,
    worked="One input (1, 2), one unit of two pieces with the weights (1, 0) and (0, 1) "
    "and the biases 0.5 and 0. The pieces give 1 + 0.5 = 1.5 and 2 + 0 = 2. The unit's "
    "output is the larger, 2.",
    misconceptions=(
        Misconception(
            "the bias after the maximum",
            maxout_of(
                lambda x, W, b: maxout_forward_oracle(x, W, 0 * b)[0] + b.max(axis=0)
            ),
            "You add a bias after the maximum has been taken. Each piece has a bias of "
            "its own: can it decide which piece wins?",
        ),
        Misconception(
            "no bias",
            maxout_of(lambda x, W, b: maxout_forward_oracle(x, W, 0 * b)[0]),
            "Your result does not depend on `b`. What does each piece add to its "
            "product?",
        ),
        Misconception(
            "the smallest piece",
            maxout_of(lambda x, W, b: -maxout_forward_oracle(x, -W, -b)[0]),
            "You keep the smallest piece. Which one does the name ask for?",
        ),
        Misconception(
            "the pieces are added",
            maxout_of(lambda x, W, b: x @ W.sum(axis=0) + b.sum(axis=0)),
            "You add the pieces, so that the unit is one linear function and bends "
            "nowhere. What is done with the pieces instead?",
        ),
        Misconception(
            "relu afterwards",
            maxout_of(lambda x, W, b: np.maximum(maxout_forward_oracle(x, W, b)[0], 0)),
            "No output of yours is negative. Is zero one of the pieces?",
        ),
        Misconception(
            "the largest unit",
            maxout_of(
                lambda x, W, b: maxout_forward_oracle(x, W.transpose(2, 1, 0), b.T)[0]
            ),
            "You take the largest unit of each piece; there should be an output for each "
            "unit. Over which axis of `W` do the pieces lie?",
        ),
    ),
)
MAXOUT_BACKWARD = Exercise(
    id="04.maxout_backward",
    points=3,
    minutes=20,
    oracle=maxout_backward_oracle,
    returns=("dx", "dW", "db"),
    cases=maxout_backward_cases,
    rules=PLAIN_RULES,
    worked="One input (1, 2), pieces with the weights (1, 0) and (0, 1), values 1.5 and 2, "
    "upstream gradient 10. Only the second piece decided the output, so only it gets "
    "gradient: dW = 10 * (1, 2) and db = 10 there, zeros for the first; dx = 10 * (0, 1), "
    "the winner's weights.",
    misconceptions=(
        Misconception(
            "every piece gets the gradient",
            maxout_back(every_piece),
            "All pieces get gradient. If a piece that did not win changed a little, "
            "would the output change?",
        ),
        Misconception(
            "the bias gradient averaged",
            maxout_back(lambda dx, dW, db, dout, x, W, b: (dx, dW, db / len(x))),
            "Your db is smaller by the number of rows. A bias acts on every row: are its "
            "gradients added or averaged?",
        ),
        Misconception(
            "the weight gradient averaged",
            maxout_back(lambda dx, dW, db, dout, x, W, b: (dx, dW / len(x), db)),
            "Your dW is smaller by the number of rows. Is the mean not part of `dout` "
            "already?",
        ),
        Misconception(
            "losers count in dx",
            maxout_back(
                lambda dx, dW, db, dout, x, W, b: (dout @ W.sum(axis=0).T, dW, db)
            ),
            "Your dx uses the weights of all pieces. Through which piece did an input "
            "reach the output?",
        ),
        Misconception(
            "losers count in db",
            maxout_back(
                lambda dx, dW, db, dout, x, W, b: (dx, dW, 0 * b + dout.sum(axis=0))
            ),
            "Every piece's bias gets the whole gradient. Which rows did a piece win?",
        ),
        Misconception(
            "the winner without its bias",
            lambda dout, cache: maxout_backward_oracle(
                dout, (cache[0], cache[1], 0 * cache[2])
            ),
            "In some rows the wrong piece gets the gradient: you look for the winner "
            "without the biases. What decided the maximum in the forward pass?",
        ),
    ),
)
