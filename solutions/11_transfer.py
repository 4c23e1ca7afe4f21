# %% [markdown]
r"""
# 11 Transfer learning

**The question.** The networks of lesson 09 learned from 1.2 million photographs, for
days, on many machines. You have 700 photographs of flowers and a laptop. Trained from
nothing on those, a network learns the 700 by heart and little else. Is there a way to
begin where the large ones ended?

There is, and it is what nearly everybody does: take a trained network, change its last
layer, and train as little of it as your data allow. That is **transfer learning**. In
this lesson you write its parts, measure when it helps and when it does not, and hand
over a classifier that somebody else can use.

You will write ten short pieces. About three and a half hours.
"""

# %%
from collections import OrderedDict
from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import check, course_mode, hint, plots

# %% [markdown]
r"""
Here is the task. With real data the trained network is **MobileNetV2**, which tells the
1,000 classes of ImageNet apart, and the new task is five kinds of flower, of which
ImageNet knows only the daisy. Where photographs or weights cannot be had, a small
network that has learned six of the built-in shapes stands in, and the task is the other
four.
"""

# %% tags=["experiment"]
from utils.device import best_device
from utils.tasks import different_task, similar_task, start_with

full = course_mode() == "full"
device = best_device()
start = start_with("mobilenet_v2", side=224 if full else 96)
a_class, n_val = (140, 60) if full or start.small else (30, 20)
task = similar_task(start, a_class, n_val)
print(start.description, task.description, sep="\n")

# %% tags=["experiment"]
from utils.plots.transfer import show_task

show_task(task, "Every picture has one of these labels")

# %% [markdown]
r"""
## From generic to specific

What has such a network learned that could be of use for another task? Lesson 10 looked
at it: the first layers find edges and colours, the middle ones textures and parts, the
last ones whole objects. Early layers are **generic**: they would do for any photograph.
Late layers are **specific**: they were made for the task that the network was trained
on.

That can be measured. Cut the network after some layer, take the mean of each of its
maps as **features**, and train nothing but a linear classifier on them. (This is called
a linear **probe**.) Do it at several depths, for a task like the network's own and for
one that is nothing like it.
"""

# %% tags=["experiment"]
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from utils.plots.transfer import show_depths
from utils.tasks import means_of_maps

n = 30 if full or start.small else 10
other = different_task(start, a_class=n, n_val=n)
few = task.first(n)
print("A different task:", other)
net = start.trained().to(device).eval()
depths = {}
for name, t in {"a similar task": few, "a different task": other}.items():
    train, val = (means_of_maps(net, start, X, device) for X in (t.X_train, t.X_val))
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    depths[name] = [
        probe.fit(train[k], t.y_train).score(val[k], t.y_val) for k in start.stages
    ]
show_depths(depths, start.stages)

# %% [markdown]
r"""
The small network of the built-in shapes behaves as expected. For the similar task every
layer adds something, up to the last: what tells discs from hearts also tells stars from
moons. The different task, digits, is done with strokes, and the middle layers have all
of them; the last one, made for another purpose, brings nothing more. (Chance is 25 %
for the similar task and 10 % for the other.)

MobileNetV2 tells more (`COURSE_MODE=full python solutions/11_transfer.py`). Flowers are
half done by colour, which the first layers see: about 40 % after layer 1, where chance
is 20 %. Shapes stay near chance until the middle, and then catch up. Both tasks end at
about 80 %, and both are best one layer **before** the end. So many photographs make
even late features rather generic; only the very last layer belongs to ImageNet's
classes.

## A network small enough to count

Published networks are cut in the same place: a **body**, often called `features`, and a
**head**, the last layer that gives the scores. Here is a tiny one in that style, with
seven old classes.
"""

# %%
body = nn.Sequential(
    nn.Conv2d(3, 4, 3),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
)
head = nn.Sequential(nn.Dropout(0.2), nn.Linear(4, 7))
tiny = nn.Sequential(OrderedDict(features=body, classifier=head))
for name, parameter in tiny.named_parameters():
    print(f"{name:20} {tuple(parameter.shape)!s:14} {parameter.numel():4}")

# %% [markdown]
r"""
Count along: the convolution has $4 \cdot 3 \cdot 3 \cdot 3 + 4 = 112$ numbers, the
batch norm $2 \cdot 4 = 8$, and the head $(4 + 1) \cdot 7 = 35$. Every parameter has a
name: the way to its layer, joined by dots.

### A new head

Seven old scores are of no use for three new classes. The head is replaced by a fresh
layer of the same kind with as many inputs, and as many outputs as there are new
classes: $(4 + 1) \cdot 3 = 15$ numbers.

A layer is found by its name, `net.get_submodule("classifier.1")`, and it is replaced by
assigning another one **to the part that holds it**: here `net.classifier`, under the
name `1`. A new layer in a variable of your own changes nothing in the network.

Two habits to avoid. Do not put the new head **behind** the old one: its inputs would be
the scores of 1,000 old classes in place of the features. And nothing comes after it, no
ReLU and no softmax: the cross-entropy wants the scores themselves.

Some networks, such as SqueezeNet, have a 1x1 convolution as their head. Then the new
one is a 1x1 convolution as well.

**Exercise `replace_head`** (3 points, 15 minutes).

<details><summary>A hint</summary>
<code>name.rpartition(".")</code> splits at the last dot: <code>"classifier.1"</code>
gives <code>"classifier"</code>, <code>"."</code> and <code>"1"</code>; a name without a
dot gives <code>""</code> first, and <code>net.get_submodule("")</code> is the network
itself. <code>setattr(part, "1", layer)</code> assigns. A convolution has
<code>in_channels</code>, a linear layer <code>in_features</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "replace_head"}
def replace_head(net, name, classes):
    """Give a network a fresh head in the place of its old one; changes the network.

    net: an nn.Module.  name: of its last layer, such as "classifier.1": an nn.Linear,
    or an nn.Conv2d that is 1x1.  classes: scores of the new head, which is of the same
    kind, has a bias, and is initialised as PyTorch does it.
    Returns the network.
    """
    ### BEGIN SOLUTION
    old = net.get_submodule(name)
    if isinstance(old, nn.Conv2d):
        new = nn.Conv2d(old.in_channels, classes, 1)
    else:
        new = nn.Linear(old.in_features, classes)
    part, _, last = name.rpartition(".")
    setattr(net.get_submodule(part), last, new)
    return net
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_replace_head"}
check("11.replace_head", replace_head)

# %% [markdown]
r"""
### Freezing

