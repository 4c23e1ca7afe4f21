"""ReLU with a backward pass of one's own, and what goes wrong with it."""

import numpy as np
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import straight_through
from utils.subject import Tensor


class ReluOracle:
    """PyTorch's own ReLU behind the name that a function of one's own has."""

    apply = staticmethod(F.relu)


def applied(function):
    """A class whose `apply` is this function."""
    return type("Applied", (), {"apply": staticmethod(function)})


def gradient_case(name: str, inputs: dict, upstream: np.ndarray, **more) -> Case:
    """Output and gradients by autograd; the arrays passed in stay what they are."""

    def play(subject):
        kept = {
            k: v if v is None else subject.keep(Tensor(v)) for k, v in inputs.items()
        }
        given = subject.keep(Tensor(upstream))
        found = subject.gradient(
            subject[subject.names[0]].apply, *kept.values(), upstream=given
        )
        gradients = {f"d{k}": g for k, g in zip(kept, found["inputs"], strict=True)}
        arrays = {k: subject.fetch(v) for k, v in kept.items() if v is not None}
        after = {f"{k} afterwards": v.array for k, v in arrays.items()}
        after["dout afterwards"] = subject.fetch(given).array
        return {"out": found["out"], **gradients, **after}

    return Case(name, play, **more)


def relu_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, x, dout=None, **more):
        x = np.asarray(x, float)
        dout = rng.normal(size=x.shape) if dout is None else np.asarray(dout, float)
        return gradient_case(name, {"x": x}, dout, **more)

    return [
        case(
            "three numbers by hand",
            [-2, 0, 3],
            [5, 7, -11],
            working="out = (0, 0, 3); the slopes are 0, 0, 1, so dx = (0, 0, -11)",
        ),
        case("a table of 4 x 3", rng.normal(size=(4, 3))),
        case("images of 2 channels", rng.normal(size=(3, 2, 4, 5))),
        case("many zeros", np.maximum(rng.normal(size=(6, 5)), 0)),
    ]


def gated_by(gate):
    """ReLU whose backward pass multiplies by `gate(gradient, x)`."""

    def apply(x):
        out = straight_through(x)
        out.register_hook(lambda gradient: gate(gradient, x))
        return out

    return applied(apply)


def saved_nothing(gradient, x):
    (saved,) = ()
    return gradient * (saved > 0)


def left_in_the_tuple(gradient, x):
    return gradient * ((x,) > 0)


def writes_into_x(x):
    out = F.relu(x)
    x.data.clamp_(min=0)
    return out


def writes_into_dout(x):
    out = F.relu(x)
    out.register_hook(lambda gradient: gradient.data.mul_(x > 0))
    return out


MY_RELU = Exercise(
    id="08.MyReLU",
    points=3,
    minutes=15,
    oracle={"MyReLU": ReluOracle},
    cases=relu_cases,
    worked="Let x = (-2, 0, 3) and let the gradient that arrives be (5, 7, -11). "
    "Forward: (0, 0, 3). The slope of ReLU is 0 up to zero and 1 above, so (0, 0, 1). "
    "Backward, what arrives times the slope: (0, 0, -11). The sign of what arrives plays "
    "no part.",
    misconceptions=(
        Misconception(
            "upstream gradient ignored",
            gated_by(lambda gradient, x: (x > 0).double()),
            "You return the slope of ReLU and nothing else. What does the chain rule do "
            "with the gradient that arrives?",
        ),
        Misconception(
            "everything passes",
            gated_by(lambda gradient, x: gradient),
            "Your backward pass hands on what arrives, as if every unit were open. For "
            "which x is the slope of ReLU zero?",
        ),
        Misconception(
            "gated by the gradient",
            gated_by(lambda gradient, x: gradient * (gradient > 0)),
            "You keep the gradient where the gradient is positive. Which tensor did you "
            "save in forward, and which one decides?",
        ),
        Misconception(
            "gated by both",
            gated_by(lambda gradient, x: F.relu(gradient) * (x > 0)),
            "You also drop the negative gradients (that is guided backpropagation, "
            "lesson 10). Does the slope of ReLU depend on what arrives?",
        ),
        Misconception(
            "multiplied with the output",
            gated_by(lambda gradient, x: gradient * F.relu(x)),
            "Your gradient is multiplied with what the unit gave. That is the value of "
            "ReLU; what is its slope where the unit is open?",
        ),
        Misconception(
            "slope one at zero",
            gated_by(lambda gradient, x: gradient * (x >= 0)),
            "Only the places where x is exactly 0 are wrong. Is the slope there that of "
            "the left side or of the right side, by PyTorch's convention?",
        ),
        Misconception(
            "nothing saved",
            gated_by(saved_nothing),
            "Your backward pass finds nothing to unpack: `ctx.saved_tensors` has what "
            "forward has put there, no more and no less. Which call of forward saves?",
        ),
        Misconception(
            "not taken out of the tuple",
            gated_by(left_in_the_tuple),
            "`ctx.saved_tensors` is a tuple, even where one tensor was saved, and a tuple "
            "is neither compared with a number nor multiplied. How do you take out the "
            "one that is in it?",
        ),
        Misconception(
            "writes into x",
            applied(writes_into_x),
            "After the forward pass x itself has lost its negative values: another "
            "layer may still need them. Which of your operations works in place?",
        ),
        Misconception(
            "writes into the gradient",
            applied(writes_into_dout),
            "Your backward pass writes into the gradient that arrived; where two paths "
            "meet, the other one gets your zeros. What makes a new tensor instead?",
        ),
    ),
)
