"""The ten crops at test time, and what goes wrong with them."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import FLOAT64
from utils.exercises.shared import NUMPY_ONLY


def ten_oracle(x, size):
    import torch

    images = torch.from_numpy(np.ascontiguousarray(x))
    windows = images.unfold(2, size[0], 1).unfold(3, size[1], 1)
    bottom, right = windows.shape[2] - 1, windows.shape[3] - 1
    rows = torch.tensor([0, 0, bottom, bottom, bottom // 2])
    columns = torch.tensor([0, right, 0, right, right // 2])
    five = windows[:, :, rows, columns].movedim(2, 1)
    return torch.cat([five, five.flip(-1)], dim=1).numpy()


def ten_cases(rng: np.random.Generator) -> list[Case]:
    digits = np.arange(1.0, 13.0).reshape(1, 1, 3, 4)
    return [
        call(
            "by hand: rows 1-4, 5-8, 9-12, crops of 1 by 2",
            digits,
            (1, 2),
            working="top left (1, 2), top right (3, 4), bottom left (9, 10), bottom right "
            "(11, 12), centre (6, 7); then (2, 1), (4, 3), (10, 9), (12, 11), (7, 6)",
        ),
        call("2 images, 6 by 9, crops 4 by 5", rng.uniform(size=(2, 3, 6, 9)), (4, 5)),
        call(
            "no even margins: 8 by 6, crops 3 by 5",
            rng.uniform(size=(3, 2, 8, 6)),
            (3, 5),
        ),
        call("crops as high as the image", rng.uniform(size=(2, 3, 4, 7)), (4, 6)),
        call(
            "whole numbers", rng.integers(0, 256, (2, 3, 5, 7)).astype(np.uint8), (3, 4)
        ),
    ]


def five_of(x, size):
    return ten_oracle(x, size)[:, :5]


def mirrored_before(x, size):
    """Cuts the mirrored image: the same ten crops, in another order."""
    return np.concatenate([five_of(x, size), five_of(x[..., ::-1], size)], axis=1)


def one_pixel_short(x, size):
    """The crops at the bottom and at the right stop one pixel before the edge."""
    right = ten_oracle(x, size)
    moved = ten_oracle(
        x[:, :, : max(x.shape[2] - 1, size[0]), : max(x.shape[3] - 1, size[1])], size
    )
    right[:, 1:4], right[:, 6:9] = moved[:, 1:4], moved[:, 6:9]
    return right


def centre_rounded_up(x, size):
    right = ten_oracle(x, size)
    turned = ten_oracle(x[:, :, ::-1, ::-1], size)[:, :, :, ::-1, ::-1]
    right[:, 4], right[:, 9] = turned[:, 4], turned[:, 9]
    return right


def rows_and_columns_exchanged(x, size):
    return ten_oracle(np.swapaxes(x, 2, 3), size[::-1]).swapaxes(3, 4)


TEN_WORKED = (
    "An image of 3 by 4 pixels, rows (1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), and crops of "
    "1 by 2. The corners are (1, 2), (3, 4), (9, 10), (11, 12). For the centre, 3 - 1 = 2 rows "
    "are left over: half of them above, so it begins at row 1; 4 - 2 = 2 columns: column 1. It "
    "is (6, 7). Then each crop is mirrored: (2, 1), (4, 3), (10, 9), (12, 11), (7, 6)."
)
TEN_CROP = Exercise(
    id="07.ten_crop",
    points=2,
    minutes=15,
    oracle=ten_oracle,
    cases=ten_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=TEN_WORKED,
    misconceptions=(
        Misconception(
            "the mirrored five are missing",
            five_of,
            "You return five crops. What are the other five of the ten?",
        ),
        Misconception(
            "the image mirrored, not the crop",
            mirrored_before,
            "Your last five come in another order: the corner at the left of a mirrored image "
            "was at the right before. Which do you mirror, the image or each of the five?",
        ),
        Misconception(
            "each crop beside its mirror image",
            lambda x, size: ten_oracle(x, size)[:, [0, 5, 1, 6, 2, 7, 3, 8, 4, 9]],
            "The crops are right, their order is not: each is followed by its mirror image. "
            "Which five come first in the docstring?",
        ),
        Misconception(
            "five crops twice",
            lambda x, size: np.concatenate(
                [five_of(x, size), five_of(x, size)], axis=1
            ),
            "Your last five crops are copies of the first five. What should be different?",
        ),
        Misconception(
            "the last five upside down",
            lambda x, size: np.concatenate(
                [five_of(x, size), five_of(x, size)[:, :, :, ::-1]], axis=1
            ),
            "Your last five crops stand on their heads. Which axis of a crop runs from left "
            "to right?",
        ),
        Misconception(
            "corners one pixel short",
            one_pixel_short,
            "The crops at the bottom and at the right stop one pixel before the edge. If an "
            "image has H rows and a crop h, at which row does the last crop begin?",
        ),
        Misconception(
            "the centre rounded up",
            centre_rounded_up,
            "The centre is one pixel too far down or to the right where the margin is odd. "
            "The docstring rounds half of the margin down. Which operator does that?",
        ),
        Misconception(
            "top right and bottom left exchanged",
            rows_and_columns_exchanged,
            "The second crop is the one at the bottom left, the third the one at the top "
            "right. Which order does the docstring give?",
        ),
        Misconception(
            "crops first, images second",
            lambda x, size: ten_oracle(x, size).swapaxes(0, 1),
            "Your first axis counts the crops. Which axis of the result is the first?",
        ),
        Misconception(
            "the dtype becomes float64",
            lambda x, size: ten_oracle(x, size).astype(float),
            FLOAT64,
        ),
    ),
)