A parameter with `requires_grad=False` is **frozen**: autograd computes no gradient for
it, which saves time and memory, and an optimiser passes over it. The flag belongs to
each parameter. `net.requires_grad = False` looks right and does nothing: Python gives
the module a new attribute, and nobody ever reads it. (`net.requires_grad_(False)`, with
an underscore, is a method, and sets the flag of all parameters.)
"""

# %%
trial = nn.Linear(2, 2)
trial.requires_grad = False
print("after trial.requires_grad = False: ", trial.weight.requires_grad)
trial.requires_grad_(False)
print("after trial.requires_grad_(False): ", trial.weight.requires_grad)

# %% [markdown]
r"""
**Exercise `freeze`** (2 points, 10 minutes). Freeze everything but the head. The flags
may come in any state: published weights often arrive with all of them off.

<details><summary>A hint</summary>
Everything off, then the head on. Names are a poor way to tell what belongs to the head:
a layer called <code>head_norm</code> begins like <code>head</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "freeze"}
def freeze(net, head):
    """Let only the head be trained; changes the flags of the network's parameters.

    net: an nn.Module.  head: the name of the layer (or part) that is trained.
    Returns the network.
    """
    ### BEGIN SOLUTION
    net.requires_grad_(False)
    net.get_submodule(head).requires_grad_(True)
    return net
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_freeze"}
check("11.freeze", freeze)

# %% [markdown]
r"""
An optimiser is built **after** freezing, and for the head that is in the network
**then**. Build it before `replace_head` and it holds the old head, which is no longer
part of anything: the loss does not move, and no error is raised. So it pays to look at
what will be trained.

**Exercise `trainable_parameters`** (2 points, 5 minutes).

<details><summary>A hint</summary>
<code>named_parameters()</code> gives pairs of a name and a parameter.
<code>state_dict()</code> will not do: its tensors are cut off from autograd.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "trainable_parameters"}
def trainable_parameters(net):
    """What an optimiser may train: a dictionary from names to parameters, in order.

    net: an nn.Module.  The values are the network's own parameters.
    """
    ### BEGIN SOLUTION
    return {name: p for name, p in net.named_parameters() if p.requires_grad}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_trainable_parameters"}
check("11.trainable_parameters", trainable_parameters)

# %% [markdown]
r"""
On the large network, with your three pieces:
"""

# %% tags=["experiment"]
from utils.borrow import borrow, borrow_earlier

new_head = borrow("11.replace_head", replace_head)
freeze_body = borrow("11.freeze", freeze)
list_trained = borrow("11.trainable_parameters", trainable_parameters)

net = start.trained()
total = sum(p.numel() for p in net.parameters())
net = freeze_body(new_head(net, start.head, len(task.classes)), start.head)
n_trained = sum(p.numel() for p in list_trained(net).values())
print(*list_trained(net), sep=", ")
print(f"{n_trained:,} numbers are trained; with its old head the network has {total:,}")

# %% [markdown]
r"""
## Features, once and for all

While the body is frozen, a photograph has the same features in every epoch. Then
compute them **once**, keep the table `(N, D)`, and train the head on it: what took
minutes an epoch takes milliseconds. The price: no new augmentation in each epoch, only
what you put into the table.

Four things must hold. The network is in evaluation mode, or a photograph's features
would depend on its neighbours in the batch. Autograd is off, or every feature would
drag the graph of the whole network along. Features and labels are collected **in the
same pass**: a loader that shuffles has another order each time. And the network is left
in the mode in which it came.

**Exercise `extract_features`** (4 points, 20 minutes). `net` gives features here: its
head is already gone.

<details><summary>A hint</summary>
Two lists that grow in one loop, then <code>torch.cat</code>. <code>net.training</code>
is the mode; <code>.cpu()</code> brings a result back.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "extract_features"}
def extract_features(net, loader, device):
    """The features and labels of all images of a loader; leaves the network as it was.

    net: an nn.Module on `device`, which gives features (n, D) for images (n, 3, H, W).
    loader: gives batches (X, y); X may be on any device, y is on the CPU.
    Returns features (N, D) and labels (N,): tensors on the CPU, in the loader's order,
    without autograd's graph.
    """
    ### BEGIN SOLUTION
    was_training = net.training
    net.eval()
    features, labels = [], []
    with torch.no_grad():
        for X, y in loader:
            features.append(net(X.to(device)).cpu())
            labels.append(y)
    net.train(was_training)
    return torch.cat(features), torch.cat(labels)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_extract_features"}
check("11.extract_features", extract_features)

# %% [markdown]
r"""
The pictures come through the `Dataset` of lesson 08. Each picture goes through the
network twice, as it is and mirrored, and we keep the **mean** of the two tables: a
flower seen in a mirror is the same flower.
"""

