# %% [markdown]
r"""
# 09 Architectures

**The question.** In 2011 the best program in the ImageNet challenge, a thousand kinds
of things on 1.2 million photographs, was wrong on every fourth picture although it
might name five kinds. Four years later it was wrong on one in twenty-eight. All that
time the parts were the ones that you know: convolution, pooling, ReLU, batch norm,
dropout. What changed was **how they are put together**: the **architecture**. Which
ideas made the difference, and how would you build them?

In this lesson you write the networks of two decades as PyTorch modules, block first and
network second. Each is checked against the published one, down to the last parameter,
and takes its published weights by name.

You will write thirty-five short pieces. It is the longest lesson of the course: about
twelve hours. Take it in parts, with a night between them; each ends with something that
works.

| part | from, to | minutes |
| --- | --- | --- |
| the classics | LeNet-5 to Network in Network | 65 |
| branches | GoogLeNet, Inception v3 | 65 |
| skips | residual networks, pre-activation, stochastic depth | 140 |
| other ways to be deep and small | FractalNet, DenseNet, SqueezeNet | 115 |
| channels taken apart | groups, Xception, MobileNetV2, and AlphaGo's network | 125 |
| other convolutions | transposed, dilated, deformable, snake | 100 |
| a network as a table | receptive field, summary, questions | 80 |
"""

# %%
from collections import OrderedDict
from functools import partial
from itertools import pairwise
from math import prod

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint, plots
from utils.plots.architectures import (
    show_blocks,
    show_challenge,
    show_growth,
    show_learning,
    show_maps,
    show_published,
    show_shares,
    show_survival,
)
from utils.plots.convolutions import (
    show_channels,
    show_fields,
    show_fractal,
    show_groups,
    show_holes,
    show_reading,
    show_snake,
    show_stamps,
)
from utils.stand_ins.architectures import ConvUnit, PlainUnit

# %%
show_challenge()

# %% [markdown]
r"""
A **top-5 error** means that the right kind is not among the five that the net finds
most likely.

## Names, and how you are checked

A module's parameters have names, from the attributes that you choose:
`self.conv1 = nn.Conv2d(...)` gives `conv1.weight` and `conv1.bias`. Inside a
`Sequential` layers are numbered: `features.0.weight`. Weights are published as
dictionaries by name, so a network that calls its layers otherwise cannot load them.
Therefore each exercise says what the parts are called; where weights are published, the
names are those of **torchvision**, PyTorch's own collection of networks. Layers without
parameters may be called anything, or be functions such as `torch.relu`; but inside a
numbered `Sequential` they count.

The checks fill your module with numbers drawn from a seed, compare names, shapes,
output and gradients with those of the published network, and count the parameters at
full size without using memory for them. A network that is made of blocks **gets the
class of its block as an argument**. It is checked with a simple block in its place, so
that a mistake in the block does not cost you the network; only the cases that say "your
block" use your own.

## LeNet-5: the pattern

In 1998 Y. LeCun and others read the amounts on bank cheques with a network that has the
pattern of nearly all that follow: convolution and pooling in turn, maps that become
smaller and more, then linear layers.
"""

# %%
show_maps(
    {"LeNet-5": ((1, 32), (6, 28), (6, 14), (16, 10), (16, 5))},
    "LeNet-5: the maps become smaller (height) and more (width)",
)

# %% [markdown]
r"""
With the linear layers:

| layer | output | parameters |
| --- | --- | --- |
| image | 1 x 32 x 32 | |
| `conv1` 5x5, tanh | 6 x 28 x 28 | (25 + 1) 6 = 156 |
| mean of 2x2 | 6 x 14 x 14 | |
| `conv2` 5x5, tanh | 16 x 10 x 10 | (6 · 25 + 1) 16 = 2,416 |
| mean of 2x2 | 16 x 5 x 5 | |
| `fc1`, tanh | 120 | (16 · 5 · 5 + 1) 120 = 48,120 |
| `fc2`, tanh | 84 | (120 + 1) 84 = 10,164 |
| `fc3` | 10 scores | (84 + 1) 10 = 850 |

61,706 together, and **48 thousand of them in the first linear layer**. The original
counts exactly 60,000: its second convolution left some connections out, and its pooling
had a factor and a bias.

**Exercise `LeNet5`** (2 points, 10 minutes). The table as a module: layers in
`__init__`, their order in `forward`.

<details><summary>A hint</summary>
<code>F.avg_pool2d(x, 2)</code> takes the mean of 2 x 2 windows.
<code>x.flatten(1)</code> makes rows of maps.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "LeNet5"}
class LeNet5(nn.Module):
    """LeNet-5 with tanh and mean pooling; layers conv1, conv2, fc1, fc2, fc3.

    classes: how many scores.  forward: images (N, 1, 32, 32) to scores (N, classes).
    """

    def __init__(self, classes=10):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_LeNet5"}
check("09.LeNet5", LeNet5)

# %% [markdown]
r"""
## AlexNet: the same, larger, on two GPUs

In 2012 A. Krizhevsky, I. Sutskever and G. Hinton won with 16.4 % where the next best
had 26 %. (One net alone has 18.2 %; the 16.4 % are five together, and 15.3 % in the end
with more data.) It is LeNet's pattern with five convolutions and three linear layers,
and with what you have met in lessons 04 and 07: **ReLU** in place of tanh, **dropout**,
**augmentation**, and five to six days on two graphics cards with 3 GB each. Its pools
**overlap**: windows of 3x3 at stride 2.

Follow an image of 227 pixels through it (the paper says 224, which does not fit; the
published weights pad by 2 instead):
"""

# %%
side, sides = 227, [227]
# size, stride, padding: conv, pool, conv, pool, conv, conv, conv, pool
for size, stride, pad in (
    (11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0), (3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0)
):  # fmt: skip
    side = (side - size + 2 * pad) // stride + 1
    sides.append(side)
print(*sides, "and then 4096, 4096, 1000")

# %% [markdown]
r"""
The last map is 6 x 6 with 256 channels, so the first linear layer has
$6 \cdot 6 \cdot 256 \cdot 4096 = 37.7$ million weights. (Notes that say 26 million have
a map of 5 x 5, which comes from 224 pixels without padding.) Nearly all parameters are
in the linear layers:
"""

# %%
alexnet_convs = (64 * 3 * 121 + 64, 192 * 64 * 25 + 192, 384 * 192 * 9 + 384,
                 256 * 384 * 9 + 256, 256 * 256 * 9 + 256)  # fmt: skip
alexnet_linear = (9216 * 4096 + 4096, 4096 * 4096 + 4096, 4096 * 1000 + 1000)
print(f"convolutions {sum(alexnet_convs):,}, linear layers {sum(alexnet_linear):,}, "
      f"together {sum(alexnet_convs) + sum(alexnet_linear):,}")  # fmt: skip

# %% [markdown]
r"""
There are two AlexNets. The one of the paper has 96, 256, 384, 384, 256 filters, in two
towers, one on each card. The one whose weights everybody uses is a later one-tower
version with 64, 192, 384, 256, 256. **ZFNet**, the winner of 2013, is AlexNet with a
finer first layer (7x7 at stride 2 instead of 11x11 at stride 4) and more filters later,
found by looking at what the layers see (lesson 10). So one class with a table serves
for all three: a row is `(filters, size, stride, padding)`.
"""

# %%
ALEXNET = (64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1)
PAPER = (96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1)
ZFNET = (96, 7, 2, 1), (256, 5, 2, 0), (512, 3, 1, 1), (1024, 3, 1, 1), (512, 3, 1, 1)

# %% [markdown]
r"""
**Exercise `AlexNet`** (3 points, 20 minutes). Two `Sequential`s:

* `features`: conv, ReLU, pool, conv, ReLU, pool, conv, ReLU, conv, ReLU, conv, ReLU,
  pool. All pools are maxima over 3x3 at stride 2. (The local response normalisation of
  the paper is left out; nobody missed it. Batch norm, which came later, is another
  thing and became standard.)
* then, without parameters, `nn.AdaptiveAvgPool2d(6)`, which brings maps of any size to
  6 x 6 and leaves those alone that have it, and flattening;
* `classifier`: dropout, linear, ReLU, dropout, linear, ReLU, linear. `hidden` is the
  width between them.

<details><summary>A hint</summary>
Collect the layers in a list, in a loop over <code>convs</code>, and write
<code>nn.Sequential(*layers)</code>. Pools follow the convolutions 0, 1 and 4.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "AlexNet"}
class AlexNet(nn.Module):
    """AlexNet, or ZFNet: five convolutions and three linear layers.

    convs: five rows (filters, size, stride, padding).  hidden: width of the classifier.
    Parts: `features` and `classifier`, two nn.Sequential.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, convs, classes=1000, hidden=4096):
        ### BEGIN SOLUTION
        super().__init__()
        layers, inputs = [], 3
        for i, (filters, size, stride, padding) in enumerate(convs):
            layers += [nn.Conv2d(inputs, filters, size, stride, padding), nn.ReLU()]
            if i in (0, 1, 4):
                layers.append(nn.MaxPool2d(3, 2))
            inputs = filters
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            *(nn.Dropout(), nn.Linear(36 * inputs, hidden), nn.ReLU()),
            *(nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU()),
            nn.Linear(hidden, classes),
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.pool(self.features(x)).flatten(1))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_AlexNet"}
check("09.AlexNet", AlexNet)

# %% [markdown]
r"""
## VGG: small filters, and a rule

AlexNet is a list of special cases. K. Simonyan and A. Zisserman (2014) asked what depth
alone gives, and made everything else equal: **every filter 3x3 with padding 1, every
pool 2x2**. After each pool the maps are half as high and wide, and (up to 512) twice as
many.

Why 3x3? Two of them in a row see 5x5, three see 7x7 (lesson 05), with fewer weights:
for C channels $2 \cdot 9 C^2 = 18 C^2$ against $25 C^2$, and $27 C^2$ against $49 C^2$,
and with a ReLU in between. Here are both, from the image to the last map; VGG's row
follows one rule.
"""

# %%
show_maps(
    {
        "AlexNet": (
            *((3, 227), (96, 55), (96, 27), (256, 27), (256, 13)),
            *((384, 13), (384, 13), (256, 13), (256, 6)),
        ),
        "VGG": (
            *((3, 224), (64, 224), (64, 112), (128, 112), (128, 56), (256, 56)),
            *((256, 28), (512, 28), (512, 14), (512, 14), (512, 7)),
        ),
    },
    "AlexNet shrinks the image at once, VGG by halves; the channels grow as it shrinks",
)

# %% [markdown]
r"""
The paper has five configurations, A to E. As a table, a stage is `(filters, sizes)`:
"""

# %%
A = (64, (3,)), (128, (3,)), (256, (3, 3)), (512, (3, 3)), (512, (3, 3))
B = (64, (3, 3)), (128, (3, 3)), *A[2:]
C = *B[:2], (256, (3, 3, 1)), (512, (3, 3, 1)), (512, (3, 3, 1))
D = *B[:2], (256, (3, 3, 3)), (512, (3, 3, 3)), (512, (3, 3, 3))
E = *B[:2], (256, (3,) * 4), (512, (3,) * 4), (512, (3,) * 4)
for name, stages in {"A": A, "B": B, "C": C, "D": D, "E": E}.items():
    print(name, sum(len(sizes) for _, sizes in stages) + 3, "layers with weights")

# %% [markdown]
r"""
D is known as VGG-16, E as VGG-19. C has some 1x1 filters, of which more below.

**Exercise `VGG`** (3 points, 20 minutes). `features`: each convolution followed by
ReLU, padded so that the size stays, each stage by a 2x2 maximum. Then
`nn.AdaptiveAvgPool2d(7)` and flattening. `classifier`: linear, ReLU, dropout, linear,
ReLU, dropout, linear. (Dropout stands behind the activation here and before the layer
in AlexNet. That is the same, but the numbers differ.)

<details><summary>A hint</summary>
Two loops, one inside the other. A filter of odd size keeps height and width with
padding <code>size // 2</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "VGG"}
class VGG(nn.Module):
    """VGG: stages of convolutions that keep the size, each followed by a pool.

    stages: rows (filters, sizes of the stage's convolutions).
    Parts: `features` and `classifier`, two nn.Sequential.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, stages, classes=1000, hidden=4096):
        ### BEGIN SOLUTION
        super().__init__()
        layers, inputs = [], 3
        for filters, sizes in stages:
            for size in sizes:
                conv = nn.Conv2d(inputs, filters, size, padding=size // 2)
                layers += [conv, nn.ReLU()]
                inputs = filters
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            *(nn.Linear(49 * inputs, hidden), nn.ReLU(), nn.Dropout()),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout()),
            nn.Linear(hidden, classes),
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.pool(self.features(x)).flatten(1))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_VGG"}
check("09.VGG", VGG)

# %% [markdown]
r"""
Where does VGG-16 spend what it costs? The next cell walks through D with a 224-pixel
image. Note that the second convolution of a stage has as many inputs as outputs:
3x3x128x128 and 3x3x256x256 (one table in the notes says 3x3x3x128), and that a pool
keeps the channels: the pools of the last stages give 14x14x512 and 7x7x512.
"""

# %%
names, weights, numbers, inputs, side = [], [], [], 3, 224
for stage, (filters, sizes) in enumerate(D, 1):
    for i, size in enumerate(sizes, 1):
        names.append(f"conv{stage}_{i}")
        weights.append(size * size * inputs * filters)
        inputs = filters
        numbers.append(side * side * filters)
    side //= 2
    numbers[-1] += side * side * filters  # the pool's output too
for i, (n_in, n_out) in enumerate(((49 * 512, 4096), (4096, 4096), (4096, 1000)), 6):
    names.append(f"fc{i}")
    weights.append(n_in * n_out)
    numbers.append(n_out)
vgg_memory = sum(numbers) + 3 * 224 * 224
print(f"first linear layer: {weights[-3]:,} weights")
print(f"forward: {vgg_memory / 1e6:.1f} M numbers, {4 * vgg_memory / 2**20:.0f} MiB")
show_shares(
    names,
    {"weights": weights, "numbers kept for the backward pass": numbers},
    "VGG-16: memory goes to the first layers, weights to the first linear layer",
)

# %% [markdown]
r"""
15.2 million numbers, 58 MiB in float32. (The notes say 24 million and 93 or 96 MB: add
up their own list and you get 15.)

