"""Fine-tuning judged on pictures nobody has seen, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception
from utils.data.builtin import load_builtin, make
from utils.data.images import scaled
from utils.exercises.pytorch.training import Once, Tried, judged, scores_by
from utils.exercises.transfer.shared import returned
from utils.held_out import HELD_OUT, known_shapes, of_classes
from utils.subject import Subject, Tensor

A_CLASS, N_UNSEEN = 20, 2_000
TIERS = 0.30, 0.50, 0.55
"""Accuracies on unseen pictures; each earns a part of the points."""


class FineTuned(Tried):
    """Few given pictures are built-in ones; the unseen are drawn with the seed."""

    def __init__(self, rng: np.random.Generator):
        X, y = given_pictures(rng)
        self.X, self.y = Tensor(X), Tensor(y)
        unseen = make(10, N_UNSEEN, seed=int(rng.integers(1, 2**31)))
        X_new, self.y_new = of_classes(unseen["X_test"], unseen["y_test"], HELD_OUT)
        self.X_new = scaled(X_new)
        self.trained = Once(self.train)

    def train(self, subject: Subject) -> dict:
        model = returned(subject.hold(known_shapes(False), self.X, self.y, 0))
        together, alone = (
            scores_by(model, X, len(HELD_OUT)) for X in (self.X_new, self.X_new[:3])
        )
        return {"together": together, "alone": alone}


def fine_tune_cases(rng: np.random.Generator) -> list[Case]:
    return judged(FineTuned(rng), TIERS)


def given_pictures(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """As many built-in pictures of each held-out shape, in random order."""
    images = load_builtin(n_test=0)
    X, y = of_classes(images.X_train, images.y_train, HELD_OUT)
    classes = range(len(HELD_OUT))
    rows = [rng.permutation(np.flatnonzero(y == c))[:A_CLASS] for c in classes]
    rows = rng.permutation(np.concatenate(rows))
    return X[rows], y[rows]


def run(net, X, y, parts, steps=60, rate=0.01):
    """Adam on batches drawn at random, the layers of `parts` trained; the net after."""
    torch.manual_seed(0)
    optimiser = torch.optim.Adam([p for part in parts for p in part.parameters()], rate)
    for _ in range(steps):
        rows = torch.randint(len(X), (20,))
        optimiser.zero_grad()
        F.cross_entropy(net(X[rows]), y[rows]).backward()
        optimiser.step()
    return net


def headed(net, n_classes=4):
    torch.manual_seed(0)
    net[-1] = nn.Linear(net[-1].in_features, n_classes)
    return net


def forgotten(net):
    for layer in net.children():
        getattr(layer, "reset_parameters", bool)()
    return net


def untrained(net, X, y, seed):
    return headed(net).eval()


def from_scratch(net, X, y, seed):
    return run(forgotten(headed(net)), X, y, [net], steps=100, rate=0.003).eval()


def left_in_training_mode(net, X, y, seed):
    return run(headed(net), X, y, [net[-1]], steps=100).train()


def with_the_old_head(net, X, y, seed):
    return run(net, X, y, [net[-1]], steps=10).eval()


def labels_shuffled(net, X, y, seed):
    torch.manual_seed(seed)
    return run(headed(net), X, y[torch.randperm(len(y))], [net[-1]]).train()


FINE_TUNE = Exercise(
    id="11.fine_tune",
    points=4,
    minutes=30,
    parameters=("net", "X", "y", "seed"),
    cases=fine_tune_cases,
    seconds=10,
    trains=True,
    worked="Begin with the surest thing: everything frozen, evaluation mode, a new head for four classes, "
    "and 200 steps of Adam with the rate 0.01 on the head alone. That passes 50 %. Then let the body follow, at a "
    "tenth of the rate, its batch norms at rest, and flip some pictures from left to right.",
    misconceptions=(
        Misconception(
            "not trained",
            untrained,
            "Your network guesses. Does the optimiser hold the parameters of the head that "
            "is in the network now, and were they trainable when it was built?",
        ),
        Misconception(
            "what was learned is lost",
            from_scratch,
            "Your network reaches what one that begins from nothing reaches with so few "
            "pictures. Is the given body still there: at which rate is it trained, and are "
            "its weights overwritten?",
        ),
        Misconception(
            "left in training mode",
            left_in_training_mode,
            "The scores of a picture change with the pictures beside it: the network is "
            "still in training mode. What is the last thing to do before it is returned?",
        ),
        Misconception(
            "the old head",
            with_the_old_head,
            "Your network gives six scores for a picture, those of the old classes. How "
            "many has the new task?",
        ),
        Misconception(
            "pictures and labels out of step",
            labels_shuffled,
            "Your network guesses, and its scores depend on the pictures beside it. Do "
            "`X[rows]` and `y[rows]` use the same rows, and in which mode is it?",
        ),
    ),
)
