"""Reading between the pixels, deformable convolution, and what goes wrong with them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without
from utils.subject import Named, Tensor

NO_SAMPLER = without(
    *("grid_sample", "grid_sampler", "grid_sampler_2d", "interpolate", "deform_conv2d"),
    *("torchvision", "scipy", "utils.stand_ins"),
)

# --- bilinear_sample --------------------------------------------------------------


def sample_oracle(x, rows, columns):
    return sampled(x, rows, columns)


def sampled(x, rows, columns, mode="bilinear", padding_mode="zeros"):
    """PyTorch's own sampler, whose places run from -1 to 1 and come column first."""
    high, wide = x.shape[1:]
    places = 2 * columns / (wide - 1) - 1, 2 * rows / (high - 1) - 1
    grid = torch.stack(places, dim=-1).reshape(1, 1, -1, 2)
    how = {"mode": mode, "padding_mode": padding_mode, "align_corners": True}
    return F.grid_sample(x[None], grid, **how).reshape(len(x), *rows.shape)


def between(rng: np.random.Generator, low: int, high: int, shape) -> np.ndarray:
    """Places from `low` to `high` that stay away from whole numbers and halves."""
    nearest = rng.integers(low, high, size=shape)
    return nearest + rng.choice([0.2, 0.3, 0.7, 0.8], size=shape)


def place_case(name: str, x, rows, columns, **more) -> Case:
    return call(name, *map(Tensor, (x, rows, columns)), **more)


def place_gradients(name: str, *arrays: np.ndarray) -> Case:
    """The gradients of the image and of both coordinates."""

    def play(subject):
        kept = [subject.keep(Tensor(array)) for array in arrays]
        shape = len(arrays[0]), *arrays[1].shape
        upstream = Tensor(np.cos(np.arange(np.prod(shape))).reshape(shape))
        target = subject[subject.names[0]]
        found = subject.gradient(target, *kept, upstream=upstream)
        names = "x", "rows", "columns"
        return {f"d{k}": g for k, g in zip(names, found["inputs"], strict=True)}

    return Case(name, play)


def sample_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(shape, places, low=0, beyond=0):
        x = rng.normal(size=shape)
        rows = between(rng, low, shape[1] - 1 + beyond, places)
        return x, rows, between(rng, low, shape[2] - 1 + beyond, places)

    x = np.arange(12.0).reshape(1, 3, 4)
    return [
        place_case(
            "one place by hand",
            np.array([[[10.0, 20.0], [30.0, 40.0]]]),
            np.array([0.25]),
            np.array([0.5]),
            working="row 0: (10 + 20) / 2 = 15; row 1: (30 + 40) / 2 = 35; a quarter of "
            "the way from one to the other: 15 + 0.25 * 20 = 20",
        ),
        place_case("whole places are pixels", x, np.array([0.0, 2, 1]), np.array([3.0, 1, 0])),
        place_case("between four pixels, 3 channels", *drawn((3, 5, 7), (6,))),
        place_case("a table of places", *drawn((2, 6, 4), (3, 5))),
        place_case("over the edge: zeros outside", *drawn((2, 4, 5), (40,), -3, 3)),
        place_gradients("gradients of image and places", *drawn((2, 5, 6), (4, 3))),
    ]  # fmt: skip


def whole_part(x, rows, columns):
    return sample_oracle(x, rows.floor(), columns.floor())


def weights_exchanged(x, rows, columns):
    rows, columns = (2 * place.floor() + 1 - place for place in (rows, columns))
    return sample_oracle(x, rows, columns)


def places_cut_off(x, rows, columns):
    return sample_oracle(x, rows.detach(), columns.detach())


BILINEAR_SAMPLE = Exercise(
    id="09.bilinear_sample",
    points=2,
    minutes=25,
    oracle=sample_oracle,
    cases=sample_cases,
    rules=(keeps_inputs(), NO_SAMPLER),
    worked="The image (10, 20 / 30, 40) at row 0.25, column 0.5. Four pixels have a say, each "
    "with (1 - distance in rows) times (1 - distance in columns): 10 and 20 with "
    "0.75 * 0.5 = 0.375, 30 and 40 with 0.25 * 0.5 = 0.125. The sum is "
    "3.75 + 7.5 + 3.75 + 5 = 20.",
    misconceptions=(
        Misconception(
            "the nearest pixel",
            lambda x, rows, columns: sampled(x, rows, columns, "nearest"),
            "You read the nearest pixel. A place that moves a little then changes nothing, and "
            "no gradient reaches it. How much does each of the four neighbours count?",
        ),
        Misconception(
            "the pixel above on the left",
            whole_part,
            "You cut the places down to whole numbers. What about the pixels on the other "
            "sides?",
        ),
        Misconception(
            "rows and columns exchanged",
            lambda x, rows, columns: sample_oracle(x.mT, rows, columns),
            "Rows and columns are exchanged. Which axis of x (C, H, W) does a row number "
            "belong to?",
        ),
        Misconception(
            "the far pixel counts more",
            weights_exchanged,
            "Your weights are the wrong way round: a pixel far from the place counts more than "
            "a near one. At distance 0, what should the weight be?",
        ),
        Misconception(
            "the border goes on",
            lambda x, rows, columns: sampled(x, rows, columns, padding_mode="border"),
            "Places outside read the pixel at the border. What is outside the image here?",
        ),
        Misconception(
            "no gradient for the places",
            places_cut_off,
            "The values are right and the places get no gradient: the offsets could never be "
            "learned. Where do you turn a place into a whole number, and is its distance "
            "still computed from the place itself?",
        ),
    ),
)

