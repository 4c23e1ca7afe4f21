"""A training run, judged by its outcome on data that it has not seen."""

import numpy as np

from tests.checks.kinds.kind import Kind, bent
from utils.checks.compare import at_least, unpack
from utils.checks.exercise import Case, Exercise, Misconception, call

ANSWER = """
import numpy as np

def train(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        w = w - learning_rate * X.T @ (p - y) / len(y)
        b = b - learning_rate * (p - y).mean()
    return w, b
"""


def oracle(X, y, learning_rate, steps, reduction="mean", maximize=False):
    import torch

    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    X_, y_ = torch.from_numpy(X), torch.from_numpy(y).double()
    optimiser = torch.optim.SGD([w, b], lr=learning_rate, maximize=maximize)
    loss_of = torch.nn.BCEWithLogitsLoss(reduction=reduction)
    for _ in range(steps):
        optimiser.zero_grad()
        loss_of(X_ @ w + b, y_).backward()
        optimiser.step()
    return w.detach().numpy(), b.item()


def cases(rng: np.random.Generator) -> list[Case]:
    def sample(n):
        """Two classes that only both features together can tell apart."""
        y, common = rng.integers(2, size=n), rng.normal(0, 3, size=n)
        return np.stack([2 * y - 1 + common, common], axis=1), y

    X, y = sample(200)
    X_new, y_new = sample(500)

    def accuracy(subject):
        w, b = unpack(subject(X, y, 0.3, 300), "w", "b")
        return ((X_new @ w + b > 0) == y_new).mean()

    threshold = at_least(0.95, "the accuracy on unseen data")
    return [
        call("one step", *sample(5), 0.1, 1),
        call("no step", *sample(6), 0.1, 0),
        Case("accuracy after 300 steps", accuracy, threshold, None),
    ]


def bend(**changes):
    return lambda *args: oracle(*args, **changes)


EXERCISE = Exercise(
    id="99.train",
    points=3,
    minutes=15,
    oracle=oracle,
    returns=("w", "b"),
    cases=cases,
    misconceptions=(
        Misconception("climbs", bend(maximize=True), "Which way is downhill?"),
        Misconception(
            "sum of the gradients",
            bend(reduction="sum"),
            "How large is your step if there are twice as many rows?",
        ),
        Misconception(
            "one step only",
            lambda X, y, rate, steps: oracle(X, y, rate, min(steps, 1)),
            "How often does the loop run?",
        ),
    ),
    seconds=10,
)
KIND = Kind(
    EXERCISE,
    ANSWER,
    "def train(X, y, learning_rate, steps):\n    raise NotImplementedError",
    {
        "climbs": bent(ANSWER, ("w - learn", "w + learn"), ("b - learn", "b + learn")),
        "sum of the gradients": bent(
            ANSWER, (" / len(y)", ""), ("(p - y).mean()", "(p - y).sum()")
        ),
        "one step only": bent(ANSWER, ("    return", "        break\n    return")),
    },
)
