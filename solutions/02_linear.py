# %% [markdown]
r"""
# 02 Linear classifiers

**The question.** In lesson 01 a new picture was compared with 50,000 stored ones. Could
we keep just **ten** pictures, one for each class, and compare with those? The obvious
candidates are the mean pictures below. They are blurred, and not very good. This lesson
finds better ones: it says in one number how bad a set of ten pictures is, asks in which
direction each of their values should change, and takes a small step. Again and again.

Everything that comes later in the course, up to networks with a hundred layers, is
trained in just this way. Here you meet it with nothing else in the way. You will write
ten short functions. About four hours.
"""

# %%
from functools import partial
from itertools import chain
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.linear import (
    show_batches,
    show_choice,
    show_curves,
    show_divergences,
    show_hinge,
    show_hyperplanes,
    show_log_loss,
    show_losses_by_lead,
    show_paths,
    show_penalties,
    show_softmax,
    show_step_lengths,
    show_tables,
    show_templates,
)

# %% tags=["experiment"]
full = course_mode() == "full"
pictures = load_cifar10(*((50_000, 10_000) if full else (3_000, 500)))
print(pictures.description)
names = pictures.class_names
means = [pictures.X_train[pictures.y_train == c].mean(axis=0) for c in range(10)]
plots.show_images(
    means, names, title="A class in one picture: the mean of all its images"
)

# %% [markdown]
r"""
## A score for each class

A **linear classifier** gives each class a **score**, and names the class with the
highest one. A score is a weighted sum: each value of the picture is multiplied by a
**weight**, and the products are added. What the class likes to see bright has a
positive weight, what it does not like a negative one, what does not matter zero.

A picture of D values is a row x, the weights of one class are a column of D numbers,
and all C classes together make a table `W (D, C)`. For N pictures, `X (N, D)`, all
scores are one matrix product:

$$S = X\,W \qquad (N, C) = (N, D)\,(D, C)$$

A class may also be likely by itself, whatever the picture shows. That is a **bias** b,
a number added to its score. There is a trick that saves a special case: put a constant
1 at the end of every picture. The weight that belongs to it is the bias. From now on
the last column of X is 1.

Our tiny example has **three pictures of two pixels**: the cat has its left pixel
bright, the car its right one, the frog neither.
"""

# %%
X_tiny = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
y_tiny = np.array([0, 1, 2])
W_tiny = np.array([[1.0, 2.6, 1.4], [-0.9, 2.4, 5.1], [2.2, 2.5, -3.1]])
scores_tiny = X_tiny @ W_tiny

classes, values = ["cat", "car", "frog"], ["left", "right", "constant"]
show_tables(
    [X_tiny, W_tiny, scores_tiny],
    ["X: three pictures", "W: a column for each class", "scores"],
    rows=[classes, values, classes],
    columns=[values, classes, classes],
    signs="@=",
    title="All three pictures score highest for car: two of them are wrong",
)

# %% [markdown]
r"""
Check one score by hand: the cat's picture is (1, 0, 1), the column of car is (2.6, 2.4,
2.5), and $1 \cdot 2.6 + 0 \cdot 2.4 + 1 \cdot 2.5 = 5.1$.

### Two ways to see it

**Templates.** A column of W has as many numbers as a picture, so it can be looked at as
one: the **template** of its class. The score says how well the picture agrees with it.
The ten mean pictures above were templates; in the experiment at the end you will see
learned ones.

**Hyperplanes.** A picture of D values is a point in a space of D dimensions. All points
to which a class gives the score 0 form a straight line (D = 2), a plane (D = 3), a
**hyperplane** (more). The weights point straight away from it, to the side where the
score grows, and the bias moves it without turning it. Where two classes score the same
lies the border between them, and it is straight as well. A linear classifier cuts space
by straight cuts, and can do nothing else.
"""

# %%
show_hyperplanes(
    W_tiny, X_tiny, y_tiny, classes, "Each class has a line of score 0 and a direction"
)

# %% [markdown]
r"""
**Exercise `predict`** (1 point, 5 minutes). Name the class with the highest score for
each picture. In the tiny example: class 1, car, three times.

<details><summary>A hint</summary>
Which shape have the scores of all pictures? <code>argmax</code> takes an axis; of
several equal maxima it returns the first.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "predict"}
def predict(W, X):
    """The class with the highest score for each image.

    W: weights, shape (D, C).  X: images, shape (N, D).
    Returns labels, shape (N,), whole numbers from 0. In a tie the smallest label wins.
    """
    ### BEGIN SOLUTION
    return (X @ W).argmax(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_predict"}
check("02.predict", predict)

# %% [markdown]
r"""
## How bad are these weights?

Two of three wrong: bad. But to improve weights we need to know more than a count. A
tiny change of W changes no prediction, and so a count tells us nothing about which way
to go. We need a number that follows every change, smoothly: a **loss**. Small is good.

The first idea: the true class should not only win, it should **lead by at least 1**.
Every wrong class that comes nearer than that costs the missing points. For a picture
with the true class y and the scores s,

$$L_i = \sum_{j \ne y} \max(0,\; s_j - s_y + 1)$$

The 1 is the **margin**. The sum goes over the wrong classes only. This is the **hinge
loss**, and a linear classifier trained with it is a **support vector machine**, SVM.
(Why 1 and not 5? Weights that are five times as large make all leads five times as
large. The margin only sets the scale.)

By hand, for the scores of the tiny example:

| picture | true class | terms | loss |
| --- | --- | --- | --- |
| (3.2, 5.1, −1.7) | 0 | max(0, 5.1 − 3.2 + 1) + max(0, −1.7 − 3.2 + 1) = 2.9 + 0 | 2.9 |
| (1.3, 4.9, 2.0) | 1 | max(0, 1.3 − 4.9 + 1) + max(0, 2.0 − 4.9 + 1) = 0 + 0 | 0 |
| (2.2, 2.5, −3.1) | 2 | max(0, 2.2 + 3.1 + 1) + max(0, 2.5 + 3.1 + 1) = 6.3 + 6.6 | 12.9 |

