"""Gradient descent over batches, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.linear.shared import KEEPS
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Named

LOSS = Named("utils.stand_ins.linear.least_squares")
STREAM = Named("utils.stand_ins.linear.stream")


def sgd_train_oracle(W, loss, batches, learning_rate):
    import torch

    weights = torch.from_numpy(W.copy()).requires_grad_()
    optimiser = torch.optim.SGD([weights], lr=learning_rate)
    losses = []
    for X, y in batches:
        value, gradient = loss(weights.detach().numpy().copy(), X, y)
        weights.grad = torch.from_numpy(gradient)
        optimiser.step()
        losses.append(value)
    return weights.detach().numpy(), losses


BY_HAND = call(
    "one weight, two batches, by hand",
    np.array([1.0]),
    LOSS,
    [
        (np.array([[1.0]]), np.array([3.0])),
        (np.array([[2.0], [0.0]]), np.array([0.0, 1.0])),
    ],
    0.5,
    working="loss (1 - 3)**2 / 2 = 2, gradient -2, W = 1 + 0.5 * 2 = 2; then loss "
    "(4**2 + 1**2) / 4 = 4.25, gradient 2 * 4 / 2 = 4, W = 2 - 0.5 * 4 = 0",
)


def sgd_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(*sizes, d=3):
        return [(rng.normal(size=(n, d)), rng.normal(size=n)) for n in sizes]

    W, streamed = rng.normal(size=4), drawn(3, 6, 2, d=4)

    def from_a_generator(subject):
        batches = subject.call(STREAM, streamed, _hold=True)
        return subject(W, LOSS, batches, 0.2)

    return [
        BY_HAND,
        call("one batch", rng.normal(size=3), LOSS, drawn(5), 0.1),
        call("four batches", rng.normal(size=3), LOSS, drawn(4, 4, 4, 2), 0.05),
        Case("batches from a generator", from_a_generator),
    ]


def with_loss(change):
    """The oracle with a loss that `change(loss, learning_rate, W)` makes."""
    return lambda W, loss, batches, learning_rate: sgd_train_oracle(
        W, change(loss, learning_rate, W), batches, learning_rate
    )


def told_after_the_step(loss, learning_rate, start):
    def version(W, X, y):
        gradient = loss(W, X, y)[1]
        return loss(W - learning_rate * gradient, X, y)[0], gradient

    return version


def seen_from_the_start(loss, learning_rate, start):
    return lambda W, X, y: loss(start, X, y)


def uphill(loss, learning_rate, start):
    def version(W, X, y):
        value, gradient = loss(W, X, y)
        return value, -gradient

    return version


def per_image(loss, learning_rate, start):
    def version(W, X, y):
        value, gradient = loss(W, X, y)
        return value, gradient / len(X)

    return version


def changed(change):
    return lambda W, *args: change(*sgd_train_oracle(W, *args), W)


def in_place(W, loss, batches, learning_rate):
    new, losses = sgd_train_oracle(W, loss, batches, learning_rate)
    W[...] = new
    return W, losses


SGD_TRAIN = Exercise(
    id="02.sgd_train",
    points=3,
    minutes=15,
    oracle=sgd_train_oracle,
    returns=("W", "losses"),
    cases=sgd_cases,
    rules=(KEEPS, NUMPY_ONLY),
    worked=(
        "One weight, W = 1, learning rate 0.5. The first batch has the loss 2 and the gradient -2: "
        "note 2 in the list, and go against the gradient, W = 1 - 0.5 * (-2) = 2. The second "
        "batch is judged with this new W: loss 4.25, gradient 4, so W = 2 - 0.5 * 4 = 0. The result "
        "is W = 0 and the list 2, 4.25; the W that came in is still 1."
    ),
    misconceptions=(
        Misconception(
            "climbs instead of descending",
            with_loss(uphill),
            "You walk uphill: W moves along the gradient, in the direction in which the loss "
            "grows. Which sign has the step?",
        ),
        Misconception(
            "learning rate forgotten",
            lambda W, loss, batches, learning_rate: sgd_train_oracle(
                W, loss, batches, 1.0
            ),
            "The learning rate makes no difference. What is the gradient multiplied by before "
            "the step?",
        ),
        Misconception(
            "divided by the batch size again",
            with_loss(per_image),
            "You divide the gradient by the number of images. The loss is a mean over them "
            "already. Is there anything left to divide?",
        ),
        Misconception(
            "loss noted after the step",
            with_loss(told_after_the_step),
            "The losses you note are those after each step. Which W does the docstring want "
            "them for, the one before or the one after?",
        ),
        Misconception(
            "every gradient at the initial W",
            with_loss(seen_from_the_start),
            "Every batch is judged with the W from the beginning. With which W does the second "
            "step start?",
        ),
        Misconception(
            "only the first batch",
            lambda W, loss, batches, learning_rate: sgd_train_oracle(
                W, loss, [next(iter(batches))], learning_rate
            ),
            "You stop after the first batch. Where does your `return` stand: inside the loop or "
            "after it?",
        ),
        Misconception(
            "returns the initial W",
            changed(lambda new, losses, W: (W.copy(), losses)),
            "The W that you return is the one that came in. In which variable are the steps?",
        ),
        Misconception(
            "the results exchanged",
            changed(lambda new, losses, W: (losses, new)),
            "Your two results have changed places. Which of them does the docstring name "
            "first?",
        ),
        Misconception(
            "losses averaged into one number",
            changed(lambda new, losses, W: (new, sum(losses) / len(losses))),
            "You return the mean of the losses. Which curve could you draw from one number? "
            "A list with a loss for each batch is asked for.",
        ),
        Misconception(
            "only the last loss",
            changed(lambda new, losses, W: (new, losses[-1])),
            "You return the last loss. A list with a loss for each batch is asked for. When does "
            "your list start anew?",
        ),
        Misconception(
            "the initial W is changed",
            in_place,
            "The W that came in is not what it was: `W -= step` writes into the caller's array. "
            "With the next learning rate, where would training begin? What makes a new array "
            "instead?",
            breaks=KEEPS.name,
        ),
    ),
)
