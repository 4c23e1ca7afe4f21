"""Paintings and photographs: found, fetched and checked, or replaced."""

import hashlib
import io
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from utils.data import load_picture, pictures
from utils.data.pictures import PICTURES

REAL = os.environ.get("COURSE_DATA", "")


def png(colour=(255, 0, 0)):
    file = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("name", PICTURES)
def test_without_files_something_takes_a_pictures_place_and_it_is_said(name, capsys):
    image = load_picture(name, 48)
    assert image.shape == (3, 48, 48)
    assert image.dtype == np.float32
    assert 0 <= image.min() < 0.3 < 0.7 < image.max() <= 1
    assert "is not at hand" in capsys.readouterr().out


def test_each_painting_has_a_stand_in_of_its_own_always_the_same():
    paintings = [name for name, p in PICTURES.items() if p.file.startswith("styles")]
    images = [load_picture(name, 32) for name in paintings]
    pictures.paint.cache_clear()
    for name, image in zip(paintings, images, strict=True):
        assert np.array_equal(load_picture(name, 32), image)
    assert len({image.tobytes() for image in images}) == len(paintings) == 4


def test_a_picture_in_course_data_is_read_and_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "wave.jpg").write_bytes(png((0, 255, 0)))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert load_picture("wave", 8)[:, 0, 0].tolist() == [0, 1, 0]
    said = capsys.readouterr().out
    assert "The Great Wave off Kanagawa" in said and "from COURSE_DATA" in said


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_photograph_is_fetched_once_and_checked(server, monkeypatch, capsys):
    server.files["/coffee.png"] = png()
    coffee = replace(
        PICTURES["coffee"], size=len(png()), sha256=hashlib.sha256(png()).hexdigest()
    )
    monkeypatch.setattr(pictures, "PICTURES", {"coffee": coffee})
    monkeypatch.setattr(pictures, "SCIKIT_IMAGE", f"{server.url}/")
    assert load_picture("coffee", 8)[:, 0, 0].tolist() == [1, 0, 0]
    assert "from a download" in capsys.readouterr().out
    asked = len(server.requests)
    load_picture("coffee", 8)
    assert "from the cache" in capsys.readouterr().out
    assert len(server.requests) == asked


def test_a_damaged_file_is_replaced_by_the_stand_in(tmp_path, monkeypatch, capsys):
    (tmp_path / "coffee.png").write_bytes(b"no picture")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert load_picture("coffee", 8).shape == (3, 8, 8)
    assert "flower.jpg of scikit-learn" in capsys.readouterr().out


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="'starry_night', 'the_scream'"):
        load_picture("mona_lisa", 32)


def test_the_real_pictures_are_those_that_are_published(requires, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", REAL)
    requires("styles")
    folder = requires("contents")
    for name, picture in PICTURES.items():
        assert load_picture(name, 64).shape == (3, 64, 64)
        if picture.sha256:
            body = (folder.parent / picture.file).read_bytes()
            assert len(body) == picture.size
            assert hashlib.sha256(body).hexdigest() == picture.sha256
    assert "is not at hand" not in capsys.readouterr().out
