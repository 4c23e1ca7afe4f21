"""The photographs of flowers: found, split, unpacked safely and read."""

import hashlib
import io
import os
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from utils.data import flowers
from utils.data.flowers import FLOWER_NAMES, load_flowers, read_photo
from utils.data.images import DataError

REAL = os.environ.get("COURSE_DATA", "")


def jpeg(size=(30, 20), colour=(200, 100, 0)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def archive_of(names, path):
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(jpeg())
            tar.addfile(member, io.BytesIO(jpeg()))
    return path.read_bytes()


NAMES = [f"flower_photos/{c}/{i:02}.jpg" for c in FLOWER_NAMES for i in range(20)]


@pytest.fixture
def course_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def test_every_tenth_of_an_archive_is_for_validation(course_data):
    archive_of(["flower_photos/LICENSE.txt", *NAMES], course_data / "flower_photos.tgz")
    found = load_flowers()
    assert (len(found.train_files), len(found.val_files)) == (90, 10)
    assert [path.name for path in found.val_files[:2]] == ["00.jpg", "10.jpg"]
    assert found.y_val.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert not set(found.train_files) & set(found.val_files)


def test_a_split_that_comes_with_the_files_is_kept(course_data):
    for part, n in (("train", 3), ("val", 2)):
        for name in FLOWER_NAMES:
            folder = course_data / "flower_photos" / part / name
            folder.mkdir(parents=True)
            for i in range(n):
                (folder / f"{i}.jpg").write_bytes(jpeg())
    found = load_flowers()
    assert (len(found.train_files), len(found.val_files)) == (15, 10)
    assert "from COURSE_DATA: 15 for training, 10 for validation" in repr(found)


def test_a_download_is_unpacked_once(server, tmp_path, monkeypatch):
    body = archive_of(NAMES, tmp_path / "made.tgz")
    server.files["/f.tgz"] = body
    digest = hashlib.sha256(body).hexdigest()
    remote = replace(
        flowers.REMOTE,
        size=len(body),
        sha256=digest,
        addresses=(f"{server.url}/f.tgz",),
    )
    monkeypatch.setattr(flowers, "REMOTE", remote)
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)
    assert "from a download" in load_flowers().description
    assert "from the cache" in load_flowers().description


@pytest.mark.parametrize(
    "name", ["../../out.jpg", "/out.jpg", "out.jpg", "../daisy/../out.jpg"]
)
def test_no_member_of_an_archive_lands_outside(course_data, tmp_path, name):
    archive_of([*NAMES, name], course_data / "flower_photos.tgz")
    assert len(load_flowers().train_files) == 90
    assert not list(tmp_path.rglob("out.jpg"))


def test_without_photographs_the_error_says_what_to_do():
    with pytest.raises(DataError, match=r"put flower_photos\.tgz into a folder"):
        load_flowers()


def test_a_photograph_is_cut_to_its_middle(tmp_path):
    path = tmp_path / "a.png"
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, 10:30] = 255
    Image.fromarray(pixels).save(path)
    photo = read_photo(path, 20)
    assert photo.shape == (3, 20, 20)
    assert photo.dtype == np.float32
    assert photo.min() == photo.max() == 1


def test_a_damaged_photograph_is_named(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.jpg cannot be read"):
        read_photo(path, 8)


def test_the_real_sample_has_140_and_60_photographs_a_class(requires, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", REAL)
    requires("flowers")
    found = load_flowers()
    counts = np.bincount(found.y_train).tolist(), np.bincount(found.y_val).tolist()
    if len(found.train_files) == 700:
        assert counts == ([140] * 5, [60] * 5)
    assert read_photo(found.train_files[0], 64).shape == (3, 64, 64)
