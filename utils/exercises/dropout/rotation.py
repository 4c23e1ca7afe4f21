"""Rotation, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import FLOAT64
from utils.exercises.shared import NUMPY_ONLY


def rotate_oracle(x, degrees):
    from scipy import ndimage

    turned = [
        ndimage.rotate(
            image, angle, axes=(2, 1), reshape=False, order=0, mode="grid-constant"
        )
        for image, angle in zip(x, degrees, strict=True)
    ]
    return np.stack(turned)


ANGLES = 16.1, 22.3, 31.9, 62.3, 65.9, 68.5, 73.0
HOLES = 15.4, 24.6, 40.8
"""Degrees at which no source in these images lies within 1/60 of a whole number, but
for the centre: so cutting off always differs from rounding in the same places. At
those of `HOLES` pixels that are pushed forward leave holes in each of these images."""

BY_HAND = call(
    "by hand: 3 by 3 pixels, an angle with the cosine 0.6 and the sine 0.8",
    np.arange(1.0, 10.0).reshape(1, 1, 3, 3),
    np.degrees(np.arccos([0.6])),
    working="row 0, column 0: u = v = -1, so the source is row 1 - 0.6 - 0.8 = -0.4, the "
    "nearest is 0, and column 1 + 0.8 - 0.6 = 1.2, the nearest is 1: the pixel is 2",
)


def rotate_cases(rng: np.random.Generator) -> list[Case]:
    def images(n, c, h, w):
        return rng.uniform(0.1, 1, size=(n, c, h, w))

    def angles(n):
        """Some to the left and some to the right."""
        some = rng.choice(ANGLES, n - 1, replace=False), rng.choice(HOLES, 1)
        signs = rng.permutation(np.resize([1, -1], n))
        return rng.permutation(np.concatenate(some)) * signs

    whole = rng.integers(1, 256, size=(2, 3, 5, 6)).astype(np.uint8)
    return [
        BY_HAND,
        call("0 degrees", images(2, 3, 5, 4), np.zeros(2)),
        call("3 images", images(3, 2, 5, 4), angles(3)),
        call("2 wide images", images(2, 3, 4, 7), angles(2)),
        call("4 high images", images(4, 1, 7, 3), angles(4)),
        call("whole numbers", whole, angles(2)),
    ]


def cut_off(x, degrees, outside):
    """Sources lose what stands behind the decimal point.

    Pixel i is drawn 30 times as high and wide, from i to i + 1, in an image with the same
    centre; `outside` says what lies above and to the left of it.
    """
    large = x.repeat(30, axis=2).repeat(30, axis=3)
    large = np.pad(large, [(0, 0), (0, 0), (29, 0), (29, 0)], mode=outside)
    turned = rotate_oracle(large, degrees)[:, :, 29::30, 29::30]
    return turned[:, :, : x.shape[2], : x.shape[3]]


def around_another_centre(x, degrees, grow):
    """Turns an image that was made larger at its end, so that its middle lies there."""
    larger = np.pad(x, [(0, 0), (0, 0), (0, grow(x.shape[2])), (0, grow(x.shape[3]))])
    return rotate_oracle(larger, degrees)[:, :, : x.shape[2], : x.shape[3]]


def around_the_corner(x, degrees):
    rows, columns = x.shape[2:]
    before = np.pad(x, [(0, 0), (0, 0), (rows - 1, 0), (columns - 1, 0)])
    return rotate_oracle(before, degrees)[:, :, rows - 1 :, columns - 1 :]


def grid_on_its_side(x, degrees):
    """The grid of u and v has a row for each column; only square images fit it."""
    if x.shape[2] != x.shape[3]:
        raise IndexError("boolean index did not match indexed array")
    return rotate_oracle(x, degrees).swapaxes(2, 3)


def edges_repeated(x, degrees):
    n = sum(x.shape[2:])
    wider = np.pad(x, [(0, 0), (0, 0), (n, n), (n, n)], mode="edge")
    return rotate_oracle(wider, degrees)[:, :, n:-n, n:-n]


def wrapped_around(x, degrees):
    rows, columns = x.shape[2:]
    turned = rotate_oracle(np.tile(x, (1, 1, 5, 5)), degrees)
    return turned[:, :, 2 * rows : 3 * rows, 2 * columns : 3 * columns]


def pushed_forward(x, degrees):
    """Sends each pixel to its place: some places get none."""
    n, c, rows, columns = x.shape
    numbers = np.arange(1.0, rows * columns + 1).reshape(1, 1, rows, columns)
    places = rotate_oracle(np.repeat(numbers, n, axis=0), -degrees)
    out = np.zeros((n, c, rows * columns + 1), x.dtype)
    for i, place in enumerate(places.reshape(n, -1).astype(int)):
        out[i][:, place] = x[i].reshape(c, -1)
    return out[:, :, 1:].reshape(x.shape)


ROTATE_WORKED = (
    "Ask for each pixel of the result where it comes from. In an image of 3 by 3 pixels the "
    "centre is at row 1, column 1. The pixel at row 0, column 0 of the result lies one up and "
    "one to the left of the centre: u = -1, v = -1. For 90 degrees the cosine is 0 and the sine "
    "is 1: its source is row 1 + u * 0 + v * 1 = 0, column 1 - u * 1 + v * 0 = 2, the corner at "
    "the top right. Round to the nearest pixel, -0.4 to 0 and 1.8 to 2; a source outside the "
    "image gives 0."
)
CUT_OFF = (
    "Your sources lose what stands behind the decimal point: 1.8 becomes 1, although pixel 2 "
    "is nearer. Which whole number is the nearest, and what do you do with -0.4?"
)
ROTATE = Exercise(
    id="07.rotate",
    points=3,
    minutes=25,
    oracle=rotate_oracle,
    cases=rotate_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=ROTATE_WORKED,
    misconceptions=(
        Misconception(
            "turned the other way",
            lambda x, degrees: rotate_oracle(x, -degrees),
            "Your images turn clockwise. Rows are counted downwards, which turns the signs of "
            "a textbook round. For 90 degrees, which corner must come to the top left?",
        ),
        Misconception(
            "degrees taken for radians",
            lambda x, degrees: rotate_oracle(x, np.rad2deg(degrees)),
            "The sine of your angle is not that of 90 degrees. Which unit do np.sin and "
            "np.cos expect?",
        ),
        Misconception(
            "sources cut off",
            lambda x, degrees: cut_off(x, degrees, "edge"),
            CUT_OFF,
        ),
        Misconception(
            "sources rounded down",
            lambda x, degrees: cut_off(x, degrees, "constant"),
            CUT_OFF,
        ),
        Misconception(
            "turned around the corner",
            around_the_corner,
            "Your image turns around its top left pixel. From which point do u and v have to "
            "be measured?",
        ),
        Misconception(
            "centre half a pixel off",
            lambda x, degrees: around_another_centre(x, degrees, lambda n: 1),
            "Your centre is H / 2, half a pixel too far. The pixels of a row of 3 have the "
            "numbers 0, 1, 2: which one is in the middle?",
        ),
        Misconception(
            "grid on its side",
            grid_on_its_side,
            "Rows and columns of your grid are exchanged, so that only square images fit, and "
            "those come out mirrored along their diagonal. What does `np.meshgrid` give "
            'without `indexing="ij"`?',
        ),
        Misconception(
            "edges repeated",
            edges_repeated,
            "Where the source lies outside the image you repeat the pixel of the edge. What "
            "does the docstring put there?",
        ),
        Misconception(
            "wrapped around",
            wrapped_around,
            "What leaves the image on one side comes back on the other. A negative index "
            "counts from the end: which sources lie outside?",
        ),
        Misconception(
            "pixels pushed forward",
            pushed_forward,
            "There are holes: you send each pixel to its place, two may land on one, and "
            "others get none. Could you ask each place where it comes from instead?",
        ),
        Misconception(
            "the dtype becomes float64",
            lambda x, degrees: rotate_oracle(x, degrees).astype(float),
            FLOAT64,
        ),
        Misconception(
            "the first angle for all",
            lambda x, degrees: rotate_oracle(x, np.repeat(degrees[:1], len(x))),
            "All images are turned by the first angle. Which angle belongs to which image?",
        ),
    ),
)
