"""Do right answers pass, whatever the seed?"""

from tests.exercises.answers import answers
from tests.exercises.every import CHECKED, MANY, each_checked, seeds
from utils.checks.evaluate import evaluate
from utils.subject.local import local_subject


@each_checked
def test_the_courses_answer_passes_with_any_seed(exercise):
    answer = answers()[exercise.id]
    for seed in seeds(exercise, MANY):
        subject = local_subject(answer.objects, exercise.seconds)
        report = evaluate(exercise, subject, seed, answer.source)
        failed = [o for o in report.cases + report.rules if not o.right]
        assert not failed, (seed, failed[0].name, failed[0].message)
        assert report.score == exercise.points


def test_every_checked_exercise_has_an_answer_in_the_solutions():
    assert set(answers()) == {exercise.id for exercise in CHECKED}
