# %% [markdown]
r"""
# 01 k nearest neighbours

**The question.** You have 5,000 small pictures, and somebody has written under each one
what it shows: a cat, a ship, a frog. Now comes a picture without a label. What does it
show?

The simplest answer in the world: look for the labelled picture that is most alike, and
copy its label. No training, no network. This lesson builds that classifier, finds out
how good it is, and, more important, learns to say so **honestly**: the test at the end
is the same for every method of this course.

You will write seven short functions. About two hours.
"""

# %%
from functools import partial
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

from utils import check, course_mode, hint, plots
from utils.data import load_cifar10
from utils.plots.knn import show_cross_validation, show_folds, show_gallery

# %% [markdown]
r"""
The pictures are CIFAR-10: 60,000 colour pictures of 32 by 32 pixels in ten classes,
50,000 for training and 10,000 for testing. If they are not on your computer they are
downloaded once (170 MB). Without a network, built-in pictures of ten shapes stand in;
everything works, but the figures will differ from the published ones.
"""

# %% tags=["experiment"]
pictures = load_cifar10(n_train=5000, n_test=500)
print(pictures.description)
names = pictures.class_names
first = [np.flatnonzero(pictures.y_train == c)[:2] for c in range(10)]
plots.show_images(
    [pictures.X_train[i] for pair in zip(*first, strict=True) for i in pair],
    list(names) * 2,
    title="Two pictures of each of the ten classes",
)

# %% [markdown]
r"""
## Why this is hard

For you, no effort at all. For a program a picture is a block of numbers, and the same
thing can become very different numbers:

* **viewpoint**: the camera moves, and every number changes;
* **scale** and **deformation**: things come near, bend, sit, stretch;
* **illumination**: at dusk all numbers are smaller;
* **occlusion**: half of the cat is behind the curtain;
* **clutter**: the background looks like the thing;
* **variation in a class**: a stool and a throne are both chairs.

Nobody has managed to write rules for all of this by hand. The **data-driven** way is to
collect examples with labels, and let a program use them. Every classifier of the course
has two halves: `train(images, labels)` and `predict(images)`.

Here is one picture under four of these changes. The number above each is how many of
its 3,072 values differ from the original by more than 0.1.
"""

# %% tags=["experiment"]
original = pictures.X_train[7]
changed = {
    "original": original,
    "viewpoint": original[:, :, ::-1],
    "moved": np.roll(original, 4, axis=2),
    "illumination": 0.5 * original,
    "occlusion": np.where(np.arange(32) < 14, 0.5, original),
}
counts = [int((abs(image - original) > 0.1).sum()) for image in changed.values()]
titles = [f"{name}\n{count:,}" for name, count in zip(changed, counts, strict=True)]
plots.show_images(
    list(changed.values()), titles, title="The same thing, and other numbers each time"
)

# %% [markdown]
r"""
## How far apart are two pictures?

To find the most similar picture we need a number that says how different two pictures
are. The simplest one goes through all pixels and adds up the sizes of the differences:

$$d_1(x, x') = \sum_p |x_p - x'_p|$$

It is called the **L1 distance**. Here it is for two grey pictures of 4 by 4 pixels.
"""

# %%
test_image = np.array(
    [[56, 32, 10, 18], [90, 23, 128, 133], [24, 26, 178, 200], [2, 0, 255, 220]]
)
train_image = np.array(
    [[10, 20, 24, 17], [8, 10, 89, 100], [12, 16, 178, 170], [4, 32, 233, 112]]
)
sizes = abs(test_image - train_image)
plots.show_numbers(
    [test_image, train_image, sizes],
    ["test image", "training image", "sizes of the differences"],
    signs="−=",
    title=f"All differences add up to {sizes.sum()}",
)

# %% [markdown]
r"""
Check one number by hand: the top left one is $|56 - 10| = 46$. All sixteen together
are 456.

For the rest of the lesson we flatten pictures into rows of D numbers. N test images are
`X_test (N, D)`, M training images are `X_train (M, D)`, and the result is a table of
distances with **a row for each test image** and a column for each training image.

We shall carry a tiny example along: pictures of only **two pixels**, so that each is a
point in the plane.
"""

