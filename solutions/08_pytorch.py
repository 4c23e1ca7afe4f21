# %% [markdown]
r"""
# 08 PyTorch

**The question.** In lessons 03 to 07 you wrote every layer twice: once forward, and
once backward, by hand. The second half follows from the first by the chain rule, and a
rule is something that a program can apply. Can a library write all backward passes for
you, run them on whatever hardware there is, and let you say the same in a tenth of the
lines?

It can. In this lesson you write **one network five times**, each time shorter, and
learn what the library does in the lines that disappear. Then you train a network on
CIFAR-10 properly: in batches, with checkpoints, and so that a power cut costs you one
epoch and no more.

You will write eleven short pieces. About four hours.
"""

# %%
from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.pytorch import (
    show_graph,
    show_number_formats,
    show_seconds,
    show_strides,
    show_training,
)

# %% [markdown]
r"""
Here is the answer in one picture. Four lines compute the loss of a small network; while
they run, PyTorch notes each operation and what it was applied to. To go backward it
walks along the arrows from right to left.
"""

# %%
W = torch.tensor([[1.0, 1.0], [1.0, -1.0]], requires_grad=True)
b = torch.tensor([0.0, 0.0], requires_grad=True)
x = torch.tensor([[1.0, 2.0]])
hidden = torch.relu(x @ W + b)
loss = (hidden**2).sum()
show_graph(
    loss, {"W": W, "b": b}, "PyTorch noted five operations while it computed the loss"
)

# %% [markdown]
r"""
`Mm` is the matrix product, `Pow` the square. Round and orange is what you may want the
gradient of.

## Tensors

A **tensor** is PyTorch's array. Shapes, axes, slices and broadcasting are as in NumPy;
`axis` is called `dim` here and `keepdims` is `keepdim`, though most functions take
both. Three differences matter.

**Memory.** `torch.from_numpy` and `.numpy()` do not copy: array and tensor are two
names for the same memory. `torch.tensor(...)` copies.
"""

# %%
array = np.zeros(4)
shared, copied = torch.from_numpy(array), torch.tensor(array)
array[0] = 7
print("shared:", shared)
print("copied:", copied)

# %% [markdown]
r"""
**Number formats.** NumPy computes in float64 unless told otherwise, PyTorch in float32:
half the memory, and much faster on a GPU. A tensor made from a NumPy array keeps the
array's format, and PyTorch refuses to multiply one format by another.
"""

# %%
print(torch.tensor([0.1]).dtype, "but", torch.from_numpy(np.array([0.1])).dtype)
try:
    torch.ones(2, 2) @ torch.from_numpy(np.ones((2, 2)))
except RuntimeError as error:
    print("RuntimeError:", error)

# %% [markdown]
r"""
**Views.** `reshape`, `permute`, `.T` and slices hand out a **view** where they can:
another way to read the same numbers, with nothing copied. What changes are the
**strides**, which say how far apart in memory two neighbours along an axis lie.
`contiguous()` puts the numbers into the order in which they are read.
"""

# %%
table = torch.arange(6.0).reshape(2, 3)
show_strides(table)

# %% [markdown]
r"""
In `table` the next row begins 3 numbers later and the next column 1 later; in its
transpose it is the other way round. Both names lead to the same six numbers, so a
change through one is seen through the other:
"""

# %%
turned = table.T
turned[0, 1] = 99
print(table)
print("strides:", table.stride(), "and, turned:", turned.stride())
print("turned is contiguous:", turned.is_contiguous())

# %% [markdown]
r"""
An operation whose name ends in an underscore works **in place**: `x.add_(1)` changes
`x`, `x.add(1)` makes a new tensor. Remember the underscore; it will come back.

## Devices

A tensor lives on a **device**: the CPU, or a GPU with memory of its own (`cuda` for
NVIDIA's and AMD's cards, `mps` for Apple's). `x.to(device)` gives the tensor there.
Operations take place where their tensors are, and **all tensors of one operation must
be on the same device**. Code that says `device` and never `"cuda"` runs everywhere, and
so this notebook chooses once:
"""

# %% tags=["experiment"]
from utils.device import best_device

device = best_device()
print(torch.ones(2, 3).to(device).sum())

