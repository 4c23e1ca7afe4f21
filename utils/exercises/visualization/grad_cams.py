"""Grad-CAM, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.exercises.visualization.shared import (
    COLUMNS_HINT,
    LEAKY,
    LEFT_BEHIND,
    chosen,
    classifier,
    drawn,
    images,
    left_behind,
    not_preferred,
    pulled,
    telling,
    watched,
    with_a_hook,
)
from utils.subject import Network, Tensor


def nudged(net, x, y, layer, of=chosen, given=False):
    """The layer's maps, and the slope of the score for a nudge that is added to them."""
    module, seen, nudge = net.get_submodule(layer), [], None

    def after(module, inputs, out):
        seen.append(out.detach().clone())
        return out + nudge if nudge is not None else None

    def before(module, inputs):
        seen.append(inputs[0].detach().clone())
        return (inputs[0] + nudge,) if nudge is not None else None

    def score(by):
        nonlocal nudge
        nudge = by
        return of(net(x), y)

    add = module.register_forward_pre_hook if given else module.register_forward_hook
    hook = add(before if given else after)
    try:
        score(None)
        slope = pulled(score, torch.zeros_like(seen[0]))
    finally:
        hook.remove()
    return seen[0], slope


def weighed(maps, slope):
    """Every channel with the mean of its slopes."""
    return maps * F.adaptive_avg_pool2d(slope, 1)


def grad_cam_oracle(net, x, y, layer):
    return weighed(*nudged(net, x, y, layer)).sum(1).relu()


def by_hand() -> list[Case]:
    """Two channels of two places, and what a call leaves in that net."""
    weight = np.array([[1, 1, 1, 1], [2, 4, -1, -3]], np.float32)
    layers = ("Conv2d", 2, 2, 1, 1, 0, 1, 2), ("Flatten",), ("Linear", 4, 2)
    weights = {"2.weight": weight, "2.bias": np.zeros(2, np.float32)}
    weights |= {"0.weight": np.ones((2, 1, 1, 1)), "0.bias": np.zeros(2)}
    x = Tensor(np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]]))
    given = Network(layers, weights), {"x": x, "y": Tensor(np.array([1]))}, "0"
    working = (
        "slopes (2, 4) and (-1, -3), means 3 and -2; "
        "3 (1, 2) - 2 (3, 0) = (-3, 6), and after the ReLU (0, 6)"
    )
    name = "two channels of two places by hand"
    return [watched(name, *given, working=working), left_behind(*given)]


def grad_cam_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, size, classes, n, layer, make=leaky, **more):
        def draw():
            net, x = make(rng, size, classes), images(rng, n, *size)
            return net, x, not_preferred(rng, net, x)

        net, x, y = telling(draw, lambda found: speaks_for_and_against(*found, layer))
        return watched(name, net, {"x": x, "y": y}, layer, **more)

    return [
        *by_hand(),
        case("one image, the first maps", (3, 6, 8), 4, 1, "1"),
        case("three images, the pooled maps", (2, 8, 12), 5, 3, "2"),
        case("a layer that is followed in place", (3, 6, 7), 4, 2, "0", in_place),
        case("the last maps", (1, 10, 12), 3, 4, "4"),
        case("a net with frozen weights", (2, 6, 8), 3, 2, "1", frozen=True),
    ]


def speaks_for_and_against(net: Network, x: Tensor, y: Tensor, layer: str) -> bool:
    """Whether places are against the class, and channels where the rest is for it.

    And what goes into the layer has another map.
    """
    made = net.make().double().eval(), x.make(), y.make()
    maps, slope = nudged(*made, layer)
    parts, before = weighed(maps, slope), weighed(*nudged(*made, layer, given=True))
    found, against = parts.sum(1), (parts < 0) & (slope.mean((2, 3), True) < 0)
    both = (found < 0).any() and (against.any(1) & (found > 0)).any()
    return bool(both) and not like(found.relu(), before.sum(1).relu())


def like(one, other):
    return one.shape == other.shape and torch.allclose(one, other)


def leaky(rng, size, classes):
    return classifier(rng, size, classes, gate=LEAKY)


def in_place(rng, size, classes):
    """A net whose ReLU writes over the maps of the convolution before it."""
    c, h, w = size
    last = ("Flatten",), ("Linear", 4 * h * w, classes)
    return drawn(rng, ("Conv2d", c, 4, 3, 1, 1), ("ReLU", True), *last)


def bent(combine=lambda m, s: weighed(m, s).sum(1).relu(), **changes):
    return lambda net, x, y, layer: combine(*nudged(net, x, y, layer, **changes))


def leaves_hooks(net, x, y, layer):
    with_a_hook(net)
    return grad_cam_oracle(net, x, y, layer)


def of_a_copy(net, x, y, layer):
    """Asks for the slope of something that the scores do not depend on."""
    x = x.detach().requires_grad_()
    torch.autograd.grad(net(x).sum(), x.clone())


