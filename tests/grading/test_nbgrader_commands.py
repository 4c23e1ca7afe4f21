"""Do nbgrader's own commands work in the course folder, with our real lessons?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grading.build import build_notebooks
from grading.course import SOLUTIONS, prepare_course
from grading.sample_class import mistaken, read, solved
from utils.exercises import LESSONS, find, of_lesson

START, KNN = LESSONS[:2]


def nbgrader(course: Path, *arguments: str) -> str:
    """Run an nbgrader command in the course folder; returns what it says."""
    beside_python = [str(Path(sys.executable).parent), os.environ["PATH"]]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, "PATH": os.pathsep.join(beside_python)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def submit(course: Path, student: str, lesson: str, notebook) -> Path:
    path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Path:
    """The lessons as they are now, so that an edit meanwhile fails no test."""
    lessons = tmp_path_factory.mktemp("lessons") / "solutions"
    return Path(shutil.copytree(SOLUTIONS, lessons))


@pytest.fixture(scope="module")
def course(tmp_path_factory, snapshot) -> Path:
    """A prepared course with our lessons and four submissions."""
    folder = tmp_path_factory.mktemp("commands") / "course"
    prepare_course(folder, snapshot)
    for lesson in (START, KNN):
        release = read(folder, "release", lesson)
        perfect = solved(release, read(folder, "source", lesson))
        submit(folder, "perfect", lesson, perfect)
    submit(folder, "untouched", START, read(folder, "release", START))
    submit(
        folder, "mistaken", KNN, mistaken(perfect, of_lesson(KNN), "01.l1_distances", 0)
    )
    return folder


@pytest.fixture(scope="module")
def grades(course) -> dict[tuple[str, str], float]:
    """What `nbgrader autograde` and `nbgrader export` give, by student and lesson."""
    for lesson in (START, KNN):
        nbgrader(course, "autograde", lesson)
    nbgrader(course, "export", "--to", "exported.csv")
    header, *lines = (course / "exported.csv").read_text("utf-8").splitlines()
    rows = [
        dict(zip(header.split(","), line.split(","), strict=True)) for line in lines
    ]
    return {(row["student_id"], row["assignment"]): float(row["score"]) for row in rows}


@pytest.mark.parametrize("lesson", [START, KNN])
def test_right_answers_earn_every_point_that_needs_no_reader(grades, lesson):
    exercises = of_lesson(lesson).values()
    points = sum(exercise.points for exercise in exercises if not exercise.by_hand)
    assert grades["perfect", lesson] == points


def test_an_untouched_notebook_earns_nothing(grades):
    assert grades["untouched", START] == 0


def test_a_misconception_loses_points_of_its_own_exercise_only(grades):
    lost = grades["perfect", KNN] - grades["mistaken", KNN]
    assert 0 < lost <= find("01.l1_distances").points


@pytest.mark.usefixtures("grades")
def test_feedback_shows_the_cards_and_not_the_class_seed(course):
    nbgrader(course, "generate_feedback", START, "--student", "perfect")
    page = course / "feedback" / "perfect" / START / f"{START}.html"
    text = page.read_text("utf-8")
    assert "Right: 1 of 1 points" in text
    assert "use_class_seed" not in text
    assert (course / "class_seed").read_text("utf-8").strip() not in text


def test_generate_assignment_gives_the_built_notebooks(course, snapshot, tmp_path):
    nbgrader(course, "generate_assignment", START, "--force")
    build_notebooks(snapshot, tmp_path)
    built = sorted(tmp_path.glob("*.ipynb"))
    assert built
    for path in built:
        released = course / "release" / path.stem / path.name
        assert released.read_bytes() == path.read_bytes()


def test_validate_passes_right_answers(course):
    path = course / "submitted" / "perfect" / START / f"{START}.ipynb"
    assert "Success" in nbgrader(course, "validate", str(path))


def test_validate_shows_the_card_of_a_failed_check(course):
    path = course / "submitted" / "untouched" / START / f"{START}.ipynb"
    said = nbgrader(course, "validate", str(path))
    assert "VALIDATION FAILED" in said
    assert "not written yet" in said.lower()
