# %% [markdown]
r"""
# 03 Backpropagation

**The question.** A net that tells cats from ships may have a million weights. You want
to turn each of them a little, in the direction in which the loss falls. Which direction
is that, for every single one?

Lesson 02 had an answer that always works: nudge one weight, look how the loss moves,
put it back, take the next. Two forward passes for each weight, millions of them for one
step of training. This lesson computes **all** of these slopes in one sweep through the
net from its end to its beginning, for about the price of two more forward passes. The
sweep is called **backpropagation**, and every network of this course is trained with
it.

You will write ten short pieces: first for single numbers, then for whole arrays, and at
the end a network of two layers that recognises more than half of the CIFAR-10 pictures.
About four hours.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.backpropagation import (
    show_circuit,
    show_cost,
    show_gates,
    show_kink,
    show_neuron,
    show_order,
    show_shapes,
    show_training,
)

# %% [markdown]
r"""
The picture counts, for the net at the end of this lesson: 3,072 inputs, 200 hidden
units, ten classes.
"""

# %%
n_weights = 3072 * 200 + 200 + 200 * 10 + 10
counts = {"one weight at a time": 2 * n_weights, "backpropagation": 3}
show_cost(
    counts,
    f"{n_weights:,} slopes: {2 * n_weights:,} forward passes, or the price of 3",
)

# %% [markdown]
r"""
## A calculation as a graph

Take the smallest example that has everything in it:

$$f(x, y, z) = (x + y)\, z$$

Computed step by step it is a sum, $q = x + y$, and then a product, $f = q z$. Draw each
step as a **gate**, with edges for the numbers that go in and come out: this is a
**computational graph**. Going through it from the left to the right, from the inputs to
the result, is the **forward pass**. For x = -2, y = 5, z = -4 it gives q = 3 and f =
-12.
"""

# %%
x, y, z = -2, 5, -4
q = x + y
f = q * z
show_circuit(dict(x=x, y=y, z=z, q=q, f=f), {}, f"Forward, left to right: f = {f}")

# %% [markdown]
r"""
Now the question of the lesson: if x grows by a little, how does f move? The answer is
the slope $\partial f / \partial x$, and the three slopes together are the **gradient**
of f.

Each gate can answer for itself alone, from nothing but the numbers that pass through
it. This is its **local gradient**:

* $q = x + y$: if x grows by 0.1, so does q. The slope is 1, for x and for y.
* $f = q z$: if q grows by 0.1, f grows by z times 0.1. The slope for q is z = -4, and
  the slope for z is q = 3.

The **chain rule** joins the answers by multiplying them:

$$\frac{\partial f}{\partial x} = \frac{\partial f}{\partial q} \cdot \frac{\partial q}{\partial x} = z \cdot 1 = -4$$

Read it from the right end of the graph. The result has the slope 1 with respect to
itself. Every gate receives the gradient of its output, which is called the **upstream**
gradient, multiplies it by its local gradient, and hands the product on to the left.
This is the **backward pass**. In code we write `dx` for the slope of the result with
respect to `x`.
"""

# %%
df = 1
dq, dz = z * df, q * df  # the product
dx, dy = 1 * dq, 1 * dq  # the sum
gradients = dict(x=dx, y=dy, z=dz, q=dq, f=df)
show_circuit(
    dict(x=x, y=y, z=z, q=q, f=f),
    gradients,
    f"Backward, right to left (below the edges): dx = {dx}, dy = {dy}, dz = {dz}",
)

# %% [markdown]
r"""
The gradient says that f falls by 4 times as much as x grows. Believe nothing, nudge x:
"""

# %%
nudged = (x + 0.01 + y) * z
print("f moves by", round(nudged - f, 6), "; the gradient says", dx * 0.01)

# %% [markdown]
r"""
## Four gates

Four kinds of gates are enough for most of what follows, and each treats a gradient in a
way that you can keep in mind as one word. In the picture a gradient of 2 comes from the
right.

* **Add distributes.** Both inputs get the gradient as it is.
* **Multiply swaps.** Each input gets the gradient times the *other* input.
* **Max routes.** All goes to the larger input, nothing to the other: if the smaller one
  moves a little, the maximum stays as it is.
* **Copy adds.** Where a number is used twice, two gradients come back. They are
  **added**: if x grows, the result moves through both branches.

The last is the one that people forget, because a copy is written nowhere in the code:
it happens whenever a variable is used a second time.
"""

# %%
show_gates()

# %% [markdown]
r"""
**Exercise `circuit_backward`** (2 points, 10 minutes). A slightly richer circuit has
all four:

$$f(x, y, z, w) = (x + y)\, z + \max(x, w)$$

Compute f, then go back through the gates and return the four slopes with it.

By hand, for x = -2, y = 5, z = -4, w = 1: the sum is 3, the product -12, the maximum 1,
so f = -11. Here x and y get -4, z gets 3, and w gets 1. For w = -3 the maximum is x
itself; then w gets 0, and x gets -4 from one branch and 1 from the other.

<details><summary>A hint</summary>
Give a name to the output of every gate: <code>q</code>, <code>p</code>, <code>m</code>,
<code>f</code>. Then write one line for each gate, from the last to the first:
<code>dp</code>, <code>dm</code>, <code>dq</code>, and so on. In how many of these lines
does <code>dx</code> appear?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "circuit_backward"}
def circuit_backward(x, y, z, w):
    """The value of f = (x + y) z + max(x, w), and its slope for each input.

    x, y, z, w: numbers; x and w are different.
    Returns (f, dx, dy, dz, dw).
    """
    ### BEGIN SOLUTION
    q = x + y
    f = q * z + max(x, w)
    dq, dz = z, q
    dx, dy = dq, dq
    dx = dx + (x > w)
    dw = 0 + (w > x)
    return f, dx, dy, dz, dw
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_circuit_backward"}
check("03.circuit_backward", circuit_backward)


