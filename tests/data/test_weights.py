"""Weights of trained networks: found, fetched once, checked, and read without code."""

import hashlib
import os
import pickle
from dataclasses import replace

import pytest
import torch

from utils.data import weights
from utils.data.images import DataError
from utils.data.weights import FILES, load_weights

REAL = os.environ.get("COURSE_DATA", "")
STATE = {"features.0.weight": torch.arange(6.0).view(2, 3)}


@pytest.fixture
def course_data(tmp_path, monkeypatch):
    """An empty `weights` folder in COURSE_DATA, and an empty cache."""
    folder = tmp_path / "data" / "weights"
    folder.mkdir(parents=True)
    monkeypatch.setenv("COURSE_DATA", str(folder.parent))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def published(server, course_data, monkeypatch):
    """resnet20 as a small file on a server of this test."""
    path = course_data.parent / "made"
    torch.save({"state_dict": {f"module.{k}": v for k, v in STATE.items()}}, path)
    server.files["/w.th"] = path.read_bytes()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    (file,) = FILES["resnet20"]
    file = replace(file, address=f"{server.url}/w.th", sha256=sha256)
    monkeypatch.setattr(weights, "FILES", {"resnet20": (file,)})
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    return file


def test_a_file_in_course_data_is_read_and_described(course_data):
    torch.save(STATE, course_data / "squeezenet1_1_rgb_torchnorm.pth")
    found = load_weights("squeezenet1_1")
    assert torch.equal(found.state["features.0.weight"], STATE["features.0.weight"])
    assert "from COURSE_DATA: squeezenet1_1_rgb_torchnorm.pth" in found.description


def test_images_are_prepared_as_the_network_expects_them(course_data):
    torch.save(STATE, course_data / "mobilenet_v2_1.0_tf2ptq_dequant.pth")
    found = load_weights("mobilenet_v2")
    assert found.padding == "tensorflow"
    ends = torch.stack([torch.zeros(3, 2, 4), torch.ones(3, 2, 4)])
    prepared = found.prepare(ends)
    assert prepared[0].unique().tolist() == [-1]
    assert prepared[1].unique().tolist() == [1]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_download_is_checked_kept_and_not_fetched_again(published, server):
    assert load_weights("resnet20").state.keys() == STATE.keys()
    asked = len(server.requests)
    assert "from the cache" in load_weights("resnet20").description
    assert len(server.requests) == asked


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_wrong_checksum_is_refused_and_nothing_is_kept(published, server, tmp_path):
    server.files["/w.th"] += b"?"
    with pytest.raises(DataError, match="invalid hash value"):
        load_weights("resnet20")
    assert not (tmp_path / "cache" / "weights" / published.file).exists()


def test_without_file_and_network_the_error_says_what_to_do(course_data):
    with pytest.raises(DataError, match=r"put resnet20-12fca82f\.th into a folder"):
        load_weights("resnet20")


def test_a_file_with_code_in_it_is_refused(course_data):
    class Runs:
        def __reduce__(self):
            return print, ("this must not be printed",)

    path = course_data / "resnet20-12fca82f.th"
    path.write_bytes(pickle.dumps(Runs()))
    with pytest.raises(DataError, match="cannot be read as weights"):
        load_weights("resnet20")


def test_a_file_with_other_things_than_tensors_is_refused(course_data):
    torch.save({"features.0.weight": "text"}, course_data / "resnet20-12fca82f.th")
    with pytest.raises(DataError, match="holds no tensors but"):
        load_weights("resnet20")


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="'squeezenet1_1', 'mobilenet_v2'"):
        load_weights("resnet18")


def test_the_real_files_hold_the_published_numbers_of_parameters(requires, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", REAL)
    requires("weights")
    learned = {
        name: sum(
            v.numel() for k, v in load_weights(name).state.items() if is_learned(k)
        )
        for name in ("squeezenet1_1", "resnet20", "resnet56")
    }
    assert learned == {
        "squeezenet1_1": 1_235_496,
        "resnet20": 269_722,
        "resnet56": 853_018,
    }


def is_learned(key):
    return not key.endswith(("running_mean", "running_var", "num_batches_tracked"))