# %% tags=["experiment"]
from torch.utils.data import DataLoader
from tqdm.auto import tqdm

from utils.tasks import BodyOf, DepthsOf

make_dataset, measure, keep = borrow_earlier(
    "08_pytorch", "PictureDataset", "evaluate", "save_best"
)
extract = borrow("11.extract_features", extract_features)


def load(X, y, transform=start.prepare, batch_size=32, shuffle=False):
    return DataLoader(make_dataset(X, y, transform), batch_size, shuffle)


def both_ways(net, prepare, X, y):
    """The features of every picture, averaged with those of its mirror image."""
    views = prepare, lambda image: prepare(image.flip(2))
    loaders = (tqdm(load(X, y, view, batch_size=8), leave=False) for view in views)
    found = [extract(net, loader, device) for loader in loaders]
    return (found[0][0] + found[1][0]) / 2, found[0][1]


# %% tags=["experiment"]
def features_of(start, t):
    """Training and validation features of a task, from the last three depths."""
    net = DepthsOf(start.trained(), start.stages[-3:]).to(device)
    train, _ = both_ways(net, start.prepare, t.X_train, t.y_train)
    val, _ = both_ways(net, start.prepare, t.X_val, t.y_val)
    return train, val


def of_last_layer(start, parts):
    """The columns of the last depth, which are what the head gets."""
    n_last = start.trained().get_submodule(start.head).in_features
    return tuple(part[:, -n_last:] for part in parts)


three_depths = features_of(start, task)
kinds = {"last layer": of_last_layer(start, three_depths), "three depths": three_depths}
light, of_light = start, three_depths
if not start.small:
    light = start_with("mobilenet_v2_0.35", side=start.side)
    of_light = features_of(light, task)
    pairs = zip(three_depths, of_light, strict=True)
    kinds["two networks"] = tuple(torch.cat(pair, dim=1) for pair in pairs)
for name, (train, _) in kinds.items():
    print(f"{name:13} {train.shape[1]:5} features")

# %% [markdown]
r"""
Nothing says that only the last layer may give features. The means of the maps at three
depths stand side by side in the second table. With real data a second network, a
MobileNetV2 with a third of the channels (a **light** one: a fifth of the work), adds
its own in the third.

Now the head: one linear layer, cross-entropy, and L2 regularisation, since there are
more features than pictures. How strong? That is a hyperparameter, and the validation
photographs must not choose it, or they could no longer tell how good the result is.
**Cross-validation** on the training pictures chooses (lesson 01), and on features it is
nearly free. We go on with the last table: networks that err differently are worth more
together (lesson 07).
"""

# %% tags=["experiment"]
from sklearn.model_selection import StratifiedKFold


def train_head(X, y, reg):
    """A linear head: the minimum of cross-entropy + reg * sum(W**2)."""
    torch.manual_seed(0)
    head = nn.Linear(X.shape[1], int(y.max()) + 1)
    optimiser = torch.optim.LBFGS(
        head.parameters(), max_iter=60, line_search_fn="strong_wolfe"
    )

    def loss():
        optimiser.zero_grad()
        value = F.cross_entropy(head(X), y) + reg * (head.weight**2).sum()
        value.backward()
        return value

    optimiser.step(loss)
    return head.requires_grad_(False)


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y).float().mean().item()


def held_out_accuracy(X, y, reg, n_folds=5 if full else 3):
    """The mean accuracy on folds of the training pictures that were left out."""
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=0)
    return np.mean(
        [
            accuracy(train_head(X[fit], y[fit], reg)(X[rest]), y[rest])
            for fit, rest in folds.split(X, y)
        ]
    )


# %% tags=["experiment"]
labels, val_labels = torch.from_numpy(task.y_train), torch.from_numpy(task.y_val)
regs, frozen_heads = [1e-3, 3e-3, 1e-2], {}
for name, (train, val) in kinds.items():
    by_reg = {reg: held_out_accuracy(train, labels, reg) for reg in tqdm(regs, name)}
    reg = max(by_reg, key=by_reg.get)
    scores = train_head(train, labels, reg)(val)
    frozen_heads[name] = by_reg[reg], reg, scores
    print(f"{name:13} reg {reg:6}: cross-validation {100 * by_reg[reg]:.1f} %, "
          f"validation pictures {100 * accuracy(scores, val_labels):.1f} %")  # fmt: skip
chosen = list(kinds)[-1]
best_reg, frozen_scores = frozen_heads[chosen][1:]
frozen_accuracy = accuracy(frozen_scores, val_labels)
print(f"we go on with: {chosen}, {100 * frozen_accuracy:.1f} %")

# %% [markdown]
r"""
What others reached: the lecture notes report **90.66 %** with a frozen MobileNetV2 on
all 3,670 photographs, and a linear head on 100 photographs a class was measured at 87.6
%. What the functions above give on 140 photographs a class, 700 in all, measured on 300
validation photographs:

| features | reg | cross-validation | validation |
| --- | --- | --- | --- |
| last layer | 0.01 | 88.4 % | 86.0 % |
| three depths | 0.01 | 89.9 % | 87.0 % |
| three depths of two networks | 0.01 | 90.0 % | **89.3 %** |

Cross-validation takes the last row: two networks err in different places. With 300
photographs each figure is uncertain by almost two points, so the three are hardly told
apart. (`COURSE_MODE=full python solutions/11_transfer.py`; the whole lesson took 6
minutes on one thread.)

## Frozen is not asleep

Now let part of the body learn too. For that the network goes into training mode, and
here waits a mistake that costs people weeks. Freezing and the mode are **two different
switches**:

* `requires_grad` says whether the optimiser may change a **parameter**;
* `train()` and `eval()` say what a **layer** computes. In training mode a batch norm
  normalises with the mean and variance of the batch, and writes them into its running
  statistics. Those are buffers: no flag freezes them.

So a frozen batch norm in training mode goes on changing. The layers behind it were
trained for the old statistics, and get others.
"""