These scores go around in many lecture notes, often with 10.9 for the third picture:
that is a slip, the 1 was not added there. The loss of all pictures is the **mean**,
5.27, so that it does not grow with their number.
"""

# %%
terms = {
    "cat's picture, car": 5.1 - 3.2 + 1,
    "cat's picture, frog": -1.7 - 3.2 + 1,
    "car's picture, cat": 1.3 - 4.9 + 1,
    "car's picture, frog": 2.0 - 4.9 + 1,
    "frog's picture, cat": 2.2 + 3.1 + 1,
    "frog's picture, car": 2.5 + 3.1 + 1,
}
by_hand = np.maximum(0, list(terms.values())).reshape(3, 2).sum(axis=1)
print("losses of the three:", by_hand.round(2), "mean:", by_hand.mean().round(3))
show_hinge({name: 1 - term for name, term in terms.items()})

# %% [markdown]
r"""
A number worth knowing by heart: with all weights zero, all scores are 0, every wrong
class misses by exactly 1, and the loss is C − 1. With ten classes a fresh SVM must
show 9. If it does not, something is broken before training has begun.

## The same loss, two sets of weights

Suppose a W reaches the loss 0. Then 2W does so too: all leads double. Which one is
better? The hinge loss cannot tell. And here are two templates for one picture of four
values:
"""

# %%
x = np.array([1.0, 1.0, 1.0, 1.0])
w1 = np.array([1.0, 0.0, 0.0, 0.0])
w2 = np.array([0.25, 0.25, 0.25, 0.25])
print("scores:               ", w1 @ x, w2 @ x)
print("sums of the squares:  ", np.sum(w1**2), np.sum(w2**2))
print("sums of the sizes:    ", np.sum(abs(w1)), np.sum(abs(w2)))

# %% [markdown]
r"""
Both give the score 1, so any loss made of scores is the same. But the first looks at
one value only; a speck of dust there ruins it. The second asks all four. We should like
to say which kind of weights we prefer when the pictures do not decide. That is
**regularisation**: add a **penalty** for weights, with a strength, `reg`.

$$L = \frac{1}{N} \sum_i L_i \;+\; \text{reg} \cdot R(W)$$

Three penalties are in use:

* **L2**: $R = \sum w^2$. It prefers many small weights: w2 costs 1/4, w1 costs 1.
* **L1**: $R = \sum |w|$. It makes no choice between w1 and w2, both cost 1. But it
  likes weights that are exactly zero, and so picks out the values that matter.
* **Elastic net**: $R = \sum \left(\beta w^2 + |w|\right)$, both at once.

Why prefer small weights at all? Small weights make a score that changes little when the
picture changes little. Weights that fit every accident of the training pictures (that
**overfit**) have to be large somewhere.
"""

# %%
show_penalties()

# %% [markdown]
r"""
On the left, L1 has corners on the axes, where one weight is 0. On the right, a weight
to which nothing happens but the penalty: L2 pulls in proportion to the weight, ever
more gently; L1 pulls with the same force to the end.

**Exercise `regularization`** (3 points, 15 minutes). Return the penalty, times its
strength, and its **gradient**: the array of its slopes, one for each weight. By hand,
for the weights 1, −2, 0 and reg = 0.1: L2 gives 0.5 and (0.2, −0.4, 0); L1 gives 0.3
and (0.1, −0.1, 0). At 0 the size |w| has a kink; take the slope 0 there.

<details><summary>A hint</summary>
What is the slope of <code>w**2</code>? And of <code>|w|</code>, right of zero and left
of it? <code>np.sign</code> knows three answers.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "regularization"}
def regularization(W, reg, kind="l2", beta=0.5):
    """The penalty of weights, and its gradient.

    W: weights, an array of any shape.  reg: strength, a number.
    kind: which penalty,
        "l1": reg * sum(|W|),
        "l2": reg * sum(W**2),
        "elastic": reg * sum(beta * W**2 + |W|).
    beta: how much the squares count in the elastic net.
    Returns value, a number, and gradient, of the shape of W. The slope of |w| at
    w = 0 is taken as 0.
    """
    ### BEGIN SOLUTION
    sizes, squares = np.sum(np.abs(W)), np.sum(W**2)
    if kind == "l1":
        return reg * sizes, reg * np.sign(W)
    if kind == "l2":
        return reg * squares, 2 * reg * W
    return reg * (beta * squares + sizes), reg * (2 * beta * W + np.sign(W))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_regularization"}
check("02.regularization", regularization)

# %% [markdown]
r"""
## Which way is down?

Imagine the loss as the height of a landscape, and W as the place where you stand. You
want to get down. The **gradient** holds, for each weight, the **slope**: by how much
the loss changes when that weight is moved a little, divided by how far it was moved.
The gradient points uphill, so we shall go the other way.

The simplest way to find a slope is to try. Move one weight by a small h to the right,
then to the left, and see how the height differs:

$$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$

where $e_i$ is 1 at place i and 0 elsewhere. This is a **central difference**. By hand:
let f be the sum of the cubes, x = (1, 2), h = 1. Moving the first number:
$f(2,2) = 16$, $f(0,2) = 8$, slope $8 / 2 = 4$. Moving the second: $f(1,3) = 28$,
$f(1,1) = 2$, slope 13. The true slopes are 3 and 12; a smaller h comes nearer.

**Exercise `numerical_gradient`** (3 points, 15 minutes). For any f, and an x of any
shape. Move one number at a time, and leave the x you were given as it was.

<details><summary>A hint</summary>
<code>np.ndindex(x.shape)</code> goes over all places of an array, whatever its shape. A
fresh array of zeros with h at one place can be added to x and taken away from it.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "numerical_gradient"}
def numerical_gradient(f, x, h=1e-5):
    """The gradient of a function by central differences.

    f: function of one array that returns a number.
    x: float array of any shape; it is the same after the call as before.
    h: how far to move each value of x to either side.
    Returns gradient, of the shape of x.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        gradient[place] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_numerical_gradient"}
