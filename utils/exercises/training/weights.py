"""The first weights of a layer, and what goes wrong with them."""

import numpy as np

from utils.checks.compare import Agreement, WrongStructure, close, compare
from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.wording import describe
from utils.exercises.shared import NUMPY_ONLY
from utils.subject import Generator

# Relative and absolute tolerances for statistics of 60,000 drawn numbers, compared with
# those of another such draw: each is exceeded less than once in 10^14.
TOLERANCES = {
    "shape": (0.0, 0.0),
    "standard deviation": (0.04, 0.0),
    "mean / deviation": (0.0, 0.045),
    "part beyond 1.8 deviations": (0.0, 0.015),
}
DRAWN = (
    "small", "large", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform",
    "lecun_normal", "lecun_uniform",
)  # fmt: skip


def init_oracle(kind, fan_in, fan_out, rng):
    import torch
    from torch.nn import init

    fill = {
        "zeros": init.zeros_,
        "small": lambda w, **g: init.normal_(w, 0, 0.01, **g),
        "large": lambda w, **g: init.normal_(w, 0, 1.0, **g),
        "glorot_normal": init.xavier_normal_,
        "glorot_uniform": init.xavier_uniform_,
        "he_normal": lambda w, **g: init.kaiming_normal_(w, nonlinearity="relu", **g),
        "he_uniform": lambda w, **g: init.kaiming_uniform_(w, nonlinearity="relu", **g),
        "lecun_normal": lambda w, **g: init.kaiming_normal_(w, nonlinearity="linear", **g),
        "lecun_uniform": lambda w, **g: init.kaiming_uniform_(w, nonlinearity="linear", **g),
        "orthogonal": init.orthogonal_,
    }[kind]  # fmt: skip
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    weights = torch.empty(fan_out, fan_in, dtype=torch.float64)
    fill(weights, **({} if kind == "zeros" else {"generator": generator}))
    return np.ascontiguousarray(weights.T.numpy())


def statistics_differ(expected, got, label):
    """The first statistic that is farther off than chance allows."""
    for name, tolerances in TOLERANCES.items():
        difference = compare(expected[name], got[name], f"the {name}", *tolerances)
        if difference:
            return difference
    return None


def table(weights) -> np.ndarray:
    if not isinstance(weights, np.ndarray) or weights.ndim != 2 or not weights.size:
        raise WrongStructure(
            f"It returned {describe(weights)}; expected an array (fan_in, fan_out)."
        )
    return weights.astype(float)


class Tried:
    """Weights that an answer draws, and what is seen in them."""

    def __init__(self, rng: np.random.Generator):
        self.seed = int(rng.integers(1 << 30))
        sizes = rng.permutation([200, 300]) + rng.integers(9, size=2)
        self.sizes = int(sizes[0]), int(sizes[1])

    def drawn(self, subject, kind, sizes=None):
        return table(subject(kind, *(sizes or self.sizes), Generator(self.seed)))

    def statistics(self, kind) -> Case:
        def play(subject):
            w = self.drawn(subject, kind)
            spread = w.std() or 1.0
            return {
                "shape": w.shape,
                "standard deviation": float(w.std()),
                "mean / deviation": float(w.mean() / spread),
                "part beyond 1.8 deviations": float((abs(w) > 1.8 * spread).mean()),
            }

        return Case(f"{kind}: shape and spread", play, Agreement(statistics_differ))

    def zeros(self, subject):
        return self.drawn(subject, "zeros", (3, 4))

    def products(self, subject, *sizes):
        w = self.drawn(subject, "orthogonal", sizes)
        return w.T @ w if sizes[0] > sizes[1] else w @ w.T

    def same(self, subject):
        few = (5, 7)
        return [
            np.array_equal(*(self.drawn(subject, kind, few) for _ in "12"))
            for kind in DRAWN
        ]

    def in_a_row(self, subject):
        kept = subject.keep(Generator(self.seed))
        one, other = (table(subject("he_normal", 4, 5, kept)) for _ in range(2))
        return np.array_equal(one, other)


ORTHOGONAL = close(1e-6, 1e-9, by_value=False)


def init_cases(rng: np.random.Generator) -> list[Case]:
    tried = Tried(rng)
    return [
        Case("zeros", tried.zeros, working="3 inputs and 4 units: 12 zeros in 3 rows"),
        *map(tried.statistics, DRAWN),
        Case("orthogonal, more inputs than units", lambda s: tried.products(s, 9, 4), ORTHOGONAL),
        Case("orthogonal, more units than inputs", lambda s: tried.products(s, 3, 7), ORTHOGONAL),
        Case("the same generator gives the same weights", tried.same, expected=[True] * 8),
        Case("a second call draws anew", tried.in_a_row, expected=False),
    ]  # fmt: skip


def init_bent(change):
    """A version in which `change(kind, w, fan_in, fan_out, rng)` spoils weights."""
    return lambda kind, fan_in, fan_out, rng: change(
        kind, init_oracle(kind, fan_in, fan_out, rng), fan_in, fan_out, rng
    )


