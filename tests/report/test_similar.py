"""Does similarity find copies, and leave alone what everybody writes?"""

import numpy as np

from grading.report.side_by_side import side_by_side
from grading.report.similar import groups_of, rare_limit, similar_pairs, tokens_of
from tests.report.synthetic import ODD, RENAMED, STUB, USUAL, Room, room, with_copy

EXERCISE = "01.l2_one_loop"


def names(pairs):
    return [(pair.first.student, pair.second.student) for pair in pairs]


def all_with(original: Room, code: str) -> Room:
    """The class, in which everybody wrote the same."""
    return Room(original.verdicts, dict.fromkeys(original.answers, code))


def test_a_renamed_copy_is_found_among_a_hundred():
    classroom = with_copy(room(100), "learner0003", "learner0007", EXERCISE)
    pairs = similar_pairs(classroom.verdicts, classroom.sources)
    assert names(pairs) == [("learner0003", "learner0007")]
    assert pairs[0].matches[0].exercise == EXERCISE
    assert pairs[0].matches[0].alike == 1


def test_independent_answers_are_left_alone():
    classroom = room(300, seed=1)
    assert similar_pairs(classroom.verdicts, classroom.sources) == []


def test_what_most_of_the_class_wrote_is_left_alone():
    head = STUB.format(function="l2_one_loop")
    classroom = all_with(room(30), head + USUAL)
    assert similar_pairs(classroom.verdicts, classroom.sources) == []


def test_short_answers_are_left_alone():
    classroom = all_with(room(3), "def f(x):\n    return x[::-1] ** 3.25 - 17\n")
    assert similar_pairs(classroom.verdicts, classroom.sources) == []


def test_answers_that_were_not_written_are_left_alone():
    classroom = room(2)
    odd = dict.fromkeys(classroom.answers, ODD.format(**RENAMED))
    by_hand = [v for v in classroom.verdicts]
    pairs = similar_pairs(by_hand, Room(by_hand, odd).sources)
    found = {match.exercise for pair in pairs for match in pair.matches}
    assert "01.written_shift" not in found


def test_a_copy_with_a_line_more_is_found():
    classroom = with_copy(room(50), "learner0003", "learner0007", EXERCISE)
    code = classroom.answers["learner0007", EXERCISE]
    longer = code.replace("    return", "    assert result.ndim == 2\n    return")
    classroom.answers["learner0007", EXERCISE] = longer
    pairs = similar_pairs(classroom.verdicts, classroom.sources)
    assert names(pairs) == [("learner0003", "learner0007")]


def test_three_who_share_code_are_one_group():
    classroom = with_copy(room(50), "learner0003", "learner0007", EXERCISE)
    classroom = with_copy(classroom, "learner0003", "learner0009", EXERCISE)
    groups = groups_of(similar_pairs(classroom.verdicts, classroom.sources))
    assert len(groups) == 1
    assert len(groups[0]) == 3


def test_comments_docstrings_layout_and_names_do_not_count():
    one = 'def f(a):\n    """Say."""\n    b = (a +\n         1)  # add\n    return b\n'
    two = "def f(x):\n    y = x + 1\n    return y\n"
    plain = [
        [token if token.startswith("v_") is False else "v" for token in tokens_of(code)]
        for code in (one, two)
    ]
    assert plain[0] == plain[1]


def test_code_that_does_not_parse_has_tokens_all_the_same():
    assert tokens_of("def f(:\n  return np.sum(a) # so\n") == (
        *("def", "v_f", "(", ":", "return", "np", ".", "sum", "(", "v_a", ")"),
    )


def test_hostile_code_is_only_read():
    deep = "-" * 19_000 + "1", "a" + ".b" * 9_000, "not " * 4_000 + "x", "(" * 5_000
    for code in ("\x00", "f'{" * 500, "é" * 30_000, "'\\d' is 1", "\ud800", *deep):
        tokens_of(code)


def test_lines_are_paired_whatever_their_names():
    rows = side_by_side("a = b + 1\nreturn a", "# note\nx = y + 1\nreturn a")
    assert rows == [
        ("", "# note", "different"),
        ("a = b + 1", "x = y + 1", "renamed"),
        ("return a", "return a", "same"),
    ]


def test_the_usual_way_is_what_more_than_a_few_wrote():
    limits = [rare_limit(size) for size in (10, 100, 1000)]
    assert limits == sorted(limits)
    assert np.all(np.array(limits) < [10, 100, 1000])
