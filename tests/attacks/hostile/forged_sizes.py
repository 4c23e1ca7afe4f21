# ruff: noqa
"""Announces sizes that are huge, negative or no numbers."""

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
NAMES = iter(
    [
        [["float64", [1 << 50, 1 << 50]]],
        [["float64", [-1, 8]]],
        [["float64", [1 << 27, 1 << 3]]],
        [["uint8", [1 << 30, 0]]],
        [["float64", [1.5]]],
        [["object", [1]]],
        [[["float64"], "x"]],
    ]
)


def l1_distances(X_test, X_train):
    answer({"array": 0}, next(NAMES))
    os._exit(0)


l2_distances_two_loops = l2_distances_one_loop = l2_distances_no_loops = l1_distances
predict_labels = cross_validate = choose_k = l1_distances
