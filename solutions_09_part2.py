# %% [markdown]
r"""
## Fractal networks: depth without a skip

Is it the skip that lets a deep network learn, or is it that there are **short ways** through it?
FractalNet (G. Larsson and others, 2017) has short ways and no sum with the input. It grows by
a rule. A fractal of one column is a single unit, $f_1 = \text{unit}$. A fractal of $c + 1$
columns puts two fractals of $c$ columns in a row, and one unit beside them:

$$f_{c+1}(x) = \tfrac12\big(\text{unit}(x) + f_c(f_c(x))\big)$$

Its longest way is $2^{c-1}$ units deep, its shortest is one.
"""

# %%
from collections import OrderedDict
from itertools import pairwise

from utils.plots.convolutions import (
    show_fractal,
    show_groups,
    show_holes,
    show_reading,
    show_snake,
    show_stamps,
)

show_fractal(3)

# %% [markdown]
r"""
**Exercise `FractalBlock`** (2 points, 20 minutes). A class that contains itself, twice. `unit` is
given: `unit(inputs, outputs, kernel_size=3, padding=1)` is convolution, batch norm and ReLU.

<details><summary>A hint</summary>
In <code>__init__</code> make <code>self.first = FractalBlock(channels, columns - 1, unit)</code>
where there is more than one column. What does a block of one column not have?
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
**Drop-path.** Stochastic depth drops the branch of a block and keeps the skip. A fractal has no
skip, so each join drops its incoming paths, each with probability `drop`, and takes the mean of
**what is left**. One path must survive: where the dice would drop all, one of them, drawn at
random, is kept.

Three paths with the values 1, 10 and 100, of which the second is dropped:
$(1 + 100) / 2 = 50.5$.

**Exercise `join_paths`** (2 points, 15 minutes). All random numbers come from `generator`.

<details><summary>A hint</summary>
<code>torch.rand(n, generator=generator) >= drop</code> says which of n paths are kept;
<code>torch.randint(n, (1,), generator=generator)</code> draws one of them. A mask picks rows:
<code>paths[kept]</code>.
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

A residual block **adds** to its input. DenseNet (G. Huang and others, 2017) **keeps** it: every
layer appends a few new channels to all that came before, and so the layers after it read the
work of every earlier one. How many a layer adds is the **growth rate**, usually 32; a layer is
narrow because it need not repeat what is already there.

A layer is a pre-activation block: norm, ReLU, 1x1 convolution to `bottleneck * growth` channels,
norm, ReLU, 3x3 convolution to `growth` channels. Then the input and the new channels stand side by
side: 5 channels in and a growth of 3 make 8 channels out.

**Exercise `DenseLayer`** (2 points, 15 minutes).
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
A map that only grows becomes too large. Between two dense blocks a **transition** halves both the
number of channels (norm, ReLU, 1x1 convolution) and height and width (average pooling 2x2). With
a stem of 6 channels, growth 3 and blocks of 2, 1 and 3 layers:

| part | channels |
| --- | --- |
| stem | 6 |
| block 1, two layers | 9, 12 |
| transition | 6 |
| block 2, one layer | 9 |
| transition | 4 |
| block 3, three layers | 7, 10, 13 |

**Exercise `DenseNet`** (2 points, 30 minutes). DenseNet-121 has blocks of 6, 12, 24 and 16
layers: with two convolutions a layer, a convolution in the stem, three in the transitions and the
linear layer these are 121. Your network must have 7,978,856 parameters. The names are
torchvision's; the published weights are older and say `norm.1` where the name is now `norm1`, so
that there a rename is needed.

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

Nearly all weights of AlexNet are in its linear layers; SqueezeNet (F. Iandola and others, 2016)
has none. Its other saving is the **Fire block**. A 3x3 filter costs nine times as much as a 1x1
filter, and its cost grows with the number of channels that it reads. So first **squeeze** the
channels with 1x1 filters, then **expand** again, half with 1x1 and half with 3x3 filters:

$$64 \to 16 \to (64, 64): \quad (64 + 1) \cdot 16 + (16 + 1) \cdot 64 + (16 \cdot 9 + 1) \cdot 64
= 11{,}408$$

parameters, where one 3x3 convolution from 64 to 128 channels has 73,856.

**Exercise `Fire`** (2 points, 15 minutes).
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
The network (version 1.1) has three stages of Fire blocks. A row `(16, 64, 64)` says: squeeze to
16, expand to 64 and 64.
"""

