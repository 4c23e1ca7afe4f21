# %% [markdown]
r"""
# 10 What a network sees

**The question.** A trained network says *cat*. What in the picture made it say so: the
ears, the fur, or the sofa? Millions of weights hold the answer, and nobody can read it
there. But you can **ask**: cover a part and look at what changes, follow a gradient
back to the pixels, or let the network paint what it would like to see.

Nothing here trains a network. **The image is what changes**, or what is measured, and
the weights stay as they are. That one idea gives heat maps, dreams, and pictures that
fool a network while no person sees a difference.

You will write twelve short functions. About five hours.
"""

# %%
import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint
from utils.data import load_flowers, load_picture
from utils.plots.visualization import (
    show_attack,
    show_falling,
    show_filters,
    show_guesses,
    show_heat,
    show_maps,
    show_neighbours,
    show_plane,
    show_row,
    show_thumbnails,
)

# %% [markdown]
r"""
The network of this lesson is **SqueezeNet 1.1**, trained on the 1.2 million photographs
of ImageNet with their 1,000 classes. It is small enough for a laptop. Where its weights
cannot be had, a small network that is trained on the built-in pictures takes its place,
and what you see differs from the text.

The lecture notes look into VGG-16. Its 138 million weights are a download of 553 MB,
and each pass takes many times as long. To see its maps, write `"vgg16"` below and the
`layers` `"features.3"`, `"features.8"`, `"features.15"`, `"features.22"` and
`"features.29"`. It ends in three linear layers: so leave out `class_weights`, and the
class activation maps with them.
"""

# %% tags=["experiment"]
from utils.borrow import borrow, borrow_earlier
from utils.device import best_device
from utils.networks import pretrained

device = best_device()
full = course_mode() == "full"
loaded = pretrained("squeezenet1_1")
print(loaded)
net, small, side = loaded.net.to(device), loaded.small, loaded.side
if small:
    layers = ["relu1", "relu2", "relu3", "relu4"]
    class_weights = net.linear.weight
else:
    layers = ["features.1", "features.4", "features.7", "features.10", "features.12"]
    class_weights = net.get_submodule("classifier.1").weight.flatten(1)
names = loaded.class_names

# %% [markdown]
r"""
Networks want their pictures prepared: here the mean of each channel is taken off, and
the rest is divided by its spread. We want to work with pixels in [0, 1], so the net
gets a **hook** (soon explained) that prepares whatever comes in. Gradients flow through
it.
"""

# %% tags=["experiment"]
net.register_forward_pre_hook(lambda _, given: (loaded.prepare(given[0]),))


# %% tags=["experiment"]
from importlib.resources import files

import numpy as np

from utils.data import DataError, read_photo
from utils.data.builtin import load_builtin


def flowers_or_drawings(per_class):
    """Labelled pictures: photographs of flowers, else enlarged built-in pictures."""
    try:
        found = load_flowers()
    except DataError:
        built = load_builtin(0, 5 * per_class)
        factor = side // built.X_test.shape[-1]
        return built.X_test.repeat(factor, 2).repeat(factor, 3), built.y_test, built
    rows = [r for c in range(5) for r in np.where(found.y_val == c)[0][:per_class]]
    images = np.stack([read_photo(found.val_files[r], side) for r in rows])
    return images, found.y_val[rows], found


def sample_photo(name):
    return read_photo(files("sklearn.datasets") / "images" / name, side)


# %% tags=["experiment"]
if small:
    source = load_builtin(0, 200)
    crowd, labels = source.X_test, source.y_test
else:
    crowd, labels, source = flowers_or_drawings(60 if full else 16)
print(source.description)
crowd = torch.from_numpy(crowd)


def ask(images):
    """Probabilities `(N, classes)`, a few images at a time."""
    with torch.no_grad():
        parts = [net(part.to(device)).softmax(1) for part in images.split(25)]
    return torch.cat(parts)


# %% tags=["experiment"]
if small:  # of some classes the picture that the net is surest of
    sure = ask(crowd).cpu() * F.one_hot(torch.from_numpy(labels))
    photos = {names[label]: crowd[sure[:, label].argmax()] for label in (0, 2, 5, 8)}
else:
    photos = {name: load_picture(name, side) for name in ("chelsea", "coffee")}
    photos |= {
        "temple": sample_photo("china.jpg"),
        "dahlia": sample_photo("flower.jpg"),
    }
photos = {name: torch.as_tensor(image).to(device) for name, image in photos.items()}
first = next(iter(photos.values()))
show_guesses(first, names, ask(first[None])[0])

# %% [markdown]
r"""
## The first layer: its filters are pictures

The filters of a first layer have three channels, as an image has, so they can be shown
as one. Among patches of one length the dot product is largest for the one that looks
like the filter: each filter is a **template** for a small patch, as the columns of a
linear classifier's W were for whole images.
"""

# %% tags=["experiment"]
conv = next(module for module in net.modules() if isinstance(module, nn.Conv2d))
size = "x".join(map(str, conv.kernel_size))
show_filters(conv.weight, f"The {len(conv.weight)} first filters ({size}): edges, "
             "colours and contrasts between them")  # fmt: skip

# %% [markdown]
r"""
Nearly every network that is trained on photographs finds such filters: edges in all
directions, and blobs of colour. From the second layer on a filter has as many channels
as the layer before has maps, and looking at its numbers tells a person nothing. There
we look at what layers **give**.

## Feature maps, through hooks

A **feature map** is the output of one filter at all places: an image of where the
network sees what this filter looks for. The outputs of inner layers do not come out of
`net(x)`. PyTorch hands them out through a **hook**: a function that a module calls each
time it has computed something.
"""


# %%
def report(module, inputs, out):
    print(type(module).__name__, tuple(inputs[0].shape), "->", tuple(out.shape))


tiny = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24, 3))
hooks = [tiny[0].register_forward_hook(report), tiny[3].register_forward_hook(report)]
tiny(torch.ones(1, 1, 5, 6))
for hook in hooks:
    hook.remove()
_ = tiny(torch.ones(1, 1, 5, 6))  # silent: the hooks are gone

