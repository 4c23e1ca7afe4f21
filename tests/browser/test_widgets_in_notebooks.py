"""The interactive figures in JupyterLab, in exported and in reopened notebooks."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode, v4
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.lab_page import (
    TOKEN,
    cell,
    chromium,
    open_notebook,
    run_cell,
    serve,
    wait_for,
)

pytestmark = pytest.mark.requires("chromium")

SLIDING = """\
from utils.widgets import CircuitGraph, SlidingFilter

image = [[3, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]]
sliding = SlidingFilter(image, [[0, 2, 3], [3, 1, 0], [2, 0, 1]], bias=1)
sliding"""
GRAPH = "graph = CircuitGraph()\ngraph"
SET = "sliding.position = [1, 0]\ngraph.inputs = graph.inputs | {'x': 1}"
READ = "print(sliding.position, graph.inputs['x'], graph.shown)"
SLIDING_FIGURE, GRAPH_FIGURE = ".sliding-filter", ".circuit-graph"


@pytest.fixture(scope="module")
def page() -> Iterator[webdriver.Chrome]:
    with chromium() as driver:
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["https://*"]})
        yield driver


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    nbformat.write(notebook(), folder / "fresh.ipynb")
    nbformat.write(notebook(), folder / "kept.ipynb")
    nbformat.write(executed(keep_state=False), folder / "reopened.ipynb")
    return folder


@pytest.fixture(scope="module")
def address(work: Path) -> Iterator[str]:
    with serve(work) as address:
        yield address


def notebook() -> NotebookNode:
    """Both figures, a cell that moves them, and one that reads them."""
    cells = [v4.new_code_cell(source) for source in (SLIDING, GRAPH, SET, READ)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def executed(keep_state: bool) -> NotebookNode:
    """The notebook with its outputs, with or without the state of its widgets."""
    run = notebook()
    del run.cells[2:]
    NotebookClient(run, store_widget_state=keep_state).execute()
    return run


def figures(place: WebElement | webdriver.Chrome, kind: str) -> list[WebElement]:
    """The figures of a kind that can be seen."""
    found = place.find_elements(By.CSS_SELECTOR, kind)
    return [figure for figure in found if figure.is_displayed()]


def live_figure(page: webdriver.Chrome, index: int, kind: str) -> WebElement:
    """The one live figure in a cell, once it is drawn."""
    live = f"{kind}:not([data-stand-in])"
    wait_for(page, kind, lambda _: figures(cell(page, index), live))
    (figure,) = figures(cell(page, index), live)
    return figure


def text(figure: WebElement, name: str) -> str:
    return figure.find_element(By.CLASS_NAME, name).text.replace("−", "-")


def move_both(sliding: WebElement, graph: WebElement) -> None:
    """Move window and input with the keyboard, and see that the figures follow."""
    assert text(sliding, "sum") == "= 48"
    window = sliding.find_element(By.TAG_NAME, "svg")
    keys = (
        (Keys.ARROW_DOWN, "= 41"),
        (Keys.ARROW_RIGHT, "= 27"),
        (Keys.ARROW_UP, "= 62"),
    )
    for key, expected in keys:
        window.send_keys(key)
        assert text(sliding, "sum") == expected
    assert text(graph, "result").split("\n")[0] == "f = -12"
    graph.find_element(By.CSS_SELECTOR, "[aria-label=x]").send_keys(Keys.ARROW_RIGHT)
    assert text(graph, "result").split("\n")[0] == "f = -12.4"


def test_in_jupyterlab_the_learner_and_the_kernel_move_the_same_figure(page, address):
    open_notebook(page, address, "fresh.ipynb")
    run_cell(page, 0)
    run_cell(page, 1)
    sliding = live_figure(page, 0, SLIDING_FIGURE)
    graph = live_figure(page, 1, GRAPH_FIGURE)
    move_both(sliding, graph)
    assert run_cell(page, 3).text.endswith("[0, 1] -1.9 2")
    run_cell(page, 2)
    wait_for(page, "the window to move", lambda _: text(sliding, "sum") == "= 41")
    wait_for(page, "x to move", lambda _: text(graph, "result").startswith("f = -24"))


def test_in_jupyterlab_only_the_live_figure_is_seen(page, address):
    open_notebook(page, address, "fresh.ipynb")
    run_cell(page, 0)
    live_figure(page, 0, SLIDING_FIGURE)
    stand_ins = cell(page, 0).find_elements(By.CSS_SELECTOR, "[data-stand-in]")
    assert [one.is_displayed() for one in stand_ins] == [False]


def test_figures_of_an_earlier_kernel_are_alive(page, address, work):
    open_notebook(page, address, "kept.ipynb")
    run_cell(page, 0)
    run_cell(page, 1)
    live_figure(page, 1, GRAPH_FIGURE)
    page.switch_to.active_element.send_keys(Keys.CONTROL, "s")
    kept = work / "kept.ipynb"
    wait_for(page, "saving", lambda _: kept.read_text().count("data-stand-in") > 1)
    stop_kernels(address)
    open_notebook(page, address, "kept.ipynb")
    wait_for(page, "the stand-ins", lambda _: figures(page, GRAPH_FIGURE))
    move_both(*figures(page, SLIDING_FIGURE), *figures(page, GRAPH_FIGURE))
    assert "Error displaying widget" not in cell(page, 0).text


def stop_kernels(address: str) -> None:
    """End all sessions of JupyterLab, as closing it would."""
    query = f"?token={TOKEN}"
    with urllib.request.urlopen(f"{address}/api/sessions{query}") as answer:
        names = [session["id"] for session in json.load(answer)]
    for name in names:
        place = f"{address}/api/sessions/{name}{query}"
        urllib.request.urlopen(urllib.request.Request(place, method="DELETE")).close()


def test_a_notebook_of_someone_else_shows_at_least_the_start(page, address):
    open_notebook(page, address, "reopened.ipynb")
    wait_for(
        page, "the tables", lambda _: cell(page, 0).find_elements(By.TAG_NAME, "td")
    )
    assert "Run this cell to slide the filter" in cell(page, 0).text
    assert "q = x + y" in cell(page, 1).text


@pytest.mark.parametrize("keep_state", [False, True], ids=["no state", "widget state"])
def test_an_exported_page_is_alive_without_a_network(page, tmp_path, keep_state):
    exported, _ = HTMLExporter().from_notebook_node(executed(keep_state))
    path = tmp_path / "exported.html"
    path.write_text(exported, encoding="utf-8")
    page.get(path.as_uri())
    (sliding,) = figures(page, SLIDING_FIGURE)
    (graph,) = figures(page, GRAPH_FIGURE)
    move_both(sliding, graph)