# %% [markdown]
r"""
## The same network, five times

The network for the next five exercises is that of lesson 03: rows `x (N, D)`, a hidden
layer with ReLU, and scores for C classes,

$$h = \max(0,\; x W_1 + b_1), \qquad s = h W_2 + b_2$$

with the mean cross-entropy of the softmax as its loss.

### First time: by hand

One row with label 0, two hidden units, two classes:

$$x = (1, 2), \quad W_1 = \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}, \quad
W_2 = \begin{pmatrix} 1 & -1 \\ 2 & 2 \end{pmatrix}, \quad b_1 = (0, 0), \quad b_2 = (-3, 3)$$

* $x W_1 = (3, -1)$, so $h = (3, 0)$: the second unit is closed.
* $h W_2 = (3, -3)$, and with the bias $s = (0, 0)$. Both classes have the probability
  0.5.
* The loss is $-\log 0.5 = 0.693$.
* The gradient of the scores is probability minus one for the true class: $(-0.5, 0.5)$.
* Backward through $W_2$: $(-0.5 - 0.5,\; -1 + 1) = (-1, 0)$ arrives at $h$; that of
  $W_1$ is $x^T (-1, 0)$.

**Exercise `two_layer_by_hand`** (4 points, 20 minutes). The loss and all four gradients
with tensors, but without autograd and without `torch.nn`: as you would in NumPy. Scores
may be in the thousands.

<details><summary>A hint</summary>
<code>scores.logsumexp(dim=1, keepdim=True)</code> is the safe logarithm of the sum of
exponentials. With <code>rows = torch.arange(len(y))</code>, <code>log_p[rows, y]</code>
picks the true class of each row. <code>x.clamp(min=0)</code> is one way to write ReLU.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "two_layer_by_hand"}
def two_layer_by_hand(x, y, W1, b1, W2, b2):
    """Mean cross-entropy of the two-layer net and its gradients, without autograd.

    x: tensor (N, D).  y: labels, tensor (N,) of whole numbers.
    W1: (D, H).  b1: (H,).  W2: (H, C).  b2: (C,).
    Returns loss, dW1, db1, dW2, db2: tensors; loss has no axes, and each gradient has
    the shape of what it belongs to.
    """
    ### BEGIN SOLUTION
    hidden = (x @ W1 + b1).clamp(min=0)
    scores = hidden @ W2 + b2
    log_p = scores - scores.logsumexp(dim=1, keepdim=True)
    rows = torch.arange(len(y))
    loss = -log_p[rows, y].mean()
    dscores = log_p.exp()
    dscores[rows, y] -= 1
    dscores /= len(y)
    dhidden = dscores @ W2.T * (hidden > 0)
    dW1, db1 = x.T @ dhidden, dhidden.sum(dim=0)
    dW2, db2 = hidden.T @ dscores, dscores.sum(dim=0)
    return loss, dW1, db1, dW2, db2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_two_layer_by_hand"}
check("08.two_layer_by_hand", two_layer_by_hand)

# %% [markdown]
r"""
## Autograd

**Autograd** is PyTorch's name for what you built as `Value` in lesson 03, for whole
tensors. A tensor with `requires_grad=True` is watched: every operation on it is noted
in a **graph**. `loss.backward()` walks through the graph and puts the gradient into
`.grad`.

Five rules cover nearly everything that goes wrong.

1. Only **leaves** keep their gradient: tensors that you made, not results of an
   operation.
2. `backward` **adds** to `.grad`. It never sets it to zero.
3. The graph is thrown away after `backward`; the next forward pass makes a new one.
4. Inside `with torch.no_grad():` nothing is noted. That is the place to change
   parameters.
5. `x.detach()` gives the same numbers, cut off from the graph: no gradient passes
   there.
"""

# %%
w = torch.tensor(3.0, requires_grad=True)
(w * w).backward()
print("after the first backward: ", w.grad)
(w * w).backward()
print("after the second backward:", w.grad, "- it has been added")
print("w is a leaf:", w.is_leaf, "- w * w is a leaf:", (w * w).is_leaf)

# %%
w.grad = None
(w * w.detach()).backward()
print("w * w.detach(): one of the two ways is cut, the gradient is", w.grad)
with torch.no_grad():
    print("under no_grad a result is watched:", (w * w).requires_grad)

# %% [markdown]
r"""
Rule 2 has a reason: where a tensor is used twice, its gradients must be added up. The
price is that **you** must forget the old gradient before the next step.

There is an old way round rule 4, `w.data`: the bare numbers, of which autograd knows
nothing. Do not use it. A change made through `.data` between forward and backward gives
a wrong gradient **without an error**; `no_grad` and `detach` at least let PyTorch
notice.

**Exercise `two_layer_autograd`** (3 points, 20 minutes). Train the network for
`n_steps` steps of gradient descent. The parameters are leaves that require gradients;
change **them**, in place. By hand: with rate 1 the first step of the example moves
$b_2$ from $(-3, 3)$ to $(-2.5, 2.5)$.

<details><summary>A hint</summary>
Four things for each step: the loss, backward, the update of each parameter under
<code>no_grad</code> with <code>-=</code>, and <code>.grad = None</code>. Use
<code>F.cross_entropy(scores, y)</code>, which wants scores and not probabilities.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "two_layer_autograd"}
def two_layer_autograd(x, y, W1, b1, W2, b2, learning_rate, n_steps):
    """Gradient descent on the two-layer net; changes the parameters in place.

    x: tensor (N, D).  y: labels, tensor (N,).
    W1 (D, H), b1 (H,), W2 (H, C), b2 (C,): leaves that require gradients, their
    `grad` is None.
    Returns the loss before each of the n_steps steps, a list of Python numbers.
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(n_steps):
        hidden = torch.relu(x @ W1 + b1)
        loss = F.cross_entropy(hidden @ W2 + b2, y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for w in (W1, b1, W2, b2):
                w -= learning_rate * w.grad
                w.grad = None
    return losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_two_layer_autograd"}
check("08.two_layer_autograd", two_layer_autograd)

# %% [markdown]
r"""
### Static and dynamic graphs

The first libraries for deep learning (Theano, TensorFlow 1) had a **static** graph: you
described it once, and it was then compiled and fed with data. PyTorch's graph is
**dynamic**: each forward pass leaves a new one, of the operations that really ran. An
`if` or a loop of Python is no trouble, because autograd never sees it; it sees what the
chosen branch did.
"""


# %%
def halve_until_small(x):
    steps = 0
    while x.abs().sum() > 1:
        x, steps = x / 2, steps + 1
    return x.sum(), steps


for start in (3.0, 30.0):
    w = torch.tensor([start], requires_grad=True)
    total, steps = halve_until_small(w)
    total.backward()
    print(f"start {start}: {steps} divisions in the graph, slope {w.grad.item()}")

# %% [markdown]
r"""
A static graph can be made faster as a whole: operations merged, memory reused.
`torch.compile(f)` gets that for ordinary Python. It follows the function while it runs,
records the stretches without decisions as static graphs, compiles these, and goes back
to Python where a decision hangs on the data (a **graph break**). The cell below does
not compile; it puts a listener where the compiler would be, and shows what arrives
there.
"""

# %% tags=["experiment"]
recorded = []


def listen(graph, inputs):
    recorded.append(graph)
    return graph.forward


def with_a_decision(x):
    h = torch.relu(x) * 2
    return h + 1 if h.sum() > 3 else h - 1


watched = torch.compile(with_a_decision, backend=listen)
print(watched(torch.ones(3)), watched(torch.zeros(3)))
print(
    f"{len(recorded)} static graphs; the decision lies between the first and the rest"
)
print(recorded[0].code)

# %% [markdown]
r"""
### Third time: functions of your own

