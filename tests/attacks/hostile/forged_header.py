# ruff: noqa
"""Announces a header of 2^60 bytes, then sends one without end."""

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
def l1_distances(X_test, X_train):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 60))
    while True:
        os.write(sink, b"[" * 4096)


def predict_labels(distances, y_train, k):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 24) + b"[" * (1 << 24))


def choose_k(accuracies, ks):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 23) + b"[" + b"{}," * (1 << 22))
