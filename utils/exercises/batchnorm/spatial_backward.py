"""Batch normalisation of images backwards, and what goes wrong with it."""

import numpy as np

from utils.checks.exercise import Case, Exercise, Misconception, call, made_with
from utils.checks.rules import keeps_inputs
from utils.exercises.batchnorm.backward import MISTAKES, straight, with_parts
from utils.exercises.batchnorm.forward import NO_LOOP
from utils.exercises.batchnorm.oracles import (
    spatial_backward_oracle,
    spatial_forward_oracle,
)
from utils.exercises.batchnorm.shared import (
    GRADIENTS,
    parameters,
    single_precision,
    spread,
    statistics,
)
from utils.exercises.shared import NUMPY_ONLY


def by_hand() -> Case:
    x_hat = np.array([[[[-1.0, -1.0]], [[1.0, 1.0]]], [[[1.0, 1.0]], [[-1.0, -1.0]]]])
    dout = np.array([[[[4.0, 0.0]], [[1.0, 0.0]]], [[[0.0, 0.0]], [[0.0, 1.0]]]])
    return call(
        "by hand: two images of 1 x 2 pixels, two channels",
        dout,
        (x_hat, np.array([2.0, 0.5]), np.array([3.0, 2.0])),
        working="channel 0: four numbers, dbeta = 4, dgamma = 4 * (-1) = -4; "
        "dx of its first pixel = 3 / 2 * (4 - 4/4 - (-1) * (-4)/4) = 3",
    )


def backward_cases(rng: np.random.Generator) -> list[Case]:
    def given(n, c, h, w):
        x, (gamma, beta) = spread(rng, n, c, h, w), parameters(rng, c)
        state = statistics(rng, c)
        _, cache = spatial_forward_oracle(x, gamma, beta, state, "train")
        return rng.normal(0.5, 1, size=x.shape), cache

    return [
        by_hand(),
        call("5 images, 3 channels, 2 x 4", *given(5, 3, 2, 4)),
        call("2 images, 4 channels, 5 x 3", *given(2, 4, 5, 3)),
        call("one image, 3 channels, 4 x 2", *given(1, 3, 4, 2)),
        single_precision(*given(3, 2, 4, 5)),
    ]


def by_images_only(oracle, dout, cache):
    """`dx` where both sums over N H W numbers are divided by N."""
    plain, dx = straight(oracle, dout, cache), oracle(dout, cache)[0]
    return plain + dout[0, 0].size * (dx - plain)


def each_image_alone(oracle, dout, cache):
    """`dx` with sums over H and W only."""
    x_hat, std, gamma = cache
    N, C, H, W = dout.shape
    dout, x_hat = (a.reshape(1, N * C, H, W) for a in (dout, x_hat))
    alone = x_hat, np.tile(std, N), np.tile(gamma, N)
    return oracle(dout, alone)[0].reshape(N, C, H, W)


def reshaped_gradients(oracle, dout, cache):
    """(N, C, H, W) read as rows of C numbers without moving axes."""
    x_hat, *rest = cache
    flat = (-1, x_hat.shape[1], 1, 1)
    dx, *others = oracle(dout.reshape(flat), (x_hat.reshape(flat), *rest))
    return dx.reshape(dout.shape), *others


def gradients_not_moved_back(oracle, dout, cache):
    dx, *others = oracle(dout, cache)
    return dx.transpose(0, 2, 3, 1).reshape(dout.shape), *others


def gradients_beside_w(oracle, dout, cache):
    """A vector of C numbers beside (N, C, H, W), as it is."""
    return oracle(dout * cache[2], cache)


SPATIAL_BACKWARD_WORKED = (
    "Two images of 1 x 2 pixels. Channel 0 has x_hat = -1, -1 in the first image and 1, 1 in the second, std = 2, "
    "gamma = 3, and dout = 4, 0 and 0, 0. These four numbers are one column of the flat case: dbeta = 4, dgamma = "
    "-4, and dx = 3, -3 in the first image and 0, 0 in the second."
)
SPATIAL_MISTAKES = (
    Misconception(
        "N in the place of N H W",
        with_parts(dx=by_images_only),
        "What comes back through the mean and the variance is H * W times too large: "
        "you divide by N. How many numbers of one channel went into each mean?",
    ),
    Misconception(
        "sums over the pixels only",
        with_parts(dx=each_image_alone),
        "In your dx nothing flows from one image to another: the sums go over H and W "
        "alone. Over which axes was the mean taken in the forward pass?",
    ),
    Misconception(
        "dgamma and dbeta summed over the images only",
        with_parts(
            dgamma=lambda oracle, dout, cache: (dout * cache[0]).sum(axis=0),
            dbeta=lambda oracle, dout, cache: dout.sum(axis=0),
        ),
        "Your dgamma and dbeta have a number for every pixel, (C, H, W). There is one "
        "`gamma` a channel, used at every pixel of every image. Over which axes do its gradients add up?",
    ),
    Misconception(
        "vectors of C beside W",
        gradients_beside_w,
        "A vector of C numbers meets an array that ends in W. NumPy lines shapes up "
        "from the right. Which shape must `gamma` and `std` have so that C meets C?",
    ),
    Misconception(
        "reshaped without moving the channels",
        reshaped_gradients,
        "You reshape (N, C, H, W) to rows of C numbers, but neighbours in memory are "
        "pixels, not channels. Which axis has to move to the end first?",
    ),
    Misconception(
        "channels not moved back",
        gradients_not_moved_back,
        "dgamma and dbeta are right, but the channels of dx stay last and are then "
        "reshaped to (N, C, H, W). What undoes your transposition?",
    ),
)
SPATIAL_BACKWARD = Exercise(
    id="06.spatial_batchnorm_backward",
    points=3,
    minutes=20,
    oracle=spatial_backward_oracle,
    returns=GRADIENTS,
    cases=backward_cases,
    rules=(keeps_inputs(), NO_LOOP, NUMPY_ONLY),
    worked=SPATIAL_BACKWARD_WORKED,
    misconceptions=(
        *made_with(spatial_backward_oracle, (*SPATIAL_MISTAKES, *MISTAKES)),
    ),
)
