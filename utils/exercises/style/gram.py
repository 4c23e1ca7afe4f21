"""Gram matrices, and what goes wrong with them."""

import numpy as np
import torch

from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.shared import loss_case


def moments(rows):
    """Sums of products of the rows of one image, from their covariances, `(C, C)`."""
    mean = rows.mean(1)
    centred = torch.cov(rows, correction=0).reshape(len(rows), len(rows))
    return rows.shape[1] * torch.addr(centred, mean, mean)


def gram_oracle(features, normalise=True):
    divisor = features[0].numel() if normalise else 1
    return torch.stack([moments(image.flatten(1)) for image in features]) / divisor


def gram_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, shape, *more):
        return loss_case(name, rng.normal(size=shape), *more)

    return [
        loss_case(
            "two channels by hand",
            [[[[1, 2, 0]], [[0, 1, 1]]]],
            False,
            working="1*1 + 2*2 + 0*0 = 5, 1*0 + 2*1 + 0*1 = 2, 0*0 + 1*1 + 1*1 = 2: "
            "((5, 2), (2, 2))",
        ),
        loss_case(
            "the same, normalised",
            [[[[1, 2, 0]], [[0, 1, 1]]]],
            True,
            working="2 channels of 1 x 3 are 6 numbers: ((5, 2), (2, 2)) / 6",
        ),
        case("3 channels of 4 x 5", (1, 3, 4, 5)),
        case("2 images, 4 channels of 3 x 5", (2, 4, 3, 5)),
        case("3 images, 2 channels of 5 x 4, not normalised", (3, 2, 5, 4), False),
    ]


def rows_of(features):
    """Each channel of each image as a row, `(N, C, H * W)`."""
    return features.flatten(2)


def scaled(divide):
    """Gram matrices with another divisor where they are normalised."""
    return lambda features, normalise=True: (
        gram_oracle(features, False) / (divide(features) if normalise else 1)
    )


def between_places(features, normalise=True):
    rows = rows_of(features)
    return gram_oracle(rows.mT[..., None], normalise)


def one_matrix(features, normalise=True):
    return gram_oracle(features.flatten(0, 1)[None], normalise)[0]


def summed_over_images(features, normalise=True):
    return gram_oracle(features, normalise).sum(0)


def mixed_up(features, normalise=True):
    """Reshaped to (N, H * W, C) where the axes should have been exchanged."""
    n, c, h, w = features.shape
    places = features.reshape(n, h * w, c).mT
    return gram_oracle(places[..., None], normalise)


def centred(features, normalise=True):
    return gram_oracle(features - features.mean((2, 3), keepdim=True), normalise)


def only_squares(features, normalise=True):
    return torch.diag_embed(gram_oracle(features, normalise).diagonal(dim1=1, dim2=2))


def all_axes_turned(features, normalise=True):
    rows = rows_of(features)
    return torch.matmul(rows, rows.permute(2, 1, 0))


def over_rows(features, normalise=True):
    """A matrix for each row of the image, added up over the columns only."""
    divisor = features[0].numel() if normalise else 1
    rows = features.transpose(1, 2)
    return torch.matmul(rows, rows.mT) / divisor


GRAM_MATRIX = Exercise(
    id="12.gram_matrix",
    points=3,
    minutes=15,
    oracle=gram_oracle,
    cases=gram_cases,
    worked="Two channels of three places: (1, 2, 0) and (0, 1, 1). The product of the first "
    "with itself is 1 + 4 + 0 = 5, with the second 0 + 2 + 0 = 2, of the second with "
    "itself 0 + 1 + 1 = 2. The matrix is ((5, 2), (2, 2)); divided by 2 * 1 * 3 = 6 numbers it is "
    "((0.83, 0.33), (0.33, 0.33)). Where in the image the places lay is lost, and that is meant.",
    misconceptions=(
        Misconception(
            "not normalised",
            lambda features, normalise=True: gram_oracle(features, False),
            "Your matrix is right without normalisation and is never divided. By how "
            "many numbers is it divided when `normalise` is true?",
        ),
        Misconception(
            "always normalised",
            lambda features, normalise=True: gram_oracle(features, True),
            "You divide even where `normalise` is false. Where do you ask for it?",
        ),
        Misconception(
            "divided by the places only",
            scaled(lambda f: f[0, 0].numel()),
            "You divide by H * W. How many numbers do the C channels of one image have?",
        ),
        Misconception(
            "divided by the channels only",
            scaled(lambda f: f.shape[1]),
            "You divide by C. How many numbers do the C channels of one image have?",
        ),
        Misconception(
            "divided by the whole batch",
            scaled(lambda f: f.numel()),
            "With two images your matrices are half as large as they should be: you "
            "divide by the numbers of all images. Does the matrix of a picture depend "
            "on how many others are in the batch?",
        ),
        Misconception(
            "divided twice",
            scaled(lambda f: f[0].numel() ** 2),
            "You divide each row by C * H * W before the product, and a product has two "
            "rows. How often is it divided then?",
        ),
        Misconception(
            "all axes turned round",
            all_axes_turned,
            "`.T` turns all the axes round, that of the pictures as well. Which attribute "
            "exchanges the last two?",
        ),
        Misconception(
            "over the wrong axes",
            between_places,
            "Your matrix compares places with places, and is as large as the picture "
            "has places. The products are summed over the places: which of (C, HW) and "
            "(HW, C) stands on the left?",
        ),
        Misconception(
            "images of the batch mixed",
            one_matrix,
            "You made one matrix in which channels of different pictures meet. Which "
            "axis may not be merged with the channels?",
        ),
        Misconception(
            "summed over the batch",
            summed_over_images,
            "You return one matrix for all pictures together. How many are expected "
            "for N pictures?",
        ),
        Misconception(
            "reshaped in the place of transposed",
            mixed_up,
            "The shape is right and the numbers are not: `reshape(N, H * W, C)` cuts "
            "the same row of numbers elsewhere and mixes channels. Which shape keeps "
            "each channel together?",
        ),
        Misconception(
            "mean subtracted",
            centred,
            "You return covariances: the mean of each channel is taken off first. Does "
            "the formula do that?",
        ),
        Misconception(
            "each channel with itself only",
            only_squares,
            "Off the diagonal your matrix is zero. Which pairs of channels does G "
            "compare?",
        ),
        Misconception(
            "one matrix for each row",
            over_rows,
            "You return a matrix for each row of the picture: a matrix product works on "
            "the last two axes, and those are H and W here. What must be flattened "
            "first?",
        ),
    ),
)
