"""What learners wrote, from the graded notebooks that a class run keeps."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from grading.verdict import Verdict
from utils.exercises import UnknownExercise, find


def answers_in(folder: Path) -> Callable[[Verdict, str], str]:
    """A function that gives a learner's answer to an exercise, for `class_page`.

    `folder` holds the graded notebooks, `<lesson>/<student>.ipynb`. The answer is the
    source of the learner's own cells that define what the exercise asks for; "" where
    there is none, or the exercise asks for no code.
    """

    @cache
    def cells(lesson: str, student: str) -> list[str]:
        return own_cells(folder / lesson / f"{student}.ipynb")

    def answer(verdict: Verdict, exercise: str) -> str:
        defines = definition_of(exercise)
        if defines is None:
            return ""
        sources = cells(verdict.lesson, verdict.student)
        return "\n\n".join(source for source in sources if defines.search(source))

    return answer


def own_cells(path: Path) -> list[str]:
    """The sources of the code cells that a learner wrote; none where none are kept."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and is_own(cell["metadata"].get("nbgrader"))
    ]


def is_own(marks: dict | None) -> bool:
    """Whether a cell with these nbgrader marks is an answer, or was added."""
    return not marks or bool(marks.get("solution"))


@cache
def definition_of(exercise: str) -> re.Pattern | None:
    """What the cells look like that define what an exercise asks for."""
    try:
        known = find(exercise)
    except UnknownExercise:
        return None
    if known.kind != "function":
        return None
    names = "|".join(map(re.escape, known.object_names))
    return re.compile(rf"^(?:(?:def|class) +(?:{names})\b|(?:{names}) *[=:])", re.M)
