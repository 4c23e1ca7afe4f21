"""From an nbgrader source to what a learner gets, by nbgrader's own preprocessors."""

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions, SaveCells
from traitlets import Unicode
from traitlets.config import Config

from grading.regions import find_regions, with_name_stubs


class ClearAnswers(ClearSolutions):
    """ClearSolutions, with a stub for questions that does not stop "Run All".

    A question is answered by assigning names at the top level of a cell. A raise there
    would stop the notebook, so each name gets `...` instead, until it is replaced.
    """

    name_stub = Unicode(
        "{name} = ...", help="What replaces the assignment of a question's answer"
    ).tag(config=True)

    def preprocess_cell(self, cell, resources, cell_index):
        """Replace regions that only assign names, then leave the rest to nbgrader."""
        if cell.cell_type != "code" or not utils.is_solution(cell):
            return super().preprocess_cell(cell, resources, cell_index)
        before = cell.source
        cell.source = with_name_stubs(cell.source, self.name_stub)
        if cell.source != before and not find_regions(cell.source):
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


def release(source: NotebookNode, config: Config) -> NotebookNode:
    """Run the course's `nbgrader generate_assignment` steps, the gradebook left out."""
    notebook, resources = source, {}
    for step in config.GenerateAssignment.preprocessors:
        if not issubclass(step, SaveCells):
            notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook
