"""Which cells does the build refuse, and does it quote them?"""

from pathlib import Path

import pytest

from grading.cells import MalformedCell, read_lesson
from grading.rules import check_lesson

LESSON = (Path(__file__).parent / "tiny_course" / "07_tiny.py").read_text("utf-8")
CHECK = """\
# %% nbgrader={"grade": true, "grade_id": "check_double"}
check("07.double", double)
"""
WRITTEN = LESSON[LESSON.index("# %% [markdown] nbgrader") : LESSON.index("# %% tags")]
WHOLE_FUNCTION = """\
### BEGIN SOLUTION
def double(x):
    return 2 * x
### END SOLUTION
"""


@pytest.fixture
def accept(tmp_path, exercises):
    """Check a lesson of a given text."""

    def check(text: str) -> None:
        path = tmp_path / "07_tiny.py"
        path.write_text(text, encoding="utf-8")
        check_lesson(read_lesson(path, exercises))

    return check


@pytest.fixture
def refuse(accept):
    """The message with which a lesson of a given text is refused."""

    def check(text: str) -> str:
        with pytest.raises(MalformedCell) as refused:
            accept(text)
        return str(refused.value)

    return check


def replace_cell(start: str, new: str) -> str:
    """The lesson with the code from `start` to the next header replaced."""
    begin = LESSON.index(start)
    return LESSON[:begin] + new + "\n" + LESSON[LESSON.index("# %%", begin) :]


def test_a_well_formed_lesson_is_accepted(accept):
    accept(LESSON)


REFUSALS = {
    "text before the first cell": (
        LESSON.replace("# %%", '"""A docstring."""\n\n# %%', 1),
        "text stands before the first cell",
    ),
    "header that is not JSON": (
        LESSON.replace('{"solution": true, "grade_id": "double"}', '{"solution": yes'),
        "cannot be read",
    ),
    "unknown key": (
        LESSON.replace('"grade_id": "double"', '"grade_id": "double", "pts": 2'),
        "unknown key 'pts'",
    ),
    "prose in comments": (
        LESSON.replace('r"""\n# Tiny\n"""', "# Tiny"),
        'prose stands outside r"""…"""',
    ),
    "prose that is not raw": (
        LESSON.replace('r"""\n# Tiny', '"""\n# Tiny'),
        'prose stands outside r"""…"""',
    ),
    "a magic": (LESSON + "\n# %%\n%matplotlib inline\n", "is not Python"),
    "missing grade_id": (
        LESSON.replace(
            '{"solution": true, "grade_id": "double"}', '{"solution": true}'
        ),
        "has no grade_id",
    ),
    "grade_id that is no id": (
        LESSON.replace('"grade_id": "double"', '"grade_id": "double it"'),
        "'double it' cannot be a cell's id",
    ),
    "doubled grade_id": (
        LESSON.replace('"grade_id": "answer_six"', '"grade_id": "double"'),
        "'double' already stands at line 10",
    ),
    "solution outside a solution cell": (
        LESSON.replace(' nbgrader={"solution": true, "grade_id": "double"}', ""),
        "not a solution cell",
    ),
    "solution cell without a region": (
        LESSON.replace(
            "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            "    return 2 * x",
        ),
        "has no solution region",
    ),
    "region that does not end": (
        LESSON.replace("    ### END SOLUTION\n", ""),
        "has no END SOLUTION",
    ),
    "region that does not begin": (
        LESSON.replace("    ### BEGIN SOLUTION\n", ""),
        "has no BEGIN SOLUTION",
    ),
    "nested region": (
        LESSON.replace("    return 2 * x", "    ### BEGIN SOLUTION\n    return 2 * x"),
        "stands inside a solution region",
    ),
    "a whole function as the region": (
        replace_cell("def double", WHOLE_FUNCTION),
        "would stop 'Run All'",
    ),
    "a region that prints at the top level": (
        LESSON.replace("answer_six = 6", "answer_six = 6\nprint(answer_six)"),
        "would stop 'Run All'",
    ),
    "check assigned to a name": (
        LESSON.replace('check("07.double", double)', 'r = check("07.double", double)'),
        "does not end in a bare check(...)",
    ),
    "check with a semicolon": (
        LESSON.replace('check("07.double", double)', 'check("07.double", double);'),
        "does not end in a bare check(...)",
    ),
    "something after the check": (
        LESSON.replace(CHECK, CHECK + 'print("done")\n'),
        "does not end in a bare check(...)",
    ),
    "check under another name": (
        LESSON.replace('check("07.double", double)', "assert double(2) == 4"),
        "does not end in a bare check(...)",
    ),
    "check whose id is computed": (
        LESSON.replace('check("07.double", double)', 'check("07." + "double", double)'),
        "does not end in a bare check(...)",
    ),
    "check of an unknown exercise": (
        LESSON.replace('check("07.double", double)', 'check("07.treble", double)'),
        "'07.treble' is no exercise of 07_tiny",
    ),
    "check named after nothing": (
        LESSON.replace('"grade_id": "check_double"', '"grade_id": "check_it"'),
        "expected 'check_double'",
    ),
    "points in a check's header": (
        LESSON.replace(
            '"grade_id": "check_double"', '"grade_id": "check_double", "points": 9'
        ),
        "which this cell's exercise already has",
    ),
    "points missing": (
        LESSON + '\n# %% nbgrader={"grade": true, "grade_id": "own"}\nassert True\n',
        "points are missing",
    ),
    "exercise checked twice": (
        LESSON + "\n" + CHECK.replace("check_double", "check_double_2"),
        "07.double already stands at line 18",
    ),
    "exercise left out": (
        LESSON.replace(WRITTEN, ""),
        "without the exercises 07.written_why",
    ),
    "written answer to an exercise with a check": (
        LESSON.replace("written_why", "six").replace("07.six", "07.written_why"),
        "is graded by",
    ),
}


@pytest.mark.parametrize(("text", "problem"), REFUSALS.values(), ids=REFUSALS)
def test_a_malformed_lesson_is_refused(refuse, text, problem):
    assert problem in refuse(text)


def test_a_refusal_names_file_and_line_and_quotes_the_cell(refuse, tmp_path):
    message = refuse(LESSON.replace("check_double", "check_it"))
    assert f"{tmp_path.name}/07_tiny.py, line 18: " in message
    assert '    # %% nbgrader={"grade": true, "grade_id": "check_it"}\n' in message
    assert '    check("07.double", double)\n' in message
    assert "Name the check cell after its exercise." in message


def test_an_instructors_own_test_cell_brings_its_points(accept):
    header = '# %% nbgrader={"grade": true, "grade_id": "own", "points": 1}'
    accept(f"{LESSON}\n{header}\nassert double(2) == 4\n")


def test_a_comment_may_follow_the_check(accept):
    accept(LESSON.replace('"07.double", double)\n', '"07.double", double)  # é\n'))
