# %% [markdown]
r"""
# 06 Batch normalisation

**The question.** A deep network is a chain: each layer works on what the layer before
it hands over. If every layer makes its numbers a little smaller, nothing is left at the
end. If every layer makes them a little larger, they grow without bound. In lesson 04
you chose the initial weights with great care so that this does not happen, and then
training changes the weights. Can a network look after its own numbers, so that the
choice hardly matters?

It can: measure the mean and the spread of what leaves a layer, and put both right, at
every step. The idea takes one line of algebra. The lesson is about what follows from
it: a layer that behaves differently in training and in use, a gradient with three
paths, and a family of relatives.

You will write ten functions. About five hours, in several sittings; six of the
functions repeat the first ones with other axes.
"""

# %%
from itertools import pairwise
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.plots.batchnorm import (
    show_activations,
    show_blocks,
    show_channels,
    show_companions,
    show_graph,
    show_steps,
    show_sweep,
)

# %% [markdown]
r"""
## Why activations drift

Here is the trouble. Six affine layers of 100 units each, with a ReLU after each of
them, and 256 random rows going through. The three rows of pictures differ in one thing
only: the size of the initial weights.
"""


# %%
def deep_outputs(scale, normalise=None, n_layers=6):
    """What leaves each affine layer, for 256 rows of 100 numbers."""
    rng = np.random.default_rng(0)
    x, outputs = rng.normal(size=(256, 100)), []
    for _ in range(n_layers):
        out = x @ rng.normal(0, scale, size=(100, 100))
        outputs.append(normalise(out) if normalise else out)
        x = np.maximum(outputs[-1], 0)
    return outputs


sizes = {"weights 0.05": 0.05, "weights 0.14 (He)": 0.02**0.5, "weights 0.3": 0.3}
show_activations(
    {name: deep_outputs(scale) for name, scale in sizes.items()},
    "A third of He's weights: the signal dies. Twice as large: it explodes",
)

# %% [markdown]
r"""
Only the middle row can be trained well. And the weights do not stay as they begin: with
each step of training, all layers change together, so that every layer must learn from
inputs whose mean and spread keep moving. Sergey Ioffe and Christian Szegedy, who
invented batch normalisation in 2015, called this **internal covariate shift**. It has
three consequences:

* a layer spends steps on following its moving inputs, and learning is slow;
* numbers wander into the flat parts of a sigmoid or tanh, where the gradient is almost
  zero;
* every step must be small, for it disturbs all the layers after it.

(Whether the drift is the real reason why batch normalisation helps is disputed.
Santurkar and others showed in 2018 that it also makes the loss smoother, so that larger
steps are safe. That it helps is not disputed.)

For the **input** of the network you know the cure from lesson 04: subtract the mean,
divide by the standard deviation. Batch normalisation does the same **inside** the
network, for each feature, with the images that happen to be in the mini-batch.
"""

# %% [markdown]
r"""
## Normalise, scale, shift

One example will go with you through the lesson. A layer hands over two features (we
call them channels, you will see why), for eight rows. The first step is to measure: the
mean of each feature over the N rows, and its variance.

$$\mu = \frac1N \sum_{n} x_n \qquad\qquad \sigma^2 = \frac1N \sum_{n} (x_n - \mu)^2$$
"""

# %%
channel_1 = np.array([1.0, 1, 1, 2, 0, -1, 2, 2])
channel_2 = np.array([-1.0, 1, 0, 1, 0, -1, 3, 1])
for name, channel in {"channel 1": channel_1, "channel 2": channel_2}.items():
    mean = channel.sum() / 8
    squares = (channel - mean) ** 2
    print(f"{name}: mean {mean}, squares {squares}, variance {squares.sum() / 8}")

# %% [markdown]
r"""
Check channel 1 by hand: the sum is 8, so the mean is 1; the differences are 0, 0, 0, 1,
−1, −2, 1, 1; their squares add up to 8, so the variance is 1.

The second step puts both right. Every feature gets mean 0 and variance 1:

$$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$$

The small $\epsilon$ (0.00001 by default) is there for features that do not vary at all:
without it they would be 0 / 0. It stands **under** the root.

The third step gives the network back its freedom. Mean 0 and variance 1 need not be
what the next layer likes best. So each feature gets a scale $\gamma$ and a shift
$\beta$, which are **learned** like weights:

$$y = \gamma \hat x + \beta$$

With $\gamma = \sqrt{\sigma^2 + \epsilon}$ and $\beta = \mu$ the layer would undo
itself; so nothing is lost. What is gained: mean and spread now depend on two numbers
that are learned directly, not on all the weights of all the layers before.

In channel 1 the variance is 1, and so $\hat x$ is just the differences. With
$\gamma = 2$ and $\beta = 1$ they become 1, 1, 1, 3, −1, −3, 3, 3.
"""

