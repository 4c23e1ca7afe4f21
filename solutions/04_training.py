# %% [markdown]
r"""
# 04 Training

**The question.** Two people build the same net, layer for layer, and give it the same
pictures. One net learns; the other sits at 10 % for a whole day. The difference is in a
handful of choices made before and while training: the activation function, the scale of
the inputs, the first weights, the way to step downhill, the length of the steps. This
lesson goes through them one by one, and ends with what to look at in the first ten
minutes, so that you find out **before** the day is over.

The picture shows the smallest possible case. Two weights, a loss shaped like a long
valley with its lowest point at the cross, and plain gradient descent with three
learning rates. The first crawls, the second zig-zags and arrives slowly, the third
flies out of the picture.

You will write 22 short functions. About six hours, in pieces.
"""

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.training import (
    show_arrows,
    show_clouds,
    show_curves,
    show_functions,
    show_layers,
    show_paths,
    show_polynomials,
    show_table,
    show_zig_zag,
)

# %% [markdown]
r"""
`sgd` below is **plain gradient descent**: take a small step against the gradient. It is
written the way in which all optimisers of this lesson are written: it gets the weights
`w`, their gradient, a dictionary `state` in which it may remember something until the
next step, and the learning rate; it returns new weights and a state. Plain gradient
descent remembers nothing.
"""


# %%
def sgd(w, gradient, state, learning_rate):
    return w - learning_rate * gradient, state


def valley(a, b):
    return 0.5 * (0.05 * a**2 + 2 * b**2)


def descend(update, learning_rate, n_steps=25, start=(-8.0, 3.0)):
    path, state = [np.array(start)], {}
    for _ in range(n_steps):
        gradient = np.array([0.05, 2.0]) * path[-1]
        w, state = update(path[-1], gradient, state, learning_rate)
        path.append(w)
    return np.array(path)


show_paths(
    {f"rate {rate}": descend(sgd, rate) for rate in (0.05, 0.9, 1.02)},
    valley,
    "Plain gradient descent in a valley: too slow, zig-zag, out of the picture",
)

# %% [markdown]
r"""
## Activation functions

A layer multiplies by a matrix and adds a bias. Two such layers in a row are again
**one** such layer: $(x W_1) W_2 = x (W_1 W_2)$. What makes a second layer worth its
weights is a bent function between the two, applied to each number alone: the
**activation function**. With one bent layer in between, a wide enough net can come as
near as you like to any continuous function of a bounded input (Cybenko, 1989, for the
sigmoid).

We shall carry a tiny example along: four pictures of **two pixels**, and one unit that
averages them. The unit gives 3, -1, 1 and 1. What does an activation function make of
these four numbers, and how much gradient does it let back through? That second question
decides about training, and so each function comes with its **derivative**, its slope.
"""

# %%
X_tiny = np.array([[3.0, 3.0], [-1.0, -1.0], [0.0, 2.0], [2.0, 0.0]])
z_tiny = X_tiny @ np.array([0.5, 0.5])
print(z_tiny)

# %% [markdown]
r"""
### The smooth ones

The oldest is the **sigmoid**, $y = \frac{1}{1 + e^{-x}}$. It squeezes every number
between 0 and 1, like the firing rate of a nerve cell, and its slope can be had from its
value: $y' = y\,(1 - y)$.

**tanh** is a sigmoid stretched to the range from -1 to 1:
$\tanh x = 2\,\sigma(2x) - 1$, with the slope $1 - y^2$. Its outputs lie around zero.

**Softsign**, $\frac{x}{1 + |x|}$, has the same shape and needs no exponential. Its
slope is $\frac{1}{(1 + |x|)^2}$.

**Softplus**, $\log(1 + e^x)$, is a smooth corner: nearly 0 on the left, nearly $x$ on
the right. (In this lesson $\log$ is the natural logarithm, as `np.log` is.) It is the integral of the sigmoid, so its slope **is** the sigmoid. (One list
in the lecture notes prints $x / (1 + |x|)$ under the name softplus. That is softsign;
softplus is $\log(1 + e^x)$.)

Mind one trap: `np.exp(1000)` is infinite on a computer. $\log(1 + e^{1000})$, which
should be 1000, comes out infinite too. The number that is safe to use is $e^{-|x|}$,
which is never above 1:

$$\log(1 + e^x) = \max(0, x) + \log(1 + e^{-|x|})$$

**Exercise `smooth_activation`** (4 points, 20 minutes). Four kinds, each with value and
slope. By hand first: $x = \log 3$ has $e^{-x} = 1/3$, so the sigmoid is
$1 / (1 + 1/3) = 3/4$ and its slope is $3/4 \cdot 1/4 = 3/16$.

<details><summary>A hint</summary>
For positive x the sigmoid is <code>1 / (1 + e)</code> with
<code>e = np.exp(-abs(x))</code>. Multiply numerator and denominator of 1 / (1 + 1/e) by
e: what is it for negative x? <code>np.where</code> picks one of two.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "smooth_activation"}
def smooth_activation(kind, x):
    """A smooth activation function and its derivative, element by element.

    kind: "sigmoid", "tanh", "softsign" or "softplus".  x: float array of any shape.
    Returns (value, derivative), each of x's shape. Any x from -1000 to 1000 gives finite numbers.
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    sigmoid = np.where(x < 0, small, 1) / (1 + small)
    if kind == "sigmoid":
        return sigmoid, sigmoid * (1 - sigmoid)
    if kind == "tanh":
        value = np.tanh(x)
        return value, 1 - value**2
    if kind == "softsign":
        return x / (1 + np.abs(x)), 1 / (1 + np.abs(x)) ** 2
    return np.maximum(x, 0) + np.log1p(small), sigmoid
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_smooth_activation"}
check("04.smooth_activation", smooth_activation)

# %% tags=["experiment"]
from utils.borrow import borrow

full = course_mode() == "full"
smooth = borrow("04.smooth_activation", smooth_activation)
x = np.linspace(-5, 5, 401)
kinds = ("sigmoid", "tanh", "softsign", "softplus")
show_functions(
    x,
    {kind: smooth(kind, x) for kind in kinds},
    columns=4,
    title="Where a curve is flat, its slope is zero and nothing is learned",
)
for kind in kinds:
    print(f"{kind:9}", *(part.round(3) for part in smooth(kind, z_tiny)))
print(f"slope of the sigmoid at 10: {smooth('sigmoid', np.array([10.0]))[1][0]:.6f}")

# %% [markdown]
r"""
### Saturation, and outputs around zero

Where the sigmoid is flat, its slope is nearly 0: at $x = 10$ it is 0.000045. A unit
that sits there is **saturated**: by the chain rule its slope is multiplied into every
gradient that passes, and so nothing reaches the weights below it. Even at its steepest
the sigmoid's slope is 1/4: four layers of sigmoids, weights aside, shrink a gradient at
least 256-fold.

The sigmoid has a second flaw: its outputs are **all positive**. Take a unit
$f = w_1 x_1 + w_2 x_2$ above two sigmoids. Its gradients are
$\frac{\partial L}{\partial w_i} = \frac{\partial L}{\partial f}\, x_i$, and both $x_i$
are positive. So **all its weights want to rise, or all want to fall**. If the right way
is up for one and down for the other, the weights must get there in a zig-zag, as in the
picture: only steps into the two shaded quarters are possible. Outputs around zero, as
tanh has them, allow every direction.

The third price is the exponential itself, which costs more than a comparison.
"""

# %%
zig_zag = np.cumsum(
    [[0, 0], [1.3, 0.2], [-0.3, -0.9], [1.0, 0.1], [-0.2, -0.9]], axis=0
)
show_zig_zag(
    np.array([2.0, -1.7]),
    zig_zag,
    "Inputs all positive: weights rise or fall together",
)

