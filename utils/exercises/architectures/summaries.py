"""The table of a network: what is counted in it, and what goes wrong with that."""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.networks import Described, network
from utils.tracing import trace

ROW = "name", "shape", "parameters", "multiply_adds", "memory", "field"


def summary_oracle(layers):
    """PyTorch's layers, its counter of operations, and rays sent back to the pixels."""
    fields = [fields_along(layers, axis) for axis in (0, 1)]
    rows = []
    for number, layer in enumerate(layers):
        parameters, products = costs_of(layer)
        memory = torch.empty(tuple(layer["shape"]), device="meta").nbytes
        field = tuple(along[number] for along in fields)
        values = layer["name"], layer["shape"], parameters, products, memory, field
        rows.append(dict(zip(ROW, values, strict=True)))
    return rows


def costs_of(layer):
    """Parameters and multiply-adds of a layer that is really built, without numbers."""
    kind, C, K = layer["kind"], layer["channels"], layer["shape"][0]
    if kind == "pool":
        return 0, 0
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        if kind == "norm":
            built = nn.BatchNorm2d(C, affine=layer["bias"])
        else:
            how = {"groups": layer["groups"], "bias": layer["bias"]}
            built = nn.Conv2d(C, K, tuple(layer["size"]), **how)
            sides = zip((*layer["shape"][1:], 1, 1), layer["size"], strict=False)
            built(torch.empty(1, C, *(out + size - 1 for out, size in sides)))
    products = counter.get_total_flops() // 2
    return sum(parameter.numel() for parameter in built.parameters()), products


