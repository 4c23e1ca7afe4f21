"""Stands in for `utils.checks` in the tiny course: a kernel loads it at once."""

ANSWERS = {"07.double": (2.0, lambda double: double(21) == 42), "07.six": (1.0, 6)}


def check(exercise_id, given):
    """The score: the points where the answer is right, else 0."""
    points, right = ANSWERS[exercise_id]
    try:
        passed = right(given) if callable(right) else right == given
    except NotImplementedError:
        passed = False
    return points if passed else 0.0
