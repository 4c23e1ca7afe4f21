"""A loss with its gradient."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call

ANSWER = """
import numpy as np

def softmax_loss(W, X, y, reg):
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    N = len(y)
    rows = np.arange(N)
    loss = -log_p[rows, y].mean() + reg * np.sum(W**2)
    p = np.exp(log_p)
    p[rows, y] -= 1
    return loss, X.T @ p / N + 2 * reg * W
"""


def oracle(W, X, y, reg, reduction="mean"):
    import torch

    W_ = torch.from_numpy(W).requires_grad_()
    scores, y_ = torch.from_numpy(X) @ W_, torch.from_numpy(y)
    loss = torch.nn.functional.cross_entropy(scores, y_, reduction=reduction)
    loss = loss + reg * (W_**2).sum()
    loss.backward()
    return loss.item(), W_.grad.numpy()


def cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, c, reg, size=1.0, **more):
        W, X = rng.normal(size=(d, c)), size * rng.normal(size=(n, d))
        return call(name, W, X, rng.integers(c, size=n), reg, **more)

    overflows = close(by_value=False)
    return [
        case("3 rows, no regularisation", 3, 4, 5, 0.0),
        case("7 rows, regularised", 7, 5, 3, 0.3),
        case("scores in the thousands", 4, 6, 3, 0.1, size=1e3, agree=overflows),
    ]


def bend(change):
    return lambda W, X, y, reg: change(*oracle(W, X, y, reg), W, X, y, reg)


def overflowing(W, X, y, reg):
    with np.errstate(all="ignore"):
        p = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)
        data = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    return data + reg * np.sum(W**2), X.T @ p / len(y) + 2 * reg * W


EXERCISE = Exercise(
    id="99.softmax_loss",
    points=5,
    minutes=20,
    oracle=oracle,
    returns=("loss", "dW"),
    cases=cases,
    misconceptions=(
        Misconception(
            "N times too large",
            lambda *args: oracle(*args, reduction="sum"),
            "Is the loss a sum over the rows or their mean?",
        ),
        Misconception(
            "gradient N times too large",
            lambda W, X, y, reg: (
                oracle(W, X, y, reg)[0],
                oracle(W, X, y, reg, reduction="sum")[1],
            ),
            "You averaged the loss. Did you average its gradient?",
        ),
        Misconception(
            "regularisation forgotten in the gradient",
            bend(lambda loss, dW, W, X, y, reg: (loss, dW - 2 * reg * W)),
            "The loss has a term in W. Where is its gradient?",
        ),
        Misconception(
            "scores overflow",
            overflowing,
            "What is the largest score whose exponential is finite?",
        ),
    ),
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def softmax_loss(W, X, y, reg):\n    raise NotImplementedError",
    {
        "N times too large": bent(ANSWER, (".mean() +", ".sum() +"), ("p / N", "p")),
        "gradient N times too large": bent(ANSWER, ("p / N", "p")),
        "regularisation forgotten in the gradient": bent(
            ANSWER, (" + 2 * reg * W", "")
        ),
        "scores overflow": bent(
            ANSWER, ("    scores = scores - scores.max(axis=1, keepdims=True)\n", "")
        ),
    },
)
