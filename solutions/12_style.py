# %% [markdown]
r"""
# 12 Style transfer

**The question.** You have a photograph and a painting. What would the photograph look
like if this painter had painted it? A computer that is to answer must know two things
apart: **what** is in a picture, and **how** it is done. Nobody has taught it that. But
a network that tells a thousand kinds of things apart has learned to see, and what it
sees can be taken to pieces.

In this lesson nothing is trained at first: the network stays as it is, and **the
picture** is what is learned. You start from the photograph, measure how far it is from
what you want, and move its pixels against the gradient, for as long as you have
patience. At the end you train a second network that does the same in one pass.

You will write ten pieces. About five hours.
"""

# %%
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from time import perf_counter

import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint, plots
from utils.plots.style import (
    save_pictures,
    show_edge_costs,
    show_grams,
    show_pictures,
    show_race,
    show_values,
)

# %% [markdown]
r"""
The pictures have 160 pixels a side, and 256 in full mode. The next cell chooses the
fastest device that is here.
"""

# %% tags=["experiment"]
from tqdm.auto import tqdm

from utils.borrow import borrow
from utils.data import load_picture
from utils.device import best_device
from utils.networks import pretrained

device, full = best_device(), course_mode() == "full"
side = 256 if full else 160


def picture(name, side=side):
    return torch.from_numpy(load_picture(name, side))[None].to(device)


# %% tags=["experiment"]
photograph, painting = picture("astronaut"), picture("starry_night")
show_pictures(
    {"content: a photograph": photograph, "style: a painting": painting},
    "What would the one look like in the manner of the other?",
)

# %% [markdown]
r"""
## A network that looks

The eye is **SqueezeNet**, which you know from lesson 09, with weights trained on
ImageNet. The pictures of the first paper were made with VGG-19, whose weights take 550
MB; SqueezeNet's take 5, and a pass through it needs a small part of the multiply-adds.
That decides how long you wait. Without weights, a small network trained on the built-in
pictures takes over, and says so.
"""

# %% tags=["experiment"]
known = pretrained("squeezenet1_1")
known.net.to(device)
print(known)

# %% [markdown]
r"""
What the network sees at a layer is its **feature map**: C channels of H x W numbers.
The function `reader` below hangs a **hook** on some layers, as in lesson 10, and makes
`extract`: a function that takes a picture and returns

* the feature map of **one** layer, for the content,
* a **list** of the feature maps of several layers, for the style.

Everything that follows uses `extract` and never asks which network is behind it.
"""


# %% tags=["experiment"]
def reader(known, content_layer, style_layers):
    maps = {}
    for name in {content_layer, *style_layers}:
        layer = known.net.get_submodule(name)
        layer.register_forward_hook(
            lambda module, given, out, name=name: maps.update({name: out})
        )

    def extract(image):
        known.net(known.prepare(image))
        return maps[content_layer], [maps[name] for name in style_layers]

    return extract


if known.small:
    content_layer, style_layers = "relu3", ["relu1", "relu2", "relu3", "relu4"]
else:
    content_layer = "features.4"
    style_layers = [f"features.{i}" for i in (1, 3, 4, 6, 7)]
extract = reader(known, content_layer, style_layers)
for name, maps in zip(style_layers, extract(photograph)[1], strict=True):
    print(f"{name:12} {tuple(maps.shape)}")

# %% [markdown]
r"""
## What is in the picture

Two pictures show the same thing when a deep layer sees the same in both. That is all of
the **content loss** (Gatys, Ecker and Bethge, 2016): with the feature map F of the
picture that is being made and P of the photograph,

$$L_{content} = w \sum_{i} (F_i - P_i)^2$$

where i runs over all numbers of the map. Pixels may differ as they like, as long as the
network does not care: this is what leaves room for brush strokes.

By hand, with w = 0.5: F = (1, 2, 0, 3) and P = (1, 0, 1, 3) differ by 0, 2, -1 and 0.
The squares are 0, 4, 1 and 0, their sum is 5, and the loss is 2.5.

**Exercise `content_loss`** (2 points, 10 minutes). A sum, and no mean. It must be
differentiable with respect to `features`: the gradient goes through it to the pixels.

<details><summary>A hint</summary>
Tensors are subtracted and squared as arrays are; <code>.sum()</code> without an axis
adds up all.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "content_loss"}
def content_loss(features, target, weight):
    """The weighted sum of squared differences of two feature maps.

    features: tensor (N, C, H, W), of the picture that is made.
    target: tensor (N, C, H, W), of the photograph.
    weight: a number.
    Returns a tensor without axes.
    """
    ### BEGIN SOLUTION
    return weight * ((features - target) ** 2).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_content_loss"}
check("12.content_loss", content_loss)

# %% [markdown]
r"""
## How it is done: Gram matrices

Style is harder. Whether a picture is made of short yellow strokes on blue does not
depend on **where** the strokes are. So throw the places away, and keep which channels
are active **together**: if a channel for yellow and a channel for short slanted lines
are often active at the same place, that is a trait of style.

Write each channel as a row of its M = HW places. The **Gram matrix** has one entry for
each pair of the N channels: the sum over all places of the product of the two.

$$G_{ij} = \sum_{k=1}^{M} F_{ik} F_{jk}$$

By hand, two channels (N = 2) of three places (M = 3): (1, 2, 0) and (0, 1, 1).

* first with first: 1 + 4 + 0 = 5
* first with second: 0 + 2 + 0 = 2
* second with second: 0 + 1 + 1 = 2

