# %% [markdown]
r"""
# 00 Start here

This course teaches convolutional networks by letting you write them. Each lesson is a
notebook like this one: some reading, some pictures, and small functions that you write
and that are checked on the spot.

This first notebook takes half an hour. It shows how a notebook works, what a check
tells you, and the two tools that every later lesson uses: **arrays** and
**broadcasting**.

A word in bold is explained where it stands. The [glossary](glossary.md) has the terms
of all lessons, each with the Chinese one.
"""

# %% [markdown]
r"""
## A notebook in one minute

A notebook is a list of **cells**. Click into the cell below and press **Shift +
Enter**: the code runs, and what its last line is worth appears underneath.
"""

# %%
2 + 3

# %% [markdown]
r"""
Three things to know:

* Cells share their variables, in the order **in which you run them**, not the order on
  the page. When things look strange, choose *Kernel → Restart Kernel and Run up to
  Selected Cell*.
* `[*]` beside a cell means that it is still running. *Kernel → Interrupt* stops it.
* Your work is saved in the folder `work/`. Updating the course never overwrites it.

Run the next cell: it brings in NumPy, the plotting library and the two names that the
course adds, `check` and `hint`.
"""

# %%
import matplotlib.pyplot as plt
import numpy as np

from utils import check, hint, plots

# %% [markdown]
r"""
## Is everything installed?

The next cell imports the large libraries and does one small thing with each. It takes a
few seconds the first time. If a line says that something is missing, close JupyterLab,
run `make clean`, then `make lab`: that installs everything anew and leaves your work
alone.
"""

# %% tags=["experiment"]
import sklearn
import torch

square = torch.tensor(3.0, requires_grad=True)
(square**2).backward()
print("NumPy       ", np.__version__)
print("scikit-learn", sklearn.__version__)
print(
    "PyTorch     ", torch.__version__, "- the slope of x^2 at 3 is", square.grad.item()
)
print(
    "Graphics card for PyTorch:", "yes" if torch.cuda.is_available() else "none needed"
)

# %% [markdown]
r"""
## A picture is an array of numbers

A computer stores a grey picture as a table of numbers: 0 is black, 1 is white. Here is
a picture of four rows and five columns. Find the two bright numbers in the table and in
the picture.
"""

# %%
tiny = np.array(
    [
        [0.1, 0.1, 0.2, 0.1, 0.1],
        [0.1, 0.9, 0.2, 0.1, 0.1],
        [0.1, 0.2, 0.2, 0.8, 0.1],
        [0.1, 0.1, 0.2, 0.1, 0.1],
    ]
)
print("shape:", tiny.shape)
plots.show_images([tiny], title="The table as a picture")

# %% [markdown]
r"""
`shape` says how many rows and how many columns. Rows come first: **height, then
width**. The number in row 1, column 1 is `tiny[1, 1]`, because counting starts at 0.

A colour picture has three such tables, one each for red, green and blue: the
**channels**. Throughout the course a colour picture has the shape `(C, H, W)`: channel,
height, width.
"""

# %%
colour = np.zeros((3, 4, 6))
colour[0, :, :2] = 1  # red on the left
colour[1, :, 2:4] = 1  # green in the middle
colour[:, :, 4:] = 1  # all three on the right
print("shape:", colour.shape)
plots.show_images(
    [colour, *colour],
    ["the picture", "red", "green", "blue"],
    title="White is where all three channels are bright",
)

# %% [markdown]
r"""
Many pictures together are `(N, C, H, W)`: N is the number of pictures. To treat a
picture as one long row of numbers, it is **flattened**; N flat pictures are a table
`(N, D)` with $D = C \cdot H \cdot W$ columns.
"""

# %%
batch = np.stack([colour, 1 - colour])
flat = batch.reshape(2, -1)  # -1 stands for "whatever is left"
print(batch.shape, "->", flat.shape, "because 3 * 4 * 6 =", 3 * 4 * 6)

# %% [markdown]
r"""
## Your first exercise

An operation such as `mean` can work along one **axis**: the axis that you name
disappears from the shape, the others stay. For a table of two rows and three columns:
"""

# %%
table = np.array([[1.0, 2.0, 6.0], [3.0, 2.0, 0.0]])
print("mean of all:        ", table.mean())
print("down the rows:      ", table.mean(axis=0), "one number a column")
print("along the columns:  ", table.mean(axis=1), "one number a row")

# %% [markdown]
r"""
**Exercise `grey`** (1 point, 5 minutes). Make a grey picture from a colour picture: the
grey value of a pixel is the mean of its three channels. From `(C, H, W)` to `(H, W)`.

<details><summary>A hint</summary>
Which of the three axes must disappear? Name it in <code>mean</code>.
</details>

Replace the line that begins with `raise`, run the cell, then run the check below it.
"""


# %% nbgrader={"solution": true, "grade_id": "grey"}
def grey(x):
    """The grey picture of a colour picture.

    x: colour picture, shape (C, H, W), values in [0, 1].
    Returns the mean over the channels, shape (H, W).
    """
    ### BEGIN SOLUTION
    return x.mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_grey"}
check("00.grey", grey)

