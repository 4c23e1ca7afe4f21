"""Does regrading say whose score changes, by how much and why?"""

import csv
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grading.report import changes, changes_csv, print_changes
from grading.report.changes import MOST_ROWS
from grading.verdict import Line
from tests.report.synthetic import edited, room

EXERCISE = "01.l1_distances"


def with_cases(verdict, score, *statuses, status="wrong"):
    cases = tuple(Line(f"case {i}", one) for i, one in enumerate(statuses))
    return edited(verdict, EXERCISE, status=status, score=score, cases=cases, rules=())


@pytest.fixture
def before():
    return [with_cases(v, 1.0, "right", "wrong") for v in room(3).verdicts]


def printed(rows):
    console = Console(file=StringIO(), width=140)
    print_changes(rows, console)
    return console.file.getvalue()


def test_nothing_changes_where_nothing_changed(before):
    assert changes(before, before[::-1]) == []
    assert printed([]) == "No score changes.\n"


def test_a_change_names_learner_points_and_the_cases_that_flip(before):
    better = with_cases(before[1], 2.0, "right", "right", status="right")
    row, *rest = changes(before, [before[0], better, before[2]])
    assert not rest
    assert (row.student, row.lesson, row.exercise) == (
        *("learner0001", "01_knn", EXERCISE),
    )
    assert (row.before, row.after, row.difference) == (1.0, 2.0, 1.0)
    assert row.why == "wrong → right; case 1: wrong → right"


def test_time_cards_and_hints_do_not_count(before):
    after = [edited(v, EXERCISE, seconds=9.0, hint="new", card_html="") for v in before]
    assert changes(before, after) == []


def test_cases_that_come_and_go_are_named(before):
    after = with_cases(before[0], 0.5, "right", "wrong", "timed out")
    (row,) = changes(before[:1], [after])
    assert row.why == "case 2: no such case → timed out"


def test_points_that_an_exercise_is_worth_are_named(before):
    after = edited(before[0], EXERCISE, points=4.0, score=2.0)
    (row,) = changes(before[:1], [after])
    assert row.why == "worth 2 → 4 points"


def test_a_long_list_of_cases_is_cut(before):
    after = with_cases(before[0], 0.0, *["raised"] * 9, status="raised")
    (row,) = changes(before[:1], [after])
    assert row.why.endswith("; 6 more")


def test_new_and_vanished_submissions_are_listed(before):
    gone, new = before[0], replace(before[0], student="new")
    rows = changes([gone], [new])
    whys = {row.student: (row.before, row.after, row.why) for row in rows}
    assert whys["new"][0] is None
    assert whys["new"][2] == "newly handed in"
    assert whys["learner0000"][1:] == (None, "no longer handed in")


def test_the_table_sums_up_and_obeys_no_markup(before):
    name = "[red]x[/red] \x1b[31m"
    was = replace(before[0], student=name)
    now = with_cases(was, 0.25, "wrong", "wrong")
    text = printed(changes([was], [now]))
    assert "The scores of 1 submission change: 0 up, 1 down" in text
    assert "[red]x[/red]" in text
    assert "\x1b" not in text
    assert "-0.75" in text


def test_a_large_class_is_summed_up_by_reason():
    was = [with_cases(v, 1.0, "wrong") for v in room(200).verdicts]
    now = [with_cases(v, 2.0, "right", status="right") for v in was]
    text = printed(changes(was, now))
    assert "The scores of 200 submissions change: 200 up" in text
    assert f"{200 - MOST_ROWS} more rows are not shown." in text
    assert "learner0199" not in text


def test_every_change_is_written_to_a_table(before, tmp_path):
    after = [with_cases(v, 1.5, "right", "right") for v in before]
    path = changes_csv(changes(before, after), tmp_path / "changes.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["after"] for row in rows] == ["1.5"] * 3
