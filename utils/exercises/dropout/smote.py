"""What goes wrong with SMOTE."""

import numpy as np

from utils.checks.exercise import Exercise, Misconception
from utils.checks.rules import keeps_inputs
from utils.exercises.dropout.shared import FIXED_NUMBERS, OWN_NUMBERS
from utils.exercises.dropout.smote_cases import smote_cases, smote_oracle
from utils.exercises.shared import NUMPY_ONLY


def one_share_each_feature(X, y, minority, n_new, k, rng):
    """Every feature is drawn by itself: a place in the box, not on the line."""
    from copy import deepcopy

    parts = []
    for d in range(X.shape[1]):
        again = deepcopy(rng)
        news = [smote_oracle(X, y, minority, n_new, k, again) for _ in range(d + 1)]
        parts.append(news[-1][:, d])
    rng.random(n_new)
    return np.stack(parts, axis=1)


def with_copies(X, y, minority, n_new, k, rng):
    """One in k is a copy; the others come from the k - 1 nearest."""
    points = X[y == minority]
    copies = points[rng.integers(len(points), size=n_new)]
    if k == 1:
        return copies
    new = smote_oracle(X, y, minority, n_new, k - 1, rng)
    return np.where(rng.integers(k, size=n_new)[:, None] == 0, copies, new)


def middles(X, y, minority, n_new, k, rng):
    """The middle of the shortest line between two points on which each new one lies."""
    new = smote_oracle(X, y, minority, n_new, k, rng)
    points = X[y == minority]
    ways = points[:, None] - points
    length = np.maximum((ways**2).sum(axis=2), 1e-300)
    off = new[:, None, None] - points
    along = (off * ways).sum(axis=3) / length
    far = np.abs(off - along[..., None] * ways).max(axis=3) + 1e-6 * length
    far = far + 1e9 * (np.abs(along - 0.5) > 0.5 + 1e-6) + 1e9 * np.eye(len(points))
    best = far.reshape(n_new, -1).argmin(axis=1)
    ends = points[:, None] + points
    return (ends.reshape(-1, X.shape[1])[best] / 2).astype(X.dtype)


def looked_up_in_all(X, y, minority, n_new, k, rng):
    """The neighbour's number within the minority is looked up in all of X."""
    points = X[y == minority]
    rows = np.arange(n_new)
    marked = np.concatenate([points, 1e-6 * np.eye(len(points))], axis=1)
    alone = smote_oracle(marked, np.full(len(points), 1), 1, n_new, k, rng)
    shares = 1e6 * alone[:, X.shape[1] :]  # how much of each point went in
    start, share = shares.argmax(axis=1), shares.max(axis=1, keepdims=True)
    shares[rows, start] = 0
    end = X[shares.argmax(axis=1)]
    return (share * points[start] + (1 - share) * end).astype(X.dtype)


def stretched(X, y, minority, n_new, k, rng):
    """Twice as far from the middle: half of the points lie beyond an end."""
    from copy import deepcopy

    middle = middles(X, y, minority, n_new, k, deepcopy(rng))
    return 2 * smote_oracle(X, y, minority, n_new, k, rng) - middle


SMOTE_WORKED = (
    "On a line lie the minority points 0, 5 and 5.5, and others between them. With k = 1 the "
    "neighbour of 0 is 5 (the points of the other class do not count), that of 5 is 5.5, and "
    "that of 5.5 is 5. Draw one of the three points, say 0; draw one of its k neighbours, 5; "
    "draw a share between 0 and 1, say 0.3. The new point is 0 + 0.3 (5 - 0) = 1.5."
)
SMOTE = Exercise(
    id="07.smote",
    points=4,
    minutes=25,
    oracle=smote_oracle,
    cases=smote_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=SMOTE_WORKED,
    misconceptions=(
        Misconception(
            "neighbours of any class",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, np.full_like(y, minority), minority, n_new, k, rng
            ),
            "Some of your points lie between two classes, or inside the other one: the "
            "neighbours are looked for among all points. Whose neighbours count?",
        ),
        Misconception(
            "the other class enlarged",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, 1 * (y != minority), 1, n_new, k, rng
            ),
            "You make new points for the class that has enough. Which class does `minority` "
            "name?",
        ),
        Misconception(
            "neighbours looked up in all of X",
            looked_up_in_all,
            "Some of your points lie on the way to a point that is no neighbour. The numbers of "
            "the neighbours count within the minority: in which array do you look them up?",
        ),
        Misconception(
            "given points returned too",
            lambda X, y, minority, n_new, k, rng: np.concatenate(
                [X, smote_oracle(X, y, minority, n_new, k, rng)]
            ),
            "You return the given points together with the new ones. How many rows does the "
            "docstring ask for?",
        ),
        Misconception(
            "far neighbours",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, y, minority, n_new, (y == minority).sum() - 1, rng
            ),
            "Some of your points lie between minority points that are far apart, where the "
            "class may not be at all. Where does your code use k?",
        ),
        Misconception(
            "the point counted as its own neighbour",
            with_copies,
            "Some of your points are copies of given ones, and the farthest neighbour is never "
            "used: the nearest point of all is the point itself. Which places of the sorted "
            "distances are its k neighbours?",
        ),
        Misconception(
            "only the nearest neighbour",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, y, minority, n_new, 1, rng
            ),
            "Only the nearest neighbour is ever used. Each of the k nearest should be as "
            "likely: what do you draw between 0 and k - 1?",
        ),
        Misconception(
            "copies instead of new points",
            lambda X, y, minority, n_new, k, rng: X[y == minority][
                rng.integers((y == minority).sum(), size=n_new)
            ],
            "You draw given points once more. That is oversampling without the synthetic "
            "part. How far towards a neighbour does a new point go?",
        ),
        Misconception(
            "beyond the neighbour",
            stretched,
            "Some of your points lie beyond the neighbour, where nothing says that the class "
            "goes on. Between which numbers must the share lie?",
        ),
        Misconception(
            "always the middle",
            middles,
            "Every new point lies in the middle between two others. Which number is to be "
            "drawn for each?",
        ),
        Misconception(
            "a share for each feature",
            one_share_each_feature,
            "Your points lie off the line between two neighbours: every feature has a share "
            "of its own. (The listing in the paper does that too, its text does not.) How many "
            "shares does one new point need?",
        ),
        Misconception(
            "float64 out of float32",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, y, minority, n_new, k, rng
            ).astype(float),
            "float32 points come out as float64. Which dtype does `rng.random` give?",
        ),
        Misconception(
            "random numbers of its own",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, y, minority, n_new, k, np.random.default_rng()
            ),
            OWN_NUMBERS,
        ),
        Misconception(
            "the same numbers in every call",
            lambda X, y, minority, n_new, k, rng: smote_oracle(
                X, y, minority, n_new, k, np.random.default_rng(0)
            ),
            FIXED_NUMBERS,
        ),
    ),
)
