"""A scalar that finds gradients by itself, and what goes wrong with it.

The oracle is a PyTorch scalar. Mistakes are bent through its public operations alone.
"""

from collections.abc import Callable

import numpy as np

from utils.checks.compare import close
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.backpropagation.scalars import (
    Around,
    Forgetful,
    Scalar,
    Traced,
    every_path,
    last_gate_only,
    last_path,
    one_visit,
    sloped,
)
from utils.exercises.shared import NUMPY_ONLY


def expression(
    name: str, build: Callable, *numbers: float, working: str = "", by_value=True
) -> Case:
    """Values of these numbers go into `build`; all gradients are looked at after it.

    `build` gives the result, or the result and values in the middle.
    """

    def play(subject):
        leaves = [subject["Value"](float(number)) for number in numbers]
        built = build(*leaves)
        out, *middle = built if isinstance(built, tuple) else (built,)
        out.backward()
        found = {"the value": out.data}
        found |= {f"d{n}": leaf.grad for n, leaf in zip("abcd", leaves, strict=False)}
        return found | {f"dh{i}": value.grad for i, value in enumerate(middle)}

    return Case(name, play, close(by_value=by_value), working=working)


def two_results(a, b):
    """Two results with an input in common, one backward pass each."""
    (a * b).backward()
    return 3 * a + b


def doubled(a, times):
    for _ in range(times):
        a = a + a
    return a


def shared(a, b):
    h = a * b
    return h + h * h, h


def deep(a, b):
    h = a + b
    k = a * h
    return k + b * (k + h * k).tanh(), h, k


def at_random(rng: np.random.Generator) -> Callable:
    """The sum of eight steps in random order, in which much is used several times."""
    steps = (
        lambda u, v: u + v,
        lambda u, v: u * v,
        lambda u, v: u - v,
        lambda u, v: u / (v**2 + 1),
        lambda u, v: 2 - u.tanh() * v,
        lambda u, v: (0.3 * u).tanh().exp() + v,
        lambda u, v: u.relu() - 0.4 * (-1 * u).relu() + 0.5 * v,
        lambda u, v: 1 / (u**2 + 2) + v,
    )
    order = rng.permutation(len(steps))
    picks = rng.uniform(size=len(order))

    def build(*values):
        found = list(values)
        for step, pick in zip(order, picks, strict=True):
            u = found[int(pick * (len(found) - 1))]
            found.append((0.4 * steps[step](u, found[-1])).tanh())
        return sum(found[1:], found[0])

    return build


# Where something is used several times, each use but the last also feeds a later one.
# So every topological order gives the same, even where gradients are written over.


def value_cases(rng: np.random.Generator) -> list[Case]:
    u, v, w = map(float, rng.uniform(0.6, 1.8, size=3))
    hand = "q = 3, f = -12; backward: dq = z = -4, dz = q = 3, and q's -4 goes on to x and y"
    return [
        expression("(a + b) c by hand", lambda a, b, c: (a + b) * c, -2, 5, -4, working=hand),
        expression("2 a + b 3 + 1", lambda a, b: 2 * a + b * 3 + 1, u, v),
        expression("a ** 3 + b ** 2", lambda a, b: a**3 + b**2, -u, v),
        expression("(2 a - b) (1 - c)", lambda a, b, c: (2 * a - b) * (1 - c), u, v, w),
        expression("a / b + 2 / c", lambda a, b, c: a / b + 2 / c, u, -v, w),
        expression("exp and tanh", lambda a, b: a.exp() + 2 * b.tanh(), -u, v / 2),
        expression(
            "relu above, below and at zero",
            lambda a, b, c: 2 * a.relu() + 3 * b.relu() + 5 * c.relu(),
            u,
            -v,
            0,
        ),
        expression("inputs used twice: a + a (b b)", lambda a, b: a + a * (b * b), u, v),
        expression("a sub-expression used twice: h + h h", shared, u, -v),
        expression("doubled four times", lambda a: doubled(a, 4), w),
        expression("two sub-expressions used again", deep, u / 2, w / 2),
        expression("two results in turn: their gradients add up", two_results, u, v),
        expression("a random expression", at_random(rng), u, -v, w, by_value=False),
    ]  # fmt: skip


def bent(kind, base, **changes):
    """A class of this kind around `base` with some of its methods exchanged.

    Methods take the value itself; the operations of `Around` take numbers of `base`.
    """
    operations = {
        n: f for n, f in changes.items() if not n.startswith(("_", "walk", "backward"))
    }
    changes |= {name: staticmethod(made) for name, made in operations.items()}
    return type("Bent", (kind,), {"base": base, **changes})


