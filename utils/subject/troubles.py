"""What can go wrong while learner's code runs; none is a fault of the course."""


class Trouble(Exception):
    """The learner's code gave no result."""

    status = "raised"


class TimeIsUp(BaseException):
    """Raised inside the learner's code; no `except Exception` there can stop it."""


class NotWritten(Trouble):
    """The stub is still there."""

    status = "not written"


class Missing(Trouble):
    """An object with the expected name does not exist."""

    status = "missing"


class Raised(Trouble):
    """The learner's code raised: which error, what it said, and on which line."""

    status = "raised"

    def __init__(
        self, kind: str, message: str, line: int | None = None, code: str = ""
    ):
        super().__init__(f"{kind}: {message}")
        self.kind, self.message, self.line, self.code = kind, message, line, code


class TimedOut(Trouble):
    """The learner's code was still running when its time was up."""

    status = "timed out"

    def __init__(self, seconds: float):
        super().__init__(f"still running after {seconds:g} seconds")
        self.seconds = seconds


class OutOfMemory(Trouble):
    """The learner's code asked for more memory than there is."""

    status = "out of memory"


class Crashed(Trouble):
    """The process of the learner's code ended, or answered nonsense."""

    status = "crashed"
