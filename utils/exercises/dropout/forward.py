"""Dropout forward, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.forward_cases import dropout_cases, dropout_oracle
from utils.exercises.dropout.shared import FIXED_NUMBERS, IN_PLACE, OWN_NUMBERS
from utils.exercises.shared import NUMPY_ONLY


def in_training(change):
    """A version that changes `out` and `cache` of the inverted kind in training."""

    def version(x, p, mode, rng, kind="inverted"):
        out, cache = dropout_oracle(x, p, mode, rng, kind)
        if mode == "train" and kind == "inverted":
            return change(out, p), change(cache, p)
        return out, cache

    return version


def scaled_in_both(x, p, mode, rng, kind="inverted"):
    out, cache = dropout_oracle(x, p, mode, rng, kind)
    if mode == "test" and kind == "inverted":
        return out * (1 - p), cache * (1 - p)
    return out, cache


def never_scaled(x, p, mode, rng, kind="inverted"):
    if mode == "test":
        return x * 1.0, 1.0
    return dropout_oracle(x, p, mode, rng, "plain")


def plain_test(factor):
    """The plain kind multiplies by `factor(p)` at test time."""

    def version(x, p, mode, rng, kind="inverted"):
        if mode == "test" and kind == "plain":
            return x * factor(p), factor(p)
        return dropout_oracle(x, p, mode, rng, kind)

    return version


def dropping_another_share(share, x, p, mode, rng, kind):
    """Drops with another probability than p, but scales for p."""
    if mode == "test":
        return dropout_oracle(x, p, mode, rng, kind)
    out, cache = dropout_oracle(x, share, mode, rng, "plain")
    scale = 1 - p if kind == "inverted" else 1.0
    return out / scale, cache / scale


def one_mask(x, p, mode, rng, kind="inverted"):
    if mode == "test":
        return dropout_oracle(x, p, mode, rng, kind)
    factor = dropout_oracle(np.ones_like(x[:1]), p, mode, rng, kind)[1]
    return x * factor, np.repeat(factor, len(x), axis=0)


def whole_rows(x, p, mode, rng, kind="inverted"):
    if mode == "test":
        return dropout_oracle(x, p, mode, rng, kind)
    factor = dropout_oracle(np.ones((len(x), 1), x.dtype), p, mode, rng, kind)[1]
    return x * factor, np.repeat(factor, x[0].size, axis=1)


def exact_share(x, p, mode, rng, kind="inverted"):
    if mode == "test":
        return dropout_oracle(x, p, mode, rng, kind)
    lost = rng.permutation(x.size) < round(p * x.size)
    scale = dropout_oracle(x, p, "test", rng, "plain")[1]
    factor = ~lost.reshape(x.shape) / (scale if kind == "inverted" else 1)
    return x * factor.astype(x.dtype), factor.astype(x.dtype)


def mask_as_cache(x, p, mode, rng, kind="inverted"):
    out, cache = dropout_oracle(x, p, mode, rng, kind)
    return out, np.array(cache != 0).astype(x.dtype)


def in_float64(x, p, mode, rng, kind="inverted"):
    return dropout_oracle(x.astype(float), p, mode, rng, kind)


def written_into_x(x, p, mode, rng, kind="inverted"):
    out, cache = dropout_oracle(x, p, mode, rng, kind)
    x[...] = out
    return x, cache


FORWARD_WORKED = (
    "Take x = (2, 3, 5, 4) and p = 0.25. Draw one uniform number for each value, say 0.9, "
    "0.1, 0.3, 0.7: a number below p means that the value is dropped, which happens with "
    "probability p. So 3 is dropped.\nPlain: out = (2, 0, 5, 4) in training; at test time "
    "nothing is dropped, and x is multiplied by 0.75, the share that survives in training.\n"
    "Inverted: out = (2, 0, 5, 4) / 0.75 in training, and x itself at test time."
)
DROPOUT_FORWARD = Exercise(
    id="07.dropout_forward",
    points=4,
    minutes=20,
    oracle=dropout_oracle,
    cases=dropout_cases,
    returns=("out", "cache"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=FORWARD_WORKED,
    misconceptions=(
        Misconception(
            "scaled in both modes",
            scaled_in_both,
            "Inverted dropout is scaled twice: in training, and again at test time. Its "
            "training output has the right mean already. What is left to do at test time?",
        ),
        Misconception(
            "inverted dropout not scaled",
            in_training(lambda value, p: value * (1 - p)),
            "In training you drop values but never make up for the loss, so that the next "
            "layer gets less than it will at test time. If a share p is lost, how much "
            "larger must the rest be for the mean to stay?",
        ),
        Misconception(
            "scaled in neither mode",
            never_scaled,
            "Neither kind is scaled, in training or at test time. At test time all units "
            "speak, in training only a share 1 - p of them. In which mode does each kind "
            "make up for that?",
        ),
        Misconception(
            "plain without the test-time factor",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, p, mode, rng, "inverted" if mode == "test" else kind
            ),
            "Plain dropout does not scale in training, so at test time, when nothing is "
            "dropped, the next layer gets more than it was trained on. By what factor?",
        ),
        Misconception(
            "plain multiplied by p at test time",
            plain_test(lambda p: p),
            "At test time your plain dropout multiplies by p, the share that is dropped. Which "
            "share of the sum reached the next layer in training?",
        ),
        Misconception(
            "plain divided at test time",
            plain_test(lambda p: 1 / (1 - p)),
            "At test time your plain dropout makes x larger. All units speak then, in training "
            "only some: must the sum grow or shrink to be what the next layer knows?",
        ),
        Misconception(
            "always inverted",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(x, p, mode, rng),
            "Your result does not depend on `kind`: it is always the inverted one. In which "
            "mode does the plain kind scale?",
        ),
        Misconception(
            "always plain",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, p, mode, rng, "plain"
            ),
            "Your result does not depend on `kind`: it is always the plain one. In which "
            "mode does the inverted kind scale?",
        ),
        Misconception(
            "keep and drop probability exchanged",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, 1 - p, mode, rng, kind
            ),
            "You take p for the probability of keeping a value. In this course it is the "
            "probability of dropping one (papers differ). With p = 0.25, how many of 100 "
            "values should survive?",
        ),
        Misconception(
            "compared the wrong way round",
            lambda x, p, mode, rng, kind="inverted": dropping_another_share(
                1 - p, x, p, mode, rng, kind
            ),
            "You scale for p, but keep what you should drop. A uniform number is below p "
            "with probability p: is that the value to keep, or the one to drop?",
        ),
        Misconception(
            "normal instead of uniform numbers",
            # Of all normal numbers about 0.5 + 0.38 p are below a small p.
            lambda x, p, mode, rng, kind="inverted": dropping_another_share(
                0.5 + 0.38 * p, x, p, mode, rng, kind
            ),
            "Too much is dropped. Half of all normal random numbers are below zero, so many "
            "more than a share p is below p. Which distribution is below p with probability p?",
        ),
        Misconception(
            "multiplied instead of divided",
            in_training(lambda value, p: value * (1 - p) ** 2),
            "The values that survive become smaller, not larger: you multiply by 1 - p. What "
            "makes up for a lost share p?",
        ),
        Misconception(
            "divided by p",
            in_training(lambda value, p: value * (1 - p) / p),
            "You divide by p, the share that is dropped. Which share has survived?",
        ),
        Misconception(
            "one mask for all rows",
            one_mask,
            "All rows of the batch lose the same units: you drew one mask and broadcast it. "
            "Which shape must the mask have for every row to have its own?",
        ),
        Misconception(
            "whole rows dropped",
            whole_rows,
            "A row is dropped as a whole or not at all, because you drew one number for each "
            "row. How many numbers does an independent choice for every value need?",
        ),
        Misconception(
            "exactly a share p dropped",
            exact_share,
            "Every call drops exactly the same number of values, so they are not chosen "
            "independently: when one is dropped, another is safer. What would tossing a coin "
            "for each value give?",
        ),
        Misconception(
            "dropping at test time",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, p, "train", rng, kind
            ),
            "At test time you still drop values, so that the same image gets another answer "
            "each time. What should `mode` decide?",
        ),
        Misconception(
            "mask without its scale in the cache",
            mask_as_cache,
            "`out` is right, but the cache holds ones and zeros: the backward pass would "
            "lose the scale. By what was each value of x multiplied?",
        ),
        Misconception(
            "float64 out of float32",
            in_float64,
            "A float32 input comes out as float64, which doubles the memory of all that "
            "follows. Which dtype does your mask have when you multiply?",
        ),
        Misconception(
            "random numbers of its own",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, p, mode, np.random.default_rng(), kind
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same mask in every call",
            lambda x, p, mode, rng, kind="inverted": dropout_oracle(
                x, p, mode, np.random.default_rng(0), kind
            ),
            FIXED_NUMBERS,
        ),
        Misconception(
            "written into x",
            written_into_x,
            IN_PLACE,
            breaks=keeps_inputs().name,
        ),
    ),
)
