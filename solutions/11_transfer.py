# %% [markdown]
r"""
# 11 Transfer learning

**The question.** The networks of lesson 09 learned from 1.2 million photographs, for days, on
many machines. You have 700 photographs of flowers and a laptop. Trained from nothing on those,
a network learns the 700 by heart and little else. Is there a way to begin where the large
ones ended?

There is, and it is what nearly everybody does: take a trained network, change its last
layer, and train as little of it as your data allow. That is **transfer learning**. In this
lesson you write its parts, measure when it helps and when it does not, and hand over a
classifier that somebody else can use.

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
ImageNet knows only the daisy. Where photographs or weights cannot be had, a small network that has learned six
of the built-in shapes stands in, and the task is the other four.
"""

# %% tags=["experiment"]
from utils.device import best_device
from utils.tasks import different_task, similar_task, start_with

full = course_mode() == "full"
device = best_device()
start = start_with("mobilenet_v2")
task = similar_task(start, a_class=140 if full else 20, n_val=60 if full else 20)
print(start.description, task.description, sep="\n")

# %% tags=["experiment"]
from utils.plots.transfer import show_task

show_task(task, "A photograph may have one of these labels")

# %% [markdown]
r"""
## From generic to specific

What has such a network learned that could be of use for another task? Lesson 10 looked at
it: the first layers find edges and colours, the middle ones textures and parts, the last ones whole
objects. Early layers are **generic**: they would do for any photograph. Late layers are **specific**:
they were made for the task that the network was trained on.

That can be measured. Cut the network after some layer, take the mean of each of its maps as
**features**, and train nothing but a linear classifier on them. (This is called a linear
**probe**.) Do it at several depths, for a task like the network's own and for one that is
nothing like it.
"""

# %% tags=["experiment"]
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from utils.plots.transfer import show_depths
from utils.tasks import means_of_maps

n = 50 if full else 10
other = different_task(start, a_class=n, n_val=n)
print("A different task:", other)
net = start.trained().to(device).eval()
depths = {}
for name, t in {"a similar task": task, "a different task": other}.items():
    train, val = (means_of_maps(net, start, X, device) for X in (t.X_train, t.X_val))
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    depths[name] = [
        probe.fit(train[k], t.y_train).score(val[k], t.y_val) for k in start.stages
    ]
show_depths(depths, start.stages)

# %% [markdown]
r"""
The two curves part on the way up. For a similar task the last features are the best ones, or near it: what
tells dog breeds apart also tells flowers apart. For a different task they gain little or
nothing over those from the middle, which were not yet made for one purpose. Chance is 20 to 25 % for the similar task
and 10 % for the other.

## A network small enough to count

Published networks are cut in the same place: a **body**, often called `features`, and a **head**, the
last layer that gives the scores. Here is a tiny one in that style, with seven old classes.
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
Count along: the convolution has $4 \cdot 3 \cdot 3 \cdot 3 + 4 = 112$ numbers, the batch norm
$2 \cdot 4 = 8$, and the head $(4 + 1) \cdot 7 = 35$. Every parameter has a name: the way to
its layer, joined by dots.

### A new head

Seven old scores are of no use for three new classes. The head is replaced by a fresh layer of the
same kind with as many inputs, and as many outputs as there are new classes:
$(4 + 1) \cdot 3 = 15$ numbers.

A layer is found by its name, `net.get_submodule("classifier.1")`, and it is replaced by
assigning another one **to the part that holds it**: here `net.classifier`, under the name `1`.
A new layer in a variable of your own changes nothing in the network.

Two habits to avoid. Do not put the new head **behind** the old one: its inputs would be the scores of
1,000 old classes in place of the features. And nothing comes after it, no ReLU and no softmax: the
cross-entropy wants the scores themselves.

Some networks, such as SqueezeNet, have a 1x1 convolution as their head. Then the new one is a
1x1 convolution as well.

**Exercise `replace_head`** (3 points, 15 minutes).

<details><summary>A hint</summary>
<code>name.rpartition(".")</code> splits at the last dot: <code>"classifier.1"</code> gives
<code>"classifier"</code>, <code>"."</code> and <code>"1"</code>; a name without a dot gives
<code>""</code> first, and <code>net.get_submodule("")</code> is the network itself.
<code>setattr(part, "1", layer)</code> assigns. A convolution has <code>in_channels</code>, a linear
layer <code>in_features</code>.
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

A parameter with `requires_grad=False` is **frozen**: autograd computes no gradient for it, which saves
time and memory, and an optimiser passes over it. The flag belongs to each parameter.
`net.requires_grad = False` looks right and does nothing: Python gives the module a new
attribute, and nobody ever reads it. (`net.requires_grad_(False)`, with an underscore, is a method, and
sets the flag of all parameters.)
"""

