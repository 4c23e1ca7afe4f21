"""The layers of lesson 05 against PyTorch's, forward and backward, one thread each.

    python benchmarks/convolution.py

Each is timed in turn with PyTorch's, in one process, and the fastest of all rounds
counts; a ratio of 2 means that the lesson's own function takes twice as long. PyTorch
computes the same gradients by autograd, that of the images included. The loops are
timed on a single image.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch.nn import functional

from utils.sources import source_of_names

SOLUTION = Path(__file__).parent.parent / "solutions" / "05_convolution.py"
ROUNDS = 15
LAYERS = {
    "conv 5 x 5, (64, 3, 32, 32) to 32": ((64, 3, 32, 32), (32, 3, 5, 5), 2),
    "conv 3 x 3, (64, 64, 16, 16) to 64": ((64, 64, 16, 16), (64, 64, 3, 3), 1),
}
POOLS = {
    "2 x 2, (64, 32, 32, 32)": ((64, 32, 32, 32), 2, 2),
    "3 x 3, stride 2, (64, 32, 32, 32)": ((64, 32, 32, 32), 3, 2),
}


def from_solution(*names: str) -> list[Callable]:
    """Functions of the lesson, without running the rest of it."""
    space = {"np": np}
    exec(source_of_names([SOLUTION.read_text(encoding="utf-8")], names), space)
    return [space[name] for name in names]


def ours(forward: Callable, backward: Callable, *arrays: np.ndarray, **options):
    """A round of the lesson's functions."""

    def once() -> None:
        out, cache = forward(*arrays, **options)
        backward(out, cache)

    return once


def theirs(forward: Callable, *arrays: np.ndarray, **options) -> Callable:
    """A round of PyTorch's function and autograd."""
    tensors = [torch.from_numpy(array).requires_grad_() for array in arrays]

    def once() -> None:
        out = forward(*tensors, **options)
        torch.autograd.grad(out, tensors, out.detach())

    return once


def compare(name: str, one: Callable, other: Callable, rounds: int = ROUNDS) -> None:
    """Print the best times of both, and their ratio."""
    best = [float("inf")] * 2
    for _ in range(rounds + 1):
        for k, run in enumerate((one, other)):
            start = perf_counter()
            run()
            best[k] = min(best[k], perf_counter() - start)
    times = "".join(f"{1000 * seconds:10.1f} ms" for seconds in best)
    print(f"{name:52}{times}{best[0] / best[1]:10.2f}", flush=True)


def convolutions(dtype: type, rng: np.random.Generator) -> None:
    """The two layers of the project's target."""
    forward, backward = from_solution("conv_forward", "conv_backward")
    for name, (x_shape, w_shape, pad) in LAYERS.items():
        shapes = (x_shape, w_shape, w_shape[:1])
        arrays = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        compare(
            f"{name} {dtype.__name__}",
            ours(forward, backward, *arrays, pad=pad),
            theirs(functional.conv2d, *arrays, padding=pad),
        )


def pools(dtype: type, rng: np.random.Generator) -> None:
    """Max and average pooling, without and with overlap."""
    kinds = {"max": functional.max_pool2d, "average": functional.avg_pool2d}
    for kind, library in kinds.items():
        own = from_solution(f"{kind}_pool_forward", f"{kind}_pool_backward")
        for name, (shape, size, stride) in POOLS.items():
            x = rng.normal(size=shape).astype(dtype)
            compare(
                f"{kind} pool {name} {dtype.__name__}",
                ours(*own, x, size=size, stride=stride),
                theirs(library, x, kernel_size=size, stride=stride),
            )


def loops(rng: np.random.Generator) -> None:
    """The layer written with loops, on one image, against PyTorch on one image."""
    (_, *image), w_shape, pad = next(iter(LAYERS.values()))
    shapes = ((1, *image), w_shape, w_shape[:1])
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    compare(
        "conv 5 x 5 with loops, one image, float32",
        ours(
            *from_solution("conv_forward_loops", "conv_backward_loops"),
            *arrays,
            pad=pad,
        ),
        theirs(functional.conv2d, *arrays, padding=pad),
        rounds=2,
    )


def main() -> None:
    """Print a table of times and ratios."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    print(f"{'forward and backward':52}{'ours':>13}{'PyTorch':>13}{'ratio':>10}")
    for dtype in (np.float32, np.float64):
        convolutions(dtype, rng)
        pools(dtype, rng)
    loops(rng)


if __name__ == "__main__":
    main()
