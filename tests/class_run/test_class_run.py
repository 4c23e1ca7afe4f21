"""Is every submission graded and recorded once, whatever the others do?"""

from dataclasses import replace

import pytest

from grading.course import CannotGrade
from tests.class_run import fakes


def students(count):
    return [f"s{number:02}" for number in range(count)]


def test_everyone_is_recorded_in_the_order_of_students(a_class):
    for student in reversed(students(6)):
        a_class.hand_in(student, "slow 1" if student == "s00" else "fine 2")
    tally = a_class.grade()
    assert (tally.judged, tally.recorded, tally.problems) == (6, 6, {})
    assert a_class.gradebook == ["s00 1 right"] + [
        f"{student} 2 right" for student in students(6)[1:]
    ]


def test_one_process_and_three_leave_the_same_bytes(make_class):
    one, three = make_class("one"), make_class("three")
    for a_class in (one, three):
        for number, student in enumerate(students(9)):
            a_class.hand_in(student, f"{'slow' if number % 4 == 0 else 'fine'} 3")
    one.grade(jobs=1)
    three.grade(jobs=3)
    assert one.files() == three.files()
    assert one.gradebook == three.gradebook


@pytest.mark.parametrize("harm", ["exit", "kill"])
def test_a_poisonous_submission_takes_no_other_with_it(a_class, harm):
    for student in students(8):
        a_class.hand_in(student, "fine 4")
    a_class.hand_in("s03", f"{harm} 9")
    tally = a_class.grade()
    expected = [f"{student} 4 right" for student in students(8)]
    expected[3] = "s03 0 crashed"
    assert a_class.gradebook == expected
    assert [job.student for job in tally.problems] == ["s03"]
    assert a_class.runs("s03") >= 2


def test_a_submission_whose_process_was_killed_once_keeps_its_score(a_class):
    for student in students(5):
        a_class.hand_in(student, "fine 4")
    a_class.hand_in("s02", "kill_once 7")
    tally = a_class.grade()
    assert a_class.gradebook[2] == "s02 7 right"
    assert len(a_class.gradebook) == 5
    assert not tally.problems


def test_a_submission_that_hangs_is_ended(a_class):
    a_class.hand_in("s00", "hang 9")
    a_class.hand_in("s01", "fine 4")
    a_class.grade(seconds=0.5)
    assert a_class.gradebook == ["s00 0 crashed", "s01 4 right"]


def test_an_error_of_the_grader_costs_nobody_points_and_is_tried_again(a_class):
    a_class.hand_in("s00", "raise 9")
    a_class.hand_in("s01", "fine 4")
    tally = a_class.grade()
    assert a_class.gradebook == ["s01 4 right"]
    (problem,) = tally.problems.values()
    assert "RuntimeError: a mistake of the grader's own" in problem
    a_class.grade()
    assert (a_class.runs("s00"), a_class.runs("s01")) == (2, 1)


def test_a_second_run_changes_nothing_and_says_so(a_class):
    for student in students(3):
        a_class.hand_in(student, "fine 4")
    a_class.hand_in("s01", "exit 4")
    a_class.grade()
    files, gradebook, runs = a_class.files(), a_class.gradebook, a_class.runs("s01")
    tally = a_class.grade()
    assert (tally.judged, tally.recorded) == (0, 0)
    assert (a_class.files(), a_class.gradebook) == (files, gradebook)
    assert a_class.runs("s01") == runs
    assert "Nothing to do: all 3 submissions have been graded." in a_class.printed


def test_only_a_submission_that_changed_is_run_again(a_class):
    for student in students(3):
        a_class.hand_in(student, "fine 4")
    a_class.grade()
    a_class.hand_in("s01", "fine 6")
    a_class.grade()
    assert [a_class.runs(student) for student in students(3)] == [1, 2, 1]
    assert a_class.gradebook[3:] == ["s01 6 right"]


def test_what_a_gradebook_made_anew_lacks_is_recorded_without_a_run(a_class):
    a_class.hand_in("s00", "fine 4")
    a_class.grade()
    fakes.gradebook(a_class.folder).unlink()
    a_class.grade()
    assert a_class.gradebook == ["s00 4 right"]
    assert a_class.runs("s00") == 1


def test_a_verdict_that_was_cut_off_is_made_again(a_class):
    a_class.hand_in("s00", "fine 4")
    a_class.grade()
    path = a_class.folder / "verdicts" / fakes.LESSON / "s00.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    a_class.grade()
    assert path.read_bytes() == whole


def test_a_sandbox_that_cannot_be_made_stops_the_run_with_its_reason(a_class):
    a_class.hand_in("s00", "fine 4")
    parts = replace(fakes.FAKES, make_place=fakes.no_place)
    with pytest.raises(FileNotFoundError, match="install bubblewrap"):
        a_class.grade(parts=parts)
    assert a_class.gradebook == []


def test_a_worker_that_cannot_start_blames_no_submission(a_class):
    a_class.hand_in("s00", "fine 4")
    parts = replace(fakes.FAKES, make_place=fakes.dead_place)
    with pytest.raises(CannotGrade, match="enough memory"):
        a_class.grade(parts=parts)
    assert a_class.files() == {}


def test_a_lesson_that_the_course_lacks_is_named(a_class):
    from grading.class_run import submissions_in

    with pytest.raises(CannotGrade, match="no lesson 99_none: expected one of 07_tiny"):
        submissions_in(a_class.folder, ["99_none"])
