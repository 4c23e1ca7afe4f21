"""A photograph in the style of a painting, and what goes wrong with it."""

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
from utils.subject import Named


def content_term(extract, photograph, weights, still=True):
    target = part_of(extract, photograph, 0, still)
    return "content_loss", 0, target, weights["content"]


def three_terms(extract, content, style, weights, pieces, still=True):
    return (
        content_term(extract, content, weights, still),
        style_term(extract, style, weights, pieces, still),
        smooth_term(weights),
    )


def stylize_oracle(extract, content, style, weights, pieces, n_steps, make_optimiser):
    terms = three_terms(extract, content, style, weights, pieces)
    start = torch.clone(content)
    return descended(extract, start, terms, pieces, n_steps, make_optimiser)


def transferred(subject, given, layers, n_steps, optimiser) -> dict:
    """The result, and what became of the photograph and of the extractor."""
    content, style, network, weights = given
    extract = subject.call(EXTRACTOR, network, 1, layers)
    photograph = subject.keep(content)
    result = subject(extract, photograph, style, weights, PIECES, n_steps, optimiser)
    image, losses = unpack(result, "image", "losses")
    after = subject.fetch(photograph)
    return {
        "image": image,
        "losses": losses,
        "image.requires_grad": getattr(image, "requires_grad", None),
        "content afterwards": after.array,
        "content.requires_grad afterwards": after.requires_grad,
        "calls of extract": extract.calls,
    }


def stylize_cases(rng: np.random.Generator) -> list[Case]:
    def case(name, n_steps, sides, layers, optimiser=STRIDES, tv=0.5):
        content, style = (images(rng, 1, 3, *side) for side in sides)
        shares = rng.uniform(1, 5, size=len(layers)).tolist()
        weights = {"content": 2.0, "style": shares, "tv": tv}
        given = content, style, small_network(rng), weights
        return Case(name, lambda s: transferred(s, given, layers, n_steps, optimiser))

    same, other = ((8, 9), (8, 9)), ((9, 7), (11, 8))
    adam = Named("torch.optim.Adam")
    return [
        case("one step", 1, same, [2]),
        case("three steps, two layers of style", 3, same, [1, 3]),
        case("a painting of another size", 2, other, [0, 3]),
        case("Adam in the place of SGD", 2, same, [3, 1], adam),
        case("no smoothing", 2, other, [1, 2], tv=0.0),
        case("no step", 0, same, [2]),
    ]


def starting(first):
    """The right terms from another picture."""

    def stylize(extract, content, style, weights, pieces, n_steps, make_optimiser):
        terms = three_terms(extract, content, style, weights, pieces)
        start = first(content, style)
        return descended(extract, start, terms, pieces, n_steps, make_optimiser)

    return stylize


def with_terms(choose):
    """Other terms, from a copy of the photograph."""

    def stylize(extract, content, style, weights, pieces, n_steps, make_optimiser):
        terms = choose(extract, content, style, weights, pieces)
        start = torch.clone(content)
        return descended(extract, start, terms, pieces, n_steps, make_optimiser)

    return stylize


def with_switch(**switches):
    def stylize(extract, content, style, weights, pieces, n_steps, make_optimiser):
        terms = three_terms(extract, content, style, weights, pieces)
        start = torch.clone(content)
        return descended(
            extract, start, terms, pieces, n_steps, make_optimiser, **switches
        )

    return stylize


def without(name):
    """The terms without one of them."""
    return with_terms(
        lambda *given: [term for term in three_terms(*given) if term[0] != name]
    )


def steps_changed(change):
    def stylize(extract, content, style, weights, pieces, n_steps, make_optimiser):
        return stylize_oracle(
            extract, content, style, weights, pieces, change(n_steps), make_optimiser
        )

    return stylize


def targets_each_step(extract, content, style, weights, pieces):
    """The painting and the photograph are looked at anew in every step."""
    return lambda image: three_terms(extract, content, style, weights, pieces)


def extracts_twice(extract, content, style, weights, pieces):
    terms = three_terms(extract, content, style, weights, pieces)

    def looked_at_again(image):
        extract(image)
        return terms

    return looked_at_again


def maps_as_targets(extract, content, style, weights, pieces):
    maps, statistic = part_of(extract, style, 1), pieces["gram_matrix"]
    of_style = "style_loss", 1, maps, weights["style"], statistic
    return content_term(extract, content, weights), of_style, smooth_term(weights)


def content_of_the_image(extract, content, style, weights, pieces):
    """What is wanted is what is there, in every step."""
    fixed = style_term(extract, style, weights, pieces), smooth_term(weights)
    return lambda image: (content_term(extract, image.detach(), weights), *fixed)