# %%
norm = nn.BatchNorm1d(1).requires_grad_(False)
for mode in (True, False):
    norm.train(mode)
    norm(torch.full((4, 1), 10.0))
    told = "training" if mode else "evaluation"
    print(f"after a batch of tens in {told} mode: running mean {norm.running_mean}")

# %% [markdown]
r"""
The batch had the mean 10, momentum is 0.1: $0.9 \cdot 0 + 0.1 \cdot 10 = 1$. In
evaluation mode it stays.

How much harm does that do? Below, the small network that has learned six shapes only
**looks** at some batches of handwritten digits. No loss, no gradient, no step; every
parameter is frozen.
"""

# %% tags=["experiment"]
from utils.held_out import KNOWN
from utils.tasks import shapes_task, start_small

small = start_small()
known, strange = shapes_task(KNOWN, 1, 50), different_task(small, 20, 1)


def after_looking(switch):
    """The accuracy on the known shapes after a look at digits in this mode."""
    net = small.trained().requires_grad_(False).to(device)
    switch(net)
    with torch.no_grad():
        for X, _ in load(strange.X_train, strange.y_train, small.prepare):
            net(X.to(device))
    shapes = load(known.X_val, known.y_val, small.prepare)
    return measure(net, shapes, device)[1]


asleep, awake = after_looking(nn.Module.eval), after_looking(nn.Module.train)
print(f"six known shapes, batch norms in eval(): {100 * asleep:.0f} %")
print(f"six known shapes, batch norms in train(): {100 * awake:.0f} %")

# %% [markdown]
r"""
The network has forgotten part of its trade just by looking elsewhere. So before each
epoch of fine-tuning: everything into training mode (dropout must drop), and then the
frozen batch norms, and only those, back into evaluation mode.

A batch norm counts as frozen when **none** of its parameters requires a gradient; one
that was built without scale and shift (`affine=False`) has none, and is frozen.

**Exercise `train_mode`** (3 points, 15 minutes).

<details><summary>A hint</summary>
<code>net.modules()</code> goes through all layers, however deep. There are
<code>nn.BatchNorm1d</code>, <code>2d</code> and <code>3d</code>;
<code>isinstance</code> takes a tuple.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "train_mode"}
def train_mode(net):
    """Put a network into training mode, except for its frozen batch norms.

    net: an nn.Module in any mode.  Batch norms of which no parameter requires a
    gradient end in evaluation mode, all other layers in training mode.
    Returns the network.
    """
    ### BEGIN SOLUTION
    net.train()
    for layer in net.modules():
        is_norm = isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d))
        if is_norm and not any(p.requires_grad for p in layer.parameters()):
            layer.eval()
    return net
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_train_mode"}
check("11.train_mode", train_mode)

# %% tags=["experiment"]
set_train_mode = borrow("11.train_mode", train_mode)
print(f"with train_mode: {100 * after_looking(set_train_mode):.0f} %")

# %% [markdown]
r"""
## Fine-tuning

The head begins from random numbers and has far to go. The body is nearly where it
should be, and large steps would wipe out in a minute what took days to learn. So each
gets **its own learning rate**: the rule of thumb is **a tenth** for the body. (And the
head is trained alone first, as above: gradients that pass through a random head only do
harm to the body.)

An optimiser takes a list of **parameter groups**, each a dictionary with its own
settings:

    torch.optim.Adam([{"params": [...], "lr": 0.001}, {"params": [...], "lr": 0.01}])

Every trainable parameter belongs into exactly one of them. In two groups it is refused;
forgotten, it never moves, and nothing tells you.

**Exercise `parameter_groups`** (3 points, 15 minutes).

<details><summary>A hint</summary>
Whether a parameter belongs to the head cannot be asked with <code>in</code> and a list,
because <code>==</code> compares tensors number by number. A set of <code>id(p)</code>
tells objects apart, and so do names: <code>net.get_submodule(head)</code> knows its own
parameters.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "parameter_groups"}
def parameter_groups(net, head, rate):
    """Two groups for an optimiser: the body at a tenth of the rate, then the head.

    net: an nn.Module.  head: the name of its last layer or part.
    rate: the learning rate of the head.
    Returns a list of two dictionaries with "params" (a list of the trainable
    parameters, in the network's order) and "lr".
    """
    ### BEGIN SOLUTION
    of_head = {id(p) for p in net.get_submodule(head).parameters()}
    trained = [p for p in net.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if id(p) not in of_head], "lr": rate / 10},
        {"params": [p for p in trained if id(p) in of_head], "lr": rate},
    ]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_parameter_groups"}
check("11.parameter_groups", parameter_groups)

# %% [markdown]
r"""
### Photographs on their way in

Now the body changes, so features cannot be kept, and every epoch may see every
photograph anew: a random part of it, enlarged to full size, mirrored half of the time
(lesson 07). Validation pictures are shown as they are.

One more rule: pictures are prepared **as the network knows them**. ImageNet networks
were trained with a certain mean and standard deviation for each channel, and with one
size; other numbers cost accuracy, and nothing tells you that either. `start.prepare`
does it here.
"""


