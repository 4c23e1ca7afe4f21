"""Lesson 09: what its cells leave behind, and the facts that it shows."""

from functools import partial

import pytest
import torch

from tests.exercises.answers import answers_of
from tests.solutions.running import run_on_builtin_images
from utils.data import load_cifar10, load_weights
from utils.networks import network
from utils.stand_ins.architectures import PlainUnit
from utils.stand_ins.modules import count, fill, on_meta, shapes


@pytest.fixture(scope="module")
def own():
    """What the solution cells define, by name."""
    found = answers_of("09_architectures")
    return {name: o for answer in found.values() for name, o in answer.objects.items()}


@pytest.fixture(scope="module")
def lesson():
    """What lesson 09 leaves behind on the built-in images."""
    return run_on_builtin_images("09_architectures")


D = (64, 2), (128, 2), (256, 3), (512, 3), (512, 3)
VGG_16 = tuple((filters, (3,) * n) for filters, n in D)

# --- facts of the lecture notes ---------------------------------------------------


def test_alexnet_has_the_shapes_of_the_notes(lesson):
    assert lesson["sides"] == [227, 55, 27, 27, 13, 13, 13, 13, 6]


def test_59_of_alexnets_61_million_parameters_are_in_linear_layers(lesson):
    convolutions, linear = sum(lesson["alexnet_convs"]), sum(lesson["alexnet_linear"])
    assert convolutions + linear == 61_100_840
    assert linear / 1e6 == pytest.approx(58.6, abs=0.05)
    assert lesson["answer_first_linear"] / 1e6 == pytest.approx(37.7, abs=0.05)


def test_vgg_16_keeps_15_million_numbers_and_58_mebibytes(lesson):
    assert lesson["vgg_memory"] / 1e6 == pytest.approx(15.2, abs=0.05)
    assert 4 * lesson["vgg_memory"] / 2**20 == pytest.approx(58, abs=0.5)


def test_the_first_linear_layers_are_as_large_as_the_notes_say(own):
    lenet = dict(own["LeNet5"]().named_parameters())
    vgg = dict(on_meta(own["VGG"], VGG_16).named_parameters())
    assert lenet["fc1.weight"].numel() == 48_000
    assert vgg["classifier.0.weight"].numel() == 102_760_448


def test_inception_needs_854_and_with_bottlenecks_271_million_multiply_adds(lesson):
    counts = [round(lesson[name] / 1e6) for name in ("naive_adds", "squeezed_adds")]
    assert counts == [854, 271]


def test_googlenet_has_about_7_million_parameters_as_in_the_paper(own):
    build = partial(own["GoogLeNet"], own["Inception"])
    paper = on_meta(build, GOOGLENET, size=5, unit=PlainUnit)
    assert count(paper) == 6_998_552


GOOGLENET = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64),
        (160, (112, 224), (24, 64), 64),
        (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64),
        (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)


def test_a_deep_net_of_54_blocks_has_40_of_them_on_average(lesson):
    assert lesson["expected_depth"] == pytest.approx(40.25)


# --- names of the published weights -------------------------------------------------


@pytest.mark.parametrize(
    ("block", "layers", "keys"),
    [("BasicBlock", (2, 2, 2, 2), 122), ("Bottleneck", (3, 4, 6, 3), 320)],
)
def test_a_resnet_has_the_names_of_torchvisions_file(own, block, layers, keys):
    names = shapes(on_meta(own["ResNet"], own[block], layers))
    last = len(layers), layers[-1] - 1
    assert len(names) == keys
    assert {
        "conv1.weight",
        "bn1.num_batches_tracked",
        "layer1.0.conv1.weight",
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.running_var",
        "layer{}.{}.bn2.bias".format(*last),
        "fc.bias",
    } <= set(names)


def test_vgg_16_computes_what_the_table_says_under_the_same_names(own):
    ours, table = on_meta(own["VGG"], VGG_16), on_meta(network, "vgg16")
    assert shapes(ours) == shapes(table)


@pytest.mark.parametrize(("name", "n"), [("resnet20", 3), ("resnet56", 9)])
def test_a_cifar_resnet_computes_what_the_table_says(own, name, n):
    ours = fill(own["CifarResNet"](own["CifarBlock"], n), 0).eval()
    table = network(name, classes=10).double().eval()
    table.load_state_dict(ours.state_dict())
    x = torch.rand(2, 3, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(ours(x), table(x))


@pytest.mark.requires("weights", "cifar10")
@pytest.mark.parametrize(("name", "n"), [("resnet20", 3), ("resnet56", 9)])
def test_published_weights_load_by_name_and_recognise_pictures(own, name, n):
    weights = load_weights(name)
    net = own["CifarResNet"](own["CifarBlock"], n).eval()
    net.load_state_dict(weights.state)
    images = load_cifar10(n_train=10, n_test=200)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (weights.mean, weights.std))
    with torch.no_grad():
        scores = net((torch.from_numpy(images.X_test) - mean) / std)
    wrong = (scores.argmax(1).numpy() != images.y_test).mean()
    assert wrong < 0.15


# --- what the lesson shows ----------------------------------------------------------


def test_a_1x1_convolution_mixes_channels_and_no_pixels(lesson):
    out = lesson["conv"](lesson["mixed"])
    assert out.flatten().tolist() == [13.0, 26.0]


def test_without_skips_the_deeper_net_learns_less(lesson):
    last = lesson["last"]
    assert last["plain, 56 layers"] > last["plain, 20 layers"]
    assert last["plain, 56 layers"] > last["residual, 56 layers"]
