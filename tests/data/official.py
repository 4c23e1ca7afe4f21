"""Makes tiny data sets in the official formats of CIFAR-10."""

import io
import pickle
import struct
import tarfile

import numpy as np

from utils.data.batches import BATCHES, BINARY, PIXELS, PYTHON

RECORDS = 20


class Python2Pickler(pickle._Pickler):
    """Writes text and bytes as Python 2 did, in which the official pickles are made."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012

    def save_text(self, text):
        text = text.encode("latin1") if isinstance(text, str) else text
        self.write(pickle.BINSTRING + struct.pack("<i", len(text)) + text)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_text


def pickled(content):
    """The bytes of an object in the pickle format of Python 2 and an old NumPy."""
    buffer = io.BytesIO()
    Python2Pickler(buffer, protocol=2).dump(content)
    return buffer.getvalue().replace(b"numpy._core", b"numpy.core")


def contents(seed=0):
    """Labels `(120,)` and pixels `(120, 3072)`, `uint8`: six batches."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, 6 * RECORDS, np.uint8)
    return labels, rng.integers(0, 256, (6 * RECORDS, PIXELS), np.uint8)


def batch_files(kind):
    """The six files of a data set of a kind, `BINARY` or `PYTHON`: name to bytes."""
    labels, pixels = contents()
    train, test = BATCHES[kind]
    files = {}
    for index, name in enumerate([*train, *test]):
        part = slice(index * RECORDS, (index + 1) * RECORDS)
        if kind == BINARY:
            records = np.concatenate([labels[part, None], pixels[part]], axis=1)
            files[name] = records.tobytes()
        else:
            files[name] = pickled(
                {"labels": labels[part].tolist(), "data": pixels[part]}
            )
    return files


def write_folder(root, kind, leave_out=()):
    """Write an unpacked data set below `root`; returns its folder."""
    folder = root / kind
    folder.mkdir(parents=True)
    for name, content in batch_files(kind).items():
        if name not in leave_out:
            (folder / name).write_bytes(content)
    return folder


def write_archive(path, files, extra=()):
    """Write an archive of `files`, name to bytes, after some extra `TarInfo`s."""
    mode = "w:xz" if path.suffix == ".xz" else "w:gz"
    with tarfile.open(path, mode) as tar:
        for member in extra:
            tar.addfile(member, io.BytesIO(bytes(member.size)))
        for name, content in files.items():
            member = tarfile.TarInfo(f"data/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


KINDS = {
    "cifar-10-binary.tar.gz": BINARY,
    "cifar-10-python.tar.gz": PYTHON,
    "cifar-10-batches-bin.tar.xz": BINARY,
}