# %% [markdown]
r"""
### Move the numbers

Here is the graph of $f = (x + y)\,z$ once more. Drag the inputs, and watch the values
above the edges and the gradients below them. Find inputs for which x has a gradient of
0: what must z be? And why does the gradient of z change when you move x?
"""

# %% tags=["experiment"]
from utils.widgets import CircuitGraph

CircuitGraph()

# %% [markdown]
r"""
## A neuron, gate by gate

A **neuron** takes several numbers, weighs them, adds them up, and squeezes the sum into
the range from 0 to 1 with the **sigmoid** function:

$$f = \sigma(w_0 x_0 + w_1 x_1 + w_2), \qquad \sigma(s) = \frac{1}{1 + e^{-s}}$$

The sigmoid looks like something new. But it is a chain of gates too, each with a slope
that you know: times -1 (slope -1), the exponential (slope $e^x$, its own output), plus
1 (slope 1), and one over (slope $-1/x^2$). The cell goes through the graph forward and
back, for w = (2, -3, -3) and x = (-1, -2).
"""

# %%
w0, x0, w1, x1, w2 = 2, -1, -3, -2, -3
a, b = w0 * x0, w1 * x1
c = a + b
s = c + w2
n = -s
e = np.exp(n)
d = e + 1
f = 1 / d

# %%
df = 1.0
dd = -1 / d**2 * df
de = dd
dn = e * de
ds = -1 * dn
dc = da = db = dw2 = ds  # the sums distribute
dw0, dx0, dw1, dx1 = x0 * da, w0 * da, x1 * db, w1 * db  # the products swap
values = dict(w0=w0, x0=x0, w1=w1, x1=x1, w2=w2, a=a, b=b, c=c, s=s, n=n, e=e, d=d, f=f)
gradients = dict(w0=dw0, x0=dx0, w1=dw1, x1=dx1, w2=dw2, a=da, b=db, c=dc, s=ds)
gradients |= dict(n=dn, e=de, d=dd, f=df)
show_neuron(values, gradients, f"The neuron gives {f:.3f}; w0 has the slope {dw0:.3f}")

# %% [markdown]
r"""
Drag the weights and inputs of the same neuron. Make the weighted sum large, 5 or more:
what is left of the gradients?
"""

# %% tags=["experiment"]
CircuitGraph.sigmoid_neuron()

# %% [markdown]
r"""
## A block of gates

The last four gates together are the sigmoid. Must we go through them one by one? No:
any group of gates can be made one gate, if we know the slope of the whole. For the
sigmoid it comes out pretty:

$$\frac{d\sigma}{ds} = \frac{e^{-s}}{(1 + e^{-s})^2} = \frac{1 + e^{-s} - 1}{1 + e^{-s}} \cdot \frac{1}{1 + e^{-s}} = (1 - \sigma)\, \sigma$$

The slope needs **only the output**. Our neuron gave 0.731, so the local gradient is
(1 - 0.731) · 0.731 = 0.197: the number below the edge s in the picture, in one step
instead of four.

How large to make a block is for you to choose. Small gates are easy to get right; large
blocks are faster and keep fewer numbers. A layer of a network is nothing but a large
block.
"""

# %%
out = 1 / (1 + np.exp(-s))
print(f"output {out:.3f}, local gradient {(1 - out) * out:.3f}, gate by gate {ds:.3f}")

u = np.linspace(-6, 6, 200)
sigmoid = 1 / (1 + np.exp(-u))
fig, axis = plt.subplots(figsize=(5.5, 2.9))
axis.plot(u, sigmoid, c=plots.COLOURS[0], label="output σ")
axis.plot(u, (1 - sigmoid) * sigmoid, "--", c=plots.COLOURS[1], label="slope (1 − σ) σ")
axis.plot([s, s], [out, (1 - out) * out], "k*", label="our neuron")
axis.set(xlabel="weighted sum s", ylabel="output and slope")
axis.set_title(
    "Where the output is near 0 or 1, hardly any gradient passes", fontsize=10
)
axis.legend(fontsize=9)
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `sigmoid_neuron`** (2 points, 10 minutes). Any number of inputs, as arrays
`w` and `x` of the same length. There is no separate bias: as in the check's first case,
w = (2, -3, -3) and x = (-1, -2, 1), the last input may be 1, and then its weight is the
bias.

By hand: the output is 0.731, the local gradient 0.197; `dw` is 0.197 times x,
(-0.197, -0.393, 0.197), and `dx` is 0.197 times w, (0.393, -0.590, -0.590).

<details><summary>A hint</summary>
<code>w @ x</code> is the weighted sum. Work in two blocks: the sigmoid, and the sum of
products. Which of them does the backward pass meet first?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "sigmoid_neuron"}
def sigmoid_neuron(w, x):
    """The output of a sigmoid neuron, and its slopes for weights and inputs.

    w: weights, shape (D,).  x: inputs, shape (D,).
    Returns (out, dw, dx): a number, and two arrays of shape (D,).
    """
    ### BEGIN SOLUTION
    out = 1 / (1 + np.exp(-(w @ x)))
    slope = (1 - out) * out
    return out, slope * x, slope * w
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sigmoid_neuron"}
check("03.sigmoid_neuron", sigmoid_neuron)

# %% [markdown]
r"""
## Numbers that find gradients by themselves

You went back through two graphs by hand. The rule was always the same, so a program can
do it. The idea: a number that **remembers** how it was made.

* A `Value` holds a number, `data`, and a place for its slope, `grad`, at first 0.
* When two of them are added or multiplied, the result is a new `Value` that remembers
  its `sources`: which values it was made from, and the local gradient for each.
* `result.backward()` starts with `result.grad = 1` and goes back through what was
  remembered.

For example, `c = a * b` with a = 3 and b = 5 makes c with the data 15 and the sources
(a, slope 5) and (b, slope 3). That is all that the backward pass will need.

Two traps wait there. **Copies add**: the same value may be the source of several
others, even twice of the same, as in `a * a`; so a gradient is added to what is already
there, never written over it. And the **order**: look at f = h + h h with h = a b.
"""

