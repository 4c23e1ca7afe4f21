"""The walls round one submission, put up by its own first process."""

import os
from dataclasses import dataclass
from resource import (
    RLIMIT_AS,
    RLIMIT_CORE,
    RLIMIT_CPU,
    RLIMIT_DATA,
    RLIMIT_FSIZE,
    RLIMIT_NOFILE,
    RLIMIT_NPROC,
    setrlimit,
)

from inside import filter as calls
from inside import system

FOLDER = "/tmp"
FEW_FILES = 4096
SLACK = 512 << 20  # of addresses, which cost nothing until they are used


@dataclass(frozen=True)
class Memory:
    """Bytes of the warm process, which every submission begins with."""

    own: int
    data: int
    addresses: int

    @classmethod
    def of(cls, process: int | str) -> "Memory":
        fields = status(process)
        return cls(*(fields.get(n, 0) for n in ("RssAnon", "VmData", "VmSize")))


def status(process: int | str) -> dict[str, int]:
    """The sizes in `/proc/<process>/status`, in bytes, by their names there."""
    with open(f"/proc/{process}/status", encoding="utf-8", errors="replace") as file:
        parts = (line.split() for line in file)
        return {p[0][:-1]: int(p[1]) * 1024 for p in parts if p[2:] == ["kB"]}


def separate() -> None:
    """Namespaces of one's own; the next child is the first process of its own."""
    system.unshare(
        system.NEW_MOUNTS
        | system.NEW_NAMES
        | system.NEW_IPC
        | system.NEW_NETWORK
        | system.NEW_PROCESSES
    )
    system.keep_mounts_private()


def enclose(limits: dict, user: int | None, warm: Memory) -> None:
    """Close the last walls: what comes after can undo none of them.

    `user` is the id to run as, where the warm process is root.
    """
    system.drop_capabilities()
    flags = system.NO_SETUID | system.NO_DEVICES | system.NO_PROGRAMS
    size = f"size={limits['folder_bytes']},nr_inodes={FEW_FILES},mode=1777"
    system.mount("tmpfs", FOLDER, flags, size)
    system.mount("proc", "/proc", flags, "subset=pid")
    os.chdir(FOLDER)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    system.clear_capabilities()
    limit(limits, warm)
    calls.install()


def limit(limits: dict, warm: Memory) -> None:
    """Limits of each process; those of all together are the keeper's."""
    cpu = int(limits["submission_seconds"]) + 2
    for kind, amount in {
        RLIMIT_AS: warm.addresses + 2 * limits["memory"] + SLACK,
        RLIMIT_DATA: warm.data + limits["memory"],
        RLIMIT_CORE: 0,
        RLIMIT_CPU: cpu,
        RLIMIT_FSIZE: limits["file_bytes"],
        RLIMIT_NOFILE: limits["open_files"],
        RLIMIT_NPROC: limits["processes"],
    }.items():
        setrlimit(kind, (amount, amount))
