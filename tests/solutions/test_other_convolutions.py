"""Lesson 09, its second half: the facts that it states, by the course's own answers."""

from math import prod

import numpy as np
import pytest
import torch
from torch import nn

from tests.exercises.answers import answers_of
from utils.data import load_weights
from utils.exercises.architectures.summaries import INCEPTION, NAIVE
from utils.networks import Described, network
from utils.tracing import trace


@pytest.fixture(scope="module")
def own():
    """What the solution cells define, by name."""
    found = answers_of("09_architectures")
    return {name: o for answer in found.values() for name, o in answer.objects.items()}


def rows_of(own, net, shape):
    return own["summary"](trace(net, shape))


def total(rows, key):
    return sum(row[key] for row in rows)


def on_meta(build, *args):
    with torch.device("meta"):
        return build(*args)


# --- SEED_FACTS: reproduced -----------------------------------------------------


def test_a_transposed_convolution_in_one_dimension_is_that_of_the_notes(own):
    a, b, x, y, z = 2.0, 3.0, 5.0, 7.0, 11.0
    row, taps = np.array([[[[a, b]]]]), np.array([[[[x, y, z]]]])
    out = own["transposed_conv"](row, taps, stride=2)
    assert out[0, 0, 0].tolist() == [a * x, a * y, a * z + b * x, b * y, b * z]


def test_the_transposed_convolution_is_the_transpose_of_the_convolution(own):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1, 2, 9, 8)), rng.normal(size=(1, 3, 4, 3))
    w = rng.normal(size=(3, 2, 3, 4))
    forward = torch.conv2d(torch.from_numpy(x), torch.from_numpy(w), stride=2)
    back = own["transposed_conv"](y, w, stride=2)
    assert (forward.numpy() * y).sum() == pytest.approx((x[..., :9, :8] * back).sum())


def test_vgg16_has_138_million_parameters_most_of_them_in_one_layer(own):
    rows = rows_of(own, on_meta(network, "vgg16"), (3, 224, 224))
    first = next(row for row in rows if row["name"] == "classifier.0")
    assert total(rows, "parameters") == 138_357_544
    assert first["multiply_adds"] == 102_760_448
    assert rows[-4]["shape"] == (512, 7, 7)


def test_vgg16_keeps_15_million_numbers_and_58_mebibytes(own):
    rows = rows_of(own, on_meta(network, "vgg16"), (3, 224, 224))
    numbers = prod((3, 224, 224)) + total(rows, "memory") // 4
    assert numbers / 1e6 == pytest.approx(15.2, abs=0.05)
    assert 4 * numbers / 2**20 == pytest.approx(58, abs=0.5)


def test_vgg16s_pools_keep_the_channels(own):
    rows = rows_of(own, on_meta(network, "vgg16"), (3, 224, 224))
    pools = [
        row["shape"] for row in rows if row["name"] in ("features.23", "features.30")
    ]
    assert pools == [(512, 14, 14), (512, 7, 7)]


def test_inception_needs_854_and_with_bottlenecks_271_million_multiply_adds(own):
    work = [
        total(rows_of(own, Described(table), (256, 28, 28)), "multiply_adds")
        for table in (NAIVE, INCEPTION)
    ]
    assert [round(w / 1e6) for w in work] == [854, 271]


def test_squeezenet_has_fifty_times_fewer_parameters_than_alexnet(own):
    net = on_meta(own["SqueezeNet"], own["Fire"], SQUEEZENET)
    assert 61_100_840 / sum(p.numel() for p in net.parameters()) == pytest.approx(
        50, abs=1
    )


SQUEEZENET = (
    ((16, 64, 64), (16, 64, 64)),
    ((32, 128, 128), (32, 128, 128)),
    ((48, 192, 192), (48, 192, 192), (64, 256, 256), (64, 256, 256)),
)
MOBILENETV2 = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)