so $G = \begin{pmatrix} 5 & 2 \\ 2 & 2 \end{pmatrix}$. Exchange the places as you like,
for all channels alike: the matrix stays. The next cell tries it.
"""

# %%
two_channels = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]])
example_gram = two_channels @ two_channels.T
shuffled = two_channels[:, [2, 0, 1]]
print(example_gram)
print("the places shuffled:", torch.equal(example_gram, shuffled @ shuffled.T))

# %% [markdown]
r"""
A sum over more places is larger. To compare pictures of different sizes, divide by the
number of all numbers in the map of one picture, NM: this is the **normalised** Gram
matrix. In the example: divide by 6.

**Exercise `gram_matrix`** (3 points, 15 minutes). One matrix for each picture of a
batch. Pictures must not mix, and channels must not.

<details><summary>A hint</summary>
<code>features.flatten(2)</code> turns (N, C, H, W) into (N, C, HW). The matrix product
<code>@</code> works on the last two axes and does each picture by itself;
<code>.mT</code> exchanges these two axes.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "gram_matrix"}
def gram_matrix(features, normalise=True):
    """The products of all pairs of channels, summed over the places.

    features: tensor (N, C, H, W).
    normalise: whether to divide by C * H * W.
    Returns a tensor (N, C, C).
    """
    ### BEGIN SOLUTION
    rows = features.flatten(2)
    grams = rows @ rows.mT
    return grams / rows[0].numel() if normalise else grams
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_gram_matrix"}
check("12.gram_matrix", gram_matrix)

# %% tags=["experiment"]
gram = borrow("12.gram_matrix", gram_matrix)
turned = painting.flip(3)
looked_at = {"the painting": painting, "in a mirror": turned, "the photo": photograph}
with torch.no_grad():
    grams = {name: gram(extract(image)[1][2]) for name, image in looked_at.items()}
    maps = {name: extract(image)[1][2] for name, image in looked_at.items()}
show_grams(grams, f"Gram matrices at {style_layers[2]}: how it is done, not where")


# %% tags=["experiment"]
def apart(values, name):
    difference = (values[name] - values["the painting"]).square().sum()
    return (difference / values["the painting"].square().sum()).item()


for name in ("in a mirror", "the photo"):
    print(f"the painting against {name}: feature maps {apart(maps, name):.2f}, "
          f"Gram matrices {apart(grams, name):.2f}")  # fmt: skip

# %% [markdown]
r"""
The numbers are squared differences over squares. In a mirror the painting has another
feature map and nearly the same Gram matrix (not quite: its strokes lean the other way).
The photograph differs in both.

## The style loss

The notes give the term of one layer l as

$$E_l = \frac{1}{4 N_l^2 M_l^2} \sum_{i,j} \left(G^l_{ij} - \hat{G}^l_{ij}\right)^2$$

with the Gram matrix G of the picture, that of the painting with a hat, N channels and M
places; and the loss is $\sum_l w_l E_l$. The formula needs two pictures of one size,
for M is the same on both sides. If you normalise each matrix by its own NM first, the
squares bring out the factor by themselves,

$$E_l = \frac{1}{4} \sum_{i,j} \left(\frac{G_{ij}}{NM} - \frac{\hat{G}_{ij}}{NM}\right)^2$$

and the painting may have any size.

By hand: G is that of above, and the painting's channels are (1, 1, 0) and (0, 1, 2), so
that $\hat{G} = \begin{pmatrix} 2 & 1 \\ 1 & 5 \end{pmatrix}$. The differences are 3, 1,
1 and -3, the squares add up to 20, and $4 N^2 M^2 = 4 \cdot 4 \cdot 9 = 144$: E = 20 /
144 = 0.139.
"""

# %%
painted = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]])
painted_gram = painted @ painted.T
raw_term = ((example_gram - painted_gram) ** 2).sum() / (4 * 2**2 * 3**2)
normalised_term = ((example_gram / 6 - painted_gram / 6) ** 2).sum() / 4
print(f"E by the notes' formula {raw_term:.4f}, normalised {normalised_term:.4f}")

# %% [markdown]
r"""
Several layers, because style has several scales: the first layers know colours and
strokes, the deeper ones how strokes make whirls.

**Exercise `style_loss`** (3 points, 15 minutes). The sum of $w_l E_l$ over the layers.
The function that computes the matrices is handed over, so that any statistic can take
its place.

<details><summary>A hint</summary>
<code>zip(features, targets, weights, strict=True)</code> walks through the three lists
at once.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "style_loss"}
def style_loss(features, targets, weights, gram):
    """The weighted sum over layers of E: a quarter of the summed squared differences.

    features: list of tensors (1, C_l, H_l, W_l), of the picture that is made.
    targets: list of tensors (1, C_l, C_l), what `gram` gives for the painting.
    weights: list of numbers, one a layer.
    gram: a function, feature map -> normalised matrix (1, C_l, C_l).
    Returns a tensor without axes.
    """
    ### BEGIN SOLUTION
    loss = 0
    for maps, target, weight in zip(features, targets, weights, strict=True):
        loss = loss + weight * ((gram(maps) - target) ** 2).sum() / 4
    return loss
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_style_loss"}
check("12.style_loss", style_loss)

# %% [markdown]
r"""
## Smooth, but with edges: total variation

With these two losses alone the picture gets a fine grain: the network hardly notices
single pixels, so nothing holds them together. The **total variation** does. For each
pixel, take the difference to its neighbour on the right and to the one below (Mahendran
and Vedaldi, 2015):

$$R(x) = w \sum_{i,j} \left( (x_{i,j+1} - x_{i,j})^2 + (x_{i+1,j} - x_{i,j})^2 \right)^{\beta/2}$$

The sum runs over the pixels that have both neighbours, so not over the last row and the
last column, and over all channels and pictures.

