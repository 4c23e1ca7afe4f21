"""Flips, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import (
    FIXED_NUMBERS,
    FLOAT64,
    IN_PLACE,
    OWN_NUMBERS,
    about,
    generator_cases,
    same_shape,
    torch_draws,
)
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Generator

FATES = (
    "as it was",
    "mirrored",
    "upside down",
    "turned by 180 degrees",
    "something else",
)


def flip_oracle(x, rng, p=0.5):
    import torch

    chance = torch.full((len(x), 1, 1, 1), float(p))
    turned = torch.bernoulli(chance, generator=torch_draws(rng)).bool()
    images = torch.from_numpy(np.ascontiguousarray(x))
    return torch.where(turned, torch.flip(images, (3,)), images).numpy()


def fates(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    """What has become of each image: its number in `FATES`."""
    known = [x, x[..., ::-1], x[..., ::-1, :], x[..., ::-1, ::-1]]
    same = [(out == one).all(axis=(1, 2, 3)) for one in known]
    return np.argmax([*same, np.ones(len(x), dtype=bool)], axis=0)


class Tried:
    """Flips of images in which nothing is symmetric."""

    def __init__(self, rng: np.random.Generator):
        self.x = rng.uniform(size=(400, 2, 3, 4))
        self.p, self.seed = float(rng.uniform(0.15, 0.3)), int(rng.integers(1 << 30))

    def seen(self, subject, p, x):
        return fates(x, same_shape(subject(x, Generator(self.seed), p), x))

    def names(self, p):
        return lambda s: ", ".join(FATES[i] for i in np.unique(self.seen(s, p, self.x)))

    def rate(self, subject):
        many = np.tile(self.x[:, :1, :1], (15, 1, 1, 1))
        return (self.seen(subject, self.p, many) == 1).mean()

    def differ(self, subject):
        generator, five = subject.keep(Generator(self.seed)), self.x[:5]
        outs = [same_shape(subject(five, generator, 0.5), five) for _ in range(30)]
        return any(len(set(fates(five, out))) > 1 for out in outs)

    def many(self, subject, generator):
        """So many flips of the whole batch that no two draws of them are the same."""
        rng, two = subject.keep(generator), self.x[:2]
        return np.stack([same_shape(subject(two, rng, 0.5), two) for _ in range(40)])

    def dtypes(self, subject):
        few = 9 * self.x[:20]
        tried = [few.astype(dtype) for dtype in (np.uint8, np.float32)]
        outs = [subject(x, Generator(self.seed), 0.5) for x in tried]
        return [same_shape(out, few).dtype.name for out in outs]


def by_hand(seed: int) -> Case:
    return call(
        "by hand: fifty times the row 1, 2, 3 with p = 1",
        np.tile(np.array([1.0, 2.0, 3.0]), (50, 1, 1, 1)),
        Generator(seed),
        1.0,
        expected=np.tile(np.array([3.0, 2.0, 1.0]), (50, 1, 1, 1)),
        agree=close(by_value=False),
        working="with p = 1 every image is flipped: 1, 2, 3 becomes 3, 2, 1",
    )


def flip_cases(rng: np.random.Generator) -> list[Case]:
    """An event of 400 independent coins goes wrong with probability 2^-400."""
    tried = Tried(rng)
    p, x, what = tried.p, tried.x, "what became of the images"
    rate = about(p, 15 * len(x), "the part that is flipped")
    return [
        by_hand(tried.seed),
        Case(f"p = 0: {what}", tried.names(0.0), expected=FATES[0]),
        Case(f"p = 1: {what}", tried.names(1.0), expected=FATES[1]),
        Case(f"p = 0.5: {what}", tried.names(0.5), expected=", ".join(FATES[:2])),
        Case(f"p = {p:.2f}: the part that is flipped", tried.rate, rate, None),
        Case(
            "images of a batch are flipped independently", tried.differ, expected=True
        ),
        Case("the dtype stays", tried.dtypes, expected=["uint8", "float32"]),
        *generator_cases(rng, tried.many),
    ]


def written_into_x(x, rng, p=0.5):
    x[...] = flip_oracle(x, rng, p)
    return x


FLIP_WORKED = (
    "Take two images of one row each, (1, 2, 3) and (4, 5, 6), and p = 0.5. Draw one uniform "
    "number for each image, say 0.7 and 0.2. Only the second is below p, so only the second "
    "is mirrored: (1, 2, 3) and (6, 5, 4). The axes are image, channel, row, column; a "
    "mirror exchanges columns."
)
RANDOM_FLIP = Exercise(
    id="07.random_flip",
    points=2,
    minutes=10,
    oracle=flip_oracle,
    cases=flip_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=FLIP_WORKED,
    misconceptions=(
        Misconception(
            "upside down",
            lambda x, rng, p=0.5: np.swapaxes(
                flip_oracle(np.swapaxes(x, 2, 3), rng, p), 2, 3
            ),
            "Your images stand on their heads: you reverse the rows. A horse on its back is "
            "not what a camera sees. Which of the four axes runs from left to right?",
        ),
        Misconception(
            "turned by 180 degrees",
            lambda x, rng, p=0.5: flip_oracle(
                x.reshape(*x.shape[:2], 1, -1), rng, p
            ).reshape(x.shape),
            "You reverse rows and columns, which turns the image by 180 degrees. Which one "
            "axis does a mirror reverse?",
        ),
        Misconception(
            "channels reversed",
            lambda x, rng, p=0.5: np.moveaxis(
                flip_oracle(np.moveaxis(x, 1, 3), rng, p), 3, 1
            ),
            "You reverse the channels, so that red becomes blue. Which axis is the width?",
        ),
        Misconception(
            "one coin for the whole batch",
            lambda x, rng, p=0.5: flip_oracle(
                x.reshape(1, -1, *x.shape[2:]), rng, p
            ).reshape(x.shape),
            "All images of a batch are flipped, or none: you toss one coin. How many coins "
            "does a batch of N images need?",
        ),
        Misconception(
            "p ignored",
            lambda x, rng, p=0.5: flip_oracle(x, rng),
            "Half of the images are flipped, whatever p is. Where does your code use p?",
        ),
        Misconception(
            "always flipped",
            lambda x, rng, p=0.5: flip_oracle(x, rng, 1.0),
            "Every image is flipped, so that the network never sees one as it was. Which "
            "images does the coin select, and where do you use that?",
        ),
        Misconception(
            "p is the probability of staying",
            lambda x, rng, p=0.5: flip_oracle(x, rng, 1 - p),
            "With p = 1 nothing is flipped, with p = 0 everything. A uniform number is below "
            "p with probability p: what happens to those images?",
        ),
        Misconception(
            "the dtype becomes float64",
            lambda x, rng, p=0.5: flip_oracle(x, rng, p).astype(float),
            FLOAT64,
        ),
        Misconception(
            "random numbers of its own",
            lambda x, rng, p=0.5: flip_oracle(x, np.random.default_rng(), p),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same coins in every call",
            lambda x, rng, p=0.5: flip_oracle(x, np.random.default_rng(0), p),
            FIXED_NUMBERS,
        ),
        Misconception(
            "written into x", written_into_x, IN_PLACE, breaks=keeps_inputs().name
        ),
    ),
)
