"""The parts that a class run is put together from; a test may put in others.

Those that run in a worker are found there by their name, so each is a function of a
module. What they need is imported when it is needed: a worker does not load what only
the recording needs.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat.v4 import writes

from grading.jobs import Grader, Result
from grading.places import Place
from grading.store import Job
from grading.verdict import Verdict
from grading.warm import MODULES

if TYPE_CHECKING:
    from grading.judge import Judged

Record = Callable[[Verdict, str], None]
"""Records a verdict with the text of its notebook."""


def judge(*submission: Any) -> "Judged":
    """Run one submission and compare (see `grading.judge.judge`)."""
    from grading.judge import judge

    return judge(*submission)


def make_place(grader: Grader, lesson: str) -> Place:
    """The sandbox with the libraries of a lesson; no walls by explicit choice only."""
    if grader.sandbox == "none":
        from grading.process import NoSandbox

        return NoSandbox()
    from grading.sandbox import Sandbox

    library = "torch" if imports_torch(lesson, grader.solutions) else "numpy"
    sandbox = Sandbox(library)
    sandbox.run(["pass"]).close()  # so that what is wrong with it shows now
    return sandbox


def imports_torch(lesson: str, solutions: Path) -> bool:
    """Whether what is graded of a lesson uses PyTorch; experiments are not graded."""
    from grading.master import master_of

    master = master_of(lesson, solutions)
    graded = zip(master.cells, master.kinds, strict=True)
    sources = [c.source for c, kind in graded if kind not in ("experiment", "prose")]
    lines = "\n".join(sources).splitlines()
    return any(line.startswith(("import torch", "from torch")) for line in lines)


def key_of(grader: Grader, job: Job) -> str:
    """The hash of all that a verdict depends on, without running anything."""
    from grading.judge import key_of

    return key_of(
        job.student, job.lesson, grader.path(job), grader.secret, grader.solutions
    )


def crashed(grader: Grader, job: Job, key: str, finding: str) -> Result:
    """The verdict on a submission that ended each process it was run in."""
    from grading.judge import Judging
    from grading.master import master_of
    from grading.submission import Submission

    nothing = Submission().refuse("crashed", finding)
    judging = Judging(master_of(job.lesson, grader.solutions), nothing, "")
    exercises = tuple(judging.exercises(None))
    verdict = Verdict(
        job.student,
        job.lesson,
        exercises,
        findings=(finding,),
        sandbox=grader.sandbox,
        key=key,
    )
    return Result(verdict, writes(judging.notebook(exercises)))


@contextmanager
def recorder(course: Path) -> Iterator[Record]:
    """The one writer of the gradebook (see `grading.recording.Recorder`)."""
    from grading.recording import Recorder

    with Recorder(course) as writer:
        yield writer.record


def in_gradebook(course: Path) -> set[Job]:
    """The submissions that the gradebook knows."""
    from grading.course import nbgrader_in

    if not (course / "gradebook.db").exists():
        return set()
    with nbgrader_in(course) as api, api.gradebook as gradebook:
        return {
            Job(assignment.name, submission.student.id)
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


@dataclass(frozen=True)
class Parts:
    """What a class run calls; the defaults are the course's own.

    `modules` are those that every worker needs.
    """

    judge: Callable[..., "Judged"] = judge
    make_place: Callable[[Grader, str], Place] = make_place
    key_of: Callable[[Grader, Job], str] = key_of
    crashed: Callable[[Grader, Job, str, str], Result] = crashed
    recorder: Callable[[Path], AbstractContextManager[Record]] = recorder
    in_gradebook: Callable[[Path], Iterable[Job]] = in_gradebook
    modules: tuple[str, ...] = MODULES
