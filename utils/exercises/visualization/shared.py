"""What the exercises of lesson 10 share: small networks, and what is left in them."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import Agreement, close
from utils.checks.exercise import Case, Misconception
from utils.exercises.pytorch.shared import state_of
from utils.subject import Handle, Named, Network, Subject, Tensor

TRACES = Named("utils.stand_ins.visualization.traces")


def drawn(rng: np.random.Generator, *layers: tuple) -> Network:
    """A network of these layers, with weights and running statistics drawn."""
    state = Network(layers).make().state_dict()
    weights = {key: numbers(rng, key, tuple(t.shape)) for key, t in state.items()}
    return Network(layers, weights)


def numbers(rng: np.random.Generator, key: str, shape: tuple) -> np.ndarray:
    """Values that keep the scale of what passes through, for one key of a state."""
    if key.endswith("num_batches_tracked"):
        return np.array(0)
    if key.endswith("running_var") or (key.endswith("weight") and len(shape) == 1):
        return rng.uniform(0.5, 2, size=shape).astype(np.float32)
    scale = np.sqrt(2 / prod(shape[1:])) if len(shape) > 1 else 0.3
    return rng.normal(0, scale, size=shape).astype(np.float32)


LEAKY = ("LeakyReLU", 0.1)
"""An activation through which some gradient always passes: no map is all zeros."""


def classifier(
    rng: np.random.Generator, size=(3, 6, 8), classes=4, *more, gate=("ReLU",)
) -> Network:
    """Two convolutions, a pool and a linear layer, for images of this size."""
    c, h, w = size
    last = 5 * (h // 2 - 2) * (w // 2 - 2)
    return drawn(
        rng,
        ("Conv2d", c, 4, 3, 1, 1),
        *more,
        gate,
        ("MaxPool2d", 2),
        ("Conv2d", 4, 5, 3),
        gate,
        ("Flatten",),
        ("Linear", last, classes),
    )


def linear(weight: list, bias: list) -> Network:
    """Flatten and one linear layer with these weights, for work by hand."""
    arrays = {"1.weight": np.array(weight, np.float32), "1.bias": np.float32(bias)}
    return Network((("Flatten",), ("Linear", *arrays["1.weight"].T.shape)), arrays)


def images(rng: np.random.Generator, *shape: int, margin: float = 0.0) -> Tensor:
    """Images in [0, 1], float64; all pixels this far from its ends."""
    return Tensor(rng.uniform(margin, 1 - margin, size=shape))


def with_peaks(rng: np.random.Generator, shape: tuple, channel: int) -> np.ndarray:
    """Maps with a peak in each image, in which every other order is another one.

    The best image comes after the second best, has two peaks above all others, and
    worse ones have higher means; no peak but that second one lies in the first row or
    on the diagonal; the other channels are stronger.
    """
    n, _, h, w = shape
    order = rng.permutation(n)
    order[:2] = max(order[:2]), min(order[:2])
    rank, rows = order.argsort(), rng.integers(1, h, size=n)
    columns = (rows + rng.integers(1, w, size=n)) % w
    own = rng.uniform(-1, 1, size=(n, h, w)) + 3 * rank[:, None, None]
    own[np.arange(n), rows, columns] = 60 - 2 * rank
    own[order[0], 0, 0] = 59
    maps = rng.uniform(100, 200, size=shape)
    maps[:, channel] = own
    return maps


def scores_of(network: Network, x: Tensor) -> np.ndarray:
    """What a network in evaluation mode says of a batch."""
    with torch.no_grad():
        return network.make().double().eval()(x.make()).numpy()


def not_preferred(rng: np.random.Generator, network: Network, x: Tensor) -> Tensor:
    """A class for each image, and none of them the winner."""
    scores = scores_of(network, x)
    n, classes = scores.shape
    return Tensor((scores.argmax(1) + rng.integers(1, classes, size=n)) % classes)


def telling(draw: Callable[[], Any], tells: Callable[[Any], bool]) -> Any:
    """What is drawn, drawn again until it tells a mistake from a right answer."""
    while not tells(found := draw()):
        pass
    return found


def placed(
    subject: Subject, network: Network, training: bool = False, frozen: bool = False
) -> Handle:
    """A network beside the learner's objects, in float64 and in one of its modes."""
    net = subject.keep(network)
    net.double()
    net.train(training)
    net.requires_grad_(not frozen)
    return net


