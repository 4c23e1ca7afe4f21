"""Lesson 09, architectures: what is written, how it is checked, what goes wrong.

The right answers are tables (see `shared`), held against published counts.
"""

from utils.exercises.architectures.bottleneck import BOTTLENECK_EXERCISE
from utils.exercises.architectures.cifar import CIFAR_BLOCK
from utils.exercises.architectures.cifar_net import CIFAR_RESNET
from utils.exercises.architectures.classic import ALEXNET_EXERCISE, LENET5
from utils.exercises.architectures.columns import NIN_EXERCISE, VGG
from utils.exercises.architectures.depth import STOCHASTIC_DEPTH, SURVIVAL_RATES
from utils.exercises.architectures.googlenet import GOOGLENET_EXERCISE
from utils.exercises.architectures.inception import INCEPTION_EXERCISE
from utils.exercises.architectures.inception_v3 import INCEPTION_V3
from utils.exercises.architectures.part_two import PART_TWO
from utils.exercises.architectures.pre_activation import PRE_ACT_BLOCK
from utils.exercises.architectures.questions import QUESTIONS, WRITTEN
from utils.exercises.architectures.questions_two import QUESTIONS_TWO
from utils.exercises.architectures.residual import BASIC_BLOCK
from utils.exercises.architectures.resnet import RESNET_EXERCISE

EXERCISES = (
    LENET5,
    ALEXNET_EXERCISE,
    VGG,
    NIN_EXERCISE,
    INCEPTION_EXERCISE,
    INCEPTION_V3,
    GOOGLENET_EXERCISE,
    CIFAR_BLOCK,
    CIFAR_RESNET,
    BASIC_BLOCK,
    BOTTLENECK_EXERCISE,
    RESNET_EXERCISE,
    PRE_ACT_BLOCK,
    STOCHASTIC_DEPTH,
    SURVIVAL_RATES,
    *PART_TWO,
    *QUESTIONS,
    *QUESTIONS_TWO,
    WRITTEN,
)