check("02.numerical_gradient", numerical_gradient)

# %% [markdown]
r"""
### How small should h be?

The experiment measures the slope of $e^x$ at 1 for many h. In experiments, a function
of yours that does not pass its check yet is replaced by a library's, so that you can
always go on.

Too large an h misses the curve. Too small an h, and the two heights are the same in all
digits that a computer keeps. In between, going both ways is far better than going one
way, where the error shrinks with h and not with its square.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

slopes_of = borrow("02.numerical_gradient", numerical_gradient)
point, h = np.array([1.0]), np.logspace(-12, 0, 25)
both = np.array([slopes_of(lambda x: np.exp(x[0]), point, one)[0] for one in h])
ahead = (np.exp(1 + h) - np.exp(1)) / h
errors = {"one side": abs(ahead / np.e - 1), "both sides": abs(both / np.e - 1)}
show_step_lengths(h, errors, "Both sides are better, and a tiny h is no help")

# %% [markdown]
r"""
A **numerical gradient** is easy and it is slow: for CIFAR-10, W has some 30,000
weights, and a single step needs twice as many losses. The other way is to work the slopes out on paper, once, and to write the
formula as code: the **analytic gradient**. It is fast, exact, and easily wrong. So
everybody does both: train with the analytic gradient, and compare it with the numerical
one before.

## The gradient of the hinge loss

Take one picture x. A term $\max(0, s_j - s_y + 1)$ that is 0 stays 0 when W moves a
little: slope 0. A term above 0 grows by 1 with $s_j$ and falls by 1 with $s_y$. And a
score is a sum of products, $s_j = \sum_d x_d W_{dj}$, so its slope with respect to the
weight $W_{dj}$ is $x_d$. Together, for every wrong class j over the margin:

* add x to column j of the gradient;
* take x away from column y, **once for each such j**.

By hand, for the tiny example: the cat's picture (1, 0, 1) has one term above 0, that of
car: add it to column 1, take it from column 0. The car's has none. The frog's (0, 0, 1)
has two: add it to columns 0 and 1, take it twice from column 2. Then divide by the
three pictures.
"""

# %%
cat, frog = X_tiny[0], X_tiny[2]
columns = [-cat + frog, cat + frog, -2 * frog]
dW_tiny = np.stack(columns, axis=1) / 3
show_tables(
    [dW_tiny, W_tiny - 0.5 * dW_tiny],
    ["gradient of the hinge loss", "W after a step of 0.5 against it"],
    rows=[values, values],
    columns=[classes, classes],
    title="The column of car goes down, those of cat and frog gain",
)

# %% [markdown]
r"""
**Exercise `svm_loss_loops`** (5 points, 30 minutes). The mean hinge loss and the L2
penalty, and the gradient of both with respect to W. Use loops over the pictures and
over the classes.

* The loss is the mean over the pictures; so is its gradient.
* The penalty is `reg * sum(W**2)`: no 1/2 before it, and it is not divided by N.

<details><summary>A hint</summary>
Write the value first and check it with the three numbers above: 2.9, 0, 12.9. The
gradient then grows in the same place in the loop in which the loss does: in two
columns.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "svm_loss_loops"}
def svm_loss_loops(W, X, y, reg):
    """The mean hinge loss of N images with L2 regularisation, and its gradient.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C). A term that is exactly
    zero adds nothing to the gradient.
    """
    ### BEGIN SOLUTION
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y, strict=True):
        scores = x @ W
        for j, score in enumerate(scores):
            margin = score - scores[label] + 1
            if j != label and margin > 0:
                loss += margin
                dW[:, j] += x
                dW[:, label] -= x
    N = len(X)
    return loss / N + reg * np.sum(W**2), dW / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_svm_loss_loops"}
check("02.svm_loss_loops", svm_loss_loops)

# %% [markdown]
r"""
### Is it right? The gradient check

Compare the analytic with the numerical gradient, number by number. The **relative
error** is the difference divided by the size of the two. Below 1e-6 or so all is well;
1e-2 is a mistake.

One warning. The hinge has a kink where a term is exactly 0. There the numerical
gradient looks at both sides and finds something in between: for max(0, x) at 0 it says
0.5, where we say 0. It is rare in practice, and no sign that something is wrong.
"""

# %% tags=["experiment"]
loops_of = borrow("02.svm_loss_loops", svm_loss_loops)
rng = np.random.default_rng(1)
W, X, y = rng.normal(size=(6, 4)), rng.normal(size=(5, 6)), rng.integers(4, size=5)

analytic = loops_of(W, X, y, 0.1)[1]
numeric = slopes_of(lambda V: loops_of(V, X, y, 0.1)[0], W)
relative = abs(analytic - numeric) / np.maximum(abs(analytic) + abs(numeric), 1e-9)
print(f"largest relative error of {W.size} slopes: {relative.max():.1e}")
print("at the kink of max(0, x):", slopes_of(lambda x: max(0, x[0]), np.zeros(1))[0])