# %% [markdown]
r"""
A hook that returns nothing only looks on. (One that returns a tensor replaces the
output; and `register_forward_pre_hook` comes before the layer, as in our preparation
above.) `get_submodule` finds a layer by its name, such as `"features.4"`. Three traps:

* A hook that is not removed stays. It will run in every forward pass until the net is
  gone.
* Some layers work **in place**: `nn.ReLU(inplace=True)` writes its result over its
  input, which is the map that your hook has just kept. Keep a `clone()`.
* A function that is made in a loop looks up the loop's variable when it is **called**.
  Make each hook by a function that takes the name.

**Exercise `feature_maps`** (3 points, 25 minutes). For all functions of this lesson the
rule is: **leave image and network as you found them**, with no hook, no new weight and
no gradient in them; and, this first one excepted, return tensors that hang in no graph.
Here the net may come in training mode; the maps are those of the evaluation mode.

<details><summary>A hint</summary>
<code>def keep(name):</code> may return the hook for one name. Collect what
<code>register_forward_hook</code> returns in a list. Do not call <code>detach</code>:
DeepDream and feature inversion will send gradients through these maps.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "feature_maps"}
def feature_maps(net, x, names):
    """What the named layers give for a batch of images.

    net: an nn.Module; it is put into evaluation mode.  x: images (N, C, H, W).
    names: names of submodules, as `net.get_submodule` takes them.
    Returns a dictionary: the output of each layer by its name, a copy that nobody
    else writes into, still part of the graph.
    """
    ### BEGIN SOLUTION
    maps = {}

    def keep(name):
        def hook(module, inputs, out):
            maps[name] = out.clone()

        return hook

    hooks = [net.get_submodule(n).register_forward_hook(keep(n)) for n in names]
    net.eval()
    net(x)
    for hook in hooks:
        hook.remove()
    return maps
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_feature_maps"}
check("10.feature_maps", feature_maps)

# %% tags=["experiment"]
see = borrow("10.feature_maps", feature_maps)
with torch.no_grad():
    maps = see(net, first[None], layers)
show_maps(maps, "Early maps are sharp and everywhere; late ones are coarse and rare")

# %% tags=["experiment"]
silent = {name: (m == 0).float().mean().item() for name, m in maps.items()}
for name, values in maps.items():
    print(f"{name:12} {tuple(values.shape[1:])}  {100 * silent[name]:.0f} % zeros")

# %% [markdown]
r"""
Each row is a layer, with the eight channels that answer most strongly. The first row is
nearly the photograph: edges light up. Further down, places are fewer (each pooling
halves the map) and channels are silent nearly everywhere: they wait for something
special. For what?

## Which patches a channel likes best

The simplest answer: show many pictures, and see which patches make the channel answer
most strongly. A place of a late map sees a large part of the image. How large it is can
be measured: all pixels whose gradient is not zero.
"""


# %% tags=["experiment"]
def features_of(layer):
    """A function from images to what a layer gives for them, with its graph."""
    return lambda x: see(net, x, [layer])[layer]


def width_seen(layer):
    """How many pixels wide one place of a layer sees, by the gradient."""
    noise = torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(0))
    x = noise.to(device).requires_grad_()
    out = features_of(layer)(x)
    middle = out[:, :, out.shape[2] // 2, out.shape[3] // 2].sum()
    (slope,) = torch.autograd.grad(middle, x)
    columns = slope.abs().sum((0, 1, 2)).nonzero()
    return int(columns.max() - columns.min() + 1)


widths = {layer: width_seen(layer) for layer in layers}
print(widths)

# %% [markdown]
r"""
Two images with one channel of 2 x 3 places each:

$$\begin{pmatrix} 1 & 9 & 2 \\ 8 & 0 & 3 \end{pmatrix} \qquad
\begin{pmatrix} 4 & 2 & 5 \\ 0 & 1 & 7 \end{pmatrix}$$

The first image is strongest in row 0, column 1, with 9; the second in row 1, column 2,
with 7. The 8 does not count: in a gallery, each image should appear once.

**Exercise `strongest_places`** (2 points, 15 minutes).

