"""The channel of a notebook: the workbench is in the same process."""

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import numpy as np

from utils.subject.subject import Subject
from utils.subject.troubles import TimedOut
from utils.subject.workbench import Workbench


class TimeIsUp(BaseException):
    """Raised inside the learner's code; no `except Exception` there can stop it."""


class LocalChannel:
    """Steps go to a workbench in this process; arrays are copied both ways.

    `seconds` is the time for all steps together. It is watched in the main thread only;
    elsewhere an endless loop has to be interrupted by hand.
    """

    def __init__(self, objects: dict[str, Any], seconds: float):
        self.workbench = Workbench(objects)
        self.seconds = seconds
        self.end = monotonic() + seconds

    def send(self, tree: Any, arrays: list[np.ndarray]) -> tuple[Any, list]:
        try:
            with alarm(self.end - monotonic()):
                reply, results = self.workbench.perform(
                    tree, [a.copy() for a in arrays]
                )
                return reply, [array.copy() for array in results]
        except TimeIsUp:
            raise TimedOut(self.seconds) from None


def local_subject(objects: dict[str, Any], seconds: float = 60.0) -> Subject:
    """A subject for objects of this process."""
    return Subject(LocalChannel(objects, seconds), tuple(objects))


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in the block when the time is up, and again if it is swallowed."""
    if seconds <= 0:
        raise TimeIsUp
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with (signal_alarm if hasattr(signal, "SIGALRM") else thread_alarm)(seconds):
        yield


@contextmanager
def signal_alarm(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def thread_alarm(seconds: float) -> Iterator[None]:
    """For Windows: a second thread interrupts the first."""
    rung = threading.Event()

    def ring() -> None:
        rung.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, ring)
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if rung.is_set():
            raise TimeIsUp from None
        raise
    finally:
        timer.cancel()
