"""A dense layer as a convolution, and what goes wrong with it."""

import numpy as np

from utils.checks.compare import WrongStructure
from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.checks.wording import describe
from utils.exercises.convolution.shared import exchanged, tensors
from utils.exercises.shared import NUMPY_ONLY


def dense_to_conv_oracle(W, shape):
    import torch

    weights = torch.from_numpy(np.array(W, order="C"))
    scores_of = torch.autograd.functional.jacobian
    image = torch.zeros(*shape, dtype=weights.dtype)
    return scores_of(lambda x: x.flatten() @ weights, image).numpy()


def dense_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, shape, K):
        W = rng.normal(size=(int(np.prod(shape)), K))
        x = rng.normal(size=(3, *shape))
        return Case(
            f"{name}: the scores are the same", same_scores(W, shape, x), args=(W, shape)
        )  # fmt: skip

    W = rng.normal(size=(24, 5))
    by_hand = np.arange(8.0).reshape(4, 2)
    return [
        call(
            "an image of 2 x 2, two scores, by hand",
            by_hand,
            (1, 2, 2),
            working="the column of score 0 is 0, 2, 4, 6: its filter is [[0, 2], [4, 6]]",
        ),
        call("two channels of 3 x 4, five scores", W, (2, 3, 4)),
        case("three channels of 5 x 2, four scores", (3, 5, 2), 4),
        case("as many scores as inputs", (2, 1, 3), 6),
    ]


def same_scores(W, shape, x):
    """The scores of images by the filters that the subject makes."""

    def play(subject):
        import torch

        w = subject(W, shape)
        if getattr(w, "shape", None) != (W.shape[1], *shape):
            raise WrongStructure(
                f"It returned {describe(w)}; expected an array of shape {(W.shape[1], *shape)}."
            )
        out = torch.nn.functional.conv2d(*tensors(x, w.astype(float)))
        return out.detach().numpy()[:, :, 0, 0]

    return play


DENSE_TO_CONV = Exercise(
    id="05.dense_to_conv",
    points=2,
    minutes=10,
    oracle=dense_to_conv_oracle,
    cases=dense_cases,
    parameters=("W", "shape"),
    rules=(keeps_inputs(), NUMPY_ONLY),
    worked="Images of one channel, one row and two columns, x = (a, b), and two scores. W = [[1, 2], [3, 4]] gives the scores "
    "1a + 3b and 2a + 4b. So the filter of score 0 is (1, 3), the FIRST COLUMN of W, and that of score 1 is (2, 4).",
    misconceptions=(
        Misconception(
            "rows of W instead of columns",
            lambda W, shape: W.reshape(W.shape[1], *shape),
            "You cut W into pieces row by row, so that weights of different scores are mixed. Which part of W makes one score?",
        ),
        Misconception(
            "channels last",
            lambda W, shape: dense_to_conv_oracle(W, (*shape[1:], shape[0])).transpose(
                0, 3, 1, 2
            ),
            "You read each column of W as (height, width, channel). In which order does `x.reshape(N, -1)` run through an image "
            "(C, H, W)?",
        ),
        Misconception(
            "filter turned",
            lambda W, shape: dense_to_conv_oracle(W, shape)[:, :, ::-1, ::-1],
            "Your filters are turned by 180 degrees. Does a convolution layer turn them back?",
        ),
        Misconception(
            "height and width exchanged",
            lambda W, shape: dense_to_conv_oracle(
                W, (shape[0], *exchanged(shape[1:]))
            ).swapaxes(2, 3),
            "You read each column of W as (channel, width, height). In which order does `x.reshape(N, -1)` run through an image "
            "(C, H, W)?",
        ),
        Misconception(
            "the score is the last axis",
            lambda W, shape: W.reshape(*shape, -1),
            "The scores come last in what you return. Which axis of w (K, C, FH, FW) counts the filters?",
        ),
    ),
)