# %% tags=["experiment"]
def random_view(image):
    """A random part of a picture (C, H, W), enlarged, perhaps mirrored, prepared."""
    side = image.shape[-1]
    size = int(side * (0.6 + 0.4 * torch.rand(())))
    top, left = torch.randint(side - size + 1, (2,))
    part = image[None, :, top : top + size, left : left + size]
    view = F.interpolate(part, (side, side), mode="bilinear", align_corners=False)[0]
    return start.prepare(view.flip(2) if torch.rand(()) < 0.5 else view)


# %% tags=["experiment"]
from utils.plots.transfer import show_views

torch.manual_seed(0)
picture = torch.from_numpy(task.X_train[0]).permute(2, 0, 1) / 255
low, high = start.prepare(torch.zeros(3, 1, 1)), start.prepare(torch.ones(3, 1, 1))
views = [((random_view(picture) - low) / (high - low)).numpy() for _ in range(8)]
show_views(
    views, f"One picture ({task.class_names[task.y_train[0]]}), eight views of it"
)

# %% [markdown]
r"""
### The run

With real data it is the light network that is fine-tuned, so that two cores can bear
it: all of its layers except the batch norms, which stay frozen. Its head begins where
it stands after training on features.

A seventh of the training pictures is **watched**: after each epoch the accuracy on them
decides which checkpoint is the best. Not the training accuracy, which rises for ever;
not the last epoch; and not the validation pictures, which are kept for the end. The
state before the first step counts as epoch 0: if no epoch beats it, it is kept. As in
lesson 08 a file holds the best checkpoint and the last one, with the optimiser, so that
a run that is interrupted goes on where it was: run the cell again.
"""

# %% tags=["experiment"]
groups_of = borrow("11.parameter_groups", parameter_groups)


def ready_to_tune(start, n_classes, rate, head=None):
    """A trained network with a new head, its norms frozen, and an optimiser."""
    net = new_head(start.trained(), start.head, n_classes).to(device)
    if head is not None:
        net.get_submodule(start.head).load_state_dict(head.state_dict())
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.requires_grad_(False)
    return net, falling(groups_of(net, start.head, rate))


def falling(groups):
    """An optimiser that remembers with which rates it began."""
    groups = [{**group, "initial_lr": group["lr"]} for group in groups]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def set_rates(optimiser, epoch, n_epochs):
    for group in optimiser.param_groups:
        group["lr"] = group["initial_lr"] * (1 - epoch / n_epochs)


def one_epoch(net, loader, optimiser):
    """Train on every batch once; the mean loss."""
    set_train_mode(net)
    losses = []
    for X, y in tqdm(loader, leave=False):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(X.to(device)), y.to(device), label_smoothing=0.1)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return np.mean(losses)


# %% tags=["experiment"]
def resume(file, net, optimiser, watched):
    """What a file says of a run; network and optimiser go back to where it was."""
    if not file.exists():
        begin = measure(net, load(*watched), device)[1]
        best = keep(None, net, optimiser, 0, begin)
        return {"begin": begin, "best": best, "history": [], "next": 0}
    run = torch.load(file, weights_only=True, map_location=device)
    net.load_state_dict(run["last"]["model"])
    optimiser.load_state_dict(run["last"]["optimiser"])
    print(f"{file.name}: going on after epoch {run['next']}")
    return run


def fit(net, optimiser, n_epochs, file, train, watched):
    """Train up to n_epochs; the file holds the best and the last checkpoint."""
    run = resume(file, net, optimiser, watched)
    for epoch in tqdm(range(run["next"], n_epochs), desc="epochs"):
        torch.manual_seed(epoch)  # so that a run that resumes sees the same views
        set_rates(optimiser, epoch, n_epochs)
        loss = one_epoch(net, load(*train, random_view, shuffle=True), optimiser)
        found = measure(net, load(*watched), device)[1]
        run["history"].append([float(loss), found])
        run["best"] = keep(run["best"], net, optimiser, epoch + 1, found)
        run["last"] = keep(None, net, optimiser, epoch + 1, found)
        run["next"] = epoch + 1
        torch.save(run, file)
    return run


# %% tags=["experiment"]
from pathlib import Path
from tempfile import mkdtemp

from utils.plots.transfer import show_run

is_watched = np.arange(len(task.y_train)) % 7 == 0
train = task.X_train[~is_watched], task.y_train[~is_watched]
watched = task.X_train[is_watched], task.y_train[is_watched]
begin_with, light_val = of_last_layer(light, of_light)
first_head = train_head(begin_with[~is_watched], labels[~is_watched], best_reg)
light_accuracy = accuracy(first_head(light_val), val_labels)
rate = 0.01 if start.small else 0.003
net, optimiser = ready_to_tune(light, len(task.classes), rate, first_head)
folder = Path(".") if full else Path(mkdtemp())
file = folder / "11_transfer_checkpoint.pt"
run = fit(net, optimiser, 6 if full else 4, file, train, watched)
show_run(run["history"], run["best"]["epoch"], run["begin"])

# %% tags=["experiment"]
net.load_state_dict(run["best"]["model"])
body = BodyOf(net, light.head).to(device)
tuned_features, _ = both_ways(body, light.prepare, task.X_val, task.y_val)
tuned_scores = net.get_submodule(light.head)(tuned_features.to(device)).detach().cpu()
tuned_accuracy = accuracy(tuned_scores, val_labels)
together = (tuned_scores.softmax(dim=1) + frozen_scores.softmax(dim=1)) / 2
rows = {
    "the network that was tuned, frozen": light_accuracy,
    "the same, fine-tuned": tuned_accuracy,
    f"frozen, {chosen}": frozen_accuracy,
    "mean probability of the last two": accuracy(together, val_labels),
}
for name, value in rows.items():
    print(f"{name:36} {100 * value:.1f} % of the validation pictures")

