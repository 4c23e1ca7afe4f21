"""The interactive figures in a page of their own: what they show is right.

Expected sums come from SciPy, expected gradients from PyTorch.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.lab_page import chromium, wait_for
from utils.widgets import CircuitGraph, SlidingFilter
from utils.widgets.figure import Figure

pytestmark = pytest.mark.requires("chromium")

IMAGE = [[3, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]]
FILTER = [[0, 2, 3], [3, 1, 0], [2, 0, 1]]
NUMBER = re.compile(r"-?[\d.]+")


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


def text(element: WebElement, name: str) -> str:
    """The text of a part of a figure, with plain minus signs."""
    return element.find_element(By.CLASS_NAME, name).text.replace("−", "-")


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


REUSE = [
    ("p", "*", ["x", "x", "y"]),
    ("m", "max", ["x", "y", 0]),
    ("s", "sigmoid", ["p"]),
    ("e", "exp", ["m"]),
    ("n", "neg", ["e"]),
    ("t", "+", ["s", "n", "y", 3]),
    ("r", "recip", ["t"]),
    ("f", "*", ["r", "x", 2]),
]
GRAPHS = {
    "product": CircuitGraph,
    "neuron": CircuitGraph.sigmoid_neuron,
    "reuse": lambda: CircuitGraph(REUSE, {"x": -1, "y": 0.5}, limits=(-3, 3)),
}
TORCH = {
    "+": lambda *xs: torch.stack(xs).sum(),
    "*": lambda *xs: torch.stack(xs).prod(),
    "max": lambda *xs: torch.stack(xs).amax(),
    "exp": torch.exp,
    "neg": torch.neg,
    "recip": torch.reciprocal,
    "sigmoid": torch.sigmoid,
}


def autograd(graph: CircuitGraph, inputs: dict[str, float]) -> list[float]:
    """The output and its gradients on the inputs, by PyTorch."""
    known = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in inputs.items()
    }
    leaves = list(known.values())
    for name, operation, arguments in graph.gates:
        given = (
            known[one] if isinstance(one, str) else torch.tensor(one).double()
            for one in arguments
        )
        known[name] = output = TORCH[operation](*given)
    return [output.item(), *(g.item() for g in torch.autograd.grad(output, leaves))]


def results(element: WebElement) -> list[float]:
    """The output and its gradients as the figure sums them up."""
    spans = element.find_elements(By.CSS_SELECTOR, ".result span")
    values = (span.text.replace("−", "-").split(" = ")[1] for span in spans)
    return [float(value) for value in values]


def slide(element: WebElement, name: str, value: float) -> float:
    """Drag an input's slider; returns the value on which it came to stand."""
    slider = element.find_element(By.CSS_SELECTOR, f"input[aria-label='{name}']")
    move = (
        "arguments[0].value = arguments[1];"
        "arguments[0].dispatchEvent(new Event('input'));"
        "return arguments[0].valueAsNumber"
    )
    return element.parent.execute_script(move, slider, value)


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_values_and_gradients_are_those_of_autograd(show, make):
    graph = make()
    element = show(graph)
    draws = np.random.default_rng(9)
    inputs = dict(graph.inputs)
    for _ in range(6):
        expected = autograd(graph, inputs)
        assert results(element) == pytest.approx(expected, rel=0.06, abs=6e-4)
        assert on_edges(element, inputs) == pytest.approx(
            expected[1:], rel=0.06, abs=6e-3
        )
        for name in inputs:
            inputs[name] = slide(element, name, draws.uniform(-2.5, 2.5))


def on_edges(element: WebElement, names: dict[str, float]) -> list[float]:
    """The gradients below the edges that leave the inputs."""
    places = (f".gradient[data-name='{name}']" for name in names)
    shown = (element.find_element(By.CSS_SELECTOR, place).text for place in places)
    return [float(text.replace("−", "-").strip("∂\u2009 ")) for text in shown]


def test_the_neuron_starts_at_the_numbers_of_the_notes(show):
    element = show(CircuitGraph.sigmoid_neuron())
    assert results(element) == [0.731, -0.197, 0.393, -0.393, -0.59, 0.197]
    values = [
        value.text for value in element.find_elements(By.CSS_SELECTOR, "svg .value")
    ]
    assert values[-8:] == ["−2", "6", "4", "1", "−1", "0.37", "1.37", "0.73"]


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_the_graph_fits_into_700_pixels(show, make):
    graph = show(make()).find_element(By.CLASS_NAME, "graph")
    assert graph.size["width"] <= 700
    assert int(graph.get_property("scrollWidth")) <= graph.size["width"]


def test_an_input_moves_with_the_keyboard_and_with_the_mouse(page, show):
    element = show(CircuitGraph())
    slider = element.find_element(By.CSS_SELECTOR, "input[aria-label='x']")
    slider.send_keys(Keys.ARROW_RIGHT)
    assert results(element) == pytest.approx([-12.4, -4, -4, 3.1])
    ActionChains(page).drag_and_drop_by_offset(slider, 30, 0).perform()
    x = float(slider.get_attribute("value"))
    assert x > 1
    assert results(element) == pytest.approx([(x + 5) * -4, -4, -4, x + 5])


def test_the_gradient_goes_back_gate_by_gate(show):
    element = show(CircuitGraph())
    button = element.find_element(By.CLASS_NAME, "back")
    button.click()
    assert [g for g in gradients(element).values() if g] == ["∂ 1"]
    button.click()
    assert gradients(element) == {"x": "", "y": "", "z": "∂ 3", "q": "∂ -4", "f": "∂ 1"}
    assert "on z: slope 3 · gradient 1 = 3" in text(element, "words")
    button.click()
    assert gradients(element)["x"] == "∂ -4"
    assert "on x: slope 1 · gradient (-4) = -4" in text(element, "words")


def test_a_name_used_twice_adds_its_gradients_and_says_so(show):
    graph = CircuitGraph([("p", "*", ["x", "x"]), ("f", "+", ["p", "x"])], {"x": 3})
    element = show(graph)
    assert gradients(element)["x"] == "∂ 7"
    assert sorted(shares(element)) == ["∂ 1", "∂ 3", "∂ 3"]
    for _ in range(3):
        element.find_element(By.CLASS_NAME, "back").click()
    words = text(element, "words")
    assert "x is used 3 times so far, its gradients add up: 1 + 3 + 3 = 7" in words


def gradients(element: WebElement) -> dict[str, str]:
    """The gradient below each name's edge."""
    found = element.find_elements(By.CSS_SELECTOR, "svg .gradient[data-name]")
    return {one.get_attribute("data-name"): spaced(one.text) for one in found}


def shares(element: WebElement) -> list[str]:
    """What each edge of a name that is used several times brings."""
    return [spaced(one.text) for one in element.find_elements(By.CLASS_NAME, "share")]


def spaced(text: str) -> str:
    return text.replace("\u2009", " ").replace("−", "-")
