"""A class to try grading on: right work, unfinished work, and every known mistake."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from grading.build import ExercisesOf
from grading.calls import check_arguments, check_call
from grading.course import lessons_in
from grading.mistakes import mistake
from grading.regions import BEGIN, END, names_of
from utils.exercises import of_lesson

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise

Submission = tuple[str, NotebookNode]
FEW = 2


def make_sample_class(
    course: Path, lessons: Sequence[str] = (), exercises_of: ExercisesOf = of_lesson
) -> dict[str, list[str]]:
    """Write the sample class's notebooks to `submitted/` of a prepared course.

    `course` should be a folder of its own, not the one of a real class. There is a
    student for every known mistake, so only the first lessons are handed in unless
    others are named. Returns the students who handed in, by lesson.
    """
    students = {}
    for lesson in lessons or lessons_in(course)[:FEW]:
        source = read(course, "source", lesson)
        release = read(course, "release", lesson)
        students[lesson] = []
        for student, notebook in submissions(source, release, exercises_of(lesson)):
            path = course / "submitted" / student / lesson / f"{lesson}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
            students[lesson].append(student)
    return students


def read(course: Path, kind: str, lesson: str) -> NotebookNode:
    """A lesson's notebook in the `source` or `release` folder."""
    return nbformat.read(course / kind / lesson / f"{lesson}.ipynb", as_version=4)


def submissions(
    source: NotebookNode, release: NotebookNode, exercises: "Mapping[str, Exercise]"
) -> Iterator[Submission]:
    """Every student of one lesson: a name that says what to expect, and a notebook."""
    perfect = solved(release, source)
    yield "perfect", perfect
    yield "untouched", release
    first = next(i for i, cell in enumerate(perfect.cells) if is_answer(cell))
    check = next(i for i, cell in enumerate(perfect.cells) if is_check(cell))
    yield "syntax_error", with_source(perfect, first, "def this is not Python")
    yield "missing_solution", without(perfect, first)
    yield "missing_check", without(perfect, check)
    for exercise in exercises.values():
        for index, misconception in enumerate(exercise.misconceptions):
            name = exercise.id.partition(".")[2]
            student = f"wrong_{name}_{slug(misconception.name)}"
            yield student, mistaken(perfect, exercises, exercise.id, index)


def solutions_for_oracles(
    perfect: NotebookNode, exercises: "Mapping[str, Exercise]"
) -> dict[str, str]:
    """The source of a solution for the name of each oracle's function."""
    found: dict[str, str] = {}
    for exercise in exercises.values():
        for name, oracle in exercise.objects.items():
            cells = [c for c in perfect.cells if name in defined_in(c)]
            written = inspect.isfunction(oracle) or inspect.isclass(oracle)
            if written and cells:
                found.setdefault(oracle.__name__, cells[0].source)
    return found


def solved(release: NotebookNode, source: NotebookNode) -> NotebookNode:
    """The release with the instructor's solutions in its answer cells."""
    answers = {
        cell.id: without_markers(cell.source)
        for cell in source.cells
        if is_solution(cell)
    }
    notebook = deepcopy(release)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def without_markers(solution: str) -> str:
    """A solution as a learner hands it in."""
    lines = solution.split("\n")
    return "\n".join(x for x in lines if BEGIN not in x and END not in x)


def mistaken(
    perfect: NotebookNode,
    exercises: "Mapping[str, Exercise]",
    exercise_id: str,
    index: int,
) -> NotebookNode:
    """The perfect notebook with one misconception of an exercise as its answer."""
    exercise = exercises[exercise_id]
    misconception = exercise.misconceptions[index]
    oracles = solutions_for_oracles(perfect, exercises)
    source = mistake(exercise, misconception, oracles)
    wrong = exercise.named(misconception.version)
    names = names_in_check(perfect, exercise)
    notebook = deepcopy(perfect)
    for cell in notebook.cells:
        replaced = [n for n in names if names[n] in wrong and n in defined_in(cell)]
        if replaced:
            kept = [cell.source] if defined_in(cell) - set(replaced) else []
            others = [f"{n} = {names[n]}" for n in replaced if n != names[n]]
            cell.source = "\n\n".join([*kept, source, *others])
    return notebook


def names_in_check(perfect: NotebookNode, exercise: "Exercise") -> dict[str, str]:
    """What the exercise's check cell is given, by the exercise's own names."""
    check = next(
        cell.source
        for cell in perfect.cells
        if is_check(cell) and check_call(cell.source) == exercise.id
    )
    return dict(zip(check_arguments(check), exercise.object_names, strict=True))


def with_source(notebook: NotebookNode, index: int, source: str) -> NotebookNode:
    """A copy of the notebook with one cell's source replaced."""
    changed = deepcopy(notebook)
    changed.cells[index].source = source
    return changed


def without(notebook: NotebookNode, index: int) -> NotebookNode:
    """A copy of the notebook that lacks one cell."""
    changed = deepcopy(notebook)
    del changed.cells[index]
    return changed


def is_answer(cell: NotebookNode) -> bool:
    """Whether the learner's code goes into the cell."""
    return cell.cell_type == "code" and is_solution(cell)


def is_check(cell: NotebookNode) -> bool:
    """Whether the cell ends in a `check(...)` that is graded."""
    graded = cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
    return graded and check_call(cell.source) is not None


def defined_in(cell: NotebookNode) -> set[str]:
    """The names an answer cell gives a value at its top level; none in other cells."""
    names = set()
    for statement in ast.parse(cell.source).body if is_answer(cell) else ():
        names |= {getattr(statement, "name", None), *names_of(statement)} - {None}
    return names


def slug(words: str) -> str:
    """Words as part of a student's id."""
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
