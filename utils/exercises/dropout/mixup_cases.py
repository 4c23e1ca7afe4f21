"""Mixup: the right answer, and the cases it is tried on."""

import numpy as np

from utils.checks.compare import unpack
from utils.checks.exercise import Case
from utils.exercises.dropout.shared import (
    about,
    distinct,
    generator_cases,
    same_shape,
    torch_draws,
)
from utils.subject import Generator


def mixup_oracle(x, y, rng, alpha=0.2):
    import torch
    from scipy.stats import beta

    weight = torch.from_numpy(beta.rvs(alpha, alpha, size=len(x), random_state=rng))
    partner = torch.randperm(len(x), generator=torch_draws(rng))

    def mixed(values):
        own = torch.from_numpy(np.ascontiguousarray(values))
        share = weight.to(own.dtype).reshape(-1, *[1] * (own.ndim - 1))
        return torch.lerp(own[partner], own, share).numpy()

    return mixed(x), mixed(y)


class Tried:
    """Mixed images that tell what they are made of.

    Of image i only pixel i is bright, and its label is i: pixel j of a mixed image, and
    part j of its label, are the share of image j in it. There are more classes than
    images, so that an axis of one does not fit the other.
    """

    N = 60

    def __init__(self, rng):
        self.seed = int(rng.integers(1 << 30))

    def run(self, subject, alpha=1.0, generator=None, dtype=float, n=N):
        x, y = (
            np.eye(n, dtype=dtype).reshape(n, 1, -1, 10),
            np.eye(n, n + 7, dtype=dtype),
        )
        generator = Generator(self.seed) if generator is None else generator
        parts = unpack(subject(x, y, generator, alpha), "x_mixed", "y_mixed")
        return same_shape(parts[0], x).reshape(n, -1), same_shape(parts[1], y)[:, :n]

    def same_share(self, subject):
        """Images that are their own partners tell nothing, and are left out."""
        of_image, of_label = map(np.diag, self.run(subject))
        if np.allclose(of_label, 1) and not np.allclose(of_image, 1):
            return "all of it"
        mixed = (of_image < 1) & (of_label < 1)
        of_image, of_label = of_image[mixed], of_label[mixed]
        if np.allclose(of_image, of_label):
            return "the same"
        return "the rest" if np.allclose(of_image, 1 - of_label) else "another"

    def same_partner(self, subject):
        of_image, of_label = map(partners, self.run(subject))
        return bool((of_image == of_label).all())

    def nothing_else(self, subject):
        """Whether image and label are made of two images at most."""
        return bool(
            all(((part != 0).sum(axis=1) <= 2).all() for part in self.run(subject))
        )

    def sums(self, subject):
        return [distinct(part.sum(axis=1)) for part in self.run(subject)]

    def each_once(self, subject):
        return len(set(partners(self.run(subject)[0]).tolist())) == self.N

    def others(self, subject):
        """Half of the images are their own partners once in 10^30 random orders."""
        return bool((partners(self.run(subject)[0]) != np.arange(self.N)).sum() > 30)

    def partners_vary(self, subject):
        generator = subject.keep(Generator(self.seed))
        one, other = (self.run(subject, generator=generator)[0] for _ in range(2))
        return bool((partners(one) != partners(other)).any())

    def different_weights(self, subject):
        return len(distinct(np.diag(self.run(subject)[0]))) > 30

    def spread(self, subject, alpha):
        """The mean of (2 lambda - 1)^2 over 1,500 images; nan where lambda is shared."""
        generator = subject.keep(Generator(self.seed))
        drawn = [
            np.diag(self.run(subject, alpha, generator, n=150)[0]) for _ in range(10)
        ]
        if any(len(np.unique(weights[weights < 1])) < 9 for weights in drawn):
            return np.nan
        return ((2 * np.array(drawn) - 1) ** 2).mean()

    def dtypes(self, subject):
        return [part.dtype.name for part in self.run(subject, dtype=np.float32)]


def partners(shares):
    """The other image of each: itself where there is none."""
    others = np.where(np.eye(len(shares)) == 1, 0, shares)
    return np.where(others.any(axis=1), others.argmax(axis=1), np.arange(len(shares)))


def spread(tried: Tried, alpha: float) -> Case:
    """The mean of (2 lambda - 1)^2 is 1 / (2 alpha + 1) for Beta(alpha, alpha)."""
    # An image that is its own partner keeps all of itself: one of 150.
    expected = (149 / (2 * alpha + 1) + 1) / 150
    what = "the mean of (2 lambda - 1)^2"
    return Case(
        f"alpha = {alpha:.2f}: {what}",
        lambda s: tried.spread(s, alpha),
        about(expected, 1500, what),
        None,
    )


def mixup_cases(rng: np.random.Generator) -> list[Case]:
    tried = Tried(rng)
    small, large = float(rng.uniform(0.1, 0.2)), float(rng.uniform(6.0, 8.0))
    kept = "the share of itself that a label keeps, and that of its image"
    return [
        Case(kept, tried.same_share, expected="the same"),
        Case("a label has the partner of its image", tried.same_partner, expected=True),
        Case("two images make a mixed one", tried.nothing_else, expected=True),
        Case("the shares add up to", tried.sums, expected=[np.ones(1)] * 2),
        Case("most images have another one as partner", tried.others, expected=True),
        Case("each image is a partner once", tried.each_once, expected=True),
        Case("partners are drawn anew in each call", tried.partners_vary, expected=True),
        Case("each image has its own lambda", tried.different_weights, expected=True),
        spread(tried, small),
        spread(tried, large),
        Case("float32 stays float32", tried.dtypes, expected=["float32"] * 2),
        *generator_cases(rng, lambda s, g: tried.run(s, generator=g)[0]),
    ]  # fmt: skip