# %% [markdown]
r"""
## Training and inference

In training, $\mu$ and $\sigma^2$ come from the batch. And when the network is **used**?
The answer for your photograph must not depend on which other photographs are sent along
with it, and there may be only one. So the layer keeps a memory while it is trained, the
**running statistics**: after each training batch they take a small step towards that
batch.

$$m \leftarrow (1 - \text{momentum}) \cdot m + \text{momentum} \cdot \mu$$

and the same for the variance, with momentum 0.1. In **inference** the layer normalises
with them, and leaves them alone. It is then a fixed scale and shift.

Two things are conventions, and differ from course to course; here they are PyTorch's:

* `momentum` is the weight of the **new** value. (Others, CS231n and Keras among them,
  give that name to the weight of the old one, 0.9 or 0.99.)
* The batch is normalised with the **biased** variance, divided by N: that makes the
  batch's own variance exactly 1. The running variance stands for all the data, and so
  it takes in the **unbiased** estimate, divided by N − 1. That is how the original
  paper has it too.

And a **batch of one**? Its mean is the row itself, so $\hat x$ = 0 and the output is
$\beta$, whatever the row says. Nothing can be learned from it. The unbiased variance
would be 0 / 0; we take it as 0. (PyTorch refuses such a batch.)

**Exercise `batchnorm_forward`** (5 points, 30 minutes).

By hand: the feature 1, 3, 1, 3 has mean 2, variance 1 and unbiased variance 4/3.
Running values 0 and 1 become 0.2 and 1.033. In inference, x = 3 then gives (3 − 0.2) /
√1.033 = 2.75.

<details><summary>A hint</summary>
<code>x.mean(axis=0)</code> has shape (D,) and fits beside <code>x (N, D)</code>. Deal
with the mode "test" first: it is two lines. <code>running</code> is a dictionary of the
caller's: what do you have to write for the caller to see the new values?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "batchnorm_forward"}
def batchnorm_forward(x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Batch normalisation of N rows (Ioffe and Szegedy, 2015, algorithms 1 and 2).

    x: shape (N, D).  gamma, beta: scale and shift, shape (D,).
    running: {"mean": (D,), "var": (D,)}.  mode: "train" or "test".
    "train": normalises with the mean and the biased variance of the batch, and replaces
        the entries of `running`, in the dictionary that was given, by
        (1 - momentum) * old + momentum * new, where new is the mean of the batch and its
        unbiased variance (divided by N - 1; for a batch of one: 0).
    "test": normalises with `running` and changes nothing; the cache is None.
    Returns out, shape (N, D), and cache = (x_hat, std, gamma): x_hat (N, D) before scale
    and shift, std (D,) what was divided by, the root of variance + eps.
    """
    ### BEGIN SOLUTION
    if mode == "test":
        scale = gamma / np.sqrt(running["var"] + eps)
        return (x - running["mean"]) * scale + beta, None
    N, mean = len(x), x.mean(axis=0)
    centred = x - mean
    var = (centred**2).mean(axis=0)
    std = np.sqrt(var + eps)
    unbiased = var * N / max(N - 1, 1)
    running["mean"] = (1 - momentum) * running["mean"] + momentum * mean
    running["var"] = (1 - momentum) * running["var"] + momentum * unbiased
    x_hat = centred / std
    return gamma * x_hat + beta, (x_hat, std, gamma)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_batchnorm_forward"}
check("06.batchnorm_forward", batchnorm_forward)

# %% [markdown]
r"""
### What it does to the example

The experiments from here on use your functions; one that does not pass its check yet is
replaced by PyTorch's, and you are told. First the eight rows: as they come, normalised,
and with $\gamma = (2, 1)$ and $\beta = (1, -2)$.
"""

# %% tags=["experiment"]
from utils.borrow import borrow, borrow_earlier

full = course_mode() == "full"
forward = borrow("06.batchnorm_forward", batchnorm_forward)


def fresh(D, dtype=float):
    """Running statistics before any training."""
    return {"mean": np.zeros(D, dtype), "var": np.ones(D, dtype)}


tiny = np.stack([channel_1, channel_2], axis=1)
gamma, beta = np.array([2.0, 1.0]), np.array([1.0, -2.0])
tiny_out, (tiny_hat, _, _) = forward(tiny, gamma, beta, fresh(2), "train")
show_steps(
    {"x": tiny, "x_hat": tiny_hat, "gamma x_hat + beta": tiny_out},
    "Normalising gives mean 0 and std 1; after that gamma and beta decide",
)

# %% [markdown]
r"""
And now the deep network of the beginning, with a batch normalisation after each affine
layer. Small weights or large ones: the numbers that reach the next layer are the same.
"""


# %% tags=["experiment"]
def normalise(out):
    D = out.shape[1]
    return forward(out, np.ones(D), np.zeros(D), fresh(D), "train")[0]


rows = {
    "0.05, without": deep_outputs(0.05),
    "0.05, with": deep_outputs(0.05, normalise),
}
rows |= {"0.3, without": deep_outputs(0.3), "0.3, with": deep_outputs(0.3, normalise)}
show_activations(
    rows, "With batch normalisation every layer hands over mean 0 and std 1"
)

# %% [markdown]
r"""
### The same row, in other company

Take one row and put it into many batches, each time with other companions. In training
its output depends on them, the more the smaller the batch is. In inference it does not.

This swaying is a nuisance in very small batches. In large ones a little of it is even
welcome: it is noise that works against overfitting, like that of lesson 07.
"""

# %% tags=["experiment"]
rng = np.random.default_rng(1)
one, zero, kept, path = np.ones(1), np.zeros(1), fresh(1), []
for _ in range(60):
    forward(rng.normal(5, 3, size=(32, 1)), one, zero, kept, "train")
    path.append(kept["mean"][0])
row, in_company = np.array([[8.0]]), {2: [], 8: [], 32: [], 128: []}
for size, seen in in_company.items():
    for _ in range(80):
        batch = np.concatenate([row, rng.normal(5, 3, size=(size - 1, 1))])
        seen.append(forward(batch, one, zero, fresh(1), "train")[0][0, 0])
alone = forward(row, one, zero, kept, "test")[0][0, 0]
show_companions(
    in_company, alone, path, 5.0,
    "In training a row's output depends on its batch; in inference it does not",
)  # fmt: skip

# %% [markdown]
r"""
Batches of two show only two values: of two numbers, one is always normalised to +1 and
the other to −1, however far apart they are.

On the right, the running mean starts at 0 and needs some thirty batches to arrive. So a
layer that has seen only a few batches is not ready for inference: accuracy in
validation is then poor although training goes well.
"""

# %% [markdown]
r"""
## Backwards, through the graph

To train through the layer we need dx, and dgamma and dbeta besides. Draw the forward
pass as a graph (lesson 03), with one feature of four rows, x = (1, 1, 5, 5), and with
$\gamma = 3$, $\beta = 1$, $\epsilon = 0$. Above each gate is its value. Let the
gradient (4, 0, 0, 0) arrive at the output; below each gate, slanted, is the gradient of
what leaves it.
"""

