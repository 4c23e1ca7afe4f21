# %% [markdown]
r"""
# 07 Dropout, regularisation and augmentation

**The question.** A student learns five hundred exam questions and their answers by
heart. Asked one of the five hundred, he is brilliant. Asked a new one, he guesses. A
network with a million weights and five hundred training pictures does the same. How do
you make it learn what the pictures have in common, and not the pictures?

This lesson measures the trouble first, and then tries everything that is known to help:
small weights, noise inside the network (**dropout**), training pictures that are
changed a little each time (**augmentation**), and several answers in the place of one.
At the end stands a table of what each trick brought, also where it brought nothing.

You will write twelve functions. Nearly all of them draw random numbers, and random code
is hard to test by looking at it. You will see how it is done. About four hours.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.dropout import (
    show_crops,
    show_gaps,
    show_masks,
    show_networks,
    show_new_points,
    show_tricks,
    show_weight_counts,
    show_weights,
)

# %% tags=["experiment"]
full = course_mode() == "full"
pictures = load_cifar10(n_train=4500 if full else 800, n_test=0)
print(pictures.description)
names = pictures.class_names
X_all, y_all = pictures.X_train, pictures.y_train
plots.show_images(
    X_all[:10],
    [names[c] for c in y_all[:10]],
    title="Few pictures are soon known by heart",
)

# %% [markdown]
r"""
## Overfitting, measured

Keep some pictures out of training, and measure the accuracy on both. The part that was
trained on is called the **training set**, the other one the **validation set**. When
the first accuracy goes on rising and the second does not, the network **overfits**: it
learns what is true of these pictures only. The distance between the two is the **gap**.

The experiment is a well-known one from Stanford's course CS231n: two layers, 500 hidden
units, the first 500 pictures of CIFAR-10, 25 epochs of Adam. (An **epoch** is one pass
over the training set.) Quick mode uses fewer of everything. Layers come from your
lessons 03 and 04, or from PyTorch where a lesson is not done yet.
"""

# %% tags=["experiment"]
from utils.borrow import borrow, borrow_earlier
from utils.training import Layer, Net, train

affine_forward, affine_backward, relu_forward, relu_backward, cross_entropy = borrow_earlier(
    "03_backpropagation", "affine_forward", "affine_backward", "relu_forward", "relu_backward",
    "softmax_cross_entropy")  # fmt: skip
(adam,) = borrow_earlier("04_training", "adam")

n_few, n_hidden, n_epochs = (500, 500, 25) if full else (200, 150, 15)
X_flat = 255 * (X_all - X_all[:n_few].mean(axis=0)).reshape(len(X_all), -1)
few = X_flat[:n_few], y_all[:n_few]
held_out = X_flat[n_few : n_few + 1000], y_all[n_few : n_few + 1000]


# %% tags=["experiment"]
def affine(n_in, n_out, rng, std):
    W = rng.normal(0, std, size=(n_in, n_out)).astype(np.float32)
    return Layer(
        affine_forward, affine_backward, {"W": W, "b": np.zeros(n_out, np.float32)}
    )


# %% tags=["experiment"]
def two_layers(rng, *between):
    """A two-layer net, with more layers before the last one."""
    first, last = affine(3072, n_hidden, rng, 0.01), affine(n_hidden, 10, rng, 0.01)
    return Net(
        [first, Layer(relu_forward, relu_backward), *between, last], cross_entropy
    )


# %% tags=["experiment"]
def learn(net, rng, label):
    return train(net, few, held_out, rng=rng, update=adam, learning_rate=5e-4,
                 n_epochs=n_epochs, batch_size=100, label=label)  # fmt: skip


histories = {
    "no dropout": learn(two_layers(rng := np.random.default_rng(0)), rng, "no dropout")
}
show_gaps(histories, "The training set is soon known by heart")

# %% [markdown]
r"""
Long before the end the training accuracy goes its own way. Three things make it worse:
a network with many weights, few pictures, and many epochs. So the simplest cures are a
smaller network, more pictures, and fewer epochs. The last one is free.

**Early stopping.** Look at the validation accuracy after each epoch, keep the weights
of the best one, and stop when it has not risen for a while (the number of epochs you
wait is called the **patience**). It costs nothing but the validation set, which by then
has taken part in a choice: for the final number you need a third set, the test set, as
in lesson 01.
"""

# %% tags=["experiment"]
val = np.array(histories["no dropout"].val_accuracies)
best, patience = int(val.argmax()), 5
waited = [e for e in range(len(val)) if e - val[: e + 1].argmax() >= patience]
stop = waited[0] if waited else len(val) - 1
kept = val[: stop + 1].argmax()
print(f"best epoch of all: {best + 1}, validation accuracy {val[best]:.3f}")
print(
    f"patience {patience}: stops after epoch {stop + 1}, keeps epoch {kept + 1}: {val[kept]:.3f}"
)
print(f"after all {len(val)} epochs: {val[-1]:.3f}")

# %% [markdown]
r"""
## Small weights: L2 and L1

To know a picture by heart a network needs large weights, because it must answer very
differently to pictures that differ little. **Regularisation** adds a price for weights
to the loss. You know two kinds from lesson 02:

$$\text{L2:} \quad \lambda \sum_i w_i^2 \qquad\qquad \text{L1:} \quad \lambda \sum_i |w_i|$$

What do they do to a single weight? The gradient of L2 is $2 \lambda w$: the smaller the
weight, the weaker the push, so it becomes small but never zero. The gradient of L1 is
$\lambda$ times the sign of w: a weight of 0.001 is pushed as hard as one of 100, until
it is **exactly zero**. A vector with many zeros is called **sparse**. L1 thus chooses
inputs, L2 shares the work between them.

The cell fits $y = w \cdot x$ to 60 examples with 40 inputs, only the first five of
which have anything to do with y. A step of L1 that would carry a weight across zero
stops at zero.
"""

# %%
rng = np.random.default_rng(5)
X_fit, useful = rng.normal(size=(60, 40)), np.array([2, -1.5, 1.2, -1, 0.8])
y_fit = X_fit[:, :5] @ useful + rng.normal(0, 0.6, size=60)


def fit(l1=0.0, l2=0.0):
    w = np.zeros(40)
    for _ in range(3000):
        w = w - 0.05 * (X_fit.T @ (X_fit @ w - y_fit) / 60 + 2 * l2 * w)
        w = np.sign(w) * np.maximum(np.abs(w) - 0.05 * l1, 0)
    return w


fits = {"no regularisation": fit(), "L2": fit(l2=0.15), "L1": fit(l1=0.15)}
show_weights(
    fits, 5, "L2 makes all weights smaller, L1 sets most of the useless ones to zero"
)

# %%
show_weight_counts(fits, "The same weights counted: L1 piles them up at zero")

# %% [markdown]
r"""
## Dropout

In 2012 Geoffrey Hinton and his students had another idea: **switch off a random half of
the units at every step of training**. A unit that cannot rely on its neighbours,
because any of them may be missing, has to find something that is useful by itself.

