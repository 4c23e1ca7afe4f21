"""The circuit graph in a page of its own: what it shows is right.

Expected gradients come from PyTorch.
"""

import numpy as np
import pytest
import torch
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.lab_page import text
from utils.widgets import CircuitGraph

pytestmark = pytest.mark.requires("chromium")

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
