"""What the exercises of lesson 06 share: numbers, cases, and gradients with a fault."""

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case
from utils.subject import Subject

GRADIENTS = ("dx", "dgamma", "dbeta")


def parameters(rng: np.random.Generator, d: int) -> tuple[np.ndarray, np.ndarray]:
    """A scale `gamma (d,)`, no number near 0 or 1, and a shift `beta (d,)`."""
    signs = rng.choice([-1.0, 1.0], size=d)
    return signs * rng.uniform(1.3, 2.5, size=d), rng.normal(0, 2, size=d)


def statistics(rng: np.random.Generator, d: int) -> dict[str, np.ndarray]:
    """Running statistics as some training may have left them."""
    return {"mean": rng.normal(size=d), "var": rng.uniform(1.5, 4, size=d)}


def spread(rng: np.random.Generator, *shape: int, apart: float = 3.0) -> np.ndarray:
    """Numbers `shape` with another mean and spread in each place of axis 1.

    The means are `apart`. No draw has wide spreads alone, beside which eps is lost.
    """
    size = (shape[1],) + (1,) * (len(shape) - 2)
    middle, widths = rng.normal(0, apart, size), np.linspace(0.6, 1.8, shape[1])
    return middle + rng.permutation(widths).reshape(size) * rng.normal(size=shape)


def stateful(
    name: str,
    batches: list[np.ndarray],
    modes: list[str],
    scale: tuple[np.ndarray, np.ndarray],
    running: dict[str, np.ndarray],
    working: str = "",
    **options: float,
) -> Case:
    """A case that looks at the outputs and at what became of the running statistics."""

    def play(subject: Subject) -> dict:
        kept, seen = subject.keep(running), {}
        for i, (x, mode) in enumerate(zip(batches, modes, strict=True), 1):
            label = f"out of batch {i}" if len(batches) > 1 else "out"
            result = subject(x, *scale, kept, mode, **options)
            seen[label], _ = unpack(result, "out", "cache")
        state = subject.fetch(kept).items()
        return seen | {f"running[{key!r}]": value for key, value in state}

    args = (batches[0], *scale, running, modes[0])
    return Case(name, play, working=working, args=args, kwargs=options)


def outcome(name: str, *args, working: str = "", **options: float) -> Case:
    """A case that looks at `out` and leaves the cache alone."""

    def play(subject: Subject) -> np.ndarray:
        return unpack(subject(*args, **options), "out", "cache")[0]

    return Case(name, play, working=working, args=args, kwargs=options)


def cached(*args, parts: tuple[str, ...] = ("x_hat", "std", "gamma")) -> Case:
    """A case that looks into the cache."""

    def play(subject: Subject) -> dict:
        _, cache = unpack(subject(*args), "out", "cache")
        return dict(zip(parts, unpack(cache, *parts), strict=True))

    return Case("what the cache holds", play, args=args)


def single_precision(*args) -> Case:
    """A case that looks at dtypes alone: float32 in, float32 out."""
    given = halved(args)

    def play(subject: Subject) -> list[str]:
        result = subject(*given)
        parts = result if isinstance(result, tuple) else (result,)
        dtypes = [getattr(part, "dtype", None) for part in parts]
        return [str(dtype) for dtype in dtypes if dtype is not None]

    return Case("float32 in, float32 out", play, args=given)


def halved(value):
    """The same with all arrays as float32."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float32)
    if isinstance(value, tuple):
        return tuple(map(halved, value))
    if isinstance(value, dict):
        return {key: halved(part) for key, part in value.items()}
    return value


def replaced(oracle, dout, cache, **parts) -> tuple:
    """The right gradients with some of them replaced."""
    names = ("dx", "dgamma", "dbeta")
    return tuple((dict(zip(names, oracle(dout, cache), strict=True)) | parts).values())


def dx_weighted(oracle, dout, cache, weight):
    """`dx` when the path through the variance counts `weight` times."""
    x_hat, *rest = cache
    if weight < 0:
        none = dx_weighted(oracle, dout, cache, 0)
        return 2 * none - dx_weighted(oracle, dout, cache, -weight)
    return oracle(dout, (x_hat * weight**0.5, *rest))[0]


def dx_constant_mean(oracle, dout, cache, axis=0, weight=1.0):
    """`dx` when the mean counts as a constant.

    Beside its own negative a batch has sums of zero, so that nothing flows through the
    mean.
    """
    x_hat, *rest = cache
    dout, x_hat = (np.concatenate([a, -a], axis) for a in (dout, x_hat))
    both = dx_weighted(oracle, dout, (x_hat, *rest), weight)
    return np.split(both, 2, axis)[0]
