"""Does every submission get the verdict it earned?"""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from grading.judge import judge, key_of
from grading.master import master_of
from grading.verdict import load
from tests.grading.open_place import OpenPlace
from tests.grading.tiny_lesson import EXERCISES_OF, LESSON, LESSONS
from utils.subject import Crashed

SECRET = 20_260_301
DOUBLE = "def double(x):\n    return 2 * x"
RIGHT = {"double": DOUBLE, "answer_six": "answer_six = 6", "written_why": "So it is."}
KILL = "import os\ndef double(x):\n    os._exit(0)"
ENDLESS = "def double(x):\n    while True:\n        pass"


@pytest.fixture(scope="module")
def master(tiny_course):
    return master_of(LESSON, tiny_course, EXERCISES_OF)


@pytest.fixture
def submit(tmp_path, master):
    """A function that hands in answers by grade_id, and more cells if wanted."""

    def make(own=(), **answers):
        notebook = deepcopy(master.notebook)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(name, cell.source)
        notebook.cells[2:2] = map(nbformat.v4.new_code_cell, own)
        nbformat.write(notebook, tmp_path / f"{LESSON}.ipynb")
        return tmp_path

    return make


@pytest.fixture
def judged(tiny_course):
    """A function that judges a folder."""

    def make(folder, student="ada", place=None):
        place = place or OpenPlace(seconds=3.0)
        return judge(student, LESSON, folder, SECRET, place, tiny_course, EXERCISES_OF)

    return make


def statuses(judged) -> list[str]:
    return [exercise.status for exercise in judged.verdict.exercises]


def outputs(judged, name) -> list:
    for cell in judged.notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            return cell.outputs
    raise LookupError(name)


@pytest.mark.parametrize(
    ("answers", "expected", "score"),
    [
        (RIGHT, ["right", "right", "by hand"], 3.0),
        ({}, ["not written", "wrong", "not written"], 0.0),
        (RIGHT | {"double": "def double(x"}, ["raised", "right", "by hand"], 1.0),
        (RIGHT | {"double": "# nothing"}, ["missing", "right", "by hand"], 1.0),
        (RIGHT | {"double": ENDLESS}, ["timed out", "right", "by hand"], 1.0),
        (RIGHT | {"double": KILL}, ["crashed", "right", "by hand"], 1.0),
        (
            RIGHT | {"double": f"{DOUBLE}\nwhile True:\n    pass"},
            ["right", "right", "by hand"],
            3.0,
        ),
        (
            RIGHT | {"answer_six": "import os\nanswer_six = 6\nos._exit(1)"},
            ["right", "right", "by hand"],
            3.0,
        ),
        (
            RIGHT | {"double": "def double(x):\n    return 1 / 0"},
            ["raised", "right", "by hand"],
            1.0,
        ),
    ],
)
def test_an_exercise_gets_its_status(judged, submit, answers, expected, score):
    result = judged(submit(**answers))
    if not answers:
        expected[1] = result.verdict.exercises[1].status
    assert statuses(result) == expected
    assert result.verdict.score == score
    nbformat.validate(result.notebook)


def test_a_mistake_is_named(judged, submit):
    wrong = RIGHT | {"double": "def double(x):\n    return 3 * x"}
    verdict = judged(submit(**wrong)).verdict.exercises[0]
    assert (verdict.status, verdict.misconception) == ("wrong", "thrice")
    assert verdict.hint == "Is it twice?"
    assert [line.status for line in verdict.cases] == ["wrong"] * 3


def test_what_ended_the_run_is_told(judged, submit):
    result = judged(submit(**RIGHT | {"double": f"{DOUBLE}\nwhile True: pass"}))
    (finding,) = result.verdict.findings
    assert "did not come to an end (timed out)" in finding
    assert result.notebook.cells[0].source.startswith("**About this submission**")


def test_the_same_submission_gets_the_same_verdict(judged, submit):
    text = 'def double(x):\n    raise ValueError(f"no {object()}")'
    folder = submit(**RIGHT | {"double": text})
    first, second = judged(folder), judged(folder)

    def timeless(result):
        exercises = [replace(e, seconds=0.0) for e in result.verdict.exercises]
        return replace(result.verdict, exercises=tuple(exercises), seconds=0.0)

    assert timeless(first) == timeless(second)
    assert first.notebook == second.notebook


def test_every_learner_gets_other_cases(judged, submit):
    folder = submit(**RIGHT)
    ada, ben = judged(folder), judged(folder, "ben")
    names = [
        {line.name for line in result.verdict.exercises[0].cases}
        for result in (ada, ben)
    ]
    assert names[0].isdisjoint(names[1])


def test_the_key_is_known_without_judging(judged, submit, tiny_course):
    folder = submit(**RIGHT)
    arguments = (LESSON, folder, SECRET, tiny_course, EXERCISES_OF)
    key = judged(folder).verdict.key
    assert key == key_of("ada", *arguments)
    assert key != key_of("ben", *arguments)
    submit(**RIGHT | {"double": DOUBLE + "  # changed"})
    assert key != key_of("ada", *arguments)


def test_a_verdict_survives_being_written(judged, submit, tmp_path):
    verdict = judged(submit(**RIGHT)).verdict
    verdict.save(tmp_path / "verdict.json")
    assert load(tmp_path / "verdict.json") == verdict


