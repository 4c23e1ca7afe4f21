"""Is a mistake named where it is the only explanation, and are two of them?"""

from dataclasses import replace

import numpy as np
import pytest

from utils.checks.evaluate import Trial, evaluate
from utils.checks.exercise import Exercise, Misconception, call
from utils.checks.wording import alike
from utils.subject.local import local_subject


def cases(rng):
    yield call("within", rng.uniform(-1, 1, 3))
    yield call("too small", rng.uniform(-9, -3, 4))
    yield call("too large", rng.uniform(3, 9, 5))


LIMITED = Exercise(
    "99.limited",
    1.0,
    1,
    cases,
    oracle=lambda x: np.clip(x, -2, 2),
    misconceptions=(
        Misconception("no lower limit", lambda x: np.minimum(x, 2), "How small?"),
        Misconception("no upper limit", lambda x: np.maximum(x, -2), "How large?"),
        Misconception("no sign", lambda x: np.clip(abs(x), -2, 2), "Below zero?"),
    ),
)


LIMITED_TWICE = replace(
    LIMITED,
    cases=lambda rng: [*cases(rng), call("far too small", rng.uniform(-99, -90, 2))],
)


def fails_above(x):
    if (x > 2).any():
        raise ValueError("too large")
    return np.minimum(x, 2)


def diagnosis(answer):
    return evaluate(LIMITED, local_subject({"limited": answer})).diagnosis


@pytest.mark.parametrize("mistake", LIMITED.misconceptions, ids=lambda m: m.name)
def test_one_mistake_is_named_alone(mistake):
    assert diagnosis(mistake.version) is mistake


def test_two_mistakes_that_share_the_failing_cases_are_both_named():
    found = diagnosis(lambda x: x)
    assert found.name == "no lower limit; no upper limit"
    assert "How small?" in found.hint
    assert "How large?" in found.hint


@pytest.mark.parametrize(
    "answer",
    [lambda x: np.where(x > 2, 3, x), lambda x: 2 * x, fails_above],
    ids=["half of it unknown", "all of it unknown", "an error is no value"],
)
def test_what_two_mistakes_explain_only_in_part_is_not_named(answer):
    assert diagnosis(answer) is None


def hint_of(answer):
    return evaluate(LIMITED_TWICE, local_subject({"limited": answer})).hint


def test_of_several_mistakes_the_one_that_gives_the_first_failures_is_told():
    hint = hint_of(lambda x: np.where(x > 2, 3, x))
    assert hint.startswith("More than one thing may be wrong.")
    assert hint.endswith("How small?")


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: np.where(x < -80, 7, np.maximum(x, -2)),
        lambda x: np.where(abs(x) < 1, x + 1, np.minimum(x, 2)),
    ],
    ids=["one failure alone", "not the first failure"],
)
def test_a_mistake_that_gives_less_than_the_first_failures_is_not_told(answer):
    assert not hint_of(answer)


def test_a_right_answer_costs_no_run_of_a_mistake(monkeypatch):
    tried = []
    monkeypatch.setattr(Trial, "mistaken", lambda *case: tried.append(case))
    right = local_subject({"limited": LIMITED.oracle})
    assert evaluate(LIMITED, right).status == "right"
    assert not tried


def test_a_right_answer_has_no_diagnosis():
    assert diagnosis(lambda x: np.clip(x, -2, 2)) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("RuntimeError: a leaf Variable that requires grad is used in place", True),
        ("RuntimeError: The size of tensor a (3) must match tensor b (2)", False),
        ("TypeError: can't multiply", False),
    ],
)
def test_an_error_about_the_graph_is_no_error_about_sizes(other, same):
    one = "RuntimeError: element 0 of tensors does not require grad in line 3: `...`"
    assert alike(f"It stopped with {one}", f"It stopped with {other}") is same