# %%
steps = {
    "x": ([1, 1, 5, 5], [3, -3, 0, 0]),
    "mean": (3, -6),
    "centred": ([-2, -2, 2, 2], [4.5, -1.5, 1.5, 1.5]),
    "square": ([4, 4, 4, 4], [0.375, 0.375, 0.375, 0.375]),
    "var": (4, 1.5),
    "std": (2, 6),
    "x_hat": ([-1, -1, 1, 1], [12, 0, 0, 0]),
    "scaled": ([-3, -3, 3, 3], [4, 0, 0, 0]),
    "out": ([-2, -2, 4, 4], [4, 0, 0, 0]),
    "gamma": (3, -4),
    "beta": (1, 4),
}
show_graph(
    steps, "Three paths lead back to x: straight, through std, and through the mean"
)

# %% [markdown]
r"""
Walk back from the right, with nothing but the rules of lesson 03:

1. **add** hands the gradient on to both sides. $\beta$ was added to all four rows, so
   its gradients add up: dbeta = 4.
2. **multiply** exchanges: dgamma = sum of (gradient times $\hat x$) = 4 · (−1) = −4,
   and $\hat x$ gets 3 · (4, 0, 0, 0) = (12, 0, 0, 0).
3. **divide**: the upper input gets (12, 0, 0, 0) / 2 = (6, 0, 0, 0). The lower one,
   std, is shared by all rows, and the derivative of a / s with respect to s is −a / s²:
   it gets −(12 · (−2)) / 4 = 6.
4. **root**: divided by 2 std, so that the variance gets 6 / 4 = 1.5.
5. **mean** of the squares: each of the four gets a quarter, 0.375.
6. **square**: times 2 (x − μ), which is (−1.5, −1.5, 1.5, 1.5). Two wires left the gate
   "−", so their gradients add up: (6, 0, 0, 0) + (−1.5, −1.5, 1.5, 1.5) = (4.5, −1.5,
   1.5, 1.5).
7. **minus**: the mean was subtracted from all rows, so it gets minus the sum, −6.
   Through its gate, each row gets a quarter: −1.5.
8. x has two wires too: dx = (4.5, −1.5, 1.5, 1.5) − 1.5 = **(3, −3, 0, 0)**.

The third and the fourth row got no gradient at the output, and still two of the paths
reach them. Here they cancel; in general they do not. **In a batch, every row's loss
depends on every other row.**

**Exercise `batchnorm_backward`** (5 points, 35 minutes). Go back through the graph,
gate by gate. The cache is the one that `batchnorm_forward` returns in training. Name
each variable after the gate whose gradient it holds.

<details><summary>A hint</summary>
What leaves the gate "−" is not in the cache, but <code>x_hat * std</code> is the same.
A gradient with respect to something of shape (D,) has shape (D,): that is where you sum
over the rows.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "batchnorm_backward"}
def batchnorm_backward(dout, cache):
    """The gradients of batch normalisation in training, gate by gate.

    dout: gradient of the loss with respect to out, shape (N, D).
    cache: (x_hat, std, gamma), shapes (N, D), (D,) and (D,).
    Returns dx (N, D), dgamma (D,), dbeta (D,).
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    N, centred = len(dout), x_hat * std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvar = dstd / (2 * std)
    dsquare = dvar / N
    dcentred = dx_hat / std + 2 * centred * dsquare
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / N
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_batchnorm_backward"}
check("06.batchnorm_backward", batchnorm_backward)

