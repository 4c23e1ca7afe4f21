"""Descent on a picture with several terms, for stylising and for textures.

A term is the name of a piece, which part of the extraction it looks at (None for the
picture itself), and what else the piece is given.
"""

import torch

from utils.subject import Named

PIECES = {
    "content_loss": Named("utils.stand_ins.style.content_distance"),
    "gram_matrix": Named("utils.stand_ins.style.covariances"),
    "style_loss": Named("utils.stand_ins.style.style_distance"),
    "tv_loss": Named("utils.stand_ins.style.roughness"),
    "stylize_step": Named("utils.stand_ins.style.short_step"),
}
EXTRACTOR = Named("utils.stand_ins.style.Extractor")
STRIDES = Named("utils.stand_ins.style.long_strides")


def part_of(extract, image, part, still=True):
    """One part of what is extracted, with no graph where it stands still."""
    with torch.set_grad_enabled(not still):
        return extract(image)[part]


def style_term(extract, painting, weights, pieces, still=True):
    """The term that compares statistics with those of a painting."""
    statistic = pieces["gram_matrix"]
    targets = [statistic(f) for f in part_of(extract, painting, 1, still)]
    return "style_loss", 1, targets, weights["style"], statistic


def smooth_term(weights):
    return "tv_loss", None, weights["tv"]


def total(extract, image, terms, pieces):
    parts = {0: None, 1: None}
    if any(part is not None for _, part, *_ in terms):
        parts = dict(enumerate(extract(image)))
    parts[None] = image
    return sum(pieces[name](parts[part], *rest) for name, part, *rest in terms)


def descended(
    extract, start, terms, pieces, n_steps, make_optimiser, copies=False, bare=True
):
    """The picture after the steps, and their losses; writes into `start`."""
    start.requires_grad_()
    held = start.detach().clone() if copies else start
    optimiser, losses = make_optimiser([held]), []
    while len(losses) < n_steps:
        now = terms(start) if callable(terms) else terms
        losses.append(
            pieces["stylize_step"](
                start, optimiser, lambda x, now=now: total(extract, x, now, pieces)
            )
        )
    return (start.detach() if bare else start), losses
