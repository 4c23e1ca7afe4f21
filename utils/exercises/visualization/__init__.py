"""Lesson 10, what a network sees: what is written, how it is checked, what goes wrong.

The oracles are PyTorch's vector-Jacobian products and brute force.
"""

from utils.exercises.visualization.activation_maps import CLASS_ACTIVATION_MAP
from utils.exercises.visualization.ascent import CLASS_IMAGE_STEP
from utils.exercises.visualization.dreaming import DEEPDREAM_STEP
from utils.exercises.visualization.fgsm import FGSM
from utils.exercises.visualization.fooling import FOOLING_IMAGE
from utils.exercises.visualization.grad_cams import GRAD_CAM
from utils.exercises.visualization.guided import GUIDED_RELU
from utils.exercises.visualization.inversion import INVERT_FEATURES
from utils.exercises.visualization.occlusion import OCCLUSION_MAP
from utils.exercises.visualization.questions import QUESTIONS
from utils.exercises.visualization.saliency import SALIENCY_MAP
from utils.exercises.visualization.watching import FEATURE_MAPS, STRONGEST_PLACES

EXERCISES = (
    FEATURE_MAPS,
    STRONGEST_PLACES,
    OCCLUSION_MAP,
    SALIENCY_MAP,
    GUIDED_RELU,
    CLASS_ACTIVATION_MAP,
    GRAD_CAM,
    CLASS_IMAGE_STEP,
    FOOLING_IMAGE,
    FGSM,
    DEEPDREAM_STEP,
    INVERT_FEATURES,
    *QUESTIONS,
)
