"""Lesson 11: what its cells leave behind, and the facts that it shows."""

import numpy as np
import pytest
import torch

from tests.solutions.running import run_on_builtin_images


@pytest.fixture(scope="module")
def lesson():
    """What lesson 11 leaves behind on the built-in images."""
    return run_on_builtin_images("11_transfer")


def test_the_tiny_network_has_as_many_numbers_as_the_text_counts(lesson):
    sizes = {name: p.numel() for name, p in lesson["tiny"].named_parameters()}
    of_conv = sizes["features.0.weight"] + sizes["features.0.bias"]
    of_norm = sizes["features.1.weight"] + sizes["features.1.bias"]
    of_head = sizes["classifier.1.weight"] + sizes["classifier.1.bias"]
    assert (of_conv, of_norm, of_head) == (112, 8, 35)


def test_with_few_pictures_of_a_similar_task_what_was_learned_helps(lesson):
    few = {way: n for (*case, way), n in lesson["found"].items() if case == SIMILAR_FEW}
    assert few["frozen"] > few["from scratch"] + 0.08
    assert few["fine-tuned"] > few["from scratch"]


SIMILAR_FEW = ["similar", "10 a class"]


def test_with_many_pictures_the_body_had_better_follow(lesson):
    for kind in ("similar", "different"):
        many = {
            way: n
            for (task, amount, way), n in lesson["found"].items()
            if task == kind and amount == "140 a class"
        }
        assert many["fine-tuned"] > many["frozen"]


def test_batch_norms_that_are_awake_forget_by_looking(lesson):
    assert lesson["asleep"] > 0.75
    assert lesson["awake"] < lesson["asleep"] - 0.1
    assert lesson["after_looking"](lesson["set_train_mode"]) == lesson["asleep"]


def test_late_features_are_the_better_ones_for_a_similar_task(lesson):
    similar = lesson["depths"]["a similar task"]
    assert max(similar[-2:]) == max(similar)


def test_the_best_checkpoint_is_that_of_the_best_watched_epoch(lesson):
    watched = [accuracy for _, accuracy in lesson["run"]["history"]]
    assert lesson["run"]["best"]["accuracy"] == max(watched)
    assert lesson["run"]["best"]["epoch"] == 1 + watched.index(max(watched))


def test_watched_pictures_are_not_trained_on(lesson):
    assert len(lesson["train"][1]) + len(lesson["watched"][1]) == len(lesson["labels"])
    assert not lesson["is_watched"].all()


def test_a_run_that_was_interrupted_ends_like_one_that_was_not(lesson, tmp_path):
    def begin():
        return lesson["ready_to_tune"](lesson["light"], 4, 0.01, lesson["first_head"])

    parts = lesson["train"], lesson["watched"]
    straight, stopped, resumed = begin(), begin(), begin()
    lesson["fit"](*straight, 2, tmp_path / "straight.pt", *parts)
    lesson["fit"](*stopped, 1, tmp_path / "stopped.pt", *parts)
    lesson["fit"](*resumed, 2, tmp_path / "stopped.pt", *parts)
    for one, other in zip(straight[0].parameters(), resumed[0].parameters()):  # noqa: B905
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_frozen_batch_norms_are_as_they_were(lesson):
    before, after = lesson["light"].trained().state_dict(), lesson["net"].state_dict()
    norms = [key for key in before if "running" in key]
    assert norms
    assert all(torch.equal(before[key], after[key].cpu()) for key in norms)
    assert not torch.equal(before["0.weight"], after["0.weight"].cpu())


def test_the_confusion_matrix_counts_every_validation_picture(lesson):
    table, guesses = lesson["table"], lesson["guesses"]
    assert table.sum() == len(guesses)
    assert np.trace(table) / table.sum() == pytest.approx(
        lesson["accuracy"](lesson["together"], lesson["val_labels"])
    )


def test_the_saved_network_says_what_the_finished_one_says(lesson):
    assert lesson["names"] == list(lesson["task"].class_names)
    best = lesson["run"]["best"]["model"]
    for key, tensor in lesson["again"].state_dict().items():
        torch.testing.assert_close(tensor, best[key].cpu())
