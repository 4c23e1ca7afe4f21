"""A page for interactive figures, and a figure in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.lab_page import chromium
from utils.widgets.figure import Figure


@pytest.fixture(scope="module")
def page() -> Iterator[webdriver.Chrome]:
    with chromium(740, 1000) as driver:
        yield driver


@pytest.fixture
def show(page, tmp_path):
    """A function that opens a figure's own page and gives its element."""

    def show(figure: Figure) -> WebElement:
        page.get(figure.save(Path(tmp_path) / "figure.html").as_uri())
        return page.find_element(By.CLASS_NAME, "course-figure")

    yield show
    assert [entry["message"] for entry in page.get_log("browser")] == []
