"""What a lesson must keep to: one small function a rule, each refuses with a quote."""

import ast
import re

from grading.calls import after_last_statement, check_call, mentions_check
from grading.cells import Cell, Lesson, MalformedCell
from grading.regions import BEGIN, assigned_names, find_regions, inside_function

HEADER_KEYS = {"grade", "solution", "task", "locked", "grade_id", "points"}
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_lesson(lesson: Lesson) -> None:
    """Hold a lesson against every rule; raises MalformedCell where one is broken."""
    for rule in LESSON_RULES:
        rule(lesson)
    for cell in lesson.cells:
        for rule in CELL_RULES:
            rule(cell)
    for rule in EXERCISE_RULES:
        rule(lesson)


def starts_with_a_cell(lesson: Lesson) -> None:
    """Nothing stands before the first header: no docstring, no YAML block."""
    if not lesson.text.startswith("# %%"):
        cell = lesson.cells[0]
        raise MalformedCell(
            cell, "text stands before the first cell", "Start the file with '# %%'"
        )


def headers_are_read(cell: Cell) -> None:
    """The header's `nbgrader={…}` is JSON with keys that nbgrader knows."""
    given = cell.node.metadata.get("incorrectly_encoded_metadata")
    if given is not None:
        raise MalformedCell(
            cell,
            f"the header holds {given!r}, which cannot be read",
            'Write JSON: nbgrader={"solution": true, "grade_id": "name"}',
        )
    unknown = set(cell.nbgrader) - HEADER_KEYS
    if unknown:
        raise MalformedCell(
            cell,
            f"the header has the unknown key {min(unknown)!r}",
            f"nbgrader knows {', '.join(sorted(HEADER_KEYS))}",
        )


def prose_is_raw(cell: Cell) -> None:
    """Prose stands in r-strings, so that the lesson is a Python program."""
    marker = cell.node.metadata.get("cell_marker", "")
    if cell.node.cell_type != "code" and not marker.startswith('r"""'):
        raise MalformedCell(
            cell, 'prose stands outside r"""…"""', 'Put it between r""" and """'
        )


def code_is_python(cell: Cell) -> None:
    """Every code cell can be compiled on its own; magics cannot."""
    if not cell.is_code:
        return
    try:
        ast.parse(cell.node.source)
    except SyntaxError as error:
        raise MalformedCell(
            cell,
            f"line {error.lineno} of the cell is not Python: {error.msg}",
            "Correct it; a magic (%, !) is not allowed in a lesson",
        ) from error


def has_grade_id(cell: Cell) -> None:
    """A cell that nbgrader knows has a grade_id, in letters that an id may have."""
    if not cell.nbgrader:
        return
    grade_id = cell.nbgrader.get("grade_id")
    if grade_id is None:
        raise MalformedCell(
            cell, "the header has no grade_id", 'Add "grade_id": "a_name"'
        )
    if not isinstance(grade_id, str) or not GRADE_ID.fullmatch(grade_id):
        raise MalformedCell(
            cell,
            f"the grade_id {grade_id!r} cannot be a cell's id",
            "Use up to 64 letters, digits, '_' and '-'",
        )


def solutions_are_marked(cell: Cell) -> None:
    """A solution region stands in a solution cell, and its markers pair."""
    if BEGIN in cell.node.source and not cell.is_solution:
        raise MalformedCell(
            cell,
            "a solution region stands in a cell that is not a solution cell",
            'Add nbgrader={"solution": true, "grade_id": "…"} to its header',
        )
    if not cell.is_solution:
        return
    try:
        regions = find_regions(cell.node.source)
    except ValueError as error:
        raise MalformedCell(cell, str(error), "Pair the two markers") from error
    if cell.is_code and not regions:
        raise MalformedCell(
            cell,
            "the solution cell has no solution region, so all of it would be cleared",
            "Put '### BEGIN SOLUTION' and '### END SOLUTION' around the answer",
        )


def stubs_wait_for_a_call(cell: Cell) -> None:
    """No stub stops "Run All": a region lies in a function or only assigns names."""
    if not (cell.is_code and cell.is_solution):
        return
    source = cell.node.source
    for region in find_regions(source):
        if not (inside_function(source, region) or assigned_names(source, region)):
            raise MalformedCell(
                cell,
                "a solution region is neither inside a function nor a plain assignment "
                "of names, so its stub would stop 'Run All'",
                "Keep the def line and the docstring outside the region, or only "
                "assign names in it",
            )


