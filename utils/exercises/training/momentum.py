"""Momentum and Nesterov's variant, and what goes wrong with them."""

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

BUFFER = {"momentum_buffer": "velocity"}


def momentum_oracle(w, gradient, state, learning_rate, beta=0.9):
    from torch.optim import SGD

    def make(parameters):
        return SGD(parameters, learning_rate, momentum=beta)

    return torch_step(make, w, gradient, state, BUFFER)


def nesterov_oracle(w, gradient, state, learning_rate, beta=0.9):
    from torch.optim import SGD

    def make(parameters):
        return SGD(parameters, learning_rate, momentum=beta, nesterov=True)

    return torch_step(make, w, gradient, state, BUFFER)


def momentum_cases(rng: np.random.Generator):
    working = (
        "the velocity is 2, then 0.9 * 2 + 2 = 3.8; w is 1 - 0.5 * 2 = 0, then "
        "0 - 0.5 * 3.8 = -1.9"
    )
    return step_cases(rng, working, beta=rng.uniform(0.3, 0.7))


def nesterov_cases(rng: np.random.Generator):
    working = (
        "the velocity is 2, the step 2 + 0.9 * 2 = 3.8, w = 1 - 0.5 * 3.8 = -0.9; then "
        "velocity 3.8, step 2 + 0.9 * 3.8 = 5.42, w = -0.9 - 0.5 * 5.42 = -3.61"
    )
    return step_cases(rng, working, beta=rng.uniform(0.3, 0.7))


def old_velocity(w, gradient, state, learning_rate, beta=0.9):
    after = momentum_oracle(w, gradient, state, learning_rate, beta)[1]
    return w - learning_rate * state.get("velocity", 0 * w), after


def rate_inside(w, gradient, state, learning_rate, beta=0.9):
    return momentum_oracle(w, learning_rate * gradient, state, 1.0, beta)


MOMENTUM = Exercise(
    id="04.momentum",
    points=2,
    minutes=10,
    oracle=momentum_oracle,
    returns=("w", "state"),
    cases=momentum_cases,
    rules=PLAIN_RULES,
    worked="Take w = 1, the gradient 2 twice, learning rate 0.5, beta 0.9. There is no "
    "velocity yet, so count it as 0: velocity 0.9 * 0 + 2 = 2, w = 1 - 0.5 * 2 = 0. "
    "Second step: velocity 0.9 * 2 + 2 = 3.8, w = 0 - 0.5 * 3.8 = -1.9.",
    misconceptions=(
        Misconception(
            "the learning rate inside the velocity",
            rate_inside,
            "Your steps are right until the learning rate changes: it is inside your "
            "velocity, so that old steps keep old rates. The docstring's velocity is a "
            "sum of gradients: where is the learning rate multiplied then?",
        ),
        Misconception(
            "the new gradient weighted",
            lambda w, gradient, state, learning_rate, beta=0.9: momentum_oracle(
                w, (1 - beta) * gradient, state, learning_rate, beta
            ),
            "You weigh the new gradient with 1 - beta, which makes an average of the "
            "velocity. How does the docstring add the gradient?",
        ),
        Misconception(
            "beta the wrong way round",
            lambda w, gradient, state, learning_rate, beta=0.9: momentum_oracle(
                w, gradient, state, learning_rate, 1 - beta
            ),
            "You keep 1 - beta of the old velocity. With beta = 0.9, is a tenth or nine "
            "tenths of it to be kept?",
        ),
        Misconception(
            "nothing forgotten",
            lambda w, gradient, state, learning_rate, beta=0.9: momentum_oracle(
                w, gradient, state, learning_rate, 0.999999999
            ),
            "Your velocity never loses anything, like a ball without friction. Where is "
            "beta multiplied?",
        ),
        Misconception(
            "the old velocity moves w",
            old_velocity,
            "You move w before the velocity knows the new gradient: your first step goes "
            "nowhere. Which of the two is updated first?",
        ),
        Misconception(
            "no learning rate",
            lambda w, gradient, state, learning_rate, beta=0.9: momentum_oracle(
                w, gradient, state, 1.0, beta
            ),
            "Your step is as long as the velocity. By what is it multiplied?",
        ),
        Misconception(
            "Nesterov in its place",
            lambda w, gradient, state, learning_rate, beta=0.9: nesterov_step(
                momentum_oracle, w, gradient, state, learning_rate, beta
            ),
            "This is Nesterov's variant, which looks a step ahead; it is the next "
            "exercise. By which vector alone does plain momentum move w?",
        ),
        *made_with(momentum_oracle, (UPHILL, LOST, WIDENED)),
        EMPTY,
    ),
)


