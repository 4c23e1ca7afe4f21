"""`l2_distances_no_loops` against scikit-learn's brute force, in time and memory.

    python benchmarks/l2_distances.py

500 test and 5,000 training images of 3,072 values. Both are timed in turn, in one
process with the same number of threads; a ratio below 1 means that the lesson's own
function is faster (time) or smaller (peak memory, as `tracemalloc` sees it).
"""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from sklearn.metrics import pairwise_distances

from utils.sources import source_of_names

SOLUTION = Path(__file__).parent.parent / "solutions" / "01_knn.py"
ROUNDS = 15


def from_solution(name: str) -> Callable:
    """A function of the lesson, without running the rest of it."""
    space = {"np": np}
    exec(source_of_names([SOLUTION.read_text(encoding="utf-8")], [name]), space)
    return space[name]


def seconds(function: Callable, *args: np.ndarray) -> float:
    start = perf_counter()
    function(*args)
    return perf_counter() - start


def peak(function: Callable, *args: np.ndarray) -> int:
    tracemalloc.start()
    function(*args)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def main() -> None:
    """Print a table of ratios."""
    own = from_solution("l2_distances_no_loops")
    rng = np.random.default_rng(0)
    print("dtype     ours      scikit-learn  time ratio   peak ours  theirs")
    for dtype in (np.float32, np.float64):
        X_test = rng.uniform(size=(500, 3072)).astype(dtype)
        X_train = rng.uniform(size=(5000, 3072)).astype(dtype)
        args = (X_test, X_train)
        times = [
            (seconds(own, *args), seconds(pairwise_distances, *args))
            for _ in range(ROUNDS)
        ]
        ours, theirs = (median(column) for column in zip(*times, strict=True))
        ratio = median(a / b for a, b in times)
        sizes = [peak(function, *args) / 1e6 for function in (own, pairwise_distances)]
        print(
            f"{dtype.__name__}   {ours:.3f} s   {theirs:.3f} s       {ratio:.2f}      "
            f"   {sizes[0]:.0f} MB      {sizes[1]:.0f} MB"
        )


if __name__ == "__main__":
    main()
