"""How a notebook writes to the channel itself: a cell of those that forge."""

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