# %% [markdown]
r"""
## Backwards, in one formula

The graph has eight gates, and going back through them you make one table of N x D
numbers after the other. Pen and paper do better. Put the three paths into one line. The
straight path gives $\gamma\, g_n / s$, where $g_n$ is the gradient of row n and $s$ the
standard deviation. Now write the other two with sums over the batch:

* through the **mean**: $\;-\frac{\gamma}{s} \cdot \frac1N \sum_m g_m$, and that sum is
  dbeta;
* through the **standard deviation**:
  $\;-\frac{\gamma}{s} \cdot \hat x_n \cdot \frac1N \sum_m g_m \hat x_m$, and that sum
  is dgamma.

(What the standard deviation sends through the mean is zero, for the differences
$x - \mu$ add up to 0.) Take $\gamma / (N s)$ out of all three:

$$dx_n = \frac{\gamma}{N s} \left( N g_n - \text{dbeta} - \hat x_n \cdot \text{dgamma} \right)$$

Try it on row 0 of the graph:
$\frac{3}{4 \cdot 2} (4 \cdot 4 - 4 - (-1)(-4)) = \frac38 \cdot 8 = 3$. And on row 1:
$\frac38 (0 - 4 - 4) = -3$.

The formula says what the layer does to a gradient: it takes out its mean, and it takes
out what lies along $\hat x$. So the sum of dx over the batch is 0, and so is (but for
$\epsilon$) the sum of $dx \cdot \hat x$. No wonder: adding a constant to a feature, or
stretching it, does not change the output at all.

**Exercise `batchnorm_backward_simplified`** (3 points, 25 minutes). The same gradients
by the formula. Besides the values, the check looks at memory: with a table for every
gate you are over the limit, with the formula you are not.

<details><summary>A hint</summary>
Compute dgamma and dbeta first: the formula uses both. Everything of shape (D,) can be
multiplied together before it meets a table of shape (N, D).
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "batchnorm_backward_simplified"}
def batchnorm_backward_simplified(dout, cache):
    """The gradients of batch normalisation in training, by one formula.

    dout: gradient of the loss with respect to out, shape (N, D).
    cache: (x_hat, std, gamma), shapes (N, D), (D,) and (D,).
    Returns dx (N, D), dgamma (D,), dbeta (D,). Needs memory for at most four tables
    of the size of dout, the result among them.
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    N, dbeta = len(dout), dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / (N * std) * (N * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_batchnorm_backward_simplified"}
check("06.batchnorm_backward_simplified", batchnorm_backward_simplified)

# %% tags=["experiment"]
versions = {
    "through the graph": borrow("06.batchnorm_backward", batchnorm_backward),
    "one formula": borrow(
        "06.batchnorm_backward_simplified", batchnorm_backward_simplified
    ),
}
x, dout = rng.normal(size=(2, 512, 256))
_, cache = forward(x, np.ones(256), np.zeros(256), fresh(256), "train")
seconds = dict.fromkeys(versions, np.inf)
for _ in range(30):
    for name, version in versions.items():
        start = perf_counter()
        version(dout, cache)
        seconds[name] = min(seconds[name], perf_counter() - start)
for name, least in seconds.items():
    print(f"{name}: {1000 * least:.2f} ms for 512 rows of 256 features")
dx = versions["one formula"](dout, cache)[0]
print(f"largest sum of a column of dx: {abs(dx.sum(axis=0)).max():.1e}")

# %% [markdown]
r"""
## Before or after the activation?

The paper puts batch normalisation between the affine (or convolution) layer and the
activation:

> affine → batch normalisation → ReLU

There it sees sums of many numbers, which are nearly symmetric, and a ReLU then cuts
about half of them off. Placing it **after** the activation is not wrong; it works about
as well, sometimes better. Almost all published networks have it before.

One consequence: a **bias** right before batch normalisation does nothing. It moves the
mean, and the mean is subtracted. Networks leave such biases out; $\beta$ takes their
place.

*A correction to a sentence you may meet.* Some summaries say that normalisation "was
dropped" from convolutional networks. What was dropped is **local response
normalisation** (LRN), which AlexNet used in 2012: each number was divided by the size
of its neighbours in other channels, and it brought little. Batch normalisation is
standard.
"""

# %% [markdown]
r"""
## Images: one mean a channel

What leaves a convolution has shape (N, C, H, W). Should each of the C · H · W numbers
be a feature of its own? No: a filter looks for the same thing at every place of the
picture. If it is normalised differently at each place, it is no longer the same filter.
So all numbers of **one channel**, from all images and all places, share one mean and
one variance, and one $\gamma$ and $\beta$.

Our eight rows were that all along: two images of 2 by 2 pixels with two channels.
"""

# %%
tiny_images = np.array(
    [[[[1.0, 1], [1, 2]], [[-1, 1], [0, 1]]], [[[0, -1], [2, 2]], [[0, -1], [3, 1]]]]
)
show_channels(tiny_images, "All numbers of a channel share a mean and a variance")

# %% [markdown]
r"""
Channel 1 holds 1, 1, 1, 2 in the first image and 0, −1, 2, 2 in the second: mean 1,
variance 1, as before. Each mean is taken over N · H · W numbers, 8 here. With 64 images
of 32 x 32 pixels it is 65,536: that is why batch normalisation is steady in
convolutional networks.

**Exercise `spatial_batchnorm_forward`** (3 points, 20 minutes). The same contract as
before, for images. All you have written still holds if "row" means "a pixel of an
image" and "feature" means "channel".

Mind the axes. C is in the middle, and NumPy lines shapes up from the right: a vector of
shape (C,) would meet W.

<details><summary>A hint</summary>
Several axes at once: <code>x.mean(axis=(0, 2, 3))</code>. And
<code>v[:, None, None]</code> has shape (C, 1, 1), which fits beside (N, C, H, W). The
other way, a table of shape (N H W, C), needs the channels moved to the end before the
reshape, and back afterwards.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "spatial_batchnorm_forward"}
def spatial_batchnorm_forward(x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Batch normalisation of images: one mean and variance a channel.

    x: (N, C, H, W).  gamma, beta: (C,).  running: {"mean": (C,), "var": (C,)}.
    "train": normalises with the mean and the biased variance of the channel over images
        and pixels, and replaces the entries of `running` by
        (1 - momentum) * old + momentum * new, where new is the channel's mean and its
        unbiased variance (N H W - 1 in the place of N H W; for a single number: 0).
    "test": normalises with `running` and changes nothing; the cache is None.
    Returns out (N, C, H, W) and cache = (x_hat, std, gamma): x_hat as out, std (C,).
    """
    ### BEGIN SOLUTION
    beta, tall = beta[:, None, None], np.s_[:, None, None]
    if mode == "test":
        scale = gamma / np.sqrt(running["var"] + eps)
        return (x - running["mean"][tall]) * scale[tall] + beta, None
    count = x.size // x.shape[1]
    mean = x.mean(axis=(0, 2, 3))
    centred = x - mean[tall]
    var = (centred**2).mean(axis=(0, 2, 3))
    std = np.sqrt(var + eps)
    unbiased = var * count / max(count - 1, 1)
    running["mean"] = (1 - momentum) * running["mean"] + momentum * mean
    running["var"] = (1 - momentum) * running["var"] + momentum * unbiased
    x_hat = centred / std[tall]
    return gamma[tall] * x_hat + beta, (x_hat, std, gamma)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_spatial_batchnorm_forward"}
check("06.spatial_batchnorm_forward", spatial_batchnorm_forward)

# %% [markdown]
r"""
**Exercise `spatial_batchnorm_backward`** (3 points, 20 minutes). One formula or the
graph, as you like. What is N in the formula now?

<details><summary>A hint</summary>
dgamma and dbeta have one number a channel, so they add up over the three other axes.
How many numbers is that? Before they meet (N, C, H, W) again they need the shape (C, 1,
1).
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "spatial_batchnorm_backward"}
def spatial_batchnorm_backward(dout, cache):
    """The gradients of batch normalisation of images, in training.

    dout: shape (N, C, H, W).
    cache: (x_hat, std, gamma), shapes (N, C, H, W), (C,) and (C,).
    Returns dx (N, C, H, W), dgamma (C,), dbeta (C,).
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    count, tall = dout.size // dout.shape[1], np.s_[:, None, None]
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx = dout - dbeta[tall] / count - x_hat * (dgamma[tall] / count)
    return dx * (gamma / std)[tall], dgamma, dbeta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_spatial_batchnorm_backward"}
check("06.spatial_batchnorm_backward", spatial_batchnorm_backward)

# %% [markdown]
r"""
## When batches are small: layer, group and instance normalisation

Large pictures fill the memory, and then a batch may hold two of them, or one. Its mean
is then a poor estimate, as you saw in the figure with the companions. And where the
rows of a batch belong to sentences of different lengths, it is not even clear what a
batch mean should be.

The way out: share the mean among **other** numbers, all from one image. Each picture
below is a block of numbers: images to the right at the front, channels along the other
side, pixels upwards. Blue are those that share the first mean.
"""

# %%
show_blocks()

# %% [markdown]
r"""
* **Layer normalisation** (Ba and others, 2016): one mean for each image. It is what
  transformers use.
* **Instance normalisation** (Ulyanov and others, 2016): one for each image and channel.
  It takes out the contrast of each picture, which helps in style transfer (lesson 12).
* **Group normalisation** (Wu and He, 2018): between the two. The channels are cut into
  groups of neighbours; one mean for each image and group.

None of them looks at other images. So they need **no running statistics**, they do the
same in training and in inference, and a batch of one is nothing special.

### Layer normalisation

For flat data: the mean and the variance of each **row**, over its D features. $\gamma$
and $\beta$ still have one number for each **feature**, as before. By hand: the row 1,
3, 1, 3 has mean 2 and variance 1, so $\hat x$ is −1, 1, −1, 1, whatever the other rows
are.

**Exercise `layernorm_forward`** (3 points, 15 minutes).

<details><summary>A hint</summary>
N means must stand as a column beside (N, D). What does <code>keepdims=True</code> do in
<code>x.mean(axis=1, keepdims=True)</code>?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "layernorm_forward"}
def layernorm_forward(x, gamma, beta, eps=1e-5):
    """Layer normalisation: each row by its own mean and variance (Ba et al., 2016).

    x: shape (N, D).  gamma, beta: scale and shift of each feature, shape (D,).
    The variance is the biased one; eps is added to it, under the root.
    Returns out (N, D) and cache = (x_hat, std, gamma): x_hat (N, D), std (N, 1).
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    x_hat = centred / std
    return gamma * x_hat + beta, (x_hat, std, gamma)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_layernorm_forward"}
check("06.layernorm_forward", layernorm_forward)

# %% [markdown]
r"""
Backwards, one thing is new. In batch normalisation a sum stays within one feature,
which has one $\gamma$; so $\gamma$ could be taken out of the sum. Here the sum runs
**over the features**, and each has another $\gamma$. So multiply first,
$d\hat x = dout \cdot \gamma$, and then take out the mean of $d\hat x$ and what lies
along $\hat x$.

By hand: $\hat x$ = (−1, −1, 1, 1), std 2, $\gamma$ = (3, 1.5, 2, 4), dout = (4, 0, 0,
0). Then $d\hat x$ = (12, 0, 0, 0), its mean is 3, the mean of $d\hat x \cdot \hat x$ is
−3, and dx = (12 − 3 − 3, −3 − 3, −3 + 3, −3 + 3) / 2 = (3, −3, 0, 0).

**Exercise `layernorm_backward`** (3 points, 20 minutes). Over which axis do dgamma and
dbeta add up?

<details><summary>A hint</summary>
Two axes are in play. Ask of each sum what it belongs to: a mean belongs to a row, and
is a column beside (N, D); $\gamma$ belongs to a feature, and every row has used it.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "layernorm_backward"}
def layernorm_backward(dout, cache):
    """The gradients of layer normalisation.

    dout: shape (N, D).  cache: (x_hat, std, gamma), shapes (N, D), (N, 1) and (D,).
    Returns dx (N, D), dgamma (D,), dbeta (D,).
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    dx_hat = dout * gamma
    dx = dx_hat - dx_hat.mean(axis=1, keepdims=True)
    dx -= x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    return dx / std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_layernorm_backward"}
check("06.layernorm_backward", layernorm_backward)

# %% [markdown]
r"""
### Group normalisation, and instance normalisation as a special case

With C channels in G groups, group 0 is the channels 0 to C/G − 1, group 1 the next C/G,
and so on: runs of **neighbours**. G divides C. There are N · G means, each over (C/G) ·
H · W numbers. $\gamma$ and $\beta$ have one number a **channel**.

* G = 1: one mean for each image, which is layer normalisation for images.
* G = C: one for each image and channel, which is **instance normalisation**. You get it
  for nothing.

By hand: one image of 1 x 2 pixels and four channels in two groups. The channels 0 and 1
hold 1, 3 and 1, 3: mean 2, variance 1, $\hat x$ = −1, 1 and −1, 1. The channels 2 and 3
hold 2, 2 and 6, 6: mean 4, variance 4, $\hat x$ = −1, −1 and 1, 1.

**Exercise `groupnorm_forward`** (3 points, 20 minutes).

<details><summary>A hint</summary>
What does <code>x.reshape(N, groups, -1)</code> put together? Neighbours in memory are
first pixels, then channels. Scale and shift come after you have gone back to (N, C, H,
W).
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "groupnorm_forward"}
def groupnorm_forward(x, gamma, beta, groups, eps=1e-5):
    """Group normalisation: a mean and a variance for each image and group of channels.

    x: shape (N, C, H, W).  gamma, beta: scale and shift of each channel, shape (C,).
    groups: number of groups, a divisor of C; each is a run of neighbouring channels.
    The variance is the biased one; eps is added to it, under the root (Wu and He, 2018).
    Returns out (N, C, H, W) and cache = (x_hat, std, gamma, groups): x_hat (N, C, H, W),
    std (N, groups).
    """
    ### BEGIN SOLUTION
    grouped = x.reshape(len(x), groups, -1)
    centred = grouped - grouped.mean(axis=2, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=2) + eps)
    x_hat = (centred / std[:, :, None]).reshape(x.shape)
    out = gamma[:, None, None] * x_hat + beta[:, None, None]
    return out, (x_hat, std, gamma, groups)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_groupnorm_forward"}
check("06.groupnorm_forward", groupnorm_forward)

# %% [markdown]
r"""
**Exercise `groupnorm_backward`** (3 points, 20 minutes). The channels of a group have
different $\gamma$. You have met that before.

<details><summary>A hint</summary>
While the arrays are still (N, C, H, W), multiply by $\gamma$. Then reshape
$d\hat x$ and $\hat x$ as in the forward pass: what is left to do is layer
normalisation, with a group in the place of a row.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "groupnorm_backward"}
def groupnorm_backward(dout, cache):
    """The gradients of group normalisation.

    dout: shape (N, C, H, W).
    cache: (x_hat, std, gamma, groups), shapes (N, C, H, W), (N, groups) and (C,).
    Returns dx (N, C, H, W), dgamma (C,), dbeta (C,).
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma, groups = cache
    dx_hat = (dout * gamma[:, None, None]).reshape(len(dout), groups, -1)
    grouped = x_hat.reshape(dx_hat.shape)
    dx = dx_hat - dx_hat.mean(axis=2, keepdims=True)
    dx -= grouped * (dx_hat * grouped).mean(axis=2, keepdims=True)
    dx = (dx / std[:, :, None]).reshape(dout.shape)
    return dx, (dout * x_hat).sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_groupnorm_backward"}
check("06.groupnorm_backward", groupnorm_backward)

# %% [markdown]
r"""
Instance normalisation at work: the same picture at full contrast, faded, dark, and in
evening light. With as many groups as channels, all four become one and the same.
"""

# %% tags=["experiment"]
from utils.data import load_cifar10

pictures = load_cifar10(n_train=6000 if full else 1000, n_test=0)
print(pictures.description)
picture = pictures.X_train[7].astype(float)
tint = np.array([1.0, 0.7, 0.4])[:, None, None]
versions = np.stack(
    [picture, 0.5 + 0.4 * (picture - 0.5), 0.4 * picture, tint * picture]
)
group_norm = borrow("06.groupnorm_forward", groupnorm_forward)
same, _ = group_norm(versions, np.ones(3), np.zeros(3), groups=3, eps=1e-12)
plots.show_images(
    [*versions, *(0.5 + 0.2 * same)],
    ["original", "faded", "dark", "evening"] + ["normalised"] * 4,
    columns=4,
    title="Four pictures differ in light and contrast; normalised they are one",
)
print(f"largest difference after normalising: {abs(same - same[0]).max():.1e}")

# %% [markdown]
r"""
## Folding: free in inference