# %% [markdown]
r"""
### The ones with a corner

**ReLU**, the rectified linear unit, is $\max(0, x)$. It does not saturate on the right,
where its slope is exactly 1; it costs one comparison; and a net on CIFAR-10 got to the
same training error six times as fast as with tanh (Krizhevsky, 2012). On the left its
output and its slope are 0. That makes its outputs sparse, and brings its own trouble: a
unit whose input is negative for **every** picture gets no gradient from any of them, so
its weights stay as they are for good. It is **dead**. A learning rate that is too high
can kill many units at once.

So people let something through on the left:

| kind | left of zero | right of zero | from |
| --- | --- | --- | --- |
| `"relu"` | $0$ | $x$ | Nair & Hinton, 2010 |
| `"leaky_relu"` | $\alpha x$, with a small $\alpha$ | $x$ | Maas, 2013 |
| `"elu"` | $\alpha (e^x - 1)$ | $x$ | Clevert, 2015 |
| `"selu"` | $\lambda \alpha (e^x - 1)$ | $\lambda x$ | Klambauer, 2017 |
| `"relu6"` | $0$ | $\min(x, 6)$ | Krizhevsky, 2010 |

ELU bends smoothly towards $-\alpha$, which brings its mean output nearer to zero. SELU
is a scaled ELU with $\lambda =$ 1.0507009873554805 and $\alpha =$ 1.6732632423543772,
constants chosen so that mean 0 and variance 1 reproduce themselves from layer to layer.
ReLU6 has a ceiling, which later served phones that compute with few bits.

At the corner itself there is no slope, and one is agreed upon: **zero counts as left**.
(For ReLU6 the corner at 6 counts as beyond it: slope 0.)

**Exercise `rectified_activation`** (4 points, 20 minutes). Another trap:
$0 \cdot \infty$ is `nan`, so a mask of zeros does not remove an $e^{1000}$ that should
not be there.

<details><summary>A hint</summary>
<code>np.where(x > 0, right, left)</code> picks without multiplying. What is the slope
of alpha times (e^x minus 1)? ELU and SELU can share three lines;
<code>np.minimum(x, 0)</code> keeps the exponential small.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "rectified_activation"}
def rectified_activation(kind, x, alpha=0.1):
    """An activation function with a corner, and its derivative, element by element.

    kind: "relu", "leaky_relu", "elu", "selu" or "relu6".  x: float array of any shape.
    alpha: the slope of leaky_relu on the left, or the depth of elu; unused by the others.
    Returns (value, derivative), each of x's shape. Zero counts as left of the corner.
    """
    ### BEGIN SOLUTION
    right = x > 0
    if kind == "relu6":
        return np.clip(x, 0, 6), np.where(right & (x < 6), 1.0, 0.0)
    if kind in ("relu", "leaky_relu"):
        left = alpha if kind == "leaky_relu" else 0.0
        return np.where(right, x, left * x), np.where(right, 1.0, left)
    scale = 1.0507009873554805 if kind == "selu" else 1.0
    alpha = 1.6732632423543772 if kind == "selu" else alpha
    falling = alpha * np.exp(np.minimum(x, 0))
    value = np.where(right, x, falling - alpha)
    return scale * value, scale * np.where(right, 1.0, falling)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rectified_activation"}
check("04.rectified_activation", rectified_activation)

# %% tags=["experiment"]
rectified = borrow("04.rectified_activation", rectified_activation)
alphas = {"relu": 0, "leaky_relu": 0.1, "elu": 1.0, "selu": 0, "relu6": 0}
wide = np.linspace(-4, 8, 401)
show_functions(
    wide,
    {kind: rectified(kind, wide, alpha) for kind, alpha in alphas.items()},
    title="Right of the corner the slope does not fade (relu6: up to its ceiling)",
    ylim=(-2.2, 7.5),
)
for kind in ("relu", "leaky_relu"):  # adding 0 takes the minus from a zero
    print(f"{kind:10}", *(part.round(3) + 0.0 for part in rectified(kind, z_tiny)))

# %% [markdown]
r"""
### A slope that is learned

How large should the leak be? **PReLU** (He, 2015) learns it, one slope for each column,
together with the weights. It is a layer like those of lesson 03: a forward pass that
keeps a cache, and a backward pass that returns a gradient for each input. One slope
acts on all rows of its column, so its gradient is a **sum over the rows**.

By hand: the inputs -2, 3, -6 of one column with the slope 0.5 become -1, 3, -3.

**Exercise `prelu_forward`** (1 point, 5 minutes). A slope may come out above 1 or below
0: it is learned.

<details><summary>A hint</summary>
What does <code>slope * x</code> broadcast to if x is (N, D) and slope is (D,)?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "prelu_forward"}
def prelu_forward(x, slope):
    """Leaky ReLU with a slope for each column.

    x: shape (N, D).  slope: shape (D,), used where x is negative or zero.
    Returns (out, cache): out of x's shape, cache = (x, slope).
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, x, slope * x), (x, slope)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_prelu_forward"}
check("04.prelu_forward", prelu_forward)

# %% [markdown]
r"""
With the upstream gradients 1, 2, 3 for the same column: the slope acted on -2 and on
-6, so its gradient is $1 \cdot (-2) + 3 \cdot (-6) = -20$.

**Exercise `prelu_backward`** (2 points, 10 minutes).

<details><summary>A hint</summary>
The output on the left is slope times x. What is its derivative in x, and what in the
slope?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "prelu_backward"}
def prelu_backward(dout, cache):
    """Gradients of a PReLU layer.

    dout: upstream gradient, shape (N, D).  cache: (x, slope) as prelu_forward keeps them.
    Returns (dx, dslope): shapes (N, D) and (D,). Zero counts as negative.
    """
    ### BEGIN SOLUTION
    x, slope = cache
    dx = np.where(x > 0, dout, slope * dout)
    return dx, (dout * np.minimum(x, 0)).sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_prelu_backward"}
check("04.prelu_backward", prelu_backward)

# %% [markdown]
r"""
### A slope that is drawn

**RReLU** (Xu, 2015) draws the slope of every negative input at random while training,
uniformly between two limits. The noise keeps the net from relying on any one number. At
test time nothing is random any more: the slope is the **middle** of the limits. A
picture must get the same answer today and tomorrow. You will meet this pair of modes
again in batch normalisation and dropout.

**Exercise `rrelu`** (2 points, 15 minutes). Random numbers come from the generator
`rng` that you are given, and from nowhere else: only so can a run be repeated.

<details><summary>A hint</summary>
<code>rng.uniform(low, high, x.shape)</code> draws one number for each element. Once you
have the derivative, what is the value?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "rrelu"}
def rrelu(x, mode, rng, low=1 / 8, high=1 / 3):
    """Leaky ReLU with random slopes, and its derivative.

    x: float array of any shape.  mode: "train" or "test".  rng: a numpy Generator.
    low, high: the slope of each negative input is drawn uniformly between them in mode
    "train", and lies in the middle between them in mode "test". Zero counts as negative.
    Returns (value, derivative), each of x's shape.
    """
    ### BEGIN SOLUTION
    slope = rng.uniform(low, high, x.shape) if mode == "train" else (low + high) / 2
    derivative = np.where(x > 0, 1.0, slope)
    return derivative * x, derivative
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rrelu"}
check("04.rrelu", rrelu)

# %% [markdown]
r"""
### Both halves, and the largest of several

**CReLU** (Shang, 2016) throws nothing away: it puts $\max(x, 0)$ and $\max(-x, 0)$ side
by side, twice as many channels as before. The tiny unit's 3, -1, 1, 1 become the pairs
(3, 0), (0, 1), (1, 0), (1, 0).

**Exercise `crelu_forward`** (1 point, 5 minutes). The input has the shape (N, C) or
(N, C, H, W); the channels are axis 1.

<details><summary>A hint</summary>
<code>np.concatenate</code> joins arrays along an axis. What do you join, and do you cut
off below zero before it or after it?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "crelu_forward"}
def crelu_forward(x):
    """The positive part of x and the positive part of -x, side by side.

    x: shape (N, C) or (N, C, H, W).
    Returns (out, cache): out has 2 C channels, first max(x, 0), then max(-x, 0); cache = x.
    """
    ### BEGIN SOLUTION
    return np.maximum(np.concatenate([x, -x], axis=1), 0), x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_crelu_forward"}
check("04.crelu_forward", crelu_forward)

# %% [markdown]
r"""
On the way back every input gets its gradient from one half only. By hand: (-2, 3) went
out as (0, 3, 2, 0). With (1, 2, 4, 5) coming from above, -2 gets -4 and 3 gets 2.

**Exercise `crelu_backward`** (2 points, 10 minutes).

<details><summary>A hint</summary>
Which half of <code>dout</code> belongs to a positive input? A negative input went out
as <code>-x</code>: what is the derivative of that?
<code>np.split(dout, 2, axis=1)</code> takes the halves apart.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "crelu_backward"}
def crelu_backward(dout, cache):
    """Gradient of a CReLU layer.

    dout: upstream gradient with 2 C channels.  cache: x, with C channels.
    Returns dx, of x's shape. Where x is 0, the gradient is 0.
    """
    ### BEGIN SOLUTION
    kept, turned = np.split(dout, 2, axis=1)
    return kept * (cache > 0) - turned * (cache < 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_crelu_backward"}
check("04.crelu_backward", crelu_backward)

# %% [markdown]
r"""
**Maxout** (Goodfellow, 2013) has no fixed curve at all. A maxout unit is the largest of
P linear pieces, $\max_p (x \cdot w_p + b_p)$. With two pieces it can be ReLU (one piece
zero), leaky ReLU, or the size $|x|$; with more, any curve that bends upwards only. It
never saturates and never dies; the price is P times as many weights.