Here is a unit by hand. It has two inputs, x = (2, 4), and the weights w = (3, 1), so
its sum is $3 \cdot 2 + 1 \cdot 4 = 10$. Each input is dropped with probability p = 0.5,
independently. There are four possibilities, all as likely. A **mask** is a list of ones
and zeros that says which inputs stay.
"""

# %%
x_tiny, w_tiny = np.array([2.0, 4.0]), np.array([3.0, 1.0])
masks = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
sums = (masks * x_tiny) @ w_tiny
for mask, total in zip(masks, sums, strict=True):
    print(f"mask {mask}: 3 * {2 * mask[0]} + 1 * {4 * mask[1]} = {total:4.0f}")
print(f"mean of the four: {sums.mean():.0f}, half of {x_tiny @ w_tiny:.0f}")

# %% [markdown]
r"""
The mean is 5, **half of the full sum**. In letters, for inputs $x, y$ and weights
$w_1, w_2$:

$$\tfrac14 (w_1 x + w_2 y) + \tfrac14 w_1 x + \tfrac14 w_2 y + \tfrac14 \cdot 0
= \tfrac12 (w_1 x + w_2 y)$$

In general a share $1 - p$ of the sum is left. That is a trouble, because nothing is
dropped **at test time**: you want your best answer then, and the same one every time.
The next layer would suddenly get sums that are twice as large as those it was trained
on. There are two ways out.

* **Plain dropout** drops in training, and multiplies by $1 - p$ at test time.
* **Inverted dropout** drops and **divides by** $1 - p$ in training: what is left is
  made larger so that the mean stays. At test time it does nothing at all.

Everybody uses the inverted kind today, because the network that is put to use then
needs no trace of dropout.

One warning about letters. In this course p is the probability of **dropping**, as in
PyTorch. In the original paper, in the lecture notes of this course and in CS231n's it
is the probability of **keeping**. For p = 0.5 you will not notice the difference; for
p = 0.2 you will.
"""

# %%
p = 0.5
inverted = (masks / (1 - p) * x_tiny) @ w_tiny
print("training, plain:   ", sums, " mean", sums.mean())
print("test, plain:       ", (1 - p) * x_tiny @ w_tiny)
print("training, inverted:", inverted, " mean", inverted.mean())
print("test, inverted:    ", x_tiny @ w_tiny, " (unchanged)")

# %% [markdown]
r"""
**Exercise `dropout_forward`** (4 points, 20 minutes). Write both kinds and both modes.
Put into the cache what x was multiplied by: in training an array of the shape of x, at
test time one number.

Three things to mind. Every value of x gets a random number of its own; rows are
different images, and a mask that all rows share would be a poor one. All random numbers
come from `rng`. And the result has the dtype of x: float32 must not become float64,
which would double the memory.

How can a check judge code whose result is random? In three ways. Some things hold for
**every** draw: a value is either 0 or $x / (1 - p)$. Some hold **on average**: of
12,000 values about a share p is dropped; how far off a right answer may be is known,
and the check allows so much that it fails a right answer less than once in a thousand
million times. And some hold between **two calls**: the same seed gives the same mask, a
second call another one.

<details><summary>A hint</summary>
<code>rng.random(x.shape)</code> gives numbers between 0 and 1, and each is below p with
probability p. The comparison <code>&gt;= p</code> gives an array of true and false;
<code>.astype(x.dtype)</code> makes ones and zeros of it.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dropout_forward"}
def dropout_forward(x, p, mode, rng, kind="inverted"):
    """Drop each value of x with probability p in training; scale so that means agree.

    x: any shape, float.  p: probability of dropping, 0 <= p < 1.
    mode: "train" or "test".  rng: numpy.random.Generator, used in training only.
    kind: "inverted" (divide by 1 - p in training) or "plain" (multiply at test time).
    Returns out, in the shape and dtype of x, and cache: what x was multiplied by, in
    training an array of the shape and dtype of x, at test time a number.
    """
    ### BEGIN SOLUTION
    if mode == "test":
        factor = 1.0 if kind == "inverted" else 1 - p
    else:
        factor = (rng.random(x.shape, dtype=x.dtype) >= p).astype(x.dtype)
        if kind == "inverted":
            factor /= 1 - p
    return x * factor, factor
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dropout_forward"}
check("07.dropout_forward", dropout_forward)

# %% [markdown]
r"""
Here are masks of yours for a batch of eight images and sixteen units. Every row is
different, and from call to call too.
"""

# %% tags=["experiment"]
drop_forward = borrow("07.dropout_forward", dropout_forward)
rng = np.random.default_rng(1)
shares = {"p = 0.2": 0.2, "p = 0.5": 0.5, "p = 0.5, the next call": 0.5}
shown = [
    drop_forward(np.ones((8, 16)), share, "train", rng)[1] for share in shares.values()
]
counts = [
    f"{name}: {100 * (mask == 0).mean():.0f} % dropped"
    for name, mask in zip(shares, shown, strict=True)
]
show_masks(
    shown, counts, "Each image loses other units, and others again in the next call"
)

# %% [markdown]
r"""
### The backward pass

Forward, each value x became out = f x, with its own factor f. If x grows by one, out
grows by f. So the gradient is multiplied by the **same** factor: nothing flows to a
unit that was dropped, since it had no say. The mistake to avoid is to draw a new mask.

By hand: factors (0, 2, 2), upstream gradient (1, 2, 3); the result is (0, 4, 6).

**Exercise `dropout_backward`** (1 point, 5 minutes). One line, when the cache holds the
right thing.

<details><summary>A hint</summary>
Multiplication, element by element, serves for an array of factors and for a single
number alike: the two modes need no <code>if</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dropout_backward"}
def dropout_backward(dout, cache):
    """The gradient of dropout with respect to its input.

    dout: upstream gradient, in the shape of x.
    cache: what x was multiplied by, an array of that shape or a number.
    Returns dx, in the shape and dtype of dout.
    """
    ### BEGIN SOLUTION
    return dout * cache
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dropout_backward"}
check("07.dropout_backward", dropout_backward)

# %% [markdown]
r"""
### Many networks in one

There is a second way to look at it. A network with some units missing is a smaller
network. With each mask another one is trained, for one step only, and all of them
**share their weights**. With two inputs there were four; with a layer of n units there
are $2^n$. At test time the whole network, with scaled sums, stands for the mean of them
all. (Exactly so for a single linear unit, as you have seen; nearly so for a deep
network.) Many networks that answer together are called an **ensemble**: their errors
partly cancel. You will build a real one at the end of the lesson.
"""

# %%
rng = np.random.default_rng(4)
pictured = [[np.ones(3), np.ones(5), np.ones(4), np.ones(2)]]
pictured += [
    [np.ones(3), rng.random(5) > 0.5, rng.random(4) > 0.5, np.ones(2)] for _ in range(3)
]
show_networks(
    pictured,
    ["the whole network", "step 1", "step 2", "step 3"],
    "Every step trains another sub-network; the weights are the same ones",
)

# %% [markdown]
r"""
Is the test-time network really the mean? Take a small net with random weights, and
average the probabilities that 2,000 of its sub-networks give to three classes.
"""

# %% tags=["experiment"]
from scipy.special import softmax

rng = np.random.default_rng(2)
W1, W2, one_image = (
    rng.normal(0, 0.3, (8, 40)),
    rng.normal(0, 0.08, (40, 3)),
    rng.normal(size=(1, 8)),
)
hidden = np.maximum(one_image @ W1, 0)
many = [softmax(drop_forward(hidden, 0.5, "train", rng)[0] @ W2) for _ in range(2000)]
whole = softmax(drop_forward(hidden, 0.5, "test", rng)[0] @ W2)
print("one sub-network:         ", np.round(many[0][0], 3))
print("another one:             ", np.round(many[1][0], 3))
print("mean of 2,000:           ", np.round(np.mean(many, axis=0)[0], 3))
print("the whole, at test time: ", np.round(whole[0], 3))

# %% [markdown]
r"""
## DropConnect

