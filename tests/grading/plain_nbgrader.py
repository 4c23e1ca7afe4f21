"""Grading as nbgrader does it by itself, for comparison: in the learner's kernel."""

from pathlib import Path

from grading.course import CannotGrade, nbgrader_in, reason


def autograde(course: Path, student: str, lesson: str) -> None:
    """Run `nbgrader autograde` and `nbgrader generate_feedback` on a submission."""
    with nbgrader_in(course) as api:
        for step in (api.autograde, api.generate_feedback):
            result = step(lesson, student)
            if not result["success"]:
                raise CannotGrade(reason(result))