Sometimes you want to say yourself how the gradient goes: a formula that is more stable
or cheaper than what autograd would do, or an operation that autograd cannot know. Then
you write a **`torch.autograd.Function`**: two static methods, the `forward` and the
`backward` that you know from lesson 03. `ctx` (the context) is the cache:
`ctx.save_for_backward(...)` puts tensors in, `ctx.saved_tensors` has them. You call it
by `.apply`.

Here is one for the square, with the gradient $2x$ times what arrives.
"""


# %%
class Square(torch.autograd.Function):
    """x * x."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, dout):
        (x,) = ctx.saved_tensors
        return 2 * x * dout


w = torch.tensor([3.0, -1.0], dtype=torch.float64, requires_grad=True)
print("agrees with numerical slopes:", torch.autograd.gradcheck(Square.apply, (w,)))

# %% [markdown]
r"""
`gradcheck` is the gradient check of lesson 03. Give it float64.

**Exercise `MyReLU`** (3 points, 15 minutes). ReLU as a function of your own; the slope
at 0 is 0. Change neither `x` nor the gradient that arrives. By hand: $x = (-2, 0, 3)$
and the gradient $(5, 7, -11)$ give the output $(0, 0, 3)$ and the gradient
$(0, 0, -11)$.

<details><summary>A hint</summary>
Which of the two decides where the gradient passes: the sign of x, or the sign of what
arrives?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "MyReLU"}
class MyReLU(torch.autograd.Function):
    """The larger of x and 0, for a tensor of any shape."""

    @staticmethod
    def forward(ctx, x):
        """The output, in the shape of x; saves what backward needs."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x)
        return x.clamp(min=0)
        ### END SOLUTION

    @staticmethod
    def backward(ctx, dout):
        """The gradient of x, from the gradient dout of the output."""
        ### BEGIN SOLUTION
        (x,) = ctx.saved_tensors
        return dout * (x > 0)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_MyReLU"}
check("08.MyReLU", MyReLU)

# %% [markdown]
r"""
`backward` returns **one value for each input** of `forward`, in the same order. An
input that is no tensor, or that is None, has no gradient: its value is `None`. PyTorch
checks the shapes: each gradient must fit its input. (In one case it is kind: a bias
(K,) that was added to N rows may be given the gradient (N, K), and PyTorch adds the
rows.)

**Exercise `LinearFunction`** (4 points, 20 minutes). The linear layer $xW + b$. The
bias may be None; then nothing is added, and nothing flows back to it.

<details><summary>A hint</summary>
With x (N, D), W (D, K) and dout (N, K): which product has the shape (N, D), which (D,
K)? Plain values, such as whether there is a bias, may be kept as attributes:
<code>ctx.name = value</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "LinearFunction"}
class LinearFunction(torch.autograd.Function):
    """x @ W + b, where b may be None."""

    @staticmethod
    def forward(ctx, x, W, b):
        """Scores (N, K) from x (N, D), W (D, K) and b (K,) or None."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x, W)
        ctx.has_bias = b is not None
        return x @ W + b if ctx.has_bias else x @ W
        ### END SOLUTION

    @staticmethod
    def backward(ctx, dout):
        """The gradients of x, W and b, from dout (N, K)."""
        ### BEGIN SOLUTION
        x, W = ctx.saved_tensors
        db = dout.sum(dim=0) if ctx.has_bias else None
        return dout @ W.T, x.T @ dout, db
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_LinearFunction"}
check("08.LinearFunction", LinearFunction)

# %% [markdown]
r"""
With these two the network is three lines, and autograd joins your backward passes. In
the graph they stand beside PyTorch's own operations.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

linear = borrow("08.LinearFunction", LinearFunction).apply
relu = borrow("08.MyReLU", MyReLU).apply
x, y = torch.tensor([[1.0, 2.0]]), torch.tensor([0])
W1 = torch.tensor([[1.0, 1.0], [1.0, -1.0]], requires_grad=True)
W2 = torch.tensor([[1.0, -1.0], [2.0, 2.0]], requires_grad=True)
b1, b2 = torch.zeros(2), torch.tensor([-3.0, 3.0])
example_loss = F.cross_entropy(linear(relu(linear(x, W1, b1)), W2, b2), y)
example_loss.backward()
print(f"loss {example_loss.item():.3f}, gradient of W1:\n{W1.grad}")
show_graph(
    example_loss,
    {"W1": W1, "W2": W2},
    "Your functions stand in the graph as operations of their own",
)

# %% [markdown]
r"""
## Modules

A layer has a function **and** parameters. PyTorch keeps the two together in an
**`nn.Module`**:

