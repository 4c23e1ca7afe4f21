"""Photographs of five kinds of flowers (TensorFlow's `flower_photos`, CC-BY).

Looked for in `$COURSE_DATA` (the folder `flower_photos`, or the archive), then in the
user's cache, then at the official address.
"""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from utils.data.cache import cache_folder, whole_folder, writable_cache
from utils.data.download import Remote, fetch
from utils.data.images import DataError, scaled

FLOWER_NAMES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
FOLDER, LARGEST = "flower_photos", 400_000_000
REMOTE = Remote(
    "flower_photos.tgz",
    228_813_984,
    "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
    (
        "https://storage.googleapis.com/download.tensorflow.org/example_images/"
        "flower_photos.tgz",
        "http://download.tensorflow.org/example_images/flower_photos.tgz",
    ),
)
VALIDATION_EVERY = 10


@dataclass(frozen=True, eq=False, repr=False)
class PhotoSet:
    """Files of photographs with their labels, in a training and a validation part.

    * `train_files`, `val_files`: paths; `read_photo` reads one.
    * `y_train (N,)`, `y_val (M,)`: `int64` labels, indices into `class_names`.
    * `description`: what was found and where, in a sentence.
    """

    train_files: tuple[Path, ...]
    y_train: np.ndarray
    val_files: tuple[Path, ...]
    y_val: np.ndarray
    class_names: tuple[str, ...]
    description: str

    def __repr__(self) -> str:
        return self.description


def load_flowers() -> PhotoSet:
    """The photographs of flowers: 3,670 of them, or the sample in `$COURSE_DATA`.

    Where no split comes with them, every tenth of a class, by file name, is for
    validation. Raises DataError where they are nowhere to be had; the text says what
    to do.
    """
    troubles = []
    for find in (in_course_data, in_cache, by_download):
        try:
            return split(*find())
        except (DataError, OSError) as error:
            troubles.append(str(error))
    reasons = "\n".join(f"- {trouble}" for trouble in troubles)
    raise DataError(
        f"The photographs of flowers were not found:\n{reasons}\n"
        f"Restart with a network connection, or put {REMOTE.name} into a folder and "
        "name that folder in the environment variable COURSE_DATA."
    )


def read_photo(path: Path, size: int) -> np.ndarray:
    """The middle of a photograph, `(3, size, size)`, `float32` in [0, 1].

    The shorter side is brought to `size` first. Raises DataError for a damaged file.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as photo:
            fitted = ImageOps.fit(photo.convert("RGB"), (size, size))
    except OSError as error:
        raise DataError(f"{path} cannot be read as a picture: {error}.") from error
    return scaled(np.asarray(fitted).transpose(2, 0, 1))


def in_course_data() -> tuple[Path, str]:
    """The folder in `$COURSE_DATA`, or what its archive holds."""
    named = os.environ.get("COURSE_DATA")
    if not named:
        raise DataError("The environment variable COURSE_DATA names no folder.")
    root = Path(named)
    if (root / FOLDER).is_dir():
        return root / FOLDER, "COURSE_DATA"
    if not (root / REMOTE.name).is_file():
        raise DataError(f"COURSE_DATA is {named}, which holds no {FOLDER}.")
    return unpacked(root / REMOTE.name), "COURSE_DATA"


def in_cache() -> tuple[Path, str]:
    """The folder that an earlier session unpacked."""
    for cache in (cache_folder(), writable_cache()):
        if (cache / FOLDER).is_dir():
            return cache / FOLDER, "the cache"
    raise DataError(f"The cache {cache_folder()} holds no {FOLDER}.")


def by_download() -> tuple[Path, str]:
    """Download the archive and unpack it, one process at a time."""
    with FileLock(writable_cache() / f"{FOLDER}.lock"):
        if not (writable_cache() / FOLDER).is_dir():
            archive = fetch(REMOTE, writable_cache())
            unpacked(archive)
            archive.unlink()
    return writable_cache() / FOLDER, "a download"


def unpacked(archive: Path) -> Path:
    """The photographs of an archive in the cache, whole or not at all."""
    folder = writable_cache() / FOLDER
    if not folder.is_dir():
        with whole_folder(folder) as draft:
            try:
                with tarfile.open(archive) as tar:
                    tar.extractall(draft, members(tar, archive), filter="data")
            except (tarfile.TarError, EOFError, OSError) as error:
                raise DataError(
                    f"{archive} is damaged or unsafe ({error}). Fetch it again."
                ) from error
    return folder


def members(tar: tarfile.TarFile, archive: Path) -> Iterator[tarfile.TarInfo]:
    """The photographs of an archive, as `CLASS/NAME.jpg`; no more than are honest."""
    total = 0
    for member in tar:
        path = Path(member.name)
        wanted = path.suffix == ".jpg" and path.parent.name in FLOWER_NAMES
        if not (member.isfile() and wanted):
            continue
        total += member.size
        if total > LARGEST:
            raise DataError(f"{archive} unpacks to more than {LARGEST:,} bytes.")
        yield member.replace(name=f"{path.parent.name}/{path.name}")


def split(folder: Path, origin: str) -> PhotoSet:
    """Sort the files of a folder into training and validation."""
    if (folder / "train").is_dir() and (folder / "val").is_dir():
        train, val = labelled(folder / "train"), labelled(folder / "val")
    else:
        everything = labelled(folder)
        val = [pair for number, pair in everything if number % VALIDATION_EVERY == 0]
        train = [pair for number, pair in everything if number % VALIDATION_EVERY]
        return photo_set(train, val, origin)
    return photo_set([pair for _, pair in train], [pair for _, pair in val], origin)


def labelled(folder: Path) -> list[tuple[int, tuple[Path, int]]]:
    """Every photograph with its label and its number in its class, by file name."""
    found = []
    for label, name in enumerate(FLOWER_NAMES):
        files = sorted((folder / name).glob("*.jpg"))
        if not files:
            raise DataError(f"{folder} holds no photographs of {name}.")
        found += [(number, (file, label)) for number, file in enumerate(files)]
    return found


def photo_set(train: list, val: list, origin: str) -> PhotoSet:
    """Put the two parts together and describe them."""
    return PhotoSet(
        tuple(file for file, _ in train),
        np.array([label for _, label in train], dtype=np.int64),
        tuple(file for file, _ in val),
        np.array([label for _, label in val], dtype=np.int64),
        FLOWER_NAMES,
        f"Photographs of five kinds of flowers from {origin}: {len(train):,} for "
        f"training, {len(val):,} for validation.",
    )
