"""Is the course folder an ordinary nbgrader course, and kept as it is?"""

import os

import pytest

from grading.build import build_notebooks
from grading.course import CannotGrade, class_seed, nbgrader_in, prepare_course, reason


@pytest.fixture(scope="module")
def prepare(tmp_path_factory, tiny_course, exercises_of):
    """Prepare the tiny course, in the same folder each time."""
    folder = tmp_path_factory.mktemp("prepared") / "course"

    def prepare_again() -> list[str]:
        return prepare_course(folder, tiny_course, exercises_of)

    prepare_again.folder = folder
    prepare_again.first = prepare_again()
    return prepare_again


def test_the_release_is_what_the_build_gives(
    prepare, tmp_path, tiny_course, exercises_of
):
    """Both run the same preprocessors, so they give the same bytes."""
    (built,) = build_notebooks(tiny_course, tmp_path, exercises_of)
    released = prepare.folder / "release" / "07_tiny" / "07_tiny.ipynb"
    assert released.read_bytes() == built.read_bytes()


def test_a_second_preparation_releases_nothing(prepare):
    assert prepare.first == ["07_tiny"]
    assert prepare() == []


def test_a_lost_gradebook_is_made_again(prepare):
    (prepare.folder / "gradebook.db").unlink()
    assert prepare() == ["07_tiny"]


def test_the_instructors_settings_are_kept(prepare):
    settings = prepare.folder / "nbgrader_config.py"
    settings.write_text(settings.read_text("utf-8") + "# mine\n", encoding="utf-8")
    prepare()
    assert settings.read_text("utf-8").endswith("# mine\n")


def test_the_class_seed_is_drawn_once_and_private(tmp_path):
    seed = class_seed(tmp_path)
    assert class_seed(tmp_path) == seed
    assert (tmp_path / "class_seed").stat().st_mode & 0o077 == 0


def test_the_environment_is_quick_and_offline_only_meanwhile(prepare):
    before = dict(os.environ)
    with nbgrader_in(prepare.folder):
        assert os.environ["COURSE_OFFLINE"] == "1"
    assert dict(os.environ) == before


def test_changed_cells_after_grading_are_explained(
    graded, tmp_path, tiny_course, exercises
):
    lessons = tmp_path / "solutions"
    lessons.mkdir()
    text = (tiny_course / "07_tiny.py").read_text("utf-8")
    (lessons / "07_tiny.py").write_text(text.replace("answer_six", "six"), "utf-8")
    copy = tmp_path / "course"
    copy_course(graded.folder, copy)
    with pytest.raises(CannotGrade, match=r"gradebook\.db aside"):
        prepare_course(copy, lessons, lambda stem: exercises)


def copy_course(folder, to):
    """A copy of a course's gradebook and settings, ready to be prepared again."""
    to.mkdir()
    for name in ("gradebook.db", "nbgrader_config.py"):
        (to / name).write_bytes((folder / name).read_bytes())


def test_the_reason_of_a_failure_is_found_in_nbgraders_log():
    log = (
        "[ERROR] Traceback (most recent call last):\n"
        '      File "x.py", line 1, in y\n'
        "    nbformat.reader.NotJSONError: Notebook is not JSON: '{'\n"
        "[ERROR] There was an error processing assignment\n"
    )
    assert reason({"log": log}) == "Notebook is not JSON: '{'"
