"""Answers to `99.doubled` that go wrong in ways that have nothing to do with values.

Each has the words that its card must contain.
"""

import sys
import warnings

import numpy as np


class Liar:
    """Claims to be equal to everything, to be an array, to be callable, to be huge."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __repr__(self):
        raise RuntimeError("no repr")

    __str__ = __repr__

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __len__(self):
        return 10**12

    def __getitem__(self, key):
        return self

    def __getattr__(self, name):
        return Liar()

    def __bool__(self):
        return True


class LyingClass:
    """Says that it is an array."""

    @property
    def __class__(self):
        return np.ndarray


class LyingList(list):
    """Its length and its items disagree."""

    def __len__(self):
        return 3


class Unspeakable(Exception):
    """An error that cannot be shown."""

    def __str__(self):
        raise RuntimeError("no text")


class Outside(BaseException):
    """An error that `except Exception` does not catch."""


def spins(x):
    while True:
        pass


def swallows(x):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def swallows_twice(x):
    while True:
        try:
            try:
                while True:
                    pass
            except BaseException:
                len([])
        except BaseException:
            pass


def sleeps(x):
    import time

    time.sleep(60)


def prints(x):
    print("y" * 1_000_000)
    print("z" * 1_000_000, file=sys.stderr)
    return 3 * x


def warns(x):
    warnings.warn("careful", stacklevel=1)
    np.array([1.0]) / 0
    return 3 * x


def changes(x):
    x *= 2
    return x


def nested(x):
    deep = []
    for _ in range(5000):
        deep = [deep]
    return deep


def raises(error):
    def answer(x):
        raise error

    return answer


def returns(value):
    return lambda x: value


def recurses(x):
    return recurses(x)


BAD = {
    "None": (returns(None), "return"),
    "list": (lambda x: (2 * x).tolist(), "a list of"),
    "wrong shape": (lambda x: 2 * x[:1], "shape"),
    "transposed": (lambda x: 2 * x.T, "Rows and columns"),
    "wrong dtype": (lambda x: (2 * x).astype(complex), "complex128"),
    "object dtype": (lambda x: (2 * x).astype(object), "expected an array"),
    "text array": (lambda x: x.astype(str), "expected an array"),
    "NaN": (lambda x: x * np.nan, "nan"),
    "infinite": (lambda x: x + np.inf, "inf"),
    "view": (lambda x: x[:], "values are wrong"),
    "changes its input": (changes, "After the call `x`"),
    "raises": (raises(KeyError("weights")), "KeyError"),
    "raises markup": (raises(ValueError("<script>alert(1)</script>")), "alert(1)"),
    "raises controls": (raises(ValueError("\ud800\x1b[31m\x00\u202e")), "ValueError"),
    "raises a megabyte": (raises(ValueError("a" * 1_000_000)), "ValueError"),
    "raises the unspeakable": (raises(Unspeakable()), "Unspeakable"),
    "raises outside Exception": (raises(Outside("hm")), "Outside"),
    "recurses": (recurses, "RecursionError"),
    "exits": (raises(SystemExit(3)), "SystemExit"),
    "stops iteration": (raises(StopIteration()), "StopIteration"),
    "out of memory": (lambda x: np.empty(10**15), "memory"),
    "never returns": (spins, "Still running after 0.5 seconds"),
    "sleeps": (sleeps, "Still running after 0.5 seconds"),
    "swallows": (swallows, "Still running after 0.5 seconds"),
    "swallows twice": (swallows_twice, "Still running after 0.5 seconds"),
    "prints": (prints, "characters"),
    "warns": (warns, "1.5 times the expected"),
    "nested": (nested, "a list of"),
    "huge": (lambda x: [[0.0] * 1000] * 1000, "a list of"),
    "huge dictionary": (lambda x: {i: i for i in range(10**4)}, "a dict of"),
    "huge number": (lambda x: 10**100_000, "expected an array"),
    "text": (returns("`<b>" * 1000), "the text"),
    "liar": (returns(Liar()), "a Liar"),
    "lying class": (returns(LyingClass()), "a LyingClass"),
    "lying list": (returns(LyingList()), "expected an array"),
    "itself": (lambda x: spins, "a function"),
    "generator": (lambda x: (v for v in x), "a generator"),
    "matrix": (lambda x: np.matrix(2 * x), "a matrix"),
    "masked array": (lambda x: np.ma.masked_array(2 * x), "a MaskedArray"),
    "wrong parameters": (lambda: 3, "TypeError"),
    "is a number": (3, "Hand over the function itself"),
    "is None": (None, "Hand over the function itself"),
    "is text": ("doubled", "Hand over the function itself"),
    "was called already": (np.ones((2, 3)), "Hand over the function itself"),
    "is a module": (np, "Hand over the function itself"),
    "is a liar": (Liar(), "Hand over the function itself"),
    "is a class": (Liar, "TypeError"),
    "is a built-in": (len, "expected an array"),
}