# --- deformable_conv --------------------------------------------------------------


def deformable_oracle(x, w, offsets, sample):
    """Every window's samples side by side in one large image, then steps of a window."""
    high, wide = w.shape[2:]
    size = offsets.shape[-2:]
    rows, columns = (
        (offsets[axis] + where_windows_look(high, wide, size, axis, x.dtype))
        .permute(2, 0, 3, 1)
        .reshape(size[0] * high, size[1] * wide)
        for axis in (0, 1)
    )
    return F.conv2d(sample(x, rows, columns)[None], w, stride=(high, wide))[0]


def where_windows_look(high, wide, size, axis, dtype):
    """Row or column number of each number of each window, `(FH, FW, OH, OW)`."""
    image = torch.arange(float(size[axis] + (high, wide)[axis] - 1), dtype=dtype)
    grid = image.view((-1, 1) if axis == 0 else (1, -1))
    grid = grid.expand(size[0] + high - 1, size[1] + wide - 1)
    return F.unfold(grid[None, None], (high, wide)).view(high, wide, *size)


def deformable_cases(rng: np.random.Generator) -> list[Case]:
    sampler = Named("utils.stand_ins.sampling.sample")

    def case(name, offsets_of, shape, filters, **more):
        pairs = zip(shape[1:], filters[2:], strict=True)
        size = 2, *filters[2:], *(side - reach + 1 for side, reach in pairs)
        drawn = rng.normal(size=shape), rng.normal(size=filters), offsets_of(size)
        return call(name, *map(Tensor, drawn), sampler, **more)

    def one_way(size):
        offsets = np.zeros(size)
        offsets[0] = 1
        return offsets

    return [
        case("no offsets: a plain convolution", np.zeros, (2, 6, 7), (3, 2, 2, 3)),
        case("all one row down", one_way, (1, 5, 6), (2, 1, 3, 2)),
        case("drawn offsets", rng.standard_normal, (2, 6, 8), (4, 2, 3, 2)),
        case("1 x 1 filters", rng.standard_normal, (3, 4, 5), (2, 3, 1, 1)),
    ]


def same_for_all(x, w, offsets, sample):
    mean = offsets.mean(dim=(1, 2), keepdim=True).expand_as(offsets)
    return deformable_oracle(x, w, mean, sample)


def places_turned(x, w, offsets, sample):
    turned = offsets.flip(1, 2)
    return deformable_oracle(x, w, turned, sample)


DEFORMABLE_CONV = Exercise(
    id="09.deformable_conv",
    points=2,
    minutes=25,
    oracle=deformable_oracle,
    cases=deformable_cases,
    rules=(keeps_inputs(), NO_SAMPLER),
    worked="A filter of 3 x 2 at output (2, 5) multiplies the pixels (2 + i, 5 + j) by w[i, j] in a plain "
    "convolution. Here number (1, 0) reads at row 2 + 1 + its own row offset, column "
    "5 + 0 + its own column offset. With all offsets 0 nothing changes.",
    misconceptions=(
        Misconception(
            "offsets ignored",
            lambda x, w, offsets, sample: deformable_oracle(
                x, w, 0 * offsets, sample
            ),
            "The offsets have no effect: this is a plain convolution. What do they add to the "
            "place at which a number of the filter reads?",
        ),
        Misconception(
            "offsets exchanged",
            lambda x, w, offsets, sample: deformable_oracle(
                x, w, offsets.flip(0), sample
            ),
            "Rows move by what columns should move by. What comes first in the offsets?",
        ),
        Misconception(
            "offsets subtracted",
            lambda x, w, offsets, sample: deformable_oracle(x, w, -offsets, sample),
            "Everything moves the other way. With a row offset of 1, should the filter look "
            "further down or further up?",
        ),
        Misconception(
            "one offset for the whole window",
            same_for_all,
            "Your window moves as a whole. How many offsets has each output place, one or one "
            "for each number of the filter?",
        ),
        Misconception(
            "offsets of the opposite number",
            places_turned,
            "The offsets reach the numbers of the filter in the wrong order. Which axes of the offsets "
            "are the rows and columns of the filter?",
        ),
    ),
)  # fmt: skip
