# ruff: noqa
"""Reads home, solutions, gradebook, class seed and a neighbour's work, by every way."""

# %%
import os


def show(path):
    try:
        print(path, os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError as error:
        print(path, error)


HOMES = ["/root", "/home", "/etc", "/etc/shadow", "/etc/passwd", "/proc/1/root", "/run"]
FILES = ["gradebook.db", "class_seed", "submitted/ann/01_knn.ipynb", "sources/01.py"]
for path in [*HOMES, "@ROOT@", "@ROOT@/solutions/01_knn.py", "@ROOT@/utils/exercises"]:
    show(path)
for name in FILES:
    show("@FOLDER@/" + name)
    show("/proc/self/root/@FOLDER@/" + name)
    show("/proc/self/cwd/../../../../@FOLDER@/" + name)
# %%
os.symlink("@FOLDER@/gradebook.db", "/tmp/link")
show("/tmp/link")
# %%
import importlib

for name in ("utils.exercises", "utils.checks", "grading", "solutions", "torch"):
    try:
        print(importlib.import_module(name))
    except ImportError as error:
        print(error)
