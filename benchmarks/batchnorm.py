"""Batch normalisation of lesson 06 against PyTorch, forward and backward together.

    python benchmarks/batchnorm.py

`batchnorm_forward` with `batchnorm_backward_simplified` on 256 rows of 512 features,
`spatial_batchnorm_forward` with its backward on 64 images of 32 channels, 16 x 16.
PyTorch runs `torch.nn.functional.batch_norm` with autograd. One thread each, timed in
turn in one process; a ratio below 1 means that the lesson's own functions are faster.
"""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import torch

from utils.sources import source_of_names

SOLUTION = Path(__file__).parent.parent / "solutions" / "06_batchnorm.py"
ROUNDS = 100
PAIRS = (
    ((256, 512), ("batchnorm_forward", "batchnorm_backward_simplified")),
    ((64, 32, 16, 16), ("spatial_batchnorm_forward", "spatial_batchnorm_backward")),
)


def from_solution(*names: str) -> list[Callable]:
    """Functions of the lesson, without running the rest of it."""
    space = {"np": np}
    exec(source_of_names([SOLUTION.read_text(encoding="utf-8")], names), space)
    return [space[name] for name in names]


def lesson(shape: tuple[int, ...], dtype: type, names: tuple[str, str]) -> Callable:
    """One step of the lesson's own functions."""
    forward, backward = from_solution(*names)
    x, dout, gamma, beta = numbers(shape, dtype)
    running = {"mean": 0 * beta, "var": 1 + 0 * beta}

    def step():
        _, cache = forward(x, gamma, beta, running, "train")
        return backward(dout, cache)

    return step


def pytorch(shape: tuple[int, ...], dtype: type) -> Callable:
    """The same step by PyTorch with autograd."""
    x, dout, gamma, beta = map(torch.from_numpy, numbers(shape, dtype))
    leaves = [part.requires_grad_() for part in (x, gamma, beta)]
    mean, var = torch.zeros_like(beta.detach()), torch.ones_like(beta.detach())

    def step():
        out = torch.nn.functional.batch_norm(x, mean, var, gamma, beta, True)
        return torch.autograd.grad(out, leaves, dout)

    return step


def numbers(shape: tuple[int, ...], dtype: type) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    sizes = shape, shape, shape[1], shape[1]
    return tuple(rng.normal(size=size).astype(dtype) for size in sizes)


def seconds(step: Callable) -> float:
    start = perf_counter()
    step()
    return perf_counter() - start


def main() -> None:
    """Print a table of ratios."""
    torch.set_num_threads(1)
    print("                     dtype     ours       PyTorch    ratio")
    for shape, names in PAIRS:
        for dtype in (np.float32, np.float64):
            steps = lesson(shape, dtype, names), pytorch(shape, dtype)
            for ours, theirs in zip(steps[0](), steps[1](), strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
            times = [[seconds(step) for step in steps] for _ in range(ROUNDS)]
            ours, theirs = (1000 * min(column) for column in zip(*times, strict=True))
            print(
                f"{shape!s:20} {dtype.__name__}   {ours:.3f} ms   {theirs:.3f} ms   "
                f"{ours / theirs:.2f}"
            )


if __name__ == "__main__":
    main()