By hand, one channel with the rows (0, 3, 3), (4, 4, 4), (4, 4, 4), and w = 1. Four
pixels have both neighbours; their differences (right, down) are (3, 4), (0, 1), (0, 0)
and (0, 0).

* $\beta = 2$: 25 + 1 = 26
* $\beta = 1$: 5 + 1 = 6
* $\beta = 3$: $25^{3/2} + 1 = 126$

The exponent decides about edges. An edge of height 1 costs 1, whatever $\beta$ is.
Spread over k pixels it is k steps of 1/k and costs $k \cdot k^{-\beta}$: the same for
$\beta = 1$, and less and less for a larger one. So $\beta = 1$ leaves edges alone, and
a larger $\beta$ blurs them.
"""

# %%
widths = range(1, 9)
costs = {f"beta = {b}": [k * (1 / k) ** b for k in widths] for b in (1, 2, 3)}
show_edge_costs(costs, widths)

# %% [markdown]
r"""
**Exercise `tv_loss`** (3 points, 20 minutes). Without a loop.

<details><summary>A hint</summary>
<code>x[..., :-1, 1:] - x[..., :-1, :-1]</code> holds all differences to the right, for
all pixels that also have a neighbour below. What is the other one?
</details>

(Where $\beta < 2$ and two neighbours are both equal to the pixel, the power has no
finite slope. On photographs this does not happen often; a tiny number added to the sum
of squares would mend it. Here it is not asked for.)
"""


# %% nbgrader={"solution": true, "grade_id": "tv_loss"}
def tv_loss(image, weight, beta=2):
    """The total variation of images.

    image: tensor (N, C, H, W).
    weight: a number.
    beta: the exponent; the sum of the two squares is taken to the power beta / 2.
    Returns a tensor without axes.
    """
    ### BEGIN SOLUTION
    here = image[..., :-1, :-1]
    right, below = image[..., :-1, 1:], image[..., 1:, :-1]
    squares = (right - here) ** 2 + (below - here) ** 2
    return weight * (squares ** (beta / 2)).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_tv_loss"}
check("12.tv_loss", tv_loss)

# %% [markdown]
r"""
## Learning a picture

The three losses depend on the pixels, and autograd gives the gradient of every pixel.
An optimiser does not mind that its parameter is a picture. Two are used:

* **Adam**, which takes one gradient a step;
* **L-BFGS**, which estimates the curvature from the last gradients and chooses longer,
  better steps. In one step it asks for loss and gradient **several times**. So it
  cannot be handed a finished gradient; it is handed a function, the **closure**, that
  forgets the old gradient, computes loss and gradient, and returns the loss. Adam and
  SGD take a closure too, and call it once.

Two things to look after. The network has weights, and a plain `loss.backward()` gives a
gradient to each that asks for one; `loss.backward(inputs=[image])` computes what you
need and nothing else. And a pixel is a number from 0 to 1: after each step the image is
clamped, in place, where autograd does not watch.

By hand: one pixel 0.9, the loss $(x - 2)^2$, SGD with the rate 0.1. The loss is 1.21,
the gradient -2.2, the step goes to 1.12, and the pixel becomes 1.

**Exercise `stylize_step`** (4 points, 20 minutes).

<details><summary>A hint</summary>
Inside the function define <code>def closure():</code> with four lines, and call
<code>optimiser.step(closure)</code>. What it returns is the loss of the first call.
<code>image.clamp_(0, 1)</code> with the underscore works in place.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "stylize_step"}
def stylize_step(image, optimiser, loss_of):
    """One step of an optimiser on a picture, which stays between 0 and 1.

    image: a leaf (N, 3, H, W) that requires a gradient; changed in place.
    optimiser: holds image; it may be L-BFGS, which needs a closure.
    loss_of: a function, image -> loss (a tensor without axes). No weight of a
        network in it may receive a gradient.
    Returns the loss before the step, a Python number.
    """

    ### BEGIN SOLUTION
    def closure():
        optimiser.zero_grad()
        loss = loss_of(image)
        loss.backward(inputs=[image])
        return loss

    loss = optimiser.step(closure)
    with torch.no_grad():
        image.clamp_(0, 1)
    return loss.item()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_stylize_step"}
check("12.stylize_step", stylize_step)

# %% [markdown]
r"""
Now all together. The targets, the feature map of the photograph and the matrices of the
painting, **do not change**: compute them once, before the loop, and without a graph.
The picture starts as a **copy** of the photograph: from there it is not far to a good
result, while the first paper began with noise and needed many more steps.

**Exercise `stylize`** (5 points, 30 minutes). Besides pictures and weights you get

* `extract`: picture -> (feature map for the content, list of feature maps for the
  style). It runs once for each of the two pictures, and once a loss, not more;
* `pieces`: a dictionary with the functions `content_loss`, `gram_matrix`, `style_loss`,
  `tv_loss` and `stylize_step` by name. Use these, not the ones of the notebook, and
  leave `beta` at its default;
* `make_optimiser`: list of tensors -> optimiser.

<details><summary>A hint</summary>
Eight or nine lines before the loop, of which four are a function
<code>loss_of(image)</code> that calls <code>extract</code> once and adds up three
losses. One line in the loop.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "stylize"}
def stylize(extract, content, style, weights, pieces, n_steps, make_optimiser):
    """A photograph in the style of a painting, and the loss of each step.

    content, style: tensors (1, 3, H, W) in [0, 1]; they are not changed.
    weights: {"content": number, "style": list of numbers, "tv": number}.
    extract, pieces, n_steps, make_optimiser: as above.
    Returns the picture (1, 3, H, W), which requires no gradient, and the list of what
    stylize_step returned.
    """
    ### BEGIN SOLUTION
    gram = pieces["gram_matrix"]
    with torch.no_grad():
        wanted, _ = extract(content)
        targets = [gram(maps) for maps in extract(style)[1]]

    def loss_of(image):
        found, maps = extract(image)
        of_content = pieces["content_loss"](found, wanted, weights["content"])
        of_style = pieces["style_loss"](maps, targets, weights["style"], gram)
        return of_content + of_style + pieces["tv_loss"](image, weights["tv"])

    image = content.clone().requires_grad_()
    optimiser = make_optimiser([image])
    step = pieces["stylize_step"]
    losses = [step(image, optimiser, loss_of) for _ in range(n_steps)]
    return image.detach(), losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_stylize"}
check("12.stylize", stylize)

# %% [markdown]
r"""
## The picture