## Network in Network: a small net at every pixel

M. Lin and others (2014) had two ideas that all later networks use.

**1x1 convolutions.** A filter of 1x1 looks at one pixel, and at all channels of it. It
is a linear layer over channels, applied at every pixel alike; two of them with ReLU are
a small net that slides over the map. It mixes channels and nothing else. A tiny
example, two channels of two pixels:
"""

# %%
mixed = torch.tensor([[1.0, 2.0], [10.0, 20.0]]).reshape(1, 2, 1, 2)
conv = nn.Conv2d(2, 1, 1, bias=False)
with torch.no_grad():
    conv.weight[:] = torch.tensor([[[[3.0]], [[1.0]]]])
print("3 · (1, 2) + 1 · (10, 20) =", conv(mixed).flatten().tolist())
plots.show_numbers(
    [grid.int().numpy() for grid in (*mixed[0], conv(mixed)[0, 0])],
    ["channel 0, times 3", "channel 1, times 1", "out"],
    signs="+=",
    title="A 1x1 filter: each pixel out is made of the same pixel in all channels",
)

# %% [markdown]
r"""
**Global average pooling.** If the last map has one channel for each class, its mean
over all places is the score. No linear layer, none of its 100 million weights, and any
image size will do.

**Exercise `NiN`** (2 points, 15 minutes). Three blocks, named `block1`, `block2` and
`block3`. Each is a `Sequential` of conv (size as given, padded so that the size stays),
ReLU, 1x1 conv, ReLU, 1x1 conv, ReLU. After the first and after the second block: a
maximum over 3x3 at stride 2 with padding 1, and dropout. After the third the mean over
all places.

<details><summary>A hint</summary>
Write a function that makes one block from its inputs and its row.
<code>x.mean((2, 3))</code> is the mean over height and width.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "NiN"}
class NiN(nn.Module):
    """Network in Network for small images.

    blocks: three rows (size, filters of the three convolutions); the last number of
    the last row is the number of classes.
    Parts: block1, block2, block3, each an nn.Sequential of six layers.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, blocks):
        ### BEGIN SOLUTION
        super().__init__()
        inputs, made = 3, []
        for size, a, b, c in blocks:
            first = nn.Conv2d(inputs, a, size, padding=size // 2)
            second, third = nn.Conv2d(a, b, 1), nn.Conv2d(b, c, 1)
            layers = first, nn.ReLU(), second, nn.ReLU(), third, nn.ReLU()
            made.append(nn.Sequential(*layers))
            inputs = c
        self.block1, self.block2, self.block3 = made
        self.between = nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.Dropout())
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = self.between(self.block1(x))
        x = self.between(self.block2(x))
        return self.block3(x).mean((2, 3))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_NiN"}
check("09.NiN", NiN)

# %% [markdown]
r"""
The network of the paper for CIFAR-10,
`((5, 192, 160, 96), (5, 192, 192, 192), (3, 192, 192, 10))`, has 966,986 parameters;
LeNet's pattern at this width would need millions in its first linear layer.

## GoogLeNet: all sizes at once

Which filter size is right, 1x1, 3x3 or 5x5? C. Szegedy and others (2014) answered:
**all**, side by side, and let the next layer choose. That is an **Inception** block:
several branches look at the same input, and their outputs are joined along the
channels. Done naively it is expensive. The trick is a 1x1 convolution in front that
makes the input narrow, a **bottleneck**.
"""

# %%
show_blocks(
    {
        "naive": ((["1x1, 128"], ["3x3, 192"], ["5x5, 96"], ["pool 3x3"]), "cat"),
        "with bottlenecks": (
            (["1x1, 128"], ["1x1, 64", "3x3, 192"], ["1x1, 64", "5x5, 96"],
             ["pool 3x3", "1x1, 64"]),
            "cat",
        ),
    },
    "Four branches look at the same input; 1x1 convolutions make it narrow first",
)  # fmt: skip

# %% [markdown]
r"""
How much does it save? Multiply-adds of a convolution are weights times places. On a map
of 28x28 with 256 channels:
"""

# %%
places = 28 * 28
naive_adds = places * 256 * (128 + 192 * 9 + 96 * 25)
squeezed_adds = places * (256 * (64 + 64 + 128 + 64) + 64 * (192 * 9 + 96 * 25))
print(f"naive {naive_adds / 1e6:.0f} M, with bottlenecks {squeezed_adds / 1e6:.0f} M")

# %% [markdown]
r"""
854 million against 271 million. (The notes say 358 for the second: they count the 3x3
branch twice.)

From here on, the unit of which networks are made is convolution, batch norm, ReLU. Such
a convolution **needs no bias**: batch norm subtracts the mean of each channel right
after, and a bias with it. The unit is given to you.
`ConvUnit(inputs, outputs, kernel_size=3, padding=1)` calls its parts `conv` and `bn`;
`PlainUnit`, a convolution with a bias and ReLU, is that of the paper, which is a year
older than batch norm.
"""

# %%
unit = ConvUnit(192, 64, kernel_size=1)
print({name: tuple(p.shape) for name, p in unit.named_parameters()})

# %% [markdown]
r"""
**Exercise `Inception`** (3 points, 20 minutes). Four branches, all of units, joined in
this order:

| name | layers |
| --- | --- |
| `branch1` | a unit, 1x1, to `n1` channels |
| `branch2` | `Sequential`: unit 1x1 to `n3[0]`, unit 3x3 to `n3[1]` |
| `branch3` | `Sequential`: unit 1x1 to `n5[0]`, unit `size` x `size` to `n5[1]` |
| `branch4` | `Sequential`: maximum over 3x3, then unit 1x1 to `pool` |

Nothing changes height and width. The paper has `size=5`; the published weights have 3
there, by a mistake in the first program that trained them, which stayed.

