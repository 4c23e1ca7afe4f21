"""Do the tables hold what the platforms read, and nothing that a spreadsheet obeys?"""

import csv
from dataclasses import dataclass, field, replace

import pytest

from grading.report import canvas_csv, grades_csv, moodle_csv
from tests.report.synthetic import edited, room

CANVAS_EXPORT = """\
Student,ID,SIS User ID,SIS Login ID,Section,01_knn (4711),Final Score
    Points Possible,,,,,13,(read only)
"Meier, Anna",101,s1,learner0000,Monday,,
"Bauer, Ben",102,learner0001,bb,Tuesday,,
"Test, Two",103,same,t1,Monday,,
"Test, Three",104,same,t2,Monday,,
"""
MOODLE_EXPORT = """\
First name,Last name,ID number,Email address,Assignment: 01_knn (Real)
Anna,Meier,900,learner0000@example.org,-
Ben,Bauer,901,ben@example.org,-
"""


@dataclass(frozen=True)
class Recorded:
    """A row of the gradebook."""

    student: str
    lesson: str
    score: float
    by_exercise: dict[str, float] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    late_penalty: float = 0.0


@pytest.fixture
def verdicts():
    return room(3).verdicts


def rows_in(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_grades_come_back_as_they_were(verdicts, tmp_path):
    path = grades_csv(verdicts, tmp_path / "grades.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == [v.student for v in verdicts]
    for row, verdict in zip(rows, verdicts, strict=True):
        assert float(row["score"]) == verdict.score
        assert float(row["points"]) == 13
        assert row["01.written_shift"] == ""
        for exercise in verdict.exercises[:-1]:
            assert float(row[exercise.id]) == exercise.score


def test_the_gradebook_counts_where_it_has_a_submission(verdicts, tmp_path):
    recorded = Recorded(
        "learner0000", "01_knn", 9.5, {"written_shift": 2.5}, late_penalty=0.5
    )
    path = grades_csv(verdicts, tmp_path / "grades.csv", [recorded])
    row = rows_in(path, "utf-8-sig")[1]
    assert (row[2], row[4]) == ("9.5", "0.5")
    assert row[-1] == "2.5"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_begins_like_a_formula(start, verdicts, tmp_path):
    name = f'{start}HYPERLINK("http://x.example";"grades")'
    hostile = [replace(verdicts[0], student=name, lesson=name)]
    grades = grades_csv(hostile, tmp_path / "grades.csv")
    canvas_csv(hostile, tmp_path / "canvas.csv")
    moodle_csv(hostile, tmp_path / "moodle.csv")
    for path in tmp_path.iterdir():
        encoding = "utf-8-sig" if path == grades else "utf-8"
        cells = [cell for row in rows_in(path, encoding) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not any(cell.startswith(tuple("=+-@\t\r＝")) for cell in cells)


def test_commas_quotes_and_line_breaks_stay_in_their_cell(verdicts, tmp_path):
    name = 'Meier, "Anna"\nx'
    path = grades_csv([replace(verdicts[0], student=name)], tmp_path / "grades.csv")
    rows = rows_in(path, "utf-8-sig")
    assert len(rows) == 2
    assert rows[1][0] == name


def test_canvas_without_an_export_goes_by_login(verdicts, tmp_path):
    path = tmp_path / "canvas.csv"
    assert canvas_csv(verdicts, path) == []
    header, points, *rows = rows_in(path)
    assert header == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_knn"),
    ]
    assert points == ["    Points Possible", "", "", "", "", "13"]
    assert [row[3] for row in rows] == [v.student for v in verdicts]
    assert float(rows[0][5]) == verdicts[0].score


def test_canvas_learners_get_the_ids_of_the_export(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text(CANVAS_EXPORT, encoding="utf-8-sig")
    path = tmp_path / "canvas.csv"
    assert canvas_csv(verdicts, path, roster) == ["learner0002"]
    header, _, *rows = rows_in(path)
    assert header[5] == "01_knn (4711)"
    assert rows[0][:5] == ["Meier, Anna", "101", "s1", "learner0000", "Monday"]
    assert [row[1] for row in rows] == ["101", "102"]


def test_canvas_learners_are_found_by_the_number_in_a_collected_folder(
    verdicts, tmp_path
):
    roster = tmp_path / "export.csv"
    roster.write_text(CANVAS_EXPORT, encoding="utf-8")
    collected = [replace(verdicts[0], student="meieranna_101")]
    assert canvas_csv(collected, tmp_path / "canvas.csv", roster) == []
    assert rows_in(tmp_path / "canvas.csv")[2][1] == "101"


def test_a_number_of_moodle_is_not_taken_for_a_learner(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text(MOODLE_EXPORT, encoding="utf-8")
    collected = [replace(verdicts[0], student="carla_cruz_900")]
    path = tmp_path / "moodle.csv"
    assert moodle_csv(collected, path, roster) == ["carla_cruz_900"]


def test_two_who_fit_the_same_learner_are_both_left_out(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text(MOODLE_EXPORT, encoding="utf-8")
    names = ["ben_bauer_77", "ben_bauer_78"]
    twice = [replace(verdicts[0], student=name) for name in names]
    assert moodle_csv(twice, tmp_path / "moodle.csv", roster) == names


def test_a_name_that_two_learners_share_is_left_out(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text(CANVAS_EXPORT, encoding="utf-8")
    twice = [replace(verdicts[0], student="same")]
    assert canvas_csv(twice, tmp_path / "canvas.csv", roster) == ["same"]


def test_a_lesson_that_was_not_handed_in_stays_empty(verdicts, tmp_path):
    start = room(1, lesson="00_start").verdicts
    canvas_csv([*verdicts, *start], tmp_path / "canvas.csv")
    rows = rows_in(tmp_path / "canvas.csv")
    assert rows[0][5:] == ["00_start", "01_knn"]
    assert rows[3][5] == ""


def test_moodle_gets_grade_and_feedback(verdicts, tmp_path):
    one = edited(verdicts[0], "01.l1_distances", status="wrong", score=1.25)
    moodle_csv([one], tmp_path / "moodle.csv")
    header, row = rows_in(tmp_path / "moodle.csv")
    assert header == ["ID number", "Email address", "01_knn", "01_knn feedback"]
    assert float(row[2]) == one.score
    assert row[3].startswith("l1_distances: 1.25 of 2 (wrong); ")
    assert "written_shift: read by a person" in row[3]


def test_moodle_learners_are_found_by_address_and_full_name(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text(MOODLE_EXPORT, encoding="utf-8-sig")
    named = [verdicts[0], replace(verdicts[1], student="ben_bauer_77"), verdicts[2]]
    path = tmp_path / "moodle.csv"
    assert moodle_csv(named, path, roster) == ["learner0002"]
    assert [row[0] for row in rows_in(path)[1:]] == ["901", "900"]


def test_an_export_without_learners_is_refused(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text("Student,ID\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"export\.csv lists nobody"):
        canvas_csv(verdicts, tmp_path / "canvas.csv", roster)


def test_an_export_in_another_language_is_refused(verdicts, tmp_path):
    roster = tmp_path / "export.csv"
    roster.write_text("Vorname;Nachname\nAnna;Meier\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has the columns Vorname, Nachname"):
        moodle_csv(verdicts, tmp_path / "moodle.csv", roster)
