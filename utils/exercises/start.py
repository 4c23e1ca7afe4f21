"""Lesson 00, a first notebook: arrays, broadcasting and how a check answers.

NumPy's own functions are the subject here, so the oracles are PyTorch's.
"""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.questions import numeric_question
from utils.checks.rules import keeps_inputs, loops
from utils.exercises.shared import NUMPY_ONLY

# --- grey -------------------------------------------------------------------------


def grey_oracle(x):
    import torch

    return torch.from_numpy(x).mean(dim=0).numpy()


def grey_cases(rng: np.random.Generator) -> list[Case]:
    by_hand = np.array([[[0.3, 0.6]], [[0.6, 0.0]], [[0.0, 0.3]]])
    return [
        call(
            "two pixels by hand",
            by_hand,
            working="the first pixel has red 0.3, green 0.6, blue 0: "
            "(0.3 + 0.6 + 0) / 3 = 0.3",
        ),
        call("a wide picture", rng.uniform(size=(3, 4, 7))),
        call("a tall picture", rng.uniform(size=(3, 6, 2))),
    ]


GREY = Exercise(
    id="00.grey",
    points=1,
    minutes=5,
    oracle=grey_oracle,
    cases=grey_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="A picture of one pixel with red 0.9, green 0.6 and blue 0.3 has the shape "
    "(3, 1, 1). Its grey value is (0.9 + 0.6 + 0.3) / 3 = 0.6, in the shape (1, 1): the "
    "axis of the channels, the first, is gone.",
    misconceptions=(
        Misconception(
            "sum instead of mean",
            lambda x: grey_oracle(x) * 3,
            "White, (1, 1, 1), becomes 3 with your code, and no picture is brighter "
            "than 1. What is missing after the sum?",
        ),
        Misconception(
            "mean over the width",
            lambda x: x.mean(axis=2),
            "You average along the rows of the picture and keep the channels. Which "
            "axis of (C, H, W) are the channels?",
        ),
        Misconception(
            "mean over the height",
            lambda x: x.mean(axis=1),
            "You average down the columns of the picture and keep the channels. Which "
            "axis of (C, H, W) are the channels?",
        ),
        Misconception(
            "mean of everything",
            lambda x: x.mean(),
            "You return one number for the whole picture. Which argument of `mean` says "
            "along which axis to average?",
        ),
        Misconception(
            "red only",
            lambda x: x[0].copy(),
            "You return the red channel. What becomes of green and blue?",
        ),
    ),
)

# --- center -----------------------------------------------------------------------


def center_oracle(X):
    import torch

    table = torch.from_numpy(X)
    return (table - table.mean(dim=0)).numpy()


def center_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "two images of three values, by hand",
            np.array([[1.0, 2.0, 6.0], [3.0, 2.0, 0.0]]),
            working="the means of the columns are 2, 2, 3; row 0 becomes -1, 0, 3",
        ),
        call("more images than values", rng.uniform(size=(7, 4))),
        call("more values than images", rng.uniform(size=(3, 8))),
    ]


def center_in_place(X):
    X -= X.mean(axis=0)
    return X