By hand, one unit of two pieces: input (1, 2), weights (1, 0) with bias 0.5, and weights
(0, 1) with bias 0. The pieces give 1.5 and 2, so the output is 2.

**Exercise `maxout_forward`** (2 points, 10 minutes).

<details><summary>A hint</summary>
If W is (P, D, H), <code>x @ W</code> is (P, N, H): a table for each piece. Which shape
must b get to be added to it?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "maxout_forward"}
def maxout_forward(x, W, b):
    """A layer of maxout units: each is the largest of P linear pieces.

    x: shape (N, D).  W: shape (P, D, H).  b: shape (P, H).
    Returns (out, cache): out has the shape (N, H); cache = (x, W, b).
    """
    ### BEGIN SOLUTION
    return (x @ W + b[:, None]).max(axis=0), (x, W, b)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_maxout_forward"}
check("04.maxout_forward", maxout_forward)

# %% [markdown]
r"""
Only the second piece decided the output, and so **only the second piece gets
gradient**: with 10 coming from above, its weights get $10 \cdot (1, 2)$, its bias 10,
and the input gets $10 \cdot (0, 1)$.

**Exercise `maxout_backward`** (3 points, 20 minutes).

<details><summary>A hint</summary>
<code>argmax(axis=0)</code> of the pieces tells the winner of every row and unit.
Compare it with a column of piece numbers, and you have a mask.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "maxout_backward"}
def maxout_backward(dout, cache):
    """Gradients of a maxout layer.

    dout: upstream gradient, shape (N, H).  cache: (x, W, b) as maxout_forward keeps them.
    Returns (dx, dW, db), shaped like x, W and b. (In the check no two pieces are equal.)
    """
    ### BEGIN SOLUTION
    x, W, b = cache
    winner = (x @ W + b[:, None]).argmax(axis=0)
    won = winner == np.arange(len(W))[:, None, None]
    dpieces = won * dout
    dx = (dpieces @ W.transpose(0, 2, 1)).sum(axis=0)
    return dx, x.T @ dpieces, dpieces.sum(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_maxout_backward"}
check("04.maxout_backward", maxout_backward)

# %% tags=["experiment"]
draw = borrow("04.rrelu", rrelu)
of_pieces = borrow("04.maxout_forward", maxout_forward)
column = x[:, None]
W_pieces = np.array([[[-0.6]], [[0.1]], [[1.0]]])
maxout, _ = of_pieces(column, W_pieces, np.array([[-1.0], [0.0], [-0.5]]))
slopes = np.gradient(maxout[:, 0], x)
show_functions(
    x,
    {
        "rrelu, training": draw(x, "train", np.random.default_rng(0)),
        "rrelu, test": draw(x, "test", np.random.default_rng(0)),
        "maxout, 3 pieces": (maxout[:, 0], slopes),
    },
    columns=3,
    title="A leak that is drawn, its middle, and a curve of three learned pieces",
)

# %% [markdown]
r"""
**Which one?** Begin with ReLU, and mind the learning rate. If many units die, try leaky
ReLU, ELU or maxout. tanh is still used inside recurrent nets, the sigmoid where an
output must be a probability; between layers use neither. There are more (noisy ReLU
adds noise before the corner, S-shaped ReLU has two corners); the gain over ReLU is
mostly smaller than that from batch normalisation (lesson 06) or dropout (lesson 07).

## Preparing the data

Zero-centred numbers matter for the **inputs** too. Three ways to prepare them, each
doing more than the last.

**Standardising**: subtract from each feature (each pixel) its mean, and divide by its
standard deviation:

$$x' = \frac{x - \mu}{\sigma}, \qquad \sigma^2 = \frac{1}{N} \sum_n (x_n - \mu)^2$$

(Another scaling divides by the largest size, so that all lies in [-1, 1].) The iron
rule: **mean and deviation come from the training images only**, and the test images are
treated with the very same numbers. Two reasons. A single new picture has no statistics
of its own; and whatever you compute from test images before the end has used them.

The first feature of the tiny pictures: 3, -1, 0, 2. Mean 1; squared differences 4, 4,
1, 1; variance 10/4 = 2.5; deviation 1.58. The 3 becomes 1.26.

**Exercise `standardize`** (2 points, 10 minutes). A feature that never changes in
training has the deviation 0: only subtract its mean then.

<details><summary>A hint</summary>
Over which axis do you take a mean to get one number for each feature?
<code>np.where(std == 0, 1, std)</code> replaces zeros.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "standardize"}
def standardize(X_train, X_test):
    """Give every feature mean 0 and standard deviation 1 on the training images.

    X_train: shape (N, D).  X_test: shape (M, D). The variance divides by N.
    Returns (train, test), of the same shapes, both treated with the statistics of
    X_train. A feature that is constant in X_train is only centred.
    """
    ### BEGIN SOLUTION
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (X_train - mean) / std, (X_test - mean) / std
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_standardize"}
check("04.standardize", standardize)

# %% [markdown]
r"""
### Principal components

Neighbouring pixels say nearly the same: they are **correlated**. The **covariance
matrix** of N centred rows $X$,

$$C = \frac{1}{N} X^{\mathsf T} X ,$$

holds the variances of the features on its diagonal, and beside it how each two go
together. Its **eigenvectors** are directions at right angles to each other in which the
cloud of points extends independently; the eigenvalue is the variance along each. Sorted
by variance they are the **principal components**. To keep only the first few is a good
way to write down a picture with fewer numbers.

By hand, with the tiny pictures: mean (1, 1); centred (2, 2), (-2, -2), (-1, 1), (1,
-1). The variance of each feature is (4 + 4 + 1 + 1)/4 = 2.5, the covariance (4 + 4 -
1 - 1)/4 = 1.5. The matrix ((2.5, 1.5), (1.5, 2.5)) times (1, 1) is 4 times (1, 1);
times (1, -1) it is 1 times (1, -1). So: variance 4 along the diagonal, 1 across.

**Exercise `pca`** (3 points, 20 minutes). An axis and its opposite are the same axis:
the check does not mind the sign.

<details><summary>A hint</summary>
<code>np.linalg.eigh(C)</code> returns the eigenvalues from the smallest up, and the
eigenvectors as <b>columns</b>. The docstring wants the largest first, and rows.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "pca"}
def pca(X, n_components):
    """The directions in which a cloud of points extends most.

    X: shape (N, D).  n_components: how many directions, K of them, 1 to D.
    Returns (mean, components, variances): the mean (D,), the directions as rows of length
    1, shape (K, D), the one with the largest variance first, and the variance along
    each, shape (K,). Variances divide by N.
    """
    ### BEGIN SOLUTION
    mean = X.mean(axis=0)
    variances, axes = np.linalg.eigh((X - mean).T @ (X - mean) / len(X))
    largest = np.argsort(-variances)[:n_components]
    return mean, axes.T[largest], variances[largest]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_pca"}
check("04.pca", pca)

# %% [markdown]
r"""
### Whitening

**Whitening** makes the cloud round: turn it onto its axes, divide each axis by its
deviation, and turn it back, so that the features are pixels again:

$$X' = (X - \mu)\, U \operatorname{diag}\!\left(\frac{1}{\sqrt{\lambda_i + \varepsilon}}\right) U^{\mathsf T}$$

The columns of $U$ are the axes, the $\lambda_i$ the variances along them. The small
$\varepsilon$ stands under the root: an axis with almost no variance is mostly noise,
and without $\varepsilon$ it would be blown up as large as all others. (Without the last
$U^{\mathsf T}$ one speaks of PCA whitening, with it of ZCA whitening.)

The tiny picture (3, 3) is (2, 2) from the mean, 2.83 along the first axis, whose
deviation is 2. Half as far is (1, 1).

**Exercise `whiten`** (3 points, 20 minutes). Again: everything from the training
images, and applied to both.

<details><summary>A hint</summary>
One matrix does it all: build U diag(…) Uᵀ first. <code>axes / numbers</code> divides
each <b>column</b> of <code>axes</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "whiten"}
def whiten(X_train, X_test, eps=1e-5):
    """Make the cloud of training images round: uncorrelated features of variance 1.

    X_train: shape (N, D).  X_test: shape (M, D).  eps is added to the variances along the axes.
    Returns (train, test), of the same shapes and turned back to the given features, both
    treated with the mean and covariance of X_train. The covariance divides by N.
    """
    ### BEGIN SOLUTION
    mean = X_train.mean(axis=0)
    centred = X_train - mean
    variances, axes = np.linalg.eigh(centred.T @ centred / len(X_train))
    turn = axes / np.sqrt(variances + eps) @ axes.T
    return centred @ turn, (X_test - mean) @ turn
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_whiten"}
check("04.whiten", whiten)

