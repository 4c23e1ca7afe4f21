"""What goes wrong with DropConnect."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.dropconnect_cases import (
    connect_backward_cases,
    connect_backward_oracle,
    connect_cases,
    connect_oracle,
)
from utils.exercises.dropout.shared import FIXED_NUMBERS, OWN_NUMBERS
from utils.exercises.shared import NUMPY_ONLY


def weights_scaled(x, W, b, p, mode, rng, train=1.0, test=1.0):
    """As if the weights had been multiplied by one more number."""
    out, (_, _, factor) = connect_oracle(x, W, b, p, mode, rng)
    scale = train if mode == "train" else test
    return b + (out - b) * scale, (x, W, factor * scale)


def inputs_dropped(x, W, b, p, mode, rng):
    nothing = np.zeros(x.shape[1], x.dtype)
    rows = np.eye(len(x), dtype=x.dtype)
    x_dropped = connect_oracle(rows, x, nothing, p, mode, rng)[0]
    out, _ = connect_oracle(x_dropped, W, b, p, "test", rng)
    return out, (x_dropped, W, 1.0)


def outputs_dropped(x, W, b, p, mode, rng):
    out, cache = connect_oracle(x, W, b, p, "test", rng)
    rows, nothing = np.eye(len(x), dtype=x.dtype), np.zeros(W.shape[1], x.dtype)
    return connect_oracle(rows, out, nothing, p, mode, rng)[0], cache


def bias_dropped(x, W, b, p, mode, rng):
    with_ones = np.hstack([x, np.ones((len(x), 1), x.dtype)])
    out, (_, _, factor) = connect_oracle(
        with_ones, np.vstack([W, b]), 0 * b, p, mode, rng
    )
    return out, (x, W, factor[:-1] if np.ndim(factor) else factor)


def whole_inputs(x, W, b, p, mode, rng):
    D = len(W)
    one_each, nothing = np.ones((D, 1), x.dtype), np.zeros(1, x.dtype)
    factor = connect_oracle(np.eye(D, dtype=x.dtype), one_each, nothing, p, mode, rng)[
        0
    ]
    out, _ = connect_oracle(x, W * factor, b, p, "test", rng)
    return out, (x, W, np.repeat(factor, W.shape[1], axis=1))


def masked_weights_in_cache(x, W, b, p, mode, rng):
    out, (_, _, factor) = connect_oracle(x, W, b, p, mode, rng)
    return out, (x, W * factor, factor)


def in_float64(x, W, b, p, mode, rng):
    return connect_oracle(
        x * np.float64(1), W * np.float64(1), b * np.float64(1), p, mode, rng
    )


CONNECT_WORKED = (
    "One image x = (1, 2), W = ((3, 4), (5, 6)), b = (0, 1) and p = 0.5. Draw a number for "
    "each of the four weights; let those of 3 and 6 be below 0.5, so that these two are "
    "dropped, and the others doubled: ((0, 8), (10, 0)). Then out = (1 * 0 + 2 * 10, 1 * 8 + "
    "2 * 0) + b = (20, 9). At test time W is used as it is: out = (13, 17)."
)
DROPCONNECT_FORWARD = Exercise(
    id="07.dropconnect_forward",
    points=3,
    minutes=15,
    oracle=connect_oracle,
    cases=connect_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=CONNECT_WORKED,
    misconceptions=(
        Misconception(
            "inputs dropped instead of weights",
            inputs_dropped,
            "You drop values of x: that is dropout of the inputs, and an input that is lost "
            "is lost for all outputs. Which array does the mask of DropConnect belong to?",
        ),
        Misconception(
            "outputs dropped instead of weights",
            outputs_dropped,
            "You drop values of the output: that is dropout after the layer. Which array "
            "does the mask of DropConnect belong to?",
        ),
        Misconception(
            "the bias is dropped too",
            bias_dropped,
            "Where the input is zero the output should be the bias, and some of it is "
            "missing. To which of the parameters does the mask belong?",
        ),
        Misconception(
            "whole rows of W dropped",
            whole_inputs,
            "A row of W is dropped as a whole or not at all, so that an input is lost for all "
            "outputs. How many numbers does a choice for every single weight need?",
        ),
        Misconception(
            "not scaled",
            lambda x, W, b, p, mode, rng: weights_scaled(
                x, W, b, p, mode, rng, train=1 - p
            ),
            "In training weights are dropped, and nothing makes up for them. If a share p of "
            "the weights is missing, how much larger must the rest be?",
        ),
        Misconception(
            "scaled in both modes",
            lambda x, W, b, p, mode, rng: weights_scaled(
                x, W, b, p, mode, rng, test=1 - p
            ),
            "The weights are scaled in training, and once more at test time. What is left to "
            "do when nothing is dropped?",
        ),
        Misconception(
            "divided by p",
            lambda x, W, b, p, mode, rng: weights_scaled(
                x, W, b, p, mode, rng, train=(1 - p) / p
            ),
            "You divide by p, the share that is dropped. Which share has survived?",
        ),
        Misconception(
            "keep and drop probability exchanged",
            lambda x, W, b, p, mode, rng: connect_oracle(x, W, b, 1 - p, mode, rng),
            "You take p for the probability of keeping a weight. It is the probability of "
            "dropping one. With p = 0.25, how many of 100 weights should survive?",
        ),
        Misconception(
            "dropping at test time",
            lambda x, W, b, p, mode, rng: connect_oracle(x, W, b, p, "train", rng),
            "At test time you still drop weights. What should `mode` decide?",
        ),
        Misconception(
            "masked weights in the cache",
            masked_weights_in_cache,
            "`out` is right, but the cache holds the masked weights in the place of W: used "
            "with the factor again, they would be scaled twice. What does the docstring put "
            "there?",
        ),
        Misconception(
            "float64 out of float32",
            in_float64,
            "A float32 input comes out as float64. Which dtype does your mask have when you "
            "multiply?",
        ),
        Misconception(
            "random numbers of its own",
            lambda x, W, b, p, mode, rng: connect_oracle(
                x, W, b, p, mode, np.random.default_rng()
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same mask in every call",
            lambda x, W, b, p, mode, rng: connect_oracle(
                x, W, b, p, mode, np.random.default_rng(0)
            ),
            FIXED_NUMBERS,
        ),
    ),
)


def bent(dW=None, dx=None, db=None):
    """Another factor for one of the gradients."""

    def version(dout, cache):
        x, W, factor = cache
        right = connect_backward_oracle(dout, cache)
        other = {
            "dx": dx and connect_backward_oracle(dout, (x, W, dx(factor)))[0],
            "dW": dW and connect_backward_oracle(dout, (x, W, dW(factor)))[1],
            "db": db and db(right[2], len(x)),
        }
        names = ("dx", "dW", "db")
        return tuple(
            part if other[name] is None else other[name]
            for name, part in zip(names, right, strict=True)
        )

    return version


CONNECT_BACKWARD_WORKED = (
    "Forward, the layer used W f, element by element, in the place of W. So dx is what an "
    "affine layer with the weights W f gives. Its weight gradient is the gradient of W f; a "
    "weight enters W f multiplied by its factor, so its own gradient is multiplied by the "
    "same factor. With x = (1, 2), dout = (1, 10) and f = ((2, 0), (0, 2)): "
    "((1, 10), (2, 20)) times f is ((2, 0), (0, 40))."
)
DROPCONNECT_BACKWARD = Exercise(
    id="07.dropconnect_backward",
    points=3,
    minutes=15,
    oracle=connect_backward_oracle,
    cases=connect_backward_cases,
    returns=("dx", "dW", "db"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=CONNECT_BACKWARD_WORKED,
    misconceptions=(
        Misconception(
            "mask missing in dW",
            bent(dW=lambda factor: np.ones_like(factor)),
            "A weight that was dropped gets a gradient, although it had no say in the "
            "output. Which factor stood before it in the forward pass?",
        ),
        Misconception(
            "mask missing in dx",
            bent(dx=lambda factor: np.ones_like(factor)),
            "Your dx goes back through all weights, also the dropped ones. Which weights did "
            "x meet on the way forward?",
        ),
        Misconception(
            "mask missing in both",
            bent(
                dW=lambda factor: np.ones_like(factor),
                dx=lambda factor: np.ones_like(factor),
            ),
            "These are the gradients of a layer in which nothing is dropped. What is the "
            "factor in the cache for?",
        ),
        Misconception(
            "scale missing in dW",
            bent(dW=lambda factor: np.array(factor != 0) * 1.0),
            "The right weights get a gradient, but it is not scaled. By what was a kept "
            "weight multiplied on the way forward?",
        ),
        Misconception(
            "mask twice in dW",
            bent(dW=lambda factor: factor**2),
            "The factor enters dW twice. How often did it enter on the way forward?",
        ),
        Misconception(
            "bias gradient averaged",
            bent(db=lambda right, N: right / N),
            "db is divided by the number of images. How often was b added: once, or once for "
            "each image?",
        ),
        Misconception(
            "dW averaged over the images",
            lambda dout, cache: tuple(
                part / len(dout) if i == 1 else part
                for i, part in enumerate(connect_backward_oracle(dout, cache))
            ),
            "dW is divided by the number of images. Whoever made dout has averaged already: "
            "what is left for a layer to do?",
        ),
    ),
)
