"""Is there a student for everything that can go wrong?"""

import nbformat
import pytest
from traitlets.config import Config

from grading.build import read_lessons
from grading.course import SOLUTIONS
from grading.nbgrader_config import configure_release
from grading.passes import assemble
from grading.release import release
from grading.sample_class import is_check, mistaken, solved, submissions
from utils.exercises import of_lesson


@pytest.fixture(scope="module")
def knn():
    """Lesson 01 as nbgrader's source and as released."""
    lesson = next(x for x in read_lessons(SOLUTIONS, of_lesson) if x.number == "01")
    config = Config()
    configure_release(config)
    text = nbformat.writes(assemble(lesson))
    source, released = (nbformat.reads(text, as_version=4) for _ in range(2))
    return source, release(released, config)


def test_every_misconception_has_its_student(knn):
    exercises = of_lesson("01_knn")
    students = [student for student, _ in submissions(*knn, exercises)]
    expected = sum(len(one.misconceptions) for one in exercises.values())
    assert len(set(students)) == len(students)
    assert sum(student.startswith("wrong_") for student in students) == expected


def test_each_notebook_is_valid(knn):
    for _, notebook in submissions(*knn, of_lesson("01_knn")):
        nbformat.validate(notebook)


def test_the_perfect_student_has_the_solutions_and_no_markers(knn):
    source, released = knn
    perfect = solved(released, source)
    answers = {c.id: c.source for c in perfect.cells}
    assert "NotImplementedError" not in answers["l1_distances"]
    assert "SOLUTION" not in nbformat.writes(perfect)
    assert [c.source for c in perfect.cells if is_check(c)] == [
        c.source for c in released.cells if is_check(c)
    ]


def test_a_mistaken_notebook_differs_in_the_answer_alone(knn):
    source, released = knn
    perfect = solved(released, source)
    wrong = mistaken(perfect, of_lesson("01_knn"), "01.l1_distances", 2)
    changed = [
        (left, right)
        for left, right in zip(perfect.cells, wrong.cells, strict=True)
        if left.source != right.source
    ]
    ((_, cell),) = changed
    assert cell.source == (
        "import numpy as np\n\n"
        "l1_distances = lambda X_test, X_train: X_test.sum(1, dtype=float)[:, None]"
        " - X_train.sum(1, dtype=float)"
    )


def test_every_mistake_reaches_the_notebook(knn):
    source, released = knn
    perfect = solved(released, source)
    for exercise in of_lesson("01_knn").values():
        for index, misconception in enumerate(exercise.misconceptions):
            wrong = mistaken(perfect, of_lesson("01_knn"), exercise.id, index)
            assert wrong != perfect, (exercise.id, misconception.name)
