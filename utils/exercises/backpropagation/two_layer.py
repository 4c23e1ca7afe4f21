"""The two-layer net with its loss and all gradients, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.backpropagation.affine import (
    affine_backward_oracle,
    affine_forward_oracle,
)
from utils.exercises.backpropagation.shared import tensors
from utils.exercises.shared import NUMPY_ONLY

HAND = {
    "W1": np.array([[1.0, 2.0, -1.0, 1.0], [0.0, 1.0, 1.0, 1.0]]),
    "b1": np.zeros(4),
    "W2": np.array([[1.0, 0.0], [0.0, 1.0], [4.0, 0.0], [0.0, 3.0]]),
    "b2": np.zeros(2),
}


def two_layer_oracle(parameters, X, y=None, reg=0.0):
    import torch

    given = {name: parameters[name] for name in HAND}
    leaves = dict(zip(given, tensors(*given.values()), strict=True))
    linear = torch.nn.functional.linear
    hidden = linear(torch.from_numpy(X), leaves["W1"].T, leaves["b1"])
    scores = linear(torch.relu(hidden), leaves["W2"].T, leaves["b2"])
    if y is None:
        return scores.detach().numpy()
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y))
    loss = loss + reg * sum((leaves[name] ** 2).sum() for name in ("W1", "W2"))
    loss.backward()
    return loss.item(), {name: leaf.grad.numpy() for name, leaf in leaves.items()}


BY_HAND = call(
    "by hand",
    HAND,
    np.array([[1.0, -1.0]]),
    np.array([0]),
    working="hidden: (1, 1, -2, 0), after ReLU (1, 1, 0, 0); scores (1, 1); "
    "loss ln 2 = 0.693; dscores (-0.5, 0.5)",
)


def drawn(rng: np.random.Generator, n: int, d: int, h: int, c: int) -> tuple:
    """A net and a batch for it."""
    shapes = {"W1": (d, h), "b1": (h,), "W2": (h, c), "b2": (c,)}
    net = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return net, rng.normal(size=(n, d)), rng.permutation(np.arange(n) % c)


def two_layer_cases(rng: np.random.Generator) -> list[Case]:
    net, X, _ = drawn(rng, 4, 3, 6, 5)
    net["W1"], net["W2"][:, 2] = abs(net["W1"]), abs(net["W2"][:, 2])
    uneven = abs(X) * [[-1], [1e4], [1], [1]]  # row 0 silences every hidden unit
    best = two_layer_oracle(net, uneven).argmax(axis=1)
    large = net | {"b2": np.array([1e3, 990.0, 2e3, 995.0, 1e3])}
    near = close(by_value=False)
    return [
        BY_HAND,
        call("scores alone, without labels", *drawn(rng, 5, 4, 7, 3)[:2]),
        call("6 rows, no regularisation", *drawn(rng, 6, 5, 4, 3)),
        call("7 rows, reg = 0.3", *drawn(rng, 7, 4, 6, 5), 0.3),
        call("scores in the thousands", large, X, np.full(4, 2), 0.1, agree=near),
        call("the scores of one row in the thousands", net, uneven, best, 0.1, agree=near),
    ]  # fmt: skip


def bend(change):
    """A `two_layer_loss` that changes loss and gradients `g` where it gives them."""

    def bent(parameters, X, y=None, reg=0.0):
        if y is None:
            return two_layer_oracle(parameters, X)
        loss, gradients = two_layer_oracle(parameters, X, y, reg)
        loss, changes = change(parameters, X, y, reg, loss, gradients)
        return loss, gradients | changes

    return bent


def linear_net(parameters, X, y=None, reg=0.0):
    """Every hidden unit is lifted far above its kink, and the scores are lowered."""
    lift = 1000.0
    p = parameters | {"b1": parameters["b1"] + lift}
    p["b2"] = p["b2"] - lift * p["W2"].sum(axis=0)
    if y is None:
        return two_layer_oracle(p, X)
    loss, g = two_layer_oracle(p, X, y, reg)
    return loss, g | {"W2": g["W2"] - lift * g["b2"]}


def row_by_row(parameters, X, y, name="b2"):
    """The gradient of a bias for each row alone; that of `b2` is the scores'."""
    rows = [two_layer_oracle(parameters, X[i : i + 1], y[i : i + 1]) for i in range(len(y))]  # fmt: skip
    return np.stack([gradients[name] for _, gradients in rows]) / len(y)


