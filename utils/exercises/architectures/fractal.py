"""FractalNet: joining paths, some of which are dropped, and the block."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import nn

from utils.checks.compare import Agreement, Difference
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    gradient_case,
    output_case,
    shapes_case,
    where_it_stands,
)
from utils.networks.described import Described
from utils.subject import Named, Tensor, TorchGenerator

# --- join_paths -----------------------------------------------------------------

CALLS, SIGMAS, NEARLY_ALL = 300, 6.5, 1 - 2.0**-30


def join_oracle(paths, drop, generator):
    return joined(paths, drop, generator)


def joined(paths, drop, generator, rescue=True, survivor=None, weigh=None, rate=None):
    """The kept paths as weights of a weighted mean."""
    rate = 1 - drop if rate is None else rate(drop)
    kept = torch.bernoulli(torch.full((len(paths),), rate), generator=generator)
    if rescue and not kept.any():
        number = torch.randint(len(paths), (1,), generator=generator)
        kept[number if survivor is None else survivor] = 1
    shares = (weigh or (lambda kept: kept / kept.sum()))(kept.double())
    return torch.tensordot(shares.to(paths.dtype), paths, 1)


@cache
def chances(n: int, drop: float) -> dict[tuple[int, ...], float]:
    """The chance of each set of paths to be the one that is kept."""
    found = {}
    for number in range(1, 2**n):
        kept = tuple(i for i in range(n) if number >> i & 1)
        found[kept] = (1 - drop) ** len(kept) * drop ** (n - len(kept))
        found[kept] += drop**n / n if len(kept) == 1 else 0
    return found


def as_often_as_expected(n: int, drop: float) -> Agreement:
    """The counts of kept sets stay within what chance allows."""

    def find(_, got, label) -> Difference | None:
        for kept, chance in chances(n, drop).items():
            room = SIGMAS * (CALLS * chance * (1 - chance)) ** 0.5 + 3
            if abs(got.get(kept, 0) - CALLS * chance) > room:
                return Difference(
                    f"In {CALLS} calls exactly the paths {kept} were joined "
                    f"{got.get(kept, 0)} times; about {CALLS * chance:.0f} are expected."
                )
        strange = got.get("none of these", 0)
        return (
            Difference(f"{strange} results are no mean of paths.") if strange else None
        )

    return Agreement(find, by_value=False)  # fmt: skip


def repeated(name: str, drop: float, seed: int) -> Case:
    """Twenty calls with a generator, twice: other random numbers play no part."""

    def twenty(subject, first):
        subject.call(Named("torch.manual_seed"), first)
        values, kept = Tensor(np.arange(3.0)), subject.keep(TorchGenerator(seed))
        return [subject(values, drop, kept).array.item() for _ in range(20)]

    def play(subject):
        return {"the same again": twenty(subject, 1) == twenty(subject, 2)}

    return Case(f"the same generator, {name}", play)


def counted(n: int, drop: float, seed: int) -> Case:
    """How often each set of paths is what is left."""
    values = Tensor(10.0 ** np.arange(n).reshape(n, 1))
    means = {kept: np.mean([10.0**i for i in kept]) for kept in chances(n, drop)}

    def play(subject):
        generator = subject.keep(TorchGenerator(seed))
        found = Counter()
        for _ in range(CALLS):
            out = subject(values, drop, generator).array.item()
            near = (k for k, mean in means.items() if np.isclose(out, mean, 1e-5))
            found[next(near, "none of these")] += 1
        return dict(found)

    name = f"{CALLS} calls, {n} paths, each dropped with {drop}"
    return Case(name, play, as_often_as_expected(n, drop), None)


def join_cases(rng: np.random.Generator) -> list[Case]:
    paths = rng.normal(size=(3, 2, 4, 5))
    seed = int(rng.integers(2**31))

    def joined_with(subject, given, drop):
        return subject(Tensor(given), drop, TorchGenerator(seed))

    def one_left(subject):
        out = joined_with(subject, paths, NEARLY_ALL)
        one = any(np.allclose(out.array, path) for path in paths)
        return {"what comes out": "one of the paths" if one else "something else"}

    same = np.stack([paths[0]] * 3)
    equal = "nearly all dropped, three equal paths"
    return [
        Case("nothing dropped: the mean", lambda s: joined_with(s, paths, 0.0)),
        Case("nearly all dropped: one is left", one_left),
        Case(equal, lambda s: joined_with(s, same, NEARLY_ALL)),
        repeated("some dropped", 0.5, seed),
        repeated("nearly all dropped", NEARLY_ALL, seed),
        counted(3, 0.3, seed),
        counted(2, 0.8, seed),
    ]


JOIN_PATHS = Exercise(
    id="09.join_paths",
    points=2,
    minutes=15,
    oracle=join_oracle,
    cases=join_cases,
    worked="Three paths with the values 1, 10 and 100. If the first and the last are kept, the result is "
    "(1 + 100) / 2 = 50.5: the mean of what is left, not a third of the sum. If none is kept, one "
    "of the three is drawn, and the result is its value.",
    misconceptions=(
        Misconception(
            "the sum of the paths",
            lambda *a: joined(*a, weigh=lambda kept: kept),
            "You add the paths. What does a join take of them, so that its size does not depend "
            "on their number?",
        ),
        Misconception(
            "divided by all paths",
            lambda *a: joined(*a, weigh=lambda kept: kept / len(kept)),
            "You divide by the number of all paths, the dropped ones too. Over which is the "
            "mean taken?",
        ),
        Misconception(
            "dropped paths become zeros",
            lambda *a: joined(*a, rescue=False, weigh=lambda kept: kept / len(kept)),
            "A dropped path counts as a zero in your mean, and all of them may be dropped "
            "at once. Over which paths is the mean taken, and how many must survive?",
        ),
        Misconception(
            "scaled as in dropout",
            lambda paths, drop, generator: joined(
                paths,
                drop,
                generator,
                weigh=lambda kept: kept / len(kept) / (1 - drop),
            ),
            "You divide by the chance to survive, as inverted dropout does. The mean of what is left "
            "already has the right size; over how many paths is it taken?",
        ),
        Misconception(
            "all may be dropped",
            lambda *a: joined(*a, rescue=False),
            "If all paths are dropped nothing is left to take the mean of. How many must survive?",
        ),
        Misconception(
            "always the first one survives",
            lambda *a: joined(*a, survivor=0),
            "When all are dropped you always keep the same path. How is the survivor chosen?",
        ),
        Misconception(
            "the generator is not used",
            lambda paths, drop, generator: joined(paths, drop, None),
            "With the same generator you draw something else each time. Which argument of "
            "PyTorch's random functions takes the generator?",
        ),
        Misconception(
            "drop taken for the chance to survive",
            lambda *a: joined(*a, rate=lambda drop: drop),
            "Your paths are kept as often as they should be dropped. What does `drop` say?",
        ),
    ),
)

# --- FractalBlock ---------------------------------------------------------------


class Average(nn.Module):
    """Of two tensors."""

    def forward(self, *parts: torch.Tensor) -> torch.Tensor:
        return torch.stack(parts).mean(0)


def fractal_rows(columns: int, prefix: str = "", taken: str = "input") -> list[str]:
    """The rows of a fractal; units and joins are rows to be filled."""
    rows = [f"{prefix}short Identity < {taken}"]
    if columns > 1:
        first, second = f"{prefix}first.", f"{prefix}second."
        rows += fractal_rows(columns - 1, first, taken)
        rows += fractal_rows(columns - 1, second, f"{first}end")
        rows.append(f"{prefix}end Add < {prefix}short, {second}end")
    else:
        rows.append(f"{prefix}end Identity")
    return rows


def fractal(
    change: Callable,
    channels: int,
    columns: int,
    unit: Callable,
    mean: bool = True,
) -> Described:
    net = Described(change("\n".join(fractal_rows(columns))))
    for row in net.rows:
        if row.name.endswith("short"):
            net.place(row.name, unit(channels, channels, kernel_size=3, padding=1))
        elif row.kind == "Add" and mean:
            net.place(row.name, Average())
    return net


def fractal_cases(rng: np.random.Generator) -> list[Case]:
    unit, size = Named("utils.stand_ins.blocks.Unit"), (2, 3, 5, 6)
    return [
        shapes_case("names and shapes, three columns", 3, 3, unit),
        output_case("one column: one unit", rng, size, 3, 1, unit),
        output_case("two columns: one against two units", rng, size, 3, 2, unit),
        output_case("four columns: eight units deep", rng, size, 3, 4, unit),
        gradient_case("gradients reach everything", rng, size, 3, 3, unit),
    ]


FRACTAL_BLOCK = Exercise(
    id="09.FractalBlock",
    points=2,
    minutes=20,
    oracle=altered(fractal, str),
    cases=fractal_cases,
    rules=(BY_HAND,),
    worked="Two columns: `short` is one unit; `first` and `second` are blocks of one column, so one unit "
    "each, and `second` reads what `first` gives. The result is the mean of the short and the "
    "long way. Three columns have 1 + 2 * 3 = 7 units, and the longest way is four units deep.",
    misconceptions=(
        Misconception(
            "added instead of averaged",
            altered(fractal, str, mean=False),
            "Your two ways are added up. What does a join take of them?",
        ),
        Misconception(
            "the short way forgotten",
            altered(fractal, where_it_stands(("end Add < short, ", "end Add < "))),
            "The short way has no effect on the result of your block. What is joined with the "
            "long one?",
        ),
        Misconception(
            "the long way forgotten",
            altered(
                fractal,
                where_it_stands(("end Add < short, second.end", "end Add < short")),
            ),
            "The long way has no effect on the result. What are `first` and `second` for?",
        ),
        Misconception(
            "the halves side by side",
            altered(
                fractal,
                where_it_stands(
                    (
                        "second.short Identity < first.end",
                        "second.short Identity < input",
                    )
                ),
            ),
            "Your `second` reads the input of the block. What does it read, so that the long way "
            "becomes deeper?",
        ),
        Misconception(
            "as many columns below",
            lambda channels, columns, unit: fractal(
                str, channels, max(columns - 1, 1), unit
            ),
            "Your block is one column short. For how many columns is there nothing but a unit?",
        ),
    ),
)
