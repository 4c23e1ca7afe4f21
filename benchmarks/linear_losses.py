"""`svm_loss` and `softmax_loss` against PyTorch's losses with autograd, in time.

    python benchmarks/linear_losses.py

500 images of 3,073 values, ten classes, loss and gradient with L2 regularisation, one
thread each. PyTorch computes the same numbers: `multi_margin_loss` (times the number of
classes, by which it divides) and `cross_entropy`. Both are timed in turn, in one
process; a ratio below 1 means that the lesson's own function is faster.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch.nn.functional import cross_entropy, multi_margin_loss

from utils.sources import source_of_names

SOLUTION = Path(__file__).parent.parent / "solutions" / "02_linear.py"
N, D, C, REG = 500, 3073, 10, 0.1
ROUNDS, REPEATS = 41, 10


def from_solution(name: str) -> Callable:
    """A function of the lesson, without running the rest of it."""
    space = {"np": np}
    exec(source_of_names([SOLUTION.read_text(encoding="utf-8")], [name]), space)
    return space[name]


def by_pytorch(data_loss: Callable) -> Callable:
    """Loss and gradient as PyTorch's autograd gives them, for tensors."""

    def loss_of(W: torch.Tensor, X: torch.Tensor, y: torch.Tensor, reg: float):
        W.grad = None
        loss = data_loss(X @ W, y) + reg * (W**2).sum()
        loss.backward()
        return loss.detach(), W.grad

    return loss_of


def seconds(function: Callable, *args) -> float:
    start = perf_counter()
    for _ in range(REPEATS):
        function(*args)
    return (perf_counter() - start) / REPEATS


def main() -> None:
    """Print a table of ratios."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    losses = {
        "svm_loss": lambda scores, y: C * multi_margin_loss(scores, y),
        "softmax_loss": cross_entropy,
    }
    print("loss          dtype     ours      PyTorch   ratio   ratio of the fastest")
    for name, data_loss in losses.items():
        for dtype in (np.float32, np.float64):
            W = (0.01 * rng.normal(size=(D, C))).astype(dtype)
            X, y = rng.uniform(size=(N, D)).astype(dtype), rng.integers(C, size=N)
            times = timed(from_solution(name), by_pytorch(data_loss), W, X, y)
            ours, theirs = (min(column) for column in zip(*times, strict=True))
            ratio = median(a / b for a, b in times)
            print(
                f"{name:12}  {np.dtype(dtype).name}   {1e3 * ours:.2f} ms   "
                f"{1e3 * theirs:.2f} ms   {ratio:.2f}    {ours / theirs:.2f}"
            )


def timed(
    own: Callable, library: Callable, W: np.ndarray, X: np.ndarray, y: np.ndarray
) -> list[tuple[float, float]]:
    """Seconds of our loss and of the library's, in turn; they must agree."""
    tensors = torch.tensor(W, requires_grad=True), *map(torch.tensor, (X, y))
    pairs = zip(own(W, X, y, REG), library(*tensors, REG), strict=True)
    for mine, theirs in pairs:
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-3, atol=1e-5)
    return [
        (seconds(own, W, X, y, REG), seconds(library, *tensors, REG))
        for _ in range(ROUNDS)
    ]


if __name__ == "__main__":
    main()