# %% [markdown]
r"""
Compare the first two lines: the same network before and after. Whether fine-tuning pays
is a question of how much data there is, as the next section shows. And it can fail. In
full mode, on 700 photographs, we measured:

| | validation |
| --- | --- |
| the network that was tuned, frozen | 88.3 % |
| the same, fine-tuned | 87.7 % |
| frozen, two networks | 89.3 % |
| mean probability of the last two | **90.7 %** |

So keep the frozen classifier until the tuned one has beaten it on pictures that were
not trained on. The two make different mistakes, and their mean does better than either.

## Four cases

How much of a network should you train? It depends on two things: how many pictures you
have, and how similar your task is to the one that the network knows. The usual advice
is a table with four cases:

| | similar task | different task |
| --- | --- | --- |
| **few pictures** | freeze the body, train the head | trouble: try a linear classifier on features of an earlier layer |
| **many pictures** | fine-tune the last layers, or all | fine-tune everything, or train from scratch |

You need not believe it. Here are all four, three ways each: **from scratch** (random
weights, one rate), **frozen** (a linear head on the features of the last layer) and
**fine-tuned** (the whole network, the body at a tenth of the rate, batch norms at
rest). Every run has the same number of steps.
"""

# %% tags=["experiment"]
case_start = start_with("mobilenet_v2_0.35", side=96) if full else small
few, many = 10, 140
cases = {
    "similar": similar_task(case_start, many, 60),
    "different": different_task(case_start, many, 60 if full else 30),
}
for told in (case_start, *cases.values()):
    print(told)


def stepwise(t, way, n_steps, rate=0.01 if case_start.small else 0.003):
    """Train a whole network on a task, from scratch or from what it has learned."""
    torch.manual_seed(0)
    net, optimiser = ready_to_tune(case_start, len(t.classes), rate)
    if way == "from scratch":
        net = new_head(case_start.fresh(), case_start.head, len(t.classes)).to(device)
        optimiser = falling([{"params": list(net.parameters()), "lr": rate}])
    batches = load(t.X_train, t.y_train, case_start.prepare, shuffle=True)
    n_epochs = n_steps // len(batches)
    for epoch in range(n_epochs):
        set_rates(optimiser, epoch, n_epochs)
        one_epoch(net, batches, optimiser)
    return measure(net, load(t.X_val, t.y_val, case_start.prepare), device)[1]


def frozen(t):
    """A linear head on the features of the last layer."""
    body = BodyOf(case_start.trained(), case_start.head).to(device)
    (X, y), (X_val, y_val) = (
        extract(body, load(images, labels, case_start.prepare), device)
        for images, labels in ((t.X_train, t.y_train), (t.X_val, t.y_val))
    )
    return accuracy(train_head(X, y, best_reg)(X_val), y_val)


# %% tags=["experiment"]
from utils.plots.transfer import show_cases

found = {}
for kind, t in cases.items():
    for amount in (few, many):
        part = t.first(amount)
        n_steps = 100 if case_start.small else {few: 80, many: 200}[amount]
        row = kind, f"{amount} a class"
        found[*row, "from scratch"] = stepwise(part, "from scratch", n_steps)
        found[*row, "frozen"] = frozen(part)
        found[*row, "fine-tuned"] = stepwise(part, "fine-tuned", n_steps)
chance = {kind: 1 / len(t.classes) for kind, t in cases.items()}
show_cases(found, chance)
for row, value in found.items():
    print(f"{', '.join(row):36} {100 * value:3.0f} %")

# %% [markdown]
r"""
Read it column by column. With few pictures of a similar task what was learned is worth
most, and a head on frozen features goes a long way. With many, the body should follow.
For a task that is nothing like the old one the frozen features of the small network are
the worst choice: on the digits a network that begins from nothing wins.

In full mode the same table is made for the light MobileNetV2 at 96 pixels: flowers, and
the built-in shapes as the different task
(`COURSE_MODE=full python solutions/11_transfer.py`):

| | from scratch | frozen | fine-tuned |
| --- | --- | --- | --- |
| flowers, 10 a class | 27 % | **65 %** | 63 % |
| flowers, 140 a class | 35 % | 76 % | **81 %** |
| shapes, 10 a class | 15 % | 40 % | **46 %** |
| shapes, 140 a class | 25 % | 63 % | **87 %** |

The first two rows are the advice to the letter: few pictures, freeze; many, fine-tune.
The last two show its limit. The body, trained on 1.2 million photographs, is so good a
beginning that fine-tuning it wins even on a task that looks nothing like photographs.
(From scratch would need many more than these 80 and 200 steps. That is part of the
point.)

## Who is taken for whom

One number hides a lot. The **confusion matrix** has a row for each true class and a
column for each guess: row i, column j counts the pictures of class i that were taken
for class j. The diagonal is what is right. Divide a diagonal entry by the sum of its
**row**, and you have the class's **recall**: how many of the roses were found. Divide
by the sum of its **column**, and you have its **precision**: how many of those called
roses are roses.

By hand: the labels 0, 0, 1, 1, 1, 2 and the guesses 0, 1, 1, 1, 0, 2 give

$$\begin{pmatrix} 1 & 1 & 0 \\ 1 & 2 & 0 \\ 0 & 0 & 1 \end{pmatrix}$$

The recall of class 1 is $2/3$, and so is its precision.

It is computed on pictures that were not trained on. On the training pictures it is
nearly diagonal, and says nothing.

**Exercise `confusion_matrix`** (2 points, 10 minutes).

<details><summary>A hint</summary>
<code>table[y, predicted] += 1</code> raises each place once only, however often it is
named. <code>np.add.at(table, (y, predicted), 1)</code> does it every time.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "confusion_matrix"}
def confusion_matrix(y, predicted, n_classes):
    """How many images of each class were taken for which.

    y: true labels (N,).  predicted: labels that were guessed (N,).  Whole numbers
    from 0 to n_classes - 1; a class may be absent from either.
    Returns whole numbers (n_classes, n_classes): row i, column j counts images of
    class i that were taken for class j.
    """
    ### BEGIN SOLUTION
    table = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(table, (y, predicted), 1)
    return table
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_confusion_matrix"}
check("11.confusion_matrix", confusion_matrix)

# %% tags=["experiment"]
from utils.plots.transfer import show_confusion, show_mistaken

confusion = borrow("11.confusion_matrix", confusion_matrix)
guesses = together.argmax(dim=1).numpy()
table = confusion(task.y_val, guesses, len(task.classes))
show_confusion(table, task.class_names)
for i, name in enumerate(task.class_names):
    recall, precision = table[i, i] / table[i].sum(), table[i, i] / table[:, i].sum()
    print(
        f"{name:12} recall {100 * recall:3.0f} %   precision {100 * precision:3.0f} %"
    )

# %% [markdown]
r"""
And always look at the pictures themselves: those of which the network was surest, and
wrong. Some are hopeless, some are labelled wrongly, and some tell you what it really
looks at.
"""

# %% tags=["experiment"]
probabilities = together.numpy()
of_truth = probabilities[np.arange(len(guesses)), task.y_val]
worst = np.argsort(of_truth)[:8]
told = [
    f"{task.class_names[task.y_val[i]]}, taken for\n"
    f"{task.class_names[guesses[i]]} ({100 * probabilities[i].max():.0f} %)"
    for i in worst
]
show_mistaken(task.X_val[worst], told, "The most mistaken pictures")

# %% [markdown]
r"""
## A network for somebody else