# %% [markdown]
r"""
## No loops

You know from lesson 01 what loops cost. The loss without loops has three parts.

1. **Scores**: one matrix product, `(N, C)`.
2. **Terms**: from each row, take the score of its own true class; add 1; cut off
   below 0. The true class itself comes out at 1 and must be set to 0.
3. **Gradient**: what each picture does to each column is a table `(N, C)`, too: 1 where
   the term is above 0, and for the true class minus the number of those. One more
   matrix product adds up the pictures with these factors: `(D, C)` from `(N, D)` and
   `(N, C)`.

**Exercise `svm_loss`** (5 points, 25 minutes). The same numbers as before, without a
Python loop.

<details><summary>A hint</summary>
<code>scores[np.arange(N), y]</code> picks one score from each row, shape (N,). What
must its shape be to be subtracted from a table (N, C)? For the last product, write the
shapes under the names: which of the two must be turned?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "svm_loss"}
def svm_loss(W, X, y, reg):
    """The mean hinge loss of N images with L2 regularisation, without a loop.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C). A term that is exactly
    zero adds nothing to the gradient.
    """
    ### BEGIN SOLUTION
    N = len(X)
    rows = np.arange(N)
    scores = X @ W
    margins = np.maximum(scores - scores[rows, y][:, None] + 1, 0)
    margins[rows, y] = 0
    loss = margins.sum() / N + reg * np.sum(W**2)
    dscores = (margins > 0).astype(W.dtype)
    dscores[rows, y] = -dscores.sum(axis=1)
    return loss, X.T @ dscores / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_svm_loss"}
check("02.svm_loss", svm_loss)

# %% tags=["experiment"]
without_loops = borrow("02.svm_loss", svm_loss)
many = rng.uniform(size=(500, 3073)), rng.integers(10, size=500)
W_large = 0.01 * rng.normal(size=(3073, 10))
seconds = {}
for name, version in {"loops": loops_of, "no loops": without_loops}.items():
    version(W_large, *many, 0.1)  # the first call of a session sets things up
    start = perf_counter()
    version(W_large, *many, 0.1)
    seconds[name] = perf_counter() - start
print({name: f"{1000 * value:.1f} ms" for name, value in seconds.items()})
print(f"the loops take {seconds['loops'] / seconds['no loops']:.0f} times as long")

# %% [markdown]
r"""
There is little left to win: on 500 pictures of 3,073 values the solution's `svm_loss`
takes about a third of the time of PyTorch's own loss with its automatic gradient in
float32, and about two thirds in float64, one thread each
(`python benchmarks/linear_losses.py`).

## From scores to probabilities

The hinge loss is content with a lead of 1. And what does a score of 3.2 mean? Nothing
by itself. It would be nicer if the classifier said: "a cat with 90 %". So let us turn
scores into **probabilities**: positive numbers that add up to 1. **Softmax** does it in
two steps. Raise e to the power of each score: now all are positive. Divide by their
sum: now they add up to 1.

$$p_k = \frac{e^{s_k}}{\sum_j e^{s_j}}$$
"""

# %%
powers = np.exp([1.2, 0.9, 0.4])
p = powers / powers.sum()
print("probabilities:", p.round(3))
cat_powers = np.exp(scores_tiny[0])
p_cat = cat_powers / cat_powers.sum()
print("the cat's picture:", p_cat.round(2))
show_softmax(np.array([1.2, 0.9, 0.4]), classes)

# %% [markdown]
r"""
(Rounded to three places the last one is 0.205; where you read 0.20, a digit was cut
off.) The tiny cat's scores (3.2, 5.1, −1.7) become (0.13, 0.87, 0.00): the classifier
is rather sure that it is a car.

With two classes of scores s and 0, softmax gives $1 / (1 + e^{-s})$: the **sigmoid**,
which you will meet in lesson 03.

### When numbers overflow

The largest number that a float64 can hold is about $10^{308}$, and $e^{710}$ is more. A
score of 1,000 gives `inf`, `inf / inf` gives `nan`, and one `nan` spoils the whole
training. But a number that is taken from **all** scores of a picture changes nothing:
top and bottom of the fraction are divided by the same factor.

$$\frac{e^{s_k - m}}{\sum_j e^{s_j - m}} = \frac{e^{-m}\, e^{s_k}}{e^{-m} \sum_j e^{s_j}} = p_k$$

So choose m as the largest score **of that picture**. Then all powers lie between 0 and
1, and one of them is exactly 1, so that the sum is never 0.

**Exercise `softmax`** (3 points, 10 minutes). For a table of scores, a row for each
picture. It has to work for scores around 1,000, for a row around −2,000 beside others
around 0, and for classes far apart. Do not change the scores you were given.

<details><summary>A hint</summary>
<code>max</code> and <code>sum</code> take an axis, and <code>keepdims=True</code> keeps
the result a column that can be subtracted from a table.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "softmax"}
def softmax(scores):
    """The probabilities that softmax makes of scores, however large these are.

    scores: shape (N, C), a row for each image.
    Returns probabilities, shape (N, C); each row adds up to 1.
    """
    ### BEGIN SOLUTION
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax"}
check("02.softmax", softmax)

# %% [markdown]
r"""
## A loss for probabilities

The loss should be 0 when the true class has probability 1, and grow when it has less.
The **log-loss** is minus the natural logarithm of the probability of the true class:

$$L_i = -\ln p_y$$

If the classifier gives the true class 1/2, the loss is $-\ln 0.5 = 0.693$. If it is
certain and wrong, the loss has no limit.
"""

# %%
print("loss of p = 0.5:", round(-np.log(0.5), 3))
show_log_loss()

