"""All windows of an image as the columns of a table, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.convolution.shared import a_side, exchanged, no_pixel_loop, tensors
from utils.exercises.shared import NUMPY_ONLY


def im2col_oracle(x, size, stride=1, pad=0):
    import torch

    (image,) = tensors(x)
    columns = torch.nn.functional.unfold(
        image, a_side(size), stride=a_side(stride), padding=a_side(pad)
    )
    return columns.detach().numpy()


SETTINGS = {
    "two images of three channels, windows 2 x 3": ((2, 3, 5, 7), (2, 3), 1, 0),
    "stride 2, padding 1, wide image": ((3, 2, 6, 11), (4, 5), 2, 1),
    "another stride and padding a side": ((2, 3, 10, 8), (4, 5), (3, 1), (2, 1)),
    "windows of one pixel": ((2, 5, 3, 4), 1, 1, 0),
    "stride 3: the last column is left over": ((1, 2, 6, 8), 3, 3, 0),
}
"""Shape of x, size, stride and padding, by name."""
BY_HAND = np.arange(9.0).reshape(1, 1, 3, 3)


def im2col_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "a 3 x 3 image by hand",
            BY_HAND,
            2,
            working="column 0 is the top left window: 0, 1, 3, 4; column 1 is 1, 2, 4, 5",
        ),
        *(
            call(name, rng.normal(size=shape), size, stride=stride, pad=pad)
            for name, (shape, size, stride, pad) in SETTINGS.items()
        ),
    ]


def channels_innermost(x, size, stride=1, pad=0):
    columns = im2col_oracle(x, size, stride, pad)
    n, rows, places = columns.shape
    apart = columns.reshape(n, x.shape[1], -1, places)
    return apart.swapaxes(1, 2).reshape(n, rows, places)


def not_transposed(x, size, stride=1, pad=0):
    """Windows reshaped as they come, places before what a window holds."""
    columns = im2col_oracle(x, size, stride, pad)
    n, rows, places = columns.shape
    apart = columns.reshape(n, x.shape[1], -1, places)
    return apart.swapaxes(2, 3).reshape(n, rows, places)


def down_first(x, size, stride=1, pad=0):
    """Windows in the order of columns of places."""
    high, wide = np.broadcast_to(size, 2)
    on_its_side = im2col_oracle(
        x.swapaxes(2, 3), exchanged(size), exchanged(stride), exchanged(pad)
    )
    n, rows, places = on_its_side.shape
    apart = on_its_side.reshape(n, x.shape[1], wide, high, places)
    return apart.swapaxes(2, 3).reshape(n, rows, places)


def one_table(x, size, stride=1, pad=0):
    columns = im2col_oracle(x, size, stride, pad)
    return np.concatenate(list(columns), axis=1)


IM2COL_HINT = (
    "The values are right; now let NumPy do the loop over the pixels. `sliding_window_view` shows all windows at "
    "once without copying a number: which axes has its result, and in which order do you want them?"
)


def large_image() -> Case:
    image = np.ones((1, 1, 128, 128))
    return call("An image of 128 x 128 pixels", image, (2, 3))


IM2COL = Exercise(
    id="05.im2col",
    points=4,
    minutes=20,
    oracle=im2col_oracle,
    cases=im2col_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, no_pixel_loop(large_image, IM2COL_HINT)),
    worked="The image [[0, 1, 2], [3, 4, 5], [6, 7, 8]] has four windows of 2 x 2. Each is written from left to right, "
    "row after row: (0, 1, 3, 4), (1, 2, 4, 5), (3, 4, 6, 7), (4, 5, 7, 8). Stood upright side by side they are the "
    "columns of a table with 4 rows. A second channel adds four rows below.",
    misconceptions=(
        Misconception(
            "windows in the rows",
            lambda x, size, stride=1, pad=0: im2col_oracle(
                x, size, stride, pad
            ).swapaxes(1, 2),
            "Each of your windows is a row. The product `w.reshape(K, -1) @ columns` wants them where?",
        ),
        Misconception(
            "channels run fastest",
            channels_innermost,
            "In your columns the channels of one pixel stand together. In `w.reshape(K, -1)` the first FH * FW weights "
            "belong to channel 0: in which order must the axes be before you reshape?",
        ),
        Misconception(
            "reshaped without being transposed",
            not_transposed,
            "Your table has the right shape, but its numbers run through the places first and through a window second. "
            "`reshape` moves no axis. Which order must (N, C, OH, OW, FH, FW) be brought into before it?",
        ),
        Misconception(
            "windows taken down the columns first",
            down_first,
            "Your windows come in another order: first down, then to the right. Reshaped to (OH, OW), which axis must "
            "run fastest?",
        ),
        Misconception(
            "all images in one table",
            one_table,
            "You put all images side by side into one table. The docstring asks for a table for each image: which axis "
            "comes first?",
        ),
        Misconception(
            "height and width of the window exchanged",
            lambda x, size, stride=1, pad=0: im2col_oracle(
                x, exchanged(size), stride, pad
            ),
            "Your windows lie on their side. A size is (height, width): which axis of x is the height?",
        ),
        Misconception(
            "stride ignored",
            lambda x, size, stride=1, pad=0: im2col_oracle(x, size, 1, pad),
            "The stride has no effect. How far apart are two neighbouring windows?",
        ),
        Misconception(
            "sides of stride and padding exchanged",
            lambda x, size, stride=1, pad=0: im2col_oracle(
                x, size, exchanged(stride), exchanged(pad)
            ),
            "Only the case with another stride and padding a side fails. A pair is (height, width): which of the two moves "
            "the window down?",
        ),
        Misconception(
            "padding ignored",
            lambda x, size, stride=1, pad=0: im2col_oracle(x, size, stride, 0),
            "The padding has no effect. Of which array are the windows, x or x with its frame of zeros?",
        ),
    ),
)
