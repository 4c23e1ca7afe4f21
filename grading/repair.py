"""Repairing what happened to a submission's cells, where nbgrader's own steps stop."""

from nbgrader.preprocessors import DeduplicateIds, OverwriteCells


class ForgetRepeatedCells(DeduplicateIds):
    """DeduplicateIds, which leaves metadata that nbgrader's next step refuses."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Make a plain cell of every copy of a cell but the last."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


class RestoreMissingCells(OverwriteCells):
    """OverwriteCells, which needs every other cell in place to add a missing one."""

    def add_missing_grade_cells(self, nb, resources):
        """Put each graded cell that is missing after the one that comes before it."""
        master = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in master.grade_cells}
        answers = {cell.name for cell in master.solution_cells}
        place = 0
        for cell in master.source_cells:
            found = place_of(cell.name, nb)
            if found is not None:
                place = found + 1
            elif cell.name in points:
                is_answer = cell.name in answers
                restored = self.missing_cell_transform(
                    cell, points[cell.name], is_solution=is_answer
                )
                restored.id = f"restored-{cell.name}"[:64]
                nb.cells.insert(place, restored)
                place += 1
        return nb, resources


def place_of(grade_id, nb):
    """The index of the cell with this grade_id; None where the notebook lacks it."""
    for index, cell in enumerate(nb.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return index
    return None
