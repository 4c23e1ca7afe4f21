"""The exercises of a small PyTorch lesson, which tests and benchmarks grade."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call
from utils.checks.rules import keeps_inputs
from utils.subject import Tensor


def normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return Tensor(rng.normal(size=shape))


# --- flatten ----------------------------------------------------------------------


def flatten_oracle(x):
    import torch

    return torch.flatten(x, 1)


def flatten_cases(rng: np.random.Generator) -> list[Case]:
    return [
        call("two wide images", normal(rng, 2, 3, 4, 5)),
        call("one tall image", normal(rng, 1, 2, 7, 3)),
    ]


FLATTEN = Exercise(
    id="90.flatten",
    points=1,
    minutes=2,
    oracle=flatten_oracle,
    cases=flatten_cases,
    rules=(keeps_inputs(),),
    misconceptions=(
        Misconception(
            "everything in one row",
            lambda x: x.reshape(-1),
            "You return one axis. Which axis should be left as it is?",
        ),
        Misconception(
            "channels last",
            lambda x: x.permute(0, 2, 3, 1).reshape(x.shape[0], -1),
            "Your rows go through the pixels first. Which axis varies slowest?",
        ),
    ),
)

# --- small_convnet ----------------------------------------------------------------


def small_convnet_oracle(x, w, b, w2, b2):
    import torch
    from torch import nn

    hidden = torch.relu(nn.functional.conv2d(x, w, b, padding=1))
    return nn.functional.max_pool2d(hidden, 2).flatten(1) @ w2.T + b2


def small_convnet_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, N, C, H, W, F, K):
        x, w, b = normal(rng, N, C, H, W), normal(rng, F, C, 3, 3), normal(rng, F)
        w2, b2 = normal(rng, K, F * (H // 2) * (W // 2)), normal(rng, K)
        return call(name, x, w, b, w2, b2)

    return [
        case("wide images", 2, 3, 4, 6, 5, 7),
        case("tall images", 4, 2, 8, 6, 3, 5),
        case("pictures of 32 x 32", 8, 3, 32, 32, 16, 10),
    ]


def convnet_without_relu(x, w, b, w2, b2):
    from torch import nn

    hidden = nn.functional.conv2d(x, w, b, padding=1)
    return nn.functional.max_pool2d(hidden, 2).flatten(1) @ w2.T + b2


def convnet_with_mean(x, w, b, w2, b2):
    import torch
    from torch import nn

    hidden = torch.relu(nn.functional.conv2d(x, w, b, padding=1))
    return nn.functional.avg_pool2d(hidden, 2).flatten(1) @ w2.T + b2


SMALL_CONVNET = Exercise(
    id="90.small_convnet",
    points=4,
    minutes=20,
    oracle=small_convnet_oracle,
    cases=small_convnet_cases,
    rules=(keeps_inputs(),),
    misconceptions=(
        Misconception(
            "no activation",
            convnet_without_relu,
            "Negative values reach your pooling. What stands between it and the "
            "convolution?",
        ),
        Misconception(
            "mean instead of maximum",
            convnet_with_mean,
            "Your pooling averages. What does max-pooling keep of each window?",
        ),
    ),
)

# --- sgd_step ---------------------------------------------------------------------


def sgd_step_oracle(W, X, y, learning_rate):
    import torch

    W = W.detach().clone().requires_grad_()
    torch.nn.functional.cross_entropy(X @ W, y).backward()
    with torch.no_grad():
        return W - learning_rate * W.grad


def sgd_step_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, N, D, K, learning_rate):
        y = Tensor(rng.integers(K, size=N))
        return call(name, normal(rng, D, K), normal(rng, N, D), y, learning_rate)

    return [
        case("few values", 7, 3, 4, 0.5),
        case("many values", 50, 40, 10, 0.1),
    ]


def sgd_step_of_sum(W, X, y, learning_rate):
    import torch

    W = W.detach().clone().requires_grad_()
    torch.nn.functional.cross_entropy(X @ W, y, reduction="sum").backward()
    with torch.no_grad():
        return W - learning_rate * W.grad


SGD_STEP = Exercise(
    id="90.sgd_step",
    points=3,
    minutes=10,
    oracle=sgd_step_oracle,
    cases=sgd_step_cases,
    rules=(keeps_inputs(),),
    misconceptions=(
        Misconception(
            "step up the loss",
            lambda W, X, y, learning_rate: sgd_step_oracle(W, X, y, -learning_rate),
            "Your step makes the loss larger. Which way does the gradient point?",
        ),
        Misconception(
            "sum instead of mean",
            sgd_step_of_sum,
            "Your step is N times too long. Is the loss a sum or a mean?",
        ),
    ),
)

EXERCISES = (FLATTEN, SMALL_CONVNET, SGD_STEP)
