"""What goes wrong with mixup."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.mixup_cases import mixup_cases, mixup_oracle
from utils.exercises.dropout.shared import FIXED_NUMBERS, OWN_NUMBERS
from utils.exercises.shared import NUMPY_ONLY


def labels_kept(x, y, rng, alpha=0.2):
    return mixup_oracle(x, y, rng, alpha)[0], y * 1


def lambda_beside_classes(x, y, rng, alpha=0.2):
    x_mixed, _ = mixup_oracle(x, y, rng, alpha)
    return x_mixed, y * np.ones(len(x))


def mixed_apart(x, y, rng, alpha=0.2):
    """Images and labels are mixed by two draws that know nothing of each other."""
    return mixup_oracle(x, y, rng, alpha)[0], mixup_oracle(x, y, rng, alpha)[1]


def in_pieces(change):
    """Changes the table whose row i says how much of each image goes into image i."""

    def version(x, y, rng, alpha=0.2):
        table = mixup_oracle(x, np.eye(len(x)), rng, alpha)[1]
        for_x, for_y = change(table, rng, alpha)
        x_mixed, y_mixed = (
            np.tensordot(for_x, x, axes=1),
            np.tensordot(for_y, y, axes=1),
        )
        return x_mixed.astype(x.dtype), y_mixed.astype(y.dtype)

    return version


def with_weights(table, weights):
    """The same partners with other weights."""
    others = table * (1 - np.eye(len(table)))
    rest = others.sum(axis=1, keepdims=True)
    alone = np.eye(len(table)) * (rest == 0)
    partner = alone + others / np.where(rest == 0, 1, rest)
    return np.eye(len(table)) * weights + partner * (1 - weights)


def weights_of(table):
    """A column of weights; an image that is its own partner shows none."""
    weights = np.diag(table)[:, None]
    return np.where(weights == 1, 0.5, weights)


def other_weights(table, rng, alpha):
    """Other weights for the labels, with the same partners."""
    new = mixup_oracle(table, np.eye(len(table)), rng, alpha)[1]
    return table, with_weights(table, weights_of(new))


def other_partners(table, rng, alpha):
    """Other partners for the labels, with the same weights."""
    own = np.eye(len(table))
    new = mixup_oracle(own, own, rng, alpha)[1]
    return table, with_weights(new, np.diag(table)[:, None])


def exchanged(table, rng, alpha):
    own = np.diag(table)[:, None]
    return table, with_weights(table, np.where(own == 1, 1, 1 - own))


def one_weight(table, rng, alpha):
    weights = np.diag(table)[np.diag(table) < 1]
    both = with_weights(table, weights[0])
    return both, both


def neighbours(table, rng, alpha):
    """The partner is always the image before."""
    own, before = np.eye(len(table)), np.roll(np.eye(len(table)), 1, axis=1)
    both = with_weights(0.5 * (own + before), weights_of(table))
    return both, both


def anyone(table, rng, alpha):
    """Partners are drawn with replacement, so that some images are nobody's."""
    own = np.eye(len(table))
    drawn = own[rng.integers(len(table), size=len(table))]
    both = with_weights(0.5 * (own + drawn), weights_of(table))
    return both, both


def added_up(table, rng, alpha):
    both = with_weights(table, weights_of(table)) + 0.5 * table
    return both, both


MIXUP_WORKED = (
    "Two images of two pixels, x0 = (1, 0) with the label (1, 0), and x1 = (0.2, 0.6) with the "
    "label (0, 1). For image 0 let lambda = 0.75 and image 1 be its partner: x = 0.75 (1, 0) + "
    "0.25 (0.2, 0.6) = (0.8, 0.15), and y = 0.75 (1, 0) + 0.25 (0, 1) = (0.75, 0.25). The same "
    "lambda and the same partner in both; the parts of the label add up to 1."
)
MIXUP = Exercise(
    id="07.mixup",
    points=3,
    minutes=15,
    oracle=mixup_oracle,
    cases=mixup_cases,
    returns=("x_mixed", "y_mixed"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=MIXUP_WORKED,
    misconceptions=(
        Misconception(
            "labels not mixed",
            labels_kept,
            "The images are mixed, the labels are not: a picture that is half ship and half "
            "cat is called a cat. What should its label say?",
        ),
        Misconception(
            "another lambda for the labels",
            in_pieces(other_weights),
            "Images and labels are mixed with different lambdas: a picture that is nine "
            "tenths cat may be labelled ship. How often do you draw lambda?",
        ),
        Misconception(
            "labels mixed apart from the images",
            mixed_apart,
            "You draw once for the images and once more for the labels, so that they know "
            "nothing of each other. What must a label share with its image?",
        ),
        Misconception(
            "another partner for the labels",
            in_pieces(other_partners),
            "The labels are mixed with those of other images than the images were. How often "
            "do you draw the partners?",
        ),
        Misconception(
            "lambda exchanged in the labels",
            in_pieces(exchanged),
            "Where an image keeps the share lambda of itself, its label keeps 1 - lambda. "
            "Which of the two terms belongs to the image itself?",
        ),
        Misconception(
            "paired with itself",
            lambda x, y, rng, alpha=0.2: (
                mixup_oracle(x, y, rng, alpha)[0] * 0 + x,
                y * 1,
            ),
            "Every image is mixed with itself, which changes nothing. Where do you put the "
            "partners into another order?",
        ),
        Misconception(
            "lambda beside the classes",
            lambda_beside_classes,
            "N lambdas stand beside labels (N, K), and NumPy lines shapes up from the right: N "
            "meets K. Which shape puts one lambda beside each row?",
        ),
        Misconception(
            "one lambda for the whole batch",
            in_pieces(one_weight),
            "All images of the batch have the same lambda. (The paper does that; here each "
            "has its own.) Which shape must lambda have?",
        ),
        Misconception(
            "uniform instead of Beta",
            lambda x, y, rng, alpha=0.2: mixup_oracle(x, y, rng, 1.0),
            "Your lambdas are spread evenly, whatever alpha is. Which distribution puts them "
            "near 0 and 1 when alpha is small?",
        ),
        Misconception(
            "the image before as partner",
            in_pieces(neighbours),
            "The partner is always the image that stands before in the batch. How does a "
            "random order of the batch come about?",
        ),
        Misconception(
            "partners drawn with replacement",
            in_pieces(anyone),
            "Some images are partners twice and others never. A random order of the batch "
            "has every image once: which method of `rng` gives one?",
        ),
        Misconception(
            "the parts do not add up to one",
            in_pieces(added_up),
            "The parts of an image add up to more than 1, and so do those of its label. If the "
            "image itself has the share lambda, which share is left for its partner?",
        ),
        Misconception(
            "float64 out of float32",
            lambda x, y, rng, alpha=0.2: mixup_oracle(
                x.astype(float), y.astype(float), rng, alpha
            ),
            "float32 images come out as float64. Which dtype does `rng.beta` give?",
        ),
        Misconception(
            "random numbers of its own",
            lambda x, y, rng, alpha=0.2: mixup_oracle(
                x, y, np.random.default_rng(), alpha
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same numbers in every call",
            lambda x, y, rng, alpha=0.2: mixup_oracle(
                x, y, np.random.default_rng(0), alpha
            ),
            FIXED_NUMBERS,
        ),
    ),
)
