"""Do comparisons accept what is right and say precisely what is not?"""

import dataclasses
import re

import numpy as np
import pytest

from utils.checks.compare import WrongStructure, at_least, close, unpack, within
from utils.checks.wording import describe
from utils.subject import Handle, Tensor

X = np.arange(1.0, 7.0).reshape(2, 3)
THING = Handle(None, 0, "Thing")


def message(expected, got, agreement=None):
    difference = (agreement or close())(expected, got, "out")
    return difference.message if difference else None


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (X, X + 1e-10),
        (X, X.astype(np.float32)),
        (X, X.astype(int)),
        (np.array([1, 2]), np.array([1, 2], dtype=np.uint8)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (2.0, 2),
        (2, np.int8(2)),
        (2.0, np.array(2.0)),
        (True, np.bool_(True)),
        ("a", "a"),
        (None, None),
        ((1, X), [1, X]),
        ({"a": X}, {"a": X}),
        (Tensor(X), Tensor(X)),
        (THING, Handle(None, 9, "Other")),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
    ids=str,
)
def test_what_is_right_agrees(expected, got):
    assert message(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (X, X.T, r"shape \(3, 2\); expected \(2, 3\). Rows and columns are exch"),
        (X, X.ravel(), "number of values is right, their arrangement is not"),
        (X, X[:1], r"shape \(1, 3\); expected \(2, 3\)\.$"),
        (X, X.tolist(), "a list of 2; expected an array .* makes one"),
        (X, Tensor(X), "a PyTorch tensor .* takes it out of PyTorch"),
        (Tensor(X), X, "expected a PyTorch tensor"),
        (X, None, "It returned None"),
        (X, THING, "a Thing; expected an array"),
        (X, 3 * X, "Every value is 3 times the expected one"),
        (X, -X, "Every value is -1 times"),
        (
            X,
            X + np.array([0, 0, 1]),
            r"at \[0, 2\] is 4; expected 3\. 2 of 6 values are wrong",
        ),
        (X, X * np.nan, r"contains nan at \[0, 0\]; expected 1"),
        (X, X > 2, "has dtype bool; expected float64"),
        (X > 2, X, "has dtype float64; expected bool"),
        (np.array([1, 2]), np.array([1.0, 2.0]), "has dtype float64; expected int64"),
        (
            2.0,
            np.array([2.0]),
            r"an array of shape \(1,\), .*; expected a single number",
        ),
        (2.0, "2", "the text '2'; expected a single number"),
        (2.0, THING, "a Thing; expected a single number"),
        (2, True, "dtype bool; expected int64"),
        (True, 1, "is 1; expected True"),
        (False, X, "an array .* expected False"),
        ("a", X, "an array .* expected the text 'a'"),
        (None, X, "an array .* expected None"),
        ((1, 2), 1, "is 1; expected 2 values"),
        ((1, 2), (1, 2, 3), "has 3 values; expected 2"),
        ((1, X), (1, 2 * X), r"out\[1\] at \[0, 0\] is 2"),
        ({"a": 1}, {"b": 1}, "has the keys 'b'; expected 'a'"),
        ([{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 2}], r"^out\[1\], a is 2"),
        ({"a": 1}, [1], "expected a dictionary"),
        ({"a": 1}, {i: 1 for i in range(99)}, "and 91 more"),
        (THING, X, "expected a Thing"),
        (
            np.uint8(3) * np.ones(2, np.uint8),
            np.array([4, 3]),
            "at .0. is 4; expected 3",
        ),
        (np.zeros((0, 3)), np.zeros((3, 0)), "Rows and columns"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(expected, got, words):
    assert re.search(words, message(expected, got) or "nothing")


def test_the_worst_value_is_the_one_with_the_largest_relative_error():
    got = X + np.array([[0.5, 0, 0], [0, 0, 1.5]])
    assert "at [0, 0] is 1.5" in message(X, got)
    assert "largest relative error, 0.5." in message(X, got)


def test_wrong_values_are_marked():
    difference = close()(X, X + np.array([0, 1, 0]))
    np.testing.assert_array_equal(difference.wrong, [[False, True, False]] * 2)


def test_parts_have_the_names_of_the_results():
    assert message((1, 2), (1, 3), close(returns=("dx", "dw"))).startswith("dw is 3")


def test_a_threshold_asks_for_a_finite_number_that_reaches_it():
    agreement = at_least(0.5)
    assert message(None, 0.5, agreement) is None
    assert "at least 0.5 is expected" in message(None, 0.25, agreement)
    for bad in (np.nan, np.inf, None, "1", X, 1j, np.complex64(1), THING):
        assert "expected a finite number" in message(None, bad, agreement)


def test_bounds_ask_for_numbers_between_them():
    agreement = within(0, 1, "the mean")
    for good in (0, 1.0, np.array([0.5, 1]), [0.1, 0.2], Tensor(np.ones(2))):
        assert message(None, good, agreement) is None
    assert "the mean is 7; expected between 0 and 1" in message(None, [0, 7], agreement)
    for bad in (np.nan, None, "x", [], [[1], [2, 3]], 1j, THING, {}, np.zeros(0)):
        assert "expected finite numbers" in message(None, bad, agreement)


def test_a_result_is_taken_apart_or_refused_in_words():
    assert unpack([1, 2], "a", "b") == (1, 2)
    for bad, words in ((None, "returned None"), (3, "expected 2 values: a, b")):
        with pytest.raises(WrongStructure, match=words):
            unpack(bad, "a", "b")


def test_a_description_is_short():
    values = (X, "x" * 999, 10**400, [0] * 999, THING, Tensor(X), 1 / 3, None)
    assert max(len(describe(value)) for value in values) < 90


def test_a_way_to_compare_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        close().by_value = False
