"""Loss and accuracy of a network over a loader, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import (
    NEAR,
    loader_of,
    network,
    of_softmax,
    state_of,
)
from utils.subject import Named, Network

WITNESS = Named("utils.stand_ins.pytorch.Witness")
ELSEWHERE = Named("utils.stand_ins.pytorch.elsewhere")


def means(losses, right, sizes):
    """Mean loss and accuracy over all images, from those of the batches."""
    weights = torch.tensor(sizes) / sum(sizes)
    return weights @ torch.tensor(losses), weights @ torch.tensor(right)


def measured(
    model, loader, device, during=False, after=None, combine=means, axis=1,
    loss=F.cross_entropy, recording=False,
):  # fmt: skip
    """Loss and accuracy, with the model in the mode `during` and then in `after`."""
    before, found = model.training, []
    model.train(before if during is None else during)
    with torch.set_grad_enabled(recording):
        for batch in loader:
            X, y = (part.to(device) for part in batch)
            scores = model(X)
            hits = (scores.argmax(axis) == y).double().mean()
            found.append((loss(scores, y).item(), hits.item(), float(len(y))))
    model.train(before if after is None else after)
    return tuple(number.item() for number in combine(*zip(*found, strict=True)))


def evaluate_oracle(model, loader, device):
    return measured(model, loader, device)


def case(rng, name, sizes, batch_size, training=True, wrap=None) -> Case:
    n, d, h, c = sizes
    X, net = rng.normal(size=(n, d)), network(rng, d, h, c)
    y = some_right(rng, X, net, c)

    def play(subject):
        model = subject.call(WITNESS, net)
        model.train(training)
        before = state_of(model)
        loader = loader_of(subject, X, y, batch_size)
        loader = subject.call(wrap, loader) if wrap else loader
        loss, accuracy = unpack(subject(model, loader, "cpu"), "loss", "accuracy")
        return {
            "loss": loss,
            "accuracy": accuracy,
            "rows seen": sum(call["rows"] for call in model.seen),
            "autograd recorded": any(call["recording"] for call in model.seen),
            "the model has changed": not same(before, state_of(model)),
            "mode afterwards": "train" if model.training else "eval",
        }

    return Case(name, play, NEAR)


def some_right(rng, X: np.ndarray, net: Network, c: int) -> np.ndarray:
    """Labels of which the net gets every third right, so that no accuracy is 0 or 1."""
    scores = net.make().eval()(torch.tensor(X, dtype=torch.float32))
    off = np.where(np.arange(len(X)) % 3 == 0, 0, rng.integers(1, c, size=len(X)))
    return (scores.argmax(1).numpy() + off) % c


def evaluate_cases(rng: np.random.Generator) -> list[Case]:
    other, away = (10, 3, 4, 6), (9, 6, 5, 4)
    return [
        case(rng, "12 images, batches of 4", (12, 5, 6, 3), 4),
        case(rng, "the last batch has one image", (7, 4, 5, 6), 3),
        case(rng, "a model that was in evaluation mode", other, 4, training=False),
        case(rng, "batches that lie on another device", away, 5, wrap=ELSEWHERE),
    ]


def same(before: dict, after: dict) -> bool:
    return all(np.array_equal(before[key], after[key]) for key in before)


def of_batches(losses, right, sizes):
    return torch.tensor(losses).mean(), torch.tensor(right).mean()


def loss_of_batches(losses, right, sizes):
    return torch.tensor(losses).mean(), means(losses, right, sizes)[1]


def accuracy_of_batches(losses, right, sizes):
    return means(losses, right, sizes)[0], torch.tensor(right).mean()


def batches_over_images(losses, right, sizes):
    return torch.tensor(losses).sum() / sum(sizes), means(losses, right, sizes)[1]


def only_last(losses, right, sizes):
    return torch.tensor(losses[-1]), torch.tensor(right[-1])


def in_percent(losses, right, sizes):
    loss, accuracy = means(losses, right, sizes)
    return loss, 100 * accuracy


def added(losses, right, sizes):
    loss, accuracy = means(losses, right, sizes)
    return loss * sum(sizes), accuracy


def other_way_round(losses, right, sizes):
    return means(losses, right, sizes)[::-1]


def bent(**changes):
    return lambda model, loader, device: measured(model, loader, device, **changes)


def not_moved(model, loader, device):
    for X, _ in loader:
        if not isinstance(X, torch.Tensor):
            F.relu(X)
    return measured(model, loader, device)


WORKED = (
    "Seven images in batches of 3, 3 and 1, with the mean losses 1, 1 and 4. The mean of "
    "these is 2, but only one image in seven has the loss 4: (3 * 1 + 3 * 1 + 1 * 4) / 7 = 1.43. "
    "Before the first batch note the model's mode and switch to evaluation; after the last go back to "
    "the mode that you noted."
)
EVALUATE = Exercise(
    id="08.evaluate",
    points=4,
    minutes=20,
    oracle=evaluate_oracle,
    cases=evaluate_cases,
    worked=WORKED,
    misconceptions=(
        Misconception(
            "no evaluation mode",
            bent(during=None),
            "The model stays in training mode: batch norm then uses the statistics of "
            "each batch, and even updates its running ones with your validation data. "
            "Which method switches the mode?",
        ),
        Misconception(
            "neither of the two switches",
            bent(during=None, recording=True),
            "The model stays in training mode, so that batch norm uses and even updates "
            "the statistics of each batch, and autograd records all of it. Which two "
            "switches turn that off?",
        ),
        Misconception(
            "left in evaluation mode",
            bent(after=False),
            "Your numbers are right, but the model is in evaluation mode afterwards, and "
            "the next epoch would train without dropout and with frozen batch norm. In "
            "which mode did you find it?",
        ),
        Misconception(
            "always left in training mode",
            bent(after=True),
            "You switch to training mode at the end even where the model was in "
            "evaluation mode before. Where can you read the mode it was in?",
        ),
        Misconception(
            "autograd records",
            bent(recording=True),
            "Your numbers are right, but autograd keeps every intermediate result of "
            "every batch for a backward pass that never comes. Which block turns that "
            "off?",
        ),
        Misconception(
            "mean of the batch means",
            bent(combine=of_batches),
            "The last batch is smaller and counts as much as the others. By what must "
            "each batch be weighted before you divide by the number of images?",
        ),
        Misconception(
            "loss not weighted",
            bent(combine=loss_of_batches),
            "Your accuracy is right; your loss is the mean of the batch means, although "
            "the last batch is smaller. How many images is each mean worth?",
        ),
        Misconception(
            "accuracy not weighted",
            bent(combine=accuracy_of_batches),
            "Your loss is right; your accuracy is the mean of those of the batches, "
            "although the last batch is smaller. What can be counted in its place?",
        ),
        Misconception(
            "mean losses divided by the images",
            bent(combine=batches_over_images),
            "Your loss is too small: you add one mean loss for each batch and divide by "
            "the number of images. Of how many images is each of them a mean?",
        ),
        Misconception(
            "the last batch only",
            bent(combine=only_last),
            "Only the last batch counts. Where do you add up over the batches?",
        ),
        Misconception(
            "percent",
            bent(combine=in_percent),
            "Your accuracy is in percent. A fraction between 0 and 1 is asked for: "
            "which factor is too much?",
        ),
        Misconception(
            "sum of the losses",
            bent(combine=added),
            "You return the sum of the losses of all images. By what is it divided?",
        ),
        Misconception(
            "loss and accuracy exchanged",
            bent(combine=other_way_round),
            "You return the accuracy first. In which order does the docstring name them?",
        ),
        Misconception(
            "argmax over the wrong axis",
            bent(axis=0),
            "For each class you look for the best image, not for each image the best "
            "class. Along which axis of (N, C) are the classes?",
        ),
        Misconception(
            "softmax before the cross-entropy",
            bent(loss=of_softmax),
            "Your loss is that of scores that went through a softmax twice. What does "
            "PyTorch's cross-entropy expect?",
        ),
        Misconception(
            "batches not moved to the device",
            not_moved,
            "The network lies on one device and the batch on another. Which call brings "
            "images and labels to `device`?",
        ),
    ),
)