How large must the weights be? Feature maps of different layers differ in size by powers
of ten, and so do those of different networks. `weigh` measures each term by its own
target: a term of 1 then means **as far off as nothing at all would be**, and the three
numbers that you choose are shares.
"""


# %% tags=["experiment"]
def weigh(content, style, of_content, of_style, of_tv):
    with torch.no_grad():
        wanted, _ = extract(content)
        sizes = [gram(maps).square().sum().item() for maps in extract(style)[1]]
        smooth = borrowed["tv_loss"](content, 1).item()
    shares = of_style if isinstance(of_style, list) else [of_style] * len(sizes)
    return {
        "content": of_content / wanted.square().sum().item(),
        "style": [4 * share / size for share, size in zip(shares, sizes, strict=True)],
        "tv": of_tv / smooth,
    }


written = content_loss, gram_matrix, style_loss, tv_loss, stylize_step
borrowed = {f.__name__: borrow(f"12.{f.__name__}", f) for f in written}
my_stylize = borrow("12.stylize", stylize)

# %% [markdown]
r"""
One more piece, for patience: a step that moves a progress bar, and notes the seconds
and the loss.
"""


# %% tags=["experiment"]
def watched(bar, log):
    start, step = perf_counter(), borrowed["stylize_step"]

    def moving(image, optimiser, loss_of):
        loss = step(image, optimiser, loss_of)
        log.append((perf_counter() - start, loss))
        bar.update()
        return loss

    return borrowed | {"stylize_step": moving}


def transfer(content, style, weights, n_steps, make_optimiser, **other_pieces):
    log = []
    with tqdm(total=n_steps, desc="stylising", leave=False) as bar:
        pieces = watched(bar, log) | other_pieces
        image, _ = my_stylize(
            extract, content, style, weights, pieces, n_steps, make_optimiser
        )
    return image, log


def adam(images):
    return torch.optim.Adam(images, lr=0.02)


# %% tags=["experiment"]
n_steps = 300 if full else 60
of_content, of_style, of_tv = 1, 10, 0.5
weights = weigh(photograph, painting, of_content, of_style, of_tv)
result, log = transfer(photograph, painting, weights, n_steps, adam)
seconds = log[-1][0]
show_pictures(
    {"photograph": photograph, "result": result, "painting": painting},
    f"Painted by {n_steps} steps of Adam, {side} x {side} pixels, {seconds:.1f} s",
    columns=3,
)

# %% tags=["experiment"]
beside_the_notebook = full or Path("12_style.ipynb").exists()
folder = Path(".") if beside_the_notebook else Path(mkdtemp())
save_pictures([photograph, result, painting], folder / "12_style_result.png")

# %% [markdown]
r"""
Send it to a friend. For a picture of your own, put a file beside this notebook and read
it with `read_photo("mine.jpg", side)` of `utils.data`; `load_picture` also has the
photographs `"chelsea"` and `"coffee"`, and the paintings `"the_scream"`, `"wave"` and
`"composition_vii"`. The paintings are looked for in the folder `styles` of
`COURSE_DATA`, as `starry_night.jpg` and so on. Where they are not, the computer makes
some in their place and says so; then your pictures differ from what the text says.

Measured with SqueezeNet's weights on one thread of a busy computer with two cores: 60
steps at 160 x 160 pixels take 4.3 seconds (`python solutions/12_style.py`, quick mode);
300 steps at 256 x 256 pixels, the size of full mode, took 25 seconds on one thread
while the other core was busy (`COURSE_MODE=full python solutions/12_style.py`, the
whole lesson in 4 minutes).

### Adam against L-BFGS

A fair race counts seconds, not steps: one step of L-BFGS here asks for five losses.
"""


# %% tags=["experiment"]
def lbfgs(images):
    return torch.optim.LBFGS(images, max_iter=5, history_size=20)


race_side = 160 if full else 96
small_photo, small_painting = (
    F.interpolate(p, (race_side, race_side), mode="area")
    for p in (photograph, painting)
)
weights_small = weigh(small_photo, small_painting, of_content, of_style, of_tv)
n_race = 40
runs = {
    "Adam": transfer(small_photo, small_painting, weights_small, n_race, adam),
    "L-BFGS": transfer(small_photo, small_painting, weights_small, n_race // 5, lbfgs),
}
logs = {name: log for name, (_, log) in runs.items()}
last = {name: log[-1][1] for name, log in logs.items()}
winner = min(last, key=last.get)
show_race(logs, f"With as many gradients, {winner} comes further")

# %% tags=["experiment"]
show_pictures(
    {f"{name}: loss {last[name]:.2f}": image for name, (image, _) in runs.items()},
    f"The eye hardly sees who is ahead ({race_side} x {race_side} pixels)",
)

# %% [markdown]
r"""
In quick mode (96 x 96 pixels, 40 gradients each) Adam came to 2.27 in 1.3 seconds and
L-BFGS to 1.93 in 1.0. In full mode (160 x 160 pixels) it was 2.12 in 1.3 seconds
against 2.05 in 1.4: the curvature still pays, but less. Two warnings. L-BFGS chooses
its steps from the last gradients, and these must belong to the same loss: where every
step sees other photographs, as at the end of this lesson, Adam is the choice. And as it
is used here it does not try how far a step may go (it has no **line search**), so that
far from any minimum it can run away and end in nan: the textures below, from noise, are
Adam's.

