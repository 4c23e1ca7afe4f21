"""Running the cells of a notebook, and keeping what they print and draw.

What is kept is bounded, and is text and PNG only: a learner's HTML or script never
leaves the process. A part is `{"kind": "stdout" | "stderr" | "result", "text": …}`,
`{"kind": "figure", "png": bytes as uint8}` or `{"kind": "error", …}`.
"""

import ast
import io
import linecache
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from utils.subject.troubles import TimeIsUp
from utils.subject.workbench import explain

CUT = "… cut"
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
OFTEN = 0.05


@dataclass(frozen=True)
class Keep:
    """How much is kept: characters and figures a cell, bytes a figure and in all."""

    text_length: int = 20_000
    figures: int = 10
    figure_bytes: int = 1 << 20
    output_bytes: int = 8 << 20


class Recorder:
    """Collects the parts of one cell's output in the order in which they came."""

    def __init__(self, keep: Keep, room: int):
        self.keep, self.room = keep, room
        self.text_room = min(keep.text_length, room)
        self.parts: list[dict[str, Any]] = []

    def text(self, kind: str, text: str) -> None:
        """Add text; consecutive texts of one kind become one part."""
        if self.text_room <= 0 or not text:
            return
        kept = text[: self.text_room]
        self.text_room -= len(kept)
        self.room -= len(kept)
        if self.text_room == 0:
            kept += f"\n{CUT} after {self.keep.text_length:,} characters\n"
        if kind != "result" and self.parts and self.parts[-1]["kind"] == kind:
            self.parts[-1]["text"] += kept
        else:
            self.parts.append({"kind": kind, "text": kept})

    def figure(self, png: bytes) -> None:
        """Add a picture, or say why it is left out."""
        if len(png) > min(self.keep.figure_bytes, self.room):
            self.text("stderr", f"{CUT}: a figure of {len(png):,} bytes\n")
            return
        self.room -= len(png)
        self.parts.append({"kind": "figure", "png": np.frombuffer(png, np.uint8)})

    def error(self, told: dict) -> None:
        """Add the error that ended the cell, as `explain` tells it."""
        where = [f"line {told['line']}: {told['code']}"] if told["line"] else []
        names = {"name": told["kinds"][0], "message": told["message"]}
        self.parts.append({"kind": "error", **names, "where": where})

    def stream(self, kind: str) -> "Stream":
        return Stream(lambda text: self.text(kind, text))


class Stream(io.TextIOBase):
    """A text stream that hands on what is written to it."""

    def __init__(self, take: Callable[[str], None]):
        self.take = take

    def write(self, text: str) -> int:
        self.take(str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class Cells:
    """The namespace of one notebook, in which its cells are run one after another."""

    def __init__(self, keep: Keep):
        self.keep, self.room = keep, keep.output_bytes
        self.space: dict[str, Any] = {"__name__": "__main__"}

    def run(self, source: str, number: int, seconds: float, wall: float) -> dict:
        """Run one cell; gives its `error` ("" for none) and its `outputs`.

        `seconds` of CPU time and `wall` seconds are all it gets (0 for no limit).
        """
        recorder = Recorder(self.keep, self.room)
        self.space["display"] = lambda *values: [
            recorder.text("result", repr(value)) for value in values
        ]
        name, error = f"<cell {number}>", ""
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            with recorded(recorder), alarm(seconds, wall):
                execute(source, name, self.space, recorder)
                keep_figures(recorder)
        except BaseException as raised:
            told = explain(raised)
            if isinstance(raised, TimeIsUp):
                message = f"still running after {seconds:g} seconds"
                told |= {"kinds": ["TimedOut"], "message": message}
            recorder.error(told)
            error = f"{told['kinds'][0]}: {told['message']}"
        close_figures()
        self.room = recorder.room
        return {"error": error, "outputs": recorder.parts}


def execute(source: str, name: str, space: dict, recorder: Recorder) -> None:
    """Run a cell and record the value of the expression it ends in."""
    tree = parsed(source, name)
    last = tree.body[-1] if tree.body else None
    shown = isinstance(last, ast.Expr) and not ends_in_semicolon(source, last)
    if shown:
        tree.body.pop()
    exec(compile(tree, name, "exec"), space)
    if shown:
        value = eval(compile(ast.Expression(last.value), name, "eval"), space)
        if value is not None:
            recorder.text("result", repr(value))


def parsed(source: str, name: str) -> ast.Module:
    """The syntax tree, lines for IPython (`%timeit`, `!pip`) left out if need be."""
    try:
        return ast.parse(source, name)
    except SyntaxError:
        if not MAGIC.search(source):
            raise
        return ast.parse(MAGIC.sub(r"\1pass", source), name)


def ends_in_semicolon(source: str, last: ast.Expr) -> bool:
    lines = source.encode().split(b"\n")
    return lines[last.end_lineno - 1][last.end_col_offset :].lstrip().startswith(b";")


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """Record what is printed; warnings are not shown."""
    out, err = recorder.stream("stdout"), recorder.stream("stderr")
    with redirect_stdout(out), redirect_stderr(err), catch_warnings():
        simplefilter("ignore")
        yield


@contextmanager
def alarm(seconds: float, wall: float) -> Iterator[None]:
    """Raise TimeIsUp in the block when a time is up, again and again if swallowed.

    A courtesy, so that the cells after an endless loop still run. Code that prevents
    it is ended from outside, and loses them.
    """
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return
    running = True

    def ring(*_: Any) -> None:
        if running:
            raise TimeIsUp

    set_clocks(seconds, wall, ring)
    try:
        yield
    finally:
        running = False
        set_clocks(0, 0, signal.SIG_IGN)


def set_clocks(seconds: float, wall: float, ring: Any) -> None:
    """Call `ring` after CPU seconds, and after seconds on the wall; 0 is never."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGPROF, ring)
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, OFTEN)
    signal.setitimer(signal.ITIMER_REAL, wall, OFTEN)


def keep_figures(recorder: Recorder) -> None:
    """Record the figures that are open at the end of a cell."""
    plt = sys.modules.get("matplotlib.pyplot")
    numbers = plt.get_fignums() if plt else []
    for number in numbers[: recorder.keep.figures]:
        recorder.figure(png_of(plt.figure(number)))
    left_out = len(numbers) - recorder.keep.figures
    if left_out > 0:
        recorder.text("stderr", f"{CUT}: {left_out} more figures\n")


def close_figures() -> None:
    plt = sys.modules.get("matplotlib.pyplot")
    if plt:
        plt.close("all")


def png_of(figure: Any) -> bytes:
    """A figure as a notebook shows it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return buffer.getvalue()