# %% [markdown]
r"""
### Where it comes from: cross-entropy

Let p be what is true and q what the classifier says, both as probabilities for every
class. (So it is in this section only; everywhere else p is what the classifier says.)
How far is q from p? The **cross-entropy** of the two is

$$H(p, q) = -\sum_k p_k \ln q_k$$

A label says: the true class has probability 1, the others 0. Written out this is a
**one-hot** row such as (0, 1, 0). With q = (0.1, 0.5, 0.4) only one term is left,
$-1 \cdot \ln 0.5 = 0.693$: the log-loss. So "log-loss", "cross-entropy loss" and
"softmax loss" are names for one thing.

Cross-entropy has two parts, $H(p, q) = H(p) + \mathrm{KL}(p \| q)$. The first, the
**entropy** of p, does not depend on the classifier (for a one-hot row it is 0). The
second is the **Kullback-Leibler divergence**, which is 0 when p = q and positive
otherwise:

$$\mathrm{KL}(p \| q) = \sum_k p_k \ln \frac{p_k}{q_k}$$

So whoever makes the cross-entropy small makes the divergence small, and also makes the
probability of all the labels together as large as possible (statisticians call this
**maximum likelihood**).

It is no ordinary distance: KL(p‖q) and KL(q‖p) differ. With a one-hot p the second
would need the logarithm of 0. The picture shows what the order means. A single bell
curve q is fitted to a p with two humps: KL(p‖q) forbids q to be small where p is not,
and so covers both; KL(q‖p) forbids q to be where p is not, and so settles on one.
"""

# %% tags=["experiment"]
truth, said = np.array([0.25, 0.5, 0.25]), np.array([0.1, 0.5, 0.4])
entropy = -np.sum(truth * np.log(truth))
cross_entropy = -np.sum(truth * np.log(said))
divergence = np.sum(truth * np.log(truth / said))
print(
    f"entropy {entropy:.4f} + divergence {divergence:.4f} "
    f"= cross-entropy {cross_entropy:.4f}"
)
show_divergences()

# %% [markdown]
r"""
### Its gradient is the prettiest of the course

Work out the slope of $-\ln p_y$ with respect to the score of class k, and nearly
everything cancels:

$$\frac{\partial L_i}{\partial s_k} = p_k - \begin{cases} 1 & k = y \\ 0 & \text{else} \end{cases}$$

What the classifier says minus what it should say. For the tiny cat: (0.13, 0.87, 0.00)
minus (1, 0, 0) is (−0.87, 0.87, 0.00): raise cat, lower car, leave frog. (To see where
it comes from: $-\ln p_y = -s_y + \ln \sum_j e^{s_j}$, and the slope of the logarithm of
the sum is just $p_k$.) From the scores to W it goes as with the hinge: with a matrix
product.

That formula for $-\ln p_y$ has another use. A true class 900 points behind has a
probability of $e^{-900}$, which a computer rounds to 0, and the logarithm of 0 is no
number. The difference of two logarithms has no such trouble: subtract first, and the
loss is 900.

**Exercise `softmax_loss`** (5 points, 25 minutes). The mean cross-entropy with the L2
penalty, and its gradient, without a Python loop, for any scores. By hand for the tiny
example: 2.04, 0.08 and 6.16, mean 2.76.

<details><summary>A hint</summary>
After the shift, the logarithm of each probability is the score minus the logarithm of
the sum of the powers of its row. For the gradient, the 1 is taken away in one place of
each row: the same places that the loss looks at.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "softmax_loss"}
def softmax_loss(W, X, y, reg):
    """The mean cross-entropy of N images with L2 regularisation, without a loop.

    W: weights, shape (D, C).  X: images, shape (N, D).  y: labels, shape (N,).
    reg: strength of the penalty reg * sum(W**2).
    Returns loss, a number, and dW, its gradient, shape (D, C); finite however far
    apart the scores are.
    """
    ### BEGIN SOLUTION
    N = len(X)
    rows = np.arange(N)
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * np.sum(W**2)
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return loss, X.T @ dscores / N + 2 * reg * W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_softmax_loss"}
check("02.softmax_loss", softmax_loss)

# %% [markdown]
r"""
Again there is a number to know by heart: with weights of zero, C classes share the
probability, and the loss is ln C. And here are the two losses side by side, for two
classes.
"""

# %%
show_losses_by_lead()

# %% [markdown]
r"""
An SVM does not care about a picture whose margins are kept: 10 or 100 ahead, the loss
is 0. Softmax always wants a bit more. In practice the two come out about equally good.

## Going down: gradient descent

Now we have a height and a slope, and can walk:

$$W \leftarrow W - \text{learning rate} \cdot \text{gradient}$$

The minus takes us downhill. The **learning rate** is a hyperparameter: how far to go
for a given slope. But how many pictures should be asked for the slope of one step?

* **Batch gradient descent** asks all of them. It is the true slope, and one step takes
  a look at 50,000 pictures.
* **Stochastic gradient descent** asks a single one, taken at random. Steps are cheap,
  and each goes a little astray.
* **Mini-batch gradient descent** asks a few, 32 to 256. The mean over 200 pictures is
  nearly as good as that over 50,000, for 1/250 of the work, and one matrix product does
  them together. Everybody does this, and most call it SGD.

The pictures are shuffled and dealt out in batches, until each has been used once. That
is an **epoch**. Then they are shuffled anew.
"""

# %%
show_batches(10, 4, np.random.default_rng(0))

# %% [markdown]
r"""
**Exercise `minibatches`** (3 points, 15 minutes). Write a **generator**: a function
that hands out its results one by one with `yield`. It serves one epoch.

* Every picture comes exactly once, in a new order, together with its own label.
* The last batch holds what is left: 10 pictures in batches of 4 make 4, 4 and 2.
* All chance comes from `rng`. The arrays you were given stay as they are.

<details><summary>A hint</summary>
<code>rng.permutation(N)</code> gives the numbers 0 to N − 1 in a new order. A slice of
it chooses rows from X and from y alike.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "minibatches"}
def minibatches(X, y, batch_size, rng):
    """One epoch of mini-batches: every image once, in a new order.

    X: images, shape (N, ...).  y: labels, shape (N,).
    batch_size: images in a batch; the last one may have fewer.
    rng: a numpy.random.Generator, the only source of chance.
    Yields pairs (X, y) of one batch each.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(X))
    for begin in range(0, len(X), batch_size):
        rows = order[begin : begin + batch_size]
        yield X[rows], y[rows]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_minibatches"}
check("02.minibatches", minibatches)

# %% [markdown]
r"""
**Exercise `sgd_train`** (3 points, 15 minutes). Take one step for each batch. The loss
is an argument, so that your function trains anything, in this lesson and later:
`loss(W, X, y)` returns the loss and its gradient.

