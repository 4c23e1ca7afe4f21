import hashlib

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.data.official import (
    KINDS,
    RECORDS,
    batch_files,
    contents,
    pickled,
    write_archive,
    write_folder,
)
from utils.data import CIFAR10_NAMES, DataError, cifar10, load_cifar10
from utils.data.batches import BINARY, PYTHON
from utils.data.download import Remote

LABELS, BYTES = contents()
PIXELS = BYTES.reshape(-1, 3, 32, 32)
TEST = 5 * RECORDS  # where the test batch begins


@pytest.fixture
def course_data(tiny, monkeypatch, tmp_path):
    """An empty folder that `COURSE_DATA` names."""
    folder = tmp_path / "course data"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


@pytest.fixture
def published(tiny, server, monkeypatch):
    """A tiny binary archive on the local server, as the only address of CIFAR-10."""

    def publish(path, name="cifar-10-binary.tar.gz"):
        body = write_archive(path / name, batch_files(KINDS[name])).read_bytes()
        (path / name).unlink()
        server.files["/cifar"] = body
        digest = hashlib.sha256(body).hexdigest()
        remote = Remote(name, len(body), digest, (f"{server.url}/cifar",))
        monkeypatch.setattr(cifar10, "REMOTES", (remote,))
        return server

    return publish


def assert_first(images, n_train, n_test):
    assert not images.builtin
    assert images.X_train.dtype == images.X_test.dtype == np.float32
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    test = slice(TEST, TEST + n_test)
    np.testing.assert_array_equal(np.round(255 * images.X_train), PIXELS[:n_train])
    np.testing.assert_array_equal(np.round(255 * images.X_test), PIXELS[test])
    np.testing.assert_array_equal(images.y_train, LABELS[:n_train])
    np.testing.assert_array_equal(images.y_test, LABELS[test])


@pytest.mark.parametrize("kind", [BINARY, PYTHON])
def test_unpacked_folders_are_read_in_official_order(course_data, kind, capsys):
    write_folder(course_data, kind)
    images = load_cifar10(5 * RECORDS, RECORDS)
    assert_first(images, 5 * RECORDS, RECORDS)
    assert images.class_names == CIFAR10_NAMES
    assert "COURSE_DATA" in images.description
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", [BINARY, PYTHON])
def test_course_data_may_name_the_unpacked_folder_itself(
    course_data, monkeypatch, kind
):
    monkeypatch.setenv("COURSE_DATA", str(write_folder(course_data, kind)))
    assert_first(load_cifar10(3, 2), 3, 2)


@pytest.mark.parametrize("name", KINDS)
def test_archives_are_read(course_data, name):
    write_archive(course_data / name, batch_files(KINDS[name]))
    assert_first(load_cifar10(RECORDS + 3, 2), RECORDS + 3, 2)


def test_an_archive_is_unpacked_once(course_data, monkeypatch):
    name = "cifar-10-binary.tar.gz"
    write_archive(course_data / name, batch_files(BINARY))
    load_cifar10(3, 2)
    monkeypatch.setattr(cifar10, "unpack_batches", None)
    assert_first(load_cifar10(4, 3), 4, 3)


@pytest.mark.parametrize("kind", [BINARY, PYTHON])
def test_batches_beyond_the_count_are_not_read(course_data, kind):
    folder = write_folder(course_data, kind)
    for path in folder.glob("data_batch_[2-5]*"):
        path.write_bytes(b"\xff" * path.stat().st_size)
    assert_first(load_cifar10(RECORDS, 1), RECORDS, 1)
    with pytest.raises(DataError, match="data_batch_2"):
        load_cifar10(RECORDS + 1, 1, source="cifar10")


def test_records_beyond_the_count_are_not_read(course_data, monkeypatch):
    write_folder(course_data, BINARY)
    counts = []
    read = np.fromfile
    monkeypatch.setattr(
        np,
        "fromfile",
        lambda path, kind, count: counts.append(count) or read(path, kind, count),
    )
    load_cifar10(RECORDS + 3, 2)
    assert counts == [RECORDS * 3073, 3 * 3073, 2 * 3073]


def test_nothing_can_be_asked_for(course_data):
    write_folder(course_data, BINARY)
    assert load_cifar10(0, 0).X_train.shape == (0, 3, 32, 32)


def test_half_a_data_set_is_named_and_the_built_in_pictures_stand_in(
    course_data, capsys
):
    folder = write_folder(course_data, BINARY, leave_out=["data_batch_4.bin"])
    (folder / "test_batch.bin").write_bytes(bytes(1000))
    images = load_cifar10(10, 5)
    out, err = capsys.readouterr()
    assert images.builtin and images.X_train.shape == (10, 3, 32, 32)
    assert "data_batch_4.bin is missing" in out
    assert "test_batch.bin has 1,000 bytes, expected 61,460" in out
    assert err == ""


@pytest.mark.parametrize("kind", [BINARY, PYTHON])
def test_a_label_beyond_nine_is_refused(course_data, kind):
    folder = write_folder(course_data, kind)
    if kind == BINARY:
        (folder / "data_batch_1.bin").write_bytes(b"\x0a" * RECORDS * 3073)
    else:
        batch = {"labels": [10] * RECORDS, "data": BYTES[:RECORDS]}
        (folder / "data_batch_1").write_bytes(pickled(batch))
    with pytest.raises(DataError, match="labels from 0 to 9"):
        load_cifar10(3, 2, source="cifar10")