def around_relu(parameters, X, y, reg):
    """Gradients of the two layers as they would be without a ReLU between them."""
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    before, cache = affine_forward_oracle(X, W1, b1)
    dscores = row_by_row(parameters, X, y)
    dhidden, dW2, _ = affine_backward_oracle(dscores, (before, W2, b2))
    _, dW1, db1 = affine_backward_oracle(dhidden, cache)
    return {"W1": dW1 + 2 * reg * W1, "b1": db1, "W2": dW2 + 2 * reg * W2}


def not_silenced(parameters, X, y, reg, loss, g):
    passed = around_relu(parameters, X, y, reg)
    return loss, {name: passed[name] for name in ("W1", "b1")}


def of_pre_activation(parameters, X, y, reg, loss, g):
    return loss, {"W2": around_relu(parameters, X, y, reg)["W2"]}


def times(g, parameters, reg, factor):
    """The gradients of the data times a factor, those of regularisation as they are."""
    own = {n: 2 * reg * w if w.ndim > 1 else 0 * w for n, w in parameters.items()}
    return {n: factor * (g[n] - own[n]) + own[n] for n in g}


def weights(parameters, factor):
    """A multiple of both weight matrices, by name."""
    return {name: factor * parameters[name] for name in ("W1", "W2")}


def less(g, parts):
    return {name: g[name] - part for name, part in parts.items()}


def squares(*arrays):
    return sum(np.sum(array**2) for array in arrays)


def penalty(parameters, reg):
    return reg * squares(parameters["W1"], parameters["W2"])


def lost_where(overflows):
    """A `two_layer_loss` that gives nan where `overflows(scores)`."""

    def bent(parameters, X, y=None, reg=0.0):
        scores = two_layer_oracle(parameters, X)
        if y is None:
            return scores
        found = two_layer_oracle(parameters, X, y, reg)
        lost = np.nan, {name: np.nan * g for name, g in found[1].items()}
        return lost if overflows(scores) else found

    return bent


def passing_at_zero(parameters, X, y=None, reg=0.0):
    """Hidden units at 0 are lifted by next to nothing."""
    lifted = parameters | {"b1": parameters["b1"] + 1e-13}
    return two_layer_oracle(lifted, X, y, reg)


def bias_rows(parameters, X, y, reg, loss, g):
    return loss, {name: row_by_row(parameters, X, y, name) for name in ("b1", "b2")}