# %%
SQUEEZENET = (
    ((16, 64, 64), (16, 64, 64)),
    ((32, 128, 128), (32, 128, 128)),
    ((48, 192, 192), (48, 192, 192), (64, 256, 256), (64, 256, 256)),
)

# %% [markdown]
r"""
**Exercise `SqueezeNet`** (2 points, 20 minutes). Two things are unusual. The pools round **up**:
a last window that is only half full counts too (`ceil_mode=True`). And the classifier is a 1x1
convolution with one map for each class, a ReLU, and the mean over the map. With your own `Fire`
the network has 1,235,496 parameters.

<details><summary>A hint</summary>
Collect the layers of <code>features</code> in a list, with a variable for the number of
channels, and unpack it: <code>nn.Sequential(*layers)</code>. A pool stands before each stage.
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

A filter of a plain convolution sees **all** channels. In a **grouped** convolution the channels
are split into G groups, and so are the filters; the filters of a group see the channels of their
own group. AlexNet did so because its two GPUs could not share all maps; today it is done to save:
each filter reads C / G channels, so weights and multiply-adds are divided by G.

A grouped convolution is a plain one most of whose weights are zero. Four filters of 1x1 in two
groups on two channels, with the weights 2, 3, 5, 7:

$$\begin{pmatrix} 2 & 0 \\ 3 & 0 \\ 0 & 5 \\ 0 & 7 \end{pmatrix}$$

**Exercise `ungroup`** (1 point, 15 minutes). Write the weights of a grouped convolution out in
full.
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
Two grouped convolutions in a row have a flaw: what belongs to the first group never meets what
belongs to the second. **ShuffleNet** (X. Zhang and others, 2018) deals the channels out anew
between the two, as one deals cards: one of each group in turn.
"""

# %%
show_groups([0, 3, 1, 4, 2, 5], groups=2)

# %% [markdown]
r"""
**Exercise `channel_shuffle`** (1 point, 10 minutes). Six channels in the groups (0, 1, 2) and
(3, 4, 5) become 0, 3, 1, 4, 2, 5.

<details><summary>A hint</summary>
Write the groups as the rows of a table and read it by columns.
<code>x.unflatten(1, (a, b))</code> makes two axes of one, <code>flatten(1, 2)</code> one of two.
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

**Spatially separable.** Some filters are a column times a row. Sobel's edge filter is one:

$$\begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix} =
\begin{pmatrix} 1 \\ 2 \\ 1 \end{pmatrix} \begin{pmatrix} -1 & 0 & 1 \end{pmatrix}$$

Then a 3x1 filter followed by a 1x3 filter does the same with 6 products in the place of 9. A
learned filter is seldom of this kind; Inception v3 builds the two halves in from the start, and
gives up the rest.

**Depthwise separable.** Take channels apart instead. First every channel is filtered by itself:
a grouped convolution with a group for **each channel**, called **depthwise**, mixes no channels.
Then a 1x1 convolution, called **pointwise**, mixes channels and no places.
"""

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
From 64 to 128 channels with 3x3 filters: $64 \cdot 9 + 64 \cdot 128 = 8{,}768$ weights, a plain
convolution $64 \cdot 128 \cdot 9 = 73{,}728$. Xception (F. Chollet, 2017) reads this as the
extreme of Inception: there 1x1 filters first make a few groups of channels, and each group has
spatial filters of its own; here every channel is a group.

**Exercise `SeparableConv`** (1 point, 10 minutes).
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
Xception is made of residual blocks whose **units** are ReLU, separable convolution, batch norm. A
block of the **entry** has two units, then a maximum pool with stride 2; a block of the **middle**
has three units and keeps everything.

**Exercise `XceptionBlock`** (2 points, 25 minutes). One class for both. `widths` lists the
channels before and after each unit: `(64, 128, 128)` are two units, 64 to 128 and 128 to 128.

<details><summary>A hint</summary>
<code>pairwise(widths)</code> gives inputs and outputs of each unit, one pair after the other.
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
With these two blocks the whole network is a few lines: a stem, three entry blocks, eight of the
middle, one to the exit, two more separable convolutions and a linear layer. The published network
has 22,855,952 parameters.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

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

