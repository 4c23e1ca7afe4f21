"""Activation functions with a corner, and what goes wrong with them."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES, both_signs, with_slope


def rectified_oracle(kind, x, alpha=0.1):
    from torch.nn import functional

    more = (alpha,) if kind in ("leaky_relu", "elu") else ()
    return with_slope(lambda t: getattr(functional, kind)(t, *more), x)


BY_HAND = np.array([-2.0, 0.0, 3.0])
RELU = call(
    "relu by hand",
    "relu",
    BY_HAND,
    working="-2 gives 0 with slope 0; 0 gives 0 with slope 0 (the convention); "
    "3 gives 3 with slope 1",
)


def rectified_cases(rng: np.random.Generator) -> list[Case]:
    def x(*shape):
        """No value near a corner."""
        return both_signs(rng, *shape) * rng.uniform(0.1, 4, size=shape)

    leak, bend = rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.9)
    beyond = np.array([0.0, rng.uniform(5.1, 5.9), 6.0, rng.uniform(7, 9)])
    around = np.concatenate([x(3, 4), rng.uniform(7, 9, size=(1, 4))])
    huge = np.array([-1000.0, -rng.uniform(1, 2), rng.uniform(1, 2), 1000.0])
    return [
        RELU,
        call("relu of a table", "relu", x(4, 3)),
        call("leaky_relu by hand, alpha = 0.1", "leaky_relu", BY_HAND, 0.1),
        call(f"leaky_relu, alpha = {leak:.2f}", "leaky_relu", x(3, 5), leak),
        call("elu by hand, alpha = 1", "elu", BY_HAND, 1.0),
        call(f"elu, alpha = {bend:.2f}", "elu", x(2, 6), bend),
        call("elu from -1000 to 1000", "elu", huge, bend),
        call("selu", "selu", x(5, 2)),
        call("selu by hand", "selu", BY_HAND),
        call("relu6", "relu6", around),
        call("relu6 at its corners and beyond", "relu6", beyond),
    ]


def rectified_bent(kinds, change):
    """A version in which `change(x, value, slope, alpha)` spoils some kinds."""

    def version(kind, x, alpha=0.1):
        value, slope = rectified_oracle(kind, x, alpha)
        return change(x, value, slope, alpha) if kind in kinds else (value, slope)

    return version


def masked_elu(kind, x, alpha=0.1):
    value, slope = rectified_oracle(kind, x, alpha)
    if kind != "elu":
        return value, slope
    left = alpha * np.expm1(x)
    return (x > 0) * x + (x <= 0) * left, slope


RECTIFIED = Exercise(
    id="04.rectified_activation",
    points=4,
    minutes=20,
    oracle=rectified_oracle,
    returns=("value", "derivative"),
    cases=rectified_cases,
    rules=PLAIN_RULES,
    worked="Go through x = -2 and x = 3 for each kind, alpha = 0.1. relu: 0 with slope 0; "
    "3 with slope 1. leaky_relu: -0.2 with slope 0.1; 3 with slope 1. elu: 0.1 (e^-2 - "
    "1) = -0.086 with slope 0.1 e^-2 = 0.0135; 3 with slope 1. relu6: 0 with slope 0; 3 "
    "with slope 1; and 8 gives 6 with slope 0.",
    misconceptions=(
        Misconception(
            "the slope at zero",
            rectified_bent(
                ("relu",),
                lambda x, value, slope, alpha: (value, np.maximum(slope, x == 0)),
            ),
            "Only x = 0 is wrong. The corner has no slope of its own, so one is agreed "
            "upon: to which side does the docstring count zero?",
        ),
        Misconception(
            "the sign instead of the slope",
            rectified_bent(
                ("relu",), lambda x, value, slope, alpha: (value, np.sign(x))
            ),
            "Your slope of relu is -1 on the left. How much does max(0, x) change there "
            "when x changes?",
        ),
        Misconception(
            "the leak on the positive side",
            rectified_bent(
                ("leaky_relu",),
                lambda x, value, slope, alpha: (
                    np.where(x > 0, alpha * x, x),
                    np.where(x > 0, alpha, 1.0),
                ),
            ),
            "Your leaky_relu leaks on the right: it shrinks positive inputs. Which side "
            "is to be left as it is?",
        ),
        Misconception(
            "the leak upwards",
            rectified_bent(
                ("leaky_relu",),
                lambda x, value, slope, alpha: (
                    abs(value),
                    np.where(x > 0, slope, -slope),
                ),
            ),
            "Your leaky_relu rises to the left of zero as well. Which sign has alpha "
            "times a negative number?",
        ),
        Misconception(
            "a leak without its slope",
            rectified_bent(
                ("leaky_relu",), lambda x, value, slope, alpha: (value, 1.0 * (x > 0))
            ),
            "The values of leaky_relu are right, but its slope on the left is 0, which "
            "is relu's. What does alpha do to the slope?",
        ),
        Misconception(
            "elu without the minus one",
            rectified_bent(
                ("elu",),
                lambda x, value, slope, alpha: (
                    np.where(x > 0, value, value + alpha),
                    slope,
                ),
            ),
            "Your elu jumps at zero: from the left it arrives at alpha, from the right "
            "at 0. What must be taken from e^x so that the two sides meet?",
        ),
        Misconception(
            "elu's value for its slope",
            rectified_bent(
                ("elu",),
                lambda x, value, slope, alpha: (value, np.where(x > 0, 1.0, value)),
            ),
            "On the left you return elu's value as its slope. Differentiate alpha (e^x - "
            "1): what becomes of the -1?",
        ),
        Misconception(
            "elu's alpha is ignored",
            rectified_bent(
                ("elu",), lambda x, value, slope, alpha: rectified_oracle("elu", x, 1.0)
            ),
            "Your elu goes down to -1 whatever alpha is. Where does alpha enter?",
        ),
        Misconception(
            "infinity times zero",
            masked_elu,
            "At x = 1000 your elu is nan: a mask of zeros does not remove an infinite "
            "value, because 0 times infinity is nan. Which function picks one of two "
            "values instead of adding both?",
        ),
        Misconception(
            "selu scales the left side only",
            rectified_bent(
                ("selu",),
                lambda x, value, slope, alpha: (
                    np.where(x > 0, x, value),
                    np.where(x > 0, 1.0, slope),
                ),
            ),
            "The right half of your selu is x itself. Which of its two constants scales "
            "the whole function?",
        ),
        Misconception(
            "selu without its scale",
            rectified_bent(
                ("selu",),
                lambda x, value, slope, alpha: rectified_oracle(
                    "elu", x, 1.6732632423543772
                ),
            ),
            "Your selu is an elu: its outer factor is missing. On the right, is selu's "
            "slope 1, or a little more?",
        ),
        Misconception(
            "relu6 without a ceiling",
            rectified_bent(
                ("relu6",), lambda x, value, slope, alpha: rectified_oracle("relu", x)
            ),
            "Your relu6 goes on growing. What happens to it at 6?",
        ),
        Misconception(
            "a slope above the ceiling",
            rectified_bent(
                ("relu6",), lambda x, value, slope, alpha: (value, 1.0 * (x > 0))
            ),
            "The values of relu6 are right. How much does it change between 7 and 8, and "
            "so which slope has it there?",
        ),
        Misconception(
            "value and slope exchanged",
            rectified_bent(
                ("relu", "leaky_relu", "elu", "selu", "relu6"),
                lambda x, value, slope, alpha: (slope, value),
            ),
            "You return the derivative first. In which order does the docstring ask for "
            "the two?",
        ),
    ),
)