In inference the running statistics no longer change. Then batch normalisation is only a
multiplication and an addition for each channel, and the layer before it can do these
along with its own. Let that layer give $w \cdot x + b$:

$$\gamma\, \frac{(w \cdot x + b) - m}{\sqrt{v + \epsilon}} + \beta
= \underbrace{a\, w}_{\text{new } w} \cdot x + \underbrace{a\,(b - m) + \beta}_{\text{new } b},
\qquad a = \frac{\gamma}{\sqrt{v + \epsilon}}$$

The normalisation is **folded** into the weights, and the layer is gone. What runs
networks on a phone does this first.

By hand: w = (4, 6), b = 5, with m = 1, v = 16, $\gamma$ = 2, $\beta$ = 10,
$\epsilon$ = 0. Then a = 0.5, the new w is (2, 3), the new b is 0.5 · (5 − 1) + 10 = 12.

**Exercise `fold_batchnorm`** (3 points, 20 minutes). For filters of a convolution and
for the weights of an affine layer.

<details><summary>A hint</summary>
a has shape (K,). In filters (K, C, FH, FW) the axis K is the first, in weights (D, K)
the last; <code>w.ndim</code> tells them apart.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "fold_batchnorm"}
def fold_batchnorm(w, b, gamma, beta, running, eps=1e-5):
    """The layer that does the work of a layer and the batch normalisation after it.

    w: filters (K, C, FH, FW), or the weights of an affine layer, (D, K).
    b, gamma, beta: shape (K,).  running: {"mean": (K,), "var": (K,)}.
    Returns the new w, in the shape of w, and the new b, shape (K,).
    """
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(running["var"] + eps)
    folded = w * (scale[:, None, None, None] if w.ndim == 4 else scale)
    return folded, scale * (b - running["mean"]) + beta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fold_batchnorm"}
