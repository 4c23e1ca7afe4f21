"""Does a solution with one thing changed lose points? `make mutants` tries them all."""

import os
import random
import warnings
from functools import cache
from pathlib import Path

import pytest

from tests.exercises.answers import answers, defines
from tests.exercises.every import CHECKED, each_exact
from tests.mutants import Mutant, mutants_of
from utils.checks.evaluate import Trial, evaluate
from utils.subject import TimedOut
from utils.subject.local import alarm, local_subject
from utils.subject.troubles import TimeIsUp

TABLES = Path(__file__).with_name("equivalent_mutants")
SAMPLE, SECONDS, SEEDS = 5, 1.0, (0, 1, 2)
ALL_OF_THEM = os.environ.get("COURSE_MUTANTS") == "all"

pytestmark = pytest.mark.mutants


@cache
def equivalent() -> dict[tuple[str, str], str]:
    """The reasons why some mutants are right answers, by exercise and change."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(TABLES.glob("*.txt"))]
    lines = "".join(texts).splitlines()
    rows = [line.split(" | ", 1) for line in lines if line and line[0] != "#"]
    rows = [(key, *rest.rsplit(" | ", 1)) for key, rest in rows]
    return {(key, change): reason for key, change, reason in rows}


def survives(exercise, mutant: Mutant) -> bool:
    """Whether a mutant earns full points on every seed."""
    answer = answers()[exercise.id]
    own = defines(answer.own_source)
    space = {name: value for name, value in answer.space.items() if name not in own}
    try:
        with warnings.catch_warnings(), alarm(SECONDS):
            warnings.simplefilter("ignore")
            exec(compile(mutant.source, "<mutant>", "exec"), space)
    except (Exception, TimeIsUp):
        return False
    given = answer.names.items()
    objects = {name: space[other] for name, other in given if other in space}
    return len(objects) == len(given) and all(
        evaluate(
            exercise,
            local_subject(objects, SECONDS),
            source=mutant.source,
            trial=trial_of(exercise.id, seed),
        ).status
        == "right"
        for seed in SEEDS
    )


@cache
def trial_of(exercise_id: str, seed: int) -> Trial:
    exercise = next(e for e in CHECKED if e.id == exercise_id)
    return Trial(exercise, seed)


@each_exact
def test_a_mutant_of_the_solution_loses_points(exercise):
    mutants = mutants_of(answers()[exercise.id].own_source)
    assert mutants
    if not ALL_OF_THEM:
        chosen = random.Random(exercise.id)
        mutants = chosen.sample(mutants, min(SAMPLE, len(mutants)))
    known = equivalent()
    survivors = [
        f"{exercise.id} | {mutant.change}"
        for mutant in mutants
        if (exercise.id, mutant.change) not in known and survives(exercise, mutant)
    ]
    assert not survivors, "\n".join(["not noticed:", *survivors])


def test_the_tables_of_equivalent_mutants_have_no_stale_entry():
    by_id = {exercise.id: exercise for exercise in CHECKED}
    for key, change in equivalent():
        mutants = {m.change: m for m in mutants_of(answers()[key].own_source)}
        assert change in mutants, (key, change)
        assert survives(by_id[key], mutants[change]), (key, change)


def test_a_mutant_that_never_ends_is_stopped():
    with pytest.raises(TimedOut):
        local_subject({"spin": lambda: [None for _ in iter(int, 1)]}, 0.2)()