# %% tags=["experiment"]
to_white, to_axes = borrow("04.whiten", whiten), borrow("04.pca", pca)
rng = np.random.default_rng(1)
cloud = rng.normal(size=(200, 2)) @ np.array([[2.0, 1.4], [0.0, 0.6]]) + 3
mean, components, variances = to_axes(cloud, 2)
show_clouds(
    {
        "raw": cloud,
        "centred": cloud - mean,
        "turned onto its axes": (cloud - mean) @ components.T,
        "whitened": to_white(cloud, cloud)[0],
    },
    "Centred, then uncorrelated, then round",
)
print("variances along the axes:", variances.round(3))

# %% [markdown]
r"""
And real pictures? To keep the matrix small, they are shrunk to 16 by 16 pixels here:
768 features. The second row shows the first principal components: smooth colours and
broad gradients, which is where most of the variance is. Whitening takes just that away,
and what is left is edges.
"""

# %% tags=["experiment"]
pictures = load_cifar10(n_train=50_000 if full else 2000, n_test=500)
print(pictures.description)
small = pictures.X_train[:2000].reshape(-1, 3, 16, 2, 16, 2).mean(axis=(3, 5))
flat = small.reshape(len(small), -1).astype(float)
_, axes_of_pictures, spread = to_axes(flat, 768)
white = to_white(flat, flat[:8], eps=1e-3)[1]


def stretched(rows):
    low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
    return ((rows - low) / (high - low)).reshape(-1, 3, 16, 16)


share = 100 * spread.cumsum() / spread.sum()
plots.show_images(
    [*small[:8], *stretched(axes_of_pictures[:8]), *stretched(white)],
    [*["raw"] * 8, *[f"{s:.0f} %" for s in share[:8]], *["whitened"] * 8],
    columns=8,
    title=f"Pictures, components (with the variance up to there), whitened: "
    f"{int((share < 95).sum()) + 1} of 768 components hold 95 %",
)

# %% [markdown]
r"""
**In practice**, for pictures: subtract the mean (of each pixel, or one for each of the
three colours), perhaps divide by the deviation. Whitening and PCA are seldom used with
convolutional nets; whitening also makes noise loud. But you will meet both again, in
pictures of what a net has learned.
"""

# %% [markdown]
r"""
## The first weights

Where does the net begin? If **all weights are zero**, all units of a layer compute the
same, get the same gradient and stay alike for ever: a thousand units are worth one.
(With ReLU they do not move at all.) So the first weights are drawn at random. How
large?

The way to find out is to send numbers through a stack of layers before any training,
and to look at what arrives. A healthy stack hands on numbers of about the same spread
at every layer.

**Exercise `activation_statistics`** (2 points, 10 minutes). Mean and standard deviation
of all activations of each layer, after the activation function. There are no biases.

By hand: x = ((1, -2), (3, 0)), first weights ((1, 0), (0, 2)), and squaring as the
activation. The product is ((1, -4), (3, 0)), squared ((1, 16), (9, 0)): mean 6.5.
**These** go into the second layer.

<details><summary>A hint</summary>
One loop over the matrices. Which variable has to be another array after each turn, so
that the next layer does not get the input once more?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "activation_statistics"}
def activation_statistics(x, weights, activate):
    """Mean and standard deviation of the activations of each layer.

    x: input, shape (N, D).  weights: list of L matrices, the first (D, H1), then (H1, H2), …
    activate: function of an array, applied to each layer's product.
    Returns (means, stds), each an array of shape (L,).
    """
    ### BEGIN SOLUTION
    means, stds = [], []
    for W in weights:
        x = activate(x @ W)
        means.append(x.mean())
        stds.append(x.std())
    return np.array(means), np.array(stds)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_activation_statistics"}
check("04.activation_statistics", activation_statistics)

# %% [markdown]
r"""
### How large? A little arithmetic

A unit adds up $n$ products: $y = w_1 x_1 + \dots + w_n x_n$. If weights and inputs are
independent and have mean 0, the variances multiply in each product and add up in the
sum:

$$\operatorname{Var}(y) = n \operatorname{Var}(w) \operatorname{Var}(x)$$

To hand on the spread, $\operatorname{Var}(w) = 1/n$. That is LeCun's rule (1998), with
$n = n_{in}$, called **fan_in**: the number of inputs of a unit. The gradients on the
way back meet the same matrix from the other side, and want $1/n_{out}$. **Xavier**
Glorot's compromise (2010):

$$\operatorname{Var}(w) = \frac{2}{n_{in} + n_{out}}$$

**ReLU** sets half of its inputs to zero and so halves the mean square. **He** (2015)
puts the half back: $\operatorname{Var}(w) = 2/n_{in}$.

These are **variances**. A normal number with variance $v$ is a standard normal number
times $\sqrt{v}$. And a uniform one? The variance of $U[a, b]$ is $(b - a)^2 / 12$, so
that of $U[-\theta, \theta]$ is $\theta^2 / 3$, and

$$\frac{\theta^2}{3} = \frac{2}{n_{in} + n_{out}} \quad\Rightarrow\quad \theta = \sqrt{\frac{6}{n_{in} + n_{out}}}$$

| kind | standard deviation | bound of the uniform version |
| --- | --- | --- |
| `glorot` | $\sqrt{2/(n_{in} + n_{out})}$ | $\sqrt{6/(n_{in} + n_{out})}$ |
| `he` | $\sqrt{2/n_{in}}$ | $\sqrt{6/n_{in}}$ |
| `lecun` | $\sqrt{1/n_{in}}$ | $\sqrt{3/n_{in}}$ |

**Orthogonal** weights go one step further: rows (or columns) at right angles and of
length 1 keep not only the average length of a signal but every length. They come from
the QR factorisation of a random normal matrix.

**Exercise `init_weights`** (4 points, 25 minutes). Ten kinds. With fan_in = 200 and
fan_out = 300: `glorot_normal` has the deviation $\sqrt{2/500} = 0.063$, `he_normal` has
0.1.

