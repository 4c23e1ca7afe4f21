"""A learner's code in a process of its own, and the subject that reaches it there.

This is the process boundary without its walls: the sandbox puts them round the same
worker.
"""

import os
import selectors
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from utils.subject import Crashed, Subject, TimedOut, wire

ROOT = Path(__file__).resolve().parent.parent
START = (
    "import sys; sys.path[:0] = [sys.argv[1]]; sys.path += sys.argv[2:]; "
    "from utils.subject.worker import main; main()"
)
LIBRARIES = tuple(dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))))


class Worker:
    """Runs the cells of one notebook in a child process; use it in a `with` block.

    `library` is the folder in which the child finds the `utils` package; `-S` keeps
    away what the environment adds to it, such as this project itself. `errors` holds,
    for each cell, the error it ended with ("" for none). Raises TimedOut or Crashed
    when the cells do not come to an end.
    """

    def __init__(
        self, cells: Sequence[str], seconds: float = 60.0, library: Path = ROOT
    ):
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", START, str(library), *LIBRARIES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MPLBACKEND": "Agg"},
        )
        packer = wire.Packer()
        try:
            tree = packer.pack(list(cells))
            self.errors = self.exchange(tree, packer.arrays, seconds)[0]["list"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):
                stream.close()

    def subject(self, names: tuple[str, ...], seconds: float) -> Subject:
        """The objects of these names; all steps together get `seconds`."""
        return Subject(WorkerChannel(self, seconds), names)

    def exchange(self, tree: Any, arrays: list, seconds: float) -> tuple[Any, list]:
        """Send one message and wait for its answer."""
        if self.process.poll() is not None:
            raise Crashed("the process has ended")
        end = monotonic() + seconds
        try:
            wire.write(self.process.stdin, tree, arrays)
            return wire.read(lambda count: self.receive(count, end, seconds))
        except (BrokenPipeError, EOFError, wire.NotData) as error:
            self.close()
            raise Crashed(str(error) or "the process ended") from None
        except TimedOut:
            self.close()
            raise

    def receive(self, count: int, end: float, seconds: float) -> bytes:
        """Exactly `count` bytes before the time `end`."""
        received = bytearray()
        descriptor = self.process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while len(received) < count:
                if not selector.select(max(0.0, end - monotonic())):
                    raise TimedOut(seconds)
                part = os.read(descriptor, min(1 << 20, count - len(received)))
                if not part:
                    raise EOFError
                received += part
        return bytes(received)


class WorkerChannel:
    """The channel of one exercise to a worker, with one budget of time.

    What the check does between two steps is not counted.
    """

    def __init__(self, worker: Worker, seconds: float):
        self.worker = worker
        self.seconds = self.left = seconds

    def send(self, tree: Any, arrays: list[np.ndarray]) -> tuple[Any, list]:
        start = monotonic()
        try:
            return self.worker.exchange(tree, arrays, max(0.0, self.left))
        except TimedOut:
            raise TimedOut(self.seconds) from None
        finally:
            self.left -= monotonic() - start
