# %% [markdown]
r"""
# 05 Convolution

**The question.** The networks so far begin with a layer that connects every pixel to
every unit. For a colour image of 32 x 32 pixels and 100 units that is 307,200 weights.
Fine. Now take a grey photograph of 1024 x 1024 pixels and 1,000 units: about **a
billion** weights in the first layer alone. And it gets worse: a net that has learned to see an
edge in one corner has learned nothing about the same edge in another corner, for other
weights sit there.

Two ideas mend both: let a unit look at a **small neighbourhood** only, and let all
units **share** the same few weights. What comes out is called a convolution layer, and
it is the heart of every network for images. You will write it twice, once as plainly as
possible and once so that it is about as fast as PyTorch's.

You will write nineteen functions. About seven hours; there are good places to stop.
"""

# %%
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from utils import check, course_mode, hint, plots
from utils.plots.convolution import (
    show_bars,
    show_connections,
    show_echoes,
    show_filters,
    show_matrices,
    show_photographs,
    show_receptive_field,
    show_strides,
    show_training,
)
from utils.plots.tables import show_im2col, show_pooling, show_steps, show_tables

# %%
show_connections(
    6, 3, "Looking at neighbours saves weights; sharing saves nearly all of them"
)

# %% [markdown]
r"""
Left: every output is connected to all six pixels. Middle: to three neighbours. Right:
to three neighbours, and the three weights (solid, dashed, dotted) are the **same** for
every output. The small group of shared weights is called a **filter**, or a kernel.
Nature does much the same: Hubel and Wiesel found in 1959 that a cell in a cat's visual
cortex reacts to a small part of the field of view, its **receptive field**, and there
to an edge of a certain direction.

## A signal that fades away

Convolution is older than networks. It comes from signals that leave an echo. Somebody
calls out $x_t$ at time t. One step later you still hear half of it, two steps later a
quarter. What reaches your ear at time t is what is sent now, and the echoes of what was
sent before:

$$y_t = 1 \cdot x_t + \tfrac12\, x_{t-1} + \tfrac14\, x_{t-2} = \sum_{k} w_k\, x_{t-k}$$

The weights $w = (1, \frac12, \frac14)$ are the filter. (We count k from 0, as Python
does.) Say 4 is sent at time 0 and 8 at time 2.
"""

# %%
sent = np.array([4.0, 0.0, 8.0, 0.0])
decay = np.array([1.0, 0.5, 0.25])
heard_by_hand = [4, 2, 9, 4, 2, 0]
show_echoes(
    {
        "sent, times 1": [4, 0, 8, 0, 0, 0],
        "times 1/2,\none step late": [0, 2, 0, 4, 0, 0],
        "times 1/4,\ntwo steps late": [0, 0, 1, 0, 2, 0],
        "heard: the sum": heard_by_hand,
    },
    "At time 2 you hear the new 8 and a quarter of the old 4: together 9",
)

# %% [markdown]
r"""
Two things to see. The oldest value meets the **last** weight: signal and filter run
against each other. And the echo goes on after the signal has ended: n values and F
weights give n + F - 1 values. That is the **full convolution**; whatever lies outside
the signal counts as 0.

**Exercise `convolve_1d`** (2 points, 10 minutes). Write the full convolution of a
signal with a filter. Loops are fine. (`np.convolve` is the finished tool, so do without
it here.)

<details><summary>A hint</summary>
Look at the rows of the figure rather than at the formula: row k is the signal times
<code>w[k]</code>, moved k steps to the right. Begin with zeros and add the rows.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "convolve_1d"}
def convolve_1d(x, w):
    """The full convolution of a signal with a filter.

    x: signal, shape (n,).  w: filter, shape (F,).  Float; either may be the longer one.
    Returns y, shape (n + F - 1,): y[t] is the sum over k of w[k] * x[t - k], where x is
    0 before its beginning and after its end.
    """
    ### BEGIN SOLUTION
    y = np.zeros(len(x) + len(w) - 1)
    for k, weight in enumerate(w):
        y[k : k + len(x)] += weight * x
    return y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_convolve_1d"}
check("05.convolve_1d", convolve_1d)

# %% tags=["experiment"]
from utils.borrow import borrow, borrow_earlier

heard = borrow("05.convolve_1d", convolve_1d)(sent, decay)
print("heard:  ", heard)
print("by hand:", heard_by_hand)

# %% [markdown]
r"""
## Two dimensions

For images, signal and filter have two axes, and the sum runs over both:

$$y_{ij} = \sum_u \sum_v w_{uv}\, x_{i-u,\, j-v}$$

The minus signs again let the filter run against the image. In practice you **turn the
filter by 180 degrees** (its first weight becomes the last), lay it on the image,
multiply what lies on top of each other, add everything up, and move on. Here the filter
always stays **inside** the image, so the output is a little smaller: a filter of FH x
FW fits at H - FH + 1 by W - FW + 1 places.
"""

# %%
image_5x5 = np.array(
    [[1, 1, 1, 1, 1], [-1, 0, -3, 0, 1], [2, 1, 1, -1, 0], [0, -1, 1, 2, 1], [1, 2, 1, 1, 1]]
)  # fmt: skip
filter_5x5 = np.array([[1, 0, 0], [0, 0, 0], [0, 0, -1]])
convolved = np.array([[0, -2, -1], [2, 2, 4], [-1, 0, 0]])
show_tables(
    [image_5x5, filter_5x5, filter_5x5[::-1, ::-1], convolved],
    ["image", "filter", "turned by 180°", "convolution"],
    "∗→=",
    "The window in the frame: −1·1 + 1·1 = 0",
    [[(0, 0, 3, 3)], [], [], [(0, 0, 1, 1)]],
)

# %% [markdown]
r"""
**Exercise `convolve_2d`** (2 points, 15 minutes). A true convolution, the filter
turned, inside the image. Loops over the places are fine; image and filter need not be
square.

<details><summary>A hint</summary>
<code>w[::-1]</code> reads the rows from the last to the first. Which expression does
the same to the columns too? The window at row i, column j is
<code>x[i : i + FH, j : j + FW]</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "convolve_2d"}
def convolve_2d(x, w):
    """The true convolution of an image with a filter, where the filter is inside.

    x: image, shape (H, W).  w: filter, shape (FH, FW), not larger than the image.
    Returns the output, shape (H - FH + 1, W - FW + 1).
    """
    ### BEGIN SOLUTION
    (H, W), (FH, FW) = x.shape, w.shape
    turned = w[::-1, ::-1]
    out = np.zeros((H - FH + 1, W - FW + 1))
    for i in range(H - FH + 1):
        for j in range(W - FW + 1):
            out[i, j] = (turned * x[i : i + FH, j : j + FW]).sum()
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_convolve_2d"}
check("05.convolve_2d", convolve_2d)

# %% [markdown]
r"""
### To turn or not to turn

Leave the turn out, and you have the **cross-correlation**:

$$y_{ij} = \sum_u \sum_v w_{uv}\, x_{i+u,\, j+v}$$

In the figures ∗ stands for convolution and ⋆ for cross-correlation. The second one is
what "convolution" means in every deep learning library, and from the next section on in
this course. Why may they? The weights are learned. A net that cross-correlates learns
the filter in one direction, a net that convolves would learn the same filter turned.
Nobody can tell the difference from outside. Without the turn the code is simpler; with
it the mathematics is (true convolution is commutative, and the order of several ones
does not matter). The turn will come back when we compute gradients.

The filter above is special: turned by 180 degrees it becomes its own negative, so the
two operations give opposite numbers.
"""

# %% tags=["experiment"]
convolve = borrow("05.convolve_2d", convolve_2d)
true_convolution = convolve(image_5x5, filter_5x5)
cross_correlation = convolve(image_5x5, filter_5x5[::-1, ::-1])
show_tables(
    [true_convolution, cross_correlation],
    ["convolution", "cross-correlation"],
    title="With this filter one is the negative of the other",
)

# %% [markdown]
r"""
## Step by step

This is the tiny example of the lesson: an image of nine pixels and a filter of four
weights, **not turned**. It is small enough to do in your head, and it will come back
with two channels, as a table of columns, and in the pools. Lay the filter on each of
its four places, and multiply what lies on top of each other.
"""

# %%
tiny = np.arange(9.0).reshape(3, 3)
tiny_filter = np.array([[0.0, 1.0], [2.0, 3.0]])
tiny_out = np.array([[19.0, 25.0], [37.0, 43.0]])
show_steps(tiny, tiny_filter, tiny_out, "One filter, four places, four sums")