<details><summary>A hint</summary>
<code>torch.cat([a, b], dim=1)</code> joins along the channels. A pool keeps the size
with <code>stride=1, padding=1</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "Inception"}
class Inception(nn.Module):
    """The Inception block: four branches side by side.

    inputs: channels in.  n1, pool: channels of the first and last branch.
    n3, n5: (in the middle, out) of the second and third.  size: of the third's filter.
    unit: the class of the units, ConvUnit or one with the same arguments.
    forward: x (N, inputs, H, W) to (N, n1 + n3[1] + n5[1] + pool, H, W).
    """

    def __init__(self, inputs, n1, n3, n5, pool, size=3, unit=ConvUnit):
        ### BEGIN SOLUTION
        super().__init__()
        self.branch1 = unit(inputs, n1, kernel_size=1)
        self.branch2 = nn.Sequential(
            unit(inputs, n3[0], kernel_size=1),
            unit(n3[0], n3[1], kernel_size=3, padding=1),
        )
        self.branch3 = nn.Sequential(
            unit(inputs, n5[0], kernel_size=1),
            unit(n5[0], n5[1], kernel_size=size, padding=size // 2),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), unit(inputs, pool, kernel_size=1)
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        branches = self.branch1, self.branch2, self.branch3, self.branch4
        return torch.cat([branch(x) for branch in branches], dim=1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_Inception"}
check("09.Inception", Inception)

# %% [markdown]
r"""
### The third version: filters taken apart

A year later the same group made the blocks cheaper. A 5x5 filter becomes two of 3x3, as
in VGG: 18 weights in place of 25. And an $n \times n$ filter becomes a **row and a
column**: $1 \times n$, then $n \times 1$. For $n = 7$ that is 14 weights in place
of 49. Not every 7x7 filter can be had that way; it turned out not to matter on maps of
12 to 20 pixels.
"""

# %%
show_blocks(
    {
        "InceptionA": (
            (["1x1, 64"], ["1x1, 48", "5x5, 64"], ["1x1, 64", "3x3, 96", "3x3, 96"],
             ["mean pool", "1x1, pool"]),
            "cat",
        ),
        "InceptionC": (
            (["1x1, 192"], ["1x1, m", "1x7, m", "7x1, 192"],
             ["1x1, m", "7x1, m", "1x7, m", "7x1, m", "1x7, 192"],
             ["mean pool", "1x1, 192"]),
            "cat",
        ),
    },
    "Inception v3: 5x5 beside two 3x3, and 7x7 in rows and columns (orange: units)",
)  # fmt: skip

# %% [markdown]
r"""
**Exercise `inception_v3`** (3 points, 20 minutes). Both classes, of `ConvUnit`s, with
the names of the published network, in the order of the figure:

* `InceptionA`: `branch1x1`; `branch5x5_1`, `branch5x5_2`; `branch3x3dbl_1`, `_2`, `_3`;
  `branch_pool`;
* `InceptionC`: `branch1x1`; `branch7x7_1`, `_2`, `_3`; `branch7x7dbl_1` to `_5`;
  `branch_pool`.

The pool is the mean over 3x3, and keeps the size.

<details><summary>A hint</summary>
A filter one high and seven wide: <code>kernel_size=(1, 7), padding=(0, 3)</code>. The
mean pool is <code>F.avg_pool2d(x, 3, stride=1, padding=1)</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "inception_v3"}
class InceptionA(nn.Module):
    """5x5 beside two 3x3: x (N, inputs, H, W) to (N, 224 + pool, H, W)."""

    def __init__(self, inputs, pool):
        ### BEGIN SOLUTION
        super().__init__()
        self.branch1x1 = ConvUnit(inputs, 64, kernel_size=1)
        self.branch5x5_1 = ConvUnit(inputs, 48, kernel_size=1)
        self.branch5x5_2 = ConvUnit(48, 64, kernel_size=5, padding=2)
        self.branch3x3dbl_1 = ConvUnit(inputs, 64, kernel_size=1)
        self.branch3x3dbl_2 = ConvUnit(64, 96, kernel_size=3, padding=1)
        self.branch3x3dbl_3 = ConvUnit(96, 96, kernel_size=3, padding=1)
        self.branch_pool = ConvUnit(inputs, pool, kernel_size=1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        a = self.branch1x1(x)
        b = self.branch5x5_2(self.branch5x5_1(x))
        c = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        d = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([a, b, c, d], dim=1)
        ### END SOLUTION


class InceptionC(nn.Module):
    """Rows and columns of 7, `middle` channels in between: x to (N, 768, H, W)."""

    def __init__(self, inputs, middle):
        ### BEGIN SOLUTION
        super().__init__()
        row = partial(ConvUnit, kernel_size=(1, 7), padding=(0, 3))
        column = partial(ConvUnit, kernel_size=(7, 1), padding=(3, 0))
        self.branch1x1 = ConvUnit(inputs, 192, kernel_size=1)
        self.branch7x7_1 = ConvUnit(inputs, middle, kernel_size=1)
        self.branch7x7_2 = row(middle, middle)
        self.branch7x7_3 = column(middle, 192)
        self.branch7x7dbl_1 = ConvUnit(inputs, middle, kernel_size=1)
        self.branch7x7dbl_2 = column(middle, middle)
        self.branch7x7dbl_3 = row(middle, middle)
        self.branch7x7dbl_4 = column(middle, middle)
        self.branch7x7dbl_5 = row(middle, 192)
        self.branch_pool = ConvUnit(inputs, 192, kernel_size=1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        a = self.branch1x1(x)
        b = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        c = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        c = self.branch7x7dbl_5(self.branch7x7dbl_4(c))
        d = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([a, b, c, d], dim=1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_inception_v3"}
check("09.inception_v3", InceptionA, InceptionC)

# %% [markdown]
r"""
### The network

GoogLeNet stacks nine of the first blocks, in three stages. Its table, one row a block:
"""

# %%
GOOGLENET = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)

# %% [markdown]
r"""
| part | what |
| --- | --- |
| `conv1` | unit, 7x7, stride 2, padding 3, 64 channels; then pool |
| `conv2`, `conv3` | units, 1x1 to 64, and 3x3 with padding 1 to 192; then pool |
| `inception3a`, `inception3b` | first stage; then pool |
| `inception4a` to `inception4e` | second stage; then pool |
| `inception5a`, `inception5b` | third stage |
| `fc` | mean over all places, dropout 0.2, linear |

All pools are maxima with stride 2 over 3x3, only the last over 2x2, and all with
`ceil_mode=True`: a window that hangs over the edge counts.

GoogLeNet was also trained with two **auxiliary** classifiers: small heads on 4a and 4d
whose loss was added, so that the gradient reaches the early layers. They are dropped
afterwards, and batch norm and skips have made them unnecessary. We leave them out.

**Exercise `GoogLeNet`** (3 points, 25 minutes). The blocks are made by
`block(inputs, *row, unit=unit, **options)`, so that
`GoogLeNet(Inception, GOOGLENET, size=5, unit=PlainUnit)` is the network of the paper:
6,998,552 parameters. With the defaults it is that of the published weights: 6,624,904,
a ninth of AlexNet's.

<details><summary>A hint</summary>
Keep the names of the blocks in lists, by stage, and use
<code>self.add_module(name, block)</code>; <code>getattr(self, name)</code> finds it
again. A block gives <code>n1 + n3[1] + n5[1] + pool</code> channels.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "GoogLeNet"}
class GoogLeNet(nn.Module):
    """GoogLeNet without auxiliary heads, around any block.

    block: a class, made as block(inputs, *row, unit=unit, **options).
    stages: three tuples of rows (n1, n3, n5, pool).  unit: the class of the units.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, block, stages, classes=1000, unit=ConvUnit, **options):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = unit(3, 64, kernel_size=7, stride=2, padding=3)
        self.conv2 = unit(64, 64, kernel_size=1)
        self.conv3 = unit(64, 192, kernel_size=3, padding=1)
        inputs, self.names = 192, []
        for number, rows in enumerate(stages, 3):
            self.names.append([])
            for letter, row in zip("abcde", rows, strict=False):
                made = block(inputs, *row, unit=unit, **options)
                self.add_module(f"inception{number}{letter}", made)
                self.names[-1].append(f"inception{number}{letter}")
                n1, n3, n5, pool = row
                inputs = n1 + n3[1] + n5[1] + pool
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(inputs, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        pool = partial(F.max_pool2d, kernel_size=3, stride=2, ceil_mode=True)
        x = pool(self.conv3(self.conv2(pool(self.conv1(x)))))
        for i, names in enumerate(self.names):
            for name in names:
                x = getattr(self, name)(x)
            if i < 2:
                x = pool(x, kernel_size=3 - i)
        return self.fc(self.dropout(x.mean((2, 3))))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_GoogLeNet"}
check("09.GoogLeNet", GoogLeNet, Inception)

# %% [markdown]
r"""
(The paper speaks of a twelfth of AlexNet's parameters. Counted exactly it is a ninth.
And it is sometimes called the first network past a hundred layers: it has 22. Highway
networks and ResNet were the first.)

## Deeper is worse

Is a deeper network a better one? Take a good network of 20 layers and add 36. The
deeper one could be at least as good: the new layers need only pass on what they get. So
its **training** error cannot be higher, if training finds the best weights.

K. He and others (2015) tried it on CIFAR-10. The plain network of 56 layers has a
**higher** training error than that of 20, all through training. That is not
overfitting, where the training error falls and the test error rises; and it is no
vanishing gradient, for batch norm was there. It is hard for several layers with ReLU to
learn to **do nothing**. That a plain network becomes worse with depth is called
**degradation**.

Their answer: make doing nothing the start. Let the layers compute what is to be
**added**,

$$y = \text{relu}(x + F(x))$$

so that $F = 0$, weights that are all zero, passes x on. The way round F is the **skip**
or **shortcut**; F is the **residual**, what is left to learn.

A tiny example. Let $x = (-2, 3)$ and let the branch give $F(x) = (1, -1)$.
"""

# %%
x, branch = torch.tensor([-2.0, 3.0]), torch.tensor([1.0, -1.0])
print("plain:                  ", torch.relu(branch).tolist())
print("residual:               ", torch.relu(x + branch).tolist())
print("residual, branch zero:  ", torch.relu(x + 0 * branch).tolist())
print("ReLU before the sum:    ", (x + torch.relu(branch)).tolist())
show_blocks(
    {
        "plain": ((["3x3", "norm", "ReLU", "3x3", "norm", "ReLU"],), ""),
        "residual": ((["3x3", "norm", "ReLU", "3x3", "norm"], []), "+\nReLU"),
    },
    "A line round two convolutions is all the difference",
)

# %% [markdown]
r"""
Beware of the last line: a branch that ends in ReLU can only add, never take away. The
ReLU stands **behind** the sum.

What if the branch changes the shape? A **stage** is a run of blocks whose maps have one
size; at the first block of the next, height and width are halved and the channels
doubled. Then x must follow. For CIFAR-10 the paper does it without
parameters: **every second pixel, and channels of zeros**, half of them in front and
half behind.

**Exercise `CifarBlock`** (2 points, 15 minutes). conv 3x3 with the stride, norm (short
for batch norm), ReLU, conv 3x3, norm, the sum, ReLU; parts `conv1`, `bn1`, `conv2`,
`bn2`, no biases before the norms. Where `skip` is false nothing is added: that is the
plain block, for the comparison below.

<details><summary>A hint</summary>
<code>x[:, :, ::2, ::2]</code> are the pixels. <code>F.pad(x, (0, 0, 0, 0, a, b))</code>
puts a channels of zeros in front and b behind: it counts the axes from the last one.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "CifarBlock"}
class CifarBlock(nn.Module):
    """The residual block of the networks for CIFAR-10; plain where skip is false.

    inputs, outputs: channels; they differ only where stride is 2, by an even number.
    Parts: conv1, bn1, conv2, bn2.
    forward: x (N, inputs, H, W) to (N, outputs, H / stride, W / stride), rounded up.
    """

    def __init__(self, inputs, outputs, stride=1, skip=True):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.skip, self.zeros = stride, skip, (outputs - inputs) // 2
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        out = torch.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.skip:
            x = x[:, :, :: self.stride, :: self.stride]
            out = out + F.pad(x, (0, 0, 0, 0, self.zeros, self.zeros))
        return torch.relu(out)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_CifarBlock"}
check("09.CifarBlock", CifarBlock)

# %% [markdown]
r"""
**Exercise `CifarResNet`** (2 points, 15 minutes). The network of $6n + 2$ layers:

| part | what |
| --- | --- |
| `conv1`, `bn1` | 3x3, stride 1, padding 1, no bias, to `width` channels; norm; ReLU |
| `layer1` | `Sequential` of n blocks of `width` channels |
| `layer2` | n blocks of 2 `width`, the first with stride 2 |
| `layer3` | n blocks of 4 `width`, the first with stride 2 |
| `linear` | mean over all places, linear |

Blocks are made as `block(inputs, outputs, stride, **options)`. With n = 3 there are
three stages of three blocks of two convolutions; with `conv1` and `linear` that makes
20 layers with weights (norms are not counted).

<details><summary>A hint</summary>
A function that makes one stage from inputs, outputs and stride, called three times.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "CifarResNet"}
class CifarResNet(nn.Module):
    """Residual (or plain) network of 6 n + 2 layers for small images.

    block: a class, made as block(inputs, outputs, stride, **options).
    n: blocks in each of the three stages.  width: channels of the first.
    Parts: conv1, bn1, layer1, layer2, layer3, linear.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, block, n, width=16, classes=10, **options):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)

        def stage(inputs, outputs, stride):
            first = block(inputs, outputs, stride, **options)
            rest = (block(outputs, outputs, 1, **options) for _ in range(n - 1))
            return nn.Sequential(first, *rest)

        self.layer1 = stage(width, width, 1)
        self.layer2 = stage(width, 2 * width, 2)
        self.layer3 = stage(2 * width, 4 * width, 2)
        self.linear = nn.Linear(4 * width, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_CifarResNet"}
check("09.CifarResNet", CifarResNet, CifarBlock)

# %% [markdown]
r"""
### Experiment: published weights in your network

Weights of ResNet-20 and ResNet-56 for CIFAR-10 are published (Y. Idelbayev's, 2018),
with 8.27 % and 6.61 % test error; the paper has 8.75 % and 6.97 %. If your network
calls its parts by the names of the table and computes what the paper says, they fit
without a change.
"""

# %% tags=["experiment"]
from utils.borrow import borrow
from utils.data import DataError, load_cifar10, load_weights
from utils.device import best_device

device, full = best_device(), course_mode() == "full"
Block = borrow("09.CifarBlock", CifarBlock)
Net = borrow("09.CifarResNet", CifarResNet, CifarBlock)
pictures = load_cifar10(n_train=5_000 if full else 600, n_test=10_000 if full else 200)
print(pictures.description)


# %% tags=["experiment"]
def error_of(net, X, y):
    """The share of pictures that the net gets wrong, in %."""
    net.to(device).eval()
    wrong = 0
    with torch.no_grad():
        for rows in torch.arange(len(X)).split(500):
            scores = net(X[rows].to(device))
            wrong += (scores.argmax(1).cpu() != y[rows]).sum().item()
    return 100 * wrong / len(X)


published_errors = {}
for name, n in {"resnet20": 3, "resnet56": 9}.items():
    try:
        weights = load_weights(name)
    except DataError:
        print(f"{name}: its weights are not here, so it is left out")
        continue
    net = Net(Block, n)
    net.load_state_dict(weights.state)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (weights.mean, weights.std))
    X = (torch.from_numpy(pictures.X_test) - mean) / std
    error = error_of(net, X, torch.from_numpy(pictures.y_test))
    published_errors[name] = error
    print(f"{name}: {error:.2f} % of {len(X):,} test pictures wrong")
if pictures.builtin:
    print("These are the built-in pictures: the weights have never seen their like.")

# %% [markdown]
r"""
Quick mode looks at 200 pictures. Full mode
(`COURSE_MODE=full python solutions/09_architectures.py`) looks at all 10,000: there we
measured 8.27 % for ResNet-20 and 6.61 % for ResNet-56, the published figures.

### Experiment: plain against residual

The paper trained for 64,000 steps on graphics cards. For a computer with two cores we
take half the width, few pictures and Adam, which needs fewer steps; the effect is so
strong that it shows all the same. Quick mode also halves the pictures' sides.
"""

# %% tags=["experiment"]
from torch.utils.data import DataLoader, TensorDataset
from tqdm.auto import tqdm

n_epochs, width = (8, 8) if full else (3, 8)


def prepared(images):
    """Numbers around zero; in quick mode a quarter of the pixels."""
    X = (torch.from_numpy(images) - 0.5) / 0.25
    return X if full else F.avg_pool2d(X, 2)


X_train, X_test = prepared(pictures.X_train), prepared(pictures.X_test[:2000])
train_set = TensorDataset(X_train, torch.from_numpy(pictures.y_train))


def learn(net, name):
    """Train with Adam and a rate that rises and falls; the loss of each epoch."""
    net.to(device).train()
    loader = DataLoader(train_set, 50, shuffle=True)
    optimiser = torch.optim.Adam(net.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 0.01, n_epochs * len(loader), cycle_momentum=False
    )
    losses = []
    for _ in tqdm(range(n_epochs), desc=name):
        found = []
        for X, y in loader:
            optimiser.zero_grad()
            loss = F.cross_entropy(net(X.to(device)), y.to(device))
            loss.backward()
            optimiser.step()
            rate.step()
            found.append(loss.item())
        losses.append(sum(found) / len(found))
    return losses


# %% tags=["experiment"]
learned, test_errors = {}, {}
y_test = torch.from_numpy(pictures.y_test[:2000])
for kind, skip in {"plain": False, "residual": True}.items():
    for n in (3, 9):
        name = f"{kind}, {6 * n + 2} layers"
        torch.manual_seed(0)
        net = Net(Block, n, width, skip=skip)
        learned[name] = learn(net, name)
        test_errors[name] = error_of(net, X_test, y_test)
last = {name: losses[-1] for name, losses in learned.items()}
verb = (
    "learns less"
    if last["plain, 56 layers"] > last["plain, 20 layers"]
    else "learns more"
)
show_learning(learned, f"Without skips the deeper net {verb} than the shallow one")
for name, error in test_errors.items():
    print(f"{name}: training loss {last[name]:.3f}, test error {error:.1f} %")

# %% [markdown]
r"""
In quick mode, on the built-in pictures, the plain net of 56 layers stays at the loss of
guessing, $\log 10 = 2.30$, while that of 20 layers has begun to learn; with skips the
deep one learns too.

In full mode (5,000 pictures of CIFAR-10, 8 epochs, 8 channels in front) we measured on
2,000 test pictures:

| | training loss | test error |
| --- | --- | --- |
| plain, 20 layers | 1.563 | 60.2 % |
| plain, 56 layers | 1.808 | 70.3 % |
| residual, 20 layers | 0.915 | 41.5 % |
| residual, 56 layers | 0.886 | 40.0 % |

The plain net of 56 layers does not overfit: already its **training** loss is the higher
one. (`COURSE_MODE=full python solutions/09_architectures.py`: 10 minutes for the
whole lesson on one thread.)

The published curves (Figure 6 of He and others, 2015; 64,000 steps) end at about 9 %
test error for the plain net of 20 layers and about 13 % for that of 56, read off the
figure; with skips at 8.75 % for 20 layers, 6.97 % for 56 and 6.43 % for 110. With skips
the order turns round: **deeper is better**.

One way to see why: a chain of n residual blocks, multiplied out, is a sum over $2^n$
ways through it, short ones and long ones (A. Veit and others, 2016). There is always a
short way for the gradient.

## The residual networks for ImageNet

There the shortcut of a block that changes the shape is a **1x1 convolution with the
stride, and norm**, called `downsample`. Where the shape stays there is no layer in the
shortcut: x itself is added, and anything else would only stand in its way.

**Exercise `BasicBlock`** (3 points, 20 minutes). As `CifarBlock`, with `downsample`
where it is needed: a `Sequential` of convolution and norm. From 64 maps of 56 x 56 to
128 at stride 2, the branch gives 128 x 28 x 28; the shortcut must give the same, or the
sum fails. A class attribute says by how much the block widens: `expansion = 1`; it is
there.

<details><summary>A hint</summary>
It is needed where the stride is not 1, and where the channels differ.
<code>self.downsample = None</code> says that it is not.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "BasicBlock"}
class BasicBlock(nn.Module):
    """The residual block of ResNet-18 and ResNet-34.

    inputs: channels in.  planes: channels out.  stride: of the first convolution.
    Parts: conv1, bn1, conv2, bn2 and, only where the shape changes, downsample.
    forward: x (N, inputs, H, W) to (N, planes, H / stride, W / stride), rounded up.
    """

    expansion = 1

    def __init__(self, inputs, planes, stride=1):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or inputs != planes:
            conv = nn.Conv2d(inputs, planes, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(planes))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        out = torch.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return torch.relu(out + (self.downsample(x) if self.downsample else x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_BasicBlock"}
check("09.BasicBlock", BasicBlock)

# %% [markdown]
r"""
From 50 layers on the block is a **bottleneck**, GoogLeNet's idea: 1x1 to narrow, 3x3,
1x1 to widen again by 4. On 256 channels that is 70 thousand parameters, against 1.2
million for two 3x3 convolutions.

