"""The page a learner reads: the score, every card, and what to look at next."""

from pathlib import Path

from grading.report.clean import clean_card
from grading.report.page import learner_file, write_page
from grading.report.summary import is_by_hand
from grading.verdict import ExerciseVerdict, Verdict

MOST_NEXT = 3
ADVICE = {
    "not written": "Not written yet.",
    "raised": "It stops with an error; the card quotes it.",
    "timed out": "It takes too long. Is there a loop that never ends, or one too many?",
    "out of memory": "It needs too much memory. Which array is the large one?",
    "crashed": "It ended Python itself.",
    "missing": "It is not defined. Is its cell there, and does it run without error?",
    "unreadable": "It could not be read.",
}


def learner_page(verdict: Verdict, folder: Path) -> Path:
    """Write `learners/<student>/<lesson>.html` to a folder; returns its path."""
    graded = [e for e in verdict.exercises if not is_by_hand(e)]
    return write_page(
        folder / learner_file(verdict.student, verdict.lesson),
        "learner.html",
        verdict=verdict,
        points=sum(exercise.points for exercise in graded),
        was_graded=was_graded(verdict),
        waiting=[e for e in verdict.exercises if e.status == "by hand"],
        look_at=[(e, advice(e)) for e in look_at_next(verdict)],
        cards=[(e, clean_card(e.card_html)) for e in verdict.exercises],
        by_hand={e.id for e in verdict.exercises if is_by_hand(e)},
    )


def look_at_next(verdict: Verdict) -> list[ExerciseVerdict]:
    """What is not right yet: first what was begun, then what was not.

    Nothing where nothing could be graded: then it is not about single exercises.
    """
    if not was_graded(verdict):
        return []
    open_ones = [e for e in verdict.exercises if e.status not in ("right", "by hand")]
    begun = [e for e in open_ones if e.status not in ("not written", "missing")]
    rest = [e for e in open_ones if e not in begun]
    return (begun + rest)[:MOST_NEXT]


def was_graded(verdict: Verdict) -> bool:
    """Whether there was anything to grade."""
    return any(e.status not in ("missing", "unreadable") for e in verdict.exercises)


def advice(exercise: ExerciseVerdict) -> str:
    """What to do about an exercise: its hint, else what its status means."""
    first = next((case for case in exercise.cases if case.status != "right"), None)
    failing = f"The first case that fails is “{first.name}”." if first else ""
    return exercise.hint or ADVICE.get(exercise.status) or failing
