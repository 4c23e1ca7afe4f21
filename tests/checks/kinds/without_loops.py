"""A function that must not loop, must not call a library and must save memory."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import loops, memory, without

ANSWER = """
import numpy as np

def row_lengths(x):
    return np.sqrt((x**2).sum(axis=1))
"""
LOOPED = """
import numpy as np

def row_lengths(x):
    return np.array([np.sqrt((row**2).sum()) for row in x])
"""


def oracle(x):
    return np.linalg.norm(x, axis=1)


def cases(rng: np.random.Generator) -> list[Case]:
    return [
        call("by hand", np.array([[3.0, 4.0]]), working="sqrt(9 + 16) = 5"),
        call("4 rows of 6", rng.normal(size=(4, 6))),
        call("7 rows of 5", rng.normal(size=(7, 5))),
    ]


LOOPS = loops(0, share=0.3, hint="Which function adds along an axis?")
LIBRARY = without("numpy.linalg", "scipy", hint="What does the norm compute?")
MEMORY = memory(
    lambda: call("2,000 rows of 3", np.ones((2000, 3))),
    limit=1_000_000,
    share=0.3,
    hint="How many of the products do you use?",
)


def one_by_one(x):
    return np.array([oracle(row[None])[0] for row in x])


EXERCISE = Exercise(
    id="99.row_lengths",
    points=4,
    minutes=10,
    oracle=oracle,
    cases=cases,
    rules=(LOOPS, LIBRARY, MEMORY),
    misconceptions=(
        Misconception("no root", lambda x: oracle(x) ** 2, "Which step is the last?"),
        Misconception("a loop", one_by_one, LOOPS.hint, breaks=LOOPS.name),
        Misconception("a library", oracle, LIBRARY.hint, breaks=LIBRARY.name),
        Misconception(
            "all products",
            lambda x: np.sqrt(np.diag(x @ x.T)),
            MEMORY.hint,
            breaks=MEMORY.name,
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def row_lengths(x):\n    raise NotImplementedError",
    {
        "no root": bent(ANSWER, ("np.sqrt", "")),
        "a loop": LOOPED,
        "a library": bent(
            ANSWER, ("np.sqrt((x**2).sum(axis=1))", "np.linalg.norm(x, axis=1)")
        ),
        "all products": bent(ANSWER, ("(x**2).sum(axis=1)", "np.diag(x @ x.T)")),
    },
)
