"""All reports on a class at once, into one folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.report.class_page import Sources, class_page
from grading.report.learner_page import learner_page
from grading.report.platforms import canvas_csv, moodle_csv
from grading.report.tables import Recorded, grades_csv
from grading.verdict import Verdict


@dataclass(frozen=True)
class Reports:
    """Where the reports are, and who is in none of the tables to upload.

    `left_out` has the learners by platform that its export does not know, or knows
    twice.
    """

    class_page: Path
    learners: Path
    grades: Path
    canvas: Path
    moodle: Path
    left_out: dict[str, list[str]]


def write_reports(
    verdicts: Sequence[Verdict],
    folder: Path,
    sources: Sources | None = None,
    gradebook: Sequence[Recorded] = (),
    canvas: Path | None = None,
    moodle: Path | None = None,
) -> Reports:
    """Write the class page, a page for each learner, and the tables.

    `sources` gives a learner's answer (see `answers_in`), `gradebook` the scores that
    count in the tables, `canvas` and `moodle` are exports of these platforms.
    """
    for verdict in verdicts:
        learner_page(verdict, folder)
    tables = {name: folder / f"{name}.csv" for name in ("canvas", "moodle")}
    not_in_canvas = canvas_csv(verdicts, tables["canvas"], canvas, gradebook)
    not_in_moodle = moodle_csv(verdicts, tables["moodle"], moodle, gradebook)
    return Reports(
        class_page=class_page(verdicts, sources, folder),
        learners=folder / "learners",
        grades=grades_csv(verdicts, folder / "grades.csv", gradebook),
        left_out={"Canvas": not_in_canvas, "Moodle": not_in_moodle},
        **tables,
    )
