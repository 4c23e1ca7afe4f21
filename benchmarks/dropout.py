"""The lesson's dropout, forward and backward, against PyTorch's with autograd.

    python benchmarks/dropout.py

64 images of 32 channels, 32 by 32 values, p = 0.5, one thread each. Drawing the mask
counts on both sides. Both are timed in turn; a ratio below 1 means that the lesson's
own functions are faster.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch

from utils.sources import source_of_names

SOLUTION = Path(__file__).parent.parent / "solutions" / "07_dropout.py"
SHAPE, P, ROUNDS = (64, 32, 32, 32), 0.5, 31


def from_solution(*names: str) -> list[Callable]:
    """Functions of the lesson, without running the rest of it."""
    space = {"np": np}
    exec(source_of_names([SOLUTION.read_text(encoding="utf-8")], names), space)
    return [space[name] for name in names]


def seconds(function: Callable[[], object]) -> float:
    start = perf_counter()
    function()
    return perf_counter() - start


def both_ways(dtype: type) -> tuple[Callable, Callable]:
    """Forward and backward, ours and PyTorch's, on the same numbers."""
    forward, backward = from_solution("dropout_forward", "dropout_backward")
    rng = np.random.default_rng(0)
    x, dout = (rng.normal(size=SHAPE).astype(dtype) for _ in range(2))
    x_, dout_ = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dout)

    def ours():
        backward(dout, forward(x, P, "train", rng)[1])

    def theirs():
        x_.grad = None
        torch.nn.functional.dropout(x_, P).backward(dout_)

    return ours, theirs


def main() -> None:
    """Print a table of times and ratios."""
    torch.set_num_threads(1)
    print("dtype     ours (best)  PyTorch (best)  ratio (median)")
    for dtype in (np.float32, np.float64):
        pair = both_ways(dtype)
        times = [tuple(map(seconds, pair)) for _ in range(ROUNDS)]
        ours, theirs = (1e3 * min(column) for column in zip(*times, strict=True))
        ratio = median(a / b for a, b in times)
        print(
            f"{dtype.__name__}   {ours:6.1f} ms    {theirs:6.1f} ms       {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
