"""Reading what a learner handed in as a notebook: whatever it is, it is only data."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from grading.uploads import Found, Reader, shown, text_of

MOST_CELLS = 2_000
CHECKED_LESSON = re.compile(r"""\bcheck\(\s*["'](\d\d)\.""")


@dataclass
class Submission:
    """What was found in a folder.

    `cells` are plain dictionaries with `cell_type`, `source`, `id`, `nbgrader`, `tags`
    and `attachments`; they are None where there is nothing to grade, and then `status`
    is "missing" or "unreadable". `findings` say in words what was odd.
    """

    cells: list[dict[str, Any]] | None = None
    status: str = ""
    findings: list[str] = field(default_factory=list)
    kernel: str = ""
    content: bytes = b""
    modified: float | None = None

    def refuse(self, status: str, finding: str) -> "Submission":
        """Say why there is nothing to grade."""
        self.status = status
        self.findings.append(finding)
        return self


def read_submission(folder: Path, lesson: str) -> Submission:
    """Find and read the notebook of one lesson; never raises on what it finds."""
    reader = Reader()
    submission = Submission(findings=reader.findings)
    candidates = [file for file in reader.files_in(folder) if looks_like_notebook(file)]
    if not candidates:
        return submission.refuse(*nothing_in(reader))
    chosen = best_of(candidates, lesson)
    submission.content, submission.modified = chosen.content, chosen.modified
    if len(candidates) > 1:
        submission.findings.append(
            f"{len(candidates)} notebooks were handed in; {shown(chosen.name)} was "
            "graded."
        )
    elif PurePosixPath(chosen.name).name != f"{lesson}.ipynb":
        submission.findings.append(
            f"The file is called {shown(chosen.name)}, not {lesson}.ipynb."
        )
    return read_notebook(submission, lesson)


def nothing_in(reader: Reader) -> tuple[str, str]:
    """The status of a submission without a notebook, and what to say about it."""
    if not reader.names:
        return "missing", "Nothing was handed in: the folder has no file that is read."
    names = ", ".join(map(shown, reader.names[:5]))
    status = "unreadable" if reader.findings else "missing"
    return status, f"No notebook could be found in what was handed in: {names}."


def looks_like_notebook(file: Found) -> bool:
    """Whether a file is meant as a notebook: by its name, else by how it begins."""
    if file.content.startswith(b"PK"):
        return False
    named = file.name.lower().endswith(".ipynb")
    return named or (
        file.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        and b'"cells"' in file.content
    )


def best_of(files: list[Found], lesson: str) -> Found:
    """The most likely of several: the right name, the most checks, the newest."""
    number = lesson.partition("_")[0].encode()

    def likely(file: Found) -> tuple:
        checks = len(re.findall(rb"check\(\s*\\?[\"']" + number + rb"\.", file.content))
        named = file.name == f"{lesson}.ipynb"
        return named and checks > 0, min(checks, 100), file.modified, file.name

    return max(files, key=likely)


def read_notebook(submission: Submission, lesson: str) -> Submission:
    """Fill in the cells from the content, or say why that cannot be done."""
    try:
        data = json.loads(submission.content)
    except (ValueError, RecursionError, MemoryError) as error:
        return submission.refuse(
            "unreadable",
            f"The file is no notebook: it is not readable as JSON ({error}). It may "
            "have been cut off when it was handed in.",
        )
    cells = cells_of(data, submission)
    if cells is None:
        return submission.refuse(
            "unreadable", "The file is JSON, but it is not a notebook with cells."
        )
    submission.cells = cells
    other = other_lesson(cells, lesson)
    if other:
        submission.cells = None
        return submission.refuse(
            "missing",
            f"This is another lesson's notebook: its checks belong to lesson {other}.",
        )
    return submission


def cells_of(data: Any, submission: Submission) -> list[dict[str, Any]] | None:
    """The cells of parsed JSON, of any version of the format; None if it has none."""
    if not isinstance(data, dict):
        return None
    if "cells" not in data and "worksheets" in data:
        try:
            old = nbformat.from_dict(data)
            data = nbformat.convert(old, 4)
        except Exception:  # whatever the converter meets in a malformed notebook
            return None
        submission.findings.append("The notebook has an old format; it was converted.")
    cells = data.get("cells")
    if not isinstance(cells, list):
        return None
    if len(cells) > MOST_CELLS:
        submission.findings.append(
            f"{len(cells):,} cells; only the first {MOST_CELLS:,} were read."
        )
    submission.kernel = text_of(item(item(data, "metadata"), "kernelspec").get("name"))
    plain = [plain_cell(cell) for cell in cells[:MOST_CELLS]]
    return [cell for cell in plain if cell is not None]


def plain_cell(cell: Any) -> dict[str, Any] | None:
    """One cell with only what grading looks at, each part of the right type."""
    if not isinstance(cell, dict):
        return None
    metadata = item(cell, "metadata")
    tags = metadata.get("tags")
    kind = cell.get("cell_type")
    return {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "source": text_of(cell.get("source")),
        "id": text_of(cell.get("id")),
        "nbgrader": item(metadata, "nbgrader"),
        "tags": [text_of(tag) for tag in tags] if isinstance(tags, list) else [],
        "attachments": item(cell, "attachments"),
    }


def item(data: dict, key: str) -> dict:
    """A part of a dictionary that should be a dictionary."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def other_lesson(cells: list[dict[str, Any]], lesson: str) -> str:
    """The number of another lesson, where all checks of a notebook belong to it."""
    sources = "\n".join(c["source"] for c in cells if c["cell_type"] == "code")
    numbers = CHECKED_LESSON.findall(sources)
    if not numbers or lesson.partition("_")[0] in numbers:
        return ""
    return max(set(numbers), key=numbers.count)
