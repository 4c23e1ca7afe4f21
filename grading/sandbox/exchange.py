"""Requests and replies over two pipes to a process that is not believed.

The trusted side never waits without end, neither to read nor to write, and takes no
reply that does not repeat the token of its request.
"""

import io
import os
import secrets
import select
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from utils.subject import wire

CHUNK = 1 << 20
Look = Callable[[], float]
"""Called while waiting: raises TimedOut, or gives the seconds until the next look."""


class Exchange:
    """Asks through `sink` and hears through `source`, two descriptors that it owns."""

    def __init__(self, source: int, sink: int, reply_bytes: int = wire.MAX_BYTES):
        self.source, self.sink, self.reply_bytes = source, sink, reply_bytes
        self.readable, self.writable = select.poll(), select.poll()
        self.readable.register(source, select.POLLIN)
        self.writable.register(sink, select.POLLOUT)
        for descriptor in (source, sink):
            os.set_blocking(descriptor, False)

    def ask(self, request: dict, arrays: list, look: Look) -> tuple[Any, list]:
        """Send a request; gives its reply.

        Raises EOFError or BrokenPipeError where the process has ended, NotData where
        the reply cannot be believed, and whatever `look` raises.
        """
        token = secrets.token_hex(8)
        message = io.BytesIO()
        wire.write(message, request | {"token": token}, arrays)
        self.send(message.getbuffer(), look)
        tree, arrays = wire.read(lambda n: self.receive(n, look), self.reply_bytes)
        if not isinstance(tree, dict) or tree.get("token") != token:
            raise wire.NotData("it belongs to no request")
        return tree.get("reply"), arrays

    def send(self, part: memoryview, look: Look) -> None:
        """Write it all; `look` is called whenever a part had to wait."""
        while part:
            with suppress(BlockingIOError):
                part = part[os.write(self.sink, part[:CHUNK]) :]
            if part:
                self.writable.poll(1000 * look())

    def receive(self, count: int, look: Look) -> bytearray:
        """Exactly `count` bytes; memory is taken only for what has come."""
        received = bytearray()
        while len(received) < count:
            with suppress(BlockingIOError):
                part = os.read(self.source, min(CHUNK, count - len(received)))
                if not part:
                    raise EOFError
                received += part
            if len(received) < count:
                self.readable.poll(1000 * look())
        return received

    def close(self) -> None:
        for descriptor in (self.source, self.sink):
            with suppress(OSError):
                os.close(descriptor)
        self.source = self.sink = -1