Dropout silences whole units. **DropConnect** (2013) drops single **weights**: in an
affine layer the weights W are multiplied by a mask M of their own shape,

$$\text{out} = x\,(W \odot M) + b$$

where $\odot$ multiplies element by element. Dropout of the inputs is the special case
in which a whole row of M is zero. The paper draws a mask for every image, which needs N
times the memory; we draw **one for the batch**, and scale as in inverted dropout. (The
notes of this course write it as TensorFlow's dropout of W, times p. TensorFlow's is
inverted already; the factor p takes the scale away again, and then the test-time factor
is needed.)
"""

# %%
rng = np.random.default_rng(8)
units = np.repeat(rng.random((8, 1)) > 0.5, 12, axis=1)
weights = rng.random((8, 12)) > 0.5
fig, axes = plt.subplots(1, 2, figsize=(7, 2.9))
for axis, mask, name in zip(
    axes, (units, weights), ("dropout", "DropConnect"), strict=True
):
    axis.imshow(mask, cmap="gray", vmin=-0.6, vmax=1, interpolation="nearest")
    axis.set(xlabel="output", ylabel="input")
    axis.set_title(f"{name}: {(~mask).sum()} of 96 weights are off", fontsize=9)
fig.suptitle(
    "Dropout silences a whole input (a row of W), DropConnect single weights",
    fontsize=10,
)
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `dropconnect_forward`** (3 points, 15 minutes). The mask belongs to W alone:
not to x, not to b.

By hand: x = (1, 2), W = ((3, 4), (5, 6)), b = (0, 1), p = 0.5. Let the weights 3 and 6
be dropped; the others are doubled: ((0, 8), (10, 0)). So out = (20, 8) + (0, 1) = (20,
9).

<details><summary>A hint</summary>
You have written the factor already, in dropout_forward. Which array has its shape now?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dropconnect_forward"}
def dropconnect_forward(x, W, b, p, mode, rng):
    """An affine layer that drops each of its weights with probability p in training.

    x: shape (N, D).  W: shape (D, K).  b: shape (K,).  p: 0 <= p < 1.
    mode: "train" or "test".  rng: numpy.random.Generator, used in training only.
    In training one mask serves the whole batch, and kept weights are divided by 1 - p.
    Returns out (N, K) in the dtype of x, and cache (x, W, factor): what W was multiplied
    by, in training an array of its shape, at test time the number 1.0.
    """
    ### BEGIN SOLUTION
    factor = 1.0
    if mode == "train":
        factor = (rng.random(W.shape) >= p).astype(W.dtype) / (1 - p)
    return x @ (W * factor) + b, (x, W, factor)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dropconnect_forward"}
check("07.dropconnect_forward", dropconnect_forward)

# %% [markdown]
r"""
Backward, the layer is an affine layer with the weights $W \odot M$, so dx and db are
those of lesson 03. For dW one link is left in the chain: W came in only after it was
multiplied by M.

**Exercise `dropconnect_backward`** (3 points, 15 minutes). Return dx, dW and db.

By hand: x = (1, 2), dout = (1, 10), M = ((2, 0), (0, 2)). The gradient with respect to
$W \odot M$ is ((1, 10), (2, 20)), and dW is ((2, 0), (0, 40)).

<details><summary>A hint</summary>
A weight that was dropped had no influence on the output. What must its gradient be?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dropconnect_backward"}
def dropconnect_backward(dout, cache):
    """The gradients of an affine layer with dropped weights.

    dout: shape (N, K).  cache: (x, W, factor) from the forward pass: x (N, D),
    W (D, K), and what W was multiplied by, an array (D, K) or the number 1.0.
    Returns dx (N, D), dW (D, K) and db (K,).
    """
    ### BEGIN SOLUTION
    x, W, factor = cache
    return dout @ (W * factor).T, x.T @ dout * factor, dout.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dropconnect_backward"}
check("07.dropconnect_backward", dropconnect_backward)

# %% [markdown]
r"""
## Does it close the gap?

The same experiment as at the beginning, now with three quarters of the hidden units
dropped at every step (p = 0.75, as in CS231n), and once more with DropConnect on the
last layer.
"""

# %% tags=["experiment"]
drop_backward = borrow("07.dropout_backward", dropout_backward)
connect_forward = borrow("07.dropconnect_forward", dropconnect_forward)
connect_backward = borrow("07.dropconnect_backward", dropconnect_backward)

rng = np.random.default_rng(0)
dropping = Layer(
    drop_forward, drop_backward, options={"p": 0.75, "rng": rng}, has_modes=True
)
histories["dropout"] = learn(two_layers(rng, dropping), rng, "dropout")

rng = np.random.default_rng(0)
net = two_layers(rng)
net.layers[-1] = Layer(connect_forward, connect_backward, net.layers[-1].parameters,
                       {"p": 0.75, "rng": rng}, has_modes=True)  # fmt: skip
histories["DropConnect"] = learn(net, rng, "DropConnect")
known = ", ".join(f"{100 * h.train_accuracies[-1]:.0f} %" for h in histories.values())
show_gaps(
    histories, f"Dropping makes it harder to know the training set by heart: {known}"
)

# %% tags=["experiment"]
for name, history in histories.items():
    train_end, val_end = history.train_accuracies[-1], history.val_accuracies[-1]
    print(f"{name:12} training {train_end:.3f}, validation {val_end:.3f} "
          f"(best {history.best:.3f}), gap {100 * (train_end - val_end):.0f} points")  # fmt: skip

# %% [markdown]
r"""
The gap narrows, mostly because the training accuracy falls: knowing by heart has become
harder. That alone is worth nothing. What counts is the validation accuracy, and here
honesty is needed. In full mode (500 pictures, with the command at the end of this
lesson) we measured, after 25 epochs and at the best epoch:

| | training | validation | best epoch |
| --- | --- | --- | --- |
| no dropout | 100 % | 32.5 % | 33.3 % |
| dropout, p = 0.75 | 95.6 % | 31.1 % | 34.4 % |
| DropConnect, p = 0.75 | 61.6 % | 26.6 % | 31.7 % |

An accuracy measured on 1,000 pictures has a standard error of 1.5 points, so dropout
and no dropout are **the same** here, and DropConnect on the last layer is so strong
that 25 epochs are too few for it. Four runs of the CS231n experiment that students have
published end at 98 to 99 % in training and 28 to 32 % in validation without dropout;
one that gives both ends at 95 % and 33 % with it. Dropout shows what it can do in large
networks that are trained for long: on all of CIFAR-10 its paper reports 15.6 % errors
without, and 12.6 % with dropout in every layer.
"""

