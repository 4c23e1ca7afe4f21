"""One epoch of training, and what goes wrong with it."""

import numpy as np
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.evaluating import ELSEWHERE, WITNESS
from utils.exercises.pytorch.shared import (
    NEAR,
    loader_of,
    network,
    of_softmax,
    optimiser_named,
    state_of,
)
from utils.subject import Tensor


def epoch(
    model, loader, optimiser, device, mode=True, zero=True, step=True, times=1,
    loss_of=F.cross_entropy, late=False,
):  # fmt: skip
    """One epoch through closures that the optimiser calls; losses and sizes."""
    model.train(model.training if mode is None else mode)
    found = []
    for batch in loader:
        X, y = (part.to(device) for part in batch)

        def closure(X=X, y=y):
            loss = loss_of(model(X), y)
            if zero:
                optimiser.zero_grad()
            for _ in range(times):
                loss.backward(retain_graph=True)
            found.append((loss.item(), len(y)))

        if late:
            optimiser.step()
        (optimiser.step if step and not late else run)(closure)
    return np.array(found)


def run(closure):
    closure()


def weighted(found):
    return float(np.average(found[:, 0], weights=found[:, 1]))


def epoch_oracle(model, loader, optimiser, device):
    return weighted(epoch(model, loader, optimiser, device))


def case(
    rng, name, sizes, batch_size, kind="SGD", training=False, wrap=None, **options
) -> Case:
    n, d, h, c = sizes
    X, y, net = rng.normal(size=(n, d)), rng.integers(c, size=n), network(rng, d, h, c)

    def play(subject):
        model = subject.call(WITNESS, net)
        model.train(training)
        optimiser = subject.call(optimiser_named(kind), model.parameters(), **options)
        loader = loader_of(subject, X, y, batch_size)
        loader = subject.call(wrap, loader) if wrap else loader
        loss = subject(model, loader, optimiser, "cpu")
        return {
            "mode afterwards": "train" if model.training else "eval",
            "rows seen": sum(call["rows"] for call in model.seen),
            "loss": loss,
            **{key: Tensor(array) for key, array in state_of(model).items()},
        }

    return Case(name, play, NEAR)


def epoch_cases(rng: np.random.Generator) -> list[Case]:
    few, last = {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "wrap": ELSEWHERE}
    return [
        case(rng, "one batch", (6, 4, 5, 3), 6, lr=0.3),
        case(rng, "3 batches of 4", (12, 5, 6, 3), 4, training=True, lr=0.2),
        case(rng, "batches of 5 and 2, momentum", (7, 3, 4, 6), 5, **few),
        case(rng, "batches on another device", (9, 6, 5, 4), 5, **last),
    ]


def bent(score=weighted, **changes):
    return lambda model, loader, optimiser, device: score(
        epoch(model, loader, optimiser, device, **changes)
    )


def plain_mean(found):
    return float(found[:, 0].mean())


def last_loss(found):
    return float(found[-1, 0])


def over_batches(found):
    return float((found[:, 0] * found[:, 1]).sum() / len(found))


def sum_of_losses(found):
    return float(found[:, 0].sum())


def as_tensor(model, loader, optimiser, device):
    score = epoch_oracle(model, loader, optimiser, device)
    return next(model.parameters()).detach().new_tensor(score)


def not_moved(model, loader, optimiser, device):
    for X, _ in loader:
        if type(X).__name__ != "Tensor":
            F.relu(X)
    return epoch_oracle(model, loader, optimiser, device)


TRAIN_ONE_EPOCH = Exercise(
    id="08.train_one_epoch",
    points=4,
    minutes=20,
    oracle=epoch_oracle,
    cases=epoch_cases,
    worked="For each batch, in this order: forget the old gradients, compute the loss, "
    "go backward, take the step. Print the first weight before and after one batch: if it has not moved, "
    "the step found no gradient. With batches of 5 and 2 images and the losses 1 and 2, the loss of "
    "the epoch is (5 * 1 + 2 * 2) / 7 = 1.29.",
    misconceptions=(
        Misconception(
            "gradients not set to zero",
            bent(zero=False),
            "The first batch is right and the next ones are not: `backward` adds to the "
            "gradients that are there. When are they set to zero?",
        ),
        Misconception(
            "no training mode",
            bent(mode=None),
            "Where the model came in evaluation mode, batch norm stays frozen (and "
            "dropout off). Who puts it into training mode?",
        ),
        Misconception(
            "nothing moves",
            bent(step=False),
            "Your parameters are what they were. Either there is no step, or it comes "
            "before `backward`, or the gradients are set to zero between the two. In "
            "which order do the calls stand?",
        ),
        Misconception(
            "one batch late",
            bent(late=True),
            "Each step uses the gradient of the batch before, and the last gradient is "
            "never used. Does the step come before or after `backward`?",
        ),
        Misconception(
            "backward called twice",
            bent(times=2),
            "Your gradients are twice too large, as if `backward` ran twice for each "
            "batch. How often does it stand in your loop?",
        ),
        Misconception(
            "softmax before the cross-entropy",
            bent(loss_of=of_softmax),
            "Your loss is that of probabilities that go through a second softmax. What "
            "does PyTorch's cross-entropy expect?",
        ),
        Misconception(
            "mean of the batch means",
            bent(plain_mean),
            "The training is right; the loss that you report weighs the smaller last "
            "batch like a full one. How many images is each batch's loss a mean of?",
        ),
        Misconception(
            "loss of the last batch",
            bent(last_loss),
            "The training is right; you report the loss of the last batch. What is asked "
            "for is the mean over the epoch: what must be added up?",
        ),
        Misconception(
            "divided by the number of batches",
            bent(over_batches),
            "The training is right; you add up the losses of all images and divide by the "
            "number of batches (that is `len(loader)`). Of how many things is the mean?",
        ),
        Misconception(
            "losses added",
            bent(sum_of_losses),
            "The training is right; you report the sum of the batch losses. By what is "
            "it divided, and what is each loss multiplied with before?",
        ),
        Misconception(
            "the loss is a tensor",
            as_tensor,
            "You return a tensor. Adding up losses as tensors also keeps every batch's "
            "graph in memory. Which method gives the plain number?",
        ),
        Misconception(
            "batches not moved to the device",
            not_moved,
            "The network lies on one device and the batch on another. Which call brings "
            "images and labels to `device`?",
        ),
    ),
)
