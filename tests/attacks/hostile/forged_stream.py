# ruff: noqa
"""Sends an endless stream, drop by drop."""

# %% [forging.py]

# %%
import time


def l1_distances(X_test, X_train):
    sink, token = channel()
    os.write(sink, message({"array": 0}, [["uint8", [1 << 20]]], b"", token))
    while True:
        os.write(sink, b"x")
        time.sleep(0.02)
