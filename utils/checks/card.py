"""How a report shows itself: HTML with inline styles, and plain text.

The colours are translucent or inherited, so that a card reads the same on a light and
on a dark page; there is no style sheet and no script, so that an untrusted notebook
shows it too.
"""

from html import escape
from textwrap import fill, indent

import numpy as np

from utils.checks.evaluate import Outcome, Report
from utils.checks.exercise import Case, Exercise
from utils.checks.wording import describe

RIGHT, WRONG, IDLE = "#2e9e5b", "#d9534f", "#8a8a8a"
MARKS = {"right": ("✓", RIGHT), "not judged": ("·", IDLE), "not run": ("·", IDLE)}
FINISHED = ("right", "not written", "by hand")
TABLE_ROWS, TABLE_COLUMNS = 6, 8
BARE = "background-color: transparent; border: none"
ASK_FOR_WORKED = 'For a worked hint, run hint("{id}") in a new cell.'
NOT_WRITTEN = (
    "Not written yet. Replace the line `raise NotImplementedError(...)` in the cell "
    "above, run that cell, then this one."
)
NOT_ANSWERED = (
    "Not answered yet. Replace the dots in the cell above, "
    "run that cell, then this one."
)


def headline(report: Report) -> str:
    """`3 of 6 cases right, 1.5 of 3 points`."""
    points = f"{report.score:g} of {report.exercise.points:g} points"
    if report.status == "right":
        return f"Right: {points}"
    if report.status == "not written":
        return f"Not written yet: {points}"
    if report.status == "by hand":
        return f"Graded by hand, by a person: up to {report.exercise.points:g} points"
    right = sum(case.right for case in report.cases)
    return f"{right} of {len(report.cases)} cases right: {points}"


def first_failure(report: Report) -> Outcome | None:
    """The first case that failed, else the first broken rule."""
    failed = [o for o in report.cases + report.rules if o.status not in MARKS]
    return failed[0] if failed else None


def paragraphs(report: Report) -> list[tuple[str, str]]:
    """What is said about the first failure: pairs of a label and a sentence."""
    failure = first_failure(report)
    if report.status == "not written":
        asked = NOT_WRITTEN if report.exercise.kind == "function" else NOT_ANSWERED
        return [("", asked)]
    if failure is None:
        return []
    parts = [("First failure" if failure.case else "Broken rule", failure.name)]
    if failure.case and failure.case.args:
        parts.append(("Called with", inputs_text(report.exercise, failure.case)))
    parts.append(("What happened", failure.message))
    if failure.case and failure.case.working:
        parts.append(("By hand", failure.case.working))
    return parts


def inputs_text(exercise: Exercise, case: Case) -> str:
    """`X_test (2, 3), k = 5`: what a single-call case was called with."""
    parts = []
    for name, value in exercise.arguments(case).items():
        if isinstance(value, np.ndarray):
            parts.append(f"{name} {value.shape}")
        else:
            parts.append(f"{name} = {describe(value)}")
    return ", ".join(parts)


def as_text(report: Report) -> str:
    """The card as plain text, lines of at most 80 characters."""
    lines = [f"{report.exercise.id}  {headline(report)}"]
    if report.status != "not written":
        lines += [f"  {mark(o)[0]} {o.name}" for o in report.cases + report.rules]
    for label, sentence in paragraphs(report):
        lines.append(wrapped(f"{label}: {sentence}" if label else sentence))
    failure = first_failure(report)
    if failure is not None and failure.difference is not None:
        lines += array_text(failure)
    if report.hint:
        lines.append(wrapped(f"Hint: {report.hint}"))
    if worked_hint(report) and report.status not in FINISHED:
        lines.append(wrapped(ASK_FOR_WORKED.format(id=report.exercise.id)))
    lines += [wrapped(f"Note: {note}") for note in report.notes]
    return "\n".join(lines)


def worked_hint(report: Report) -> str:
    """The example to go through: the misconception's own, else the exercise's."""
    own = report.diagnosis.worked if report.diagnosis else ""
    return own or report.exercise.worked


def wrapped(text: str) -> str:
    return "\n".join(
        fill(line, 80, subsequent_indent="  ") for line in printable(text).split("\n")
    )


def printable(text: str) -> str:
    """Text of the learner's without what a page or a terminal would obey."""
    text = text.expandtabs(4)
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def mark(outcome: Outcome) -> tuple[str, str]:
    return MARKS.get(outcome.status, ("✗", WRONG))


