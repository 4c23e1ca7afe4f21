"""One submission in the sandbox: its cells have run, its objects can be reached."""

import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import numpy as np

from grading.sandbox.exchange import Exchange
from grading.sandbox.limits import Limits
from grading.sandbox.missing import SandboxMissing
from grading.sandbox.outputs import notebook_outputs
from utils.subject import Crashed, OutOfMemory, Subject, TimedOut, Trouble, wire
from utils.subject.subject import readable

PATIENCE = 10.0  # seconds for the keeper, which is ours, to answer
SOONEST = 0.02
GRACE = 0.5  # seconds of CPU time between the courtesy and the end
ERROR_LENGTH = 2_000


class KeeperLine:
    """The line to the keeper of a submission."""

    def __init__(self, line: socket.socket):
        self.line = line
        self.line.settimeout(PATIENCE)
        self.used = 0.0
        self.ended: dict[str, Any] | None = None

    def cpu(self) -> float | None:
        """Seconds of CPU time used so far; None where the submission has ended."""
        if self.ended is None:
            with suppress(OSError):
                self.line.send(b"?")
            self.hear()
        return None if self.ended else self.used

    def hear(self) -> None:
        """Take one message of the keeper."""
        try:
            text = self.line.recv(1 << 16)
        except OSError:
            text = b""
        news = json.loads(text) if text else {"ended": "lost"}
        if "ended" in news:
            self.ended = news
        else:
            self.used = float(news["cpu"])

    def alive(self) -> bool:
        """Whether the keeper has not reported the end."""
        if self.ended is None:
            self.line.settimeout(0)
            with suppress(BlockingIOError):
                text = self.line.recv(1 << 16, socket.MSG_PEEK)
                self.line.settimeout(PATIENCE)
                if not text or b"ended" in text:
                    self.hear()
            self.line.settimeout(PATIENCE)
        return self.ended is None

    def end(self) -> dict[str, Any]:
        """End the submission; gives the keeper's report when all processes are gone."""
        if self.ended is None:
            with suppress(OSError):
                self.line.send(b"!")
            while self.ended is None:
                self.hear()
        self.line.close()
        return self.ended


class Budget:
    """CPU seconds, and `factor` times as many on the clock while it is waited.

    It begins at `begun` of the CPU time that the keeper tells, by default now. `grace`
    seconds are given on top, without being told.
    """

    def __init__(
        self,
        keeper: KeeperLine,
        seconds: float,
        factor: float,
        grace: float = 0.0,
        begun: float | None = None,
    ):
        self.keeper, self.told = keeper, seconds
        self.seconds = seconds + grace
        self.wall = self.seconds * factor
        self.begun = keeper.cpu() if begun is None else begun
        self.used = self.waited = 0.0
        self.unseen = 0.0  # seconds waited since the keeper was asked
        self.last = 0.0

    def start(self) -> None:
        self.last = monotonic()

    def look(self) -> float:
        """Seconds until the next look; raises TimedOut where the time is up."""
        now = monotonic()
        self.waited += now - self.last
        self.unseen += now - self.last
        self.last = now
        if self.used + self.unseen >= self.seconds and self.unseen >= SOONEST:
            used = self.keeper.cpu()
            if used is not None and self.begun is not None:
                self.used, self.unseen = used - self.begun, 0.0
        if self.used >= self.seconds or self.waited >= self.wall:
            raise TimedOut(self.told)
        return max(SOONEST, min(self.wall - self.waited, self.seconds - self.used))