# %%
show_order()

# %% [markdown]
r"""
Two gates use h: the sum, and the product p = h h, both of whose inputs are h. Suppose
that h hands its gradient on to a and b as soon as the first one has arrived, and hands
on again when the second arrives: then the first part is counted twice. A value may have
its turn only when **all** that use it have had theirs. Such an order is called
**topological**. To find one, start at the result and visit sources first: a value is
written down after all its sources are. Read from the end, the list has every value
before its sources.

PyTorch's autograd, which you will use from lesson 08 on, works in just this way, on
arrays.

**Exercise `Value`** (6 points, 40 minutes). Fill in the methods; what is trivial is
there. You may keep other attributes than `sources`, but `data`, `grad` and `backward`
must have these names.

* `a + b`, `a * b`: b is a `Value` or a plain number. (For `2 + a`, where a plain number
  comes first, Python calls `a.__radd__(2)`: already written.)
* `a - b` is `a + (-b)`, and `a / b` is `a * b**-1`. For `2 - a` Python calls
  `a.__rsub__(2)`: there `self` stands on the right.
* `a ** n`: n is a plain number.
* `exp`, `relu` (the larger of 0 and the number; at exactly 0 its slope is 0), `tanh`
  (its slope is 1 minus the square of its output).
* `backward` adds to the `grad` of every value that the result was made from. What an
  earlier result has left there stays: two results that share an input add up in it.
  (Call it once for each result.)

<details><summary>A hint</summary>
Turn a plain number into a <code>Value</code> first, then there is one case only. For
the order, write an inner function <code>visit(value)</code> that does nothing for a
value it has seen, else visits the sources and then appends the value to a list. What do
you do with the list from its end to its beginning?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "Value"}
class Value:
    """A number that remembers how it was made, and finds its gradient.

    data: the number.  grad: the slope of a result with respect to it, 0 at first.
    sources: pairs (value it was made from, local gradient), empty for an input.
    """

    def __init__(self, data, sources=()):
        self.data = data
        self.grad = 0.0
        self.sources = sources

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        """self + other: a Value; other is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])
        ### END SOLUTION

    def __mul__(self, other):
        """self * other: a Value; other is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        slopes = [(self, other.data), (other, self.data)]
        return Value(self.data * other.data, slopes)
        ### END SOLUTION

    def __pow__(self, n):
        """self ** n: a Value; n is a plain number."""
        ### BEGIN SOLUTION
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])
        ### END SOLUTION

    def exp(self):
        """e to the power of self: a Value."""
        ### BEGIN SOLUTION
        out = np.exp(self.data)
        return Value(out, [(self, out)])
        ### END SOLUTION

    def relu(self):
        """The larger of 0 and self: a Value; its slope at 0 is 0."""
        ### BEGIN SOLUTION
        return Value(max(0.0, self.data), [(self, float(self.data > 0))])
        ### END SOLUTION

    def tanh(self):
        """The hyperbolic tangent of self: a Value."""
        ### BEGIN SOLUTION
        out = np.tanh(self.data)
        return Value(out, [(self, 1 - out**2)])
        ### END SOLUTION

    def __sub__(self, other):
        """self - other: a Value; other is a Value or a number."""
        ### BEGIN SOLUTION
        return self + other * -1
        ### END SOLUTION

    def __rsub__(self, other):
        """other - self: a Value; other is a number."""
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __truediv__(self, other):
        """self / other: a Value; other is a Value or a number."""
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    def __rtruediv__(self, other):
        """other / self: a Value; other is a number."""
        ### BEGIN SOLUTION
        return self**-1 * other
        ### END SOLUTION

    def backward(self):
        """Add to the grad of all that self was made from its slope; self's is 1."""
        ### BEGIN SOLUTION
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for source, _ in value.sources:
                    visit(source)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for source, slope in value.sources:
                source.grad += slope * value.grad
        ### END SOLUTION

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1


# %% nbgrader={"grade": true, "grade_id": "check_Value"}
check("03.Value", Value)

