# ruff: noqa
"""Remembers what it was called with, to give the same again to another call."""

# %%
import numpy as np

calls = []


def l1_distances(X_test, X_train):
    calls.append((X_test, X_train))
    result = np.zeros((len(X_test), len(X_train)))
    for old_test, old_train in calls:
        if old_test.shape == X_test.shape and old_train.shape == X_train.shape:
            old_test[...] = X_test
            result[...] = old_test.flat[0]
    open("/tmp/memory", "a").write(repr(calls))
    return result


try:
    print("earlier:", open("/tmp/memory").read())
except OSError as error:
    print("nothing of an earlier run:", error)