<details><summary>A hint</summary>
Six of the kinds differ in a variance and in how they draw: look up the variance by the
first half of the name. <code>np.linalg.qr</code> of a tall matrix gives columns at
right angles; for a wide W, make a tall one and transpose it.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "init_weights"}
def init_weights(kind, fan_in, fan_out, rng):
    """The first weights of a layer.

    kind: "zeros"; "small" or "large" (normal, standard deviation 0.01 or 1); "orthogonal"
    (columns, or rows if fewer, of length 1 at right angles); "glorot_normal",
    "glorot_uniform", "he_normal", "he_uniform", "lecun_normal" or "lecun_uniform".
    Returns W, float64, shape (fan_in, fan_out), drawn from the numpy Generator rng.
    """
    ### BEGIN SOLUTION
    shape = (fan_in, fan_out)
    if kind == "zeros":
        return np.zeros(shape)
    if kind == "orthogonal":
        Q = np.linalg.qr(rng.normal(size=(max(shape), min(shape)))).Q
        return Q if fan_in > fan_out else Q.T
    name, _, drawn = kind.partition("_")
    variance = {
        "small": 0.01**2,
        "large": 1.0,
        "glorot": 2 / (fan_in + fan_out),
        "he": 2 / fan_in,
        "lecun": 1 / fan_in,
    }[name]
    if drawn == "uniform":
        return np.sqrt(3 * variance) * rng.uniform(-1, 1, shape)
    return np.sqrt(variance) * rng.normal(size=shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_init_weights"}
check("04.init_weights", init_weights)

# %% [markdown]
r"""
### Ten layers

Now the experiment: 1,000 random inputs of 500 numbers, ten layers of 500 units, and
nothing trained. (To see the activations themselves, the function that is handed to
`activation_statistics` keeps what it has computed.)
"""

# %% tags=["experiment"]
init = borrow("04.init_weights", init_weights)
statistics = borrow("04.activation_statistics", activation_statistics)
functions = {
    "tanh": lambda out: smooth("tanh", out)[0],
    "relu": lambda out: rectified("relu", out)[0],
    "sigmoid": lambda out: smooth("sigmoid", out)[0],
    "selu": lambda out: rectified("selu", out)[0],
}


def ten_layers(name, kind, n=1000, width=500):
    rng, seen = np.random.default_rng(0), []
    weights = [init(kind, width, width, rng) for _ in range(10)]

    def watched(out):
        seen.append(functions[name](out))
        return seen[-1]

    means, stds = statistics(rng.normal(size=(n, width)), weights, watched)
    return means, stds, seen


# %% tags=["experiment"]
settings = {
    "tanh\n0.01 normal": ("tanh", "small"),
    "tanh\n1.0 normal": ("tanh", "large"),
    "tanh\nXavier": ("tanh", "glorot_normal"),
    "relu\nXavier": ("relu", "glorot_normal"),
    "relu\nHe": ("relu", "he_normal"),
    "selu\nLeCun": ("selu", "lecun_normal"),
    "tanh\northogonal": ("tanh", "orthogonal"),
}
ten = {name: ten_layers(*setting) for name, setting in settings.items()}
show_layers(
    {name: seen for name, (_, _, seen) in ten.items()},
    "Layers 1 to 10, each with its standard deviation: too small dies out, too large "
    "saturates",
)

# %% [markdown]
r"""
Row by row. With **0.01** the signal is about a fifth as strong after each layer, and so
are the gradients on the way back: nothing is learned in the lower layers. With **1.0**
nearly every unit sits at -1 or 1: saturated, slope zero. With **Xavier** the spread
falls slowly, from 0.63 to 0.23. For **ReLU**, Xavier is too small by the half that is
cut off; **He** keeps the scale. **SELU** with LeCun's weights stays where it began, as
its constants promise. **Orthogonal** weights look like Xavier's in the mean: what they
add, that no direction is stretched or squeezed, a histogram does not show.

The whole table: what is left after ten layers (of 200 units, to save time), for each
first weight and each activation.
"""

# %% tags=["experiment"]
kinds = ("zeros", "small", "large", "glorot_normal", "glorot_uniform", "he_normal",
         "he_uniform", "lecun_normal", "lecun_uniform", "orthogonal")  # fmt: skip
table = np.array(
    [[ten_layers(name, kind, 300, 200)[1][-1] for name in functions] for kind in kinds]
)
show_table(
    table,
    kinds,
    list(functions),
    "Standard deviation after ten layers (dark: far from 1)",
)

# %% [markdown]
r"""
Read the columns. tanh lives with any of the scaled kinds. ReLU wants He. SELU wants
LeCun, for which its two constants were computed. Glorot, LeCun and their uniform
versions agree here because every layer has as many units as inputs: fan_in = fan_out.
Too large is as bad as too small: "large" with ReLU grows about tenfold at each layer.

**And the sigmoid?** It hardly seems to care, but its deviations are tiny against its
mean of 1/2. For it one needs larger weights. Near zero its slope is 1/4, which alone
would call for a variance of $16/n$; but its outputs are not centred: their mean square
is larger by $g(0)^2 = 1/4$. Kumar (2017) puts both together:

$$\operatorname{Var}(w) = \frac{1}{n\, g'(0)^2\, (1 + g(0)^2)} = \frac{16}{n \cdot 1.25} = \frac{12.8}{n}$$

The lecture notes round this to $13/n$.
"""

# %% tags=["experiment"]
value, slope = smooth("sigmoid", np.zeros(1))
sigmoid_variance = (1 / (slope**2 * (1 + value**2))).item()
uniform_variance = np.random.default_rng(0).uniform(-2, 3, 1_000_000).var()
print(
    f"sigmoid: variance {sigmoid_variance:.1f} / n; from the slope alone {1 / slope.item() ** 2:.0f} / n"
)
print(f"variance of a million numbers from U[-2, 3]: {uniform_variance:.3f}; "
      f"(3 + 2)^2 / 12 = {25 / 12:.3f}")  # fmt: skip

# %% [markdown]
r"""
## Walking downhill

Back to the valley. Across it the slope is forty times as steep as along it. A rate that
is right along is far too large across, and the other way round. The five optimisers
below deal with this in two ways: by **remembering where they were going**, and by
**measuring each weight's gradients**.

All are functions `f(w, gradient, state, learning_rate, …)` that return `(w, state)`:
**new** arrays, and a dictionary for the next call. Before the first step `state` is
`{}`; `state.get("velocity", np.zeros_like(w))` is a way to begin with zeros.
`zeros_like` and not `zeros`, so that `float32` stays `float32`.

The tiny example for all five: one weight, $w = 1$; the gradient is 2, and 2 again; the
learning rate is 0.5. Plain gradient descent goes from 1 to 0 to -1.

### Momentum

A heavy ball keeps rolling. Let $v$ be its velocity, a sum of gradients in which old
ones fade:

$$v \leftarrow \beta v + g, \qquad w \leftarrow w - \eta\, v$$

Across the valley the gradients change sign at every step, and cancel in $v$. Along the
valley they agree, and add up: to $1/(1 - \beta)$ times one gradient, which is ten times
with the usual $\beta = 0.9$. (In some books the learning rate stands inside $v$. As
long as the rate stays the same, that is the same.)

By hand: $v = 2$, $w = 1 - 0.5 \cdot 2 = 0$; then $v = 0.9 \cdot 2 + 2 = 3.8$,
$w = 0 - 0.5 \cdot 3.8 = -1.9$.

**Exercise `momentum`** (2 points, 10 minutes).

<details><summary>A hint</summary>
Two lines, one for each formula. With which velocity does w move, the old or the new
one, and which of them must the next step find in the state?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "momentum"}
def momentum(w, gradient, state, learning_rate, beta=0.9):
    """One step with momentum.

    w, gradient: arrays of the same shape.  state: {} or what the last step returned.
    The velocity becomes beta times the velocity plus the gradient; w moves against it,
    by learning_rate times the new velocity.
    Returns (w, state): a new array, and a dictionary that holds the velocity.
    """
    ### BEGIN SOLUTION
    velocity = beta * state.get("velocity", np.zeros_like(w)) + gradient
    return w - learning_rate * velocity, {"velocity": velocity}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_momentum"}
check("04.momentum", momentum)

# %% [markdown]
r"""
### Nesterov

**Nesterov** (1983) looks ahead: the ball will roll on by $\beta v$ at the next step
anyway, so count that in already:

$$v \leftarrow \beta v + g, \qquad w \leftarrow w - \eta\,(g + \beta v)$$

The $v$ in the second formula is the **new** one. By hand: $v = 2$, step
$2 + 0.9 \cdot 2 = 3.8$, $w = -0.9$; then $v = 3.8$, step 5.42, $w = -3.61$.

**Exercise `nesterov`** (2 points, 10 minutes).

<details><summary>A hint</summary>
The velocity is that of momentum, and so is the state. Only the step differs. By hand it
is 3.8 at first: which two numbers add up to it?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "nesterov"}
def nesterov(w, gradient, state, learning_rate, beta=0.9):
    """One step with Nesterov momentum.

    w, gradient: arrays of the same shape.  state: {} or what the last step returned.
    The velocity becomes beta times the velocity plus the gradient; w moves against the
    gradient plus beta times the new velocity, by learning_rate times that.
    Returns (w, state): a new array, and a dictionary that holds the velocity.
    """
    ### BEGIN SOLUTION
    velocity = beta * state.get("velocity", np.zeros_like(w)) + gradient
    return w - learning_rate * (gradient + beta * velocity), {"velocity": velocity}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_nesterov"}
check("04.nesterov", nesterov)

# %% [markdown]
r"""
### AdaGrad

The other idea: give **each weight its own rate**. **AdaGrad** (Duchi, 2011) adds up the
squares of each weight's gradients in a cache $c$ and divides by its root:

$$c \leftarrow c + g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{c} + \varepsilon}$$

A weight with large gradients takes small steps, one with rare and small gradients takes
large ones. The small $\varepsilon$ stands **outside** the root and keeps a weight
without any gradient from 0/0.

By hand: $c = 4$, $w = 1 - 0.5 \cdot 2/2 = 0.5$; then $c = 8$,
$w = 0.5 - 0.5 \cdot 2/2.83 = 0.146$. The steps become shorter and shorter: the cache
only grows. That is AdaGrad's weakness in long runs.

**Exercise `adagrad`** (2 points, 10 minutes).

<details><summary>A hint</summary>
What begins at zero, and never gets smaller? Everything is done number by number:
<code>np.sqrt</code> and the division work on whole arrays.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "adagrad"}
def adagrad(w, gradient, state, learning_rate, eps=1e-8):
    """One step of AdaGrad.

    w, gradient: arrays of the same shape.  state: {} or what the last step returned.
    The cache is the sum of the squares of all gradients so far; w moves against the
    gradient, divided by the root of the cache plus eps.
    Returns (w, state): a new array, and a dictionary that holds the cache.
    """
    ### BEGIN SOLUTION
    cache = state.get("cache", np.zeros_like(w)) + gradient**2
    return w - learning_rate * gradient / (np.sqrt(cache) + eps), {"cache": cache}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_adagrad"}
check("04.adagrad", adagrad)

# %% [markdown]
r"""
### RMSProp