By hand, one weight, learning rate 0.5: W = 1 with the gradient −2 becomes
$1 - 0.5 \cdot (-2) = 2$; then with the gradient 4 it becomes $2 - 0.5 \cdot 4 = 0$.

The W that comes in must not change: `W -= step` would write into the caller's array.

<details><summary>A hint</summary>
<code>for X, y in batches:</code> works for a list and for a generator. Note the loss
before the step.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "sgd_train"}
def sgd_train(W, loss, batches, learning_rate):
    """Gradient descent: one step for each batch.

    W: initial weights; they are not changed.
    loss: function (W, X, y) -> (loss, gradient), the gradient of the shape of W.
    batches: pairs (X, y), one after the other (a list or a generator).
    learning_rate: the length of a step, as a multiple of the gradient.
    Returns W, the weights after the last step, and losses, a list with the loss of
    each batch before its step.
    """
    ### BEGIN SOLUTION
    losses = []
    for X, y in batches:
        value, gradient = loss(W, X, y)
        losses.append(value)
        W = W - learning_rate * gradient
    return W, losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_sgd_train"}
check("02.sgd_train", sgd_train)

# %% [markdown]
r"""
### A landscape you can see

With 30,000 weights nobody can draw the landscape; with two it is easy. Forty points lie
near a line, and we look for its slope a and offset b. The loss is the mean of the
squared misses, the **least squares** of school, halved so that the slope looks nicer:

$$J(a, b) = \frac{1}{2N} \sum_i (a\,x_i + b - y_i)^2$$

(The square matters: without it, as the formula is misprinted in some notes, misses
above and below the line would cancel.) The rings are lines of equal height, the star is
where we end.
"""

# %% tags=["experiment"]
train = borrow("02.sgd_train", sgd_train)
deal = borrow("02.minibatches", minibatches)
rng = np.random.default_rng(0)
x_line = rng.uniform(-0.5, 2.5, 40)
y_line = 1.5 * x_line - 0.5 + rng.normal(0, 0.6, 40)
X_line = np.stack([x_line, np.ones(40)], axis=1)


def least_squares(W, X, y):
    misses = X @ W - y
    return misses @ misses / (2 * len(y)), X.T @ misses / len(y)


# %% tags=["experiment"]
def height(W):
    return least_squares(W, X_line, y_line)[0]


def path_of(batches, learning_rate):
    path = [np.array([-1.0, 2.0])]
    for batch in batches:
        path.append(train(path[-1], least_squares, [batch], learning_rate)[0])
    return np.array(path)


rates = {"0.02: hardly moves": 0.02, "0.5: arrives": 0.5, "1.2: flies out": 1.2}
whole, limits = [(X_line, y_line)] * 30, (-2, 4, -3, 3)
paths = {name: path_of(whole, rate) for name, rate in rates.items()}
show_paths(
    height, paths, limits, "Thirty steps: one rate crawls, one arrives, one flies out"
)

# %% [markdown]
r"""
The learning rate decides everything. Too small: safe, and never there. Too large: every
step jumps over the valley to a place higher than before. Start with a guess, look at
the losses, and change it by factors of three or ten.

Now the same rate with one, with eight and with all forty points a step: 120 points are
looked at in each panel.
"""

# %% tags=["experiment"]
paths = {}
for size, name in {40: "all 40", 8: "8 at a time", 1: "1 at a time"}.items():
    rng = np.random.default_rng(4)
    epochs = (deal(X_line, y_line, size, rng) for _ in range(3))
    path = path_of(chain.from_iterable(epochs), 0.2)
    title = f"{name}: {len(path) - 1} steps"
    paths[title] = path
show_paths(
    height, paths, limits, "Small batches: more steps for the same work, rougher"
)

# %% [markdown]
r"""
All three have looked at the same 120 points. The three true slopes have hardly begun
the way; the 120 rough ones end near the bottom, and dance around it, because every
point pulls in a direction of its own. In between lie the mini-batches: a good part of
the way, on a path that hardly shakes.

And the tiny example? Three pictures, all in one batch, 200 steps, from weights of zero.
Then all three are right, and each class has its corner of the plane.
"""

# %% tags=["experiment"]
softmax_of = borrow("02.softmax_loss", softmax_loss)
classes_of = borrow("02.predict", predict)
W_trained, losses_tiny = train(
    np.zeros((3, 3)), partial(softmax_of, reg=0.001), [(X_tiny, y_tiny)] * 200, 0.5
)
print(
    f"loss: {losses_tiny[0]:.3f} (ln 3 = {np.log(3):.3f}), then {losses_tiny[-1]:.3f}"
)
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4))
for axis, W, name in zip(axes, [W_tiny, W_trained], ["before", "after"], strict=True):

    def classify(points, W=W):
        return classes_of(W, np.column_stack([points, np.ones(len(points))]))

    right = (classify(X_tiny[:, :2]) == y_tiny).sum()
    title = f"{name}: {right} of 3 right"
    plots.show_regions(classify, X_tiny[:, :2], y_tiny, axis, title)
    axis.set(xlabel="left pixel", ylabel="right pixel")
fig.suptitle(
    "Training gives each class the side on which its picture lies", fontsize=10
)
fig.tight_layout()

