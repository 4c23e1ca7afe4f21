"""What the five optimisers share: cases, PyTorch's steps, and three mistakes."""

from collections.abc import Callable

import numpy as np

from utils.checks.compare import close, unpack
from utils.checks.exercise import Case, Misconception
from utils.exercises.training.shared import both_signs

NEAR = close(1e-6, 1e-5)
"""Hides an eps of 1e-8 beside gradients of 1 to 4: eps counts where it is an option."""
RATES = [0.4, 0.1, 0.2, 0.05]


def torch_step(
    make: Callable, w: np.ndarray, gradient: np.ndarray, state: dict, names: dict
) -> tuple[np.ndarray, dict]:
    """One step of a PyTorch optimiser, `make(parameters)`, from a given state.

    `names` maps PyTorch's names of the parts of a state to the lesson's.
    """
    import torch

    parameter = torch.tensor(w, requires_grad=True)
    parameter.grad = torch.tensor(gradient)
    optimiser = make([parameter])
    if state:
        before = {k: torch.tensor(state[ours]) for k, ours in names.items()}
        optimiser.state[parameter].update({"step": torch.tensor(0.0), **before})
    optimiser.step()
    after = optimiser.state[parameter]
    found = {ours: after[theirs].numpy() for theirs, ours in names.items()}
    return parameter.detach().numpy(), found


def step_cases(rng: np.random.Generator, working: str, **options: float) -> list[Case]:
    """Cases for any of the optimisers; `options` are hyperparameters to vary."""

    def gradients(n, *shape):
        signs, size = both_signs(rng, n, *shape), rng.uniform(1, 4, size=(n, *shape))
        return list(signs * size)

    w, table, image = (rng.normal(size=s) for s in ((3,), (2, 4), (2, 3, 1, 5)))
    still = gradients(3, 2, 3, 1, 5)
    for gradient in still:
        gradient[1, 2] = 0
    halves = [part.astype("float32") for part in gradients(3, 5)]
    twos = [np.array([2.0]), np.array([2.0])]
    return [
        stepped(
            "two steps by hand", np.array([1.0]), twos, [0.5, 0.5], working=working
        ),
        stepped("five steps", w, gradients(5, 3), [0.1] * 5),
        stepped("some weights get no gradient", image, still, [0.3] * 3),
        stepped("a learning rate that changes", table, gradients(4, 2, 4), RATES),
        stepped("other options", w, gradients(4, 3), [0.2] * 4, close(), **options),
        in_turn([w, table], [gradients(3, 3), gradients(3, 2, 4)]),
        Case("float32 stays float32", kept_type(halves)),
    ]


def stepped(name, w, gradients, rates, agree=NEAR, working="", **options) -> Case:
    """A case of several steps, each with the state that the last one returned."""

    def play(subject):
        found, state, now = {}, {}, w
        for gradient, rate in zip(gradients, rates, strict=True):
            now, state = one_step(subject, now, gradient, state, rate, **options)
            found[f"w after step {len(found) + 1}"] = now
        return found

    first = w, gradients[0], {}, rates[0]
    return Case(name, play, agree, working=working, args=first, kwargs=options)


def one_step(subject, w, gradient, state, rate, **options):
    return unpack(subject(w, gradient, state, rate, **options), "w", "state")


def in_turn(arrays, gradients) -> Case:
    """Steps on two arrays in turn, each with a state of its own."""

    def play(subject):
        now, states = list(arrays), [{} for _ in arrays]
        for step in range(len(gradients[0])):
            for i in range(len(now)):
                given = now[i], gradients[i][step], states[i], 0.1
                now[i], states[i] = one_step(subject, *given)
        return dict(zip(("the first array", "the second array"), now, strict=True))

    return Case("two arrays in turn, each with its own state", play, NEAR)


def kept_type(gradients):
    """The type of the result of several steps on float32 numbers."""

    def play(subject):
        now, state = np.ones(5, "float32"), {}
        for gradient in gradients:
            now, state = one_step(subject, now, gradient, state, 0.1)
        return str(getattr(now, "dtype", type(now).__name__))

    return play


def climbing(oracle, w, gradient, *others, **options):
    return oracle(w, -gradient, *others, **options)


def remembering_nothing(oracle, w, gradient, state, *others, **options):
    return oracle(w, gradient, {}, *others, **options)


def in_float64(oracle, w, gradient, *others, **options):
    return oracle(w.astype("float64"), gradient.astype("float64"), *others, **options)


UPHILL = Misconception(
    "uphill",
    climbing,
    "You walk uphill. A gradient points upwards: which sign has the step?",
)
LOST = Misconception(
    "nothing remembered",
    remembering_nothing,
    "Every step is like the first one: what you remembered is not in the state that you "
    "return, or you do not read it. What must the next step find in `state`?",
)
WIDENED = Misconception(
    "state in float64",
    in_float64,
    "The values are right, but float32 weights come back as float64: twice the memory, "
    "from the first step on. Which dtype has the array of zeros that you start with?",
)


def unfilled(w, gradient, state, learning_rate, **options):
    return w, state["what an earlier step has left"]


EMPTY = Misconception(
    "the empty state is read",
    unfilled,
    "The first step stops with KeyError: before it `state` is `{}`, and there is nothing to "
    "read. What does `state.get(name, default)` return then?",
)