<details><summary>A hint</summary>
<code>flatten(1)</code> makes a row of all places, <code>max(dim=1)</code> gives values
and indices, <code>topk</code> the best images. In rows of w values, index i stands in
row i // w, column i % w.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "strongest_places"}
def strongest_places(maps, channel, k):
    """Where one channel answers most strongly, at most once in each image.

    maps: (N, K, h, w).  channel: which of the K.  k: how many places, at most N.
    Returns whole numbers (k, 3): image, row and column, the strongest first.
    """
    ### BEGIN SOLUTION
    best, places = maps[:, channel].flatten(1).max(dim=1)
    images = best.topk(k).indices
    places = places[images]
    w = maps.shape[3]
    return torch.stack([images, places // w, places % w], dim=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_strongest_places"}
check("10.strongest_places", strongest_places)

# %% tags=["experiment"]
find_places = borrow("10.strongest_places", strongest_places)


def maps_of_crowd(*names):
    """What some layers give for all pictures of the crowd."""
    with torch.no_grad():
        parts = [see(net, part.to(device), names) for part in crowd.split(20)]
    return [torch.cat([part[name].cpu() for part in parts]) for name in names]


def patch(image, row, column, shape, width):
    """The part of an image that a place sees, moved inside where it hangs over."""
    width = min(width, side)
    middles = [(i + 0.5) * side / n for i, n in zip((row, column), shape, strict=True)]
    top, left = (min(max(int(m - width / 2), 0), side - width) for m in middles)
    return image[:, top : top + width, left : left + width]


layer = layers[2]
middle_maps, last_maps = maps_of_crowd(layer, layers[-1])
# Channels that answer strongly to six pictures, and weakly to most: one for each class.
strongest, order = middle_maps.amax((2, 3)).sort(0, descending=True)
lead = strongest[5] - strongest.median(0).values
choosy = lead / strongest[0].clamp(min=0.2 * strongest.max().item())
by_class = {}
for channel in choosy.argsort(descending=True).tolist():
    by_class.setdefault(labels[order[0, channel]], channel)
channels = list(by_class.values())[:4]
patches, texts = [], []
for channel in channels:
    for image, row, column in find_places(middle_maps, channel, 6).tolist():
        shape = middle_maps.shape[2:]
        patches.append(patch(crowd[image], row, column, shape, widths[layer]))
        texts.append(f"channel {channel}")
show_row(patches, texts, f"{layer}: what four channels answer to, a row each", 6, 1.3)

# %% [markdown]
r"""
Look along a row: what do its six patches share? A texture, a colour, a shape? The
channel was never told to look for it; it was useful for telling classes apart.

## Nearest neighbours, again

In lesson 01 the nearest pictures by pixels had the same **background**. Now take the
last maps, average each over its places, and measure distances between these numbers
instead.
"""

# %% tags=["experiment"]
(l2_distances,) = borrow_earlier("01_knn", "l2_distances_no_loops")
codes = last_maps.mean((2, 3)).numpy().astype(np.float64)
pixels = (
    F.interpolate(crowd, (32, 32), mode="area").flatten(1).numpy().astype(np.float64)
)


def nearest(X, k=6):
    """The k nearest other pictures of each."""
    distances = np.array(l2_distances(X, X))
    np.fill_diagonal(distances, np.inf)
    return distances.argsort(axis=1)[:, :k]


near = {"pixels": nearest(pixels), "features": nearest(codes)}
same = {kind: (labels[rows[:, 0]] == labels).mean() for kind, rows in near.items()}
queries = [int(np.argmax(labels == label)) for label in (0, 3, 4)]
title = "Nearest by " + ", by ".join(f"{k}: {100 * s:.0f} %" for k, s in same.items())
picked = {kind: rows[queries] for kind, rows in near.items()}
show_neighbours(crowd, labels, queries, picked, f"{title} of the class of the query")

# %% [markdown]
r"""
ImageNet has no class for tulips or roses, and still they come together: the features
carry over to classes that the network was never shown. Lesson 11 builds on that.

## A map of the feature space

Hundreds of numbers a picture: to look at them, bring them down to two. **PCA** (lesson
04) finds the plane that keeps most of the variance. **t-SNE** places points so that
**neighbours stay neighbours**: it turns distances into probabilities of being
neighbours, in the space and in the plane, and moves the points until the two agree. Far
apart in its picture means little; close together means much.
"""

# %% tags=["experiment"]
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

neighbours = TSNE(perplexity=15, init="pca", random_state=0)
planes = {
    "PCA of the pixels": PCA(2).fit_transform(pixels),
    "PCA of the features": PCA(2).fit_transform(codes),
    "t-SNE of the features": neighbours.fit_transform(codes),
}
show_plane(planes, labels, source.class_names, "In the features classes come apart")
show_thumbnails(planes["t-SNE of the features"], crowd, "Pictures that the net finds "
                "alike lie side by side (t-SNE)", 30 if small else 44)  # fmt: skip

# %% [markdown]
r"""
By pixels the classes lie on top of one another. By features some come apart even in the
best plane, and more in the map of t-SNE, which may bend the space to keep neighbours
together. Its axes and its large distances mean nothing. Look at the pictures that lie
between two groups: would you have known their class?

## Occlusion: cover a part and ask again

Now one picture and one answer: which pixels is it due to? The most direct experiment
(Zeiler and Fergus, 2014): lay a grey patch over a part, ask again, and note the
probability. Move the patch over the whole image. Where the probability **falls**,
something important was covered. It needs no gradient, and works for any classifier,
even one that is not a network.

A patch of `size` pixels a side that moves in steps of `stride` has as many places as a
filter without padding: $(H - \text{size}) / \text{stride} + 1$ rows, rounded down. A
tiny example: the image $(1, 2, 3, 4)$, scores $0$ and $2x_1 + x_2 - x_4$. Nothing
covered, both are 0. With the first pixel covered by 0 the second score is $-2$, and its
probability $1/(1 + e^2) = 0.119$. The whole map, with a patch of one pixel: $(0.119,\;
0.119,\; 0.5,\; 0.982)$. The last value is higher than 0.5: that pixel spoke **against**
the class.

**Exercise `occlusion_map`** (3 points, 20 minutes).

<details><summary>A hint</summary>
Two loops, over rows and columns of the map. In each, a fresh
<code>image.clone()</code>. The net wants a batch, <code>image[None]</code>, and no
graph is needed: <code>torch.no_grad()</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "occlusion_map"}
def occlusion_map(net, image, label, size, stride, value):
    """The probability of a class while a patch covers each place of an image.

    net: images (N, C, H, W) in, scores (N, classes) out; in evaluation mode.
    image: (C, H, W).  label: the class.  size: height and width of the patch.
    stride: pixels from one place to the next.  value: what fills the patch.
    Returns (rows, columns), a value for each patch that lies inside the image.
    """
    ### BEGIN SOLUTION
    _, H, W = image.shape
    rows, columns = (H - size) // stride + 1, (W - size) // stride + 1
    found = image.new_empty(rows, columns)
    with torch.no_grad():
        for i in range(rows):
            for j in range(columns):
                covered = image.clone()
                top, left = i * stride, j * stride
                covered[:, top : top + size, left : left + size] = value
                found[i, j] = net(covered[None]).softmax(dim=1)[0, label]
    return found
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_occlusion_map"}
check("10.occlusion_map", occlusion_map)

# %% tags=["experiment"]
cover = borrow("10.occlusion_map", occlusion_map)
chosen = dict(list(photos.items())[:3])
guesses = {name: ask(image[None])[0].argmax().item() for name, image in photos.items()}
patch_size = side // 4
step = patch_size // (4 if full or small else 2)
images, heats, texts = [], [], []
for name, image in chosen.items():
    label = guesses[name]
    whole = ask(image[None])[0, label].item()
    found = cover(net, image, label, patch_size, step, 0.5)
    images += [image, image]
    heats += [None, -found]
    texts += [f"{names[label]}, {whole:.2f}", f"covered, it falls to {found.min():.2f}"]
show_heat(images, heats, texts, "Bright: cover this, and the answer goes", 6, 1.7)

# %% [markdown]
r"""
The cat hangs on its eyes and nose, the temple on roof and walls. The espresso is hard
to hide: wherever the patch lies, enough of cup and coffee remains. A high probability
that does not fall means that the answer rests on several parts, not that it rests on
none.

## Saliency: follow the gradient to the pixels

Occlusion needs a forward pass for each place. The gradient asks the same question for
**all** pixels at once, for infinitely small changes: how much does the score of the
class rise if this value rises by a little? The **saliency map** (Simonyan and others,
2014) is the size of that slope,

$$M_{ij} = \max_c \left| \frac{\partial s_y}{\partial x_{cij}} \right|$$

with the largest of the three channels at each pixel. (The lecture notes add the three
up, which is also done.) Of the **score**, mind you: not of the loss, whose slope
vanishes when the net is sure, and not of the probability, which also rises when other
classes fall.

Two pixels, two channels, and a linear net with the score $a - 3b + 2c - d$, where $a,
b$ are the pixels of channel 0 and $c, d$ of channel 1. The slopes are $(1, -3)$ and
$(2, -1)$, so the map is $(2, 3)$.

So far you know `backward`, which adds a gradient to **every** leaf: to the image, and
to all weights as well, where the next training step would find it.
`torch.autograd.grad` returns the gradients that you ask for, and leaves nothing behind:
"""

# %%
x = torch.tensor([0.5, 0.25, 0.125, 0.75], requires_grad=True)
weights = torch.tensor([1.0, -3.0, 2.0, -1.0], requires_grad=True)
(slope,) = torch.autograd.grad((weights * x).sum(), x)
print("slope:", slope, "- left in x:", x.grad, "- left in the weights:", weights.grad)

# %% [markdown]
r"""
**Exercise `saliency_map`** (3 points, 20 minutes). For a batch, each image with a class
of its own. Images of a batch do not influence one another in evaluation mode, so the
gradient of the **sum** of the wanted scores is each image's own.

<details><summary>A hint</summary>
<code>x.detach().requires_grad_()</code> is a leaf of its own over the same numbers: the
caller's x does not learn of it. <code>scores[torch.arange(len(y)), y]</code> picks one
score a row. <code>amax(dim=...)</code> is the largest along an axis.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "saliency_map"}
def saliency_map(net, x, y):
    """How strongly each pixel moves the score of an image's class.

    net: an nn.Module; it is put into evaluation mode.  x: images (N, C, H, W).
    y: the class to explain for each image, (N,).
    Returns (N, H, W): the largest absolute slope over the channels.
    """
    ### BEGIN SOLUTION
    net.eval()
    x = x.detach().requires_grad_()
    scores = net(x)[torch.arange(len(y)), y]
    (slope,) = torch.autograd.grad(scores.sum(), x)
    return slope.abs().amax(dim=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_saliency_map"}
check("10.saliency_map", saliency_map)

# %% [markdown]
r"""
## Guided backpropagation

Saliency maps look like noise. Each ReLU on the way lets a gradient pass where its
**input** was positive (that is its slope). Guided backpropagation (Springenberg and
others, 2015) also drops it where the **gradient** is negative, so that only paths
remain on which every unit speaks for the class. Both must be positive:

| | $x = -2$ | $1$ | $3$ | $-4$ |
| --- | --- | --- | --- | --- |
| what arrives | 5 | 7 | -11 | -1 |
| ReLU hands on | 0 | 7 | -11 | 0 |
| guided ReLU hands on | 0 | **7** | **0** | 0 |

The forward pass stays that of ReLU.

**Exercise `guided_relu`** (3 points, 15 minutes). A function of a tensor, of any shape.
If no gradient is wanted (`out.requires_grad` is False), it is a plain ReLU.

<details><summary>A hint</summary>
Tensors have hooks too: <code>out.register_hook(f)</code> calls f with the gradient that
arrives at <code>out</code>, and goes on with what f returns. Or write an
<code>autograd.Function</code>, as in lesson 08.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "guided_relu"}
def guided_relu(x):
    """ReLU; its backward pass drops negative gradients as well.

    x: a tensor of any shape.
    """
    ### BEGIN SOLUTION
    out = torch.relu(x)
    if out.requires_grad:
        out.register_hook(lambda gradient: gradient.clamp(min=0))
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_guided_relu"}
check("10.guided_relu", guided_relu)

# %% tags=["experiment"]
from copy import deepcopy

saliency = borrow("10.saliency_map", saliency_map)
guide = borrow("10.guided_relu", guided_relu)


class GuidedReLU(nn.Module):
    def forward(self, x):
        return guide(x)


def guided(net):
    """A copy of a net with guided ReLUs."""
    copy = deepcopy(net)
    for name, module in net.named_modules():
        if isinstance(module, nn.ReLU):
            copy.set_submodule(name, GuidedReLU())
    return copy


batch = torch.stack(list(photos.values()))
answers = torch.tensor([guesses[name] for name in photos], device=device)
plain_maps = saliency(net, batch, answers)
guided_maps = saliency(guided(net), batch, answers)


# %% tags=["experiment"]
def brightened(maps):
    """Each map scaled so that its brightest 1 % is white."""
    top = torch.quantile(maps.flatten(1), 0.99, dim=1)[:, None, None]
    return (maps / top.clamp(min=1e-12)).clamp(max=1)


titles = [names[label] for label in answers]
pictures = [*batch, *brightened(plain_maps), *brightened(guided_maps)]
kinds = [*titles, *["saliency"] * len(batch), *["guided backpropagation"] * len(batch)]
show_row(pictures, kinds, "Guided backpropagation draws what saliency only hints at",
         len(batch))  # fmt: skip

# %% [markdown]
r"""
Both follow the edges that matter to the net, and both show a fine grid that is in no
photograph: the first layers move in strides, so that some rows and columns have fewer
ways to the score than others. (And the dahlia? ImageNet has no class for it, so the net
says what comes nearest.)

### Too beautiful?

An explanation of what a network has learned should change when it forgets everything.
So **shuffle the weights** within each layer: the numbers are the same, what was learned
is lost. Then look again (Adebayo and others, 2018, who also draw the weights anew).
"""

# %% tags=["experiment"]
torch.manual_seed(0)
stranger = deepcopy(net)
with torch.no_grad():
    for weight in stranger.parameters():
        weight.copy_(weight.flatten()[torch.randperm(weight.numel())].view_as(weight))
random_maps = [
    brightened(saliency(n, batch[:1], answers[:1]))
    for n in (stranger, guided(stranger))
]

# %% tags=["experiment"]
from scipy.stats import spearmanr

likeness = {
    kind: spearmanr(trained[0].flatten().cpu(), shuffled[0].flatten().cpu()).statistic
    for kind, trained, shuffled in (
        ("saliency", plain_maps, random_maps[0]),
        ("guided", guided_maps, random_maps[1]),
    )
}
rows = [batch[0], brightened(plain_maps)[0], brightened(guided_maps)[0]]
rows += [random_maps[0][0], random_maps[1][0]]
texts = ["picture", "saliency", "guided", "saliency, shuffled", "guided, shuffled"]
found = ", ".join(f"{kind} {value:.2f}" for kind, value in likeness.items())
show_row(
    rows, texts, f"Likeness of the maps before and after shuffling: {found}", 5, 1.9
)

# %% [markdown]
r"""
The numbers are rank correlations between the map of the trained and of the shuffled
network: 0 means nothing in common, 1 the same order of pixels. With SqueezeNet they are
0.34 for saliency and 0.59 for the guided maps: these owe much of their beauty to the
**picture** and the architecture. They show where edges are, less why the net decided.
Remember that when a figure looks convincing.

## Class activation maps

Many networks end like this: K last maps, the mean of each over its places, and a linear
layer. Mean and sum can change places:

$$s_y = \sum_k W_{yk} \cdot \frac{1}{hw} \sum_{ij} A_{kij}
      = \frac{1}{hw} \sum_{ij} \underbrace{\sum_k W_{yk} A_{kij}}_{\text{map of class } y}$$

So, but for the bias, the score **is** the mean of a map, the **class activation map**,
which says what each place contributes to the class (Zhou and others, 2016). Two
channels of two places, $(1, 2)$ and $(3, 0)$, and a class that weighs them with 3 and
$-2$: the map is $3 (1, 2) - 2 (3, 0) = (-3, 6)$. The first place speaks against the
class, the second for it.

**Exercise `class_activation_map`** (2 points, 10 minutes). Without loops.

<details><summary>A hint</summary>
<code>W[y]</code> has the shape (N, K). Give it two axes more, and which axis do you add
up?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "class_activation_map"}
def class_activation_map(maps, W, y):
    """What each place contributes to the score of an image's class.

    maps: the last maps, (N, K, h, w).  W: weights of the linear layer after the mean
    over the places, (classes, K).  y: the class of each image, (N,).
    Returns (N, h, w), with its sign.
    """
    ### BEGIN SOLUTION
    return (W[y][:, :, None, None] * maps).sum(dim=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_class_activation_map"}
check("10.class_activation_map", class_activation_map)

# %% [markdown]
r"""
## Grad-CAM

What if other layers follow the maps? Then no row of W says what a channel is worth to
the class. The gradient does. **Grad-CAM** (Selvaraju and others, 2017) takes as the
weight of a channel the **mean of its slopes over the places**, and keeps what speaks
for the class:

$$\alpha_k = \frac{1}{hw} \sum_{ij} \frac{\partial s_y}{\partial A_{kij}}, \qquad
  M = \max\Big(0, \sum_k \alpha_k A_k\Big)$$

The same two channels, now with the slopes $(2, 4)$ and $(-1, -3)$: the weights are 3
and $-2$, the sum is $(-3, 6)$, and the map $(0, 6)$.

**Exercise `grad_cam`** (4 points, 25 minutes). For any layer of any net. It needs a
hook of its own: your `feature_maps` gives copies that hang beside the path to the
scores, and a score has no slope with respect to what it was not computed from.

<details><summary>A hint</summary>
The gradient is that of the score with respect to the layer's output,
<code>torch.autograd.grad(score, maps)</code>. For there to be a graph at all, something
before must require a gradient: take a fresh leaf for x. Where the next layer works in
place, a hook that keeps <b>and returns</b> a clone saves the map.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "grad_cam"}
def grad_cam(net, x, y, layer):
    """Where a layer sees what speaks for an image's class.

    net: images in, scores (N, classes) out; in evaluation mode.
    x: images (N, C, H, W).  y: the class of each image, (N,).
    layer: the name of a submodule whose output is (N, K, h, w).
    Returns (N, h, w), nowhere negative.
    """
    ### BEGIN SOLUTION
    kept = []

    def keep(module, inputs, out):
        kept.append(out)
        return out.clone()

    hook = net.get_submodule(layer).register_forward_hook(keep)
    scores = net(x.detach().requires_grad_())
    hook.remove()
    score = scores[torch.arange(len(y)), y].sum()
    (slopes,) = torch.autograd.grad(score, kept)
    weights = slopes.mean(dim=(2, 3), keepdim=True)
    return (weights * kept[0]).sum(dim=1).relu().detach()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_grad_cam"}
check("10.grad_cam", grad_cam)

# %% [markdown]
r"""
Where the maps are followed by mean and linear layer only, the two must agree: Grad-CAM
is the positive part of the class activation map, divided by the number of places.
"""

# %% tags=["experiment"]
cam = borrow("10.class_activation_map", class_activation_map)
grad = borrow("10.grad_cam", grad_cam)
torch.manual_seed(1)
ends_with_mean = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                               nn.Flatten(), nn.Linear(5, 4))  # fmt: skip
x, y = torch.rand(2, 3, 8, 9), torch.tensor([1, 3])
last = see(ends_with_mean, x, ["1"])["1"].detach()
by_weights = cam(last, ends_with_mean[4].weight.detach(), y).relu() / (6 * 7)
cam_gap = (by_weights - grad(ends_with_mean, x, y, "1")).abs().max().item()
print(f"largest difference: {cam_gap:.0e}")

# %% [markdown]
r"""
Now the picture that makes these maps worth their name: **one picture, two classes**. We
put it together from the middles of two of our photographs, and ask for either class.
"""

# %% tags=["experiment"]
middle = slice(side // 4, side // 4 + side // 2)
torn = torch.cat([batch[0][:, :, middle], batch[1][:, :, middle]], dim=2)
pair = answers[:2].tolist()
sure = ask(torn[None])[0, pair].tolist()
twice = torch.stack([torn, torn])
grad_maps = grad(net, twice, answers[:2], layers[-1])
with torch.no_grad():
    last_seen = see(net, twice, layers[-1:])[layers[-1]]
    cam_maps = cam(last_seen, class_weights, answers[:2])
texts = [f"{names[c]}, {p:.2f}" for c, p in zip(pair, sure, strict=True)]
show_heat(
    [torn] * 5,
    [None, *grad_maps, *cam_maps],
    ["picture", *[f"Grad-CAM: {t}" for t in texts], *[f"CAM: {t}" for t in texts]],
    "One picture, asked for two classes: where does the net look?",
    5,
    2.0,
)

# %% tags=["experiment"]
heats = [grad(net, batch, answers, layer) for layer in layers[1:]]
show_heat(
    [image for image in batch[:3] for _ in heats],
    [heat[i] for i in range(3) for heat in heats],
    [f"{names[answers[i]]}, {layer}" for i in range(3) for layer in layers[1:]],
    "Grad-CAM layer by layer: from edges to the thing",
    len(heats),
)

# %% [markdown]
r"""
Asked for the cat, the maps lie on the left half; asked for the espresso, on the cup.
That holds even where the net gives the cat hardly any probability: a map answers where
a class **would** be, not whether the net believes in it. In the early layers edges and
surfaces light up all over the picture, in the last one the thing itself.

SqueezeNet ends with a convolution of 1 x 1 to 1,000 maps, a ReLU and a mean. That
convolution is the linear layer, applied at each place, so the formula of the class
activation map holds up to its ReLU. The two kinds of map are alike therefore.

## Class images: let the network paint

So far a picture was given and the answer explained. Turn it round: which picture would
make the score of a class **as large as possible**? Start from grey, and go up along the
gradient, in the pixels. This is **gradient ascent**, and what it finds is a **class
image**:

$$\max_x \;\; s_y(x) - \lambda \sum (x - 0.5)^2$$

The second term, the **regularisation**, holds the pixels near grey; the score alone
would be raised fastest by wild colours. How long the gradient is differs from net to
net by powers of ten, so each step makes it length 1 first:

$$x \leftarrow x + \eta \, \frac{g}{\lVert g \rVert}, \qquad
  g = \frac{\partial s_y}{\partial x} - 2 \lambda (x - 0.5)$$

Two pixels, the score $3a - 4b$, $\lambda = 0$, $\eta = 1$: $g = (3, -4)$ has the length
5, and the image $(0.5, 0.25)$ becomes $(1.1, -0.55)$. (Back into [0, 1]: that is done
outside of your step.)

**Exercise `class_image_step`** (3 points, 20 minutes).

<details><summary>A hint</summary>
Let autograd differentiate the whole objective, penalty included.
<code>slope.norm()</code> is the length over all axes.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "class_image_step"}
def class_image_step(net, image, label, rate, decay):
    """One step of gradient ascent on the score of a class, less a penalty.

    net: images in, scores (N, classes) out; in evaluation mode.
    image: (C, H, W).  label: the class.  rate: length of the step.
    decay: weight of the sum of (pixel - 0.5)^2.
    Returns the new image, (C, H, W).
    """
    ### BEGIN SOLUTION
    x = image.detach().requires_grad_()
    objective = net(x[None])[0, label] - decay * ((x - 0.5) ** 2).sum()
    (slope,) = torch.autograd.grad(objective, x)
    return image + rate * slope / slope.norm()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_class_image_step"}
check("10.class_image_step", class_image_step)

# %% [markdown]
r"""
Ascent alone finds pictures full of fine noise that no camera ever took, and that the
net adores. Three tricks keep it to what survives small changes: before each step the
image is **shifted** at random by some pixels; every second step it is **blurred** a
little; and it **grows**: the coarse shape is painted small, enlarged, and refined.
(Others set small pixels and small gradients to zero now and then.) The same with none
of them is shown last.
"""


# %% tags=["experiment"]
climb = borrow("10.class_image_step", class_image_step)


def resized(image, size):
    return F.interpolate(image[None], (size, size), mode="bilinear", antialias=True)[0]


def smooth(image):
    """In the place of each pixel the mean of its neighbourhood."""
    return F.avg_pool2d(image[None], 3, 1, 1, count_include_pad=False)[0]


def class_image(label, sizes, n_steps, tricks=True):
    """A picture for a class, painted from grey noise."""
    draws = torch.Generator().manual_seed(0)
    image = (0.5 + 0.05 * torch.randn(3, *sizes[:1] * 2, generator=draws)).to(device)
    for size in sizes:
        image, reach = resized(image, size), size // 8 if tricks else 0
        for i in range(n_steps):
            down, right = torch.randint(
                -reach, reach + 1, (2,), generator=draws
            ).tolist()
            image = image.roll((down, right), (1, 2))
            image = climb(net, image, label, 0.1 * size, 0.01).clamp(0, 1)
            image = image.roll((-down, -right), (1, 2))
            if tricks and i % 2 == 0 and i < 0.9 * n_steps:
                image = 0.4 * image + 0.6 * smooth(image)
    return image


# %% tags=["experiment"]
things = ("daisy", "flamingo", "goldfish", "strawberry")
wanted = [0, 3, 5, 8] if small else [names.index(name) for name in things]
sizes = [side] if small else [90, 128, 180, *([side] if full else [])]
painted = [class_image(label, sizes, 45) for label in wanted]
painted.append(class_image(wanted[0], sizes[-1:], 45, tricks=False))
titles = [*(names[label] for label in wanted), f"{names[wanted[0]]}, no tricks"]
sure = [
    ask(image[None])[0, label].item()
    for image, label in zip(painted, [*wanted, wanted[0]], strict=True)
]
texts = [f"{name}, {p:.2f}" for name, p in zip(titles, sure, strict=True)]
show_row(painted, texts, "What the net would like to see", 5, 2.2)

# %% [markdown]
r"""
The number is the probability of the class for its own image. A petal, an eye, a beak,
many times over: the score asks whether something is **there**, not how often or where.
The image without tricks convinces the net no less, and shows a person nothing.

## Fooling a network

The same ascent can start from a photograph. Choose a class that is **wrong**, climb its
score, and allow no pixel to move by more than a small bound $\epsilon$. If a person
sees no difference, and the network is certain, it has been fooled: the picture is a
**fooling image** (Szegedy and others, 2014).

Each round: ask the net. If the target's probability has reached `confidence`, stop.
Otherwise climb one step of length `rate` on the target's score, and bring each pixel
back to within `bound` of the **first** image, and into [0, 1].

By hand: image $(0.5, 0.5)$, target's score $3a + 4b - 4$ against 0. It is $-0.5$, the
probability 0.378. The slope $(3, 4)$ has the length 5, so with rate 0.5 the step is
$(0.3, 0.4)$; with bound 0.3 the image becomes $(0.8, 0.8)$.

**Exercise `fooling_image`** (4 points, 30 minutes).

<details><summary>A hint</summary>
<code>torch.clamp</code> takes tensors as limits, too: <code>image - bound</code> and
<code>image + bound</code>. What comes first in a round, the question or the step?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "fooling_image"}
def fooling_image(net, image, target, bound, rate=1.0, confidence=0.9, max_steps=100):
    """An image near another that a net takes for a class of your choice.

    net: images in, scores (N, classes) out; in evaluation mode.
    image: (C, H, W) in [0, 1].  target: the class it should be taken for.
    bound: how far a pixel may move, in each channel.  rate: length of a step.
    confidence: the target's probability that is enough.  max_steps: at most so many.
    Returns the new image, (C, H, W), in [0, 1].
    """
    ### BEGIN SOLUTION
    x = image
    for _ in range(max_steps):
        leaf = x.detach().requires_grad_()
        scores = net(leaf[None])[0]
        if scores.softmax(dim=0)[target] >= confidence:
            break
        (slope,) = torch.autograd.grad(scores[target], leaf)
        x = x + rate * slope / slope.norm()
        x = torch.clamp(x, image - bound, image + bound).clamp(0, 1)
    return x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fooling_image"}
check("10.fooling_image", fooling_image)

# %% tags=["experiment"]
fool = borrow("10.fooling_image", fooling_image)
target = 7 if small else names.index("goldfish")
bound = 16 / 255 if small else 6 / 255
fooled = fool(net, first, target, bound, rate=side / 200, max_steps=200)
before, after = ask(torch.stack([first, fooled]))
largest_change = (fooled - first).abs().max().item()
fooled_probability = after[target].item()
change = 0.5 + (fooled - first) / (2 * bound)
texts = [
    f"{names[before.argmax()]}, {before.max():.2f}",
    f"{names[after.argmax()]}, {after.max():.2f}",
    f"the change, times {0.5 / bound:.0f}",
]
show_row([first, fooled, change], texts, "No pixel has moved by more than "
         f"{255 * largest_change:.1f} of 255 steps", 3, 2.8)  # fmt: skip

# %% [markdown]
r"""
## Adversarial examples, in one step

An image that was changed a little, on purpose, so that a network errs is an
**adversarial example**. Why does so little suffice? Take a score that is linear,
$w \cdot x$. Move each pixel by $\epsilon$ in the direction of the **sign** of its
weight, and the score changes by $\epsilon \sum |w_i|$: each pixel adds a little, and
there are 150,000 of them. The **fast gradient sign method** (Goodfellow and others,
2015) does so with the gradient of the loss, in a single step:

$$x' = x + \epsilon \, \mathrm{sign}\left(\frac{\partial L(x, y)}{\partial x}\right)
 \quad\text{and back into } [0, 1]$$

Score 0 is $2a - b$, score 1 is 0, the label is 0. More of $a$ lowers the loss, more of
$b$ raises it: the signs are $(-1, +1)$. With $\epsilon = 0.125$ the image $(0.05, 0.5)$
becomes $(0, 0.625)$.

**Exercise `fgsm`** (3 points, 15 minutes).

<details><summary>A hint</summary>
<code>F.cross_entropy(net(x), y)</code>, its gradient at x, and <code>.sign()</code>.
Whether the loss is a mean or a sum over the images does not matter here: why?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "fgsm"}
def fgsm(net, x, y, epsilon):
    """Adversarial images by the fast gradient sign method (Goodfellow et al., 2015).

    net: images in, scores (N, classes) out; in evaluation mode.
    x: images (N, C, H, W) in [0, 1].  y: their labels, (N,).
    epsilon: how far each pixel moves.
    Returns the new images, in [0, 1].
    """
    ### BEGIN SOLUTION
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(net(x), y), x)
    return (x + epsilon * slope.sign()).clamp(0, 1).detach()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fgsm"}