### What the weights and the layers do

Below, the share of the style grows from left to right; the rows use only the first
layers, all of them, and only the deep ones. With SqueezeNet the first layers bring the
colours and the strokes, and the deep ones forms, with the colours of the photograph.
"""

# %% tags=["experiment"]
grid, n_layers = {}, len(style_layers)
choices = {
    "first layers": [1.0, 1.0] + [0.0] * (n_layers - 2),
    "all layers": [1.0] * n_layers,
    "deep layers": [0.0] * (n_layers - 2) + [1.0, 1.0],
}
for name, chosen in choices.items():
    for strength in (0.03, 1, 30):
        scaled = [strength * share for share in chosen]
        settings = weigh(small_photo, small_painting, 1, scaled, 0.3)
        image, _ = transfer(
            small_photo, small_painting, settings, 60 if full else 25, adam
        )
        grid[f"{name}, style {strength}"] = image
show_pictures(
    grid, "More style to the right, measured at deeper layers downward", columns=3
)

# %% [markdown]
r"""
The size of the painting counts too. The layers see windows of a fixed number of pixels:
with a larger painting its strokes become larger in the result, with a smaller one,
finer.

## A texture from noise

Leave the content out, and begin with noise. What is left is a picture that has the
statistics of the painting and nothing of its places: **texture synthesis** (Gatys,
Ecker and Bethge, 2015). Older methods copied the pixel whose neighbours fit best, one
pixel after the other. Here all pixels move at once; and since the matrices are
normalised, the texture may be larger than its model.

**Exercise `synthesize_texture`** (3 points, 15 minutes). The arguments are those of
`stylize`; `extract` runs once for the texture, and once a loss. The noise is uniform
between 0 and 1: `torch.rand` with `generator=` and `dtype=`.

<details><summary>A hint</summary>
Your `stylize` with three changes: no content, another start, one call of `extract`
less.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "synthesize_texture"}
def synthesize_texture(
    extract, texture, size, weights, pieces, n_steps, make_optimiser, generator
):
    """A picture with the style of a texture, from noise, and the loss of each step.

    texture: tensor (1, 3, H, W) in [0, 1]; it is not changed.
    size: (height, width) of the result.  weights: {"style": list, "tv": number}.
    generator: a torch.Generator on the CPU, for noise in the dtype of the texture.
    Returns the picture (1, 3, *size) without gradient, and the list of losses.
    """
    ### BEGIN SOLUTION
    gram = pieces["gram_matrix"]
    with torch.no_grad():
        targets = [gram(maps) for maps in extract(texture)[1]]

    def loss_of(image):
        maps = extract(image)[1]
        of_style = pieces["style_loss"](maps, targets, weights["style"], gram)
        return of_style + pieces["tv_loss"](image, weights["tv"])

    noise = torch.rand(1, 3, *size, generator=generator, dtype=texture.dtype)
    image = noise.to(texture.device).requires_grad_()
    optimiser = make_optimiser([image])
    step = pieces["stylize_step"]
    losses = [step(image, optimiser, loss_of) for _ in range(n_steps)]
    return image.detach(), losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_synthesize_texture"}
check("12.synthesize_texture", synthesize_texture)


# %% tags=["experiment"]
def long_strides(images):
    return torch.optim.Adam(images, lr=0.1)


my_texture = borrow("12.synthesize_texture", synthesize_texture)
model_side = 161 if full else 97  # odd: a stride of 2 would not see the last row
size = (model_side, 2 * model_side - 1)
noise, textures = torch.Generator(), {}
for name in ("starry_night", "wave"):
    model = picture(name, model_side)
    settings = weigh(model, model, 0, 1, 0.02)
    n_texture = 250 if full else 120
    with tqdm(total=n_texture, desc=name, leave=False) as bar:
        pieces, generator = watched(bar, []), noise.manual_seed(0)
        textures[f"model: {name}"] = model
        textures[f"from noise: {name}"], _ = my_texture(
            extract, model, size, settings, pieces, n_texture, long_strides, generator
        )
found = "The same strokes, in other places, on twice the width"
unknown = "A network that has seen ten shapes only knows too little of strokes"
show_pictures(textures, unknown if known.small else found, columns=2)

