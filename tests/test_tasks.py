"""What lesson 11 begins with: networks without their heads, and tasks."""

import numpy as np
import pytest
import torch

from utils.held_out import HELD_OUT, KNOWN, of_classes
from utils.tasks import BodyOf, different_task, similar_task, start_small, start_with


def test_the_two_tasks_of_shapes_have_no_class_in_common():
    assert not set(KNOWN) & set(HELD_OUT)
    assert len(KNOWN) + len(HELD_OUT) == 10


def test_labels_become_indices_into_the_names_that_were_asked_for():
    X = np.arange(5)
    shown, labels = of_classes(X, np.array([1, 3, 0, 1, 5]), ("star", "ring"))
    assert shown.tolist() == [0, 3, 4]
    assert labels.tolist() == [1, 1, 0]


def test_without_photographs_the_small_network_stands_in(monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    start = start_with("mobilenet_v2")
    assert start.small
    assert "disc" in start.description


def test_a_task_has_as_many_pictures_of_each_class_as_were_asked_for():
    start = start_small()
    for make in (similar_task, different_task):
        task = make(start, 6, 4)
        assert np.bincount(task.y_train).tolist() == [6] * len(task.class_names)
        assert np.bincount(task.y_val).tolist() == [4] * len(task.class_names)
        assert np.bincount(task.first(2).y_train).tolist() == [2] * len(task.classes)
        assert task.X_train.shape[1:] == (32, 32, 3)


def test_a_body_gives_what_the_head_takes():
    start = start_small()
    net = start.trained().eval()
    X = torch.rand(3, 3, 32, 32)
    features = BodyOf(net, start.head)(X)
    torch.testing.assert_close(net.get_submodule(start.head)(features), net(X))


@pytest.mark.requires("flowers", "weights")
@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v2_0.35"])
def test_published_networks_have_1280_features(name):
    start = start_with(name, side=64)
    assert not start.small
    X = start.prepare(torch.rand(2, 3, 64, 64))
    body = BodyOf(start.trained().eval(), start.head)
    assert body(X).shape == (2, 1280)
    fresh = start.fresh().state_dict()
    assert fresh.keys() == start.trained().state_dict().keys()
    for part in (*start.stages, start.head):
        start.trained().get_submodule(part)
