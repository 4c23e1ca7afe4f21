"""Dropout forward: the right answer, and the cases it is tried on."""

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case
from utils.exercises.dropout.shared import (
    about,
    generator_cases,
    levels,
    n_different,
    same_shape,
    torch_draws,
)
from utils.subject import Generator


def dropout_oracle(x, p, mode, rng, kind="inverted"):
    import torch

    if mode == "test":
        scale = 1.0 if kind == "inverted" else 1 - p
        return x * scale, scale
    keep = torch.full(x.shape, 1.0 - p, dtype=torch.from_numpy(x[:0]).dtype)
    factor = torch.bernoulli(keep, generator=torch_draws(rng))
    factor = (factor / keep if kind == "inverted" else factor).numpy()
    return x * factor, factor


def of_kind(tried: "Tried", kind: str, kept: float, at_test: float) -> list[Case]:
    """What both kinds are asked: `kept` and `at_test` are the values of out / x."""
    p, times = tried.p, {"inverted": "1 / (1 - p)", "plain": "1"}[kind]
    by_hand = f"p = {p:.3f}: out / x is 0 or 1 / (1 - p) = {kept:.3f}"
    return [
        Case(
            f"{kind}, training: each value is dropped or multiplied by {times}",
            lambda s: tried.ratios(s, "train", kind),
            expected=np.array([0, kept]),
            working=by_hand if kind == "inverted" else "",
        ),
        Case(
            f"{kind}: the part that is dropped",
            lambda s: (tried.long_row(s, kind) == 0).mean(),
            about(p, tried.row.size, "the part that is dropped"),
            None,
        ),
        Case(
            f"{kind}, test: out / x",
            lambda s: tried.ratios(s, "test", kind),
            expected=np.array([at_test]),
        ),
    ]


def dropout_cases(rng: np.random.Generator) -> list[Case]:
    """All bounds hold for p in [0.25, 0.4]; two rows of 110 are alike once in 10^22."""
    p = float(rng.uniform(0.25, 0.4))
    x, row = rng.uniform(1, 2, size=(100, 110)), rng.uniform(1, 2, size=(1, 12_000))
    tried, ones = Tried(x, row, p, int(rng.integers(1 << 30))), np.ones(1)
    mean = about(1.0, row.size, "the mean of out / x", 0, 1 / (1 - p))
    return [
        *of_kind(tried, "inverted", 1 / (1 - p), 1.0),
        Case("inverted: the mean stays", lambda s: (tried.long_row(s, "inverted") / row).mean(), mean, None),
        *of_kind(tried, "plain", 1.0, 1 - p),
        Case("p = 0 drops nothing", lambda s: tried.ratios(s, "train", "inverted", p=0.0), expected=ones),
        Case("each row has a mask of its own", lambda s: tried.masks(s, 0), expected=100),
        Case("each column has its own", lambda s: tried.masks(s, 1), expected=110),
        Case("how many are dropped is random too", tried.count_varies, expected=True),
        Case("out is x times the cache", tried.cache_fits, expected=FITS),
        Case("float32 stays float32", tried.dtypes, expected=["float32"] * 2),
        *generator_cases(rng, lambda s, g: tried.run(s, x, "train", "inverted", g)[0]),
    ]  # fmt: skip


FITS = {
    f"{mode}, {kind}": True
    for mode in ("train", "test")
    for kind in ("inverted", "plain")
}


class Tried:
    """Calls of dropout on a table `x` and on a long row, and what is seen in them."""

    def __init__(self, x, row, p, seed):
        self.x, self.row, self.p, self.seed = x, row, p, seed

    def run(self, subject, x, mode, kind, generator=None, p=None):
        p = self.p if p is None else p
        generator = Generator(self.seed) if generator is None else generator
        out, cache = unpack(subject(x, p, mode, generator, kind), "out", "cache")
        return same_shape(out, x), cache

    def ratios(self, subject, mode, kind, p=None):
        """The different values of out / x."""
        return levels(self.run(subject, self.x, mode, kind, p=p)[0] / self.x)

    def long_row(self, subject, kind):
        return self.run(subject, self.row, "train", kind)[0]

    def masks(self, subject, axis):
        """How many different rows (0) or columns (1) the mask has."""
        kept = self.run(subject, self.x, "train", "inverted")[0] != 0
        return n_different(kept if axis == 0 else kept.T)

    def count_varies(self, subject):
        """Of 300 values the same number is dropped 12 times about once in 10^16."""
        generator = subject.keep(Generator(self.seed))
        few = self.row[:, :300]
        outs = [self.run(subject, few, "train", "plain", generator) for _ in range(12)]
        return len({int((out != 0).sum()) for out, _ in outs}) > 1

    def cache_fits(self, subject):
        ways = {way: way.split(", ") for way in FITS}
        return {
            way: is_factor(self.x, *self.run(subject, self.x, mode, kind))
            for way, (mode, kind) in ways.items()
        }

    def dtypes(self, subject):
        x = self.x.astype(np.float32)
        out, cache = self.run(subject, x, "train", "inverted")
        return [out.dtype.name, np.asarray(cache).dtype.name]


def is_factor(x: np.ndarray, out: np.ndarray, cache) -> bool:
    """Whether the cache is what x was multiplied by."""
    if not isinstance(cache, (int, float, np.generic, np.ndarray)):
        return False
    if np.shape(cache) not in ((), np.shape(x)):
        return False
    return bool(np.allclose(out, x * np.asarray(cache, dtype=float)))
