"""Lesson 05, convolution: what is written, how it is checked, what goes wrong.

Oracles are SciPy's convolutions and PyTorch's layers with autograd.
"""

from utils.exercises.convolution.average_pool import (
    AVERAGE_POOL_BACKWARD,
    AVERAGE_POOL_FORWARD,
)
from utils.exercises.convolution.col2im import COL2IM
from utils.exercises.convolution.counting import (
    COUNT_MULTIPLY_ADDS,
    COUNT_PARAMETERS,
    RECEPTIVE_FIELD,
)
from utils.exercises.convolution.dense import DENSE_TO_CONV
from utils.exercises.convolution.fast import CONV_BACKWARD, CONV_FORWARD
from utils.exercises.convolution.gradient import CONV_BACKWARD_LOOPS
from utils.exercises.convolution.im2col import IM2COL
from utils.exercises.convolution.layer import CONV_FORWARD_LOOPS
from utils.exercises.convolution.max_pool import MAX_POOL_FORWARD
from utils.exercises.convolution.max_pool_gradient import MAX_POOL_BACKWARD
from utils.exercises.convolution.padding import OUTPUT_SIZE, PAD
from utils.exercises.convolution.questions import QUESTIONS
from utils.exercises.convolution.signals import CONVOLVE_1D, CONVOLVE_2D, TOEPLITZ

EXERCISES = (
    CONVOLVE_1D,
    CONVOLVE_2D,
    PAD,
    OUTPUT_SIZE,
    CONV_FORWARD_LOOPS,
    COUNT_PARAMETERS,
    COUNT_MULTIPLY_ADDS,
    CONV_BACKWARD_LOOPS,
    IM2COL,
    COL2IM,
    CONV_FORWARD,
    CONV_BACKWARD,
    MAX_POOL_FORWARD,
    MAX_POOL_BACKWARD,
    AVERAGE_POOL_FORWARD,
    AVERAGE_POOL_BACKWARD,
    TOEPLITZ,
    DENSE_TO_CONV,
    RECEPTIVE_FIELD,
    *QUESTIONS,
)