check("06.fold_batchnorm", fold_batchnorm)

# %% tags=["experiment"]
fold = borrow("06.fold_batchnorm", fold_batchnorm)
W, b, m = rng.normal(size=(300, 200)), rng.normal(size=200), rng.normal(size=200)
scale, shift, v = rng.uniform(0.5, 2, size=(3, 200))
x, state = rng.normal(size=(1000, 300)), {"mean": m, "var": v}
two_layers, _ = forward(x @ W + b, scale, shift, state, "test")
new_W, new_b = fold(W, b, scale, shift, state)
print(f"largest difference: {abs(x @ new_W + new_b - two_layers).max():.1e}")

# %% [markdown]
r"""
The same idea is used in training, when a trained network is adapted to new pictures:
its statistics are kept fixed, which saves their computation in each batch, and then the
gradient has the straight path only.
"""

# %% [markdown]
r"""
## The experiment

Does it help? Eight affine layers (seven hidden ones of 50 units, with ReLU), 1,000
images of CIFAR-10 with pixels from 0 to 255 less the mean image, ten epochs of Adam
with batches of 50: the setting of Stanford's course CS231n, assignment 2. The **size of
the initial weights** runs through 20 values from 0.0001 to 1, each time once with and
once without batch normalisation. (Quick mode: 5 values and 500 images.)

The layers come from lesson 03 and Adam from lesson 04: yours, where your notebooks are
in this folder and pass their checks.
"""

# %% tags=["experiment"]
from utils.training import Layer, Net, train