CENTER = Exercise(
    id="00.center",
    points=1,
    minutes=5,
    oracle=center_oracle,
    cases=center_cases,
    rules=(keeps_inputs(share=0.5), NUMPY_ONLY),
    worked="Take the rows (1, 2, 6) and (3, 2, 0). The mean image is the mean of each "
    "column: ((1 + 3)/2, (2 + 2)/2, (6 + 0)/2) = (2, 2, 3). The first row becomes (1 - 2, "
    "2 - 2, 6 - 3) = (-1, 0, 3). Every column of the result now adds up to zero.",
    misconceptions=(
        Misconception(
            "mean of each image",
            lambda X: X - X.mean(axis=1, keepdims=True),
            "You subtract from every image its own mean. The mean image has one value "
            "for each column: along which axis is it the mean?",
        ),
        Misconception(
            "a mean for each image, laid along the columns",
            lambda X: X - X.mean(axis=1),
            "Your means are one for each image, N of them, and NumPy lays them along "
            "the D columns, where they do not fit. Which axis must disappear so that D "
            "are left?",
        ),
        Misconception(
            "one mean for everything",
            lambda X: X - X.mean(),
            "You subtract the same number everywhere. How many values does the mean "
            "image have?",
        ),
        Misconception(
            "the mean itself",
            lambda X: X.mean(axis=0),
            "That is the mean image. What is to be done with it?",
        ),
        Misconception(
            "mean minus image",
            lambda X: -center_oracle(X),
            "All signs are the wrong way round. What is subtracted from what?",
        ),
        Misconception(
            "in place",
            center_in_place,
            "Your values are right, but `X -= ...` writes into the caller's array: "
            "afterwards the original images are gone. Which way of writing it makes a "
            "new array?",
            "`X -= m` changes the array that X is. `Y = X - m` makes a new one and "
            "leaves X alone. Try both on a small array and print X afterwards.",
            breaks="leaves its arguments as they are",
        ),
    ),
)

# --- differences ------------------------------------------------------------------


def differences_oracle(a, b):
    import torch

    return torch.subtract(
        torch.from_numpy(a).unsqueeze(1), torch.from_numpy(b).unsqueeze(0)
    ).numpy()


def differences_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "three numbers and two, by hand",
            np.array([5.0, 1.0, 2.0]),
            np.array([1.0, 3.0]),
            working="row 0 is 5 - 1 = 4 and 5 - 3 = 2",
        ),
        call("4 numbers and 6", rng.uniform(size=4), rng.uniform(size=6)),
        call("5 numbers and 1", rng.uniform(size=5), rng.uniform(size=1)),
    ]


def differences_loop(a, b):
    return np.array([[x - y for y in b] for x in a])


LOOP_HINT = (
    "The values are right; now let NumPy do the loop. Which shape must `a` have so that "
    "`a - b` makes every row of `a` meet every column of `b`?"
)
NO_LOOP = loops(0, hint=LOOP_HINT)
DIFFERENCES = Exercise(
    id="00.differences",
    points=2,
    minutes=10,
    oracle=differences_oracle,
    cases=differences_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked="Write a = (5, 1, 2) as a column and b = (1, 3) as a row. NumPy repeats the "
    "column to the right and the row downwards until both are 3 x 2, and then subtracts: "
    "(5-1, 5-3), (1-1, 1-3), (2-1, 2-3). A column is an array of shape (3, 1).",
    misconceptions=(
        Misconception(
            "rows and columns exchanged",
            lambda a, b: differences_oracle(a, b).T,
            "Your table has a row for each number of `b`. Which of the two must become "
            "the column?",
        ),
        Misconception(
            "no column",
            lambda a, b: np.subtract(a, b),
            "You subtract the arrays as they are, number by number, and their lengths "
            "differ. Which of the two must become a column, and what puts in the axis?",
        ),
        Misconception(
            "b minus a",
            lambda a, b: -differences_oracle(a, b),
            "All signs are the wrong way round. What is subtracted from what?",
        ),
        Misconception(
            "sizes instead of differences",
            lambda a, b: np.abs(differences_oracle(a, b)),
            "Your table has no negative value. Is 1 - 3 equal to 2?",
        ),
        Misconception(
            "a loop is left", differences_loop, LOOP_HINT, breaks=NO_LOOP.name
        ),
    ),
)

# --- a question -------------------------------------------------------------------

ANSWER_NUMBERS = numeric_question(
    "00.answer_numbers",
    answer=500 * 3 * 32 * 32,
    points=1,
    minutes=2,
    wrong={
        500 * 32 * 32: "A colour picture has three numbers for each pixel. How many "
        "channels did you count?",
        3 * 32 * 32: "That is one picture. How many are there?",
        500
        * 3
        * 32: "A picture is 32 pixels high and 32 pixels wide. Did you count both?",
    },
)

EXERCISES = (GREY, CENTER, DIFFERENCES, ANSWER_NUMBERS)
