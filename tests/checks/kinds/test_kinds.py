"""Can every kind of exercise be checked here, and in another process, alike?"""

import pytest

from grading.process import Worker
from tests.checks.kinds import (
    layer,
    loss,
    module,
    plain,
    questions,
    random_layer,
    state,
    training,
    value_class,
    without_loops,
)
from tests.checks.kinds.kind import copy_public, run_elsewhere, run_here
from utils.checks.evaluate import evaluate
from utils.subject import Missing
from utils.subject.local import local_subject

MODULES = (
    plain,
    layer,
    loss,
    value_class,
    state,
    random_layer,
    without_loops,
    module,
    training,
)
KINDS = (*(m.KIND for m in MODULES), *questions.KINDS)
MISTAKES = [(kind, name) for kind in KINDS for name in kind.mistakes]
SEEDS = (0, 7)


def id_of(value):
    return value if isinstance(value, str) else value.exercise.id


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return copy_public(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module", params=["here", "elsewhere"])
def run(request, library):
    return run_here if request.param == "here" else run_elsewhere(library)


@pytest.mark.parametrize("kind", KINDS, ids=id_of)
def test_the_right_answer_earns_all_points(kind, run):
    for report in run(kind.exercise, kind.answer, *SEEDS):
        assert [o for o in report.cases + report.rules if not o.right] == []
        assert report.status == "right"
        assert report.score == kind.exercise.points


@pytest.mark.parametrize(("kind", "mistake"), MISTAKES, ids=id_of)
def test_a_known_mistake_loses_points_and_is_named_alike_both_ways(
    kind, mistake, library
):
    text = kind.mistakes[mistake]
    here = run_here(kind.exercise, text, *SEEDS)
    there = run_elsewhere(library)(kind.exercise, text, *SEEDS)
    assert list(map(summary, here)) == list(map(summary, there))
    for report in here:
        assert report.score < kind.exercise.points
        assert report.diagnosis is not None, [o.message for o in report.cases]
        assert report.diagnosis.name == mistake
        assert report.hint == report.diagnosis.hint


def summary(report):
    name = report.diagnosis.name if report.diagnosis else None
    return report.score, name, [o.status for o in report.cases + report.rules]


@pytest.mark.parametrize("kind", KINDS, ids=id_of)
def test_a_stub_is_not_written_yet_and_earns_nothing(kind, run):
    (report,) = run(kind.exercise, kind.stub, 0)
    assert report.status == "not written"
    assert report.score == 0


@pytest.mark.parametrize("kind", KINDS, ids=id_of)
def test_an_answer_that_is_not_there_is_missing(kind, run):
    (report,) = run(kind.exercise, "pass", 0)
    assert report.status == Missing.status
    assert report.score == 0


@pytest.mark.parametrize("kind", KINDS, ids=id_of)
def test_every_misconception_has_a_text_of_a_learners(kind):
    names = [m.name for m in kind.exercise.misconceptions]
    assert list(kind.mistakes) == names
    assert len(names) >= 3


@pytest.mark.parametrize("kind", KINDS, ids=id_of)
def test_the_versions_of_the_misconceptions_are_named_too(kind):
    for misconception in kind.exercise.misconceptions:
        version = kind.exercise.version_of(misconception)
        source = kind.mistakes[misconception.name]
        report = evaluate(kind.exercise, local_subject(version), 5, source)
        assert report.diagnosis is misconception


@pytest.mark.parametrize("name", ["utils.checks", "utils.exercises", "grading"])
def test_the_other_process_has_no_oracle_and_no_cases(name, library):
    with Worker([f"import {name}"], library=library) as worker:
        assert worker.errors[0].startswith("ModuleNotFoundError")


def test_the_other_process_has_the_libraries_and_a_silent_check(library):
    cell = "import numpy, torch\nfrom utils import check, hint\ncheck('99.x', 1)"
    with Worker([cell], library=library) as worker:
        assert worker.errors == [""]


def test_a_broken_cell_does_not_stop_the_next_one(library):
    cells = ["1 / 0", plain.ANSWER]
    exercise = plain.EXERCISE
    with Worker(cells, library=library) as worker:
        assert worker.errors[0].startswith("ZeroDivisionError")
        subject = worker.subject(exercise.object_names, exercise.seconds)
        assert evaluate(exercise, subject, 0, plain.ANSWER).status == "right"


def test_a_written_answer_waits_for_a_person():
    report = evaluate(questions.WRITTEN, local_subject({"written_why": "Because."}))
    assert report.status == "by hand"
    assert report.score == 0


def test_half_a_layer_keeps_its_points():
    text = layer.ANSWER.partition("def affine_backward")[0]
    (report,) = run_here(layer.EXERCISE, text, 0)
    assert report.score == layer.EXERCISE.points / 2
    assert report.status == "missing"


def test_a_stub_beside_a_written_function_is_wrong_and_not_unwritten():
    written = layer.ANSWER.partition("def affine_backward")[0]
    stub = layer.STUB.partition("def affine_backward")[2]
    text = f"{written}\ndef affine_backward{stub}"
    (report,) = run_here(layer.EXERCISE, text, 0)
    assert report.status == "wrong"
    assert report.score == layer.EXERCISE.points / 2