Your network answers **3**. What is a 3? The order of the classes was fixed when you
read the folders, and nothing in the weights remembers it. Whoever loads the file and
sorts the names in another way gets a network that calls tulips roses, with great
confidence. So the **class names are saved with the weights**, as a list in the order of
the scores.

Save data, not objects: `torch.save(net, file)` writes Python's own description of the
object. It can be read only where the same classes exist, and reading it may run code. A
dictionary of tensors, lists and strings is read with `weights_only=True`, which refuses
everything else.

**Exercise `save_model`** (2 points, 10 minutes).

<details><summary>A hint</summary>
<code>torch.save(dictionary, file)</code>. Which method of a network gives its
parameters and its buffers?
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "save_model"}
def save_model(file, net, class_names):
    """Write a network and the names of its classes to a file.

    file: what `torch.save` writes to: a path, or a file that is open.
    class_names: a list with one name a score, in the order of the scores.
    The file holds a dictionary: "model", the state dictionary, and "class_names".
    """
    ### BEGIN SOLUTION
    torch.save({"model": net.state_dict(), "class_names": class_names}, file)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_save_model"}
check("11.save_model", save_model)

# %% [markdown]
r"""
Who loads it builds a network of the same shape, fills it, and has it ready to predict,
in evaluation mode. A file that does not fit must be refused:
`load_state_dict(..., strict=False)` takes it all the same and leaves parts of the
network untrained. And so must a file that holds more than data.

**Exercise `load_model`** (2 points, 10 minutes).
"""


# %% nbgrader={"solution": true, "grade_id": "load_model"}
def load_model(file, net):
    """Fill a network from a file that `save_model` has written.

    file: what `torch.load` reads from.  net: a network of the right shape.
    Returns net, in evaluation mode, and the list of class names.
    Raises RuntimeError where the file does not fit the network, UnpicklingError where
    it holds more than data.
    """
    ### BEGIN SOLUTION
    saved = torch.load(file, map_location="cpu", weights_only=True)
    net.load_state_dict(saved["model"])
    return net.eval(), saved["class_names"]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_load_model"}
check("11.load_model", load_model)

# %% tags=["experiment"]
save, reload = borrow("11.save_model", save_model), borrow("11.load_model", load_model)
finished = folder / "11_transfer_model.pt"
save(finished, net, list(task.class_names))
empty = new_head(light.fresh(), light.head, len(task.classes))
again, names = reload(finished, empty)
shown = light.prepare(torch.from_numpy(task.X_val[:1]).permute(0, 3, 1, 2) / 255)
with torch.no_grad():
    probabilities = again(shown).softmax(dim=1)[0]
surest = int(probabilities.argmax())
print(f"{finished.stat().st_size / 1e6:.1f} MB; it says {names[surest]}, and is "
      f"{100 * probabilities[surest]:.0f} % sure")  # fmt: skip

# %% [markdown]
r"""
## Your own fine-tuning

**Exercise `fine_tune`** (4 points, 30 minutes). You get the network that has learned
six of the built-in shapes (disc, square, cross, heart, flag, chessboard), and **twenty
pictures** of each of four others: ring, triangle, star, moon. Return a network for
those. A run may take at most ten seconds.

It is judged on about 800 pictures that it has never seen, drawn with a seed of the
class's own when it is graded. Guessing gives 25 %.

| what | points |
| --- | --- |
| a picture's scores do not depend on the pictures beside it | 1 |
| at least 30 % right | 1 more |
| at least 50 % right | 1 more |
| at least 55 % right | 1 more |

With so few pictures a network trained from scratch reaches about 36 %, a new head on
the frozen body 58 %, and our solution 61 % (means of eight draws).

<details><summary>A hint</summary>
<code>net[-1]</code> is the head and <code>net[:-1]</code> the body. Everything can be
trained in evaluation mode from the first step on: there is no dropout, and the batch
norms are to rest. Pictures in a mirror are pictures as well: <code>X.flip(3)</code>.
</details>
"""


