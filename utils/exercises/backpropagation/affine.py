"""The affine layer, forward and backward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.backpropagation.shared import VECTORISED, tensors
from utils.exercises.shared import NUMPY_ONLY

HAND_X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
HAND_W = np.array([[1.0], [0.0], [2.0]])
SHAPES = {
    "5 rows of 4 features": (5, (4,), 3),
    "images: x has 4 axes": (3, (2, 4, 5), 6),
    "one image": (1, (3, 2, 2), 4),
}


def affine_forward_oracle(x, W, b):
    import torch

    x_, W_, b_ = map(torch.from_numpy, (x, W, b))
    out = torch.nn.functional.linear(x_.flatten(1), W_.T, b_)
    return out.numpy(), (x, W, b)


def affine_backward_oracle(dout, cache):
    import torch

    leaves = tensors(*cache)
    x, W, b = leaves
    out = torch.nn.functional.linear(x.flatten(1), W.T, b)
    out.backward(torch.from_numpy(np.ascontiguousarray(dout)))
    return tuple(leaf.grad.numpy() for leaf in leaves)


def forward_cases(rng: np.random.Generator) -> list[Case]:
    hand = "row 0: 1 * 1 + 2 * 0 + 3 * 2 + 10 = 17"
    cases = [call("by hand", HAND_X, HAND_W, np.array([10.0]), working=hand)]
    for name, (n, shape, k) in SHAPES.items():
        W, b = rng.normal(size=(np.prod(shape), k)), rng.normal(size=k)
        cases.append(call(name, rng.normal(size=(n, *shape)), W, b))
    return cases


def backward_cases(rng: np.random.Generator) -> list[Case]:
    hand = "db = 1 + 2 = 3; dW[0] = 1 * 1 + 4 * 2 = 9; dx[1] = 2 * (1, 0, 2)"
    cache, dout = (HAND_X, HAND_W, np.array([10.0])), np.array([[1.0], [2.0]])
    cases = [call("by hand", dout, cache, working=hand)]
    for name, (n, shape, k) in SHAPES.items():
        W, b = rng.normal(size=(np.prod(shape), k)), rng.normal(size=k)
        cache = rng.normal(size=(n, *shape)), W, b
        cases.append(call(name, rng.normal(size=(n, k)), cache))
    return cases


def bend_forward(change):
    return lambda x, W, b: change(*affine_forward_oracle(x, W, b))


def mixed(x, W, b):
    scrambled = x.reshape(-1, len(x)).T
    return affine_forward_oracle(scrambled.copy(), W, b)[0], (x, W, b)


def never_flattened(x, W, b):
    flat = x if x.ndim == 2 else x.reshape(W.shape)
    return affine_forward_oracle(flat, W, b)


FORWARD_WORKED = (
    "Take the row (1, 2, 3), the column of weights (1, 0, 2) and the bias 10: the products 1, 0 and 6 "
    "add up to 7, and the output is 17. An image of shape (2, 4, 5) is a row of 40 numbers "
    "first: all numbers of image 0, then all of image 1, and so on, one image a row."
)
AFFINE_FORWARD = Exercise(
    id="03.affine_forward",
    points=2,
    minutes=10,
    oracle=affine_forward_oracle,
    returns=("out", "cache"),
    cases=forward_cases,
    rules=(keeps_inputs(), VECTORISED, NUMPY_ONLY),
    worked=FORWARD_WORKED,
    misconceptions=(
        Misconception(
            "bias forgotten",
            lambda x, W, b: (affine_forward_oracle(x, W, 0 * b)[0], (x, W, b)),
            "Your outputs are those of a layer without bias. Where does `b` come in?",
            FORWARD_WORKED,
        ),
        Misconception(
            "bias subtracted",
            lambda x, W, b: (affine_forward_oracle(x, W, -b)[0], (x, W, b)),
            "You take the bias away. Which sign has it in x W + b?",
        ),
        Misconception(
            "images are not flattened",
            never_flattened,
            "Flat rows work, images of shape (C, H, W) do not. Which shape must x have "
            "before it can meet W, and which of its axes stays?",
            FORWARD_WORKED,
        ),
        Misconception(
            "numbers of different images are mixed",
            mixed,
            "Your rows hold numbers of several images. `reshape` reads an array in its "
            "own order: which axis must come first in the new shape?",
            FORWARD_WORKED,
        ),
        Misconception(
            "the cache holds the flattened images",
            lambda x, W, b: (
                affine_forward_oracle(x, W, b)[0],
                (x.reshape(len(x), -1), W, b),
            ),
            "Your output is right, but the cache holds x in its flat shape. How would "
            "the backward pass know which shape dx must have?",
        ),
        Misconception(
            "the cache lacks the bias",
            bend_forward(lambda out, cache: (out, cache[:2])),
            "Your output is right, but your cache holds two things. The docstring asks for three: which is missing?",
        ),
    ),
)


def bend(change):
    """An `affine_backward` that changes its three gradients at the end."""

    def bent(dout, cache):
        return change(dout, cache, *affine_backward_oracle(dout, cache))

    return bent


BACKWARD_WORKED = (
    "Let x have shape (2, 3), W (3, 1) and dout (2, 1), with x = (1, 2, 3), (4, 5, 6), W = (1, 0, 2) "
    "and dout = (1, 2).\nThe bias was added to both rows, so it collects from both: db = 1 + 2 = 3. "
    "The weight W[0] met 1 in row 0 and 4 in row 1: 1 * 1 + 4 * 2 = 9. And x[1] met all weights: "
    "2 * 1, 2 * 0, 2 * 2. Each gradient has the shape of what it belongs to; only one product of "
    "the other two arrays has it."
)
AFFINE_BACKWARD = Exercise(
    id="03.affine_backward",
    points=4,
    minutes=20,
    oracle=affine_backward_oracle,
    returns=("dx", "dW", "db"),
    cases=backward_cases,
    rules=(keeps_inputs(), VECTORISED, NUMPY_ONLY),
    worked=BACKWARD_WORKED,
    misconceptions=(
        Misconception(
            "bias gradient not summed",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, dout * 1)),
            "Your db has a row for each image, but there is one bias for all of them. "
            "The forward pass copied b to every row: what does a copy do on the way "
            "back?",
            BACKWARD_WORKED,
        ),
        Misconception(
            "bias gradient averaged",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, db / len(dout))),
            "Your db is N times too small. Does a copy average the gradients that come "
            "back, or add them?",
            BACKWARD_WORKED,
        ),
        Misconception(
            "bias gradient summed over the other axis",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, dout.sum(axis=1))),
            "Your db has one number for each image. b has one for each output: over "
            "which axis of dout must the sum go?",
        ),
        Misconception(
            "bias gradient in one number",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, dout.sum())),
            "Your db is a single number: the sum went over both axes of dout. There is a "
            "bias for each output. Which axis must stay?",
        ),
        Misconception(
            "bias gradient keeps its axis",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, db[None])),
            "Your db has the right numbers, but two axes, (1, K). Which shape has b, and "
            "what does `keepdims` do?",
        ),
        Misconception(
            "bias gradient counts the rows",
            bend(lambda dout, cache, dx, dW, db: (dx, dW, 0 * db + len(dout))),
            "Your db is the number of rows: each row's own slope, 1, added up. By what "
            "is each slope multiplied before?",
        ),
        Misconception(
            "dx keeps the flat shape",
            bend(lambda dout, cache, dx, dW, db: (dx.reshape(len(dx), -1), dW, db)),
            "Your dx has the right numbers in rows. Which shape did x have when the "
            "layer got it?",
        ),
        Misconception(
            "dW transposed",
            bend(lambda dout, cache, dx, dW, db: (dx, dW.T, db)),
            "Your dW has a row for each output. A gradient has the shape of what it "
            "belongs to: which of the two factors of your product must be transposed?",
            BACKWARD_WORKED,
        ),
        Misconception(
            "dW averaged",
            bend(lambda dout, cache, dx, dW, db: (dx, dW / len(dout), db)),
            "Your dW is N times too small. The average belongs to the loss, which has "
            "already divided dout by N. What is left for the layer to do?",
        ),
        Misconception(
            "dx and dW exchanged",
            bend(lambda dout, cache, dx, dW, db: (dW, dx, db)),
            "Your first result is the gradient of W. In which order does the docstring "
            "ask for them?",
        ),
    ),
)
