"""The two-layer net with tensors and no autograd, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without
from utils.exercises.pytorch.shared import (
    BY_HAND,
    by_hand_data,
    scores_of,
    straight_through,
    two_layer_data,
)
from utils.subject import Tensor


def net_and_gradients(x, y, *parameters, loss=F.cross_entropy, **more):
    """The loss, and the gradients of the parameters by autograd."""
    leaves = [parameter.detach().clone().requires_grad_() for parameter in parameters]
    value = loss(scores_of(x, *leaves, **more), y)
    return value.detach(), *torch.autograd.grad(value, leaves)


def by_hand_oracle(x, y, W1, b1, W2, b2):
    return net_and_gradients(x, y, W1, b1, W2, b2)


def by_hand_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call("one row by hand", *by_hand_data(), working=BY_HAND),
        call("5 rows, 3 values, 4 units, 2 classes", *two_layer_data(rng, 5, 3, 4, 2)),
        call("7 rows, 6 values, 5 units, 4 classes", *two_layer_data(rng, 7, 6, 5, 4)),
        call(
            "scores in the thousands",
            *never_preferred(*two_layer_data(rng, 4, 5, 6, 3, size=1e4)),
            agree=close(by_value=False),
        ),
    ]


def never_preferred(x: Tensor, _: Tensor, *parameters: Tensor) -> list[Tensor]:
    """The same data with labels at which large scores have a loss and a gradient."""
    scores = scores_of(*(tensor.make() for tensor in (x, *parameters)))
    return [x, Tensor(scores.argmin(1).numpy()), *parameters]


def summed(scores, y):
    return F.cross_entropy(scores, y, reduction="sum")


def overflowing(scores, y):
    p = scores.exp() / scores.exp().sum(1, keepdim=True)
    return -p.gather(1, y[:, None]).log().mean()


def without_the_one(scores, y):
    """The value of the loss with the gradient of its first term only."""
    first = scores.logsumexp(1).mean()
    return first + (F.cross_entropy(scores, y) - first).detach()


def all_columns(scores, y):
    """The loss of `log_p[:, y]`: every row is asked for the labels of all rows."""
    value = -scores.log_softmax(1)[:, y].mean()
    slopes = scores.logsumexp(1).mean() - scores[:, y.unique()].sum() / len(y)
    return slopes + (value - slopes).detach()


def gated_by_gradient(z):
    """ReLU whose backward pass asks for the sign of what arrives."""
    out = straight_through(z)
    out.register_hook(F.relu)
    return out


def gradients_of(loss):
    """The right loss with the gradients of another."""
    return lambda x, y, *parameters: (
        by_hand_oracle(x, y, *parameters)[0],
        *net_and_gradients(x, y, *parameters, loss=loss)[1:],
    )


def bent(change):
    """The right loss, and changed gradients."""
    return lambda x, y, *parameters: (
        by_hand_oracle(x, y, *parameters)[0],
        *change(len(x), *by_hand_oracle(x, y, *parameters)[1:]),
    )


WORKED = (
    "Take x = (1, 2) with label 0, W1 = ((1, 1), (1, -1)), W2 = ((1, -1), (2, 2)), b1 = 0 "
    f"and b2 = (-3, 3). {BY_HAND}. Backwards: the gradient of W2 is the outer product of (3, 0) "
    "and (-0.5, 0.5); that of the hidden layer is (-1, 0), and the second unit is closed "
    "anyway; that of W1 is the outer product of (1, 2) and (-1, 0)."
)
NO_AUTOGRAD = without(
    *("backward", "autograd", "grad", "requires_grad", "requires_grad_"),
    *("nn", "F", "functional"),
    because="and this version works its gradients out by hand",
)
TWO_LAYER_BY_HAND = Exercise(
    id="08.two_layer_by_hand",
    points=4,
    minutes=20,
    oracle=by_hand_oracle,
    returns=("loss", "dW1", "db1", "dW2", "db2"),
    cases=by_hand_cases,
    rules=(keeps_inputs(), NO_AUTOGRAD),
    worked=WORKED,
    misconceptions=(
        Misconception(
            "gradient N times too large",
            gradients_of(summed),
            "Your loss is a mean over the N rows, your gradients are those of a sum. By "
            "what must the gradient of the scores be divided?",
        ),
        Misconception(
            "loss and gradient summed",
            lambda *args: net_and_gradients(*args, loss=summed),
            "You add the losses of the rows. The loss of a batch is their mean: what "
            "does that change in the loss, and what in the gradient?",
        ),
        Misconception(
            "ReLU forgotten in the backward pass",
            lambda *args: net_and_gradients(*args, activation=straight_through),
            "Forward, ReLU closes some hidden units; backward, your gradient flows "
            "through all of them. What is the slope of ReLU below zero?",
        ),
        Misconception(
            "ReLU gated by the gradient",
            lambda *args: net_and_gradients(*args, activation=gated_by_gradient),
            "Backward, you keep the gradient where the gradient itself is positive. Which "
            "decides whether a unit is open: what arrives from above, or what it gave in "
            "the forward pass?",
        ),
        Misconception(
            "every row is asked for all labels",
            lambda *args: net_and_gradients(*args, loss=all_columns),
            "One row alone is right, several are not: `[:, y]` takes the columns of all "
            "labels from every row, N x N numbers. Which index goes with the rows, so "
            "that each row gives the number of its own label?",
        ),
        Misconception(
            "no ReLU at all",
            lambda *args: net_and_gradients(*args, activation=lambda z: z),
            "Without ReLU two layers are one matrix product. Where do the negative "
            "values of the hidden layer become 0?",
        ),
        Misconception(
            "bias gradients averaged",
            bent(lambda n, dW1, db1, dW2, db2: (dW1, db1 / n, dW2, db2 / n)),
            "You average the gradient over the rows once more for the biases. A bias is "
            "added to every row: are its gradients added up or averaged?",
        ),
        Misconception(
            "gradients transposed",
            bent(lambda n, dW1, db1, dW2, db2: (dW1.T, db1, dW2.T, db2)),
            "Your weight gradients have rows and columns exchanged. A gradient has the "
            "shape of its weight, (D, H): is that x.T @ dout, or dout.T @ x?",
        ),
        Misconception(
            "the one is not subtracted",
            gradients_of(without_the_one),
            "Your gradient of the scores is the probability of each class. What is "
            "subtracted from the probability of the true one?",
        ),
        Misconception(
            "softmax overflows",
            lambda *args: net_and_gradients(*args, loss=overflowing),
            "With large scores your loss is inf or nan: exp(1000) is more than a number "
            "can hold. Which function of PyTorch takes the logarithm of a sum of "
            "exponentials safely?",
        ),
    ),
)
