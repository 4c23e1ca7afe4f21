"""Does the trusted side keep its deadlines and its memory, whatever it is sent?"""

import io
import json
import os
import struct
import threading
from time import monotonic

import numpy as np
import pytest

from grading.process import Clock
from grading.sandbox import missing
from grading.sandbox.exchange import Exchange
from grading.sandbox.outputs import notebook_outputs
from utils.subject import TimedOut, wire


@pytest.fixture
def exchange():
    """An exchange whose far ends, `reads` and `writes`, belong to the test."""
    reads, sink = os.pipe()
    source, writes = os.pipe()
    made = Exchange(source, sink, reply_bytes=1 << 20)
    made.reads, made.writes = reads, writes
    yield made
    made.close()
    os.close(reads)
    os.close(writes)


def look(seconds):
    clock = Clock(seconds)
    clock.start()
    return clock.look


def framed(text: bytes) -> bytes:
    return struct.pack(">Q", len(text)) + text


def test_nobody_reading_is_a_time_out(exchange):
    start = monotonic()
    with pytest.raises(TimedOut):
        exchange.ask({"step": 1}, [np.zeros(1_000_000)], look(0.2))
    assert monotonic() - start < 2


def test_nobody_answering_is_a_time_out(exchange):
    with pytest.raises(TimedOut):
        exchange.ask({"step": 1}, [], look(0.2))


def test_a_reply_that_was_there_before_its_request_is_refused(exchange):
    reply = {"tree": {"token": "guessed", "reply": 1}, "arrays": []}
    os.write(exchange.writes, framed(json.dumps(reply).encode()))
    with pytest.raises(wire.NotData, match="belongs to no request"):
        exchange.ask({"step": 1}, [], look(5))


def test_a_reply_with_its_token_is_taken(exchange):
    def answer():
        request, _ = wire.read(lambda n: os.read(exchange.reads, n))
        reply = {"tree": {"token": request["token"], "reply": 7}, "arrays": []}
        os.write(exchange.writes, framed(json.dumps(reply).encode()))

    thread = threading.Thread(target=answer)
    thread.start()
    assert exchange.ask({"step": 1}, [], look(5)) == (7, [])
    thread.join()


def test_more_bytes_than_a_reply_may_have_are_refused(exchange):
    reply = {"tree": {}, "arrays": [["float64", [1 << 20]]]}
    os.write(exchange.writes, framed(json.dumps(reply).encode()))
    with pytest.raises(wire.NotData, match="at most 1048576"):
        exchange.ask({"step": 1}, [], look(5))


@pytest.mark.parametrize(
    "header",
    [
        b'{"tree": NaN, "arrays": []}',
        b'{"tree": 1e999, "arrays": []}',
        b'{"tree": 1, "arrays": [["uint8", [1000000000, 0]]]}',
        b'{"tree": [' + b"[]," * 2_100_000 + b'[]], "arrays": []}',
        b"[" * 100_000,
        b'{"tree": 1, "arrays": [[["float64"], [1]]]}',
        b'{"tree": 1, "arrays": {"a": 1}}',
    ],
    ids=lambda header: header[:24].decode(),
)
def test_a_header_that_takes_more_than_it_should_is_refused(header):
    with pytest.raises(wire.NotData):
        wire.read(io.BytesIO(framed(header)).read)


def test_a_truth_value_is_true_or_false_whatever_its_byte():
    data = framed(b'{"tree": 1, "arrays": [["bool", [3]]]}') + b"\x00\x02\xff"
    _, (array,) = wire.read(io.BytesIO(data).read)
    assert array.view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "part",
    [
        {"kind": "html", "text": "<b>"},
        {"kind": "figure", "png": np.zeros(100, np.uint8)},
        {"kind": "figure", "png": "iVBOR"},
        {"kind": ["stdout"]},
        "stdout",
        None,
    ],
)
def test_an_output_of_no_known_kind_is_left_out(part):
    assert notebook_outputs([part], 100, 2) == []


def test_outputs_are_cut_here_too():
    parts = [{"kind": "stdout", "text": "x" * 1000}] * 50
    kept = notebook_outputs(parts, 1000, 2)
    assert sum(len(output["text"]) for output in kept) < 3000


@pytest.mark.parametrize(
    ("platform", "word"), [("darwin", "macOS"), ("win32", "Windows")]
)
def test_elsewhere_one_is_told_to_use_a_container(platform, word, monkeypatch):
    monkeypatch.setattr(missing.sys, "platform", platform)
    assert word in missing.why_not()
    assert "grading/Containerfile" in missing.why_not()


def test_without_bubblewrap_one_is_told_how_to_install_it(monkeypatch):
    monkeypatch.setattr(missing.sys, "platform", "linux")
    monkeypatch.setattr(missing.shutil, "which", lambda name: None)
    assert "apt install bubblewrap" in missing.why_not()
    assert "dnf install bubblewrap" in missing.why_not()


def test_without_namespaces_one_is_told_what_to_allow(monkeypatch):
    monkeypatch.setattr(missing.sys, "platform", "linux")
    monkeypatch.setattr(missing.shutil, "which", lambda name: "bwrap")
    monkeypatch.setattr(missing, "trial", lambda program: "No permissions")
    assert "No permissions" in missing.why_not()
    assert "apparmor" in missing.why_not()