def small_pair(outcome: Outcome) -> tuple[np.ndarray, np.ndarray] | None:
    """Expected and got as small tables, where both are arrays that fit."""
    difference = outcome.difference
    pair = []
    for value in (difference.expected, difference.got):
        if not isinstance(value, np.ndarray) or value.ndim not in (1, 2):
            return None
        table = np.atleast_2d(value)
        if table.shape[0] > TABLE_ROWS or table.shape[1] > TABLE_COLUMNS:
            return None
        pair.append(table)
    return pair[0], pair[1]


def array_text(outcome: Outcome) -> list[str]:
    pair = small_pair(outcome)
    if pair is None:
        return []
    names = ("Expected:", "Got:")
    texts = [np.array2string(value, precision=4, max_line_width=76) for value in pair]
    return [f"{n}\n{indent(t, '  ')}" for n, t in zip(names, texts, strict=True)]


def as_html(report: Report) -> str:
    """The card as HTML: what failed, then the hint, then the worked hint, folded."""
    colour = RIGHT if report.status == "right" else WRONG
    colour = IDLE if report.status in ("not written", "by hand") else colour
    body = [
        f'<div style="font-weight: bold; color: {colour}">{escape(headline(report))}'
        f'<span style="font-weight: normal; color: {IDLE}"> &nbsp; '
        f"{escape(report.exercise.id)}</span></div>"
    ]
    if report.status != "not written":
        body.append("".join(map(outcome_html, report.cases + report.rules)))
    body += [paragraph_html(*part) for part in paragraphs(report)]
    failure = first_failure(report)
    if failure is not None and failure.difference is not None:
        body.append(tables_html(failure))
    body += hints_html(report)
    body += [paragraph_html("Note", note) for note in report.notes]
    return (
        f'<div style="border-left: 4px solid {colour}; padding: 8px 14px; '
        f'background-color: rgba(127, 127, 127, 0.08); max-width: 820px">'
        f"{''.join(body)}</div>"
    )


def outcome_html(outcome: Outcome) -> str:
    sign, colour = mark(outcome)
    return (
        f'<div><span style="color: {colour}; font-weight: bold">{sign}</span> '
        f"{with_code(outcome.name)}</div>"
    )


def paragraph_html(label: str, sentence: str) -> str:
    name = f'<span style="color: {IDLE}">{escape(label)}: </span>' if label else ""
    lines = "<br>".join(with_code(line) for line in sentence.split("\n"))
    return f'<div style="margin-top: 6px">{name}{lines}</div>'


def hints_html(report: Report) -> list[str]:
    if report.status in FINISHED:
        return []
    parts = []
    if report.hint:
        parts.append(folded("Hint", report.hint))
    if worked_hint(report):
        parts.append(folded("A worked hint", worked_hint(report)))
    return parts


def folded(title: str, text: str) -> str:
    return (
        '<details style="margin-top: 6px"><summary style="font-weight: bold">'
        f"{escape(title)}</summary>{paragraph_html('', text)}</details>"
    )


def with_code(text: str) -> str:
    """Escaped text in which `backquoted` parts are code."""
    parts = escape(printable(text)).split("`")
    return "".join(
        f"<code>{part}</code>" if i % 2 and i < len(parts) - 1 else part
        for i, part in enumerate(parts)
    )


def tables_html(outcome: Outcome) -> str:
    """Expected and got side by side, the wrong values marked."""
    pair = small_pair(outcome)
    if pair is None:
        return ""
    wrong = outcome.difference.wrong
    marked = np.atleast_2d(wrong) if wrong is not None else None
    cells = [
        f'<td style="padding: 4px 18px 4px 0; vertical-align: top; text-align: left">'
        f'<span style="color: {IDLE}">{name}</span>{table_html(table, marks)}</td>'
        for name, table, marks in zip(
            ("Expected", "Got"), pair, (None, marked), strict=True
        )
    ]
    row = f'<tr style="{BARE}">{"".join(cells)}</tr>'
    return f'<table style="margin: 6px 0; {BARE}">{row}</table>'


def table_html(values: np.ndarray, wrong: np.ndarray | None) -> str:
    rows = []
    for i, row in enumerate(values):
        cells = []
        for j, value in enumerate(row):
            bad = wrong is not None and wrong[i, j]
            tint = "background-color: rgba(217, 83, 79, 0.25);" if bad else ""
            cells.append(
                f'<td style="padding: 1px 8px; text-align: right; {tint}">'
                f"{escape(short(value))}</td>"
            )
        rows.append(f"<tr style='{BARE}'>{''.join(cells)}</tr>")
    return f"<table style='{BARE}'>{''.join(rows)}</table>"


def short(value: np.generic) -> str:
    return f"{value:.4g}" if value.dtype.kind in "fc" else str(value)
