"""Activation functions without a corner, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES, with_slope


def smooth_oracle(kind, x):
    import torch

    home = torch if kind in ("sigmoid", "tanh") else torch.nn.functional
    return with_slope(getattr(home, kind), x)


def smooth_cases(rng: np.random.Generator) -> list[Case]:
    def x(*shape):
        return rng.uniform(-3, 3, size=shape)

    huge = np.array([-1000.0, -40.0, 0.5, 40.0, 1000.0])
    huge[2] = rng.uniform(0.1, 0.9)
    overflows = close(returns=("value", "derivative"), by_value=False)
    return [
        call(
            "sigmoid by hand",
            "sigmoid",
            np.log([1.0, 3.0, 1 / 3]),
            working="at log 3: e^-x = 1/3, so 1 / (1 + 1/3) = 3/4, and the slope is "
            "3/4 * (1 - 3/4) = 3/16 = 0.1875",
        ),
        call("sigmoid of a table", "sigmoid", x(4, 3)),
        call("tanh", "tanh", x(2, 5)),
        call("softsign", "softsign", x(3, 4)),
        call("softplus", "softplus", x(5, 2)),
        call("sigmoid from -1000 to 1000", "sigmoid", huge, agree=overflows),
        call("softplus from -1000 to 1000", "softplus", huge, agree=overflows),
        call("tanh and its slope far out", "tanh", huge),
        call("softsign far out", "softsign", huge),
    ]


def smooth_bent(kinds, change):
    """A version in which `change(x, value, slope)` spoils some kinds."""

    def version(kind, x):
        value, slope = smooth_oracle(kind, x)
        return change(x, value, slope) if kind in kinds else (value, slope)

    return version


def smooth_overflowing(kinds):
    """A version that takes exponentials of large numbers in some kinds."""

    def version(kind, x):
        value, slope = smooth_oracle(kind, x)
        if kind == "sigmoid" and kind in kinds:
            return np.exp(x) / (np.exp(x) + 1), slope
        if kind == "softplus" and kind in kinds:
            return np.log(np.exp(x) + 1), slope
        return value, slope

    return version


LARGE = (
    "The exponential of 1000 is not a number that a computer can hold, and infinity "
    "divided by infinity is nan. Of which number, never above zero, could you take the "
    "exponential instead?"
)
SMOOTH = Exercise(
    id="04.smooth_activation",
    points=4,
    minutes=20,
    oracle=smooth_oracle,
    returns=("value", "derivative"),
    cases=smooth_cases,
    rules=PLAIN_RULES,
    worked="Take x = log 3, so that e^x = 3 and e^-x = 1/3. Sigmoid: 1 / (1 + 1/3) = "
    "3/4; its slope is y (1 - y) = 3/4 * 1/4 = 3/16.\ntanh: (3 - 1/3) / (3 + 1/3) = 0.8; "
    "slope 1 - 0.64 = 0.36.\nsoftsign of 3: 3 / (1 + 3) = 3/4; slope 1 / 16.\nsoftplus "
    "of log 3: log(1 + 3) = log 4; slope 3/4, the sigmoid.",
    misconceptions=(
        Misconception(
            "the sigmoid's slope from x",
            smooth_bent(("sigmoid",), lambda x, value, slope: (value, x * (1 - x))),
            "In the slope y (1 - y) of the sigmoid you used the input. Which letter "
            "stands for the input here, and which for the output?",
        ),
        Misconception(
            "the sigmoid's slope at its own output",
            smooth_bent(
                ("sigmoid",),
                lambda x, value, slope: (value, smooth_oracle("sigmoid", value)[1]),
            ),
            "You take the sigmoid twice: once for the value, and again of that value "
            "for the slope. At which point is the slope asked for?",
        ),
        Misconception(
            "the slope of tanh from x",
            smooth_bent(("tanh",), lambda x, value, slope: (value, 1 - x**2)),
            "In the slope 1 - y^2 of tanh you used the input. Which of the two, input "
            "or output, is y?",
        ),
        Misconception(
            "the slope of tanh without its square",
            smooth_bent(("tanh",), lambda x, value, slope: (value, 1 - value)),
            "Your slope of tanh is 1 at zero, but on the left of zero it is above 1. Is "
            "tanh steepest at zero? Which power of y stands in its derivative?",
        ),
        Misconception(
            "tanh has the sigmoid's slope",
            smooth_bent(
                ("tanh",), lambda x, value, slope: (value, value * (1 - value))
            ),
            "You use the sigmoid's formula for the slope of tanh. The slope of tanh at "
            "zero is 1: what does your formula give there?",
        ),
        Misconception(
            "softplus is softsign",
            smooth_bent(
                ("softplus",), lambda x, value, slope: smooth_oracle("softsign", x)
            ),
            "You compute softsign in the place of softplus (a list in circulation prints "
            "the one under the other's name). Which of the two is never negative?",
        ),
        Misconception(
            "the slope of softplus is turned round",
            smooth_bent(("softplus",), lambda x, value, slope: (value, 1 - slope)),
            "Your slope of softplus falls as x grows. Far to the right softplus is "
            "nearly x: which slope should it have there?",
        ),
        Misconception(
            "softsign without the size of x",
            smooth_bent(("softsign",), lambda x, value, slope: (x / (x + 1), slope)),
            "Your softsign is right for positive x only, and divides by zero at -1. "
            "What stands between the bars in the denominator?",
        ),
        Misconception(
            "the slope of softsign without the size of x",
            smooth_bent(
                ("softsign",), lambda x, value, slope: (value, 1 / (x + 1) ** 2)
            ),
            "Your softsign is right, but its slope for positive x only: at -1 you divide by "
            "zero. What stands between the bars in the denominator?",
        ),
        Misconception(
            "the slope of softsign is not squared",
            smooth_bent(("softsign",), lambda x, value, slope: (value, np.sqrt(slope))),
            "Your slope of softsign falls too slowly. In the derivative of a quotient, "
            "to which power is the denominator raised?",
        ),
        Misconception(
            "the sigmoid overflows",
            smooth_overflowing(("sigmoid",)),
            LARGE,
        ),
        Misconception(
            "softplus overflows",
            smooth_overflowing(("softplus",)),
            "log(1 + e^x) is infinite on a computer when x is 1000, although softplus is "
            "then just 1000. If the larger of 0 and x is taken out of the logarithm, "
            "which exponential is left inside?",
            "log(1 + e^x) = x + log(e^-x + 1). For x = 1000 the second term is log 1 = 0. "
            "For x = -1000 the first form is the safe one: log(1 + 0) = 0. Both are one "
            "formula: the larger of 0 and x, plus log(1 + e^-|x|).",
        ),
        Misconception(
            "sigmoid and softplus overflow",
            smooth_overflowing(("sigmoid", "softplus")),
            LARGE,
        ),
        Misconception(
            "value and derivative exchanged",
            smooth_bent(
                ("sigmoid", "tanh", "softsign", "softplus"),
                lambda x, value, slope: (slope, value),
            ),
            "You return the derivative first. In which order does the docstring ask for "
            "the two?",
        ),
    ),
)
