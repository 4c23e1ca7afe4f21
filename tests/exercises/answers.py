"""The course's own answers to its exercises: the solution cells of `solutions/`."""

import ast
from dataclasses import dataclass
from functools import cache
from typing import Any

from grading.calls import check_arguments, check_call
from grading.cells import Lesson, read_lesson
from grading.cli import SOLUTIONS
from grading.rules import is_check
from utils.exercises import of_lesson


@dataclass(frozen=True)
class Answer:
    """What a solution gives to one `check`: objects by name, and their source text.

    `names` maps the exercise's names to the solution's; `space` is where all solutions
    of the lesson live. `own_source` is the source without what other exercises ask for.
    """

    exercise_id: str
    source: str
    names: dict[str, str]
    objects: dict[str, Any]
    space: dict[str, Any]
    own_source: str


def answers_of(stem: str) -> dict[str, Answer]:
    """The answers of one lesson by exercise id; empty while it is not written."""
    path = SOLUTIONS / f"{stem}.py"
    return answers_in(read_lesson(path, of_lesson(stem))) if path.exists() else {}


@cache
def answers() -> dict[str, Answer]:
    """The answers of all lessons by exercise id."""
    from utils.exercises import LESSONS

    return {key: answer for stem in LESSONS for key, answer in answers_of(stem).items()}


def answers_in(lesson: Lesson) -> dict[str, Answer]:
    """Run the imports and the solution cells of a lesson, and no other cell."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(imports_of(lesson), space)
    written = [c.node.source for c in lesson.cells if c.is_code and c.is_solution]
    for source in written:
        exec(compile(source, f"<{lesson.stem}>", "exec"), space)
    checks = [cell.node.source for cell in lesson.cells if is_check(cell)]
    asked = {check_arguments(text)[0] for text in checks}
    found = {}
    for cell in filter(is_check, lesson.cells):
        key = check_call(cell.node.source)
        given = check_arguments(cell.node.source)
        names = lesson.exercises[key].object_names
        named = dict(zip(names, given, strict=True))
        objects = {name: space[other] for name, other in named.items()}
        texts = [source for source in written if defines(source) & set(given)]
        others = asked - {given[0]}
        own = "\n".join(text for text in texts if not defines(text) & others)
        found[key] = Answer(key, "\n".join(texts), named, objects, space, own)
    return found


def imports_of(lesson: Lesson) -> str:
    """The import statements of the cells that are run when grading."""
    texts = [
        ast.unparse(node)
        for cell in lesson.cells
        if cell.is_code and "experiment" not in cell.node.metadata.get("tags", [])
        for node in ast.parse(cell.node.source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(texts)


def defines(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {n.id for t in node.targets for n in ast.walk(t) if is_name(n)}
    return names


def is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)