# %% [markdown]
r"""
## The border

A filter of 3 x 3 makes the image smaller by two rows and two columns. After fifteen
such layers nothing is left of a 32 x 32 image but 2 x 2 pixels, and border pixels count
for little: a corner lies in one window, a pixel in the middle in nine. The remedy is
**padding**: put a frame of P rows and columns around the image first. What to put into
the frame?

* `zero`: zeros. The usual choice in networks.
* `edge`: the nearest border pixel, repeated.
* `reflect`: the image in a mirror that stands **on** the border pixel, so that the
  border pixel is not repeated: 1 2 3 becomes 3 2 | 1 2 3 | 2 1.

**Exercise `pad`** (3 points, 15 minutes). Frame the last two axes of an array, whatever
comes before them. The frame is `size` wide: one number, or a pair (rows, columns).
(`np.pad` is the finished tool; you may use it from the next exercise on.)

<details><summary>A hint</summary>
<code>PH, PW = np.broadcast_to(size, 2)</code> makes two numbers of either form. For
<code>edge</code> and <code>reflect</code>, first write down from which rows of the
image the rows of the result come. For three rows, framed by two, <code>edge</code> is 0
0 0 1 2 2 2, which is -2 -1 0 1 2 3 4 with everything outside 0..2 moved to the border
(<code>np.clip</code>); <code>reflect</code> is 2 1 0 1 2 1 0. Then
<code>x[..., rows[:, None], columns]</code> picks them all at once.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "pad"}
def pad(x, size, mode="zero"):
    """Images with a frame around their last two axes.

    x: shape (..., H, W).  size: width of the frame, an int or a pair (PH, PW).
    mode: "zero", "edge" (the nearest pixel) or "reflect" (mirrored at the border pixel;
    there PH < H and PW < W).
    Returns a new array, shape (..., H + 2 PH, W + 2 PW), of the same dtype.
    """
    ### BEGIN SOLUTION
    (PH, PW), (H, W) = np.broadcast_to(size, 2), x.shape[-2:]
    if mode == "zero":
        framed = np.zeros((*x.shape[:-2], H + 2 * PH, W + 2 * PW), x.dtype)
        framed[..., PH : PH + H, PW : PW + W] = x
        return framed
    rows, columns = np.arange(-PH, H + PH), np.arange(-PW, W + PW)
    if mode == "edge":
        rows, columns = np.clip(rows, 0, H - 1), np.clip(columns, 0, W - 1)
    else:
        rows = H - 1 - abs(H - 1 - abs(rows))
        columns = W - 1 - abs(W - 1 - abs(columns))
    return x[..., rows[:, None], columns]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_pad"}
check("05.pad", pad)

# %% [markdown]
r"""
Your three modes on a photograph, with a frame 40 pixels wide. A net sees the black
frame of `zero` as an edge all around the picture; that it learns to live with it, and
even uses it to know where the border is, is one of those things that simply work.
"""

# %% tags=["experiment"]
from sklearn.datasets import load_sample_image

flower = load_sample_image("flower.jpg")[60:260:2, 160:420:2] / 255
flower = flower.transpose(2, 0, 1)
frame = borrow("05.pad", pad)
modes = ("zero", "edge", "reflect")
show_photographs(
    {"photograph": flower} | {mode: frame(flower, 40, mode) for mode in modes},
    "Zero adds an edge, edge draws stripes, reflect continues the texture",
)

# %% [markdown]
r"""
## Larger steps

The filter need not move by one pixel. With a **stride** S it moves by S, and the output
is about S times smaller. How large is it exactly? Along one side of W pixels, framed by
P on both ends, the filter of F pixels can move by W + 2P - F pixels in all. That is
(W + 2P - F) / S whole steps, and it has one place more than it makes steps:

$$\text{out} = \left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1$$

The brackets round down. Seven pixels and a filter of three: five places at stride 1,
three at stride 2. At stride 3 the way of 4 pixels is no multiple of 3: **it does not
fit** evenly. There are two places, and the last pixel is never looked at.
"""

# %%
show_strides(7, 3, (1, 2, 3), "At stride 3 the last pixel (hatched) is not looked at")

# %% [markdown]
r"""
Some courses and old libraries call that an error. PyTorch and nearly everybody else
round down in silence, and so do we; but when you design a net, know about the pixels
you throw away. It is an error only when the filter does not fit **at all**, because it
is larger than the framed image.

**Exercise `output_size`** (1 point, 10 minutes). Return a whole number (`int`); raise a
`ValueError` with a helpful text where the filter is larger than the framed image.

<details><summary>A hint</summary>
Python's <code>//</code> divides and rounds down. It does so for negative numbers too,
which is why the error has to be looked for first.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "output_size"}
def output_size(W, F, stride=1, pad=0):
    """How many places a filter has along one side of an image.

    W: pixels of the side.  F: pixels of the filter.  pad: zeros at each end.
    Returns an int, rounded down: pixels that a last step would not reach are left over.
    Raises ValueError where the filter is longer than the padded side.
    """
    ### BEGIN SOLUTION
    way = W - F + 2 * pad
    if way < 0:
        raise ValueError(
            f"a filter of {F} is longer than {W} pixels with padding {pad}: "
            "use a smaller filter or more padding"
        )
    return way // stride + 1
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_output_size"}
check("05.output_size", output_size)

# %% tags=["experiment"]
size_of = borrow("05.output_size", output_size)
seven = [size_of(7, 3, stride) for stride in (1, 2, 3)]
print("7 pixels, filter 3, strides 1, 2, 3:", seven)
print("32 pixels, filter 5, padding 2:", size_of(32, 5, 1, 2), "(the size is kept)")
print(
    "227 pixels, filter 11, stride 4:", size_of(227, 11, 4), "(AlexNet's first layer)"
)

# %% [markdown]
r"""
A useful special case: with stride 1 and an odd filter, padding $P = (F - 1)/2$ keeps
the size. So 3 goes with 1, 5 with 2, 7 with 3.

## Try it

Slide the filter yourself, change stride and padding, and watch each product. The image
and the filter are those of the next exercise: 4 x 4 pixels, 3 x 3 weights, and a
**bias** of 1 that is added to every output.
"""

# %%
image_4x4 = np.array([[3.0, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]])
filter_3x3 = np.array([[0.0, 2, 3], [3, 1, 0], [2, 0, 1]])
show_tables(
    [image_4x4, filter_3x3], ["image", "filter"], "⋆", "Bias 1: what comes out?"
)

# %% tags=["experiment"]
from utils.widgets import SlidingFilter

SlidingFilter(image_4x4, filter_3x3, bias=1)

# %% [markdown]
r"""
## Many channels in, many filters

A colour image has three **channels**. A filter then has three layers too, one for each
channel: it is a small block of C x FH x FW weights. At each place **all** C x FH x FW
products are added up to **one** number. So one filter makes one output image, which is
called a **feature map**, from all channels together.

For our tiny example, let the second channel be the first plus 1, and its layer of the
filter 1 2 / 3 4. The first output is 19 from the first channel plus 37 from the
second: 56.
"""

# %%
two_channels = np.stack([tiny, tiny + 1])
two_layers = np.stack([tiny_filter, tiny_filter + 1])
second_out = np.array([[37.0, 47.0], [67.0, 77.0]])
both_out = np.array([[56.0, 72.0], [104.0, 120.0]])
show_tables(
    [tiny, tiny_filter, tiny + 1, tiny_filter + 1, both_out],
    ["channel 0", "its weights", "channel 1", "its weights", "one map"],
    "⋆+⋆=",
    "Every channel has its own weights; the sums are added up",
    [[(0, 0, 2, 2)], [], [(0, 0, 2, 2)], [], [(0, 0, 1, 1)]],
)

