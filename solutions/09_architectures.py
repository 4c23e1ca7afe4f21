# %% [markdown]
r"""
# 09 Architectures

**The question.** In 2011 the best program in the ImageNet challenge, a thousand kinds of things
on 1.2 million photographs, was wrong on every fourth picture although it might name five kinds.
Four years later it was wrong on one in twenty-eight. All that time the parts were the ones that
you know: convolution, pooling, ReLU, batch norm, dropout. What changed was **how they are put
together**: the **architecture**. Which ideas made the difference, and how would you build them?

In this lesson you write the networks of two decades as PyTorch modules, block first and network
second. Each is checked against the published one, down to the last parameter, and takes its
published weights by name.

You will write about thirty short pieces. It is the longest lesson of the course: about nine
hours, in two halves. Do one network at a time.
"""

# %%
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint, plots
from utils.plots.architectures import (
    show_blocks,
    show_challenge,
    show_learning,
    show_published,
    show_shares,
)
from utils.stand_ins.architectures import ConvUnit, PlainUnit

# %%
show_challenge()

# %% [markdown]
r"""
A **top-5 error** means that the right kind is not among the five that the net finds most likely.

## Names, and how you are checked

A module's parameters have names, from the attributes that you choose: `self.conv1 =
nn.Conv2d(...)` gives `conv1.weight` and `conv1.bias`. Inside a `Sequential` layers are numbered:
`features.0.weight`. Weights are published as dictionaries by name, so a network that calls its
layers otherwise cannot load them. Therefore each exercise says what the parts are called.
Layers without parameters may be called anything, or be functions such as `torch.relu`; but
inside a numbered `Sequential` they count.

The checks fill your module with numbers drawn from a seed, compare names, shapes, output and
gradients with those of the published network, and count the parameters at full size without
using memory for them. A network that is made of blocks **gets the class of its block as an
argument**. It is checked with a simple block in its place, so that a mistake in the block does not
cost you the network; only the cases that say "your block" use your own.

## LeNet-5: the pattern

In 1998 Y. LeCun and others read the amounts on bank cheques with a network that has the pattern
of nearly all that follow: convolution and pooling in turn, maps that become smaller and more,
then linear layers.

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

61,706 together, and **48 thousand of them in the first linear layer**. The original counts exactly
60,000: its second convolution left some connections out, and its pooling had a factor and a bias.

**Exercise `LeNet5`** (2 points, 10 minutes).

<details><summary>A hint</summary>
<code>F.avg_pool2d(x, 2)</code> takes the mean of 2 x 2 windows. <code>x.flatten(1)</code> makes rows
of maps.
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

In 2012 A. Krizhevsky, I. Sutskever and G. Hinton won with 16.4 % where the next best had 26 %. (One
net alone has 18.2 %; the 16.4 % are five together, and 15.3 % in the end with more data.) It is
LeNet's pattern with five convolutions and three linear layers, and with what you have met in
lessons 04 and 07: **ReLU** in place of tanh, **dropout**, **augmentation**, and a week on
two graphics cards with 3 GB each. Its pools **overlap**: windows of 3x3 at stride 2.

Follow an image of 227 pixels through it (the paper says 224, which does not fit; the published
weights pad by 2 instead):
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
The last map is 6 x 6 with 256 channels, so the first linear layer has $6 \cdot 6 \cdot 256 \cdot
4096 = 37.7$ million weights. (Notes that say 26 million have a map of 5 x 5, which comes from 224
pixels without padding.) Nearly all parameters are in the linear layers:
"""

# %%
alexnet_convs = (64 * 3 * 121 + 64, 192 * 64 * 25 + 192, 384 * 192 * 9 + 384,
                 256 * 384 * 9 + 256, 256 * 256 * 9 + 256)  # fmt: skip
alexnet_linear = (9216 * 4096 + 4096, 4096 * 4096 + 4096, 4096 * 1000 + 1000)
print(f"convolutions {sum(alexnet_convs):,}, linear layers {sum(alexnet_linear):,}, "
      f"together {sum(alexnet_convs) + sum(alexnet_linear):,}")  # fmt: skip

# %% [markdown]
r"""
There are two AlexNets. The one of the paper has 96, 256, 384, 384, 256 filters, in two towers, one
on each card. The one whose weights everybody uses is a later one-tower version with 64, 192, 384,
256, 256. **ZFNet**, the winner of 2013, is AlexNet with a finer first layer (7x7 at stride 2
instead of 11x11 at stride 4) and more filters later, found by looking at what the layers see
(lesson 10). So one class with a table serves for all three: a row is
`(filters, size, stride, padding)`.
"""

