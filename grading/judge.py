"""From a submission to a verdict: the learner's code runs elsewhere, we decide here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from time import monotonic

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from grading.build import ExercisesOf
from grading.course import SOLUTIONS
from grading.graft import Graft, graft
from grading.keys import key
from grading.master import Master, master_of
from grading.outputs import safe_list, safe_outputs, safe_text
from grading.places import Place
from grading.session import Session
from grading.submission import Submission, read_submission
from grading.verdict import ExerciseVerdict, Line, Verdict
from utils.checks.card import as_html, as_text
from utils.checks.evaluate import Outcome, Report, evaluate
from utils.checks.exercise import Exercise
from utils.checks.notebook import seed_of
from utils.exercises import of_lesson
from utils.sources import digest_of, names_defined, source_of_names

LONGEST_MESSAGE = 1_000
BY_ITSELF = "This test is the instructor's own: it ran beside the learner's code."


@dataclass(frozen=True)
class Judged:
    """A verdict, and the notebook with outputs and cards that goes with it."""

    verdict: Verdict
    notebook: NotebookNode


def judge(
    student: str,
    lesson: str,
    submission: Path,
    secret: int,
    place: Place,
    solutions: Path = SOLUTIONS,
    exercises_of: ExercisesOf = of_lesson,
) -> Judged:
    """Grade what a learner handed in for a lesson; never raises on what that is.

    `submission` is the folder; `secret` is the class's: with the learner and the
    exercise it gives the seed of the cases.
    """
    start = monotonic()
    master = master_of(lesson, solutions, exercises_of)
    read = read_submission(submission, lesson)
    judging = Judging(master, read, f"{secret}:{student}")
    exercises = tuple(judging.exercises(place))
    notebook = judging.notebook(exercises)
    verdict = judging.verdict(student, lesson, exercises, place)
    return Judged(replace(verdict, seconds=round(monotonic() - start, 3)), notebook)


def key_of(
    student: str,
    lesson: str,
    submission: Path,
    secret: int,
    solutions: Path = SOLUTIONS,
    exercises_of: ExercisesOf = of_lesson,
) -> str:
    """The key that the verdict on a submission would have, without judging it."""
    master = master_of(lesson, solutions, exercises_of)
    return key(read_submission(submission, lesson), master, f"{secret}:{student}")


class Judging:
    """One submission on its way to a verdict."""

    def __init__(self, master: Master, read: Submission, seed: str):
        self.master, self.read, self.seed = master, read, seed
        self.graft: Graft = graft(read.cells or [], read.kernel, master)
        nothing = read.cells is None
        self.findings = [*read.findings, *(() if nothing else self.graft.findings)]
        self.cells = self.graft.cells
        self.source = cache(partial(source_of_names, self.cells))
        self.session: Session | None = None
        self.own: list[str] = []

    def exercises(self, place: Place) -> Iterator[ExerciseVerdict]:
        """The verdict on each exercise, and on each test of the instructor's own."""
        if self.read.cells is None:
            yield from map(self.nothing_there, self.master.exercises.values())
            yield from self.own_tests()
            return
        own = [n for n, number in enumerate(self.graft.run) if number in self.graft.own]
        with Session(place, self.cells, own) as self.session:
            self.findings += self.troubles()
            for exercise in self.master.exercises.values():
                yield self.verdict_on(exercise)
            yield from self.own_tests()

    def nothing_there(self, exercise: Exercise) -> ExerciseVerdict:
        said = self.read.findings[-1]
        status = self.read.status
        return ExerciseVerdict(
            exercise.id, exercise.points, 0.0, status, card_text=safe_text(said)
        )

    def troubles(self) -> list[str]:
        """The finding that the cells did not come to their end, and what was done."""
        trouble = self.session.trouble
        if trouble is None:
            return []
        done = "of the learner's cells only what they define was run"
        if not self.session.complete:
            done = "each exercise was run alone"
        elif len(self.session.reduced) < len(self.session.own):
            numbers = [self.graft.run[n] + 1 for n in sorted(self.session.reduced)]
            done = (
                f"of cell {', '.join(map(str, numbers))} only what it defines was run"
            )
        return [f"The cells did not come to an end ({trouble.status}); {done}."]

    def verdict_on(self, exercise: Exercise) -> ExerciseVerdict:
        """Evaluate one exercise; a fault of the check itself is the instructor's."""
        if exercise.by_hand:
            return self.by_hand(exercise)
        start = monotonic()
        try:
            verdict = self.explained(from_report(self.evaluated(exercise)), exercise)
        except Exception as error:
            self.findings.append(
                f"The check of {exercise.id} itself failed ({error!r:.300}): tell who "
                "maintains the course, and grade this exercise by hand."
            )
            text = "The check itself failed; a person grades this exercise."
            verdict = ExerciseVerdict(
                exercise.id, exercise.points, 0.0, "crashed", card_text=text
            )
        return replace(verdict, seconds=round(monotonic() - start, 3))

    def evaluated(self, exercise: Exercise) -> Report:
        names = exercise.object_names
        subject = self.session.subject(names, exercise.seconds)
        source = self.source(names)
        return evaluate(exercise, subject, seed_of(exercise.id, self.seed), source)

    def explained(
        self, verdict: ExerciseVerdict, exercise: Exercise
    ) -> ExerciseVerdict:
        """The verdict, where names are missing because their cell raised an error."""
        if verdict.status != "missing" or not self.session.complete:
            return verdict
        errors = dict(zip(self.graft.run, self.session.errors, strict=True))
        for number, cell in enumerate(self.graft.notebook.cells):
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if errors.get(number) and self.defines(name, exercise.object_names):
                said = safe_text(f"The cell ended with {errors[number]}")
                return replace(verdict, status="raised", hint=said[:LONGEST_MESSAGE])
        return verdict

    def defines(self, name: str, wanted: tuple[str, ...]) -> bool:
        """Whether the answer cell of this grade_id is where some names belong."""
        if name not in self.master.names or self.kind(name) != "answer":
            return False
        stub = self.master.cells[self.master.names.index(name)].source
        return not names_defined(stub).isdisjoint(wanted)

    def by_hand(self, exercise: Exercise) -> ExerciseVerdict:
        """An answer that a person grades, unless there is none."""
        cell = next(n for n, e in self.master.checked.items() if e == exercise.id)
        status = "by hand"
        if cell in self.graft.missing:
            status = "missing"
        elif cell in self.graft.untouched:
            status = "not written"
        return ExerciseVerdict(exercise.id, exercise.points, 0.0, status)

    def own_tests(self) -> Iterator[ExerciseVerdict]:
        """The tests that an instructor added: they passed where they raised nothing.

        One that was not run did not pass: nbgrader gives full points to a test cell
        that has no output.
        """
        ran = self.session is not None and self.session.complete
        seen = self.session.errors if ran else ()
        errors = dict(zip(self.graft.run, seen, strict=False))
        for number, cell in enumerate(self.graft.notebook.cells):
            marks = cell.metadata.get("nbgrader", {})
            name = marks.get("grade_id", "")
            if name in self.master.names and self.kind(name) == "test":
                passed = errors.get(number) == ""
                points = float(marks["points"])
                self.own.append(name)
                yield ExerciseVerdict(
                    id=name,
                    points=points,
                    score=points if passed else 0.0,
                    status="right" if passed else "wrong",
                    card_text=safe_text(errors.get(number) or BY_ITSELF),
                )

    def kind(self, name: str) -> str:
        return self.master.kinds[self.master.names.index(name)]

    def digests(self, verdicts: tuple[ExerciseVerdict, ...]) -> dict[str, str]:
        """A digest of the code of each function that the learner wrote."""
        found = {}
        for verdict in verdicts:
            exercise = self.master.exercises.get(verdict.id)
            written = verdict.status not in ("not written", "missing", "unreadable")
            if written and exercise and exercise.kind == "function":
                found[exercise.id] = digest_of(self.source(exercise.object_names))
        return {name: digest for name, digest in found.items() if digest}

    def verdict(
        self,
        student: str,
        lesson: str,
        exercises: tuple[ExerciseVerdict, ...],
        place: Place,
    ) -> Verdict:
        """The verdicts on the exercises, and what else was seen, together."""
        return Verdict(
            student=student,
            lesson=lesson,
            exercises=exercises,
            findings=tuple(map(safe_text, self.findings)),
            own_tests=tuple(self.own),
            source_digests=self.digests(exercises),
            sandbox=place.name,
            key=key(self.read, self.master, self.seed),
        )

    def notebook(self, exercises: tuple[ExerciseVerdict, ...]) -> NotebookNode:
        """The graded notebook: outputs, a card after each check, and the findings."""
        notebook = self.graft.notebook
        if self.session is not None:
            shown = zip(
                self.graft.run, self.session.outputs, self.session.errors, strict=False
            )
            for number, outputs, error in shown:
                notebook.cells[number].outputs = safe_outputs(outputs, error)
        verdicts = {verdict.id: verdict for verdict in exercises}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            verdict = verdicts.get(self.master.checked.get(name, name))
            if verdict is not None and cell.cell_type == "code":
                cell.outputs = [*cell.outputs, *card_output(verdict, cell)]
        if self.findings:
            notebook.cells.insert(0, findings_cell(self.findings))
        return notebook


