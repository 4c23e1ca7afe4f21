"""Lesson 06, batch normalisation: what is written, how it is checked, what goes wrong.

Oracles are PyTorch's own normalisations, their gradients, and its fusion of a layer
with the batch normalisation behind it.
"""

from utils.exercises.batchnorm.backward import BATCHNORM_BACKWARD
from utils.exercises.batchnorm.fold import FOLD_BATCHNORM
from utils.exercises.batchnorm.forward import BATCHNORM_FORWARD
from utils.exercises.batchnorm.group_backward import GROUPNORM_BACKWARD
from utils.exercises.batchnorm.group_forward import GROUPNORM_FORWARD
from utils.exercises.batchnorm.layer_backward import LAYERNORM_BACKWARD
from utils.exercises.batchnorm.layer_forward import LAYERNORM_FORWARD
from utils.exercises.batchnorm.questions import QUESTIONS
from utils.exercises.batchnorm.simplified import BATCHNORM_BACKWARD_SIMPLIFIED
from utils.exercises.batchnorm.spatial_backward import SPATIAL_BACKWARD
from utils.exercises.batchnorm.spatial_forward import SPATIAL_FORWARD

EXERCISES = (
    BATCHNORM_FORWARD,
    BATCHNORM_BACKWARD,
    BATCHNORM_BACKWARD_SIMPLIFIED,
    SPATIAL_FORWARD,
    SPATIAL_BACKWARD,
    LAYERNORM_FORWARD,
    LAYERNORM_BACKWARD,
    GROUPNORM_FORWARD,
    GROUPNORM_BACKWARD,
    FOLD_BATCHNORM,
    *QUESTIONS,
)