# %%
X_tiny = np.array(
    [[1.0, 1.0], [2.0, 1.5], [1.5, 3.0], [4.0, 5.0], [5.0, 4.0], [3.5, 3.0]]
)
y_tiny = np.array([0, 0, 0, 1, 1, 1])
new = np.array([[3.0, 3.0]])

fig, axis = plt.subplots(figsize=(4.6, 3.8))
for label, name in enumerate(["class 0", "class 1"]):
    points = X_tiny[y_tiny == label]
    colour, marker = plots.COLOURS[label], plots.MARKERS[label]
    axis.scatter(*points.T, c=colour, marker=marker, s=60, edgecolors="k", label=name)
axis.scatter(*new.T, c="k", marker="x", s=80, label="new")
for x, y in X_tiny:
    axis.plot([new[0, 0], x], [new[0, 1], y], ":", c="0.6", zorder=0)
axis.set(xlabel="first pixel", ylabel="second pixel")
axis.set_title("Six labelled pictures of two pixels, and a new one", fontsize=10)
axis.legend()
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `l1_distances`** (2 points, 10 minutes). Write the table of all L1 distances.
A loop over the test images is fine.

By hand, from the new picture (3, 3) to the first of the tiny pictures, (1, 1):
$|3 - 1| + |3 - 1| = 4$. To all six: 4, 2.5, 1.5, 3, 3, 0.5.

Mind one trap: pixels often arrive as whole numbers from 0 to 255, of type `uint8`. That
type has no negative numbers: $3 - 5$ gives 254. Turn such pixels into `float` before
you subtract.

<details><summary>A hint</summary>
For one test image <code>x</code>, what is the shape of <code>x - X_train</code>? Take
the sizes with <code>np.abs</code>, then add along the axis of the pixels.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "l1_distances"}
def l1_distances(X_test, X_train):
    """L1 distances between all test images and all training images.

    X_test: shape (N, D).  X_train: shape (M, D).  Float, or uint8 from 0 to 255.
    Returns distances, shape (N, M).
    """
    ### BEGIN SOLUTION
    distances = np.zeros((len(X_test), len(X_train)))
    for i, x in enumerate(X_test.astype(float)):
        distances[i] = np.abs(x - X_train).sum(axis=1)
    return distances
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_l1_distances"}
check("01.l1_distances", l1_distances)

# %% [markdown]
r"""
## The distance you know from school

The **L2 distance**, or Euclidean distance, is the length of the straight line between
two points: square the differences, add them, take the root.

$$d_2(x, x') = \sqrt{\sum_p (x_p - x'_p)^2}$$

What is the difference in spirit? Squaring makes one large difference count for more
than many small ones. The picture shows all points at distance 1 from the centre: for L2
they form a circle, for L1 a square standing on its corner.
"""

# %%
angle = np.linspace(0, 2 * np.pi, 200)
circle = np.stack([np.cos(angle), np.sin(angle)])
fig, axis = plt.subplots(figsize=(3.6, 3.6))
axis.plot(*circle, c=plots.COLOURS[0], label="L2")
axis.plot(*(circle / abs(circle).sum(axis=0)), "--", c=plots.COLOURS[1], label="L1")
axis.set(xlabel="difference in pixel 1", ylabel="difference in pixel 2", aspect="equal")
axis.set_title("Everything at distance 1 from the centre", fontsize=10)
axis.legend()
fig.tight_layout()

