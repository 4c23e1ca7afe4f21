# ruff: noqa
"""Writes wherever it can: over our modules, the grader's files, the devices."""

# %%
import os

for path in (
    "@FOLDER@/gradebook.db",
    "@FOLDER@/attacked",
    "@ROOT@/attacked",
    "/course/utils/__init__.py",
    "/course/inside/keeper.py",
    "/site-packages/numpy/__init__.py",
    "/usr/lib/attacked",
    "/dev/attacked",
    "/attacked",
    "/home/attacked",
    "/proc/sys/kernel/hostname",
    "/proc/self/oom_score_adj",
):
    try:
        with open(path, "w") as file:
            print("wrote", path, file.write("attacked"))
    except OSError as error:
        print(error)
for call in (os.chroot, os.rmdir, os.mkdir):
    try:
        call("/attacked")
    except OSError as error:
        print(error)