# %% [markdown]
r"""
## More pictures for nothing

The best cure for overfitting is more data. A picture of a cat, mirrored, is still a
picture of a cat, and to the network it is new: all of its 3,072 numbers have changed.
**Augmentation** changes training pictures at random, differently each time they come
up, in ways that **keep the label**. Nothing is stored: every batch is changed on its
way into the network. At test time pictures are left alone.

Four rules hold for everything that follows. Break one, and training goes on without a
complaint and ends a few points lower, which is why the checks insist on them.

1. **Each image has its own random numbers.** One coin for the whole batch is one coin
   for 64.
2. **Pixels stay in [0, 1]**, and the dtype stays what it was.
3. **The caller's array stays as it was.** Tomorrow it must be the original again.
4. **The label stays true.** What that allows depends on the task. A mirrored cat is a
   cat; a mirrored 2 is no digit, and a 6 upside down is a 9.
"""

# %% tags=["experiment"]
from sklearn.datasets import load_digits

digits = load_digits().images / 16
shown = [np.flatnonzero(load_digits().target == d)[0] for d in (2, 6, 4)]
images, titles = [], []
for index, name in zip(shown, "264", strict=True):
    images += [digits[index], digits[index][:, ::-1], digits[index][::-1, ::-1]]
    titles += [f"a {name}", "mirrored", "turned by 180°"]
plots.show_images(
    images,
    titles,
    columns=9,
    title="What keeps the label of a cat does not keep that of a digit",
)

# %% [markdown]
r"""
Here is one augmentation, written out as a pattern for the others. **Cutout** (DeVries
and Taylor, 2017) covers a square of each picture with grey, so that the network must
not rely on a single detail, such as the eye. Look how it makes a copy, and draws for
each image.
"""


# %%
def cutout(x, size, rng):
    """Cover a grey square at a random place of each image; x (N, C, H, W)."""
    out = x.copy()
    rows, columns = x.shape[2] - size + 1, x.shape[3] - size + 1
    for image in out:
        top, left = rng.integers(rows), rng.integers(columns)
        image[:, top : top + size, left : left + size] = 0.5
    return out


# %%
ramp = np.linspace(0, 1, 36).reshape(1, 1, 6, 6)
covered = cutout(np.repeat(ramp, 8, axis=0), 2, np.random.default_rng(0))
plots.show_images(
    covered,
    columns=8,
    title="Eight copies of one picture: each has its square elsewhere",
)

# %% [markdown]
r"""
**Exercise `random_flip`** (2 points, 10 minutes). Mirror each image with probability p,
left and right exchanged.

By hand: the rows (1, 2, 3) and (4, 5, 6) are two images of one row. The random numbers
are 0.7 and 0.2, and p = 0.5. Only 0.2 is below p, so the result is (1, 2, 3) and (6, 5,
4).

<details><summary>A hint</summary>
<code>x[i, :, :, ::-1]</code> is image i mirrored. Draw all N numbers at once; an array
of N truth values selects images.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "random_flip"}
def random_flip(x, rng, p=0.5):
    """Mirror each image left-right with probability p, independently.

    x: images (N, C, H, W), any dtype.  rng: numpy.random.Generator.
    Returns new images, in the shape and dtype of x.
    """
    ### BEGIN SOLUTION
    out = x.copy()
    chosen = rng.random(len(x)) < p
    out[chosen] = x[chosen, :, :, ::-1]
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_random_flip"}
check("07.random_flip", random_flip)

# %% [markdown]
r"""
### Shift, crop, scale

Take a photograph of the same thing a second time, and it stands a little elsewhere. To
**shift** a picture, put a border of zeros around it and cut out a window of the old
size; where the window begins is random. That is a **random crop** with padding. Without
padding, and with a smaller window, the thing appears larger once the crop is brought
back to the old size: that changes the **scale**.

**Exercise `random_crop`** (3 points, 15 minutes). Pad each side with `pad` zeros, then
cut a window of `size = (h, w)` out of each image. Every place at which it fits must be
possible, and as likely as any other; rows and columns are drawn independently.

How many places are there? The padded image has $H + 2P$ rows. A window that begins at
row r ends before row $r + h$, so r runs from 0 to $H + 2P - h$: that is
$H + 2P - h + 1$ places. By hand: 6 rows, P = 1, h = 5 give the rows 0, 1, 2 and 3.

<details><summary>A hint</summary>
<code>np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))</code>. And look twice at the
end of <code>rng.integers(low, high)</code>. A loop over the images is fine.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "random_crop"}
def random_crop(x, size, rng, pad=0):
    """Cut a window out of each zero-padded image, at a place of its own.

    x: images (N, C, H, W), any dtype.  size: (h, w).  rng: numpy.random.Generator.
    pad: zeros on each of the four sides.
    Returns crops (N, C, h, w) in the dtype of x; all places are equally likely.
    """
    ### BEGIN SOLUTION
    h, w = size
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    tops = rng.integers(padded.shape[2] - h + 1, size=len(x))
    lefts = rng.integers(padded.shape[3] - w + 1, size=len(x))
    out = np.empty((*x.shape[:2], h, w), x.dtype)
    for i, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        out[i] = padded[i, :, top : top + h, left : left + w]
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_random_crop"}
check("07.random_crop", random_crop)

# %% [markdown]
r"""
### Light and colour

The sun goes behind a cloud: all pixels are darker, and the cat is the same. Three
changes of light have one formula. Each pixel x is moved towards a target t, or away
from it, by a random factor f:

$$x \;\to\; t + f\,(x - t)$$

* **brightness**: the target is black, t = 0, so that x becomes f x;
* **contrast**: t is the mean of the whole image. f < 1 makes it flat, f > 1 makes it
  hard;
* **saturation**: t is the grey version of the pixel. f = 0 gives a grey picture, f > 1
  loud colours.

The factor of strength a lies between $1 - a$ and $1 + a$, uniformly. Each image has its
own three factors, and all of its pixels share them.

**Exercise `color_jitter`** (3 points, 20 minutes). First brightness, then contrast
(with the mean of the image as it is by then), then saturation (grey is the mean of the
three channels; photographers weight them, 0.3, 0.59 and 0.11, but leave that here).
Clip **once, at the end**: what was too bright for a moment may come back.

By hand, one channel: (0.2, 0.4, 0.9) with the brightness 1.2 is (0.24, 0.48, 1.08), of
mean 0.6. With the contrast 0.5 it is (0.42, 0.54, 0.84). Clipped in between, 1.08 would
be 1, the mean 0.573, and the last value 0.787: a bright detail, lost for nothing.

<details><summary>A hint</summary>
Factors of shape <code>(N, 1, 1, 1)</code> are one for each image. With
<code>keepdims=True</code> a mean keeps the axes over which it was taken, with length 1.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "color_jitter"}
def color_jitter(x, rng, brightness=0.0, contrast=0.0, saturation=0.0):
    """Change brightness, contrast and saturation of each image at random.

    x: images (N, 3, H, W), float in [0, 1].  rng: numpy.random.Generator.
    brightness, contrast, saturation: strengths between 0 and 1; a factor of strength a
    is uniform in [1 - a, 1 + a], one for each image.
    Returns new images in the shape and dtype of x, clipped to [0, 1] at the end.
    """

    ### BEGIN SOLUTION
    def factors(strength):
        drawn = rng.uniform(1 - strength, 1 + strength, size=(len(x), 1, 1, 1))
        return drawn.astype(x.dtype)

    out = x * factors(brightness)
    mean = out.mean(axis=(1, 2, 3), keepdims=True)
    out = mean + factors(contrast) * (out - mean)
    grey = out.mean(axis=1, keepdims=True)
    out = grey + factors(saturation) * (out - grey)
    return np.clip(out, 0, 1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_color_jitter"}
check("07.color_jitter", color_jitter)

# %% [markdown]
r"""
### Rotation

