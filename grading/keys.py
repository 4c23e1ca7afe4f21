"""What a verdict depends on, as one hash: whether a submission must be graded."""

import hashlib
from functools import cache
from pathlib import Path

from grading.master import Master
from grading.submission import Submission

ROOT = Path(__file__).resolve().parent.parent
CHECKER = (
    "utils/checks/*.py",
    "utils/subject/*.py",
    "utils/exercises/{name}.py",
    "utils/exercises/{name}/*.py",
    "grading/graft.py",
    "grading/judge.py",
    "grading/master.py",
    "grading/matching.py",
    "grading/session.py",
    "grading/sources.py",
)


def key(read: Submission, master: Master, seed: str) -> str:
    """A hash of all that a verdict depends on."""
    content = hashlib.sha256(read.content).hexdigest()
    parts = [content, *read.findings, master.digest, checker_digest(master.stem), seed]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def checker_digest(lesson: str) -> str:
    """A hash of the code that checks a lesson."""
    name = lesson.partition("_")[2]
    found = hashlib.sha256()
    for pattern in CHECKER:
        for path in sorted(ROOT.glob(pattern.format(name=name))):
            found.update(path.read_bytes())
    return found.hexdigest()