Two later networks change one number each. **ResNeXt** (S. Xie and others, 2017) makes
the middle wider and cuts it into **groups** that do not see each other: many narrow
branches side by side, as in Inception, but all alike. **Wide ResNet** (S. Zagoruyko and
N. Komodakis, 2016) makes the middle twice as wide: 50 wide layers beat 152 narrow ones,
and run faster. Both fit into one formula for the width of the middle,

$$\text{width} = \lfloor \text{planes} \cdot \text{base width} / 64 \rfloor \cdot \text{groups}$$
"""

# %%
show_blocks(
    {
        "basic": ((["3x3, 64", "norm", "ReLU", "3x3, 64", "norm"], []), "+\nReLU"),
        "bottleneck": (
            (["1x1, 64", "norm, ReLU", "3x3, 64", "norm, ReLU", "1x1, 256", "norm"], []),
            "+\nReLU",
        ),
        "ResNeXt": (
            (["1x1, 128", "norm, ReLU", "3x3, 128\n32 groups", "norm, ReLU",
              "1x1, 256", "norm"], []),
            "+\nReLU",
        ),
        "pre-activation": ((["norm, ReLU", "3x3", "norm, ReLU", "3x3"], []), "+"),
    },
    "Four residual blocks; only the last hands its input on untouched",
)  # fmt: skip

# %% [markdown]
r"""
**Exercise `Bottleneck`** (4 points, 25 minutes). conv 1x1, norm, ReLU, conv 3x3 with
stride and groups, norm, ReLU, conv 1x1 to `4 * planes` channels, norm, the sum, ReLU.
(The paper has the stride in the first convolution. The published weights have it in the
3x3, which sees every pixel; it is a little better.)