class SandboxRun:
    """The cells of one submission, run to their end in a process of their own.

    `errors` and `outputs` are those of the cells, as `grading.places.Run` says.
    """

    def __init__(self, exchange: Exchange, keeper: KeeperLine, limits: Limits):
        self.exchange, self.keeper, self.limits = exchange, keeper, limits
        self.errors: list[str] = []
        self.outputs: list[list[dict[str, Any]]] = []
        self.closed = False

    def __enter__(self) -> "SandboxRun":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def run_cells(self, cells: Sequence[str], seconds: float) -> None:
        """Run cells one by one; see `Sandbox.run`."""
        room = self.limits.output_bytes
        for number, source in enumerate(cells):
            try:
                if seconds <= 0:
                    raise TimedOut(self.limits.submission_seconds)
                outputs, used = self.run_cell(number, source, seconds)
            except Trouble as trouble:
                trouble.cell = number
                trouble.errors, trouble.outputs = self.errors, self.outputs
                raise
            seconds -= used
            room -= len(json.dumps(outputs))
            self.outputs.append(outputs if room >= 0 else [])

    def run_cell(
        self, number: int, source: str, seconds: float
    ) -> tuple[list[dict], float]:
        """Run one cell; gives its outputs and the CPU seconds that it took."""
        limits = self.limits
        soft = min(seconds, limits.cell_seconds)
        wall = soft * limits.wall_factor
        begun = self.keeper.used  # the last cell has just told it
        budget = Budget(self.keeper, soft, limits.wall_factor, GRACE, begun)
        cell = {"source": source, "number": number, "seconds": soft, "wall": wall}
        tree, arrays = self.ask({"cell": cell}, [], budget)
        try:
            result = wire.Unpacker(arrays).unpack(tree)
            error, parts = readable(result["error"], ERROR_LENGTH), result["outputs"]
        except (wire.NotData, LookupError, TypeError, ValueError) as error:
            self.close()
            raise Crashed(f"the reply could not be understood: {error}") from None
        self.errors.append(error)
        used = (self.keeper.cpu() or 0.0) - begun
        return notebook_outputs(parts, limits.text_length, limits.figures), used

    def ask(self, request: dict, arrays: list, budget: Budget) -> tuple[Any, list]:
        """Send one request and wait for its answer within a budget."""
        if self.closed:
            raise Crashed("the process has ended")
        budget.start()
        try:
            return self.exchange.ask(request, arrays, budget.look)
        except (BrokenPipeError, EOFError):
            raise self.trouble() from None
        except wire.NotData as error:
            self.close()
            raise Crashed(f"the reply could not be understood: {error}") from None
        except TimedOut:
            self.close()
            raise

    def trouble(self) -> Exception:
        """Why the process has ended, as its keeper says.

        Where there were no walls, that is no fault of the learner's.
        """
        report = self.close()
        reason = report.get("ended")
        if reason == "memory":
            amount = self.limits.memory >> 20
            return OutOfMemory(f"it used more than {amount:,} MB of memory")
        if reason == "time":
            return TimedOut(self.limits.submission_seconds)
        if reason == "walls":
            return SandboxMissing(f"walls cannot be put up: {report.get('detail')}")
        code = report.get("code")
        return Crashed(f"the process ended with status {code}")

    def subject(self, names: tuple[str, ...], seconds: float) -> Subject:
        """What the cells made, reached in steps; all steps together get `seconds`."""
        return Subject(SandboxChannel(self, seconds), names)

    def alive(self) -> bool:
        """Whether further subjects can still be reached."""
        return not self.closed and self.keeper.alive()

    def close(self) -> dict[str, Any]:
        """End the process and all its descendants; gives the keeper's report."""
        if not self.closed:
            self.closed = True
            self.exchange.close()
        return self.keeper.end()


class SandboxChannel:
    """The channel of one exercise, with one budget for all its steps."""

    def __init__(self, run: SandboxRun, seconds: float):
        self.run, self.seconds = run, seconds
        self.budget: Budget | None = None

    def send(self, tree: Any, arrays: list[np.ndarray]) -> tuple[Any, list]:
        if self.budget is None:
            factor = self.run.limits.wall_factor
            self.budget = Budget(self.run.keeper, self.seconds, factor)
        return self.run.ask({"step": tree}, arrays, self.budget)
