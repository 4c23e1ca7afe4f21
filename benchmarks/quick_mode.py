"""How long every lesson takes from top to bottom in quick mode, its checks included.

    python benchmarks/quick_mode.py

Each solution runs in a process of its own, one after the other, on the built-in images
unless COURSE_DATA is set.
"""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from utils.exercises import LESSONS

SOLUTIONS = Path(__file__).parent.parent / "solutions"


def seconds_of(stem: str) -> float:
    """Run one solution; raises CalledProcessError where it fails."""
    environment = {**os.environ, "COURSE_MODE": "quick", "MPLBACKEND": "Agg"}
    start = perf_counter()
    subprocess.run(
        [sys.executable, str(SOLUTIONS / f"{stem}.py")],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return perf_counter() - start


def main() -> None:
    """Print a line a lesson and the total."""
    total = 0.0
    for stem in LESSONS:
        seconds = seconds_of(stem)
        total += seconds
        print(f"{stem:20} {seconds:6.1f} s", flush=True)
    print(f"{'all':20} {total:6.1f} s")


if __name__ == "__main__":
    main()
