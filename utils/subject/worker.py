"""A process that runs a learner's cells and then carries out steps on what they made.

It reads packed messages from its standard input and answers on its standard output:
first the cells, then one step after another, until the input ends. Nothing of the
checks need be importable here: `utils.check` is a stand-in that does nothing.
"""

import linecache
import os
import sys
from typing import Any, BinaryIO

import utils
from utils.subject import wire
from utils.subject.workbench import (
    PRINTED_LIMIT,
    BoundedText,
    Workbench,
    explain,
    quiet,
)


def run_cells(cells: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Run cells in one namespace, as a notebook does; a broken one stops no other.

    Returns the namespace, and for each cell the error it ended with ("" for none).
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    errors = []
    for number, source in enumerate(cells):
        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            with quiet(BoundedText(PRINTED_LIMIT)):
                exec(compile(source, name, "exec"), space)
            errors.append("")
        except (Exception, SystemExit) as error:
            told = explain(error)
            errors.append(f"{told['kinds'][0]}: {told['message']}")
    return space, errors


def nothing(*_: Any, **__: Any) -> None:
    """Stands in for `check` and `hint`, which belong to the other side."""


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer messages until there are no more."""
    utils.check = utils.hint = nothing
    tree, arrays = wire.read(source.read)
    space, errors = run_cells(wire.Unpacker(arrays).unpack(tree))
    wire.write(sink, {"list": errors}, [])
    workbench = Workbench(space)
    while True:
        try:
            tree, arrays = wire.read(source.read)
        except EOFError:
            return
        wire.write(sink, *workbench.perform(tree, arrays))


def main() -> None:
    """Take the standard streams for the messages, and leave the learner none."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    serve(source, sink)
    sys.exit(0)


if __name__ == "__main__":
    main()
