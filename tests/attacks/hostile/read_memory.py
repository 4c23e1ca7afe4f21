# ruff: noqa
"""Reads the memory of its parent and of the warm process, through /proc and ptrace."""

# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for pid in [os.getppid(), *range(2, 60)]:
    print(pid, libc.ptrace(16, pid, 0, 0), os.strerror(ctypes.get_errno()))
    try:
        print(open(f"/proc/{pid}/mem", "rb").read(100))
    except OSError as error:
        print(error)
# %%
secret = b"planted" + b"-"
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
    for line in maps:
        low, high = (int(n, 16) for n in line.split()[0].split("-"))
        if "rw" in line and high - low < 1 << 26:
            memory.seek(low)
            data = memory.read(high - low)
            if secret in data:
                at = data.index(secret)
                print("found", data[at : at + 60])
# %%
import gc
import sys

for thing in [*gc.get_objects(), *sys.modules.values()]:
    if type(thing) in (dict, list, tuple) and "planted" in str(thing)[:100_000]:
        print(thing)