The camera was not held straight. To turn a picture by an angle $\theta$, you could send
each pixel to its new place; but places are rounded, two pixels land on one, and others
stay empty. So ask the other way round: **where does each pixel of the result come
from?**

Let u be how far a pixel of the result lies below the centre, and v how far to the right
of it. The centre of H rows, numbered from 0, is at $(H - 1) / 2$. For a turn **against
the clock** by $\theta$ the source lies at

$$\text{row} = \tfrac{H - 1}{2} + u \cos\theta + v \sin\theta \qquad
\text{column} = \tfrac{W - 1}{2} - u \sin\theta + v \cos\theta$$

Round both to the nearest whole number; that is **nearest-neighbour** interpolation.
(Bilinear interpolation would mix the four pixels around the source, and look smoother.)
Where the source lies outside, the result is 0.

By hand, 3 by 3 pixels and 90 degrees: the pixel at the top left has u = -1, v = -1; its
source is row 1 + 0 - 1 = 0, column 1 + 1 + 0 = 2, the top right. So

$$\begin{matrix} 1 & 2 & 3 \\ 4 & 5 & 6 \\ 7 & 8 & 9 \end{matrix} \quad\to\quad
\begin{matrix} 3 & 6 & 9 \\ 2 & 5 & 8 \\ 1 & 4 & 7 \end{matrix}$$

**Exercise `rotate`** (3 points, 25 minutes). The angles are given, one an image, so
that nothing is random here; whoever calls draws them, say from -15 to 15 degrees.

<details><summary>A hint</summary>
<code>np.meshgrid(np.arange(H) - (H - 1) / 2, np.arange(W) - (W - 1) / 2,
indexing="ij")</code> gives u and v for all pixels.
<code>np.rint(...).astype(int)</code> rounds (<code>astype(int)</code> alone cuts off).
With arrays of rows and columns, <code>image[:, rows, columns]</code> reads all pixels
at once.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "rotate"}
def rotate(x, degrees):
    """Turn each image against the clock around its centre, by nearest neighbours.

    x: images (N, C, H, W), any dtype.  degrees: angles (N,), one for each image.
    Returns new images in the shape and dtype of x, 0 where the source lies outside.
    """
    ### BEGIN SOLUTION
    H, W = x.shape[2:]
    u, v = np.meshgrid(
        np.arange(H) - (H - 1) / 2, np.arange(W) - (W - 1) / 2, indexing="ij"
    )
    out = np.zeros_like(x)
    for i, angle in enumerate(np.deg2rad(degrees)):
        rows = np.rint((H - 1) / 2 + u * np.cos(angle) + v * np.sin(angle)).astype(int)
        columns = np.rint((W - 1) / 2 - u * np.sin(angle) + v * np.cos(angle)).astype(
            int
        )
        inside = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
        out[i][:, inside] = x[i][:, rows[inside], columns[inside]]
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_rotate"}
check("07.rotate", rotate)

# %% [markdown]
r"""
### A gallery

Two more are simple enough to be written in a line: **noise**, a small random number
added to every pixel, and **scale**, a crop brought back to the old size. Here is one
picture, eight times under each. Ask yourself in every row: is the label still true?
"""

# %% tags=["experiment"]
from scipy.ndimage import zoom

flip, crop = (
    borrow("07.random_flip", random_flip),
    borrow("07.random_crop", random_crop),
)
jitter, turn = borrow("07.color_jitter", color_jitter), borrow("07.rotate", rotate)


def noise(x, rng, std=0.08):
    return np.clip(x + rng.normal(0, std, x.shape), 0, 1).astype(x.dtype)


def scale(x, rng):
    near = [crop(x, (size, size), rng)[0] for size in rng.integers(18, 32, len(x))]
    return np.stack(
        [zoom(im, (1, 32 / im.shape[1], 32 / im.shape[2]), order=1) for im in near]
    )


# %% tags=["experiment"]
rng = np.random.default_rng(6)
same = np.repeat(X_all[7:8], 8, axis=0)
rows = {
    "flip": flip(same, rng), "shift": crop(same, (32, 32), rng, pad=4), "scale": scale(same, rng),
    "colour": jitter(same, rng, 0.5, 0.5, 0.8), "rotate": turn(same, rng.uniform(-20, 20, 8)),
    "noise": noise(same, rng), "cutout": cutout(same, 12, rng),
}  # fmt: skip
titles = [name if i == 0 else "" for name in rows for i in range(8)]
plots.show_images(np.concatenate(list(rows.values())), titles, columns=8,
                  title=f"One picture ({names[y_all[7]]}), changed in seven ways")  # fmt: skip

# %% [markdown]
r"""
## Mixup

**Mixup** (2017) goes further: it mixes two pictures **and their labels**. With labels
as rows of probabilities (a cat is a row with 1 in the place of cat, and zeros),

$$\tilde x_i = \lambda_i x_i + (1 - \lambda_i) x_j \qquad \tilde y_i = \lambda_i y_i + (1 - \lambda_i) y_j$$

where j is the **partner** of image i: partners are a random order of the batch. A
picture that is 70 % cat and 30 % ship should be called just that, which teaches the
network not to be too sure between the classes. The share $\lambda$ is drawn from the
Beta distribution $\text{Beta}(\alpha, \alpha)$, which lives between 0 and 1; for a
small $\alpha$ most shares lie near 0 or 1, so that most pictures stay nearly pure.
"""

# %%
rng = np.random.default_rng(0)
fig, axes = plt.subplots(1, 3, figsize=(9, 2.4), sharex=True)
for axis, alpha in zip(axes, (0.2, 1.0, 5.0), strict=True):
    drawn = rng.beta(alpha, alpha, 20_000)
    axis.hist(drawn, 30, color=plots.COLOURS[0], edgecolor="w", lw=0.3)
    pure = 100 * ((drawn < 0.1) | (drawn > 0.9)).mean()
    axis.set_title(f"α = {alpha}: {pure:.0f} % are nearly pure", fontsize=9)
    axis.set_xlabel("λ")