# %% [markdown]
r"""
### A net of single numbers

This is already enough to train a network. The four points below belong to two classes,
and no straight line can separate them: (0, 0) and (1, 1) should give -1, (0, 1) and (1,
0) should give 1. A net with three hidden tanh units learns it, with your `Value` or,
until it passes its check, with PyTorch's.

An experiment is a cell that you only run. When a function of yours does not pass its
check yet, a library's stands in, and you are told.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

Number = borrow("03.Value", Value)
points = {(0, 0): -1, (0, 1): 1, (1, 0): 1, (1, 1): -1}
weights = [Number(float(w)) for w in np.random.default_rng(5).normal(size=13)]


def tiny_net(u, v):
    """Three hidden units of two inputs each, then a sum with weights."""
    rows = [weights[3 * i : 3 * i + 3] for i in range(3)]
    hidden = [(w * u + k * v + bias).tanh() for w, k, bias in rows]
    return sum(h * w for h, w in zip(hidden, weights[9:], strict=False)) + weights[12]


# %% tags=["experiment"]
tiny_losses = []
for _ in range(200):
    loss = sum((tiny_net(u, v) - target) ** 2 for (u, v), target in points.items())
    loss.backward()
    tiny_losses.append(loss.data)
    weights = [Number(w.data - 0.03 * w.grad) for w in weights]
learned = ", ".join(f"{tiny_net(u, v).data:.2f}" for u, v in points)

fig, axis = plt.subplots(figsize=(5.5, 2.6))
axis.semilogy(tiny_losses, c=plots.COLOURS[0])
axis.set(xlabel="step", ylabel="sum of squared errors")
learned = learned.replace("-", "−")
axis.set_title(f"Wanted: −1, 1, 1, −1. The net gives: {learned}", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
## From numbers to arrays

One object for each number is far too slow for pictures. A network computes with arrays,
and so we make large blocks: **layers**. Each layer is a pair of functions:

* `name_forward(inputs) -> (out, cache)`. The **cache** holds what the backward pass
  will need and would otherwise have to compute again.
* `name_backward(dout, cache) -> gradients`, in the order of the inputs. `dout` is the
  upstream gradient: an array in the shape of `out` that says how the loss moves with
  each of its numbers.

What is learned about the chain rule stays true for each single number in the arrays.
One rule keeps you out of trouble:

> The gradient with respect to an array has **the shape of that array**.

The most important layer is the **affine** one: every output is a weighted sum of all
inputs, plus a **bias**.

$$\text{out} = x W + b$$

A batch of N inputs with D numbers each is `x (N, D)`; with K outputs, `W (D, K)` and
`b (K,)`. For pictures `x` has more axes, such as (N, C, H, W); they are flattened into
rows of D = C·H·W numbers first.

Carry this tiny batch along: N = 2 rows of D = 3 numbers, one output.
"""

# %%
X_tiny = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
W_tiny = np.array([[1.0], [0.0], [2.0]])
b_tiny = np.array([10.0])
print(X_tiny @ W_tiny + b_tiny)

# %% [markdown]
r"""
**Exercise `affine_forward`** (2 points, 10 minutes). By hand, first row:
1 · 1 + 2 · 0 + 3 · 2 + 10 = 17; second row: 26.

<details><summary>A hint</summary>
<code>x.reshape(len(x), -1)</code> keeps the first axis and flattens all others. The
cache holds x as it came.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "affine_forward"}
def affine_forward(x, W, b):
    """Weighted sums of each input, plus a bias.

    x: inputs, shape (N, ...), D numbers each.  W: weights, shape (D, K).
    b: biases, shape (K,).
    Returns (out, cache): shape (N, K), and the tuple (x, W, b) as they came.
    """
    ### BEGIN SOLUTION
    out = x.reshape(len(x), -1) @ W + b
    return out, (x, W, b)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_affine_forward"}
check("03.affine_forward", affine_forward)

# %% [markdown]
r"""
### The way back

Think of one output number at a time. Suppose the loss falls by 1 if the first output
grows by 1, so `dout` is 1 there, and it is 2 for the second row.

* **b** was copied to every row. Copies add: db = 1 + 2 = 3.
* **W[0]** met the 1 of the first row and the 4 of the second. Multiply swaps, and the
  two add up: 1 · 1 + 4 · 2 = 9.
* **x** of the second row met all three weights: 2 · (1, 0, 2) = (2, 0, 4).

For arrays these sums are matrix products, and the shapes tell you which. `dW` must have
the shape (D, K). The only arrays at hand are `x (N, D)` and `dout (N, K)`. How can they
be multiplied so that (D, K) comes out, and N disappears in the sum?
"""

# %%
show_shapes(n=4, d=3, k=2)

# %% [markdown]
r"""
**Exercise `affine_backward`** (4 points, 20 minutes). The check hands you a cache that
is right, so this exercise does not depend on your `affine_forward`.

<details><summary>A hint</summary>
Two transposes are needed in all, one for <code>dW</code>, one for <code>dx</code>. Then
give <code>dx</code> the shape that x came in. For <code>db</code>: which axis of
<code>dout</code> must disappear?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "affine_backward"}
def affine_backward(dout, cache):
    """The way back through an affine layer.

    dout: upstream gradient, shape (N, K).
    cache: (x, W, b) of the forward pass; x has shape (N, ...).
    Returns (dx, dW, db): in the shapes of x, W and b.
    """
    ### BEGIN SOLUTION
    x, W, _ = cache
    dx = (dout @ W.T).reshape(x.shape)
    dW = x.reshape(len(x), -1).T @ dout
    return dx, dW, dout.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_affine_backward"}
check("03.affine_backward", affine_backward)

# %% [markdown]
r"""
## Activations

Two affine layers in a row are no better than one: $(x W_1) W_2 = x (W_1 W_2)$, and
$W_1 W_2$ is just another matrix. Between them must stand something that is not linear,
an **activation function**. The most used one is the **ReLU** (rectified linear unit),

$$\text{ReLU}(x) = \max(0, x)$$

for every number of an array by itself. It is a max gate whose other input is 0: it
**routes**. Where x is positive the gradient passes unchanged, whatever its own sign;
elsewhere it stops. At exactly 0 there is a kink, and no slope; we agree on 0. Lesson 04
looks at a dozen other activations.

**Exercise `relu_forward`** (1 point, 5 minutes). By hand: (-2, 0, 3) gives (0, 0, 3).
Leave `x` itself as it is; the cache hands it on.

<details><summary>A hint</summary>
What is the difference between <code>np.max</code> and <code>np.maximum</code>?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "relu_forward"}
def relu_forward(x):
    """The positive part of each number.

    x: any shape.  Returns (out, cache): an array in the shape of x, and x itself.
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_relu_forward"}
check("03.relu_forward", relu_forward)

