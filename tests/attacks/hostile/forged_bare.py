# ruff: noqa
"""Sends bare NaN and infinity, which JSON does not have."""

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
    sink, token = channel()
    text = f'{{"tree": {{"token": "{token}", "reply": 1e999}}, "arrays": []}}'
    os.write(sink, struct.pack(">Q", len(text)) + text.encode())


def predict_labels(distances, y_train, k):
    sink, token = channel()
    text = f'{{"tree": {{"token": "{token}", "reply": NaN}}, "arrays": []}}'
    os.write(sink, struct.pack(">Q", len(text)) + text.encode())
