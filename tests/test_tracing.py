"""What `trace` finds in a network, and what it leaves as it was."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from utils.networks import Described, network
from utils.tracing import print_table, trace


class Functional(nn.Module):
    """A branch, a sum and two pools that are no modules."""

    def __init__(self):
        super().__init__()
        self.left = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.right = nn.Conv2d(3, 4, (1, 5), padding=(0, 2), groups=1)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.relu(self.left(x)) + self.right(x)
        return self.head(F.max_pool2d(x, 2, 1).mean((2, 3)))


def test_a_layer_names_those_that_it_reads_through_sums_and_activations():
    layers = trace(Functional(), (3, 6, 7))
    assert [layer["kind"] for layer in layers] == [
        "conv",
        "conv",
        "pool",
        "pool",
        "linear",
    ]
    assert [layer["inputs"] for layer in layers] == [[], [], [0, 1], [2], [3]]
    assert [layer["name"] for layer in layers] == ["left", "right", "", "", "head"]


def test_windows_are_pairs_and_the_mean_is_a_window_as_large_as_the_map():
    _, right, pool, mean, head = trace(Functional(), (3, 6, 7))
    assert (right["size"], right["bias"]) == ((1, 5), True)
    assert (pool["size"], pool["stride"], pool["shape"]) == ((2, 2), (1, 1), (4, 5, 6))
    assert mean["size"] == (5, 6)
    assert (head["size"], head["channels"]) == ((1, 1), 4)


def test_a_linear_layer_looks_at_the_whole_map():
    net = Described("a Conv2d 3 4 kernel_size=3\nflat Flatten\nb Linear 80 2")
    last = trace(net, (3, 6, 7))[-1]
    assert (last["size"], last["channels"], last["shape"]) == ((4, 5), 4, (2,))


def test_the_network_is_left_as_it_was():
    net = network("resnet20", classes=10).train()
    trace(net, (3, 32, 32))
    assert net.training
    assert {p.device.type for p in net.parameters()} == {"cpu"}
    assert not any(m._forward_hooks for m in net.modules())


def test_a_transposed_convolution_is_refused():
    with pytest.raises(ValueError, match="transposed"):
        trace(nn.ConvTranspose2d(3, 4, 2), (3, 5, 5))


def test_the_table_adds_up_its_rows(capsys):
    costs = {"parameters": 10, "multiply_adds": 2_000_000, "memory": 2**20}
    row = {"name": "one", "shape": (4, 5, 6), "field": (3, 7), **costs}
    print_table([row, row], (1, 1, 1))
    told = capsys.readouterr().out.splitlines()
    assert "3 x 7" in told[1]
    assert told[-1].startswith("20 parameters, 4 million multiply-adds, 2.0 MiB")
