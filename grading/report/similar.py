"""Which submissions of a class share code that hardly anybody else wrote.

An answer is reduced to tokens in which names are numbered by their order in each short
window, so that a copy with new names, comments or layout has the same windows (after
Schleimer, Wilkerson & Aiken, 2003, without their thinning: answers are short). Windows
that many learners wrote are what the exercise asks for and count for nothing.
"""

import ast
import builtins
import keyword
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from grading.verdict import Verdict

Sources = Callable[[Verdict, str], str]

WINDOW = 12
MINIMUM_TOKENS = 40
MINIMUM_ALIKE = 0.75
MINIMUM_RARE = 40
LONGEST_SOURCE = 20_000
UNWRITTEN = ("not written", "missing", "unreadable", "by hand")
TOKENS = re.compile(r"[^\W\d]\w*|\d[\w.]*|'[^'\n]*'|\"[^\"\n]*\"|\S")
MARK = "v_"
KEPT = {*dir(builtins), *keyword.kwlist, "np", "torch"}


@dataclass(frozen=True)
class Match:
    """One exercise of two submissions.

    `alike` is the share of windows in common (0 to 1), `rare` the number of windows in
    common that hardly anybody else wrote.
    """

    exercise: str
    alike: float
    rare: int


@dataclass(frozen=True)
class Pair:
    """Two submissions and the exercises in which they resemble each other."""

    first: Verdict
    second: Verdict
    matches: tuple[Match, ...]

    @property
    def rare(self) -> int:
        return sum(match.rare for match in self.matches)


def rare_limit(learners: int) -> int:
    """Code that more learners than this have in common is taken for the usual way."""
    return 3 + learners // 100


def similar_pairs(verdicts: Sequence[Verdict], sources: Sources) -> list[Pair]:
    """The pairs of submissions of one lesson that share rare code, strongest first."""
    found: dict[tuple[int, int], list[Match]] = defaultdict(list)
    ids = dict.fromkeys(e.id for verdict in verdicts for e in verdict.exercises)
    for exercise in ids:
        windows = windows_of(verdicts, exercise, sources)
        for (i, j), match in matches_in(exercise, windows, rare_limit(len(verdicts))):
            found[i, j].append(match)
    pairs = [
        Pair(verdicts[i], verdicts[j], tuple(sorted(m, key=lambda m: -m.rare)))
        for (i, j), m in found.items()
    ]
    strong = [pair for pair in pairs if pair.rare >= MINIMUM_RARE]
    return sorted(strong, key=lambda p: (-p.rare, p.first.student, p.second.student))


def windows_of(
    verdicts: Sequence[Verdict], exercise: str, sources: Sources
) -> list[frozenset[str]]:
    """The windows of every learner's answer; none where it is short or not written."""
    result = []
    for verdict in verdicts:
        written = any(
            e.id == exercise and e.status not in UNWRITTEN for e in verdict.exercises
        )
        tokens = tokens_of(sources(verdict, exercise)) if written else ()
        enough = len(tokens) >= MINIMUM_TOKENS
        result.append(frozenset(windows(tokens)) if enough else frozenset())
    return result


def matches_in(
    exercise: str, answers: Sequence[frozenset[str]], limit: int
) -> Iterator[tuple[tuple[int, int], Match]]:
    """The pairs of answers with rare windows in common that are alike as a whole."""
    for (i, j), rare in shared_rare(answers, limit).items():
        common = len(answers[i] & answers[j])
        alike = 2 * common / (len(answers[i]) + len(answers[j]))
        if alike >= MINIMUM_ALIKE:
            yield (i, j), Match(exercise, alike, rare)


def shared_rare(
    answers: Sequence[frozenset[str]], limit: int
) -> dict[tuple[int, int], int]:
    """How many rare windows two answers share, for the pairs that share any.

    One sparse product counts them, so that other pairs are never looked at.
    """
    counts = Counter(window for answer in answers for window in answer)
    rare = [w for w in sorted(counts) if 2 <= counts[w] <= limit]
    column = {window: number for number, window in enumerate(rare)}
    places = [
        (row, column[window])
        for row, answer in enumerate(answers)
        for window in answer
        if window in column
    ]
    rows, columns = np.array(places, dtype=int).reshape(-1, 2).T
    shape = len(answers), len(rare)
    table = csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape)
    shared = (table @ table.T).tocoo()
    pairs = zip(*(part.tolist() for part in (*shared.coords, shared.data)), strict=True)
    return {(i, j): number for i, j, number in pairs if i < j}


def groups_of(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Pairs that have a learner in common, together; strongest group first."""
    leaders: dict[str, str] = {}

    def leader(name: str) -> str:
        while leaders.setdefault(name, name) != name:
            leaders[name] = name = leaders[leaders[name]]
        return name

    for pair in pairs:
        leaders[leader(pair.first.student)] = leader(pair.second.student)
    groups = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: -pair.rare):
        groups[leader(pair.first.student)].append(pair)
    return list(groups.values())


@lru_cache(maxsize=4096)
def tokens_of(source: str) -> tuple[str, ...]:
    """The code without comments, docstrings and layout; variables begin with `v_`."""
    source = source[:LONGEST_SOURCE]
    try:
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
            tree = Renaming().visit(ast.parse(source))
        return tuple(TOKENS.findall(ast.unparse(tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        bare = re.sub(r"#.*", "", source)
        found = TOKENS.findall(bare)
        return tuple(
            f"{MARK}{token}"
            if token.isidentifier() and token not in KEPT and before != "."
            else token
            for before, token in pairwise(["", *found])
        )


class Renaming(ast.NodeTransformer):
    """Marks the names a learner may choose, and drops docstrings."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id not in KEPT:
            node.id = MARK + node.id
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(MARK + node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        node.name = MARK + node.name
        return self.generic_visit(node)


def windows(tokens: Sequence[str]) -> Iterator[str]:
    """Every run of WINDOW tokens, its variables numbered as they appear in it."""
    for start in range(len(tokens) - WINDOW + 1):
        numbers: dict[str, str] = {}
        run = tokens[start : start + WINDOW]
        yield " ".join(
            numbers.setdefault(t, f"v{len(numbers)}") if t.startswith(MARK) else t
            for t in run
        )
