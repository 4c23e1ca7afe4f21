"""Feature maps and their strongest places, and what goes wrong with them."""

import numpy as np
import torch
from torch import nn

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.visualization.shared import (
    classifier,
    drawn,
    images,
    left_behind,
    nothing,
    watched,
    with_peaks,
)
from utils.subject import Tensor

# --- feature_maps ---------------------------------------------------------------


def seen_by(net, x, names, mode=False, given=False, keep=torch.clone):
    """What passes through the named modules, by a hook on all modules at once."""
    net.train(net.training if mode is None else mode)
    modules = {net.get_submodule(name): name for name in names}
    found = {}

    def note(module, inputs, out):
        if module in modules:
            found[modules[module]] = keep(inputs[0] if given else out)

    hook = nn.modules.module.register_module_forward_hook(note)
    try:
        net(x)
    finally:
        hook.remove()
    return found


def feature_maps_oracle(net, x, names):
    return seen_by(net, x, names)


def graph_of(found) -> dict:
    """Whether each map is still part of the graph."""
    if not isinstance(found, dict):
        return {}
    kept = [t.requires_grad for t in found.values() if isinstance(t, Tensor)]
    return {"every map is part of the graph": all(kept)}


def maps_cases(rng: np.random.Generator) -> list[Case]:
    size = 3, 6, 8
    in_place = drawn(
        rng, ("Conv2d", 3, 4, 3, 1, 1), ("ReLU", True), ("Conv2d", 4, 2, 3, 2)
    )
    normed = classifier(rng, size, 4, ("BatchNorm2d", 4))

    def case(name, net, n, names, **more):
        x = {"x": images(rng, n, *size)}
        return watched(name, net, x, names, result="maps", as_parts=graph_of, **more)

    return [
        case("two layers of one image", classifier(rng, size), 1, ["0", "3"]),
        case("named from the last to the first", classifier(rng), 2, ["6", "4", "2"]),
        case("a layer that works in place", in_place, 2, ["0", "2"]),
        case("a net in training mode", normed, 3, ["1", "7"], training=True),
        left_behind(classifier(rng, size), {"x": images(rng, 1, *size)}, ["2", "4"]),
    ]


def bent_maps(**changes):
    return lambda net, x, names: seen_by(net, x, names, **changes)


def late(net, x, names):
    """A hook that looks up the loop's variable only when it is called."""
    found = {}

    def note(module, inputs, out):
        found[names[-1]] = out.clone()

    hooks = [net.get_submodule(n).register_forward_hook(note) for n in names]
    net.eval()(x)
    for hook in hooks:
        hook.remove()
    return found


def leaves_hooks(net, x, names):
    found = feature_maps_oracle(net, x, names)
    for name in names:
        net.get_submodule(name).register_forward_hook(nothing)
    return found


def without_names(net, x, names):
    return list(feature_maps_oracle(net, x, names).values())


def cut(out):
    return out.detach().clone()


def as_it_is(out):
    return out


FEATURE_MAPS = Exercise(
    id="10.feature_maps",
    points=3,
    minutes=25,
    oracle=feature_maps_oracle,
    cases=maps_cases,
    worked="A hook is called as `hook(module, inputs, out)` each time its module has "
    "computed something. Hang one on each named module, run the net once, take all hooks "
    "off again. Let the net be Conv, ReLU, and the names ['0', '1']: afterwards "
    "the dictionary has the keys '0' and '1', and every hook is gone.",
    misconceptions=(
        Misconception(
            "all maps under one name",
            late,
            "All your maps went under one name. A function that is made in a loop looks the "
            "loop's variable up when it is called, and by then the loop is over. How do you "
            "hand each hook its own name when you make it?",
        ),
        Misconception(
            "hooks never removed",
            leaves_hooks,
            "Your maps are right, but the hooks still hang in the net, and will run in every "
            "forward pass from now on. What does `register_forward_hook` return?",
        ),
        Misconception(
            "overwritten in place",
            bent_maps(keep=as_it_is),
            "A layer that works in place writes its output over the map before it, and what "
            "you kept is that same tensor. What must you keep in place of the tensor itself?",
        ),
        Misconception(
            "cut off from the graph",
            bent_maps(keep=cut),
            "Your values are right, and no gradient can pass through them: DeepDream "
            "needs one. Which of your calls cuts a tensor off from the graph?",
        ),
        Misconception(
            "input of the layer",
            bent_maps(given=True),
            "You keep what goes into the layer. A hook gets the module, its inputs and its "
            "output: which of the three is the map?",
        ),
        Misconception(
            "no evaluation mode",
            bent_maps(mode=None),
            "The net came in training mode: batch norm then uses the statistics of your "
            "batch, and even changes the net. Which method puts it into the other mode?",
        ),
        Misconception(
            "a list",
            without_names,
            "You return the maps without their names. How should the caller know which is "
            "which?",
        ),
    ),
)