* `__init__` makes the parameters, and `forward` uses them;
* a parameter (`nn.Parameter`), a **buffer** (a tensor that is saved but not trained,
  such as batch norm's running statistics) or another module becomes part of it by being
  **assigned to an attribute**. A plain list hides them; `nn.ModuleList` does not;
* `net.parameters()` lists what an optimiser trains; `net.state_dict()` has parameters
  and buffers by name; `net.to(device)` moves all of them;
* `net.train()` and `net.eval()` switch between the two modes of dropout and batch norm.

`nn.Linear(inputs, outputs)` keeps its weight as **(outputs, inputs)** and computes
$x W^T + b$: the transpose of the W in this course. That is the only surprise when you
compare a layer of NumPy with its PyTorch twin:
"""

# %%
rng = np.random.default_rng(0)
x_np, W_np, dout_np = (rng.normal(size=s) for s in ((5, 4), (4, 3), (5, 3)))
twin = nn.Linear(4, 3, bias=False).double()
with torch.no_grad():
    twin.weight.copy_(torch.from_numpy(W_np.T))
out = twin(torch.from_numpy(x_np))
out.backward(torch.from_numpy(dout_np))
linear_gap = np.abs(out.detach().numpy() - x_np @ W_np).max()
gradient_gap = np.abs(twin.weight.grad.numpy().T - x_np.T @ dout_np).max()
print(
    f"linear layer: outputs differ by {linear_gap:.0e}, gradients by {gradient_gap:.0e}"
)

# %%
norm = nn.BatchNorm1d(4).double()
normalised = norm(torch.from_numpy(x_np)).detach().numpy()
by_numpy = (x_np - x_np.mean(axis=0)) / np.sqrt(x_np.var(axis=0) + 1e-5)
norm_gap = np.abs(normalised - by_numpy).max()
print(f"batch norm: outputs differ by {norm_gap:.0e}")
for ddof in (0, 1):
    running = 0.9 * 1 + 0.1 * x_np.var(axis=0, ddof=ddof)
    gap = np.abs(norm.running_var.numpy() - running).max()
    print(f"running variance with division by N - {ddof}: differs by {gap:.0e}")

# %% [markdown]
r"""
Both agree to far better than one in a million. The last two lines show a detail that
costs people an afternoon: PyTorch normalises with the variance divided by N, and keeps
the one divided by N - 1 as its running variance.

**Exercise `TwoLayerNet`** (3 points, 15 minutes). The fourth version. Call the layers
`fc1` and `fc2`, so that weights can be loaded by name. `forward` takes rows (N, D), or
images, which it flattens.

<details><summary>A hint</summary>
The constructor begins with <code>super().__init__()</code>; without it there is no
place to register layers in. <code>x.flatten(1)</code> joins all axes after the first.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "TwoLayerNet"}
class TwoLayerNet(nn.Module):
    """Linear, ReLU, linear.

    inputs: numbers in one image.  hidden: hidden units.  classes: scores.
    """

    def __init__(self, inputs, hidden, classes):
        ### BEGIN SOLUTION
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, classes)
        ### END SOLUTION

    def forward(self, x):
        """Scores (N, classes) of x, shape (N, inputs) or (N, C, H, W)."""
        ### BEGIN SOLUTION
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_TwoLayerNet"}
check("08.TwoLayerNet", TwoLayerNet)

# %% [markdown]
r"""
Where layers simply follow one another, not even a class is needed:
`nn.Sequential(a, b, c)` is a module that applies a, then b, then c. Its layers are
numbered from 0.

**Exercise `two_layer_sequential`** (2 points, 5 minutes). The fifth version: flatten,
linear, ReLU, linear.

<details><summary>A hint</summary>
Every part must be a layer: <code>nn.ReLU()</code> is one, <code>torch.relu</code> is a
function.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "two_layer_sequential"}
def two_layer_sequential(inputs, hidden, classes):
    """The two-layer net as an `nn.Sequential` of four layers.

    inputs: numbers in one image.  hidden: hidden units.  classes: scores.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_two_layer_sequential"}
check("08.two_layer_sequential", two_layer_sequential)

# %% [markdown]
r"""
From a page of gradients to one expression. What is left to write yourself is what no
library can know: which data, which network, and how to train it.

## Data, a batch at a time

A **`Dataset`** answers two questions: how many items there are (`len(data)`), and what
item `i` is (`data[i]`). A **`DataLoader`** does the rest: it shuffles, collects items
into batches, and can let several processes prepare them (`num_workers`).

Files and cameras deliver pictures as whole numbers from 0 to 255, the channels last,
and labels as bytes. PyTorch's layers want float32, the channels first; its loss wants
labels of 64 bits. The data set is the place for that, and for augmentation, which must
be drawn anew each time.

By hand: the picture of one pixel (0, 51, 255) becomes a tensor of the shape (3, 1, 1)
with the values 0, 0.2 and 1.

**Exercise `PictureDataset`** (3 points, 15 minutes).

<details><summary>A hint</summary>
<code>torch.from_numpy(image).permute(2, 0, 1)</code> puts the channels first. Turn to
float <b>before</b> you divide, and do not let float64 in. <code>int(label)</code> is
the safe label.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "PictureDataset"}
class PictureDataset(torch.utils.data.Dataset):
    """Pictures with labels.

    images: uint8 array (N, H, W, C), 0 to 255.  labels: array (N,) of whole numbers.
    transform: None, or a function that each finished picture goes through.
    """

    def __init__(self, images, labels, transform=None):
        ### BEGIN SOLUTION
        self.images, self.labels, self.transform = images, labels, transform
        ### END SOLUTION

    def __len__(self):
        """The number of pictures."""
        ### BEGIN SOLUTION
        return len(self.images)
        ### END SOLUTION

    def __getitem__(self, i):
        """Picture i, a float32 tensor (C, H, W) in [0, 1], and its label, an int."""
        ### BEGIN SOLUTION
        image = torch.from_numpy(self.images[i]).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            image = self.transform(image)
        return image, int(self.labels[i])
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_PictureDataset"}
check("08.PictureDataset", PictureDataset)

# %% [markdown]
r"""
## The loop

