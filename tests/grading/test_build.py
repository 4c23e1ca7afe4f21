"""Does the build give learners a notebook, and the same one every time?"""

import nbformat
import pytest

from grading.build import MalformedCell, build_notebooks, build_source


@pytest.fixture
def release(tiny_course, exercises_of, tmp_path):
    """The tiny lesson as a learner gets it."""
    (path,) = build_notebooks(tiny_course, tmp_path, exercises_of)
    return nbformat.read(path, as_version=4)


def source_of(notebook, cell_id):
    return next(cell.source for cell in notebook.cells if cell.id == cell_id)


def test_a_stub_says_what_to_do(release):
    assert source_of(release, "double") == (
        'def double(x):\n    """Twice `x`."""\n    raise NotImplementedError('
        '"Not written yet: replace this line with your code.")'
    )


def test_a_question_keeps_its_name_without_stopping_the_notebook(release):
    assert source_of(release, "answer_six") == (
        "# What is two times three?\n"
        "answer_six = ...  # replace the dots with your answer"
    )


def test_a_written_answer_is_replaced_by_a_stub(release):
    assert source_of(release, "written_why") == "*Replace this line with your answer.*"


def test_nothing_of_a_solution_or_a_seed_is_released(release):
    everything = nbformat.writes(release)
    for secret in ("2 * x", "= 6", "Because", "HIDDEN", "seed", "SOLUTION"):
        assert secret not in everything


def test_check_cells_are_locked(release):
    check = next(cell for cell in release.cells if cell.id == "check_double")
    assert check.metadata.editable is False
    assert check.metadata.deletable is False
    assert check.metadata.nbgrader.locked is True


def test_the_release_is_valid_nbformat(release):
    nbformat.validate(release)


def test_two_builds_are_equal_to_the_byte(tiny_course, exercises_of, tmp_path):
    (first,) = build_notebooks(tiny_course, tmp_path / "first", exercises_of)
    (second,) = build_notebooks(tiny_course, tmp_path / "second", exercises_of)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().endswith(b"}\n")


def test_a_rebuild_with_nothing_changed_writes_nothing(
    tiny_course, exercises_of, tmp_path
):
    (path,) = build_notebooks(tiny_course, tmp_path, exercises_of)
    before = path.stat().st_mtime_ns
    assert build_notebooks(tiny_course, tmp_path, exercises_of) == []
    assert path.stat().st_mtime_ns == before


def test_another_seed_rewrites_the_source(tiny_course, exercises_of, tmp_path):
    (path,) = build_source(tiny_course, tmp_path, 1, exercises_of)
    assert path == tmp_path / "07_tiny" / "07_tiny.ipynb"
    assert build_source(tiny_course, tmp_path, 1, exercises_of) == []
    assert build_source(tiny_course, tmp_path, 2, exercises_of) == [path]


def test_a_refused_lesson_leaves_the_notebooks_alone(
    tiny_course, exercises_of, tmp_path
):
    lessons = tmp_path / "solutions"
    lessons.mkdir()
    text = (tiny_course / "07_tiny.py").read_text("utf-8")
    (lessons / "07_tiny.py").write_text(text.replace("check(", "r = check("), "utf-8")
    with pytest.raises(MalformedCell):
        build_notebooks(lessons, tmp_path / "notebooks", exercises_of)
    assert not (tmp_path / "notebooks").exists()


def test_a_folder_without_lessons_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no lesson in"):
        build_notebooks(tmp_path, tmp_path)
