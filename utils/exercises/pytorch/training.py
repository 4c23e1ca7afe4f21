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


def training_cases(rng: np.random.Generator) -> list[Case]:
    """Given pictures are built-in ones; the unseen ones are drawn with this seed."""
    given, rows = load_builtin(), rng.permutation(N_TRAIN)[:N_GIVEN]
    X, y = Tensor(given.X_train[rows]), Tensor(given.y_train[rows])
    unseen = make(10, N_UNSEEN, seed=int(rng.integers(1, 2**31)))
    X_new, y_new = scaled(unseen["X_test"]), unseen["y_test"]

    def train(subject: Subject) -> dict:
        model = subject.hold(X, y, 0)
        if not isinstance(model, Handle):
            raise WrongStructure("It returned no model. A `nn.Module` is expected.")
        parts = [scores_by(model, part) for part in np.split(X_new, 4)]
        return {
            "together": np.concatenate(parts),
            "alone": scores_by(model, X_new[:3]),
        }

    return judged(train, y_new, TIERS)


def judged(
    train: Callable[[Subject], dict], y_new: np.ndarray, tiers: Sequence[float]
) -> list[Case]:
    """The cases of a training: is a picture judged alone, and how many are right?

    `train` gives the scores of all unseen pictures `together` and of the first `alone`.
    """
    trained = Once(train)

    def accuracy(subject):
        return float((trained(subject)["together"].argmax(axis=1) == y_new).mean())

    def steady(subject):
        found = trained(subject)
        some = found["together"][: len(found["alone"])]
        return bool(np.allclose(found["alone"], some, atol=1e-3))

    return [
        Case(
            "a picture's scores do not depend on its neighbours", steady, expected=True
        ),
        *(
            Case(
                f"at least {100 * tier:.0f} % of {len(y_new):,} unseen pictures",
                accuracy,
                at_least(tier, "the accuracy on unseen pictures"),
                None,
            )
            for tier in tiers
        ),
    ]


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
