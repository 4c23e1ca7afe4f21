"""AdaGrad and RMSProp, and what goes wrong with them."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception, made_with
from utils.exercises.training.shared import PLAIN_RULES
from utils.exercises.training.steps import (
    EMPTY,
    LOST,
    UPHILL,
    WIDENED,
    step_cases,
    torch_step,
)


def adagrad_oracle(w, gradient, state, learning_rate, eps=1e-8):
    from torch.optim import Adagrad

    def make(parameters):
        return Adagrad(parameters, learning_rate, eps=eps)

    return torch_step(make, w, gradient, state, {"sum": "cache"})


def rmsprop_oracle(w, gradient, state, learning_rate, decay=0.99, eps=1e-8):
    from torch.optim import RMSprop

    def make(parameters):
        return RMSprop(parameters, learning_rate, alpha=decay, eps=eps)

    return torch_step(make, w, gradient, state, {"square_avg": "cache"})


def adagrad_cases(rng: np.random.Generator):
    working = (
        "the cache is 2^2 = 4, so w = 1 - 0.5 * 2 / 2 = 0.5; then it is 4 + 4 = 8, and "
        "w = 0.5 - 0.5 * 2 / 2.828 = 0.146"
    )
    return step_cases(rng, working, eps=rng.uniform(0.1, 0.5))


def rmsprop_cases(rng: np.random.Generator):
    working = (
        "the cache is 0.99 * 0 + 0.01 * 4 = 0.04, so w = 1 - 0.5 * 2 / 0.2 = -4; then "
        "it is 0.99 * 0.04 + 0.04 = 0.0796, and w = -4 - 0.5 * 2 / 0.282 = -7.54"
    )
    decay = rng.uniform(0.6, 0.8)
    return step_cases(rng, working, decay=decay, eps=rng.uniform(0.1, 0.5))


def weighted(step, w, gradient, state, rate, power, *options):
    """A step in which the cache collects `|gradient|^(2 * power)`."""
    size = abs(gradient) ** power
    moved, after = step(w, np.sign(gradient) * size, state, rate, *options)
    ratio = np.where(gradient == 0, 0, abs(gradient) / np.where(size == 0, 1, size))
    return w + ratio.astype(w.dtype) * (moved - w), after


def not_rooted(step, w, gradient, state, rate, eps, *decay):
    """A step that divides by the cache and not by its root."""
    after = step(w, gradient, state, rate, *decay, eps)[1]
    return w - rate * gradient / (after["cache"] + eps), after


def adagrad_inside(w, gradient, state, learning_rate, eps=1e-8):
    start = {"cache": (state or {"cache": 0 * w})["cache"] + eps}
    after = adagrad_oracle(w, gradient, state, learning_rate, eps)[1]
    moved = adagrad_oracle(w, gradient, start, learning_rate, 0.0)[0]
    return moved, after


def rmsprop_inside(w, gradient, state, learning_rate, decay=0.99, eps=1e-8):
    start = {"cache": (state or {"cache": 0 * w})["cache"] + eps / decay}
    after = rmsprop_oracle(w, gradient, state, learning_rate, decay, eps)[1]
    moved = rmsprop_oracle(w, gradient, start, learning_rate, decay, 0.0)[0]
    return moved, after


INSIDE = (
    "You add eps inside the root. It is there to keep a division by zero away: is it "
    "the cache or its root that you divide by?"
)
ADAGRAD = Exercise(
    id="04.adagrad",
    points=2,
    minutes=10,
    oracle=adagrad_oracle,
    returns=("w", "state"),
    cases=adagrad_cases,
    rules=PLAIN_RULES,
    worked="Take w = 1, the gradient 2 twice, learning rate 0.5, and forget eps. The cache "
    "begins with 0 and becomes 2^2 = 4; its root is 2; w = 1 - 0.5 * 2 / 2 = 0.5. Then the "
    "cache is 4 + 4 = 8, its root 2.83, and w = 0.5 - 0.5 * 2 / 2.83 = 0.146: the steps "
    "become shorter.",
    misconceptions=(
        Misconception(
            "the cache is not accumulated",
            lambda w, gradient, state, learning_rate, eps=1e-8: adagrad_oracle(
                w, gradient, {}, learning_rate, eps
            ),
            "Only the newest gradient is in your cache, so that every step has the same "
            "length. What must be in the state that you return, and what becomes of the "
            "cache that came in?",
        ),
        Misconception(
            "no root of the sum",
            lambda w, gradient, state, learning_rate, eps=1e-8: not_rooted(
                adagrad_oracle, w, gradient, state, learning_rate, eps
            ),
            "You divide by the cache itself. It holds squares: what has the unit of a "
            "gradient?",
        ),
        Misconception(
            "sizes instead of squares",
            lambda w, gradient, state, learning_rate, eps=1e-8: weighted(
                adagrad_oracle, w, gradient, state, learning_rate, 0.5, eps
            ),
            "Your cache adds up the sizes of the gradients. What does AdaGrad add up?",
        ),
        Misconception("eps inside AdaGrad's root", adagrad_inside, INSIDE),
        Misconception(
            "eps never used",
            lambda w, gradient, state, learning_rate, eps=1e-8: adagrad_oracle(
                w, gradient, state, learning_rate, 0.0
            ),
            "Your step does not depend on eps. A weight that never had a gradient has the "
            "cache 0: what is 0 divided by 0?",
        ),
        Misconception(
            "the cache leaks",
            lambda w, gradient, state, learning_rate, eps=1e-8: adagrad_oracle(
                w,
                gradient,
                {name: 0.9 * part for name, part in state.items()},
                learning_rate,
                eps,
            ),
            "Your cache forgets a part at each step, which is RMSProp's idea. What does "
            "AdaGrad forget?",
        ),
        *made_with(adagrad_oracle, (UPHILL, WIDENED)),
        EMPTY,
    ),
)
RMSPROP = Exercise(
    id="04.rmsprop",
    points=2,
    minutes=10,
    oracle=rmsprop_oracle,
    returns=("w", "state"),
    cases=rmsprop_cases,
    rules=PLAIN_RULES,
    worked="Take w = 1, the gradient 2 twice, learning rate 0.5, decay 0.99, and forget eps. "
    "The cache begins with 0 and becomes 0.99 * 0 + 0.01 * 4 = 0.04; its root is 0.2; w = "
    "1 - 0.5 * 2 / 0.2 = -4. Then it is 0.99 * 0.04 + 0.01 * 4 = 0.0796, its root 0.282, "
    "and w = -4 - 0.5 * 2 / 0.282 = -7.54.",
    misconceptions=(
        Misconception(
            "decay the wrong way round",
            lambda w, gradient, state, learning_rate, decay=0.99, eps=1e-8: (
                rmsprop_oracle(w, gradient, state, learning_rate, 1 - decay, eps)
            ),
            "Your cache keeps 1 - decay of the old and takes decay of the new. With decay "
            "= 0.99, is the memory long or short?",
        ),
        Misconception(
            "the new square not weighted",
            lambda w, gradient, state, learning_rate, decay=0.99, eps=1e-8: (
                rmsprop_oracle(
                    w,
                    gradient / (1 - decay) ** 0.5,
                    state,
                    learning_rate * (1 - decay) ** 0.5,
                    decay,
                    eps,
                )
            ),
            "You add the whole new square to the cache, so that it is a sum and no "
            "average. Which weight must the new one have if the old has the weight "
            "decay?",
        ),
        Misconception(
            "no root of the average",
            lambda w, gradient, state, learning_rate, decay=0.99, eps=1e-8: not_rooted(
                rmsprop_oracle, w, gradient, state, learning_rate, eps, decay
            ),
            "You divide by the cache itself. What is the R in RMS?",
        ),
        Misconception(
            "sizes averaged instead of squares",
            lambda w, gradient, state, learning_rate, decay=0.99, eps=1e-8: weighted(
                rmsprop_oracle, w, gradient, state, learning_rate, 0.5, decay, eps
            ),
            "Your cache averages the sizes of the gradients. What is the S in RMS?",
        ),
        Misconception("eps inside RMSProp's root", rmsprop_inside, INSIDE),
        Misconception(
            "eps left out",
            lambda w, gradient, state, learning_rate, decay=0.99, eps=1e-8: (
                rmsprop_oracle(w, gradient, state, learning_rate, decay, 0.0)
            ),
            "Your step does not depend on eps. Where does it keep a division by zero "
            "away?",
        ),
        *made_with(rmsprop_oracle, (UPHILL, LOST, WIDENED)),
        EMPTY,
    ),
)
