"""Pieces of an experiment: the learner's own where they are right, else a library's."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from utils.checks.exercise import Exercise


def borrow(exercise_id: str, own: Callable, *others: Callable) -> Callable:
    """The learner's function if it passes its check, else a library's version of it.

    `others` are what `check` is given beside it, where there is more. Says so in a line
    when the library steps in, so that an experiment can be run by someone who skipped
    an exercise. Raises LookupError where no library has it.
    """
    from utils.checks.notebook import LEARNERS_SEED, run
    from utils.exercises import find

    exercise = find(exercise_id)
    name = exercise.object_names[0]
    given = dict(zip(exercise.object_names, (own, *others), strict=True))
    if run(exercise, given, LEARNERS_SEED).status == "right":
        return own
    piece = of_library(exercise)
    print(f"{name} does not pass its check yet: a library's version stands in.")
    return piece


def borrow_earlier(stem: str, *names: str) -> list[Callable]:
    """What the learner wrote in an earlier lesson, where right, else a library's.

    `stem` is that lesson's (`"03_backpropagation"`); its notebook is looked for in the
    working directory, which is where a notebook runs. Only its definitions are run.
    Says in a line what came from where. Raises LookupError where no library has it.
    """
    from utils.exercises import find

    notebook = Path(f"{stem}.ipynb")
    cells, space = cells_of(notebook), {"__name__": stem}
    run_definitions(cells, space)
    pieces, own = [], []
    for name in names:
        exercise = find(f"{stem.partition('_')[0]}.{name}")
        if name in space and passes(exercise, space[name], cells):
            own.append(name)
            pieces.append(space[name])
        else:
            pieces.append(of_library(exercise))
    print(told(notebook, names, own))
    return pieces


def of_library(exercise: "Exercise") -> Callable:
    """A library's version of an exercise; raises LookupError where there is none."""
    name = exercise.object_names[0]
    if name not in exercise.objects:
        raise LookupError(
            f"no library has {name!r}: finish exercise {exercise.id} first"
        )
    return exercise.objects[name]


def cells_of(notebook: Path) -> list[str]:
    """The code of a notebook, experiments left out; nothing where it cannot be read."""
    import nbformat

    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (OSError, ValueError, nbformat.ValidationError):
        return []
    return [
        cell.source
        for cell in cells
        if cell.cell_type == "code"
        and "experiment" not in cell.metadata.get("tags", [])
    ]


def run_definitions(cells: list[str], space: dict[str, Any]) -> None:
    """Run imports, functions, classes and plain values; skip a cell that fails."""
    from utils.sources import only_definitions

    for cell in cells:
        with contextlib.suppress(Exception):
            exec(compile(only_definitions(cell), "<an earlier lesson>", "exec"), space)


def passes(exercise: "Exercise", own: Any, cells: list[str]) -> bool:
    """Whether something written in an earlier notebook passes its check."""
    from utils.checks.evaluate import evaluate
    from utils.checks.notebook import LEARNERS_SEED
    from utils.sources import source_of_names
    from utils.subject.local import local_subject

    subject = local_subject({exercise.object_names[0]: own}, exercise.seconds)
    source = source_of_names(cells, exercise.object_names)
    return evaluate(exercise, subject, LEARNERS_SEED, source).status == "right"


def told(notebook: Path, names: tuple[str, ...], own: list[str]) -> str:
    """One line that says which pieces are the learner's."""
    if not notebook.exists():
        return (
            f"No {notebook} in this folder: PyTorch stands in for {', '.join(names)}."
        )
    others = [name for name in names if name not in own]
    parts = [f"Yours, from {notebook}: {', '.join(own)}."] if own else []
    if others:
        parts.append(f"Not passing its check yet, so PyTorch's: {', '.join(others)}.")
    return " ".join(parts)
