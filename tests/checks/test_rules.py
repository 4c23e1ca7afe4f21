"""Do rules see loops, libraries and changed arguments, however they are hidden?"""

import functools

import numpy as np
import pytest

from utils.checks.evaluate import evaluate
from utils.checks.exercise import Case, Exercise, call
from utils.checks.rules import (
    keeps_inputs,
    loops,
    loops_in,
    memory,
    names_in,
    source_of,
    without,
)
from utils.subject.local import local_subject

LOOPING = {
    "for": "for i in x: pass",
    "while": "while x: x -= 1",
    "comprehension": "y = [i for i in x]",
    "generator": "y = sum(i for i in x)",
    "set and dictionary": "y = {i for i in x}",
    "map": "y = list(map(f, x))",
    "map by another name": "m = map",
    "vectorize": "import numpy as np\ny = np.vectorize(f)(x)",
    "vectorize imported": "from numpy import vectorize as v\ny = v(f)(x)",
    "along an axis": "y = np.apply_along_axis(f, 0, x)",
    "reduce": "from functools import reduce\ny = reduce(f, x)",
    "recursion": "def f(x):\n    return f(x[1:]) if len(x) else 0",
    "recursion in a circle": "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)",
    "recursion of a method": "class A:\n    def f(self):\n        return self.f()",
    "recursion of a lambda": "f = lambda x: f(x[1:]) if len(x) else 0",
    "exec": "exec('for i in x: pass')",
    "in a helper": "def helper(x):\n    for i in x: pass\ndef f(x):\n    helper(x)",
}
STRAIGHT = {
    "calls": "def f(x):\n    return g(x)\ndef g(x):\n    return x",
    "if": "y = 1 if x else 2",
    "text": "y = 'for i in x: pass'  # for i in x",
}


@pytest.mark.parametrize("name", LOOPING)
def test_a_loop_is_found(name):
    assert loops_in(LOOPING[name])


@pytest.mark.parametrize("name", STRAIGHT)
def test_code_without_a_loop_has_none(name):
    assert loops_in(STRAIGHT[name]) == []


@pytest.mark.parametrize("source", ["", "def f(:", "\0", "# nothing", "(" * 500])
def test_a_source_that_cannot_be_read_is_no_source(source):
    assert loops_in(source) is None
    assert names_in(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "import scipy",
        "import scipy.spatial as s",
        "from scipy.spatial import distance",
        "from scipy import spatial as q",
        "y = scipy.spatial.x",
    ],
)
def test_a_library_is_found_under_any_name(source):
    rule = without("scipy")
    assert broken(rule, source)
    assert not broken(rule, "my_scipy = 3")


def test_one_function_of_a_library_is_found_through_its_alias():
    rule = without("numpy.linalg.norm")
    assert broken(rule, "import numpy as n\ny = n.linalg.norm(x)")
    assert broken(rule, "from numpy.linalg import norm as length\ny = length(x)")
    assert not broken(rule, "y = np.linalg.inv(x)")


def broken(rule, source, answer=np.negative, case=None):
    exercise = Exercise(
        "99.f", 1, 1, oracle=lambda x: -x, cases=lambda rng: cases(case), rules=(rule,)
    )
    report = evaluate(exercise, local_subject({"f": answer}), source=source)
    assert all(case.right for case in report.cases)
    return report.rules[0].message


def cases(case):
    return [case or call("some", np.arange(3.0))]


def test_one_loop_may_be_allowed():
    one = "for i in x: pass"
    assert not broken(loops(1), one)
    assert "It may use one loop" in broken(loops(1), f"{one}\n{one}")


def test_an_unreadable_source_breaks_a_rule_about_sources():
    assert "cannot be read" in broken(loops(0), "")


def changing(values):
    values *= -1
    return values


def test_a_changed_argument_is_named_whatever_the_learner_calls_it():
    case = call("some", np.arange(3.0))
    assert "`x`" in broken(keeps_inputs(), "", changing, case)


def test_a_changed_argument_is_seen_through_any_play():
    case = Case("by steps", lambda subject: subject["f"](np.arange(3.0)))
    assert "`x`" in broken(keeps_inputs(), "", changing, case)
    assert not broken(keeps_inputs(), "", np.negative, case)


def test_what_a_case_keeps_itself_may_change():
    def play(subject):
        state = subject.keep(np.arange(3.0))
        return subject(state)

    assert not broken(keeps_inputs(), "", changing, Case("state", play))


def test_memory_is_measured_on_a_call_of_its_own():
    rule = memory(lambda: call("a large one", np.ones(10_000)), limit=200_000)
    assert not broken(rule, "")
    wasteful = broken(rule, "", lambda x: -(x + np.zeros((100, 1)) @ x[None])[0])
    assert "a large one takes" in wasteful


def helper(x):
    return x + 1


def test_the_source_has_the_helpers_in_it():
    def answer(x):
        return helper(x)

    assert "x + 1" in source_of([answer])
    assert "x + 1" in source_of([functools.wraps(helper)(lambda x: x)])


def test_the_source_of_a_class_is_that_of_its_methods():
    class Answer:
        made = staticmethod(lambda x: helper(x))

        @property
        def half(self):
            return sum(0.5 for _ in range(1))

        def method(self):
            return [1 for _ in range(3)]

    source = source_of([Answer])
    for part in ("x + 1", "range(1)", "range(3)"):
        assert part in source


@pytest.mark.parametrize("thing", [len, 3, None, np.ones(2)], ids=repr)
def test_what_has_no_source_gives_none(thing):
    assert source_of([thing]) == ""


def test_the_source_of_a_partial_function_is_that_of_the_function_in_it():
    assert source_of([functools.partial(functools.partial(broken, 1), 2)]) == source_of(
        [broken]
    )
    assert "def broken(" in source_of([functools.partial(broken, 1)])