def test_alphagos_policy_net_has_the_layers_of_the_notes(own):
    net = on_meta(own["PolicyNet"])
    convs = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.kernel_size[0] for layer in convs] == [5, *[3] * 11, 1]
    assert {layer.out_channels for layer in convs[:-1]} == {192}
    rows = rows_of(own, net, (48, 19, 19))
    assert {row["shape"][1:] for row in rows} == {(19, 19)}
    assert sum(p.numel() for p in net.parameters()) == 3_882_793


def test_the_policy_net_gives_a_probability_to_every_point(own):
    with torch.no_grad():
        moves = own["PolicyNet"](5, 4, 3, 7)(torch.rand(2, 5, 7, 7))
    assert moves.shape == (2, 49)
    torch.testing.assert_close(moves.sum(1), torch.ones(2))


# --- identities and claims of the text ------------------------------------------


def test_xception_made_of_the_two_blocks_has_the_published_count(own):
    sep, block = own["SeparableConv"], own["XceptionBlock"]
    entry = (64, 128, 128), (128, 256, 256), (256, 728, 728)
    with torch.device("meta"):
        parts = [block(sep, widths, 2) for widths in entry]
        parts += [block(sep, (728,) * 4) for _ in range(8)]
        parts += [block(sep, (728, 728, 1024), 2), sep(1024, 1536), sep(1536, 2048)]
        parts += [nn.Conv2d(3, 32, 3, bias=False), nn.Conv2d(32, 64, 3, bias=False)]
        parts += map(nn.BatchNorm2d, (32, 64, 1536, 2048))
        parts.append(nn.Linear(2048, 1000))
    assert sum(p.numel() for part in parts for p in part.parameters()) == 22_855_952


def test_a_depthwise_convolution_mixes_no_channels_and_a_pointwise_one_no_places(own):
    net = own["SeparableConv"](3, 5)
    x = torch.zeros(1, 3, 4, 4)
    x[0, 1, 2, 2] = 1
    spread = net.depthwise(x).detach()
    assert (spread != 0).any(dim=(0, 2, 3)).tolist() == [False, True, False]
    places = (net.pointwise(x)[0] != 0).any(dim=0).nonzero()
    assert places.tolist() == [[2, 2]]


def test_an_ungrouped_filter_does_what_the_grouped_one_does(own):
    x, w = torch.rand(2, 6, 5, 4), torch.rand(9, 2, 3, 2)
    plain = torch.conv2d(x, own["ungroup"](w, 3))
    torch.testing.assert_close(plain, torch.conv2d(x, w, groups=3))


def test_dilations_1_2_4_see_15_pixels_and_plain_layers_7(own):
    fields = [
        own["receptive_field"]([(3, 1, d) for d in dilations])[0]
        for dilations in ((1, 2, 4), (1, 1, 1))
    ]
    assert fields == [15, 7]


def test_without_offsets_a_deformable_convolution_is_a_plain_one(own):
    x, w = torch.rand(2, 6, 5), torch.rand(3, 2, 3, 2)
    out = own["deformable_conv"](
        x, w, torch.zeros(2, 3, 2, 4, 4), own["bilinear_sample"]
    )
    torch.testing.assert_close(out, torch.conv2d(x[None], w)[0])


def test_a_snake_reads_within_one_pixel_of_its_neighbour(own):
    steps = 2 * torch.rand(9, 20) - 1
    assert own["snake_offsets"](steps).diff(dim=0).abs().max() <= 1


def test_densenet_121_has_121_layers_with_weights(own):
    net = on_meta(own["DenseNet"], own["DenseLayer"])
    layers = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == 121


# --- weights by name ------------------------------------------------------------


@pytest.mark.requires("weights")
@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v2"])
def test_published_weights_load_by_name_and_give_the_reference_scores(own, name):
    nets = {
        "squeezenet1_1": lambda: own["SqueezeNet"](own["Fire"], SQUEEZENET),
        "mobilenet_v2": lambda: own["MobileNetV2"](
            own["InvertedResidual"], MOBILENETV2
        ),
    }
    state, image = load_weights(name).state, torch.rand(1, 3, 96, 96)
    scores = []
    for net in (nets[name](), network(name)):
        net.load_state_dict(state)
        with torch.no_grad():
            scores.append(net.eval()(image))
    torch.testing.assert_close(*scores)
