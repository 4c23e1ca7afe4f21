"""What the exercises of lesson 05 share: tensors, windows by hand, two rules."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from utils.checks.exercise import Case
from utils.checks.rules import Attempt, Rule


def tensors(*arrays: np.ndarray) -> list[Any]:
    """PyTorch copies of arrays, of the same dtype, whose gradients are followed."""
    import torch

    copies = (torch.from_numpy(np.array(array, order="C")) for array in arrays)
    return [copy.requires_grad_() for copy in copies]


def a_side(value: Any) -> tuple[int, int]:
    """An int or a pair as two ints: for the height, for the width."""
    height, width = np.broadcast_to(value, 2)
    return int(height), int(width)


def exchanged(value):
    """An int or a pair, the two sides exchanged."""
    return tuple(int(side) for side in np.broadcast_to(value, 2)[::-1])


def framed(x, pad):
    """Images with a frame of zeros, `pad` rows and columns wide."""
    high, wide = np.broadcast_to(pad, 2)
    return np.pad(x, ((0, 0), (0, 0), (high, high), (wide, wide)))


def cut_by_minus(images, pad):
    """Framed images cut as `[PH:-PH, PW:-PW]`: without a frame nothing is left."""
    high, wide = a_side(pad)
    return images[:, :, high:-high, wide:-wide]


NOTHING_LEFT = (
    "Where there is no padding nothing is left: `-0` is 0, so that `PH:-PH` ends where it "
    "begins. At which row of the padded image do the H rows of x end, counted from its top?"
)


def as_if_step_one(dout, room):
    """`dout` in the top left corner of an output with `room` rows and columns."""
    wide = np.zeros((*dout.shape[:2], *room), dout.dtype)
    wide[:, :, : dout.shape[2], : dout.shape[3]] = dout
    return wide


def one_at_a_time(dout):
    """Copies of `dout`, each with the values of one output place and zeros elsewhere."""
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            alone = np.zeros_like(dout)
            alone[:, :, i, j] = dout[:, :, i, j]
            yield alone


TRIES, LIMIT = 5, 0.015


def no_pixel_loop(case: Callable[[], Case], hint: str, share: float = 0.3) -> Rule:
    """An image of some 16,000 pixels takes a few milliseconds at most.

    NumPy does it in one or two; a Python loop over the pixels needs a hundred. The best
    of several calls counts, so that a busy machine raises no false alarm.
    """

    def broken(attempt: Attempt) -> str | None:
        tried, seconds = case(), []
        while len(seconds) < TRIES and min(seconds, default=LIMIT) >= LIMIT:
            start = perf_counter()
            tried.play(attempt.subject)
            seconds.append(perf_counter() - start)
        if min(seconds) < LIMIT:
            return None
        return (
            f"{tried.name} takes {1000 * min(seconds):.0f} ms; without a Python loop "
            f"over pixels it takes one or two."
        )

    return Rule("does not loop over pixels", broken, share, hint)
