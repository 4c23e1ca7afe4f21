"""The columns put back into an image, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.im2col import SETTINGS, im2col_oracle
from utils.exercises.convolution.shared import (
    NOTHING_LEFT,
    a_side,
    as_if_step_one,
    cut_by_minus,
    no_pixel_loop,
    tensors,
)
from utils.exercises.shared import NUMPY_ONLY


def col2im_oracle(columns, shape, size, stride=1, pad=0):
    import torch

    (table,) = tensors(columns)
    images = torch.nn.functional.fold(
        table, shape[2:], a_side(size), stride=a_side(stride), padding=a_side(pad)
    )
    return images.detach().numpy()


def col2im_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, shape, size, stride, pad):
        columns = rng.normal(
            size=im2col_oracle(np.zeros(shape), size, stride, pad).shape
        )
        return call(name, columns, shape, size, stride=stride, pad=pad)

    return [
        call(
            "a 3 x 3 image by hand",
            np.arange(1.0, 17).reshape(1, 4, 4),
            (1, 1, 3, 3),
            2,
            working="pixel [0, 1] is row 1 of column 0 and row 0 of column 1: 5 + 2 = 7",
        ),
        *(case(name, *setting) for name, setting in SETTINGS.items()),
    ]


def turned_windows(columns, shape, size, stride=1, pad=0):
    """Each column read as a window of the width as height."""
    (high, wide), (n, rows, places) = np.broadcast_to(size, 2), columns.shape
    apart = columns.reshape(n, shape[1], wide, high, places)
    return col2im_oracle(
        apart.swapaxes(2, 3).reshape(n, rows, places), shape, size, stride, pad
    )


def channels_read_fastest(columns, shape, size, stride=1, pad=0):
    n, rows, places = columns.shape
    apart = columns.reshape(n, -1, shape[1], places)
    return col2im_oracle(
        apart.swapaxes(1, 2).reshape(n, rows, places), shape, size, stride, pad
    )


def framed_shape(shape, pad):
    high, wide = np.broadcast_to(pad, 2)
    return (*shape[:2], int(shape[2] + 2 * high), int(shape[3] + 2 * wide))


def with_frame(columns, shape, size, stride=1, pad=0):
    return col2im_oracle(columns, framed_shape(shape, pad), size, stride, 0)


def cut_at_one_end(columns, shape, size, stride=1, pad=0):
    whole = with_frame(columns, shape, size, stride, pad)
    return whole[:, :, : shape[2], : shape[3]]


def cut_without_frame(columns, shape, size, stride=1, pad=0):
    return cut_by_minus(with_frame(columns, shape, size, stride, pad), pad)


def step_one(columns, shape, size, stride=1, pad=0):
    """The windows put back one pixel apart."""
    whole, (high, wide) = framed_shape(shape, pad), np.broadcast_to(size, 2)
    out = [
        (n - f) // s + 1
        for n, f, s in zip(
            whole[2:], (high, wide), np.broadcast_to(stride, 2), strict=True
        )
    ]
    room = [n - f + 1 for n, f in zip(whole[2:], (high, wide), strict=True)]
    spread = as_if_step_one(columns.reshape(*columns.shape[:2], *out), room)
    flat = spread.reshape(*columns.shape[:2], -1)
    return col2im_oracle(flat, shape, size, 1, pad)


def overwritten(columns, shape, size, stride, pad, groups):
    """What is left where each of the groups of entries overwrites those before it."""
    images = np.zeros(shape)
    for mask in groups:
        touched = col2im_oracle(np.ones_like(columns) * mask, shape, size, stride, pad)
        part = col2im_oracle(columns * mask, shape, size, stride, pad)
        images[touched != 0] = part[touched != 0]
    return images


def last_offset_stays(columns, shape, size, stride=1, pad=0):
    area = int(np.prod(np.broadcast_to(size, 2)))
    offsets = np.arange(columns.shape[1]) % area
    groups = [(offsets == k)[:, None] for k in range(area)]
    return overwritten(columns, shape, size, stride, pad, groups)


def last_window_stays(columns, shape, size, stride=1, pad=0):
    places = np.arange(columns.shape[2])
    groups = [places == k for k in places]
    return overwritten(columns, shape, size, stride, pad, groups)


def averaged(columns, shape, size, stride=1, pad=0):
    counts = col2im_oracle(np.ones_like(columns), shape, size, stride, pad)
    return col2im_oracle(columns, shape, size, stride, pad) / np.maximum(counts, 1)


COL2IM_HINT = (
    "The values are right; now do without the loop over the pixels. Take row k of all columns: the same offset of every "
    "window. Which pixels of the image does it belong to, written as one slice with a step?"
)


def large_table() -> Case:
    columns, shape = np.ones((1, 6, 127 * 126)), (1, 1, 128, 128)
    return call("An image of 128 x 128 pixels", columns, shape, (2, 3))


COL2IM = Exercise(
    id="05.col2im",
    points=3,
    minutes=20,
    oracle=col2im_oracle,
    cases=col2im_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_table, COL2IM_HINT)),
    worked="One row of three pixels and windows of two: `im2col` makes the columns (x0, x1) and (x1, x2). Now let the columns "
    "hold (1, 2) and (3, 4). Pixel 0 is in the first column only: 1. Pixel 1 is in both: 2 + 3 = 5. Pixel 2: 4. "
    "Put back, the image is (1, 5, 4).",
    misconceptions=(
        Misconception(
            "the last offset overwrites the others",
            last_offset_stays,
            "A pixel lies in several windows. In your image only what came last is left. What must happen to what is "
            "there already?",
        ),
        Misconception(
            "the last window overwrites the others",
            last_window_stays,
            "A pixel lies in several windows. In your image only the last of them is left. What must happen to what is "
            "there already?",
        ),
        Misconception(
            "overlaps averaged",
            averaged,
            "You divide by the number of windows that a pixel lies in. The gradient of a pixel that is used twice: is it "
            "the sum or the mean of the two?",
        ),
        Misconception(
            "frame kept",
            with_frame,
            "Your images still have the frame of the padding. Which part of them belongs to x?",
        ),
        Misconception(
            "frame cut off at one end only",
            cut_at_one_end,
            "Your images have the right shape, but begin in the frame. Where in the padded image is pixel [0, 0] of x?",
        ),
        Misconception("frame cut off with a minus", cut_without_frame, NOTHING_LEFT),
        Misconception(
            "stride ignored",
            step_one,
            "You put the windows back one pixel apart. How far apart were they when they were taken?",
        ),
        Misconception(
            "height and width of the window exchanged",
            turned_windows,
            "You read each column as a window lying on its side. A size is (height, width): which of the two "
            "runs fastest in a column?",
        ),
        Misconception(
            "channels read as running fastest",
            channels_read_fastest,
            "You read the columns as if the channels of one pixel stood together. What are the first FH * FW entries of a "
            "column?",
        ),
    ),
)
