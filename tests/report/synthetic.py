"""Classes that never were: verdicts and answers of learners of every kind, seeded."""

from dataclasses import dataclass, replace

import numpy as np

from grading.verdict import ExerciseVerdict, Line, Verdict

CASES = ("three points by hand", "4 test images, 5 training images", "one test image")
RULES = ("leaves its arguments as they are", "uses no Python loop")
MISTAKES = {
    "no square root": "Each value is the square of the right one. Which step is last?",
    "rows and columns exchanged": "Your table has a row for each training image.",
    "mean instead of sum": "Does the formula average over the pixels, or add them up?",
}
NAMES = ("l1_distances", "l2_two_loops", "l2_one_loop", "l2_no_loops", "predict_labels")
SAID = {
    "raised": "ValueError: operands could not be broadcast together",
    "timed out": "it took longer than 5 s",
    "crashed": "the process ended",
}


@dataclass(frozen=True)
class Room:
    """A class: its verdicts, and what each learner wrote."""

    verdicts: list[Verdict]
    answers: dict[tuple[str, str], str]

    def sources(self, verdict: Verdict, exercise: str) -> str:
        return self.answers[verdict.student, exercise]


def room(size: int, seed: int = 0, lesson: str = "01_knn") -> Room:
    """A class of this size, its learners from weak to strong."""
    rng = np.random.default_rng(seed)
    verdicts, answers = [], {}
    for number in range(size):
        student, strength = f"learner{number:04}", rng.beta(4, 2)
        exercises = [exercise(rng, f"01.{name}", strength) for name in NAMES]
        exercises.append(ExerciseVerdict("01.written_shift", 3.0, 0.0, "by hand"))
        odd = ("The check of l1_distances was edited.",) if rng.random() < 0.02 else ()
        seconds = float(rng.lognormal(0, 0.6))
        verdicts.append(
            Verdict(student, lesson, tuple(exercises), odd, seconds=seconds)
        )
        for one in exercises:
            answers[student, one.id] = answer(rng, one.id)
    return Room(verdicts, answers)


def exercise(
    rng: np.random.Generator, identity: str, strength: float
) -> ExerciseVerdict:
    """What becomes of one answer of a learner who is right with this probability."""
    kinds = ("right", "wrong", "not written", *SAID)
    weak = (1 - strength) * np.array([0.7, 0.15, 0.07, 0.05, 0.03])
    status = str(rng.choice(kinds, p=[strength, *weak]))
    if status == "wrong":
        return wrong(rng, identity)
    case = "right" if status == "right" else status
    lines = tuple(Line(name, case, SAID.get(status, "")) for name in CASES)
    rule = "right" if status == "right" else "not judged"
    points = 2.0 if status == "right" else 0.0
    rules = tuple(Line(name, rule) for name in RULES)
    card = f"<div><b>{status}</b> <code>{identity}</code></div>"
    return ExerciseVerdict(
        *(identity, 2.0, points, status, lines, rules),
        card_html=card,
        seconds=float(rng.lognormal(-2, 0.5)),
    )


def wrong(rng: np.random.Generator, identity: str) -> ExerciseVerdict:
    """An answer that is wrong in some cases, mostly by a mistake that is known."""
    failing = int(rng.integers(1, len(CASES) + 1))
    lines = tuple(
        Line(name, "wrong" if i < failing else "right", "row 0: expected 5, got 25")
        for i, name in enumerate(CASES)
    )
    mistake = str(rng.choice([*MISTAKES, ""], p=[0.4, 0.25, 0.15, 0.2]))
    score = round(2 * (1 - failing / len(CASES)), 2)
    card = "<div><b>wrong</b> <details><summary>Hint</summary>Look.</details></div>"
    return ExerciseVerdict(
        *(identity, 2.0, score, "wrong", lines, ()),
        misconception=mistake,
        hint=MISTAKES.get(mistake, ""),
        card_html=card,
    )