# %% [markdown]
r"""
**Exercise `relu_backward`** (2 points, 10 minutes). By hand: for x = (-2, 0, 3) and
dout = (5, 6, -7) the result is (0, 0, -7).

<details><summary>A hint</summary>
Which array decided in the forward pass what was handed on: the input, or dout? Compared
with 0 it is an array of true and false, and in a product these count as 1 and 0.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "relu_backward"}
def relu_backward(dout, cache):
    """The way back through a ReLU; where x is exactly 0, nothing passes.

    dout: upstream gradient, any shape.  cache: x of the forward pass, the same shape.
    Returns dx, in that shape.
    """
    ### BEGIN SOLUTION
    return dout * (cache > 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_relu_backward"}
check("03.relu_backward", relu_backward)

# %% [markdown]
r"""
## The loss as a layer

At the end of the net stands the loss: one number that says how bad the scores are.
Lesson 02 has the **softmax**, which turns the scores of a row into probabilities, and
the **cross-entropy**, the negative logarithm of the probability of the true class:

$$p_c = \frac{e^{s_c}}{\sum_j e^{s_j}}, \qquad L = \frac{1}{N} \sum_{i=1}^{N} -\ln p_{i, y_i}$$

Taken as one block they have a beautiful gradient. For one row

$$\frac{\partial L}{\partial s_c} = p_c - [c = y]$$

where $[c = y]$ is 1 for the true class and 0 for all others. Read it: every wrong score
is pushed down by the probability it got, the right one is pulled up by what it lacks,
and together they balance. Because L is a mean over N rows, each row's gradient is
divided by N.

By hand: the scores 1.2, 0.9, 0.4 have the probabilities 0.457, 0.338, 0.205. If class 0
is true, the loss is 0.784 and the gradient (-0.543, 0.338, 0.205).
"""

# %%
scores = np.array([1.2, 0.9, 0.4])
p = np.exp(scores) / np.exp(scores).sum()
print("probabilities:", p.round(3), "loss:", -np.log(p[0]).round(3))
fig, axis = plt.subplots(figsize=(5, 2.7))
places = np.arange(3)
axis.bar(places - 0.2, p, 0.38, color=plots.COLOURS[0], label="probability")
push = p - [1, 0, 0]
axis.bar(places + 0.2, push, 0.38, color=plots.COLOURS[1], hatch="//", label="gradient")
axis.axhline(0, c="k", lw=0.8)
axis.set(xticks=places, xticklabels=["class 0 (true)", "class 1", "class 2"])
axis.set_ylabel("probability, gradient")
axis.set_title(f"The gradients add up to {abs(push.sum()):.0f}", fontsize=10)
axis.legend(fontsize=9, loc="lower right")
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `softmax_cross_entropy`** (4 points, 20 minutes). Mind two traps of
arithmetic:

* $e^{1000}$ is infinite for a computer. But the same number may be taken from all
  scores of a row without changing its softmax: take the largest **of that row**.
* A probability can be rounded to 0, and its logarithm is then infinite. With shifted
  scores $z$, write $\ln p_y = z_y - \ln \sum_j e^{z_j}$: no p is needed.

The gradient has the dtype of the scores, so that a net of `float32` stays one.

<details><summary>A hint</summary>
<code>a[np.arange(N), y]</code> picks one number from each row.
<code>keepdims=True</code> in a sum or maximum keeps the shape (N, 1), which
broadcasting needs.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "softmax_cross_entropy"}
def softmax_cross_entropy(scores, y):
    """The mean cross-entropy of the softmax of scores, and its gradient.

    scores: shape (N, C), one row an image.  y: true classes, shape (N,).
    Returns (loss, dscores): a number, and an array of shape (N, C) in the scores' dtype.
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return -log_p[rows, y].mean(), dscores / len(y)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax_cross_entropy"}
check("03.softmax_cross_entropy", softmax_cross_entropy)

# %% [markdown]
r"""
## Trust is good

A backward pass with a mistake does not crash. The net even trains, only worse than it
should, and you may search for weeks. So every backward pass is **checked** once against
the slow method of lesson 02, on a tiny input:

$$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$

where $e_i$ is 1 at place i and 0 elsewhere. Call the result n, and the slope that your
backward pass gave a. Their difference must be judged against their size, by the
**relative error**

$$\frac{|a - n|}{\max(|a| + |n|,\ 10^{-8})}$$

It is 0 where they agree and 1 where they have nothing in common. The small number in
the denominator is for slopes that are both 0. In float64, with h = 0.00001, a right
gradient has an error below $10^{-7}$; above $10^{-3}$ something is wrong.

**Exercise `gradient_check`** (3 points, 15 minutes). Return the largest error of all.
By hand: the slope of $x^3$ at 2 is 12. If somebody claims 6, the error is |6 - 12| /
(6 + 12) = 1/3.

<details><summary>A hint</summary>
<code>np.ndindex(x.shape)</code> goes through all places of an array of any shape. Work
on a copy of x in which one number moves at a time, and put that number back afterwards:
by assigning what it was.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "gradient_check"}
def gradient_check(f, x, analytic, h=1e-5):
    """The largest relative error of a gradient, measured by central differences.

    f: function of an array in the shape of x that returns a number.
    x: float64, any shape; left as it is.  analytic: the gradient to be checked.
    h: the step to both sides.
    Returns the largest |a - n| / max(|a| + |n|, 1e-8) of all numbers of x, where a is
    the analytic and n the numerical slope.
    """
    ### BEGIN SOLUTION
    numeric, moved = np.zeros(x.shape), x.copy()
    for i in np.ndindex(x.shape):
        moved[i] = x[i] + h
        above = f(moved)
        moved[i] = x[i] - h
        numeric[i] = (above - f(moved)) / (2 * h)
        moved[i] = x[i]
    size = np.abs(analytic) + np.abs(numeric)
    return np.max(np.abs(analytic - numeric) / np.maximum(size, 1e-8))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gradient_check"}
check("03.gradient_check", gradient_check)

# %% [markdown]
r"""
Use it. To check a layer, turn its output into one number: multiply by some fixed `dout`
and add up. The gradient of that number is what the backward pass gives for this `dout`.
"""

# %% tags=["experiment"]
error_of = borrow("03.gradient_check", gradient_check)
affine = (
    borrow("03.affine_forward", affine_forward),
    borrow("03.affine_backward", affine_backward),
)
dout_tiny = np.array([[1.0], [2.0]])
dx, dW, db = affine[1](dout_tiny, (X_tiny, W_tiny, b_tiny))
layer_errors = {
    "dx": error_of(lambda x: np.sum(affine[0](x, W_tiny, b_tiny)[0] * dout_tiny), X_tiny, dx),
    "dW": error_of(lambda W: np.sum(affine[0](X_tiny, W, b_tiny)[0] * dout_tiny), W_tiny, dW),
    "db": error_of(lambda b: np.sum(affine[0](X_tiny, W_tiny, b)[0] * dout_tiny), b_tiny, db),
}  # fmt: skip
for name, error in layer_errors.items():
    print(f"{name}: relative error {error:.1e}")

# %% [markdown]
r"""
### Kinks