# %% [markdown]
r"""
You will write the L2 distance **three times**, each faster than the last. The result is
the same; what changes is who does the loop.

**Exercise `l2_distances_two_loops`** (2 points, 10 minutes). One loop over the test
images, one over the training images.

<details><summary>A hint</summary>
By hand first: x = (1, 5) and x' = (4, 1) give the differences -3 and 4, the squares 9
and 16, the sum 25, and the distance 5.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "l2_distances_two_loops"}
def l2_distances_two_loops(X_test, X_train):
    """L2 distances between all test images and all training images, with two loops.

    X_test: shape (N, D).  X_train: shape (M, D).  Returns distances, shape (N, M).
    """
    ### BEGIN SOLUTION
    distances = np.zeros((len(X_test), len(X_train)))
    for i, x in enumerate(X_test):
        for j, other in enumerate(X_train):
            distances[i, j] = np.sqrt(((x - other) ** 2).sum())
    return distances
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_l2_distances_two_loops"}
check("01.l2_distances_two_loops", l2_distances_two_loops)

# %% [markdown]
r"""
**Exercise `l2_distances_one_loop`** (2 points, 10 minutes). Keep the loop over the test
images, and let broadcasting do the other one.
"""


# %% nbgrader={"solution": true, "grade_id": "l2_distances_one_loop"}
def l2_distances_one_loop(X_test, X_train):
    """L2 distances between all test images and all training images, with one loop.

    X_test: shape (N, D).  X_train: shape (M, D).  Returns distances, shape (N, M).
    """
    ### BEGIN SOLUTION
    distances = np.zeros((len(X_test), len(X_train)))
    for i, x in enumerate(X_test):
        distances[i] = np.sqrt(((x - X_train) ** 2).sum(axis=1))
    return distances
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_l2_distances_one_loop"}
check("01.l2_distances_one_loop", l2_distances_one_loop)

# %% [markdown]
r"""
## No loop at all

You could now remove the last loop with one more axis, as in lesson 00. Do not: it would
build an array of all differences, N x M x D. For 500 and 5,000 pictures that is
$500 \cdot 5000 \cdot 3072$ numbers of 8 bytes, 61 gigabytes.

Multiply the square out instead. For two pictures $x$ and $x'$

$$|x - x'|^2 = |x|^2 - 2\, x \cdot x' + |x'|^2$$

The first term needs one number for each test image, the last one number for each
training image. And all the dot products $x \cdot x'$ together are **one matrix
product**, which computers do faster than almost anything else. By hand, for x = (1, 5)
and x' = (4, 1): $26 - 2 \cdot 9 + 17 = 25$, and the root is 5 again.
"""

# %%
x, other = np.array([1.0, 5.0]), np.array([4.0, 1.0])
print("term by term:", x @ x, "- 2 *", x @ other, "+", other @ other)
print("together:    ", x @ x - 2 * x @ other + other @ other)

fig, axes = plt.subplots(1, 4, figsize=(9, 2.4), width_ratios=[1, 5, 5, 5])
shapes = {"$|x|^2$  (N, 1)": (3, 1), "$-2\\,XX'^T$  (N, M)": (3, 5)}
shapes |= {"$|x'|^2$  (M,)": (1, 5), "sum  (N, M)": (3, 5)}
for axis, (title, shape) in zip(axes, shapes.items(), strict=True):
    axis.pcolormesh(np.arange(shape[0] * shape[1]).reshape(shape), cmap="Blues", ec="w")
    axis.set(title=title, xticks=[], yticks=[], aspect="equal", ylim=(3, 0))
    axis.set_frame_on(False)
fig.suptitle("A column, a table and a row, added by broadcasting", fontsize=10, y=1.02)
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `l2_distances_no_loops`** (4 points, 20 minutes). No Python loop, one matrix
product, and no array of shape N x M x D.

One more trap: numbers are rounded, so a squared distance that should be 0 may come out
as $-10^{-9}$, and the root of that is `nan`. See to it before you take the root.

<details><summary>A hint</summary>
<code>np.vecdot(X, X)</code> gives <code>|x|^2</code> for each row of <code>X</code>.
Which of the two must become a column? What does <code>np.maximum(a, 0)</code> do?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "l2_distances_no_loops"}
def l2_distances_no_loops(X_test, X_train):
    """L2 distances between all test images and all training images, without a loop.

    X_test: shape (N, D).  X_train: shape (M, D).  Returns distances, shape (N, M).
    Needs memory for a few N x M tables, not for N x M x D numbers.
    """
    ### BEGIN SOLUTION
    squares = X_test @ X_train.T
    squares *= -2
    squares += np.vecdot(X_test, X_test)[:, None]
    squares += np.vecdot(X_train, X_train)
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_l2_distances_no_loops"}
check("01.l2_distances_no_loops", l2_distances_no_loops)

# %% [markdown]
r"""
### What the loops cost

The experiment below times your three versions on the same pictures. In experiments, a
function of yours that does not pass its check yet is replaced by a library's, and you
are told; so you can always go on.