# %%
trial = nn.Linear(2, 2)
trial.requires_grad = False
print("after trial.requires_grad = False: ", trial.weight.requires_grad)
trial.requires_grad_(False)
print("after trial.requires_grad_(False): ", trial.weight.requires_grad)

# %% [markdown]
r"""
**Exercise `freeze`** (2 points, 10 minutes). Freeze everything but the head. The flags may come in
any state: published weights often arrive with all of them off.

<details><summary>A hint</summary>
Everything off, then the head on. Names are a poor way to tell what belongs to the head: a layer
called <code>head_norm</code> begins like <code>head</code>.
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
An optimiser is built **after** freezing, and for the head that is in the network **then**. Build it
before `replace_head` and it holds the old head, which is no longer part of anything: the loss does not
move, and no error is raised. So it pays to look at what will be trained.

**Exercise `trainable_parameters`** (2 points, 5 minutes).

<details><summary>A hint</summary>
<code>named_parameters()</code> gives pairs of a name and a parameter. <code>state_dict()</code> will not do:
its tensors are cut off from autograd.
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

While the body is frozen, a photograph has the same features in every epoch. Then compute them
**once**, keep the table `(N, D)`, and train the head on it: what took minutes an epoch takes
milliseconds. The price: no new augmentation in each epoch, only what you put into the table.

Four things must hold. The network is in evaluation mode, or a photograph's features would depend on
its neighbours in the batch. Autograd is off, or every feature would drag the graph of the whole
network along. Features and labels are collected **in the same pass**: a loader that shuffles has another order
each time. And the network is left in the mode in which it came.

**Exercise `extract_features`** (4 points, 20 minutes). `net` gives features here: its head is already gone.

<details><summary>A hint</summary>
Two lists that grow in one loop, then <code>torch.cat</code>. <code>net.training</code> is the mode;
<code>.cpu()</code> brings a result back.
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
The pictures come through the `Dataset` of lesson 08. Each photograph goes through the network twice, as it
is and mirrored, and we keep the **mean** of the two tables: a flower seen in a mirror is the same
flower.
"""

# %% tags=["experiment"]
from torch.utils.data import DataLoader

from utils.tasks import BodyOf

make_dataset, measure, keep = borrow_earlier(
    "08_pytorch", "PictureDataset", "evaluate", "save_best"
)
extract = borrow("11.extract_features", extract_features)


def load(X, y, transform=start.prepare, batch_size=32, shuffle=False):
    return DataLoader(make_dataset(X, y, transform), batch_size, shuffle)


def mirrored(image):
    return start.prepare(image.flip(2))


def both_ways(body, X, y):
    """The features of every picture, averaged with those of its mirror image."""
    found = [
        extract(body, tqdm(load(X, y, view), leave=False), device)
        for view in (start.prepare, mirrored)
    ]
    return (found[0][0] + found[1][0]) / 2, found[0][1]


# %% tags=["experiment"]
from tqdm.auto import tqdm

body = BodyOf(start.trained(), start.head).to(device)
features, labels = both_ways(body, task.X_train, task.y_train)
val_features, val_labels = both_ways(body, task.X_val, task.y_val)
print("training features:", tuple(features.shape))

