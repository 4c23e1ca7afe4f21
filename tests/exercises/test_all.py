"""What holds for every exercise of every lesson."""

import inspect
import re

from tests.exercises.answers import answers
from tests.exercises.every import (
    ALL,
    FEW,
    each_checked,
    each_exercise,
    each_function,
)
from utils.checks.evaluate import Trial
from utils.exercises import LESSONS, of_lesson


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
