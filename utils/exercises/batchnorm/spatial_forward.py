"""Batch normalisation of images forwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.forward_mistakes import FORWARD_MISTAKES
from utils.exercises.batchnorm.oracles import spatial_forward_oracle
from utils.exercises.batchnorm.shared import (
    cached,
    parameters,
    single_precision,
    spread,
    stateful,
    statistics,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    first, second = [[1.0, 1.0, 1.0, 2.0]], [[-1.0, 1.0, 0.0, 1.0]]
    third, fourth = [[0.0, -1.0, 2.0, 2.0]], [[0.0, -1.0, 3.0, 1.0]]
    return stateful(
        "by hand: two images of 1 x 4 pixels, two channels, eps 0",
        [np.array([[first, second], [third, fourth]])],
        ["train"],
        (np.array([2.0, 3.0]), np.array([0.5, 10.0])),
        {"mean": np.zeros(2), "var": np.ones(2)},
        working="channel 0 has the numbers 1, 1, 1, 2, 0, -1, 2, 2: mean 1, variance 1; so "
        "out = 2 (1 - 1) / 1 + 0.5 = 0.5 at the first pixel; channel 1: mean 0.5, variance 1.5",
        eps=0.0,
    )


def forward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n, c, h, w, *modes, size=1.0, **options):
        batches = [size * spread(rng, n, c, h, w) for _ in modes]
        given = list(modes), parameters(rng, c), statistics(rng, c)
        return stateful(name, batches, *given, **options)

    train = spread(rng, 2, 3, 5, 4), *parameters(rng, 3), statistics(rng, 3), "train"
    return [
        by_hand(),
        case("training, 5 images, 3 channels, 2 x 4", 5, 3, 2, 4, "train"),
        case("inference, 3 images, 4 channels, 2 x 5", 3, 4, 2, 5, "test"),
        case("two training batches, then inference", 4, 2, 3, 5, "train", "train", "test"),
        case("another momentum and eps", 2, 5, 4, 3, "train", momentum=0.4, eps=0.2),
        case("tiny variance, where eps counts", 3, 4, 5, 2, "train", size=1e-3),
        case("training on one image of 1 x 2 pixels", 1, 3, 1, 2, "train"),
        case("training on one image of a single pixel", 1, 4, 1, 1, "train"),
        cached(*train),
        single_precision(*train),
    ]  # fmt: skip


def over_images_only(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Statistics (C, H, W) meet running statistics (C,), which seldom fits."""
    used = dict(running)
    if mode == "train":
        of_batch = {"mean": x.mean(axis=0), "var": x.var(axis=0)}
        for key, new in of_batch.items():
            running[key] = (1 - momentum) * running[key] + momentum * new
    return oracle(x, gamma, beta, used, mode, momentum, eps)


