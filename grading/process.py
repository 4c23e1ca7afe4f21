"""A learner's code in a process of its own, and the subject that reaches it there.

This is the place without walls: the process can do whatever its user can. The sandbox
puts walls round the same worker.
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from grading.sandbox.exchange import Exchange
from grading.sandbox.outputs import notebook_outputs
from utils.subject import Crashed, Subject, TimedOut, wire
from utils.subject.cells import Keep
from utils.subject.subject import readable

ROOT = Path(__file__).resolve().parent.parent
START = (
    "import sys; sys.path[:0] = [sys.argv[1]]; sys.path += sys.argv[2:]; "
    "from utils.subject.worker import main; main()"
)
LIBRARIES = tuple(dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))))


class NoSandbox:
    """The place without walls, for one's own work or by explicit choice."""

    name = "none"

    def __enter__(self) -> "NoSandbox":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def run(self, cells: Sequence[str], seconds: float) -> "Worker":
        """Run the cells in a new process; raises TimedOut or Crashed."""
        return Worker(cells, seconds)

    def close(self) -> None:
        """Nothing is kept warm."""


class Worker:
    """Runs the cells of one notebook in a child process; use it in a `with` block.

    `library` is the folder in which the child finds the `utils` package; `-S` keeps
    away what the environment adds to it, such as this project itself. `errors` holds,
    for each cell, the error it ended with ("" for none), `outputs` what it printed and
    drew. Raises TimedOut or Crashed when the cells do not come to an end.
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
            bufsize=0,
        )
        pipes = (self.process.stdout, self.process.stdin)
        self.line = Exchange(*(os.dup(pipe.fileno()) for pipe in pipes))
        for pipe in pipes:
            pipe.close()
        self.errors: list[str] = []
        self.outputs: list[list[dict[str, Any]]] = []
        clock = Clock(seconds)
        try:
            for number, source in enumerate(cells):
                self.run_cell(number, source, clock)
        except BaseException:
            self.close()
            raise

    def run_cell(self, number: int, source: str, clock: "Clock") -> None:
        cell = {"source": source, "number": number, "seconds": 0, "wall": 0}
        tree, arrays = self.exchange({"cell": cell}, [], clock)
        try:
            result = wire.Unpacker(arrays).unpack(tree)
            self.errors.append(readable(result["error"], 2000))
            parts = result["outputs"]
        except (wire.NotData, LookupError, TypeError, ValueError) as error:
            raise Crashed(f"the reply could not be understood: {error}") from None
        self.outputs.append(notebook_outputs(parts, Keep.text_length, Keep.figures))

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def alive(self) -> bool:
        """Whether further subjects can still be reached."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the child, whatever it is doing."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.line.close()

    def subject(self, names: tuple[str, ...], seconds: float) -> Subject:
        """The objects of these names; all steps together get `seconds`."""
        return Subject(WorkerChannel(self, seconds), names)

    def exchange(self, request: dict, arrays: list, clock: "Clock") -> tuple[Any, list]:
        """Send one request and wait for its answer."""
        if not self.alive():
            raise Crashed("the process has ended")
        clock.start()
        try:
            return self.line.ask(request, arrays, clock.look)
        except (BrokenPipeError, EOFError, wire.NotData) as error:
            self.close()
            raise Crashed(str(error) or "the process ended") from None
        except TimedOut:
            self.close()
            raise
        finally:
            clock.stop()


class Clock:
    """A budget of seconds, which pass between `start` and `stop` only."""

    def __init__(self, seconds: float):
        self.seconds = self.left = seconds
        self.started = 0.0

    def start(self) -> None:
        self.started = monotonic()

    def stop(self) -> None:
        self.left -= monotonic() - self.started

    def look(self) -> float:
        """Seconds that are left; raises TimedOut where there are none."""
        left = self.left - (monotonic() - self.started)
        if left <= 0:
            raise TimedOut(self.seconds)
        return left


class WorkerChannel:
    """The channel of one exercise to a worker, with one budget of time.

    What the check does between two steps is not counted.
    """

    def __init__(self, worker: Worker, seconds: float):
        self.worker, self.clock = worker, Clock(seconds)

    def send(self, tree: Any, arrays: list[np.ndarray]) -> tuple[Any, list]:
        return self.worker.exchange({"step": tree}, arrays, self.clock)