def checks_end_bare(cell: Cell) -> None:
    """A check cell ends in `check(...)`: anything else would give full marks."""
    if not is_check(cell):
        return
    source = cell.node.source
    if check_call(source) is None or after_last_statement(source):
        raise MalformedCell(
            cell,
            "the check cell does not end in a bare check(...), so that nbgrader "
            "would read no score from it",
            'End it with check("<exercise id>", …): no assignment, no semicolon, '
            "nothing after it",
        )


def points_are_known(cell: Cell) -> None:
    """Points come from the exercise; only an instructor's own cell brings them."""
    has_points = "points" in cell.nbgrader
    if has_points and (is_check(cell) or cell.is_written):
        raise MalformedCell(
            cell,
            "the header gives points, which this cell's exercise already has",
            "Take them out of the header",
        )
    own = (cell.is_graded and not cell.is_written) or cell.nbgrader.get("task")
    if own and not is_check(cell) and not has_points:
        raise MalformedCell(
            cell,
            "points are missing: the cell is graded and is no check of an exercise",
            'Add "points" to its header, or end it with check("<exercise id>", …)',
        )


def grade_ids_differ(lesson: Lesson) -> None:
    """No grade_id stands on two cells."""
    seen: dict[str, int] = {}
    for cell in lesson.cells:
        grade_id = cell.nbgrader.get("grade_id")
        if grade_id in seen:
            raise MalformedCell(
                cell,
                f"the grade_id {grade_id!r} already stands at line {seen[grade_id]}",
                "Give one of the two cells another",
            )
        if grade_id is not None:
            seen[grade_id] = cell.line


def exercises_are_known(lesson: Lesson) -> None:
    """A check or a written answer belongs to an exercise of this lesson."""
    for cell in lesson.cells:
        if not (is_check(cell) or cell.is_written):
            continue
        exercise = lesson.exercises.get(exercise_id(cell, lesson))
        if exercise is None:
            raise MalformedCell(
                cell,
                f"{exercise_id(cell, lesson)!r} is no exercise of {lesson.stem}",
                f"It has {', '.join(lesson.exercises) or 'none'}",
            )
        if exercise.by_hand != cell.is_written:
            kind = "by hand" if exercise.by_hand else "by its check"
            raise MalformedCell(
                cell,
                f"the exercise {exercise.id} is graded {kind}, this cell is not",
                "Correct the exercise (by_hand) or the cell's header",
            )


def checks_are_named(lesson: Lesson) -> None:
    """A check's grade_id is `check_` and its exercise, so a gradebook can be read."""
    for cell in lesson.cells:
        if not is_check(cell):
            continue
        expected = f"check_{exercise_id(cell, lesson).partition('.')[2]}"
        if cell.nbgrader["grade_id"] != expected:
            raise MalformedCell(
                cell,
                f"the grade_id is {cell.nbgrader['grade_id']!r}, expected {expected!r}",
                "Name the check cell after its exercise",
            )


def exercises_occur_once(lesson: Lesson) -> None:
    """Every exercise of the lesson stands in it, and none stands twice."""
    seen: dict[str, int] = {}
    for cell in lesson.cells:
        if not (is_check(cell) or cell.is_written):
            continue
        identity = exercise_id(cell, lesson)
        if identity in seen:
            raise MalformedCell(
                cell,
                f"the exercise {identity} already stands at line {seen[identity]}",
                "Keep one of the two cells",
            )
        seen[identity] = cell.line
    missing = [identity for identity in lesson.exercises if identity not in seen]
    if missing:
        raise MalformedCell(
            lesson.cells[-1],
            f"the lesson ends without the exercises {', '.join(missing)}",
            "Add their cells, or take them out of utils/exercises",
        )


def is_check(cell: Cell) -> bool:
    """Whether the cell grades an exercise; an instructor's own test does not."""
    if not (cell.is_code and cell.is_graded) or cell.is_solution:
        return False
    named = str(cell.nbgrader.get("grade_id")).startswith("check_")
    return named or mentions_check(cell.node.source)


def exercise_id(cell: Cell, lesson: Lesson) -> str:
    """The exercise a check or a written answer belongs to."""
    if cell.is_written:
        return f"{lesson.number}.{cell.nbgrader['grade_id']}"
    return check_call(cell.node.source)


LESSON_RULES = (starts_with_a_cell,)
CELL_RULES = (
    headers_are_read,
    prose_is_raw,
    code_is_python,
    has_grade_id,
    solutions_are_marked,
    stubs_wait_for_a_call,
    checks_end_bare,
    points_are_known,
)
EXERCISE_RULES = (
    grade_ids_differ,
    exercises_are_known,
    exercises_occur_once,
    checks_are_named,
)