def over_pixels_only(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Each image by itself; the running statistics get a row for each image."""
    if mode == "test":
        return used_in_inference(oracle, x, gamma, beta, running, momentum, eps)
    N, C, H, W = x.shape
    own = {key: np.broadcast_to(old, (N, C)).ravel() for key, old in running.items()}
    given = x.reshape(1, N * C, H, W), np.tile(gamma, N), np.tile(beta, N), own, mode
    out, (x_hat, std, _) = oracle(*given, momentum, eps)
    running.update({key: new.reshape(N, C) for key, new in own.items()})
    cache = x_hat.reshape(x.shape), std.reshape(N, C), gamma
    return out.reshape(x.shape), cache


def with_kept_axes(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Statistics (1, C, 1, 1) meet running statistics (C,)."""
    if mode == "test":
        return used_in_inference(oracle, x, gamma, beta, running, momentum, eps)
    new = {"mean": np.zeros_like(gamma), "var": np.zeros_like(gamma)}
    result = oracle(x, gamma, beta, new, mode, 1.0, eps)
    for key, old in running.items():
        column = new[key][None, :, None, None]
        running[key] = (1 - momentum) * old + momentum * column
    return result


def used_in_inference(oracle, x, gamma, beta, running, momentum, eps):
    """Raises where running statistics of another shape do not fit beside `x`."""
    np.broadcast_shapes(x.shape, running["mean"][:, None, None].shape)
    return oracle(x, gamma, beta, running, "test", momentum, eps)


def vectors_at_the_end(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Vectors of C numbers beside (N, C, H, W), as they are."""
    if mode == "test":
        return (x - running["mean"]) * gamma + beta, None
    _, (_, std, _) = oracle(x, gamma, beta, running, mode, momentum, eps)
    x_hat = (x - x.mean(axis=(0, 2, 3))) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def reshaped(oracle, x, gamma, beta, running, mode, **options):
    """(N, C, H, W) read as rows of C numbers without moving axes."""
    flat = x.reshape(-1, x.shape[1], 1, 1)
    out, cache = oracle(flat, gamma, beta, running, mode, **options)
    cache = cache and (cache[0].reshape(x.shape), *cache[1:])
    return out.reshape(x.shape), cache


def not_moved_back(oracle, x, gamma, beta, running, mode, **options):
    """Channels last for the work, and then only reshaped."""
    out, cache = oracle(x, gamma, beta, running, mode, **options)

    def tangled(table):
        return table.transpose(0, 2, 3, 1).reshape(x.shape)

    return tangled(out), cache and (tangled(cache[0]), *cache[1:])


def counts_images(oracle, x, gamma, beta, running, mode, momentum=0.1, eps=1e-5):
    """Takes N for the number of numbers in the unbiased variance."""
    old, n, m = running["var"], len(x), x.size // x.shape[1]
    result = oracle(x, gamma, beta, running, mode, momentum, eps)
    if mode == "train":
        new = running["var"] - (1 - momentum) * old
        factor = (m - 1) / m * n / max(n - 1, 1)
        running["var"] = (1 - momentum) * old + factor * new
    return result


SPATIAL_WORKED = (
    "Two images, two channels, four pixels. Channel 0 holds 1, 1, 1, 2 in the first image and 0, -1, 2, 2 "
    "in the second: eight numbers that belong together. Their sum is 8, the mean 1; the differences are 0, 0, 0, 1, "
    "-1, -2, 1, 1, their squares add up to 8, the variance is 1.\nSo there is one mean and one "
    "variance a channel, C of each, taken over N * H * W numbers; gamma and beta have C numbers too."
)
MISTAKES = (
    Misconception(
        "over the images only",
        over_images_only,
        "You average over the images alone and get a mean for every pixel, (C, H, "
        "W), which does not fit beside the running (C,). A filter looks for the same "
        "thing at every place. Over which axes do its outputs belong together?",
    ),
    Misconception(
        "over the pixels only",
        over_pixels_only,
        "You average over the pixels of each image alone, so that no image is "
        "compared with the others; that is instance normalisation. Over which axes "
        "does batch normalisation go?",
    ),
    Misconception(
        "kept axes in the running statistics",
        with_kept_axes,
        "Statistics with kept axes, (1, C, 1, 1), meet running ones of shape (C,), "
        "and NumPy makes (1, C, 1, C) of them. Which shape do the running statistics "
        "have in the docstring?",
    ),
    Misconception(
        "vectors of C beside W",
        vectors_at_the_end,
        "A vector of C numbers meets an array that ends in W. NumPy lines shapes up "
        "from the right. Which shape must the vector have so that C meets C?",
    ),
    Misconception(
        "reshaped without moving the channels",
        reshaped,
        "You reshape (N, C, H, W) to rows of C numbers, but neighbours in memory are "
        "pixels of one row of one channel, not channels. Which axis has to move to "
        "the end first?",
    ),
    Misconception(
        "channels not moved back",
        not_moved_back,
        "The normalisation is right, but the channels stay last and are then reshaped "
        "to (N, C, H, W), which mixes pixels with channels. What undoes your "
        "transposition?",
    ),
    Misconception(
        "N in the place of N H W",
        counts_images,
        "Only the running variance is wrong: you count N numbers in each mean. How "
        "many numbers of one channel are there in the batch?",
    ),
)
SPATIAL_FORWARD = Exercise(
    id="06.spatial_batchnorm_forward",
    points=3,
    minutes=20,
    oracle=spatial_forward_oracle,
    cases=forward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=SPATIAL_WORKED,
    misconceptions=(
        *made_with(spatial_forward_oracle, (*MISTAKES, *FORWARD_MISTAKES)),
    ),
)
