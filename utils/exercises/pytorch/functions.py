"""Functions with a backward pass of one's own, and what goes wrong with them."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.shared import straight_through
from utils.subject import Tensor


class ReluOracle:
    """PyTorch's own ReLU behind the name that a function of one's own has."""

    apply = staticmethod(F.relu)


class LinearOracle:
    """PyTorch's own linear layer, with W in the shape that the course uses."""

    @staticmethod
    def apply(x, W, b):
        """The scores (N, K) of x (N, D) for W (D, K); b (K,) or None."""
        return F.linear(x, W.T, b)


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


# --- MyReLU ---------------------------------------------------------------------


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

# --- LinearFunction -------------------------------------------------------------


def linear_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, d, k, bias=True):
        drawn = {"x": rng.normal(size=(n, d)), "W": rng.normal(size=(d, k))}
        drawn["b"] = rng.normal(size=k) if bias else None
        return gradient_case(name, drawn, rng.normal(size=(n, k)))

    by_hand = {"x": [[1, 2], [3, 4]], "W": [[1, 0, 2], [0, 1, 1]], "b": [1, 1, 1]}
    by_hand = {name: np.array(values, float) for name, values in by_hand.items()}
    dout = np.array([[1.0, 0, 0], [0, 2, 0]])
    return [
        gradient_case(
            "two rows by hand",
            by_hand,
            dout,
            working="out row 0: (1, 2, 2 + 2) + 1 = (2, 3, 5); db adds the rows of dout: "
            "(1, 2, 0)",
        ),
        case("5 rows, 3 values, 4 scores", 5, 3, 4),
        case("one row", 1, 4, 2),
        case("without a bias: b is None", 4, 2, 5, bias=False),
    ]


def hooked(tensor, change):
    """The same tensor; the gradient that reaches it is changed on its way."""
    if tensor is None or change is None:
        return tensor
    tensor = tensor.view_as(tensor)
    tensor.register_hook(change)
    return tensor


def linear_with(dx=None, dW=None, db=None, dout=None):
    def apply(x, W, b):
        x, W, b = hooked(x, dx), hooked(W, dW), hooked(b, db)
        return hooked(LinearOracle.apply(x, W, b), dout)

    return applied(apply)


def refuses(gradient):
    raise RuntimeError("a gradient different from None for an input that is no tensor")


def gives_none_a_gradient(x, W, b):
    out = LinearOracle.apply(x, W, b)
    return hooked(out, refuses) if b is None else out


def adds_none(x, W, b):
    return LinearOracle.apply(x, W, b) + 0 * b


def forgets_the_bias(x, W, b):
    return LinearOracle.apply(x, W, b) - (0 if b is None else b.detach())


def gives_no_gradient_to_b(x, W, b):
    return LinearOracle.apply(x, W, None if b is None else b.detach())


def divides_by_n(x, W, b):
    n = len(x)
    W = hooked(W, lambda gradient: gradient / n)
    return LinearOracle.apply(x, W, hooked(b, lambda gradient: gradient / n))


LINEAR_FUNCTION = Exercise(
    id="08.LinearFunction",
    points=4,
    minutes=20,
    oracle={"LinearFunction": LinearOracle},
    cases=linear_cases,
    worked="With x of shape (N, D), W (D, K) and dout (N, K) only one product has each shape: "
    "(N, K) times (K, D) is the gradient of x, (D, N) times (N, K) that of W. "
    "The bias was added to every row, so its gradient, (K,), is a sum of rows. backward "
    "returns as many values as forward has inputs, in their order, and None for what is no "
    "tensor.",
    misconceptions=(
        Misconception(
            "number or shapes of the gradients",
            linear_with(dW=lambda gradient: gradient.mT.contiguous()),
            "PyTorch refuses your gradients: it wants one for each input of forward, in "
            "the same order and each in the shape of its input. How many do you return, "
            "and which product of x and dout has the shape of W?",
        ),
        Misconception(
            "None is added",
            applied(adds_none),
            "With a bias all is right; without one, b is None, and None cannot be added "
            "to a tensor. What does forward return then?",
        ),
        Misconception(
            "a gradient for None",
            applied(gives_none_a_gradient),
            "Without a bias PyTorch refuses your third gradient: the input was None, and "
            "what is no tensor has no gradient. What does backward return in its place?",
        ),
        Misconception(
            "what arrives is ignored",
            linear_with(dout=torch.ones_like),
            "Your gradients do not depend on what arrives. Where does dout enter the "
            "three products?",
        ),
        Misconception(
            "gradients averaged over the rows",
            applied(divides_by_n),
            "Your gradients of W and b are divided by N. The mean belongs to the loss, "
            "which has already divided: what does a layer do with its rows?",
        ),
        Misconception(
            "the bias is not added",
            applied(forgets_the_bias),
            "Your gradients are right and the output lacks the bias. What does forward "
            "add to the product?",
        ),
        Misconception(
            "the bias gets no gradient",
            applied(gives_no_gradient_to_b),
            "Your gradient of b is None, so that b would never learn. When is None the "
            "right answer, and when is it the sum of the rows?",
        ),
        Misconception(
            "gradient of x forgotten",
            linear_with(dx=torch.zeros_like),
            "The gradient of x is zero, so the layers before this one learn nothing. "
            "By which matrix does dout go back to x?",
        ),
    ),
)
