"""Two answers side by side, for a person to compare."""

from difflib import SequenceMatcher

from grading.report.similar import KEPT, TOKENS

MOST_LINES, LONGEST_LINE = 120, 200


def side_by_side(first: str, second: str) -> list[tuple[str, str, str]]:
    """Two answers line by line: left, right and `same`, `renamed` or `different`."""
    left, right = lines_of(first), lines_of(second)
    plain = [nameless(line) for line in left], [nameless(line) for line in right]
    rows = []
    for kind, a, b, c, d in SequenceMatcher(None, *plain, autojunk=False).get_opcodes():
        for k in range(max(b - a, d - c)):
            one = left[a + k] if a + k < b else ""
            two = right[c + k] if c + k < d else ""
            same = "same" if one == two else "renamed"
            rows.append((one, two, same if kind == "equal" else "different"))
    return rows


def lines_of(source: str) -> list[str]:
    """The first lines of an answer, tabs expanded."""
    return [
        line.expandtabs(4)[:LONGEST_LINE] for line in source.split("\n")[:MOST_LINES]
    ]


def nameless(line: str) -> str:
    """A line without comment, layout and the names that a learner may choose."""
    names: dict[str, str] = {}
    tokens = TOKENS.findall(line.partition("#")[0])
    return " ".join(
        numbered(token, names) if token.isidentifier() and token not in KEPT else token
        for token in tokens
    )


def numbered(name: str, names: dict[str, str]) -> str:
    return names.setdefault(name, f"v{len(names)}")
