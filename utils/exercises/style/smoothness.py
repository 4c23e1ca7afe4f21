"""Total variation, and what goes wrong with it."""

import numpy as np
import torch
import torch.nn.functional as F

from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.rules import loops
from utils.exercises.style.shared import as_number, loss_case


def slopes(image):
    """Differences to the right and downward wherever both exist: `(N * C, 2, …)`."""
    right, down = [[-1.0, 1.0], [0.0, 0.0]], [[-1.0, 0.0], [1.0, 0.0]]
    filters = image.new_tensor([[right], [down]])
    return F.conv2d(image.flatten(0, 1)[:, None], filters)


def lengths(differences):
    return torch.linalg.vector_norm(differences, dim=1)


def tv_oracle(image, weight, beta=2):
    return weight * lengths(slopes(image)).pow(beta).sum()


def tv_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, shape, *more):
        return loss_case(name, rng.uniform(size=shape), *more)

    picture = [[[[0, 3, 3], [4, 4, 4], [4, 4, 4]]]]
    worked = "pairs (right, down): (3, 4), (0, 1), (0, 0), (0, 0); sums of squares 25, 1, 0, 0"
    return [
        loss_case("3 x 3 by hand", picture, 1.0, working=f"{worked}; 25 + 1 = 26"),
        loss_case(
            "the same with beta = 3",
            picture,
            2.0,
            3,
            working=f"{worked}; to the power of 3/2: 125 + 1; twice that is 252",
        ),
        case("3 channels of 4 x 6", (1, 3, 4, 6), 0.5),
        case("beta = 1", (1, 2, 5, 4), 3.0, 1),
        case("2 images, beta = 2.5", (2, 3, 6, 4), 0.2, 2.5),
    ]


def bent(measure):
    """Another measure of the differences to the right and downward."""
    return lambda image, weight, beta=2: weight * measure(slopes(image), beta)


def around_the_edge(image, weight, beta=2):
    """Neighbours of the last row and column are the first, as `roll` has it."""
    wrapped = F.pad(image, (0, 1, 0, 1), mode="circular")
    return tv_oracle(wrapped, weight, beta)


def edges_counted(image, weight, beta=2):
    """The last row and column count too, their missing neighbour being themselves."""
    right = F.pad(image.diff(dim=3), (0, 1)).square()
    squares = right + F.pad(image.diff(dim=2), (0, 0, 0, 1)).square()
    return weight * squares[squares > 0].pow(beta / 2).sum()


def over(first, second):
    """Differences along other axes than the rows and columns; none along one of 1."""

    def loss(image, weight, beta=2):
        moved = image.movedim((first, second), (2, 3))
        if min(moved.shape[2:]) < 2:
            return 0 * image.sum()
        return tv_oracle(moved, weight, beta)

    return loss


def each_way_alone(image, weight, beta=2):
    """All differences to the right, and all downward, as two sums."""
    sums = [image.diff(dim=dim).abs().pow(beta).sum() for dim in (2, 3)]
    return weight * sum(sums)


def of_two_shapes(image, weight, beta=2):
    squares = image.diff(dim=2).square() + image.diff(dim=3).square()
    return weight * squares.pow(beta / 2).sum()


def averaged(image, weight, beta=2):
    return tv_oracle(image, weight, beta) / slopes(image)[:, 0].numel()


def once_for_each_image(image, weight, beta=2):
    return tv_oracle(image, weight, beta) / len(image)


def without_graph(image, weight, beta=2):
    return tv_oracle(image.detach(), weight, beta)


def with_a_loop(image, weight, beta=2):
    return sum(tv_oracle(part[None], weight, beta) for part in image)


