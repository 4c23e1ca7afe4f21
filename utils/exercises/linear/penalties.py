"""Regularisation by L1, L2 and elastic net, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import loops
from utils.exercises.linear.shared import KEEPS
from utils.exercises.shared import NUMPY_ONLY

LOOP_HINT = (
    "A Python loop is left. `np.sum` adds up a whole array, whatever its shape. What is "
    "there to loop for?"
)
NO_LOOP = loops(0, hint=LOOP_HINT)


def regularization_oracle(W, reg, kind="l2", beta=0.5):
    import torch

    weights = torch.from_numpy(W).requires_grad_()
    sizes, squares = weights.abs().sum(), (weights**2).sum()
    kinds = {"l1": sizes, "l2": squares, "elastic": beta * squares + sizes}
    value = reg * kinds[kind]
    value.backward()
    return value.item(), weights.grad.numpy()


HAND = np.array([[1.0, -2.0, 0.0], [0.5, 0.0, -1.0]])
BY_HAND = (
    call(
        "L2 by hand",
        HAND,
        0.1,
        "l2",
        working="0.1 * (1 + 4 + 0 + 0.25 + 0 + 1) = 0.625; top left: 0.1 * 2 * 1 = 0.2",
    ),
    call(
        "L1 by hand",
        HAND,
        0.1,
        "l1",
        working="0.1 * (1 + 2 + 0 + 0.5 + 0 + 1) = 0.45; top row: 0.1, -0.1, 0",
    ),
    call(
        "elastic net by hand, beta = 2",
        HAND,
        0.1,
        "elastic",
        beta=2.0,
        working="0.1 * (2 * 6.25 + 4.5) = 1.7; top left: 0.1 * (2 * 2 * 1 + 1) = 0.5",
    ),
)


def regularization_cases(rng: np.random.Generator) -> list[Case]:
    W, other = rng.normal(size=(4, 3)), rng.normal(size=(5, 2))
    other[rng.integers(5), :] = 0
    return [
        *BY_HAND,
        call("L2, 4 x 3 weights", W, 0.7, kind="l2"),
        call("L1, some weights are zero", other, 0.3, kind="l1"),
        call("elastic net, beta = 0.2", other, 0.6, kind="elastic", beta=0.2),
        call("kind and beta left out", W, 0.4),
        call("elastic net, beta left out", W, 0.4, kind="elastic"),
    ]


def share_of_squares(kind, beta):
    return {"l1": 0.0, "l2": 1.0, "elastic": beta}[kind]


def changed(change):
    """The oracle's value and gradient, changed by `change`."""

    def version(W, reg, kind="l2", beta=0.5):
        value, gradient = regularization_oracle(W, reg, kind, beta)
        return change(value, gradient, W, reg, kind, beta)

    return version


def halved(*kinds):
    """The slope of the squares is halved where the penalty is one of these kinds."""
    return changed(
        lambda value, gradient, W, reg, kind, beta: (
            value,
            gradient - (kind in kinds) * reg * share_of_squares(kind, beta) * W,
        )
    )


def length(value, gradient, W, reg, kind, beta):
    """The length of W in the place of the sum of its squares."""
    squares = np.sum(W**2)
    change = reg * share_of_squares(kind, beta) * (np.sqrt(squares) - squares)
    return value + change, gradient


def signed(value, gradient, W, reg, kind, beta):
    """The sum of W in the place of the sum of its sizes."""
    return value + (kind != "l2") * reg * np.sum(W - abs(W)), gradient


def of_elastic(change):
    """The oracle, with other reg and beta for the elastic net."""

    def version(W, reg, kind="l2", beta=0.5):
        if kind == "elastic":
            reg, beta = change(reg, beta)
        return regularization_oracle(W, reg, kind, beta)

    return version


def weight_by_weight(W, reg, kind="l2", beta=0.5):
    parts = [regularization_oracle(w[None], reg, kind, beta) for w in W.ravel()]
    values, gradients = zip(*parts, strict=True)
    return np.sum(values), np.reshape(gradients, W.shape)