axes[0].set_ylabel("how many of 20,000")
fig.suptitle("A small α leaves most pictures nearly as they are", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `mixup`** (3 points, 15 minutes). Each image has its own $\lambda$ (the paper
draws one for the batch), and its label has the same $\lambda$ and the same partner.

By hand: $x_0 = (1, 0)$ with the label (1, 0), its partner $x_1 = (0.2, 0.6)$ with (0,
1), and $\lambda = 0.75$: the picture is (0.8, 0.15), the label (0.75, 0.25).

<details><summary>A hint</summary>
<code>rng.permutation(N)</code> is a random order; <code>x[order]</code> are the
partners. To multiply images by one number each, give the numbers the shape
<code>(N, 1, 1, 1)</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "mixup"}
def mixup(x, y, rng, alpha=0.2):
    """Mix each image and its label with those of a random partner in the batch.

    x: images (N, C, H, W), float.  y: labels (N, K), rows of probabilities.
    rng: numpy.random.Generator.  alpha > 0: shares are drawn from Beta(alpha, alpha).
    Every image has its own share and is the partner of exactly one (Zhang et al., 2017).
    Returns x_mixed and y_mixed in the shapes and dtypes of x and y.
    """
    ### BEGIN SOLUTION
    share = rng.beta(alpha, alpha, size=len(x))
    order = rng.permutation(len(x))
    of_images = share.reshape(-1, 1, 1, 1).astype(x.dtype)
    of_labels = share.reshape(-1, 1).astype(y.dtype)
    x_mixed = of_images * x + (1 - of_images) * x[order]
    return x_mixed, of_labels * y + (1 - of_labels) * y[order]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_mixup"}
check("07.mixup", mixup)

# %% tags=["experiment"]
mix = borrow("07.mixup", mixup)
x_mixed, y_mixed = mix(X_all[:8], np.eye(10)[y_all[:8]], np.random.default_rng(12), 1.0)
titles = []
for label in y_mixed:
    parts = [
        f"{names[c]} {label[c]:.2f}" for c in np.argsort(-label)[:2] if label[c] > 0.005
    ]
    titles.append("\n".join(parts))
plots.show_images(
    x_mixed, titles, columns=8, title="Mixed pictures and their mixed labels (α = 1)"
)

# %% [markdown]
r"""
## A rare class: SMOTE

Of 1,000 X-ray pictures, 980 show nothing and 20 an illness. A network that always says
"nothing" is right in 98 % of the cases and of no use. The old remedy is to show the
rare class, the **minority**, more often (**oversampling**). But the same twenty points
again and again are soon known by heart.

**SMOTE** (2002, "synthetic minority oversampling technique") makes new points. Take a
point of the minority; take one of its k nearest neighbours **in the minority**; and go
a random part of the way there:

$$x_\text{new} = x_i + g\,(x_j - x_i) \qquad 0 \le g \le 1$$

It is made for rows of features, (N, D). Between two photographs lies a double exposure,
so for pictures mixup or augmentation serve better; features that a network has computed
are fine.

**Exercise `smote`** (4 points, 25 minutes). For each new point draw i (all minority
points alike), j (its k neighbours alike) and **one** g, used for all features. (The
listing in the paper draws a g for each feature, and leaves the line; its text says
"along the line".)

By hand: minority points 0, 5 and 5.5 on a line, k = 1. The neighbour of 0 is 5; with
g = 0.3 the new point is 1.5. The neighbour of 5 is 5.5, so nothing new lies beyond 5.5
or below 0.

<details><summary>A hint</summary>
Compute all distances within the minority, as in lesson 01. A point is at distance 0
from itself: put <code>np.inf</code> there (<code>np.fill_diagonal</code>) before you
sort.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "smote"}
def smote(X, y, minority, n_new, k, rng):
    """New points between neighbours of the minority class.

    X: points (N, D), float.  y: labels (N,).  minority: the label of the rare class.
    n_new: how many points to make.  k: neighbours, fewer than the minority's points.
    rng: numpy.random.Generator.  Method: Chawla et al. (2002), on the line between
    a point and one of its k nearest neighbours of the same class.
    Returns the new points alone, shape (n_new, D), in the dtype of X.
    """
    ### BEGIN SOLUTION
    points = X[y == minority]
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    neighbours = squares.argsort(axis=1)[:, :k]
    i = rng.integers(len(points), size=n_new)
    j = neighbours[i, rng.integers(k, size=n_new)]
    share = rng.random((n_new, 1)).astype(X.dtype)
    return points[i] + share * (points[j] - points[i])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_smote"}
check("07.smote", smote)

# %% tags=["experiment"]
new_points = borrow("07.smote", smote)
rng = np.random.default_rng(3)
bend = rng.uniform(0.2, 2.9, 14)
few_points = np.stack([2 * np.cos(bend), 2 * np.sin(bend) - 1], axis=1)
many_points = rng.normal((0, -0.4), (0.5, 0.4), size=(120, 2))
X_two = np.concatenate([many_points, few_points + rng.normal(0, 0.12, (14, 2))])
y_two = np.repeat([0, 1], [120, 14])
made = {f"k = {k}": new_points(X_two, y_two, 1, 106, k, rng) for k in (2, 13)}
show_new_points(
    X_two,
    y_two,
    made,
    "Few neighbours follow the shape of the class; many cut across it",
)

# %% [markdown]
r"""
## Several answers are better than one

At test time nothing is random. But you can look at a picture more than once. AlexNet
(2012) cut ten windows out of each test picture: the four corners, the centre, and these
five mirrored. ResNet (2015) did the same, and for its best figures looked at each
picture in several sizes. The ten answers are averaged. What makes two of them differ is
not what the picture shows, so that part of it cancels.

**Exercise `ten_crop`** (2 points, 15 minutes). The order is: top left, top right,
bottom left, bottom right, centre, and then the same five, each mirrored left-right.
Where the margin is odd, the smaller half of it lies above and to the left of the centre
crop.

By hand: rows (1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12) and windows of 1 by 2. The
corners are (1, 2), (3, 4), (9, 10), (11, 12); the centre begins at row
$(3 - 1) / 2 = 1$ and column $(4 - 2) / 2 = 1$: (6, 7).

