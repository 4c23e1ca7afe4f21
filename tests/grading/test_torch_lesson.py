"""Is a PyTorch lesson graded like any other, and is what it needs warm?"""

from pathlib import Path

import nbformat
import pytest

from grading.course import prepare_course
from grading.judge import judge
from grading.sample_class import read, submissions
from grading.sandbox import Sandbox
from grading.warm import oracles_of
from tests.grading.torch_course import tensors

FOLDER = Path(__file__).parent / "torch_course"
LESSON = "90_tensors"
EXERCISES = {exercise.id: exercise for exercise in tensors.EXERCISES}
EXERCISES_OF = {LESSON: EXERCISES}.__getitem__


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """The verdicts on the lesson's sample class, by student."""
    course = tmp_path_factory.mktemp("torch") / "course"
    prepare_course(course, FOLDER, EXERCISES_OF)
    source, release = (read(course, kind, LESSON) for kind in ("source", "release"))
    found = {}
    with Sandbox("torch") as place:
        for student, notebook in submissions(source, release, EXERCISES):
            path = course / "submitted" / student / f"{LESSON}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
            arguments = (student, LESSON, path.parent, 5, place, FOLDER, EXERCISES_OF)
            found[student] = judge(*arguments).verdict
    return found


@pytest.mark.requires("bubblewrap")
def test_right_work_has_all_points_and_unwritten_work_none(verdicts):
    assert (verdicts["perfect"].score, verdicts["untouched"].score) == (8.0, 0.0)


@pytest.mark.requires("bubblewrap")
def test_every_known_mistake_is_named(verdicts):
    named = [e.misconception for v in verdicts.values() for e in v.exercises]
    known = [m.name for one in EXERCISES.values() for m in one.misconceptions]
    assert sorted(filter(None, named)) == sorted(known)


@pytest.mark.parametrize(
    ("lesson", "libraries"),
    [("00_start", {"torch"}), ("01_knn", {"scipy", "sklearn"}), ("99_none", set())],
)
def test_workers_begin_with_the_libraries_of_the_oracles(lesson, libraries):
    assert {name.partition(".")[0] for name in oracles_of([lesson])} == libraries