# %% [markdown]
r"""
## Choosing the hyperparameters

The learning rate and the strength of regularisation are not learned. As with k in
lesson 01, they are chosen by trying, on pictures that took no part in training.
Training is slow now, so there is no cross-validation but a single **validation set**:
49,000 pictures to train on, 1,000 to choose with. The **test set** waits until the end.

Try all pairs. The best learning rate for one strength need not be the best for another.

**Exercise `choose_hyperparameters`** (3 points, 15 minutes). Training and scoring are
arguments: `train(X, y, learning_rate, reg)` returns W, `score(W, X, y)` an accuracy. By
hand, two learning rates and three strengths with the validation accuracies 0.35, 0.1,
0.2 and 0.3, **0.4**, 0.15: the second learning rate with the second strength. **The
test set is not an argument, and must not be used.**

<details><summary>A hint</summary>
<code>np.unravel_index(place, table.shape)</code> turns the place that
<code>table.argmax()</code> gives into a row and a column. Of several equal maxima,
<code>argmax</code> gives the first.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "choose_hyperparameters"}
def choose_hyperparameters(
    X_train, y_train, X_val, y_val, learning_rates, regs, train, score
):
    """The learning rate and the strength with the highest validation accuracy.

    X_train (N, D), y_train (N,): what to train on.  X_val (M, D), y_val (M,): what to
    choose by.  learning_rates, regs: lists of the L and R values to try.
    train: function (X, y, learning_rate, reg) -> W.
    score: function (W, X, y) -> accuracy.
    Returns best, the pair (learning_rate, reg), and accuracies, the validation
    accuracy of every pair, shape (L, R). In a tie the pair in the earlier row wins, and
    in a row the earlier one.
    """
    ### BEGIN SOLUTION
    accuracies = np.zeros((len(learning_rates), len(regs)))
    for i, learning_rate in enumerate(learning_rates):
        for j, reg in enumerate(regs):
            W = train(X_train, y_train, learning_rate, reg)
            accuracies[i, j] = score(W, X_val, y_val)
    i, j = np.unravel_index(accuracies.argmax(), accuracies.shape)
    return (learning_rates[i], regs[j]), accuracies
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_choose_hyperparameters"}
check("02.choose_hyperparameters", choose_hyperparameters)

# %% [markdown]
r"""
## The experiment

First the pictures: take the mean training picture away, so that values lie around 0 and
no template has to make up for the overall brightness; put the constant 1 at the end;
set some training pictures aside for validation. The mean comes from the training
pictures alone: what validation and test pictures look like is not to be known.
"""

# %% tags=["experiment"]
n_val = 1000 if full else 500
mean = pictures.X_train[:-n_val].mean(axis=0).ravel()


def prepared(images):
    flat = images.reshape(len(images), -1) - mean
    return np.concatenate([flat, np.ones((len(flat), 1), flat.dtype)], axis=1)


X_all, y_all = prepared(pictures.X_train), pictures.y_train
X_train, y_train = X_all[:-n_val], y_all[:-n_val]
X_val, y_val = X_all[-n_val:], y_all[-n_val:]
print("training:", X_train.shape, " validation:", X_val.shape, X_train.dtype)

# %% [markdown]
r"""
One run of training: weights near zero, a few epochs of batches of 200, a progress bar.
"""

# %% tags=["experiment"]
from tqdm.auto import tqdm

n_epochs, batch_size = (4, 200) if full else (6, 100)
svm_of = borrow("02.svm_loss", svm_loss)


def run(loss, X, y, learning_rate, reg):
    rng = np.random.default_rng(0)
    W = (0.001 * rng.normal(size=(X.shape[1], 10))).astype(X.dtype)
    epochs = (deal(X, y, batch_size, rng) for _ in range(n_epochs))
    steps = n_epochs * -(-len(X) // batch_size)
    bar = tqdm(chain.from_iterable(epochs), total=steps, leave=False)
    return train(W, partial(loss, reg=reg), bar, learning_rate)


# %% tags=["experiment"]
curves = {}
for rate, kind in {3e-5: "too small", 1e-2: "about right", 1.0: "too large"}.items():
    curves[f"{rate:g}, {kind}"] = run(softmax_of, X_train, y_train, rate, 0.001)[1]
show_curves(curves, "Too small: no progress. Too large: wild jumps", ceiling=6)

# %% [markdown]
r"""
Learn to read these curves. A line that falls so slowly that it looks straight: try a
larger rate. A quick fall that flattens out: good. A loss that jumps up and down far
above where it began (at ln 10 = 2.3), or becomes `nan`: try a smaller one.

Now choose the pair for each loss, on the validation pictures.
"""

# %% tags=["experiment"]
choose = borrow("02.choose_hyperparameters", choose_hyperparameters)


def trained(loss, X, y, learning_rate, reg):
    return run(loss, X, y, learning_rate, reg)[0]


def accuracy(W, X, y):
    return (classes_of(W, X) == y).mean()


learning_rates, regs = [0.003, 0.01, 0.03], [0.001, 0.01, 0.1]
data = X_train, y_train, X_val, y_val
best, tables = {}, {}
start = perf_counter()
for name, loss in {"SVM": svm_of, "softmax": softmax_of}.items():
    learn = partial(trained, loss)
    best[name], tables[name] = choose(*data, learning_rates, regs, learn, accuracy)
print(f"{perf_counter() - start:.0f} seconds for 18 runs")
show_choice(learning_rates, regs, tables)

# %% tags=["experiment"]
X_test, y_test = prepared(pictures.X_test), pictures.y_test
weights, reached = {}, {}
for name, loss in {"SVM": svm_of, "softmax": softmax_of}.items():
    weights[name] = run(loss, X_train, y_train, *best[name])[0]
    reached[name] = accuracy(weights[name], X_val, y_val)
    on_test = accuracy(weights[name], X_test, y_test)
    print(f"{name}: learning rate {best[name][0]}, reg {best[name][1]}; validation "
          f"{100 * reached[name]:.1f} %, test {100 * on_test:.1f} %")  # fmt: skip
if not pictures.builtin:
    print(
        "published for 49,000 training pictures (CS231n): validation about 37 to 39 %"
    )

# %% [markdown]
r"""
In full mode, with 49,000 training and 1,000 validation pictures, we measured for the
SVM 40.2 % of the validation and 38.7 % of the test pictures, for softmax 40.6 % and
39.4 %, with `COURSE_MODE=full OMP_NUM_THREADS=1 python solutions/02_linear.py`. It took
46 seconds of processor time; on a machine of two cores that was busy with other work
these became three to six minutes.