**RMSProp** (Hinton, in a lecture of 2012) mends that: the cache is an **average** that
forgets, not a sum.

$$c \leftarrow \rho\, c + (1 - \rho)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{c} + \varepsilon}$$

With the decay $\rho = 0.99$ it remembers about a hundred steps. By hand:
$c = 0.01 \cdot 4 = 0.04$, $w = 1 - 0.5 \cdot 2/0.2 = -4$. A step of 5: the average
begins at 0 and is far too small at first.

**Exercise `rmsprop`** (2 points, 10 minutes).

<details><summary>A hint</summary>
Compare the two formulas with AdaGrad's: only one of them is different. The two weights
in it add up to 1: which is for the past, and which for the new square?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "rmsprop"}
def rmsprop(w, gradient, state, learning_rate, decay=0.99, eps=1e-8):
    """One step of RMSProp.

    w, gradient: arrays of the same shape.  state: {} or what the last step returned.
    The cache keeps the part decay of itself and takes the rest from the square of the
    gradient; w moves against the gradient, divided by the root of the cache plus eps.
    Returns (w, state): a new array, and a dictionary that holds the cache.
    """
    ### BEGIN SOLUTION
    cache = state.get("cache", np.zeros_like(w))
    cache = decay * cache + (1 - decay) * gradient**2
    return w - learning_rate * gradient / (np.sqrt(cache) + eps), {"cache": cache}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rmsprop"}
check("04.rmsprop", rmsprop)

# %% [markdown]
r"""
### Adam

**Adam** (Kingma and Ba, 2015) joins both ideas: an average $m$ of the gradients, like
momentum, and an average $s$ of their squares, like RMSProp. And it mends the beginning.
After $t$ steps an average that began at 0 holds only the part $1 - \beta^t$ of what it
should; so divide by that. This is the **bias correction**:

$$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2$$

$$w \leftarrow w - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \varepsilon}$$

The steps are counted from $t = 1$. What is stored for the next step are $m$ and $s$
themselves, not the corrected ones.

By hand: $m = 0.1 \cdot 2 = 0.2$, corrected $0.2/0.1 = 2$; $s = 0.001 \cdot 4 = 0.004$,
corrected 4; $w = 1 - 0.5 \cdot 2/2 = 0.5$. And again: $w = 0$. While the gradient stays
the same, a step of Adam is as long as the learning rate, however large the gradient is.

**Exercise `adam`** (4 points, 20 minutes).

<details><summary>A hint</summary>
Three things have to survive until the next call. Which? Compute the corrected averages
into names of their own.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "adam"}
def adam(w, gradient, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam.

    w, gradient: arrays of the same shape.  state: {} or what the last step returned.
    beta1, beta2: how much the averages of the gradients and of their squares keep.
    eps: added to the root of the corrected average of the squares.
    Returns (w, state): a new array, and a dictionary with all that the next step needs.
    """
    ### BEGIN SOLUTION
    step = state.get("step", 0) + 1
    first = beta1 * state.get("first", np.zeros_like(w)) + (1 - beta1) * gradient
    second = beta2 * state.get("second", np.zeros_like(w)) + (1 - beta2) * gradient**2
    corrected = first / (1 - beta1**step)
    root = np.sqrt(second / (1 - beta2**step))
    w = w - learning_rate * corrected / (root + eps)
    return w, {"step": step, "first": first, "second": second}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_adam"}
check("04.adam", adam)

# %% [markdown]
r"""
The same valley, the same start, 25 steps each, each with a learning rate that suits it.
Above each path stands the loss that it has reached; at the start it was 10.6.
"""

# %% tags=["experiment"]
optimisers = {
    "sgd": sgd,
    "momentum": borrow("04.momentum", momentum),
    "nesterov": borrow("04.nesterov", nesterov),
    "adagrad": borrow("04.adagrad", adagrad),
    "rmsprop": borrow("04.rmsprop", rmsprop),
    "adam": borrow("04.adam", adam),
}
suited = (0.9, 0.3, 0.3, 2.0, 0.15, 0.9)
paths = {
    name: descend(update, rate)
    for (name, update), rate in zip(optimisers.items(), suited, strict=True)
}
show_paths(
    paths, valley, "Plain descent zig-zags, momentum rolls, the lower three rescale"
)

# %% [markdown]
r"""
Read the paths, and not only the losses. Plain descent has spent its steps on crossing
the valley. Momentum has come much farther along it, but it ends no lower: it has rolled
past the lowest point and up the other side. Nesterov, which looks ahead, hardly swings.
The lower three make both directions alike, and walk almost straight down; Adam, which
carries momentum too, runs past the lowest point as well. Do not conclude that AdaGrad
is best: this valley lies along the axes, and so a rate for each weight is all that it
needs. In a valley that lies askew no rates of single weights can do that.

## The learning rate over time

Large steps are good at the beginning and bad at the end. A **schedule** makes the rate
a function of the step:

* **constant**: the base rate throughout;
* **step**: multiplied by a factor, such as 0.1, every so many steps;
* **cosine** (Loshchilov and Hutter, 2017): half a wave from the base rate down to 0,
  $\;\frac{\eta}{2}\,(1 + \cos(\pi\, t / T))$.

In front of any of them a **warm-up** may stand: the first few steps rise to the base
rate along a straight line, while the averages inside the optimiser settle and the first
random weights are at their wildest. With 4 warm-up steps the first four rates are 1/4,
2/4, 3/4 and 4/4 of the base rate. (Not 0 in the first one: that batch would be wasted.)
After the warm-up the schedule counts from 0: its $T$ is what is left of the steps.

**Exercise `learning_rate_at`** (3 points, 20 minutes). With 4 steps, base rate 0.4 and
no warm-up, the cosine schedule has the rates 0.4, 0.341, 0.2, 0.059 and, at step 4, 0.

<details><summary>A hint</summary>
Deal with the warm-up first and return. Then let <code>t = step - warmup</code>.
Whole-number division counts how many drops are over. <code>np.cos</code> takes radians.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "learning_rate_at"}
def learning_rate_at(step, n_steps, base_rate, kind, warmup=0, every=10, factor=0.1):
    """The learning rate of one step of a schedule.

    step: 0 for the first step, up to n_steps.  n_steps: length of the whole run.
    kind: "constant", "step" or "cosine" (which reaches 0 at step n_steps).
    warmup: number of steps at the beginning in which the rate rises in equal parts; the last
    of them has the base rate. The schedule begins after them, and counts from there.
    every, factor: kind "step" multiplies the rate by factor every so many steps.
    """
    ### BEGIN SOLUTION
    if step < warmup:
        return base_rate * (step + 1) / warmup
    t = step - warmup
    if kind == "step":
        return base_rate * factor ** (t // every)
    if kind == "cosine":
        return base_rate * (1 + np.cos(np.pi * t / (n_steps - warmup))) / 2
    return base_rate
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_learning_rate_at"}
check("04.learning_rate_at", learning_rate_at)

# %% tags=["experiment"]
rate_at = borrow("04.learning_rate_at", learning_rate_at)
plans = {
    "constant": {"kind": "constant"},
    "step": {"kind": "step", "every": 30, "factor": 0.3},
    "cosine": {"kind": "cosine"},
    "warm-up, cosine": {"kind": "cosine", "warmup": 15},
}
schedules = {
    name: np.array([rate_at(step, 100, 0.1, **plan) for step in range(101)])
    for name, plan in plans.items()
}
show_curves(
    schedules,
    "step",
    "learning rate",
    "Drops come at once, the cosine falls smoothly to zero",
)

# %% [markdown]
r"""
### When a gradient is too long

Now and then a gradient is enormous: the loss has a cliff there. One such step throws
the weights far away, and all that was learned is lost. **Clipping** shortens it. The
norm of **all** gradients together is $\sqrt{\sum g^2}$, over every number in every
array; if it is above a limit, everything is multiplied by limit / norm. The direction
stays, only the length changes. Cutting off each number by itself would turn the step,
as in the picture, and so would clipping each layer by itself.

