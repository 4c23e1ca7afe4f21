# ruff: noqa
"""Kills everything that it can see or guess, its own parents first."""

# %%
import os
import signal

for pid in [-1, os.getppid(), 0, 1, *range(2, 300)]:
    for number in (signal.SIGKILL, signal.SIGSTOP):
        if pid:
            try:
                os.kill(pid, number)
            except OSError:
                pass
