"""Draws the built-in pictures: ten shapes, 32x32 colour, from a random generator.

What tells the classes apart is layered, so that each model of the course has
something to find which the one before it cannot see:

* the figure's hue leans towards one hue a class: a linear model can use it, while
  nearest neighbours drown it in the background, which makes most of the distance;
* the figure is lighter or darker than its background with equal chance, so that its
  outline has no linear trace: a hidden layer can find it;
* place, size, turn, light and a twig in front vary: only shared local filters cope.
"""

import numpy as np

SIDE = 32
HUE_SPREAD = 0.09  # standard deviation of a class's hue, in turns of the colour wheel
SHIFT = 4.5  # most pixels that a figure lies off the centre
SIZES = 6.0, 12.0  # half the width of a figure, in pixels
TURN = 0.45  # most that a figure is turned, in radians
MIDDLE = 0.58  # mean brightness
CONTRAST = 0.28  # most that a brightness differs from the mean
CLOUDS = 0.4  # strength of the soft background
GRAIN = 0.16  # strength of the fine background
LIGHT = 0.4  # strength of the uneven light
NOISE = 0.035  # standard deviation of the camera's noise


def _box(u, v, half_width, half_height):
    return np.maximum(np.abs(u) - half_width, np.abs(v) - half_height)


def _disc(u, v):
    return np.hypot(u, v) - 0.85


def _ring(u, v):
    return np.abs(np.hypot(u, v) - 0.72) - 0.2


def _square(u, v):
    return _box(u, v, 0.75, 0.75)


def _triangle(u, v):
    return np.maximum(v - 0.65, 0.87 * np.abs(u) - 0.5 * v - 0.45)


def _cross(u, v):
    return np.minimum(_box(u, v, 0.9, 0.27), _box(u, v, 0.27, 0.9))


def _star(u, v):
    fifth = 2 * np.pi / 5
    angle = np.abs((np.arctan2(u, -v) + fifth / 2) % fifth - fifth / 2)
    return np.hypot(u, v) * (0.6 * np.cos(angle) + 0.8 * np.sin(angle)) - 0.58


def _heart(u, v):
    across, up = np.abs(u), 0.1 - v
    lobe = np.hypot(across - 0.4, up - 0.3) - 0.5
    point = np.maximum(0.75 * across - 0.66 * up - 0.55, up - 0.3)
    return np.minimum(lobe, point)


def _moon(u, v):
    return np.maximum(np.hypot(u, v) - 0.9, 0.75 - np.hypot(u - 0.45, v))


def _flag(u, v):
    return _box(u, v, 0.95, 0.7)


def _board(u, v):
    return _box(u, v, 0.8, 0.8)


# Each takes coordinates (u to the right, v down, the figure about 1 in radius) and
# returns the distance to the outline, negative inside.
SHAPES = {
    "disc": _disc,
    "ring": _ring,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "star": _star,
    "heart": _heart,
    "moon": _moon,
    "flag": _flag,
    "chessboard": _board,
}
NAMES = tuple(SHAPES)


def draw(labels, rng):
    """Draw one picture for each label.

    * `labels`: `(N,)` integers, indices into `NAMES`.
    * `rng`: a `numpy.random.Generator`.

    Returns `(N, 3, 32, 32)` `uint8`.
    """
    labels = np.asarray(labels)
    opacity, pattern = _figures(labels, rng)
    back, front, second = _colours(labels, rng)
    figure = _mix(second, front, pattern)
    images = _mix(_background(back, rng), figure, opacity)
    twig_colour = _from_hsv(*_uniform(rng, (3, len(labels)), 0.1, 0.7))
    images = _mix(images, twig_colour[:, :, None, None], _twigs(len(labels), rng))
    images *= 1 + LIGHT * (2 * _soft_field(len(labels), 1, 2, rng) - 1)
    images += NOISE * rng.standard_normal(images.shape, dtype=np.float32)
    return np.round(255 * np.clip(images, 0, 1)).astype(np.uint8)


def _uniform(rng, shape, low, high):
    return low + (high - low) * rng.random(shape, dtype=np.float32)


def _mix(under, over, opacity):
    """Lay `over` on `under`; `opacity (N, 32, 32)` in [0, 1]."""
    return under + opacity[:, None] * (over - under)


def _from_hsv(hue, saturation, value):
    """Turn `(N,)` hue, saturation and value in [0, 1] into `(N, 3)` RGB."""
    wheel = (np.array([[5], [3], [1]]) + 6 * hue) % 6
    rgb = value - value * saturation * np.clip(np.minimum(wheel, 4 - wheel), 0, 1)
    return rgb.T.astype(np.float32)