By hand: two arrays, (3, 0) and (4, 0, 0). The norm is $\sqrt{9 + 16} = 5$. With the
limit 1 they become (0.6, 0) and (0.8, 0, 0).
"""

# %%
show_arrows(
    {
        "gradient": np.array([3.0, 1.0]),
        "cut off at 1, each number": np.array([1.0, 1.0]),
        "scaled to length 1": np.array([0.95, 0.32]),
    },
    1.0,
    "Cutting numbers off turns the step, scaling does not",
)

# %% [markdown]
r"""
**Exercise `clip_by_norm`** (2 points, 10 minutes). Short gradients stay as they are.
Return the norm as well: a plot of it tells you early when something goes wrong.

<details><summary>A hint</summary>
The sum of the squares goes over all arrays; then one root. What must not happen when
the norm is 0?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "clip_by_norm"}
def clip_by_norm(gradients, max_norm):
    """Shorten gradients whose common norm is too large.

    gradients: list of arrays of any shapes.  max_norm: the largest norm allowed.
    Returns (clipped, norm): a list of arrays of the same shapes, whose norm, over all numbers in
    all arrays, is at most max_norm; and the norm before clipping.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    if norm <= max_norm:
        return gradients, norm
    return [max_norm / norm * g for g in gradients], norm
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_clip_by_norm"}
check("04.clip_by_norm", clip_by_norm)

# %% [markdown]
r"""
## Too simple, too free

Suppose that training works. Is the result any good on **new** pictures? A model can
fail in two ways, and a polynomial shows both. Twenty points come from a smooth curve
with some noise; fit them by a polynomial $h(x) = a_0 + a_1 x + \dots + a_d x^d$, with
the coefficients that make the **mean square error** smallest:

$$L = \frac{1}{N} \sum_n (h(x_n) - y_n)^2$$

This is called **least squares**. (In one place of the lecture notes the square is
missing. Without it positive and negative errors would cancel, and the smallest loss
would be minus infinity.)

There is no need to walk downhill here: put the powers of each $x$ into the row of a
table, (N, d + 1), and the best coefficients are the solution of a linear system, which
`np.linalg.lstsq(table, y)` finds.

By hand, a line through (1, 0), (2, 0), (3, 3): it is $-2 + 1.5x$, with the values -0.5,
1, 2.5, the errors -0.5, 1, -0.5, and the loss (0.25 + 1 + 0.25)/3 = 0.5.

**Exercise `fit_polynomial`** (3 points, 15 minutes). Write it with `np.linalg.lstsq`;
NumPy's own polynomial fits are not allowed.

