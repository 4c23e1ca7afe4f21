"""What does each pass of the build add?"""

import pytest

from grading import passes
from grading.cells import read_lesson


@pytest.fixture
def lesson(tiny_course, exercises):
    return read_lesson(tiny_course / "07_tiny.py", exercises)


def cell_named(lesson, grade_id):
    return next(c for c in lesson.cells if c.nbgrader.get("grade_id") == grade_id)


def test_points_come_from_the_exercise(lesson):
    passes.fill_in_points(lesson)
    assert cell_named(lesson, "check_double").nbgrader["points"] == 2.0
    assert cell_named(lesson, "written_why").nbgrader["points"] == 3.0
    assert "points" not in cell_named(lesson, "double").nbgrader


def test_short_headers_become_full_metadata(lesson):
    passes.fill_in_points(lesson)
    passes.complete_metadata(lesson)
    assert cell_named(lesson, "check_double").nbgrader == {
        "schema_version": 3,
        "grade_id": "check_double",
        "cell_type": "code",
        "grade": True,
        "solution": False,
        "task": False,
        "locked": True,
        "points": 2.0,
    }
    assert not cell_named(lesson, "double").nbgrader["locked"]


def test_only_tags_and_nbgrader_metadata_stay(lesson):
    passes.drop_traces(lesson)
    kept = {key for cell in lesson.cells for key in cell.node.metadata}
    assert kept == {"nbgrader", "tags"}


def test_a_cell_id_is_the_grade_id_else_a_hash(lesson):
    passes.name_cells(lesson)
    ids = [cell.node.id for cell in lesson.cells]
    assert ids[2:4] == ["double", "check_double"]
    assert len(ids[0]) == 12
    assert int(ids[0], 16) >= 0


def test_equal_cells_get_different_ids(lesson):
    lesson.cells[1].node.source = lesson.cells[-1].node.source
    passes.name_cells(lesson)
    assert lesson.cells[-1].node.id == f"{lesson.cells[1].node.id}-2"


def test_the_seed_stands_in_lines_that_nbgrader_hides(lesson):
    passes.hide_seed(lesson, 20)
    assert cell_named(lesson, "check_double").node.source == (
        "### BEGIN HIDDEN TESTS\n"
        "from utils.checks import use_class_seed; use_class_seed(20)\n"
        "### END HIDDEN TESTS\n"
        'check("07.double", double)'
    )


def test_the_notebook_has_a_kernel_and_no_trace_of_jupytext(lesson):
    notebook = passes.assemble(lesson)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