# %%
ALEXNET = (64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1)
PAPER = (96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1)
ZFNET = (96, 7, 2, 1), (256, 5, 2, 0), (512, 3, 1, 1), (1024, 3, 1, 1), (512, 3, 1, 1)

# %% [markdown]
r"""
**Exercise `AlexNet`** (3 points, 20 minutes). Two `Sequential`s:

* `features`: conv, ReLU, pool, conv, ReLU, pool, conv, ReLU, conv, ReLU, conv, ReLU, pool. All
  pools are maxima over 3x3 at stride 2. (The local response normalisation of the paper is left out;
  nobody missed it. Batch norm, which came later, is another thing and became standard.)
* then, without parameters, `nn.AdaptiveAvgPool2d(6)`, which brings maps of any size to 6 x 6 and
  leaves those alone that have it, and flattening;
* `classifier`: dropout, linear, ReLU, dropout, linear, ReLU, linear. `hidden` is the width
  between them.

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

AlexNet is a list of special cases. K. Simonyan and A. Zisserman (2014) asked what depth alone
gives, and made everything else equal: **every filter 3x3 with padding 1, every pool 2x2**. After each
pool the maps are half as high and wide, and (up to 512) twice as many.

Why 3x3? Two of them in a row see 5x5, three see 7x7 (lesson 05), with fewer weights: for C channels
$2 \cdot 9 C^2 = 18 C^2$ against $25 C^2$, and $27 C^2$ against $49 C^2$, and with a ReLU in between.
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

**Exercise `VGG`** (3 points, 20 minutes). `features`: each convolution followed by ReLU, padded
so that the size stays, each stage by a 2x2 maximum. Then `nn.AdaptiveAvgPool2d(7)` and flattening.
`classifier`: linear, ReLU, dropout, linear, ReLU, dropout, linear. (Dropout stands behind the
activation here and before the layer in AlexNet. That is the same, but the numbers differ.)

<details><summary>A hint</summary>
Two loops, one inside the other. A filter of odd size keeps height and width with padding
<code>size // 2</code>.
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
Where does VGG-16 spend what it costs? The next cell walks through D with a 224-pixel image.
Note that the second convolution of a stage has as many inputs as outputs: 3x3x128x128 and
3x3x256x256 (one table in the notes says 3x3x3x128), and that a pool keeps the channels: the
pools of the last stages give 14x14x512 and 7x7x512.
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
15.2 million numbers, 58 MiB in float32. (The notes say 24 million and 93 or 96 MB: add up their
own list and you get 15.)

## Network in Network: a small net at every pixel

M. Lin and others (2014) had two ideas that all later networks use.

**1x1 convolutions.** A filter of 1x1 looks at one pixel, and at all channels of it. It is a linear
layer over channels, applied at every pixel alike; two of them with ReLU are a small net that slides
over the map. It mixes channels and nothing else. A tiny example, two channels of two pixels:
"""

# %%
x = torch.tensor([[1.0, 2.0], [10.0, 20.0]]).reshape(1, 2, 1, 2)
conv = nn.Conv2d(2, 1, 1, bias=False)
with torch.no_grad():
    conv.weight[:] = torch.tensor([[[[3.0]], [[1.0]]]])
print("3 · (1, 2) + 1 · (10, 20) =", conv(x).flatten().tolist())

# %% [markdown]
r"""
**Global average pooling.** If the last map has one channel for each class, its mean over all
places is the score. No linear layer, none of its 100 million weights, and any image size will do.

**Exercise `NiN`** (2 points, 15 minutes). Three blocks, named `block1`, `block2` and `block3`. Each is
a `Sequential` of conv (size as given, padded so that the size stays), ReLU, 1x1 conv, ReLU, 1x1
conv, ReLU. After the first and after the second block: a maximum over 3x3 at stride 2 with padding
1, and dropout. After the third the mean over all places.

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
The network of the paper for CIFAR-10, `((5, 192, 160, 96), (5, 192, 192, 192), (3, 192, 192, 10))`,
has 966,986 parameters; LeNet's pattern at this width would need millions in its first linear layer.

## GoogLeNet: all sizes at once

Which filter size is right, 1x1, 3x3 or 5x5? C. Szegedy and others (2014) answered: **all**, side by
side, and let the next layer choose. That is an **Inception** block: several branches look at the same
input, and their outputs are joined along the channels. Done naively it is expensive. The trick is
a 1x1 convolution in front that makes the input narrow, a **bottleneck**.
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
How much does it save? Multiply-adds of a convolution are weights times places. On a map of 28x28
with 256 channels:
"""

