"""Does the master decide, whatever was done to a submission's cells?"""

from copy import deepcopy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.graft import graft
from grading.master import master_of
from grading.submission import Submission, cells_of

ANSWER = "def double(x):\n    return 2 * x"
DOUBLE, CHECK, SIX, WRITTEN = 2, 3, 4, 6


@pytest.fixture(scope="module")
def master(tiny_course, exercises_of):
    return master_of("07_tiny", tiny_course, exercises_of)


@pytest.fixture
def notebook(master):
    """A submission with one answer written."""
    notebook = deepcopy(master.notebook)
    notebook.cells[DOUBLE].source = ANSWER
    return notebook


@pytest.fixture
def grafted(master):
    """A function that grafts a notebook."""

    def make(notebook):
        submission = Submission()
        cells = cells_of(notebook, submission)
        return graft(cells, submission.kernel, master)

    return make


def said(result) -> str:
    return " ".join(result.findings)


def same_as_honest(result, master) -> bool:
    """Whether the graded notebook is the master's with the answer in it."""
    expected = deepcopy(master.notebook)
    expected.cells[DOUBLE].source = ANSWER
    return result.notebook == expected


def test_answers_go_into_the_masters_cells(grafted, notebook, master):
    result = grafted(notebook)
    assert same_as_honest(result, master)
    assert result.findings == ()
    assert result.untouched == {"answer_six", "written_why"}
    sources = "\n".join(result.cells)
    assert ANSWER in sources
    assert "check(" not in sources
    assert "an experiment ran" not in sources


def strip(notebook):
    for cell in notebook.cells:
        cell.metadata = {}


def strip_with_ids(notebook):
    strip(notebook)
    for cell in notebook.cells:
        del cell["id"]


def edit_check(notebook):
    notebook.cells[CHECK].source = "2.0"


def delete_check(notebook):
    del notebook.cells[CHECK]


def skip_check(notebook):
    notebook.cells[CHECK].metadata.tags = ["skip-execution"]


def raise_points(notebook):
    notebook.cells[CHECK].metadata.nbgrader.points = 100.0


def unlock(notebook):
    notebook.cells[CHECK].metadata.nbgrader.update(locked=False, solution=True)


def double_check(notebook):
    notebook.cells.insert(CHECK, deepcopy(notebook.cells[CHECK]))


def reorder(notebook):
    cells = notebook.cells
    cells[DOUBLE : SIX + 2] = cells[SIX : SIX + 2] + cells[DOUBLE : CHECK + 1]


def retag(notebook):
    notebook.cells[DOUBLE].metadata.nbgrader.grade_id = "check_double"


def other_kernel(notebook):
    notebook.metadata.kernelspec.name = "julia-1.9"


def delete_imports(notebook):
    del notebook.cells[1]


def edit_prose(notebook):
    notebook.cells[0].source = "<script>alert(1)</script>"


def run_the_experiment(notebook):
    notebook.cells[-1].metadata = {}
    notebook.cells[-1].source = "while True: pass"


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [
        (strip, "lost their nbgrader marks"),
        (strip_with_ids, "lost their nbgrader marks"),
        (edit_check, "The check cell `check_double` was edited; ours was used."),
        (delete_check, "The check cell `check_double` is missing."),
        (skip_check, "tagged skip-execution: ignored"),
        (raise_points, "points changed from 2.0 to 100.0"),
        (unlock, "locked changed from True to False"),
        (double_check, "The check cell `check_double` stands there 2 times"),
        (reorder, "another order"),
        (retag, ""),
        (other_kernel, "kernel 'julia-1.9'"),
        (delete_imports, ""),
        (edit_prose, ""),
        (run_the_experiment, ""),
    ],
)
def test_tampering_changes_nothing_and_is_told(
    grafted, notebook, master, tamper, finding
):
    tamper(notebook)
    result = grafted(notebook)
    assert same_as_honest(result, master)
    assert finding in said(result)


