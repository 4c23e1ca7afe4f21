"""What a verdict depends on, as one hash: whether a submission must be graded."""

import hashlib
from functools import cache
from pathlib import Path

from grading.master import Master
from grading.submission import Submission
from grading.warm import exercise_files

ROOT = Path(__file__).resolve().parent.parent
# What decides a verdict beside the lesson itself: whatever the judge loads but for what
# only makes the master (which has a hash of its own) or moves files about, and what a
# learner's code can import.
CHECKER = (
    "utils/*.py",
    "utils/checks/*.py",
    "utils/data/*.py",
    "utils/subject/*.py",
    "grading/graft.py",
    "grading/judge.py",
    "grading/master.py",
    "grading/matching.py",
    "grading/outputs.py",
    "grading/process.py",
    "grading/sandbox/**/*.py",
    "grading/session.py",
    "grading/submission.py",
    "grading/uploads.py",
)


def key(read: Submission, master: Master, seed: str) -> str:
    """A hash of all that a verdict depends on."""
    content = hashlib.sha256(read.content).hexdigest()
    parts = [content, *read.findings, master.digest, checker_digest(master.stem), seed]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def checker_digest(lesson: str) -> str:
    """A hash of the code that checks a lesson."""
    files = {path for pattern in CHECKER for path in ROOT.glob(pattern)}
    found = hashlib.sha256()
    for path in [*sorted(files), *exercise_files(lesson)]:
        found.update(path.read_bytes())
    return found.hexdigest()
