"""A plain function."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs

ANSWER = """
import numpy as np

def centred(x, axis):
    return x - x.mean(axis=axis, keepdims=True)
"""


def oracle(x, axis):
    from scipy.signal import detrend

    return detrend(x, axis=axis, type="constant")


def cases(rng: np.random.Generator) -> list[Case]:
    return [
        call("by hand", np.array([[1.0, 3.0], [5.0, 9.0]]), 0, working="1 - 3 = -2"),
        call("rows of a 4 x 4 table", rng.normal(size=(4, 4)), 1),
        call("columns of a 5 x 5 table", rng.normal(size=(5, 5)), 0),
    ]


EXERCISE = Exercise(
    id="99.centred",
    points=3,
    minutes=5,
    oracle=oracle,
    cases=cases,
    rules=(keeps_inputs(),),
    misconceptions=(
        Misconception(
            "mean of everything",
            lambda x, axis: x - x.mean(),
            "You subtract one mean. Over which axis is it taken?",
        ),
        Misconception(
            "other axis",
            lambda x, axis: oracle(x, 1 - axis),
            "You average over the other axis. Which one disappears in a mean?",
        ),
        Misconception(
            "mean added",
            lambda x, axis: 2 * x - oracle(x, axis),
            "Is the mean taken away or added?",
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def centred(x, axis):\n    raise NotImplementedError",
    {
        "mean of everything": bent(ANSWER, ("axis=axis, keepdims=True", "")),
        "other axis": bent(ANSWER, ("axis=axis", "axis=1 - axis")),
        "mean added": bent(ANSWER, ("x - x", "x + x")),
    },
)
