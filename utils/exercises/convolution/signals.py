"""True convolution of signals and images, and its matrix."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs, without
from utils.exercises.shared import NUMPY_ONLY

BY_YOURSELF = without("numpy.convolve", "numpy.correlate", "numpy.polymul")

# --- convolve_1d ------------------------------------------------------------------


def convolve_1d_oracle(x, w):
    from scipy.signal import convolve

    return convolve(x, w, mode="full", method="direct")


def convolve_1d_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "the decaying signal, by hand",
            np.array([4.0, 0.0, 8.0, 0.0]),
            np.array([1.0, 0.5, 0.25]),
            working="y_2 = 1 * 8 + 1/2 * 0 + 1/4 * 4 = 9; the last echo is y_4 = 1/4 * 8 = 2",
        ),
        call("a filter of length 4", rng.normal(size=9), rng.normal(size=4)),
        call("a filter longer than the signal", rng.normal(size=3), rng.normal(size=5)),
        call("a filter of length 1", rng.normal(size=6), rng.normal(size=1)),
    ]


def late_by_one(x, w):
    return np.concatenate([[0.0], convolve_1d_oracle(x, w)[:-1]])


def last_echo(x, w):
    """Each value of the result is the latest echo alone."""
    t, F = np.arange(len(x) + len(w) - 1), len(w)
    return w[np.minimum(t, F - 1)] * x[np.maximum(t - F + 1, 0)]


def around_the_end(x, w):
    """The echo after the end comes back at the beginning."""
    y = convolve_1d_oracle(x, w)
    for i in range(len(x), len(y)):
        y[i % len(x)] += y[i]
    return y[: len(x)]


CONVOLVE_1D = Exercise(
    id="05.convolve_1d",
    points=2,
    minutes=10,
    oracle=convolve_1d_oracle,
    cases=convolve_1d_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, BY_YOURSELF),
    worked="Let x = (4, 0, 8) and w = (1, 1/2). The 4 sent at time 0 is heard as 4 at "
    "time 0 and as 2 at time 1. The 8 sent at time 2 is heard as 8 at time 2 and as 4 at "
    "time 3, after the signal has ended. Added up: y = (4, 2, 8, 4).",
    misconceptions=(
        Misconception(
            "filter not turned",
            lambda x, w: convolve_1d_oracle(x, w[::-1]),
            "The newest value of x meets the last weight in your code. Which weight "
            "does a value get at the moment it is sent, w[0] or the last one?",
        ),
        Misconception(
            "the echo is cut off",
            lambda x, w: convolve_1d_oracle(x, w)[: len(x)],
            "Your result is as long as x. The last value of x still echoes after x has "
            "ended: for how many steps?",
        ),
        Misconception(
            "complete windows only",
            lambda x, w: convolve_1d_oracle(x, w)[
                min(len(x), len(w)) - 1 : max(len(x), len(w))
            ],
            "You keep only the times at which every weight meets a value. What is "
            "heard at time 0, when only one value has been sent?",
        ),
        Misconception(
            "late by one step",
            late_by_one,
            "Everything arrives one step late. The sum in the text counts k from 1, and "
            "NumPy counts from 0: which weight belongs to x_t itself?",
        ),
        Misconception(
            "the end runs into the beginning",
            around_the_end,
            "The echo of the last values turns up at the beginning. What does x[-1] "
            "mean to Python, and what was sent before time 0?",
        ),
        Misconception(
            "assigned instead of added",
            last_echo,
            "Of all echoes that arrive at one time only the last is left. Does your loop write "
            "with `=` or with `+=`?",
        ),
        Misconception(
            "weighted mean",
            lambda x, w: convolve_1d_oracle(x, w) / w.sum(),
            "You divide by the sum of the weights. Does the formula average?",
        ),
    ),
)

# --- convolve_2d ------------------------------------------------------------------


def convolve_2d_oracle(x, w):
    from scipy.signal import convolve2d

    return convolve2d(x, w, mode="valid")


NOTES_IMAGE = [
    [1, 1, 1, 1, 1],
    [-1, 0, -3, 0, 1],
    [2, 1, 1, -1, 0],
    [0, -1, 1, 2, 1],
    [1, 2, 1, 1, 1],
]


def convolve_2d_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "a 5 x 5 image by hand",
            np.array(NOTES_IMAGE, float),
            np.array([[1.0, 0, 0], [0, 0, 0], [0, 0, -1]]),
            working="row 0, column 0: the turned filter has -1 top left and 1 bottom right: "
            "-1 * 1 + 1 * 1 = 0",
        ),
        call(
            "a wide image, a tall filter",
            rng.normal(size=(6, 9)),
            rng.normal(size=(4, 2)),
        ),
        call(
            "a tall image, a wide filter",
            rng.normal(size=(8, 5)),
            rng.normal(size=(2, 3)),
        ),
        call(
            "a filter of one row", rng.normal(size=(3, 7)), rng.normal(size=(1, 4))
        ),
    ]  # fmt: skip


def one_frame(x, w):
    """The output on an image framed with zeros, as large as two steps more a side."""
    return convolve_2d_oracle(np.pad(x, [(n - 1, n - 1) for n in w.shape]), w)


def transposed(x, w):
    """Correlates with `w.T`, which a window of another shape may not fit."""
    if 1 in w.shape:
        return convolve_2d_oracle(x, np.full(w.shape, w.sum()))
    if w.shape[0] != w.shape[1]:
        raise ValueError("the shapes of window and filter do not match")
    return convolve_2d_oracle(x, w.T[::-1, ::-1])


def width_from_height_2d(x, w):
    out = convolve_2d_oracle(x, w)
    if out.shape[1] < len(out):
        raise ValueError("a window reaches beyond the image")
    return out[:, : len(out)]


CONVOLVE_2D = Exercise(
    id="05.convolve_2d",
    points=2,
    minutes=15,
    oracle=convolve_2d_oracle,
    cases=convolve_2d_cases,
    rules=(keeps_inputs(), NUMPY_ONLY, BY_YOURSELF),
    worked="Take the image [[0, 1, 2], [3, 4, 5], [6, 7, 8]] and the filter [[0, 1], [2, 3]]. Turned "
    "by 180 degrees, the filter reads [[3, 2], [1, 0]]. Laid on the top left corner it gives "
    "3*0 + 2*1 + 1*3 + 0*4 = 5. Unturned it would give 0*0 + 1*1 + 2*3 + 3*4 = 19, which is the "
    "cross-correlation.",
    misconceptions=(
        Misconception(
            "cross-correlation instead of convolution",
            lambda x, w: convolve_2d_oracle(x, w[::-1, ::-1]),
            "This is the cross-correlation, which ConvNets use. A true convolution turns "
            "the filter by 180 degrees first. What becomes of its top left weight?",
        ),
        Misconception(
            "filter mirrored left to right only",
            lambda x, w: convolve_2d_oracle(x, w[::-1]),
            "You exchange left and right of the filter. A turn by 180 degrees exchanges "
            "one more thing: which?",
        ),
        Misconception(
            "filter mirrored top to bottom only",
            lambda x, w: convolve_2d_oracle(x, w[:, ::-1]),
            "You exchange top and bottom of the filter. A turn by 180 degrees exchanges "
            "one more thing: which?",
        ),
        Misconception(
            "filter transposed instead of turned",
            transposed,
            "You exchange rows and columns of the filter (`w.T`), which mirrors it along its "
            "diagonal. Where does its first weight lie after a turn by 180 degrees?",
        ),
        Misconception(
            "output on a framed image",
            one_frame,
            "Your output is larger than the image. Here the filter stays inside the "
            "image: at how many places does a filter of height 3 fit into 5 rows?",
        ),
        Misconception(
            "width of the output from its height",
            width_from_height_2d,
            "Your output is as wide as it is high, whatever the image is. Which side of "
            "the image, and which of the filter, decide about the width?",
        ),
        Misconception(
            "average of the products",
            lambda x, w: convolve_2d_oracle(x, w) / w.size,
            "You average the products of a window. What does the formula do with them?",
        ),
    ),
)

# --- toeplitz ---------------------------------------------------------------------


def toeplitz_oracle(w, n):
    from scipy.linalg import convolution_matrix

    return convolution_matrix(w, n, mode="full")


def toeplitz_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call(
            "h = (1, -1) for signals of length 3, by hand",
            np.array([1.0, -1.0]),
            3,
            working="column 0 is (1, -1, 0, 0): the filter, then zeros",
        ),
        call("a filter of 4, a signal of 6", rng.normal(size=4), 6),
        call("a filter longer than the signal", rng.normal(size=5), 2),
        call("a filter of one weight", rng.normal(size=1), 3),
    ]


def circulant(w, n):
    size = max(n, len(w))
    column = np.concatenate([w, np.zeros(size - len(w))])
    return np.stack([np.roll(column, j) for j in range(n)], axis=1)


TOEPLITZ = Exercise(
    id="05.toeplitz",
    points=2,
    minutes=10,
    oracle=toeplitz_oracle,
    cases=toeplitz_cases,
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="Take h = (1, 2, 3) and signals (a, b). Full convolution gives the four values "
    "1a, 2a + 1b, 3a + 2b, 3b. Read off what stands before a: 1, 2, 3, 0. That is the first "
    "column; before b stand 0, 1, 2, 3. The matrix is 4 x 2.",
    misconceptions=(
        Misconception(
            "rows and columns exchanged",
            lambda w, n: toeplitz_oracle(w, n).T,
            "Your matrix is the right one on its side. It is multiplied from the left "
            "to a signal of length n: how many columns must it have?",
        ),
        Misconception(
            "filter turned",
            lambda w, n: toeplitz_oracle(w[::-1], n),
            "Your columns hold the filter from its end to its beginning: that is the "
            "cross-correlation. What does a signal that is 1 at time 0 and 0 afterwards give?",
        ),
        Misconception(
            "wraps around",
            circulant,
            "Weights that run over the lower edge come in again at the top. Does the "
            "echo of the last value return to the beginning of the signal?",
        ),
        Misconception(
            "as many rows as columns",
            lambda w, n: toeplitz_oracle(w, n)[:n],
            "Your matrix is square, so the echo after the end of the signal is lost. "
            "How long is the full convolution?",
        ),
        Misconception(
            "filter in the first column only",
            lambda w, n: toeplitz_oracle(w, n) * (np.arange(n) == 0),
            "Only the first value of the signal is heard. Where does the filter stand in the "
            "next column?",
        ),
    ),
)
