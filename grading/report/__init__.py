"""What a class's verdicts say: pages to read, tables to upload, and what changed."""

from grading.report.answers import answers_in
from grading.report.changes import Change, changes, changes_csv, print_changes
from grading.report.class_page import class_page
from grading.report.learner_page import learner_page
from grading.report.platforms import canvas_csv, moodle_csv
from grading.report.reports import Reports, write_reports
from grading.report.tables import grades_csv

__all__ = [
    "Change",
    "Reports",
    "answers_in",
    "canvas_csv",
    "changes",
    "changes_csv",
    "class_page",
    "grades_csv",
    "learner_page",
    "moodle_csv",
    "print_changes",
    "write_reports",
]
