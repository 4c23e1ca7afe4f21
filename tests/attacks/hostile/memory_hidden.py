# ruff: noqa
"""Asks the kernel for memory that belongs to no process."""

# %%
import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
print(libc.shmget(0, ctypes.c_size_t(1 << 28), 0o1600), ctypes.get_errno())
print(libc.syscall(319, b"hidden", 0), ctypes.get_errno())
pairs = []
try:
    while True:
        pair = socket.socketpair()
        pair[0].setblocking(False)
        pair[0].send(bytes(1 << 18))
        pairs.append(pair)
except OSError as error:
    print(len(pairs), error)
# %%
ends = []
try:
    while True:
        ends.append(os.pipe())
except OSError as error:
    print(error)
