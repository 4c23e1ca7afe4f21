"""A texture from noise, and what goes wrong with it."""

import numpy as np
import torch

from utils.checks.compare import unpack
from utils.checks.exercise import Case, Exercise, Misconception
from utils.exercises.style.descent import (
    EXTRACTOR,
    PIECES,
    STRIDES,
    descended,
    part_of,
    smooth_term,
    style_term,
)
from utils.exercises.style.shared import images, small_network
from utils.subject import TorchGenerator


def uniform(texture, size, generator):
    """Uniform noise, drawn as one row and then folded."""
    row = torch.empty(3 * size[0] * size[1], dtype=texture.dtype)
    return row.uniform_(generator=generator).unflatten(0, (1, 3, *size))


def two_terms(extract, texture, weights, pieces):
    return style_term(extract, texture, weights, pieces), smooth_term(weights)


def texture_oracle(
    extract, texture, size, weights, pieces, n_steps, make_optimiser, generator
):
    terms = two_terms(extract, texture, weights, pieces)
    start = uniform(texture, size, generator)
    return descended(extract, start, terms, pieces, n_steps, make_optimiser)


def texture_case(rng, name, n_steps, side, size, layers, tv=0.5) -> Case:
    """The result, and what became of the texture and of the extractor."""
    texture, network = images(rng, 1, 3, *side), small_network(rng)
    shares = rng.uniform(1, 5, size=len(layers)).tolist()
    weights, seed = {"style": shares, "tv": tv}, int(rng.integers(1000))

    def play(subject):
        extract = subject.call(EXTRACTOR, network, 1, layers)
        given, generator = subject.keep(texture), TorchGenerator(seed)
        result = subject(
            extract, given, size, weights, PIECES, n_steps, STRIDES, generator
        )
        image, losses = unpack(result, "image", "losses")
        return {
            "image": image,
            "losses": losses,
            "image.requires_grad": getattr(image, "requires_grad", None),
            "texture afterwards": subject.fetch(given).array,
            "calls of extract": extract.calls,
        }

    return Case(name, play)


def texture_cases(rng: np.random.Generator) -> list[Case]:
    return [
        texture_case(rng, "no step: the noise", 0, (8, 9), (7, 10), [2]),
        texture_case(rng, "one step", 1, (8, 9), (8, 9), [2]),
        texture_case(rng, "larger than the texture", 3, (7, 9), (10, 12), [1, 3]),
        texture_case(rng, "no smoothing", 2, (9, 8), (7, 11), [0, 3], tv=0.0),
    ]


def starting(first):
    """The right terms from another picture."""

    def synthesize(
        extract, texture, size, weights, pieces, n_steps, make_optimiser, generator
    ):
        terms = two_terms(extract, texture, weights, pieces)
        start = first(texture, size, generator)
        return descended(extract, start, terms, pieces, n_steps, make_optimiser)

    return synthesize


def with_terms(choose):
    """Other terms, from the same noise."""

    def synthesize(
        extract, texture, size, weights, pieces, n_steps, make_optimiser, generator
    ):
        start = uniform(texture, size, generator)
        terms = choose(extract, texture, weights, pieces, start)
        return descended(extract, start, terms, pieces, n_steps, make_optimiser)

    return synthesize


def normal_noise(texture, size, generator):
    return torch.randn(1, 3, *size, generator=generator, dtype=texture.dtype)


def of_default_format(texture, size, generator):
    return torch.rand(1, 3, *size, generator=generator)


def same_size(texture, size, generator):
    return uniform(texture, texture.shape[2:], generator)


def sides_exchanged(texture, size, generator):
    return uniform(texture, size[::-1], generator)


def grey_noise(texture, size, generator):
    one = torch.rand(1, 1, *size, generator=generator, dtype=texture.dtype)
    return one.expand(1, 3, *size).clone()


def from_texture(texture, size, generator):
    return torch.nn.functional.interpolate(texture, size)


def with_switch(**switches):
    def synthesize(
        extract, texture, size, weights, pieces, n_steps, make_optimiser, generator
    ):
        terms = two_terms(extract, texture, weights, pieces)
        start = uniform(texture, size, generator)
        return descended(
            extract, start, terms, pieces, n_steps, make_optimiser, **switches
        )

    return synthesize


def of_the_noise(extract, texture, weights, pieces, start):
    return two_terms(extract, start.clone(), weights, pieces)


def of_the_image(extract, texture, weights, pieces, start):
    return lambda image: two_terms(extract, image.detach(), weights, pieces)


def in_every_step(extract, texture, weights, pieces, start):
    return lambda image: two_terms(extract, texture, weights, pieces)


def no_smoothing(extract, texture, weights, pieces, start):
    return two_terms(extract, texture, weights, pieces)[:1]


def held_to_the_noise(extract, texture, weights, pieces, start):
    held = "content_loss", 0, part_of(extract, start, 0), 1.0
    return held, *two_terms(extract, texture, weights, pieces)


SYNTHESIZE_TEXTURE = Exercise(
    id="12.synthesize_texture",
    points=3,
    minutes=15,
    oracle=texture_oracle,
    returns=("image", "losses"),
    cases=texture_cases,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    worked="With no step at all the result is the noise: H * W pixels of 3 colours, uniform between 0 "
    "and 1, drawn with the generator. The targets are the statistics of the texture, computed "
    "once. Nothing else is different from stylising, except that there is no content.",
    misconceptions=(
        Misconception(
            "normal noise",
            starting(normal_noise),
            "Your noise is normal and leaves the range of a picture. Which function "
            "draws numbers between 0 and 1?",
        ),
        Misconception(
            "noise in another number format",
            starting(of_default_format),
            "Your noise is float32 and the texture is not. Which argument of `torch.rand` "
            "names the format?",
        ),
        Misconception(
            "as large as the texture",
            starting(same_size),
            "Your picture has the size of the texture. Which size is asked for?",
        ),
        Misconception(
            "height and width exchanged",
            starting(sides_exchanged),
            "Your picture lies on its side. In which order does `size` name its sides?",
        ),
        Misconception(
            "the same noise in all colours",
            starting(grey_noise),
            "Your noise is grey: the three channels are equal. How many numbers does a "
            "pixel have?",
        ),
        Misconception(
            "starts from the texture",
            starting(from_texture),
            "You start from the texture itself. What would be left to do?",
        ),
        Misconception(
            "statistics of the noise",
            with_terms(of_the_noise),
            "Your targets are the statistics of the noise. Which picture should the "
            "result resemble?",
        ),
        Misconception(
            "targets recomputed from the image",
            with_terms(of_the_image),
            "Your targets are computed from the picture itself in every step: the style "
            "loss is always 0. Of which picture are they, and when are they computed?",
        ),
        Misconception(
            "targets computed in every step",
            with_terms(in_every_step),
            "The picture is right, and `extract` looks at the texture in every step "
            "for the same answer. Which lines can stand before the loop?",
        ),
        Misconception(
            "no smoothing term",
            with_terms(no_smoothing),
            "The total variation is missing from your loss. What are the two terms?",
        ),
        Misconception(
            "a content term",
            with_terms(held_to_the_noise),
            "Your loss holds the picture to its beginning, the noise. What are the two "
            "terms?",
        ),
        Misconception(
            "the optimiser holds a copy",
            with_switch(copies=True),
            "The picture never changes: the optimiser holds another tensor than the one "
            "the loss is computed from. Which tensor do you hand to it?",
        ),
        Misconception(
            "the result requires a gradient",
            with_switch(bare=False),
            "The numbers are right, but the picture that you return still requires a "
            "gradient. Which method cuts it off?",
        ),
    ),
)
