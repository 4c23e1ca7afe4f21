"""Takes the files that are wanted out of an archive that may hold anything."""

import gzip
import lzma
import shutil
import tarfile
import zlib
from pathlib import PurePosixPath

from utils.data.images import DataError
from utils.data.notice import progress_bar

_OPENERS = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\x00": lzma.open}
_SPARE = 2**20  # bytes allowed for headers and small files besides those wanted
_DAMAGE = EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, tarfile.TarError


def unpack(archive, largest, folder):
    """Write the wanted files of a `.tar.gz` or `.tar.xz` into a folder.

    * `archive`: the path of the archive.
    * `largest`: for each wanted file, by name, the most bytes that it may have.
    * `folder`: an existing folder; files land directly in it, under those names.

    Raises `DataError` where the archive is damaged, lacks a wanted file, holds more
    than it should, or has links or members that point outside.
    """
    try:
        with _open(archive) as stream:
            limit = sum(largest.values()) + _SPARE
            with progress_bar(limit - _SPARE, f"Unpacking {archive.name}") as bar:
                _take(_Limited(stream, limit, bar), archive, largest, folder)
    except _DAMAGE as error:
        raise DataError(
            f"{archive} is damaged or was cut short ({error}). "
            "Remove it and fetch it again."
        ) from error
    missing = [name for name in largest if not (folder / name).is_file()]
    if missing:
        raise DataError(f"{archive} holds no {', '.join(missing)}. Fetch it again.")


def _open(archive):
    with open(archive, "rb") as file:
        start = file.read(8)
    for magic, opener in _OPENERS.items():
        if start.startswith(magic):
            return opener(archive)
    raise DataError(
        f"{archive} begins with {start!r}, expected a gzip or xz archive. "
        "Remove it and fetch it again."
    )


def _take(stream, archive, largest, folder):
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            _refuse_unsafe(member, archive)
            name = PurePosixPath(member.name).name
            if not member.isfile() or name not in largest:
                continue
            if member.size > largest[name]:
                raise DataError(
                    f"{name} in {archive} has {member.size:,} bytes, expected at most "
                    f"{largest[name]:,}. Fetch the archive again."
                )
            with open(folder / name, "wb") as target:
                shutil.copyfileobj(tar.extractfile(member), target, 2**20)


def _refuse_unsafe(member, archive):
    path = PurePosixPath(member.name)
    outside = path.is_absolute() or ".." in path.parts
    if outside or not (member.isfile() or member.isdir()):
        raise DataError(
            f"{archive} was refused: its member {member.name!r} is a link or a device, "
            "or points outside. Fetch the archive from its official address."
        )


class _Limited:
    """A stream that raises where more is read than an honest archive holds."""

    def __init__(self, stream, limit, bar):
        self.stream, self.left, self.bar = stream, limit, bar

    def read(self, size):
        data = self.stream.read(min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise DataError(
                "An archive unpacks to more than its data set has. Fetch it again."
            )
        self.bar.update(len(data))
        return data