def _grid():
    """Pixel centres: `x (32,)` to the right and `y (32, 1)` down."""
    centres = np.arange(SIDE, dtype=np.float32) + 0.5
    return centres, centres[:, None]


def _figures(labels, rng):
    """Opacity of each figure and the pattern on it, both `(N, 32, 32)` in [0, 1]."""
    u, v, size = _place(len(labels), rng)
    distance = np.empty_like(u)
    for label, shape in enumerate(SHAPES.values()):
        chosen = labels == label
        distance[chosen] = shape(u[chosen], v[chosen])
    opacity = np.clip(0.5 - distance * size / 1.2, 0, 1)
    return opacity, _pattern(labels, u, v, size)


def _place(count, rng):
    """Give each figure a place, a size and a turn; returns `u, v (N, 32, 32)`, size."""
    x, y = _grid()
    size, shift_x, shift_y, turn = (
        _uniform(rng, (count, 1, 1), low, high)
        for low, high in (SIZES, (-SHIFT, SHIFT), (-SHIFT, SHIFT), (-TURN, TURN))
    )
    right = (x - SIDE / 2 - shift_x) / size
    down = (y - SIDE / 2 - shift_y) / size
    u = np.cos(turn) * right + np.sin(turn) * down
    v = np.cos(turn) * down - np.sin(turn) * right
    return u, v, size


def _pattern(labels, u, v, size):
    """Stripes on the flags, fields on the chessboards, 1 elsewhere."""
    pattern = np.ones_like(u)
    flags, boards = labels == NAMES.index("flag"), labels == NAMES.index("chessboard")
    stripes = np.sin(2.2 * np.pi / 0.7 * v[flags])
    fields = np.sin(np.pi / 0.4 * u[boards]) * np.sin(np.pi / 0.4 * v[boards])
    pattern[flags] = np.clip(0.5 + 0.25 * size[flags] * stripes, 0, 1)
    pattern[boards] = np.clip(0.5 + 0.3 * size[boards] * fields, 0, 1)
    return pattern


def _colours(labels, rng):
    """Colours of background, figure and the figure's pattern, each `(N, 3, 1, 1)`."""
    count = len(labels)
    side = np.where(rng.random(count) < 0.5, -1, 1).astype(np.float32)
    hue = labels / len(NAMES) + HUE_SPREAD * rng.standard_normal(count)
    back_hue, near = _uniform(rng, (2, count), 0, 1)
    dull, vivid, pale = (
        _uniform(rng, count, *s) for s in ((0.1, 0.6), (0.3, 0.8), (0.1, 0.5))
    )
    bright, dark, other = MIDDLE + side * CONTRAST * np.stack(
        [_uniform(rng, count, *s) for s in ((0.3, 1), (-1, -0.3), (-0.8, -0.2))]
    )
    colours = (
        _from_hsv(back_hue, dull, dark),
        _from_hsv(hue, vivid, bright),
        _from_hsv(hue + 0.2 * near - 0.1, pale, other),
    )
    return [colour[:, :, None, None] for colour in colours]


def _soft_field(count, channels, cells, rng):
    """Smooth fields `(count, channels, 32, 32)` in [0, 1], `cells` knots wide."""
    knots = rng.random((count, channels, cells, cells), dtype=np.float32)
    at = np.linspace(0, cells - 1, SIDE, dtype=np.float32)
    weights = np.clip(1 - np.abs(at[:, None] - np.arange(cells)), 0, 1)
    weights = weights.astype(np.float32)
    return weights @ knots @ weights.T


def _background(colour, rng):
    """A cloudy, grainy wall `(N, 3, 32, 32)` around `colour (N, 3, 1, 1)`."""
    count = len(colour)
    clouds = _soft_field(count, 3, 3, rng) + _soft_field(count, 1, 3, rng) - 1
    grain = _soft_field(count, 1, 12, rng) - 0.5
    return colour + CLOUDS * clouds + 2 * GRAIN * grain


def _twigs(count, rng):
    """One thin straight line across each picture, `(N, 32, 32)` in [0, 1]."""
    x, y = _grid()
    angle, offset, width = (
        _uniform(rng, (count, 1, 1), low, high)
        for low, high in ((0, np.pi), (-10, 10), (0.5, 1.6))
    )
    across = np.cos(angle) * (x - SIDE / 2) + np.sin(angle) * (y - SIDE / 2)
    return np.clip(width + 0.5 - np.abs(across - offset), 0, 1)
