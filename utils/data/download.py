"""Fetches a published file: any of its addresses, resumed, checked, whole or not."""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from utils.data.images import DataError
from utils.data.notice import progress_bar

CONNECT_SECONDS = 4  # for an address to answer
READ_SECONDS = 20  # without a byte, after which a connection counts as broken
TRIES = 5  # at one address, as long as each brings some bytes
_given_up = {}  # why a file cannot be had, by name, until the session ends


@dataclass(frozen=True)
class Remote:
    """A published file: its name, size in bytes, SHA-256 and addresses, best first."""

    name: str
    size: int
    sha256: str
    addresses: tuple[str, ...]


def fetch(remote, folder):
    """Return the path of the file in `folder`, downloaded where it is not there yet.

    An interrupted download is kept as `NAME.part` and goes on at the next call. A file
    with a wrong checksum is deleted and the next address is tried. Raises `DataError`
    where no address gives the file, at once if that was found out in this session.
    """
    if os.environ.get("COURSE_OFFLINE", "0") not in ("", "0"):
        raise DataError("Downloads are switched off by COURSE_OFFLINE.")
    if remote in _given_up:
        raise DataError(_given_up[remote])
    addresses = _answering(remote.addresses)
    troubles = [] if addresses else ["no address answers"]
    resumable = False
    for address in addresses:
        try:
            return _fetch_from(address, remote, folder)
        except Exception as error:  # each library in between has errors of its own
            resumable |= isinstance(error, ConnectionError)
            troubles.append(f"{address}: {error}")
    message = f"{remote.name} could not be downloaded: {'; '.join(troubles)}."
    if not resumable:
        _given_up[remote] = message
    raise DataError(message)


def _answering(addresses):
    """The addresses that answer within seconds, in order; all are asked at once."""
    answers = {}

    def ask(address):
        import requests

        try:
            requests.head(address, timeout=CONNECT_SECONDS, allow_redirects=True)
            answers[address] = True
        except (requests.RequestException, OSError):
            answers[address] = False

    for address in addresses:
        threading.Thread(target=ask, args=[address], daemon=True).start()
    end = time.monotonic() + CONNECT_SECONDS + 1
    while len(answers) < len(addresses) and time.monotonic() < end:
        time.sleep(0.01)
    return [address for address in addresses if answers.get(address)]


def _fetch_from(address, remote, folder):
    """Download from one address; afresh once more where a resumed file is wrong."""
    import pooch

    pooch.get_logger().setLevel("WARNING")  # it would write to stderr
    part = Path(folder) / f"{remote.name}.part"
    for resumed in (part.exists(), False):
        try:
            return Path(
                pooch.retrieve(
                    address,
                    known_hash=f"sha256:{remote.sha256}",
                    fname=remote.name,
                    path=folder,
                    downloader=lambda url, file, _: _download(url, file, part, remote),
                )
            )
        except ValueError:  # how pooch tells of a wrong checksum; the file is gone
            if not resumed:
                raise ValueError("wrong checksum, the file was deleted") from None


def _download(url, file, part, remote):
    """Fill `part` in as many tries as bring bytes, then move it to `file`."""
    with progress_bar(remote.size, f"Downloading {remote.name}") as bar:
        for _ in range(TRIES):
            before = _size(part)
            try:
                _stream(url, part, remote.size, bar)
                break
            except OSError as error:  # so are the errors of requests
                if _size(part) <= before:
                    raise ConnectionError(str(error)) from error
    if _size(part) != remote.size:
        raise ConnectionError(
            f"broke off after {_size(part):,} of {remote.size:,} bytes"
        )
    os.replace(part, file)


def _stream(url, part, size, bar):
    """Append what `part` lacks of the file, or all of it where `url` cannot resume."""
    import requests
    import urllib3

    if _size(part) > size:
        part.unlink()
    start = _size(part)
    bar.update(start - bar.n)
    if start == size:
        return
    headers = {"Accept-Encoding": "identity"} | (
        {"Range": f"bytes={start}-"} if start else {}
    )
    timeout = CONNECT_SECONDS, READ_SECONDS
    with requests.get(url, headers=headers, timeout=timeout, stream=True) as response:
        response.raise_for_status()
        goes_on = response.headers.get("Content-Range", "").startswith(
            f"bytes {start}-"
        )
        bar.update(0 if goes_on else -start)
        try:
            _append(response, part, "ab" if goes_on else "wb", size, bar)
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionError(str(error)) from error


def _append(response, part, mode, size, bar):
    """Write the body as it was sent: a decoded `.gz` would not have its checksum."""
    with open(part, mode) as file:
        for chunk in response.raw.stream(2**18, decode_content=False):
            file.write(chunk)
            bar.update(len(chunk))
            if file.tell() > size:
                break
    if _size(part) > size:
        part.unlink()
        raise DataError(f"longer than the {size:,} bytes published")
    if _size(part) < size:
        raise ConnectionError("the connection broke off")


def _size(path):
    return path.stat().st_size if path.exists() else 0