# %% [markdown]
r"""
Colours, strokes and their directions have come back. What stands in the painting only
once has not: a mean over all places cannot say that there is **one** moon, or that the
mountain lies below. That is the limit of these statistics, and for a texture it is no
fault.

## Two painters

The targets are matrices, and matrices can be mixed: $(1 - s)\, G^{(1)} + s\, G^{(2)}$
lies between two styles.

By hand, with s = 0.25: an entry that is 4 for the first painter and 8 for the second
becomes 3 + 2 = 5.

**Exercise `mix_styles`** (2 points, 10 minutes).

<details><summary>A hint</summary>
A list in, a list of the same length out; nothing is written into the old ones.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "mix_styles"}
def mix_styles(one, other, share):
    """Targets between those of two paintings.

    one, other: lists of tensors (1, C_l, C_l), one a layer.
    share: how much of the second painting, from 0 to 1.
    Returns a list of tensors (1, C_l, C_l).
    """
    ### BEGIN SOLUTION
    return [(1 - share) * a + share * b for a, b in zip(one, other, strict=True)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_mix_styles"}
check("12.mix_styles", mix_styles)

# %% [markdown]
r"""
Your `stylize` takes one painting. But it also takes its `style_loss` from outside: hand
it one that has the mixed targets in it already, and ignores those of the single
painting.
"""


# %% tags=["experiment"]
def towards(targets):
    return lambda maps, _, weights, gram: borrowed["style_loss"](
        maps, targets, weights, gram
    )


mix = borrow("12.mix_styles", mix_styles)
second, mixtures = picture("composition_vii", race_side), {}
with torch.no_grad():
    both = [[gram(m) for m in extract(p)[1]] for p in (small_painting, second)]
for share in (0.0, 0.5, 1.0):
    mixed = mix(*both, share)
    sizes = [target.square().sum().item() for target in mixed]
    settings = weights_small | {"style": [4 * of_style / size for size in sizes]}
    given = small_photo, second, settings, 120 if full else 40, adam
    image, _ = transfer(*given, style_loss=towards(mixed))
    mixtures[f"{100 * share:.0f} % of the second"] = image

# %% tags=["experiment"]
show_pictures(
    {"first": small_painting, **mixtures, "second": second},
    "Mixed targets give one manner between the two, not two pictures in one",
    columns=5,
)

# %% [markdown]
r"""
To lay one finished picture over the other would show two sets of strokes, each half as
strong. Here one picture is made for the mixed statistics, with one set of strokes.

## In one pass

Hundreds of steps for one picture are many. Train a network instead that does all of it
at once (Johnson, Alahi and Fei-Fei, 2016): photograph in, painted photograph out. What
it learns from are the same losses, measured by the same frozen SqueezeNet, on many
photographs and **one** painting. Afterwards SqueezeNet is no longer needed. The price:
another painting needs another training.

### Instance normalisation

How bright and how rich in contrast a photograph is should not decide about the painting
that comes out. **Instance normalisation** (Ulyanov, Vedaldi and Lempitsky, 2016) takes
that out: each channel of **each picture by itself** is brought to mean 0 and variance 1
over its places, and then gets a scale and a shift that are learned. Batch normalisation
(lesson 06) mixes the pictures of a batch; this does not, and it does the same in
training and in use.

By hand: the channel (1, 3, 1, 3) has mean 2 and standard deviation 1: it becomes (-1,
1, -1, 1). A picture ten times as bright has (10, 30, 10, 30), mean 20, standard
deviation 10, and becomes the same.
"""

# %%
dim_and_bright = torch.tensor([[1.0, 3.0, 1.0, 3.0], [10.0, 30.0, 10.0, 30.0]])
alike = nn.InstanceNorm1d(1)(dim_and_bright[:, None])[:, 0]
rows = {"a dim picture": dim_and_bright[0], "a bright one": dim_and_bright[1]}
rows |= {"dim, normalised": alike[0], "bright, normalised": alike[1]}
show_values(
    {name: row.tolist() for name, row in rows.items()},
    "Instance normalisation takes brightness and contrast out",
)

# %% [markdown]
r"""
### The network

| name | layer | channels | size |
| --- | --- | --- | --- |
| `conv1`, `norm1` | 9 x 9, ReLU | w | 1 |
| `conv2`, `norm2` | 3 x 3, stride 2, ReLU | 2w | 1/2 |
| `conv3`, `norm3` | 3 x 3, stride 2, ReLU | 4w | 1/4 |
| `blocks` | several residual blocks | 4w | 1/4 |
| `conv4`, `norm4` | twice as large, 3 x 3, ReLU | 2w | 1/2 |
| `conv5`, `norm5` | twice as large, 3 x 3, ReLU | w | 1 |
| `conv6` | 9 x 9, sigmoid | 3 | 1 |

Most of the work is done at a quarter of the size, which costs a sixteenth. Three
choices are worth a word.

* On the way up each pixel is **repeated** (`nn.Upsample(scale_factor=2)`), then
  convolved. A transposed convolution does both at once, but its windows overlap
  unevenly and print a **checkerboard** (Odena and others, 2016).
* The convolutions mirror the picture at its border, `padding_mode="reflect"`: zeros
  would draw a frame.
* The sigmoid at the end keeps the pixels between 0 and 1. Nothing else does.

The residual blocks are those of lesson 09 with another normalisation, and **without**
the ReLU after the sum.

**Exercise `StyleBlock`** (3 points, 15 minutes). The normalisation has a scale and a
shift of its own (`affine=True`).

<details><summary>A hint</summary>
Six operations in <code>forward</code>: conv1, norm1, ReLU, conv2, norm2, and the sum.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "StyleBlock"}
class StyleBlock(nn.Module):
    """x plus what two convolutions with instance normalisation make of it.

    Layers: conv1, norm1, ReLU, conv2, norm2. The convolutions are 3 x 3 with a bias,
    and padded by reflection so that height and width stay.
    """

    def __init__(self, channels):
        super().__init__()
        ### BEGIN SOLUTION
        same = {"padding": 1, "padding_mode": "reflect"}
        self.conv1 = nn.Conv2d(channels, channels, 3, **same)
        self.norm1 = nn.InstanceNorm2d(channels, affine=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, **same)
        self.norm2 = nn.InstanceNorm2d(channels, affine=True)
        ### END SOLUTION

    def forward(self, x):
        """Tensor (N, channels, H, W) to a tensor of the same shape."""
        ### BEGIN SOLUTION
        out = F.relu(self.norm1(self.conv1(x)))
        return x + self.norm2(self.conv2(out))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_StyleBlock"}
