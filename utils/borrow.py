"""Pieces of an experiment: the learner's own where they are right, else a library's."""

from collections.abc import Callable


def borrow(exercise_id: str, own: Callable) -> Callable:
    """The learner's function if it passes its check, else a library's version of it.

    Says so in a line when the library steps in, so that an experiment can be run by
    someone who skipped an exercise. Raises LookupError where no library has it.
    """
    from utils.checks.notebook import LEARNERS_SEED, run
    from utils.exercises import find

    exercise = find(exercise_id)
    name = exercise.object_names[0]
    if run(exercise, {name: own}, LEARNERS_SEED).status == "right":
        return own
    if name not in exercise.objects:
        raise LookupError(
            f"no library has {name!r}: finish exercise {exercise_id} first"
        )
    print(f"{name} does not pass its check yet: a library's version stands in.")
    return exercise.objects[name]
