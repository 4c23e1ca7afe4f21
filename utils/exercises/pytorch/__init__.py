"""Lesson 08, PyTorch: what is written, how it is checked, what goes wrong.

The oracles are PyTorch's own functions, layers and optimisers.
"""

from utils.exercises.pytorch.by_hand import TWO_LAYER_BY_HAND
from utils.exercises.pytorch.checkpoints import SAVE_BEST
from utils.exercises.pytorch.datasets import PICTURE_DATASET
from utils.exercises.pytorch.epochs import TRAIN_ONE_EPOCH
from utils.exercises.pytorch.evaluating import EVALUATE
from utils.exercises.pytorch.functions import MY_RELU
from utils.exercises.pytorch.linear_function import LINEAR_FUNCTION
from utils.exercises.pytorch.modules import TWO_LAYER_NET, TWO_LAYER_SEQUENTIAL
from utils.exercises.pytorch.questions import QUESTIONS
from utils.exercises.pytorch.training import TRAIN_CLASSIFIER
from utils.exercises.pytorch.with_autograd import TWO_LAYER_AUTOGRAD

EXERCISES = (
    TWO_LAYER_BY_HAND,
    TWO_LAYER_AUTOGRAD,
    MY_RELU,
    LINEAR_FUNCTION,
    TWO_LAYER_NET,
    TWO_LAYER_SEQUENTIAL,
    PICTURE_DATASET,
    TRAIN_ONE_EPOCH,
    EVALUATE,
    SAVE_BEST,
    TRAIN_CLASSIFIER,
    *QUESTIONS,
)
