"""Two circuits gone through backwards, gate by gate, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.backpropagation.shared import tensors
from utils.exercises.shared import NUMPY_ONLY


def circuit_oracle(x, y, z, w):
    import torch

    leaves = tensors(*np.array([x, y, z, w], dtype=float))
    f = (leaves[0] + leaves[1]) * leaves[2] + torch.maximum(leaves[0], leaves[3])
    f.backward()
    return f.item(), *(leaf.grad.item() for leaf in leaves)


def circuit_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, below):
        """Numbers away from zero and from each other; `w` below or above `x`."""
        x, y, z = rng.uniform(1.5, 4, size=3) * rng.choice([-1, 1], size=3)
        w = x + (-1 if below else 1) * rng.uniform(0.5, 3)
        return call(name, float(x), float(y), float(z), float(w))

    hand = "q = x + y = 3, m = max(-2, 1) = 1, f = 3 * (-4) + 1 = -11; dq = z = -4"
    return [
        call("by hand, w is the larger", -2.0, 5.0, -4.0, 1.0, working=hand),
        call(
            "by hand, x is the larger",
            -2.0,
            5.0,
            -4.0,
            -3.0,
            working="m = max(-2, -3) = -2: x is used by both gates, dx = -4 + 1 = -3",
        ),
        drawn("other numbers, w is the larger", below=False),
        drawn("other numbers, x is the larger", below=True),
    ]


def bend(change):
    """A `circuit_backward` that changes the gradients `(dx, dy, dz, dw)` at the end."""

    def bent(x, y, z, w):
        f, *gradients = circuit_oracle(x, y, z, w)
        return f, *change(x, y, z, w, *gradients)

    return bent


CIRCUIT_WORKED = (
    "Take x = -2, y = 5, z = -4, w = -3. Forward: q = x + y = 3, p = q z = -12, "
    "m = max(-2, -3) = -2, f = p + m = -14.\nBackward, from the right: df/df = 1. The last "
    "gate adds, so p and m both get 1. The multiply gate hands p's 1 on, times the other "
    "input: q gets -4, z gets 3. The add gate hands q's -4 to x and to y. The max gate "
    "hands m's 1 to its larger input, which is x. So x has received -4 and 1."
)
CIRCUIT_BACKWARD = Exercise(
    id="03.circuit_backward",
    points=2,
    minutes=10,
    oracle=circuit_oracle,
    returns=("f", "dx", "dy", "dz", "dw"),
    cases=circuit_cases,
    rules=(NUMPY_ONLY,),
    worked=CIRCUIT_WORKED,
    misconceptions=(
        Misconception(
            "the product's branch of x is lost",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (float(x > w), dy, dz, dw)),
            "x feeds two gates, and only what comes back through the max gate is left. "
            "Does your second line for dx write over the first? What does a copy do "
            "with the gradients of its branches?",
            CIRCUIT_WORKED,
        ),
        Misconception(
            "the max gate's branch of x is lost",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (dy, dy, dz, dw)),
            "Where x is the larger input of the max gate, dx is too small by one: x "
            "feeds two gates, and you follow one of them. What comes back through the "
            "other?",
            CIRCUIT_WORKED,
        ),
        Misconception(
            "the max gate writes over the product's branch",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (1.0 if x > w else dx, dy, dz, dw)),
            "Where x is the larger input of the max gate, only what comes back through that "
            "gate is left: your line for this case writes over the other branch. What does "
            "a copy do with the gradients of its branches?",
            CIRCUIT_WORKED,
        ),
        Misconception(
            "f without its second term",
            lambda x, y, z, w: (
                circuit_oracle(x, y, z, w)[0] - max(x, w),
                *circuit_oracle(x, y, z, w)[1:],
            ),
            "Your slopes are right, but f is the product alone. What does the last gate add "
            "to it?",
        ),
        Misconception(
            "the product is not swapped",
            bend(
                lambda x, y, z, w, dx, dy, dz, dw: (dx - dy + dz, dz, dy, dw),
            ),
            "Each factor gets its own value as gradient. If q grows by a little, q z "
            "grows by how many times that little: by q, or by z?",
            "For q = 3 and z = -4 the product is -12. With q = 3.1 it is -12.4: it moved "
            "by -0.4, which is z times 0.1. The multiply gate swaps its inputs.",
        ),
        Misconception(
            "the chain is broken at the sum",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (dx - dy + 1, 1.0, dz, dw)),
            "You give x and y the add gate's own slope, 1, and forget what came from the "
            "right. By what must a local gradient be multiplied?",
            CIRCUIT_WORKED,
        ),
        Misconception(
            "the sum splits its gradient",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (dx - dy / 2, dy / 2, dz, dw)),
            "You divide the gradient between x and y. If x alone grows by 0.1, by how "
            "much does x + y grow: by 0.05, or by 0.1?",
        ),
        Misconception(
            "the max gate hands on to the smaller input",
            bend(
                lambda x, y, z, w, dx, dy, dz, dw: (dy + float(x < w), dy, dz, 1 - dw)
            ),
            "Your max gate hands its gradient to the smaller input. If that one moves a "
            "little, does the maximum move?",
        ),
        Misconception(
            "the max gate hands on to both inputs",
            bend(lambda x, y, z, w, dx, dy, dz, dw: (dy + 1, dy, dz, 1.0)),
            "Your max gate treats both inputs alike, as a sum does. Which of the two "
            "would change the maximum if it moved a little?",
        ),
    ),
)


def neuron_oracle(w, x):
    import torch

    w_, x_ = tensors(w, x)
    out = torch.sigmoid(w_ @ x_)
    out.backward()
    return out.item(), w_.grad.numpy(), x_.grad.numpy()


def neuron_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name, d, score):
        """A neuron of `d` inputs whose weighted sum is `score`."""
        w, x = rng.uniform(0.5, 2, size=(2, d)) * rng.choice([-1, 1], size=(2, d))
        return call(name, w, x + (score - w @ x) * w / (w @ w))

    return [
        call(
            "w = (2, -3, -3), x = (-1, -2, 1)",
            np.array([2.0, -3.0, -3.0]),
            np.array([-1.0, -2.0, 1.0]),
            working="s = -2 + 6 - 3 = 1; out = 1 / (1 + e^-1) = 0.731; "
            "the local gradient is (1 - 0.731) * 0.731 = 0.197",
        ),
        drawn("four inputs, s = -0.6", 4, -0.6),
        drawn("five inputs, s = 2", 5, 2.0),
    ]


def with_slope(slope):
    """A neuron whose sigmoid has another local gradient, `slope(out, s)`."""

    def bent(w, x):
        out, dw, dx = neuron_oracle(w, x)
        factor = slope(out, w @ x) / (out - out**2)
        return out, factor * dw, factor * dx

    return bent


def exchanged(w, x):
    out, dw, dx = neuron_oracle(w, x)
    return out, dx, dw


def mirrored(w, x):
    out, dw, dx = neuron_oracle(-w, x)
    return out, -dw, dx


NEURON_WORKED = (
    "Take w = (2, -3, -3) and x = (-1, -2, 1): s = -2 + 6 - 3 = 1, and the output is 0.731. Its "
    "local gradient needs only the output: 0.269 times 0.731 is 0.197.\nBefore it stand "
    "a sum, which hands 0.197 to all three products, and the products, which swap: the first weight "
    "gets 0.197 times its input, -1, so -0.197, and the first input gets 0.197 times 2, so 0.393."
)
SIGMOID_NEURON = Exercise(
    id="03.sigmoid_neuron",
    points=2,
    minutes=10,
    oracle=neuron_oracle,
    returns=("out", "dw", "dx"),
    cases=neuron_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked=NEURON_WORKED,
    misconceptions=(
        Misconception(
            "local gradient of the input",
            with_slope(lambda out, s: (1 - s) * s),
            "You put the weighted sum s into the formula of the local gradient. Which "
            "number stands in it, the input of the sigmoid or its output?",
            NEURON_WORKED,
        ),
        Misconception(
            "local gradient forgotten",
            with_slope(lambda out, s: 1.0),
            "Your gradients are those of the weighted sum alone. What does the sigmoid "
            "do to the gradient that passes back through it?",
            NEURON_WORKED,
        ),
        Misconception(
            "output instead of local gradient",
            with_slope(lambda out, s: out),
            "You multiply by the output. How steep is the sigmoid where its output is "
            "almost 1?",
        ),
        Misconception(
            "one minus the output instead of local gradient",
            with_slope(lambda out, s: 1 - out),
            "You multiply by 1 - out. How steep is the sigmoid where its output is "
            "almost 0? Which factor is missing?",
        ),
        Misconception(
            "slope of tanh",
            with_slope(lambda out, s: 1 - out**2),
            "1 - out^2 is the local gradient of another function, tanh. Which is that "
            "of the sigmoid?",
        ),
        Misconception(
            "dw and dx exchanged",
            exchanged,
            "Your dw and dx have changed places. If w0 grows by a little, by what is "
            "that multiplied: by w0, or by x0?",
        ),
        Misconception(
            "sign in the exponent",
            mirrored,
            "Your output falls where it should rise. With which sign does s stand in "
            "the exponent of 1 / (1 + e^...)?",
        ),
    ),
)