TWO_LAYER_WORKED = (
    "Take x = (1, -1), W1 = (1, 2, -1, 1), (0, 1, 1, 1), W2 = (1, 0), (0, 1), (4, 0), (0, 3) and no biases. Forward: "
    "before ReLU (1, 1, -2, 0), hidden (1, 1, 0, 0), scores (1, 1), probabilities (0.5, 0.5), and for class 0 the loss ln 2.\n"
    "Backward: dscores = (-0.5, 0.5). dW2 pairs the hidden numbers 1, 1, 0, 0 with it, so its last rows are 0. "
    "The hidden units get (-0.5, 0.5, -2, 1.5); the last two were cut off, so (-0.5, 0.5, 0, 0) is left, and "
    "dW1 pairs 1 and -1 with that. Last, each weight adds the gradient of its own square."
)
TWO_LAYER_LOSS = Exercise(
    id="03.two_layer_loss",
    points=6,
    minutes=30,
    oracle=two_layer_oracle,
    returns=("loss", "gradients"),
    cases=two_layer_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=TWO_LAYER_WORKED,
    misconceptions=(
        Misconception(
            "no ReLU",
            linear_net,
            "Your net has no ReLU: with W = W1 W2 a single layer would do the same. "
            "What happens to the hidden numbers before the second layer?",
            TWO_LAYER_WORKED,
        ),
        Misconception(
            "the way back does not pass the ReLU",
            bend(not_silenced),
            "Your scores are right, but W1 and b1 get gradients through hidden units that were "
            "silent. Which gate of the forward pass have you left out on the way back?",
            TWO_LAYER_WORKED,
        ),
        Misconception(
            "W2 meets the pre-activation",
            bend(of_pre_activation),
            "Only the gradient of W2 is wrong. In the forward pass W2 was multiplied by the "
            "hidden numbers: by those before the ReLU, or by those after it?",
            TWO_LAYER_WORKED,
        ),
        Misconception(
            "regularisation missing in the gradient",
            bend(lambda p, X, y, reg, loss, g: (loss, less(g, weights(p, 2 * reg)))),
            "The loss has a term in the squares of W1 and W2, your gradients have none. What is "
            "the derivative of reg w^2?",
        ),
        Misconception(
            "half of the regularisation in the gradient",
            bend(lambda p, X, y, reg, loss, g: (loss, less(g, weights(p, reg)))),
            "Your gradient belongs to half of the regularisation in your loss. What is "
            "the derivative of w^2: w?",
        ),
        Misconception(
            "half of the regularisation",
            bend(
                lambda p, X, y, reg, loss, g: (
                    loss - penalty(p, reg) / 2,
                    less(g, weights(p, reg)),
                )
            ),
            "Loss and gradient agree, but both have half of the regularisation. Some "
            "courses put a half before the sum of squares; does this one?",
        ),
        Misconception(
            "regularisation missing in the loss",
            bend(lambda p, X, y, reg, loss, g: (loss - penalty(p, reg), {})),
            "Your gradients have the regularisation, your loss has not. Which term is "
            "missing in it?",
        ),
        Misconception(
            "only W2 is regularised",
            bend(
                lambda p, X, y, reg, loss, g: (
                    loss - reg * squares(p["W1"]),
                    less(g, {"W1": 2 * reg * p["W1"]}),
                )
            ),
            "W2 is regularised, W1 is not. How many weight matrices has the net?",
        ),
        Misconception(
            "the biases are regularised",
            bend(
                lambda p, X, y, reg, loss, g: (
                    loss + reg * squares(p["b1"], p["b2"]),
                    less(g, {n: -2 * reg * p[n] for n in ("b1", "b2")}),
                )
            ),
            "You regularise the biases too. A bias only shifts a unit: is it among what "
            "the docstring squares?",
        ),
        Misconception(
            "loss and gradients summed",
            bend(
                lambda p, X, y, reg, loss, g: (
                    (loss - penalty(p, reg)) * len(y) + penalty(p, reg),
                    times(g, p, reg, len(y)),
                )
            ),
            "The part of the data is N times too large, in the loss and in the gradients. "
            "Is the loss of a batch the sum of the rows' losses or their mean?",
        ),
        Misconception(
            "dscores not divided by N",
            bend(lambda p, X, y, reg, loss, g: (loss, times(g, p, reg, len(y)))),
            "Your loss is a mean, your gradients are those of the sum: N times too "
            "large. Where does the division by N belong on the way back?",
        ),
        Misconception(
            "bias gradient not summed",
            bend(bias_rows),
            "The gradients of your biases have a row for each image, but there is one b1 and "
            "one b2 for all of them. What does a copy do on the way back?",
        ),
        Misconception(
            "no shift before the softmax",
            lost_where(lambda scores: scores.max() > 700),
            "Only the large scores fail: e^1000 is too large for a computer. What may you take away "
            "from all scores of a row without changing its softmax?",
        ),
        Misconception(
            "one shift for all rows",
            lost_where(lambda scores: (scores.max() - scores.max(axis=1)).max() > 700),
            "Only the rows of very different size fail: you take the largest score of all "
            "from every row, and in the smaller ones each exponential becomes 0. Which "
            "largest should each row use?",
        ),
        Misconception(
            "the ReLU passes at zero",
            passing_at_zero,
            "Only the case by hand fails, where a hidden unit is exactly 0 and your "
            "gradient passes. On which slope did we agree there?",
        ),
    ),
)
