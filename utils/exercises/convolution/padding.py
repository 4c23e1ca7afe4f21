"""Frames around an image, and how large an output is."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without
from utils.exercises.convolution.shared import a_side, exchanged
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Raised

# --- pad --------------------------------------------------------------------------


def pad_oracle(x, size, mode="zero"):
    import torch

    high, wide = a_side(size)
    name = {"zero": "constant", "edge": "replicate", "reflect": "reflect"}[mode]
    flat = torch.from_numpy(np.array(x, order="C")).reshape(1, -1, *x.shape[-2:])
    out = torch.nn.functional.pad(flat, (wide, wide, high, high), mode=name)
    return out.reshape(*x.shape[:-2], *out.shape[-2:]).numpy()


def pad_cases(rng: np.random.Generator) -> list[Case]:
    rows = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    images = rng.normal(size=(2, 3, 4, 6))
    return [
        call(
            "reflect, by hand",
            rows,
            (0, 2),
            "reflect",
            working="1 2 3 becomes 3 2 | 1 2 3 | 2 1: the border itself is not repeated",
        ),
        call("zero, one number for both sides", rng.normal(size=(4, 5)), 2),
        call("zero, 1 row and 3 columns, two images", images, (1, 3), "zero"),
        call("edge, 2 rows and 1 column", rng.normal(size=(3, 5, 4)), (2, 1), "edge"),
        call("edge, 2 rows and no column", images, (2, 0), "edge"),
        call("reflect, 3 rows and 2 columns", images, (3, 2), "reflect"),
        call("no frame at all", rng.normal(size=(2, 4, 3)), 0, "zero"),
    ]


def numpy_mode(mode):
    return {"zero": "constant", "edge": "edge", "reflect": "reflect"}[mode]


def border_repeated(x, size, mode="zero"):
    """`reflect` in the other sense: the mirror stands between two pixels."""
    if mode != "reflect":
        return pad_oracle(x, size, mode)
    axes = [(0, 0)] * (x.ndim - 2) + [(n, n) for n in np.broadcast_to(size, 2)]
    return np.pad(x, axes, mode="symmetric")


def every_axis(x, size, mode="zero"):
    width = int(np.broadcast_to(size, 2)[0])
    if mode == "reflect":
        width = min(width, min(x.shape) - 1)
    return np.pad(x, width, mode=numpy_mode(mode))


def before_only(x, size, mode="zero"):
    high, wide = np.broadcast_to(size, 2)
    out = pad_oracle(x, size, mode)
    return out[..., : out.shape[-2] - high, : out.shape[-1] - wide]


def zero_corners(x, size, mode="zero"):
    """Rows framed as asked, then zeros to the left and right."""
    high, wide = (int(n) for n in np.broadcast_to(size, 2))
    return pad_oracle(pad_oracle(x, (high, 0), mode), (0, wide), "zero")


PAD = Exercise(
    id="05.pad",
    points=3,
    minutes=15,
    oracle=pad_oracle,
    cases=pad_cases,
    rules=(
        keeps_inputs(),
        NUMPY_ONLY,
        without("numpy.pad"),
    ),
    worked="Frame the row (5, 7, 9) with two values on each side. zero: 0 0 5 7 9 0 0. edge: "
    "5 5 5 7 9 9 9. reflect: 9 7 5 7 9 7 5. Written as positions in the row, edge is "
    "0 0 0 1 2 2 2 and reflect is 2 1 0 1 2 1 0. The same is done to rows and to columns.",
    misconceptions=(
        Misconception(
            "rows and columns exchanged",
            lambda x, size, mode="zero": pad_oracle(x, exchanged(size), mode),
            "You add as many rows as columns are asked for, and the other way round. "
            "A pair is (height, width): which axis of x is the height?",
        ),
        Misconception(
            "mode ignored",
            lambda x, size, mode="zero": pad_oracle(x, size, "zero"),
            "Your frame is zero in every mode. What stands in the frame of `edge`?",
        ),
        Misconception(
            "border repeated by reflect",
            border_repeated,
            "Your `reflect` shows the border pixel twice: 2 1 | 1 2 3. Here the mirror "
            "stands on the border pixel itself. What is the left neighbour of 1 then?",
        ),
        Misconception(
            "edge and reflect exchanged",
            lambda x, size, mode="zero": pad_oracle(
                x, size, {"edge": "reflect", "reflect": "edge"}.get(mode, mode)
            ),
            "`edge` and `reflect` are exchanged. Which of the two repeats one pixel?",
        ),
        Misconception(
            "one end of each axis only",
            before_only,
            "You add a frame above and to the left only. How many rows does an image of 4 "
            "rows have after a frame of 2?",
        ),
        Misconception(
            "images and channels are framed too",
            every_axis,
            "You frame every axis, so that there are more images and channels than "
            "before. Which two axes of x are height and width?",
        ),
        Misconception(
            "zeros left and right in every mode",
            zero_corners,
            "Rows above and below follow the mode, but to the left and right you always put "
            "zeros. What does the mode say about columns?",
        ),
    ),
)

# --- output_size ------------------------------------------------------------------


def output_size_oracle(W, F, stride=1, pad=0):
    import torch

    signal, weights = torch.zeros(1, 1, W), torch.zeros(1, 1, F)
    try:
        out = torch.nn.functional.conv1d(signal, weights, stride=stride, padding=pad)
    except RuntimeError as error:
        raise ValueError(f"the filter does not fit: {error}") from None
    return out.shape[2]


def refused(name: str, *args: int) -> Case:
    """A filter that does not fit at all; the result is what sort of error comes."""

    def play(subject):
        try:
            return subject(*args)
        except Raised as error:
            return error.kind

    return Case(name, play, expected="ValueError", args=args)


def output_size_cases(rng: np.random.Generator) -> list[Case]:
    """Whatever is drawn, one pixel is left over, and half the padding is not enough."""
    F, S, P = int(rng.integers(2, 6)), int(rng.integers(3, 6)), int(rng.integers(2, 4))

    def drawn(name, F, S, P):
        return call(name, S * int(rng.integers(5, 15)) + 1 + F - 2 * P, F, S, P)

    return [
        call("7 pixels, filter 3", 7, 3, working="positions 0 1 2 3 4: (7 - 3) / 1 + 1 = 5"),
        call("7 pixels, filter 3, stride 2", 7, 3, 2, working="(7 - 3) / 2 + 1 = 3"),
        call(
            "7 pixels, filter 3, stride 3: one pixel is left over",
            7,
            3,
            3,
            working="4 / 3 = 1 and a rest, so 1 + 1 = 2",
        ),
        call("32 pixels, filter 5, padding 2", 32, 5, stride=1, pad=2),
        call("227 pixels, filter 11, stride 4", 227, 11, 4),
        call("8 pixels, filter 8", 8, 8, 3),
        drawn("a stride drawn at random", F, S, P),
        drawn("another, with more padding", F + 2, S + 1, P + 2),
        refused("a filter of 5 on 2 pixels with padding 1", 2, 5, 1, 1),
        refused("a filter of 9 on 5 pixels, stride 4", 5, 9, 4),
    ]  # fmt: skip


def where_it_fits(W, F, stride, pad, size):
    """`size` where the filter fits, the error where it does not."""
    output_size_oracle(W, F, stride, pad)
    return size()


OUTPUT_SIZE = Exercise(
    id="05.output_size",
    points=1,
    minutes=10,
    oracle=output_size_oracle,
    cases=output_size_cases,
    worked="A filter of 3 on 8 pixels with stride 2 and one zero at each end. The row is now "
    "8 + 1 + 1 = 10 long. The first pixel of the filter can stand at 0, 2, 4, 6 (then it covers "
    "6, 7, 8); at 8 it would reach beyond the end. Four places: (10 - 3) / 2 = 3 and a rest, "
    "and one more for the place at 0.",
    misconceptions=(
        Misconception(
            "padding counted once",
            lambda W, F, stride=1, pad=0: output_size_oracle(W + pad, F, stride),
            "Your padding is added at one end. How many ends does a row have?",
        ),
        Misconception(
            "one too few",
            lambda W, F, stride=1, pad=0: output_size_oracle(W, F, stride, pad) - 1,
            "Your count is one too low: you count the steps. From how many places do 4 "
            "steps start and end?",
        ),
        Misconception(
            "stride ignored",
            lambda W, F, stride=1, pad=0: output_size_oracle(W, F, 1, pad),
            "The stride has no effect. By what must the way of the filter be divided?",
        ),
        Misconception(
            "rounded up",
            lambda W, F, stride=1, pad=0: where_it_fits(
                W,
                F,
                stride,
                pad,
                lambda: output_size_oracle(W + stride - 1, F, stride, pad),
            ),
            "Where the last step does not fit you count it all the same, and the "
            "filter would reach beyond the end. In which direction is it rounded?",
        ),
        Misconception(
            "not rounded",
            lambda W, F, stride=1, pad=0: (
                (output_size_oracle(W, F, 1, pad) - 1) / stride + 1
            ),
            "A size is a whole number, and yours can be 2.33. Which division of Python "
            "leaves the rest away?",
        ),
        Misconception(
            "one added before the division",
            lambda W, F, stride=1, pad=0: where_it_fits(
                W, F, stride, pad, lambda: output_size_oracle(W + 1, F, stride, pad) - 1
            ),
            "You add one and then divide. Is the first place of the filter one step, or one "
            "place more than there are steps?",
        ),
        Misconception(
            "too large a filter is not refused",
            lambda W, F, stride=1, pad=0: (
                output_size_oracle(W + 100 * stride, F, stride, pad) - 100
            ),
            "For a filter larger than the padded image you return a number. Which "
            "error does the docstring ask for?",
        ),
    ),
)
