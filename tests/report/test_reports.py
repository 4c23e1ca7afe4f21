"""Are all reports on a class written at once, and is it said who is missing?"""

from grading.report import write_reports
from tests.report.synthetic import room


def test_every_report_is_written(tmp_path):
    classroom = room(4)
    export = tmp_path / "export.csv"
    export.write_text("ID number,Email address\nlearner0001,x@y.example\n")
    reports = write_reports(
        classroom.verdicts, tmp_path / "report", classroom.sources, moodle=export
    )
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        *("class.html", "learners", "grades.csv", "canvas.csv", "moodle.csv"),
    }
    assert len(list(reports.learners.glob("*/01_knn.html"))) == 4
    assert reports.left_out["Canvas"] == []
    assert reports.left_out["Moodle"] == ["learner0000", "learner0002", "learner0003"]