def from_report(report: Report) -> ExerciseVerdict:
    """What a verdict keeps of a report."""
    return ExerciseVerdict(
        id=report.exercise.id,
        points=float(report.exercise.points),
        score=float(report.score),
        status=report.status,
        cases=tuple(map(line_of, report.cases)),
        rules=tuple(map(line_of, report.rules)),
        misconception=report.diagnosis.name if report.diagnosis else "",
        hint=report.hint,
        card_html=safe_text(as_html(report)),
        card_text=safe_text(as_text(report)),
    )


def line_of(outcome: Outcome) -> Line:
    message = safe_text(outcome.message)[:LONGEST_MESSAGE]
    return Line(outcome.name, outcome.status, message)


def card_output(verdict: ExerciseVerdict, cell: NotebookNode) -> list[NotebookNode]:
    """The card as the result of a check cell; its plain text is the score.

    nbgrader takes the points from there. A cell that a person grades has none.
    """
    marks = cell.metadata.nbgrader
    if not marks.get("grade") or marks.get("solution"):
        return []
    data = {"text/plain": repr(float(verdict.score))}
    if verdict.card_html:
        data["text/html"] = verdict.card_html
    return [new_output("execute_result", data=data, execution_count=1)]


def findings_cell(findings: list[str]) -> NotebookNode:
    """A cell that tells the learner what was odd about the submission."""
    source = f"**About this submission**\n\n{safe_list(findings)}"
    return new_markdown_cell(source, id="about-this-submission")
