"""A training run that is judged on pictures nobody has seen, and what goes wrong."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils.checks.compare import WrongStructure, at_least
from utils.checks.exercise import Case, Exercise, Misconception
from utils.data.builtin import N_TRAIN, load_builtin, make
from utils.data.images import scaled
from utils.subject import Handle, Subject, Tensor

N_GIVEN, N_UNSEEN = 2_000, 1_000
TIERS = 0.25, 0.40, 0.44
"""Accuracies on unseen pictures; each earns a part of the points."""


class Once:
    """Trains once for each subject, however many cases look at the result."""

    def __init__(self, train: Callable[[Subject], dict]):
        self.train, self.found = train, {}

    def __call__(self, subject: Subject) -> dict:
        if subject not in self.found:
            try:
                self.found[subject] = self.train(subject)
            except Exception as error:
                self.found[subject] = error
        if isinstance(self.found[subject], Exception):
            raise self.found[subject]
        return self.found[subject]


class Tried:
    """Given pictures are built-in ones; the unseen ones are drawn with the seed."""

    def __init__(self, rng: np.random.Generator):
        given, rows = load_builtin(), rng.permutation(N_TRAIN)[:N_GIVEN]
        self.X, self.y = Tensor(given.X_train[rows]), Tensor(given.y_train[rows])
        unseen = make(10, N_UNSEEN, seed=int(rng.integers(1, 2**31)))
        self.X_new, self.y_new = scaled(unseen["X_test"]), unseen["y_test"]
        self.trained = Once(self.train)

    def train(self, subject: Subject) -> dict:
        model = subject.hold(self.X, self.y, 0)
        if not isinstance(model, Handle):
            raise WrongStructure("It returned no model. A `nn.Module` is expected.")
        parts = [scores_by(model, part) for part in np.split(self.X_new, 4)]
        alone = scores_by(model, self.X_new[:3])
        return {"together": np.concatenate(parts), "alone": alone}

    def accuracy(self, subject: Subject) -> float:
        labels = self.trained(subject)["together"].argmax(axis=1)
        return float((labels == self.y_new).mean())

    def steady(self, subject: Subject) -> bool:
        found = self.trained(subject)
        return bool(np.allclose(found["alone"], found["together"][:3], atol=1e-3))


def training_cases(rng: np.random.Generator) -> list[Case]:
    return judged(Tried(rng), TIERS)


def judged(tried: Tried, tiers: Sequence[float]) -> list[Case]:
    """Whether a picture is judged alone, and which of the accuracies are reached."""
    alone = "a picture's scores do not depend on its neighbours"
    what = "the accuracy on unseen pictures"
    reached = (
        Case(
            f"at least {100 * tier:.0f} % of {len(tried.y_new):,} unseen pictures",
            tried.accuracy,
            at_least(tier, what),
            None,
        )
        for tier in tiers
    )
    return [Case(alone, tried.steady, expected=True), *reached]


def scores_by(model: Handle, X: np.ndarray, n_classes: int = 10) -> np.ndarray:
    """The scores `(N, n_classes)` that a trained model gives to pictures."""
    scores, shape = model(Tensor(X)), (len(X), n_classes)
    if not isinstance(scores, Tensor) or scores.array.shape != shape:
        got = scores.array.shape if isinstance(scores, Tensor) else scores
        raise WrongStructure(
            f"For {len(X)} pictures the model returns {got}; expected scores of the "
            f"shape {shape}."
        )
    return scores.array


def run(net, X, y, loss=F.cross_entropy, steps=60, rate=0.01):
    """Adam on batches drawn at random; the net as it stands afterwards."""
    torch.manual_seed(0)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    for _ in range(steps):
        rows = torch.randint(len(X), (50,))
        optimiser.zero_grad()
        loss(net(X[rows]), y[rows]).backward()
        optimiser.step()
    return net


def linear_net():
    return nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))


def only_linear(X, y, seed):
    return run(linear_net(), X, y, steps=200, rate=0.001).eval()


def normalised_by_batch():
    return nn.Sequential(nn.Flatten(), nn.Linear(3072, 10), nn.BatchNorm1d(10))


def left_in_training_mode(X, y, seed):
    """Good predictions that hang on the neighbours in the batch."""
    return run(normalised_by_batch(), X, y, steps=200, rate=0.001).train()


def untrained(X, y, seed):
    torch.manual_seed(seed)
    return linear_net().eval()


def labels_shuffled(X, y, seed):
    torch.manual_seed(seed)
    return run(normalised_by_batch(), X, y[torch.randperm(len(y))])


TRAIN_CLASSIFIER = Exercise(
    id="08.train_classifier",
    points=4,
    minutes=30,
    parameters=("X", "y", "seed"),
    cases=training_cases,
    seconds=10,
    trains=True,
    worked="Begin with something that surely works: twenty pictures, learned by heart. "
    "Then all of them: batches of 50, Adam with the rate 0.01, a few epochs. A linear layer "
    "stays near a third right. Two or three convolutions with stride 2, each with batch norm "
    "and ReLU, and a linear layer on top reach half in seconds.",
    misconceptions=(
        Misconception(
            "not trained",
            untrained,
            "Your model guesses. Do the parameters move: does the optimiser hold those of "
            "the net that you return, and does the loss fall?",
        ),
        Misconception(
            "too simple a net",
            only_linear,
            "Your model learns, and stays at what a linear layer (or a net without "
            "convolutions) reaches. What does a picture have that a row of 3,072 numbers "
            "does not show?",
        ),
        Misconception(
            "left in training mode",
            left_in_training_mode,
            "The scores of a picture change with the pictures beside it: your model is "
            "still in training mode. What is the last thing to do before it is returned?",
        ),
        Misconception(
            "pictures and labels out of step",
            labels_shuffled,
            "Your model guesses, and its scores depend on the pictures beside it. Do "
            "`X[rows]` and `y[rows]` use the same rows, and in which mode is the model?",
        ),
    ),
)
