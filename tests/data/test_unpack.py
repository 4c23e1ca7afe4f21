import gzip
import io
import lzma
import os
import pickle
import tarfile

import numpy as np
import pytest

from tests.data.official import pickled, write_archive
from utils.data.images import DataError
from utils.data.pickles import load_pickle
from utils.data.unpack import unpack

FILES = {"one": b"first", "two": b"second"}
LARGEST = {"one": 10, "two": 10}


def special(name, kind, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("suffix", ["gz", "xz"])
def test_the_wanted_files_are_unpacked_and_others_are_left(tmp_path, suffix):
    files = FILES | {"readme": b"not wanted"}
    archive = write_archive(tmp_path / f"a.tar.{suffix}", files)
    folder = tmp_path / "out"
    folder.mkdir()
    unpack(archive, LARGEST, folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == FILES


@pytest.mark.parametrize(
    "member",
    [
        special("../../escape", tarfile.REGTYPE),
        special("/tmp/escape", tarfile.REGTYPE),
        special("one", tarfile.SYMTYPE, "/etc/passwd"),
        special("one", tarfile.LNKTYPE, "../secret"),
        special("one", tarfile.FIFOTYPE),
        special("one", tarfile.CHRTYPE),
    ],
    ids=["parent", "absolute", "symlink", "hard link", "pipe", "device"],
)
def test_a_member_that_could_reach_outside_is_refused(tmp_path, member):
    archive = write_archive(tmp_path / "a.tar.gz", FILES, extra=[member])
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(DataError, match="refused"):
        unpack(archive, LARGEST, folder)
    assert list(folder.iterdir()) == []


def test_a_wanted_file_that_is_too_large_is_refused(tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", FILES)
    with pytest.raises(DataError, match=r"two in .* has 6 bytes, expected at most 5"):
        unpack(archive, {"one": 5, "two": 5}, tmp_path)


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", {"junk": bytes(5_000_000)} | FILES)
    with pytest.raises(DataError, match="unpacks to more"):
        unpack(archive, LARGEST, tmp_path)


def test_a_missing_file_is_named(tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", {"one": b"first"})
    with pytest.raises(DataError, match="holds no two"):
        unpack(archive, LARGEST, tmp_path)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_an_archive_that_was_cut_short_is_said_to_be_damaged(tmp_path, pack):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("one")
        member.size = 50_000
        tar.addfile(member, io.BytesIO(os.urandom(50_000)))
    packed = pack(buffer.getvalue())
    (tmp_path / "a").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match="damaged or was cut short"):
        unpack(tmp_path / "a", {"one": 50_000}, tmp_path)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "page.tar.gz").write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match="expected a gzip or xz archive"):
        unpack(tmp_path / "page.tar.gz", LARGEST, tmp_path)


@pytest.mark.parametrize("write", [pickled, pickle.dumps])
def test_a_pickle_of_bytes_is_read_whichever_python_wrote_it(write):
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    batch = load_pickle(io.BytesIO(write({b"data": pixels, b"labels": [1, 2, 3]})))
    np.testing.assert_array_equal(batch[b"data"], pixels)
    assert batch[b"labels"] == [1, 2, 3]


class Runs:
    """Unpickled by a plain `pickle.load`, it runs a command."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "hostile",
    [
        Runs(os.system, "true"),
        Runs(eval, "1"),
        Runs(np.ndarray, (10**12,)),
        np.zeros(3),
        np.array([{}], dtype=object),
    ],
    ids=["command", "eval", "huge array", "floats", "objects"],
)
def test_a_pickle_that_asks_for_more_is_refused(hostile):
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(io.BytesIO(pickle.dumps({b"data": hostile})))


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x02", b"garbage", pickle.dumps(1)[:-1]]
)
def test_a_damaged_pickle_raises_one_kind_of_error(content):
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(io.BytesIO(content))
