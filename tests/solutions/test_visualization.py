"""Lesson 10: what its cells leave behind, and the facts that it shows."""

import math

import numpy as np
import pytest
import torch

from tests.solutions.running import run, run_on_builtin_images


@pytest.fixture(scope="module")
def lesson():
    """What lesson 10 leaves behind with the small network and the built-in images."""
    return run_on_builtin_images("10_visualization")


@pytest.fixture(scope="module")
def large():
    """What it leaves behind with ImageNet weights and photographs."""
    return run("10_visualization")


def test_without_weights_the_small_network_stands_in(lesson):
    assert lesson["small"]
    assert lesson["side"] == 32


def test_the_net_leaves_the_lesson_as_it_came(lesson):
    net = lesson["net"]
    assert not any(module._forward_hooks for module in net.modules())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_grad_cam_is_the_class_activation_map_where_a_mean_follows(lesson):
    assert lesson["cam_gap"] < 1e-6


def test_the_net_is_fooled_within_the_bound(lesson):
    assert lesson["fooled_probability"] >= 0.9
    assert lesson["largest_change"] <= lesson["bound"] + 1e-6


def test_the_sign_of_the_gradient_does_more_than_noise_of_the_same_size(lesson):
    aimed, noise = lesson["shares"].values()
    assert aimed[0] == noise[0] == 1
    assert aimed[-1] < noise[-1] - 0.2


def test_nearest_by_features_are_of_one_class_more_often_than_by_pixels(lesson):
    assert lesson["same"]["features"] > lesson["same"]["pixels"] + 0.1


def test_dreams_make_a_layer_stronger(lesson):
    assert min(lesson["gains"]) > 1.5


def test_an_early_layer_is_easier_to_invert_than_the_last(lesson):
    errors = list(lesson["errors"].values())
    assert errors[0] < errors[-1]
    assert all(losses[-1] < losses[0] for losses in lesson["falling"].values())


def test_later_layers_see_more_of_the_image(lesson):
    assert list(lesson["widths"].values()) == sorted(lesson["widths"].values())


def test_the_occlusion_example_is_right(lesson):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor([[0.0] * 4, [2, 1, 0, -1]]))
    image = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    found = lesson["occlusion_map"](net, image, 1, 1, 1, 0.0)
    np.testing.assert_allclose(found[0], [0.119, 0.119, 0.5, 0.982], atol=1e-3)
    assert found[0, 0].item() == pytest.approx(1 / (1 + math.e**2))


def test_the_saliency_example_is_right(lesson):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 1, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor([[1.0, -3.0, 2.0, -1.0]]))
    found = lesson["saliency_map"](net, torch.rand(1, 2, 1, 2), torch.tensor([0]))
    assert found.tolist() == [[[2.0, 3.0]]]


@pytest.mark.requires("weights")
def test_in_one_picture_two_classes_are_seen_at_two_places(large):
    width = large["grad_maps"].shape[2]
    cat, cup = (one.sum(0) for one in large["grad_maps"])
    assert cat[: width // 2].sum() > cat[-(width // 2) :].sum()
    assert cup[: width // 2].sum() < cup[-(width // 2) :].sum()


@pytest.mark.requires("weights")
def test_a_photograph_of_a_cat_becomes_a_goldfish(large):
    assert large["fooled_probability"] >= 0.9
    assert large["largest_change"] <= 6 / 255 + 1e-6


@pytest.mark.requires("weights")
def test_guided_maps_hardly_depend_on_the_weights(large):
    assert large["likeness"]["guided"] > large["likeness"]["saliency"]