There is one false alarm to know. A ReLU has a kink at 0. If an input is nearer to it
than h, the two sides of the difference see different slopes, 0 on the left and 1 on the
right, and the measured one is neither. Both passes may be right all the same. So when a
few numbers of many fail, look whether their inputs are almost 0 before you search for a
mistake; a smaller h, or other inputs, will tell.
"""

# %%
h, near_zero = 0.01, 0.004
ends = np.maximum([near_zero - h, near_zero + h], 0)
kink_slope = (ends[1] - ends[0]) / (2 * h)
show_kink(near_zero, h, kink_slope)

# %% [markdown]
r"""
## The two-layer network

Now put the layers one after the other:

$$s = \max(0,\ x W_1 + b_1)\, W_2 + b_2$$

The numbers in the middle are called **hidden units**. A linear classifier has one
template a class; here the hidden units are templates that the classes share, and each
class weighs them in its own way. A third layer would be one more $\max(0, \cdot) W_3 +
b_3$, and so on: a network.

The loss has a second part, the **regularisation** of lesson 02, which prefers small
weights:

$$L = \frac{1}{N} \sum_i -\ln p_{i, y_i} + \text{reg} \cdot \left( \sum W_1^2 + \sum W_2^2 \right)$$

The biases are left out. In the graph the weights are **copied**: one copy goes into the
layer, one into the regularisation. Copies add, so 2 reg W is added to each weight's
gradient.

Here is the whole net by hand, for one input of two numbers, four hidden units, two
classes: x = (1, -1), no biases,

$$W_1 = \begin{pmatrix} 1 & 2 & -1 & 1 \\ 0 & 1 & 1 & 1 \end{pmatrix}, \qquad W_2 = \begin{pmatrix} 1 & 0 \\ 0 & 1 \\ 4 & 0 \\ 0 & 3 \end{pmatrix}$$

Before the ReLU (1, 1, -2, 0), hidden (1, 1, 0, 0), scores (1, 1), probabilities a half
each, loss ln 2 = 0.693. Backward, if class 0 is true: the scores get (-0.5, 0.5); the
hidden units (-0.5, 0.5, -2, 1.5), and before the ReLU (-0.5, 0.5, 0, 0) is left: the
last two were silent.

**Exercise `two_layer_loss`** (6 points, 30 minutes). Write it on its own, without
calling your functions from above: the check must be able to run it alone. Copy their
lines where you like.

<details><summary>A hint</summary>
Write the forward pass first and return the scores if <code>y</code> is
<code>None</code>; one case of the check needs no more. Then one line a gate, from the
end: <code>dscores</code>, <code>dW2</code>, <code>db2</code>, the hidden units, the
ReLU, <code>dW1</code>, <code>db1</code>. Which numbers did W2 meet in the forward pass?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "two_layer_loss"}
def two_layer_loss(parameters, X, y=None, reg=0.0):
    """The loss of a net affine - ReLU - affine - softmax, and all its gradients.

    parameters: {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}.
    X: inputs, shape (N, D).  y: true classes, shape (N,), or None.
    reg: strength of regularisation, reg * (sum(W1**2) + sum(W2**2)).
    Returns the scores (N, C) if y is None; else (loss, gradients), keyed as parameters.
    """
    ### BEGIN SOLUTION
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    before = X @ W1 + b1
    hidden = np.maximum(before, 0)
    scores = hidden @ W2 + b2
    if y is None:
        return scores
    rows = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * (np.sum(W1**2) + np.sum(W2**2))
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    dscores /= len(y)
    dbefore = (dscores @ W2.T) * (before > 0)
    dW1, dW2 = X.T @ dbefore + 2 * reg * W1, hidden.T @ dscores + 2 * reg * W2
    db1, db2 = dbefore.sum(axis=0), dscores.sum(axis=0)
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_two_layer_loss"}
check("03.two_layer_loss", two_layer_loss)

# %% [markdown]
r"""
## Layers, assembled

To write a function like that for every new network would be tedious. Caffe, one of the
first libraries for convolutional networks (2014), gave the parts names that are still
useful:

| part | what it is | here |
| --- | --- | --- |
| **blob** | an array, and its gradient | NumPy arrays `x`, `dx` |
| **layer** | turns a blob into the next, and a gradient into the one before | `Layer(forward, backward, parameters)` |
| **net** | layers in a row, with a loss at the end | `Net(layers, loss)` |
| **solver** | draws batches, asks the net for gradients, changes the weights | `train(net, …)` |

`utils/training.py` holds the three parts in the right column, in fewer than 200 lines
that you can read. What a layer computes is not in there: it comes from you. `Net` calls
the layers' forward functions one after the other and keeps their caches; then it calls
the backward functions in the opposite order, each with its cache.

The course's lessons 04 to 07 go on with these parts, and with **your** layers.
"""

