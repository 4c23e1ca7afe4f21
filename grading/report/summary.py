"""What the verdicts on one lesson come to: by exercise, case, mistake and failure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from statistics import fmean, median

from grading.verdict import FAILURES, ExerciseVerdict, Line, Verdict
from utils.exercises import UnknownExercise, find

NOT_TRIED = ("not judged", "not run", "not written", "by hand")


@dataclass(frozen=True)
class LineSummary:
    """One case or rule: on how many answers it was tried, on how many it was right."""

    name: str
    tried: int
    right: int

    @property
    def share(self) -> float:
        return self.right / self.tried if self.tried else 0.0


@dataclass(frozen=True)
class ExerciseSummary:
    """One exercise over the class; `points` is what it is worth."""

    id: str
    points: float
    answers: tuple[ExerciseVerdict, ...]

    @cached_property
    def by_hand(self) -> bool:
        return any(is_by_hand(answer) for answer in self.answers)

    @cached_property
    def right(self) -> int:
        return sum(answer.status == "right" for answer in self.answers)

    @cached_property
    def share(self) -> float:
        return self.right / len(self.answers)

    @cached_property
    def mean_score(self) -> float:
        return fmean(answer.score for answer in self.answers)

    @cached_property
    def seconds(self) -> float:
        """The median time, in seconds."""
        return median(answer.seconds for answer in self.answers)

    @cached_property
    def groups(self) -> dict[str, int]:
        """How many answers fall into each group of `group_of`."""
        return Counter(group_of(answer) for answer in self.answers)

    @cached_property
    def cases(self) -> list[LineSummary]:
        return line_summaries(answer.cases for answer in self.answers)

    @cached_property
    def rules(self) -> list[LineSummary]:
        return line_summaries(answer.rules for answer in self.answers)

    @cached_property
    def unexplained(self) -> int:
        """Wrong answers that no known mistake explains."""
        return sum(
            answer.status == "wrong" and not answer.misconception
            for answer in self.answers
        )


@dataclass(frozen=True)
class Mistake:
    """A misconception, how often it was recognised, and the hint that goes with it."""

    exercise: str
    name: str
    hint: str
    count: int


@dataclass(frozen=True)
class Failure:
    """Exercises of one learner that ended without a result, for the same reason."""

    student: str
    exercises: tuple[str, ...]
    status: str
    message: str


@dataclass(frozen=True)
class Finding:
    """Something odd, in words, and whose submissions it was seen in."""

    text: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class LessonSummary:
    """Everything that the class page says about one lesson."""

    stem: str
    verdicts: tuple[Verdict, ...]
    exercises: tuple[ExerciseSummary, ...]
    mistakes: tuple[Mistake, ...]
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]

    @cached_property
    def scores(self) -> list[float]:
        return [verdict.score for verdict in self.verdicts]

    @cached_property
    def points(self) -> float:
        """Points that can be had without a person reading."""
        return sum(e.points for e in self.exercises if not e.by_hand)

    @cached_property
    def points_by_hand(self) -> float:
        return sum(e.points for e in self.exercises if e.by_hand)

    @cached_property
    def graded(self) -> tuple[ExerciseSummary, ...]:
        """The exercises that are not read by a person."""
        return tuple(e for e in self.exercises if not e.by_hand)

    @cached_property
    def full(self) -> int:
        return sum(score >= self.points for score in self.scores)

    @cached_property
    def none(self) -> int:
        return sum(score <= 0 for score in self.scores)

    @cached_property
    def median(self) -> float:
        return median(self.scores)

    @cached_property
    def hardest(self) -> ExerciseSummary | None:
        """The exercise that fewest got right; None where everybody got everything."""
        worst = min(self.graded, key=lambda e: e.share, default=None)
        return worst if worst is not None and worst.share < 1 else None

    @cached_property
    def own_tests(self) -> list[str]:
        """The tests that the instructor added to the lesson."""
        return sorted({name for verdict in self.verdicts for name in verdict.own_tests})

    @property
    def rows(self) -> Iterator[tuple[Verdict, list[ExerciseVerdict | None]]]:
        """Each submission with its exercises; None where it lacks one."""
        for verdict in self.verdicts:
            by_id = {answer.id: answer for answer in verdict.exercises}
            yield verdict, [by_id.get(exercise.id) for exercise in self.exercises]

    @cached_property
    def failure_counts(self) -> dict[str, int]:
        """How many learners each kind of failure happened to."""
        seen = {(failure.status, failure.student) for failure in self.failures}
        counts = Counter(status for status, _ in seen)
        return {status: counts[status] for status in FAILURES if counts[status]}


def summaries(verdicts: Iterable[Verdict]) -> list[LessonSummary]:
    """A summary for each lesson, in the order of the course."""
    lessons = defaultdict(list)
    for verdict in sorted(verdicts, key=lambda v: (v.lesson, v.student)):
        lessons[verdict.lesson].append(verdict)
    return [summary(stem, group) for stem, group in lessons.items()]


def summary(stem: str, verdicts: Sequence[Verdict]) -> LessonSummary:
    """The summary of one lesson; its exercises come in the order of the lesson."""
    answers = defaultdict(list)
    for verdict in verdicts:
        for exercise in verdict.exercises:
            answers[exercise.id].append(exercise)
    return LessonSummary(
        stem,
        tuple(verdicts),
        tuple(
            ExerciseSummary(name, max(one.points for one in group), tuple(group))
            for name, group in answers.items()
        ),
        tuple(mistakes(answers.values())),
        tuple(failure for verdict in verdicts for failure in failures(verdict)),
        tuple(findings(verdicts)),
    )


def is_by_hand(answer: ExerciseVerdict) -> bool:
    """Whether a person grades this exercise, even if there is nothing to grade."""
    return answer.status == "by hand" or known_by_hand(answer.id)


@cache
def known_by_hand(exercise: str) -> bool:
    """Whether the course says that a person grades an exercise."""
    try:
        return find(exercise).by_hand
    except UnknownExercise:
        return False


def group_of(answer: ExerciseVerdict) -> str:
    """What an answer counts as in the figure of pass rates."""
    if answer.status in ("right", "not written", "by hand"):
        return answer.status
    if answer.score > 0:
        return "partly right"
    return "wrong" if answer.status == "wrong" else "no result"


def line_summaries(answers: Iterable[Sequence[Line]]) -> list[LineSummary]:
    """How each case or rule came out, in the order in which they are tried."""
    tried, right = Counter(), Counter()
    for lines in answers:
        for line in lines:
            tried[line.name] += line.status not in NOT_TRIED
            right[line.name] += line.status == "right"
    return [LineSummary(name, tried[name], right[name]) for name in tried]


def mistakes(answers: Iterable[Sequence[ExerciseVerdict]]) -> list[Mistake]:
    """The misconceptions that were recognised, the most common first."""
    counts: Counter = Counter()
    hints: dict[tuple[str, str], str] = {}
    for group in answers:
        for answer in group:
            if answer.misconception:
                key = answer.id, answer.misconception
                counts[key] += 1
                hints[key] = hints.get(key) or answer.hint
    return [Mistake(*key, hints[key], count) for key, count in counts.most_common()]


def failures(verdict: Verdict) -> list[Failure]:
    """What ended without a result in one submission, equal reasons together."""
    reasons = defaultdict(list)
    for exercise in verdict.exercises:
        if exercise.status in FAILURES and not is_by_hand(exercise):
            reasons[exercise.status, reason(exercise)].append(exercise.id)
    return [
        Failure(verdict.student, tuple(names), status, message)
        for (status, message), names in reasons.items()
    ]


def reason(answer: ExerciseVerdict) -> str:
    """What was said about the first case that was not right, else the card's text."""
    lines = (*answer.cases, *answer.rules)
    said = (line.message for line in lines if line.status != "right" and line.message)
    return next(said, answer.card_text)


def findings(verdicts: Iterable[Verdict]) -> list[Finding]:
    """What was odd, the most common first, with the learners it was seen in."""
    students = defaultdict(list)
    for verdict in verdicts:
        for text in dict.fromkeys(verdict.findings):
            students[text].append(verdict.student)
    ranked = sorted(students.items(), key=lambda item: -len(item[1]))
    return [Finding(text, tuple(names)) for text, names in ranked]