affine, affine_back, relu, relu_back, cross_entropy = borrow_earlier(
    "03_backpropagation", "affine_forward", "affine_backward", "relu_forward",
    "relu_backward", "softmax_cross_entropy",
)  # fmt: skip
(adam,) = borrow_earlier("04_training", "adam")
backward = borrow("06.batchnorm_backward_simplified", batchnorm_backward_simplified)

n_train = 1000 if full else 500
pixels = 255 * pictures.X_train.reshape(len(pictures.X_train), -1)
pixels = pixels - pixels[:n_train].mean(axis=0)
X, y = pixels[:n_train], pictures.y_train[:n_train]
X_val, y_val = pixels[n_train:][:1000], pictures.y_train[n_train:][:1000]


# %% tags=["experiment"]
def affine_layer(D, K, scale, rng):
    """Initial weights of one size, or He's where `scale` is None."""
    W = rng.normal(0, scale or (2 / D) ** 0.5, size=(D, K)).astype(np.float32)
    return Layer(affine, affine_back, {"W": W, "b": np.zeros(K, np.float32)})


def batchnorm_layer(D):
    scale_shift = {"gamma": np.ones(D, np.float32), "beta": np.zeros(D, np.float32)}
    running = {"running": fresh(D, np.float32)}
    return Layer(forward, backward, scale_shift, running, has_modes=True)


def deep_net(scale, normalised, hidden=(50,) * 7):
    """Affine layers, with ReLU between them; `hidden` are the widths in between."""
    rng, layers = np.random.default_rng(0), []
    for D, K in pairwise([3072, *hidden]):
        between = [batchnorm_layer(K)] if normalised else []
        layers += [affine_layer(D, K, scale, rng), *between, Layer(relu, relu_back)]
    return Net([*layers, affine_layer(hidden[-1], 10, scale, rng)], cross_entropy)


# %% tags=["experiment"]
KINDS = {"without": False, "with batch normalisation": True}
MEASURES = {
    "best validation accuracy": lambda history: history.best,
    "best training accuracy": lambda history: max(history.train_accuracies),
    "last loss": lambda history: history.losses[-1],
}


def trained(net, unit=1, n_epochs=10 if full else 8, batch_size=50, **options):
    """The history of a training; None where the loss left the numbers."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return train(
                net, (X / unit, y), (X_val / unit, y_val), n_epochs=n_epochs,
                batch_size=batch_size, rng=np.random.default_rng(1), **options,
            )  # fmt: skip
    except FloatingPointError:
        return None


# %% tags=["experiment"]
def sweep(values, history_of):
    """By measure and kind of net: what training reaches for each value."""
    found = {measure: {kind: [] for kind in KINDS} for measure in MEASURES}
    for kind, normalised in KINDS.items():
        for value in values:
            history = history_of(value, normalised)
            for measure, read in MEASURES.items():
                found[measure][kind].append(read(history) if history else np.nan)
    return found


def learned(found, least=0.25):
    """For how many values a net of each kind gets so many training images right."""
    reached = found["best training accuracy"].values()
    return [int((np.array(accuracies) > least).sum()) for accuracies in reached]


# %% tags=["experiment"]
weight_sizes = np.logspace(-4, 0, 20 if full else 5)
by_weights = sweep(
    weight_sizes,
    lambda size, normalised: trained(
        deep_net(size, normalised), learning_rate=1e-3, update=adam
    ),
)
n_without, n_with = learned(by_weights)
show_sweep(
    weight_sizes, by_weights, "size of the initial weights (standard deviation)",
    f"Above 25 % of the training images: {n_with} of {len(weight_sizes)} sizes with "
    f"batch normalisation, {n_without} without",
)  # fmt: skip

# %% [markdown]
r"""
What we saw in full mode (`COURSE_MODE=full python solutions/06_batchnorm.py`, six and a
half minutes of processor time for the whole lesson, one thread): **with** batch
normalisation the network gets more than a quarter of the training images right at all
20 sizes, **without** it at 9. Below 0.001 the plain network only guesses (10 % in
validation), while the other reaches 21 to 25 %. At the best size the two are equal, 32
and 31 %: batch normalisation does not replace a good start, it makes a bad one
harmless. With the largest weights the plain network's loss is in the millions; with
batch normalisation it is 3.

That is CS231n's finding too: batch normalisation makes training nearly independent of
the size of the initial weights. "Nearly": with weights of 1, ten epochs are not enough
for either network.

### And the learning rate?

The same two networks with He's weights, pixels divided by 64 so that they are about as
large as 1, and plain gradient descent. Where a curve ends, the loss has left the
numbers: training has diverged.
"""

# %% tags=["experiment"]
rates = np.logspace(-3, 1, 9 if full else 5)
by_rates = sweep(
    rates,
    lambda rate, normalised: trained(
        deep_net(None, normalised), unit=64, learning_rate=float(rate)
    ),
)
n_without, n_with = learned(by_rates)
show_sweep(
    rates, by_rates, "learning rate of plain gradient descent",
    f"Above 25 % of the training images: {n_with} of {len(rates)} rates with "
    f"batch normalisation, {n_without} without",
)  # fmt: skip

# %% [markdown]
r"""
In full mode, 9 rates from 0.001 to 10: **with** batch normalisation 8 of them get above
a quarter of the training images, up to a rate of 3.2; **without** it 4, and from 0.32
on training diverges. The best validation accuracies are 31.5 and 28.8 %. At small rates
the plain network is no worse. The gain is that you may take larger steps.

One reason: if the weights of a layer are doubled, its normalised output stays the same.
Large weights then get smaller gradients, and a step that was too long makes the next
one shorter.

### And the size of the batch?

