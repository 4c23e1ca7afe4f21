"""Does a run that was stopped go on where it was?"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from time import monotonic, sleep
from types import SimpleNamespace

import psutil
import pytest

from grading.class_run import one_writer
from grading.cli import ROOT
from grading.course import CannotGrade
from tests.class_run.conftest import new_class

COUNT = 12
STUDENTS = [f"s{number:02}" for number in range(COUNT)]


def until(condition):
    """Wait for something that happens soon."""
    end = monotonic() + 30
    while not condition():
        assert monotonic() < end, "it did not happen in 30 seconds"
        sleep(0.02)


SIGNALS = (signal.SIGINT, signal.SIGKILL)


@pytest.fixture(scope="module", params=SIGNALS, ids=lambda number: number.name)
def stopped(tmp_path_factory, request):
    """A class whose run got a signal half-way; its workers, and its last words."""
    a_class = new_class(tmp_path_factory.mktemp("stopped") / "course")
    for student in STUDENTS:
        a_class.hand_in(student, "slow 3")
    command = [sys.executable, "-m", "tests.class_run.interrupted", a_class.folder]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        until(lambda: len(a_class.gradebook) >= COUNT // 3)
        sleep(0.1)  # now the next submissions are in the middle of their run
        workers = psutil.Process(run.pid).children(recursive=True)
        os.kill(run.pid, request.param)
        words = run.communicate(timeout=30)[1]
    return SimpleNamespace(
        signal=request.param, a_class=a_class, workers=workers, last_words=words
    )


def test_no_worker_is_left_behind(stopped):
    assert stopped.workers
    with suppress(psutil.NoSuchProcess):
        until(lambda: not any(worker.is_running() for worker in stopped.workers))


def test_ctrl_c_says_how_to_go_on_and_nothing_else(stopped):
    if stopped.signal == signal.SIGINT:
        assert "Every verdict so far is kept" in stopped.last_words
        assert "run the same command again" in stopped.last_words
        assert "Traceback" not in stopped.last_words


def test_the_next_run_goes_on_and_ends_as_if_nothing_had_been(stopped, make_class):
    part, whole = stopped.a_class, make_class("whole")
    assert len(part.gradebook) < COUNT
    for student in STUDENTS:
        whole.hand_in(student, "fine 3")
    part.grade()
    assert part.gradebook == [f"{student} 3 right" for student in STUDENTS]
    assert sum(map(part.runs, STUDENTS)) <= COUNT + 4
    whole.grade()
    assert part.gradebook == whole.gradebook
    assert part.files().keys() == whole.files().keys()


def test_two_commands_never_grade_one_course_at_the_same_time(a_class):
    with (
        one_writer(a_class.folder),
        pytest.raises(CannotGrade, match="another command"),
    ):
        a_class.grade()