Look where the frames lie in the two tables. A best pair at the edge of its table is a
warning: the next larger or smaller value, which nobody has tried, may be better still.
Make the table wider on that side and choose again. A best pair in the middle is safe.

The validation accuracy is a little flattering, because it is the best of nine. The test
accuracy is the honest number.

### The templates

Each column of W, without its bias, as a picture. Grey is 0; bright places want light,
dark ones want none.
"""

# %% tags=["experiment"]
for name, W in weights.items():
    show_templates(W, (3, 32, 32), names, f"The ten templates that {name} has learned")

# %% [markdown]
r"""
On CIFAR-10 you find the blue background of ships and planes, a red car seen from the
front, and a horse with a head on both sides. One template has to serve all horses,
those that look left and those that look right. A linear classifier cannot say "this
**or** that". For that we need templates of parts, and a second layer that combines
them: lesson 03.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). CIFAR-10 pictures have 32 x 32 x 3 values; there are ten
classes. How many numbers does W hold, biases included?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_weights"}
### BEGIN SOLUTION
answer_weights = 3_073 * 10
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_weights"}
check("02.answer_weights", answer_weights)

# %% [markdown]
r"""
**Question 2** (1 point). You start to train a softmax classifier for ten classes, with
weights of nearly zero and no regularisation. Which loss should the first batch show?
(Two decimals are enough.)
"""

# %% nbgrader={"solution": true, "grade_id": "answer_first_loss"}
### BEGIN SOLUTION
answer_first_loss = np.log(10)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_first_loss"}
check("02.answer_first_loss", answer_first_loss)

# %% [markdown]
r"""
**Question 3** (1 point). A picture is classified right, and every wrong class is more
than 1 behind. Now all weights are doubled. What happens to the losses of this picture,
the penalty left aside?

* `"a"` Both the hinge loss and the softmax loss fall.
* `"b"` The hinge loss stays 0; the softmax loss falls.
* `"c"` Neither changes: the order of the scores is the same.
* `"d"` The hinge loss stays 0; the softmax loss rises.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_doubled"}
### BEGIN SOLUTION
answer_doubled = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_doubled"}
check("02.answer_doubled", answer_doubled)

# %% [markdown]
r"""
**Question 4** (1 point). The templates w1 = (1, 0, 0, 0) and w2 = (1/4, 1/4, 1/4, 1/4)
give the same score. Which of them do the penalties prefer?

* `"a"` L1 and L2 both prefer w2.
* `"b"` L1 prefers w1, L2 prefers w2.
* `"c"` Neither has a preference: the scores are the same.
* `"d"` L2 prefers w2; L1 has no preference.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_l1"}
### BEGIN SOLUTION
answer_l1 = "d"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_l1"}
check("02.answer_l1", answer_l1)

# %% [markdown]
r"""
**Question 5** (1 point). The loss of your first batches is 2.3, then 4, 11, 35, 120,
and then `nan`. What is the first thing to try?

* `"a"` A larger learning rate.
* `"b"` A smaller learning rate.
* `"c"` Less regularisation.
* `"d"` Larger batches.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_curve"}
### BEGIN SOLUTION
answer_curve = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_curve"}
check("02.answer_curve", answer_curve)

# %% [markdown]
r"""
**Question 6** (3 points, graded by hand). The learned template of the horse shows heads
on both sides. In four or five sentences: why does training make such a template, why
can more training not mend it, and what would a classifier need in order to do better?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_templates"}
r"""
A linear classifier has one template for each class, and the score of a picture is its
agreement with that template. The training pictures show horses that look left and
horses that look right, and the loss is lowest when one template gives both of them a
high score, so that it becomes a mixture with a head on either side. More training only
finds the best single template more exactly; it cannot make two out of it, because the
borders between classes stay hyperplanes. A better classifier would need several
templates for a class, or templates for parts such as a head or legs, wherever these
lie, and a second step which combines what they find: at least one more layer with
something non-linear between.
"""

# %% [markdown]
r"""
## What to remember

* Scores are X W: each class has a template, and classes are separated by straight cuts.
* A loss is the mean over the pictures plus a penalty; the gradient has both parts too.
  Hinge wants a lead of 1; softmax with cross-entropy always wants more, and its
  gradient is p minus the one-hot label.
* Subtract the largest score of each row before you take powers, and take logarithms as
  differences.
* Check an analytic gradient with central differences, and the first loss with C − 1 or
  ln C.
* Go downhill in shuffled mini-batches; choose learning rate and strength on validation
  pictures.

To read more: C. Cortes and V. Vapnik, *Support-vector networks*, Machine Learning 20
(1995), <https://doi.org/10.1007/BF00994018>; K. Crammer and Y. Singer, *On the
algorithmic implementation of multiclass kernel-based vector machines*, JMLR 2 (2001),
<https://www.jmlr.org/papers/v2/crammer01a.html>, who count the worst wrong class alone
where this lesson adds up all of them; H. Zou and T. Hastie, *Regularization and
variable selection via the elastic net*, Journal of the Royal Statistical Society B 67
(2005), <https://doi.org/10.1111/j.1467-9868.2005.00503.x>; L. Bottou, F. Curtis and J.
Nocedal, *Optimization methods for large-scale machine learning*, SIAM Review 60 (2018),
<https://doi.org/10.1137/16M1080173>.

Next: backpropagation, which finds the gradient of anything.
"""
