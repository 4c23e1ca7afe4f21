"""The leaky unit whose slope is learned, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.training.shared import PLAIN_RULES, both_signs, pulled_back

BY_HAND_X = np.array([[-2.0, 4.0], [3.0, -1.0], [-6.0, 0.0]])
BY_HAND_SLOPE = np.array([0.5, 0.1])


def prelu_forward_oracle(x, slope):
    import torch

    out = torch.nn.functional.prelu(torch.from_numpy(x), torch.from_numpy(slope))
    return out.numpy(), (x, slope)


def prelu_backward_oracle(dout, cache):
    from torch.nn.functional import prelu

    return pulled_back(prelu, dout, *cache)


def draw(rng: np.random.Generator, n: int, d: int):
    """Inputs `(n, d)` and slopes `(d,)`, some of them below 0 and some above 1."""
    sizes = rng.permutation(np.resize([0.25, 1.5, -0.4, 0.6], d))
    x = both_signs(rng, n, d) * abs(rng.normal(size=(n, d)))
    return x, sizes * rng.uniform(0.8, 1.2, size=d)


def prelu_forward_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "three rows by hand",
            BY_HAND_X,
            BY_HAND_SLOPE,
            working="-2 in the first column becomes 0.5 * -2 = -1; 4 stays 4",
        ),
        call("5 rows of 4", *draw(rng, 5, 4)),
        call("3 rows of 6", *draw(rng, 3, 6)),
        call("one row", *draw(rng, 1, 7)),
    ]


def prelu_backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d):
        cache = draw(rng, n, d)
        return call(name, rng.normal(size=(n, d)), cache)

    dout = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    return [
        call(
            "three rows by hand",
            dout,
            (BY_HAND_X, BY_HAND_SLOPE),
            working="the first slope acted on -2 and -6: 1 * -2 + 3 * -6 = -20; the "
            "second on -1 and 0: 20 * -1 + 30 * 0 = -20. Zero counts as negative, so the "
            "last dx is 0.1 * 30 = 3",
        ),
        case("5 rows of 4", 5, 4),
        case("3 rows of 6", 3, 6),
        case("one row", 1, 5),
    ]


def prelu_passed(change):
    """A backward pass with `change(dx, dslope, dout, x, slope)`."""
    return lambda dout, cache: change(*prelu_backward_oracle(dout, cache), dout, *cache)


PRELU_FORWARD = Exercise(
    id="04.prelu_forward",
    points=1,
    minutes=5,
    oracle=prelu_forward_oracle,
    returns=("out", "cache"),
    cases=prelu_forward_cases,
    rules=PLAIN_RULES,
    worked="Take x = ((-2, 4), (3, -1)) and the slopes (0.5, 0.1). Negative values are "
    "multiplied by the slope of their column: ((-1, 4), (3, -0.1)).",
    misconceptions=(
        Misconception(
            "the larger of the two lines",
            lambda x, slope: (np.maximum(x, slope * x), (x, slope)),
            "Columns whose slope is above 1 or below 0 are wrong: the larger of x and "
            "slope times x is then the wrong one on one side. What decides which branch "
            "an input takes: its sign, or which result is larger?",
        ),
        Misconception(
            "the slope on the positive side",
            lambda x, slope: (-prelu_forward_oracle(-x, slope)[0], (x, slope)),
            "You scale positive inputs and leave negative ones. Which side does the "
            "learned slope act on?",
        ),
        Misconception(
            "the first slope for every column",
            lambda x, slope: (
                prelu_forward_oracle(x, np.full_like(slope, slope[0]))[0],
                (x, slope),
            ),
            "Every column uses the first column's slope. How many slopes are there, and "
            "along which axis do they broadcast?",
        ),
        Misconception(
            "the output in the cache",
            lambda x, slope: (
                prelu_forward_oracle(x, slope)[0],
                (prelu_forward_oracle(x, slope)[0], slope),
            ),
            "Your cache holds the output in the place of the input. If a slope is "
            "negative, can the backward pass still tell from it which inputs were?",
        ),
    ),
)
PRELU_BACKWARD = Exercise(
    id="04.prelu_backward",
    points=2,
    minutes=10,
    oracle=prelu_backward_oracle,
    returns=("dx", "dslope"),
    cases=prelu_backward_cases,
    rules=PLAIN_RULES,
    worked="Take one column with the inputs -2, 3, -6, the slope 0.5 and the upstream "
    "gradients 1, 2, 3. dx: 0.5 * 1, 2, 0.5 * 3. The slope acted on -2 and on -6, so it "
    "gets 1 * -2 + 3 * -6 = -20; the positive input did not feel it.",
    misconceptions=(
        Misconception(
            "dslope for each element",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (dx, dout * np.minimum(x, 0))
            ),
            "Your dslope has a value for each element. One slope acted on all rows of "
            "its column: what becomes of the gradients that reach it from each row?",
        ),
        Misconception(
            "dslope forgets dout",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (dx, np.minimum(x, 0).sum(axis=0))
            ),
            "Your dslope adds up the negative inputs as they are: each row's own slope. By "
            "what does the chain rule multiply each of them?",
        ),
        Misconception(
            "dslope averaged",
            prelu_passed(lambda dx, dslope, dout, x, slope: (dx, dslope / len(x))),
            "Your dslope is smaller by the number of rows. Do gradients that reach one "
            "parameter on several ways add up, or are they averaged?",
        ),
        Misconception(
            "one gradient for all slopes",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (
                    dx,
                    np.full_like(slope, dslope.sum()),
                )
            ),
            "All slopes get the same gradient, the sum over the whole table. Which rows "
            "and which columns does one slope act on?",
        ),
        Misconception(
            "positive inputs reach the slope",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (dx, (dout * x).sum(axis=0))
            ),
            "Your dslope counts positive inputs too. If the slope changed, would their "
            "outputs change?",
        ),
        Misconception(
            "dslope without the input",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (dx, (dout * (x <= 0)).sum(axis=0))
            ),
            "The output on the left is slope times x. What is its derivative with "
            "respect to the slope: 1, or x?",
        ),
        Misconception(
            "dx as for relu",
            prelu_passed(lambda dx, dslope, dout, x, slope: (dout * (x > 0), dslope)),
            "No gradient passes where x is negative, as with relu. What is the local "
            "slope there?",
        ),
        Misconception(
            "dx forgets dout",
            prelu_passed(
                lambda dx, dslope, dout, x, slope: (
                    prelu_backward_oracle(np.ones_like(dout), (x, slope))[0],
                    dslope,
                )
            ),
            "Your dx is the local slope alone. With what does the chain rule multiply "
            "it?",
        ),
    ),
)
