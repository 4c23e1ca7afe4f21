"""Lesson 02, linear classifiers: what is written, how it is checked, what goes wrong.

Oracles are PyTorch's losses with autograd, SciPy's derivatives and scikit-learn.
"""

from utils.exercises.linear.batches import MINIBATCHES
from utils.exercises.linear.choice import CHOOSE_HYPERPARAMETERS
from utils.exercises.linear.cross_entropy import SOFTMAX_LOSS
from utils.exercises.linear.descent import SGD_TRAIN
from utils.exercises.linear.gradients import NUMERICAL_GRADIENT
from utils.exercises.linear.hinge import SVM_LOSS, SVM_LOSS_LOOPS
from utils.exercises.linear.penalties import REGULARIZATION
from utils.exercises.linear.prediction import PREDICT
from utils.exercises.linear.probabilities import SOFTMAX
from utils.exercises.linear.questions import QUESTIONS

EXERCISES = (
    PREDICT,
    REGULARIZATION,
    NUMERICAL_GRADIENT,
    SVM_LOSS_LOOPS,
    SVM_LOSS,
    SOFTMAX,
    SOFTMAX_LOSS,
    MINIBATCHES,
    SGD_TRAIN,
    CHOOSE_HYPERPARAMETERS,
    *QUESTIONS,
)
