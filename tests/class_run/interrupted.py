"""Grades a class of `fakes` in a process that a test interrupts.

python -m tests.class_run.interrupted COURSE
"""

import signal
import sys
from pathlib import Path

from grading.class_run import How, Stopped, grade_all
from tests.class_run import fakes

if __name__ == "__main__":
    # a process that a shell started in the background would not hear Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
    course = Path(sys.argv[1])
    how = How(2, sandbox="none", solutions=course / "solutions", parts=fakes.FAKES)
    try:
        grade_all(course, (), how)
    except Stopped as stopped:
        sys.exit(str(stopped))
