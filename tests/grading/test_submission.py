"""Is every odd thing that can be handed in read, or refused in words?"""

import io
import json
import os
import stat
import zipfile

import pytest
from nbformat import v3

from grading import uploads
from grading.submission import read_submission

LESSON = "07_tiny"
CELL = {"cell_type": "code", "metadata": {}, "source": 'check("07.double", double)'}
NOTEBOOK = {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
TEXT = json.dumps(NOTEBOOK)


def zipped(**files: str | bytes) -> bytes:
    """A zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def handed_in(folder, **files: str | bytes):
    """What is read from a folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_submission(folder, LESSON)


def said(submission) -> str:
    return " ".join(submission.findings)


def test_a_notebook_is_read_without_a_remark(tmp_path):
    submission = handed_in(tmp_path, **{f"{LESSON}.ipynb": TEXT})
    assert submission.cells[0]["source"] == CELL["source"]
    assert submission.findings == []
    assert submission.content == TEXT.encode()


@pytest.mark.parametrize(
    "name",
    ["My homework (1).ipynb", "07_tiny.ipynb.json", "notebook", "a/b/07_tiny.IPYNB"],
)
def test_an_odd_name_is_remarked_and_no_obstacle(tmp_path, name):
    submission = handed_in(tmp_path, **{name: TEXT})
    assert len(submission.cells) == 1
    assert ("is called" in said(submission)) == (name != "07_tiny.ipynb")


def test_of_several_notebooks_the_one_of_the_lesson_is_taken(tmp_path):
    other = TEXT.replace("07.double", "03.other")
    files = {"a.ipynb": other, "b.ipynb": TEXT, ".ipynb_checkpoints/c.ipynb": TEXT}
    submission = handed_in(tmp_path, **files)
    assert "07.double" in submission.cells[0]["source"]
    assert "2 notebooks were handed in; `b.ipynb` was graded" in said(submission)


def test_a_zip_archive_is_looked_into(tmp_path):
    files = {"../../escape.ipynb": TEXT, "__MACOSX/._x.ipynb": "nothing"}
    submission = handed_in(tmp_path / "in", **{"work.zip": zipped(**files)})
    assert len(submission.cells) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "work.zip"]


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_FILE", 10_000)
    bomb = zipped(**{f"{LESSON}.ipynb": b"[" * 1_000_000})
    submission = handed_in(tmp_path, **{"bomb.zip": bomb})
    assert submission.status == "unreadable"
    assert "has 1 MB" in said(submission)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 broken", zipped(a=b"x")[:-9]], ids=["nonsense", "cut off"]
)
def test_a_broken_archive_is_told(tmp_path, content):
    submission = handed_in(tmp_path, **{"work.zip": content})
    assert submission.status == "unreadable"
    assert "cannot be unpacked" in said(submission)


def test_links_are_never_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(TEXT)
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").symlink_to(secret)
    (folder / "more").symlink_to(tmp_path)
    submission = read_submission(folder, LESSON)
    assert submission.cells is None
    assert submission.content == b""
    assert said(submission).count("symbolic link") == 2
    (tmp_path / "student").symlink_to(folder)
    assert "symbolic link" in said(read_submission(tmp_path / "student", LESSON))


def test_a_pipe_does_not_hold_the_grader_up(tmp_path):
    os.mkfifo(tmp_path / f"{LESSON}.ipynb")
    assert stat.S_ISFIFO((tmp_path / f"{LESSON}.ipynb").stat().st_mode)
    assert "no ordinary file" in said(read_submission(tmp_path, LESSON))


def test_a_file_of_500_mb_is_not_read(tmp_path):
    path = tmp_path / f"{LESSON}.ipynb"
    path.touch()
    os.truncate(path, 500_000_000)
    submission = read_submission(tmp_path, LESSON)
    assert submission.status == "unreadable"
    assert "has 500 MB; at most 20 MB are read" in said(submission)


def test_an_empty_folder_is_missing(tmp_path):
    submission = read_submission(tmp_path / "nowhere", LESSON)
    assert submission.status == "missing"
    assert "Nothing was handed in" in said(submission)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT[:100], "not readable as JSON"),
        ("[" * 100_000, "not readable as JSON"),
        ("", "not readable as JSON"),
        (b"\xff\xfe\x00garbage", "not readable as JSON"),
        ("[1, 2]", "not a notebook"),
        ('{"cells": 3}', "not a notebook"),
        ('{"worksheets": 3}', "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_unreadable(tmp_path, text, words):
    submission = handed_in(tmp_path, **{f"{LESSON}.ipynb": text})
    assert submission.status == "unreadable"
    assert words in said(submission)


def test_parts_of_a_wrong_type_are_left_out(tmp_path):
    odd = {
        "cells": [
            3,
            {"cell_type": "code", "source": ["a\n", 4, "b"], "metadata": []},
            {"source": {"x": 1}, "metadata": {"nbgrader": 1, "tags": "t"}, "id": 5},
            {"cell_type": "code", "source": "x = '\ud800'"},
        ],
        "metadata": 7,
    }
    submission = handed_in(tmp_path, **{f"{LESSON}.ipynb": json.dumps(odd)})
    assert [cell["source"] for cell in submission.cells] == ["a\nb", "", "x = '?'"]
    assert submission.cells[1]["tags"] == []


def test_an_old_format_is_converted(tmp_path):
    sheet = v3.new_worksheet(cells=[v3.new_code_cell(input="x = 1")])
    old = v3.new_notebook(worksheets=[sheet])
    submission = handed_in(tmp_path, **{f"{LESSON}.ipynb": json.dumps(old)})
    assert [cell["source"] for cell in submission.cells] == ["x = 1"]
    assert "old format" in said(submission)


def test_another_lessons_notebook_is_named(tmp_path):
    text = TEXT.replace("07.double", "03.other")
    submission = handed_in(tmp_path, **{f"{LESSON}.ipynb": text})
    assert submission.status == "missing"
    assert "another lesson's notebook: its checks belong to lesson 03" in said(
        submission
    )


def test_a_byte_order_mark_is_no_obstacle(tmp_path):
    text = b"\xef\xbb\xbf" + TEXT.encode()
    assert handed_in(tmp_path, **{f"{LESSON}.ipynb": text}).cells
