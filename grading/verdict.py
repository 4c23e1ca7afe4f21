"""What grading one submission comes to: plain data, kept as JSON.

A verdict is made by whoever ran the submission and read by whoever records, reports or
compares; the same submission, master, checker and seed give the same verdict, byte for
byte, but for `seconds`.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FAILURES = (
    "raised",
    "timed out",
    "out of memory",
    "crashed",
    "missing",
    "unreadable",
)
EXERCISE_STATUSES = ("right", "wrong", "not written", *FAILURES, "by hand")


@dataclass(frozen=True)
class Line:
    """One case or rule: its name, its status and what was said about it."""

    name: str
    status: str
    message: str = ""


@dataclass(frozen=True)
class ExerciseVerdict:
    """One exercise of one submission.

    `status` is one of EXERCISE_STATUSES; `misconception` is the name of the mistake
    that was recognised ("" for none); `card_html` and `card_text` are what the learner
    sees.
    """

    id: str
    points: float
    score: float
    status: str
    cases: tuple[Line, ...] = ()
    rules: tuple[Line, ...] = ()
    misconception: str = ""
    hint: str = ""
    card_html: str = ""
    card_text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """One submission: every exercise of the lesson, in the order of the lesson.

    `findings` say in words for the instructor what was odd: edited check cells, missing
    cells, a file that is not a notebook. `own_tests` name the instructor's own tests,
    which ran beside the learner's code. `source_digests` maps exercise ids to a digest
    of the learner's normalised code, for finding similar submissions. `sandbox` says in
    what the code ran ("bubblewrap" or "none"); `key` is the hash of everything that the
    verdict depends on.
    """

    student: str
    lesson: str
    exercises: tuple[ExerciseVerdict, ...]
    findings: tuple[str, ...] = ()
    own_tests: tuple[str, ...] = ()
    source_digests: dict[str, str] = field(default_factory=dict)
    sandbox: str = "bubblewrap"
    key: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Points, written answers left out."""
        return round(sum(exercise.score for exercise in self.exercises), 2)

    @property
    def points(self) -> float:
        """Points that can be had, written answers included."""
        return sum(exercise.points for exercise in self.exercises)

    def save(self, path: Path) -> None:
        """Write to a file that is either the old or the new one, never a part."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        draft.replace(path)


def load(path: Path) -> Verdict:
    """Read a verdict that `save` wrote."""
    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def from_dict(data: dict[str, Any]) -> Verdict:
    """The verdict that `dataclasses.asdict` took apart."""
    exercises = tuple(
        ExerciseVerdict(
            **one
            | {
                "cases": tuple(Line(**line) for line in one["cases"]),
                "rules": tuple(Line(**line) for line in one["rules"]),
            }
        )
        for one in data["exercises"]
    )
    lists = {name: tuple(data.get(name, ())) for name in ("findings", "own_tests")}
    return Verdict(**data | lists | {"exercises": exercises})