MobileNet (2017) put depthwise separable convolutions into a network for telephones; its second
version (M. Sandler and others, 2018) put them into a residual block turned inside out. A
bottleneck of ResNet is wide, narrow, wide, and the skip joins the **wide** ends. The **inverted
residual** is narrow, wide, narrow: the cheap depthwise convolution works on the wide middle, and
the skip joins the **narrow** ends, which are all that must be kept in memory.

1. 1x1 convolution from C to `expand * C` channels, batch norm, ReLU6 (left out where `expand` is
   1),
2. depthwise 3x3 convolution with the stride, batch norm, ReLU6,
3. 1x1 convolution down to the outputs, batch norm, and **no activation**.

ReLU6 is $\min(\max(0, x), 6)$, which suits numbers of few bits. The last step is linear because a
ReLU on few channels throws away what cannot be got back.

**Exercise `InvertedResidual`** (3 points, 25 minutes). The input is added where it fits: stride 1
and as many channels out as in.

<details><summary>A hint</summary>
The names of the published weights: <code>conv</code> is a Sequential whose members are up to two
Sequentials (convolution, batch norm, ReLU6) and then the last convolution and its batch norm.
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
The network is a table. A row says: expand, channels, how many blocks, stride of the first of them.
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
**Exercise `MobileNetV2`** (2 points, 25 minutes). With your own block it has 3,504,872 parameters.
"""


# %% nbgrader={"solution": true, "grade_id": "MobileNetV2"}
class MobileNetV2(nn.Module):
    """MobileNetV2 on images (N, 3, H, W): scores (N, classes).

    block: a class, used as `block(inputs, outputs, stride, expand)`.
    stages: rows (expand, channels, number of blocks, stride of the first block; the
    others have stride 1).  stem, head: channels of the first and last convolution.
    `features`, a Sequential: Sequential(3x3 convolution with stride 2, padding 1, no
    bias; norm; ReLU6), the blocks, Sequential(1x1 convolution without bias, norm, ReLU6).
    Then the mean over all places, and `classifier`: dropout 0.2 and a linear layer.
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
Because your networks have torchvision's names, weights that others trained on ImageNet fit in by
name. `load_state_dict` complains about every name that is missing or left over. The next cell
needs both of your networks.
"""

# %% tags=["experiment"]
from utils.data import DataError, load_weights
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

A go board is an image: 19 x 19 points, and in the place of three colours 48 **planes** that say
where stones are, how many liberties they have, and so on. The policy network (D. Silver and
others, 2016) looks at it and gives a probability to each of the 361 points: where would a strong
player move?

* 192 filters of 5x5, padding 2, ReLU: the board stays 19 x 19;
* eleven times 192 filters of 3x3, padding 1, ReLU;
* one filter of 1x1, then a **bias of its own for each point**, and the softmax over the board.

There is no pooling: a move is a point, and points must not be blurred. The bias by place (and the
rim of zeros) is all that knows where on the board it is. 3,882,793 parameters.

**Exercise `PolicyNet`** (2 points, 15 minutes).
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

Convolutions and pools make maps smaller. To draw a picture, or to give every pixel a label, a map
must grow again. The **transposed convolution** does so: each number of the input **stamps** the
whole filter into the output, multiplied by itself; the stamps of neighbours lie `stride` apart,
and where they overlap they are added. In one dimension, input (a, b), filter (x, y, z), stride 2:

$$(ax,\; ay,\; az + bx,\; by,\; bz)$$
"""

# %%
show_stamps(np.array([2.0, 3.0]), np.array([1.0, 10.0, 100.0]), stride=2)

# %% [markdown]
r"""
With padding P the outer P numbers on each side are cut off, so that the size is $(H - 1) S + F -
2P$. This is what a convolution does in its **backward** pass (lesson 05), and with the Toeplitz
matrix of that lesson it is the product with the transposed matrix: hence the name. It does
**not** undo a convolution: the shape comes back, the numbers do not.

**Exercise `transposed_conv`** (2 points, 20 minutes). In NumPy. The filters are stored as PyTorch
does for this layer: input channels first.

<details><summary>A hint</summary>
Make an output of zeros without padding, walk over the places of the input, and add a stamp to a
window. <code>np.tensordot(x[:, :, i, j], w, 1)</code> sums over the input channels: its shape is
(N, K, FH, FW).
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
Where filter size and stride do not fit together, some output places receive more stamps than
others: the **checkerboard** in many generated pictures. Stamps of 4 with stride 2 are even,
stamps of 3 are not.

### Dilated: far sight without more weights

To see further a network needs larger filters, more layers, or pools that lose detail. The
**dilated** (atrous) convolution puts holes into the filter: with **dilation** D it reads every
D-th pixel, and spans $D (F - 1) + 1$. Three layers of 3x3 with dilations 1, 2 and 4 see 15
pixels, plain ones 7.
"""