# %% tags=["experiment"]
from utils.training import Layer, Net, train

relu = (
    borrow("03.relu_forward", relu_forward),
    borrow("03.relu_backward", relu_backward),
)
loss_layer = borrow("03.softmax_cross_entropy", softmax_cross_entropy)


def dense(d, k, rng, dtype=np.float64):
    """An affine layer of d inputs and k outputs; lesson 04 explains the scale."""
    W = rng.normal(0, np.sqrt(2 / d), size=(d, k)).astype(dtype)
    return Layer(*affine, {"W": W, "b": np.zeros(k, dtype)})


def two_layer_net(d, h, c, rng, dtype=np.float64):
    return Net([dense(d, h, rng, dtype), Layer(*relu), dense(h, c, rng, dtype)], loss_layer)  # fmt: skip


# %% [markdown]
r"""
Two ways to the same numbers: your function of one piece, and the net of layers.
"""

# %% tags=["experiment"]
rng = np.random.default_rng(0)
net = two_layer_net(5, 4, 3, rng)
first, _, last = (layer.parameters for layer in net.layers)
same = {"W1": first["W"], "b1": first["b"], "W2": last["W"], "b2": last["b"]}
X_six, y_six = rng.normal(size=(6, 5)), np.array([0, 1, 2, 0, 1, 2])
own = borrow("03.two_layer_loss", two_layer_loss)
loss_of_one_piece, found = own(same, X_six, y_six, 0.1)
net_loss, by_layer = net.step(X_six, y_six, reg=0.1)
gap = max(abs(by_layer[0]["W"] - found["W1"]).max(), abs(by_layer[2]["W"] - found["W2"]).max())  # fmt: skip
print(
    f"one piece: {loss_of_one_piece:.6f}   layers: {net_loss:.6f}   gradients differ by {gap:.0e}"
)
blob, _ = net.forward(X_six)
print("scores are a blob of shape", blob.shape)

# %% [markdown]
r"""
## How many hidden units?

More hidden units can draw more complicated borders: this is the **capacity** of a net.
The upper row shows nets with 3, 6 and 20 hidden units, trained on the same 50 pictures
of two pixels. Three units can fold the border in a few places; twenty can follow single
points, and some of these are only noise. The number is the part of the training
pictures that the net gets right.

So take few units? There is a better way. The lower row has 20 units throughout and a
growing strength of regularisation. The border grows smooth again, while the net keeps
the freedom to bend where the data insist. **Capacity is controlled by regularisation,
not by making the net small**: small nets are also harder to train.

The cell trains with a solver of its own, as short as a solver can be: every step uses
all 50 pictures, and every parameter takes a step against its gradient.
"""

# %% tags=["experiment"]
from sklearn.datasets import make_moons

X_moons, y_moons = make_moons(50, noise=0.35, random_state=3)
X_moons = 2 * (X_moons - X_moons.mean(axis=0))


def solve(net, reg, n_steps=3000, learning_rate=0.3):
    for _ in range(n_steps):
        _, gradients = net.step(X_moons, y_moons, reg)
        for layer, found in zip(net.layers, gradients, strict=True):
            for name, gradient in found.items():
                old = layer.parameters[name]
                layer.parameters[name] = old - learning_rate * gradient
    return net


# %% tags=["experiment"]
settings = [(3, 0), (6, 0), (20, 0), (20, 0.001), (20, 0.01), (20, 0.1)]
moon_accuracies = []
fig, axes = plt.subplots(2, 3, figsize=(10.5, 6.4))
for axis, (n_hidden, reg) in zip(axes.flat, settings, strict=True):
    net = solve(two_layer_net(2, n_hidden, 2, np.random.default_rng(2)), reg)
    moon_accuracies.append(net.accuracy(X_moons, y_moons))

    def classify(points, net=net):
        return net.scores(points).argmax(axis=1)

    name = f"{n_hidden} hidden units, reg = {reg}: {100 * moon_accuracies[-1]:.0f} %"
    plots.show_regions(classify, X_moons, y_moons, axis, title=name)