check("12.StyleBlock", StyleBlock)

# %% [markdown]
r"""
**Exercise `StyleNet`** (4 points, 30 minutes). The network of the table, with the names
of the table. The class of the block is handed over.

<details><summary>A hint</summary>
A padding of <code>size // 2</code> keeps the size of an odd filter.
<code>nn.Upsample</code> and the ReLU have no weights, so they need no attribute:
<code>F.interpolate(x, scale_factor=2)</code> and <code>F.relu</code> do.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "StyleNet"}
class StyleNet(nn.Module):
    """A photograph in, the same photograph in the style it was trained on out.

    width: channels of the first layer, w in the table.
    n_blocks: how many residual blocks.
    block: their class; block(channels) is one of them.
    All convolutions have a bias and are padded by reflection; all normalisations are
    of single instances, with scale and shift.
    """

    def __init__(self, width, n_blocks, block):
        super().__init__()

        ### BEGIN SOLUTION
        def conv(inputs, outputs, size, stride=1):
            pad = size // 2
            return nn.Conv2d(inputs, outputs, size, stride, pad, padding_mode="reflect")

        w = width
        self.conv1, self.norm1 = conv(3, w, 9), nn.InstanceNorm2d(w, affine=True)
        self.conv2 = conv(w, 2 * w, 3, 2)
        self.norm2 = nn.InstanceNorm2d(2 * w, affine=True)
        self.conv3 = conv(2 * w, 4 * w, 3, 2)
        self.norm3 = nn.InstanceNorm2d(4 * w, affine=True)
        self.blocks = nn.Sequential(*[block(4 * w) for _ in range(n_blocks)])
        self.conv4 = conv(4 * w, 2 * w, 3)
        self.norm4 = nn.InstanceNorm2d(2 * w, affine=True)
        self.conv5 = conv(2 * w, w, 3)
        self.norm5 = nn.InstanceNorm2d(w, affine=True)
        self.conv6 = conv(w, 3, 9)
        ### END SOLUTION

    def forward(self, x):
        """Pictures (N, 3, H, W) to pictures in [0, 1]; H and W are multiples of 4."""
        ### BEGIN SOLUTION
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.relu(self.norm2(self.conv2(x)))
        x = self.blocks(F.relu(self.norm3(self.conv3(x))))
        x = F.relu(self.norm4(self.conv4(F.interpolate(x, scale_factor=2))))
        x = F.relu(self.norm5(self.conv5(F.interpolate(x, scale_factor=2))))
        return torch.sigmoid(self.conv6(x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_StyleNet"}
check("12.StyleNet", StyleNet)

# %% [markdown]
r"""
### Training it

What it learns from: in full mode photographs of flowers, in quick mode pieces of three
photographs. One step takes a few of them, lets the network paint, and measures content,
style and smoothness of the result. Here the **network's** weights move, and SqueezeNet
stays as it is. The share of the style grows from nearly nothing during the first half:
the network learns to copy first, and then to paint. (Told to paint at once, it soon
finds that a grey picture is less wrong than a bad one, and stays there for long.)
"""


# %% tags=["experiment"]
def training_photographs(side):
    from utils.data import DataError, load_flowers, read_photo

    try:
        if not full:
            raise DataError("quick mode needs no flowers")
        files = load_flowers().train_files
        photos = [torch.from_numpy(read_photo(f, side)) for f in files]
    except DataError:
        three = [picture(name, 160)[0] for name in ("astronaut", "chelsea", "coffee")]
        windows = [p.unfold(1, side, 24).unfold(2, side, 24) for p in three]
        photos = [p for w in windows for p in w.permute(1, 2, 0, 3, 4).flatten(0, 1)]
    return torch.stack(photos).to(device)


photographs = training_photographs(96 if full else 64)
print(f"{len(photographs)} pictures to learn from, {tuple(photographs[0].shape)}")


# %% tags=["experiment"]
def training_terms(net, photos, targets):
    with torch.no_grad():
        wanted, _ = extract(photos)
        size, smooth = wanted.square().sum(), borrowed["tv_loss"](photos, 1)
    painted = net(photos)
    found, maps = extract(painted)
    shares = [4 / target.square().sum() / len(photos) for target in targets]
    return (
        borrowed["content_loss"](found, wanted, 1 / size),
        borrowed["style_loss"](maps, targets, shares, gram),
        borrowed["tv_loss"](painted, 0.1 / smooth),
    )


def train_style_net(net, photographs, targets, n_steps, batch=2, rate=6e-3):
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=n_steps, pct_start=0.1
    )
    losses = []
    for i in tqdm(range(n_steps), desc="training the painter", leave=False):
        rows = torch.randint(len(photographs), (batch,))
        optimiser.zero_grad()
        terms = training_terms(net, photographs[rows], targets)
        strength = min(1, 0.02 + 2 * i / n_steps)
        (terms[0] + strength * terms[1] + terms[2]).backward()
        optimiser.step()
        schedule.step()
        losses.append(sum(term.item() for term in terms))
    return losses


# %% tags=["experiment"]
torch.manual_seed(0)
block = borrow("12.StyleBlock", StyleBlock)
painter = borrow("12.StyleNet", StyleNet)(8, 2, block)
painter.to(device)
with torch.no_grad():
    targets = [gram(maps) for maps in extract(painting)[1]]
start = perf_counter()
painter_losses = train_style_net(painter, photographs, targets, 1500 if full else 160)
training_seconds = perf_counter() - start
fresh, learned = (
    median(painter_losses[part]) for part in (slice(10), slice(-10, None))
)
print(f"{len(painter_losses)} steps in {training_seconds:.0f} s: content, style and "
      f"smoothness together went from {fresh:.1f} to {learned:.1f}")  # fmt: skip

# %% tags=["experiment"]
painter.eval()
with torch.no_grad():
    painter(photograph)
    start = perf_counter()
    at_once = painter(photograph).cpu()
    pass_seconds = perf_counter() - start
    other = picture("chelsea")
    of_other = painter(other)
ratio = seconds / pass_seconds
show_pictures(
    {
        "photograph": photograph,
        f"optimised, {seconds:.1f} s": result,
        f"one pass, {pass_seconds:.3f} s": at_once,
        "another photograph": other,
        "one pass": of_other,
    },
    f"The optimisation takes {ratio:.0f} times as long as one pass",
    columns=5,
)

# %% [markdown]
r"""
In quick mode one pass at 160 x 160 pixels takes 0.044 seconds, where the 60 steps took
4.3: about a hundredth. In full mode, at 256 x 256 pixels, it was 0.057 seconds against
25.4 for 300 steps: a 447th. The quality is another matter. After the 160 steps of
training of quick mode (8 seconds) the network knows the colours and paints strokes
along the outlines. After the 1,500 of full mode (133 seconds on one thread) the sum of
the three terms had gone from 4.3 to 1.3: the strokes are there, and the cat, which it
had never seen, looks as if it had been painted. The optimised picture is still the
richer one. Try another share of the style, and more steps: Johnson and others trained
for 40,000.

