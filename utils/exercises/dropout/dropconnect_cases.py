"""DropConnect, forward and backward: right answers, and the cases they are tried on."""

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, call
from utils.exercises.dropout.shared import (
    about,
    generator_cases,
    levels,
    n_different,
    same_shape,
    torch_draws,
)
from utils.subject import Generator


def connect_oracle(x, W, b, p, mode, rng):
    import torch

    factor = torch.ones(W.shape, dtype=torch.from_numpy(W).dtype)
    if mode == "train":
        keep = torch.full(W.shape, 1.0 - p, dtype=factor.dtype)
        factor = torch.bernoulli(keep, generator=torch_draws(rng)) / keep
    x_, W_, b_ = map(torch.from_numpy, (x, W, b))
    out = torch.nn.functional.linear(x_, (W_ * factor).T, b_)
    return out.numpy(), (x, W, factor.numpy() if mode == "train" else 1.0)


class Tried:
    """Calls of DropConnect whose output shows every weight: the rows of `x` are units.

    With the identity for x, row i of the output is row i of W (times the mask) plus b.
    """

    def __init__(self, rng):
        self.p = float(rng.uniform(0.25, 0.4))
        self.seed = int(rng.integers(1 << 30))
        self.W = rng.uniform(1, 2, size=(100, 110))
        self.b = rng.uniform(1, 2, size=110)
        self.long = rng.uniform(1, 2, size=(1, 12_000)), rng.uniform(1, 2, size=12_000)
        self.x = rng.normal(size=(7, 100))

    def run(self, subject, x, mode, W=None, b=None, generator=None):
        W, b = (self.W, self.b) if W is None else (W, b)
        generator = Generator(self.seed) if generator is None else generator
        result = subject(x, W, b, self.p, mode, generator)
        out, cache = unpack(result, "out", "cache")
        return same_shape(out, np.empty((len(x), len(b)))), cache

    def factors(self, subject, mode, generator=None):
        out, _ = self.run(subject, np.eye(100), mode, generator=generator)
        return (out - self.b) / self.W

    def long_factors(self, subject):
        W, b = self.long
        return (self.run(subject, np.ones((1, 1)), "train", W, b)[0] - b) / W

    def patterns(self, subject, axis):
        """How many different rows (0) or columns (1) the mask has."""
        kept = np.abs(self.factors(subject, "train")) > 1e-9
        return n_different(kept if axis == 0 else kept.T)

    def bias(self, subject):
        """The different values of out / b where the input is zero."""
        return levels(self.run(subject, np.zeros((3, 100)), "train")[0] / self.b)

    def same_image_twice(self, subject):
        twice = np.repeat(self.x[:1], 2, axis=0)
        one, other = self.run(subject, twice, "train")[0]
        return bool(np.allclose(one, other))

    def cache_fits(self, subject, mode):
        out, cache = self.run(subject, self.x, mode)
        x, W, factor = unpack(cache, "x", "W", "factor")
        if np.shape(factor) not in ((), self.W.shape):
            return False
        same = np.array_equal(x, self.x) and np.array_equal(W, self.W)
        with np.errstate(all="ignore"):
            return bool(same and np.allclose(out, x @ (W * factor) + self.b))

    def dtype(self, subject):
        x, W, b = (part.astype(np.float32) for part in (self.x, self.W, self.b))
        return self.run(subject, x, "train", W, b)[0].dtype.name


def right_amounts(tried: Tried) -> list[Case]:
    """All bounds hold for p in [0.25, 0.4]."""
    p, n = tried.p, 12_000
    return [
        Case(
            "training: each weight is dropped or multiplied by 1 / (1 - p)",
            lambda s: levels(tried.factors(s, "train")),
            expected=np.array([0, 1 / (1 - p)]),
            agree=close(atol=1e-5),
            working=f"p = {p:.3f}: the factors are 0 and 1 / (1 - p) = {1 / (1 - p):.3f}",
        ),
        Case(
            "the part of the weights that is dropped",
            lambda s: (abs(tried.long_factors(s)) < 1e-9).mean(),
            about(p, n, "the part that is dropped"),
            None,
        ),
        Case(
            "the mean weight stays",
            lambda s: tried.long_factors(s).mean(),
            about(1.0, n, "the mean factor", 0, 1 / (1 - p)),
            None,
        ),
    ]


def connect_cases(rng: np.random.Generator) -> list[Case]:
    """Two rows of 110 are alike once in 10^22."""
    tried, ones = Tried(rng), np.ones(1)
    return [
        *right_amounts(tried),
        Case("test: every weight as it is", lambda s: levels(tried.factors(s, "test")), expected=ones),
        Case("the bias is added in full", tried.bias, expected=ones),
        Case("each input has weights of its own dropped", lambda s: tried.patterns(s, 0), expected=100),
        Case("each output has its own", lambda s: tried.patterns(s, 1), expected=110),
        Case("one mask for the batch: the same image twice", tried.same_image_twice, expected=True),
        Case("training: out fits the cache", lambda s: tried.cache_fits(s, "train"), expected=True),
        Case("test: out fits the cache", lambda s: tried.cache_fits(s, "test"), expected=True),
        Case("float32 stays float32", tried.dtype, expected="float32"),
        *generator_cases(rng, lambda s, g: tried.factors(s, "train", g)),
    ]  # fmt: skip


def connect_backward_oracle(dout, cache):
    import torch

    x, W, factor = cache
    x_, W_, dout_ = map(torch.from_numpy, (x, W, dout))
    x_, W_ = x_.requires_grad_(), W_.requires_grad_()
    b_ = torch.zeros(dout.shape[1], dtype=dout_.dtype, requires_grad=True)
    factor = torch.from_numpy(factor) if np.ndim(factor) else float(factor)
    torch.nn.functional.linear(x_, (W_ * factor).T, b_).backward(dout_)
    return x_.grad.numpy(), W_.grad.numpy(), b_.grad.numpy()


BY_HAND = call(
    "by hand, p = 0.5",
    np.array([[1.0, 10.0, 100.0]]),
    (
        np.array([[1.0, 2.0]]),
        np.array([[3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]),
        np.array([[2.0, 0.0, 2.0], [0.0, 2.0, 0.0]]),
    ),
    working="W f = ((6, 0, 10), (0, 14, 0)): dx = (1 * 6 + 100 * 10, 10 * 14) = (1006, 140); "
    "dW = ((1, 10, 100), (2, 20, 200)) times f = ((2, 0, 200), (0, 40, 0))",
)


def connect_backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, k, p=0.5):
        x, W = rng.normal(size=(n, d)), rng.normal(size=(d, k))
        factor = (rng.random((d, k)) >= p) / (1 - p)
        factor[0, 0], factor[-1, -1] = 0.0, 1 / (1 - p)
        return call(name, rng.normal(size=(n, k)), (x, W, factor))

    dout, x, W = (rng.normal(size=shape) for shape in ((4, 6), (4, 3), (3, 6)))
    return [
        BY_HAND,
        case("3 images, 4 inputs, 5 outputs", 3, 4, 5),
        case("7 images, p = 0.2", 7, 5, 6, p=0.2),
        case("one image", 1, 8, 3),
        call("after a test pass", dout, (x, W, 1.0)),
    ]
