"""Lesson 00 runs."""

from tests.solutions.running import run


def test_lesson_00_runs():
    assert run("00_start")["answer_numbers"] == 1_536_000