Experiments have two modes: **quick** takes seconds; **full** uses the published
setting. To see the full one, start the course with `COURSE_MODE=full make lab`.
"""

# %% tags=["experiment"]
from utils.borrow import borrow

full = course_mode() == "full"
X_train = pictures.X_train.reshape(len(pictures.X_train), -1)
X_test = pictures.X_test.reshape(len(pictures.X_test), -1)
y_train, y_test = pictures.y_train, pictures.y_test

few = (X_test, X_train) if full else (X_test[:100], X_train[:2000])
versions = {
    "two loops": borrow("01.l2_distances_two_loops", l2_distances_two_loops),
    "one loop": borrow("01.l2_distances_one_loop", l2_distances_one_loop),
    "no loops": borrow("01.l2_distances_no_loops", l2_distances_no_loops),
}
versions["no loops"](*few)  # the first product of a session sets things up
seconds = {}
for name, version in versions.items():
    start = perf_counter()
    version(*few)
    seconds[name] = perf_counter() - start
    print(f"{name}: {seconds[name]:.3f} s")

fig, axis = plt.subplots(figsize=(6, 2.2))
axis.barh(list(seconds), list(seconds.values()), color=plots.COLOURS[0])
axis.set(xscale="log", xlabel="seconds (each line is ten times as long)")
gain = seconds["two loops"] / seconds["no loops"]
axis.set_title(f"Two loops take {gain:,.1f} times as long as no loops", fontsize=10)
axis.invert_yaxis()
fig.tight_layout()

# %% [markdown]
r"""
## From distances to a label

Copying the label of the single nearest picture is risky: one odd picture decides.
Better to let the **k nearest** vote. k is a number that we choose, not one that is
learned from the data by the classifier itself; such a number is called a
**hyperparameter**.

The tiny pictures are at the L1 distances 4, 2.5, 1.5, 3, 3, 0.5 from the new one, and
have the labels 0, 0, 0, 1, 1, 1. The nearest, at 0.5, has the label 1. The next two, at
1.5 and 2.5, have the label 0. So k = 1 says 1, and k = 3 says **0**, by two votes to
one. k matters.

For k = 2 it is one vote each, a **tie**. We settle ties for the smallest label, so that
everybody gets the same answer: 0.

**Exercise `predict_labels`** (3 points, 15 minutes). You need only the table of
distances, not the pictures. (The distances in the check are all different.)

<details><summary>A hint</summary>
<code>np.argsort(distances, axis=1)</code> gives, for each row, the columns from the
nearest to the farthest. <code>np.bincount(labels)</code> counts how often each label
occurs; <code>argmax</code> returns the first of several equal maxima.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "predict_labels"}
def predict_labels(distances, y_train, k):
    """The label that most of the k nearest training images have.

    distances: shape (N, M), from N test images to M training images.
    y_train: labels of the training images, shape (M,), whole numbers from 0.
    k: how many neighbours vote, 1 to M.
    Returns labels, shape (N,). In a tie the smallest label wins.
    """
    ### BEGIN SOLUTION
    nearest = np.argsort(distances, axis=1)[:, :k]
    return np.array([np.bincount(labels).argmax() for labels in y_train[nearest]])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_predict_labels"}
check("01.predict_labels", predict_labels)

# %% [markdown]
r"""
### What k does

Seventy-five pictures of two pixels, in three classes that overlap. Every point of the
plane has the colour of the class that the classifier would give to a picture there.
With k = 1 a stray picture rules over an island of its own; with 7 votes the islands are
gone; with 51 votes the borders hardly follow the data any more.
"""

# %% tags=["experiment"]
distances_of = borrow("01.l2_distances_no_loops", l2_distances_no_loops)
labels_of = borrow("01.predict_labels", predict_labels)

rng = np.random.default_rng(3)
X_plane = np.concatenate(
    [rng.normal(m, 1.1, (25, 2)) for m in ((0, 0), (3, 0), (1.5, 2.6))]
)
y_plane = np.repeat([0, 1, 2], 25)
fig, axes = plt.subplots(1, 3, figsize=(10.5, 3.4))
for axis, k in zip(axes, (1, 7, 51), strict=True):

    def classify_plane(points, k=k):
        return labels_of(distances_of(points, X_plane), y_plane, k)

    plots.show_regions(classify_plane, X_plane, y_plane, axis, title=f"k = {k}")
