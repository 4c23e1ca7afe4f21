# ruff: noqa
"""Answers one request by forgery and never reads the next."""

# %% [forging.py]

# %%
import time


def l1_distances(X_test, X_train):
    answer({"dict": [["value", None], ["printed", ""], ["printed_length", 0]]})
    time.sleep(1000)
