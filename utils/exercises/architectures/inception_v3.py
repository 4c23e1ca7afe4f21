"""Two blocks of Inception v3: tables, cases, and what goes wrong with them."""

from collections.abc import Callable

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.architectures.inception import units
from utils.exercises.architectures.shared import (
    BY_HAND,
    altered,
    count_case,
    gradient_case,
    output_case,
    shapes_case,
)
from utils.networks.described import Described

TWO_THREES = """
branch1x1      Unit $inputs 64 1 1 0 < input
branch5x5_1    Unit $inputs 48 1 1 0 < input
branch5x5_2    Unit 48 64 5 1 2 < branch5x5_1
branch3x3dbl_1 Unit $inputs 64 1 1 0 < input
branch3x3dbl_2 Unit 64 96 3 1 1 < branch3x3dbl_1
branch3x3dbl_3 Unit 96 96 3 1 1 < branch3x3dbl_2
pool           AvgPool2d 3 1 1 < input
branch_pool    Unit $inputs $pool 1 1 0 < pool
joined Cat < branch1x1, branch5x5_2, branch3x3dbl_3, branch_pool
"""
ROWS_AND_COLUMNS = """
branch1x1      Unit $inputs 192 1 1 0 < input
branch7x7_1    Unit $inputs $mid 1 1 0 < input
branch7x7_2    Unit $mid $mid (1,7) 1 (0,3) < branch7x7_1
branch7x7_3    Unit $mid 192 (7,1) 1 (3,0) < branch7x7_2
branch7x7dbl_1 Unit $inputs $mid 1 1 0 < input
branch7x7dbl_2 Unit $mid $mid (7,1) 1 (3,0) < branch7x7dbl_1
branch7x7dbl_3 Unit $mid $mid (1,7) 1 (0,3) < branch7x7dbl_2
branch7x7dbl_4 Unit $mid $mid (7,1) 1 (3,0) < branch7x7dbl_3
branch7x7dbl_5 Unit $mid 192 (1,7) 1 (0,3) < branch7x7dbl_4
pool           AvgPool2d 3 1 1 < input
branch_pool    Unit $inputs 192 1 1 0 < pool
joined Cat < branch1x1, branch7x7_3, branch7x7dbl_5, branch_pool
"""


def two_threes(table: str, inputs: int, pool: int) -> Described:
    return Described(units(table), inputs=inputs, pool=pool)


def rows_and_columns(table: str, inputs: int, mid: int) -> Described:
    return Described(units(table), inputs=inputs, mid=mid)


def v3_cases(rng: np.random.Generator) -> list[Case]:
    a, c = {"OF": "InceptionA"}, {"OF": "InceptionC"}
    size = (2, 9, 6, 8)
    return [
        shapes_case("InceptionA: names and shapes", 9, 5, **a),
        shapes_case("InceptionC: names and shapes", 9, 5, **c),
        count_case(255_904, 192, 32, NAME="InceptionA in its place", **a),
        count_case(1_297_408, 768, 128, NAME="InceptionC in its place", **c),
        output_case("InceptionA", rng, size, 9, 5, **a),
        output_case("InceptionC", rng, size, 9, 5, **c),
        gradient_case("InceptionC: gradients", rng, (2, 9, 4, 5), 9, 5, **c),
    ]


def pair(*changes: tuple[str, str], both: bool = False) -> dict[str, Callable]:
    """The two blocks, changed alike, or the second one only."""
    first = changes if both else ()
    return {
        "InceptionA": altered(two_threes, TWO_THREES, *first),
        "InceptionC": altered(rows_and_columns, ROWS_AND_COLUMNS, *changes),
    }


INCEPTION_V3 = Exercise(
    id="09.inception_v3",
    points=3,
    minutes=20,
    oracle=pair(),
    cases=v3_cases,
    rules=(BY_HAND,),
    worked="`nn.Conv2d(3, 4, (1, 7), padding=(0, 3))` has filters one pixel high and seven wide; "
    "padded by three on the left and on the right it keeps the size. Its weight has the "
    "shape (4, 3, 1, 7).",
    misconceptions=(
        Misconception(
            "maximum pooling",
            pair(("AvgPool", "MaxPool"), both=True),
            "Your pooling branch takes the maximum, as the first version did. Which "
            "pooling does the third version use?",
        ),
        Misconception(
            "rows and columns exchanged",
            pair(
                *(("(1,7) 1 (0,3)", "wide"), ("(7,1) 1 (3,0)", "(1,7) 1 (0,3)")),
                ("wide", "(7,1) 1 (3,0)"),
            ),
            "Your filters are high where they should be wide. In PyTorch the first number "
            "is the height: which is 1 x 7?",
        ),
        Misconception(
            "padding not turned with the filter",
            pair(("(7,1) 1 (3,0)", "(7,1) 1 (0,3)")),
            "PyTorch complains about sizes: a filter of 7 x 1 is padded on its sides "
            "and not above and below. Which of the two numbers belongs to the height?",
        ),
        Misconception(
            "full 7 x 7 filters",
            pair(("(1,7) 1 (0,3)", "7 1 3"), ("(7,1) 1 (3,0)", "7 1 3")),
            "Your convolutions are 7 x 7, which costs seven times what this block is "
            "for. How do a row and a column replace them?",
        ),
        Misconception(
            "average pool leaves a smaller map",
            pair(("AvgPool2d 3 1 1", "AvgPool2d 3"), both=True),
            "PyTorch cannot join your branches in either block: the pool has made its map "
            "smaller. Which stride and padding keep the size?",
        ),
    ),
)
