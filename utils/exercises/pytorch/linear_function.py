"""The linear layer with a backward pass of one's own, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.pytorch.functions import applied, gradient_case


class LinearOracle:
    """PyTorch's own linear layer, with W in the shape that the course uses."""

    @staticmethod
    def apply(x, W, b):
        """The scores (N, K) of x (N, D) for W (D, K); b (K,) or None."""
        return F.linear(x, W.T, b)


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


def averages_the_bias(x, W, b):
    return LinearOracle.apply(x, W, hooked(b, lambda gradient: gradient / len(x)))


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
            "gradient of the bias averaged",
            applied(averages_the_bias),
            "Your gradient of b is a mean over the rows. The bias was added to every row, "
            "so every row has its say: are the rows of dout added or averaged?",
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
