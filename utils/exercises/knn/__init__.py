"""Lesson 01, k nearest neighbours: what is written, how it is checked, what goes wrong.

Oracles are SciPy's `cdist` and scikit-learn's neighbours and folds.
"""

from utils.exercises.knn.choice import CHOOSE_K
from utils.exercises.knn.folds import CROSS_VALIDATE
from utils.exercises.knn.l1 import L1_DISTANCES
from utils.exercises.knn.l2 import NO_LOOPS, ONE_LOOP, TWO_LOOPS
from utils.exercises.knn.labels import PREDICT_LABELS
from utils.exercises.knn.questions import QUESTIONS

EXERCISES = (
    L1_DISTANCES,
    TWO_LOOPS,
    ONE_LOOP,
    NO_LOOPS,
    PREDICT_LABELS,
    CROSS_VALIDATE,
    CHOOSE_K,
    *QUESTIONS,
)