An **optimiser** holds references to the parameters and does what your functions of
lesson 04 did: `optimiser.step()` changes each parameter by its `.grad`, and
`optimiser.zero_grad()` forgets the gradients. Every training loop in the world has
these five lines in this order:

    optimiser.zero_grad()
    scores = model(X)
    loss = F.cross_entropy(scores, y)
    loss.backward()
    optimiser.step()

Here are ten steps downhill on $w^2$, with Adam:
"""

# %%
w = torch.tensor([1.0], requires_grad=True)
optimiser = torch.optim.Adam([w], lr=0.1)
for _ in range(10):
    optimiser.zero_grad()
    (w**2).sum().backward()
    optimiser.step()
print(f"from 1 to {w.item():.3f}")

# %% [markdown]
r"""
**Exercise `train_one_epoch`** (4 points, 20 minutes). Put the model into training mode,
go once through the loader, and return the mean loss **over the images**. The last batch
may be smaller: batches of 5 and 2 images with the losses 1 and 2 have the mean
$(5 \cdot 1 + 2 \cdot 2)/7 = 1.29$, not 1.5.

<details><summary>A hint</summary>
<code>loss.item()</code> is the plain number; adding up tensors would keep every graph
in memory. Images and labels must both be brought to <code>device</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "train_one_epoch"}
def train_one_epoch(model, loader, optimiser, device):
    """Train a classifier on every batch of a loader once; changes the model.

    model: an nn.Module on `device`.  loader: gives batches (X, y), on any device.
    optimiser: holds the parameters of the model.
    Returns the mean cross-entropy over all images, a Python number.
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        optimiser.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimiser.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_train_one_epoch"}
check("08.train_one_epoch", train_one_epoch)

# %% [markdown]
r"""
To measure, two switches are needed, and they are **not** the same:

* `model.eval()` changes what layers compute: dropout stops, batch norm uses its running
  statistics;
* `torch.no_grad()` changes what autograd notes: nothing, which saves memory and time.

**Exercise `evaluate`** (4 points, 20 minutes). Mean loss and accuracy over all images
of a loader. The model leaves the function as it came: same weights, same running
statistics, and **the same mode**.

