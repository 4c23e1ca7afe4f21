"""The residual block of the feed-forward network, and what goes wrong with it."""

import numpy as np
from torch import nn

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.modules import (
    WITHOUT_PARAMETERS,
    Row,
    conv,
    each_alone,
    layers,
    module_cases,
)
from utils.subject import Tensor


def block_cases(rng: np.random.Generator) -> list[Case]:
    shapes = layers("1", 5, 5, 3) | layers("2", 5, 5, 3)
    x = Tensor(rng.normal(size=(2, 5, 6, 4)).astype(np.float32))

    def closed(subject):
        block = subject(5)
        state = block.state_dict()
        state |= {k: Tensor(0 * t.array) for k, t in state.items() if "norm2" in k}
        block.load_state_dict(state)
        return block(x)

    found = module_cases(rng, lambda subject: subject(5), shapes, (3, 5, 6, 7))
    alike = close(1e-3, 1e-4, by_value=False)
    return [*found, Case("zero in norm2 makes it the identity", closed, alike)]


def block_of(
    channels, norm=each_alone, middle=nn.ReLU, end=nn.Identity, skip=True,
    mode="reflect", after=nn.Identity,
):  # fmt: skip
    """A block with changes: `end` stands before the sum, `after` behind it."""
    first, second = (conv(channels, channels, 3, mode=mode) for _ in range(2))
    parts = [("conv1", first), ("norm1", norm(channels)), ("", middle())]
    parts += [("conv2", second), ("norm2", norm(channels)), ("", end())]
    block = Row(parts, skip)
    block.register_forward_hook(lambda module, x, out: after()(out))
    return block


def block_oracle(channels):
    return block_of(channels)


def bent_block(**changes):
    return lambda channels: block_of(channels, **changes)


STYLE_BLOCK = Exercise(
    id="12.StyleBlock",
    points=3,
    minutes=15,
    oracle=block_oracle,
    names=("StyleBlock",),
    cases=block_cases,
    worked="Six layers: conv1, norm1, ReLU, conv2, norm2, and the sum with what came in. The "
    "convolutions are 3 x 3 with padding 1, so that height and width stay. If the weight and "
    "the bias of norm2 are 0, the second half gives 0 and the block returns its input.",
    misconceptions=(
        Misconception(
            "the skip is forgotten",
            bent_block(skip=False),
            "What came in is not added at the end. What should the block return if its "
            "convolutions give nothing but zeros?",
        ),
        Misconception(
            "ReLU after the sum",
            bent_block(after=nn.ReLU),
            "A ReLU stands after the sum, as in ResNet, and cuts off what is negative. "
            "In this block nothing follows the sum: which line is too many?",
        ),
        Misconception(
            "ReLU before the sum",
            bent_block(end=nn.ReLU),
            "A ReLU stands between norm2 and the sum, so that the block can only add. "
            "How many ReLUs has the block?",
        ),
        Misconception(
            "no ReLU",
            bent_block(middle=nn.Identity),
            "Two convolutions in a row are one convolution. What stands between them?",
        ),
        Misconception(
            "batch statistics",
            bent_block(norm=nn.BatchNorm2d),
            "You normalise over the batch, and your state dict has running statistics. "
            "Whose mean and variance should a picture be normalised with?",
        ),
        Misconception(
            "normalisation without scale and shift",
            bent_block(norm=nn.InstanceNorm2d),
            WITHOUT_PARAMETERS,
        ),
        Misconception(
            "zeros around the picture",
            bent_block(mode="zeros"),
            "Only the border is wrong: your convolutions pad with zeros, which draws a "
            "frame. Which `padding_mode` mirrors the picture?",
        ),
    ),
)