def renamed(**others):
    """A version that takes one kind for another."""
    return lambda kind, fan_in, fan_out, rng: init_oracle(
        others.get(kind, kind), fan_in, fan_out, rng
    )


INIT_WEIGHTS = Exercise(
    id="04.init_weights",
    points=4,
    minutes=25,
    oracle=init_oracle,
    cases=init_cases,
    rules=(NUMPY_ONLY,),
    worked="Take fan_in = 200 and fan_out = 300. glorot_normal: variance 2 / 500 = 0.004, "
    "deviation 0.0632. glorot_uniform has the same variance, so its bound is sqrt(3) "
    "times as large: 0.1095. he_normal: variance 2 / 200 = 0.01, deviation 0.1. "
    "lecun_normal: 1 / 200 = 0.005, deviation 0.0707.",
    misconceptions=(
        Misconception(
            "He and Xavier exchanged",
            renamed(
                he_normal="glorot_normal",
                he_uniform="glorot_uniform",
                glorot_normal="he_normal",
                glorot_uniform="he_uniform",
            ),
            "You have exchanged He and Xavier (Glorot). Which of the two looks at one "
            "side of the layer only, and doubles the variance because relu throws half "
            "of it away?",
        ),
        Misconception(
            "the variance for the deviation",
            init_bent(
                lambda kind, w, fan_in, fan_out, rng: w * w.std() if "_" in kind else w
            ),
            "Your scaled weights are far too small: 2 / fan_in is a variance. By what is "
            "a standard normal number multiplied to have that variance?",
        ),
        Misconception(
            "the variance for the deviation and for the bound",
            init_bent(
                lambda kind, w, fan_in, fan_out, rng: (
                    w * w.std() / (np.sqrt(3) if "uniform" in kind else 1)
                    if "_" in kind
                    else w
                )
            ),
            "Your scaled weights are far too small: 2 / fan_in is a variance, and you use it "
            "as the deviation and as the bound. Which root belongs to a normal number, and "
            "which to U[-a, a], whose variance is a^2 / 3?",
        ),
        Misconception(
            "fan_in and fan_out exchanged",
            lambda kind, fan_in, fan_out, rng: (
                init_oracle(kind, fan_out, fan_in, rng).T
            ),
            "He's and LeCun's weights have the spread of a layer with fan_in and fan_out "
            "exchanged. How many numbers are added up in one unit?",
        ),
        Misconception(
            "a row for each unit",
            init_bent(lambda kind, w, fan_in, fan_out, rng: w.T),
            "Your array is (fan_out, fan_in), as in PyTorch. In X @ W, which of the two "
            "is the number of rows of W?",
        ),
        Misconception(
            "the deviation for the bound",
            init_bent(
                lambda kind, w, fan_in, fan_out, rng: (
                    w / np.sqrt(3) if "uniform" in kind else w
                )
            ),
            "Your uniform weights vary too little: you used the standard deviation as "
            "the bound. The variance of U[-a, a] is (2 a)^2 / 12: which a has the "
            "variance that you want?",
        ),
        Misconception(
            "uniform on one side of zero",
            init_bent(
                lambda kind, w, fan_in, fan_out, rng: abs(w) if "uniform" in kind else w
            ),
            "Your uniform weights are all positive. Between which two numbers should "
            "they lie so that their mean is 0?",
        ),
        Misconception(
            "normal weights in the uniform kinds",
            renamed(
                he_uniform="he_normal",
                lecun_uniform="lecun_normal",
                glorot_uniform="glorot_normal",
            ),
            "The spread is right everywhere, but your uniform kinds have normal tails. "
            "Which method of the generator has two bounds?",
        ),
        Misconception(
            "He without its factor 2",
            renamed(he_normal="lecun_normal", he_uniform="lecun_uniform"),
            "Your he kinds are lecun's: half the variance. What does relu do to half of "
            "its inputs, and what makes up for it?",
        ),
        Misconception(
            "Xavier with fan_in alone",
            renamed(glorot_normal="lecun_normal", glorot_uniform="lecun_uniform"),
            "Your glorot kinds look at fan_in only, which is lecun's rule. Which second "
            "number keeps the gradients' scale on the way back?",
        ),
        Misconception(
            "orthogonal left as drawn",
            renamed(orthogonal="lecun_normal"),
            "Your orthogonal weights are random, and their rows or columns are at no "
            "right angles. Which factorisation gives an orthogonal factor?",
        ),
        Misconception(
            "a generator of its own",
            lambda kind, fan_in, fan_out, rng: init_oracle(
                kind, fan_in, fan_out, np.random.default_rng()
            ),
            "The same generator gives other weights the second time. Where do your random "
            "numbers come from?",
        ),
        Misconception(
            "always the same weights",
            lambda kind, fan_in, fan_out, rng: init_oracle(
                kind, fan_in, fan_out, np.random.default_rng(0)
            ),
            "Two calls in a row give the same weights, so that all layers of one shape "
            "would begin alike. Which generator do you draw from?",
        ),
    ),
)