def watched(
    name: str,
    network: Network,
    tensors: dict[str, Tensor],
    *rest,
    agree: Agreement = close(1e-5, 1e-8),  # noqa: B008 (immutable)
    working: str = "",
    **how,
) -> Case:
    """A call on a network and tensors, and what has become of all of them after it."""

    def play(subject: Subject) -> dict:
        return seen_after(subject, network, tensors, rest, **how)

    return Case(name, play, agree, working=working)


def seen_after(
    subject: Subject, network: Network, tensors: dict[str, Tensor], rest: tuple,
    result="map", training=False, frozen=False, times=1, as_parts=lambda found: {},
) -> dict:  # fmt: skip
    """The last of `times` results, and what is left; `as_parts(found)` adds to it."""
    net = placed(subject, network, training, frozen)
    kept = {key: subject.keep(tensor) for key, tensor in tensors.items()}
    before = state_of(net)
    for _ in range(times):
        found = subject(net, *kept.values(), *rest)
    return {
        result: found,
        **as_parts(found),
        **{f"{key} afterwards": subject.fetch(k) for key, k in kept.items()},
        "the weights have changed": not same(before, state_of(net)),
    }


def left_behind(network: Network, tensors: dict[str, Tensor], *rest) -> Case:
    """What a call leaves in the net, and whether its result hangs in a graph.

    A case of its own, so that it can be told from a result that is wrong as well.
    """

    def play(subject: Subject) -> dict:
        net = placed(subject, network)
        found = subject(net, *tensors.values(), *rest)
        graph = {"the result hangs in a graph": in_a_graph(found)}
        return graph | subject.call(TRACES, net)

    return Case("what is left behind", play)


def in_a_graph(found) -> bool:
    """Whether a tensor, or the first of several, still has a gradient to send back."""
    first = found[0] if isinstance(found, (tuple, list)) and found else found
    return isinstance(first, Tensor) and first.requires_grad


def in_graph(tensor):
    """The tensor as part of a graph."""
    return tensor.detach().requires_grad_() * 1


def same(before: dict, after: dict) -> bool:
    """Whether two states hold the same arrays."""
    return all(np.array_equal(before[key], after[key]) for key in before)


def unit(direction):
    """The same direction with length 1."""
    return F.normalize(direction.flatten(), dim=0).view_as(direction)


def chosen(scores, y):
    """The score of each row's own class."""
    return scores[:, y].diagonal()


def pulled(f, x):
    """The gradient of x for the sum of f(x), by a vector-Jacobian product."""
    return torch.autograd.functional.vjp(lambda at: f(at).sum(), x)[1]


def with_gradients(net, x):
    """Leave in the parameters what `backward` would leave there."""
    out = net(x).sum()
    if out.requires_grad:
        out.backward()


def with_a_hook(net):
    """Leave a hook in the last layer of a net."""
    list(net.modules())[-1].register_forward_hook(nothing)


def nothing(*_):
    """A hook that does nothing."""


def leaves_gradients(oracle, net, pixels, *others, **options):
    """Works on a batch, or on one image."""
    with_gradients(net, pixels if pixels.ndim == 4 else pixels[None])
    return oracle(net, pixels, *others, **options)


def drags_its_graph(oracle, *given, **options):
    return in_graph(oracle(*given, **options))


GRAPH_HINT = (
    "Your values are right, but the result still hangs in the graph: in a loop the graph "
    "grows from step to step. Which call cuts a tensor off?"
)
COLUMNS_HINT = (
    "One image alone is right, several are not: `scores[:, y]` picks the columns "
    "of all the classes in y, for every image. How do you pick one score a row?"
)
LEFT_BEHIND = (
    Misconception(
        "gradients left in the parameters",
        leaves_gradients,
        "Your values are right, but every parameter of the net has a gradient now. Which "
        "function of torch.autograd returns one gradient alone?",
    ),
    Misconception("the result hangs in the graph", drags_its_graph, GRAPH_HINT),
)
