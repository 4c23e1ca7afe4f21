"""Transposed convolution by hand, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without

NUMPY_ONLY = without("torch", "F", "nn", "utils.exercises")


def transposed_oracle(x, w, stride=1, pad=0):
    images, filters = torch.from_numpy(np.array(x)), torch.from_numpy(np.array(w))
    return F.conv_transpose2d(images, filters, None, stride, pad).numpy()


def row(*values):
    """One row of numbers as an image with one channel."""
    return np.array([[[values]]], float)


def transposed_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, x_shape, w_shape, **more):
        return call(name, rng.normal(size=x_shape), rng.normal(size=w_shape), **more)

    return [
        call(
            "a row by hand, stride 2",
            row(2, 3),
            row(1, 10, 100),
            stride=2,
            working="2 * (1, 10, 100) at place 0 and 3 * (1, 10, 100) at place 2: "
            "(2, 20, 200 + 3, 30, 300)",
        ),
        drawn("stride 1", (2, 3, 4, 5), (3, 2, 2, 3)),
        drawn("stride 2, windows overlap", (2, 3, 3, 4), (3, 5, 3, 4), stride=2),
        drawn("stride 2, padding 1", (2, 4, 5, 3), (4, 3, 4, 3), stride=2, pad=1),
        drawn("stride 3, gaps stay empty", (1, 2, 3, 5), (2, 3, 2, 1), stride=3),
        drawn("one pixel in, one window out", (2, 3, 1, 1), (3, 4, 2, 5), stride=4),
    ]


def overwritten(x, w, stride=1, pad=0):
    out = 0 * transposed_oracle(x, w, stride)
    for place in np.ndindex(x.shape[2:]):
        alone, dot = np.zeros_like(x), np.zeros_like(x)
        alone[:, :, *place], dot[:, :, *place] = x[:, :, *place], 1
        touched = transposed_oracle(dot, np.ones_like(w), stride) > 0
        out = np.where(touched, transposed_oracle(alone, w, stride), out)
    high, wide = out.shape[2:]
    return out[:, :, pad : high - pad, pad : wide - pad]


def filter_spread(x, w, stride=1, pad=0):
    images, filters = torch.from_numpy(x.copy()), torch.from_numpy(w.copy())
    return F.conv_transpose2d(images, filters, padding=pad, dilation=stride).numpy()


def cut_to_nothing(x, w, stride=1, pad=0):
    return transposed_oracle(x, w, stride)[:, :, pad:-pad, pad:-pad]


def frame_added(x, w, stride=1, pad=0):
    frame = (0, 0), (0, 0), (pad, pad), (pad, pad)
    return np.pad(transposed_oracle(x, w, stride), frame)


TRANSPOSED_CONV = Exercise(
    id="09.transposed_conv",
    points=2,
    minutes=20,
    oracle=transposed_oracle,
    cases=transposed_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="The row (2, 3) with the filter (1, 10, 100), stride 2. The 2 stamps (2, 20, 200) "
    "at the places 0, 1, 2; the 3 stamps (3, 30, 300) at 2, 3, 4. At place 2 the two stamps "
    "meet: 200 + 3 = 203. The length is (2 - 1) * 2 + 3 = 5; padding 1 would cut one number "
    "off at both ends: (20, 203, 30).",
    misconceptions=(
        Misconception(
            "the last stamp wins",
            overwritten,
            "Where two windows overlap you keep the later one. What becomes of the "
            "contribution of the other pixel?",
        ),
        Misconception(
            "filter turned",
            lambda x, w, stride=1, pad=0: transposed_oracle(
                x, w[:, :, ::-1, ::-1], stride, pad
            ),
            "Your filter is turned by 180 degrees. That is needed when every output looks "
            "back at the input; here every input stamps the filter. Which of the two do you do?",
        ),
        Misconception(
            "stride ignored",
            lambda x, w, stride=1, pad=0: transposed_oracle(x, w, 1, pad),
            "The stride has no effect. How far apart are the stamps of two neighbouring pixels?",
        ),
        Misconception(
            "filter spread instead of the image",
            filter_spread,
            "The holes are in your filter (that is dilation). What does the stride move apart "
            "here: the numbers of the filter, or the stamps?",
        ),
        Misconception(
            "padding ignored",
            lambda x, w, stride=1, pad=0: transposed_oracle(x, w, stride),
            "The padding has no effect. A convolution with padding P gets a larger image; what "
            "does its reverse do with the frame?",
        ),
        Misconception(
            "cut to nothing where there is no padding",
            cut_to_nothing,
            "With padding all is right; without it nothing is left, because `[0:-0]` is "
            "`[0:0]`, an empty slice. Up to which row does the result go, counted from "
            "the front?",
        ),
        Misconception(
            "padding adds a frame",
            frame_added,
            "Your padding makes the result larger. The forward convolution added a frame to ITS "
            "input, which is your output: should it be there in the end?",
        ),
        Misconception(
            "one channel in",
            lambda x, w, stride=1, pad=0: transposed_oracle(
                x[:, :1], w[:1], stride, pad
            ),
            "Only the first channel of the input is used. Over which axis of w do you add up?",
        ),
    ),
)
