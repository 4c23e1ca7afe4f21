# ruff: noqa
"""Starts threads without end, each of which waits."""

# %%
import threading
import time

while True:
    try:
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except RuntimeError:
        time.sleep(0.01)
