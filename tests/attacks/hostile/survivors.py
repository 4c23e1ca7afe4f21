# ruff: noqa
"""Leaves daemons behind: forked twice, in a session of their own, ignoring signals."""

# %%
import os
import signal
import time

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            while True:
                time.sleep(0.05)
        os._exit(0)
    os.wait()
