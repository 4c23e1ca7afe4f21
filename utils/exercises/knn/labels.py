"""The vote of the k nearest, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.shared import NUMPY_ONLY


def predict_oracle(distances, y_train, k):
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(k, metric="precomputed", algorithm="brute")
    model.fit(np.zeros((len(y_train), len(y_train))), y_train)
    return model.predict(distances)


def different_distances(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """A table `(n, m)` of distances, no two of them the same."""
    return rng.permutation(n * m).reshape(n, m) + rng.uniform(0.1, 0.9)


TIED = np.array([[4.0, 1.0, 3.0, 2.0, 9.0], [1.0, 2.0, 8.0, 4.0, 3.0]])
TIED_LABELS = np.array([3, 7, 3, 1, 0])


def predict_cases(rng: np.random.Generator) -> list[Case]:
    """Forty rows are enough for a mistake to show whichever numbers are drawn."""
    table, few = (different_distances(rng, 40, m) for m in (15, 9))
    labels = rng.permutation(np.repeat([2, 4, 5, 9], [6, 4, 3, 2]))
    untied = rng.permutation(np.repeat([2, 4, 5], [4, 3, 2]))
    spread = different_distances(rng, 30, 12)
    return [
        call(
            "ties by hand, k = 4",
            TIED,
            TIED_LABELS,
            4,
            working="row 0: the 4 nearest are columns 1, 3, 2, 0 with the labels "
            "7, 1, 3, 3; the label 3 has two votes",
        ),
        call("k = 1", table, labels, 1),
        call("k = 5", table, labels, 5),
        call("k = 2, where every disagreement is a tie", spread, np.arange(12) % 4, 2),
        call("k = 3, three labels are often tied", spread, np.arange(12) % 5, 3),
        call("all training images vote", few, untied, 9),
    ]


def vote(distances, y_train, k, pick):
    """Labels by `pick(labels of the k nearest, nearest first)`."""
    nearest = np.argsort(distances, axis=1)[:, :k]
    return np.array([pick(y_train[row]) for row in nearest])


def largest_mode(labels):
    return len(np.bincount(labels)) - 1 - np.bincount(labels)[::-1].argmax()


def nearest_mode(labels):
    counts = np.bincount(labels)
    return next(label for label in labels if counts[label] == counts.max())


PREDICT_WORKED = (
    "Let one row of distances be 4, 1, 3, 2, 9 and the labels 3, 7, 3, 1, 0. For k = 4 "
    "the nearest are the columns 1, 3, 2, 0 (distances 1, 2, 3, 4); their labels are 7, "
    "1, 3, 3. Count: label 1 once, 3 twice, 7 once. The answer is 3. With k = 2 the labels "
    "are 7 and 1, one vote each: a tie, and the smaller label, 1, wins."
)
PREDICT_LABELS = Exercise(
    id="01.predict_labels",
    points=3,
    minutes=15,
    oracle=predict_oracle,
    cases=predict_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=PREDICT_WORKED,
    misconceptions=(
        Misconception(
            "farthest instead of nearest",
            lambda distances, y_train, k: predict_oracle(
                distances.max() - distances, y_train, k
            ),
            "Your votes come from the images that are farthest away. At which end of a "
            "sorted row are the nearest ones (argmin, not argmax)?",
        ),
        Misconception(
            "ties go to the largest label",
            lambda d, y, k: vote(d, y, k, largest_mode),
            "Only ties are wrong: you give them to the largest label. Which of two "
            "equal counts does `argmax` of the counts pick, and which does yours?",
        ),
        Misconception(
            "ties go to the nearest image",
            lambda d, y, k: vote(d, y, k, nearest_mode),
            "Only ties are wrong: you give them to the label met first. In which order "
            "must equal counts be considered so that the smallest label wins?",
        ),
        Misconception(
            "k is ignored",
            lambda distances, y_train, k: predict_oracle(distances, y_train, 1),
            "Only the single nearest image decides, whatever k is. Where does your "
            "code use k?",
        ),
        Misconception(
            "all training images vote",
            lambda distances, y_train, k: predict_oracle(
                distances, y_train, len(y_train)
            ),
            "Every training image votes, so that the most frequent label always wins. "
            "Where does your code keep only the k nearest?",
        ),
        Misconception(
            "the nearest is left out",
            lambda d, y, k: vote(d, y, k + 1, lambda labels: smallest_mode(labels[1:])),
            "You leave out the nearest image, as one does when the test images are "
            "training images too. Is the first of the sorted columns the image itself?",
        ),
        Misconception(
            "k + 1 neighbours",
            lambda d, y, k: predict_oracle(d, y, min(k + 1, len(y))),
            "One neighbour too many votes. How many elements does your slice have?",
        ),
        Misconception(
            "index instead of label",
            lambda distances, y_train, k: distances.argmin(axis=1),
            "You return the position of the nearest training image. What turns a "
            "position into a label?",
        ),
        Misconception(
            "average of the labels",
            lambda d, y, k: np.round(vote(d, y, k, np.mean)).astype(int),
            "You average the labels. Labels are names: is a cat (3) and a horse (7) "
            "together a frog (5)? How is a vote counted?",
        ),
    ),
)


def smallest_mode(labels):
    return np.bincount(labels).argmax()
