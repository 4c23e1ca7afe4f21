# ruff: noqa
"""Sends an endless stream, drop by drop."""

# %%
import json
import os
import struct
import sys


def channel():
    """The worker's own streams and the token of the request, from its frames."""
    frame = sys._getframe()
    while "sink" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["sink"].fileno(), frame.f_locals["request"]["token"]


def message(reply, arrays=(), data=b"", token=""):
    tree = {"token": token, "reply": reply}
    header = json.dumps({"tree": tree, "arrays": arrays}).encode()
    return struct.pack(">Q", len(header)) + header + data


def answer(reply, arrays=(), data=b""):
    sink, token = channel()
    os.write(sink, message(reply, arrays, data, token))


# %%
import time


def l1_distances(X_test, X_train):
    sink, token = channel()
    os.write(sink, message({"array": 0}, [["uint8", [1 << 20]]], b"", token))
    while True:
        os.write(sink, b"x")
        time.sleep(0.02)
