"""Collecting submissions from the archive that a learning platform exports."""

import re
import stat
import time
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from os import utime
from pathlib import Path, PurePosixPath

from grading.uploads import (
    LARGEST_FILE,
    LARGEST_SUBMISSION,
    is_plain,
    may_hold_notebook,
    shown,
)

LARGEST_ARCHIVE = 4_000_000_000
MOST_MEMBERS = 100_000
MOST_FILES_EACH = 20
# Moodle: `Ada Lovelace_123_assignsubmission_file_/01_knn.ipynb`, or flat.
MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_[a-z]+_?(?P<file>.*)")
# Canvas: `lovelaceada_LATE_123_4567_01_knn.ipynb`.
CANVAS = re.compile(r"(?P<who>[^_/]+?)(_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)")
# `ada_knn.ipynb`; `01_knn.ipynb` is a lesson's name and says nothing of a student.
FLAT = re.compile(r"(?!\d\d_)(?P<who>[^_]+)_(?P<file>.+)")


@dataclass
class Collection:
    """What was collected: files by student, and in words what was left out."""

    files: dict[str, list[str]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def collect(
    archive: Path, course: Path, lesson: str, replace: bool = False
) -> Collection:
    """Put the submissions of one lesson into `submitted/<student>/<lesson>/`.

    Reads the exports of Moodle and Canvas, and archives with a folder for each student.
    Submissions that are there already are left alone unless `replace` is true. Raises
    ValueError for a file that is no zip archive, or one that is too large.
    """
    if archive.stat().st_size > LARGEST_ARCHIVE:
        raise ValueError(f"{archive} is larger than {LARGEST_ARCHIVE / 1e9:g} GB")
    collection = Collection()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = chosen_members(opened.infolist(), lesson, collection)
            for student, files in sorted(members.items()):
                folder = course / "submitted" / student / lesson
                if may_write(folder, replace, student, collection):
                    write_files(opened, files, folder, student, collection)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{archive} cannot be read as a zip archive ({error}): export the "
            "submissions again"
        ) from error
    return collection


Members = dict[str, list[tuple[str, zipfile.ZipInfo]]]


def chosen_members(
    members: list[zipfile.ZipInfo], lesson: str, collection: Collection
) -> Members:
    """The members to keep by student: the name for the file, and the member."""
    if len(members) > MOST_MEMBERS:
        raise ValueError(f"{len(members):,} members; at most {MOST_MEMBERS:,} are read")
    files = [member for member in members if is_plain(member)]
    plain = [member for member in files if may_hold_notebook(member.filename)]
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            collection.findings.append(f"{shown(member.filename)} is a link: left out.")
    common = common_folder(plain)
    chosen: Members = {}
    for member in plain:
        student, file = student_and_file(member, common)
        if not student:
            name = shown(member.filename)
            collection.findings.append(f"{name} does not say whose it is: left out.")
        elif len(chosen.setdefault(student, [])) < MOST_FILES_EACH:
            chosen[student].append((file_name(file, lesson), member))
    owners = (student_and_file(member, common)[0] for member in files)
    for student in sorted({*owners} - {*chosen, ""}):
        collection.findings.append(f"{student} handed in no notebook: left out.")
    return chosen


