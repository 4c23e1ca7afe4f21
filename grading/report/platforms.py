"""Scores as CSV that Canvas and Moodle import.

Canvas wants the columns of its own export (Student, ID, SIS User ID, SIS Login ID,
Section, then the assignments) and a second row with the points that can be had. Moodle
asks which column is what, and stops at a learner it does not know. Both know learners
by numbers of their own: an export of theirs, given as `roster`, supplies them.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from grading.report.tables import Recorded, number, totals, write_rows
from grading.verdict import ExerciseVerdict, Verdict

Person = Mapping[str, str]

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("ID number", "Email address")
IDENTIFYING = (*CANVAS[:4], *MOODLE, "Username")


def canvas_csv(
    verdicts: Sequence[Verdict],
    path: Path,
    roster: Path | None = None,
    gradebook: Sequence[Recorded] = (),
) -> list[str]:
    """Write a file that the Canvas gradebook imports; returns who was left out.

    `roster` is an export of the Canvas gradebook: learners found in it (by login, SIS
    or Canvas id, or name) are written with its ids, and a lesson that it has as an
    assignment, `01_knn (4711)`, keeps that heading, so that no second one is made.
    """
    people = read_roster(roster)
    scores = totals(verdicts, gradebook)
    found = identified(scores, people, ("Student", "SIS Login ID"))
    lessons = lessons_in(verdicts)
    headings = list(people[0]) if people else []
    header = [*CANVAS, *(canvas_heading(lesson, headings) for lesson in lessons)]
    worth = [number(points_of(verdicts, lesson)) for lesson in lessons]
    rows = [header, ["    Points Possible", "", "", "", "", *worth]]
    for student, person in found.items():
        grades = [grade(scores[student], lesson) for lesson in lessons]
        rows.append([person.get(name, "") for name in CANVAS] + grades)
    write_rows(path, rows)
    return [student for student in scores if student not in found]


def moodle_csv(
    verdicts: Sequence[Verdict],
    path: Path,
    roster: Path | None = None,
    gradebook: Sequence[Recorded] = (),
) -> list[str]:
    """Write a file that Moodle's grade import takes; returns who was left out.

    Two columns identify a learner, ID number and Email address; then each lesson has a
    grade and a feedback. `roster` is a grade export or a list of participants from
    Moodle; without it the student's name here is used as both.
    """
    scores = totals(verdicts, gradebook)
    found = identified(scores, read_roster(roster), MOODLE)
    feedback = {(v.student, v.lesson): feedback_of(v) for v in verdicts}
    lessons = lessons_in(verdicts)
    rows = [[*MOODLE, *(x for name in lessons for x in (name, f"{name} feedback"))]]
    for student, person in found.items():
        row = [person.get(name, "") for name in MOODLE]
        for lesson in lessons:
            said = feedback.get((student, lesson), "")
            row += [grade(scores[student], lesson), said]
        rows.append(row)
    write_rows(path, rows)
    return [student for student in scores if student not in found]


def lessons_in(verdicts: Iterable[Verdict]) -> list[str]:
    return sorted({verdict.lesson for verdict in verdicts})


def grade(by_lesson: Mapping[str, float], lesson: str) -> str:
    """The points in a lesson; nothing where none was handed in."""
    return number(by_lesson[lesson]) if lesson in by_lesson else ""


def points_of(verdicts: Iterable[Verdict], lesson: str) -> float:
    """The points that a lesson is worth, written answers included."""
    return max(v.points for v in verdicts if v.lesson == lesson)


def feedback_of(verdict: Verdict) -> str:
    """What is said about each exercise, in one line; Moodle reads it as HTML."""
    return escape("; ".join(map(remark, verdict.exercises)), quote=False)


def remark(exercise: ExerciseVerdict) -> str:
    name = exercise.id.partition(".")[2] or exercise.id
    if exercise.status == "by hand":
        return f"{name}: read by a person"
    points = f"{name}: {number(exercise.score)} of {number(exercise.points)}"
    return points if exercise.status == "right" else f"{points} ({exercise.status})"


def read_roster(path: Path | None) -> list[Person]:
    """The learners in an export of Canvas or Moodle, by column."""
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.readline()
        file.seek(0)
        separator = ";" if sample.count(";") > sample.count(",") else ","
        people = list(csv.DictReader(file, delimiter=separator, restval=""))
    if not people:
        raise ValueError(f"{path.name} lists nobody: export it again, with learners")
    if not set(IDENTIFYING) & set(people[0]):
        raise ValueError(
            f"{path.name} has the columns {', '.join(map(str, people[0]))}: expected "
            f"one or more of {', '.join(IDENTIFYING)}; set the platform's language to "
            "English and export again"
        )
    return people


def identified(
    students: Iterable[str], people: Sequence[Person], columns: Iterable[str]
) -> dict[str, Person]:
    """Who each student is in the roster; those who are not found are left out.

    Somebody whose name fits two learners is not found, nor are two who fit the same
    one. Without a roster, a student's name stands in these columns.
    """
    if not people:
        return {student: dict.fromkeys(columns, student) for student in students}
    called: dict[str, list[Person]] = {}
    for person in people:
        for name in names_of(person):
            called.setdefault(name, []).append(person)
    found = {student: person_called(student, called) for student in students}
    claims = Counter(id(person) for person in found.values())
    return {s: p for s, p in found.items() if p is not None and claims[id(p)] == 1}


def person_called(student: str, called: Mapping[str, list[Person]]) -> Person | None:
    """The one learner with this name, address or number.

    Folders of collected submissions end in a number: Canvas's for a learner, Moodle's
    for a submission.
    """
    name = plain(student)
    base, _, number = name.rpartition("_")
    for key in (name, f"#{number}", base) if number.isdigit() else (name,):
        if key in called:
            return called[key][0] if len(called[key]) == 1 else None
    return None


def names_of(person: Person) -> set[str]:
    """Everything that a learner may be called in a submission's folder name."""
    names = {person.get(name, "") for name in IDENTIFYING}
    first = person.get("First name", "")
    last = person.get("Last name", person.get("Surname", ""))
    names |= {f"{first} {last}", f"{last} {first}"}
    names |= {name.partition("@")[0] for name in names if "@" in name}
    canvas_number = {f"#{person['ID']}"} if person.get("ID") else set()
    return {plain(name) for name in names} - {""} | canvas_number


def plain(name: str) -> str:
    """A name as the folder of a submission is called: `ada_lovelace`."""
    text = unicodedata.normalize("NFKC", name).strip().casefold()
    return re.sub(r"[^\w.-]+", "_", text).strip("._-")


def canvas_heading(lesson: str, headings: Sequence[str]) -> str:
    """The heading that Canvas gave to this lesson, else the lesson's name."""
    own = (h for h in headings if h == lesson or h.startswith(f"{lesson} ("))
    return next(own, lesson)
