"""Figures that a learner moves: a filter that slides, a graph whose inputs change.

    from utils.widgets import CircuitGraph, SlidingFilter

    SlidingFilter([[3, 0, 8, 4], [6, 5, 1, 0], [0, 7, 0, 3], [9, 1, 2, 1]],
                  [[0, 2, 3], [3, 1, 0], [2, 0, 1]], bias=1)
    CircuitGraph()
    CircuitGraph.sigmoid_neuron()

They are drawn by one plain JavaScript file each, which also runs without a kernel: in
an exported notebook, or in a page of its own (`figure.save("figure.html")`).
"""

from utils.widgets.circuit_graph import CircuitGraph
from utils.widgets.sliding_filter import SlidingFilter

__all__ = ["CircuitGraph", "SlidingFilter"]
