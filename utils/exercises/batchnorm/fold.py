"""Folding a batch normalisation into the layer before it, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import fold_oracle
from utils.exercises.batchnorm.shared import parameters, single_precision, statistics
from utils.exercises.shared import NUMPY_ONLY


def fold_cases(rng: np.random.Generator) -> list[Case]:
    def given(k, *shape, var=1.0):
        running = statistics(rng, k)
        running["var"] = var * running["var"]
        return rng.normal(size=shape), rng.normal(size=k), *parameters(rng, k), running

    one = np.array([2.0]), np.array([10.0])
    return [
        call(
            "by hand: one filter 1 x 2, eps 0",
            np.array([[[[4.0, 6.0]]]]),
            np.array([5.0]),
            *one,
            {"mean": np.array([1.0]), "var": np.array([16.0])},
            eps=0.0,
            working="the scale is 2 / sqrt(16) = 0.5, so w = 2, 3 and b = 0.5 * (5 - 1) + 10 = 12",
        ),
        call("5 filters, 3 channels, 2 x 4", *given(5, 5, 3, 2, 4)),
        call("2 filters, 4 channels, 1 x 3", *given(2, 2, 4, 1, 3)),
        call("an affine layer of 4 inputs and 3 outputs", *given(3, 4, 3)),
        call("an affine layer of 2 inputs and 5 outputs", *given(5, 2, 5)),
        call("tiny variance, where eps counts", *given(3, 3, 2, 4, 5, var=1e-5)),
        call("another eps", *given(4, 4, 5, 3, 2), eps=0.5),
        single_precision(*given(3, 3, 2, 4, 1)),
    ]


def changed(w, b, gamma, beta, running, eps, mean=None, var=None):
    """Folds with another running mean or variance."""
    other = {
        "mean": running["mean"] if mean is None else mean,
        "var": running["var"] if var is None else var,
    }
    return fold_oracle(w, b, gamma, beta, other, eps)


def along_the_inputs(w, b, gamma, beta, running, eps=1e-5):
    """A vector of K numbers beside the axis of the inputs."""
    w = w + gamma[:, None, None] if w.ndim == 4 else w + gamma[:, None]
    return fold_oracle(w, b, gamma, beta, running, eps)


def filters_last(w, b, gamma, beta, running, eps=1e-5):
    """Filters (K, C, FH, FW) and weights (D, K) scaled along the last axis."""
    scale = fold_oracle(np.ones((1, len(b))), b, gamma, beta, running, eps)[0][0]
    return w * scale, fold_oracle(w, b, gamma, beta, running, eps)[1]


def only_filters(w, b, gamma, beta, running, eps=1e-5):
    """Weights (D, K) treated as filters (K, …)."""
    folded, shift = fold_oracle(w, b, gamma, beta, running, eps)
    if w.ndim == 2:
        folded = w * gamma[:, None]
    return folded, shift


FOLD_WORKED = (
    "One filter with w = 4, 6 and b = 5; the layer after it has mean 1, variance 16, gamma = 2, beta = 10. An "
    "input that gives w . x = z becomes 2 (z + 5 - 1) / 4 + 10 = 0.5 z + 12. The same in one "
    "step: w = 2, 3 and b = 12. Try z = 4: before, 2 * (9 - 1) / 4 + 10 = 14; after, 2 + 12 = 14."
)
FOLD_BATCHNORM = Exercise(
    id="06.fold_batchnorm",
    points=3,
    minutes=20,
    oracle=fold_oracle,
    returns=("w", "b"),
    cases=fold_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=FOLD_WORKED,
    misconceptions=(
        Misconception(
            "bias forgotten",
            lambda w, b, gamma, beta, running, eps=1e-5: fold_oracle(
                w, 0 * b, gamma, beta, running, eps
            ),
            "Your new bias does not depend on the old one. The layer adds `b` before the "
            "normalisation: what becomes of it on the way through?",
            FOLD_WORKED,
        ),
        Misconception(
            "bias not scaled",
            lambda w, b, gamma, beta, running, eps=1e-5: (
                fold_oracle(w, b, gamma, beta, running, eps)[0],
                fold_oracle(w, 0 * b, gamma, beta, running, eps)[1] + b,
            ),
            "You add the old bias as it is. It goes through the normalisation like "
            "everything that leaves the layer: by what is it multiplied?",
            FOLD_WORKED,
        ),
        Misconception(
            "mean not scaled",
            lambda w, b, gamma, beta, running, eps=1e-5: (
                fold_oracle(w, b, gamma, beta, running, eps)[0],
                changed(w, b, gamma, beta, running, eps, mean=0 * running["mean"])[1]
                - running["mean"],
            ),
            "You take the mean off as it is. It is taken off before the normalisation "
            "scales: by what is it multiplied on the way?",
            FOLD_WORKED,
        ),
        Misconception(
            "variance instead of the standard deviation",
            lambda w, b, gamma, beta, running, eps=1e-5: changed(
                w, b, gamma, beta, running, eps,
                var=(running["var"] + eps) ** 2 - eps,
            ),
            "You divide by the variance. By what does batch normalisation divide?",
            FOLD_WORKED,
        ),
        Misconception(
            "epsilon left out",
            lambda w, b, gamma, beta, running, eps=1e-5: fold_oracle(
                w, b, gamma, beta, running, 0.0
            ),
            "`eps` is not used. The folded layer must do what the two layers did, and what "
            "did the second one divide by?",
        ),
        Misconception(
            "epsilon outside the root",
            lambda w, b, gamma, beta, running, eps=1e-5: changed(
                w, b, gamma, beta, running, eps,
                var=(np.sqrt(running["var"]) + eps) ** 2 - eps,
            ),
            "You add eps after the root. What stands under the root?",
        ),
        Misconception(
            "mean forgotten",
            lambda w, b, gamma, beta, running, eps=1e-5: changed(
                w, b, gamma, beta, running, eps, mean=0 * running["mean"]
            ),
            "Your new bias does not depend on the running mean. What is subtracted before "
            "the division?",
        ),
        Misconception(
            "mean added",
            lambda w, b, gamma, beta, running, eps=1e-5: changed(
                w, b, gamma, beta, running, eps, mean=-running["mean"]
            ),
            "The running mean has the wrong sign in your new bias. Is it added to the "
            "layer's output or taken away?",
        ),
        Misconception(
            "beta forgotten",
            lambda w, b, gamma, beta, running, eps=1e-5: fold_oracle(
                w, b, gamma, 0 * beta, running, eps
            ),
            "Your new bias does not depend on `beta`. What is the last step of batch "
            "normalisation?",
        ),
        Misconception(
            "gamma forgotten",
            lambda w, b, gamma, beta, running, eps=1e-5: fold_oracle(
                w, b, gamma / gamma, beta, running, eps
            ),
            "Your result does not depend on `gamma`. What is x_hat multiplied by?",
        ),
        Misconception(
            "weights left as they are",
            lambda w, b, gamma, beta, running, eps=1e-5: (
                1 * w,
                fold_oracle(w, b, gamma, beta, running, eps)[1],
            ),
            "Only the bias has changed. If the normalisation halves what leaves the layer, "
            "what must happen to the weights?",
        ),
        Misconception(
            "scaled along the inputs",
            along_the_inputs,
            "K numbers meet the axis of the inputs. Each filter has its own scale, and "
            "filters are (K, C, FH, FW), weights (D, K). Which axis is K in each of them?",
        ),
        Misconception(
            "scaled along the last axis always",
            filters_last,
            "K numbers meet the last axis of the filters. That is right for weights (D, "
            "K). Which axis is K in filters (K, C, FH, FW)?",
        ),
        Misconception(
            "weights treated as filters",
            only_filters,
            "Filters come out right, the weights of an affine layer do not: K is their "
            "last axis, (D, K). How can you tell the two apart?",
        ),
    ),
)  # fmt: skip
