"""The few system calls that Python does not offer."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)

NEW_MOUNTS, NEW_NAMES, NEW_IPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
NEW_PROCESSES, NEW_NETWORK = 0x2000_0000, 0x4000_0000
NO_SETUID, NO_DEVICES, NO_PROGRAMS, ALL_BELOW, PRIVATE = 2, 4, 8, 0x4000, 0x4_0000

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_SET_NO_NEW_PRIVS = 1, 24, 47, 38
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x2008_0522


def call(name: str, *args: object) -> None:
    """Call a function of the C library; raises OSError, naming it, where it fails."""
    if getattr(LIBC, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{args}: {os.strerror(number)}")


def prctl(option: int, *args: int) -> None:
    padded = [ctypes.c_ulong(n) for n in (*args, 0, 0, 0, 0)[:4]]
    call("prctl", option, *padded)


def unshare(flags: int) -> None:
    call("unshare", flags)


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system such as `tmpfs`."""
    name = kind.encode()
    call("mount", name, target.encode(), name, ctypes.c_ulong(flags), options.encode())


def keep_mounts_private() -> None:
    """Mounts made from now on are seen in no other namespace."""
    call("mount", None, b"/", None, ctypes.c_ulong(ALL_BELOW | PRIVATE), None)


def drop_capabilities() -> None:
    """Give up every privilege, for good and for all programs started later."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for number in range(last + 1):
        prctl(PR_CAPBSET_DROP, number)


def clear_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
    prctl(PR_SET_NO_NEW_PRIVS, 1)
