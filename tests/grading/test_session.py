"""Is a submission graded for what is there, whatever its cells do?"""

import pytest

from grading.session import Session
from utils.subject import Crashed, TimedOut

HANG, CRASH, HANG_IN_CLASS = "HANG", "CRASH", "class Hang:\n    STAYS"


class PretendRun:
    def __init__(self, cells):
        self.cells, self.living = cells, True
        self.errors, self.outputs = [""] * len(cells), [[] for _ in cells]

    def subject(self, names, seconds):
        return tuple(self.cells)

    def alive(self):
        return self.living

    def close(self):
        self.living = False


class PretendPlace:
    """A place in which some words hang or crash; `tells` says which cell it was."""

    def __init__(self, tells=False):
        self.tells, self.runs = tells, 0

    def run(self, cells, seconds):
        self.runs += 1
        for number, cell in enumerate(cells):
            if any(word in cell for word in (HANG, CRASH, "STAYS")):
                trouble = Crashed("gone") if CRASH in cell else TimedOut(seconds)
                if self.tells:
                    trouble.cell = number
                raise trouble
        return PretendRun(cells)


def session(cells, tells=False):
    place = PretendPlace(tells)
    return place, Session(place, cells, range(1, len(cells)))


def test_cells_that_come_to_an_end_are_run_once():
    place, ran = session(["import numpy", "x = 1"])
    assert ran.trouble is None
    assert ran.subject(("x",), 1.0) == ("import numpy", "x = 1")
    assert place.runs == 1


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("word", [HANG, CRASH])
def test_a_cell_that_ends_the_run_keeps_what_it_defines(tells, word):
    _, ran = session(["import numpy", f"y = 2\n{word}()", "print(1)"], tells)
    assert ran.complete
    assert ran.trouble.status == ("timed out" if word == HANG else "crashed")
    assert ran.subject(("y",), 1.0)[:2] == ("import numpy", "y = 2")
    assert ran.subject(("y",), 1.0)[2] == ("print(1)" if tells else "")


def test_several_such_cells_are_found_one_by_one():
    place, ran = session(["a = 1", f"{HANG}()", f"{CRASH}()", "print(2)"], True)
    assert ran.subject(("a",), 1.0) == ("a = 1", "", "", "print(2)")
    assert place.runs == 3


def test_where_even_the_definitions_hang_exercises_are_run_alone():
    good = "def right(x):\n    return 2 * x"
    _, ran = session(["import numpy as np", good, HANG_IN_CLASS])
    assert not ran.complete
    assert ran.subject(("right",), 1.0) == ("import numpy as np", good)
    broken = ran.subject(("Hang",), 1.0)
    with pytest.raises(TimedOut):
        broken.value()
    assert ran.subject(("right",), 1.0) == ("import numpy as np", good)


def test_after_a_killed_process_the_next_exercise_gets_another():
    place, ran = session(["a = 1", "b = 2"])
    ran.run.close()
    assert ran.subject(("b",), 1.0) == ("a = 1", "b = 2")
    assert place.runs == 2


def test_a_run_is_ended_with_the_session():
    _, ran = session(["a = 1"])
    with ran:
        run = ran.run
    assert not run.alive()