check("10.fgsm", fgsm)

# %% [markdown]
r"""
How many answers survive? We ask the net about some pictures, attack what it said, and
ask again. For comparison every pixel moves just as far, but in a **random** direction.
"""

# %% tags=["experiment"]
attack = borrow("10.fgsm", fgsm)
victims = crowd[:: max(1, len(crowd) // (100 if full or small else 8))].to(device)
said = ask(victims).argmax(1)
epsilons = (
    [0, 1 / 255, 2 / 255, 4 / 255, 8 / 255] if full or small else [0, 1 / 255, 4 / 255]
)
signs = torch.randn(victims.shape, generator=torch.Generator().manual_seed(0)).sign()


def unchanged(images):
    return (ask(images).argmax(1) == said).float().mean().item()


shares = {
    "sign of the gradient": [
        unchanged(attack(net, victims, said, e)) for e in epsilons
    ],
    "random signs": [
        unchanged((victims + e * signs.to(device)).clamp(0, 1)) for e in epsilons
    ],
}
show_attack(epsilons, shares)

# %% [markdown]
r"""
Noise of the same size does far less. The network is not so much fragile as fragile **in
the one direction that the gradient knows**. Training on such examples helps, and costs
accuracy; no complete defence is known.

## DeepDream

Choose a layer and strengthen **whatever it sees already** (Mordvintsev and others,
2015). Where it sees a bit of an eye in a cloud, make it more of an eye, look again, and
so on:

$$\max_x \;\; \sum_i f_i(x)^2$$

with the sum over all values of the layer. Squares favour what is strong: the gradient
of the objective at the layer is $2 f$, the activation itself but for the 2. (The
lecture notes put it that way: set the gradient of the layer to its activation.) Three
tricks make it work:

* the gradient is divided by the **mean of its absolute values**, so that an average
  pixel moves by `rate`;
* **jitter**: the image is rolled by a shift before the step and rolled back after, so
  that the seams of the net's grid do not add up;
* **octaves**: dream on a small version first, enlarge what was dreamed, go on: large
  things first, details later.

By hand: an image $(0.125, 0.375)$ and maps that are twice the image. The objective is
$4 \sum x^2$, its slope $8x = (1, 3)$, with the mean size 2. With rate 0.25 the step is
$(0.125, 0.375)$.

**Exercise `deepdream_step`** (4 points, 25 minutes).

<details><summary>A hint</summary>
<code>image.roll((dy, dx), dims=(1, 2))</code> moves down and to the right; which shift
undoes it? Clip before you roll back or after: it is the same.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "deepdream_step"}
def deepdream_step(features, image, rate, shift):
    """Strengthen what a layer sees in an image.

    features: a function, images (N, C, H, W) in, what the layer gives out.
    image: (C, H, W) in [0, 1].  rate: by how much an average pixel moves.
    shift: (down, right), by how much the image is rolled for this step.
    Returns the new image, (C, H, W), in [0, 1], rolled back.
    """
    ### BEGIN SOLUTION
    down, right = shift
    x = image.detach().roll((down, right), dims=(1, 2)).requires_grad_()
    (slope,) = torch.autograd.grad((features(x[None]) ** 2).sum(), x)
    x = (x.detach() + rate * slope / slope.abs().mean()).clamp(0, 1)
    return x.roll((-down, -right), dims=(1, 2))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_deepdream_step"}
check("10.deepdream_step", deepdream_step)


# %% tags=["experiment"]
dream_step = borrow("10.deepdream_step", deepdream_step)


def dream(features, image, n_octaves, n_steps, rate, scale=1.4):
    """DeepDream from small to large; what was dreamed is enlarged and kept."""
    draws = torch.Generator().manual_seed(0)
    dreamed = torch.zeros_like(image)
    for octave in reversed(range(n_octaves)):
        base = resized(image, int(image.shape[1] / scale**octave))
        now = (base + resized(dreamed, base.shape[1])).clamp(0, 1)
        reach = base.shape[1] // 16
        for _ in range(n_steps):
            shift = torch.randint(-reach, reach + 1, (2,), generator=draws).tolist()
            now = dream_step(features, now, rate, tuple(shift))
        dreamed = now - base
    return now


# %% tags=["experiment"]
if small:
    begin, depth, wide = next(iter(photos.values())), layers[1:], 64
else:
    begin, depth, wide = photos["temple"], layers[1:4], 400 if full else 224
begin = resized(begin, wide)
n_octaves, n_steps = 1 if small else 3, 20 if full or small else 8
dreams = [dream(features_of(layer), begin, n_octaves, n_steps, 0.02) for layer in depth]
strengths = [
    [(features_of(layer)(x[None]) ** 2).mean().item() for x in (begin, after)]
    for layer, after in zip(depth, dreams, strict=True)
]
gains = [after / before for before, after in strengths]
texts = [f"{n}: {g:.0f} times as strong" for n, g in zip(depth, gains, strict=True)]
show_row([begin, *dreams], ["before", *texts], "What each layer dreams into the picture",
         4, 2.9)  # fmt: skip

# %% [markdown]
r"""
Early layers dream strokes and grids, later ones curls, eyes and creatures. ImageNet is
full of dogs and birds, and so are the dreams.

## Feature inversion: what is left of the picture

The last question: how much of the image is **still there** in a layer? Take a layer's
output for a photograph, forget the photograph, and look for **any** image with that
output (Mahendran and Vedaldi, 2015):

$$\min_x \;\; \sum \big(\Phi(x) - \Phi_0\big)^2 + \lambda \, R(x)$$

$\Phi_0$ is what is left of the photograph; R, the **prior**, is large for rough images,
because many images fit, and we want one that looks natural. (The lecture notes use the
total variation; you will write that in lesson 12. Here the prior comes as a function.)
Down, this time, and with Adam.

With features that are the image itself, the target 1, the start 0.25 and no prior: the
first loss is $0.75^2 = 0.5625$. Adam's first step is as long as the rate; with 0.5 it
leads to 0.75, and the next loss is $0.0625$.

**Exercise `invert_features`** (4 points, 30 minutes).

<details><summary>A hint</summary>
What the optimiser holds is a list with one tensor: the image. Put what
<code>torch.autograd.grad</code> returns into <code>x.grad</code> before
<code>step()</code>; so no weight gets a gradient. <code>x.clamp_(0, 1)</code>, in
place, under <code>no_grad</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "invert_features"}
def invert_features(features, target, start, n_steps, rate, prior, weight):
    """An image whose features come near a target.

    features: a function, images (N, C, H, W) in, features out.
    target: features of the image that is sought.  start: (C, H, W) in [0, 1].
    n_steps: steps of Adam.  rate: its learning rate.
    prior: a function, an image (C, H, W) in, a number out.  weight: its weight.
    Returns the image, after each step brought back into [0, 1], and the list of the
    losses before each step: sum of squared differences plus weighted prior.
    """
    ### BEGIN SOLUTION
    x = start.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([x], lr=rate)
    losses = []
    for _ in range(n_steps):
        distance = ((features(x[None]) - target) ** 2).sum()
        loss = distance + weight * prior(x)
        (x.grad,) = torch.autograd.grad(loss, x)
        optimiser.step()
        with torch.no_grad():
            x.clamp_(0, 1)
        losses.append(loss.item())
    return x.detach(), losses
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_invert_features"}
check("10.invert_features", invert_features)


# %% tags=["experiment"]
invert = borrow("10.invert_features", invert_features)


def roughness(image):
    """How far pixels are from the mean of their neighbourhood."""
    return ((image - smooth(image)) ** 2).sum()


original = resized(first, side if small or full else 112)
draws = torch.Generator().manual_seed(0)
start = (0.5 + 0.02 * torch.randn(original.shape, generator=draws)).to(device)
# The deeper the layer, the more the prior must help, and the smaller the steps.
settings = [(2e-4, 0.05), (5e-4, 0.05), (2e-3, 0.05), (1e-2, 0.03), (2e-2, 0.03)]
inverted, falling, n_steps = {}, {}, 300 if small or full else 40
for layer, (weight, rate) in zip(layers, settings, strict=False):
    features = features_of(layer)
    with torch.no_grad():
        wanted_features = features(original[None])
    weight = weight * wanted_features.square().sum().item()
    inverted[layer], falling[layer] = invert(
        features, wanted_features, start, n_steps, rate, roughness, weight
    )

# %% tags=["experiment"]
show_row([original, *inverted.values()], ["the picture", *inverted],
         "The deeper the layer, the less of the picture is left",
         3)  # fmt: skip
show_falling(falling, "Early layers are easy to invert, deep ones are not")
errors = {
    layer: (image - original).square().mean().sqrt().item()
    for layer, image in inverted.items()
}
print({layer: round(error, 3) for layer, error in errors.items()})

# %% [markdown]
r"""
The numbers are the errors in a pixel, root mean square; a picture has values from 0 to
1. From the first layer the picture comes back as it was. Further down the colours go,
then the sharp edges and the exact places; of the cat, its eyes stay longest. What the
deep layers have kept is what the classes need.

## Questions

**Question 1** (1 point). A photograph of 112 x 112 pixels is covered by a patch of 24 x
24 that moves by 8 pixels. How many values does the occlusion map have?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_places"}
### BEGIN SOLUTION
answer_places = ((112 - 24) // 8 + 1) ** 2
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_places"}
check("10.answer_places", answer_places)

# %% [markdown]
r"""
**Question 2** (1 point). A score is linear in 1,000 inputs, and each slope is 1 or -1.
By how much does it change if each input moves by 0.01 in the direction of the sign of
its slope?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_change"}
### BEGIN SOLUTION
answer_change = 1000 * 0.01
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_change"}
check("10.answer_change", answer_change)

# %% [markdown]
r"""
**Question 3** (1 point). You replace all weights of a net by random ones, and the map
of your favourite method hardly changes. What follows?

* `"a"` The method is robust, and can be trusted.
* `"b"` The net had learned nothing.
* `"c"` The map shows the picture and the architecture more than what was learned.
* `"d"` The picture was unsuitable, and another should be taken.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_random"}
### BEGIN SOLUTION
answer_random = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_random"}
check("10.answer_random", answer_random)

# %% [markdown]
r"""
**Question 4** (1 point). Features of a deep layer are inverted; the loss falls to
almost nothing, and the image still differs from the photograph. Why?

* `"a"` There is an error in the code: equal features come from equal images.
* `"b"` More steps would bring the photograph back.
* `"c"` Many images have these features: the layer has forgotten how they differ.
* `"d"` The network has too few parameters.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_inversion"}
### BEGIN SOLUTION
answer_inversion = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_inversion"}
check("10.answer_inversion", answer_inversion)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A hospital's network finds pneumonia in X-ray
pictures with 95 % accuracy. Grad-CAM is bright in a corner of the picture, where each
hospital prints its mark. In four or five sentences: what may have happened, what would
you do to find out, and what can the map not tell you?
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_explanation"}
r"""
The network may have learned which hospital a picture comes from: if one of them treats
more of the severe cases, its mark predicts the label without any look at the lungs, and
the accuracy on pictures from the same hospitals is worth nothing elsewhere. I would
cover the mark (occlusion) or paint it into healthy pictures, and see whether the answer
changes; and I would test on a hospital that was not in the training data. The map tells
where the layer responds to what speaks for the class, coarsely, and for this picture;
it does not tell what at that place matters, nor that the rest is unused, nor what the
net would do if the place were different. A map that is bright on the lungs would be no
proof that the net is right.
"""

# %% [markdown]
r"""
## What to remember

* Hooks hand out what inner layers compute; remove them, and keep copies.
* Occlusion asks by trying, saliency by the gradient of the **score** with respect to
  the pixels.
* Grad-CAM: one weight a channel, the mean of its slopes; add, then ReLU. It is coarse
  and honest.
* Gradient ascent on the image paints classes, dreams and fooling images; a bound keeps
  it invisible.
* A convincing picture is not yet an explanation: try it on random weights.

To read more: M. Zeiler and R. Fergus, *Visualizing and understanding convolutional
networks*, ECCV (2014), <https://arxiv.org/abs/1311.2901>; K. Simonyan and others, *Deep
inside convolutional networks* (2014), <https://arxiv.org/abs/1312.6034>; J.
Springenberg and others, *Striving for simplicity* (2015),
<https://arxiv.org/abs/1412.6806>; B. Zhou and others, *Learning deep features for
discriminative localization*, CVPR (2016), <https://arxiv.org/abs/1512.04150>; R.
Selvaraju and others, *Grad-CAM*, ICCV (2017), <https://arxiv.org/abs/1610.02391>; J.
Adebayo and others, *Sanity checks for saliency maps*, NeurIPS (2018),
<https://arxiv.org/abs/1810.03292>; C. Szegedy and others, *Intriguing properties of
neural networks* (2014), <https://arxiv.org/abs/1312.6199>; I. Goodfellow and others,
*Explaining and harnessing adversarial examples*, ICLR (2015),
<https://arxiv.org/abs/1412.6572>; A. Mahendran and A. Vedaldi, *Understanding deep
image representations by inverting them*, CVPR (2015),
<https://arxiv.org/abs/1412.0035>; L. van der Maaten and G. Hinton, *Visualizing data
using t-SNE*, JMLR 9 (2008); A. Mordvintsev and others, *Inceptionism* (2015),
<https://research.google/blog/inceptionism-going-deeper-into-neural-networks/>; C. Olah
and others, *Feature visualization*, Distill (2017),
<https://doi.org/10.23915/distill.00007>.

Next: features that carry over, and how to use them for classes of your own.
"""
