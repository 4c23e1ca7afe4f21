"""Occlusion maps, and what goes wrong with them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.visualization.shared import (
    LEAKY,
    classifier,
    images,
    in_graph,
    left_behind,
    linear,
    not_preferred,
    watched,
)
from utils.subject import Tensor


def patches(image, size, stride):
    """A mask for each place of the patch: `(rows, columns, H, W)`, 1 where it covers.

    One map of zeros with a single one for each place, spread by a transposed
    convolution.
    """
    h, w = image.shape[1:]
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    ones = torch.eye(rows * columns, dtype=image.dtype).view(-1, 1, rows, columns)
    window = ones.new_ones(1, 1, size, size)
    masks = F.conv_transpose2d(ones, window, stride=stride)
    _, _, tall, wide = masks.shape
    masks = F.pad(masks, (0, w - wide, 0, h - tall))
    return masks.view(rows, columns, h, w)


def covered(
    net, image, label, size, stride, value, masks=lambda m: m, measure=None, places=None
):
    """What the net says of all covered images, some at a time."""
    mask = masks(patches(image, size, places or stride)).to(image.device)
    shape, mask = mask.shape[:2], mask.flatten(0, 1)[:, None]
    measure = measure or (lambda scores, whole: scores.softmax(1)[:, label])
    found = []
    with torch.no_grad():
        whole = net(image[None])
        for part in mask.split(16):
            found.append(measure(net(image * (1 - part) + value * part), whole))
    return torch.cat(found).view(shape)


def occlusion_map_oracle(net, image, label, size, stride, value):
    return covered(net, image, label, size, stride, value)


def occlusion_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, classes, *rest):
        net, image = classifier(rng, size, classes, gate=LEAKY), images(rng, *size)
        label = int(not_preferred(rng, net, Tensor(image.array[None])).array[0])
        return watched(name, net, {"image": image}, label, *rest)

    by_hand = linear([[0, 0, 0, 0], [2, 1, 0, -1]], [0, 0])
    row = Tensor(np.array([[[1.0, 2.0, 3.0, 4.0]]]))
    return [
        watched(
            "four pixels by hand",
            by_hand,
            {"image": row},
            *(1, 1, 1, 0.0),
            working="the scores are 0 and 2 + 2 - 4 = 0. With the first pixel "
            "covered the second score is -2, so its probability is 1 / (1 + e^2) = 0.119; "
            "then -2 again, 0 and 4: 0.119, 0.5, 0.982",
        ),
        case("steps of 2, a grey patch", (3, 8, 10), 4, 2, 2, 0.5),
        case("patches that overlap", (2, 7, 9), 3, 3, 2, 0.25),
        left_behind(by_hand, {"image": row}, 0, 1, 2, 0.5),
        case("patches with gaps, rest at the edge", (1, 9, 12), 5, 2, 3, 1.0),
    ]


def bent(**changes):
    return lambda net, image, label, size, stride, value: covered(
        net, image, label, size, stride, value, **changes
    )


def never_restored(masks):
    """All patches so far stay in the image."""
    return masks.flatten(0, 1).cumsum(0).clamp(max=1).view(masks.shape)


def transposed(net, image, label, size, stride, value):
    return occlusion_map_oracle(net, image, label, size, stride, value).T


def fills_with(other):
    return lambda net, image, label, size, stride, value: covered(
        net, image, label, size, stride, other
    )


def measured(measure):
    """The map of another quantity: `measure(scores, whole, label)`."""
    return lambda net, image, label, size, stride, value: covered(
        net,
        image,
        label,
        size,
        stride,
        value,
        measure=lambda scores, whole: measure(scores, whole, label),
    )


def places_without_stride(net, image, label, size, stride, value):
    """As many places as there should be, but one pixel apart."""
    every = covered(net, image, label, size, 1, value)
    right = occlusion_map_oracle(net, image, label, size, stride, value).shape
    return every[: right[0], : right[1]]


def to_the_edge(net, image, label, size, stride, value):
    """A patch for every multiple of the stride, cut off at the edge."""
    h, w = image.shape[1:]
    more = F.pad(image, (0, size, 0, size))
    masks = patches(more, size, stride)[..., :h, :w]
    masks = masks[: -(-h // stride), : -(-w // stride)]
    return covered(net, image, label, size, stride, value, masks=lambda _: masks)


def writes(net, image, label, size, stride, value):
    found = occlusion_map_oracle(net, image, label, size, stride, value)
    image[:, :size, :size] = value
    return found


def over_channels(net, image, label, size, stride, value):
    """The patch lies over channels and rows, in the place of rows and columns."""
    shape = occlusion_map_oracle(net, image, label, size, stride, value).shape
    c, r = (
        torch.stack([(torch.arange(n) - stride * i) // size == 0 for i in range(count)])
        for n, count in zip(image.shape, shape, strict=False)
    )
    masks = torch.einsum("ic,jr->ijcr", c.to(image), r.to(image)).flatten(0, 1)
    with torch.no_grad():
        scores = [net(torch.where(m[..., None] > 0, value, image)[None]) for m in masks]
    return torch.cat(scores).softmax(1)[:, label].view(shape)


def without_the_last(net, image, label, size, stride, value):
    return occlusion_map_oracle(net, image, label, size, stride, value)[:-1, :-1]


def drags_its_graph(net, image, label, size, stride, value):
    return in_graph(occlusion_map_oracle(net, image, label, size, stride, value))


OCCLUSION_MAP = Exercise(
    id="10.occlusion_map",
    points=3,
    minutes=20,
    oracle=occlusion_map_oracle,
    cases=occlusion_cases,
    worked="Let the image be one row of four pixels, the patch one pixel, the stride 1. There "
    "are four places. For each: take a fresh copy, write `value` into the patch, ask the "
    "net, and write the probability of `label` into the map at the number of the place. "
    "With stride 2 the place (i, j) begins at pixel (2 i, 2 j).",
    misconceptions=(
        Misconception(
            "image not restored",
            bent(masks=never_restored),
            "The first place is right and the rest are not: the patches of all places "
            "before are still in the image. Where do you take a fresh copy?",
        ),
        Misconception(
            "rows and columns exchanged",
            transposed,
            "Your map is the transpose of the right one. Which index counts the rows of the "
            "image, and which axis of the map is that?",
        ),
        Misconception(
            "places without the stride",
            places_without_stride,
            "Your patches lie one pixel apart. At which pixel does the place i begin?",
        ),
        Misconception(
            "filled with zero",
            fills_with(0.0),
            "Your patch is always black. With what should it be filled?",
        ),
        Misconception(
            "score in place of the probability",
            measured(lambda scores, whole, label: scores[:, label]),
            "Your map holds scores. What turns scores into probabilities?",
        ),
        Misconception(
            "probability of the winner",
            measured(lambda scores, whole, label: scores.softmax(1).amax(1)),
            "You note the largest probability, whatever class it belongs to. A covered cat "
            "may be taken for a dog: which class's probability is asked for?",
        ),
        Misconception(
            "fall of the probability",
            measured(
                lambda scores, whole, label: (
                    whole.softmax(1)[:, label] - scores.softmax(1)[:, label]
                )
            ),
            "You return how much the probability falls. What is asked for is the probability "
            "itself: what do you subtract it from?",
        ),
        Misconception(
            "patches cut off at the edge",
            to_the_edge,
            "Your map has places whose patch does not fit into the image. How many places "
            "does a patch of this size have (think of a convolution without padding)?",
        ),
        Misconception(
            "the last place is missing",
            without_the_last,
            "The last row and the last column of your map are missing. Between the first "
            "place and the last lie (H - size) / stride steps: how many places is that?",
        ),
        Misconception(
            "the patch lies over channels and rows",
            over_channels,
            "Your patch covers some channels and rows, and all columns. Which axis of "
            "(C, H, W) stands first in your slice, and how do you take all of it?",
        ),
        Misconception(
            "the result hangs in the graph",
            drags_its_graph,
            "Your values are right, but the map still hangs in the graphs of all those "
            "passes, and keeps them in memory. In which block is no graph built?",
        ),
        Misconception(
            "the image is changed",
            writes,
            "Your map is right, and the image that was passed in has a patch in it "
            "afterwards. Into which tensor do you write?",
        ),
    ),
)