def nesterov_step(momentum, w, gradient, state, learning_rate, beta):
    """Nesterov's step, from what plain momentum remembers."""
    after = momentum(w, gradient, state, learning_rate, beta)[1]
    shift = momentum(0 * w, gradient, after, learning_rate, beta)[0]
    return w + shift, after


NESTEROV = Exercise(
    id="04.nesterov",
    points=2,
    minutes=10,
    oracle=nesterov_oracle,
    returns=("w", "state"),
    cases=nesterov_cases,
    rules=PLAIN_RULES,
    worked="Take w = 1, the gradient 2 twice, learning rate 0.5, beta 0.9. First the "
    "velocity, as in momentum: 0.9 * 0 + 2 = 2. Then the step looks ahead: 2 + 0.9 * 2 = "
    "3.8, and w = 1 - 0.5 * 3.8 = -0.9. Second step: velocity 0.9 * 2 + 2 = 3.8, step 2 + "
    "0.9 * 3.8 = 5.42, w = -0.9 - 0.5 * 5.42 = -3.61.",
    misconceptions=(
        Misconception(
            "plain momentum",
            lambda w, gradient, state, learning_rate, beta=0.9: momentum_step(
                nesterov_oracle, w, gradient, state, learning_rate, beta
            ),
            "This is plain momentum. (If you add beta times the OLD velocity to the "
            "gradient, you get just that.) Which velocity does the look-ahead use: the "
            "one before or after this gradient?",
        ),
        Misconception(
            "the look-ahead without beta",
            lambda w, gradient, state, learning_rate, beta=0.9: (
                nesterov_oracle(w, gradient, state, learning_rate, beta)[0]
                - learning_rate
                * (1 - beta)
                * nesterov_oracle(w, gradient, state, learning_rate, beta)[1][
                    "velocity"
                ],
                nesterov_oracle(w, gradient, state, learning_rate, beta)[1],
            ),
            "You add the whole velocity to the gradient. How much of it will be left at "
            "the next step?",
        ),
        Misconception(
            "the rate inside the velocity",
            lambda w, gradient, state, learning_rate, beta=0.9: nesterov_oracle(
                w, learning_rate * gradient, state, 1.0, beta
            ),
            "Your steps are right until the learning rate changes: it is inside your "
            "velocity. Where does the docstring multiply it?",
        ),
        Misconception(
            "the look-ahead without the gradient",
            lambda w, gradient, state, learning_rate, beta=0.9: (
                nesterov_oracle(w, gradient, state, learning_rate, beta)[0]
                + learning_rate * gradient,
                nesterov_oracle(w, gradient, state, learning_rate, beta)[1],
            ),
            "Your step is beta times the velocity alone. What does the look-ahead add "
            "to it?",
        ),
        *made_with(nesterov_oracle, (UPHILL, LOST, WIDENED)),
        EMPTY,
    ),
)


def momentum_step(nesterov, w, gradient, state, learning_rate, beta):
    """Plain momentum's step, from what Nesterov's variant remembers."""
    after = nesterov(w, gradient, state, learning_rate, beta)[1]
    return w - learning_rate * after["velocity"], after
