"""The official formats of CIFAR-10: what a batch holds, whether a folder is complete.

60,000 colour photographs of 32x32 pixels in ten classes (Krizhevsky, 2009): five
batches of 10,000 for training and one for testing, as pickles ("python") or as records
of a label and 3,072 bytes, red, green and blue planes row by row ("binary").
"""

import pickle

import numpy as np

from utils.data.images import DataError, ImageSet, scaled
from utils.data.pickles import load_pickle
from utils.data.unpack import unpack

CIFAR10_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
BATCH = 10_000  # records in a batch
N_TRAIN, N_TEST = 50_000, 10_000
PIXELS = 3 * 32 * 32
BINARY, PYTHON = "cifar-10-batches-bin", "cifar-10-batches-py"
BATCHES = {
    BINARY: ([f"data_batch_{i}.bin" for i in range(1, 6)], ["test_batch.bin"]),
    PYTHON: ([f"data_batch_{i}" for i in range(1, 6)], ["test_batch"]),
}
ARCHIVES = {
    "cifar-10-binary.tar.gz": BINARY,
    "cifar-10-python.tar.gz": PYTHON,
    "cifar-10-batches-bin.tar.xz": BINARY,
}


def names_in(kind):
    """The names of all batches of a kind, `BINARY` or `PYTHON`."""
    train, test = BATCHES[kind]
    return [*train, *test]


def smallest_and_largest(kind):
    """The least and the most bytes that a batch file may have."""
    if kind == BINARY:
        return BATCH * (PIXELS + 1), BATCH * (PIXELS + 1)
    return BATCH * PIXELS, BATCH * (PIXELS + 1024)


def faults(folder, kind):
    """Say what is wrong with a folder of batches, judged by names and sizes."""
    least, most = smallest_and_largest(kind)
    found = []
    for name in names_in(kind):
        size = (folder / name).stat().st_size if (folder / name).is_file() else None
        if size is None:
            found.append(f"{name} is missing")
        elif not least <= size <= most:
            expected = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            found.append(f"{name} has {size:,} bytes, expected {expected}")
    return found


def complete_folder(root):
    """The complete folder of batches in `root`, or `root` itself, or None.

    Raises `DataError` where there is only an incomplete one.
    """
    incomplete = []
    for kind in BATCHES:
        for folder in (root / kind, root):
            wrong = faults(folder, kind)
            if not wrong:
                return folder
            if any((folder / name).exists() for name in names_in(kind)):
                incomplete.append(f"{folder} is incomplete: {', '.join(wrong)}.")
    if incomplete:
        raise DataError(" ".join(incomplete))
    return None


def unpack_batches(archive, kind, folder):
    """Unpack all batches of an archive into an existing folder and check each record.

    Raises `DataError` where the archive does not hold a whole, sound data set.
    """
    _, most = smallest_and_largest(kind)
    unpack(archive, dict.fromkeys(names_in(kind), most), folder)
    wrong = faults(folder, kind)
    if wrong:
        raise DataError(f"{archive} is incomplete: {', '.join(wrong)}.")
    for name in names_in(kind):
        _read_batch(folder / name, BATCH)


def read_images(folder, n_train, n_test, origin):
    """Read the first pictures from a complete folder, and no batch beyond them.

    Returns an `ImageSet`. Raises `DataError` where a batch is not as it should be.
    """
    kind = next((kind for kind in BATCHES if not faults(folder, kind)), None)
    if kind is None:
        raise DataError(f"{folder} holds no complete set of batches.")
    train, test = BATCHES[kind]
    X_train, y_train = _read_first(folder, train, n_train)
    X_test, y_test = _read_first(folder, test, n_test)
    description = (
        f"CIFAR-10 from {origin}: the first {n_train:,} of {N_TRAIN:,} training and "
        f"the first {n_test:,} of {N_TEST:,} test images."
    )
    return ImageSet(X_train, y_train, X_test, y_test, CIFAR10_NAMES, description, False)


def _read_first(folder, names, count):
    """The first `count` images `(count, 3, 32, 32)` of some batches, and labels."""
    images = np.empty((count, PIXELS), np.float32)
    labels = np.empty(count, np.int64)
    for start, name in zip(range(0, count, BATCH), names, strict=False):
        part = slice(start, min(start + BATCH, count))
        labels[part], pixels = _read_batch(folder / name, part.stop - start)
        scaled(pixels, out=images[part])
    return images.reshape(count, 3, 32, 32), labels


def _read_batch(path, count):
    """Labels `(count,)` and pixels `(count, 3072)`, `uint8`, of a batch's beginning."""
    read = _read_records if path.suffix == ".bin" else _read_pickle
    labels, pixels = read(path, count)
    sound = labels.shape == (count,) and pixels.shape == (count, PIXELS)
    if not sound or pixels.dtype != np.uint8 or np.any((labels < 0) | (labels > 9)):
        raise DataError(
            f"{path} does not hold {count:,} images of {PIXELS:,} bytes with labels "
            "from 0 to 9. Remove it and fetch the data set again."
        )
    return labels, pixels


def _read_records(path, count):
    size = PIXELS + 1
    records = np.fromfile(path, np.uint8, count * size)
    records = records[: len(records) // size * size].reshape(-1, size)
    return records[:, 0], records[:, 1:]


def _read_pickle(path, count):
    try:
        with open(path, "rb") as file:
            batch = load_pickle(file)
        labels = np.array(batch[b"labels"][:count], dtype=np.int64)
        return labels, np.asarray(batch[b"data"])[:count]
    except (pickle.UnpicklingError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path} was refused, for it is no batch of CIFAR-10: {error}. "
            "Remove it and fetch the data set again."
        ) from error
