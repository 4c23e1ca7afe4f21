"""Nothing that a learner can open, outside `solutions/`, holds an answer."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.exercises.answers import answers_of
from utils.exercises import LESSONS
from utils.sources import digest_of

ROOT = Path(__file__).parent.parent
SHORTEST = 40
"""Nodes of a body that is long enough to be told from other functions by its shape."""


def digests(source: str) -> set[str]:
    """The digest of each function in a source text that is long enough to compare.

    Names of functions, arguments and variables do not count, nor do docstrings.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and len(list(ast.walk(node))) > SHORTEST:
            found.add(digest_of(ast.unparse(node)))
    return found


@cache
def openable() -> dict[str, Path]:
    """Where each function of `utils` stands, by its digest."""
    found = {}
    for path in sorted((ROOT / "utils").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        found |= dict.fromkeys(digests(source), path.relative_to(ROOT))
    return found


@pytest.mark.parametrize("stem", LESSONS)
def test_no_module_of_utils_holds_an_answer(stem):
    for key, answer in answers_of(stem).items():
        copies = [
            openable()[found] for found in digests(answer.source) & set(openable())
        ]
        assert not copies, (key, copies)


COPIED = """
def f(x, k):
    total = 0
    for i in range(k):
        total += x[i] * k
    return total / (k - 1) + x[0] * x[1] + k
"""


def test_a_copy_with_other_names_is_recognised():
    renamed = COPIED.replace("total", "s").replace("x", "values").replace("f(", "g(")
    assert digests(COPIED) == digests(renamed) != set()
