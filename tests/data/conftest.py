"""Isolation for the tests of `utils.data`: a cache of their own, no network, no memory
of earlier notices or failures."""

import functools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from utils.data import batches, builtin, cache, download, notice

RECORDS = 20  # in each batch of the tiny data sets made here


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(notice, "_shown", set())
    monkeypatch.setattr(download, "_given_up", {})
    monkeypatch.setattr(
        cache, "_writable", functools.cache(cache._writable.__wrapped__)
    )


@pytest.fixture
def tiny(monkeypatch):
    """Batches of 20 records instead of 10,000, and few built-in pictures."""
    monkeypatch.setattr(batches, "BATCH", RECORDS)
    monkeypatch.setattr(builtin, "N_TRAIN", 60)
    monkeypatch.setattr(builtin, "N_TEST", 30)


class _Handler(BaseHTTPRequestHandler):
    """Serves `server.files`, badly where `server.faults` says so."""

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers.get("Range")))
        body = server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = 0
        asked = self.headers.get("Range")
        if asked and self.path not in server.without_range:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/*")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        allowed = server.cuts.get(self.path, [])
        self.wfile.write(body[start : start + allowed.pop(0) if allowed else None])

    def log_message(self, *_):
        """Say nothing on stderr."""


@pytest.fixture
def server(monkeypatch):
    """A local HTTP server: put bytes into `files`, by path; read `requests`.

    `cuts[path]` lists how many bytes the next answers send before they break off;
    paths in `without_range` answer with the whole file whatever part is asked for.
    """
    monkeypatch.delenv("COURSE_OFFLINE")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    state = SimpleNamespace(files={}, requests=[], cuts={}, without_range=set())
    vars(http).update(vars(state))
    state.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=[0.02])
    thread.start()
    yield state
    http.shutdown()
    thread.join()
    http.server_close()