Five hidden layers of 100 units, weights of size 0.02, Adam at a rate of 0.0003. Now the
batches grow from one or two images to fifty. Small batches mean more steps in an epoch,
which helps both networks. But one of them measures its statistics in those batches.
"""

# %% tags=["experiment"]
batch_sizes = (1, 2, 5, 10, 50) if full else (3, 12, 50)
by_size = sweep(
    batch_sizes,
    lambda size, normalised: trained(
        deep_net(0.02, normalised, (100,) * 5), learning_rate=10**-3.5,
        batch_size=size, n_epochs=10 if full else 4, update=adam,
    ),
)  # fmt: skip
small, large = np.array(by_size["best training accuracy"]["with batch normalisation"])[
    [0, -1]
]
show_sweep(
    batch_sizes, by_size, "batch size",
    f"With batch normalisation, training accuracy {100 * small:.0f} % at batches of "
    f"{batch_sizes[0]}, {100 * large:.0f} % at batches of 50",
)  # fmt: skip

# %% [markdown]
r"""
In full mode, best training accuracy by batch size:

| batch size | 1 | 2 | 5 | 10 | 50 |
| --- | --- | --- | --- | --- | --- |
| with batch normalisation | 11 % | 19 % | 46 % | 66 % | 91 % |
| without | 62 % | 64 % | 68 % | 69 % | 62 % |

A batch of one teaches nothing, as you know: the output is $\beta$. With two the network
learns little, and only from about ten on does batch normalisation pay. That is CS231n's
finding too: small batches hurt. Group normalisation was invented for this.

### On large networks

The paper's own experiment is larger: the Inception network on ImageNet, with its
learning rate raised up to thirty times. These are the authors' figures, not ours:

| network | steps to 72.2 % | best accuracy |
| --- | --- | --- |
| Inception, no batch normalisation | 31.0 million | 72.2 % |
| with it, same learning rate | 13.3 million | 72.7 % |
| with it, learning rate x 5 | 2.1 million | 73.0 % |
| with it, learning rate x 30 | 2.7 million | 74.8 % |
| with it, sigmoid in the place of ReLU, rate x 5 | never | 69.8 % |

A fifteenth of the steps (31.0 against 2.1 million), for the price of two learned numbers
a channel. In the last
line note that it trains at all: without batch normalisation, the authors could not get
that network beyond guessing.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). A convolution with 64 filters gives images of 32 x 32 pixels,
and a batch normalisation follows. How many numbers does the batch normalisation
**learn**?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_learned"}
### BEGIN SOLUTION
answer_learned = 2 * 64
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_learned"}
check("06.answer_learned", answer_learned)

# %% [markdown]
r"""
**Question 2** (1 point). A running mean starts at 0, momentum is 0.1 (as in this
lesson). Three training batches come, each with the mean 10. What is the running mean
after them?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_momentum"}
### BEGIN SOLUTION
answer_momentum = 2.71
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_momentum"}
check("06.answer_momentum", answer_momentum)

# %% [markdown]
r"""
**Question 3** (1 point). You put a trained network into a web page. The same photograph
gets another answer when it is sent together with other photographs. What is the most
likely reason?

* `"a"` gamma and beta were not saved.
* `"b"` eps is too small.
* `"c"` The network is still in training mode.
* `"d"` Numbers are rounded differently in larger batches.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_companions"}
### BEGIN SOLUTION
answer_companions = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_companions"}
check("06.answer_companions", answer_companions)

# %% [markdown]
r"""
**Question 4** (1 point). A convolution has a bias for each filter, and batch
normalisation comes right after it. What does the bias do to the output in training?

* `"a"` It shifts the output.
* `"b"` Nothing: it is subtracted again with the mean.
* `"c"` It makes the variance larger.
* `"d"` The same as beta.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_bias"}
### BEGIN SOLUTION
answer_bias = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_bias"}
check("06.answer_bias", answer_bias)

# %% [markdown]
r"""
**Question 5** (1 point). A batch of shape (8, 6, 5, 4), that is 8 images with 6
channels, goes through a group normalisation with 3 groups. How many means are computed?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_means"}
### BEGIN SOLUTION
answer_means = 8 * 3
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_means"}
check("06.answer_means", answer_means)

# %% [markdown]
r"""
**Question 6** (3 points, graded by hand). A colleague trains a network with batch
normalisation on very large pictures, two in a batch. The training loss falls nicely,
but in validation, where the network is in inference mode, the results are poor. In four
or five sentences: what is probably happening, and what are two things to try?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_small_batches"}
r"""
In training each picture is normalised with the mean and the variance of only two
pictures, which are poor estimates and differ from batch to batch; the network learns to
work with numbers that sway like that, and even uses what the companion tells it. In
inference the running statistics are used instead, so the layers after it see other
numbers than those they were trained on. (The running statistics themselves may also be
far off, if there were few batches.) Things to try: normalisations that do not mix
images, such as group normalisation, which do the same in both modes; larger batches,
with smaller pictures or statistics gathered over several machines; starting from a
trained network and keeping its statistics fixed; or measuring the statistics anew over
many training pictures before validation.
"""

# %% [markdown]
r"""
## What to remember

* Normalise each feature with the mean and the biased variance of the batch, then scale
  by gamma and shift by beta, which are learned.
* Training uses the batch and updates the running statistics; inference uses them and
  changes nothing.
* Backwards there are three paths: straight, through the variance, through the mean;
  together they take out of the gradient its mean and what lies along x_hat.
* Layer, instance and group normalisation share the mean within one image; they have no
  running statistics and do not mind small batches.
* It makes training forgiving of initial weights and learning rates, and in inference it
  can be folded away.

To read more: S. Ioffe and C. Szegedy, *Batch normalization: accelerating deep network
training by reducing internal covariate shift* (2015),
<https://arxiv.org/abs/1502.03167>; S. Santurkar et al., *How does batch normalization
help optimization?* (2018), <https://arxiv.org/abs/1805.11604>; J. Ba et al., *Layer
normalization* (2016), <https://arxiv.org/abs/1607.06450>; D. Ulyanov et al., *Instance
normalization* (2016), <https://arxiv.org/abs/1607.08022>; Y. Wu and K. He, *Group
normalization* (2018), <https://arxiv.org/abs/1803.08494>.

Next: dropout and augmentation, against a network that learns its training images by
heart.
"""
