"""Writing verdicts where nbgrader keeps its own: gradebook and `autograded/`.

What nbgrader knows of a submission afterwards is what its `autograde` would have left,
so that its formgrader, feedback and export go on from there.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_solution,
    is_task,
    parse_utc,
)

from grading.course import CannotGrade, nbgrader_in
from grading.judge import Judged
from grading.verdict import Verdict

TIMES = "handed_in.csv"
READ_ONLY = 0o444


class Recorder:
    """The one writer of a course's gradebook; use it in a `with` block."""

    def __init__(self, course: Path):
        self.course = course
        self.times = times_in(course / TIMES)

    def __enter__(self) -> "Recorder":
        self.context = nbgrader_in(self.course)
        self.api = self.context.__enter__()
        self.gradebook = self.api.gradebook
        self.late = AssignLatePenalties(config=self.api.config)
        self.late.init_plugin()
        return self

    def __exit__(self, *error: Any) -> None:
        self.gradebook.close()
        self.context.__exit__(*error)

    def record(self, verdict: Verdict, notebook: str) -> None:
        """Write one submission's notebook and scores; a second time changes nothing.

        `notebook` is the text of one that we wrote, and is not validated. Manual
        grades, comments and extra credit are kept. Raises CannotGrade where the
        gradebook does not have the lesson as it was judged.
        """
        cells = nbformat.v4.reads(notebook).cells
        write_notebook(notebook, self.path(verdict))
        with one_transaction(self.gradebook):
            submitted = self.submitted_notebook(verdict)
            grades = {grade.name: grade for grade in submitted.grades}
            self.refuse_other_cells(verdict, cells, set(grades))
            for cell in cells:
                if is_grade(cell):
                    set_grade(grades[cell.metadata.nbgrader.grade_id], cell, verdict)
            set_comments(submitted, cells)
            self.gradebook.db.flush()
            self.set_penalty(submitted)

    def path(self, verdict: Verdict) -> Path:
        """Where nbgrader looks for the graded notebook."""
        folder = self.course / "autograded" / verdict.student / verdict.lesson
        return folder / f"{verdict.lesson}.ipynb"

    def submitted_notebook(self, verdict: Verdict) -> SubmittedNotebook:
        """The gradebook's entry for the submission, made where there is none."""
        student, lesson = verdict.student, verdict.lesson
        try:
            self.gradebook.find_notebook(lesson, lesson)
        except MissingEntry:
            raise CannotGrade(
                f"the gradebook has no lesson {lesson}: release it first"
            ) from None
        try:
            self.gradebook.find_student(student)
        except MissingEntry:
            self.gradebook.add_student(student)
        self.gradebook.update_or_create_submission(
            lesson, student, timestamp=self.handed_in(verdict)
        )
        return self.gradebook.find_submission_notebook(lesson, lesson, student)

    def refuse_other_cells(
        self, verdict: Verdict, cells: list[NotebookNode], known: set[str]
    ) -> None:
        """Refuse a notebook whose graded cells are not those of the gradebook."""
        graded = {c.metadata.nbgrader.grade_id for c in cells if is_grade(c)}
        tasks = {c.metadata.nbgrader.grade_id for c in cells if is_task(c)}
        if graded | tasks != known:
            odd = ", ".join(sorted((graded | tasks) ^ known))
            raise CannotGrade(
                f"{verdict.lesson} was released with other graded cells than it has "
                f"now ({odd}); release the lesson again, then grade"
            )

    def handed_in(self, verdict: Verdict) -> datetime | None:
        """When a submission came, in UTC: by the instructor's table, else its files.

        A `timestamp.txt` among the learner's files is not believed.
        """
        told = self.times.get((verdict.student, verdict.lesson))
        if told is not None:
            return told
        folder = self.course / "submitted" / verdict.student / verdict.lesson
        times = [
            path.lstat().st_mtime
            for path in folder.glob("*")
            if path.is_file() and not path.is_symlink() and path.name != "timestamp.txt"
        ]
        if not times:
            return None
        return datetime.fromtimestamp(int(max(times)), UTC).replace(tzinfo=None)

    def set_penalty(self, notebook: SubmittedNotebook) -> None:
        """The penalty for handing in late, by the course's own plugin of nbgrader."""
        self.gradebook.db.refresh(notebook, ["score"])
        seconds = notebook.assignment.total_seconds_late
        penalty = None
        if seconds > 0:
            penalty = self.late.plugin_inst.late_submission_penalty(
                notebook.student.id, notebook.score, seconds
            )
        if penalty is not None:
            penalty = self.late._check_late_penalty(notebook, penalty)
        notebook.late_submission_penalty = penalty


def record(course: Path, judged: Judged) -> None:
    """Write one verdict into a course's gradebook and `autograded/`."""
    with Recorder(course) as recorder:
        recorder.record(judged.verdict, nbformat.writes(judged.notebook))


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """All that nbgrader's interface would commit bit by bit, committed at the end."""
    session = gradebook.db
    session.commit = session.flush
    try:
        yield
        del session.commit
        session.commit()
    except BaseException:
        vars(session).pop("commit", None)
        session.rollback()
        raise


def set_grade(grade: Grade, cell: NotebookNode, verdict: Verdict) -> None:
    """The score of one cell, as nbgrader's SaveAutoGrades sets it.

    Where there was nothing to grade nobody need read an answer.
    """
    score, _ = determine_grade(cell)
    nothing = all(one.status in ("missing", "unreadable") for one in verdict.exercises)
    grade.auto_score = 0.0 if score is None and nothing else score
    grade.needs_manual_grade = (
        grade.manual_score is not None or grade.auto_score is None
    )


def set_comments(notebook: SubmittedNotebook, cells: list[NotebookNode]) -> None:
    """The remark "No response." on answers that are still the stub."""
    comments = {comment.name: comment for comment in notebook.comments}
    for cell in cells:
        marks = cell.metadata.get("nbgrader", {})
        comment = comments.get(marks.get("grade_id"))
        if comment is None or not is_solution(cell):
            continue
        untouched = marks.get("checksum") == compute_checksum(cell)
        comment.auto_comment = "No response." if untouched else None


def write_notebook(notebook: str, path: Path) -> None:
    """Write a notebook that replaces the old one at once, or leave an equal one."""
    content = notebook.encode()
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    draft.write_bytes(content)
    draft.chmod(READ_ONLY)
    draft.replace(path)


def times_in(table: Path) -> dict[tuple[str, str], datetime]:
    """The instructor's table of when submissions came, if there is one.

    A CSV file with the columns student, lesson and handed_in
    (`2026-03-01 23:59 UTC` or `2026-03-01T23:59+01:00`).
    """
    if not table.exists():
        return {}
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return {
            (row["student"], row["lesson"]): parse_utc(row["handed_in"]) for row in rows
        }
    except (KeyError, ValueError) as error:
        raise CannotGrade(
            f"{table} cannot be read ({error}): it needs the columns student, lesson "
            "and handed_in, with times such as 2026-03-01 23:59 UTC"
        ) from error