<details><summary>A hint</summary>
<code>nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False)</code> is the one
in the middle.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "Bottleneck"}
class Bottleneck(nn.Module):
    """The block of ResNet-50 and deeper, of ResNeXt and of Wide ResNet-50.

    inputs: channels in.  planes: a quarter of the channels out.  stride: of the 3x3.
    groups, base_width: the middle has int(planes * base_width / 64) * groups channels.
    Parts: conv1, bn1, conv2, bn2, conv3, bn3 and, where the shape changes, downsample.
    forward: x (N, inputs, H, W) to (N, 4 * planes, H / stride, W / stride), rounded up.
    """

    expansion = 4

    def __init__(self, inputs, planes, stride=1, groups=1, base_width=64):
        ### BEGIN SOLUTION
        super().__init__()
        width, outputs = int(planes * base_width / 64) * groups, 4 * planes
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        middle = {"groups": groups, "bias": False}
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, **middle)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return torch.relu(out + (self.downsample(x) if self.downsample else x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_Bottleneck"}
check("09.Bottleneck", Bottleneck)

# %% [markdown]
r"""
**Exercise `ResNet`** (4 points, 30 minutes). One class for ResNet-18 to 152, ResNeXt
and Wide ResNet:

| part | what |
| --- | --- |
| `conv1`, `bn1` | 7x7, stride 2, padding 3, no bias, to `width` channels; norm; ReLU |
| | maximum over 3x3, stride 2, padding 1 |
| `layer1`, `layer2`, … | a `Sequential` for each number in `layers`: so many blocks |
| `fc` | mean over all places, linear |

The first stage has `planes = width`, each later one twice as many, and there the first
block has stride 2. A block gives `planes * block.expansion` channels. With
`(2, 2, 2, 2)` basic blocks that is ResNet-18, with `(3, 4, 6, 3)` bottlenecks
ResNet-50, with `groups=32, base_width=4` in addition ResNeXt-50, with `base_width=128`
Wide ResNet-50-2.

By hand: in ResNet-50 there are 3 + 4 + 6 + 3 = 16 blocks of three convolutions, the
first convolution and the linear layer: 48 + 2 = 50. The last stage has
$64 \cdot 2^3 = 512$ planes and gives $4 \cdot 512 = 2048$ channels.

<details><summary>A hint</summary>
Keep <code>inputs</code> in a variable that each block made brings up to date, and
collect the stages with <code>self.add_module(f"layer{i}", …)</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "ResNet"}
class ResNet(nn.Module):
    """Residual network for large images, around any block.

    block: a class, made as block(inputs, planes, stride, **options), with `expansion`.
    layers: how many blocks each stage has.  width: planes of the first stage.
    Parts: conv1, bn1, layer1, layer2, … and fc.
    forward: images (N, 3, H, W) to scores (N, classes).
    """

    def __init__(self, block, layers, classes=1000, width=64, **options):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs, stages = width, []
        for i, n in enumerate(layers):
            planes, blocks = width * 2**i, []
            for j in range(n):
                stride = 2 if i > 0 and j == 0 else 1
                blocks.append(block(inputs, planes, stride, **options))
                inputs = planes * block.expansion
            stages.append(nn.Sequential(*blocks))
            self.add_module(f"layer{i + 1}", stages[-1])
        self.n_stages = len(stages)
        self.fc = nn.Linear(inputs, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = torch.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, 3, 2, 1)
        for i in range(self.n_stages):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(x.mean((2, 3)))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_ResNet"}
check("09.ResNet", ResNet, BasicBlock, Bottleneck)

# %% [markdown]
r"""
### Pre-activation

In these blocks the sum still goes through a ReLU, so that even the shortcut loses its
negative numbers in each block. K. He and others (2016) moved norm and ReLU **in front
of** the convolutions. Then nothing stands behind the sum, and x travels through the
whole network untouched:

$$x_L = x_l + \sum_{i=l}^{L-1} F(x_i)$$

Its gradient is 1 plus something: it cannot vanish. With it they trained 1,001 layers.

**Exercise `PreActBlock`** (2 points, 15 minutes). norm, ReLU, conv 3x3 with the stride,
norm, ReLU, conv 3x3, and the sum. Parts `bn1`, `conv1`, `bn2`, `conv2`, no biases in
the convolutions. Where the shape changes, `downsample`, a bare 1x1 convolution with the
stride, takes what comes **after the first norm and ReLU**; else x itself is added.

<details><summary>A hint</summary>
For the tiny example above with a branch of zeros the block gives (-2, 3), not (0, 3).
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "PreActBlock"}
class PreActBlock(nn.Module):
    """The pre-activation block: norm, ReLU and convolution, twice; a sum at the end.

    inputs, outputs: channels.  stride: of the first convolution.
    Parts: bn1, conv1, bn2, conv2 and, only where the shape changes, downsample.
    forward: x (N, inputs, H, W) to (N, outputs, H / stride, W / stride), rounded up.
    """

    def __init__(self, inputs, outputs, stride=1):
        ### BEGIN SOLUTION
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        active = torch.relu(self.bn1(x))
        out = self.conv2(torch.relu(self.bn2(self.conv1(active))))
        return out + (self.downsample(active) if self.downsample else x)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_PreActBlock"}
check("09.PreActBlock", PreActBlock)

# %% [markdown]
r"""
### Stochastic depth: dropout of whole blocks

A residual block can be left out without breaking anything. G. Huang and others (2016)
do so in training, at random: for a whole batch the branch is there with probability p,
and else it is not even computed, which saves its time. In inference it is always there,
**times p**, its mean in training. Early blocks, upon which all else rests, are kept
more often: the rate falls in a line from 1 at the input to $p_L$ at the last of L
blocks,

$$p_l = 1 - \frac{l}{L} (1 - p_L), \qquad l = 1, \dots, L$$

By hand: x = 1, the branch gives 5, and it survives with 0.8. A training batch has
$1 + 5 = 6$ or $1$, in the mean $0.8 \cdot 6 + 0.2 \cdot 1 = 5$; inference gives
$1 + 0.8 \cdot 5 = 5$, always.

**Exercise `StochasticDepth`** (2 points, 15 minutes). A module around a branch, kept as
`branch`, whose output has the shape of its input.

<details><summary>A hint</summary>
One number for a call: <code>torch.rand(())</code>. Draw first, then decide whether to
call the branch. <code>self.training</code> tells the mode.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "StochasticDepth"}
class StochasticDepth(nn.Module):
    """x + branch(x), where the branch survives training batches only sometimes.

    branch: a module.  survival: the probability that a call in training has it.
    forward: in training x + branch(x) or x alone, without computing the branch, for
    the whole batch; in inference x + survival * branch(x).
    """

    def __init__(self, branch, survival):
        ### BEGIN SOLUTION
        super().__init__()
        self.branch, self.survival = branch, survival
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        if not self.training:
            return x + self.survival * self.branch(x)
        if torch.rand(()) < self.survival:
            return x + self.branch(x)
        return x
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_StochasticDepth"}
check("09.StochasticDepth", StochasticDepth)

# %% [markdown]
r"""
**Exercise `survival_rates`** (1 point, 5 minutes). The line. By hand: four blocks, the
last with 0.5, give 0.875, 0.75, 0.625, 0.5.

<details><summary>A hint</summary>
The formula counts blocks from 1, <code>range</code> counts from 0. What is the rate of
the last block, and does yours give it?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "survival_rates"}
def survival_rates(n_blocks, last):
    """The survival rate of each block, first to last: a list of n_blocks numbers.

    last: the rate of the last block.  The line starts with 1 at the input.
    """
    ### BEGIN SOLUTION
    return [1 - (i + 1) / n_blocks * (1 - last) for i in range(n_blocks)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_survival_rates"}
check("09.survival_rates", survival_rates)

# %% [markdown]
r"""
The network of the paper has 54 blocks and $p_L = 0.5$. How many are there on average in
a training step?
"""

# %% tags=["experiment"]
rates = borrow("09.survival_rates", survival_rates)(54, 0.5)
expected_depth = sum(rates)
print(f"{expected_depth:.2f} of 54: a quarter of the time saved")
show_survival(rates, np.random.default_rng(0))

# %% [markdown]
r"""
## Fractal networks: depth without a skip

Is it the skip that lets a deep network learn, or is it that there are **short ways**
through it? FractalNet (G. Larsson and others, 2017) has short ways and no sum with the
input. It grows by a rule. A fractal of one column is a single unit,
$f_1 = \text{unit}$. A fractal of $c + 1$ columns puts two fractals of $c$ columns in a
row, and one unit beside them:

$$f_{c+1}(x) = \tfrac12\big(\text{unit}(x) + f_c(f_c(x))\big)$$

Its longest way is $2^{c-1}$ units deep, its shortest is one.
"""

# %%
show_fractal(3)

# %% [markdown]
r"""
By hand: let every unit double its input. Then $f_1(1) = 2$,
$f_2(1) = (2 + 2 \cdot 2) / 2 = 3$, so that $f_2$ triples, and
$f_3(1) = (2 + 3 \cdot 3) / 2 = 5.5$.

**Exercise `FractalBlock`** (2 points, 20 minutes). A class that contains itself, twice.
`unit` is given: `unit(inputs, outputs, kernel_size=3, padding=1)` is convolution, batch
norm and ReLU.

<details><summary>A hint</summary>
In <code>__init__</code> make
<code>self.first = FractalBlock(channels, columns - 1, unit)</code> where there is more
than one column. What does a block of one column not have?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "FractalBlock"}
class FractalBlock(nn.Module):
    """A fractal of `columns` columns, all of whose units have `channels` channels.

    Submodules: `short`, one unit; with more than one column also `first` and `second`,
    two fractals of one column less, of which `second` reads what `first` gives.
    forward: x (N, C, H, W) to the same shape: the mean of the two ways, or the only one.
    """

    def __init__(self, channels, columns, unit):
        ### BEGIN SOLUTION
        super().__init__()
        self.short = unit(channels, channels, kernel_size=3, padding=1)
        self.deep = columns > 1
        if self.deep:
            self.first = FractalBlock(channels, columns - 1, unit)
            self.second = FractalBlock(channels, columns - 1, unit)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        if not self.deep:
            return self.short(x)
        return (self.short(x) + self.second(self.first(x))) / 2
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_FractalBlock"}
check("09.FractalBlock", FractalBlock)

# %% [markdown]
r"""
**Drop-path.** Stochastic depth drops the branch of a block and keeps the skip. A
fractal has no skip, so each join drops its incoming paths, each with probability
`drop`, and takes the mean of **what is left**. One path must survive: where the dice
would drop all, one of them, drawn at random, is kept.

Three paths with the values 1, 10 and 100, of which the second is dropped:
$(1 + 100) / 2 = 50.5$.

**Exercise `join_paths`** (2 points, 15 minutes). All random numbers come from
`generator`.

<details><summary>A hint</summary>
<code>torch.rand(n, generator=generator) >= drop</code> says which of n paths are kept;
<code>torch.randint(n, (1,), generator=generator)</code> draws one of them. A mask picks
rows: <code>paths[kept]</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "join_paths"}
def join_paths(paths, drop, generator):
    """The mean of the paths that are kept, at least one.

    paths: tensor (P, ...), the outputs of P paths.
    drop: the probability with which each path is dropped, from 0 to 1.
    generator: a torch.Generator.
    Returns a tensor of the shape of one path.
    """
    ### BEGIN SOLUTION
    kept = torch.rand(len(paths), generator=generator) >= drop
    if not kept.any():
        kept[torch.randint(len(paths), (1,), generator=generator)] = True
    return paths[kept].mean(dim=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_join_paths"}
check("09.join_paths", join_paths)

# %% [markdown]
r"""
## DenseNet: keep everything

A residual block **adds** to its input. DenseNet (G. Huang and others, 2017) **keeps**
it: every layer appends a few new channels to all that came before, and so the layers
after it read the work of every earlier one. How many a layer adds is the **growth
rate**, usually 32; a layer is narrow because it need not repeat what is already there.

A layer is a pre-activation block: norm, ReLU, 1x1 convolution to `bottleneck * growth`
channels, norm, ReLU, 3x3 convolution to `growth` channels. Then the input and the new
channels stand side by side: 5 channels in and a growth of 3 make 8 channels out.
"""

# %%
show_blocks(
    {
        "residual": ((["norm, ReLU", "3x3", "norm, ReLU", "3x3"], []), "+"),
        "dense": ((["norm, ReLU", "1x1, 128", "norm, ReLU", "3x3, 32"], []), "cat"),
    },
    "A dense layer does not change its input: it appends to it",
)

# %% [markdown]
r"""
**Exercise `DenseLayer`** (2 points, 15 minutes). The right-hand block of the figure.

<details><summary>A hint</summary>
Four steps make the new channels. Keep <code>x</code> under its own name until the end:
it is needed once more, and it comes first.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "DenseLayer"}
class DenseLayer(nn.Module):
    """One layer of DenseNet: what came in, and `growth` new channels behind it.

    Submodules: `norm1`, `conv1` (1x1, no bias, to bottleneck * growth channels),
    `norm2`, `conv2` (3x3, no bias, padding 1).
    forward: x (N, C, H, W) to (N, C + growth, H, W).
    """

    def __init__(self, inputs, growth, bottleneck=4):
        ### BEGIN SOLUTION
        super().__init__()
        width = bottleneck * growth
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, growth, 3, padding=1, bias=False)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        new = self.conv1(torch.relu(self.norm1(x)))
        new = self.conv2(torch.relu(self.norm2(new)))
        return torch.cat([x, new], dim=1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_DenseLayer"}
check("09.DenseLayer", DenseLayer)

# %% [markdown]
r"""
A map that only grows becomes too large. Between two dense blocks a **transition**
halves both the number of channels (norm, ReLU, 1x1 convolution) and height and width
(average pooling 2x2). What stands before the first block, here a convolution and a
pool, is called the **stem**. With a stem of 6 channels, growth 3 and blocks of 2, 1 and
3 layers:
"""

# %%
show_growth(stem=6, growth=3, blocks=(2, 1, 3))

# %% [markdown]
r"""
Half of 9 channels is rounded down to 4.

**Exercise `DenseNet`** (2 points, 30 minutes). DenseNet-121 has blocks of 6, 12, 24 and
16 layers: with two convolutions a layer, a convolution in the stem, three in the
transitions and the linear layer these are 121. Your network must have 7,978,856
parameters. The names are torchvision's; the published weights are older and say
`norm.1` where the name is now `norm1`, so that there a rename is needed.

<details><summary>A hint</summary>
An <code>nn.Sequential</code> takes a layer by name with
<code>features.add_module("conv0", layer)</code>. Keep a running number of channels.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "DenseNet"}
class DenseNet(nn.Module):
    """DenseNet on images (N, 3, H, W): scores (N, classes).

    layer: a class; `layer(inputs, growth)` gives inputs + growth channels.
    blocks: the number of layers of each dense block.  stem: channels of `conv0`.
    `features`, a Sequential: `conv0` (7x7, stride 2, padding 3, no bias), `norm0`,
    `relu0`, `pool0` (maximum, 3x3, stride 2, padding 1); then `denseblock1` (a
    Sequential of `denselayer1`, `denselayer2`, ...), `transition1` (a Sequential of
    `norm`, `relu`, `conv` without bias to half the channels, rounded down, `pool`),
    `denseblock2`, ...; after the last block `norm5`.
    Then ReLU, the mean over all places, and `classifier`, a linear layer.
    """

    def __init__(self, layer, growth=32, blocks=(6, 12, 24, 16), stem=64, classes=1000):
        ### BEGIN SOLUTION
        super().__init__()
        self.features = nn.Sequential()
        add, width = self.features.add_module, stem
        add("conv0", nn.Conv2d(3, stem, 7, stride=2, padding=3, bias=False))
        add("norm0", nn.BatchNorm2d(stem))
        add("relu0", nn.ReLU())
        add("pool0", nn.MaxPool2d(3, stride=2, padding=1))
        for i, length in enumerate(blocks, start=1):
            if i > 1:
                norm, half = nn.BatchNorm2d(width), width // 2
                parts = {"norm": norm, "relu": nn.ReLU()}
                parts["conv"] = nn.Conv2d(width, half, 1, bias=False)
                parts["pool"], width = nn.AvgPool2d(2), half
                add(f"transition{i - 1}", nn.Sequential(OrderedDict(parts)))
            layers = nn.Sequential()
            for j in range(length):
                layers.add_module(f"denselayer{j + 1}", layer(width, growth))
                width += growth
            add(f"denseblock{i}", layers)
        add("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, classes)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = torch.relu(self.features(x))
        return self.classifier(x.mean(dim=(2, 3)))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_DenseNet"}
check("09.DenseNet", DenseNet, DenseLayer)

# %% [markdown]
r"""
## SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters

Nearly all weights of AlexNet are in its linear layers; SqueezeNet (F. Iandola and
others, 2016) has none. Its other saving is the **Fire block**. A 3x3 filter costs nine
times as much as a 1x1 filter, and its cost grows with the number of channels that it
reads. So first **squeeze** the channels with 1x1 filters, then **expand** again, half
with 1x1 and half with 3x3 filters:

$$64 \to 16 \to (64, 64): \quad (64 + 1) \cdot 16 + (16 + 1) \cdot 64 + (16 \cdot 9 + 1) \cdot 64
= 11{,}408$$

parameters, where one 3x3 convolution from 64 to 128 channels has 73,856.
"""

# %%
show_blocks(
    {
        "plain": ((["3x3, 128", "ReLU"],), ""),
        "Fire": (
            (["1x1, 16", "ReLU", "1x1, 64"], ["1x1, 16", "ReLU", "3x3, 64"]),
            "cat\nReLU",
        ),
    },
    "Fire narrows first: half of its filters are 3x3, and these read 16 channels",
)

# %% [markdown]
r"""
(Both columns of the figure begin with the same squeeze, computed once.)

**Exercise `Fire`** (2 points, 15 minutes). Three convolutions, each followed by ReLU.

<details><summary>A hint</summary>
Both expansions read what the squeeze gives, after its ReLU. What does the 3x3 filter
need so that the two results have one size and can be joined?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "Fire"}
class Fire(nn.Module):
    """SqueezeNet's block: squeeze with 1x1, then expand with 1x1 and with 3x3.

    Submodules: `squeeze` (1x1), `expand1x1`, `expand3x3` (padding 1), all with biases;
    a ReLU follows each of the three.
    inputs: channels in; squeeze, expand1x1, expand3x3: channels out of each.
    forward: x (N, inputs, H, W) to (N, expand1x1 + expand3x3, H, W), 1x1 first.
    """

    def __init__(self, inputs, squeeze, expand1x1, expand3x3):
        ### BEGIN SOLUTION
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], dim=1))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_Fire"}
check("09.Fire", Fire)

# %% [markdown]
r"""
The network (version 1.1) has three stages of Fire blocks. A row `(16, 64, 64)` says:
squeeze to 16, expand to 64 and 64.
"""

# %%
SQUEEZENET = (
    ((16, 64, 64), (16, 64, 64)),
    ((32, 128, 128), (32, 128, 128)),
    ((48, 192, 192), (48, 192, 192), (64, 256, 256), (64, 256, 256)),
)

# %% [markdown]
r"""
**Exercise `SqueezeNet`** (2 points, 20 minutes). Two things are unusual. The pools
round **up**: a last window that is only half full counts too (`ceil_mode=True`); on 6
pixels windows of 3 at stride 2 have $(6 - 3) / 2 + 1 = 2.5$ places, and here that is 3.
And the classifier is a 1x1 convolution with one map for each class, a ReLU, and the
mean over the map. With your own `Fire` the network has 1,235,496 parameters; AlexNet
has 61,100,840, which is 49 times as many.

<details><summary>A hint</summary>
Collect the layers of <code>features</code> in a list, with a variable for the number of
channels, and unpack it: <code>nn.Sequential(*layers)</code>. A pool stands before each
stage.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "SqueezeNet"}
class SqueezeNet(nn.Module):
    """SqueezeNet 1.1 on images (N, 3, H, W): scores (N, classes).

    fire: a class, used as `fire(inputs, squeeze, expand1x1, expand3x3)`.
    stages: for each stage a tuple of rows (squeeze, expand1x1, expand3x3).
    `features`, a Sequential: convolution (3x3 to 64 channels, stride 2, no padding),
    ReLU; then for each stage a pool (maximum, 3x3, stride 2, rounded up) and its blocks.
    `classifier`, a Sequential: dropout 0.5, a 1x1 convolution to `classes`, ReLU, the
    mean over all places (`nn.AdaptiveAvgPool2d(1)`). Its result is flattened.
    """

    def __init__(self, fire, stages, classes=1000):
        ### BEGIN SOLUTION
        super().__init__()
        layers, width = [nn.Conv2d(3, 64, 3, stride=2), nn.ReLU()], 64
        for rows in stages:
            layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            for squeeze, expand1x1, expand3x3 in rows:
                layers.append(fire(width, squeeze, expand1x1, expand3x3))
                width = expand1x1 + expand3x3
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Conv2d(width, classes, 1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.features(x)).flatten(1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_SqueezeNet"}
check("09.SqueezeNet", SqueezeNet, Fire)

# %% [markdown]
r"""
## Groups of channels

A filter of a plain convolution sees **all** channels. In a **grouped** convolution the
channels are split into G groups, and so are the filters; the filters of a group see the
channels of their own group. AlexNet did so because its two GPUs could not share all
maps; today it is done to save: each filter reads C / G channels, so weights and
multiply-adds are divided by G.

A grouped convolution is a plain one most of whose weights are zero. Four filters of 1x1
in two groups on two channels, with the weights 2, 3, 5, 7:

$$\begin{pmatrix} 2 & 0 \\ 3 & 0 \\ 0 & 5 \\ 0 & 7 \end{pmatrix}$$

**Exercise `ungroup`** (1 point, 15 minutes). Write the weights of a grouped convolution
out in full.

<details><summary>A hint</summary>
Begin with zeros of the full shape, and copy one block of filters for each group. Which
rows (filters) and which columns (channels) belong to group <code>g</code>?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "ungroup"}
def ungroup(w, groups):
    """The weights of the plain convolution that does what a grouped one does.

    w: tensor (K, C / groups, FH, FW), as `nn.Conv2d(..., groups=groups)` holds it: the
    first K / groups filters belong to the first group, and so on.
    Returns a tensor (K, C, FH, FW) of the same dtype, zero where a filter sees nothing.
    """
    ### BEGIN SOLUTION
    filters, channels = len(w) // groups, w.shape[1]
    full = w.new_zeros(len(w), groups * channels, *w.shape[2:])
    for g in range(groups):
        rows = slice(g * filters, (g + 1) * filters)
        full[rows, g * channels : (g + 1) * channels] = w[rows]
    return full
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_ungroup"}
check("09.ungroup", ungroup)

# %% [markdown]
r"""
Two grouped convolutions in a row have a flaw: what belongs to the first group never
meets what belongs to the second. **ShuffleNet** (X. Zhang and others, 2018) deals the
channels out anew between the two, as one deals cards: one of each group in turn.
"""

# %%
show_groups([0, 3, 1, 4, 2, 5], groups=2)

# %% [markdown]
r"""
**Exercise `channel_shuffle`** (1 point, 10 minutes). Six channels in the groups (0, 1,
2) and (3, 4, 5) become 0, 3, 1, 4, 2, 5.

<details><summary>A hint</summary>
Write the groups as the rows of a table and read it by columns.
<code>x.unflatten(1, (a, b))</code> makes two axes of one, <code>flatten(1, 2)</code>
one of two.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "channel_shuffle"}
def channel_shuffle(x, groups):
    """The channels of x (N, C, H, W) dealt out anew: one of each group in turn.

    groups: divides C; the first C / groups channels are the first group.
    Returns a tensor of the shape of x.
    """
    ### BEGIN SOLUTION
    table = x.unflatten(1, (groups, -1))
    return table.transpose(1, 2).flatten(1, 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_channel_shuffle"}
check("09.channel_shuffle", channel_shuffle)

# %% [markdown]
r"""
## Separable convolutions and Xception

A filter can be taken apart in two ways, and both are called separable.

**Spatially separable.** Some filters are a column times a row. Sobel's edge filter is
one:

$$\begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix} =
\begin{pmatrix} 1 \\ 2 \\ 1 \end{pmatrix} \begin{pmatrix} -1 & 0 & 1 \end{pmatrix}$$

Then a 3x1 filter followed by a 1x3 filter does the same with 6 products in the place
of 9. A learned filter is seldom of this kind; Inception v3 builds the two halves in
from the start, and gives up the rest.

**Depthwise separable.** Take channels apart instead. First every channel is filtered by
itself: a grouped convolution with a group for **each channel**, called **depthwise**,
mixes no channels. Then a 1x1 convolution, called **pointwise**, mixes channels and no
places.
"""

# %%
show_channels(4, groups=2)

# %%
column, row = np.array([[1.0], [2.0], [1.0]]), np.array([[-1.0, 0.0, 1.0]])
print(column @ row)
rank = np.linalg.matrix_rank(np.random.default_rng(0).normal(size=(3, 3)))
print("a drawn 3x3 filter is a sum of", rank, "such products")

# %%
x = torch.zeros(1, 3, 4, 4)
x[0, 1, 2, 2] = 1
depthwise, pointwise = nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False), nn.Conv2d(
    3, 5, 1, bias=False
)  # fmt: skip
print("a dot in channel 1, depthwise: channels", depthwise(x).sum((0, 2, 3)) != 0)
print("pointwise: places", (pointwise(x)[0, 0] != 0).nonzero().tolist())

