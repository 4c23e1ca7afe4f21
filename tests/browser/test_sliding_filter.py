"""The sliding filter in a page of its own: what it shows is right.

Expected sums come from SciPy.
"""

import numpy as np
import pytest
from scipy.signal import correlate2d
from selenium import webdriver
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.lab_page import text, wait_for
from utils.widgets import SlidingFilter

pytestmark = pytest.mark.requires("chromium")

IMAGE = [[3, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]]
FILTER = [[0, 2, 3], [3, 1, 0], [2, 0, 1]]


def grids(element: WebElement) -> list[WebElement]:
    """The pictures of image, filter and output."""
    return element.find_elements(By.TAG_NAME, "svg")


def cells(grid: WebElement) -> list[str]:
    """The numbers in the cells of a picture."""
    found = grid.find_elements(By.CSS_SELECTOR, ".cell text:not(.weight)")
    return [cell.text.replace("−", "-") for cell in found]


def shown_sum(element: WebElement) -> float:
    return float(text(element, "sum").removeprefix("= "))


rng = np.random.default_rng(5)
GEOMETRIES = {
    "the exercise of the notes": (IMAGE, FILTER, 1, 0, 1),
    "padding": (IMAGE, FILTER, 1, 1, 0),
    "stride 2, padding 1, wide": (rng.integers(-9, 9, (4, 7)), FILTER, 2, 1, -2),
    "wide filter, fractions": (
        rng.normal(size=(5, 6)).round(2),
        rng.normal(size=(2, 3)).round(1),
        1,
        0,
        0.5,
    ),
    "a stride that does not fit": (
        rng.integers(0, 9, (7, 6)),
        np.ones((3, 3)),
        3,
        0,
        0,
    ),
}


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
def test_arrow_keys_reach_every_position_and_each_sum_is_right(show, geometry):
    image, filter, stride, pad, bias = geometry
    sums = correlate2d(np.pad(image, pad), filter, "valid")[::stride, ::stride] + bias
    element = show(SlidingFilter(*geometry))
    window = grids(element)[0]
    for row, expected in enumerate(sums):
        for column, value in enumerate(expected):
            if column:
                window.send_keys(Keys.ARROW_RIGHT)
            assert shown_sum(element) == pytest.approx(value, abs=6e-4), (row, column)
            assert written_out(element) == pytest.approx(value, abs=6e-4)
        window.send_keys(Keys.ARROW_DOWN, Keys.ARROW_LEFT * (len(expected) - 1))
    shown = np.array(cells(grids(element)[2]), float).reshape(sums.shape)
    np.testing.assert_allclose(shown, sums, atol=6e-4)


def written_out(element: WebElement) -> float:
    """What the written products and the bias add up to."""
    lines = text(element, "products").replace("(bias)", "")
    return eval(lines.replace("·", "*").replace("\n", " "), {})


def test_the_products_are_written_out(show):
    element = show(SlidingFilter(IMAGE, FILTER, bias=1))
    lines = [line.strip("+ ") for line in text(element, "products").splitlines()]
    assert lines == [
        "0·3 + 2·0 + 3·8",
        "3·6 + 1·5 + 0·1",
        "2·0 + 0·7 + 1·0",
        "1 (bias)",
    ]


@pytest.mark.parametrize("kind", [interaction.POINTER_MOUSE, interaction.POINTER_TOUCH])
def test_the_window_is_dragged_and_its_outputs_stay(page, show, kind):
    element = show(SlidingFilter(IMAGE, FILTER, bias=1))
    assert cells(grids(element)[2]) == ["48", "", "", ""]
    drag(page, element.find_element(By.CLASS_NAME, "window"), kind, 44, 0)
    assert shown_sum(element) == 62
    drag(page, element.find_element(By.CLASS_NAME, "window"), kind, 0, 44)
    assert cells(grids(element)[2]) == ["48", "62", "", "27"]
    assert len(element.find_elements(By.CSS_SELECTOR, ".cell.under")) == 9


def test_a_window_that_is_held_at_its_edge_does_not_jump(page, show):
    element = show(SlidingFilter(np.arange(81).reshape(9, 9), FILTER, stride=2))
    grids(element)[0].send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    before = shown_sum(element)
    corner = element.find_elements(By.CSS_SELECTOR, ".cell.under text.weight")[-1]
    drag(page, corner, interaction.POINTER_MOUSE, 0, 0)
    assert shown_sum(element) == before
    drag(page, corner, interaction.POINTER_MOUSE, 72, 0)
    grids(element)[0].send_keys(Keys.ARROW_LEFT)
    assert shown_sum(element) == before


def test_an_output_cell_brings_the_window_to_it(show):
    element = show(SlidingFilter(IMAGE, FILTER, bias=1))
    grids(element)[2].find_elements(By.TAG_NAME, "rect")[3].click()
    assert shown_sum(element) == 27


def drag(page: webdriver.Chrome, what: WebElement, kind: str, x: int, y: int) -> None:
    """Press on the middle of a thing, move by pixels in two steps, and let go."""
    actions = ActionBuilder(page, PointerInput(kind, kind))
    finger = actions.pointer_action
    finger.move_to(what).pointer_down().move_by(x // 2, y // 2)
    finger.move_by(x - x // 2, y - y // 2).pointer_up()
    actions.perform()


def test_play_through_visits_all_and_reset_forgets_them(page, show):
    element = show(SlidingFilter(IMAGE, FILTER, bias=1))
    element.find_element(By.CLASS_NAME, "play").click()
    output = grids(element)[2]
    wait_for(page, "all sums", lambda _: cells(output) == ["48", "62", "41", "27"])
    wait_for(page, "the end", lambda _: text(element, "play") == "Play through")
    element.find_element(By.CLASS_NAME, "reset").click()
    assert cells(output) == ["48", "", "", ""]


def test_stride_and_padding_are_set_and_a_misfit_is_said_in_words(show):
    element = show(SlidingFilter(np.ones((7, 7)), np.ones((3, 3))))
    assert text(element, "note") == ""
    set_number(element, "stride", "3")
    assert (
        "A 3x3 filter at stride 3 does not fit 7 rows and columns: "
        "(7 - 3 + 0) / 3 + 1 = 2.33. The output has 2 rows and columns"
    ) in text(element, "note")
    set_number(element, "pad", "1")
    assert text(element, "note") == ""
    assert len(element.find_elements(By.CSS_SELECTOR, ".cell.padding")) == 9 * 9 - 7 * 7
    assert len(cells(grids(element)[2])) == 9


def set_number(element: WebElement, name: str, value: str) -> None:
    box = element.find_element(By.NAME, name)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(value)
