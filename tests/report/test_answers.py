"""Is what a learner wrote found in the graded notebook?"""

import json
from dataclasses import replace

import pytest

from grading.report import answers_in
from tests.report.synthetic import room

ANSWER = "def l1_distances(X_test, X_train):\n    return helper(X_test, X_train)\n"
MARKS = {"nbgrader": {"grade_id": "l1_distances", "solution": True}}
CHECK = {"nbgrader": {"grade_id": "check_l1_distances", "solution": False}}


def cell(source, metadata=None, kind="code"):
    lines = source.splitlines(keepends=True)
    return {"cell_type": kind, "source": lines, "metadata": metadata or {}}


@pytest.fixture
def verdict():
    return room(1).verdicts[0]


@pytest.fixture
def answers(tmp_path):
    cells = [
        cell("# l1_distances = text", kind="markdown"),
        cell("import numpy as np"),
        cell(ANSWER, MARKS),
        cell("l1_distances = fast(l1_distances)"),
        cell('check("01.l1_distances", l1_distances)', CHECK),
    ]
    path = tmp_path / "01_knn" / "learner0000.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return answers_in(tmp_path)


def test_the_answer_is_every_own_cell_that_defines_it(answers, verdict):
    expected = f"{ANSWER}\n\nl1_distances = fast(l1_distances)"
    assert answers(verdict, "01.l1_distances") == expected


@pytest.mark.parametrize(
    "exercise", ["01.choose_k", "01.answer_cost", "01.written_shift", "77.unknown"]
)
def test_there_is_no_answer_where_no_code_was_written(exercise, answers, verdict):
    assert answers(verdict, exercise) == ""


def test_there_is_no_answer_where_no_notebook_is_kept(answers, verdict):
    assert answers(replace(verdict, student="unknown"), "01.l1_distances") == ""