# %%
places = 28 * 28
naive = places * 256 * (128 + 192 * 9 + 96 * 25)
squeezed = places * (256 * (64 + 64 + 128 + 64) + 64 * (192 * 9 + 96 * 25))
print(f"naive {naive / 1e6:.0f} M, with bottlenecks {squeezed / 1e6:.0f} M")

# %% [markdown]
r"""
854 million against 271 million. (The notes say 358 for the second: they count the 3x3 branch twice.)

From here on, the unit of which networks are made is convolution, batch norm, ReLU. Such a
convolution **needs no bias**: batch norm subtracts the mean of each channel right after, and a
bias with it. The unit is given to you. `ConvUnit(inputs, outputs, kernel_size=3, padding=1)` calls
its parts `conv` and `bn`; `PlainUnit`, a convolution with a bias and ReLU, is that of the paper,
which is a year older than batch norm.
"""

# %%
unit = ConvUnit(192, 64, kernel_size=1)
print({name: tuple(p.shape) for name, p in unit.named_parameters()})

# %% [markdown]
r"""
**Exercise `Inception`** (3 points, 20 minutes). Four branches, all of units, joined in this order:

| name | layers |
| --- | --- |
| `branch1` | a unit, 1x1, to `n1` channels |
| `branch2` | `Sequential`: unit 1x1 to `n3[0]`, unit 3x3 to `n3[1]` |
| `branch3` | `Sequential`: unit 1x1 to `n5[0]`, unit `size` x `size` to `n5[1]` |
| `branch4` | `Sequential`: maximum over 3x3, then unit 1x1 to `pool` |

Nothing changes height and width. The paper has `size=5`; the published weights have 3 there, by a
mistake in the first program that trained them, which stayed.

<details><summary>A hint</summary>
<code>torch.cat([a, b], dim=1)</code> joins along the channels. A pool keeps the size with
<code>stride=1, padding=1</code>.
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

A year later the same group made the blocks cheaper. A 5x5 filter becomes two of 3x3, as in VGG: 18
weights in place of 25. And an $n \times n$ filter becomes a **row and a column**: $1 \times n$, then
$n \times 1$. For $n = 7$ that is 14 weights in place of 49. Not every 7x7 filter can be had that way;
it turned out not to matter on maps of 12 to 20 pixels.
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
    "Two blocks of Inception v3; every box is a unit",
)  # fmt: skip

# %% [markdown]
r"""
**Exercise `inception_v3`** (3 points, 20 minutes). Both classes, of `ConvUnit`s, with the names of
the published network, in the order of the figure:

* `InceptionA`: `branch1x1`; `branch5x5_1`, `branch5x5_2`; `branch3x3dbl_1`, `_2`, `_3`; `branch_pool`;
* `InceptionC`: `branch1x1`; `branch7x7_1`, `_2`, `_3`; `branch7x7dbl_1` to `_5`; `branch_pool`.

The pool is the mean over 3x3, and keeps the size.

<details><summary>A hint</summary>
A filter one high and seven wide: <code>kernel_size=(1, 7), padding=(0, 3)</code>. The mean pool is
<code>F.avg_pool2d(x, 3, stride=1, padding=1)</code>.
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

All pools are maxima with stride 2 over 3x3, only the last over 2x2, and all with `ceil_mode=True`: a
window that hangs over the edge counts.

GoogLeNet was also trained with two **auxiliary** classifiers: small heads on 4a and 4d whose loss
was added, so that the gradient reaches the early layers. They are dropped afterwards, and batch
norm and skips have made them unnecessary. We leave them out.

**Exercise `GoogLeNet`** (3 points, 25 minutes). The blocks are made by
`block(inputs, *row, unit=unit, **options)`, so that `GoogLeNet(Inception, GOOGLENET, size=5,
unit=PlainUnit)` is the network of the paper: 6,998,552 parameters. With the defaults it is that of
the published weights: 6,624,904, a ninth of AlexNet's.

<details><summary>A hint</summary>
Keep the names of the blocks in lists, by stage, and use
<code>self.add_module(name, block)</code>; <code>getattr(self, name)</code> finds it again. A
block gives <code>n1 + n3[1] + n5[1] + pool</code> channels.
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
