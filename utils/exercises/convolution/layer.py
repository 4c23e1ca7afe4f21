"""The forward pass of a convolution layer, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.shared import (
    a_side,
    exchanged,
    framed,
    tensors,
)
from utils.exercises.shared import NUMPY_ONLY


def conv_oracle(x, w, b, stride=1, pad=0):
    import torch

    with torch.no_grad():
        out = torch.nn.functional.conv2d(
            *tensors(x, w, b), stride=a_side(stride), padding=a_side(pad)
        )
    return out.numpy(), (x, w, b, stride, pad)


NOTES_X = np.array(
    [[[[3.0, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]]]]
)  # fmt: skip
NOTES_W = np.array([[[[0.0, 2, 3], [3, 1, 0], [2, 0, 1]]]])
TWO_X = np.array([[np.arange(9.0).reshape(3, 3), np.arange(1.0, 10).reshape(3, 3)]])
TWO_W = np.array([[[[0.0, 1], [2, 3]], [[1, 2], [3, 4]]]])

SETTINGS = {
    "stride 1, no padding": ((2, 3, 5, 7), (4, 3, 2, 3), 1, 0),
    "stride 2, padding 1, wide image": ((2, 3, 8, 13), (5, 3, 4, 6), 2, 1),
    "another stride and padding a side, tall image": (
        (3, 2, 11, 7),
        (4, 2, 5, 3),
        (3, 2),
        (2, 1),
    ),
    "1 x 1 filters": ((2, 5, 3, 4), (3, 5, 1, 1), 1, 0),
    "stride 3: the last column is left over": ((1, 2, 7, 8), (3, 2, 3, 3), 3, 0),
}
"""Shapes of x and w, stride and padding, by name."""


def drawn(rng: np.random.Generator, x_shape, w_shape) -> tuple[np.ndarray, ...]:
    """Images, filters and biases of these shapes."""
    return (
        rng.normal(size=x_shape),
        rng.normal(size=w_shape),
        rng.normal(size=w_shape[0]),
    )


def conv_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "a 4 x 4 image by hand",
            NOTES_X,
            NOTES_W,
            np.array([1.0]),
            working="row 0, column 0: 3*0 + 0*2 + 8*3 + 6*3 + 5*1 + 1*0 + 0*2 + 7*0 + 0*1 + 1 = 48",
        ),
        call(
            "two channels by hand",
            TWO_X,
            TWO_W,
            np.array([0.0]),
            working="row 0, column 0: 19 from the first channel and 37 from the second",
        ),
        *(
            call(name, *drawn(rng, x_shape, w_shape), stride=stride, pad=pad)
            for name, (x_shape, w_shape, stride, pad) in SETTINGS.items()
        ),
    ]


def with_out(change):
    """The layer whose output is `change(x, w, b, stride, pad)`, with the right cache."""

    def forward(x, w, b, stride=1, pad=0):
        return change(x, w, b, stride, pad), (x, w, b, stride, pad)

    return forward


def stops_unless_square(x, w, b, stride, pad):
    if w.shape[2] != w.shape[3]:
        raise ValueError("the shapes of window and filter do not match")
    return conv_oracle(x, w, b, stride, pad)[0]


def width_from_height(x, w, b, stride, pad):
    out = conv_oracle(x, w, b, stride, pad)[0]
    if out.shape[3] < out.shape[2]:
        raise ValueError("a window reaches beyond the image")
    return out[:, :, :, : out.shape[2]]


def windows_without_stride(x, w, b, stride, pad):
    high, wide = conv_oracle(x, w, b, stride, pad)[0].shape[2:]
    return conv_oracle(x, w, b, 1, pad)[0][:, :, :high, :wide]


def one_channel_each(x, w, b, stride, pad):
    parts = [
        conv_oracle(x[:, c : c + 1], w[:, c : c + 1], b, stride, pad)[0]
        for c in range(x.shape[1])
    ]
    return np.stack(parts, axis=2)


CONV_WORKED = (
    "One image, two channels: [[0, 1, 2], [3, 4, 5], [6, 7, 8]] and the same plus one. One filter: "
    "[[0, 1], [2, 3]] for the first channel, [[1, 2], [3, 4]] for the second. Lay it on the top left "
    "corner: 0*0 + 1*1 + 3*2 + 4*3 = 19 in the first channel, 1*1 + 2*2 + 4*3 + 5*4 = 37 in the "
    "second. Their sum, 56, plus the bias is ONE output number. The window then moves by the stride."
)
CONV_MISTAKES = (
    Misconception(
        "filter turned",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(
                x, w[:, :, ::-1, ::-1], b, stride, pad
            )[0]
        ),
        "You turn the filter by 180 degrees, as a true convolution does. A ConvNet "
        "learns its filters; does its layer turn them?",
    ),
    Misconception(
        "height and width of the filter exchanged",
        with_out(stops_unless_square),
        "Your code stops wherever a filter is not square. The shape of w is (K, C, FH, FW): which of "
        "the last two is the height, and which one do you use for the rows?",
    ),
    Misconception(
        "filter on its side",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(
                x, w.swapaxes(2, 3), b, stride, pad
            )[0]
        ),
        "Rows and columns of your filter are exchanged. Which axis of w (K, C, FH, FW) runs down "
        "the image?",
    ),
    Misconception(
        "output width from the height",
        with_out(width_from_height),
        "Your output is as wide as it is high, whatever the image is. Which side of "
        "the image, which side of the filter, which stride and padding decide about the width?",
    ),
    Misconception(
        "stride ignored",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(x, w, b, 1, pad)[0],
        ),
        "The stride has no effect in your code. How far does the window move from "
        "one output number to the next, and how many output numbers are there then?",
    ),
    Misconception(
        "windows one pixel apart",
        with_out(windows_without_stride),
        "Your output has the right size for the stride, but neighbouring numbers come from windows one "
        "pixel apart. In which row of the image does the window of output row i begin?",
    ),
    Misconception(
        "padding ignored",
        with_out(lambda x, w, b, stride, pad: conv_oracle(x, w, b, stride, 0)[0]),
        "The padding has no effect in your code. Which array do the windows look at, x itself or x with its "
        "frame of zeros?",
    ),
    Misconception(
        "sides of stride and padding exchanged",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(
                x, w, b, exchanged(stride), exchanged(pad)
            )[0]
        ),
        "Only the case with another stride and padding a side fails. A pair is (height, width): which of the "
        "two moves the window down?",
    ),
    Misconception(
        "first channel only",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(x[:, :1], w[:, :1], b, stride, pad)[0]
        ),
        "Only the first channel of the image is looked at. A filter has C layers, one for each "
        "channel: what becomes of their results?",
    ),
    Misconception(
        "channels not summed",
        with_out(one_channel_each),
        "Your output keeps a number for each channel of the image. How many output numbers does one filter "
        "give at one place?",
    ),
    Misconception(
        "bias forgotten",
        with_out(lambda x, w, b, stride, pad: conv_oracle(x, w, 0 * b, stride, pad)[0]),
        "Every output of filter k is off by the same number, b[k]. Where do you add the bias?",
    ),
    Misconception(
        "bias added once a channel",
        with_out(
            lambda x, w, b, stride, pad: conv_oracle(x, w, x.shape[1] * b, stride, pad)[0]
        ),
        "Your bias enters once for each channel. How many biases does one filter have?",
    ),
    Misconception(
        "padded image in the cache",
        lambda x, w, b, stride=1, pad=0: (
            conv_oracle(x, w, b, stride, pad)[0],
            (framed(x, pad), w, b, stride, pad),
        ),
        "The output is right, but the cache holds the image with its frame. Which x does the docstring put "
        "into the cache?",
    ),
)  # fmt: skip

CONV_FORWARD_LOOPS = Exercise(
    id="05.conv_forward_loops",
    points=4,
    minutes=25,
    oracle=conv_oracle,
    cases=conv_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=CONV_WORKED,
    misconceptions=CONV_MISTAKES,
)
