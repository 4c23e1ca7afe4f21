"""The second half of lesson 09, in the order of the lesson."""

from utils.exercises.architectures.deformable import BILINEAR_SAMPLE, DEFORMABLE_CONV
from utils.exercises.architectures.densenet import DENSE_LAYER, DENSENET
from utils.exercises.architectures.dilated import DILATED_CONV
from utils.exercises.architectures.fields import RECEPTIVE_FIELD
from utils.exercises.architectures.fractal import FRACTAL_BLOCK, JOIN_PATHS
from utils.exercises.architectures.groups import CHANNEL_SHUFFLE, UNGROUP
from utils.exercises.architectures.mobilenet import INVERTED_RESIDUAL, MOBILENETV2
from utils.exercises.architectures.policy import POLICY_NET
from utils.exercises.architectures.snake import SNAKE_OFFSETS
from utils.exercises.architectures.squeezenet import FIRE_EXERCISE, SQUEEZENET_EXERCISE
from utils.exercises.architectures.summaries import SUMMARY
from utils.exercises.architectures.transposed import TRANSPOSED_CONV
from utils.exercises.architectures.xception import SEPARABLE_CONV, XCEPTION_BLOCK

PART_TWO = (
    FRACTAL_BLOCK,
    JOIN_PATHS,
    DENSE_LAYER,
    DENSENET,
    FIRE_EXERCISE,
    SQUEEZENET_EXERCISE,
    UNGROUP,
    CHANNEL_SHUFFLE,
    SEPARABLE_CONV,
    XCEPTION_BLOCK,
    INVERTED_RESIDUAL,
    MOBILENETV2,
    POLICY_NET,
    TRANSPOSED_CONV,
    DILATED_CONV,
    BILINEAR_SAMPLE,
    DEFORMABLE_CONV,
    SNAKE_OFFSETS,
    RECEPTIVE_FIELD,
    SUMMARY,
)
