"""The whole repository follows ruff, and fits on a screen and in a head."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading.cli import ROOT

LONGEST_FUNCTION, LONGEST_MODULE = 25, 300
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
FOLDERS = ("benchmarks", "grading", "solutions", "tests", "utils")
OURS = ("set_up.py", *(f"{folder}/**/*.py" for folder in FOLDERS))
MADE = (("grading", "course"), ("grading", "sample_class"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(command):
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    run = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def sources() -> Iterator[tuple[Path, list[str]]]:
    """Every Python file of ours with its lines; courses made on demand are not ours."""
    for path in sorted(path for pattern in OURS for path in ROOT.glob(pattern)):
        name = path.relative_to(ROOT)
        if name.parts[:2] not in MADE:
            yield name, path.read_text(encoding="utf-8").splitlines()


def long_functions(lines: list[str]) -> Iterator[tuple[str, int]]:
    """The name and length of each function that is too long, docstrings included.

    The two markers around a solution do not count: they are the build's.
    """
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, FUNCTIONS):
            own = lines[node.lineno - 1 : node.end_lineno]
            length = sum(line.strip() not in MARKERS for line in own)
            if length > LONGEST_FUNCTION:
                yield node.name, length


def test_a_function_fits_on_a_screen():
    found = [
        f"{path}: {name}, {length} lines"
        for path, lines in sources()
        for name, length in long_functions(lines)
    ]
    assert not found, "\n".join(found)


def test_a_module_fits_in_a_head():
    """A lesson is as long as it is."""
    found = [
        f"{path}: {len(lines)} lines"
        for path, lines in sources()
        if len(lines) > LONGEST_MODULE and path.parts[0] != "solutions"
    ]
    assert not found, "\n".join(found)


def test_there_are_sources_to_look_at():
    assert len(list(sources())) > 300


def test_a_function_of_twenty_six_lines_is_seen():
    lines = ["def long():", *["    x = 1"] * 25]
    assert list(long_functions(lines)) == [("long", 26)]
    assert not list(long_functions(lines[:-1]))
    assert not list(long_functions([lines[0], f"    {MARKERS[0]}", *lines[2:]]))


def test_what_a_lesson_imports_does_not_depend_on_grading():
    found = [
        f"{path}: {line.strip()}"
        for path, lines in sources()
        for line in lines
        if path.parts[0] == "utils" and re.match(r"\s*(from|import) grading\b", line)
    ]
    assert not found, "\n".join(found)
