"""A seccomp filter: the system calls that a learner's code has no use for.

It guards what namespaces and limits leave open: memory that no process owns (memfd,
System V, shared anonymous maps), new namespaces, sockets that reach past a network
namespace (vsock), and the parts of the kernel where most holes were found.
"""

import ctypes
import platform
import struct

from inside import system

# name: number on x86-64, number on ARM64
FORBIDDEN = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setns": (308, 268),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
CLONE, CLONE3, SOCKET, MMAP = (56, 220), (435, 435), (41, 198), (9, 222)
MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
NEW_NAMESPACES = 0x7E02_0000
SHARED_ANONYMOUS = 0x21
UNIX, INTERNET, INTERNET_6 = 1, 2, 10

LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
KILL, ALLOW, ERRNO = 0x8000_0000, 0x7FFF_0000, 0x0005_0000
EPERM, ENOSYS = 1, 38
SECCOMP, MODE_FILTER = 22, 2

Instruction = tuple[int, int, int, int]


def instructions(machine: str) -> list[Instruction]:
    """The filter for one machine, as (code, if true, if false, value)."""
    if machine not in MACHINES:
        raise OSError(
            f"no filter of system calls is known for {machine}: "
            f"expected {' or '.join(MACHINES)}; grade on such a machine"
        )
    column, architecture = MACHINES[machine]
    steps: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, 0x4000_0000),  # the second set of calls of x86-64
        (RETURN, 0, 0, KILL),
    ]
    for numbers in FORBIDDEN.values():
        steps += [(EQUAL, 0, 1, numbers[column]), refused(EPERM)]
    steps += [(EQUAL, 0, 1, CLONE3[column]), refused(ENOSYS)]
    steps += on_call(CLONE[column], [(ANY_BIT, 0, 1, NEW_NAMESPACES)], 0)
    shared = [(AND, 0, 0, SHARED_ANONYMOUS), (EQUAL, 0, 1, SHARED_ANONYMOUS)]
    steps += on_call(MMAP[column], shared, 3)
    families = [(EQUAL, 3, 0, UNIX), (EQUAL, 2, 0, INTERNET), (EQUAL, 1, 0, INTERNET_6)]
    steps += on_call(SOCKET[column], families, 0)
    return [*steps, (RETURN, 0, 0, ALLOW)]


def refused(number: int) -> Instruction:
    return (RETURN, 0, 0, ERRNO | number)


def on_call(number: int, tests: list[Instruction], argument: int) -> list[Instruction]:
    """Refuse one call when tests of one argument do not jump over the refusal."""
    load = (LOAD, 0, 0, ARGUMENTS + 8 * argument)
    allow = (RETURN, 0, 0, ALLOW)
    body = [load, *tests, refused(EPERM), allow]
    return [(EQUAL, 0, len(body), number), *body]


def install() -> None:
    """Filter the calls of this process and all its descendants from now on."""
    steps = instructions(platform.machine())
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(memory))
    system.call("prctl", SECCOMP, MODE_FILTER, ctypes.c_char_p(program), 0, 0)
