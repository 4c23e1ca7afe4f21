"""Does every known mistake lose points, and is it named, whatever the seed?"""

from collections import defaultdict

from tests.exercises.every import FEW, SOME, each_checked, seeds
from utils.checks.evaluate import Trial, evaluate, explains
from utils.checks.rules import source_of
from utils.subject.local import local_subject


def try_mistake(misconception, trial):
    """The report on a known wrong version; its source counts where it breaks a rule."""
    version = trial.exercise.version_of(misconception)
    source = source_of(version.values()) if misconception.breaks else "x = 1"
    subject = local_subject(version)  # no clock: the oracle may import a library
    return evaluate(trial.exercise, subject, source=source, trial=trial)


@each_checked
def test_every_misconception_loses_points_and_is_named_with_any_seed(exercise):
    """And as many with one seed as with another: no two learners have the same."""
    scores = defaultdict(set)
    for seed in seeds(exercise, SOME):
        trial = Trial(exercise, seed)
        for misconception in exercise.misconceptions:
            report = try_mistake(misconception, trial)
            told = report.diagnosis.name if report.diagnosis else None
            messages = [o.message for o in report.cases + report.rules]
            assert report.score < exercise.points, (seed, misconception.name)
            assert told == misconception.name, (seed, misconception.name, messages)
            if seed in FEW and not exercise.trains:
                scores[misconception.name].add(report.score)
    assert not {name: found for name, found in scores.items() if len(found) > 1}


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