HINT_LOOPS = (
    "A slice such as x[..., 1:] minus x[..., :-1] holds all differences along an axis at "
    "once. Which two slices have the same shape?"
)
TV_LOSS = Exercise(
    id="12.tv_loss",
    points=3,
    minutes=20,
    oracle=tv_oracle,
    cases=tv_cases,
    rules=(loops(hint=HINT_LOOPS),),
    worked="Rows (0, 3, 3), (4, 4, 4), (4, 4, 4). Both neighbours exist for the four pixels at "
    "the top left. Their differences (right, down) are (3, 4), (0, 1), (0, 0) and (0, 0), "
    "the sums of the squares 25, 1, 0 and 0. With beta = 2 the loss is 26; with beta = 1 the roots are "
    "added, 5 + 1 = 6; with beta = 3 it is 125 + 1.",
    misconceptions=(
        Misconception(
            "beta ignored",
            lambda image, weight, beta=2: tv_oracle(image, weight, 2),
            "Your loss is right for beta = 2 and the same for every beta. Where does the "
            "exponent come in?",
        ),
        Misconception(
            "exponent beta in the place of beta / 2",
            lambda image, weight, beta=2: tv_oracle(image, weight, 2 * beta),
            "Your exponent is twice too large: the squares are already inside. To which "
            "power is the sum of the two squares taken?",
        ),
        Misconception(
            "beta before the half",
            bent(lambda d, beta: d.square().sum(1).pow(beta).sum() / 2),
            "Python reads `x ** beta / 2` as half of `x ** beta`. Which brackets are "
            "missing?",
        ),
        Misconception(
            "two shapes",
            of_two_shapes,
            "The differences downward have a row less than the picture, those to the "
            "right a column less, so they cannot be added. Which part of each is left "
            "if a pixel must have both neighbours?",
        ),
        Misconception(
            "each direction by itself",
            each_way_alone,
            "You add up all differences to the right, and all downward, each for "
            "themselves (CS231n does so). Here a pixel that has both neighbours gives one "
            "term: which two squares are added before the power?",
        ),
        Misconception(
            "power of each difference alone",
            bent(lambda d, beta: d.abs().pow(beta).sum()),
            "You take the power of the two differences one by one. With beta = 2 that "
            "makes no difference; what comes first in the formula, the sum of the two "
            "squares or the power?",
        ),
        Misconception(
            "power of the whole sum",
            bent(lambda d, beta: d.square().sum().pow(beta / 2)),
            "You add up everything and take the power once. Does the exponent belong "
            "to each pixel, or to the picture?",
        ),
        Misconception(
            "differences not squared",
            bent(lambda d, beta: d.abs().sum(1).pow(beta / 2).sum()),
            "The differences go into your sum without a square. What is under the "
            "exponent?",
        ),
        Misconception(
            "around the edge",
            around_the_edge,
            "You compare the last column with the first and the last row with the "
            "first, as `torch.roll` does. Are they neighbours in the picture?",
        ),
        Misconception(
            "last row and column counted",
            edges_counted,
            "Your sum also runs over the last row and the last column, which have only "
            "one of the two neighbours. For which pixels do both exist?",
        ),
        Misconception(
            "differences between channels",
            over(1, 3),
            "You compare channels (axis 1) in the place of rows. Which axes of "
            "(N, C, H, W) are height and width?",
        ),
        Misconception(
            "differences between images",
            over(0, 3),
            "You compare the images of the batch (axis 0) in the place of rows. Which "
            "axes of (N, C, H, W) are height and width?",
        ),
        Misconception(
            "only to the right",
            bent(lambda d, beta: d[:, :1].square().sum(1).pow(beta / 2).sum()),
            "Only differences to the right count. Which ones are missing?",
        ),
        Misconception(
            "only downward",
            bent(lambda d, beta: d[:, 1:].square().sum(1).pow(beta / 2).sum()),
            "Only differences downward count. Which ones are missing?",
        ),
        Misconception(
            "mean in the place of the sum",
            averaged,
            "You average over the pixels. What does the formula do with them?",
        ),
        Misconception(
            "mean over the images",
            once_for_each_image,
            "With two images your loss is half of what it should be. Are the images "
            "added up or averaged?",
        ),
        Misconception(
            "weight ignored",
            lambda image, weight, beta=2: tv_oracle(image, 1.0, beta),
            "Your loss is right where the weight is 1. Where does the weight come in?",
        ),
        Misconception(
            "cut off from the graph",
            without_graph,
            "Your number is right and the picture gets no gradient: a `detach` or a "
            "`no_grad` stands in the way. What must autograd see?",
        ),
        Misconception(
            "a plain number",
            as_number(tv_oracle),
            "You return a plain number: `item()` takes it out of PyTorch, and no gradient "
            "finds the way back. What does the function return without it?",
        ),
        Misconception(
            "a loop",
            with_a_loop,
            HINT_LOOPS,
            breaks="uses no Python loop",
        ),
    ),
)