fig.suptitle("Few votes make islands, many votes make smooth borders", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
## How good is it?

The **accuracy** is the fraction of test images that get the right label. Guessing among
ten classes gives 10 %. With the first 5,000 training and the first 500 test images of
CIFAR-10, Stanford's course CS231n publishes 137 right at k = 1 (27.4 %), 139 at k = 5
and 141 at k = 10.
"""

# %% tags=["experiment"]
distances = distances_of(X_test, X_train)
published = {1: 137, 5: 139, 10: 141}
right = {}
for k, theirs in published.items():
    right[k] = int((labels_of(distances, y_train, k) == y_test).sum())
    compared = "built-in images: no published figure" if pictures.builtin else theirs
    print(
        f"k = {k:2}: {right[k]} of 500 right, {right[k] / 5:.1f} %   published: {compared}"
    )

# %% [markdown]
r"""
Far above guessing, and far below you. Look at what it does. Each row of the gallery
shows a test image and its five nearest training images; an orange frame and a cross
mark a neighbour of another class.
"""

# %% tags=["experiment"]
names = pictures.class_names
shown = np.arange(8)
nearest = np.argsort(distances[shown], axis=1)[:, :5]
show_gallery(
    pictures.X_test[shown],
    [pictures.X_train[row] for row in nearest],
    [names[y_test[i]] for i in shown],
    [[names[y_train[j]] for j in row] for row in nearest],
    title="Near in pixels is often not near in meaning",
)
wrong = (y_train[nearest] != y_test[shown][:, None]).mean()
print(f"{100 * wrong:.0f} % of the neighbours shown are of another class")

# %% [markdown]
r"""
## Choosing k honestly

Which k is best? It is tempting to try several on the **test images** and keep the best.
Do that, and the accuracy that you report is no longer what you will get on new
pictures: you have picked the k that happened to suit these 500. It is like writing the
exam after having seen the questions.

> The test set is used **once**, at the very end.

So where do we choose k? Set some of the training images aside, as a **validation set**,
and compare the candidates there. With little data one such set is a matter of luck, and
so it is moved: cut the training images into, say, five equal **folds**; hold out one,
train on the other four, measure; then hold out the next. Each k gets five accuracies,
and their mean decides. This is **cross-validation**.
"""

# %%
show_folds(17, 5, "Orange: held out. Every image is held out exactly once")

# %% [markdown]
r"""
With 17 images the five folds cannot be equal; `np.array_split(np.arange(17), 5)` cuts
them as in the picture: 4, 4, 3, 3, 3.

**Exercise `cross_validate`** (4 points, 20 minutes). The classifier is an argument, so
that your function works for any: `classify(X_train, y_train, X_val, k)` returns labels
for `X_val`. (The check uses one that is not k-NN at all.)

* Cut the images, in their order, with `np.array_split`.
* No image of the held-out fold may be among the training images.

<details><summary>A hint</summary>
If <code>rows = np.arange(len(X))</code> and <code>held_out</code> is one fold of it,
then <code>np.setdiff1d(rows, held_out)</code> are all the others, in order.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "cross_validate"}
def cross_validate(X, y, ks, n_folds, classify):
    """The accuracy of a classifier for each k on each held-out fold.

    X: images, shape (N, D).  y: labels, shape (N,).
    ks: list of values of k.  n_folds: number of folds, at least 2.
    classify: function (X_train, y_train, X_val, k) -> labels of X_val.
    Returns accuracies between 0 and 1, shape (len(ks), n_folds).
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(X))
    accuracies = np.zeros((len(ks), n_folds))
    for j, held_out in enumerate(np.array_split(rows, n_folds)):
        train = np.setdiff1d(rows, held_out)
        for i, k in enumerate(ks):
            labels = classify(X[train], y[train], X[held_out], k)
            accuracies[i, j] = (labels == y[held_out]).mean()
    return accuracies
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_cross_validate"}
check("01.cross_validate", cross_validate)

# %% [markdown]
r"""
**Exercise `choose_k`** (2 points, 10 minutes). Return the k with the highest mean
accuracy over the folds; in a tie the smallest k. `ks` need not be sorted. Look at what
`choose_k` is given: training images only. **The test set is not an argument, and must
not be used.**

