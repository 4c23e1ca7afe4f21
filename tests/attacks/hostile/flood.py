# ruff: noqa
"""Floods every output there is, in cells and in calls."""

# %%
import os
import sys

line = "flood" * 1000
for _ in range(10_000):
    print(line)
    sys.stderr.write(line)
os.write(1, b"flood" * 1000)
# %%
"flood" * 1_000_000
# %%
raise ValueError("flood" * 1_000_000)


# %%
def l1_distances(X_test, X_train):
    for _ in range(1000):
        print(line)
    raise ValueError(line * 1000)
