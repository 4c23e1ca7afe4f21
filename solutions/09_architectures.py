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

# %% [markdown]
r"""
(The paper speaks of a twelfth of AlexNet's parameters. Counted exactly it is a ninth. And it is
sometimes called the first network past a hundred layers: it has 22. Highway networks and ResNet
were the first.)

## Deeper is worse

Is a deeper network a better one? Take a good network of 20 layers and add 36. The deeper one could
be at least as good: the new layers need only pass on what they get. So its **training** error cannot
be higher, if training finds the best weights.

K. He and others (2015) tried it on CIFAR-10. The plain network of 56 layers has a **higher** training
error than that of 20, all through training. That is not overfitting, where the training error falls
and the test error rises; and it is no vanishing gradient, for batch norm was there. It is hard for
several layers with ReLU to learn to **do nothing**. This is **degradation**.

Their answer: make doing nothing the start. Let the layers compute what is to be **added**,

$$y = \text{relu}(x + F(x))$$

so that $F = 0$, weights that are all zero, passes x on. The way round F is the **skip** or
**shortcut**; F is the **residual**, what is left to learn.

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
Of the last line beware: a branch that ends in ReLU can only add. The ReLU stands **behind** the sum.

What if the branch changes the shape? At the first block of a stage the map is halved and the channels
doubled. Then x must follow. For CIFAR-10 the paper does it without parameters: **every second
pixel, and channels of zeros**, half of them in front and half behind.

**Exercise `CifarBlock`** (2 points, 15 minutes). conv 3x3 with the stride, norm, ReLU, conv 3x3, norm,
the sum, ReLU; parts `conv1`, `bn1`, `conv2`, `bn2`, no biases before the norms. Where `skip` is
false nothing is added: that is the plain block, for the comparison below.

<details><summary>A hint</summary>
<code>x[:, :, ::2, ::2]</code> are the pixels. <code>F.pad(x, (0, 0, 0, 0, a, b))</code> puts a channels
of zeros in front and b behind: it counts the axes from the last one.
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

Blocks are made as `block(inputs, outputs, stride, **options)`.

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

Weights of ResNet-20 and ResNet-56 for CIFAR-10 are published (Y. Idelbayev's, 2018), with 8.27 % and
6.61 % test error; the paper has 8.75 % and 6.97 %. If your network calls its parts by the names of the
table and computes what the paper says, they fit without a change.
"""

# %% tags=["experiment"]
from utils.borrow import borrow
from utils.data import DataError, load_cifar10, load_weights
from utils.device import best_device

device, full = best_device(), course_mode() == "full"
Block = borrow("09.CifarBlock", CifarBlock)
Net = borrow("09.CifarResNet", CifarResNet, CifarBlock)
pictures = load_cifar10(n_train=10_000 if full else 600, n_test=10_000 if full else 200)
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
    except DataError as error:
        print(f"{name}: no weights here ({error})".splitlines()[0])
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
On all 10,000 pictures (`COURSE_MODE=full python solutions/09_architectures.py`) the network written
here gives FULL_ERRORS. Quick mode looks at 200 pictures.

### Experiment: plain against residual

The paper trained for 64,000 steps on a graphics card. For a computer with two cores we take a quarter
of the width and few pictures; the effect is so strong that it shows all the same.
"""

# %% tags=["experiment"]
from torch.utils.data import DataLoader, TensorDataset
from tqdm.auto import tqdm

n_epochs, width, batch = (8, 8, 128) if full else (2, 4, 50)
X_train = (torch.from_numpy(pictures.X_train) - 0.5) / 0.25
train_set = TensorDataset(X_train, torch.from_numpy(pictures.y_train))


def learn(net, name):
    """Train with momentum and a rate that falls to zero; the loss of each epoch."""
    net.to(device).train()
    loader = DataLoader(train_set, batch, shuffle=True)
    optimiser = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimiser, n_epochs * len(loader)
    )
    losses = []
    for _ in tqdm(range(n_epochs), desc=name):
        found = []
        for X, y in loader:
            optimiser.zero_grad()
            loss = F.cross_entropy(net(X.to(device)), y.to(device))
            loss.backward()
            optimiser.step()
            schedule.step()
            found.append(loss.item())
        losses.append(sum(found) / len(found))
    return losses


# %% tags=["experiment"]
learned, test_errors = {}, {}
X_test = (torch.from_numpy(pictures.X_test) - 0.5) / 0.25
for kind, skip in {"plain": False, "residual": True}.items():
    for n in (3, 9):
        name = f"{kind}, {6 * n + 2} layers"
        torch.manual_seed(0)
        net = Net(Block, n, width, skip=skip)
        learned[name] = learn(net, name)
        test_errors[name] = error_of(net, X_test, torch.from_numpy(pictures.y_test))
last = {name: losses[-1] for name, losses in learned.items()}
verb = "learns less" if last["plain, 56 layers"] > last["plain, 20 layers"] else "learns more"
show_learning(learned, f"Without skips the deeper net {verb} than the shallow one")
for name, error in test_errors.items():
    print(f"{name}: training loss {last[name]:.3f}, test error {error:.1f} %")

# %% [markdown]
r"""
FULL_CURVES