def all_of_content(extract, content, style, weights, pieces):
    return three_terms(extract, content, content, weights, pieces)


def all_of_style(extract, content, style, weights, pieces):
    return three_terms(extract, style, style, weights, pieces)


def exchanged(extract, content, style, weights, pieces):
    return three_terms(extract, style, content, weights, pieces)


def graph_kept(extract, content, style, weights, pieces):
    return three_terms(extract, content, style, weights, pieces, still=False)


STYLIZE = Exercise(
    id="12.stylize",
    points=5,
    minutes=30,
    oracle=stylize_oracle,
    returns=("image", "losses"),
    cases=stylize_cases,
    seconds=10,  # the first optimiser of a process imports much of PyTorch
    worked="Before the loop: look at the photograph once and at the painting once, with no "
    "graph, and keep the feature maps of the one and the Gram matrices of the other. Make the picture: a "
    "copy of the photograph that requires a gradient; hand this very tensor to the "
    "optimiser. In the loop: one call of the step. With n steps `extract` runs n + 2 times.",
    misconceptions=(
        Misconception(
            "target recomputed from the image",
            with_terms(content_of_the_image),
            "Your content target is computed from the picture as it is now, in every "
            "step: the distance is always 0 and the photograph is forgotten. Of which "
            "picture are the targets, and when are they computed?",
        ),
        Misconception(
            "targets computed in every step",
            with_terms(targets_each_step),
            "The picture is right, and `extract` looks at photograph and painting again "
            "in every step, for the same answer. Which lines can stand before the loop?",
        ),
        Misconception(
            "looks twice for each loss",
            with_terms(extracts_twice),
            "The picture is right, and `extract` runs twice for each loss: once for the "
            "content and once for the style. It returns both: how do you take them apart?",
        ),
        Misconception(
            "feature maps as targets",
            with_terms(maps_as_targets),
            "Your style targets are the painting's feature maps, and `style_loss` compares "
            "matrices. Through which of the pieces must each map go?",
        ),
        Misconception(
            "targets keep a graph",
            with_terms(graph_kept),
            "PyTorch says that it is asked to go backward a second time: the targets "
            "hang on a graph that the first step has used up. In which block are "
            "targets computed, so that nothing is recorded?",
        ),
        Misconception(
            "style statistics of the photograph",
            with_terms(all_of_content),
            "Your style targets are those of the photograph, so that nothing of the "
            "painting arrives. Which picture goes into `extract` for them?",
        ),
        Misconception(
            "content of the painting",
            with_terms(all_of_style),
            "Your content target is that of the painting. Which picture goes into "
            "`extract` for it?",
        ),
        Misconception(
            "photograph and painting exchanged",
            with_terms(exchanged),
            "You take the content of the painting and the style of the photograph. "
            "Which of the two parts that `extract` returns is for what?",
        ),
        Misconception(
            "the photograph is changed in place",
            starting(lambda content, style: content),
            "After the call the photograph itself is stylised (or requires a gradient): "
            "you work on the caller's tensor. What makes a copy?",
        ),
        Misconception(
            "starts from the painting",
            starting(lambda content, style: torch.clone(style)),
            "You start from the painting. Which picture should be there after no step "
            "at all?",
        ),
        Misconception(
            "starts from grey",
            starting(lambda content, style: torch.full_like(content, 0.5)),
            "You start from a grey picture. Which picture should be there after no step "
            "at all?",
        ),
        Misconception(
            "the optimiser holds a copy",
            with_switch(copies=True),
            "The picture never changes: the optimiser holds another tensor than the one "
            "the loss is computed from. Which tensor do you hand to it, and does a "
            "later `clone` or `to` make a new one?",
        ),
        Misconception(
            "no smoothing term",
            without("tv_loss"),
            "The total variation is missing from your loss. What are the three terms?",
        ),
        Misconception(
            "no style term",
            without("style_loss"),
            "The style loss is missing from your loss. What are the three terms?",
        ),
        Misconception(
            "no content term",
            without("content_loss"),
            "The content loss is missing from your loss. What are the three terms?",
        ),
        Misconception(
            "one step too many",
            steps_changed(lambda n: n + 1),
            "You take one step more than asked. How often does the loop run?",
        ),
        Misconception(
            "one step only",
            steps_changed(lambda n: min(n, 1)),
            "You stop after one step. Does your function return inside the loop?",
        ),
        Misconception(
            "the result requires a gradient",
            with_switch(bare=False),
            "The numbers are right, but the picture that you return still requires a "
            "gradient; it cannot be shown by `.numpy()`. Which method cuts it off?",
        ),
    ),
)
