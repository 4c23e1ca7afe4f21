"""The feed-forward network and its block, and what goes wrong with them."""

from collections.abc import Mapping

import numpy as np
from torch import nn

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.subject import Named, Subject, Tensor

NEAR = close(1e-3, 1e-4)
"""For float32 through several normalisations."""
BUMP = Named("utils.stand_ins.style.Bump")
Shapes = Mapping[str, tuple[int, ...]]


class Row(nn.Module):
    """Named layers one after the other; functions among them have no name."""

    def __init__(self, layers, skip=False):
        super().__init__()
        self.order, self.skip = [layer for _, layer in layers], skip
        for name, layer in layers:
            if name:
                self.add_module(name, layer)

    def forward(self, x):
        out = x
        for layer in self.order:
            out = layer(out)
        return x + out if self.skip else out


def conv(inputs, outputs, size, stride=1, mode="reflect"):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, padding_mode=mode)


def each_alone(channels):
    """Instance normalisation, as groups of one channel each."""
    return nn.GroupNorm(channels, channels)


# --- cases ----------------------------------------------------------------------


def module_cases(rng, make, shapes: Shapes, inputs: tuple[int, ...]) -> list[Case]:
    """Names, values, gradients, and that pictures of a batch do not meet."""

    def drawn(*shape):
        return Tensor(rng.normal(size=shape).astype(np.float32))

    weights = {key: Tensor(0.5 * drawn(*s).array) for key, s in shapes.items()}
    x, upstream = drawn(*inputs), drawn(*inputs)

    def filled(subject: Subject):
        net = make(subject)
        net.load_state_dict(weights)
        return net

    def registered(subject):
        state = make(subject).state_dict()
        return {key: list(tensor.array.shape) for key, tensor in state.items()}

    def gradients(subject):
        found = subject.gradient(filled(subject), x, upstream=upstream)
        return {"dx": found["inputs"][0], **found["parameters"]}

    def alone(subject):
        net = filled(subject)
        one, all_of_them = net(Tensor(x.array[:1])).array, net(x).array
        return bool(np.allclose(one, all_of_them[:1], atol=1e-3))

    return [
        Case("names and shapes of the parameters", registered),
        Case("output for given weights", lambda s: filled(s)(x), NEAR),
        Case("a picture does not depend on the others", alone, expected=True),
        Case("gradients", gradients, NEAR),
    ]


def layers(name: str, inputs: int, outputs: int, size: int) -> dict[str, tuple]:
    """The shapes of a convolution `convN` and its normalisation `normN`."""
    shapes = {f"conv{name}.weight": (outputs, inputs, size, size)}
    shapes |= {f"conv{name}.bias": (outputs,)}
    return shapes | {f"norm{name}.{part}": (outputs,) for part in ("weight", "bias")}


# --- StyleBlock -----------------------------------------------------------------


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
            "Your normalisation has no parameters: `nn.InstanceNorm2d` learns a scale "
            "and a shift only when it is told to. By which argument?",
        ),
        Misconception(
            "zeros around the picture",
            bent_block(mode="zeros"),
            "Only the border is wrong: your convolutions pad with zeros, which draws a "
            "frame. Which `padding_mode` mirrors the picture?",
        ),
    ),
)

# --- StyleNet -------------------------------------------------------------------


def net_shapes(width: int, n_blocks: int) -> Shapes:
    w = width
    shapes = (
        layers("1", 3, w, 9) | layers("2", w, 2 * w, 3) | layers("3", 2 * w, 4 * w, 3)
    )
    for i in range(n_blocks):
        shapes[f"blocks.{i}.mix.weight"] = (4 * w, 4 * w, 1, 1)
        shapes[f"blocks.{i}.mix.bias"] = (4 * w,)
    shapes |= layers("4", 4 * w, 2 * w, 3) | layers("5", 2 * w, w, 3)
    last = layers("6", w, 3, 9)
    return shapes | {key: last[key] for key in ("conv6.weight", "conv6.bias")}


def net_cases(rng: np.random.Generator) -> list[Case]:
    def made(subject):
        return subject(2, 2, BUMP)

    photograph = Tensor(rng.uniform(size=(1, 3, 24, 16)).astype(np.float32))

    def size_of(subject):
        return list(subject(3, 1, BUMP)(photograph).array.shape)

    return [
        *module_cases(rng, made, net_shapes(2, 2), (2, 3, 12, 20)),
        Case("the size of the photograph is kept", size_of),
    ]


def upward(inputs, outputs, mode, up="nearest"):
    return [nn.Upsample(scale_factor=2, mode=up), conv(inputs, outputs, 3, mode=mode)]