# --- strongest_places -----------------------------------------------------------


def ranked(maps, channel, k, sign=-1, divide=lambda h, w: (h, w), several=False):
    """Image, row and column of the first `k` places of a sorted table."""
    own = maps[:, channel].detach().numpy()
    n, h, w = own.shape
    shape = divide(h, w)
    flat = (sign * own).reshape(n, -1)
    order = flat.argsort(axis=1)[:, : (h * w if several else 1)]
    picture = np.repeat(np.arange(n), order.shape[1])
    first = np.take_along_axis(flat, order, 1).ravel().argsort(kind="stable")[:k]
    rows, columns = np.divmod(order.ravel()[first], shape[1])
    return torch.from_numpy(np.stack([picture[first], rows, columns], axis=1))


def strongest_places_oracle(maps, channel, k):
    return ranked(maps, channel, k)


def places_cases(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([[[[1, 9, 2], [8, 0, 3]]], [[[4, 2, 5], [0, 1, 7]]]], float)

    def case(name, shape, channel, k):
        return call(name, Tensor(with_peaks(rng, shape, channel)), channel, k)

    return [
        call(
            "two images by hand",
            Tensor(by_hand),
            0,
            2,
            working="image 0 is strongest in row 0, column 1, with 9; image 1 in row 1, "
            "column 2, with 7. The 8 of image 0 does not count: each image gives one place",
        ),
        case("the 3 best of 7 images", (7, 4, 3, 5), 2, 3),
        case("all 5 images, tall maps", (5, 3, 6, 2), 1, 5),
        case("the first channel", (6, 2, 4, 7), 0, 4),
    ]


def bent_places(**changes):
    return lambda maps, channel, k: ranked(maps, channel, k, **changes)


def exchanged(maps, channel, k):
    return strongest_places_oracle(maps, channel, k)[:, [0, 2, 1]]


def all_channels(maps, channel, k):
    return ranked(maps.amax(1, keepdim=True), 0, k)


def by_mean(maps, channel, k):
    best = ranked(maps, channel, len(maps))
    order = maps[:, channel].mean((1, 2)).argsort(descending=True)[:k]
    return best[best[:, 0].argsort()][order]


def unsorted(maps, channel, k):
    best = strongest_places_oracle(maps, channel, k)
    return best[best[:, 0].argsort()]


def places_of_the_first(maps, channel, k):
    best = strongest_places_oracle(maps, channel, k)
    return torch.cat([best[:, :1], unsorted(maps, channel, len(maps))[:k, 1:]], 1)


STRONGEST_PLACES = Exercise(
    id="10.strongest_places",
    points=2,
    minutes=15,
    oracle=strongest_places_oracle,
    cases=places_cases,
    worked="Let a map be 9 at row 0, column 1, in rows of 3: flattened, 9 stands at 1. "
    "A value at 5 stands in row 5 // 3 = 1 and column 5 % 3 = 2. First find each image's "
    "strongest place, then the images with the largest of these values.",
    misconceptions=(
        Misconception(
            "several places of one image",
            bent_places(several=True),
            "One image appears more than once. Which comes first: the best place of each "
            "image, or the best images?",
        ),
        Misconception(
            "row and column exchanged",
            exchanged,
            "Your columns stand in the place of the rows. Which of the two does // give?",
        ),
        Misconception(
            "divided by the height",
            bent_places(divide=lambda h, w: (w, h)),
            "You take a flat index apart with the height of the map. How many values does "
            "one row have?",
        ),
        Misconception(
            "weakest places",
            bent_places(sign=1),
            "You find the smallest values. In which order does your function sort?",
        ),
        Misconception(
            "over all channels",
            all_channels,
            "You look for the strongest place in all channels together. Which one channel is "
            "asked for?",
        ),
        Misconception(
            "images ranked by their mean",
            by_mean,
            "The places are right, the order of the images is that of their mean "
            "activation. By which number should an image be ranked?",
        ),
        Misconception(
            "in the order of the images",
            unsorted,
            "The right places, in the order of the images. Which comes first?",
        ),
        Misconception(
            "places of the first images",
            places_of_the_first,
            "The images are right, and beside them stand the places of the images 0, 1, 2 "
            "and so on. Which indices pick the places?",
        ),
    ),
)
