"""Dilated convolution by hand, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.architectures.transposed import NUMPY_ONLY, row


def dilated_oracle(x, w, dilation=1):
    images, filters = torch.from_numpy(np.array(x)), torch.from_numpy(np.array(w))
    return F.conv2d(images, filters, dilation=dilation).numpy()


def dilated_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, x_shape, w_shape, dilation):
        x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
        return call(name, x, w, dilation)

    return [
        call(
            "a row by hand, dilation 2",
            row(1, 2, 3, 4, 5, 6, 7),
            row(1, 10, 100),
            2,
            working="the filter reaches over 2 * (3 - 1) + 1 = 5 pixels: "
            "1 + 3 * 10 + 5 * 100 = 531, then 642, then 753",
        ),
        drawn("dilation 1 is a plain convolution", (2, 3, 5, 6), (4, 3, 2, 3), 1),
        drawn("dilation 2", (2, 3, 8, 11), (4, 3, 3, 4), 2),
        drawn("dilation 3, wide image", (1, 2, 9, 14), (3, 2, 2, 4), 3),
        drawn("1 x 1 has no holes", (2, 3, 4, 5), (2, 3, 1, 1), 4),
    ]


def as_stride(x, w, dilation=1):
    images, filters = torch.from_numpy(x.copy()), torch.from_numpy(w.copy())
    return F.conv2d(images, filters, stride=dilation).numpy()


def image_thinned(x, w, dilation=1):
    return dilated_oracle(x[:, :, ::dilation, ::dilation], w)


def size_of_plain(x, w, dilation=1):
    high, wide = w.shape[2:]
    more = (dilation - 1) * (high - 1), (dilation - 1) * (wide - 1)
    frame = (0, 0), (0, 0), (0, more[0]), (0, more[1])
    return dilated_oracle(np.pad(x, frame), w, dilation)


DILATED_CONV = Exercise(
    id="09.dilated_conv",
    points=2,
    minutes=15,
    oracle=dilated_oracle,
    cases=dilated_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="The row (1, 2, 3, 4, 5, 6, 7), the filter (1, 10, 100), dilation 2. The filter reads "
    "every second pixel: (1, 3, 5), then (2, 4, 6), then (3, 5, 7): 531, 642 and 753. It "
    "reaches over 5 pixels, so that the output has 7 - 5 + 1 = 3 numbers.",
    misconceptions=(
        Misconception(
            "dilation ignored",
            lambda x, w, dilation=1: dilated_oracle(x, w),
            "The dilation has no effect. How far apart are two pixels that neighbouring numbers "
            "of the filter are multiplied by?",
        ),
        Misconception(
            "one hole too many",
            lambda x, w, dilation=1: dilated_oracle(x, w, dilation + 1),
            "Your holes are one pixel too wide. With dilation 1 there is no hole at all: how far "
            "is it from one number of the filter to the next?",
        ),
        Misconception(
            "dilation as a stride",
            as_stride,
            "Your filter has no holes and takes larger steps: that is a stride. What is spread "
            "in a dilated convolution, the filter or its places?",
        ),
        Misconception(
            "image thinned out",
            image_thinned,
            "You drop pixels of the image first, so that most places of the filter are lost. "
            "Do the windows of two neighbouring outputs begin at neighbouring pixels?",
        ),
        Misconception(
            "windows reach over the edge",
            size_of_plain,
            "Your output has the size of a convolution without holes: the last windows reach "
            "over the edge. How many pixels does the filter span with its holes?",
        ),
        Misconception(
            "filter flipped",
            lambda x, w, dilation=1: dilated_oracle(x, w[:, :, ::-1, ::-1], dilation),
            "Your filter is turned by 180 degrees. Which way round do the layers of this course "
            "apply a filter (lesson 05)?",
        ),
    ),
)
