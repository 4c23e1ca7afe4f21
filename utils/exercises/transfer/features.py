"""Features of every image of a loader, with their labels, and what goes wrong."""

from functools import partial

import numpy as np
import torch

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.transfer.shared import (
    LINEAR_NET,
    NEAR,
    drawn,
    recipe,
)
from utils.subject import Named, Tensor, TorchGenerator

WITNESS = Named("utils.stand_ins.pytorch.Witness")
ELSEWHERE = Named("utils.stand_ins.transfer.images_elsewhere")
LOADER = Named("torch.utils.data.DataLoader")
DATA = Named("torch.utils.data.TensorDataset")


def gathered(
    net, loader, device, mode=False, after=None, recording=False, rows=slice(None),
    of=lambda pair: pair, put=torch.vstack,
):  # fmt: skip
    """Features and labels through a hook-free pass over the loader, as one table."""
    before = net.training
    net.train(before if mode is None else mode)
    with torch.set_grad_enabled(recording):
        pairs = [of((net(X.to(device)), y)) for X, y in loader][rows]
    net.train(before if after is None else after)
    features, labels = zip(*pairs, strict=True)
    return put(features), torch.hstack([torch.as_tensor(part) for part in labels])


def extract_features_oracle(net, loader, device):
    return gathered(net, loader, device)


def features_case(
    rng, label, n, batch, look, shuffled=False, training=False, elsewhere=False
):
    layers = [layer for name, layer in LINEAR_NET.items() if "features" in name]
    net, X = recipe(layers, rng), drawn(rng, n, 3, 5, 4)
    y = Tensor(rng.permutation(n))
    order = {"shuffle": True, "generator": TorchGenerator(int(rng.integers(99)))}

    def play(subject):
        model = subject.call(WITNESS, net)
        model.train(training)
        data, options = subject.call(DATA, X, y), order if shuffled else {}
        loader = subject.call(LOADER, data, batch_size=batch, **options)
        loader = subject.call(ELSEWHERE, loader) if elsewhere else loader
        return look(model, subject(model, loader, "cpu"))

    return Case(label, play, NEAR)


def extract_features_cases(rng: np.random.Generator) -> list[Case]:
    case = partial(features_case, rng)
    return [
        case("8 images, batches of 4", 8, 4, tables),
        case("the last batch is smaller", 7, 3, tables),
        case("a loader that shuffles", 9, 4, tables, shuffled=True),
        case("a network in training mode", 6, 4, tables, training=True),
        case("batches that lie elsewhere", 5, 2, tables, elsewhere=True),
        case("nothing is recorded for a backward pass", 4, 2, recording),
        case("the mode afterwards, evaluation before", 4, 2, mode),
        case("the mode afterwards, training before", 4, 2, mode, training=True),
    ]


def tables(model, found) -> dict:
    """Features and labels, and what the pass left in the network."""
    features, labels = unpack(found, "features", "labels")
    seen = sum(call["rows"] for call in model.seen)
    left = model.state_dict()["1.running_mean"]
    told = {"features": features, "labels": labels, "rows seen": seen}
    return told | {"running mean": left}


def recording(model, _) -> bool:
    """Whether autograd recorded any call."""
    return any(call["recording"] for call in model.seen)


def mode(model, _) -> str:
    """The mode that the network is in."""
    return "training" if model.training else "evaluation"


def bent(**changes):
    return lambda net, loader, device: gathered(net, loader, device, **changes)


def in_two_passes(net, loader, device):
    """First all features, then all labels: the loader shuffles anew in between."""
    features, _ = gathered(net, loader, device)
    return features, torch.hstack([y for _, y in loader])


def moved(net, loader, device):
    list(map(lambda batch: net(batch[0]) if hasattr(batch[0], "tensor") else 0, loader))
    return gathered(net, loader, device)


def of_full_batches(net, loader, device):
    size = loader.batch_size if hasattr(loader, "batch_size") else 2
    return gathered(net, _full(loader, size), device)


class _full(list):
    """The batches that have the full size."""

    def __init__(self, loader, size):
        super().__init__(batch for batch in loader if len(batch[1]) == size)


def exchanged(net, loader, device):
    return gathered(net, loader, device)[::-1]


def as_list(net, loader, device):
    features, labels = gathered(net, loader, device)
    return list(features.unbind()), labels


EXTRACT_FEATURES = Exercise(
    id="11.extract_features",
    points=4,
    minutes=20,
    oracle=extract_features_oracle,
    cases=extract_features_cases,
    worked="Seven images in batches of 3, 3 and 1 give three tables of features, (3, D), (3, D) and (1, D). "
    "Collect them in a list, and the labels beside them in the same loop, then join each list along axis 0: "
    "(7, D) and (7,). Note the mode before, and set it again at the end.",
    misconceptions=(
        Misconception(
            "features in training mode",
            bent(mode=None),
            "Where the network came in training mode, batch norm uses the statistics of "
            "each batch: an image's features depend on its neighbours. In which mode "
            "are features computed?",
        ),
        Misconception(
            "made to train",
            bent(mode=True),
            "You compute the features in training mode. What do batch norm and dropout "
            "do there to a single image?",
        ),
        Misconception(
            "the mode is not restored",
            bent(after=False),
            "The features are right, and the network stays in evaluation mode. In which "
            "mode did you find it?",
        ),
        Misconception(
            "left in training mode",
            bent(after=True),
            "You leave the network in training mode even where it came in evaluation "
            "mode. Where can you read the mode it was in?",
        ),
        Misconception(
            "the graph is kept",
            bent(recording=True),
            "Autograd records: every feature keeps the whole graph that it came from in "
            "memory, batch after batch. Which block turns the recording off?",
        ),
        Misconception(
            "features and labels out of step",
            in_two_passes,
            "You go through the loader twice, and one that shuffles has another order the "
            "second time: the labels belong to other images. What can be collected in "
            "the same pass?",
        ),
        Misconception(
            "the last batch only",
            bent(rows=slice(-1, None)),
            "You return the last batch. Where are the others kept while the loop runs?",
        ),
        Misconception(
            "the smaller batch is dropped",
            of_full_batches,
            "The last, smaller batch is missing. Where do its images get lost?",
        ),
        Misconception(
            "batches as an axis of their own",
            bent(put=torch.stack, rows=slice(0, 1)),
            "Your features have an axis too many: batches are joined along an axis that "
            "is there already. Which function joins without making a new one?",
        ),
        Misconception(
            "labels first",
            exchanged,
            "You return the labels first. In which order does the docstring name them?",
        ),
        Misconception(
            "a list of rows",
            as_list,
            "Your features are a list. Which function makes one tensor of several?",
        ),
        Misconception(
            "batches not moved to the device",
            moved,
            "The network lies on one device and the batch on another. Which call brings "
            "the images to `device`?",
        ),
    ),
)