# %% [markdown]
r"""
A layer has K such filters, and so K feature maps. K numbers, one bias a filter, are
added. All together, for N images, in the letters of this course:

$$\text{out}_{nkij} = b_k + \sum_{c} \sum_{u} \sum_{v} w_{kcuv}\; x_{n,\,c,\; iS + u - P,\; jS + v - P}$$

with images `x (N, C, H, W)`, filters `w (K, C, FH, FW)`, bias `b (K,)` and output
`out (N, K, OH, OW)`. What lies in the frame counts as 0.

**Exercise `conv_forward_loops`** (4 points, 25 minutes). Write the layer as plainly as
you can: a loop each for n, k, i and j, and inside one window times one filter. `stride`
and `pad` are an int or a pair (for the height, for the width). Like every layer of the
course it returns the output and a cache for the way back: the tuple
`(x, w, b, stride, pad)`, exactly as it came in.

By hand, with the image above: the first output is 3·0 + 0·2 + 8·3 + 6·3 + 5·1 + 1·0 +
0·2 + 7·0 + 0·1 + 1 = 48.

<details><summary>A hint</summary>
<code>SH, SW = np.broadcast_to(stride, 2)</code> makes two numbers of either form. Frame
the images with <code>np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))</code>. Then the
window of output row i begins in row <code>i * SH</code> of the framed image and is FH
rows high. Height and width never mix: write OH from H, FH, SH, PH, and OW from W, FW,
SW, PW.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "conv_forward_loops"}
def conv_forward_loops(x, w, b, stride=1, pad=0):
    """The forward pass of a convolution layer, with loops; the filters are not turned.

    x: images, shape (N, C, H, W).  w: filters, shape (K, C, FH, FW).  b: shape (K,).
    stride, pad: an int, or a pair (for the height, for the width); the frame is zero.
    Returns (out, cache): out, shape (N, K, OH, OW), and (x, w, b, stride, pad).
    """
    ### BEGIN SOLUTION
    (N, _, H, W), (K, _, FH, FW) = x.shape, w.shape
    (SH, SW), (PH, PW) = np.broadcast_to(stride, 2), np.broadcast_to(pad, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    OH, OW = (H - FH + 2 * PH) // SH + 1, (W - FW + 2 * PW) // SW + 1
    out = np.zeros((N, K, OH, OW), x.dtype)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * SH, i * SH + FH)
                    columns = slice(j * SW, j * SW + FW)
                    window = padded[n, :, rows, columns]
                    out[n, k, i, j] = (window * w[k]).sum() + b[k]
    return out, (x, w, b, stride, pad)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_conv_forward_loops"}
check("05.conv_forward_loops", conv_forward_loops)

# %% tags=["experiment"]
conv_slowly = borrow("05.conv_forward_loops", conv_forward_loops)


def on_one_image(image, weights, bias=0.0):
    """The map of one filter on one image, (C, H, W) or (H, W)."""
    x, w = (np.atleast_3d(a.T).T[None] for a in (image, weights))
    return conv_slowly(x, w, np.array([bias]))[0][0, 0]


tiny_map = on_one_image(tiny, tiny_filter)
two_channel_map = on_one_image(two_channels, two_layers)
map_4x4 = on_one_image(image_4x4, filter_3x3, 1.0)
print("tiny:", *tiny_map, " two channels:", *two_channel_map, " 4 x 4:", *map_4x4)

# %% [markdown]
r"""
One more, to check your own arithmetic with pencil and paper: a 6 x 6 image and a filter
with negative weights. The first two outputs are 32 and 40.
"""

# %% tags=["experiment"]
image_6x6 = np.array(
    [[2, 3, 1, 5, 2, 3], [7, 4, 5, 2, 3, 1], [3, 9, 6, 0, 4, 2],
     [0, 6, 4, 7, 1, 2], [4, 1, 0, 8, 0, 6], [7, 0, 2, 1, 6, 3]], float)  # fmt: skip
filter_6x6 = np.array([[1.0, 0, 1], [4, -3, 2], [3, 0, -1]])
map_6x6 = on_one_image(image_6x6, filter_6x6)
show_tables(
    [image_6x6, filter_6x6, map_6x6],
    ["image", "filter", "feature map"],
    "⋆=",
    f"The first two windows give {map_6x6[0, 0]:g} and {map_6x6[0, 1]:g}",
    [[(0, 0, 3, 3), (0, 1, 3, 3)], [], [(0, 0, 1, 1), (0, 1, 1, 1)]],
)

# %% [markdown]
r"""
## What a filter finds

A filter answers strongly where the image looks like the filter. With weights that add
up to 0 it gives 0 on even areas and reacts to **changes** only: it finds edges. The
first two below were set by hand by Irwin Sobel in 1968. The third, all ninths,
averages, so it blurs; the fourth exaggerates differences to the neighbours, so it
sharpens. A ConvNet starts with random filters and **learns** which ones it needs.
"""

# %% tags=["experiment"]
photo = load_sample_image("china.jpg")[::3, ::3].mean(axis=2) / 255
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
sharpen = np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])
found = {
    "photograph": photo,
    "upright edges": abs(on_one_image(photo, sobel)) / 2,
    "level edges": abs(on_one_image(photo, sobel.T)) / 2,
    "blurred": on_one_image(photo, np.full((3, 3), 1 / 9)),
    "sharpened": on_one_image(photo, sharpen),
}
show_photographs(
    found, "Nine weights decide what is seen: edges, a blur, more detail", rows=1
)

# %% [markdown]
r"""
## Counting

Weights are **parameters**: numbers that training must find. Since all places share
them, the size of the image does not appear in their number. Ten filters of 5 x 5 on a
colour image: each has $5 \cdot 5 \cdot 3 + 1 = 76$ (the 1 is its bias), together 760.

**Exercise `count_parameters`** (1 point, 5 minutes). Return the number for a whole
layer.

<details><summary>A hint</summary>
Count one filter first, as in the line above, with and without its bias. Python counts
<code>True</code> as 1.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "count_parameters"}
def count_parameters(K, C, FH, FW, bias=True):
    """How many parameters a convolution layer has: its weights, and biases if any.

    K: filters.  C: channels of the image.  FH, FW: height and width of a filter.
    Returns an int.
    """
    ### BEGIN SOLUTION
    return K * (C * FH * FW + bias)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_count_parameters"}
check("05.count_parameters", count_parameters)

# %% [markdown]
r"""
The **work** is another matter: the same weights are used at every place. One product
and the sum it goes into are called a **multiply-add**; modern processors do it in one
step. How many does the layer need for one image? As many as there are output numbers,
times the products that make one of them. Adding the bias is not counted.

**Exercise `count_multiply_adds`** (1 point, 10 minutes). Here `stride` and `pad` are
one number each.

<details><summary>A hint</summary>
By hand: one 3 x 3 filter on a 7 x 7 image of one channel has 5 x 5 places with 9
products each, 225 in all. What changes with 4 channels, and what with 10 filters?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "count_multiply_adds"}
def count_multiply_adds(C, H, W, K, FH, FW, stride=1, pad=0):
    """How many multiply-adds a convolution layer needs for one image.

    C, H, W: channels, height and width of the image.  K: filters.  FH, FW: their
    height and width.  stride, pad: ints, the same for both sides.  Returns an int.
    """
    ### BEGIN SOLUTION
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    return K * OH * OW * C * FH * FW
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_count_multiply_adds"}
check("05.count_multiply_adds", count_multiply_adds)

# %% [markdown]
r"""
How much does sharing save? AlexNet's first layer makes 55 x 55 x 96 numbers from 227 x
227 x 3 with 96 filters of 11 x 11. Three ways to build a layer of that output:
"""

# %% tags=["experiment"]
parameters_of = borrow("05.count_parameters", count_parameters)
work_of = borrow("05.count_multiply_adds", count_multiply_adds)
ten_filters = parameters_of(10, 3, 5, 5)
alexnet = parameters_of(96, 3, 11, 11)
out_side = size_of(227, 11, 4)
outputs = out_side * out_side * 96
weights = {
    "every pixel to every output": outputs * (227 * 227 * 3 + 1),
    "neighbours only": outputs * (11 * 11 * 3 + 1),
    "neighbours, weights shared": alexnet,
}
show_bars(
    weights,
    "parameters",
    f"55 x 55 x 96 outputs: sharing leaves {alexnet:,} parameters",
)
print(f"ten 5 x 5 x 3 filters: {ten_filters} parameters")
print(f"work of AlexNet's first layer: {work_of(3, 227, 227, 96, 11, 11, 4):,}")
print(
    f"1,000 units on a 1024 x 1024 image, fully connected: {1000 * 1024**2:,} weights"
)

# %% [markdown]
r"""
## The way back

In training, the loss sends a gradient `dout` back to the layer: one number for each
output number, saying how much the loss grows if that output grows. The layer turns it
into gradients of its inputs `x`, `w` and `b`. Lesson 03 gave the rule: **where a value
is used several times, the gradients of all its uses add up**. In a convolution layer
everything is used many times:

* the bias $b_k$ at every place of every image: `db` is a sum of `dout` over images,
  rows and columns;
* a weight $w_{kcuv}$ at every place: each time it multiplied one pixel, so `dw` is a
  sum of pixels times `dout`;
* a pixel in every window that covers it: each time it was multiplied by one weight, so
  `dx` is a sum of weights times `dout`.

Take one place, output (n, k, i, j). Its window contributes