# %% [markdown]
r"""
## What a check tells you

The card above shows each case that was tried. When something is wrong it says

1. **what happened**: the first case that fails, what was expected and what came out;
2. a **hint**, folded away: if your mistake is one that people often make, the check
   names it and asks the question that leads to the mend;
3. a **worked hint**, folded away below it: a small example by hand.

If Python says `NameError: name 'grey' is not defined`, the cell with the function has
not been run yet. If it says `SyntaxError`, the arrow points at, or just behind, the
place.

Try it on purpose: in `grey`, change `axis=0` to `axis=2`, run both cells again and read
the card. Then change it back. You may run a check as often as you like.
"""

# %% [markdown]
r"""
## Broadcasting

What is `table - row`, when the shapes differ? NumPy lines the shapes up **from the
right** and stretches every axis of size 1, or a missing one, to fit the other:

$$(2, 3) - (3,) \;\rightarrow\; (2, 3) - (1, 3) \;\rightarrow\; (2, 3)$$

So the row is subtracted from every row of the table.
"""

# %%
row = np.array([1.0, 2.0, 3.0])
print(table - row)

# %% [markdown]
r"""
**Exercise `center`** (1 point, 5 minutes). Networks learn better from data whose mean
is zero. Subtract the **mean image** from every image: one mean for each of the D
values, taken over all N images. Leave `X` itself as it is.

<details><summary>A hint</summary>
The mean image has the shape <code>(D,)</code>. Which axis of <code>(N, D)</code> must
disappear? After that, broadcasting does the rest.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "center"}
def center(X):
    """Images minus their mean image.

    X: flat images, shape (N, D). It is not changed.
    Returns a new array of shape (N, D) whose columns have the mean 0.
    """
    ### BEGIN SOLUTION
    return X - X.mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_center"}
check("00.center", center)

# %% [markdown]
r"""
## A table of all pairs

The next trick is the one you will need most. Give `a` one more axis, so that it is a
**column**, and subtract a row from it:

$$(3, 1) - (1, 2) \;\rightarrow\; (3, 2)$$

The column is stretched to the right, the row downwards, and every number of the one
meets every number of the other. `a[:, None]` makes the column: `None` puts in an axis
of size 1.
"""

# %%
a = np.array([5.0, 1.0, 2.0])
print("a has the shape", a.shape, "and a[:, None] has", a[:, None].shape)

fig, axes = plt.subplots(1, 3, figsize=(7.5, 2.6))
stretched = np.repeat(a[:, None], 2, axis=1), np.repeat([[1.0, 3.0]], 3, axis=0)
for axis, grid, title in zip(
    axes,
    (*stretched, stretched[0] - stretched[1]),
    ("the column, stretched", "the row, stretched", "column - row"),
    strict=True,
):
    axis.imshow(grid, cmap="Blues", vmin=-4, vmax=9)
    for (i, j), value in np.ndenumerate(grid):
        axis.text(j, i, f"{value:g}", ha="center", va="center", fontsize=12)
    axis.set(title=title, xticks=[], yticks=[])
fig.suptitle("Every number of the column meets every number of the row", fontsize=10)
fig.tight_layout()

# %% [markdown]
r"""
**Exercise `differences`** (2 points, 10 minutes). Return the table of all differences
$a_i - b_j$, without a Python loop.

<details><summary>A hint</summary>
Which of the two must become the column, so that its numbers go down the rows of the
table?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "differences"}
def differences(a, b):
    """All differences between the numbers of a and the numbers of b.

    a: shape (N,).  b: shape (M,).
    Returns a table of shape (N, M) with a[i] - b[j] in row i, column j.
    """
    ### BEGIN SOLUTION
    return a[:, None] - b
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_differences"}
check("00.differences", differences)

# %% [markdown]
r"""
## Why no loop?

Because NumPy's loop runs in compiled code, on whole arrays. The next cell measures how
long one million differences take both ways, on your machine.
"""

# %% tags=["experiment"]
from time import perf_counter

numbers = np.linspace(0, 1, 1000)
start = perf_counter()
slow = [[x - y for y in numbers] for x in numbers]
middle = perf_counter()
fast = numbers[:, None] - numbers
end = perf_counter()
print(f"Python loops: {middle - start:.3f} s    NumPy: {end - middle:.4f} s")
print(f"NumPy is about {(middle - start) / (end - middle):.0f} times faster")

# %% [markdown]
r"""
## A question

Some questions are answered by a number. Replace the dots, run the cell, then the check.
(You may let Python do the arithmetic.)

**Question** (1 point). How many numbers do 500 colour pictures of 32 by 32 pixels hold
together?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_numbers"}
### BEGIN SOLUTION
answer_numbers = 500 * 3 * 32 * 32
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_numbers"}
check("00.answer_numbers", answer_numbers)

# %% [markdown]
r"""
## What to remember

* A colour picture is an array `(C, H, W)`; many are `(N, C, H, W)`; flattened,
  `(N, D)`.
* The axis that you name in `mean`, `sum` or `max` disappears.
* Broadcasting lines shapes up from the right and stretches axes of size 1.
* `a[:, None] - b` is the table of all differences.
* A failed check says what happened, and names the mistake if it knows it.

To read more: Harris et al., *Array programming with NumPy*, Nature 585 (2020),
<https://doi.org/10.1038/s41586-020-2649-2>.

Next: `01_knn`, a first classifier.
"""
