"""Feedback pages by nbgrader's own exporter, set up once for a whole class."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback

from grading.course import nbgrader_in


class QuickExporter(HTMLExporter):
    """nbconvert's exporter without its second reading of the page it has made.

    That takes twice as long as making it, and adds only what our pictures have already:
    a text for who cannot see them. Code that many hand in is coloured once.
    """

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        colour = Highlight2HTML(pygments_lexer="python", parent=self)
        self.colour = lru_cache(maxsize=2_000)(lambda source: colour(source))

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kw: Any
    ) -> tuple[str, dict]:
        """Make the page."""
        resources = self._init_resources(resources)
        kinds = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("highlight_code", lambda code, **_: self.colour(code))
        self.register_filter("filter_data_type", kinds)
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)


class FeedbackWriter:
    """Writes `feedback/<student>/<lesson>/<lesson>.html`; use it in a `with` block."""

    def __init__(self, course: Path):
        self.course = course.resolve()

    def __enter__(self) -> "FeedbackWriter":
        self.context = nbgrader_in(self.course)
        self.api = self.context.__enter__()
        converter = GenerateFeedback(coursedir=self.api.coursedir, parent=self.api)
        usual = converter.exporter_class is HTMLExporter
        exporter_class = QuickExporter if usual else converter.exporter_class
        self.exporter = exporter_class(parent=converter, config=converter.config)
        for step in converter.preprocessors:
            self.exporter.register_preprocessor(step)
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