$$dx_\text{window} \mathrel{+}= \text{dout}_{nkij}\, w_k \qquad dw_k \mathrel{+}= \text{dout}_{nkij}\, x_\text{window}
\qquad db_k \mathrel{+}= \text{dout}_{nkij}$$

That is all. Go through all places, and **add**. (Assigning with `=` instead of `+=` is
the most frequent mistake: it keeps only the last window.)

By hand, in one dimension: x = (1, 2, 3), w = (10, 20), dout = (1, 2). Window 0 puts 10
and 20 on pixels 0 and 1. Window 1 puts 20 and 40 on pixels 1 and 2. So dx = (10, 40,
40), dw = (1·1 + 2·2, 1·2 + 2·3) = (5, 8) and db = 3.

### The filter turns up turned

Which parts meet in one pixel? Take a filter of 2 x 2 and outputs of 2 x 2, and write
down for each of the nine pixels what the four windows have put there (δ is dout):
"""

# %%
dout_symbols = np.array([["δ11", "δ12"], ["δ21", "δ22"]])
filter_symbols = np.array([["w11", "w12"], ["w21", "w22"]])
dx_symbols = np.array(
    [
        ["δ11w11", "δ11w12\n+δ12w11", "δ12w12"],
        ["δ11w21\n+δ21w11", "δ11w22\n+δ12w21\n+δ21w12\n+δ22w11", "δ12w22\n+δ22w12"],
        ["δ21w21", "δ21w22\n+δ22w21", "δ22w22"],
    ]
)
show_tables(
    [dout_symbols, filter_symbols[::-1, ::-1], dx_symbols],
    ["dout, to be framed with 0", "filter, turned by 180°", "gradient of the image"],
    "⋆=",
    "Each pixel collects from every window that it lies in",
    cell=1.05,
)

# %% [markdown]
r"""
Look at the middle: δ11 goes with w22, δ22 with w11. The two run **against** each other,
and that is a true convolution: `dx` is the **full convolution** of `dout` with the
filter. Or, said with the operation of our layer: frame `dout` with F - 1 zeros, turn
the filter by 180 degrees, and cross-correlate. So the way back through a convolution
layer (of stride 1) is a convolution layer again. The picture uses one filter and one
channel; with several the sum runs over all filters.

**Exercise `conv_backward_loops`** (5 points, 30 minutes). With loops, any stride and
padding. `dx` has the shape of `x`: the gradients that fall on the frame are thrown
away, for nobody can change the frame.

<details><summary>A hint</summary>
Prepare zeros of the shape of the <b>framed</b> images, of <code>w</code> and of
<code>b</code>. Inside the loops add the three contributions above. At the end cut the
frame off: pixel [0, 0] of x is at [PH, PW] of the framed image.
<code>for (n, k, i, j), d in np.ndenumerate(dout):</code> is four loops in one line.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "conv_backward_loops"}
def conv_backward_loops(dout, cache):
    """The backward pass of a convolution layer, with loops.

    dout: upstream gradient, shape (N, K, OH, OW).  cache: (x, w, b, stride, pad).
    Returns (dx, dw, db), the gradients of x (N, C, H, W), w (K, C, FH, FW), b (K,).
    """
    ### BEGIN SOLUTION
    x, w, b, stride, pad = cache
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    (SH, SW), (PH, PW) = np.broadcast_to(stride, 2), np.broadcast_to(pad, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    dpadded, dw, db = np.zeros_like(padded), np.zeros_like(w), np.zeros_like(b)
    for (n, k, i, j), d in np.ndenumerate(dout):
        rows = slice(i * SH, i * SH + FH)
        columns = slice(j * SW, j * SW + FW)
        dpadded[n, :, rows, columns] += d * w[k]
        dw[k] += d * padded[n, :, rows, columns]
        db[k] += d
    return dpadded[:, :, PH : PH + H, PW : PW + W], dw, db
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_conv_backward_loops"}
check("05.conv_backward_loops", conv_backward_loops)

# %% [markdown]
r"""
The statement about the turned filter, tried out with numbers: `dx` from your loops,
against the full convolution by your `convolve_2d` on a framed `dout`. The largest
difference should be 0.
"""

# %% tags=["experiment"]
gradient_slowly = borrow("05.conv_backward_loops", conv_backward_loops)
rng = np.random.default_rng(5)
upstream = rng.integers(-4, 5, size=(2, 2)).astype(float)
cache = (tiny[None, None], tiny_filter[None, None], np.zeros(1), 1, 0)
from_loops = gradient_slowly(upstream[None, None], cache)[0][0, 0]
from_convolution = convolve(frame(upstream, 1), tiny_filter)
show_tables(
    [upstream, tiny_filter, from_loops, from_convolution],
    ["dout", "filter", "dx by loops", "full convolution"],
    "∗==",
    "The loops give the full convolution: largest difference "
    f"{abs(from_loops - from_convolution).max():g}",
)

# %% [markdown]
r"""
## All windows at once

Your loops are right, and far too slow: a Python step for every output number. The trick
that made ConvNets practical is a detour. Write every window as a **column** of a table,
and the filter as a row: then all outputs come from **one matrix product**. With K
filters there are K rows. The detour is called **im2col** ("image to columns"), and the
product **GEMM**, after the general matrix multiplication routine of the numerical
libraries, which people have been making faster for decades.
"""

# %%
tiny_columns = np.array([[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]], float)
show_im2col(
    tiny,
    tiny_filter,
    tiny_columns,
    "Four windows become four columns: one product does it",
)

# %% [markdown]
r"""
Below each column stands the output that its window makes. The price: a pixel is copied
once for each window it lies in. AlexNet's first layer, 227 x 227 x 3 with 11 x 11
windows at stride 4, becomes a table of $11 \cdot 11 \cdot 3 = 363$ rows and
$55 \cdot 55 = 3025$ columns.

The order matters. In a column the channels come one after the other, in each the rows
from top to bottom, in each the pixels from left to right, because that is how
`w.reshape(K, -1)` lines up the weights. The columns come in the order of the outputs,
row by row.

Do we need loops to collect the windows? NumPy's
`sliding_window_view(x, (FH, FW), axis=(2, 3))` gives a **view** of the array: no number
is copied, each window is seen where it is. Its two new axes come last:
"""

# %%
views = sliding_window_view(np.zeros((5, 3, 32, 40)), (4, 6), axis=(2, 3))
print("windows of all images at stride 1:", views.shape)
print("every second one down, every third across:", views[:, :, ::2, ::3].shape)

# %% [markdown]
r"""
**Exercise `im2col`** (4 points, 20 minutes). A table for each image, without a loop
over pixels.

<details><summary>A hint</summary>
After stride and padding, the windows have the axes (N, C, OH, OW, FH, FW). You want (N,
C, FH, FW, OH, OW), and then to melt the three after N into one, and the last two into
one. <code>transpose</code> takes the new order of the axes; <code>reshape</code> melts
neighbours.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "im2col"}
def im2col(x, size, stride=1, pad=0):
    """All windows of each image as the columns of a table.

    x: images, shape (N, C, H, W).  size: of a window, an int or a pair (FH, FW).
    stride, pad: an int, or a pair (for the height, for the width); the frame is zero.
    Returns columns, shape (N, C * FH * FW, OH * OW).
    """
    ### BEGIN SOLUTION
    N, C = x.shape[:2]
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (FH, FW), axis=(2, 3))
    windows = windows[:, :, ::SH, ::SW]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(N, C * FH * FW, -1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_im2col"}
check("05.im2col", im2col)

# %% tags=["experiment"]
to_columns = borrow("05.im2col", im2col)
table_of_tiny = to_columns(tiny[None, None], 2)[0]
print(table_of_tiny)
first_layer = to_columns(np.zeros((1, 3, 227, 227), np.float32), 11, stride=4)
print("AlexNet's first layer, one image:", first_layer.shape[1:])

# %% [markdown]
r"""
On the way back, gradients arrive as a table of the same shape, and must return to the
pixels: **col2im**. A pixel that was copied into several columns gets the **sum** of
what comes back from them. So col2im is not the inverse of im2col: it is its gradient.

Is a loop over the columns needed? No: go through the **rows**. Row (c, u, v) holds the
same corner of every window, and these pixels lie in the image on a regular grid: one
slice with a step. There are only FH x FW offsets (u, v).

**Exercise `col2im`** (3 points, 20 minutes). Loops over the offsets in a window are
fine, over pixels not.

<details><summary>A hint</summary>
Reshape the columns to (N, C, FH, FW, OH, OW). For offset (u, v), the rows of the framed
image are u, u + SH, u + 2 SH, …, OH of them; as a slice:
<code>slice(u, u + OH * SH, SH)</code>. Add, and at the end cut off the frame.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "col2im"}
def col2im(columns, shape, size, stride=1, pad=0):
    """Put columns back into images; where windows overlap, what they hold is added.

    columns: shape (N, C * FH * FW, OH * OW), as `im2col` makes them.
    shape: (N, C, H, W) of the images.  size, stride, pad: as in `im2col`.
    Returns images, shape (N, C, H, W); what falls on the frame is left away.
    """
    ### BEGIN SOLUTION
    N, C, H, W = shape
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    OH, OW = (H - FH + 2 * PH) // SH + 1, (W - FW + 2 * PW) // SW + 1
    parts = columns.reshape(N, C, FH, FW, OH, OW)
    padded = np.zeros((N, C, H + 2 * PH, W + 2 * PW), columns.dtype)
    for u in range(FH):
        for v in range(FW):
            rows, across = slice(u, u + OH * SH, SH), slice(v, v + OW * SW, SW)
            padded[:, :, rows, across] += parts[:, :, u, v]
    return padded[:, :, PH : PH + H, PW : PW + W]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_col2im"}