HALF = (
    "The gradient of the squares is half of what it should be. What is the derivative "
    "of w**2?"
)
REGULARIZATION = Exercise(
    id="02.regularization",
    points=3,
    minutes=15,
    oracle=regularization_oracle,
    returns=("value", "gradient"),
    cases=regularization_cases,
    rules=(KEEPS, NUMPY_ONLY, NO_LOOP),
    worked=(
        "Take the weights 1, -2 and 0, reg = 0.1. L2: 0.1 * (1 + 4 + 0) = 0.5; the square of w has "
        "the slope 2 w, so the gradient is 0.1 * (2, -4, 0). L1: 0.1 * (1 + 2 + 0) = 0.3; the "
        "size of w has the slope 1 right of zero and -1 left of it, so the gradient is "
        "0.1 * (1, -1, 0): at zero the course takes 0. Elastic net with beta = 2: 0.1 * (2 * 5 + 3) "
        "= 1.3, and its gradient is made of the other two in the same way."
    ),
    misconceptions=(
        Misconception("half of the squares' gradient", halved("l2", "elastic"), HALF),
        Misconception("half of the gradient of L2", halved("l2"), HALF),
        Misconception(
            "half of the squares' gradient in the elastic net", halved("elastic"), HALF
        ),
        Misconception(
            "length instead of squares",
            changed(length),
            "You take the length of W, the root of the sum of the squares. Is there a root in "
            "the formula of L2 regularisation?",
        ),
        Misconception(
            "sizes without their absolute value",
            changed(signed),
            "You add up the weights themselves, so that negative ones lower the penalty. What "
            "does L1 add up?",
        ),
        Misconception(
            "gradient of L1 without the sign",
            changed(
                lambda value, gradient, W, reg, kind, beta: (
                    value,
                    gradient + (kind != "l2") * reg * (1 - np.sign(W)),
                )
            ),
            "The gradient of L1 is the same for all weights. A weight of -2 moves to -1.9: "
            "does its size grow or shrink?",
        ),
        Misconception(
            "weights of zero pushed by L1",
            changed(
                lambda value, gradient, W, reg, kind, beta: (
                    value,
                    gradient - (kind != "l2") * reg * (W == 0),
                )
            ),
            "A weight that is exactly 0 counts as negative. The size has a kink there. "
            "Which slope does the docstring want at 0, and which function knows three signs?",
        ),
        Misconception(
            "reg missing in the gradient",
            changed(
                lambda value, gradient, W, reg, kind, beta: (value, gradient / reg)
            ),
            "The value is multiplied by reg, the gradient is not. If the value is ten times "
            "as large, what about its slope?",
        ),
        Misconception(
            "averaged over the weights",
            changed(
                lambda value, gradient, W, reg, kind, beta: (
                    value / W.size,
                    gradient / W.size,
                )
            ),
            "You average over the weights. Does the formula add them up, or average them?",
        ),
        Misconception(
            "beta forgotten",
            of_elastic(lambda reg, beta: (reg, 1.0)),
            "In the elastic net, beta makes no difference. Which of the two sums does it "
            "weigh?",
        ),
        Misconception(
            "beta before the sizes",
            of_elastic(lambda reg, beta: (reg * beta, 1 / beta)),
            "In the elastic net you weigh the sizes by beta. Which of the two sums does beta "
            "stand before?",
        ),
        Misconception(
            "beta and 1 - beta",
            of_elastic(lambda reg, beta: (reg * (1 - beta), beta / (1 - beta))),
            "You share out beta and 1 - beta, as some libraries do. Which formula does the "
            "docstring give?",
        ),
        Misconception(
            "the kind is ignored",
            lambda W, reg, kind="l2", beta=0.5: regularization_oracle(W, reg),
            "You give L2 for every kind. Where does your code look at `kind`?",
        ),
        Misconception(
            "a loop is left", weight_by_weight, LOOP_HINT, breaks=NO_LOOP.name
        ),
    ),
)
