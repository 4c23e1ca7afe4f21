"""Feedback pages by nbgrader's own exporter, set up once for a whole class."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateFeedback

from grading.course import nbgrader_in


class FeedbackWriter:
    """Writes `feedback/<student>/<lesson>/<lesson>.html`; use it in a `with` block."""

    def __init__(self, course: Path):
        self.course = course.resolve()

    def __enter__(self) -> "FeedbackWriter":
        self.context = nbgrader_in(self.course)
        self.api = self.context.__enter__()
        converter = GenerateFeedback(coursedir=self.api.coursedir, parent=self.api)
        self.exporter = converter.exporter_class(
            parent=converter, config=converter.config
        )
        for step in converter.preprocessors:
            self.exporter.register_preprocessor(step, enabled=True)
        return self

    def __exit__(self, *error: Any) -> None:
        self.context.__exit__(*error)

    def write(self, student: str, lesson: str) -> Path:
        """Write the page of one graded notebook; returns its path."""
        source = self.course / "autograded" / student / lesson / f"{lesson}.ipynb"
        about = {
            "student": student,
            "assignment": lesson,
            "notebook": lesson,
            "db_url": self.api.coursedir.db_url,
        }
        resources = {
            "unique_key": lesson,
            "output_files_dir": f"{lesson}_files",
            "nbgrader": about,
        }
        notebook = nbformat.read(source, as_version=4)
        page, _ = self.exporter.from_notebook_node(notebook, resources=resources)
        path = self.course / "feedback" / student / lesson / f"{lesson}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(page, encoding="utf-8")
        os.replace(draft, path)
        return path