<details><summary>A hint</summary>
<code>model.training</code> tells the mode, <code>model.train(mode)</code> sets it.
<code>F.cross_entropy(scores, y, reduction="sum")</code> adds up instead of averaging.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "evaluate"}
def evaluate(model, loader, device):
    """Mean loss and accuracy of a classifier; leaves the model as it was.

    model: an nn.Module on `device`.  loader: gives batches (X, y), on any device.
    Returns the mean cross-entropy and the fraction of images that are right, between 0
    and 1: two Python numbers.
    """
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            scores = model(X)
            total += F.cross_entropy(scores, y, reduction="sum").item()
            right += (scores.argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(was_training)
    return total / count, right / count
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_evaluate"}
check("08.evaluate", evaluate)

# %% [markdown]
r"""
## Checkpoints

A long training has a best moment, and it is seldom the last. A **checkpoint** keeps it:
the model's `state_dict`, and what is needed to go on from there, which is the
optimiser's `state_dict` (momentum!) and the number of the epoch.

One trap: `state_dict()` does not copy. It hands out the very tensors that training goes
on changing.
"""

# %%
layer = nn.Linear(1, 1)
reference, copy = layer.state_dict(), deepcopy(layer.state_dict())
with torch.no_grad():
    layer.weight += 100
print("reference:", reference["weight"].item(), "  copy:", copy["weight"].item())

# %% [markdown]
r"""
**Exercise `save_best`** (4 points, 20 minutes). Called after each epoch. It returns the
checkpoint to keep: the old one, or a new one if the validation accuracy is **better**
(as good is not better). `None` stands for no checkpoint yet.

<details><summary>A hint</summary>
<code>deepcopy</code> copies a dictionary and all that is in it; <code>dict(...)</code>
and <code>.copy()</code> only the dictionary. Not only the model has a state.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "save_best"}
def save_best(checkpoint, model, optimiser, epoch, accuracy):
    """The better of the checkpoint so far and the present state.

    checkpoint: None, or what this function returned before.
    epoch: number of the epoch that has just ended.  accuracy: its validation accuracy.
    Returns a dictionary: "epoch", "accuracy", "model" and "optimiser" (the state
    dictionaries, copied, so that further training does not change them).
    """
    ### BEGIN SOLUTION
    if checkpoint is not None and accuracy <= checkpoint["accuracy"]:
        return checkpoint
    return {
        "epoch": epoch,
        "accuracy": accuracy,
        "model": deepcopy(model.state_dict()),
        "optimiser": deepcopy(optimiser.state_dict()),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_save_best"}
check("08.save_best", save_best)

# %% [markdown]
r"""
## The experiment

A small ConvNet: four blocks of convolution, batch norm, ReLU and pooling, and a linear
layer. It has 103,000 parameters. The last 5,000 training images (500 in quick mode) are
for validation.
"""

# %% tags=["experiment"]
from pathlib import Path
from tempfile import TemporaryDirectory

from torch.utils.data import DataLoader
from tqdm.auto import tqdm

full = course_mode() == "full"
make_dataset = borrow("08.PictureDataset", PictureDataset)
train_epoch = borrow("08.train_one_epoch", train_one_epoch)
measure = borrow("08.evaluate", evaluate)
keep = borrow("08.save_best", save_best)

pictures = load_cifar10() if full else load_cifar10(n_train=2500, n_test=500)
print(pictures.description)

# %% tags=["experiment"]
n_val, batch_size = (5000, 128) if full else (500, 50)


def raw(images):
    """Pixels as a file holds them: whole numbers, channels last."""
    return (255 * images).round().astype(np.uint8).transpose(0, 2, 3, 1)


def flip_at_random(image):
    return image.flip(2) if full and torch.rand(()) < 0.5 else image


X_raw, labels = raw(pictures.X_train), pictures.y_train
train_set = make_dataset(X_raw[:-n_val], labels[:-n_val], flip_at_random)
val_set = make_dataset(X_raw[-n_val:], labels[-n_val:])
test_set = make_dataset(raw(pictures.X_test), pictures.y_test)


# %% tags=["experiment"]
def conv_block(inputs, outputs):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


def small_convnet():
    """Scores of ten classes; weights laid out with the channels last, for speed."""
    blocks = [conv_block(*sizes) for sizes in ((3, 16), (16, 32), (32, 64), (64, 128))]
    net = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(128 * 2 * 2, 10))
    return net.to(device, memory_format=torch.channels_last)


n_parameters = sum(p.numel() for p in small_convnet().parameters())
print(f"{n_parameters:,} parameters")

# %% [markdown]
r"""
The learning rate rises over the first third of the run and then falls to nearly zero, a
little **at each batch**: PyTorch calls that `OneCycleLR` (lesson 04 has the reasons for
both). Your `train_one_epoch` knows nothing of schedules. It need not: an optimiser
calls whatever is hooked to its `step`. The optimiser is **AdamW**: Adam that also makes
every weight a little smaller in each step, which regularises much as L2 does.
"""


# %% tags=["experiment"]
def fresh_start(n_epochs, rate=0.006):
    """A new net, its optimiser and the schedule of its rate, the same every time."""
    torch.manual_seed(0)
    net = small_convnet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.05)
    n_steps = n_epochs * len(DataLoader(train_set, batch_size))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, n_steps)
    optimiser.register_step_post_hook(lambda *_: schedule.step())
    return net, optimiser, schedule


# %% [markdown]
r"""
`fit` joins your pieces. After each epoch it writes a file with the best checkpoint
**and** the last one, so that a run that is interrupted goes on where it was.
`torch.load(..., weights_only=True)` reads tensors and plain data and refuses anything
else: a checkpoint from a stranger could otherwise run code on your computer.
"""


# %% tags=["experiment"]
def resume(file, model, optimiser, schedule):
    """What a file says of a run; all three go back to where they were."""
    if not file.exists():
        return {"best": None, "history": [], "next": 0}
    saved = torch.load(file, weights_only=True, map_location=device)
    model.load_state_dict(saved["last"]["model"])
    optimiser.load_state_dict(saved["last"]["optimiser"])
    schedule.load_state_dict(saved["schedule"])
    print(f"{file.name}: going on after epoch {saved['next']}")
    return saved


def fit(model, optimiser, schedule, n_epochs, file, stop_after=None):
    """Train up to n_epochs; `stop_after` plays the power cut."""
    run = resume(file, model, optimiser, schedule)
    for epoch in tqdm(range(run["next"], stop_after or n_epochs), desc="epochs"):
        torch.manual_seed(epoch)  # so that a run that resumes shuffles alike
        loader = DataLoader(train_set, batch_size, shuffle=True)
        loss = train_epoch(model, loader, optimiser, device)
        val_loss, accuracy = measure(model, DataLoader(val_set, 500), device)
        run["history"].append([loss, val_loss, accuracy])
        run["best"] = keep(run["best"], model, optimiser, epoch, accuracy)
        run["last"] = keep(None, model, optimiser, epoch, accuracy)
        run["schedule"], run["next"] = schedule.state_dict(), epoch + 1
        torch.save(run, file)
    return run


# %% [markdown]
r"""
The published mark for a first ConvNet in PyTorch (assignment 2 of CS231n) is **above 70
%** on the validation images within ten epochs. In full mode the file lies beside this
notebook. It has the whole run in it: where you want to train anew, delete it.
"""

# %% tags=["experiment"]
n_epochs = 10 if full else 4
model, *rest = fresh_start(n_epochs)
with TemporaryDirectory() as scratch:
    file = Path("." if full else scratch) / "08_pytorch_checkpoint.pt"
    run = fit(model, *rest, n_epochs, file)
best = run["best"]
show_training(run["history"], best["epoch"])

# %% [markdown]
r"""
Quick mode uses few pictures and four epochs, and says nothing about that mark. For the
comparison run all ten epochs on 45,000 pictures:
`COURSE_MODE=full python solutions/08_pytorch.py` gave **82.6 %** on the validation
images and 81.7 % on the test images. The whole lesson took ten minutes on two processor
cores that other programs used as well, an epoch about 50 seconds.
"""

# %% tags=["experiment"]
model.load_state_dict(best["model"])
test_loss, test_accuracy = measure(model, DataLoader(test_set, 500), device)
print(f"kept: epoch {best['epoch'] + 1}, validation {100 * best['accuracy']:.1f} %")
print(f"test, looked at once: {100 * test_accuracy:.1f} %")
if pictures.builtin:
    print("built-in pictures: the published mark is for CIFAR-10")

# %% tags=["experiment"]
names = pictures.class_names
shown, true = pictures.X_test[20:40], pictures.y_test[20:40]
model.eval()
with torch.no_grad():
    guesses = model(torch.from_numpy(shown).to(device)).argmax(dim=1).cpu().numpy()
marks = ["" if g == t else "× " for g, t in zip(guesses, true, strict=True)]
n_wrong = sum(map(bool, marks))
plots.show_images(
    shown,
    [mark + names[g] for mark, g in zip(marks, guesses, strict=True)],
    title=f"What the net says of twenty test pictures; {n_wrong} are wrong (×)",
)

# %% [markdown]
r"""
### A power cut

Does a run that is interrupted end like one that is not? Two epochs on a few pictures in
one go, and again with a stop after the first: a new model, a new optimiser, and the
file.
"""

# %% tags=["experiment"]
whole_set = train_set
train_set = torch.utils.data.Subset(whole_set, range(500))
with TemporaryDirectory() as scratch:
    straight, *rest = fresh_start(2)
    fit(straight, *rest, 2, Path(scratch) / "straight.pt")
    stopped = Path(scratch) / "stopped.pt"
    fit(*fresh_start(2), 2, stopped, stop_after=1)
    resumed, *rest = fresh_start(2)
    fit(resumed, *rest, 2, stopped)
pairs = zip(straight.parameters(), resumed.parameters(), strict=True)
resume_gap = max((a - b).abs().max().item() for a, b in pairs)
print(f"largest difference between any two weights: {resume_gap}")
train_set = whole_set

# %% [markdown]
r"""
Without the optimiser's state, or with the batches in another order, the difference
would not be zero.

## Mixed precision

A number of 32 bits is more than most of training needs. Half of it means half the
memory traffic, and special units of modern chips multiply 16-bit numbers many times
faster. **float16** has few powers of ten: small gradients become 0, so one multiplies
the loss by a large number and divides the gradients again (`torch.amp.GradScaler`).
**bfloat16** has the range of float32 and only two to three digits; no scaling is
needed.
"""

# %%
formats = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
show_number_formats(formats[1:])
thousand = torch.tensor(1000.0)
for kind in formats:
    print(f"{kind!s:15} 1000 + 1 = {(thousand.to(kind) + 1).item()}")

# %% [markdown]
r"""
**Mixed** precision is the careful way: inside `torch.autocast` matrix products and
convolutions run in 16 bits, while sums, losses, normalisations and the parameters
themselves stay in 32.
"""

# %% tags=["experiment"]
batch = next(iter(DataLoader(val_set, 64)))
X_batch, y_batch = batch[0].to(device), batch[1].to(device)
model.eval()
with torch.no_grad():
    exact = model(X_batch)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        mixed = model(X_batch)
print("parameters:", next(model.parameters()).dtype, "- scores:", mixed.dtype)
agreement = (exact.argmax(1) == mixed.argmax(1)).float().mean().item()
print(f"largest difference of two scores {(exact - mixed).abs().max().item():.3f}, "
      f"same class for {100 * agreement:.0f} % of the pictures")  # fmt: skip

# %% [markdown]
r"""
Whether it is faster depends on the chip: a CPU without instructions for bfloat16
imitates them, and is slower. Measure; do not assume.

## What is fast here

The next cell times one forward and backward pass of the small ConvNet on 64 pictures,
on each device that this computer has. A GPU works while Python goes on, so the clock
must wait for it: `torch.cuda.synchronize()`.
"""

# %% tags=["experiment"]
from time import perf_counter


def seconds_for(where, autocast=False, times=5, prepare=lambda net: net):
    """The fastest of several passes forward and backward, waiting for the device."""
    net = prepare(deepcopy(model).to(where).train())
    X, y = X_batch.to(where), y_batch.to(where)
    wait = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}
    found = []
    for _ in range(times):
        start = perf_counter()
        with torch.autocast(where, dtype=torch.bfloat16, enabled=autocast):
            loss = F.cross_entropy(net(X), y)
        loss.backward()
        wait.get(where, int)()
        found.append(perf_counter() - start)
    return min(found)


places = dict.fromkeys(["cpu", device.type])
seconds = {f"{place}, float32": seconds_for(place) for place in places}
seconds |= {f"{place}, mixed": seconds_for(place, autocast=True) for place in places}
where = torch.cuda.get_device_name() if device.type == "cuda" else device.type
fastest = min(seconds, key=seconds.get)
show_seconds(seconds, f"Fastest for 64 pictures: {fastest}")

# %% tags=["experiment"]
if device.type == "cpu":
    print("There is no GPU here, so CPU and GPU are not compared. On a computer that has "
          "one, this cell prints the table.")  # fmt: skip
else:
    for name, taken in seconds.items():
        gain = seconds["cpu, float32"] / taken
        print(
            f"{name:16} {1000 * taken:8.2f} ms   {gain:6.1f} times the CPU, on {where}"
        )

# %% [markdown]
r"""
This lesson was written on a computer with two CPU cores and **no GPU**, so it states no
figure for one. What to expect: a GPU wins by more the larger the batch and the net; for
tiny ones the transfer of the data and the start of each operation eat the gain.

In full mode the net is also compiled. That needs a C++ compiler, and is skipped where
there is none.
"""

# %% tags=["experiment"]
import warnings

if not full:
    print("This part runs in full mode only: COURSE_MODE=full make lab")
else:
    plain, start = seconds_for(device.type, times=20), perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the compiler's own, about its insides
            compiled = seconds_for(device.type, times=20, prepare=torch.compile)
        print(f"plain {1000 * plain:.1f} ms, compiled {1000 * compiled:.1f} ms; "
              f"compiling took {perf_counter() - start:.0f} s")  # fmt: skip
    except Exception as error:
        print(
            f"torch.compile finds no C++ compiler to use here ({type(error).__name__})"
        )

# %% [markdown]
r"""
On one thread of a processor that was busy with other things, this cell's code gave 30.5
ms for a plain pass and 25.9 ms for a compiled one, and compiling took 31 s: it has paid
for itself after $31 / 0.0046 \approx 6{,}700$ passes. Compile what runs for hours, not
what runs once.

## Your own training run

**Exercise `train_classifier`** (4 points, 30 minutes). Now without a frame: you get
2,000 of the built-in pictures with their labels, and return a trained network. Which
layers, which optimiser, how long: all is yours, but a run may take **at most ten
seconds** (aim for three).

Your network is judged on 1,000 pictures **that it has never seen**: they are drawn
afresh, with a seed of the class's own when it is graded. A picture may have ten
classes, so guessing gives 10 %.

| what | points |
| --- | --- |
| a picture's scores do not depend on the pictures beside it | 1 |
| at least 25 % right | 1 more |
| at least 40 % right | 1 more |
| at least 44 % right | 1 more |

A linear layer reaches about 33 %, the ConvNet of our solution about half (49 to 55 % in
twelve draws), in two seconds of one core.

<details><summary>A hint</summary>
Convolutions with <code>stride=2</code> are cheap: three of them bring 32 pixels to 4.
Batch norm after each lets you use a high rate, such as 0.01 with Adam, that falls to
zero. And which mode should the network be in when you hand it over?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "train_classifier"}
def train_classifier(X, y, seed):
    """A network trained on pictures of ten classes, in at most ten seconds.

    X: float32 tensor (N, 3, 32, 32) in [0, 1].  y: labels, int64 tensor (N,).
    seed: call `torch.manual_seed(seed)` first, so that the run can be repeated.
    Returns an nn.Module on the CPU, ready to predict: pictures (M, 3, 32, 32) in,
    scores (M, 10) out.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    layers = []
    for inputs, outputs, size in ((3, 16, 5), (16, 32, 3), (32, 64, 3)):
        conv = nn.Conv2d(inputs, outputs, size, stride=2, padding=size // 2, bias=False)
        layers += [conv, nn.BatchNorm2d(outputs), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 4 * 4, 10))
    optimiser = torch.optim.Adam(model.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, 5 * -(-len(X) // 50))
    for _ in range(5):
        for rows in torch.randperm(len(X)).split(50):
            optimiser.zero_grad()
            F.cross_entropy(model(X[rows]), y[rows]).backward()
            optimiser.step()
            rate.step()
    return model.eval()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_train_classifier"}
check("08.train_classifier", train_classifier)

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). After `w = torch.tensor(3.0, requires_grad=True)`, the line
`(w**2).backward()` is run twice. What is `w.grad`?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_gradient"}
### BEGIN SOLUTION
answer_gradient = 2 * 3 + 2 * 3
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_gradient"}
check("08.answer_gradient", answer_gradient)

# %% [markdown]
r"""
**Question 2** (1 point). How many numbers does an optimiser train in
`nn.Sequential(nn.Conv2d(3, 16, 3, bias=False), nn.BatchNorm2d(16))`?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_parameters"}
### BEGIN SOLUTION
answer_parameters = 16 * 3 * 3 * 3 + 2 * 16
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_parameters"}
check("08.answer_parameters", answer_parameters)