One network for **many** styles needs little more: all convolutions are shared, and each
painting gets only its own scales and shifts in the normalisations (Dumoulin, Shlens and
Kudlur, 2017).

## Questions

**Question 1** (1 point). The layer `features.3` of SqueezeNet gives for a picture of
256 x 256 a feature map of 128 channels of 63 x 63. How many entries has its Gram
matrix?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_gram_size"}
### BEGIN SOLUTION
answer_gram_size = 128 * 128
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_gram_size"}
check("12.answer_gram_size", answer_gram_size)

# %% [markdown]
r"""
**Question 2** (1 point). A picture of one channel has three rows, and each is (0, 0.25,
0.5, 0.75, 1, 1). What is its total variation with w = 1 and $\beta = 2$?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_tv"}
### BEGIN SOLUTION
answer_tv = 2 * 4 * 0.25**2
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_tv"}
check("12.answer_tv", answer_tv)

# %% [markdown]
r"""
**Question 3** (1 point). You shuffle the places of a feature map, all channels in the
same way. What becomes of the Gram matrix?

* `"a"` Its rows and columns are shuffled too.
* `"b"` Nothing: it stays the same.
* `"c"` It is transposed.
* `"d"` Only its diagonal stays.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_shuffle"}
### BEGIN SOLUTION
answer_shuffle = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_shuffle"}
check("12.answer_shuffle", answer_shuffle)

# %% [markdown]
r"""
**Question 4** (1 point). You have trained a `StyleNet` on Van Gogh. What do you need to
paint a new photograph?

* `"a"` The network and the painting.
* `"b"` The network and SqueezeNet.
* `"c"` The network, which can then paint in any style.
* `"d"` The network alone; for another painter, another training.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_speed"}
### BEGIN SOLUTION
answer_speed = "d"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_speed"}
check("12.answer_speed", answer_speed)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A friend stylises a film, picture by picture,
with `stylize`, each from its own frame. Each picture is fine, and the film flickers. In
four or five sentences: why does it, and what could he add to the loss, or change in the
start, so that it flickers less?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_moving"}
r"""
The Gram matrices say nothing about where a stroke lies, so that many pictures fit the
same targets equally well, and small differences between two frames decide which of them
is reached. Two neighbouring frames get strokes in different places, and that is the
flicker. He can start each picture from the result of the frame before, moved along with
the motion between the two frames, so that the descent ends in a neighbouring minimum.
And he can add a term to the loss: the squared difference to the moved result of the
frame before, counted only where the motion is known and nothing has newly come into
view. A feed-forward network flickers less from the start, because it is a continuous
function of the frame, and can be trained with the same term.
"""

# %% [markdown]
r"""
## What to remember

* Content is what a deep layer sees; style is which channels are active together,
  wherever it is.
* The Gram matrix sums over places; normalised, it compares pictures of different sizes.
* The picture can be the parameter: the network stays frozen, the pixels move and are
  clamped.
* Targets are computed once, without a graph. L-BFGS needs a closure.
* A network trained on the same losses does in one pass what took hundreds of steps.

To read more: L. Gatys, A. Ecker and M. Bethge, *Image style transfer using
convolutional neural networks*, CVPR (2016), <https://arxiv.org/abs/1508.06576>, and
*Texture synthesis using convolutional neural networks*, NeurIPS (2015),
<https://arxiv.org/abs/1505.07376>; A. Mahendran and A. Vedaldi, *Understanding deep
image representations by inverting them*, CVPR (2015),
<https://arxiv.org/abs/1412.0035>; J. Johnson, A. Alahi and L. Fei-Fei, *Perceptual
losses for real-time style transfer and super-resolution*, ECCV (2016),
<https://arxiv.org/abs/1603.08155>; D. Ulyanov, A. Vedaldi and V. Lempitsky, *Instance
normalization: the missing ingredient for fast stylization* (2016),
<https://arxiv.org/abs/1607.08022>; A. Odena, V. Dumoulin and C. Olah, *Deconvolution
and checkerboard artifacts*, Distill (2016), <https://doi.org/10.23915/distill.00003>;
V. Dumoulin, J. Shlens and M. Kudlur, *A learned representation for artistic style*,
ICLR (2017), <https://arxiv.org/abs/1610.07629>.
"""
