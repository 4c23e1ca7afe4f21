"""Adam, and what goes wrong with it."""

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


def adam_oracle(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    from torch.optim import Adam

    def make(parameters):
        return Adam(parameters, learning_rate, betas=(beta1, beta2), eps=eps)

    names = {"exp_avg": "first", "exp_avg_sq": "second", "step": "step"}
    return torch_step(make, w, gradient, state, names)


def adam_cases(rng: np.random.Generator):
    working = (
        "the averages are 0.1 * 2 = 0.2 and 0.001 * 4 = 0.004, corrected 0.2 / 0.1 = 2 "
        "and 0.004 / 0.001 = 4; w = 1 - 0.5 * 2 / 2 = 0.5; the same again: w = 0"
    )
    options = {"beta1": rng.uniform(0.4, 0.6), "beta2": rng.uniform(0.7, 0.9)}
    return step_cases(rng, working, **options, eps=rng.uniform(0.1, 0.5))


def at_step(state, w, step):
    """A state as if it were to take this step next."""
    nothing = {"first": np.zeros_like(w), "second": np.zeros_like(w)}
    return {**nothing, **state, "step": float(step - 1)}


def corrected_at(step_of):
    """A version whose bias correction counts `step_of(step)` steps."""

    def version(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
        step = int(state.get("step", 0)) + 1
        given = at_step(state, w, step_of(step))
        moved, after = adam_oracle(w, gradient, given, learning_rate, beta1, beta2, eps)
        return moved, {**after, "step": float(step)}

    return version


def half_corrected(first, second):
    """A version that corrects only some of the two averages."""

    def version(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
        step = int(state.get("step", 0)) + 1
        one = 1.0 if first else 1 - beta1**step
        root = 1.0 if second else (1 - beta2**step) ** 0.5
        return adam_oracle(
            w, gradient, state, learning_rate * one / root, beta1, beta2, eps / root
        )

    return version


def eps_inside(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    step = int(state.get("step", 0)) + 1
    given = at_step(state, w, step)
    lifted = given["second"] + eps * (1 - beta2**step) / beta2
    after = adam_oracle(w, gradient, state, learning_rate, beta1, beta2, eps)[1]
    moved = adam_oracle(
        w, gradient, {**given, "second": lifted}, learning_rate, beta1, beta2, 0.0
    )[0]
    return moved, after


def correction_kept(
    w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8
):
    moved, after = adam_oracle(w, gradient, state, learning_rate, beta1, beta2, eps)
    step = int(after["step"])
    first = after["first"] / (1 - beta1**step)
    second = after["second"] / (1 - beta2**step)
    return moved, {**after, "first": first, "second": second}


def no_root(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    moved, after = adam_oracle(w, gradient, state, learning_rate, beta1, beta2, eps)
    root = (after["second"] / (1 - beta2 ** int(after["step"]))) ** 0.5
    return w + (moved - w) * (root + eps) / (root**2 + eps), after


ADAM = Exercise(
    id="04.adam",
    points=4,
    minutes=20,
    oracle=adam_oracle,
    returns=("w", "state"),
    cases=adam_cases,
    rules=PLAIN_RULES,
    worked="Take w = 1, the gradient 2 twice, learning rate 0.5, and forget eps. Step 1: the "
    "averages are 0.9 * 0 + 0.1 * 2 = 0.2 and 0.999 * 0 + 0.001 * 4 = 0.004. Corrected: "
    "0.2 / (1 - 0.9) = 2 and 0.004 / (1 - 0.999) = 4. So w = 1 - 0.5 * 2 / 2 = 0.5.\nStep "
    "2: the averages are 0.9 * 0.2 + 0.1 * 2 = 0.38 and 0.007996. Corrected: 0.38 / (1 - "
    "0.81) = 2 and 0.007996 / (1 - 0.998001) = 4. So w = 0.5 - 0.5 = 0.",
    misconceptions=(
        Misconception(
            "no bias correction",
            half_corrected(False, False),
            "Your averages begin at 0, and you use them as they are, too small in the "
            "first steps. By what does Adam divide each of them at step t?",
        ),
        Misconception(
            "only the first average corrected",
            half_corrected(True, False),
            "You correct the average of the gradients, but not that of their squares. "
            "Does the second one not begin at 0 too?",
        ),
        Misconception(
            "only the second average corrected",
            half_corrected(False, True),
            "You correct the average of the squares, but not that of the gradients. Does "
            "the first one not begin at 0 too?",
        ),
        Misconception(
            "eps inside the root",
            eps_inside,
            "You add eps inside the root. It is there to keep a division by zero away: is "
            "it the average or its root that you divide by?",
        ),
        Misconception(
            "the steps are not counted",
            corrected_at(lambda step: 1),
            "Your bias correction is always that of the first step. Where is the number "
            "of steps kept between two calls?",
        ),
        Misconception(
            "steps counted from 0",
            lambda w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8: (
                np.nan * w,
                adam_oracle(w, gradient, state, learning_rate, beta1, beta2, eps)[1],
            ),
            "All weights become nan at the first step: with t = 0 the correction is "
            "1 - beta**0, which is 0. Which number has the first step?",
        ),
        Misconception(
            "one step ahead",
            corrected_at(lambda step: step + 1),
            "Your bias correction is one step ahead: it counts this step twice. Which "
            "number has the first step?",
        ),
        Misconception(
            "corrected averages in the state",
            correction_kept,
            "You store the corrected averages, and so correct them again at the next "
            "step. Which ones must the next step find?",
        ),
        Misconception(
            "beta1 and beta2 exchanged",
            lambda w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8: (
                adam_oracle(w, gradient, state, learning_rate, beta2, beta1, eps)
            ),
            "You have exchanged beta1 and beta2. Which average needs the longer memory, "
            "that of the gradients or that of their squares?",
        ),
        Misconception(
            "no root",
            no_root,
            "You divide by the average of the squares itself. What has the unit of a "
            "gradient?",
        ),
        *made_with(adam_oracle, (UPHILL, LOST, WIDENED)),
        EMPTY,
    ),
)