<details><summary>A hint</summary>
By hand: k = 1 has the accuracies 0.2, 0.9, 0.2 and k = 3 has 0.5, 0.4, 0.6. The means
are 0.43 and 0.5, so k = 3 is chosen, although the best single fold belongs to k = 1.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "choose_k"}
def choose_k(X_train, y_train, ks, n_folds, cross_validate):
    """The k with the highest mean accuracy in cross-validation.

    X_train: shape (N, D).  y_train: shape (N,).  ks: list of values of k.
    cross_validate: function (X, y, ks, n_folds) -> accuracies (len(ks), n_folds).
    Returns one of ks; in a tie the smallest.
    """
    ### BEGIN SOLUTION
    means = cross_validate(X_train, y_train, ks, n_folds).mean(axis=1)
    return min(k for k, mean in zip(ks, means, strict=True) if mean == means.max())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_choose_k"}
check("01.choose_k", choose_k)

# %% [markdown]
r"""
## The experiment

First choose k with five folds of the training images (1,000 of them in quick mode, all
5,000 in full mode). Then, once, look at the test images.
"""


# %% tags=["experiment"]
def nearest_neighbours(X_train, y_train, X_val, k):
    return labels_of(distances_of(X_val, X_train), y_train, k)


ks = [1, 3, 5, 8, 10, 12, 15, 20, 50, 100]
n_images = 5000 if full else 1000
validate = partial(
    borrow("01.cross_validate", cross_validate), classify=nearest_neighbours
)
accuracies = validate(X_train[:n_images], y_train[:n_images], ks, 5)
show_cross_validation(ks, accuracies)

# %% tags=["experiment"]
best_k = ks[accuracies.mean(axis=1).argmax()]
accuracy = (labels_of(distances, y_train, best_k) == y_test).mean()
print(
    f"k = {best_k}, chosen on {n_images:,} training images: {100 * accuracy:.1f} % of the test"
)
if not pictures.builtin:
    print("published for k = 10 (CS231n): 28.2 %")

# %% [markdown]
r"""
In full mode: all of CIFAR-10, 50,000 training and 10,000 test images. The published
accuracy is 34 to 35 % for the single nearest neighbour; we measured 35.38 % (3,538
right), with `COURSE_MODE=full python solutions/01_knn.py`, which takes a minute and a
half on two cores. The distances of 500 test images at a time fit into memory; all 500
million at once would be 2 GB.
"""

# %% tags=["experiment"]
if full:
    from tqdm.auto import tqdm

    everything = load_cifar10()
    X_all = everything.X_train.reshape(len(everything.X_train), -1)
    X_new = everything.X_test.reshape(len(everything.X_test), -1)
    hits = 0
    for begin in tqdm(range(0, len(X_new), 500), desc="test images, 500 at a time"):
        table = distances_of(X_new[begin : begin + 500], X_all)
        guesses = labels_of(table, everything.y_train, 1)
        hits += int((guesses == everything.y_test[begin : begin + 500]).sum())
    print(f"{len(X_all):,} training images, k = 1: {hits} of {len(X_new):,} right, "
          f"{100 * hits / len(X_new):.2f} %; published: 34 to 35 %")  # fmt: skip
else:
    print("This part runs in full mode only: COURSE_MODE=full make lab")

# %% [markdown]
r"""
## Why distance in pixels fails

Ten times the data brought seven points. Something is wrong with the idea itself. Take
one picture, and move it three pixels to the side: for you it is the same picture. The
experiment measures how far it is from the original, and counts how many **other**
training images are nearer to the original than its own copy.
"""

# %% tags=["experiment"]
index = 7
original = X_train[index].reshape(3, 32, 32)
to_all = distances_of(X_train[index : index + 1], X_train)[0]
copies = {
    "moved by 3 pixels": np.roll(original, 3, axis=2),
    "mirrored": original[:, :, ::-1],
    "darker": 0.6 * original,
}
labels = ["original"]
for name, copy in copies.items():
    distance = distances_of(X_train[index : index + 1], copy.reshape(1, -1))[0, 0]
    nearer = int((to_all < distance).sum()) - 1
    labels.append(f"{name}\ndistance {distance:.1f}\nnearer strangers: {nearer:,}")