# %%
show_holes((1, 2, 3))

# %% [markdown]
r"""
By hand: the row (1, 2, 3, 4, 5, 6, 7), the filter (1, 10, 100), dilation 2. First
$1 + 3 \cdot 10 + 5 \cdot 100 = 531$, then $2 + 4 \cdot 10 + 6 \cdot 100 = 642$, then 753.

**Exercise `dilated_conv`** (2 points, 15 minutes). In NumPy, stride 1, no padding.

<details><summary>A hint</summary>
Loop over the numbers of the filter, not over pixels: number (i, j) of each filter is multiplied
with one slice of the images. <code>np.einsum("kc,nchw->nkhw", a, b)</code> sums over the
channels.
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

A filter always reads the same grid, whatever is there. The **deformable** convolution (J. Dai and
others, 2017) moves each of its reading places by an **offset**, which a second convolution
computes from the image. (One page of the notes heads it "separable"; the two have nothing to do
with one another.)
"""

# %%
show_reading()

# %% [markdown]
r"""
An offset of 0.3 leads between pixels. There one reads by **bilinear** interpolation: of the four
pixels around, each counts with (1 - its distance in rows) times (1 - its distance in columns). At
row 0.25, column 0.5 of

$$\begin{pmatrix} 10 & 20 \\ 30 & 40 \end{pmatrix}: \quad
0.375 \cdot 10 + 0.375 \cdot 20 + 0.125 \cdot 30 + 0.125 \cdot 40 = 20$$

The distances depend on the place, so a gradient reaches the place itself: only so can offsets be
learned.

**Exercise `bilinear_sample`** (2 points, 25 minutes). In PyTorch, without `grid_sample`. Outside
the image there are zeros.

<details><summary>A hint</summary>
Loop over the two rows <code>rows.floor()</code> and that plus 1, and over two columns alike. A
place outside must not be used as an index: <code>clamp</code> it for reading, and multiply what
you read by whether it was inside.
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
In a plain convolution output (2, 5) multiplies pixel $(2 + i,\, 5 + j)$ by `w[:, :, i, j]`. In a
deformable one it reads at $(2 + i + \Delta_{row},\; 5 + j + \Delta_{column})$, and each number of
the filter has a pair of offsets of its own at each output place.

**Exercise `deformable_conv`** (2 points, 25 minutes). For one image, stride 1, no padding.
`sample` is given and does what `bilinear_sample` does.

<details><summary>A hint</summary>
<code>torch.arange(FH).view(-1, 1, 1, 1)</code> has the axes of the offsets. With rows and columns
of shape (FH, FW, OH, OW) <code>sample</code> gives (C, FH, FW, OH, OW); one
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

Free offsets may tear a filter apart. Blood vessels, roads and cracks are long and thin, and a
filter that follows them should stay in one piece. The **dynamic snake** convolution (Y. Qi and
others, 2023) takes a filter of, say, 1 x 9 and lets its numbers move up and down only, and
**relative to their neighbour**: the middle stays, and each place adds its own offset (between -1
and 1) to where the place before it stands.
"""

# %%
show_snake([0.5, -1.0, 0.7, 0.25, 1.0], [-0.5, -1.0, 0.0, 0.25, 1.25])

# %% [markdown]
r"""
Five offsets, (0.5, -1, 0.7, 0.25, 1). The middle stays at 0, whatever its offset says. To the
right: 0.25, then 0.25 + 1 = 1.25. To the left: -1, then -1 + 0.5 = -0.5.

**Exercise `snake_offsets`** (2 points, 15 minutes). How far each place of the filter ends up from
the middle. Reading there is what `bilinear_sample` does.

<details><summary>A hint</summary>
<code>cumsum(0)</code> adds up from the front. <code>flip(0)</code> turns the left half round, and
back.
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

In lesson 05 you computed the **receptive field** of a stack of layers: the number of pixels in a
row that one output depends on. Dilation belongs to it. Keep two numbers while you go from layer
to layer: the **field**, and the **jump**, how many pixels lie between two neighbouring outputs.
Both begin at 1. A layer of size F, stride S and dilation D reaches over $D (F - 1)$ steps of the
jump that it finds:

$$\text{field} \leftarrow \text{field} + D (F - 1) \cdot \text{jump}, \qquad \text{jump} \leftarrow S \cdot \text{jump}$$

**Exercise `receptive_field`** (2 points, 15 minutes).
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

Papers compare networks by numbers: parameters, multiply-adds, memory. They are easy to get wrong
by hand: two sets of lecture notes that this course grew out of count one branch of Inception
twice, and give VGG-16 half as many activations again as it has. So let a program count.

`trace(net, shape)` runs any network on PyTorch's `meta` device, which knows shapes and no
numbers, and notes the layers:
"""

