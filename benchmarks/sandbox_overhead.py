"""What the sandbox costs: its start, a submission, a call.

    python benchmarks/sandbox_overhead.py

A submission is one cell that defines a function, run in a worker of its own; a call
sends and brings back an array of 3 x 4. Medians; the same without walls beside it,
where every submission starts a Python of its own.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from grading.places import Place
from grading.process import NoSandbox
from grading.sandbox import Sandbox

CELLS = {
    "numpy": "import numpy as np\ndef f(x):\n    return x + 1",
    "torch": "import numpy as np, torch\ndef f(x):\n    return x + 1",
}
CALLS = 200


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def submission(place: Place, cell: str) -> tuple[float, float]:
    """Seconds to run and end one submission, and for one call."""
    start = perf_counter()
    run = place.run([cell], 60.0)
    begun = perf_counter() - start
    subject, x = run.subject(("f",), 60.0), np.ones((3, 4))
    called = seconds(lambda: [subject(x) for _ in range(CALLS)])
    return begun + seconds(run.close), called / CALLS


def measure(place: Place, cell: str, rounds: int) -> str:
    times = [submission(place, cell) for _ in range(rounds)]
    one, call = (1000 * median(column) for column in zip(*times, strict=True))
    return f"{one:8.1f} ms a submission {call:8.2f} ms a call"


def main() -> None:
    for library, cell in CELLS.items():
        with Sandbox(library) as sandbox:
            start = seconds(lambda s=sandbox: s.run([], 1.0).close())
            print(f"{library}: {1000 * start:8.0f} ms to start the sandbox, once")
            print(f"  in the sandbox {measure(sandbox, cell, 30)}")
        with NoSandbox() as bare:
            print(f"  without walls  {measure(bare, cell, 5)}")


if __name__ == "__main__":
    main()