ORDER_WORKED = (
    "Let h = a b and f = h + h h. Two gates use h, and both must have sent their gradient before h "
    "hands anything on to a and b. With h = 2: the sum sends 1, the product 2 + 2, so h has 5, "
    "and only then a gets 5 b.\nIf h hands on its 1 at once, and hands on again with "
    "each later arrival, a gets the early part several times. An order in which every "
    "value comes after all values that use it is called topological."
)
ADD_UP_WORKED = (
    "In f = a a with a = 3 the gate has two inputs, and both are a. Each gets 3, so a must end "
    "with 6: if a grows to 3.1, f grows from 9 to 9.61, six times as much."
)
VALUE = Exercise(
    id="03.Value",
    points=6,
    minutes=40,
    oracle={"Value": Scalar},
    cases=value_cases,
    rules=(NUMPY_ONLY,),
    worked=ORDER_WORKED,
    misconceptions=(
        Misconception(
            "a later use overwrites the gradient",
            bent(Traced, Scalar, walk=last_path),
            "A value that is used twice keeps only the gradient that came last. What has "
            "to be done with the one that is already there?",
            ADD_UP_WORKED,
        ),
        Misconception(
            "no topological order",
            bent(Traced, Scalar, walk=every_path),
            "Sub-expressions that are used twice hand on part of their gradient more "
            "than once. When may a value hand its gradient on: when the first part has "
            "arrived, or the last?",
            ORDER_WORKED,
        ),
        Misconception(
            "what came from the right is forgotten",
            bent(Traced, Scalar, walk=one_visit),
            "Every value gets the local gradient of the gate that uses it, and nothing "
            "else. By what does the chain rule multiply it?",
        ),
        Misconception(
            "the inputs come first",
            bent(Traced, Scalar, walk=last_gate_only),
            "Only what stands next to the result gets a gradient. When the others have "
            "their turn, nothing has arrived yet: at which end of the graph does the "
            "backward pass begin?",
        ),
        Misconception(
            "the result does not start with 1",
            bent(Around, Scalar, backward=lambda value: None),
            "All gradients are 0. What is the gradient of the result with respect to "
            "itself, and where does your backward pass say so?",
        ),
        Misconception(
            "the backward pass clears what was there",
            bent(Forgetful, Scalar),
            "Only the case with two results fails: the second backward pass removes what "
            "the first has left in the inputs. If both results count, what is the "
            "gradient of their sum?",
        ),
        Misconception(
            "a product gives each factor its own value",
            bent(
                Around,
                Scalar,
                times=lambda a, b: (
                    sloped(a, 0, a.data) + sloped(b, a.data * b.data, b.data)
                ),
            ),
            "In a b you give a its own value as local gradient. If a grows by a little, "
            "by how many times that little does a b grow?",
        ),
        Misconception(
            "a sum splits its gradient",
            bent(
                Around,
                Scalar,
                plus=lambda a, b: sloped(a, 0, 0.5) + sloped(b, a.data + b.data, 0.5),
            ),
            "In a + b you give half of the gradient to each. If a grows by 0.1 and b "
            "stays, by how much does the sum grow?",
        ),
        Misconception(
            "power without its factor",
            bent(
                Around,
                Scalar,
                power=lambda a, n: sloped(a, a.data**n, a.data ** (n - 1)),
            ),
            "Only powers are wrong. What stands in front in the derivative of the n-th "
            "power?",
        ),
        Misconception(
            "power keeps its exponent",
            bent(
                Around,
                Scalar,
                power=lambda a, n: sloped(a, a.data**n, n * a.data**n),
            ),
            "Only powers are wrong. What happens to the exponent when a power is "
            "differentiated?",
        ),
        Misconception(
            "exp with the slope of its input",
            bent(
                Around,
                Scalar,
                exponential=lambda a: sloped(a, a.exp().data, a.data),
            ),
            "Only `exp` is wrong: your local gradient is its input. What is the "
            "derivative of e^x?",
        ),
        Misconception(
            "tanh with the slope of its input",
            bent(
                Around,
                Scalar,
                hyperbolic=lambda a: sloped(a, a.tanh().data, 1 - a.data**2),
            ),
            "Only `tanh` is wrong: its local gradient is 1 minus the square of a number, "
            "and you square the wrong one. Is it the input or the output?",
        ),
        Misconception(
            "relu lets everything pass back",
            bent(
                Around,
                Scalar,
                rectified=lambda a: sloped(a, a.relu().data, 1.0),
            ),
            "Only `relu` is wrong: your gradient also passes where the input is "
            "negative. If the output is 0 and stays 0, what is the slope?",
        ),
        Misconception(
            "relu passes at zero",
            bent(
                Around,
                Scalar,
                rectified=lambda a: sloped(a, a.relu().data, float(a.data >= 0)),
            ),
            "Only one number is wrong: `relu` at exactly 0. It has a kink there and no "
            "slope; which one do we agree on, 0 or 1?",
        ),
        Misconception(
            "a number minus a value, the wrong way round",
            bent(Around, Scalar, __rsub__=lambda value, other: value - other),
            "2 - a comes out as a - 2. Python calls `a.__rsub__(2)` for it: which of the two "
            "is `self` there?",
        ),
        Misconception(
            "a number divided by a value, the wrong way round",
            bent(Around, Scalar, __rtruediv__=lambda value, other: value / other),
            "2 / a comes out as a / 2. Python calls `a.__rtruediv__(2)` for it: which of the "
            "two is `self` there?",
        ),
    ),
)