# %% [markdown]
r"""
From 64 to 128 channels with 3x3 filters: $64 \cdot 9 + 64 \cdot 128 = 8{,}768$ weights,
a plain convolution $64 \cdot 128 \cdot 9 = 73{,}728$. Xception (F. Chollet, 2017) reads
this as the extreme of Inception: there 1x1 filters first make a few groups of channels,
and each group has spatial filters of its own; here every channel is a group.

**Exercise `SeparableConv`** (1 point, 10 minutes). The two convolutions, one after the
other.

<details><summary>A hint</summary>
<code>groups</code> says into how many parts the channels are cut. How many groups are
there where each channel is its own?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "SeparableConv"}
class SeparableConv(nn.Module):
    """A depthwise separable 3x3 convolution that keeps height and width.

    Submodules: `depthwise` (3x3, one filter for each channel), then `pointwise` (1x1);
    neither has a bias, and nothing stands between them.
    forward: x (N, inputs, H, W) to (N, outputs, H, W).
    """

    def __init__(self, inputs, outputs):
        ### BEGIN SOLUTION
        super().__init__()
        self.depthwise = nn.Conv2d(
            inputs, inputs, 3, padding=1, groups=inputs, bias=False
        )
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.pointwise(self.depthwise(x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_SeparableConv"}
check("09.SeparableConv", SeparableConv)

# %% [markdown]
r"""
Xception is made of residual blocks whose **units** are ReLU, separable convolution,
batch norm. A block of the **entry** has two units, then a maximum pool with stride 2; a
block of the **middle** has three units and keeps the shape.
"""

# %%
separable_unit = ["ReLU", "3x3 separable", "norm"]
show_blocks(
    {
        "entry": ((separable_unit * 2 + ["pool 3x3"], ["1x1, stride 2", "norm"]), "+"),
        "middle": ((separable_unit * 3, []), "+"),
    },
    "The two blocks of Xception: the shortcut has a convolution only where it must",
)

# %% [markdown]
r"""
**Exercise `XceptionBlock`** (2 points, 25 minutes). One class for both. `widths` lists
the channels before and after each unit: `(64, 128, 128)` are two units, 64 to 128 and
128 to 128.

<details><summary>A hint</summary>
<code>pairwise(widths)</code> gives inputs and outputs of each unit, one pair after the
other.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "XceptionBlock"}
class XceptionBlock(nn.Module):
    """Units of ReLU, separable convolution and batch norm, and a way round them.

    separable: a class, used as `separable(inputs, outputs)`.
    widths: channels in, and out of each unit.  stride: 1 or 2.
    Submodules: `rep`, a Sequential of all layers of the units, with stride 2 a maximum
    pool (3x3, stride 2, padding 1) at its end; where the shape changes also `skip`, a
    Sequential of a 1x1 convolution (no bias, with the stride) and a batch norm.
    forward: the sum of `rep` and `skip`, or of `rep` and x.
    """

    def __init__(self, separable, widths, stride=1):
        ### BEGIN SOLUTION
        super().__init__()
        layers, first, last = [], widths[0], widths[-1]
        for inputs, outputs in pairwise(widths):
            layers += [nn.ReLU(), separable(inputs, outputs), nn.BatchNorm2d(outputs)]
        if stride == 2:
            layers.append(nn.MaxPool2d(3, stride=2, padding=1))
        self.rep, self.skip = nn.Sequential(*layers), nn.Identity()
        if stride == 2 or first != last:
            self.skip = nn.Sequential(
                nn.Conv2d(first, last, 1, stride, bias=False), nn.BatchNorm2d(last)
            )
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.rep(x) + self.skip(x)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_XceptionBlock"}
check("09.XceptionBlock", XceptionBlock)

# %% [markdown]
r"""
With these two blocks the whole network is a few lines: a stem, three entry blocks,
eight of the middle, one to the exit, two more separable convolutions and a linear
layer. The published network has 22,855,952 parameters. (On the device `meta` a tensor
has a shape and no numbers: enough to count, and nothing is stored.)
"""

# %% tags=["experiment"]
Sep = borrow("09.SeparableConv", SeparableConv)
Block = borrow("09.XceptionBlock", XceptionBlock)


def unit_of(conv, outputs):
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU()]


entry = (64, 128, 128), (128, 256, 256), (256, 728, 728)
with torch.device("meta"):
    xception = nn.Sequential(
        *unit_of(nn.Conv2d(3, 32, 3, 2, bias=False), 32),
        *unit_of(nn.Conv2d(32, 64, 3, bias=False), 64),
        *(Block(Sep, widths, 2) for widths in entry),
        *(Block(Sep, (728,) * 4) for _ in range(8)),
        Block(Sep, (728, 728, 1024), 2),
        *unit_of(Sep(1024, 1536), 1536),
        *unit_of(Sep(1536, 2048), 2048),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)),
    )
n_xception = sum(p.numel() for p in xception.parameters())
print(f"Xception: {n_xception:,} parameters")

# %% [markdown]
r"""
## MobileNetV2: inverted residuals

MobileNet (2017) put depthwise separable convolutions into a network for telephones; its
second version (M. Sandler and others, 2018) put them into a residual block turned
inside out. A bottleneck of ResNet is wide, narrow, wide, and the skip joins the
**wide** ends. The **inverted residual** is narrow, wide, narrow: the cheap depthwise
convolution works on the wide middle, and the skip joins the **narrow** ends, which are
all that must be kept in memory.

1. 1x1 convolution from C to `expand * C` channels, batch norm, ReLU6 (left out where
   `expand` is 1),
2. depthwise 3x3 convolution with the stride, batch norm, ReLU6,
3. 1x1 convolution down to the outputs, batch norm, and **no activation**.

ReLU6 is $\min(\max(0, x), 6)$, which suits numbers of few bits. The last step is linear
because a ReLU on few channels throws away what cannot be got back.
"""

# %%
show_blocks(
    {
        "bottleneck": (
            (["1x1, 64", "norm, ReLU", "3x3, 64", "norm, ReLU", "1x1, 256", "norm"], []),
            "+\nReLU",
        ),
        "inverted residual": (
            (["1x1, 144", "norm, ReLU6", "3x3, 144\ndepthwise", "norm, ReLU6",
              "1x1, 24", "norm"], []),
            "+",
        ),
    },
    "ResNet narrows 256 channels to 64; MobileNetV2 widens 24 to 144 and joins the 24",
)  # fmt: skip

# %% [markdown]
r"""
**Exercise `InvertedResidual`** (3 points, 25 minutes). The input is added where it
fits: stride 1 and as many channels out as in.

<details><summary>A hint</summary>
The names of the published weights: <code>conv</code> is a Sequential whose members are
up to two Sequentials (convolution, batch norm, ReLU6) and then the last convolution and
its batch norm.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "InvertedResidual"}
class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand with 1x1, filter each channel, project with 1x1.

    inputs, outputs: channels.  stride: 1 or 2, of the depthwise convolution.
    expand: how many times wider the middle is; with 1 the first step is left out.
    `conv`, a Sequential: [Sequential(1x1, norm, ReLU6)], Sequential(depthwise 3x3,
    norm, ReLU6), 1x1, norm; no convolution has a bias.
    forward: `conv(x)`, and x is added where stride is 1 and inputs equals outputs.
    """

    def __init__(self, inputs, outputs, stride, expand):
        ### BEGIN SOLUTION
        super().__init__()

        def unit(inputs, outputs, size, **how):
            how |= {"padding": size // 2, "bias": False}
            conv = nn.Conv2d(inputs, outputs, size, **how)
            return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU6())

        width = expand * inputs
        self.skip = stride == 1 and inputs == outputs
        layers = [unit(inputs, width, 1)] if expand != 1 else []
        layers.append(unit(width, width, 3, stride=stride, groups=width))
        layers.append(nn.Conv2d(width, outputs, 1, bias=False))
        self.conv = nn.Sequential(*layers, nn.BatchNorm2d(outputs))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return x + self.conv(x) if self.skip else self.conv(x)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_InvertedResidual"}
check("09.InvertedResidual", InvertedResidual)

# %% [markdown]
r"""
The network is a table. A row says: expand, channels, how many blocks, stride of the
first of them.
"""

# %%
MOBILENETV2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)

# %% [markdown]
r"""
**Exercise `MobileNetV2`** (2 points, 25 minutes). The table makes
1 + 2 + 3 + 4 + 3 + 3 + 1 = 17 blocks. With your own block the network has 3,504,872
parameters.

<details><summary>A hint</summary>
Two loops: over the rows, and over the blocks of a row. Which of a row's blocks changes
the number of channels, and which has the stride? The others find what it left.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "MobileNetV2"}
class MobileNetV2(nn.Module):
    """MobileNetV2 on images (N, 3, H, W): scores (N, classes).

    block: a class, used as `block(inputs, outputs, stride, expand)`.
    stages: rows (expand, channels, number of blocks, stride of the first block; the
    others have stride 1).  stem, head: channels of the first and last convolution.
    `features`, a Sequential: Sequential(3x3 convolution with stride 2, padding 1, no
    bias; norm; ReLU6), the blocks, Sequential(1x1 convolution without bias, norm, ReLU6).
    Then the mean over all places, and `classifier`, a Sequential: dropout 0.2, linear.
    """

    def __init__(self, block, stages, classes=1000, stem=32, head=1280):
        ### BEGIN SOLUTION
        super().__init__()

        def unit(inputs, outputs, size, **how):
            conv = nn.Conv2d(inputs, outputs, size, bias=False, **how)
            return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU6())

        layers, width = [unit(3, stem, 3, stride=2, padding=1)], stem
        for expand, channels, n_blocks, stride in stages:
            for i in range(n_blocks):
                layers.append(block(width, channels, 1 if i else stride, expand))
                width = channels
        self.features = nn.Sequential(*layers, unit(width, head, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(head, classes))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.classifier(self.features(x).mean(dim=(2, 3)))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_MobileNetV2"}
check("09.MobileNetV2", MobileNetV2, InvertedResidual)

# %% [markdown]
r"""
Because your networks have torchvision's names, weights that others trained on ImageNet
fit in by name. `load_state_dict` complains about every name that is missing or left
over. The next cell needs both of your networks. It compares them, on a drawn picture,
with the course's own network under the same weights: a difference of 0 says that yours
computes the published network, to the last digit.
"""

# %% tags=["experiment"]
from utils.networks import network

with torch.device("meta"):
    own_nets = {
        "squeezenet1_1": SqueezeNet(Fire, SQUEEZENET),
        "mobilenet_v2": MobileNetV2(InvertedResidual, MOBILENETV2),
    }
largest_gaps = {}
for name, own in own_nets.items():
    try:
        weights = load_weights(name).state
    except DataError:
        print(f"{name}: its weights are not here, so nothing is loaded.")
        continue
    other, own = network(name), own.to_empty(device="cpu")
    for net in (own, other):
        net.load_state_dict(weights)
        net.eval()
    image = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        largest_gaps[name] = (own(image) - other(image)).abs().max().item()
    print(f"{name}: {len(weights)} tensors loaded by name; yours and the course's "
          f"network differ by {largest_gaps[name]:.1g}")  # fmt: skip

# %% [markdown]
r"""
## AlphaGo's policy network

A go board is an image: 19 x 19 points, and in the place of three colours 48 **planes**
that say where stones are, how many free points each has beside it, and so on. The
policy network (D. Silver and others, 2016) looks at it and gives a probability to each
of the 361 points: where would a strong player move?

* 192 filters of 5x5, padding 2, ReLU: the board stays 19 x 19;
* eleven times 192 filters of 3x3, padding 1, ReLU;
* one filter of 1x1, then a **bias of its own for each point**, and the softmax over the
  board.

There is no pooling: a move is a point, and points must not be blurred. The bias by
place (and the rim of zeros) is all that knows where on the board it is. 3,882,793
parameters.
"""

# %%
show_maps(
    {"policy": ((48, 19), *((192, 19),) * 6, (1, 19))},
    "AlphaGo's policy network keeps the board (six of its twelve wide maps are drawn)",
)

# %% [markdown]
r"""
**Exercise `PolicyNet`** (2 points, 15 minutes). The list above, with the board's size
and the numbers of planes, filters and layers as arguments.

