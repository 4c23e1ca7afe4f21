"""The keeper of one submission: its parent process, out of its sight.

It watches the memory and the time of all processes of the submission together, ends
them all, and tells the trusted side how much they used and why they ended.
"""

import json
import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from inside import system, walls

EVERY = 20  # milliseconds
TICKS = os.sysconf("SC_CLK_TCK")


class Keeper:
    """Watches the process `first` and all that it starts.

    `line` leads to the trusted side: it asks with `?` for the CPU time used, and ends
    the submission by closing its end.
    """

    def __init__(
        self, first: int, line: socket.socket, limits: dict, warm: walls.Memory
    ):
        self.first, self.line, self.limits, self.warm = first, line, limits, warm
        self.seen: dict[tuple[str, str], float] = {}
        self.cpu, self.reason = 0.0, ""

    def watch(self) -> None:
        """Watch until the submission has ended, and report."""
        ended = os.pidfd_open(self.first)
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        poll.register(self.line, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in poll.poll(EVERY)]
            if ended in ready:
                break
            if self.line.fileno() in ready and not self.answer():
                self.end("closed")
                break
            self.look()
            if self.reason:
                break
        _, code = os.waitpid(self.first, 0)
        self.tell(ended=self.reason or "exit", code=os.waitstatus_to_exitcode(code))

    def answer(self) -> bool:
        """Answer one question; False where the other side has hung up."""
        try:
            asked = self.line.recv(16)
        except OSError:
            asked = b""
        if asked == b"?":
            self.look()
            self.tell(cpu=self.cpu)
        return asked == b"?"

    def tell(self, **news: object) -> None:
        with suppress(OSError):
            self.line.send(json.dumps(news).encode(), socket.MSG_DONTWAIT)

    def look(self) -> None:
        """Add up what all processes use, and end them where it is too much."""
        memory, inherited = 0, 0.0
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError, IndexError, ValueError):
                start, used, waited = times(name)
                self.seen[name, start] = used
                if name == "1":
                    inherited = used + waited
                sizes = walls.status(name)
                memory += max(0, sizes.get("RssAnon", 0) - self.warm.own)
                memory += sizes.get("RssShmem", 0)
        self.cpu = max(self.cpu, inherited, sum(self.seen.values()))
        if memory > self.limits["memory"]:
            self.end("memory")
        elif self.cpu > self.limits["submission_seconds"]:
            self.end("time")

    def end(self, reason: str) -> None:
        """Kill the first process, and so all others of its namespace."""
        self.reason = self.reason or reason
        with suppress(ProcessLookupError):
            os.kill(self.first, signal.SIGKILL)


def times(name: str) -> tuple[str, float, float]:
    """When a process began, its CPU seconds, and those of children waited for."""
    with open(f"/proc/{name}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    user, system_time, user_waited, system_waited = map(int, fields[11:15])
    used, waited = user + system_time, user_waited + system_waited
    return fields[19].decode(), used / TICKS, waited / TICKS


def keep(
    order: dict, warm: walls.Memory, line: socket.socket, work: Callable[[], None]
) -> None:
    """Put up the walls, run `work` within them in a new process, and watch it."""
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    limits, user = order["limits"], order["user"]
    try:
        walls.separate()
    except OSError as error:
        line.send(json.dumps({"ended": "walls", "detail": str(error)}).encode())
        return
    up, raised = os.pipe()
    first = os.fork()
    if first == 0:
        begin(lambda: walls.enclose(limits, user, warm), work, raised, line)
    os.close(raised)
    with open(up, "rb") as file:
        trouble = file.read()
    if trouble:
        line.send(json.dumps({"ended": "walls", "detail": trouble.decode()}).encode())
        return
    Keeper(first, line, limits, warm).watch()


def begin(
    enclose: Callable[[], None],
    work: Callable[[], None],
    raised: int,
    line: socket.socket,
) -> None:
    """The life of the first process: walls, then the learner's code. Never returns."""
    try:
        enclose()
    except BaseException as error:
        os.write(raised, str(error).encode()[:1000])
        os._exit(1)
    os.close(raised)
    line.close()
    try:
        work()
    finally:
        os._exit(0)
