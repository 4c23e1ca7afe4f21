"""Finds CIFAR-10 wherever it is, or lets the built-in pictures stand in."""

import hashlib
import os
import shutil
from pathlib import Path

from filelock import FileLock

from utils.data.batches import (
    ARCHIVES,
    CIFAR10_NAMES,
    N_TEST,
    N_TRAIN,
    complete_folder,
    faults,
    read_images,
    unpack_batches,
)
from utils.data.builtin import load_builtin
from utils.data.cache import cache_folder, whole_folder, writable_cache
from utils.data.download import Remote, fetch
from utils.data.images import DataError, check_counts
from utils.data.notice import notice

__all__ = ["CIFAR10_NAMES", "load_cifar10"]

REMOTES = (
    Remote(
        "cifar-10-binary.tar.gz",
        170_052_171,
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        (
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/"
            "datasets/cifar-10-binary.tar.gz",
        ),
    ),
    Remote(
        "cifar-10-python.tar.gz",
        170_498_071,
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ("https://dataset.bj.bcebos.com/cifar/cifar-10-python.tar.gz",),
    ),
)


def load_cifar10(n_train=N_TRAIN, n_test=N_TEST, *, source="auto"):
    """Return the first pictures of CIFAR-10, in official order, as an `ImageSet`.

    * `n_train`, `n_test`: how many; what is not asked for is not loaded.
    * `source`: "auto" takes CIFAR-10 where it can be had, else the built-in pictures,
      with a notice; "cifar10" raises `DataError` instead; "builtin" takes the built-in
      pictures in any case.

    CIFAR-10 is looked for in `$COURSE_DATA`, then in the user's cache, then downloaded.
    """
    check_counts(n_train=(n_train, N_TRAIN), n_test=(n_test, N_TEST))
    if source == "builtin":
        return load_builtin(n_train, n_test)
    if source not in ("auto", "cifar10"):
        raise ValueError(
            f'`source` is {source!r}, expected "auto", "cifar10" or "builtin".'
        )
    return _first_found(n_train, n_test, source)


def _first_found(n_train, n_test, source):
    """Look everywhere in turn, and remember why a place would not do."""
    troubles = []
    for find in (_in_course_data, _in_cache, _by_download):
        try:
            folder, origin = find()
            images = _read_or_discard(folder, n_train, n_test, origin)
        except (DataError, OSError) as error:
            troubles.append(str(error))
            continue
        if find is not _in_course_data and os.environ.get("COURSE_DATA"):
            notice(f"CIFAR-10 comes from {origin}, not from COURSE_DATA", troubles[0])
        return images
    return _without(troubles, n_train, n_test, source)


def _read_or_discard(folder, n_train, n_test, origin):
    """Read the pictures; what turns out damaged in our own cache is removed."""
    try:
        return read_images(folder, n_train, n_test, origin)
    except DataError:
        if writable_cache() in folder.parents:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _without(troubles, n_train, n_test, source):
    """Say why there is no CIFAR-10; raise, or let the built-in pictures stand in."""
    reasons = "\n".join(f"- {trouble}" for trouble in troubles)
    remedy = (
        "To use CIFAR-10, restart with a network connection, or put "
        "cifar-10-binary.tar.gz or cifar-10-python.tar.gz into a folder and name that "
        "folder in the environment variable COURSE_DATA."
    )
    if source == "cifar10":
        raise DataError(f"CIFAR-10 was not found:\n{reasons}\n{remedy}")
    notice(
        "CIFAR-10 was not found: the built-in pictures stand in",
        "Everything runs, but these are drawn shapes, so your figures will differ from "
        f"those in the text.\n{reasons}\n{remedy}",
    )
    return load_builtin(n_train, n_test)


def _in_course_data():
    """The folder of batches that `$COURSE_DATA` holds, unpacked if need be."""
    named = os.environ.get("COURSE_DATA")
    if not named:
        raise DataError("The environment variable COURSE_DATA names no folder.")
    root = Path(named)
    if not root.is_dir():
        raise DataError(f"COURSE_DATA is {named}, which is not a folder.")
    archives = [name for name in ARCHIVES if (root / name).is_file()]
    try:
        folder = complete_folder(root)
    except DataError:
        if not archives:
            raise
        folder = None
    if folder is None and not archives:
        raise DataError(f"COURSE_DATA is {named}, which holds no CIFAR-10.")
    return folder or _unpacked_copy(root / archives[0]), "COURSE_DATA"


def _unpacked_copy(archive):
    """The cached folder of an archive's batches, unpacked where it is not there yet.

    Its name tells apart archives of other contents: they change size or date.
    """
    facts = archive.stat()
    identity = f"{archive.resolve()} {facts.st_size} {facts.st_mtime_ns}"
    name = f"{archive.name}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    for cache in (cache_folder(), writable_cache()):
        if (cache / name).is_dir():
            return cache / name
    with _lock():
        return _unpack(archive, writable_cache() / name)


def _in_cache():
    folder = complete_folder(cache_folder()) or complete_folder(writable_cache())
    if folder is None:
        raise DataError(f"The cache {cache_folder()} holds no CIFAR-10.")
    return folder, "the cache"


def _by_download():
    """Download an archive into the cache and unpack it there, one process at a time."""
    cache = writable_cache()
    troubles = []
    with _lock():
        for remote in REMOTES:
            try:
                kind = ARCHIVES[remote.name]
                if faults(cache / kind, kind):  # else another process was faster
                    archive = fetch(remote, cache)
                    _unpack(archive, cache / kind)
                    archive.unlink()
                return cache / kind, "a download"
            except DataError as error:
                troubles.append(str(error))
    raise DataError(" ".join(dict.fromkeys(troubles)))


def _lock():
    return FileLock(writable_cache() / "cifar-10.lock")


def _unpack(archive, folder):
    """Unpack into `folder`, whole or not at all, unless another process just did."""
    kind = ARCHIVES[archive.name]
    if faults(folder, kind):
        with whole_folder(folder) as draft:
            unpack_batches(archive, kind, draft)
    return folder