# %% [markdown]
r"""
**Question 3** (1 point). You measure the validation accuracy of a net with dropout.
What do you need?

* `"a"` `torch.no_grad()` is enough.
* `"b"` `model.eval()` is enough, also for the memory.
* `"c"` `model.eval()` for the right numbers, and `torch.no_grad()` to save memory and
  time.
* `"d"` Neither, as long as `backward` is not called.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_eval"}
### BEGIN SOLUTION
answer_eval = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_eval"}
check("08.answer_eval", answer_eval)

# %% [markdown]
r"""
**Question 4** (1 point). A `forward` contains `if x.sum() > 0:`. How does autograd deal
with it?

* `"a"` It records the first call's graph and uses it for all later calls.
* `"b"` It compiles both branches and chooses between them at run time.
* `"c"` It reads the source and differentiates the `if` as well.
* `"d"` Each forward pass is recorded anew, and only the operations of the branch that
  ran.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_graph"}
### BEGIN SOLUTION
answer_graph = "d"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_graph"}
check("08.answer_graph", answer_graph)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A friend trains for ten days and saves
`model.state_dict()` to one and the same file after each day. On day 8 the power fails.
In four or five sentences: what can be saved, what is lost, and what would you have put
into the file, and when?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_resume"}
r"""
The weights and buffers of day 7 are there, so that the network can be used or trained
further. Lost are the optimiser's state (momentum and, for Adam, the running mean
squares), the number of the epoch and with it the place in the learning rate's schedule,
so that training resumes with a jolt; and the best network is lost if it was that of day
5, because each day overwrote the one before. If the power failed while the file was
being written, even day 7 is gone. I would save model, optimiser, epoch and accuracy
together, once for the last state and once for the best by validation accuracy, and
write to a second file that replaces the first only when it is complete.
"""

# %% [markdown]
r"""
## What to remember

* A tensor has a shape, a number format and a device; `from_numpy` shares memory.
* Autograd notes operations and walks back. It adds to `.grad`: forget before each step.
* What is an attribute of a module is trained, moved and saved; what is in a plain list
  is not.
* `eval` changes what layers compute, `no_grad` what autograd notes. Measuring needs
  both.
* A checkpoint is a copy of model, optimiser and epoch; keep the best and the last.

To read more: A. Paszke and others, *PyTorch: an imperative style, high-performance deep
learning library*, NeurIPS (2019), <https://arxiv.org/abs/1912.01703>; A. Baydin and
others, *Automatic differentiation in machine learning: a survey*, JMLR 18 (2018),
<https://arxiv.org/abs/1502.05767>; P. Micikevicius and others, *Mixed precision
training*, ICLR (2018), <https://arxiv.org/abs/1710.03740>; J. Ansel and others,
*PyTorch 2*, ASPLOS (2024), <https://doi.org/10.1145/3620665.3640366>.

Next: the architectures that won, block by block.
"""