def test_the_secret_stands_nowhere(judged, submit):
    result = judged(submit(**RIGHT))
    text = nbformat.writes(result.notebook) + repr(result.verdict)
    assert str(SECRET) not in text
    assert "use_class_seed" not in text


@pytest.mark.parametrize(
    ("content", "status"), [("{cut off", "unreadable"), (None, "missing")]
)
def test_where_there_is_nothing_to_grade_it_says_so(
    judged, tmp_path, master, content, status
):
    if content is not None:
        (tmp_path / f"{LESSON}.ipynb").write_text(content)
    result = judged(tmp_path)
    assert statuses(result) == [status] * 3
    assert result.verdict.score == 0
    assert result.verdict.findings
    assert outputs(result, "check_double")[0].data["text/plain"] == "0.0"


def test_outputs_are_kept_and_the_card_follows(judged, submit):
    place = OpenPlace(
        outputs=lambda cell: [
            {"output_type": "stream", "name": "stdout", "text": f"ran {cell[:10]}"},
            {"output_type": "display_data", "data": {"text/html": "<script>"}},
        ]
    )
    result = judged(submit(**RIGHT), place=place)
    assert [o.text for o in outputs(result, "double")] == ["ran def double"]
    (card,) = outputs(result, "check_double")
    assert card.data["text/plain"] == "2.0"
    assert "Right: 2 of 2 points" in card.data["text/html"]


def test_markup_in_an_error_stays_text_in_the_card(judged, submit):
    text = "def double(x):\n    raise ValueError('<script>alert(1)</script>')"
    result = judged(submit(**RIGHT | {"double": text}))
    (card,) = outputs(result, "check_double")
    assert "<script" not in card.data["text/html"]
    assert "&lt;script&gt;" in card.data["text/html"]


def test_a_fault_of_the_check_is_the_instructors(judged, submit, monkeypatch):
    def fail(rng):
        raise KeyError("a bug")

    broken = LESSONS[LESSON] | {
        "07.double": replace(LESSONS[LESSON]["07.double"], cases=fail)
    }
    monkeypatch.setattr("grading.judge.master_of", with_exercises(broken))
    result = judged(submit(**RIGHT))
    assert statuses(result) == ["crashed", "right", "by hand"]
    assert "The check of 07.double itself failed" in result.verdict.findings[-1]


def with_exercises(exercises):
    return lambda *arguments: replace(master_of(*arguments), exercises=exercises)


def test_similar_code_has_one_digest(judged, submit):
    renamed = 'def double(number):\n    """Twice."""\n    return 2 * number  # yes'
    digests = [
        judged(submit(**RIGHT | {"double": text})).verdict.source_digests
        for text in (DOUBLE, renamed, "def double(x):\n    return x + x")
    ]
    assert digests[0] == digests[1] != digests[2]
    assert set(digests[0]) == {"07.double"}


def test_the_stub_has_no_digest(judged, submit):
    assert judged(submit()).verdict.source_digests == {}


@pytest.fixture
def with_own_test(tmp_path):
    """A folder of lessons in which an instructor has added a test."""
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    text = (Path(__file__).parent / "tiny_course" / f"{LESSON}.py").read_text("utf-8")
    header = '# %% nbgrader={"grade": true, "grade_id": "mine", "points": 4}'
    (lessons / f"{LESSON}.py").write_text(f"{text}\n{header}\nassert double(2) == 4\n")
    return lessons


def test_an_instructors_own_test_earns_nothing_where_nothing_can_be_read(
    tmp_path, with_own_test
):
    folder = tmp_path / "handed_in"
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").write_text("{cut off")
    result = judge(
        "ada", LESSON, folder, SECRET, OpenPlace(), with_own_test, EXERCISES_OF
    )
    own = result.verdict.exercises[-1]
    assert (own.id, own.score, own.points) == ("mine", 0.0, 4.0)
    (output,) = outputs(result, "mine")
    assert output["data"]["text/plain"] == "0.0"


def test_an_instructors_own_test_is_run_and_marked(submit, with_own_test):
    lessons, folder = with_own_test, submit(**RIGHT)
    for place, score in ((OpenPlace(), 4.0), (Dead(), 0.0)):
        result = judge("ada", LESSON, folder, SECRET, place, lessons, EXERCISES_OF)
        own = result.verdict.exercises[-1]
        assert (own.id, own.score, own.points) == ("mine", score, 4.0)
    assert result.verdict.own_tests == ("mine",)
    assert not any("own" in finding for finding in result.verdict.findings)


class Dead(OpenPlace):
    """A place where everything crashes."""

    def run(self, cells, seconds):
        raise Crashed("gone")


def test_a_place_where_nothing_runs_gives_verdicts_too(judged, submit):
    result = judged(submit(**RIGHT), place=Dead())
    assert statuses(result) == ["crashed", "crashed", "by hand"]


def test_a_verdict_is_plain_data(judged, submit, tmp_path):
    judged(submit(**RIGHT)).verdict.save(tmp_path / "v.json")
    data = json.loads((tmp_path / "v.json").read_text("utf-8"))
    assert data["exercises"][0]["cases"][0]["status"] == "right"