<details><summary>A hint</summary>
A tensor that is trained and belongs to no layer is an <code>nn.Parameter</code>, as an
attribute. The softmax compares the points of one board: which axis is that?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "PolicyNet"}
class PolicyNet(nn.Module):
    """AlphaGo's policy network: boards (N, planes, size, size) to moves (N, size**2).

    `convs`, a Sequential of `layers` convolutions, each followed by a ReLU: the first
    5x5 with padding 2, the others 3x3 with padding 1, all with `filters` filters.
    `last`: one 1x1 filter without a bias.  `shift`: a parameter (size**2,), added to
    the flattened scores.
    forward gives probabilities: each row sums to 1.
    """

    def __init__(self, planes=48, filters=192, layers=12, size=19):
        ### BEGIN SOLUTION
        super().__init__()
        parts = [nn.Conv2d(planes, filters, 5, padding=2), nn.ReLU()]
        for _ in range(layers - 1):
            parts += [nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU()]
        self.convs = nn.Sequential(*parts)
        self.last = nn.Conv2d(filters, 1, 1, bias=False)
        self.shift = nn.Parameter(torch.zeros(size**2))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        scores = self.last(self.convs(x)).flatten(1)
        return torch.softmax(scores + self.shift, dim=1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_PolicyNet"}
check("09.PolicyNet", PolicyNet)

# %% [markdown]
r"""
## Other convolutions

### Transposed: from few pixels to many

Convolutions and pools make maps smaller. To draw a picture, or to give every pixel a
label, a map must grow again. The **transposed convolution** does so: each number of the
input **stamps** the whole filter into the output, multiplied by itself; the stamps of
neighbours lie `stride` apart, and where they overlap they are added. In one dimension,
input (a, b), filter (x, y, z), stride 2:

$$(ax,\; ay,\; az + bx,\; by,\; bz)$$
"""

# %%
show_stamps(np.array([2.0, 3.0]), np.array([1.0, 10.0, 100.0]), stride=2)

# %% [markdown]
r"""
With padding P the outer P numbers on each side are cut off, so that the size is
$(H - 1) S + F - 2P$. This is what a convolution does in its **backward** pass (lesson
05), and with the Toeplitz matrix of that lesson it is the product with the transposed
matrix: hence the name. It does **not** undo a convolution: the shape comes back, the
numbers do not.

**Exercise `transposed_conv`** (2 points, 20 minutes). In NumPy. The filters are stored
as PyTorch does for this layer: input channels first.

<details><summary>A hint</summary>
Make an output of zeros without padding, walk over the places of the input, and add a
stamp to a window. <code>np.tensordot(x[:, :, i, j], w, 1)</code> sums over the input
channels: its shape is (N, K, FH, FW).
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "transposed_conv"}
def transposed_conv(x, w, stride=1, pad=0):
    """The transposed convolution of x with w, without a bias.

    x: images (N, C, H, W).  w: filters (C, K, FH, FW).
    stride: how far apart the stamps of two neighbours lie.  pad: rows and columns that
    are cut off on each side of the result.
    Returns an array (N, K, (H - 1) * stride + FH - 2 * pad, and W alike).
    """
    ### BEGIN SOLUTION
    N, _, H, W = x.shape
    _, K, FH, FW = w.shape
    OH, OW = (H - 1) * stride + FH, (W - 1) * stride + FW
    out = np.zeros((N, K, OH, OW), x.dtype)
    for i in range(H):
        for j in range(W):
            top, left = i * stride, j * stride
            stamp = np.tensordot(x[:, :, i, j], w, 1)
            out[:, :, top : top + FH, left : left + FW] += stamp
    return out[:, :, pad : OH - pad, pad : OW - pad]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_transposed_conv"}
check("09.transposed_conv", transposed_conv)

# %% [markdown]
r"""
Where filter size and stride do not fit together, some output places receive more stamps
than others: the **checkerboard** in many generated pictures. Stamps of 4 with stride 2
are even, stamps of 3 are not.

### Dilated: far sight without more weights

To see further a network needs larger filters, more layers, or pools that lose detail.
The **dilated** (atrous) convolution puts holes into the filter: with **dilation** D it
reads every D-th pixel, and spans $D (F - 1) + 1$. Three layers of 3x3 with dilations 1,
2 and 4 see 15 pixels, plain ones 7.
"""

# %%
show_holes((1, 2, 3))

# %% [markdown]
r"""
By hand: the row (1, 2, 3, 4, 5, 6, 7), the filter (1, 10, 100), dilation 2. First
$1 + 3 \cdot 10 + 5 \cdot 100 = 531$, then $2 + 4 \cdot 10 + 6 \cdot 100 = 642$,
then 753.

**Exercise `dilated_conv`** (2 points, 15 minutes). In NumPy, stride 1, no padding.

<details><summary>A hint</summary>
Loop over the numbers of the filter, not over pixels: number (i, j) of each filter is
multiplied with one slice of the images. <code>np.einsum("kc,nchw->nkhw", a, b)</code>
sums over the channels.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dilated_conv"}
def dilated_conv(x, w, dilation=1):
    """The convolution of x with filters w that read every `dilation`-th pixel.

    x: images (N, C, H, W).  w: filters (K, C, FH, FW), not turned (cross-correlation).
    Returns an array (N, K, H - dilation * (FH - 1), W - dilation * (FW - 1)).
    """
    ### BEGIN SOLUTION
    _, _, H, W = x.shape
    _, _, FH, FW = w.shape
    OH, OW = H - dilation * (FH - 1), W - dilation * (FW - 1)
    out = 0
    for i in range(FH):
        for j in range(FW):
            top, left = i * dilation, j * dilation
            seen = x[:, :, top : top + OH, left : left + OW]
            out = out + np.einsum("kc,nchw->nkhw", w[:, :, i, j], seen)
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dilated_conv"}
check("09.dilated_conv", dilated_conv)

# %% [markdown]
r"""
### Deformable: where to look is learned

A filter always reads the same grid, whatever is there. The **deformable** convolution
(J. Dai and others, 2017) moves each of its reading places by an **offset**, which a
second convolution computes from the image. (One page of the notes heads it "separable";
the two have nothing to do with one another.)
"""

# %%
show_reading()

# %% [markdown]
r"""
An offset of 0.3 leads between pixels. There one reads by **bilinear** interpolation: of
the four pixels around, each counts with (1 - its distance in rows) times (1 - its
distance in columns). At row 0.25, column 0.5 of

$$\begin{pmatrix} 10 & 20 \\ 30 & 40 \end{pmatrix}: \quad
0.375 \cdot 10 + 0.375 \cdot 20 + 0.125 \cdot 30 + 0.125 \cdot 40 = 20$$

The distances depend on the place, so a gradient reaches the place itself: only so can
offsets be learned.

**Exercise `bilinear_sample`** (2 points, 25 minutes). In PyTorch, without
`grid_sample`. Outside the image there are zeros.

<details><summary>A hint</summary>
Loop over the two rows <code>rows.floor()</code> and that plus 1, and over two columns
alike. A place outside must not be used as an index: <code>clamp</code> it for reading,
and multiply what you read by whether it was inside.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "bilinear_sample"}
def bilinear_sample(x, rows, columns):
    """What an image says at places between its pixels, by bilinear interpolation.

    x: tensor (C, H, W).  rows, columns: float tensors of one shape, (...); pixel (i, j)
    has row i and column j. Pixels outside of x are 0.
    Returns a tensor (C, ...). Gradients flow to x, rows and columns.
    """
    ### BEGIN SOLUTION
    _, H, W = x.shape
    out = 0
    for i in (rows.floor(), rows.floor() + 1):
        for j in (columns.floor(), columns.floor() + 1):
            share = (1 - (rows - i).abs()) * (1 - (columns - j).abs())
            inside = (i >= 0) & (i < H) & (j >= 0) & (j < W)
            pixels = x[:, i.long().clamp(0, H - 1), j.long().clamp(0, W - 1)]
            out = out + pixels * share * inside
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_bilinear_sample"}
check("09.bilinear_sample", bilinear_sample)

# %% [markdown]
r"""
In a plain convolution output (2, 5) multiplies pixel $(2 + i,\, 5 + j)$ by
`w[:, :, i, j]`. In a deformable one it reads at
$(2 + i + \Delta_{row},\; 5 + j + \Delta_{column})$, and each number of the filter has a
pair of offsets of its own at each output place.

**Exercise `deformable_conv`** (2 points, 25 minutes). For one image, stride 1, no
padding. `sample` is given and does what `bilinear_sample` does.

<details><summary>A hint</summary>
<code>torch.arange(FH).view(-1, 1, 1, 1)</code> has the axes of the offsets. With rows
and columns of shape (FH, FW, OH, OW) <code>sample</code> gives (C, FH, FW, OH, OW); one
<code>torch.einsum</code> does the rest.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "deformable_conv"}
def deformable_conv(x, w, offsets, sample):
    """The convolution of one image with filters whose reading places are moved.

    x: tensor (C, H, W).  w: filters (K, C, FH, FW).
    offsets: (2, FH, FW, OH, OW), first how far down, then how far to the right each
    number of the filter moves at each output place.
    sample: `sample(x, rows, columns)` reads x at any places, as `bilinear_sample`.
    Returns a tensor (K, OH, OW) with OH = H - FH + 1 and OW = W - FW + 1.
    """
    ### BEGIN SOLUTION
    FH, FW, OH, OW = offsets.shape[1:]
    rows = torch.arange(FH).view(-1, 1, 1, 1) + torch.arange(OH).view(-1, 1)
    columns = torch.arange(FW).view(-1, 1, 1) + torch.arange(OW)
    seen = sample(x, rows + offsets[0], columns + offsets[1])
    return torch.einsum("kcij,cijhw->khw", w, seen)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_deformable_conv"}
check("09.deformable_conv", deformable_conv)

# %% [markdown]
r"""
### Dynamic snake: offsets that hold together

Free offsets may tear a filter apart. Blood vessels, roads and cracks are long and thin,
and a filter that follows them should stay in one piece. The **dynamic snake**
convolution (Y. Qi and others, 2023) takes a filter of, say, 1 x 9 and lets its numbers
move up and down only, and **relative to their neighbour**: the middle stays, and each
place adds its own offset (between -1 and 1) to where the place before it stands.
"""

# %%
show_snake([0.5, -1.0, 0.7, 0.25, 1.0], [-0.5, -1.0, 0.0, 0.25, 1.25])

# %% [markdown]
r"""
Five offsets, (0.5, -1, 0.7, 0.25, 1). The middle stays at 0, whatever its offset says.
To the right: 0.25, then 0.25 + 1 = 1.25. To the left: -1, then -1 + 0.5 = -0.5.

**Exercise `snake_offsets`** (2 points, 15 minutes). How far each place of the filter
ends up from the middle. Reading there is what `bilinear_sample` does.

<details><summary>A hint</summary>
<code>cumsum(0)</code> adds up from the front. <code>flip(0)</code> turns the left half
round, and back.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "snake_offsets"}
def snake_offsets(offsets):
    """How far each number of a snake filter stands from the line of its middle.

    offsets: tensor (L, ...), L odd: the step of each number relative to its neighbour
    towards the middle; that of the middle itself does not count.
    Returns a tensor of the same shape.
    """
    ### BEGIN SOLUTION
    middle = len(offsets) // 2
    left = offsets[:middle].flip(0).cumsum(0).flip(0)
    right = offsets[middle + 1 :].cumsum(0)
    return torch.cat([left, torch.zeros_like(offsets[:1]), right])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_snake_offsets"}
check("09.snake_offsets", snake_offsets)

# %% [markdown]
r"""
## A network as a table

### How far it sees

In lesson 05 you computed the **receptive field** of a stack of layers: the number of
pixels in a row that one output depends on. Dilation belongs to it. Keep two numbers
while you go from layer to layer: the **field**, and the **jump**, how many pixels lie
between two neighbouring outputs. Both begin at 1. A layer of size F, stride S and
dilation D reaches over $D (F - 1)$ steps of the jump that it finds:

$$\text{field} \leftarrow \text{field} + D (F - 1) \cdot \text{jump}, \qquad \text{jump} \leftarrow S \cdot \text{jump}$$

"""

# %%
show_fields(
    {
        "dilations 1, 1, 1": [(3, 1, 1), (3, 1, 1), (3, 1, 1)],
        "dilations 1, 2, 4": [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
        "stride 2, then 1": [(3, 2, 1), (3, 1, 1)],
    }
)

# %% [markdown]
r"""
By hand, the last of these: the first layer has field $1 + 1 \cdot 2 \cdot 1 = 3$, and
its stride makes the jump 2; the second has field $3 + 1 \cdot 2 \cdot 2 = 7$, and the
jump stays 2.

**Exercise `receptive_field`** (2 points, 15 minutes). The two rules, layer by layer.

<details><summary>A hint</summary>
A layer's own stride moves its outputs apart; its own window reaches over the inputs.
Which of the two numbers must be brought up to date first?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "receptive_field"}
def receptive_field(layers):
    """How many pixels one output depends on, and how far two outputs are apart.

    layers: a list of (size, stride, dilation), the layer at the image first.
    Returns field, jump: two whole numbers, in pixels along one side.
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for size, stride, dilation in layers:
        field += dilation * (size - 1) * jump
        jump *= stride
    return field, jump
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_receptive_field"}
check("09.receptive_field", receptive_field)

# %% [markdown]
r"""
### What it costs

