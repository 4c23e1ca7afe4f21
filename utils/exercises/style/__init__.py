"""Lesson 12, style transfer: what is written, how it is checked, what goes wrong.

The oracles are PyTorch's distances, convolutions, layers and optimisers in float64.
"""

from utils.exercises.style.block import STYLE_BLOCK
from utils.exercises.style.content import CONTENT_LOSS
from utils.exercises.style.gram import GRAM_MATRIX
from utils.exercises.style.mixing import MIX_STYLES
from utils.exercises.style.network import STYLE_NET
from utils.exercises.style.questions import QUESTIONS
from utils.exercises.style.smoothness import TV_LOSS
from utils.exercises.style.step import STYLIZE_STEP
from utils.exercises.style.style import STYLE_LOSS
from utils.exercises.style.texture import SYNTHESIZE_TEXTURE
from utils.exercises.style.transfer import STYLIZE

EXERCISES = (
    CONTENT_LOSS,
    GRAM_MATRIX,
    STYLE_LOSS,
    TV_LOSS,
    STYLIZE_STEP,
    STYLIZE,
    SYNTHESIZE_TEXTURE,
    MIX_STYLES,
    STYLE_BLOCK,
    STYLE_NET,
    *QUESTIONS,
)
