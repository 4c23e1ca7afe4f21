"""Questions: exercises that are answered by assigning to a variable, or in words."""

import hashlib
from collections.abc import Mapping
from typing import Any

from utils.checks.compare import Agreement, Difference, close, is_number
from utils.checks.exercise import Case, Exercise, Misconception
from utils.checks.wording import describe
from utils.subject import Handle, NotWritten, Subject

Number = int | float


def numeric_question(
    exercise_id: str,
    answer: Number,
    points: float,
    minutes: int,
    wrong: Mapping[Number, str],
    rtol: float = 1e-3,
    worked: str = "",
) -> Exercise:
    """A question answered by a number; `wrong` maps known wrong answers to hints."""
    return Exercise(
        id=exercise_id,
        points=points,
        minutes=minutes,
        kind="question",
        cases=lambda rng: [Case("the number", answer_of, number_close(rtol), answer)],
        misconceptions=tuple(
            Misconception(f"answers {value}", value, hint)
            for value, hint in wrong.items()
        ),
        worked=worked,
    )


def choice_question(
    exercise_id: str,
    digest: str,
    points: float,
    minutes: int,
    wrong: Mapping[str, str],
    worked: str = "",
) -> Exercise:
    """A question with lettered options; `wrong` maps the wrong letters to hints.

    `digest` is `digest_of(exercise_id, letter)` of the right letter, so that this
    module does not spell it out.
    """
    case = Case("the option", chosen, option_with(exercise_id, digest), None)
    mistakes = (
        Misconception(f"chooses {letter}", letter, hint)
        for letter, hint in wrong.items()
    )
    return Exercise(
        exercise_id, points, minutes, lambda rng: [case], kind="question",
        misconceptions=tuple(mistakes), worked=worked,
    )  # fmt: skip


def option_with(exercise_id: str, digest: str) -> Agreement:
    """Whether an option is the one that has this digest."""

    def find(expected: Any, got: Any, label: str) -> Difference | None:
        if not isinstance(got, str):
            return Difference(
                f"{label} is {describe(got)}; expected a letter in quotes."
            )
        if got == expected or digest_of(exercise_id, got) == digest:
            return None
        return Difference(f"{got.strip()!r} is not the right option.")

    return Agreement(find)


def written_question(exercise_id: str, points: float, minutes: int) -> Exercise:
    """A question answered in words, which an instructor grades by hand."""
    return Exercise(exercise_id, points, minutes, by_hand=True, kind="written")


def digest_of(exercise_id: str, letter: str) -> str:
    """What a lesson's exercises keep in place of the right letter."""
    text = f"{exercise_id}:{letter.strip().lower()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def answer_of(subject: Subject) -> Any:
    """The value of the answer; raises NotWritten while the dots are still there."""
    value = subject.value()
    if value is None or (isinstance(value, Handle) and value._type == "ellipsis"):
        raise NotWritten("not answered yet")
    return value


def chosen(subject: Subject) -> Any:
    value = answer_of(subject)
    return value.strip().lower() if isinstance(value, str) else value


def number_close(rtol: float) -> Agreement:
    """A number near enough, whatever its type; the right one is not shown."""
    same = close(rtol=rtol)

    def find(expected: Any, got: Any, label: str) -> Difference | None:
        if not is_number(got):
            return Difference(f"{label} is {describe(got)}; expected a number.")
        if same(float(expected), got, label) is None:
            return None
        return Difference(f"{describe(got)} is not the right number.")

    return Agreement(find)
