"""What an experiment gets when it borrows: the learner's own, else a library's."""

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from utils.borrow import borrow, borrow_earlier
from utils.exercises import find

RIGHT = """
def l1_distances(X_test, X_train):
    return np.stack([abs(x - X_train).sum(axis=1) for x in X_test.astype(float)])
"""
ORACLE = find("01.l1_distances").oracle


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Writes cells to lesson 01's notebook in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(*sources):
        cells = [new_code_cell(source) for source in sources]
        nbformat.write(new_notebook(cells=cells), "01_knn.ipynb")

    return write


def test_a_right_answer_of_an_earlier_lesson_is_borrowed(notebook, capsys):
    notebook("import numpy as np", RIGHT)
    (found,) = borrow_earlier("01_knn", "l1_distances")
    assert found is not ORACLE
    assert found(np.ones((1, 2)), np.zeros((3, 2))).tolist() == [[2, 2, 2]]
    assert "Yours, from 01_knn.ipynb: l1_distances." in capsys.readouterr().out


def test_a_wrong_answer_of_an_earlier_lesson_is_not_borrowed(notebook, capsys):
    notebook("import numpy as np", RIGHT.replace(".sum(", ".mean("))
    assert borrow_earlier("01_knn", "l1_distances") == [ORACLE]
    assert "Not passing its check yet" in capsys.readouterr().out


def test_a_cell_that_fails_or_works_for_long_is_no_obstacle(notebook):
    notebook(
        "import numpy as np\nimport there_is_no_such_thing", "1 / 0", "while True: 1"
    )
    assert borrow_earlier("01_knn", "l1_distances") == [ORACLE]
    notebook("import numpy as np", "x = input()", RIGHT, "open('x').read()")
    assert borrow_earlier("01_knn", "l1_distances") != [ORACLE]


def test_without_the_notebook_a_library_stands_in(notebook, capsys):
    assert borrow_earlier("01_knn", "l1_distances") == [ORACLE]
    assert "No 01_knn.ipynb in this folder" in capsys.readouterr().out


def test_a_file_that_is_no_notebook_counts_as_unwritten(notebook, tmp_path):
    (tmp_path / "01_knn.ipynb").write_text("{")
    assert borrow_earlier("01_knn", "l1_distances") == [ORACLE]


def test_in_the_same_notebook_a_stub_is_replaced(capsys):
    def l1_distances(X_test, X_train):
        raise NotImplementedError

    assert borrow("01.l1_distances", l1_distances) is ORACLE
    assert "a library's version stands in" in capsys.readouterr().out
