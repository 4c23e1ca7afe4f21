"""Does a verdict's key change with whatever decides the verdict, and with no more?"""

import shutil
import subprocess
import sys

import pytest

from grading import keys

LESSON = "01_knn"
LOADED = """
import sys
import grading.judge, grading.process, grading.sandbox
for name, module in sorted(sys.modules.items()):
    if name.split(".")[0] in ("grading", "utils"):
        print(module.__file__)
"""
# The first make the master, whose cells are hashed; the rest only carry and keep.
DECIDE_NOTHING = {
    *("build", "calls", "cells", "passes", "regions", "release", "repair", "rules"),
    *("__init__", "course", "keys", "nbgrader_config", "places", "verdict", "warm"),
}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the course whose files may be changed."""
    for name in ("grading", "utils"):
        left_out = shutil.ignore_patterns("__pycache__", "course", "sample_class")
        shutil.copytree(keys.ROOT / name, tmp_path / name, ignore=left_out)
    monkeypatch.setattr("grading.keys.ROOT", tmp_path)
    monkeypatch.setattr("grading.warm.EXERCISES", tmp_path / "utils" / "exercises")
    return tmp_path


def digest(lesson=LESSON):
    keys.checker_digest.cache_clear()
    try:
        return keys.checker_digest(lesson)
    finally:
        keys.checker_digest.cache_clear()


def test_an_unchanged_grader_has_the_same_key(copy):
    assert digest() == digest()


@pytest.mark.parametrize(
    "path",
    [
        "grading/judge.py",
        "grading/sandbox/limits.py",
        "grading/sandbox/inside/keeper.py",
        "utils/checks/evaluate.py",
        "utils/data/images.py",
        "utils/exercises/knn/labels.py",
    ],
)
def test_what_decides_is_in_the_key(copy, path):
    before = digest()
    with (copy / path).open("a") as file:
        file.write("# changed\n")
    assert digest() != before


@pytest.mark.parametrize(
    "path", ["grading/report/clean.py", "grading/cli.py", "utils/exercises/start.py"]
)
def test_what_decides_nothing_is_not(copy, path):
    before = digest()
    with (copy / path).open("a") as file:
        file.write("# changed\n")
    assert digest() == before


def test_every_module_that_the_judge_loads_is_in_the_key_or_decides_nothing():
    run = [sys.executable, "-c", LOADED]
    said = subprocess.run(run, cwd=keys.ROOT, text=True, capture_output=True)
    loaded = {keys.ROOT / line for line in said.stdout.split()}
    covered = {path for one in keys.CHECKER for path in keys.ROOT.glob(one)}
    exercises = keys.ROOT / "utils" / "exercises"
    left = {p for p in loaded - covered if not p.is_relative_to(exercises)}
    assert loaded & covered
    assert {path.stem for path in left} <= DECIDE_NOTHING, left
