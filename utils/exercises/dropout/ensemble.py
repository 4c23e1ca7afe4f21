"""The prediction of an ensemble, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY


def ensemble_oracle(scores):
    import torch

    each = torch.softmax(torch.from_numpy(np.ascontiguousarray(scores)), dim=2)
    mean = each.mean(dim=0)
    return mean.numpy(), mean.argmax(dim=1).numpy()


def scores_of(*probabilities):
    return np.log(np.array(probabilities))[:, None]


def ensemble_cases(rng: np.random.Generator) -> list[Case]:
    """Cases in which a vote, the mean score and the mean probability disagree."""
    by_hand = scores_of([0.6, 0.4], [0.6, 0.4], [0.1, 0.9])
    outvoted = scores_of([0.5, 0.4, 0.1], [0.5, 0.4, 0.1], [0.02, 0.58, 0.4])
    confident = np.concatenate([by_hand, by_hand + rng.normal(size=(3, 1, 1))], axis=1)
    loud = outvoting(rng, 3, 5, 4) * np.array([1.0, 1.0, 30.0])[:, None, None]
    large = rng.normal(size=(3, 2, 5))
    large[[0, 1, 2], :, [0, 0, 3]] += np.array([[1e3], [1e3], [4e3]])
    return [
        call(
            "by hand: three nets, two classes",
            by_hand,
            working="class 0: (0.6 + 0.6 + 0.1) / 3 = 0.43, class 1: (0.4 + 0.4 + 0.9) / 3 = "
            "0.57; the label is 1, although two of three nets say 0",
        ),
        call("three nets, three classes", outvoted),
        call("the same nets, twice", confident),
        call("4 nets, 6 images, 5 classes", outvoting(rng, 4, 6, 5)),
        call("one net that shouts", loud),
        call("one net alone", rng.normal(size=(1, 3, 4))),
        call("scores in the thousands", large, agree=close(by_value=False)),
    ]


def outvoting(rng: np.random.Generator, nets: int, n: int, classes: int) -> np.ndarray:
    """Drawn scores; of one image the last net is sure, the others doubt, elsewhere."""
    scores = rng.normal(size=(nets, n, classes))
    image, (doubted, sure) = rng.integers(n), rng.permutation(classes)[:2]
    scores[:, image] = rng.uniform(-9, -8, size=(nets, classes))
    scores[:-1, image, [doubted, sure]] = [0.3, 0.0]
    scores[-1, image, sure] = 3
    return scores


def voted(scores):
    K = scores.shape[2]
    counts = np.stack([(scores.argmax(axis=2) == k).mean(axis=0) for k in range(K)], 1)
    return ensemble_oracle(scores)[0], counts.argmax(axis=1)


def shares_of_votes(scores):
    votes = np.eye(scores.shape[2])[scores.argmax(axis=2)].mean(axis=0)
    return votes, votes.argmax(axis=1)


def most_confident(scores):
    each = np.stack([ensemble_oracle(one[None])[0] for one in scores])
    largest = each.max(axis=0)
    return largest, largest.argmax(axis=1)


def summed(scores):
    mean, labels = ensemble_oracle(scores)
    return mean * len(scores), labels


def average_label(scores):
    labels = np.round(scores.argmax(axis=2).mean(axis=0)).astype(int)
    return ensemble_oracle(scores)[0], labels


def over_images(scores):
    each = np.exp(scores - scores.max(axis=1, keepdims=True))
    mean = (each / each.sum(axis=1, keepdims=True)).mean(axis=0)
    return mean, mean.argmax(axis=1)


def over_nets(scores):
    each = np.exp(scores - scores.max(axis=0, keepdims=True))
    mean = (each / each.sum(axis=0, keepdims=True)).mean(axis=0)
    return mean, mean.argmax(axis=1)


def labels_of_classes(scores):
    mean = ensemble_oracle(scores)[0]
    return mean, mean.argmax(axis=0)


def overflowing(scores):
    with np.errstate(all="ignore"):
        each = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    mean = each.mean(axis=0)
    return mean, mean.argmax(axis=1)


ENSEMBLE_WORKED = (
    "Three nets say of one image with what probability it is a cat or a dog: (0.6, 0.4), "
    "(0.6, 0.4) and (0.1, 0.9). Mean: cat 1.3 / 3 = 0.43, dog 1.7 / 3 = 0.57. The ensemble "
    "says dog: two nets are in doubt, the third is sure. A vote would count each of the three "
    "as one, and say cat."
)
ENSEMBLE_PREDICT = Exercise(
    id="07.ensemble_predict",
    points=2,
    minutes=10,
    oracle=ensemble_oracle,
    cases=ensemble_cases,
    returns=("probabilities", "labels"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=ENSEMBLE_WORKED,
    misconceptions=(
        Misconception(
            "labels by vote",
            voted,
            "The nets vote, so that a net in doubt counts as much as one that is sure. Which "
            "class has the highest mean probability?",
        ),
        Misconception(
            "votes as probabilities",
            shares_of_votes,
            "You average the labels of the nets, not their probabilities. What does a net know "
            "beyond its first choice?",
        ),
        Misconception(
            "mean of the scores",
            lambda scores: ensemble_oracle(scores.mean(axis=0, keepdims=True)),
            "You average scores before the softmax. A net whose scores are large then decides "
            "alone. What do the nets have in common that can be averaged?",
        ),
        Misconception(
            "the most confident net",
            most_confident,
            "Only the most confident net counts, and your probabilities do not add up to 1. "
            "How are several numbers joined so that each has the same say?",
        ),
        Misconception(
            "sum instead of mean",
            summed,
            "Your probabilities add up to the number of nets. By what is a sum divided to "
            "become a mean?",
        ),
        Misconception(
            "mean of the labels",
            average_label,
            "You average the labels. Labels are names: is a cat (3) and a horse (7) together "
            "a frog (5)? Of what can a mean be taken?",
        ),
        Misconception(
            "softmax over the images",
            over_images,
            "Your softmax runs over the images: each class adds up to 1, not each image. "
            "Which axis of `scores` (nets, images, classes) belongs to the classes?",
        ),
        Misconception(
            "softmax over the nets",
            over_nets,
            "Your softmax runs over the nets, so that every class gets one part in M. Which "
            "axis of `scores` (nets, images, classes) must add up to 1 for one net and one "
            "image?",
        ),
        Misconception(
            "a label for each class",
            labels_of_classes,
            "Your labels run over the classes: for each class you name an image. Which axis of "
            "the probabilities (N, K) does the search for the best class run along?",
        ),
        Misconception(
            "scores overflow",
            overflowing,
            "Large scores give nan: the exponential of 1,000 is no number any more. What may "
            "be taken off all scores of an image without changing its softmax?",
        ),
    ),
)
