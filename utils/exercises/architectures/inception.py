"""The first Inception block: table, cases, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described
from utils.subject import Named


def units(table: str, unit: type | None = None) -> str:
    """The table with each row `name Unit in out size stride pad < source` spelt out.

    A unit is a convolution without a bias, batch norm and ReLU, or, where `unit` is
    the plain one, a convolution with a bias and ReLU.
    """
    plain = unit is not None and unit.__name__ == "PlainUnit"
    rows = []
    for line in table.strip().splitlines():
        words, _, source = line.partition("<")
        name, kind, *numbers = words.split()
        if kind != "Unit":
            rows.append(line)
            continue
        inputs, out, *sizes = numbers
        first = f"{name}.conv Conv2d {inputs} {out} {' '.join(sizes)} bias={plain}"
        norm = [] if plain else [f"{name}.bn BatchNorm2d {out} eps=0.001"]
        rows += [f"{first} < {source}", *norm, f"{name} ReLU"]
    return "\n".join(rows)


PLAIN = Named("utils.stand_ins.architectures.PlainUnit")

INCEPTION = """
branch1   Unit $inputs $n1 1 1 0 < input
branch2.0 Unit $inputs $r3 1 1 0 < input
branch2.1 Unit $r3 $n3 3 1 1 < branch2.0
branch3.0 Unit $inputs $r5 1 1 0 < input
branch3.1 Unit $r5 $n5 $size 1 $pad < branch3.0
branch4.0 MaxPool2d 3 1 1 < input
branch4.1 Unit $inputs $pool 1 1 0 < branch4.0
joined    Cat < branch1, branch2.1, branch3.1, branch4.1
"""


def inception(
    table: str,
    inputs: int,
    n1: int,
    n3: tuple,
    n5: tuple,
    pool: int,
    size: int = 3,
    unit: type | None = None,
) -> Described:
    values = {"inputs": inputs, "n1": n1, "pool": pool, "size": size, "pad": size // 2}
    values |= dict(zip(("r3", "n3", "r5", "n5"), (*n3, *n5), strict=True))
    return Described(units(table, unit), **values)


def inception_cases(rng: np.random.Generator) -> list[Case]:
    narrow, alike = (7, 4, (3, 5), (2, 6), 3), (6, 4, (3, 4), (2, 4), 4)
    working = (
        "the paper's first block, 3a: 192 * 64 + 192 * 96 + 96 * 128 * 9 + 192 * 16 + "
        "16 * 32 * 25 + 192 * 32 weights and 2 * 368 of batch norm"
    )
    paper = (192, 64, (96, 128), (16, 32), 32)
    return [
        shapes_case("names and shapes", *narrow),
        count_case(164_064, *paper, size=5, NAME="inception3a", working=working),
        shapes_case("names and shapes, plain units", *narrow, unit=PLAIN),
        output_case("3 x 3 in the third branch", rng, (2, 7, 6, 5), *narrow),
        output_case("5 x 5 in the third branch", rng, (2, 7, 6, 5), *narrow, size=5),
        output_case("branches of equal width", rng, (2, 6, 5, 4), *alike),
        output_case("training", rng, (3, 7, 4, 5), *narrow, MODE="train"),
        gradient_case("gradients reach everything", rng, (2, 7, 4, 5), *narrow),
    ]


INCEPTION_EXERCISE = Exercise(
    id="09.Inception",
    points=3,
    minutes=20,
    oracle=altered(inception, INCEPTION),
    cases=inception_cases,
    rules=(BY_HAND,),
    worked="`Inception(7, 4, (3, 5), (2, 6), 3)`: the branches give 4, 5, 6 and 3 channels, side "
    "by side 18. `branch2` is a `Sequential` of two units: 7 -> 3 with 1 x 1, then 3 -> 5 with "
    "3 x 3. Height and width stay what they are.",
    misconceptions=(
        Misconception(
            "branches added up",
            altered(inception, INCEPTION, ("Cat", "Add")),
            "You add the branches, which works only where all are equally wide. What "
            "does the block do with the four outputs instead?",
        ),
        Misconception(
            "branches joined in another order",
            altered(
                inception, INCEPTION, ("branch3.1, branch4.1", "branch4.1, branch3.1")
            ),
            "The values are right and stand in other channels: your last two branches "
            "are exchanged. In which order are the branches joined?",
        ),
        Misconception(
            "no pool in the fourth branch",
            altered(inception, INCEPTION, ("MaxPool2d 3 1 1", "Identity")),
            "Your fourth branch is a bare 1 x 1 convolution. What comes before it?",
        ),
        Misconception(
            "average pooling",
            altered(inception, INCEPTION, ("Max", "Avg")),
            "Your fourth branch takes means. Which pooling does the first version of the "
            "block use?",
        ),
        Misconception(
            "the filter of the third branch fixed at 3",
            lambda *a, size=3, **k: inception(INCEPTION, *a, **k),
            "With `size=5` nothing changes: your third branch always uses 3 x 3. Where does "
            "`size` go, and how much padding does it need?",
        ),
        Misconception(
            "the filter of the third branch fixed at 5",
            lambda *a, size=5, **k: inception(INCEPTION, *a, size=5, **k),
            "Your third branch always uses 5 x 5, as in the paper. What does `size` say?",
        ),
        Misconception(
            "always the same unit",
            lambda *a, unit=None, **k: inception(INCEPTION, *a, **k),
            "With another `unit` nothing changes: your block always builds `ConvUnit`. "
            "Which name stands in your calls?",
        ),
        Misconception(
            "padding left out",
            altered(inception, INCEPTION, ("3 1 1 < b", "3 1 0 < b")),
            "PyTorch cannot join branches of different heights: one of them has become "
            "smaller. Which filter needs which padding to keep the size?",
        ),
        Misconception(
            "the branches in a row",
            altered(
                inception,
                INCEPTION,
                (
                    "branch4.0 MaxPool2d 3 1 1 < input",
                    "branch4.0 MaxPool2d 3 1 1 < branch1",
                ),
                ("Unit $inputs $pool", "Unit $n1 $pool"),
            ),
            "Your fourth branch takes the output of the first. What is the input of each "
            "branch?",
        ),
    ),
)
