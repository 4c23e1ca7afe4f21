"""A learner opens a lesson in JupyterLab, runs a cell and sees a card."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from selenium import webdriver
from selenium.webdriver.common.by import By

from grading.cli import NOTEBOOKS
from grading.lab import copy_new
from tests.browser.lab_page import (
    chromium,
    open_notebook,
    run_cell,
    screenshot,
    serve,
)

pytestmark = pytest.mark.requires("chromium")

LESSON = "01_knn.ipynb"
CARD = '<div style="border-left: 4px solid #b00"><b>two of three cases</b> pass</div>'


@pytest.fixture(scope="module")
def page() -> Iterator[webdriver.Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make lab` would open, and a small notebook that shows a card."""
    folder = tmp_path_factory.mktemp("work")
    copy_new(NOTEBOOKS, folder)
    cells = [
        v4.new_markdown_cell("# A small lesson"),
        v4.new_code_cell(f"from IPython.display import HTML\n\nHTML('''{CARD}''')"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    small = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(small, folder / "small.ipynb")
    return folder


@pytest.fixture(scope="module")
def address(work: Path) -> Iterator[str]:
    with serve(work) as address:
        yield address


def test_a_cell_runs_and_shows_its_card(page, address, tmp_path):
    open_notebook(page, address, "small.ipynb")
    output = run_cell(page, 1).find_element(By.CLASS_NAME, "jp-OutputArea-output")
    assert output.text == "two of three cases pass"
    assert output.find_element(By.TAG_NAME, "b").text == "two of three cases"
    assert screenshot(page, tmp_path / "card.png").stat().st_size > 10_000


def test_no_popup_hides_the_lesson(page, address):
    open_notebook(page, address, "small.ipynb")
    popups = ".jp-Dialog, .Toastify__toast"
    assert [popup.text for popup in page.find_elements(By.CSS_SELECTOR, popups)] == []


def test_an_exercise_that_is_not_written_yet_says_so(page, address, work):
    cells = nbformat.read(work / LESSON, as_version=4).cells
    open_notebook(page, address, LESSON)
    run_cell(page, find(cells, "import "))
    run_cell(page, find(cells, "def l1_distances("))
    card = run_cell(page, find(cells, 'check("01.l1_distances"'))
    assert "Not written yet: 0 of" in card.text


def find(cells: list, text: str) -> int:
    """The index of the first code cell that holds a text."""
    return next(
        index
        for index, cell in enumerate(cells)
        if cell.cell_type == "code" and text in cell.source
    )
