"""What the interactive figures promise before any browser is opened."""

import re
import subprocess
import sys

import numpy as np
import pytest

from utils.widgets import CircuitGraph, SlidingFilter

IMAGE = [[3, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]]
FILTER = [[0, 2, 3], [3, 1, 0], [2, 0, 1]]

FIGURES = [SlidingFilter(IMAGE, FILTER, bias=1), CircuitGraph()]
each_figure = pytest.mark.parametrize("figure", FIGURES, ids=lambda f: type(f).__name__)


def test_a_notebook_that_shows_no_figure_does_not_load_them():
    code = "import sys, utils; assert 'anywidget' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@each_figure
def test_the_page_needs_nothing_from_elsewhere(figure):
    page = figure.to_html()
    addresses = re.findall(r"\w+://[^\"'`\s]*", page)
    assert all(one.startswith("http://www.w3.org/") for one in addresses), addresses
    assert not re.search(r"\bimport\b|\bsrc=|\bhref=|url\(", page)


@each_figure
def test_the_page_is_saved_as_it_is(figure, tmp_path):
    path = figure.save(tmp_path / "figure.html")
    written = path.read_text(encoding="utf-8")
    assert written.startswith("<!DOCTYPE html>")
    assert "export default { render }" in written


def test_a_name_cannot_end_the_script_of_the_page():
    graph = CircuitGraph([("f", "exp", ["</script>"])], {"</script>": 1})
    assert graph.to_html().count("</script>") == 1


def test_the_worked_exercise_gives_the_numbers_of_the_notes():
    figure = SlidingFilter(IMAGE, FILTER, bias=1)
    np.testing.assert_array_equal(figure.output, [[48, 62], [41, 27]])


def test_stride_and_padding_change_the_output():
    figure = SlidingFilter(np.ones((5, 4)), np.ones((3, 2)), stride=2, pad=1)
    np.testing.assert_array_equal(figure.output, [[2, 4, 2], [3, 6, 3], [2, 4, 2]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2, 3], FILTER), r"image has shape \(3,\): expected two axes"),
        (([[1, 2], [3]], [[1]]), "image is no table of numbers"),
        ((IMAGE, [["a"]]), "filter is no table of numbers"),
        ((np.zeros((13, 4)), FILTER), "image is 13x4: .* at most 12"),
        (([[1, np.nan]], [[1]]), "image holds nan or inf"),
        ((IMAGE, np.ones((5, 2))), "the filter is 5x2 and the image 4x4"),
        ((IMAGE, FILTER, 0), "stride is 0: expected a whole number from 1 to 12"),
        ((IMAGE, FILTER, 1.5), "stride is 1.5"),
        ((IMAGE, FILTER, 1, -1), "pad is -1: expected a whole number from 0 to 12"),
        ((IMAGE, FILTER, 1, 0, "b"), "bias is 'b': expected one finite number"),
    ],
)
def test_a_filter_that_cannot_be_shown_says_why(arguments, message):
    with pytest.raises(ValueError, match=message):
        SlidingFilter(*arguments)


@pytest.mark.parametrize(
    ("gates", "inputs", "message"),
    [
        ([("f", "-", ["x", "x"])], {"x": 1}, "unknown operation '-': expected one of"),
        ([("f", "+", ["x"])], {"x": 1}, "expected two arguments or more"),
        ([("f", "exp", ["x", "x"])], {"x": 1}, "expected one argument"),
        ([("f", "exp")], {"x": 1}, "expected \\(name, operation, \\[arguments\\]\\)"),
        ([("f", "exp", "x")], {"x": 1}, "expected \\(name, operation"),
        ([("f", "exp", ["y"])], {"x": 1}, "y is used but neither an input nor a gate"),
        ([("f", "exp", ["x"])], {"x": 1, "y": 2}, "no gate uses y"),
        ([("x", "exp", ["x"])], {"x": 1}, "x is named twice"),
        ([("f", "exp", ["x"])], None, "inputs is missing"),
        ([], {}, "gates is empty"),
        ([("f", "exp", ["x"])], {"x": 12}, "outside the limits"),
        ([("f", "exp", ["x"])], {"x": "1"}, "expected a finite number"),
        (
            [("a", "+", ["x", "b"]), ("b", "exp", ["a"])],
            {"x": 1},
            "the gates form a cycle, .*(a -> b -> a|b -> a -> b)",
        ),
        (
            [("a", "exp", ["x"]), ("b", "neg", ["x"])],
            {"x": 1},
            r"the graph has 2 outputs \(a, b\): expected one",
        ),
    ],
)
def test_gates_that_are_no_graph_are_refused_with_the_reason(gates, inputs, message):
    with pytest.raises(ValueError, match=message):
        CircuitGraph(gates, inputs)


def test_limits_that_are_no_range_are_refused():
    with pytest.raises(ValueError, match=r"expected \(lowest, highest\)"):
        CircuitGraph(limits=(10, -10))


def test_gates_may_be_listed_in_any_order():
    backwards = [("f", "*", ["q", "z"]), ("q", "+", ["x", "y"])]
    graph = CircuitGraph(backwards, {"x": 1, "y": 2, "z": 3})
    assert [name for name, _, _ in graph.gates] == ["q", "f"]


def test_stride_set_later_is_checked_as_well():
    figure = SlidingFilter(IMAGE, FILTER)
    with pytest.raises(ValueError, match="stride is 0"):
        figure.stride = 0


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"x": 1, "y": 2}, "inputs names x, y: expected a value for each of x, y, z"),
        ({"x": 1, "y": 2, "z": 11}, "outside the limits"),
    ],
)
def test_inputs_set_later_are_checked_as_well(inputs, message):
    graph = CircuitGraph()
    with pytest.raises(ValueError, match=message):
        graph.inputs = inputs
    assert graph.inputs == {"x": -2, "y": 5, "z": -4}
