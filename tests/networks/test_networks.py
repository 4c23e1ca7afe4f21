"""Do the described networks have the published sizes, and do weights fit by name?"""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from utils.data import load_cifar10
from utils.data.images import DataError
from utils.networks import NAMES, Described, network, pretrained, trained
from utils.networks.described import like_tensorflow

PUBLISHED = {
    "mobilenet_v2": 3_504_872,
    "resnet20": 269_722,
    "resnet56": 853_018,
    "squeezenet1_1": 1_235_496,
    "vgg16": 138_357_544,
}
FORKED = """
    one          Conv2d 3 4 kernel_size=1   # mixes channels
    block.left   ReLU
    block.right  Identity < one
    block        Cat < block.left, block.right
    out          Add < block, block
"""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_number_of_parameters_is_the_published_one(name):
    with torch.device("meta"):
        net = network(name, classes=10 if "resnet" in name else 1000)
    assert sum(p.numel() for p in net.parameters()) == PUBLISHED[name]


def test_rows_take_what_they_name():
    net, x = Described(FORKED), torch.randn(2, 3, 5, 4)
    one = net.one(x)
    torch.testing.assert_close(net(x), 2 * torch.cat([one.relu(), one], 1))


def test_a_hook_sees_what_a_row_gives():
    net, seen = Described(FORKED), []
    net.get_submodule("block").register_forward_hook(
        lambda layer, inputs, out: seen.append(out.shape)
    )
    net(torch.randn(2, 3, 5, 4))
    assert seen == [(2, 8, 5, 4)]


def test_an_unknown_layer_or_network_is_told():
    with pytest.raises(ValueError, match="row 'x': 'Convolution' is no class"):
        Described("x Convolution 3")
    with pytest.raises(ValueError, match="'resnet19'; expected one of"):
        network("resnet19")


@pytest.mark.parametrize("side", [8, 9])
@pytest.mark.parametrize("stride", [1, 2])
def test_tensorflow_pads_what_is_odd_at_the_end(side, stride):
    conv = like_tensorflow(nn.Conv2d(2, 3, 3, stride, 1))
    x = torch.randn(1, 2, side, side)
    ends = (0, 1, 0, 1) if stride == 2 and side == 8 else (1, 1, 1, 1)
    expected = F.conv2d(F.pad(x, ends), conv.weight, conv.bias, stride)
    torch.testing.assert_close(conv(x), expected)


@pytest.mark.requires("weights")
@pytest.mark.parametrize("name", sorted({*PUBLISHED, "mobilenet_v2_0.35"} - {"vgg16"}))
def test_published_weights_load_by_name(name):
    found = pretrained(name)
    assert not found.small and not found.net.training
    x = torch.rand(2, 3, found.side, found.side, requires_grad=True)
    scores = found.net(found.prepare(x))
    assert scores.shape == (2, len(found.class_names) or 1280)
    (gradient,) = torch.autograd.grad(scores.sum(), x)
    assert gradient.abs().sum() > 0


@pytest.mark.requires("weights")
@pytest.mark.requires("cifar10")
def test_a_published_resnet_knows_cifar10():
    images, found = load_cifar10(0, 300), pretrained("resnet20")
    with torch.no_grad():
        scores = found.net(found.prepare(torch.from_numpy(images.X_test)))
    assert np.mean(scores.argmax(1).numpy() == images.y_test) > 0.87


def test_without_weights_the_small_network_stands_in(monkeypatch, tmp_path, capsys):
    def nowhere(name):
        raise DataError("The weights were not found.")

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(trained, "load_weights", nowhere)
    monkeypatch.setattr(trained, "EPOCHS", 1)
    monkeypatch.setattr(trained, "TRAINING_IMAGES", 500)
    first, again = pretrained("vgg16"), pretrained("vgg16")
    assert "a small network stands in" in capsys.readouterr().out
    assert first.small and len(first.class_names) == 10 and first.side == 32
    x = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(first.net(x), again.net(x), rtol=0, atol=0)


def test_every_table_is_known():
    assert {*PUBLISHED, "small"} <= {*NAMES}