check("05.col2im", col2im)

# %% [markdown]
r"""
## The fast layer

Now put it together. **Exercise `conv_forward`** (4 points, 25 minutes). The same layer
as before, without a loop over pixels. Write it as one function that uses none of the
others, so that it is graded by itself (copying lines from your `im2col` is fine).
Numbers of type `float32` must stay `float32`: they need half the memory of `float64`,
and half as many bytes have to be moved.

A tip for speed: do **one image at a time**, in a loop over n. The table of one image
fits into the processor's cache; that of a whole batch does not, and a product that
waits for memory is slow. With `w.reshape(K, -1) @ columns` the result already has the
shape (K, OH·OW) that the output wants.

<details><summary>A hint</summary>
<code>out = np.empty((N, K, OH * OW), x.dtype)</code>; fill <code>out[n]</code> with the
product for image n; add the bias as a column; reshape at the end.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "conv_forward"}
def conv_forward(x, w, b, stride=1, pad=0):
    """The forward pass of a convolution layer, without a loop over pixels.

    x: images, shape (N, C, H, W).  w: filters, shape (K, C, FH, FW).  b: shape (K,).
    stride, pad: an int, or a pair (for the height, for the width); the frame is zero.
    Returns (out, cache): out, shape (N, K, OH, OW), of the dtype of x, and
    (x, w, b, stride, pad).
    """
    ### BEGIN SOLUTION
    N, (K, C, FH, FW) = len(x), w.shape
    (SH, SW), (PH, PW) = np.broadcast_to(stride, 2), np.broadcast_to(pad, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (FH, FW), axis=(2, 3))
    windows = windows[:, :, ::SH, ::SW].transpose(0, 1, 4, 5, 2, 3)
    OH, OW = windows.shape[4:]
    out = np.empty((N, K, OH * OW), x.dtype)
    for n in range(N):
        columns = windows[n].reshape(C * FH * FW, OH * OW)
        np.matmul(w.reshape(K, -1), columns, out=out[n])
    out += b[:, None]
    return out.reshape(N, K, OH, OW), (x, w, b, stride, pad)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_conv_forward"}
check("05.conv_forward", conv_forward)

# %% [markdown]
r"""
And back. The forward pass of an image was `out = w_rows @ columns`, a plain matrix
product, and lesson 03 gave its gradients:

$$d(\text{w\_rows}) = \text{dout} \; \text{columns}^T \qquad d(\text{columns}) = \text{w\_rows}^T\; \text{dout}$$

The first, added up over the images and reshaped, is `dw`. The second goes back into the
image as in `col2im`.

**Exercise `conv_backward`** (5 points, 30 minutes). Loops over images and over the
offsets in a window are fine, over pixels not.

<details><summary>A hint</summary>
Per image: its columns once more (the cache holds x),
<code>d = dout[n].reshape(K, -1)</code>, the two products, and the loop of
<code>col2im</code> over the offsets. <code>columns @ d.T</code> is the transpose of
<code>d @ columns.T</code>, and a little faster in NumPy.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "conv_backward"}
def conv_backward(dout, cache):
    """The backward pass of a convolution layer, without a loop over pixels.

    dout: upstream gradient, shape (N, K, OH, OW).  cache: (x, w, b, stride, pad).
    Returns (dx, dw, db), the gradients of x (N, C, H, W), w (K, C, FH, FW), b (K,), of
    their dtypes.
    """
    ### BEGIN SOLUTION
    x, w, _, stride, pad = cache
    (H, W), (K, C, FH, FW), (OH, OW) = x.shape[2:], w.shape, dout.shape[2:]
    (SH, SW), (PH, PW) = np.broadcast_to(stride, 2), np.broadcast_to(pad, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (FH, FW), axis=(2, 3))
    windows = windows[:, :, ::SH, ::SW].transpose(0, 1, 4, 5, 2, 3)
    dpadded, dw = np.zeros_like(padded), np.zeros((C * FH * FW, K), w.dtype)
    for n in range(len(x)):
        d = dout[n].reshape(K, OH * OW)
        dw += windows[n].reshape(C * FH * FW, OH * OW) @ d.T
        parts = (w.reshape(K, -1).T @ d).reshape(C, FH, FW, OH, OW)
        down = np.zeros((C, FW, H + 2 * PH, OW), x.dtype)  # first down, then across:
        for u in range(FH):  # fewer and longer rows to add than both at once
            down[:, :, u : u + OH * SH : SH] += parts[:, u]
        for v in range(FW):
            dpadded[n, :, :, v : v + OW * SW : SW] += down[:, v]
    dx = dpadded[:, :, PH : PH + H, PW : PW + W]
    return dx, dw.T.reshape(w.shape), dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_conv_backward"}
check("05.conv_backward", conv_backward)

# %% [markdown]
r"""
### What the loops cost

Forward and backward for colour images of 32 x 32 pixels and 32 filters of 5 x 5: your
loops, your fast layer, and PyTorch.
"""

# %% tags=["experiment"]
from time import perf_counter

from utils.exercises.convolution.gradient import conv_gradient_oracle
from utils.exercises.convolution.layer import conv_oracle

conv = borrow("05.conv_forward", conv_forward)
conv_back = borrow("05.conv_backward", conv_backward)


def seconds_per_image(forward, backward, n, tries):
    """The best of several rounds, forward and backward, by the number of images."""
    x, w = (
        rng.normal(size=s).astype(np.float32) for s in ((n, 3, 32, 32), (32, 3, 5, 5))
    )
    times = []
    for _ in range(tries):
        start = perf_counter()
        out, cache = forward(x, w, np.zeros(32, np.float32), stride=1, pad=2)
        backward(out, cache)
        times.append(perf_counter() - start)
    return min(times) / n


# %% tags=["experiment"]
costs = {
    "loops": seconds_per_image(conv_slowly, gradient_slowly, 1, 1),
    "im2col": seconds_per_image(conv, conv_back, 64, 3),
    "PyTorch": seconds_per_image(conv_oracle, conv_gradient_oracle, 64, 3),
}
times = costs["loops"] / costs["im2col"]
show_bars(
    {name: 1000 * cost for name, cost in costs.items()},
    "milliseconds an image, forward and backward",
    f"The loops take {times:,.0f} times as long as the matrix product",
)

