"""One step of an optimiser on a picture, and what goes wrong with it."""

import numpy as np
import torch

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.shared import small_network
from utils.subject import Named, Tensor

DISTANCE = Named("utils.stand_ins.style.Distance")


def driven(
    image, optimiser, loss_of, forget=True, clamp=True, sign=1, weights=False, times=1
):
    """The losses that an optimiser asks for in one step; changes the image."""
    seen = []

    def ask():
        old = image.grad
        loss = sign * loss_of(image)
        if weights:
            loss.backward(retain_graph=True)
        (slope,) = torch.autograd.grad(loss, image)
        image.grad = slope if forget or old is None else old + slope
        seen.append(sign * loss.item())
        return loss

    for _ in range(times):
        optimiser.step(ask)
    if clamp:
        image.data = image.data.clip(0, 1)
    return seen


def step_oracle(image, optimiser, loss_of):
    return driven(image, optimiser, loss_of)[0]


def steps_of(rng, name, kind, n_steps, margin=0.0, **options) -> Case:
    """Losses of the steps, and what became of the image and of the network."""
    start, network = rng.uniform(margin, 1 - margin, (1, 3, 7, 9)), small_network(rng)
    wanted = Tensor(rng.uniform(0, 2, size=(1, 5, 2, 3)))

    def play(subject):
        image = subject.keep(Tensor(start, requires_grad=True))
        loss_of = subject.call(DISTANCE, network, wanted)
        optimiser = subject.call(Named(f"torch.optim.{kind}"), [image], **options)
        losses = [subject(image, optimiser, loss_of) for _ in range(n_steps)]
        after = subject.fetch(image)
        return {
            "losses": losses,
            "image": after,
            "image.requires_grad": after.requires_grad,
            "weights of the network with a gradient": loss_of.gradients(),
        }

    return Case(name, play)


def step_cases(rng: np.random.Generator) -> list[Case]:
    several = "L-BFGS, which asks for the loss several times"
    return [
        steps_of(rng, "one step of SGD", "SGD", 1, margin=0.3, lr=0.004),
        steps_of(rng, "three steps of SGD", "SGD", 3, margin=0.3, lr=0.002),
        steps_of(rng, "long steps, which leave the range", "SGD", 2, lr=2.0),
        steps_of(rng, "two steps of Adam", "Adam", 2, lr=0.3),
        steps_of(rng, several, "LBFGS", 2, max_iter=4),
    ]


def bent(**changes):
    return lambda image, optimiser, loss_of: driven(
        image, optimiser, loss_of, **changes
    )[0]


def no_closure(image, optimiser, loss_of):
    """One gradient, and a step that is handed nothing."""
    loss = loss_of(image)
    (image.grad,) = torch.autograd.grad(loss, image)
    optimiser.step()
    image.data = image.data.clip(0, 1)
    return loss.item()


def loss_afterwards(image, optimiser, loss_of):
    driven(image, optimiser, loss_of)
    return loss_of(image).item()


def last_loss(image, optimiser, loss_of):
    return driven(image, optimiser, loss_of)[-1]


def in_sight(image, optimiser, loss_of):
    loss = driven(image, optimiser, loss_of, clamp=False)[0]
    image.clamp_(0, 1)
    return loss


def returns_nothing(image, optimiser, loss_of):
    return optimiser.step(lambda: None).item()


def clamped_before(image, optimiser, loss_of):
    image.data = image.data.clip(0, 1)
    return driven(image, optimiser, loss_of, clamp=False)[0]


def a_tensor(image, optimiser, loss_of):
    return image.detach().new_tensor(driven(image, optimiser, loss_of)[0])


def no_step(image, optimiser, loss_of):
    return loss_of(image).item()


def centred_range(image, optimiser, loss_of):
    loss = driven(image, optimiser, loss_of, clamp=False)[0]
    image.data = image.data.clip(-1, 1)
    return loss


STYLIZE_STEP = Exercise(
    id="12.stylize_step",
    points=4,
    minutes=20,
    oracle=step_oracle,
    cases=step_cases,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    worked="Let the picture be one pixel, 0.9, the loss (pixel - 2) squared, and the rate 0.1. The loss is "
    "1.21, the gradient -2.2, and the step goes to 0.9 + 0.22 = 1.12. No screen shows more than "
    "1: the pixel is set to 1. What is returned is 1.21, the loss before the step. L-BFGS "
    "asks for loss and gradient several times in one step, and so it needs a function that "
    "it can call.",
    misconceptions=(
        Misconception(
            "not clamped",
            bent(clamp=False),
            "After long steps pixels lie outside 0 to 1. `image.clamp(0, 1)` gives a new "
            "tensor and leaves the image as it is. What changes it in place, without "
            "autograd watching?",
        ),
        Misconception(
            "clamped in sight of autograd",
            in_sight,
            "You clamp in place, and PyTorch refuses: autograd watches a leaf that "
            "requires a gradient. In which block does it look away?",
        ),
        Misconception(
            "the closure returns nothing",
            returns_nothing,
            "Your closure computes the loss and keeps it to itself. What must it hand "
            "back to the optimiser?",
        ),
        Misconception(
            "clamped before the step",
            clamped_before,
            "You bring the pixels into the range before the step, and the step leaves "
            "it again. In which order do the two belong?",
        ),
        Misconception(
            "clamped to -1 and 1",
            centred_range,
            "Your pixels may be negative. What is the range of a picture here?",
        ),
        Misconception(
            "gradients not set to zero",
            bent(forget=False),
            "The first gradient is right, and each later one is added to it: `backward` "
            "adds. With L-BFGS this happens within one step already. Where must the old "
            "gradient be forgotten: once a step, or each time the loss is asked for?",
        ),
        Misconception(
            "closure forgotten",
            no_closure,
            "SGD and Adam do with one gradient, and L-BFGS stops: it must be able to ask "
            "for the loss again. What does `optimiser.step` take for this, and what "
            "must that function return?",
        ),
        Misconception(
            "gradients in the network",
            bent(weights=True),
            "The picture is right, but the network's weights have received gradients "
            "too, which nobody needs: the next optimiser that holds the network would use them. "
            "How do you tell `backward` for which inputs you want a gradient?",
        ),
        Misconception(
            "climbs",
            bent(sign=-1),
            "The loss grows. Does a step go along the gradient or against it?",
        ),
        Misconception(
            "two steps at once",
            bent(times=2),
            "The optimiser takes two steps each time. How often is `step` called?",
        ),
        Misconception(
            "no step",
            no_step,
            "The image is what it was. Which method of the optimiser moves it?",
        ),
        Misconception(
            "loss after the step",
            loss_afterwards,
            "You return the loss of the new image. Which one is asked for: before or "
            "after the step?",
        ),
        Misconception(
            "loss of the last call",
            last_loss,
            "With L-BFGS you return the loss that was computed last in the step. Which "
            "one is asked for: the first, at the image as it came, or the last?",
        ),
        Misconception(
            "the loss is a tensor",
            a_tensor,
            "You return a tensor. Which method gives the plain number, so that no graph "
            "is kept?",
        ),
    ),
)
