import io
import sys

import numpy as np
import pytest

from utils.data import BUILTIN_NAMES, notice
from utils.data.builtin import N_TEST, N_TRAIN, load_builtin, make
from utils.data.cache import whole_file, whole_folder


def test_the_same_seed_gives_the_same_bytes():
    first, second = make(40, 20, seed=3), make(40, 20, seed=3)
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_another_seed_gives_other_pictures():
    assert np.mean(make(20, 10, 0)["X_train"] == make(20, 10, 1)["X_train"]) < 0.05


def test_training_and_test_pictures_differ():
    arrays = make(20, 20, seed=0)
    assert np.mean(arrays["X_train"] == arrays["X_test"]) < 0.05


def test_every_class_is_as_frequent_as_any_other():
    arrays = make(200, 50, seed=0)
    assert np.bincount(arrays["y_train"]).tolist() == [20] * 10
    assert np.bincount(arrays["y_test"]).tolist() == [5] * 10


def test_the_whole_set_is_as_documented():
    images = load_builtin()
    assert images.X_train.shape == (N_TRAIN, 3, 32, 32)
    assert images.X_test.shape == (N_TEST, 3, 32, 32)
    assert images.X_train.dtype == np.float32 and images.y_train.dtype == np.int64
    assert images.X_train.min() >= 0 and images.X_train.max() <= 1
    assert images.class_names == BUILTIN_NAMES and len(BUILTIN_NAMES) == 10
    assert images.builtin


def test_more_than_there_are_is_cut_and_said(tiny):
    images = load_builtin(1_000, 1_000)
    assert len(images.X_train) == 60 and len(images.y_test) == 30
    assert "60 of 60 for training" in images.description
    assert "1,000 and 1,000 were asked for" in images.description


def test_a_subset_is_the_beginning_of_the_whole(tiny):
    whole, part = load_builtin(), load_builtin(7, 3)
    np.testing.assert_array_equal(part.X_train, whole.X_train[:7])
    np.testing.assert_array_equal(part.y_test, whole.y_test[:3])


def test_the_set_is_made_once(tiny, monkeypatch):
    first = load_builtin()
    monkeypatch.setattr("utils.data.builtin.make", None)
    np.testing.assert_array_equal(load_builtin().X_train, first.X_train)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-100], lambda b: b"", lambda b: b"?" * 99]
)
def test_a_damaged_cached_set_is_made_anew(tiny, tmp_path, damage):
    first = load_builtin()
    (path,) = (tmp_path / "cache").glob("builtin-*.npz")
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(load_builtin().X_train, first.X_train)


def test_a_flipped_byte_in_the_cached_set_is_noticed(tiny, tmp_path):
    first = load_builtin()
    (path,) = (tmp_path / "cache").glob("builtin-*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    np.testing.assert_array_equal(load_builtin().X_train, first.X_train)


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "new" / "data.bin"
    with pytest.raises(KeyboardInterrupt), whole_file(target) as draft:
        draft.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(target.parent.iterdir()) == []
    with whole_file(target) as draft:
        draft.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "new" / "data"
    with pytest.raises(KeyboardInterrupt), whole_folder(target) as draft:
        (draft / "half").touch()
        raise KeyboardInterrupt
    assert list(target.parent.iterdir()) == []
    with whole_folder(target) as draft:
        (draft / "all").touch()
    assert [file.name for file in target.iterdir()] == ["all"]


def test_in_a_notebook_the_notice_is_shown_there(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(notice, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    notice.notice("Title", "Is 1 < 2?\nYes.")
    (box,) = shown
    assert "<b>Title</b><br>Is 1 &lt; 2?<br>Yes." in box.data
    assert capsys.readouterr() == ("", "")


def test_a_progress_bar_stays_away_from_stderr(monkeypatch, capsys):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    with notice.progress_bar(10, "Fetching") as bar:
        bar.update(5)
    assert "Fetching" in terminal.getvalue()
    assert capsys.readouterr().err == ""
