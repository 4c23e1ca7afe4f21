"""Questions that are answered by a number, by a letter, and in words."""

from tests.checks.kinds.kind import Kind
from utils.checks.questions import (
    choice_question,
    digest_of,
    numeric_question,
    written_question,
)

NUMBER = numeric_question(
    "99.answer_parameters",
    answer=66,
    points=1,
    minutes=2,
    wrong={
        56: "Where are the biases?",
        46: "Does each unit have a weight for each input?",
        132: "Is anything counted twice?",
    },
)
CHOICE = choice_question(
    "99.answer_mode",
    digest=digest_of("99.answer_mode", "b"),
    points=2,
    minutes=2,
    wrong={
        "a": "Is anything dropped at inference?",
        "c": "Who chooses the units?",
        "d": "Does it cost parameters?",
    },
)
WRITTEN = written_question("99.written_why", points=3, minutes=10)

KINDS = (
    Kind(
        NUMBER,
        "answer_parameters = (5 + 1) * 7 + (7 + 1) * 3",
        "answer_parameters = ...",
        {f"answers {n}": f"answer_parameters = {n}.0" for n in (56, 46, 132)},
    ),
    Kind(
        CHOICE,
        'answer_mode = " B"',
        "answer_mode = ...",
        {f"chooses {letter}": f"answer_mode = {letter!r}" for letter in "acd"},
    ),
)