The published curves (Figure 6 of He and others, 2015; 64,000 steps) end at: plain 20 layers about 9.5 %
test error, plain 56 layers about 13 %, residual 20 layers 8.75 %, 56 layers 6.97 %, 110 layers
6.43 %. With skips the order turns round: **deeper is better**.

One way to see why: a chain of n residual blocks, multiplied out, is a sum over $2^n$ ways through it,
short ones and long ones (A. Veit and others, 2016). There is always a short way for the
gradient.

## The residual networks for ImageNet

There the shortcut of a block that changes the shape is a **1x1 convolution with the stride, and
norm**, called `downsample`. Where the shape stays it is nothing at all: what is there but the
identity would stand in the way.

**Exercise `BasicBlock`** (3 points, 20 minutes). As `CifarBlock`, with `downsample` where it is needed:
a `Sequential` of convolution and norm. A class attribute says by how much the block widens:
`expansion = 1`; it is there.

<details><summary>A hint</summary>
It is needed where the stride is not 1, and where the channels differ. <code>self.downsample =
None</code> says that it is not.
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
From 50 layers on the block is a **bottleneck**, GoogLeNet's idea: 1x1 to narrow, 3x3, 1x1 to widen
again by 4. On 256 channels that is 70 thousand parameters, against 1.2 million for two 3x3
convolutions.

Two later networks change one number each. **ResNeXt** (S. Xie and others, 2017) makes the middle wider and
cuts it into **groups** that do not see each other: many narrow branches side by side, as in Inception,
but all alike. **Wide ResNet** (S. Zagoruyko and N. Komodakis, 2016) makes the middle twice as wide: 50 wide
layers beat 152 narrow ones, and run faster. Both fit into one formula for the width of the middle,

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
**Exercise `Bottleneck`** (4 points, 25 minutes). conv 1x1, norm, ReLU, conv 3x3 with stride and groups,
norm, ReLU, conv 1x1 to `4 * planes` channels, norm, the sum, ReLU. (The paper has the stride in the
first convolution. The published weights have it in the 3x3, which sees every pixel; it is a little
better.)

<details><summary>A hint</summary>
<code>nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False)</code> is the one in the middle.
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
**Exercise `ResNet`** (4 points, 30 minutes). One class for ResNet-18 to 152, ResNeXt and Wide ResNet:

| part | what |
| --- | --- |
| `conv1`, `bn1` | 7x7, stride 2, padding 3, no bias, to `width` channels; norm; ReLU |
| | maximum over 3x3, stride 2, padding 1 |
| `layer1`, `layer2`, … | a `Sequential` for each number in `layers`: so many blocks |
| `fc` | mean over all places, linear |

The first stage has `planes = width`, each later one twice as many, and there the first block has
stride 2. A block gives `planes * block.expansion` channels. With `(2, 2, 2, 2)` basic blocks that is
ResNet-18, with `(3, 4, 6, 3)` bottlenecks ResNet-50, with `groups=32, base_width=4` in addition
ResNeXt-50, with `base_width=128` Wide ResNet-50-2.

<details><summary>A hint</summary>
Keep <code>inputs</code> in a variable that each block made brings up to date, and collect the stages
with <code>self.add_module(f"layer{i}", …)</code>.
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

In these blocks the sum still goes through a ReLU, so that even the shortcut loses its negative
numbers in each block. K. He and others (2016) moved norm and ReLU **in front of** the convolutions. Then
nothing stands behind the sum, and x travels through the whole network untouched:

$$x_L = x_l + \sum_{i=l}^{L-1} F(x_i)$$

Its gradient is 1 plus something: it cannot vanish. With it they trained 1,001 layers.

**Exercise `PreActBlock`** (2 points, 15 minutes). norm, ReLU, conv 3x3 with the stride, norm, ReLU, conv
3x3, and the sum. Parts `bn1`, `conv1`, `bn2`, `conv2`, no biases in the convolutions. Where the shape
changes, `downsample`, a bare 1x1 convolution with the stride, takes what comes **after the first norm
and ReLU**; else x itself is added.

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

A residual block can be left out without breaking anything. G. Huang and others (2016) do so in training, at
random: for a whole batch the branch is there with probability p, and else it is not even computed,
which saves its time. In inference it is always there, **times p**, its mean in training. Early blocks,
upon which all else rests, are kept more often: the rate falls in a line from 1 at the input to
$p_L$ at the last of L blocks,

$$p_l = 1 - \frac{l}{L} (1 - p_L), \qquad l = 1, \dots, L$$

**Exercise `StochasticDepth`** (2 points, 15 minutes). A module around a branch, kept as `branch`, whose
output has the shape of its input.