def student_and_file(
    member: zipfile.ZipInfo, common: tuple[str, ...]
) -> tuple[str, str]:
    """Whose file a member is ("" where it does not say), and what it is called."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    who, file = owner_of(parts[len(common) :] or parts)
    return student_id(who), file


def common_folder(members: Iterable[zipfile.ZipInfo]) -> tuple[str, ...]:
    """The folder that holds everything, where an archive wraps all in one."""
    paths = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    tops = {path.parts[0] for path in paths}
    deep = all(len(path.parts) > 2 for path in paths)
    return tuple(tops) if len(tops) == 1 and len(paths) > 1 and deep else ()


def owner_of(parts: tuple[str, ...]) -> tuple[str, str]:
    """Whose file it is, and what it is called, by the rules of the platforms."""
    for pattern in (MOODLE, CANVAS):
        found = pattern.fullmatch(parts[0])
        if found:
            number = found.groupdict().get("number")
            who = f"{found['who']}_{number}" if number else found["who"]
            return who, parts[-1] if len(parts) > 1 else found["file"]
    if len(parts) > 1:
        return parts[0], parts[-1]
    found = FLAT.fullmatch(parts[0])
    return (found["who"], found["file"]) if found else ("", parts[0])


def student_id(who: str) -> str:
    """A platform's name for a student as the name of a folder: `ada_lovelace_123`."""
    text = unicodedata.normalize("NFKC", who).strip().casefold()
    kept = re.sub(r"[^\w.-]+", "_", text).strip("._-")
    if len(kept) > 60:
        kept = f"{kept[:50]}_{sha256(text.encode()).hexdigest()[:8]}"
    return kept


def file_name(name: str, lesson: str) -> str:
    """A file's name without anything that leads elsewhere."""
    kept = re.sub(r"[^\w. ()-]+", "_", PurePosixPath(name).name).lstrip(". ")
    return kept[-100:] or f"{lesson}.ipynb"


def may_write(
    folder: Path, replace: bool, student: str, collection: Collection
) -> bool:
    """Whether a student's folder is free, or may be replaced; a link never is."""
    parents = (folder, folder.parent, folder.parent.parent)
    if any(path.is_symlink() for path in parents):
        collection.findings.append(f"{student}: the folder is a link; left alone.")
        return False
    there = sorted(folder.glob("*")) if folder.exists() else []
    if there and not replace:
        collection.findings.append(f"{student} has handed in before; left alone.")
        return False
    for path in there:
        if path.is_symlink() or path.is_file():
            path.unlink()
    return True


def write_files(
    archive: zipfile.ZipFile,
    files: list[tuple[str, zipfile.ZipInfo]],
    folder: Path,
    student: str,
    collection: Collection,
) -> None:
    """Write one student's files, each with the time that the archive gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    names, left = unique(name for name, _ in files), LARGEST_SUBMISSION
    for name, (_, member) in zip(names, files, strict=True):
        content = content_of(archive, member, student, collection)
        left -= len(content or b"")
        if left < 0:
            collection.findings.append(f"{student} handed in too much: partly left.")
            return
        if content is not None:
            path = folder / name
            path.write_bytes(content)
            moment = time_of(member)
            utime(path, (moment, moment))
            collection.files.setdefault(student, []).append(name)


def time_of(member: zipfile.ZipInfo) -> float:
    """When the platform says that a file was handed in, in the local time zone."""
    try:
        return max(0.0, time.mktime((*member.date_time, 0, 0, -1)))
    except (OverflowError, ValueError):
        return 0.0


def content_of(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    student: str,
    collection: Collection,
) -> bytes | None:
    """A member's bytes, or None, and a finding, where it is too large or broken."""
    try:
        with archive.open(member) as stream:
            content = stream.read(LARGEST_FILE + 1)
    except Exception as error:  # zipfile raises a dozen kinds on a bad member
        collection.findings.append(f"{student}: a file cannot be unpacked ({error}).")
        return None
    if len(content) > LARGEST_FILE:
        most = f"{LARGEST_FILE / 1e6:.0f} MB"
        collection.findings.append(f"{student}: a file of more than {most}: left out.")
        return None
    return content


def unique(names: Iterable[str]) -> Iterator[str]:
    """The names, numbered where one comes twice."""
    seen: set[str] = set()
    for name in names:
        number, kept = 1, name
        while kept.casefold() in seen:
            number += 1
            path = PurePosixPath(name)
            kept = f"{path.stem}-{number}{path.suffix}"
        seen.add(kept.casefold())
        yield kept
