"""Lesson 03, backpropagation: what is written, how it is checked, what goes wrong.

Oracles are PyTorch's layers and its autograd, and SciPy's finite differences.
"""

from utils.exercises.backpropagation.affine import AFFINE_BACKWARD, AFFINE_FORWARD
from utils.exercises.backpropagation.circuits import CIRCUIT_BACKWARD, SIGMOID_NEURON
from utils.exercises.backpropagation.cross_entropy import SOFTMAX_CROSS_ENTROPY
from utils.exercises.backpropagation.gradient_check import GRADIENT_CHECK
from utils.exercises.backpropagation.questions import QUESTIONS
from utils.exercises.backpropagation.relu import RELU_BACKWARD, RELU_FORWARD
from utils.exercises.backpropagation.two_layer import TWO_LAYER_LOSS
from utils.exercises.backpropagation.value import VALUE

EXERCISES = (
    CIRCUIT_BACKWARD,
    SIGMOID_NEURON,
    VALUE,
    AFFINE_FORWARD,
    AFFINE_BACKWARD,
    RELU_FORWARD,
    RELU_BACKWARD,
    SOFTMAX_CROSS_ENTROPY,
    GRADIENT_CHECK,
    TWO_LAYER_LOSS,
    *QUESTIONS,
)
