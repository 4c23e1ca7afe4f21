"""Is learner's code stopped when its time is up, and is everything tidy afterwards?"""

import signal
import sys
import threading
import time

import pytest

from utils.subject import TimedOut
from utils.subject.local import alarm, local_subject
from utils.subject.troubles import TimeIsUp


def spins():
    while True:
        pass


def swallows():
    while True:
        try:  # noqa: SIM105
            spins()
        except:  # noqa: E722
            pass


def swallows_finally():
    while True:
        try:
            spins()
        finally:
            continue  # noqa: B012


@pytest.mark.parametrize("endless", [spins, swallows, swallows_finally, time.sleep])
def test_endless_code_is_stopped_soon(endless):
    arguments = (60,) if endless is time.sleep else ()
    start = time.monotonic()
    with pytest.raises(TimedOut, match=r"still running after 0\.2 seconds"):
        local_subject({"endless": endless}, 0.2)(*arguments)
    assert time.monotonic() - start < 10


def test_everything_is_as_before_afterwards():
    before = signal.getsignal(signal.SIGALRM), sys.stdout, sys.stderr
    for _ in range(5):
        with pytest.raises(TimedOut):
            local_subject({"endless": swallows}, 0.05)()
    assert (signal.getsignal(signal.SIGALRM), sys.stdout, sys.stderr) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_all_steps_share_one_budget():
    subject = local_subject({"sleep": lambda: time.sleep(0.15)}, 0.4)
    with pytest.raises(TimedOut):
        for _ in range(4):
            subject()


def test_what_the_check_does_between_two_steps_is_not_counted():
    subject = local_subject({"quick": lambda: 1}, 0.3)
    subject()
    time.sleep(0.4)
    assert subject() == 1


def test_no_time_left_means_no_call():
    with pytest.raises(TimeIsUp), alarm(0):
        pytest.fail("it was called")


def test_the_courses_own_objects_have_no_clock():
    left = {"left": lambda: signal.getitimer(signal.ITIMER_REAL)[0]}
    assert local_subject(left)() == 0
    assert 0 < local_subject(left, 5)() <= 5


def test_another_thread_runs_without_an_alarm():
    results = []
    subject = local_subject({"quick": lambda: 1}, 5)
    thread = threading.Thread(target=lambda: results.append(subject()))
    thread.start()
    thread.join()
    assert results == [1]
