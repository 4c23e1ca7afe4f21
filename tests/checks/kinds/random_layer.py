"""A random function: judged by statistics, reproducibility and independence."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.compare import close, within
from utils.checks.exercise import Case, Exercise, Misconception
from utils.subject import Generator

ANSWER = """
import numpy as np

def dropout(x, p, generator):
    mask = generator.random(x.shape) >= p
    return x * mask / (1 - p)
"""
SIGMAS = 7.0  # a normal variable is farther out once in 4 * 10^11


def oracle(x, p, generator):
    import torch

    torch_generator = torch.Generator().manual_seed(int(generator.integers(2**62)))
    keep = torch.full(x.shape, 1 - p, dtype=torch.float64)
    return x * torch.bernoulli(keep, generator=torch_generator).numpy() / (1 - p)


def about(middle, width, what):
    return within(middle - width, middle + width, what)


def cases(rng: np.random.Generator) -> list[Case]:
    p, n = rng.uniform(0.2, 0.4), 20_000
    ones, seed = np.ones((n // 100, 100)), int(rng.integers(1 << 30))
    spread = SIGMAS * (p * (1 - p) / n) ** 0.5

    def out(subject):
        return np.asarray(subject(ones, p, Generator(seed)))

    def twice(subject):
        return np.array_equal(out(subject), out(subject))

    def in_a_row(subject):
        generator = subject.keep(Generator(seed))
        return np.array_equal(subject(ones, p, generator), subject(ones, p, generator))

    share = about(1 - p, spread, "the part that survives")
    mean = about(1.0, spread / (1 - p), "the mean")
    kept = np.array([0.0, 1 / (1 - p)])
    return [
        Case("how many survive", lambda s: (out(s) != 0).mean(), share, None),
        Case("the mean stays", lambda s: out(s).mean(), mean, None),
        Case("zero or scaled", lambda s: np.unique(out(s)), close(), kept),
        Case("the same generator gives the same mask", twice, expected=True),
        Case("a second call draws anew", in_a_row, expected=False),
    ]


def masked(draw, scale=lambda p: 1 - p):
    return lambda x, p, generator: x * draw(x, p, generator) / scale(p)


EXERCISE = Exercise(
    id="99.dropout",
    points=5,
    minutes=15,
    oracle=oracle,
    cases=cases,
    misconceptions=(
        Misconception(
            "not scaled",
            masked(lambda x, p, g: g.random(x.shape) >= p, scale=lambda p: 1.0),
            "How large is the mean before, and how large after?",
        ),
        Misconception(
            "p survives",
            masked(lambda x, p, g: g.random(x.shape) < p, scale=lambda p: p),
            "Is p the part that is dropped or the part that stays?",
        ),
        Misconception(
            "own generator",
            masked(lambda x, p, g: np.random.default_rng().random(x.shape) >= p),
            "Where do your random numbers come from?",
        ),
        Misconception(
            "one mask for ever",
            masked(lambda x, p, g: np.random.default_rng(0).random(x.shape) >= p),
            "Two calls drop the same values. When is the mask drawn?",
        ),
    ),
)
DRAW = "generator.random(x.shape)"
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def dropout(x, p, generator):\n    raise NotImplementedError",
    {
        "not scaled": bent(ANSWER, (" / (1 - p)", "")),
        "p survives": bent(ANSWER, (">= p", "< p"), ("/ (1 - p)", "/ p")),
        "own generator": bent(
            ANSWER, (DRAW, "np.random.default_rng().random(x.shape)")
        ),
        "one mask for ever": bent(
            ANSWER, (DRAW, "np.random.default_rng(3).random(x.shape)")
        ),
    },
)
