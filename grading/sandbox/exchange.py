"""Requests and replies over two pipes to a process that is not believed.

The trusted side never waits without end, neither to read nor to write, and takes no
reply that does not repeat the token of its request.
"""

import os
import secrets
import selectors
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from utils.subject import wire

CHUNK = 1 << 20
Look = Callable[[], float]
"""Called while waiting: raises TimedOut, or gives the seconds until the next look."""


class Parts:
    """A stream that keeps what is written to it."""

    def __init__(self) -> None:
        self.parts: list[memoryview] = []

    def write(self, data: bytes) -> None:
        if data:
            self.parts.append(memoryview(data))

    def flush(self) -> None:
        """There is nothing to flush."""


class Exchange:
    """Asks through `sink` and hears through `source`, two descriptors that it owns."""

    def __init__(self, source: int, sink: int, reply_bytes: int = wire.MAX_BYTES):
        self.source, self.sink, self.reply_bytes = source, sink, reply_bytes
        for descriptor in (source, sink):
            os.set_blocking(descriptor, False)

    def ask(self, request: dict, arrays: list, look: Look) -> tuple[Any, list]:
        """Send a request; gives its reply.

        Raises EOFError or BrokenPipeError where the process has ended, NotData where
        the reply cannot be believed, and whatever `look` raises.
        """
        token = secrets.token_hex(8)
        message = Parts()
        wire.write(message, request | {"token": token}, arrays)
        for part in message.parts:
            self.send(part, look)
        tree, arrays = wire.read(lambda n: self.receive(n, look), self.reply_bytes)
        if not isinstance(tree, dict) or tree.get("token") != token:
            raise wire.NotData("it belongs to no request")
        return tree.get("reply"), arrays

    def send(self, part: memoryview, look: Look) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.sink, selectors.EVENT_WRITE)
            while part:
                if selector.select(look()):
                    with suppress(BlockingIOError):
                        part = part[os.write(self.sink, part[:CHUNK]) :]

    def receive(self, count: int, look: Look) -> bytearray:
        """Exactly `count` bytes; memory is taken only for what has come."""
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self.source, selectors.EVENT_READ)
            while len(received) < count:
                if not selector.select(look()):
                    continue
                part = os.read(self.source, min(CHUNK, count - len(received)))
                if not part:
                    raise EOFError
                received += part
        return received

    def close(self) -> None:
        for descriptor in (self.source, self.sink):
            with suppress(OSError):
                os.close(descriptor)
        self.source = self.sink = -1