<details><summary>A hint</summary>
Write the five places as a list of (row, column); a loop over five is fine.
<code>np.stack</code> has an <code>axis</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "ten_crop"}
def ten_crop(x, size):
    """The corners and the centre of each image, and the same five mirrored.

    x: images (N, C, H, W), any dtype.  size: (h, w), no larger than the image.
    Returns crops (N, 10, C, h, w): top left, top right, bottom left, bottom right,
    centre (margins halved, rounded down), then these five mirrored left-right.
    """
    ### BEGIN SOLUTION
    h, w = size
    bottom, right = x.shape[2] - h, x.shape[3] - w
    places = [
        (0, 0),
        (0, right),
        (bottom, 0),
        (bottom, right),
        (bottom // 2, right // 2),
    ]
    five = np.stack([x[:, :, i : i + h, j : j + w] for i, j in places], axis=1)
    return np.concatenate([five, five[..., ::-1]], axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_ten_crop"}
check("07.ten_crop", ten_crop)

# %% tags=["experiment"]
cut_ten = borrow("07.ten_crop", ten_crop)
show_crops(X_all[4], cut_ten(X_all[4:5], (24, 24))[0], "Ten views of one picture")

# %% [markdown]
r"""
### Ensembles

Train the same network several times, from other random weights, and let all of them
answer: an **ensemble**. How are answers joined? Three nets see a picture, and give cat
and dog the probabilities (0.6, 0.4), (0.6, 0.4) and (0.1, 0.9). A vote says cat, two to
one. But two nets are in doubt, and the third is nearly sure. The mean of the
**probabilities**, (0.43, 0.57), says dog: it uses all that the nets know. Means of the
scores before the softmax are not a good idea either: one net may have scores that are
ten times as large as another's, and would decide alone.

**Exercise `ensemble_predict`** (2 points, 10 minutes). Softmax for each net, mean over
the nets, then the class with the highest mean. Scores may be in the thousands: use the
safe softmax of lesson 02.

<details><summary>A hint</summary>
<code>scores</code> has the axes nets, images, classes. Over which axis does each step
run?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "ensemble_predict"}
def ensemble_predict(scores):
    """The mean probabilities of several nets, and the labels that follow from them.

    scores: shape (M, N, K), from M nets for N images and K classes.
    Returns probabilities (N, K), whose rows sum to 1, and labels (N,).
    """
    ### BEGIN SOLUTION
    shifted = np.exp(scores - scores.max(axis=2, keepdims=True))
    probabilities = (shifted / shifted.sum(axis=2, keepdims=True)).mean(axis=0)
    return probabilities, probabilities.argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_ensemble_predict"}
check("07.ensemble_predict", ensemble_predict)

# %% [markdown]
r"""
## The experiment: what does each trick bring?

A small ConvNet in NumPy (two convolutions with pooling, one affine layer), few training
pictures, and always the same number of epochs. (Quick mode takes pictures of half the
size, and so few epochs that its table shows only that everything runs.) Each line is
**one change** against the plain net; "all" uses dropout, L2, flip and shift together.
The last lines change nothing in training: they look at each validation picture ten
times, or let several nets answer.

Read the table with its error in mind. An accuracy a, measured on n pictures, has a
standard error of $\sqrt{a (1 - a) / n}$, and other random weights bring another result
too. Differences of a point or two mean nothing.
"""

# %% tags=["experiment"]
conv_forward, conv_backward, pool_forward, pool_backward = borrow_earlier(
    "05_convolution", "conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")  # fmt: skip
side, n_small, n_val, n_rounds, n_nets = (
    (32, 1000, 2000, 20, 3) if full else (16, 300, 400, 6, 2)
)
X_small = np.ascontiguousarray(X_all[:, :, :: 32 // side, :: 32 // side])
mean_image = X_small[:n_small].mean(axis=0)
small = X_small[:n_small], y_all[:n_small]
unseen = X_small[-n_val:], y_all[-n_val:]


# %% tags=["experiment"]
def block(n_in, n_out, size, rng):
    """Convolution, ReLU and pooling; weights as He proposes (lesson 04)."""
    w = rng.normal(0, np.sqrt(2 / (n_in * size**2)), (n_out, n_in, size, size))
    parameters = {"w": w.astype(np.float32), "b": np.zeros(n_out, np.float32)}
    conv = Layer(conv_forward, conv_backward, parameters, {"pad": size // 2})
    return [
        conv,
        Layer(relu_forward, relu_backward),
        Layer(pool_forward, pool_backward),
    ]


# %% tags=["experiment"]
def small_net(rng, p=0.0):
    drop = Layer(
        drop_forward, drop_backward, options={"p": p, "rng": rng}, has_modes=True
    )
    centre = Layer(lambda x: (x - mean_image, None), lambda dout, _: dout)
    layers = [centre, *block(3, 16, 5, rng), *block(16, 32, 3, rng), drop]
    return Net([*layers, affine(2 * side**2, 10, rng, 0.01)], cross_entropy)


# %% tags=["experiment"]
def shift(x, rng):
    return crop(x, x.shape[2:], rng, pad=side // 10)


def both(x, rng):
    return flip(shift(x, rng), rng)


# %% tags=["experiment"]
class Mixed:
    """Mixes each batch, and remembers the shares for the loss."""

    def augment(self, x, rng):
        # With the label i for image i, the mixed labels are the shares themselves.
        x, self.shares = mix(x, np.eye(len(x), dtype=x.dtype), rng, 0.2)
        return x

    def loss(self, scores, y):
        targets = self.shares @ np.eye(10, dtype=scores.dtype)[y]
        log_p = np.log(np.maximum(softmax(scores, axis=1), 1e-30))
        return -(targets * log_p).sum(axis=1).mean(), (np.exp(log_p) - targets) / len(y)


# %% tags=["experiment"]
mixed = Mixed()
tricks = {
    "plain": {},
    "L2": {"reg": 2e-3},
    "dropout": {"p": 0.5},
    "flip": {"augment": flip},
    "shift": {"augment": shift},
    "colour": {"augment": lambda x, rng: jitter(x, rng, 0.3, 0.3, 0.3)},
    "rotate": {"augment": lambda x, rng: turn(x, rng.uniform(-12, 12, len(x)))},
    "cutout": {"augment": lambda x, rng: cutout(x, side // 3, rng)},
    "mixup": {"augment": mixed.augment, "loss": mixed.loss},
    "all": {"augment": both, "p": 0.5, "reg": 5e-4},
}


# %% tags=["experiment"]
def run(name, seed=0, p=0.0, loss=None, **options):
    net = small_net(rng := np.random.default_rng(seed), p)
    net.loss = loss or net.loss
    few_unseen = unseen[0][:200], unseen[1][:200]
    history = train(net, small, few_unseen, rng=rng, update=adam, learning_rate=1e-3,
                    n_epochs=n_rounds, batch_size=50, label=name, **options)  # fmt: skip
    return net, history


runs = {name: run(name, **options) for name, options in tricks.items()}

# %% tags=["experiment"]
together = borrow("07.ensemble_predict", ensemble_predict)


def accuracy_of(scores):
    return (together(np.stack(scores))[1] == unseen[1]).mean()


table = {name: net.accuracy(*unseen) for name, (net, _) in runs.items()}
wide = np.pad(unseen[0], ((0, 0), (0, 0), (2, 2), (2, 2)))
views = cut_ten(wide, (side, side)).swapaxes(0, 1)
table["all, ten crops"] = accuracy_of([runs["all"][0].scores(view) for view in views])
nets = [
    runs["all"][0],
    *(run("all", seed, **tricks["all"])[0] for seed in range(1, n_nets)),
]
table[f"all, {n_nets} nets"] = accuracy_of([net.scores(unseen[0]) for net in nets])
plains = [runs["plain"][0], *(run("plain", seed)[0] for seed in range(1, n_nets))]
table[f"plain, {n_nets} nets"] = accuracy_of([net.scores(unseen[0]) for net in plains])

# %% tags=["experiment"]
error = np.sqrt(table["plain"] * (1 - table["plain"]) / n_val)
best_name = max(table, key=table.get)
gain = 100 * (table[best_name] - table["plain"])
show_tricks(table, error, "plain", f"{n_small} training pictures, {n_rounds} epochs: "
            f"best is '{best_name}', {gain:+.1f} points against the plain net")  # fmt: skip
print(f"standard error of one accuracy: {100 * error:.1f} points\n")
for name, accuracy in table.items():
    history = runs[name][1] if name in runs else None
    seen = (
        f"training {100 * history.train_accuracies[-1]:5.1f} %" if history else " " * 16
    )
    print(f"{name:15} {seen}   validation {100 * accuracy:.1f} %")

# %% [markdown]
r"""
In full mode (1,000 training pictures of CIFAR-10, 20 epochs, 2,000 validation pictures)
we measured this, with
`COURSE_MODE=full OMP_NUM_THREADS=1 python solutions/07_dropout.py`. The whole lesson
took 5 minutes and 38 seconds.
The standard error of each number is 1.1 points.

| | training | validation |
| --- | --- | --- |
| plain | 94.6 % | 40.2 % |
| L2 | 91.7 % | 40.9 % |
| dropout | 85.4 % | 41.6 % |
| flip | 77.2 % | **43.5 %** |
| shift | 67.3 % | 42.6 % |
| colour | 90.7 % | 40.0 % |
| rotate | 81.1 % | 40.6 % |
| cutout | 88.6 % | 39.9 % |
| mixup | 89.5 % | 40.8 % |
| all (dropout, L2, flip, shift) | 55.5 % | **43.5 %** |
| all, ten crops | | 43.3 % |
| plain, 3 nets | | 42.2 % |
| all, 3 nets | | **44.9 %** |

Every trick lowers the training accuracy; that is not the question. **Flip** and
**shift** bring two to three points, two to three times the error. L2, dropout and an
ensemble of plain nets bring one or two, which may be luck. Colour, rotation, cutout,
mixup and ten crops bring nothing that can be told from zero **here**. "All" is no
better than the flip alone: it knows only 55 % of its training pictures, so it has not
finished learning, and 20 epochs are too few for so much noise. The tricks do not add up
like prices on a bill; each takes away a part of the same overfitting.

The lecture notes of this course report such a table for a competition, telling dogs
from cats (their figures, not ours, and each on top of the line before): 78 % plain, 87
% with rotations, crops, flips and scaling, 91 % with a network trained on other
pictures first (lesson 11), 92.6 % with dropout, 94.9 % with batch normalisation, 97.5 %
with an ensemble, 97.9 % with PReLU. They also quote a study (Perez and Wang, 2017) in
which the plain old augmentations beat pictures made by a generating network, 77.5 %
against 72.0 %, where no augmentation gave 70.5 %.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). The inputs of a unit, times their weights, add up to 12. Its
inputs now go through **plain** dropout with p = 0.25 (the probability of dropping).
What is the sum in training, on average?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_expected"}
### BEGIN SOLUTION
answer_expected = (1 - 0.25) * 12
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_expected"}
check("07.answer_expected", answer_expected)

# %% [markdown]
r"""
**Question 2** (1 point). A hidden layer has ten units, and dropout may drop any of
them, all or none. How many different sub-networks are there?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_subnetworks"}
### BEGIN SOLUTION
answer_subnetworks = 2**10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_subnetworks"}
check("07.answer_subnetworks", answer_subnetworks)

# %% [markdown]
r"""
**Question 3** (1 point). Pictures of 32 by 32 are padded with 4 zeros on each side, cut
to 32 by 32 at a random place, and mirrored or not. How many different pictures can come
of one?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_crops"}
### BEGIN SOLUTION
answer_crops = 9 * 9 * 2
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_crops"}
check("07.answer_crops", answer_crops)

# %% [markdown]
r"""
**Question 4** (1 point). Which of these augmentations does **not** keep the label?

* `"a"` Photographs of animals, mirrored left-right.
* `"b"` Photographs of animals, 20 % darker.
* `"c"` Handwritten digits, turned by 180 degrees.
* `"d"` Photographs of cars, shifted by two pixels.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_label"}
### BEGIN SOLUTION
answer_label = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_label"}
check("07.answer_label", answer_label)

# %% [markdown]
r"""
**Question 5** (1 point). A class is rare, and you want to use SMOTE. When?

* `"a"` On all data, before they are split into training, validation and test set.
* `"b"` On the training set and on the validation set, each by itself.
* `"c"` On all three sets, each by itself, so that they look alike.
* `"d"` On the training set only, after the split.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_smote"}
### BEGIN SOLUTION
answer_smote = "d"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_smote"}
check("07.answer_smote", answer_smote)

# %% [markdown]
r"""
**Question 6** (3 points, graded by hand). Dropout, augmentation and mixup all add noise
in training, and take it away at test time. In four or five sentences: why does noise in
training lead to better answers on new pictures, why is it taken away at test time, and
when would you expect it to do harm?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_noise"}
r"""
With noise the network never sees the same picture twice, and never has all of its
units, so that it cannot answer by recognising a single picture or by one fine-tuned set
of units; only what holds under all the changes, which is what the pictures of a class
have in common, lowers the loss. At test time the best single answer is wanted, and the
same one each time: without noise, with sums scaled to the training mean, the network
gives about the mean of all its noisy versions. Noise does harm when the network does
not overfit, because it is too small or there are very many pictures: then it only makes
learning harder and slower. It also does harm when it changes the label (a digit upside
down), or makes pictures such as never occur at test time.
"""

# %% [markdown]
r"""
## What to remember

* The gap between training and validation accuracy measures overfitting; early stopping
  is the cheapest cure, more data the best. L2 makes weights small, L1 makes many of
  them zero.
* Inverted dropout divides by 1 - p in training and does nothing at test time; backward
  uses the same mask. Say whether your p drops or keeps.
* Augmentation changes each image by itself, keeps the label, the range and the dtype,
  and leaves test pictures alone.
* Mixup mixes labels as it mixes pictures; SMOTE makes new points between neighbours of
  one class, in the training set only.
* Several answers, of crops or of nets, are joined by the mean of their probabilities.
  Measure each trick, with its error, before you believe in it.

To read more: N. Srivastava and others, *Dropout: a simple way to prevent neural
networks from overfitting*, JMLR 15 (2014),
<https://jmlr.org/papers/v15/srivastava14a.html>; L. Wan and others, *Regularization of
neural networks using DropConnect* (2013),
<https://proceedings.mlr.press/v28/wan13.html>; H. Zhang and others, *mixup: beyond
empirical risk minimization* (2017), <https://arxiv.org/abs/1710.09412>; N. Chawla and
others, *SMOTE: synthetic minority over-sampling technique* (2002),
<https://arxiv.org/abs/1106.1813>; T. DeVries and G. Taylor, *Improved regularization of
convolutional neural networks with cutout* (2017), <https://arxiv.org/abs/1708.04552>;
L. Perez and J. Wang, *The effectiveness of data augmentation in image classification
using deep learning* (2017), <https://arxiv.org/abs/1712.04621>.

Next: the same networks in PyTorch, which does the backward passes for you.
"""
