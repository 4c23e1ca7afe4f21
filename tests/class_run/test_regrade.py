"""Does a regrade show what it changes before anything is written?"""

import pytest


@pytest.fixture
def graded(a_class):
    """Three students with 1, 2 and 3 points, and a checker that was mended since."""
    for number, student in enumerate(("ann", "bob", "cy"), 1):
        a_class.hand_in(student, f"fine {number}")
    a_class.grade()
    a_class.set_checker(0.5)
    return a_class


def test_what_changes_is_shown_and_nothing_is_written_without_consent(graded):
    files, gradebook = graded.files(), graded.gradebook
    graded.regrade(agree=False)
    assert "The scores of 3 submissions change: 3 up" in graded.printed
    assert "Nothing was written" in graded.printed
    assert (graded.files(), graded.gradebook) == (files, gradebook)


def test_with_consent_the_new_verdicts_stand_and_are_recorded(graded):
    graded.regrade(agree=True)
    assert graded.gradebook[3:] == ["ann 1.5 right", "bob 2.5 right", "cy 3.5 right"]
    graded.grade()
    assert len(graded.gradebook) == 6
    assert "Nothing to do" in graded.printed


def test_the_question_is_asked_after_the_changes_were_shown(graded):
    from grading.class_run import regrade

    shown = []
    regrade(
        graded.folder, lambda: shown.append(graded.printed), (), graded.how,
        graded.console,
    )  # fmt: skip
    assert "3 up" in shown[0]


def test_consent_given_later_needs_no_second_run(graded):
    graded.regrade(agree=False)
    graded.regrade(agree=True)
    assert [graded.runs(student) for student in ("ann", "bob", "cy")] == [2, 2, 2]
    assert len(graded.gradebook) == 6


def test_where_nothing_has_changed_it_says_so_and_does_not_ask(a_class):
    a_class.hand_in("ann", "fine 1")
    a_class.grade()
    a_class.regrade(agree=None)
    assert "Nothing has changed: every verdict stands." in a_class.printed
