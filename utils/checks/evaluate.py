"""Try every case of an exercise on a subject, judge the rules, name the mistake."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from utils.checks.compare import Difference, WrongStructure
from utils.checks.exercise import Case, Exercise, Misconception, both
from utils.checks.rules import Attempt
from utils.checks.wording import alike, remarks, trouble_message
from utils.subject import Subject, Trouble
from utils.subject.local import local_subject


@dataclass(frozen=True)
class Outcome:
    """What became of one case or rule: `right`, `wrong`, `raised`, `not judged`, …

    `got` is the learner's result where there is one, `expected` the oracle's.
    """

    name: str
    status: str
    message: str = ""
    case: Case | None = None
    difference: Difference | None = None
    got: Any = None
    expected: Any = None

    @property
    def right(self) -> bool:
        return self.status == "right"


class Trial:
    """The cases of one seed, and what is right and known to be wrong in each.

    Everything is computed once and when it is first asked for, so that one trial can
    serve many subjects.
    """

    def __init__(self, exercise: Exercise, seed: int):
        self.exercise = exercise
        self.cases = list(exercise.cases(np.random.default_rng(seed)))
        self._expected: dict[int, Any] = {}
        self._mistaken: dict[tuple[str, int], Outcome] = {}

    def expected(self, index: int) -> Any:
        """What a right answer gives for one case."""
        if index not in self._expected:
            self._expected[index] = self.exercise.expected(self.cases[index])
        return self._expected[index]

    def attempt(self, index: int, subject: Subject) -> Outcome:
        """What becomes of one case with a subject."""
        case, expected = self.cases[index], self.expected(index)
        return try_case(self.exercise, case, subject, expected)

    def mistaken(self, misconception: Misconception, index: int) -> Outcome:
        """What becomes of one case with a known wrong version."""
        key = misconception.name, index
        if key not in self._mistaken:
            version = local_subject(self.exercise.version_of(misconception))
            self._mistaken[key] = self.attempt(index, version)
        return self._mistaken[key]


@dataclass(frozen=True)
class Report:
    """The result of one exercise: the score, and everything a card needs.

    `status` sums up the cases (`right`, `wrong`, `not written`, `raised`, `timed out`,
    `out of memory`, `crashed`, `by hand`). `notes` are remarks that cost nothing.
    """

    exercise: Exercise
    cases: list[Outcome]
    rules: list[Outcome]
    diagnosis: Misconception | None = None
    hint: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.exercise.by_hand:
            return "by hand"
        if self.cases and all(outcome.right for outcome in self.cases + self.rules):
            return "right"
        unwell = [o.status for o in self.cases if o.status not in ("right", "not run")]
        begun = any(outcome.right for outcome in self.cases)
        if not unwell or (begun and unwell[0] == "not written"):
            return "wrong"
        return unwell[0]

    @property
    def score(self) -> float:
        """Points: by case, and by rule where every case is right."""
        if self.status == "right":
            return float(self.exercise.points)
        shares = {rule.name: rule.share for rule in self.exercise.rules}
        if any(shares[rule.name] >= 1 for rule in self.rules if rule.status == "wrong"):
            return 0.0
        reserved = sum(share for share in shares.values() if share < 1)
        right = sum(outcome.right for outcome in self.cases) / max(len(self.cases), 1)
        earned = (1 - reserved) * right
        earned += sum(
            shares[r.name] for r in self.rules if r.right and shares[r.name] < 1
        )
        return round(earned * self.exercise.points, 2)


def evaluate(
    exercise: Exercise,
    subject: Subject,
    seed: int = 0,
    source: str = "",
    trial: Trial | None = None,
) -> Report:
    """Check one subject on the cases of one seed. Never raises on a learner's error.

    `trial` is `Trial(exercise, seed)`, for who checks many subjects on the same cases.
    """
    trial = trial or Trial(exercise, seed)
    outcomes: list[Outcome] = []
    for index, case in enumerate(trial.cases):
        if outcomes and outcomes[-1].status in ("timed out", "crashed", "not run"):
            outcomes.append(Outcome(case.name, "not run", case=case))
        else:
            outcomes.append(trial.attempt(index, subject))
    attempt = Attempt(exercise, trial.cases, subject, source)
    rules = judge_rules(attempt, all(outcome.right for outcome in outcomes))
    diagnosis = diagnose(trial, outcomes, rules)
    hint = diagnosis.hint if diagnosis else general_hint(exercise, rules)
    hint = hint or hint_in_part(trial, outcomes)
    notes = remarks(subject)
    return Report(exercise, outcomes, rules, diagnosis, hint, notes)


def try_case(exercise: Exercise, case: Case, subject: Subject, expected) -> Outcome:
    """Play one case on a subject and compare the result with what is expected."""

    def outcome(status: str, message: str, difference=None, got=None) -> Outcome:
        return Outcome(case.name, status, message, case, difference, got, expected)

    try:
        got = case.play(subject)
        difference = agree(exercise, case, expected, got)
    except Exception as error:
        status = error.status if isinstance(error, Trouble) else "wrong"
        return outcome(status, failure_message(error))
    if difference is None:
        return outcome("right", "", got=got)
    message = difference.message
    if message.startswith(("the ", "a ")):  # and not a name such as dW
        message = message[0].upper() + message[1:]
    return outcome("wrong", message, difference, got)


def agree(exercise, case, expected, got, label="the result") -> Difference | None:
    """Compare by the case's agreement, with the names of the exercise's results."""
    returns = exercise.returns
    both = isinstance(expected, (tuple, list)) and isinstance(got, (tuple, list))
    if both and case.agree.by_value and len(returns) == len(expected) == len(got):
        for name, one, other in zip(returns, expected, got, strict=True):
            difference = case.agree(one, other, name)
            if difference:
                return difference
        return None
    return case.agree(expected, got, label)


def failure_message(error: Exception) -> str:
    """What went wrong, for the learner; any error comes from what they returned."""
    if isinstance(error, Trouble):
        return trouble_message(error)
    if isinstance(error, WrongStructure):
        return str(error)
    return f"The result could not be used ({type(error).__name__}: {error})."


def judge_rules(attempt: Attempt, values_right: bool) -> list[Outcome]:
    """Each rule's outcome; none is judged while values are wrong."""
    outcomes = []
    for rule in attempt.exercise.rules:
        if not values_right:
            outcomes.append(Outcome(rule.name, "not judged"))
            continue
        try:
            broken = rule.broken(attempt)
        except Exception as error:
            broken = failure_message(error)
        outcomes.append(
            Outcome(rule.name, "wrong" if broken else "right", broken or "")
        )
    return outcomes


