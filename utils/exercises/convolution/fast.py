"""The convolution layer without a loop over pixels, forward and backward."""

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.gradient import (
    ADD_UP,
    GRADIENT_MISTAKES,
    GRADIENT_WORKED,
    conv_gradient_oracle,
    dout_for,
    gradient_cases,
    last_offset_stays,
)
from utils.exercises.convolution.layer import (
    CONV_MISTAKES,
    CONV_WORKED,
    conv_cases,
    conv_oracle,
    drawn,
    with_out,
)
from utils.exercises.convolution.shared import no_pixel_loop
from utils.exercises.shared import NUMPY_ONLY

# --- forward ----------------------------------------------------------------------


def forward_cases(rng: np.random.Generator) -> list[Case]:
    """Adds numbers of single precision, which must stay so."""
    x, w, b = (
        part.astype(np.float32) for part in drawn(rng, (2, 3, 4, 6), (5, 3, 3, 2))
    )

    def dtype(subject):
        out, _ = unpack(subject(x, w, b, stride=2, pad=1), "out", "cache")
        return str(getattr(out, "dtype", "no array"))

    return [*conv_cases(rng), Case("float32 stays float32", dtype, expected="float32")]


FORWARD_HINT = (
    "The values are right; now let NumPy do the loop over the pixels. If all windows of an image are the "
    "columns of one table, which single product gives all outputs of all filters?"
)


def filters_last(x, w, b, stride, pad):
    """(N, OH, OW, K) reshaped to (N, K, OH, OW)."""
    out = conv_oracle(x, w, b, stride, pad)[0]
    return np.moveaxis(out, 1, 3).reshape(out.shape)


def filters_first(x, w, b, stride, pad):
    """(K, N, OH, OW) reshaped to (N, K, OH, OW)."""
    out = conv_oracle(x, w, b, stride, pad)[0]
    return out.swapaxes(0, 1).reshape(out.shape)


def large_image() -> Case:
    x, w = np.ones((1, 1, 128, 128)), np.ones((1, 1, 2, 3))
    return call("An image of 128 x 128 pixels", x, w, np.ones(1))


CONV_FORWARD = Exercise(
    id="05.conv_forward",
    points=4,
    minutes=25,
    oracle=conv_oracle,
    cases=forward_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, FORWARD_HINT)),
    worked=CONV_WORKED,
    misconceptions=(
        *CONV_MISTAKES,
        Misconception(
            "rows of the table in another order than the weights",
            with_out(
                lambda x, w, b, stride, pad: conv_oracle(
                    x,
                    w.reshape(len(w), -1, w.shape[1]).swapaxes(1, 2).reshape(w.shape),
                    b,
                    stride,
                    pad,
                )[0]
            ),
            "The shapes fit, but weights meet the wrong pixels. `w.reshape(K, -1)` runs through channels, then "
            "rows, then columns of the filter: in which order do the rows of your table run?",
        ),
        Misconception(
            "filters last, reshaped to be second",
            with_out(filters_last),
            "The numbers are right, their places are not: your product has the filters in its last axis, and "
            "`reshape` moves no axis. Which method does?",
        ),
        Misconception(
            "filters first, reshaped to be second",
            with_out(filters_first),
            "Only batches of several images fail: your product has the filters in its first axis, before the images, "
            "and `reshape` moves no axis. Which method does?",
        ),
        Misconception(
            "double precision whatever comes in",
            lambda x, w, b, stride=1, pad=0: (
                conv_oracle(x, w, b, stride, pad)[0].astype(float),
                (x, w, b, stride, pad),
            ),
            "From float32 you make float64, which takes twice the time and the memory. Which dtype does "
            "`np.zeros` give you when you do not ask for one?",
        ),
    ),
)

# --- backward ---------------------------------------------------------------------


def backward_cases(rng: np.random.Generator) -> list[Case]:
    """Adds numbers of single precision, which must stay so."""
    parts = drawn(rng, (2, 3, 4, 6), (5, 3, 3, 2))
    x, w, b = (part.astype(np.float32) for part in parts)
    dout = dout_for(rng, x, w, 2, 1).astype(np.float32)

    def dtypes(subject):
        gradients = unpack(subject(dout, (x, w, b, 2, 1)), "dx", "dw", "db")
        return [str(getattr(part, "dtype", "no array")) for part in gradients]

    expected = ["float32"] * 3
    return [
        *gradient_cases(rng),
        Case("float32 stays float32", dtypes, expected=expected),
    ]


BACKWARD_HINT = (
    "The values are right; now let NumPy do the loop over the pixels. With all windows of an image as the columns of a "
    "table, dw is one product and the gradient of the table another. Which loop is left when the table goes back "
    "into the image?"
)


def large_gradient() -> Case:
    x, w = np.ones((1, 1, 128, 128)), np.ones((1, 1, 2, 3))
    return call(
        "An image of 128 x 128 pixels", np.ones((1, 1, 127, 126)), (x, w, np.ones(1), 1, 0)
    )  # fmt: skip


CONV_BACKWARD = Exercise(
    id="05.conv_backward",
    points=5,
    minutes=30,
    oracle=conv_gradient_oracle,
    cases=backward_cases,
    returns=("dx", "dw", "db"),
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_gradient, BACKWARD_HINT)),
    worked=GRADIENT_WORKED,
    misconceptions=(
        *GRADIENT_MISTAKES,
        Misconception(
            "the last weight overwrites the others", last_offset_stays, ADD_UP
        ),
        Misconception(
            "gradients in double precision",
            lambda dout, cache: tuple(
                part.astype(float) for part in conv_gradient_oracle(dout, cache)
            ),
            "From float32 you make float64, which takes twice the time and the memory. Which dtype does "
            "`np.zeros` give you when you do not ask for one?",
        ),
    ),
)