def needs_the_weights(net, x, y, layer):
    """Has a graph only where the weights ask for one."""
    torch.autograd.grad(net(x).sum(), list(net.parameters())[:1])
    return grad_cam_oracle(net, x, y, layer)


def overwritten(net, x, y, layer):
    """The maps as a ReLU that works in place has left them."""
    after = str(int(layer) + 1)
    follows = dict(net.named_children()).get(after)
    return grad_cam_oracle(
        net, x, y, after if getattr(follows, "inplace", False) else layer
    )


GRAD_CAM = Exercise(
    id="10.grad_cam",
    points=4,
    minutes=25,
    oracle=grad_cam_oracle,
    cases=grad_cam_cases,
    worked="Maps (1, 2) and (3, 0). The score has the slopes (2, 4) at the places of the "
    "first, (-1, -3) at those of the second. One weight a channel, the mean of its slopes: "
    "3 and -2. Weighed and added: (3 - 6, 6 - 0) = (-3, 6). The ReLU keeps what speaks for "
    "the class: (0, 6).",
    misconceptions=(
        Misconception(
            "no ReLU",
            bent(lambda m, s: weighed(m, s).sum(1)),
            "Your map has negative values, where other classes are spoken for. What comes "
            "last in Grad-CAM?",
        ),
        Misconception(
            "weights averaged over the channels",
            bent(lambda m, s: (m * s.mean(1, keepdim=True)).sum(1).relu()),
            "You average the slopes over the channels and get one weight a place. Grad-CAM "
            "has one weight a channel: over which axes is the mean then?",
        ),
        Misconception(
            "weights not averaged",
            bent(lambda m, s: (m * s).sum(1).relu()),
            "You multiply each place by its own slope. How many weights has a "
            "channel in Grad-CAM?",
        ),
        Misconception(
            "the axes of the places are gone",
            bent(lambda m, s: (m * s.mean((2, 3))).sum(1).relu()),
            "`mean` has taken two axes away, and your weights (N, K) are laid along the "
            "rows and columns of the maps. How do these axes stay, with the length 1?",
        ),
        Misconception(
            "slopes added, not averaged",
            bent(lambda m, s: (m * s.sum((2, 3), keepdim=True)).sum(1).relu()),
            "Your map is h * w times too large. Is a channel's weight the sum or the mean of "
            "its slopes?",
        ),
        Misconception(
            "mean over the channels",
            bent(lambda m, s: weighed(m, s).mean(1).relu()),
            "Your map is K times too small. Are the weighed channels added or averaged?",
        ),
        Misconception(
            "ReLU before the sum",
            bent(lambda m, s: weighed(m, s).relu().sum(1)),
            "You cut each channel off at zero before adding, so that nothing can speak "
            "against the class. When does the ReLU come?",
        ),
        Misconception(
            "negative weights dropped",
            bent(lambda m, s: (m * F.adaptive_avg_pool2d(s, 1).relu()).sum(1).relu()),
            "You drop channels with a negative weight. On what does the ReLU act: on "
            "the weights or on the map?",
        ),
        Misconception(
            "gradient of the loss",
            bent(of=F.cross_entropy),
            "You take the gradient of the loss, which points away from the class. Of which "
            "number is it asked for?",
        ),
        Misconception(
            "gradient of the probability",
            bent(of=lambda scores, y: chosen(scores.softmax(1), y)),
            "You take the gradient after the softmax, where the other classes mix in. Which "
            "number speaks of this class alone?",
        ),
        Misconception(
            "gradient of all scores",
            bent(of=lambda scores, y: scores.sum(1)),
            "You take the gradient of the sum of all scores. How do you pick the one of the "
            "class in each row?",
        ),
        Misconception(
            "scores of every image's class",
            bent(of=lambda scores, y: scores[:, y].sum(1)),
            COLUMNS_HINT,
        ),
        Misconception(
            "slope of a copy beside the path",
            of_a_copy,
            "You ask for the slope of a copy that nothing follows: the scores come from the "
            "tensor that was copied. What may a hook return, so that the net goes on from "
            "your tensor?",
        ),
        Misconception(
            "gradient of the winner",
            bent(of=lambda scores, y: scores.amax(1)),
            "You explain the class that the net prefers. Which class is asked for?",
        ),
        Misconception(
            "input of the layer",
            bent(given=True),
            "You work with what goes into the layer. Which argument of the hook holds what "
            "comes out?",
        ),
        Misconception(
            "maps overwritten in place",
            overwritten,
            "Where the next layer works in place, your maps are those after it. What must a "
            "hook keep, so that nobody can write over it, and pass on?",
        ),
        Misconception(
            "no graph where the weights are frozen",
            needs_the_weights,
            "With frozen weights nothing in your forward pass requires a gradient, so there "
            "is no graph. Of which other tensor can you ask for one?",
        ),
        Misconception(
            "hooks never removed",
            leaves_hooks,
            "Your map is right, but a hook still hangs in the net. What does "
            "`register_forward_hook` return, and what can that do?",
        ),
        *made_with(grad_cam_oracle, LEFT_BEHIND),
    ),
)
