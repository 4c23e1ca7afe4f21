"""The tiny lesson's exercises, as a lesson has them: a function, a number, a text."""

from utils.checks.exercise import Case, Exercise, Misconception, call

LESSON = "07_tiny"


def cases(rng):
    for number in rng.integers(1, 10**9, 3):
        yield call(f"twice {number}", int(number))


def tiny():
    """The tiny lesson's exercises, as a lesson has them."""
    six = Case("six", lambda subject: subject.value(), expected=6)
    thrice = Misconception("thrice", lambda x: 3 * x, "Is it twice?")
    every = (
        Exercise(
            "07.double",
            2.0,
            1,
            cases,
            oracle=lambda x: 2 * x,
            misconceptions=(thrice,),
            seconds=1.0,
        ),
        Exercise(
            "07.six", 1.0, 1, lambda rng: [six], names=("answer_six",), kind="question"
        ),
        Exercise("07.written_why", 3.0, 1, by_hand=True, kind="written"),
    )
    return {exercise.id: exercise for exercise in every}


LESSONS = {LESSON: tiny()}
EXERCISES_OF = LESSONS.__getitem__