# %% [markdown]
r"""
Here the loops take some 0.4 seconds for **one** image of this layer, hundreds of times
as long as the same sums in a matrix product: an epoch of 49,000 images would take over
five hours. Your fast layer plays in PyTorch's league. With one thread each, for 64
images, forward and backward (`python benchmarks/convolution.py`): this layer takes 1.0
times PyTorch's time in `float32` and half of it in `float64`; a layer of 64 filters of
3 x 3 on 64 channels takes 1.7 times its time in `float32` and 0.6 times in `float64`.
The arithmetic is the same everywhere. What differs is who does the loop, and how well
the numbers fit into the cache.

## Pooling

A net should not care much whether an edge is one pixel further left. **Pooling** makes
maps smaller and forgives small shifts: cut each map into windows and keep one number a
window, the largest (**max pooling**) or the mean (**average pooling**). Usual are
windows of 2 x 2 with stride 2: half the height, half the width, a quarter of the
numbers. Windows may overlap. Every channel is pooled by itself, and there is nothing to
learn. The size of the output follows the same formula.

In our tiny example, with windows of 2 x 2 and stride 1, max pooling gives 4 5 / 7 8.

**Exercise `max_pool_forward`** (3 points, 15 minutes). A frame must never win, not even
where all pixels are negative: for max pooling, padding means minus infinity.

<details><summary>A hint</summary>
As in <code>col2im</code>: the top left pixels of all windows are one slice with a step,
their right neighbours another. There are FH x FW such slices;
<code>np.maximum(a, b)</code> keeps the larger of two arrays, element by element.
<code>np.pad</code> takes <code>constant_values</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "max_pool_forward"}
def max_pool_forward(x, size=2, stride=2, pad=0):
    """The largest value of each window of each channel.

    x: shape (N, C, H, W).  size, stride, pad: an int, or a pair (for the height, for
    the width); a frame never wins.
    Returns (out, cache): out, shape (N, C, OH, OW), of the dtype of x, and
    (x, size, stride, pad).
    """
    ### BEGIN SOLUTION
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    frame = ((0, 0), (0, 0), (PH, PH), (PW, PW))
    padded = np.pad(x, frame, constant_values=-np.inf)
    OH, OW = (padded.shape[2] - FH) // SH + 1, (padded.shape[3] - FW) // SW + 1
    out = np.full((*x.shape[:2], OH, OW), -np.inf, x.dtype)
    for image, largest in zip(padded, out, strict=True):
        for u in range(FH):
            for v in range(FW):
                part = image[:, u : u + OH * SH : SH, v : v + OW * SW : SW]
                np.maximum(largest, part, out=largest)
    return out, (x, size, stride, pad)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_max_pool_forward"}
check("05.max_pool_forward", max_pool_forward)

# %% [markdown]
r"""
### A switch for each window

Back through a maximum: lifting the largest pixel of a window lifts the output just as
much; lifting another one a little changes nothing. So the gradient of the output goes
to **the largest pixel alone**, as through a switch. Where windows overlap, a pixel can
be the largest of several, and their gradients add up.

What about **ties**? After a ReLU, a window often holds several zeros. Any choice is
defensible, but it must be one: give the gradient to each of them, and more comes out
than went in. The convention here is PyTorch's: **the first in row order gets it all**.

**Exercise `max_pool_backward`** (4 points, 25 minutes).

<details><summary>A hint</summary>
Go through the offsets of a window in row order, as in <code>col2im</code>. Where the
pixels at this offset equal the largest value of their window, and the window has no
winner yet, they win: add <code>dout</code> there, and note which windows have their
winner now. (Another way: <code>argmax</code> over windows whose pixels stand in one
axis; it returns the first of several equal maxima.)
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "max_pool_backward"}
def max_pool_backward(dout, cache):
    """The gradient of max pooling: all of it to the first largest pixel of each window.

    dout: upstream gradient, shape (N, C, OH, OW).  cache: (x, size, stride, pad).
    Returns dx, shape (N, C, H, W), of the dtype of x.
    """
    ### BEGIN SOLUTION
    x, size, stride, pad = cache
    (H, W), (OH, OW) = x.shape[2:], dout.shape[2:]
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    frame = ((0, 0), (0, 0), (PH, PH), (PW, PW))
    padded = np.pad(x, frame, constant_values=-np.inf)
    dpadded = np.zeros_like(padded)
    down = [slice(u, u + OH * SH, SH) for u in range(FH)]
    across = [slice(v, v + OW * SW, SW) for v in range(FW)]
    places = [(slice(None), rows, columns) for rows in down for columns in across]
    for image, dimage, d in zip(padded, dpadded, dout, strict=True):
        largest = np.max([image[place] for place in places], axis=0)
        free = np.ones(d.shape, bool)
        for place in places:
            won = free & (image[place] == largest)
            dimage[place] += d * won
            free &= ~won
    return dpadded[:, :, PH : PH + H, PW : PW + W]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_max_pool_backward"}
check("05.max_pool_backward", max_pool_backward)

# %% tags=["experiment"]
pool = borrow("05.max_pool_forward", max_pool_forward)
pool_back = borrow("05.max_pool_backward", max_pool_backward)
tiny_pooled = pool(tiny[None, None], 2, stride=1)[0][0, 0]
print("tiny, 2 x 2, stride 1:", *tiny_pooled)
shown = np.array([[1.0, 6, 2, 0], [5, 3, 0, 0], [4, 4, 7, 1], [2, 4, 3, 8]])
pooled, pool_cache = pool(shown[None, None])
back = np.array([[10.0, 20], [30, 40]])
switched = pool_back(back[None, None], pool_cache)[0, 0]
show_pooling(shown, pooled[0, 0], back, switched, 2)

# %% [markdown]
r"""
The third window holds 4, 4, 2, 4: the first 4 gets all 30.

**Exercise `average_pool_forward`** (2 points, 10 minutes). The mean of each window.
Zeros of a frame count as pixels: the sum is always divided by FH·FW (that is PyTorch's
default).

<details><summary>A hint</summary>
The slices are those of max pooling. What replaces <code>np.maximum</code>, with what
does the output begin, and what is left to do at the end?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "average_pool_forward"}
def average_pool_forward(x, size=2, stride=2, pad=0):
    """The mean of each window of each channel.

    x: shape (N, C, H, W).  size, stride, pad: an int, or a pair (for the height, for
    the width); the frame is zero, and counts as pixels.
    Returns (out, cache): out, shape (N, C, OH, OW), of the dtype of x, and
    (x, size, stride, pad).
    """
    ### BEGIN SOLUTION
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    OH, OW = (padded.shape[2] - FH) // SH + 1, (padded.shape[3] - FW) // SW + 1
    out = np.zeros((*x.shape[:2], OH, OW), x.dtype)
    for image, mean in zip(padded, out, strict=True):
        for u in range(FH):
            for v in range(FW):
                mean += image[:, u : u + OH * SH : SH, v : v + OW * SW : SW]
        mean /= FH * FW
    return out, (x, size, stride, pad)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_average_pool_forward"}
check("05.average_pool_forward", average_pool_forward)

# %% [markdown]
r"""
**Exercise `average_pool_backward`** (2 points, 15 minutes). Every pixel of a window has
the same share in the mean. Which?

<details><summary>A hint</summary>
By hand: the row (3, 7, 5), windows of two, stride 1, dout = (10, 20). Pixel 0 gets 5,
pixel 1 gets 5 + 10, pixel 2 gets 10. The loop is that of <code>col2im</code> once more,
with the same array added at every offset.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "average_pool_backward"}
def average_pool_backward(dout, cache):
    """The gradient of average pooling: an equal share to every pixel of a window.

    dout: upstream gradient, shape (N, C, OH, OW).  cache: (x, size, stride, pad).
    Returns dx, shape (N, C, H, W), of the dtype of x.
    """
    ### BEGIN SOLUTION
    x, size, stride, pad = cache
    (N, C, H, W), (OH, OW) = x.shape, dout.shape[2:]
    (FH, FW), (SH, SW), (PH, PW) = (np.broadcast_to(v, 2) for v in (size, stride, pad))
    dpadded = np.zeros((N, C, H + 2 * PH, W + 2 * PW), x.dtype)
    for dimage, d in zip(dpadded, dout, strict=True):
        share = d / int(FH * FW)
        for u in range(FH):
            for v in range(FW):
                dimage[:, u : u + OH * SH : SH, v : v + OW * SW : SW] += share
    return dpadded[:, :, PH : PH + H, PW : PW + W]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_average_pool_backward"}
check("05.average_pool_backward", average_pool_backward)

# %% [markdown]
r"""
Max pooling keeps **whether** a feature was seen; average pooling keeps how much of it
there was. Here is the photograph, its upright edges, and these pooled three times. With
every pool the maximum keeps the edges bright, and the mean lets them fade.
"""

# %% tags=["experiment"]
average = borrow("05.average_pool_forward", average_pool_forward)
by_max = by_mean = found["upright edges"][None, None]
pooled_maps = {"upright edges": by_max[0, 0]}
for _ in range(3):
    by_max, by_mean = pool(by_max)[0], average(by_mean)[0]
pooled_maps["max pooled, 3 times"] = by_max[0, 0]
pooled_maps["average pooled, 3 times"] = by_mean[0, 0]
show_photographs(
    pooled_maps,
    "At an eighth of the side the maximum keeps the edges bright: mean "
    f"{by_max.mean():.2f} against {by_mean.mean():.2f}",
)