def test_a_pickle_with_other_keys_is_refused(course_data):
    folder = write_folder(course_data, PYTHON)
    (folder / "data_batch_1").write_bytes(pickled({"data": BYTES[:RECORDS]}))
    with pytest.raises(DataError, match="no batch of CIFAR-10"):
        load_cifar10(3, 2, source="cifar10")


def test_a_damaged_archive_leaves_nothing_in_the_cache(course_data, tmp_path):
    path = write_archive(course_data / "cifar-10-binary.tar.gz", batch_files(BINARY))
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(DataError, match="damaged or was cut short"):
        load_cifar10(3, 2, source="cifar10")
    assert [file.name for file in (tmp_path / "cache").iterdir()] in (
        ["cifar-10.lock"],
        [],
    )


def test_an_archive_with_half_a_data_set_is_refused(course_data):
    files = batch_files(BINARY)
    del files["data_batch_3.bin"]
    write_archive(course_data / "cifar-10-binary.tar.gz", files)
    with pytest.raises(DataError, match=r"holds no data_batch_3\.bin"):
        load_cifar10(3, 2, source="cifar10")


def test_without_data_and_network_one_notice_tells_what_to_do(tiny, capsys):
    assert load_cifar10(10, 5).builtin
    out, err = capsys.readouterr()
    assert out.count("built-in pictures stand in") == 1
    assert "COURSE_DATA" in out and "COURSE_OFFLINE" in out
    assert load_cifar10(20, 10).builtin
    assert capsys.readouterr().out == "" and err == ""


def test_the_built_in_pictures_can_be_asked_for_in_silence(tiny, capsys):
    assert load_cifar10(10, 5, source="builtin").builtin
    assert capsys.readouterr() == ("", "")


def test_a_download_is_unpacked_and_found_the_next_time(published, tmp_path, capsys):
    server = published(tmp_path)
    assert_first(load_cifar10(3, 2), 3, 2)
    assert_first(load_cifar10(4, 2), 4, 2)
    assert len(server.requests) == 1
    kept = {file.name for file in (tmp_path / "cache").iterdir()} - {"cifar-10.lock"}
    assert kept == {BINARY}
    assert capsys.readouterr() == ("", "")


def test_the_python_archive_can_be_downloaded(published, tmp_path):
    published(tmp_path, "cifar-10-python.tar.gz")
    assert_first(load_cifar10(3, 2), 3, 2)


def test_half_a_data_set_in_the_cache_is_replaced(published, tmp_path):
    published(tmp_path)
    write_folder(tmp_path / "cache", BINARY, leave_out=["data_batch_1.bin"])
    assert_first(load_cifar10(3, 2), 3, 2)


def test_a_damaged_batch_in_the_cache_is_replaced(published, tmp_path):
    published(tmp_path)
    folder = write_folder(tmp_path / "cache", BINARY)
    (folder / "data_batch_1.bin").write_bytes(b"\xff" * RECORDS * 3073)
    assert_first(load_cifar10(3, 2), 3, 2)


def test_a_cache_that_cannot_be_written_gives_one_notice(
    course_data, monkeypatch, tmp_path, capsys
):
    (tmp_path / "file").write_text("in the way of the cache")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    write_archive(course_data / "cifar-10-binary.tar.gz", batch_files(BINARY))
    for count in (3, 4):
        assert_first(load_cifar10(count, 2), count, 2)
    assert capsys.readouterr().out.count("Data cannot be kept") == 1
    assert load_cifar10(3, 2, source="builtin").builtin


def test_a_course_data_that_is_no_folder_is_said(tiny, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nowhere"))
    assert load_cifar10(3, 2).builtin
    assert "nowhere, which is not a folder" in capsys.readouterr().out


@pytest.mark.parametrize("count", [-1, 50_001])
def test_a_count_that_does_not_exist_says_what_does(count):
    with pytest.raises(ValueError, match=r"`n_train` is .*, expected 0 to 50,000"):
        load_cifar10(count)


@pytest.mark.parametrize("count", [1.5, "10", True, None])
def test_a_count_that_is_no_whole_number_is_refused(count):
    with pytest.raises(TypeError, match=r"`n_test` is .*, expected a whole number"):
        load_cifar10(10, count)


def test_an_unknown_source_lists_the_known_ones():
    with pytest.raises(ValueError, match='expected "auto", "cifar10" or "builtin"'):
        load_cifar10(10, 10, source="imagenet")


@pytest.fixture(scope="module")
def real_cifar10(requires, tmp_path_factory):
    """A folder with the real data, and a cache for what is unpacked from it."""
    return requires("cifar10").parent, tmp_path_factory.mktemp("cache")


@pytest.fixture
def real_data(real_cifar10, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_cifar10[0]))
    monkeypatch.setenv("COURSE_CACHE", str(real_cifar10[1]))


def test_the_real_data_have_5000_training_images_a_class(real_data):
    images = load_cifar10(source="cifar10")
    assert images.X_train.shape == (50_000, 3, 32, 32)
    assert images.X_test.shape == (10_000, 3, 32, 32)
    assert np.bincount(images.y_train).tolist() == [5_000] * 10
    assert np.bincount(images.y_test).tolist() == [1_000] * 10
    assert images.X_train.min() == 0 and images.X_train.max() == 1


def test_the_real_data_give_the_published_nearest_neighbour_counts(real_data):
    images = load_cifar10(5_000, 500, source="cifar10")
    X, X_test = images.X_train.reshape(5_000, -1), images.X_test.reshape(500, -1)
    model = KNeighborsClassifier(algorithm="brute").fit(X, images.y_train)
    right = [
        (model.set_params(n_neighbors=k).predict(X_test) == images.y_test).sum()
        for k in (1, 5, 10)
    ]
    assert right == [137, 139, 141]
