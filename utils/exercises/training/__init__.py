"""Lesson 04, training: what is written, how it is checked, what goes wrong.

Oracles are PyTorch's activations, initialisers, optimisers and schedules, and
scikit-learn's and SciPy's statistics.
"""

from utils.exercises.training.adam import ADAM
from utils.exercises.training.adaptive import ADAGRAD, RMSPROP
from utils.exercises.training.clipping import CLIP_BY_NORM
from utils.exercises.training.crelu import CRELU_BACKWARD, CRELU_FORWARD
from utils.exercises.training.maxout import MAXOUT_BACKWARD, MAXOUT_FORWARD
from utils.exercises.training.momentum import MOMENTUM, NESTEROV
from utils.exercises.training.pca import PCA
from utils.exercises.training.polynomial import FIT_POLYNOMIAL
from utils.exercises.training.prelu import PRELU_BACKWARD, PRELU_FORWARD
from utils.exercises.training.questions import QUESTIONS
from utils.exercises.training.rates import LEARNING_RATE_AT
from utils.exercises.training.rectified import RECTIFIED
from utils.exercises.training.rrelu import RRELU
from utils.exercises.training.smooth import SMOOTH
from utils.exercises.training.standardize import STANDARDIZE
from utils.exercises.training.statistics import ACTIVATION_STATISTICS
from utils.exercises.training.weights import INIT_WEIGHTS
from utils.exercises.training.whiten import WHITEN

EXERCISES = (
    SMOOTH,
    RECTIFIED,
    PRELU_FORWARD,
    PRELU_BACKWARD,
    RRELU,
    CRELU_FORWARD,
    CRELU_BACKWARD,
    MAXOUT_FORWARD,
    MAXOUT_BACKWARD,
    STANDARDIZE,
    PCA,
    WHITEN,
    ACTIVATION_STATISTICS,
    INIT_WEIGHTS,
    MOMENTUM,
    NESTEROV,
    ADAGRAD,
    RMSPROP,
    ADAM,
    LEARNING_RATE_AT,
    CLIP_BY_NORM,
    FIT_POLYNOMIAL,
    *QUESTIONS,
)