# %% nbgrader={"solution": true, "grade_id": "fine_tune"}
def fine_tune(net, X, y, seed):
    """A network for four new classes, from one trained on six others.

    net: an nn.Sequential in any mode; its last layer, an nn.Linear, is the head.
    X: float32 tensor (80, 3, 32, 32) in [0, 1].  y: labels 0 to 3, int64 tensor (80,).
    seed: call `torch.manual_seed(seed)` first, so that the run can be repeated.
    Returns an nn.Module on the CPU, ready to predict: pictures (M, 3, 32, 32) in,
    scores (M, 4) out.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    net[-1] = nn.Linear(net[-1].in_features, 4)
    rates = {net[:-1]: 0.002, net[-1]: 0.02}
    groups = [{"params": part.parameters(), "lr": rate} for part, rate in rates.items()]
    optimiser = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [0.002, 0.02], 120)
    net.eval()
    for _ in range(120):
        rows = torch.randint(len(X), (32,))
        mirrored = torch.rand(32, 1, 1, 1) < 0.5
        views = torch.where(mirrored, X[rows].flip(3), X[rows])
        optimiser.zero_grad()
        F.cross_entropy(net(views), y[rows]).backward()
        optimiser.step()
        schedule.step()
    return net
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check_fine_tune"}
check("11.fine_tune", fine_tune)

# %% [markdown]
r"""
## Questions

**Question 1** (1 point). MobileNetV2 has 1,280 features before its head. You freeze the
body and give it a new linear head for five classes. How many numbers are trained?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_head"}
### BEGIN SOLUTION
answer_head = 1280 * 5 + 5
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_head"}
check("11.answer_head", answer_head)

# %% [markdown]
r"""
**Question 2** (1 point). The confusion matrix of 150 photographs of roses, tulips and
daisies, in this order:

$$\begin{pmatrix} 36 & 8 & 1 \\ 10 & 42 & 3 \\ 2 & 3 & 45 \end{pmatrix}$$

What is the recall of roses, as a fraction?
"""

# %% nbgrader={"solution": true, "grade_id": "answer_recall"}
### BEGIN SOLUTION
answer_recall = 36 / (36 + 8 + 1)
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_recall"}
check("11.answer_recall", answer_recall)

# %% [markdown]
r"""
**Question 3** (1 point). You have 200 microscope pictures of cells in two classes, and
a network trained on ImageNet. What do you try first?

* `"a"` Train the same network from random weights.
* `"b"` A linear head on the features of the last layer, and nothing else.
* `"c"` Linear heads on features of earlier layers, compared by cross-validation.
* `"d"` Fine-tune all layers at the full rate.

Answer with the letter in quotes.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_case"}
### BEGIN SOLUTION
answer_case = "c"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_case"}
check("11.answer_case", answer_case)

# %% [markdown]
r"""
**Question 4** (1 point). All parameters of a network are frozen with
`requires_grad_(False)`, it is in training mode, and it is shown a batch under
`torch.no_grad()`. What changes?

* `"a"` Nothing.
* `"b"` The running mean and variance of its batch norms.
* `"c"` Scale and shift of its batch norms.
* `"d"` Nothing yet; the running statistics change at the next `backward`.
"""

# %% nbgrader={"solution": true, "grade_id": "answer_norm"}
### BEGIN SOLUTION
answer_norm = "b"
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check_answer_norm"}
check("11.answer_norm", answer_norm)

# %% [markdown]
r"""
**Question 5** (3 points, graded by hand). A friend fine-tunes a network for twelve
kinds of mushroom. She builds the optimiser, then replaces the head; calls
`net.requires_grad = False`; trains everything at the rate of the head; keeps the epoch
with the best training accuracy; and saves the weights. Name the mistakes, what each of
them does to the result, and how you would notice it.
"""

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "written_plan"}
r"""
The optimiser holds the old head's parameters, so that the new head never moves: the
number of trained tensors, or a weight printed before and after an epoch, shows it.
`net.requires_grad = False` only sets an attribute of the module; nothing is frozen, and
the flags of the parameters say so. At the full rate the body's weights are overwritten
within some steps, and the validation accuracy falls to that of a network trained from
scratch; a tenth for the body, or features with a frozen body, is the comparison to
make. The training accuracy rises on as the network learns pictures by heart, so the
epoch must be chosen on pictures that were not trained on; the gap between the two
curves shows it. And the weights alone do not say which score is which mushroom: without
the list of class names the file is useless, or worse, believed in another order.
"""

# %% [markdown]
r"""
## What to remember

* Early features are generic, late ones specific: take a trained body, give it a new
  head.
* Few pictures: freeze and train the head. More: let the last layers follow, at a tenth
  of the rate.
* Freezing parameters does not stop batch norm: frozen norms belong into evaluation
  mode.
* Choose by pictures that were held out of training; look at the validation pictures
  once, at the end.
* A model is its weights **and** the names of its classes, in order.

To read more: J. Yosinski and others, *How transferable are features in deep neural
networks?*, NIPS (2014), <https://arxiv.org/abs/1411.1792>; A. Razavian and others, *CNN
features off-the-shelf*, CVPR workshops (2014), <https://arxiv.org/abs/1403.6382>; S.
Kornblith and others, *Do better ImageNet models transfer better?*, CVPR (2019),
<https://arxiv.org/abs/1805.08974>; A. Kumar and others, *Fine-tuning can distort
pretrained features and underperform out-of-distribution*, ICLR (2022),
<https://arxiv.org/abs/2202.10054>.

Next: networks that paint.
"""
