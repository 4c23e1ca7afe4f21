"""What holds for every exercise of every lesson."""

import inspect
import re

import pytest

from tests.exercises.answers import answers
from utils.checks.evaluate import Trial, evaluate, explains
from utils.checks.rules import source_of
from utils.exercises import LESSONS, of_lesson
from utils.subject.local import local_subject

ALL = [exercise for stem in LESSONS for exercise in of_lesson(stem).values()]
CHECKED = [exercise for exercise in ALL if not exercise.by_hand]
FUNCTIONS = [exercise for exercise in CHECKED if exercise.kind == "function"]
MANY, SOME, FEW = range(1000), range(100), range(5)

each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
each_checked = pytest.mark.parametrize("exercise", CHECKED, ids=lambda e: e.id)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)


def try_mistake(misconception, trial):
    """The report on a known wrong version; its source counts where it breaks a rule."""
    version = trial.exercise.version_of(misconception)
    source = source_of(version.values()) if misconception.breaks else "x = 1"
    subject = local_subject(version, trial.exercise.seconds)
    return evaluate(trial.exercise, subject, source=source, trial=trial)


@each_checked
def test_the_courses_answer_passes_with_any_seed(exercise):
    answer = answers()[exercise.id]
    for seed in MANY if exercise.kind == "function" else FEW:
        subject = local_subject(answer.objects, exercise.seconds)
        report = evaluate(exercise, subject, seed, answer.source)
        failed = [o for o in report.cases + report.rules if not o.right]
        assert not failed, (seed, failed[0].name, failed[0].message)
        assert report.score == exercise.points


@each_checked
def test_every_misconception_loses_points_and_is_named_with_any_seed(exercise):
    for seed in SOME if exercise.kind == "function" else FEW:
        trial = Trial(exercise, seed)
        for misconception in exercise.misconceptions:
            report = try_mistake(misconception, trial)
            told = report.diagnosis.name if report.diagnosis else None
            messages = [o.message for o in report.cases + report.rules]
            assert report.score < exercise.points, (seed, misconception.name)
            assert told == misconception.name, (seed, misconception.name, messages)


@each_checked
def test_no_two_misconceptions_look_alike(exercise):
    by_value = [m for m in exercise.misconceptions if not m.breaks]
    for seed in FEW:
        trial = Trial(exercise, seed)
        for one in by_value:
            seen = [trial.mistaken(one, i) for i in range(len(trial.cases))]
            alike = [m.name for m in by_value if explains(trial, m, seen)]
            assert alike == [one.name], seed
    broken = [m.breaks for m in exercise.misconceptions if m.breaks]
    assert len(set(broken)) == len(broken)


@each_checked
def test_a_misconception_breaks_a_rule_that_there_is(exercise):
    rules = [rule.name for rule in exercise.rules]
    assert len(set(rules)) == len(rules)
    assert {m.breaks for m in exercise.misconceptions if m.breaks} <= set(rules)


@each_function
def test_a_function_has_at_least_three_misconceptions(exercise):
    names = [m.name for m in exercise.misconceptions]
    assert len(names) >= 3
    assert len(set(names)) == len(names)


@each_checked
def test_values_earn_at_least_three_tenths_of_the_points(exercise):
    shares = [rule.share for rule in exercise.rules if rule.share < 1]
    assert sum(shares) <= 0.7
    assert all(share > 0 for share in shares)


@each_checked
def test_there_are_cases_and_a_seed_always_draws_the_same_ones(exercise):
    def drawn():
        trial = Trial(exercise, 3)
        return [(c.name, repr(c.args), repr(c.kwargs)) for c in trial.cases]

    names = [name for name, *_ in drawn()]
    assert names
    assert len(set(names)) == len(names)
    assert drawn() == drawn()


@each_function
def test_another_seed_draws_other_cases(exercise):
    by_seed = [
        [repr((c.args, c.kwargs)) for c in Trial(exercise, seed).cases if c.args]
        for seed in FEW
    ]
    if any(by_seed):
        assert len(set(map(str, by_seed))) == len(FEW)


@each_exercise
def test_an_exercise_is_well_formed(exercise):
    assert re.fullmatch(r"\d\d\.[A-Za-z]\w*", exercise.id)
    assert exercise.points > 0
    assert exercise.minutes > 0
    assert 0 < exercise.seconds <= 10
    assert exercise.kind in ("function", "question", "written")
    assert exercise.by_hand == (exercise.kind == "written")


def test_ids_are_unique_and_belong_to_their_lesson():
    assert len({exercise.id for exercise in ALL}) == len(ALL)
    for stem in LESSONS:
        for key in of_lesson(stem):
            assert key.startswith(stem[:3].replace("_", ".")), stem


@each_checked
def test_hints_are_sentences_that_do_not_give_the_code_away(exercise):
    source = answers()[exercise.id].source.partition("### BEGIN SOLUTION")[2]
    lines = {squeezed(line) for line in source.splitlines() if len(line.strip()) > 15}
    texts = [exercise.worked, *(rule.hint for rule in exercise.rules)]
    for misconception in exercise.misconceptions:
        assert misconception.hint.endswith(("?", ".")), misconception.name
        texts += [misconception.hint, misconception.worked]
    for text in filter(None, texts):
        assert text.rstrip().endswith(("?", ".")), text
        assert not [line for line in lines if line in squeezed(text)], text


def squeezed(text):
    return re.sub(r"\s", "", text)


@each_function
def test_a_right_answer_has_the_parameters_that_the_card_names(exercise):
    answer = answers()[exercise.id].objects[exercise.object_names[0]]
    for case in Trial(exercise, 0).cases:
        if case.args:
            written = tuple(inspect.signature(answer).parameters)
            assert (
                tuple(exercise.arguments(case))[: len(case.args)]
                == written[: len(case.args)]
            )


def test_every_checked_exercise_has_an_answer_in_the_solutions():
    assert set(answers()) == {exercise.id for exercise in CHECKED}