def fields_along(layers, axis):
    """How many pixels of a long line reach the middle output of every layer."""
    line = torch.zeros(1, 1, 1501, requires_grad=True)
    seen, found = [], []
    for layer in layers:
        size, stride, dilation = (
            layer[k][axis] for k in ("size", "stride", "dilation")
        )
        x = met([seen[i] for i in layer["inputs"]] or [line])
        frame = dilation * (size - 1)
        x = F.pad(x, (frame // 2, frame - frame // 2))
        weights = torch.ones(1, 1, size)
        seen.append(F.conv1d(x, weights, stride=stride, dilation=dilation))
        middle = seen[-1][0, 0, seen[-1].shape[2] // 2]
        (reached,) = torch.autograd.grad(middle, line, retain_graph=True)
        places = reached[0, 0].nonzero()
        found.append(int(places.max() - places.min()) + 1)
    return found


def met(lines):
    """The sum of lines; one that is as fine as an earlier one is thinned out."""
    length = min(line.shape[2] for line in lines)
    return sum(line[:, :, :: -(-line.shape[2] // length)] for line in lines)


# --- networks to count ------------------------------------------------------------

NAIVE = """
b1    Conv2d 256 128 kernel_size=1 < input
b2    Conv2d 256 192 kernel_size=3 padding=1 < input
b3    Conv2d 256 96 kernel_size=5 padding=2 < input
pool  MaxPool2d 3 stride=1 padding=1 < input
out   Cat < b1, b2, b3, pool
"""
INCEPTION = """
b1       Conv2d 256 128 kernel_size=1 < input
b2.slim  Conv2d 256 64 kernel_size=1 < input
b2.wide  Conv2d 64 192 kernel_size=3 padding=1
b3.slim  Conv2d 256 64 kernel_size=1 < input
b3.wide  Conv2d 64 96 kernel_size=5 padding=2
pool     MaxPool2d 3 stride=1 padding=1 < input
b4       Conv2d 256 64 kernel_size=1
out      Cat < b1, b2.wide, b3.wide, b4
"""
BOTTLENECK = """
expand   Conv2d 16 96 kernel_size=1 bias=False
norm     BatchNorm2d 96
relu     ReLU6
depth    Conv2d 96 96 kernel_size=3 padding=1 groups=96 bias=False
norm2    BatchNorm2d 96
project  Conv2d 96 16 kernel_size=1 bias=False
add      Add < project, input
flat     Flatten
scores   Linear 1008 10
"""
THINNED = """
first     Conv2d 3 4 kernel_size=3 padding=1
thin      Subsample 1 < first
slow      Conv2d 4 6 kernel_size=5 stride=2 padding=2 < first
last      Conv2d 6 6 kernel_size=3 padding=1
add       Add < thin, last
after     Conv2d 6 5 kernel_size=3
"""
LOPSIDED = """
tall   Conv2d 3 8 kernel_size=(7,1) padding=(3,0) stride=(2,1)
wide   Conv2d 8 12 kernel_size=(1,5) dilation=(1,3) groups=2
last   Conv2d 12 6 kernel_size=3 padding=1
"""


@cache
def traced(table, *shape):
    """The layers of a table, or of a network of the course by its name."""
    with torch.device("meta"):
        net = Described(table) if "\n" in table else network(table)
    return trace(net, shape)


def summary_cases(rng: np.random.Generator) -> list[Case]:
    filters = [int(k) for k in rng.permutation(np.arange(3, 9))[:4]]
    gap, size = int(rng.integers(2, 4)), int(rng.choice([3, 5]))
    chain = (
        f"one Conv2d {filters[0]} {filters[1]} kernel_size={size} dilation={gap}\n"
        f"two Conv2d {filters[1]} {filters[2]} kernel_size=3 stride=2\n"
        f"pool MaxPool2d 3 stride=2\nthree Conv2d {filters[2]} {filters[3]} kernel_size=3"
    )
    return [
        call(
            "two groups, then a linear layer, by hand",
            traced(
                "a Conv2d 4 6 kernel_size=3 groups=2\nflat Flatten\nb Linear 36 5", 4, 4, 5
            ),
            working="a: 6 filters of 3 * 3 * 2 weights and 6 biases: 114 parameters; 108 "
            "weights at 2 * 3 places: 648 multiply-adds; 36 numbers are 144 bytes",
        ),
        call("drawn at random", traced(chain, filters[0], 41, 38)),
        call("windows that are not square", traced(LOPSIDED, 3, 17, 19)),
        call("Inception module, naive", traced(NAIVE, 256, 28, 28)),
        call("Inception module with bottlenecks", traced(INCEPTION, 256, 28, 28)),
        call("depthwise, with a skip", traced(BOTTLENECK, 16, 7, 9)),
        call("a shortcut that only drops pixels", traced(THINNED, 3, 12, 14)),
        call("VGG-16", traced("vgg16", 3, 224, 224)),
    ]  # fmt: skip


def read_with(**changes):
    """The oracle on layers some of whose entries are read wrongly."""
    return lambda layers: summary_oracle(
        [
            layer | {key: change(layer) for key, change in changes.items()}
            for layer in layers
        ]
    )


def mixed(layers, key, other):
    """The right rows with one entry from other rows."""
    rows = zip(summary_oracle(layers), other, strict=True)
    return [row | {key: wrong[key]} for row, wrong in rows]


def at_each_place_once(layers):
    rows = summary_oracle(layers)
    return [row | {"multiply_adds": costs_without_places(row)} for row in rows]


def costs_without_places(row):
    return row["multiply_adds"] // max(1, int(np.prod(row["shape"][1:])))


def in_numbers(layers):
    return [row | {"memory": row["memory"] // 4} for row in summary_oracle(layers)]


def chained(layers):
    """Every layer reads the one before it, whatever it says."""
    return [
        layer | {"inputs": [number - 1] if number else []}
        for number, layer in enumerate(layers)
    ]


def without_dilation(layers):
    plain = [layer | {"dilation": (1, 1)} for layer in layers]
    return mixed(layers, "field", summary_oracle(plain))


def as_wide_as_high(layers):
    return [row | {"field": (row["field"][0],) * 2} for row in summary_oracle(layers)]


SUMMARY = Exercise(
    id="09.summary",
    points=4,
    minutes=35,
    oracle=summary_oracle,
    cases=summary_cases,
    worked="A convolution from 4 to 6 channels, 3 x 3, two groups, output 2 x 3. A filter sees 4 / 2 = 2 "
    "channels: 3 * 3 * 2 = 18 weights. Six filters: 108, with biases 114 parameters. At each "
    "of the 6 places every weight is used once: 648 multiply-adds. The output has 36 numbers "
    "of 4 bytes. It reads the image, whose pixels see 1 x 1: field 1 + 2 = 3 on both sides.",
    misconceptions=(
        Misconception(
            "groups ignored",
            read_with(groups=lambda layer: 1),
            "Your filters see all channels. How many channels does a filter of a grouped "
            "convolution have?",
        ),
        Misconception(
            "biases forgotten",
            read_with(
                bias=lambda layer: layer["bias"] and layer["kind"] == "norm"
            ),
            "Your parameters lack the biases of convolutions and linear layers. How many "
            "does a layer with K outputs have?",
        ),
        Misconception(
            "norms have no parameters",
            read_with(bias=lambda layer: layer["bias"] and layer["kind"] != "norm"),
            "Batch norm counts nothing in your table. What does it train for every channel?",
        ),
        Misconception(
            "multiply-adds at one place",
            at_each_place_once,
            "Your multiply-adds are the number of weights. At how many places of the output is "
            "every weight used?",
        ),
        Misconception(
            "memory in numbers",
            in_numbers,
            "Your memory counts numbers. How many bytes does one of them take in float32?",
        ),
        Misconception(
            "each layer reads the one before",
            lambda layers: mixed(layers, "field", summary_oracle(chained(layers))),
            "Your receptive field grows along the list, as if every layer read the one before. "
            "Which rows does a layer read, and what counts where there are several?",
        ),
        Misconception(
            "no holes in the receptive field",
            without_dilation,
            "Your receptive field takes no notice of the dilation. How far does a filter of 5 "
            "reach with dilation 3?",
        ),
        Misconception(
            "the field is square",
            as_wide_as_high,
            "Your receptive fields are as wide as they are high. A filter of 7 x 1 sees how "
            "many columns?",
        ),
    ),
)  # fmt: skip
