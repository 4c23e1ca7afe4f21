"""The learner's side of a check: what runs beside the learner's code, and no more.

This package knows no oracle, no case and no score, so that it can run alone in a
sandbox. `Subject` is how a case speaks to the learner's objects, wherever they are.
"""

from utils.subject.references import Generator, Named, Network, Tensor, TorchGenerator
from utils.subject.subject import Handle, Subject
from utils.subject.troubles import (
    Crashed,
    Missing,
    NotWritten,
    OutOfMemory,
    Raised,
    TimedOut,
    Trouble,
)

__all__ = [
    "Crashed",
    "Generator",
    "Handle",
    "Missing",
    "Named",
    "Network",
    "NotWritten",
    "OutOfMemory",
    "Raised",
    "Subject",
    "Tensor",
    "TimedOut",
    "TorchGenerator",
    "Trouble",
]
