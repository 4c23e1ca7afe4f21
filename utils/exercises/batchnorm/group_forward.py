"""Group normalisation forwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import groupnorm_forward_oracle
from utils.exercises.batchnorm.shared import (
    cached,
    outcome,
    parameters,
    single_precision,
    spread,
)
from utils.exercises.shared import NUMPY_ONLY

PARTS = ("x_hat", "std", "gamma", "groups")


BY_HAND = outcome(
    "by hand: one image of 1 x 2 pixels, four channels in two groups, eps 0",
    np.array([[[[1.0, 3.0]], [[1.0, 3.0]], [[2.0, 2.0]], [[6.0, 6.0]]]]),
    np.array([2.0, 1.5, 3.0, 4.0]),
    np.array([0.5, 10.0, 0.0, -1.0]),
    2,
    eps=0.0,
    working="group 0 is the channels 0 and 1 with 1, 3, 1, 3: mean 2, variance 1; the "
    "first pixel of channel 0 gives 2 * (1 - 2) / 1 + 0.5 = -1.5",
)


def forward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, c, h, w, groups, size=1.0, **options):
        x = size * spread(rng, n, c, h, w, apart=0.5)
        return outcome(name, x, *parameters(rng, c), groups, **options)

    given = spread(rng, 2, 6, 5, 4, apart=0.5), *parameters(rng, 6), 3
    return [
        BY_HAND,
        case("8 channels in 2 groups", 3, 8, 2, 5, 2),
        case("6 channels in 3 groups", 4, 6, 5, 3, 3),
        case("one group: layer normalisation", 3, 4, 2, 5, 1),
        case("a group a channel: instance normalisation", 2, 3, 4, 5, 3),
        case("one image alone", 1, 6, 3, 4, 2),
        case("another eps", 2, 4, 5, 3, 2, eps=0.3),
        case("tiny variance, where eps counts", 5, 6, 2, 4, 3, size=3e-4),
        cached(*given, parts=PARTS),
        single_precision(*given),
    ]


def other_groups(x, gamma, beta, groups, eps, used):
    """Normalises in `used` groups; the cache has what comes of it."""
    out, (x_hat, std, *_) = groupnorm_forward_oracle(x, gamma, beta, used, eps)
    return out, (x_hat, std, gamma, groups)


def interleaved(x, gamma, beta, groups, eps=1e-5):
    """Channel c in group c % groups."""
    order = np.arange(x.shape[1]).reshape(-1, groups).T.ravel()
    back = np.argsort(order)
    given = x[:, order], gamma[order], beta[order], groups, eps
    out, (x_hat, std, *_) = groupnorm_forward_oracle(*given)
    return out[:, back], (x_hat[:, back], std, gamma, groups)


def over_the_batch(x, gamma, beta, groups, eps=1e-5):
    """One mean and variance a group for all images together."""
    N, C, H, W = x.shape
    together = x.transpose(1, 0, 2, 3).reshape(1, C, N * H, W)
    given = together, gamma, beta, groups, eps
    out, (x_hat, std, *_) = groupnorm_forward_oracle(*given)
    out, x_hat = (a.reshape(C, N, H, W).transpose(1, 0, 2, 3) for a in (out, x_hat))
    return out, (x_hat, std, gamma, groups)


def pixel_by_pixel(x, gamma, beta, groups, eps=1e-5):
    """A mean and a variance for each pixel, over the channels of a group only."""
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C, 1, 1)
    out, (x_hat, std, *_) = groupnorm_forward_oracle(pixels, gamma, beta, groups, eps)
    out, x_hat = (a.reshape(N, H, W, C).transpose(0, 3, 1, 2) for a in (out, x_hat))
    std = std.reshape(N, H, W, groups).transpose(0, 3, 1, 2)
    return out, (x_hat, std, gamma, groups)


def a_scale_a_group(x, gamma, beta, groups, eps=1e-5):
    """`gamma` and `beta` meet groups, not channels; right where these are the same."""
    _, cache = groupnorm_forward_oracle(x, gamma, beta, groups, eps)
    grouped = cache[0].reshape(len(x), groups, -1)
    return (gamma[:, None] * grouped + beta[:, None]).reshape(x.shape), cache


def with_group_divisor(x, gamma, beta, groups, eps, divisor):
    """Divides by `divisor(std)`, where `std` is the root without eps."""
    _, (x_hat, std, *_) = groupnorm_forward_oracle(x, gamma, beta, groups, eps)
    wrong = divisor(np.sqrt(np.maximum(std**2 - eps, 0)))
    size = np.repeat(std / wrong, x.shape[1] // groups, axis=1)
    x_hat = x_hat * size[:, :, None, None]
    out = gamma[:, None, None] * x_hat + beta[:, None, None]
    return out, (x_hat, wrong, gamma, groups)


def other_group_out(x, gamma, beta, groups, eps, scale, shift):
    _, cache = groupnorm_forward_oracle(x, gamma, beta, groups, eps)
    return groupnorm_forward_oracle(x, scale, shift, groups, eps)[0], cache


def numbers_in_a_group(x, groups):
    return x[0].size // groups


GROUPNORM_WORKED = (
    "Four channels in two groups: group 0 is the channels 0 and 1, group 1 the channels 2 and 3, "
    "neighbours together. One image of 1 x 2 pixels with 1, 3 and 1, 3 in group 0 and 2, 2 and 6, 6 in group 1: the "
    "means are 2 and 4, the variances 1 and 4, and x_hat is -1, 1, -1, 1 and -1, -1, 1, 1.\nEach "
    "image has its own means: N * groups of them. gamma and beta still have one number a channel."
)
GROUPNORM_FORWARD = Exercise(
    id="06.groupnorm_forward",
    points=3,
    minutes=20,
    oracle=groupnorm_forward_oracle,
    cases=forward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=GROUPNORM_WORKED,
    misconceptions=(
        Misconception(
            "channels interleaved",
            interleaved,
            "Your groups take every second (third, …) channel: channel 0 with channel "
            "`groups`. A group is a run of neighbouring channels. When you split C into two axes, which one comes first?",
            GROUPNORM_WORKED,
        ),
        Misconception(
            "groups taken for their size",
            lambda x, gamma, beta, groups, eps=1e-5: other_groups(
                x, gamma, beta, groups, eps, x.shape[1] // groups
            ),
            "You make groups of `groups` channels each. `groups` says how many groups "
            "there are. How many channels does each have?",
            GROUPNORM_WORKED,
        ),
        Misconception(
            "one group always",
            lambda x, gamma, beta, groups, eps=1e-5: other_groups(
                x, gamma, beta, groups, eps, 1
            ),
            "You normalise over all channels of an image, whatever `groups` is; that is "
            "layer normalisation. Where does your code use `groups`?",
        ),
        Misconception(
            "a group for each channel",
            lambda x, gamma, beta, groups, eps=1e-5: other_groups(
                x, gamma, beta, groups, eps, x.shape[1]
            ),
            "You normalise each channel by itself, whatever `groups` is; that is instance "
            "normalisation. Which channels share a mean?",
        ),
        Misconception(
            "over the batch too",
            over_the_batch,
            "Your statistics go over the images of the batch as well. Group normalisation "
            "was made so that no image depends on another. Which axes are left?",
        ),
        Misconception(
            "each pixel by itself",
            pixel_by_pixel,
            "You average over the channels of a group, but not over the pixels. How many "
            "means does an image have: one a group, or one a group and pixel?",
        ),
        Misconception(
            "gamma beside groups",
            a_scale_a_group,
            "`gamma` and `beta` have C numbers and do not fit beside `groups` groups. "
            "Which shape must the normalised numbers have again before they are scaled?",
        ),
        Misconception(
            "unbiased variance in a group",
            lambda x, gamma, beta, groups, eps=1e-5: with_group_divisor(
                x, gamma, beta, groups, eps,
                lambda std: np.sqrt(
                    std**2
                    * numbers_in_a_group(x, groups)
                    / (numbers_in_a_group(x, groups) - 1)
                    + eps
                ),
            ),
            "You use the unbiased variance. The group itself is normalised, so that its "
            "own variance becomes 1. By what is the sum of squares divided?",
        ),
        Misconception(
            "epsilon outside the root",
            lambda x, gamma, beta, groups, eps=1e-5: with_group_divisor(
                x, gamma, beta, groups, eps, lambda std: std + eps
            ),
            "You add eps after the root. What stands under the root?",
        ),
        Misconception(
            "epsilon left out",
            lambda x, gamma, beta, groups, eps=1e-5: groupnorm_forward_oracle(
                x, gamma, beta, groups, 0.0
            ),
            "`eps` is not used. What happens where an image is all of one colour?",
        ),
        Misconception(
            "gamma ignored",
            lambda x, gamma, beta, groups, eps=1e-5: other_group_out(
                x, gamma, beta, groups, eps, np.ones_like(gamma), beta
            ),
            "Your output does not depend on `gamma`. What is each channel multiplied by?",
        ),
        Misconception(
            "beta ignored",
            lambda x, gamma, beta, groups, eps=1e-5: other_group_out(
                x, gamma, beta, groups, eps, gamma, np.zeros_like(beta)
            ),
            "Your output does not depend on `beta`. What is added to each channel?",
        ),
    ),
)  # fmt: skip
