"""`Sandbox`: a warm process behind walls that forks one worker for each submission."""

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from grading.sandbox import view
from grading.sandbox.exchange import Exchange
from grading.sandbox.limits import Limits
from grading.sandbox.missing import SandboxMissing, why_not
from grading.sandbox.run import KeeperLine, SandboxRun

WORKER = 64_001
START = (
    "import sys; sys.path[:0] = ['/course']; sys.path += ['/site-packages']; "
    "from inside.zygote import main; main()"
)
WALLS = ("user", "pid", "net", "ipc", "uts", "cgroup")
PATIENCE = 120.0  # seconds for a slow machine to import PyTorch
SHORT_PATIENCE = 20.0
OURS_ALONE = 8  # processes that a user's limit counts with the learner's


class Sandbox:
    """The place with walls; use it in a `with` block.

    `library` is what lessons may import: "numpy", or "torch" as well. The warm process
    starts with the first run. Raises SandboxMissing where there can be no sandbox.
    """

    name = "bubblewrap"

    def __init__(self, library: str = "numpy", limits: Limits | None = None):
        if library not in view.LIBRARIES:
            raise ValueError(
                f"no library {library!r}: expected {' or '.join(view.LIBRARIES)}"
            )
        reason = why_not()
        if reason:
            raise SandboxMissing(reason)
        self.library, self.limits = library, limits or Limits()
        self.process: subprocess.Popen | None = None
        self.control: socket.socket | None = None

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def run(self, cells: Sequence[str], seconds: float | None = None) -> SandboxRun:
        """Run the cells in a new worker; they get `seconds` of CPU time together.

        Raises TimedOut, OutOfMemory or Crashed, with `cell` (the number of the cell
        that ran), `errors` and `outputs` (of the cells before it) as attributes.
        """
        run = SandboxRun(*self.worker(), self.limits)
        try:
            run.run_cells(cells, seconds or self.limits.submission_seconds)
        except BaseException:
            run.close()
            raise
        return run

    def worker(self) -> tuple[Exchange, KeeperLine]:
        """Order a worker; starts the warm process where it is not there (any more)."""
        for _ in range(2):
            if self.process is None or self.process.poll() is not None:
                self.start()
            with suppress(OSError):
                return self.order()
            self.close()
        raise SandboxMissing(
            "the warm process of the sandbox ends as soon as it starts"
        )

    def order(self) -> tuple[Exchange, KeeperLine]:
        requests, to_worker = os.pipe()
        from_worker, replies = os.pipe()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        exchange = Exchange(from_worker, to_worker, self.limits.reply_bytes)
        try:
            ends = [requests, replies, theirs.fileno()]
            socket.send_fds(self.control, [self.message()], ends)
        except OSError:
            exchange.close()
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(requests)
            os.close(replies)
        return exchange, KeeperLine(ours)

    def message(self) -> bytes:
        limits = asdict(self.limits)
        user = WORKER if has_several_users() else None
        if user is None:
            limits["processes"] += OURS_ALONE
        names = ("text_length", "figures", "figure_bytes", "output_bytes")
        keep = {name: limits[name] for name in names}
        return json.dumps({"limits": limits, "user": user, "keep": keep}).encode()

    def start(self) -> None:
        """Start the warm process and wait until it has imported everything."""
        self.close()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(PATIENCE)
        with theirs, tempfile.TemporaryFile() as said:
            self.process = launch(self.library, theirs.fileno(), said)
            theirs.close()
            try:
                ready = self.control.recv(16)
            except OSError:
                ready = b""
            if ready != b"ready":
                self.close()
                said.seek(0)
                text = said.read()[-2000:].decode(errors="replace").strip()
                raise SandboxMissing(f"the sandbox could not be started:\n{text}")
        self.control.settimeout(SHORT_PATIENCE)

    def close(self) -> None:
        """End the warm process, and with it every submission in it."""
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.control = self.process = None


def has_several_users() -> bool:
    """Whether this is root with other user ids at hand, so that workers get one.

    A limit on processes does not bind root; and any other user can only be itself.
    """
    if os.geteuid() != 0:
        return False
    return all(
        any(first <= WORKER < first + count for first, count in own_ids(kind))
        for kind in ("uid", "gid")
    )


def own_ids(kind: str) -> list[tuple[int, int]]:
    """The ranges (first, count) of user or group ids that exist in this namespace."""
    with open(f"/proc/self/{kind}_map") as file:
        rows = [line.split() for line in file]
    return [(int(first), int(count)) for first, _, count in rows]


def launch(library: str, control: int, said: Any) -> subprocess.Popen:
    """Start bubblewrap with the warm process; what goes wrong is written to `said`."""
    command = [shutil.which("bwrap"), "--new-session"]
    # The kernel means the thread that started it; without, the warm process ends when
    # its socket is closed, as it is when we end.
    if threading.current_thread() is threading.main_thread():
        command += ["--die-with-parent"]
    command += [f"--unshare-{wall}" for wall in WALLS]
    powers = ["SYS_ADMIN", "SETPCAP"]
    several = has_several_users()
    if several:
        powers += ["SETUID", "SETGID", "KILL"]
    command += ["--clearenv", "--cap-drop", "ALL"]
    command += [part for power in powers for part in ("--cap-add", f"CAP_{power}")]
    command += view.arguments(library)
    program = [os.path.realpath(sys.executable), "-I", "-S", "-B", "-c", START]
    program += [str(control), library]
    files = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
    if not several:
        return subprocess.Popen(command + program, pass_fds=[control], **files)
    return launch_with_users(command, program, control, files)


def launch_with_users(
    command: list[str], program: list[str], control: int, files: dict
) -> subprocess.Popen:
    """As root: give the user namespace all our user ids, which bubblewrap cannot."""
    told, tell = os.pipe()
    wait, go = os.pipe()
    try:
        command = [*command, "--info-fd", str(tell), "--userns-block-fd", str(wait)]
        process = subprocess.Popen(
            command + program, pass_fds=[control, tell, wait], **files
        )
        os.close(tell)
        tell = -1
        text = read_soon(told)
        if text:
            map_users(json.loads(text)["child-pid"])
            os.write(go, b"x")
        return process
    finally:
        for descriptor in (told, tell, wait, go):
            if descriptor >= 0:
                os.close(descriptor)


def read_soon(descriptor: int) -> bytes:
    """What bubblewrap says of itself; nothing where it has ended or hangs."""
    text = b""
    while not text.rstrip().endswith(b"}"):
        ready, _, _ = select.select([descriptor], [], [], SHORT_PATIENCE)
        part = os.read(descriptor, 4096) if ready else b""
        if not part:
            return b""
        text += part
    return text


def map_users(process: int) -> None:
    """Every id of ours is itself in the user namespace of a process."""
    for kind in ("uid", "gid"):
        rows = [f"{first} {first} {count}\n" for first, count in own_ids(kind)]
        with open(f"/proc/{process}/{kind}_map", "w") as file:
            file.write("".join(rows))