def test_a_missing_answer_leaves_its_place(grafted, notebook):
    del notebook.cells[DOUBLE]
    result = grafted(notebook)
    assert result.missing == {"double"}
    assert "The answer cell `double` is missing." in result.findings
    assert result.notebook.cells[DOUBLE].source.startswith("# This cell was missing")


def test_an_answer_written_into_another_cell_is_found(grafted, notebook):
    del notebook.cells[DOUBLE]
    notebook.cells[CHECK - 1].source = f"{ANSWER}\ncheck('07.double', double)"
    result = grafted(notebook)
    assert not result.missing
    assert result.notebook.cells[DOUBLE].source.startswith(ANSWER)


def test_of_copies_the_last_counts_and_earlier_ones_run_before(grafted, notebook):
    copy = deepcopy(notebook.cells[DOUBLE])
    copy.update(id="copy", source="def double(x):\n    return x + x")
    notebook.cells.insert(SIX + 1, copy)
    result = grafted(notebook)
    assert "The answer cell `double` stands there 2 times; the last was graded." in (
        result.findings
    )
    order = [cell for cell in result.cells if "def double" in cell]
    assert order == [ANSWER, copy.source]
    marked = next(
        c
        for c in result.notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == "double"
    )
    assert marked.source == copy.source


def test_cells_of_the_learners_own_stay_at_their_place(grafted, notebook):
    notebook.cells.insert(DOUBLE, new_code_cell("factor = 2"))
    notebook.cells.insert(CHECK, new_markdown_cell("Now <b onclick=x()>test</b>."))
    result = grafted(notebook)
    sources = [cell.source for cell in result.notebook.cells]
    assert sources[DOUBLE] == "factor = 2"
    assert sources[DOUBLE + 1] == "Now <\u200bb onclick=x()>test<\u200b/b>."
    assert result.cells.index("factor = 2") < result.cells.index(ANSWER)


def test_own_cells_tagged_experiment_are_not_run(grafted, notebook):
    own = new_code_cell("train_for_hours()", metadata={"tags": ["experiment"]})
    notebook.cells.append(own)
    assert own.source not in grafted(notebook).cells


def test_an_edited_free_cell_runs_after_the_masters(grafted, notebook):
    notebook.cells[1].source += "\nimport math"
    cells = grafted(notebook).cells
    assert cells[0] == "from tiny_checks import check"
    assert cells[1].endswith("import math")


def test_magics_are_left_out(grafted, notebook):
    notebook.cells[DOUBLE].source = f"%time\n{ANSWER}\n!ls"
    notebook.cells.append(new_code_cell("%%bash\nrm -r /"))
    cells = grafted(notebook).cells
    assert f"pass\n{ANSWER}\npass" in cells
    assert "rm" not in "\n".join(cells)


def test_a_huge_cell_is_left_out(grafted, notebook):
    notebook.cells[DOUBLE].source = ANSWER + "\n#" + "x" * 300_000
    result = grafted(notebook)
    assert "characters was left out" in said(result)
    assert max(map(len, result.cells)) < 1_000


def test_a_written_answer_keeps_its_words_and_its_marks(grafted, notebook, master):
    notebook.cells[WRITTEN].source = "Since $2x < 3x$."
    notebook.cells[WRITTEN].metadata.nbgrader.points = 9.0
    cell = grafted(notebook).notebook.cells[WRITTEN]
    assert cell.source == "Since $2x < 3x$."
    assert cell.metadata == master.cells[WRITTEN].metadata


def test_another_notebook_leaves_the_masters_alone(grafted, notebook, master):
    notebook.cells = [new_code_cell("print('hello')")]
    result = grafted(notebook)
    assert result.missing == {"double", "answer_six", "written_why"}
    kept = [cell.id for cell in result.notebook.cells if "added" not in cell.id]
    assert kept == [cell.id for cell in master.cells]