STUB = '''def {function}(X_test, X_train):
    """Distances between all test images and all training images.

    X_test: shape (N, D).  X_train: shape (M, D).  Returns distances, shape (N, M).
    """
'''
USUAL = """\
    distances = np.zeros((len(X_test), len(X_train)))
    for i, x in enumerate(X_test):
        distances[i] = np.sqrt(((x - X_train) ** 2).sum(axis=1))
    return distances
"""
START = (
    "{D} = np.zeros((len({X}), len({Y})))",
    "{D} = np.empty(({X}.shape[0], {Y}.shape[0]), dtype=float)",
    "{n}, {m} = {X}.shape[0], {Y}.shape[0]\n    {D} = np.zeros([{n}, {m}])",
    "{D} = np.full((len({X}), len({Y})), 0.0)",
)
LOOP = (
    "for {i} in range(len({X})):\n        {a} = {X}[{i}]",
    "for {i}, {a} in enumerate({X}):\n        {a} = {a}.astype(float)",
    "{i} = -1\n    while {i} + 1 < len({X}):\n        {i} += 1\n        {a} = {X}[{i}]",
    "for {i} in np.arange({X}.shape[0]):\n        {a} = {X}[{i}, :]",
)
DIFFERENCE = (
    "{d} = {Y} - {a}",
    "{d} = np.subtract({a}[None, :], {Y})",
    "{d} = np.abs({a} - {Y}[:, :])",
    "{d} = {a}[np.newaxis] - {Y}",
)
SQUARE = (
    "{s} = ({d} ** 2).sum(axis=1)",
    "{s} = np.sum(np.square({d}), axis=-1)",
    "{s} = np.einsum('ij,ij->i', {d}, {d})",
    "{s} = np.sum({d} * {d}, 1)",
)
END = (
    "{D}[{i}] = np.sqrt({s})",
    "{D}[{i}, :] = {s} ** 0.5",
    "{r} = np.power({s}, 0.5)\n        {D}[{i}] = {r}",
    "for {j} in range({s}.size):\n            {D}[{i}, {j}] = np.sqrt({s}[{j}])",
)
VARIABLES = ["D", "n", "m", "i", "a", "d", "s", "r", "j"]
WORDS = ("dist", "out", "rows", "k", "point", "diff", "sq", "root", "col", "t", "tmp")


def answer(rng: np.random.Generator, identity: str) -> str:
    """What somebody writes alone: the usual way, a short one, or one of their own."""
    head = STUB.format(function=identity.partition(".")[2])
    way = rng.random()
    if way < 0.3:
        return head + USUAL
    if way < 0.4:
        return f"{head}    return abs(X_test[:, None] - X_train).sum(2)\n"
    return head + own_way(rng)


def own_way(rng: np.random.Generator) -> str:
    """A body put together from one of the ways of doing each step."""
    names = dict(zip(VARIABLES, rng.permutation(WORDS), strict=False))
    steps = [str(rng.choice(way)) for way in (START, LOOP, DIFFERENCE, SQUARE, END)]
    indents = ("    ", "    ", "        ", "        ", "        ")
    lines = [a + b for a, b in zip(indents, steps, strict=True)]
    names |= {"X": "X_test", "Y": "X_train"}
    return "\n".join([*lines, "    return {D}"]).format(**names) + "\n"


ODD = """\
    {n} = X_train.shape[0] * 1
    {table} = np.tile(np.inf, (X_test.shape[0], {n}))
    for {q} in reversed(range(X_test.shape[0])):
        {left} = X_test[{q}].reshape(1, -1).repeat({n}, axis=0)
        {gap} = np.hypot.reduce({left} - X_train, axis=1, initial=0.0)
        {table}[{q}, ::-1] = {gap}[::-1]
    return np.ascontiguousarray({table})
"""
FIRST = dict(n="count", table="table", q="q", left="left", gap="gap")
RENAMED = dict(n="number", table="result", q="row", left="copies", gap="length")


def with_copy(original: Room, first: str, second: str, exercise: str) -> Room:
    """The class, with an odd answer of one learner copied by another, renamed."""
    head = STUB.format(function=exercise.partition(".")[2])
    copied = ODD.format(**RENAMED).replace("\n    for", "\n    # my loop\n    for")
    answers = {
        **original.answers,
        (first, exercise): head + ODD.format(**FIRST),
        (second, exercise): head + copied,
    }
    verdicts = [
        written(v, exercise) if v.student in (first, second) else v
        for v in original.verdicts
    ]
    return Room(verdicts, answers)


def written(verdict: Verdict, exercise: str) -> Verdict:
    """The verdict, with this exercise right."""
    return edited(verdict, exercise, status="right", score=2.0)


def edited(verdict: Verdict, exercise: str, **values: object) -> Verdict:
    """The verdict, with one exercise changed."""
    exercises = tuple(
        replace(one, **values) if one.id == exercise else one
        for one in verdict.exercises
    )
    return replace(verdict, exercises=exercises)
