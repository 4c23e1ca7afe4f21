"""Running a solution from top to bottom, for the tests of one lesson each."""

import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

SOLUTIONS = Path(__file__).parent.parent.parent / "solutions"


def run(stem: str) -> dict:
    """Run a solution from top to bottom; gives the names it leaves behind.

    A notebook closes its figures cell by cell, so many of them are no fault.
    """
    try:
        with plt.rc_context({"figure.max_open_warning": 0}):
            return runpy.run_path(str(SOLUTIONS / f"{stem}.py"))
    finally:
        plt.close("all")


def run_on_builtin_images(stem: str) -> dict:
    """Run a solution where no real data is to be found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_DATA", raising=False)
        return run(stem)
