"""Are the exports of learning platforms collected, and nothing else?"""

import zipfile

import pytest

from grading import uploads
from grading.collect import collect

NOTEBOOK = b'{"cells": []}'


@pytest.fixture
def export(tmp_path):
    """A function that writes an archive and collects it into a course."""

    def make(*members, replace=False):
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member in members:
                content = NOTEBOOK
                if isinstance(member, tuple):
                    member, content = member
                archive.writestr(member, content)
        return collect(path, tmp_path / "course", "01_knn", replace)

    return make


def collected(tmp_path) -> list[str]:
    """The files in the course, and nothing may have been written elsewhere."""
    course = tmp_path / "course"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(
        path == tmp_path / "export.zip" or course in path.parents for path in files
    )
    return sorted(
        str(path.relative_to(course / "submitted"))
        for path in files
        if course in path.parents
    )


@pytest.mark.parametrize(
    ("member", "path"),
    [
        (
            "Ada Lovelace_123_assignsubmission_file_/01_knn.ipynb",
            "ada_lovelace_123/01_knn/01_knn.ipynb",
        ),
        (
            "Ada Lovelace_123_assignsubmission_file_my work.ipynb",
            "ada_lovelace_123/01_knn/my work.ipynb",
        ),
        (
            "lovelaceada_123_4567_01_knn-1.ipynb",
            "lovelaceada_123/01_knn/01_knn-1.ipynb",
        ),
        (
            "lovelaceada_LATE_123_4567_knn.ipynb",
            "lovelaceada_123/01_knn/knn.ipynb",
        ),
        ("ada/01_knn.ipynb", "ada/01_knn/01_knn.ipynb"),
        ("ada_knn.ipynb", "ada/01_knn/knn.ipynb"),
        ("ada/deep/er/work.zip", "ada/01_knn/work.zip"),
    ],
)
def test_a_platforms_name_says_whose_file_it_is(export, tmp_path, member, path):
    assert export(member).findings == []
    assert collected(tmp_path) == [path]


def test_a_folder_that_wraps_everything_is_no_student(export, tmp_path):
    export("export/ada/a.ipynb", "export/ben/b.ipynb")
    assert collected(tmp_path) == ["ada/01_knn/a.ipynb", "ben/01_knn/b.ipynb"]


@pytest.mark.parametrize(
    "member",
    [
        "../../escape.ipynb",
        "/etc/escape.ipynb",
        "..\\..\\escape.ipynb",
        "ada/../../../escape.ipynb",
        "../escape_x.ipynb",
    ],
)
def test_no_path_escapes(export, tmp_path, member):
    export(member)
    for path in collected(tmp_path):
        student, lesson, name = path.split("/")
        assert lesson == "01_knn"
        assert not student.startswith(".")
        assert "escape" in name


def test_links_in_an_archive_are_left_out(export, tmp_path):
    link = zipfile.ZipInfo("ada/01_knn.ipynb")
    link.external_attr = 0o120777 << 16
    assert "is a link" in " ".join(export((link, b"/etc/passwd")).findings)
    assert collected(tmp_path) == []


def test_links_in_the_course_are_not_followed(export, tmp_path):
    (tmp_path / "course" / "submitted").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "course" / "submitted" / "ada").symlink_to(tmp_path / "elsewhere")
    assert "is a link" in " ".join(export("ada/01_knn.ipynb").findings)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_that_is_too_large_is_left_out(export, tmp_path, monkeypatch):
    monkeypatch.setattr("grading.collect.LARGEST_FILE", 1_000)
    assert uploads.LARGEST_FILE == 20_000_000
    large = ("ada/01_knn.ipynb", b"x" * 1_001)
    assert "left out" in " ".join(export(large, "ben/b.ipynb").findings)
    assert collected(tmp_path) == ["ben/01_knn/b.ipynb"]


def test_earlier_work_is_kept_unless_told_otherwise(export, tmp_path):
    export("ada/first.ipynb")
    assert "has handed in before" in " ".join(export("ada/second.ipynb").findings)
    assert collected(tmp_path) == ["ada/01_knn/first.ipynb"]
    export("ada/second.ipynb", replace=True)
    assert collected(tmp_path) == ["ada/01_knn/second.ipynb"]


def test_two_files_of_one_name_are_both_kept(export, tmp_path):
    export("ada/one/a.ipynb", "ada/two/a.ipynb", "ben/b.ipynb")
    assert [path for path in collected(tmp_path) if "ada" in path] == [
        "ada/01_knn/a-2.ipynb",
        "ada/01_knn/a.ipynb",
    ]


def test_a_lesson_file_alone_says_nothing_of_a_student(export, tmp_path):
    assert "does not say whose" in " ".join(export("01_knn.ipynb").findings)


def test_a_file_that_is_no_archive_is_refused_in_words(tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="export the submissions again"):
        collect(path, tmp_path, "01_knn")


def test_who_handed_in_no_notebook_is_named(export):
    collection = export(
        "Ada L_1_assignsubmission_file_/01_knn.ipynb",
        "Ada L_1_assignsubmission_file_/notes.pdf",
        "Ben M_2_assignsubmission_file_/essay.pdf",
    )
    assert list(collection.files) == ["ada_l_1"]
    assert collection.findings == ["ben_m_2 handed in no notebook: left out."]