def net_of(
    width, n_blocks, block, norm=each_alone, relu=nn.ReLU, last=nn.Sigmoid,
    mode="reflect", upward=upward, stride=2, up="nearest",
):  # fmt: skip
    """The network with changes, from a list of names and layers."""
    parts = []

    def add(number, layer, channels):
        before, layer = layer[:-1], layer[-1]
        parts.extend(("", part) for part in before)
        parts.append((f"conv{number}", layer))
        parts.extend([(f"norm{number}", norm(channels)), ("", relu())])

    add(1, [conv(3, width, 9, mode=mode)], width)
    add(2, [conv(width, 2 * width, 3, stride, mode)], 2 * width)
    add(3, [conv(2 * width, 4 * width, 3, stride, mode)], 4 * width)
    parts.append(
        ("blocks", nn.Sequential(*[block(4 * width) for _ in range(n_blocks)]))
    )
    add(4, upward(4 * width, 2 * width, mode, up), 2 * width)
    add(5, upward(2 * width, width, mode, up), width)
    return Row([*parts, ("conv6", conv(width, 3, 9, mode=mode)), ("", last())])


def net_oracle(width, n_blocks, block):
    return net_of(width, n_blocks, block)


def bent_net(**changes):
    return lambda width, n_blocks, block: net_of(width, n_blocks, block, **changes)


def transposed(inputs, outputs, mode, up):
    return [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1)]


def too_small(inputs, outputs, mode, up):
    return [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1)]


def not_upward(inputs, outputs, mode, up):
    return [conv(inputs, outputs, 3, mode=mode)]


def one_block(width, n_blocks, block):
    return net_of(width, 1, block)


def shared_block(width, n_blocks, block):
    same = block(4 * width)
    return net_of(width, n_blocks, lambda channels: same)


def wide_as_first(width, n_blocks, block):
    """The channels do not double on the way down."""
    return Row([("conv1", conv(3, width, 9)), ("conv2", conv(width, width, 3, 2))])


STYLE_NET = Exercise(
    id="12.StyleNet",
    points=4,
    minutes=30,
    oracle=net_oracle,
    names=("StyleNet",),
    cases=net_cases,
    worked="With width 2 the channels are 3, 2, 4, 8 on the way down, 8 in the blocks and 4, 2, 3 on "
    "the way up; a photograph of 12 x 20 becomes 6 x 10 and 3 x 5, and then 6 x 10 and 12 x 20 "
    "again. All layers but the last have a normalisation and a ReLU behind them; behind the "
    "last stands the sigmoid, so that every pixel lies between 0 and 1.",
    misconceptions=(
        Misconception(
            "no range",
            bent_net(last=nn.Identity),
            "Your pixels are any numbers: nothing stands behind the last convolution. "
            "Which function brings them between 0 and 1?",
        ),
        Misconception(
            "tanh at the end",
            bent_net(last=nn.Tanh),
            "Your pixels lie between -1 and 1. Which function goes from 0 to 1?",
        ),
        Misconception(
            "ReLU at the end",
            bent_net(last=nn.ReLU),
            "Your pixels have no upper limit: a ReLU stands behind the last "
            "convolution. Which function goes from 0 to 1?",
        ),
        Misconception(
            "statistics of the batch",
            bent_net(norm=nn.BatchNorm2d),
            "You normalise over the batch: the style of a picture then depends on its "
            "neighbours, and the state dict has running statistics. Which layer "
            "normalises each picture by itself?",
        ),
        Misconception(
            "normalisation that learns nothing",
            bent_net(norm=nn.InstanceNorm2d),
            "Your normalisation has no parameters: `nn.InstanceNorm2d` learns a scale "
            "and a shift only when it is told to. By which argument?",
        ),
        Misconception(
            "no activation",
            bent_net(relu=nn.Identity),
            "Your convolutions follow one another without an activation. What stands "
            "behind each normalisation?",
        ),
        Misconception(
            "a frame of zeros",
            bent_net(mode="zeros"),
            "Your convolutions pad with zeros, which draws a frame around the picture. "
            "Which `padding_mode` mirrors it?",
        ),
        Misconception(
            "transposed convolutions",
            bent_net(upward=transposed),
            "The weights of conv4 and conv5 have inputs and outputs exchanged: they are "
            "transposed convolutions, which print a checkerboard where their windows "
            "overlap unevenly. What makes the map larger before an ordinary one?",
        ),
        Misconception(
            "upsampled sizes wrong",
            bent_net(upward=too_small),
            "With transposed convolutions of stride 2, 3 pixels become 5 and not 6, and "
            "the picture comes out smaller than it went in. What doubles a map exactly?",
        ),
        Misconception(
            "not upsampled",
            bent_net(upward=not_upward),
            "Your picture comes out at a quarter of its height and width. What stands "
            "before conv4 and conv5?",
        ),
        Misconception(
            "smooth upsampling",
            bent_net(up="bilinear"),
            "You enlarge the maps with smooth interpolation. Which `mode` repeats each "
            "pixel?",
        ),
        Misconception(
            "no stride",
            bent_net(stride=1),
            "conv2 and conv3 keep the size, so that the picture comes out four times as "
            "large, or all the work is done at full size. Which stride halves it?",
        ),
        Misconception(
            "one block",
            one_block,
            "Your network has one block whatever `n_blocks` says. How is a `Sequential` "
            "of several made?",
        ),
        Misconception(
            "one block used several times",
            shared_block,
            "All your blocks are the same object, with the same weights. Where is the "
            "class called: once, or once for each block?",
        ),
        Misconception(
            "the channels do not double",
            wide_as_first,
            "Your conv2 has as many channels as conv1. How many has it in the table?",
        ),
    ),
)