<details><summary>A hint</summary>
One number for a call: <code>torch.rand(())</code>. Draw first, then decide whether to call the
branch. <code>self.training</code> tells the mode.
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
**Exercise `survival_rates`** (1 point, 5 minutes). The line. By hand: four blocks, the last with 0.5,
give 0.875, 0.75, 0.625, 0.5.
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
The network of the paper has 54 blocks and $p_L = 0.5$. How many are there on average in a training
step?
"""

# %% tags=["experiment"]
expected_depth = sum(borrow("09.survival_rates", survival_rates)(54, 0.5))
print(f"{expected_depth} of 54: a quarter of the time saved")

# %% [markdown]
r"""
## SECOND HALF HERE
"""

# %% [markdown]
r"""
## Which one?

Accuracy is one axis, and there are two more: parameters (what you store and send) and multiply-adds
(what you wait for, and pay as power). The picture shows what is published with torchvision's
weights, one crop of 224 pixels a photograph.
"""

# %%
show_published()

# %% [markdown]
r"""
Read it like this. AlexNet and VGG carry linear layers around that GoogLeNet showed to be
unnecessary. From ResNet-50 to ResNet-152 three times the work buys two points. For a phone take
MobileNetV2. When in doubt begin with a ResNet: it is easy to train, and everything that you may want
to add was tried on it first.

## Questions

**Question** (1 point). How many weights (without bias) does AlexNet's first linear layer have, for
its map of 6 x 6 with 256 channels?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_first_linear"}
### BEGIN SOLUTION
answer_first_linear = 6 * 6 * 256 * 4096
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_first_linear"}
check("09.answer_first_linear", answer_first_linear)

# %% [markdown]
r"""
**Question** (1 point). A 7x7 convolution from C to C channels is replaced by a row and a column,
1x7 and 7x1, from C to C channels each. What share of its weights is left, as a number between 0 and
1?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_row_column"}
### BEGIN SOLUTION
answer_row_column = (7 + 7) / 49
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_row_column"}
check("09.answer_row_column", answer_row_column)

# %% [markdown]
r"""
**Question** (1 point). A plain network of 56 layers has a higher **training** error than one of 20.
What is the reason?

* `"a"` It overfits: it has too many parameters for the data.
* `"b"` Training does not find the weights with which the added layers would pass their input on.
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
## SECOND HALF QUESTIONS HERE
"""

# %% [markdown]
r"""
**Question** (3 points, graded by hand). A friend wants to tell thirty kinds of birds apart on a phone,
from 5,000 photographs, and asks you which of these architectures to take. In five or six sentences:
what do you recommend, what speaks against VGG-16 and against ResNet-152, and what would you measure
before you decide?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_choice"}
r"""
MobileNetV2, with ImageNet weights and a new last layer: 3.5 million parameters are 14 MB, and 0.3
billion multiply-adds a picture run in real time on a phone, with an accuracy on ImageNet like
VGG-16's. VGG-16 takes 138 million parameters, over half a gigabyte in float32, most of them in one
linear layer that ties it to one image size, and fifty times the work. ResNet-152 is six points better
on ImageNet, but does forty times the work of MobileNetV2, and with 5,000 photographs the gain may well
vanish. I would measure accuracy on photographs that were held out, seconds for each picture and
battery on the phone itself (multiply-adds predict time badly, because memory traffic counts as
well), and the size of the file; with ResNet-18 beside it as a second candidate.
"""

# %% [markdown]
r"""
## What to remember

* Small filters in a rule-based stack (VGG); 1x1 convolutions mix channels and make bottlenecks (NiN,
  GoogLeNet); a mean over all places replaces the large linear layer.
* Plain depth degrades. A skip makes doing nothing the start, and deeper becomes better.
* The ReLU stands behind the sum, or, with pre-activation, nothing does. No bias before a batch norm.
* Names of parts are an interface: weights load by name.
* Count parameters, multiply-adds and memory by program; notes and papers slip.

To read more: Y. LeCun and others, *Gradient-based learning applied to document recognition* (1998),
<https://doi.org/10.1109/5.726791>; A. Krizhevsky and others, *ImageNet classification with deep
convolutional neural networks* (2012), <https://doi.org/10.1145/3065386>; M. Zeiler and R. Fergus (2014),
<https://arxiv.org/abs/1311.2901>; K. Simonyan and A. Zisserman (2014),
<https://arxiv.org/abs/1409.1556>; M. Lin and others (2014), <https://arxiv.org/abs/1312.4400>; C. Szegedy and
others (2014, 2015), <https://arxiv.org/abs/1409.4842>, <https://arxiv.org/abs/1512.00567>; K. He and
others (2015, 2016), <https://arxiv.org/abs/1512.03385>, <https://arxiv.org/abs/1603.05027>; S.
Zagoruyko and N. Komodakis (2016), <https://arxiv.org/abs/1605.07146>; S. Xie and others (2017),
<https://arxiv.org/abs/1611.05431>; G. Huang and others (2016), <https://arxiv.org/abs/1603.09382>; A.
Veit and others (2016), <https://arxiv.org/abs/1605.06431>; A. Canziani and others, *An analysis of deep
neural network models for practical applications* (2017), <https://arxiv.org/abs/1605.07678>.

Next: what such a network sees.
"""