def diagnose(
    trial: Trial, cases: list[Outcome], rules: list[Outcome]
) -> Misconception | None:
    """The misconception that explains what happened in every case, or two together."""
    misconceptions = trial.exercise.misconceptions
    if all(outcome.right for outcome in cases):
        broken = {rule.name for rule in rules if rule.status == "wrong"}
        named = [m for m in misconceptions if m.breaks in broken]
        return named[0] if named else None
    if any(outcome.status in ("not written", "not run") for outcome in cases):
        return None
    candidates = [m for m in misconceptions if not m.breaks]
    alone = (m for m in candidates if explains(trial, m, cases))
    pairs = (p for p in combinations(candidates, 2) if share(trial, p, cases))
    return next(alone, None) or next(map(both, pairs), None)


def explains(trial: Trial, misconception: Misconception, cases: list[Outcome]) -> bool:
    """Whether someone with this misconception gets what the learner got, everywhere."""
    return all(
        same_outcome(trial.exercise, trial.mistaken(misconception, index), seen)
        for index, seen in enumerate(cases)
    )


def share(trial: Trial, pair: tuple[Misconception, ...], cases: list[Outcome]) -> bool:
    """Whether each failing case is what one of two gets where the other is right.

    Only values tell two mistakes from a third one that fails in the same cases.
    """
    for index, seen in enumerate(cases):
        wrong = [o for o in (trial.mistaken(m, index) for m in pair) if not o.right]
        if len(wrong) != (not seen.right):
            return False
        by_value = seen.got is not None and seen.case.agree.by_value
        if wrong and not (by_value and same_outcome(trial.exercise, wrong[0], seen)):
            return False
    return True


def hint_in_part(trial: Trial, cases: list[Outcome]) -> str:
    """The hint of the one mistake that gives most of the wrong values: no diagnosis."""
    if all(outcome.right for outcome in cases):
        return ""
    if any(outcome.status in ("not written", "not run") for outcome in cases):
        return ""
    known = [m for m in trial.exercise.misconceptions if not m.breaks]
    counts = [in_common(trial, misconception, cases) for misconception in known]
    most = max(counts, default=0)
    hints = {m.hint for m, count in zip(known, counts, strict=True) if count == most}
    if most < 2 or len(hints) > 1:
        return ""
    return f"More than one thing may be wrong. About the first failure: {hints.pop()}"


def in_common(trial: Trial, misconception: Misconception, cases: list[Outcome]) -> int:
    """How many wrong values a misconception shares, from the first failure on.

    0 where it does not give the first one, or would fail in a case that is right.
    """
    count = 0
    for index, seen in enumerate(cases):
        theirs = trial.mistaken(misconception, index)
        if seen.right:
            if not theirs.right:
                return 0
            continue
        by_value = seen.got is not None and seen.case.agree.by_value
        count += by_value and same_outcome(trial.exercise, theirs, seen)
        if not count:
            return 0
    return count


def same_outcome(exercise: Exercise, theirs: Outcome, seen: Outcome) -> bool:
    """Whether a misconception gives what the learner gave in one case.

    Compared by value where the case is deterministic, else by whether it fails.
    """
    if theirs.status != seen.status or seen.right:
        return theirs.status == seen.status
    if seen.got is None or theirs.got is None:
        return seen.got is theirs.got and alike(theirs.message, seen.message)
    if not seen.case.agree.by_value:
        return True
    try:
        return agree(exercise, seen.case, theirs.got, seen.got) is None
    except Exception:  # results that cannot even be compared
        return False


def general_hint(exercise: Exercise, rules: list[Outcome]) -> str:
    """The hint of the first broken rule, where no misconception was recognised."""
    hints = {rule.name: rule.hint for rule in exercise.rules}
    broken = [hints[rule.name] for rule in rules if rule.status == "wrong"]
    return broken[0] if broken else ""
