"""Lesson 12: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest
import torch

from tests.solutions.running import run_on_builtin_images
from utils.data import load_picture
from utils.networks import network, pretrained
from utils.networks.trained import small


@pytest.fixture(scope="module")
def lesson():
    """What lesson 12 leaves behind without weights and pictures."""
    return run_on_builtin_images("12_style")


def test_the_style_term_of_the_notes_is_the_normalised_one(lesson):
    assert lesson["raw_term"].item() == pytest.approx(20 / 144)
    assert lesson["normalised_term"].item() == pytest.approx(20 / 144)
    painted, gram = lesson["painted"][None, :, None], lesson["gram_matrix"]
    channels = lesson["two_channels"][None, :, None]
    loss = lesson["style_loss"]([channels], [gram(painted)], [1.0], gram)
    assert loss.item() == pytest.approx(20 / 144)


def test_a_gram_matrix_forgets_the_places_and_keeps_the_pairs(lesson):
    assert lesson["example_gram"].tolist() == [[5, 2], [2, 2]]
    shuffled = lesson["shuffled"][None, :, None]
    assert lesson["gram_matrix"](shuffled, False)[0].tolist() == [[5, 2], [2, 2]]


def test_the_worked_losses_are_right(lesson):
    found, wanted = torch.tensor([1.0, 2, 0, 3]), torch.tensor([1.0, 0, 1, 3])
    assert lesson["content_loss"](found, wanted, 0.5).item() == 2.5
    rows = torch.tensor([[0.0, 3, 3], [4, 4, 4], [4, 4, 4]])[None, None]
    costs = [lesson["tv_loss"](rows, 1.0, beta).item() for beta in (2, 1, 3)]
    assert costs == pytest.approx([26, 6, 126])


def test_an_edge_costs_the_same_at_beta_one_and_less_when_spread_at_two(lesson):
    assert lesson["costs"]["beta = 1"] == pytest.approx([1] * 8)
    assert lesson["costs"]["beta = 2"] == sorted(lesson["costs"]["beta = 2"])[::-1]


def test_a_mirror_changes_the_feature_map_more_than_the_gram_matrix(lesson):
    apart = lesson["apart"]
    mirrored = apart(lesson["grams"], "in a mirror")
    assert mirrored < 0.5 * apart(lesson["maps"], "in a mirror")
    assert mirrored < apart(lesson["grams"], "the photo")


def test_the_photograph_takes_on_the_style_and_stays_what_it_was(lesson, monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)  # as the lesson ran
    losses = [loss for _, loss in lesson["log"]]
    assert losses[-1] < 0.5 * losses[0]
    assert lesson["result"].min() >= 0 and lesson["result"].max() <= 1
    again = load_picture("astronaut", lesson["side"])
    assert np.array_equal(lesson["photograph"][0].numpy(), again)


def test_the_network_that_looks_is_not_changed(lesson):
    fresh = small().net.state_dict()
    for name, weight in lesson["known"].net.state_dict().items():
        assert torch.equal(weight, fresh[name]), name
    assert not any(w.requires_grad for w in lesson["known"].net.parameters())


def test_both_optimisers_get_down(lesson):
    for log in lesson["logs"].values():
        assert log[-1][1] < log[0][1]


def test_the_textures_are_twice_as_wide_as_their_models(lesson):
    sizes = {tuple(picture.shape[2:]) for picture in lesson["textures"].values()}
    assert sizes == {(97, 97), (97, 193)}


def test_a_mixture_lies_between_its_two_painters(lesson):
    extract, gram = lesson["extract"], lesson["gram_matrix"]
    target = lesson["both"][0][1]
    with torch.no_grad():
        away = [
            torch.dist(gram(extract(picture)[1][1]), target).item()
            for picture in lesson["mixtures"].values()
        ]
    assert away[0] < away[-1]
    assert away[1] < away[-1]


def test_the_painter_learns_and_is_faster_than_optimising(lesson):
    assert lesson["learned"] < lesson["fresh"]
    assert lesson["pass_seconds"] < 0.2 * lesson["seconds"]
    assert lesson["at_once"].shape == lesson["photograph"].shape
    assert lesson["at_once"].min() >= 0 and lesson["at_once"].max() <= 1


def test_the_layer_of_question_one_has_63_by_63_places():
    seen, net = [], network("squeezenet1_1")
    net.get_submodule("features.3").register_forward_hook(lambda *a: seen.append(a[2]))
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, 256, 256))
    assert seen[0].shape == (1, 128, 63, 63)


def test_with_published_weights_the_style_arrives_too(requires, lesson):
    requires("weights")
    known = pretrained("squeezenet1_1")
    assert not known.small
    names = [f"features.{i}" for i in (1, 3, 4, 6, 7)]
    extract = lesson["reader"](known, "features.4", names)
    photograph, painting = (
        torch.from_numpy(load_picture(name, 64))[None] for name in ("chelsea", "wave")
    )
    lesson["weigh"].__globals__["extract"] = extract
    weights = lesson["weigh"](photograph, painting, 1, 30, 0.3)
    _, losses = lesson["stylize"](
        *(extract, photograph, painting, weights, lesson["borrowed"], 15),
        lesson["adam"],
    )
    assert losses[-1] < 0.5 * losses[0]
