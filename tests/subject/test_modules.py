"""Modules that are filled, measured and built without memory, beside learner's code."""

import pytest
import torch
from torch import nn

from utils.stand_ins.modules import count, dropped, fill, gradients, on_meta, shapes
from utils.subject import Named
from utils.subject.local import local_subject


def small() -> nn.Module:
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))


def test_what_a_part_is_filled_with_depends_on_its_name_and_the_seed_only():
    one, other = fill(small(), 5), fill(small().append(nn.Conv2d(3, 4, 1)), 5)
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name])
    assert not torch.equal(one[0].weight, fill(small(), 6)[0].weight)


def test_variances_are_positive_and_numbers_are_double():
    net = fill(small(), 0)
    assert (net[1].running_var > 0).all()
    assert {p.dtype for p in net.parameters()} == {torch.float64}


def test_with_scale_zero_parameters_are_zero_and_buffers_are_not():
    net = fill(small(), 0, 0.0)
    assert all((p == 0).all() for p in net.parameters())
    assert (net[1].running_mean != 0).all()


def test_a_network_too_large_for_memory_is_counted():
    net = on_meta(nn.Linear, 10**6, 10**6)
    assert count(net) == 10**12 + 10**6
    assert shapes(net)["bias"] == [10**6]


def test_what_cannot_be_built_without_memory_is_built_with_it():
    def build():
        return nn.Dropout(torch.linspace(0, 0.5, 3)[1].item())

    assert on_meta(build).p == pytest.approx(0.25)


def test_a_parameter_that_gets_no_gradient_has_a_gradient_of_length_zero():
    net = nn.Linear(2, 1)
    net.unused = nn.Parameter(torch.ones(1))
    found = gradients(net, torch.ones(3, 2), torch.ones(3, 1))
    assert found["unused"] == 0.0
    assert found["weight"] == pytest.approx(3 * 2**0.5)


def test_the_share_that_dropout_takes_is_seen_at_the_next_part():
    net = nn.Sequential(nn.Dropout(0.25), nn.Identity())
    assert dropped(net, "1", torch.ones(4000)) == pytest.approx(0.25, abs=0.05)


def test_a_case_reaches_these_functions_by_name():
    subject = local_subject({"small": small})
    net = subject.call(Named("utils.stand_ins.modules.on_meta"), subject["small"])
    assert subject.call(Named("utils.stand_ins.modules.count"), net) == 63
