import hashlib
import socket
import time

import numpy as np
import pytest

from utils.data.download import Remote, fetch
from utils.data.images import DataError

BODY = np.random.default_rng(0).bytes(700_000)


def remote(*addresses, body=BODY):
    digest = hashlib.sha256(body).hexdigest()
    return Remote("data.tar.gz", len(body), digest, addresses)


def test_a_file_is_fetched_whole_and_nothing_else_is_left(server, tmp_path):
    server.files["/a"] = BODY
    path = fetch(remote(f"{server.url}/a"), tmp_path)
    assert path.read_bytes() == BODY
    assert [file.name for file in tmp_path.iterdir()] == ["data.tar.gz"]


def test_a_file_that_is_there_is_not_fetched_again(server, tmp_path):
    server.files["/a"] = BODY
    fetch(remote(f"{server.url}/a"), tmp_path)
    fetch(remote(f"{server.url}/a"), tmp_path)
    assert len(server.requests) == 1


def test_a_damaged_file_that_is_there_is_fetched_again(server, tmp_path):
    server.files["/a"] = BODY
    (tmp_path / "data.tar.gz").write_bytes(BODY[:-1] + b"?")
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY


def test_a_connection_that_breaks_off_is_resumed_where_it_broke(server, tmp_path):
    server.files["/a"] = BODY
    server.cuts["/a"] = [300_000]
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY
    assert [part for _, part in server.requests] == [None, "bytes=300000-"]


def test_a_download_goes_on_in_a_later_call(server, tmp_path):
    server.files["/a"] = BODY
    server.cuts["/a"] = [300_000, 0]
    with pytest.raises(DataError, match="could not be downloaded"):
        fetch(remote(f"{server.url}/a"), tmp_path)
    assert (tmp_path / "data.tar.gz.part").stat().st_size == 300_000
    assert not (tmp_path / "data.tar.gz").exists()
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY
    assert server.requests[-1] == ("/a", "bytes=300000-")


def test_a_complete_part_needs_no_more_bytes(server, tmp_path):
    (tmp_path / "data.tar.gz.part").write_bytes(BODY)
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY
    assert server.requests == []


def test_a_server_that_ignores_ranges_sends_all_from_the_start(server, tmp_path):
    server.files["/a"] = BODY
    server.without_range.add("/a")
    (tmp_path / "data.tar.gz.part").write_bytes(BODY[:1000])
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY


def test_a_wrong_part_is_dropped_and_the_file_fetched_afresh(server, tmp_path):
    server.files["/a"] = BODY
    (tmp_path / "data.tar.gz.part").write_bytes(b"not the file")
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY


def test_a_part_that_is_too_long_is_dropped(server, tmp_path):
    server.files["/a"] = BODY
    (tmp_path / "data.tar.gz.part").write_bytes(BODY + b"more")
    assert fetch(remote(f"{server.url}/a"), tmp_path).read_bytes() == BODY


def test_a_corrupt_file_is_deleted_and_the_next_address_tried(server, tmp_path):
    server.files["/bad"] = BODY[:-1] + b"?"
    server.files["/good"] = BODY
    addresses = f"{server.url}/bad", f"{server.url}/good"
    assert fetch(remote(*addresses), tmp_path).read_bytes() == BODY
    assert [path for path, _ in server.requests] == ["/bad", "/good"]


def test_only_corrupt_files_leave_nothing_and_are_not_asked_for_again(server, tmp_path):
    server.files["/bad"] = BODY[:-1] + b"?"
    for _ in range(2):
        with pytest.raises(DataError, match="wrong checksum"):
            fetch(remote(f"{server.url}/bad"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(server.requests) == 1


def test_a_file_that_is_too_long_is_refused(server, tmp_path):
    server.files["/long"] = BODY + b"more"
    with pytest.raises(DataError, match="longer than"):
        fetch(remote(f"{server.url}/long"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_the_file_is_passed_over(server, tmp_path):
    server.files["/good"] = BODY
    addresses = f"{server.url}/gone", f"{server.url}/good"
    assert fetch(remote(*addresses), tmp_path).read_bytes() == BODY


def test_no_answer_gives_up_in_seconds_and_is_remembered(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_OFFLINE")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr("utils.data.download.CONNECT_SECONDS", 0.2)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a"
        start = time.monotonic()
        for _ in range(2):
            with pytest.raises(DataError, match="no address answers"):
                fetch(remote(url), tmp_path)
    assert time.monotonic() - start < 2


def test_offline_mode_asks_nobody(server, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(DataError, match="COURSE_OFFLINE"):
        fetch(remote(f"{server.url}/a"), tmp_path)
    assert server.requests == []


def test_downloads_write_nothing_to_stderr(server, tmp_path, capsys):
    server.files["/a"] = BODY
    fetch(remote(f"{server.url}/a"), tmp_path)
    assert capsys.readouterr().err == ""
