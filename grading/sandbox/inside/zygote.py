"""The warm process: it has the libraries imported, and forks for each submission.

It runs no code of a learner. An order comes on its socket with three descriptors: to
read requests from, to write replies to, and a line between keeper and trusted side.
"""

import gc
import json
import os
import signal
import socket
import sys
import warnings
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO

from inside import keeper, walls

from utils.subject import cells, worker

SUBJECT = ("utils.plots", "utils.stand_ins", "utils.data", "utils.subject.worker")


def warm_up(library: str) -> None:
    """Import what lessons import, and draw once, so that no submission pays for it."""
    warnings.simplefilter("ignore")
    if library == "torch":
        torch = import_module("torch")
        torch.optim.SGD([torch.zeros(1)])  # the first one imports hundreds of modules
        torch.zeros(1).half() + 1  # asks what processor this is, which the walls hide
    for name in SUBJECT:
        import_module(name)
    with redirect_stdout(StringIO()):  # the notice that the cache cannot be written
        import_module("utils.data.cache").writable_cache()
    plt = import_module("matplotlib.pyplot")
    plt.plot([0, 1])
    cells.png_of(plt.gcf())
    plt.close("all")
    gc.collect()
    gc.freeze()


def serve(control: socket.socket) -> None:
    """Fork a keeper, which forks a worker, for every order until there are no more."""
    warm = walls.Memory.of("self")
    control.send(b"ready")
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 3)
        if not order:
            return
        if os.fork() == 0:
            try:
                one(json.loads(order), warm, control, *descriptors)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def one(
    order: dict,
    warm: walls.Memory,
    control: socket.socket,
    source: int,
    sink: int,
    line: int,
) -> None:
    """The life of a keeper."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control.close()

    def work() -> None:
        worker.work(source, sink, cells.Keep(**order["keep"]))

    keeper.keep(order, warm, socket.socket(fileno=line), work)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warm_up(sys.argv[2])
    serve(control)


if __name__ == "__main__":
    main()
