# ruff: noqa
"""Prints the environment, the command line and what /proc tells of other processes."""

# %%
import glob
import os

print(dict(os.environ))
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
    try:
        print(path, open(path, "rb").read())
    except OSError as error:
        print(error)
for path in ("/proc/self/mounts", "/proc/1/root", "/proc/sys/kernel/core_pattern"):
    try:
        print(open(path).read())
    except OSError as error:
        print(error)
