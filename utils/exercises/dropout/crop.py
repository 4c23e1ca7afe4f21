"""Random crops, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import (
    FIXED_NUMBERS,
    FLOAT64,
    OWN_NUMBERS,
    about,
    generator_cases,
    same_shape,
    torch_draws,
)
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Generator


def crop_oracle(x, size, rng, pad=0):
    import torch

    images = torch.nn.functional.pad(
        torch.from_numpy(np.ascontiguousarray(x)), (pad,) * 4
    )
    windows = images.unfold(2, size[0], 1).unfold(3, size[1], 1).flatten(2, 3)
    n, kinds = len(x), windows.shape[2]
    chosen = torch.randint(kinds, (n,), generator=torch_draws(rng))
    return windows[torch.arange(n), :, chosen].numpy().copy()


def places(x: np.ndarray, size: tuple[int, int], pad: int, out) -> np.ndarray:
    """Row and column `(N, 2)` of each crop in its padded image; -1 where there is none."""
    rows, columns = size
    same_shape(out, np.empty((*x.shape[:2], rows, columns)))
    width = [(0, 0), (0, 0), (pad, pad), (pad, pad)]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, width), (rows, columns), axis=(2, 3)
    )
    found = np.full((len(x), 2), -1)
    equal = (windows == out[:, :, None, None]).all(axis=(1, 4, 5))
    n, row, column = np.nonzero(equal)
    found[n] = np.stack([row, column], axis=1)
    return found


NONE = close(by_value=False)
ROWS = "the number of rows at which crops begin"
COLUMNS = "the number of columns at which crops begin"


class Tried:
    """Crops of images in which every pixel is another, so that their place is seen."""

    def __init__(self, rng: np.random.Generator):
        self.images = rng.uniform(0.1, 1.0, size=(500, 1, 6, 5))
        self.few = rng.uniform(0.1, 1.0, size=(60, 3, 7, 6))
        self.wide = rng.uniform(0.1, 1.0, size=(2000, 1, 2, 3))
        self.seed = int(rng.integers(1 << 30))

    def found(self, subject, x, size, pad, generator=None):
        generator = Generator(self.seed) if generator is None else generator
        return places(x, size, pad, subject(x, size, generator, pad))

    def strangers(self, subject, size, pad):
        """How many crops are no part of their image."""
        return int((self.found(subject, self.few, size, pad) < 0).any(axis=1).sum())

    def seen(self, subject, size, pad):
        """At how many rows and columns the crops begin."""
        place = self.found(subject, self.images[:200], size, pad)
        rows, columns = place[(place >= 0).all(axis=1)].T
        return {ROWS: len(set(rows)), COLUMNS: len(set(columns))}

    def pairs(self, subject):
        return len(
            set(map(tuple, self.found(subject, self.images, (5, 4), 1).tolist()))
        )

    def middle(self, subject):
        return (self.found(subject, self.wide, (2, 3), 1) == 1).mean(axis=0)

    def dtypes(self, subject):
        few, rng = 9 * self.few, Generator(self.seed)
        outs = [subject(few.astype(t), (5, 4), rng, 1) for t in (np.uint8, np.float32)]
        return [same_shape(out, few[:, :, :5, :4]).dtype.name for out in outs]


def strangers(tried: Tried, name, *place) -> Case:
    return Case(name, lambda s: tried.strangers(s, *place), NONE, 0)


def beginnings(tried: Tried, name, size, pad, rows, columns, **more) -> Case:
    expected = {ROWS: rows, COLUMNS: columns}
    return Case(name, lambda s: tried.seen(s, size, pad), expected=expected, **more)


def crop_cases(rng: np.random.Generator) -> list[Case]:
    """One of 16 places is missed by 500 images about once in 10^13 checks, one of five
    rows or columns by 200 images once in 10^18.
    """
    tried = Tried(rng)
    third = about(1 / 3, len(tried.wide), "the part cut from the middle")
    inside = "6 rows, 4 of them in the crop: it can begin at row 0, 1 or 2; 5 columns, 2 in the crop: 0, 1, 2 or 3"
    padded = "6 + 2 * 1 = 8 rows, 5 in the crop: it can begin at row 0, 1, 2 or 3"
    return [
        strangers(tried, "no padding: crops that are no part of their image", (4, 3), 0),
        strangers(tried, "padding 2: crops that are no part of the padded image", (6, 4), 2),
        beginnings(tried, "no padding: where the crops begin", (4, 2), 0, 3, 4, working=inside),
        beginnings(tried, "padding 1: where the crops begin", (5, 4), 1, 4, 4, working=padded),
        beginnings(tried, "padding 2, crops as large as the image: where they begin", (6, 5), 2, 5, 5),
        Case("row and column are independent: 4 * 4 pairs", tried.pairs, expected=16),
        Case("each of three rows, and of three columns, is as likely", tried.middle, third, None),
        Case("the dtype stays", tried.dtypes, expected=["uint8", "float32"]),
        *generator_cases(rng, lambda s, g: tried.found(s, tried.few[:20], (4, 3), 1, g)),
    ]  # fmt: skip


def from_another_image(x, size, rng, pad=0, mode="constant", before=0, after=0, cut=0):
    """Crops from an image that was padded or cut in another way."""
    wider = np.pad(x, [(0, 0), (0, 0), (before, after), (before, after)], mode=mode)
    return crop_oracle(wider[..., : -cut or None, : -cut or None], size, rng)


def from_the_corner(x, size, rng, pad=0):
    wider = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = size[0] + 2 * pad, size[1] + 2 * pad
    return crop_oracle(wider[:, :, :rows, :columns], size, rng)


def one_number_for_both(x, size, rng, pad=0):
    """Row and column of a place are the same number."""
    wider = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = np.lib.stride_tricks.sliding_window_view(wider, size, axis=(2, 3))
    diagonal = np.diagonal(windows, axis1=2, axis2=3)  # (N, C, h, w, places)
    drawn = crop_oracle(diagonal.reshape(len(x), -1, diagonal.shape[4], 1), (1, 1), rng)
    return drawn.reshape(*x.shape[:2], *size)


def rounded_places(x, size, rng, pad=0):
    """The ends come half as often, as they do when a uniform number is rounded."""
    larger = crop_oracle(x, (size[0] + 1, size[1] + 1), rng, pad)
    return crop_oracle(larger, size, rng)


CROP_WORKED = (
    "An image of 6 by 5 pixels with padding 1 becomes 8 by 7. A crop of 5 rows can begin at "
    "row 0, 1, 2 or 3, because 3 + 5 = 8 still fits: 8 - 5 + 1 = 4 places, all as likely. A "
    "crop of 4 columns can begin at column 0, 1, 2 or 3. Draw both numbers for every image; "
    "note that the end of rng.integers(0, n) is left out."
)
RANDOM_CROP = Exercise(
    id="07.random_crop",
    points=3,
    minutes=15,
    oracle=crop_oracle,
    cases=crop_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=CROP_WORKED,
    misconceptions=(
        Misconception(
            "one place for the whole batch",
            lambda x, size, rng, pad=0: crop_oracle(
                x.reshape(1, -1, *x.shape[2:]), size, rng, pad
            ).reshape(*x.shape[:2], *size),
            "All images of the batch are cut at the same place. How many rows and columns "
            "must be drawn for N images?",
        ),
        Misconception(
            "the last place never occurs",
            lambda x, size, rng, pad=0: from_another_image(
                x, size, rng, before=pad, after=pad, cut=1
            ),
            "The last row and the last column at which a crop could begin never occur. If 8 "
            "rows hold a crop of 5, how many places are there, and which of them does your "
            "draw reach (the end of `rng.integers` is left out)?",
        ),
        Misconception(
            "padding forgotten",
            lambda x, size, rng, pad=0: crop_oracle(x, size, rng),
            "All your crops lie inside the image: nothing is padded. How large is the image "
            "once `pad` zeros stand on each side?",
        ),
        Misconception(
            "padding that repeats the edge",
            lambda x, size, rng, pad=0: from_another_image(
                x, size, rng, mode="edge", before=pad, after=pad
            ),
            "Your padding is not zero: it repeats the pixels of the edge. Which value does "
            "the docstring ask for?",
        ),
        Misconception(
            "padding on one side only",
            lambda x, size, rng, pad=0: from_another_image(x, size, rng, after=pad),
            "You pad below and to the right, but not above and to the left. By how much does "
            "an image grow in all when each side gets `pad` zeros?",
        ),
        Misconception(
            "places only up to 2 * pad",
            from_the_corner,
            "You draw places from 0 to 2 * pad, which is right only when the crop is as large "
            "as the image. How many places has a crop that is smaller?",
        ),
        Misconception(
            "one number for row and column",
            one_number_for_both,
            "Your crops all begin on the diagonal: row and column are the same number. How "
            "many numbers does a place need?",
        ),
        Misconception(
            "the ends come half as often",
            rounded_places,
            "The first and the last place come half as often as the others. That is what "
            "rounding a uniform number does: which numbers round to 0, and which to 1?",
        ),
        Misconception(
            "height and width exchanged",
            lambda x, size, rng, pad=0: crop_oracle(x, size[::-1], rng, pad),
            "Your crops are as wide as they should be high. Which number of `size` belongs "
            "to the rows?",
        ),
        Misconception(
            "the dtype becomes float64",
            lambda x, size, rng, pad=0: crop_oracle(x, size, rng, pad).astype(float),
            FLOAT64,
        ),
        Misconception(
            "random numbers of its own",
            lambda x, size, rng, pad=0: crop_oracle(
                x, size, np.random.default_rng(), pad
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same places in every call",
            lambda x, size, rng, pad=0: crop_oracle(
                x, size, np.random.default_rng(0), pad
            ),
            FIXED_NUMBERS,
        ),
    ),
)
