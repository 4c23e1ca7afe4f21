"""The page an instructor reads about a class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.report.figures import Picture, pictures
from grading.report.page import write_page
from grading.report.side_by_side import side_by_side
from grading.report.similar import Match, Pair, groups_of, rare_limit, similar_pairs
from grading.report.summary import LessonSummary, Mistake, summaries
from grading.verdict import Verdict

Sources = Callable[[Verdict, str], str]

PAGE = "class.html"
MOST_GROUPS, MOST_ANSWERS = 20, 3
TO_REPEAT, REPEAT_SHARE = 3, 0.05


@dataclass(frozen=True)
class SameCode:
    """One exercise of two learners, line by line."""

    match: Match
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Group:
    """Learners whose submissions resemble each other, and the closest two of them."""

    students: list[str]
    closest: Pair
    answers: list[SameCode]


@dataclass(frozen=True)
class LessonPart:
    """Everything that the page shows about one lesson."""

    summary: LessonSummary
    pictures: list[Picture]
    groups: list[Group]
    limit: int

    @property
    def to_repeat(self) -> list[tuple[Mistake, int, list[str]]]:
        """The mistakes to talk about in the lecture: each, how often and where.

        A mistake that several exercises have is listed once.
        """
        alike: dict[tuple[str, str], list[Mistake]] = {}
        for mistake in self.summary.mistakes:
            alike.setdefault((mistake.name, mistake.hint), []).append(mistake)
        rows = [
            (m[0], sum(x.count for x in m), [x.exercise for x in m])
            for m in alike.values()
        ]
        enough = max(2, REPEAT_SHARE * len(self.summary.verdicts))
        rows = [row for row in rows if row[1] >= enough]
        return sorted(rows, key=lambda row: -row[1])[:TO_REPEAT]


def class_page(
    verdicts: Sequence[Verdict], sources: Sources | None, folder: Path
) -> Path:
    """Write `class.html` to a folder: one page that needs nothing else; its path.

    `sources(verdict, exercise_id)` is the learner's answer cell, for finding similar
    submissions; with None they are not looked for.
    """
    return write_page(
        folder / PAGE,
        PAGE,
        parts=[lesson_part(summary, sources) for summary in summaries(verdicts)],
        compared=sources is not None,
        unprotected=sorted({v.student for v in verdicts if v.sandbox == "none"}),
        learners=len({verdict.student for verdict in verdicts}),
        most_groups=MOST_GROUPS,
    )


def lesson_part(summary: LessonSummary, sources: Sources | None) -> LessonPart:
    """One lesson's summary, figures and similar submissions."""
    groups = [] if sources is None else similar_groups(summary, sources)
    limit = rare_limit(len(summary.verdicts))
    return LessonPart(summary, pictures(summary), groups, limit)


def similar_groups(summary: LessonSummary, sources: Sources) -> list[Group]:
    """The groups of similar submissions; the first ones with their code."""
    groups = []
    for pairs in groups_of(similar_pairs(summary.verdicts, sources)):
        students = {v.student for pair in pairs for v in (pair.first, pair.second)}
        shown = pairs[0].matches[:MOST_ANSWERS] if len(groups) < MOST_GROUPS else ()
        answers = [same_code(pairs[0], match, sources) for match in shown]
        groups.append(Group(sorted(students), pairs[0], answers))
    return groups


def same_code(pair: Pair, match: Match, sources: Sources) -> SameCode:
    """One exercise of two learners side by side."""
    texts = [sources(verdict, match.exercise) for verdict in (pair.first, pair.second)]
    return SameCode(match, side_by_side(*texts))
