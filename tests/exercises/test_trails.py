"""Does the message on a wrong output say at which layer of a module it began?"""

import pytest
import torch
from torch import nn

from tests.exercises.answers import answers_of
from utils import check
from utils.exercises.architectures.trails import first_turn
from utils.stand_ins.watching import watched

X = torch.rand(3, 4)


class Net(nn.Module):
    """Two layers, and how often each of them is used."""

    def __init__(self, uses=("one", "two"), change=lambda x: x):
        super().__init__()
        torch.manual_seed(0)
        self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)
        self.active, self.uses, self.change = nn.ReLU(), uses, change

    def forward(self, x):
        for name in self.uses:
            x = self.change(self.active(getattr(self, name)(x)))
        return x


def turn(net):
    return first_turn(watched(Net(), X)["layers"], watched(net, X)["layers"])


def test_layers_with_parameters_are_noted_in_the_order_of_the_run():
    layers = watched(Net(("two", "one", "two")), X)["layers"]
    assert [name for name, *_ in layers] == ["two", "one", "two"]


def test_nothing_is_left_in_the_module():
    net = Net()
    out = watched(net, X)["out"]
    assert not any(layer._forward_pre_hooks for layer in net.modules())
    torch.testing.assert_close(out, net(X))


@pytest.mark.parametrize(
    ("net", "told"),
    [
        (Net(("one",)), "`two` is never used; expected once."),
        (Net(("one", "one", "two")), "`one` is used twice; expected once."),
        (Net(change=lambda x: 2 * x), "other numbers than it should be is `two`"),
        (Net(change=lambda x: x[:2]), "`two`: shape (2, 4); expected (3, 4)"),
        (Net(("two", "one")), "other numbers than it should be is `one`"),
        (Net(), "up to `two`, the last: look at what comes after it"),
    ],
    ids=["left out", "used twice", "other numbers", "other shape", "order", "end"],
)
def test_the_first_layer_that_shows_the_mistake_is_named(net, told):
    assert told in turn(net)


def test_a_module_that_uses_no_layer_is_told_so():
    assert turn(Net(())).startswith("None of its layers is used")
    assert first_turn([], watched(Net(), X)["layers"]) == ""


def test_two_mistakes_at_once_are_told_one_after_the_other():
    net = answers_of("09_architectures")["09.LeNet5"].objects["LeNet5"]

    class TwoMistakes(net):
        def forward(self, x):
            return 3 * super().forward(-x)

    report = check("09.LeNet5", TwoMistakes).report
    assert report.diagnosis is None
    assert any(
        "other numbers than it should be is `conv1`" in c.message for c in report.cases
    )