stranger = np.argsort(to_all)[1]
labels.append(f"nearest other: {pictures.class_names[y_train[stranger]]}\n"
              f"distance {to_all[stranger]:.1f}")  # fmt: skip
fig, axes = plt.subplots(1, 5, figsize=(11, 3))
shown = [original, *copies.values(), X_train[stranger].reshape(3, 32, 32)]
for axis, image, label in zip(axes, shown, labels, strict=True):
    plots.draw(axis, image)
    axis.set_title(label, fontsize=8)
fig.suptitle("Strangers can be nearer than the picture's own copies", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
What the distance sees is mostly the **background**: large even areas have many pixels,
and the thing itself has few. A frog on a white page is near to a ship on a white page.
We need a way to look at a picture that knows which differences matter. That is what the
rest of the course learns.

There is a second flaw, the cost. **Training** is nothing but storing the images: k-NN
is a **lazy** learner. The price comes with every **prediction**, when the new image is
compared with all n stored ones: O(n) work for one query. We want the opposite: a
network may take days to train, if afterwards it answers in milliseconds.
"""

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). In the full experiment every test image is compared with every
training image: 10,000 with 50,000. How many distances are computed?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_comparisons"}
### BEGIN SOLUTION
answer_comparisons = 10_000 * 50_000
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_comparisons"}
check("01.answer_comparisons", answer_comparisons)

# %% [markdown]
r"""
**Question 2** (1 point). You have 5,000 training and 500 test images and use five
folds. On how many images does the classifier train in one round of cross-validation?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_fold"}
### BEGIN SOLUTION
answer_fold = 4_000
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_fold"}
check("01.answer_fold", answer_fold)

# %% [markdown]
r"""
**Question 3** (1 point). You double the number of training images. What happens to the
time that k-NN needs?

* `"a"` Training takes about twice as long; predicting one image takes the same time.
* `"b"` Training takes hardly any longer; predicting one image takes about twice as
  long.
* `"c"` Both take about four times as long.
* `"d"` Neither changes.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_cost"}
### BEGIN SOLUTION
answer_cost = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_cost"}
check("01.answer_cost", answer_cost)

# %% [markdown]
r"""
**Question 4** (1 point). Someone tries ten values of k on the test images, keeps the
best, and reports its accuracy on those test images. What is wrong with the number?

* `"a"` It is probably too high: the test images took part in choosing k.
* `"b"` Nothing: k is not learned, so the classifier is the same.
* `"c"` It is probably too low: with training images a better k would have been found.
* `"d"` Nothing: every test image was looked at.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_test_set"}
### BEGIN SOLUTION
answer_test_set = "a"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_test_set"}
check("01.answer_test_set", answer_test_set)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A photograph of a dog is moved by a few
pixels. To you it is the same; to the L2 distance it is farther away than many pictures
of other things. In four or five sentences: why is that so, and what would a better way
of comparing pictures have to do?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_shift"}
r"""
The distance compares each pixel only with the pixel at the same place. When the picture
moves, almost every place holds another value than before, wherever there are edges or
texture, so that many differences add up, although what is shown is the same. A picture
of something else with a similar background differs little in its large even areas and
so comes out nearer. A better comparison would describe what is shown (edges, parts,
their arrangement) and not react to small movements or to the light, and it would have
to learn from examples which differences matter.
"""

# %% [markdown]
r"""
## What to remember

* k-NN stores the training images and lets the k nearest vote; ties need a rule.
* L1 adds the sizes of the differences; L2 is the root of the sum of squares, and one
  matrix product gives all of them.
* k is a hyperparameter: choose it by cross-validation on the training images.
* The test set is used once, at the end.
* Distance in pixels follows the background, not the meaning, and every query costs
  O(n).

To read more: T. Cover and P. Hart, *Nearest neighbor pattern classification*, IEEE
Transactions on Information Theory 13 (1967),
<https://doi.org/10.1109/TIT.1967.1053964>; A. Krizhevsky, *Learning multiple layers of
features from tiny images* (2009),
<https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf>, where CIFAR-10 comes
from.

Next: linear classifiers, which do their work while training.
"""