<details><summary>A hint</summary>
<code>x[:, None] ** np.arange(3)</code> has the columns 1, x and x squared.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "fit_polynomial"}
def fit_polynomial(x, y, degree):
    """The polynomial of a given degree with the smallest mean square error.

    x, y: shape (N,).  degree: the highest power, 0 or more.
    Returns (coefficients, loss): shape (degree + 1,), that of the power 0 first; and the mean
    of the squared errors on the given points.
    """
    ### BEGIN SOLUTION
    powers = x[:, None] ** np.arange(degree + 1)
    coefficients = np.linalg.lstsq(powers, y)[0]
    return coefficients, np.mean((powers @ coefficients - y) ** 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fit_polynomial"}
check("04.fit_polynomial", fit_polynomial)

# %% tags=["experiment"]
fit = borrow("04.fit_polynomial", fit_polynomial)
rng = np.random.default_rng(4)


def noisy_points(x):
    return x, np.sin(3 * x) + rng.normal(0, 0.25, size=len(x))


twenty, new = noisy_points(np.linspace(-1, 1, 20)), noisy_points(rng.uniform(-1, 1, 60))
fits = {}
for degree in (1, 4, 15):
    weights, loss = fit(*twenty, degree)
    guesses = np.polynomial.polynomial.polyval(new[0], weights)
    fits[degree] = weights, loss, np.mean((guesses - new[1]) ** 2)
show_polynomials(twenty, new, fits, "Too simple, about right, and learned by heart")

# %% [markdown]
r"""
The straight line is bad on both sets of points: **underfitting**. Degree 15 goes almost
through every training point, noise and all, and swings wildly between them:
**overfitting**. The training loss alone would have chosen degree 15. Only new points, a
**validation set**, show the difference.

Against underfitting: a larger model, a longer training. Against overfitting: more data,
a smaller model, or a price on large weights (regularisation, lesson 02), and other
tricks in lesson 07. Behind all of them stands Occam's razor: among explanations that
fit equally well, take the simplest.

## Before a long run

You now have the parts. Before you let a net train for hours, three checks take a
minute:

1. **The loss before training.** An untrained net should find all C classes about
   equally likely. The cross-entropy is then $-\log(1/C) = \log C$: 2.303 for ten
   classes. Far more than that: the first weights or the inputs are too large.
2. **Overfit twenty pictures.** Any sound net can learn twenty pictures by heart. If the
   training accuracy does not reach 100 %, something is broken: look for the mistake
   now.
3. **A short run with each of a few learning rates**, a factor of three apart. If the
   loss does not fall, the rate is too small; if it jumps or becomes `nan`, too large.

The layers come from your lesson 03, where you finished it. The net has two hidden
layers, with He's weights.
"""

# %% tags=["experiment"]
from utils.borrow import borrow_earlier
from utils.training import Layer, Net, train

affine_forward, affine_backward, relu_forward, relu_backward, cross_entropy = (
    borrow_earlier("03_backpropagation", "affine_forward", "affine_backward",
                   "relu_forward", "relu_backward", "softmax_cross_entropy")
)  # fmt: skip
to_standard = borrow("04.standardize", standardize)


def new_net(sizes=(3072, 100, 100, 10), kind="he_normal", seed=0):
    rng, layers = np.random.default_rng(seed), []
    for fan_in, fan_out in pairwise(sizes):
        W = init(kind, fan_in, fan_out, rng).astype("float32")
        parameters = {"W": W, "b": np.zeros(fan_out, "float32")}
        layers.append(Layer(affine_forward, affine_backward, parameters))
        layers.append(Layer(relu_forward, relu_backward))
    return Net(layers[:-1], cross_entropy)


n_val = 1000 if full else 500
rows, y = pictures.X_train.reshape(len(pictures.X_train), -1), pictures.y_train
X_train, X_val = to_standard(rows[:-n_val], rows[-n_val:])
train_set, val_set = (X_train, y[:-n_val]), (X_val, y[-n_val:])
few = X_val[:100], y[-n_val:][:100]

# %% tags=["experiment"]
first_loss, _ = new_net().step(X_train[:500], y[:500])
large_loss, _ = new_net(kind="large").step(X_train[:500], y[:500])
quiet = new_net()
quiet.layers[-1].parameters["W"] *= 0.01
quiet_loss, _ = quiet.step(X_train[:500], y[:500])
print(f"with a last layer a hundred times smaller: {quiet_loss:.3f}")
print(f"loss before training: {first_loss:.2f} with He's weights, {large_loss:,.0f} with large ones; "
      f"log 10 = {np.log(10):.3f}")  # fmt: skip

twenty_pictures = X_train[:20], y[:20]
by_heart = train(
    new_net(), twenty_pictures, few, rng=np.random.default_rng(0),
    learning_rate=0.01, n_epochs=30, batch_size=10, update=optimisers["momentum"],
)  # fmt: skip
print(f"twenty pictures: {100 * by_heart.train_accuracies[-1]:.0f} % right after 30 epochs, "
      f"loss {by_heart.losses[-1]:.4f}")  # fmt: skip

# %% [markdown]
r"""
With He's weights and standardised pixels the first loss is a little above log 10: the
scores have a spread of about 1 and more, so that the net already has random opinions.
With smaller weights in the last layer it is log 10, nearly to the digit.

### Reading a learning curve

The loss of every step is noisy. What counts is the shape. Four runs of the same net,
with plain gradient descent on 500 pictures:
"""

# %% tags=["experiment"]
runs = {"too small": 1e-4, "good": 0.02, "high": 0.1, "too high": 0.2}
curves = {}
for name, rate in runs.items():
    net = new_net()
    try:
        run = train(
            net, (X_train[:500], y[:500]), few, rng=np.random.default_rng(0),
            learning_rate=rate, n_epochs=8, batch_size=50,
        )  # fmt: skip
        curves[f"{name}: {rate}"] = np.convolve(run.losses, np.ones(5) / 5, "valid")
        last_input = net.forward(X_train[:500])[1][-1][0]
        dead = 100 * (last_input <= 0).all(axis=0).mean()
        print(
            f"{name}: {dead:.0f} % of the last hidden units are zero for every picture"
        )
    except FloatingPointError as error:
        print(f"{name}: {error}")
show_curves(
    curves, "step", "training loss (mean of 5 steps)",
    "The smallest rate hardly moves, two learn, the highest throws the net away",
    ylim=(0, 5),
)  # fmt: skip

# %% [markdown]
r"""
* **Too small**: an almost straight line that hardly falls. Nothing is wrong except your
  patience.
* **Good**: a steep fall that slowly flattens.
* **High**: it jumps up first, then falls, but nervously: the steps are too long for the
  valley. A schedule that lowers the rate makes use of such a beginning.
* **Too high**: it jumps up at once, and then stays near log 10, because most units of
  the last hidden layer have died (see the counts above the figure); or it ends in
  `nan`.
* A plateau at log C, and then a sudden fall: badly scaled first weights.
* Then look at the **two accuracies**. Training far above validation: overfitting. Both
  low and together: the net is too small, or not trained long enough.

## The experiment: six optimisers race

The same net, the same first weights, the same batches, six optimisers. A race is fair
only if each may choose its own learning rate: in full mode each tries three for one
epoch, and the one with the best validation accuracy runs the race. All have a warm-up
over a tenth of the steps, and then a cosine. In quick mode the rates are given.
"""

# %% tags=["experiment"]
candidates = {
    "sgd": (0.03, 0.1, 0.3),
    "momentum": (0.003, 0.01, 0.03),
    "nesterov": (0.003, 0.01, 0.03),
    "adagrad": (0.003, 0.01, 0.03),
    "rmsprop": (0.0001, 0.0003, 0.001),
    "adam": (0.0003, 0.001, 0.003),
}
n_epochs = 5 if full else 3


def race(name, rate, n_epochs=n_epochs):
    n_steps = n_epochs * -(-len(train_set[0]) // 100)

    def schedule(step):
        return float(rate_at(step, n_steps, rate, "cosine", warmup=n_steps // 10))

    return train(
        new_net(), train_set, val_set, rng=np.random.default_rng(1), reg=1e-4,
        learning_rate=schedule, n_epochs=n_epochs, batch_size=100,
        update=optimisers[name], label=f"{name}, rate {rate}",
    )  # fmt: skip


# %% tags=["experiment"]
chosen = {name: rates[1] for name, rates in candidates.items()}
if full:
    for name, rates in candidates.items():
        trials = {rate: race(name, rate, n_epochs=1).best for rate in rates}
        chosen[name] = max(trials, key=trials.get)
        print(name, {rate: f"{100 * best:.1f} %" for rate, best in trials.items()})
histories = {name: race(name, rate) for name, rate in chosen.items()}
for name, run in histories.items():
    print(f"{name:9} rate {chosen[name]:<7} loss of the last 20 steps {np.mean(run.losses[-20:]):.2f}, "
          f"validation {100 * run.best:.1f} %")  # fmt: skip

# %% tags=["experiment"]
width = 50 if full else 10
smoothed = {
    name: np.convolve(run.losses, np.ones(width) / width, "valid")
    for name, run in histories.items()
}
fastest = min(smoothed, key=lambda name: smoothed[name][len(smoothed[name]) // 4])
show_curves(
    smoothed, "step", f"training loss (mean of {width} steps)",
    f"A quarter of the way, {fastest} is lowest", ylim=(None, 3.5),
)  # fmt: skip

# %% [markdown]
r"""
In full mode, with 49,000 training and 1,000 validation images of CIFAR-10 and five
epochs, we measured with `COURSE_MODE=full python solutions/04_training.py` (about three
minutes of one processor's time):

| optimiser | chosen rate | last loss | best validation accuracy |
| --- | --- | --- | --- |
| sgd | 0.1 | 1.23 | 53.0 % |
| momentum | 0.01 | 1.22 | 51.6 % |
| nesterov | 0.01 | 1.20 | 54.5 % |
| adagrad | 0.01 | 1.30 | 51.2 % |
| rmsprop | 0.001 | 1.26 | 52.2 % |
| adam | 0.001 | 1.27 | 53.0 % |

(In quick mode the order of the six means little. The given rates were chosen for
CIFAR-10: on the built-in pictures 0.1 throws plain descent back at the start, and a few
dozen steps leave it no time to recover.)

The published figure to compare with is that of the fully connected nets of CS231n:
above 50 %. All six are there. What is there to learn from the race? **With a
well-chosen rate and a schedule, the differences are small**: with 1,000 validation
images, an accuracy is uncertain by about 1.6 points. (All six figures are a little
optimistic besides: the rate of each, and its best epoch, were chosen on the same 1,000
images. An honest figure would come from a test set that took part in no choice.) What
differs is how much tuning it takes. The chosen rates lie a factor of a hundred apart,
and a rate that is right for one is useless for another. Adam's 0.001 is a good first
guess for many nets, which is why it is so popular; plain descent, with momentum and a
schedule, is as good or better on many picture tasks (Wilson and others, 2017), if you
take the time to tune it.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). A net with cross-entropy loss has 100 classes and has not been
trained yet. About which loss should it show?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_first_loss"}
### BEGIN SOLUTION
answer_first_loss = np.log(100)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_first_loss"}
check("04.answer_first_loss", answer_first_loss)

# %% [markdown]
r"""
**Question 2** (1 point). A layer has 200 inputs and 400 units. What is the bound of
Glorot's uniform weights?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_uniform_bound"}
### BEGIN SOLUTION
answer_uniform_bound = np.sqrt(6 / (200 + 400))
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_uniform_bound"}
check("04.answer_uniform_bound", answer_uniform_bound)

# %% [markdown]
r"""
**Question 3** (1 point). The training loss falls steadily towards zero. The validation
loss falls for ten epochs, and then rises. What is going on?

* `"a"` The net is too small.
* `"b"` The net is learning the training images by heart.
* `"c"` The learning rate is too high.
* `"d"` The first weights were all zero.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_curve"}
### BEGIN SOLUTION
answer_curve = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_curve"}
check("04.answer_curve", answer_curve)

# %% [markdown]
r"""
**Question 4** (1 point). The input of a ReLU unit is negative for every training image.
What happens to the unit's weights under plain gradient descent, without regularisation,
as long as the layers below stay as they are?

* `"a"` They grow until the unit comes alive again.
* `"b"` They change a little, because of the slope on the left.
* `"c"` They stay exactly as they are.
* `"d"` They become `nan`.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_dead"}
### BEGIN SOLUTION
answer_dead = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_dead"}
check("04.answer_dead", answer_dead)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A friend has built a net of twelve ReLU
layers. The loss has been at 2.303 for an hour, for ten classes. In five or six
sentences: what would you check, in which order, and what would each outcome tell you?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_first_hour"}
r"""
2.303 is log 10: the net still finds all classes equally likely, so nothing has been
learned. First I would try to learn twenty pictures by heart: if that fails, the mistake
is in the code or the settings and not in the data. Then I would send one batch through
the layers and print mean and standard deviation of each: if they fall towards zero, the
first weights are too small (0.01, or Xavier in the place of He), and the scores, all
near zero, give exactly log 10. I would count the units that are zero for every picture:
if there are many, they are dead, from a rate that was too high or from bad first
weights. Then I would look at the inputs: are they centred and scaled, with the
statistics of the training images? At last I would try learning rates, each three times
the one before, for a hundred steps each: no change at any of them points back to the
gradients, which I would compare with numerical ones.
"""

# %% [markdown]
r"""
## What to remember

* ReLU first. Flat parts of an activation stop gradients; outputs around zero let
  weights move in every direction.
* Centre and scale the inputs, with statistics of the training images only.
* First weights: variance $2/n_{in}$ for ReLU (He), $2/(n_{in} + n_{out})$ for tanh
  (Xavier). A variance is not a standard deviation.
* Momentum adds up directions, Adam rescales each weight and corrects its averages; the
  learning rate is still the first thing to tune, and it should fall over time.
* Before a long run: the first loss is log C, twenty pictures by heart, a few learning
  rates for a minute each.

To read more: X. Glorot and Y. Bengio, *Understanding the difficulty of training deep
feedforward neural networks* (2010), <https://proceedings.mlr.press/v9/glorot10a.html>;
K. He and others, *Delving deep into rectifiers* (2015),
<https://arxiv.org/abs/1502.01852>; S. Kumar, *On weight initialization in deep neural
networks* (2017), <https://arxiv.org/abs/1704.08863>; D. Kingma and J. Ba, *Adam: a
method for stochastic optimization* (2015), <https://arxiv.org/abs/1412.6980>; A. Wilson
and others, *The marginal value of adaptive gradient methods in machine learning*
(2017), <https://arxiv.org/abs/1705.08292>.

Next: convolution, which looks at a picture the way a picture is made.
"""