# %%
from utils.tracing import print_table, trace

tiny = nn.Sequential(
    nn.Conv2d(4, 6, 3, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(36, 5)
)
for layer in trace(tiny, (4, 4, 5)):
    print(layer)

# %% [markdown]
r"""
Layers that only pass numbers on (ReLU, dropout, a sum, a concatenation) are not listed. A linear
layer is a convolution whose window is the whole map (lesson 05), here 2 x 3 with 6 channels.

By hand, the first layer: a filter sees 4 / 2 = 2 channels, so $6 \cdot 2 \cdot 9 = 108$ weights
and 6 biases, 114 parameters. Each weight is used once at each of the 2 x 3 places: 648
multiply-adds. The output has 36 numbers of 4 bytes: 144 bytes. It sees 3 x 3 pixels.

**Exercise `summary`** (4 points, 35 minutes). A row for each layer.

* parameters: weights and biases; a norm has a scale and a shift for each channel where `bias` is
  true; a pool has none;
* multiply-adds: of convolutions and linear layers only, without the bias;
* memory: the bytes of the output, float32, for one image;
* field: height and width. What reads several layers sees as far as the one of them that sees
  furthest, and its jump is the largest of theirs. The image itself has field and jump 1.

<details><summary>A hint</summary>
Beside the rows keep the jumps, a pair for each layer. <code>math.prod</code> multiplies the
numbers of a tuple.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "summary"}
def summary(layers):
    """A table of a network: what each layer costs and how far it sees.

    layers: from `trace`, dictionaries with `name`; `kind` ("conv", "linear", "norm",
    "pool"); `inputs`, the numbers of the layers that it reads, [] for the image;
    `channels` of its input; `shape` of its output, (K, OH, OW) or (K,); `size`,
    `stride`, `dilation`, pairs (height, width); `groups`; `bias`.
    Returns a list of dictionaries with the keys name, shape, parameters, multiply_adds,
    memory (bytes) and field (a pair).
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
Now any network can be asked. VGG-16 first. Its activations are 15.2 million numbers, 58 MiB,
where the notes say 24 million and 93 MB; 102,760,448 of its 138 million parameters are in one
layer; and the second convolution of a stage has as many channels in as out, such as 3x3x128x128; and a pool keeps
its channels, so that the last two give 512 maps of 14 x 14 and of 7 x 7.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

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
The Inception block of the notes, on a map of 28 x 28 with 256 channels: naive, and with 1x1
convolutions that first make the map narrow. The notes say 854 million multiply-adds, which is
right, and 358 million, where it is 271 million.
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
The bottlenecks save two thirds of the work and cost a little memory, because there are more maps
to keep. And here are the light networks of this half, one beside the other. (This cell needs all
of them.)
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
The papers say 300 million multiply-adds for MobileNetV2 and 22.8 million parameters for Xception.
DenseNet-121 has few parameters for its depth, and many activations: the norm of every layer makes
a copy of all that came before.

## Questions on the second half

**Question** (1 point). A depthwise separable 3x3 convolution goes from 128 to 256 channels,
without biases. How many weights does it have?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_separable"}
### BEGIN SOLUTION
answer_separable = 128 * 9 + 128 * 256
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_separable"}
check("09.answer_separable", answer_separable)

# %% [markdown]
r"""
**Question** (1 point). A transposed convolution with 4x4 filters, stride 2 and padding 1 gets a
map of 14 x 14. How high is its output?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_transposed"}
### BEGIN SOLUTION
answer_transposed = (14 - 1) * 2 + 4 - 2 * 1
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_transposed"}
check("09.answer_transposed", answer_transposed)