fig.suptitle("Above: more units bend more. Below: regularisation smooths", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
Compare the panels one by one. With 3 units the border misses a fifth of the pictures;
with 20 and no regularisation it misses none, but runs in narrow bays to single points.
With 0.001 hardly anything changes. With 0.01 one smooth bend is left. With 0.1 the
penalty is too strong: the border is almost the straight line of a linear classifier. So
the strength has to be chosen as well, on pictures that took no part in training.

## The experiment

CIFAR-10, with your layers: 3,072 inputs, a hidden layer, ten classes. The last 1,000
training images are set aside for validation. The mean image of the training set is
taken away from the pixels, and they are divided by their standard deviation, so that
they lie around 0 and have a size of about 1.

The solver is the plain one: **stochastic gradient descent** with small batches, W less
a learning rate times the gradient. The rate falls to 0 along a straight line, so that
the net settles at the end.

Quick mode trains 100 hidden units on 5,000 images for five epochs (an **epoch** is one
pass through the training images). Full mode trains 200 hidden units on 49,000 images
for ten epochs.
"""

# %% tags=["experiment"]
full = course_mode() == "full"
pictures = load_cifar10(*((50_000, 100) if full else (6_000, 100)))
print(pictures.description)
X = pictures.X_train.reshape(len(pictures.X_train), -1)
mean, spread = X[:-1000].mean(axis=0), X[:-1000].std()
train_set = (X[:-1000] - mean) / spread, pictures.y_train[:-1000]
val_set = (X[-1000:] - mean) / spread, pictures.y_train[-1000:]
n_hidden, n_epochs = (200, 10) if full else (100, 5)

# %% tags=["experiment"]
rng = np.random.default_rng(0)
net = two_layer_net(3072, n_hidden, 10, rng, np.float32)
n_steps = n_epochs * -(-len(train_set[0]) // 100)
history = train(
    net, train_set, val_set, rng=rng, n_epochs=n_epochs, batch_size=100, reg=0.004,
    learning_rate=lambda step: 0.05 * (1 - step / n_steps), label="two-layer net",
)  # fmt: skip
accuracy = history.val_accuracies[-1]
show_training(
    history,
    f"{n_hidden} hidden units: {100 * accuracy:.1f} % of the validation images right",
)

# %% tags=["experiment"]
print(f"validation accuracy {100 * accuracy:.1f} %")
if full and not pictures.builtin:
    print(
        "published (CS231n, two-layer net): above 50 %, about 52 %; linear: 37 to 39 %"
    )

# %% [markdown]
r"""
In full mode we measured **54.8 %** of the 1,000 validation images (and 65 % of the
training images), with
`OMP_NUM_THREADS=1 COURSE_MODE=full python solutions/03_backpropagation.py`: 46 seconds
of computing on one core for the whole lesson, four minutes by the clock, for the
machine had much else to do. Stanford's course CS231n publishes above 50 % for such a
net, about 52 % for its own; a linear classifier reaches 37 to 39 %.

### What the hidden units look for

Every hidden unit has 3,072 weights, one for each number of the picture: they can be
shown as a picture too. A linear classifier has one blurred template a class. The hidden
units are freer: after full mode you see coloured blobs, bars, and arcs such as the arch
of a car. After quick mode most of what you see is the noise that the weights began
with. Here are the forty units with the largest weights.
"""

# %% tags=["experiment"]
W1 = net.layers[0].parameters["W"]
strongest = np.argsort(-np.linalg.norm(W1, axis=0))[:40]
filters = W1[:, strongest].T.reshape(-1, 3, 32, 32)
low = filters.min(axis=(1, 2, 3), keepdims=True)
high = filters.max(axis=(1, 2, 3), keepdims=True)
plots.show_images(
    (filters - low) / (high - low),
    title="Forty hidden units, each a template: its 3,072 weights as a picture",
)

# %% [markdown]
r"""
Why does it stop at half? The net looks at all pixels at once and knows nothing of the
fact that a cat moved by three pixels is the same cat: for each place it needs another
template. Lesson 05 cures this. First, lesson 04 makes the training itself better.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). Let $f = x y + \max(x, z)$, with x = 4, y = -2, z = 1. What is
$\partial f / \partial x$?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_gradient"}
### BEGIN SOLUTION
answer_gradient = -2 + 1
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_gradient"}
check("03.answer_gradient", answer_gradient)

# %% [markdown]
r"""
**Question 2** (1 point). A two-layer net has 3,072 inputs, 500 hidden units and 10
classes, with biases in both layers. How many parameters (weights and biases) has it?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_parameters"}
### BEGIN SOLUTION
answer_parameters = 3072 * 500 + 500 + 500 * 10 + 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_parameters"}
check("03.answer_parameters", answer_parameters)

# %% [markdown]
r"""
**Question 3** (1 point). The input of one hidden ReLU is negative for **every**
training image. There is no regularisation. What happens to the weights that lead into
this unit?

* `"a"` They grow until the unit becomes active.
* `"b"` They change at random.
* `"c"` They stay as they are: no gradient reaches them.
* `"d"` They shrink towards 0.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_silent"}
### BEGIN SOLUTION
answer_silent = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_silent"}
check("03.answer_silent", answer_silent)

# %% [markdown]
r"""
**Question 4** (1 point). You check the gradients of a ReLU net in float64. Of 10,000
numbers, 9,990 agree to nine digits; ten have errors around 0.3. What is the first thing
to look at?

* `"a"` The formula of the backward pass: it must be wrong.
* `"b"` Whether the inputs of some ReLU lie within h of 0.
* `"c"` Whether float64 has enough digits.
* `"d"` Whether h can be made a thousand times smaller, to be safe.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_kink"}
### BEGIN SOLUTION
answer_kink = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_kink"}
check("03.answer_kink", answer_kink)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). The chain rule could also be applied from the
inputs to the result: start at one weight, and carry its slope forward through the net.
In four or five sentences: why does training a network go from the result backwards
instead, and what must be kept from the forward pass for that?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_backward"}
r"""
The loss is one number, and the weights are millions. Going forward from a weight gives
the slopes of everything that depends on that one weight, so that a sweep through the
net is needed for each of them. Going backward from the loss gives the slope of the loss
with respect to every number in the net, all weights included, in a single sweep. It
costs about twice as much as a forward pass, however many weights there are. For that
the numbers which the local gradients need, such as the inputs of every affine layer and
of every ReLU, must be kept in caches until the backward pass has used them, which takes
memory.
"""

# %% [markdown]
r"""
## What to remember

* A calculation is a graph of gates; the chain rule multiplies local gradients on the
  way from the result to the inputs.
* Add distributes, multiply swaps, max routes, copy adds.
* Every value has its turn after all that use it, and gradients add up.
* A gradient has the shape of its array; a layer is a forward and a backward function
  with a cache between them.
* Check every backward pass by differences, and mind the kinks.

To read more: D. Rumelhart, G. Hinton and R. Williams, *Learning representations by
back-propagating errors*, Nature 323 (1986), <https://doi.org/10.1038/323533a0>; A.
Baydin and others, *Automatic differentiation in machine learning: a survey* (2018),
<https://arxiv.org/abs/1502.05767>; Y. Jia and others, *Caffe: convolutional
architecture for fast feature embedding* (2014), <https://arxiv.org/abs/1408.5093>; A.
Karpathy's *micrograd*, an engine like your `Value` in a hundred lines (2020),
<https://github.com/karpathy/micrograd>.

Next: how to train a network well.
"""