# %% [markdown]
r"""
## A convolution is a matrix

Each output of a convolution is a weighted sum of inputs. So a convolution **is** a
fully connected layer, one with a very special weight matrix: most entries are 0, and
the same few weights return in every column, one step further down. A matrix that is
constant along its diagonals is called a **Toeplitz matrix**. For the full convolution
of a signal of length 3 with h = (1, -1):

$$\begin{pmatrix} 1 & 0 & 0 \\ -1 & 1 & 0 \\ 0 & -1 & 1 \\ 0 & 0 & -1 \end{pmatrix}
\begin{pmatrix} 1 \\ 2 \\ 2 \end{pmatrix} = \begin{pmatrix} 1 \\ 1 \\ 0 \\ -2 \end{pmatrix}$$

**Exercise `toeplitz`** (2 points, 10 minutes). The matrix of `convolve_1d` for signals
of length n.

<details><summary>A hint</summary>
Column j is what a signal gives that is 1 at time j and 0 elsewhere: the filter, j steps
late.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "toeplitz"}
def toeplitz(w, n):
    """The matrix T of the full convolution: T @ x is the convolution of x with w.

    w: filter, shape (F,).  n: length of the signals x.
    Returns T, shape (n + F - 1, n).
    """
    ### BEGIN SOLUTION
    matrix = np.zeros((n + len(w) - 1, n))
    for j in range(n):
        matrix[j : j + len(w), j] = w
    return matrix
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_toeplitz"}
check("05.toeplitz", toeplitz)

# %% [markdown]
r"""
An image works in the same way, once its pixels are lined up: a band of bands. The
matrix on the right belongs to a 3 x 3 filter on a 6 x 6 image. Of its 576 entries 144
are not zero, and these are nine different numbers: nine colours, each shared by sixteen
outputs. The gradient fits as well: back through a matrix means its transpose, and the
transpose of a Toeplitz matrix runs the filter the other way round.
"""

# %% tags=["experiment"]
matrix = borrow("05.toeplitz", toeplitz)(np.array([1.0, -1.0]), 3)
toeplitz_out = matrix @ np.array([1.0, 2.0, 2.0])
nine = np.arange(1.0, 10).reshape(3, 3)
pixels = np.eye(36).reshape(36, 1, 6, 6)  # one image for each pixel: only it is 1
of_image = conv(pixels, nine[None, None], np.zeros(1))[0].reshape(36, -1).T
show_matrices(
    {"h = (1, −1), signals of length 3": matrix, "3 x 3 filter, 6 x 6 image": of_image},
    "Equal colours are one shared weight; white is no connection",
)
print("h = (1, -1), signal (1, 2, 2):", toeplitz_out)
print(f"nonzero: {np.count_nonzero(of_image)} of {of_image.size} entries on the right")

# %% [markdown]
r"""
## A dense layer as a convolution

The other direction works too. A fully connected layer on C x H x W inputs takes for
each score a weighted sum of **all** of them: that is a filter as large as the image, at
its only place. So scores `x.reshape(N, -1) @ W` are a convolution with K filters of C x
H x W weights, and an output of 1 x 1. AlexNet's first fully connected layer, from 6 x 6
x 256 to 4,096, is 4,096 filters of 256 x 6 x 6.

What for? A convolution does not mind a **larger image**. A net whose dense layers are
rewritten as convolutions slides over a large photograph and gives a map of scores, one
for each place, sharing all the work in between (Sermanet et al., 2014; Long et al.,
2015).

**Exercise `dense_to_conv`** (2 points, 10 minutes). `W` has the shape (D, K) with D =
C·H·W, as in `X @ W`.

<details><summary>A hint</summary>
The weights of score k are column k of W. <code>x.reshape(N, -1)</code> runs through
channels, rows, columns, and so does <code>reshape</code> the other way.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "dense_to_conv"}
def dense_to_conv(W, shape):
    """The filters that give the scores of a fully connected layer.

    W: weights of the dense layer, shape (C * H * W, K).  shape: (C, H, W) of an image.
    Returns filters, shape (K, C, H, W).
    """
    ### BEGIN SOLUTION
    return W.T.reshape(-1, *shape)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_dense_to_conv"}
check("05.dense_to_conv", dense_to_conv)

# %% [markdown]
r"""
A demonstration: a dense layer with one score, whose weights are a patch of the
photograph (less its mean), made for inputs of 12 x 12 pixels. As a convolution it runs
over the whole picture, and the score is highest where the patch was cut out.
"""

# %% tags=["experiment"]
top, left = 24, 68
patch = photo[top : top + 12, left : left + 12]
dense = (patch - patch.mean()).reshape(-1, 1)
as_filter = borrow("05.dense_to_conv", dense_to_conv)(dense, (1, 12, 12))
scores = conv(photo[None, None] - photo.mean(), as_filter, np.zeros(1))[0][0, 0]
place = tuple(int(i) for i in np.unravel_index(scores.argmax(), scores.shape))
scaled = (scores - scores.min()) / (scores.max() - scores.min())
show_photographs(
    {
        "photograph": photo,
        "what the dense layer looks for": patch,
        "map of scores": scaled,
    },
    f"Cut out at ({top}, {left}), scored highest at {place}, in the small frame",
    marked={
        "photograph": (top, left, 12, 12),
        "map of scores": (place[0] - 3, place[1] - 3, 6, 6),
    },
)

# %% [markdown]
r"""
## Small filters, deep stacks

**1 x 1.** A filter of one pixel sees no neighbourhood at all. It mixes channels: at
each pixel, K new numbers from the C old ones, a small dense layer applied at every
pixel. It is the cheap way to go from many channels to few.

**3 x 3, several times.** One 3 x 3 layer sees 3 x 3 pixels. A second one on top looks
at 3 x 3 of the first one's outputs, and so at 5 x 5 pixels; a third at 7 x 7. How far a
unit sees is its **receptive field**. Compare, for C channels in and out:

* one 7 x 7 layer: $49\, C^2$ weights;
* three 3 x 3 layers: $3 \cdot 9\, C^2 = 27\, C^2$ weights, the same field, and three
  ReLUs in between instead of one.

Fewer weights and more bends: that is why nets became deep and filters small (Simonyan
and Zisserman, 2015). In the same way two layers of 3 x 3 replace one of 5 x 5, with 18
C² against 25 C².

**Strides** make the field grow faster: behind a layer of stride 2, two neighbouring
units are 2 pixels apart, so everything that follows reaches twice as far.
"""

# %%
show_receptive_field(
    {
        "after conv 3": 1,
        "after pool 2, stride 2": 3,
        "after conv 3 (first)": 6,
        "pixels": 8,
    },
    [2, 2, 1, 1],
    "conv 3 – pool 2 – conv 3: one output sees 8 pixels",
)

# %% [markdown]
r"""
Count from the pixels to the output: the first layer sees 3. Its neighbours are 1 pixel
apart, so the pool of 2 sees one pixel more: 4. The neighbours behind the pool are 2
pixels apart, so the last layer, which looks at 3 of them, sees 2 · 2 pixels more: 8.

**Exercise `receptive_field`** (2 points, 15 minutes). Layers are pairs (size, stride),
the first layer first; pools count like convolutions. Padding plays no part.

<details><summary>A hint</summary>
Carry two numbers through the layers: how many pixels are seen so far, and how many
pixels two neighbours are apart. Which of the two must be brought up to date first?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "receptive_field"}
def receptive_field(layers):
    """How many pixels of a side one unit after the last layer sees.

    layers: a list of pairs (size, stride), the first layer first.  Returns an int.
    """
    ### BEGIN SOLUTION
    seen, step = 1, 1
    for size, stride in layers:
        seen += (size - 1) * step
        step *= stride
    return seen
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_receptive_field"}
check("05.receptive_field", receptive_field)

# %% tags=["experiment"]
field_of = borrow("05.receptive_field", receptive_field)
stacked = field_of([(3, 1)] * 3)
single = field_of([(7, 1)])
weights_stacked, weights_single = (
    n * parameters_of(64, 64, f, f, bias=False) // 64**2 for n, f in ((3, 3), (1, 7))
)
print(f"three 3 x 3: sees {stacked} x {stacked}, {weights_stacked} C² weights")
print(f"one 7 x 7:   sees {single} x {single}, {weights_single} C² weights")
alexnet_layers = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
print(f"AlexNet after its last pool: {field_of(alexnet_layers)} pixels of 227")

# %% [markdown]
r"""
## How layers are put together

From LeNet (1998) on, ConvNets follow one pattern:

    INPUT → [[CONV → RELU] x M → POOL?] x N → [DENSE → RELU] x K → DENSE

M is mostly 1 to 3, a pool follows or not, N is anything from 1 to 100, K is 0 to 2.
From block to block the maps get smaller and more numerous: less **where**, more
**what**. Some habits that have lasted:

* filters of 3 x 3 with padding 1, so that a convolution keeps the size and only pools
  (or strides of 2) reduce it;
