"""The leaky unit whose slope is drawn at random, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.training.shared import PLAIN_RULES, with_slope
from utils.subject import Generator

# The mean of 20,000 slopes has a standard error of 0.001 at most, and it is compared
# with another such mean: 0.012 is exceeded less than once in 10^15.
NEAR = close(rtol=0, atol=0.012, by_value=False)
DRAWN = close(by_value=False)


def rrelu_oracle(x, mode, rng, low=1 / 8, high=1 / 3):
    import torch

    train = mode == "train"
    with torch.random.fork_rng(devices=[]):
        if train:
            torch.manual_seed(int(rng.integers(2**62)))
        return with_slope(
            lambda t: torch.nn.functional.rrelu(t, low, high, training=train), x
        )


class Tried:
    """Calls of the unit on a large table, on a few numbers and on negative ones."""

    def __init__(self, rng: np.random.Generator):
        self.seed = int(rng.integers(1 << 30))
        self.x, self.few = (
            rng.choice([-1, 1], size=shape) * rng.uniform(0.5, 2, size=shape)
            for shape in ((400, 100), (3, 5))
        )
        self.left = -abs(self.few)
        self.left[0, 0] = 0

    def run(self, subject, x, mode="train", generator=None, **more):
        generator = Generator(self.seed) if generator is None else generator
        parts = subject(x, mode, generator, **more)
        return map(np.asarray, unpack(parts, "value", "derivative"))

    def statistics(self, subject, **more):
        _, slopes = self.run(subject, self.x, **more)
        slopes = slopes[self.x < 0]
        numbers = slopes.mean(), slopes.std(), slopes.min(), slopes.max()
        names = "mean", "standard deviation", "smallest", "largest"
        return dict(zip(names, map(float, numbers), strict=True))

    def used(self, subject):
        value, slope = self.run(subject, self.few)
        return value - slope * self.few

    def positive(self, subject):
        value, slope = self.run(subject, abs(self.few))
        return {"value": value, "slope": slope}

    def slopes(self, subject, generator=None):
        return list(self.run(subject, self.few, generator=generator))[1]

    def repeats(self, subject):
        return np.array_equal(self.slopes(subject), self.slopes(subject))

    def in_a_row(self, subject):
        kept = subject.keep(Generator(self.seed))
        return np.array_equal(self.slopes(subject, kept), self.slopes(subject, kept))

    def at_test(self, subject, generator=None):
        value, slope = self.run(subject, self.left, "test", generator, high=0.5)
        return {"value": value, "slope": slope}

    def settled(self, subject):
        one, other = (
            self.at_test(subject, Generator(self.seed + i))["value"] for i in range(2)
        )
        return np.array_equal(one, other)


def rrelu_cases(rng: np.random.Generator) -> list[Case]:
    tried = Tried(rng)
    zeros = np.zeros_like(tried.few)
    return [
        Case("training: the slopes of 20,000 negative inputs", tried.statistics, NEAR),
        Case(
            "training: other limits",
            lambda s: tried.statistics(s, low=0.4, high=0.9),
            NEAR,
        ),
        Case("value and derivative use the same slope", tried.used, DRAWN, zeros),
        Case("positive inputs are left alone", tried.positive, DRAWN),
        Case("the same generator gives the same slopes", tried.repeats, expected=True),
        Case("a second call draws new slopes", tried.in_a_row, expected=False),
        Case(
            "test: the slope is in the middle",
            tried.at_test,
            DRAWN,
            working="limits 1/8 and 1/2: the middle is 5/16 = 0.3125",
        ),
        Case("test: nothing is drawn", tried.settled, expected=True),
    ]


def rrelu_slopes(pick):
    """A version whose training slopes are `pick(slopes, x)`."""

    def version(x, mode, rng, low=1 / 8, high=1 / 3):
        slope = rrelu_oracle(x, mode, rng, low, high)[1]
        slope = pick(slope, x) if mode == "train" else slope
        return slope * x, slope

    return version


RRELU = Exercise(
    id="04.rrelu",
    points=2,
    minutes=15,
    oracle=rrelu_oracle,
    returns=("value", "derivative"),
    cases=rrelu_cases,
    rules=PLAIN_RULES,
    worked="Take x = (-1, 2, -4) and the limits 1/8 and 1/3. In training a slope is drawn "
    "for each negative input, say 0.2 and 0.3: the values are -0.2, 2, -1.2, and the "
    "derivatives 0.2, 1, 0.3. At test time both negative inputs get the slope in the "
    "middle, 11/48 = 0.229.",
    misconceptions=(
        Misconception(
            "random at test time",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: rrelu_oracle(
                x, "train", rng, low, high
            ),
            "You draw slopes at test time too, so that the same picture gets another "
            "answer each time. Which slope is used when `mode` is not training?",
        ),
        Misconception(
            "fixed while training",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: rrelu_oracle(
                x, "test", rng, low, high
            ),
            "Your slope is fixed in training as well. What is the first R of RReLU?",
        ),
        Misconception(
            "one slope for the whole array",
            rrelu_slopes(
                lambda slope, x: np.where(x > 0, slope, slope[x < 0][:1].sum())
            ),
            "All negative inputs share one slope. How many are drawn: one a call, or "
            "one an element?",
        ),
        Misconception(
            "slopes for positive inputs",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: (
                x * rrelu_oracle(-abs(x), mode, rng, low, high)[1],
                rrelu_oracle(-abs(x), mode, rng, low, high)[1],
            ),
            "Positive inputs are scaled too. Which inputs get a random slope?",
        ),
        Misconception(
            "another slope at test time",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: rrelu_oracle(
                x, mode, rng, low, high if mode == "train" else low
            ),
            "At test time your slope stays the same, but it is not the middle of the "
            "limits. Is it one of them, or does your fraction halve only one of the two?",
        ),
        Misconception(
            "no slope for negative inputs",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: (
                rrelu_oracle(x, mode, rng, low, high)[0],
                1.0 * (x > 0),
            ),
            "Your derivative is relu's. By which number was a negative input multiplied, "
            "and what is the derivative then?",
        ),
        Misconception(
            "a generator of its own",
            lambda x, mode, rng, low=1 / 8, high=1 / 3: rrelu_oracle(
                x, mode, np.random.default_rng(), low, high
            ),
            "The same generator gives other slopes the second time. Where do your random "
            "numbers come from?",
        ),
    ),
)