Papers compare networks by numbers: parameters, multiply-adds, memory. They are easy to
get wrong by hand: two sets of lecture notes that this course grew out of count one
branch of Inception twice, and give VGG-16 half as many activations again as it has. So
let a program count.

`trace(net, shape)` runs any network on PyTorch's `meta` device, which knows shapes and
no numbers, and notes the layers:
"""

# %% tags=["experiment"]
from utils.tracing import print_table, trace

tiny = nn.Sequential(
    nn.Conv2d(4, 6, 3, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(36, 5)
)
for layer in trace(tiny, (4, 4, 5)):
    print(layer)

# %% [markdown]
r"""
Layers that only pass numbers on (ReLU, dropout, a sum, a concatenation) are not listed.
A linear layer is a convolution whose window is the whole map (lesson 05), here 2 x 3
with 6 channels.

By hand, the first layer: a filter sees 4 / 2 = 2 channels, so $6 \cdot 2 \cdot 9 = 108$
weights and 6 biases, 114 parameters. Each weight is used once at each of the 2 x 3
places: 648 multiply-adds. The output has 36 numbers of 4 bytes: 144 bytes. It sees 3 x
3 pixels.

A layer is a dictionary with `name`; `kind` ("conv", "linear", "norm", "pool");
`inputs`, the numbers of the layers that it reads, `[]` for the image; `channels` of its
input; `shape` of its output, (K, OH, OW) or (K,); `size`, `stride` and `dilation`,
pairs (height, width); `groups`; `bias`.

**Exercise `summary`** (4 points, 35 minutes). A row for each layer.

* parameters: weights and biases; a norm has a scale and a shift for each channel where
  `bias` is true; a pool has none;
* multiply-adds: of convolutions and linear layers only, without the bias;
* memory: the bytes of the output, float32, for one image;
* field: height and width. What reads several layers sees as far as the one of them that
  sees furthest, and its jump is the largest of theirs. The image itself has field and
  jump 1.

<details><summary>A hint</summary>
Beside the rows keep the jumps, a pair for each layer. <code>math.prod</code> multiplies
the numbers of a tuple.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "summary"}
def summary(layers):
    """A row for each layer: name, shape, parameters, multiply_adds, memory, field.

    layers: from `trace`, as described above.  Returns a list of dictionaries.
    """
    ### BEGIN SOLUTION
    rows, seen = [], []
    for layer in layers:
        K, area, weights = layer["shape"][0], int(np.prod(layer["size"])), 0
        if layer["kind"] in ("conv", "linear"):
            weights = K * layer["channels"] // layer["groups"] * area
        biases = K * layer["bias"] * (2 if layer["kind"] == "norm" else 1)
        before = [seen[i] for i in layer["inputs"]] or [((1, 1), (1, 1))]
        field, jump = [], []
        for side in (0, 1):
            step = max(jumps[side] for _, jumps in before)
            reach = layer["dilation"][side] * (layer["size"][side] - 1)
            field.append(max(fields[side] for fields, _ in before) + reach * step)
            jump.append(step * layer["stride"][side])
        seen.append((field, jump))
        row = {"name": layer["name"], "shape": layer["shape"]}
        row |= {"parameters": weights + biases, "field": tuple(field)}
        numbers = int(np.prod(layer["shape"]))
        row["multiply_adds"] = weights * numbers // K
        rows.append(row | {"memory": 4 * numbers})
    return rows
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_summary"}
check("09.summary", summary)

# %% [markdown]
r"""
Now any network can be asked. VGG-16 first. Its activations are 15.2 million numbers, 58
MiB, where the notes say 24 million and 93 MB; 102,760,448 of its 138 million parameters
are in one layer; and the second convolution of a stage has as many channels in as out,
such as 3x3x128x128; and a pool keeps its channels, so that the last two give 512 maps
of 14 x 14 and of 7 x 7.
"""

# %% tags=["experiment"]
table_of = borrow("09.summary", summary)
image = (3, 224, 224)
with torch.device("meta"):
    vgg16 = network("vgg16")
vgg_rows = table_of(trace(vgg16, image))
print_table(vgg_rows, image)
vgg_numbers = (4 * np.prod(image) + sum(row["memory"] for row in vgg_rows)) // 4
print(f"{vgg_numbers:,} numbers of 4 bytes")

# %% [markdown]
r"""
The Inception block of the notes, on a map of 28 x 28 with 256 channels: naive, and with
1x1 convolutions that first make the map narrow. The notes say 854 million
multiply-adds, which is right, and 358 million, where it is 271 million.
"""

# %% tags=["experiment"]
from utils.networks import Described

naive = """
b1    Conv2d 256 128 kernel_size=1 < input
b2    Conv2d 256 192 kernel_size=3 padding=1 < input
b3    Conv2d 256 96 kernel_size=5 padding=2 < input
pool  MaxPool2d 3 stride=1 padding=1 < input
"""
narrow = """
b1       Conv2d 256 128 kernel_size=1 < input
b2.slim  Conv2d 256 64 kernel_size=1 < input
b2.wide  Conv2d 64 192 kernel_size=3 padding=1
b3.slim  Conv2d 256 64 kernel_size=1 < input
b3.wide  Conv2d 64 96 kernel_size=5 padding=2
pool     MaxPool2d 3 stride=1 padding=1 < input
b4       Conv2d 256 64 kernel_size=1
"""
inception_work = []
for text in (naive, narrow):
    print_table(rows := table_of(trace(Described(text), (256, 28, 28))), (256, 28, 28))
    inception_work.append(sum(row["multiply_adds"] for row in rows))

# %% [markdown]
r"""
The bottlenecks save two thirds of the work and cost a little memory, because there are
more maps to keep. And here are the light networks of this half, one beside the other.
(This cell needs all of them.)
"""

# %% tags=["experiment"]
with torch.device("meta"):
    own_nets["densenet121"] = DenseNet(DenseLayer)
own_nets["xception"] = xception
totals = {}
print(f"{'network':16} {'parameters':>12} {'multiply-adds':>14} {'activations':>12}")
for name, net in own_nets.items():
    shape = (3, 299, 299) if name == "xception" else (3, 224, 224)
    rows = table_of(trace(net, shape))
    keys = "parameters", "multiply_adds", "memory"
    totals[name] = [sum(row[key] for row in rows) for key in keys]
    parameters, work, memory = totals[name]
    print(f"{name:16} {parameters:12,} {work / 1e6:12,.0f} M {memory / 2**20:8.1f} MiB")

# %% [markdown]
r"""
The papers say 300 million multiply-adds for MobileNetV2 and 22.8 million parameters for
Xception. DenseNet-121 has few parameters for its depth, and many activations: the norm
of every layer makes a copy of all that came before.
"""

# %% [markdown]
r"""
## Which one?

Accuracy is one axis, and there are two more: parameters (what you store and send) and
multiply-adds (what you wait for, and pay as power). The picture shows what is published
with torchvision's weights: **top-1** accuracy, where only the first guess counts, on
one crop of 224 pixels a photograph (Inception v3: 299).
"""

# %%
show_published()

# %% [markdown]
r"""
Read it like this. AlexNet and VGG carry linear layers around that GoogLeNet showed to
be unnecessary. From ResNet-50 to ResNet-152 three times the work buys two points. For a
phone take MobileNetV2. When in doubt begin with a ResNet: it is easy to train, and
everything that you may want to add was tried on it first.

## Questions

**Question** (1 point). How many weights (without bias) does AlexNet's first linear
layer have, for its map of 6 x 6 with 256 channels?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_first_linear"}
### BEGIN SOLUTION
answer_first_linear = 6 * 6 * 256 * 4096
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_first_linear"}
check("09.answer_first_linear", answer_first_linear)

# %% [markdown]
r"""
**Question** (1 point). A 7x7 convolution from C to C channels is replaced by a row and
a column, 1x7 and 7x1, from C to C channels each. What share of its weights is left, as
a number between 0 and 1?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_row_column"}
### BEGIN SOLUTION
answer_row_column = (7 + 7) / 49
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_row_column"}
check("09.answer_row_column", answer_row_column)

# %% [markdown]
r"""
**Question** (1 point). A plain network of 56 layers has a higher **training** error
than one of 20. What is the reason?

* `"a"` It overfits: it has too many parameters for the data.
* `"b"` Training does not find the weights with which the added layers would pass their
  input on.
* `"c"` 56 layers can represent fewer functions than 20.
* `"d"` Without a skip the gradient is exactly zero in the early layers.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_degradation"}
### BEGIN SOLUTION
answer_degradation = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_degradation"}
check("09.answer_degradation", answer_degradation)

# %% [markdown]
r"""
**Question** (1 point). A depthwise separable 3x3 convolution goes from 128 to 256
channels, without biases. How many weights does it have?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_separable"}
### BEGIN SOLUTION
answer_separable = 128 * 9 + 128 * 256
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_separable"}
check("09.answer_separable", answer_separable)

# %% [markdown]
r"""
**Question** (1 point). A transposed convolution with 8x8 filters, stride 2 and padding
3 gets a map of 14 x 14. How high is its output?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_transposed"}
### BEGIN SOLUTION
answer_transposed = (14 - 1) * 2 + 8 - 2 * 3
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_transposed"}
check("09.answer_transposed", answer_transposed)

# %% [markdown]
r"""
**Question** (3 points, graded by hand). A friend wants to tell thirty kinds of birds
apart on a phone, from 5,000 photographs, and asks you which of these architectures to
take. In five or six sentences: what do you recommend, what speaks against VGG-16 and
against ResNet-152, and what would you measure before you decide?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_choice"}
r"""
MobileNetV2, with ImageNet weights and a new last layer: 3.5 million parameters are 14
MB, and 0.3 billion multiply-adds a picture run in real time on a phone, with an
accuracy on ImageNet like VGG-16's. VGG-16 takes 138 million parameters, over half a
gigabyte in float32, most of them in one linear layer that ties it to one image size,
and fifty times the work. ResNet-152 is six points better on ImageNet, but does forty
times the work of MobileNetV2, and with 5,000 photographs the gain may well vanish. I
would measure accuracy on photographs that were held out, seconds for each picture and
battery on the phone itself (multiply-adds predict time badly, because memory traffic
counts as well), and the size of the file; with ResNet-18 beside it as a second
candidate.
"""

# %% [markdown]
r"""
## What to remember

* Small filters in a rule-based stack (VGG); 1x1 convolutions mix channels and make
  bottlenecks (NiN, GoogLeNet); a mean over all places replaces the large linear layer.
* Plain depth degrades. A skip makes doing nothing the start, and deeper becomes better.
* The ReLU stands behind the sum, or, with pre-activation, nothing does. No bias before
  a batch norm.
* Names of parts are an interface: weights load by name.
* Count parameters, multiply-adds and memory by program; notes and papers slip.

To read more, in the order of the lesson:

* LeNet-5: Y. LeCun and others, *Gradient-based learning applied to document
  recognition* (1998), <https://doi.org/10.1109/5.726791>
* AlexNet: A. Krizhevsky and others, *ImageNet classification with deep convolutional
  neural networks* (2012), <https://doi.org/10.1145/3065386>; ZFNet: M. Zeiler and R.
  Fergus (2014), <https://arxiv.org/abs/1311.2901>; VGG: K. Simonyan and A. Zisserman
  (2014), <https://arxiv.org/abs/1409.1556>; NiN: M. Lin and others (2014),
  <https://arxiv.org/abs/1312.4400>
* Inception: C. Szegedy and others (2014, 2015), <https://arxiv.org/abs/1409.4842>,
  <https://arxiv.org/abs/1512.00567>
* ResNet: K. He and others (2015, 2016), <https://arxiv.org/abs/1512.03385>,
  <https://arxiv.org/abs/1603.05027>; why it works: A. Veit and others (2016),
  <https://arxiv.org/abs/1605.06431>; wide: S. Zagoruyko and N. Komodakis (2016),
  <https://arxiv.org/abs/1605.07146>; ResNeXt: S. Xie and others (2017),
  <https://arxiv.org/abs/1611.05431>; stochastic depth: G. Huang and others (2016),
  <https://arxiv.org/abs/1603.09382>
* FractalNet: G. Larsson and others (2017), <https://arxiv.org/abs/1605.07648>;
  DenseNet: G. Huang and others (2017), <https://arxiv.org/abs/1608.06993>; SqueezeNet:
  F. Iandola and others (2016), <https://arxiv.org/abs/1602.07360>
* ShuffleNet: X. Zhang and others (2018), <https://arxiv.org/abs/1707.01083>; Xception:
  F. Chollet (2017), <https://arxiv.org/abs/1610.02357>; MobileNetV2: M. Sandler and
  others (2018), <https://arxiv.org/abs/1801.04381>; AlphaGo: D. Silver and others
  (2016), <https://doi.org/10.1038/nature16961>
* convolutions: V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep
  learning* (2016), <https://arxiv.org/abs/1603.07285>; the checkerboard: A. Odena and
  others (2016), <https://doi.org/10.23915/distill.00003>; dilated: F. Yu and V. Koltun
  (2016), <https://arxiv.org/abs/1511.07122>; deformable: J. Dai and others (2017),
  <https://arxiv.org/abs/1703.06211>; snake: Y. Qi and others (2023),
  <https://arxiv.org/abs/2307.08388>
* all of them compared: A. Canziani and others, *An analysis of deep neural network
  models for practical applications* (2017), <https://arxiv.org/abs/1605.07678>

Next: what such a network sees.
"""