* sides that can be halved often: 32, 64, 96, 224;
* large filters or strides, if at all, in the first layer;
* the last years lean to no dense layers at all: a mean over each last map, and one
  dense layer for the scores.

## The experiment

A three-layer ConvNet, in NumPy only:

    conv 7 x 7, 32 filters – relu – max pool 2 x 2 – dense 100 – relu – dense 10

Convolution and pooling are yours, from this lesson. Dense layer, ReLU and the loss are
yours from lesson 03, and Adam from lesson 04, if those notebooks lie beside this one;
else PyTorch's stand in. Stanford's course CS231n trains this very net for one epoch on
49,000 images of CIFAR-10, in batches of 50, and reports 47 to 48 % on 1,000 validation
images. Linear classifiers end at 37 to 39 %.
"""

# %% tags=["experiment"]
from utils.data import load_cifar10
from utils.training import Layer, Net, train

full = course_mode() == "full"
n_train, n_val, n_epochs = (49_000, 1_000, 1) if full else (2_000, 500, 2)
pictures = load_cifar10(n_train=n_train + n_val, n_test=0)
mean_image = pictures.X_train[:n_train].mean(axis=0)
X, y = pictures.X_train - mean_image, pictures.y_train
train_set, val_set = (X[:n_train], y[:n_train]), (X[n_train:], y[n_train:])
print(pictures.description)

# %% tags=["experiment"]
affine_forward, affine_backward, relu_forward, relu_backward, loss = borrow_earlier(
    "03_backpropagation", "affine_forward", "affine_backward", "relu_forward",
    "relu_backward", "softmax_cross_entropy")  # fmt: skip
(adam,) = borrow_earlier("04_training", "adam")


def weights_and_bias(rng, *shape, outputs, name):
    """Small random weights (He et al., 2015) in single precision, and zero biases."""
    scale = np.sqrt(2 / (np.prod(shape) // outputs))
    w = (scale * rng.normal(size=shape)).astype(np.float32)
    return {name: w, "b": np.zeros(outputs, np.float32)}


# %% tags=["experiment"]
rng = np.random.default_rng(7)
filters = weights_and_bias(rng, 32, 3, 7, 7, outputs=32, name="w")
hidden = weights_and_bias(rng, 32 * 16 * 16, 100, outputs=100, name="W")
output = weights_and_bias(rng, 100, 10, outputs=10, name="W")
layers = [
    Layer(conv, conv_back, filters, {"stride": 1, "pad": 3}),
    Layer(relu_forward, relu_backward),
    Layer(pool, pool_back, options={"size": 2, "stride": 2}),
    Layer(affine_forward, affine_backward, hidden),
    Layer(relu_forward, relu_backward),
    Layer(affine_forward, affine_backward, output),
]
net, before = Net(layers, loss), layers[0].parameters["w"].copy()
history = train(net, train_set, val_set, rng=rng, learning_rate=1e-3, n_epochs=n_epochs,
                batch_size=50, update=adam, label="ConvNet")  # fmt: skip

# %% tags=["experiment"]
accuracy = history.best
print(f"validation accuracy: {100 * accuracy:.1f} %")
if full and not pictures.builtin:
    print("published (CS231n, one epoch): 47 to 48 %")
show_training(
    history.losses,
    {"training": history.train_accuracies, "validation": history.val_accuracies},
    f"{100 * accuracy:.1f} % of the validation images, guessing gives 10 %",
)

# %% [markdown]
r"""
In full mode we measured **58.1 %** on the 1,000 validation images after the one epoch,
with

    OMP_NUM_THREADS=1 COURSE_MODE=full python solutions/05_convolution.py

in under three minutes (73 seconds of processor time, checks and figures included) on a
machine that was busy with other things as well. CS231n's 47 to 48 % come from the same
net with smaller initial weights and some regularisation. Two things differ, then, and
we have not measured which of them counts; lesson 04 would bet on the start of He et al.
(Why one thread? The products of single images are small, and several threads spend
their time waiting for each other.)

What has the first layer learned? The filters themselves still look like the noise they
began with, because one epoch moves the weights by less than their initial size. So look
at what training has **added** to them: smooth blobs of colour and, in full mode, edges
of several directions. Nobody told the net to look for edges.
"""

# %% tags=["experiment"]
after = layers[0].parameters["w"]
moved = abs(after - before).mean() / abs(before).mean()
show_filters(after, "After training, the 32 filters still show their initial noise")
show_filters(
    after - before,
    f"What training added ({100 * moved:.0f} % of the noise in size) is smooth",
)

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). A colour image of 96 x 64 pixels (height x width) goes through
16 filters of 5 x 5 with stride 2 and padding 1. How many numbers does the output hold?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_outputs"}
### BEGIN SOLUTION
answer_outputs = 16 * 47 * 31
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_outputs"}
check("05.answer_outputs", answer_outputs)

# %% [markdown]
r"""
**Question 2** (1 point). For how many pixels of the image does the loss get a gradient
that is **certainly zero**, because no window looks at them? One channel of 10 x 10, a 4
x 4 filter, stride 4, no padding.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_unseen"}
### BEGIN SOLUTION
answer_unseen = 10 * 10 - 8 * 8
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_unseen"}
check("05.answer_unseen", answer_unseen)

# %% [markdown]
r"""
**Question 3** (1 point). You train on images of 32 x 32 and now get images of 64 x 64.
Which parameters of the experiment's net can stay as they are?

* `"a"` All of them.
* `"b"` None of them.
* `"c"` Those of the convolution and of the last dense layer, but not those of the first
  dense layer.
* `"d"` Only the biases.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_larger"}
### BEGIN SOLUTION
answer_larger = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_larger"}
check("05.answer_larger", answer_larger)

# %% [markdown]
r"""
**Question 4** (1 point). A library of yours computes true convolutions, with the filter
turned. You load filters that were trained with PyTorch. What must you do?

* `"a"` Nothing: filters are learned, so the turn does not matter.
* `"b"` Turn every filter by 180 degrees, once, when loading.
* `"c"` Turn the images by 180 degrees.
* `"d"` Train again: it cannot be repaired.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_turn"}
### BEGIN SOLUTION
answer_turn = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_turn"}
check("05.answer_turn", answer_turn)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A friend replaces the convolution layer of
the experiment by a fully connected layer with the same output, 32 x 32 x 32 numbers
from 3 x 32 x 32. It could represent everything the convolution can, and more. In four
or five sentences: what does the friend pay, and why will the net probably be **worse**
on new images?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_dense"}
r"""
The dense layer has 3,072 x 32,768 weights, about a hundred million instead of 4,704, so
it needs far more memory and work. It could in principle learn the band matrix of a
convolution, but nothing makes it: each place has weights of its own, and what is
learned about an edge in one corner does not help in another. So it would have to see
every feature at every place, and 49,000 images are far too few for a hundred million
weights: it overfits. The convolution has the right assumptions built in: neighbouring
pixels belong together, and a feature that is useful at one place is useful at every
other. It spends its few weights on what can be different.
"""

# %% [markdown]
r"""
## What to remember

* A convolution layer looks at small windows and uses the same filter at every place;
  libraries do not turn the filter.
* out = ⌊(W - F + 2P)/S⌋ + 1, for each side with its own numbers; what does not fit is
  left over in silence.
* Back, everything that was used several times collects a **sum**: bias, weights, and
  pixels in overlapping windows. `dx` is a full convolution with the filter.
* im2col turns windows into columns and the layer into one matrix product; col2im adds
  them back.
* Max pooling sends the gradient to one winner a window; several small filters see as
  far as a large one, with fewer weights.

To read more: D. Hubel and T. Wiesel, *Receptive fields of single neurones in the cat's
striate cortex* (1959), <https://doi.org/10.1113/jphysiol.1959.sp006308>; K. Fukushima,
*Neocognitron* (1980), <https://doi.org/10.1007/BF00344251>; Y. LeCun et al.,
*Gradient-based learning applied to document recognition* (1998),
<https://doi.org/10.1109/5.726791>; K. Chellapilla et al., *High performance
convolutional neural networks for document processing* (2006), where im2col comes from,
<https://inria.hal.science/inria-00112631>; V. Dumoulin and F. Visin, *A guide to
convolution arithmetic for deep learning* (2016), <https://arxiv.org/abs/1603.07285>; K.
Simonyan and A. Zisserman, *Very deep convolutional networks* (2015),
<https://arxiv.org/abs/1409.1556>; J. Long et al., *Fully convolutional networks*
(2015), <https://arxiv.org/abs/1411.4038>.

Next: batch normalisation, which lets deep stacks of such layers train.
"""
