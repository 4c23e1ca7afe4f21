"""The glossary: one line a term, in alphabetical order, each with a lesson."""

import re

from tests.solutions.running import SOLUTIONS

ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (\d\d) \|")
TEXT = (SOLUTIONS / "glossary.md").read_text(encoding="utf-8")
ROWS = [row.groups() for row in ROW.finditer(TEXT)]


def test_every_line_of_the_table_is_a_whole_entry():
    lines = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert len(lines) == len(ROWS) + 2 > 50


def test_terms_are_in_alphabetical_order_and_stand_once():
    terms = [term.lower() for term, *_ in ROWS]
    assert terms == sorted(set(terms))


def test_each_lesson_explains_some_terms():
    written = {path.name[:2] for path in SOLUTIONS.glob("[0-9][0-9]_*.py")}
    assert written <= {lesson for *_, lesson in ROWS}
