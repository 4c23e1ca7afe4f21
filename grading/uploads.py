"""Files that learners upload, read without following, unpacking or believing them."""

import io
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

LARGEST_FILE = 20_000_000
LARGEST_SUBMISSION = 60_000_000
MOST_FILES = 1_000
DEEPEST = 4
SUFFIXES = (".ipynb", ".json", ".txt", ".zip", "")
IGNORED = (".ipynb_checkpoints", "__macosx", "__pycache__", ".git")


@dataclass(frozen=True)
class Found:
    """One file of a submission, on disk or in an archive: its name and content."""

    name: str
    content: bytes
    modified: float


@dataclass
class Reader:
    """Reads what may hold a notebook; `findings` say what was not read, and why.

    `left` is how many bytes of this submission may still be read; `names` are the
    files that were met.
    """

    findings: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    left: int = LARGEST_SUBMISSION

    def files_in(self, folder: Path) -> Iterator[Found]:
        """The files in a folder, and in the zip archives in it; no link is followed."""
        if folder.is_symlink():
            self.findings.append("The folder is a symbolic link: not followed.")
            return
        for path, name in islice(self.walk(folder), MOST_FILES):
            self.names.append(name)
            file = self.read(path, name) if may_hold_notebook(name) else None
            if file is not None and file.content.startswith(b"PK"):
                yield from self.unzipped(file)
            elif file is not None:
                yield file

    def walk(self, folder: Path, prefix: str = "") -> Iterator[tuple[str, str]]:
        """The paths of the files below a folder, with their names from there."""
        for entry in entries_of(folder):
            name = prefix + entry.name
            if entry.is_symlink():
                self.findings.append(f"{shown(name)} is a symbolic link: not followed.")
            elif not entry.is_dir(follow_symlinks=False):
                yield entry.path, name
            elif name.count("/") < DEEPEST and entry.name.lower() not in IGNORED:
                yield from self.walk(Path(entry.path), f"{name}/")

    def read(self, path: str, name: str) -> Found | None:
        """One file's content, if it is an ordinary file of an allowed size."""
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
            flags |= getattr(os, flag, 0)
        try:
            descriptor = os.open(path, flags)
        except OSError as error:
            self.findings.append(f"{shown(name)} cannot be read ({error.strerror}).")
            return None
        with open(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                self.findings.append(f"{shown(name)} is no ordinary file: not read.")
                return None
            if not self.allows(name, about.st_size):
                return None
            return Found(name, self.take(file), about.st_mtime)

    def allows(self, name: str, size: int) -> bool:
        """Whether a file of this size is read; if not, that is a finding."""
        if size > LARGEST_FILE:
            self.findings.append(
                f"{shown(name)} has {size / 1e6:,.0f} MB; at most "
                f"{LARGEST_FILE / 1e6:.0f} MB are read. Ask for the notebook without "
                "its outputs (Kernel, Restart Kernel and Clear Outputs of All Cells)."
            )
        elif size > self.left:
            self.findings.append(f"{shown(name)} was not read: too much before it.")
        return size <= min(LARGEST_FILE, self.left)

    def take(self, stream: Any) -> bytes:
        """What a stream holds, no more than is allowed."""
        content = stream.read(min(LARGEST_FILE, self.left))
        self.left -= len(content)
        return content

    def unzipped(self, file: Found) -> Iterator[Found]:
        """What may be a notebook among the members of a zip archive."""
        try:
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                for member in archive.infolist()[:MOST_FILES]:
                    name = f"{file.name}/{member.filename}"
                    inner = self.member(archive, member, name)
                    if inner is not None:
                        yield Found(name, inner, file.modified)
        except Exception as error:  # zipfile raises a dozen kinds on a bad archive
            self.findings.append(f"{shown(file.name)} cannot be unpacked ({error}).")

    def member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str
    ) -> bytes | None:
        """One member's bytes, whatever size the archive says it has."""
        if not (is_plain(member) and may_hold_notebook(member.filename)):
            return None
        if not self.allows(name, member.file_size):
            return None
        with archive.open(member) as stream:
            return self.take(stream)


def entries_of(folder: Path) -> list[os.DirEntry]:
    """What a folder holds, by name, as far as is looked at."""
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, MOST_FILES), key=lambda entry: entry.name)
    except OSError:
        return []


def may_hold_notebook(name: str) -> bool:
    """Whether a file's name could be a notebook's or an archive's."""
    path = PurePosixPath(name)
    return not path.name.startswith("._") and path.suffix.lower() in SUFFIXES


def is_plain(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file: no folder, no link, nothing a computer left there."""
    parts = [part.lower() for part in PurePosixPath(member.filename).parts]
    ordinary = stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)
    return ordinary and not member.is_dir() and not set(parts) & set(IGNORED)


def text_of(value: Any) -> str:
    """Text as the format allows it, one string or a list of lines; "" for the rest."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    if not isinstance(value, str):
        return ""
    return value.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def shown(name: str) -> str:
    """A learner's name for something, fit for a message."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in text_of(name))
    return f"`{text[:80]}`"
