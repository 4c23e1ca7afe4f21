"""Lesson 11, transfer learning: what is written, how it is checked, what goes wrong.

The oracles are PyTorch's modules and scikit-learn's confusion matrix.
"""

from utils.exercises.transfer.confusion import CONFUSION_MATRIX
from utils.exercises.transfer.features import EXTRACT_FEATURES
from utils.exercises.transfer.fine_tuning import FINE_TUNE
from utils.exercises.transfer.freezing import FREEZE, TRAINABLE_PARAMETERS
from utils.exercises.transfer.grouping import PARAMETER_GROUPS
from utils.exercises.transfer.heads import REPLACE_HEAD
from utils.exercises.transfer.norms import TRAIN_MODE
from utils.exercises.transfer.questions import QUESTIONS
from utils.exercises.transfer.saving import LOAD_MODEL, SAVE_MODEL

EXERCISES = (
    REPLACE_HEAD,
    FREEZE,
    TRAINABLE_PARAMETERS,
    EXTRACT_FEATURES,
    TRAIN_MODE,
    PARAMETER_GROUPS,
    CONFUSION_MATRIX,
    SAVE_MODEL,
    LOAD_MODEL,
    FINE_TUNE,
    *QUESTIONS,
)
