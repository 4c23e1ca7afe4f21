"""Colour jitter: the right answer, and the cases it is tried on."""

import numpy as np

from utils.checks.compare import close, within
from utils.checks.exercise import Case, call
from utils.exercises.dropout.shared import (
    distinct,
    generator_cases,
    same_shape,
    torch_draws,
)
from utils.subject import Generator

STRENGTH = 0.5
NOTHING = close(0, 1e-6, by_value=False)
SPREAD = "the largest difference of factors in an image"
ONCE = "the largest distance from what clipping once gives"
FACTORS = within(1 - STRENGTH - 1e-6, 1 + STRENGTH + 1e-6, "a factor")


def jitter_oracle(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    import torch

    generator = torch_draws(rng)
    image = torch.from_numpy(np.ascontiguousarray(x))
    axes = {"brightness": None, "contrast": (1, 2, 3), "saturation": (1,)}
    strengths = dict(zip(axes, (brightness, contrast, saturation), strict=True))
    for name, axis in axes.items():
        weight = torch.empty((len(x), 1, 1, 1), dtype=image.dtype)
        weight.uniform_(-strengths[name], strengths[name], generator=generator)
        towards = image.mean(axis, keepdim=True) if axis else torch.zeros_like(image)
        image = torch.lerp(towards.expand_as(image), image, 1 + weight)
    return image.clamp_(0, 1).numpy()


class Tried:
    """Jittered images that no clipping touches, and others that it must touch."""

    def __init__(self, rng):
        self.x = rng.uniform(0.25, 0.4, size=(220, 3, 4, 5))
        self.bright = rng.uniform(0.7, 1.0, size=(60, 3, 5, 4))
        self.bright[:, 0, 0, 0] = 0.01
        self.mixed = rng.uniform(0.3, 0.4, size=(200, 3, 4, 5))
        self.mixed[:, :, 2:] += 0.5
        self.seed = int(rng.integers(1 << 30))

    def run(self, subject, x, generator=None, **strengths):
        generator = Generator(self.seed) if generator is None else generator
        return same_shape(subject(x, generator, **strengths), x)

    def brightness(self, subject):
        """The factor of every pixel."""
        return self.run(subject, self.x, brightness=STRENGTH) / self.x

    def kinds(self, subject):
        """Whether an image has one factor, one a channel, or more."""
        factors = np.round(self.brightness(subject), 6)
        by_channel = factors.reshape(*factors.shape[:2], -1)
        one_a_channel = (np.ptp(by_channel, axis=2) < 1e-5).all(axis=1)
        one = np.ptp(factors, axis=(1, 2, 3)) < 1e-5
        names = np.where(one, "one", np.where(one_a_channel, "one a channel", "many"))
        return ", ".join(sorted(set(names.tolist())))

    def spread(self, subject, axes, x, **strengths):
        """How much the factors of a blend with a mean differ within an image."""
        mean = x.mean(axis=axes, keepdims=True)
        factors = (self.run(subject, x, **strengths) - mean) / (x - mean)
        return {SPREAD: np.ptp(factors, axis=(1, 2, 3)).max()}

    def unchanged(self, subject, x, **strengths):
        return bool(np.allclose(self.run(subject, x, **strengths), x))

    def three(self, subject):
        """The three factors of each image; nan where no three factors explain it.

        Brightness, contrast and saturation together give a sum of the image, its grey
        version and a constant.
        """
        strengths = ("brightness", "contrast", "saturation")
        out = self.run(subject, self.x, **dict.fromkeys(strengths, STRENGTH))
        return factors_of(self.x, out)

    def differ(self, subject):
        return [len(distinct(column)) > 20 for column in self.three(subject).T[1:]]

    def clipped(self, subject):
        """How far the result is from clipping what the darkest pixel tells."""
        out = self.run(subject, self.bright, brightness=STRENGTH)
        factor = out[:, :1, :1, :1] / self.bright[:, :1, :1, :1]
        brightest = self.bright.max(axis=(1, 2, 3), keepdims=True)
        if np.isclose(factor * brightest, 1, rtol=1e-9).any():  # it was rescaled
            return 1.0
        return np.abs(out - np.minimum(self.bright * factor, 1)).max()

    def clipped_last(self, subject):
        """How far bright pixels are from what the dark ones, never clipped, tell.

        Brightness and contrast together are one line, a x + b. An image shows it where
        clipping came between them if it is made brighter and then flatter: one in five.
        """
        strengths = {"brightness": 0.35, "contrast": 0.35}
        out = self.run(subject, self.mixed, **strengths)
        x, dark = (a[:, :, :2].reshape(len(a), -1) for a in (self.mixed, out))
        centre, middle = (a.mean(axis=1, keepdims=True) for a in (x, dark))
        slope = ((x - centre) * dark).sum(axis=1) / ((x - centre) ** 2).sum(axis=1)
        slope, rest = slope[:, None], self.mixed.reshape(len(out), -1) - centre
        line = np.clip(middle + slope * rest, 0, 1).reshape(out.shape)
        return {ONCE: np.abs(out - line).max()}

    def dtype(self, subject):
        x = self.x.astype(np.float32)
        return self.run(subject, x, brightness=0.2).dtype.name


def factors_of(x, out):
    """Brightness, contrast and saturation `(N, 3)` of jittered images."""
    grey = np.broadcast_to(x.mean(axis=1, keepdims=True), x.shape)
    parts = np.stack([x, grey, np.ones_like(x)], axis=-1).reshape(len(x), -1, 3)
    flat, turned = out.reshape(len(x), -1, 1), parts.swapaxes(1, 2)
    found = np.linalg.solve(turned @ parts, turned @ flat)
    a, b, c = found[..., 0].T
    with np.errstate(all="ignore"):
        brightness = a + b + c / x.mean(axis=(1, 2, 3))
        factors = np.stack([brightness, (a + b) / brightness, a / (a + b)], axis=1)
    off = np.abs(parts @ found - flat).max(axis=(1, 2)) > 1e-6
    return np.where(off[:, None], np.nan, factors)


def brightness_cases(tried: Tried) -> list[Case]:
    def different(subject):
        return len(distinct(tried.brightness(subject)[:, 0, 0, 0]))

    def both_ends(subject):
        """None of 220 factors falls into a sixth of the range once in 10^17 checks."""
        factors, far = tried.brightness(subject)[:, 0, 0, 0], STRENGTH * 2 / 3
        return bool(factors.min() < 1 - far) and bool(factors.max() > 1 + far)

    def black(subject):
        return tried.unchanged(subject, np.zeros((5, 3, 2, 4)), brightness=STRENGTH)

    n = len(tried.x)
    return [
        Case("brightness: factors in an image", tried.kinds, expected="one"),
        Case("brightness: images with different factors", different, NOTHING, n),
        Case("brightness 0.5: factors between 0.5 and 1.5", tried.brightness, FACTORS, None),
        Case("brightness 0.5: darker and brighter", both_ends, expected=True),
        Case("brightness: black stays black", black, expected=True),
    ]  # fmt: skip


def contrast_cases(tried: Tried) -> list[Case]:
    def one_factor(name, x):
        def play(subject):
            return tried.spread(subject, (1, 2, 3), x, contrast=STRENGTH)

        return Case(f"contrast: {name}", play, NOTHING, {SPREAD: 0.0})

    def even_image(value):
        def play(subject):
            even = np.full((6, 3, 2, 4), value)
            return tried.unchanged(subject, even, contrast=STRENGTH)

        return Case(f"contrast: an even image of {value} stays", play, expected=True)

    return [
        one_factor("one factor around the image's own mean", tried.x),
        one_factor("one image alone", tried.x[:1]),
        *map(even_image, (0.3, 0.5)),
    ]


def saturation_cases(tried: Tried) -> list[Case]:
    def spread(subject):
        return tried.spread(subject, (1,), tried.x, saturation=STRENGTH)

    def grey(subject):
        image = np.repeat(tried.x[:, :1], 3, axis=1)
        return tried.unchanged(subject, image, saturation=STRENGTH)

    return [
        Case(
            "saturation: one factor around the grey version",
            spread,
            NOTHING,
            {SPREAD: 0.0},
        ),
        Case("saturation: a grey image stays", grey, expected=True),
    ]


def clipping_cases(tried: Tried, binary: np.ndarray) -> list[Case]:
    def range_of(subject):
        by_light = tried.run(subject, tried.bright, brightness=STRENGTH)
        by_contrast = tried.run(subject, binary, contrast=STRENGTH)
        return np.concatenate([by_light.ravel(), by_contrast.ravel()])

    return [
        Case("values stay in [0, 1]", range_of, within(0, 1, "a value"), None),
        Case("values beyond 1 become 1, the others stay", tried.clipped, NOTHING, 0.0),
        Case(
            "brightness and contrast: clipped once, at the end",
            tried.clipped_last,
            NOTHING,
            {ONCE: 0.0},
            working="0.9 with the brightness 1.2 is 1.08; in an image of mean 0.6 the contrast "
            "0.5 makes 0.84 of it. Clipped too early, 1.08 is 1, and becomes 0.8 or less",
        ),
    ]


def jitter_cases(rng: np.random.Generator) -> list[Case]:
    tried = Tried(rng)
    x, binary = tried.x, rng.integers(0, 2, size=(30, 3, 4, 5)).astype(float)
    differ = "contrast and saturation differ from image to image"
    return [
        call("all strengths 0: nothing changes", x[:4], Generator(1), expected=x[:4]),
        *brightness_cases(tried),
        *contrast_cases(tried),
        *saturation_cases(tried),
        Case("all three: factors between 0.5 and 1.5", tried.three, FACTORS, None),
        Case(differ, tried.differ, expected=[True] * 2),
        *clipping_cases(tried, binary),
        Case("float32 stays float32", tried.dtype, expected="float32"),
        *generator_cases(rng, lambda s, g: tried.run(s, x, g, brightness=0.3)),
    ]
