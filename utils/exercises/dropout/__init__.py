"""Lesson 07, dropout and augmentation: what is written, how it is checked, what goes wrong.

Oracles are PyTorch, SciPy's images and distributions and scikit-learn's neighbours. Where
a function is random, properties that hold for every draw are checked exactly, and rates
and means by bounds whose false alarm is known (see `shared`).
"""

from utils.exercises.dropout.backward import DROPOUT_BACKWARD
from utils.exercises.dropout.crop import RANDOM_CROP
from utils.exercises.dropout.dropconnect import (
    DROPCONNECT_BACKWARD,
    DROPCONNECT_FORWARD,
)
from utils.exercises.dropout.ensemble import ENSEMBLE_PREDICT
from utils.exercises.dropout.flip import RANDOM_FLIP
from utils.exercises.dropout.forward import DROPOUT_FORWARD
from utils.exercises.dropout.jitter import COLOR_JITTER
from utils.exercises.dropout.mixup import MIXUP
from utils.exercises.dropout.questions import QUESTIONS
from utils.exercises.dropout.rotation import ROTATE
from utils.exercises.dropout.smote import SMOTE
from utils.exercises.dropout.ten_crops import TEN_CROP

EXERCISES = (
    DROPOUT_FORWARD,
    DROPOUT_BACKWARD,
    DROPCONNECT_FORWARD,
    DROPCONNECT_BACKWARD,
    RANDOM_FLIP,
    RANDOM_CROP,
    COLOR_JITTER,
    ROTATE,
    MIXUP,
    SMOTE,
    TEN_CROP,
    ENSEMBLE_PREDICT,
    *QUESTIONS,
)
