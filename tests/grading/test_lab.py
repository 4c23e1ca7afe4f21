"""A learner's answers outlive rebuilds, pulls, second starts and clean-ups."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import set_up
from grading import cli
from grading.lab import (
    changed_since_copied,
    copy_new,
    describe_changed,
    environment,
    jupyterlab,
)

ANSWERS = '{"answers": "three hours of work"}'


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("01_knn.ipynb", "02_linear.ipynb"):
        (folder / name).write_text('{"version": 1}')
    return folder


@pytest.fixture
def work(tmp_path: Path, notebooks: Path) -> Path:
    """A learner's folder in which the first lesson has been worked on."""
    folder = tmp_path / "work"
    copy_new(notebooks, folder)
    (folder / "01_knn.ipynb").write_text(ANSWERS)
    return folder


def answers(work: Path) -> str:
    return (work / "01_knn.ipynb").read_text()


def test_the_first_start_copies_every_lesson(tmp_path, notebooks):
    copies = copy_new(notebooks, tmp_path / "work")
    assert [copy.name for copy in copies] == ["01_knn.ipynb", "02_linear.ipynb"]
    assert copies[0].read_text() == '{"version": 1}'


def test_a_second_start_copies_nothing_and_keeps_answers(notebooks, work):
    assert copy_new(notebooks, work) == []
    assert answers(work) == ANSWERS


def test_an_updated_lesson_leaves_answers_alone_and_is_named(notebooks, work):
    (notebooks / "01_knn.ipynb").write_text('{"version": 2}')
    assert copy_new(notebooks, work) == []
    assert answers(work) == ANSWERS
    assert changed_since_copied(notebooks, work) == ["01_knn.ipynb"]


def test_an_updated_lesson_replaces_a_copy_that_nobody_has_touched(notebooks, work):
    (notebooks / "02_linear.ipynb").write_text('{"version": 2}')
    assert copy_new(notebooks, work) == [work / "02_linear.ipynb"]
    assert (work / "02_linear.ipynb").read_text() == '{"version": 2}'
    assert changed_since_copied(notebooks, work) == []


def test_the_glossary_lies_beside_the_lessons(notebooks, work):
    (notebooks / "glossary.md").write_text("# Glossary")
    assert copy_new(notebooks, work) == [work / "glossary.md"]


def test_an_unchanged_lesson_is_not_called_changed(notebooks, work):
    assert changed_since_copied(notebooks, work) == []
    assert describe_changed([]) == ""


def test_a_renamed_copy_makes_room_for_the_new_lesson(notebooks, work):
    (notebooks / "01_knn.ipynb").write_text('{"version": 2}')
    (work / "01_knn.ipynb").rename(work / "my_01_knn.ipynb")
    assert copy_new(notebooks, work) == [work / "01_knn.ipynb"]
    assert answers(work) == '{"version": 2}'
    assert (work / "my_01_knn.ipynb").read_text() == ANSWERS
    assert changed_since_copied(notebooks, work) == []


def test_a_new_lesson_joins_the_others(notebooks, work):
    (notebooks / "03_backpropagation.ipynb").write_text("{}")
    assert copy_new(notebooks, work) == [work / "03_backpropagation.ipynb"]


def test_nothing_but_lessons_and_the_record_is_left_behind(work):
    names = sorted(path.name for path in work.iterdir())
    assert names == [".originals.json", "01_knn.ipynb", "02_linear.ipynb"]


@pytest.mark.parametrize("record", ["", "not JSON", "[1, 2]"])
def test_a_damaged_record_stops_nothing(notebooks, work, record):
    (work / ".originals.json").write_text(record)
    assert changed_since_copied(notebooks, work) == []
    assert copy_new(notebooks, work) == []


def test_copies_are_made_where_the_file_system_has_no_links(
    tmp_path, notebooks, monkeypatch
):
    def no_links(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    copies = copy_new(notebooks, tmp_path / "elsewhere")
    assert copies[0].read_text() == '{"version": 1}'


def test_an_answer_saved_while_copying_wins(tmp_path, notebooks, monkeypatch):
    work = tmp_path / "work"
    make_link = os.link

    def save_then_link(source, target):
        Path(target).write_text(ANSWERS)
        make_link(source, target)

    monkeypatch.setattr(os, "link", save_then_link)
    assert copy_new(notebooks, work) == []
    assert answers(work) == ANSWERS


def test_clean_leaves_answers_and_the_class(work, notebooks, monkeypatch, capsys):
    root = work.parent
    submission = root / "grading" / "course" / "submitted" / "ada" / "01_knn.ipynb"
    seed = root / "grading" / "course" / "class_seed"
    for path in (submission, seed, root / ".venv" / "pyvenv.cfg"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept?")
    monkeypatch.setattr(set_up, "ROOT", root)
    set_up.clean()
    assert answers(work) == ANSWERS
    assert submission.exists()
    assert seed.exists()
    assert not (root / ".venv").exists()
    assert "Left as it is: work/" in capsys.readouterr().out


def test_lab_says_in_one_line_what_changed_and_opens_the_learners_folder(
    notebooks, work, monkeypatch
):
    opened = []
    (notebooks / "01_knn.ipynb").write_text('{"version": 2}')
    monkeypatch.setattr(cli, "NOTEBOOKS", notebooks)
    monkeypatch.setattr(cli, "WORK", work)
    monkeypatch.setattr("grading.lab.open_lab", lambda *given: opened.append(given))
    result = CliRunner().invoke(cli.app, ["lab", "--no-browser"])
    assert result.output.splitlines() == [describe_changed(["01_knn.ipynb"])]
    assert opened == [(work, ["--no-browser"])]


def test_a_course_without_notebooks_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "NOTEBOOKS", tmp_path)
    result = CliRunner().invoke(cli.app, ["lab"])
    assert result.exit_code == 1
    assert "run `make build`" in result.output
    assert "Traceback" not in result.output


def test_jupyterlab_opens_the_learners_folder_and_asks_no_news(tmp_path):
    command = jupyterlab(tmp_path, ["--no-browser"])
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--LabApp.news_url=None" in command
    assert command[-1] == "--no-browser"


def test_programs_of_the_course_come_first_on_the_path():
    assert shutil.which("course", path=environment()["PATH"]) is not None
