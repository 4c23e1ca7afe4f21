"""Stochastic depth: cases that state what they expect, and what goes wrong.

There is no oracle: what a right answer gives is known, and how often a branch is kept
is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from utils.checks.compare import close, within
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.exercises.architectures.shared import BY_HAND, is_module
from utils.subject import Handle, Named, Network, Subject, Tensor

CALLS = 400
ROOM = 6.5
"""Standard deviations: a false alarm comes less than once in 10 ** 9."""


def in_mode(subject: Subject, branch: Network, survival: float, mode: str) -> Handle:
    block = is_module(subject(branch, survival))
    getattr(block, mode)()
    subject.call(Named("torch.manual_seed"), 0)
    return block


def share_of(part: np.ndarray, whole: np.ndarray) -> str:
    """How much of the branch an output holds, in words."""
    ratio = part / whole
    if np.allclose(ratio, ratio[0, 0], atol=1e-4):
        return f"{round(float(ratio[0, 0]), 3) + 0.0:.3f} of the branch"
    by_row = np.allclose(ratio, ratio[:, :1], atol=1e-4)
    return "each row its own share" if by_row else "something else"


@dataclass(frozen=True)
class Tried:
    """A block around a linear branch, and what it adds to its input."""

    branch: Network
    x: np.ndarray
    full: np.ndarray

    def parts(self, subject: Subject, mode: str, p: float, n: int) -> list[np.ndarray]:
        """What n calls add to the input."""
        block = in_mode(subject, self.branch, p, mode)
        return [block(Tensor(self.x)).array - self.x for _ in range(n)]

    def shares(self, subject: Subject, mode: str, p: float = 0.7) -> list[str]:
        found = self.parts(subject, mode, p, 120)
        return sorted({share_of(part, self.full) for part in found})

    def kept(self, subject: Subject) -> float:
        found = self.parts(subject, "train", 0.7, CALLS)
        return float(np.mean([np.abs(part).max() > 1e-4 for part in found]))

    def computed(self, subject: Subject) -> bool:
        """Batch norm counts how often it was called in training."""
        block = in_mode(subject, Network((("BatchNorm1d", 3),)), 0.5, "train")
        outs = [block(Tensor(self.x)).array for _ in range(60)]
        used = sum(np.abs(out - self.x).max() > 1e-4 for out in outs)
        counted = block.state_dict()["branch.0.num_batches_tracked"].array
        return int(counted) == used


def depth_cases(rng: np.random.Generator) -> list[Case]:
    weight = rng.uniform(1, 2, size=(3, 3)).astype(np.float32)
    branch = Network((("Linear", 3, 3, False),), {"0.weight": weight})
    x = rng.uniform(1, 2, size=(4, 3)).astype(np.float32)
    tried = Tried(branch, x, x @ weight.T)

    def names(subject):
        return sorted(subject(branch, 0.7).state_dict())

    slack = ROOM * (0.7 * 0.3 / CALLS) ** 0.5
    often = within(0.7 - slack, 0.7 + slack, "the share of calls with a branch")
    none, most, whole = (f"{p:.3f} of the branch" for p in (0, 0.7, 1))

    def shares(name, expected, mode="train", p=0.7):
        return Case(name, lambda s: tried.shares(s, mode, p), expected=expected)

    return [
        Case("names of the parameters", names, expected=["branch.0.weight"]),
        shares("inference", [most], "eval"),
        shares("training: all or nothing", [none, whole]),
        Case("training: kept in 70 % of the calls", tried.kept, often, None),
        shares("survival 1", [whole], p=1.0),
        shares("survival 0", [none], p=0.0),
        Case("a dropped branch is not computed", tried.computed, expected=True),
    ]


def gated(combine: Callable) -> Callable:
    """A block that computes its branch always; `combine(x, out, survival, training)`."""

    def build(branch: nn.Module, survival: float) -> nn.Module:
        net = nn.Sequential()
        net.add_module("branch", branch)
        net.register_forward_hook(
            lambda _, given, out: combine(given[0], out, survival, net.training)
        )
        return net

    return build


def coin(survival: float, *shape: int) -> torch.Tensor:
    """1 with this probability, else 0."""
    return torch.bernoulli(torch.full(shape, survival))


STOCHASTIC_DEPTH = Exercise(
    id="09.StochasticDepth",
    points=2,
    minutes=15,
    names=("StochasticDepth",),
    cases=depth_cases,
    rules=(BY_HAND,),
    worked="Let x = 2, let the branch give 10, and let survival be 0.7. In training the block gives "
    "12 in seven of ten calls and 2 in the others. In inference it always gives 2 + 0.7 * 10 = 9: "
    "the mean of the two.",
    misconceptions=(
        Misconception(
            "survival taken for the rate of dropping",
            gated(
                lambda x, out, p, training: x + (coin(1 - p) if training else p) * out
            ),
            "You keep the branch in 30 % of the calls where 70 % were asked for. Is "
            "`survival` the chance to be dropped or to be kept?",
        ),
        Misconception(
            "scaled as inverted dropout",
            gated(
                lambda x, out, p, training: (
                    x + (coin(p) / max(p, 0.01) if training else 1) * out
                )
            ),
            "You divide in training, as inverted dropout does. That has the right mean, "
            "but the paper scales at the other time: when?",
        ),
        Misconception(
            "not scaled in inference",
            gated(lambda x, out, p, training: x + (coin(p) if training else 1) * out),
            "In inference the whole branch is added, though in training it came only "
            "sometimes. What is its mean in training?",
        ),
        Misconception(
            "drops in inference",
            gated(lambda x, out, p, training: x + coin(p) * out),
            "Your block draws in inference too, so the same picture gets different scores. "
            "What tells the two modes apart?",
        ),
        Misconception(
            "each row for itself",
            gated(
                lambda x, out, p, training: (
                    x + (coin(p, len(x), 1) if training else p) * out
                )
            ),
            "You draw once for each row. Here the whole batch keeps or loses the branch, "
            "so that its work can be saved. How many numbers do you draw in a call?",
        ),
        Misconception(
            "the input is dropped too",
            gated(
                lambda x, out, p, training: (
                    (x + out) * coin(p) if training else x + p * out
                )
            ),
            "Where the branch is dropped your output is zero. What remains of a residual "
            "block without its branch?",
        ),
        Misconception(
            "computed and thrown away",
            gated(lambda x, out, p, training: x + (coin(p) if training else p) * out),
            "All values are right, but the branch is computed even where it is dropped: "
            "its batch norm has seen more batches than were used. When do you draw, and "
            "when do you call the branch?",
        ),
    ),
)

# --- survival_rates -------------------------------------------------------------


def rates_oracle(n_blocks: int, last: float) -> list[float]:
    """Points on a line from 1, which belongs to the input."""
    return np.linspace(1, last, n_blocks + 1)[1:].tolist()


def rates_cases(rng: np.random.Generator) -> list[Case]:
    n, last = int(rng.integers(6, 30)), round(rng.uniform(0.2, 0.8), 2)
    working = "1 - 1/4 * 0.5, 1 - 2/4 * 0.5, 1 - 3/4 * 0.5, 1 - 4/4 * 0.5"
    return [
        call("four blocks, the last 0.5", 4, 0.5, agree=close(1e-9), working=working),
        call(f"{n} blocks, the last {last}", n, last, agree=close(1e-9)),
        call("one block", 1, 0.3, agree=close(1e-9)),
    ]


SURVIVAL_RATES = Exercise(
    id="09.survival_rates",
    points=1,
    minutes=5,
    oracle=rates_oracle,
    cases=rates_cases,
    worked="Four blocks, the last with 0.5: each step takes off 0.5 / 4 = 0.125, so 0.875, 0.75, "
    "0.625, 0.5.",
    misconceptions=(
        Misconception(
            "the first block always survives",
            lambda n_blocks, last: np.linspace(1, last, n_blocks).tolist(),
            "Your first block has the rate 1. The line begins with 1 at the input, one "
            "step before the first block: how large is a step then?",
        ),
        Misconception(
            "rates of dropping",
            lambda n_blocks, last: [1 - p for p in rates_oracle(n_blocks, last)],
            "Your rates grow from block to block: they say how often a block is dropped. "
            "How often does it survive?",
        ),
        Misconception(
            "the same rate for all",
            lambda n_blocks, last: [last] * n_blocks,
            "All your blocks have the same rate. What is different for an early one?",
        ),
        Misconception(
            "in the wrong order",
            lambda n_blocks, last: rates_oracle(n_blocks, last)[::-1],
            "Your first block is dropped most. Which blocks does all else rest upon?",
        ),
        Misconception(
            "dropping grows up to the survival rate",
            lambda n_blocks, last: rates_oracle(n_blocks, 1 - last),
            "Your last block survives with 1 - `last`. What does `last` stand for?",
        ),
    ),
)
