"""Open the course: the learner's own copies of the lessons, in JupyterLab.

Lessons, and the glossary beside them, are copied to `work/` where they are missing
there or still as they were copied, so that no rebuild or pull ever touches an answer.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SETTINGS = Path(__file__).parent / "jupyter"
"""Where JupyterLab is told not to ask about news: no option does that."""

ORIGINALS = ".originals.json"
"""In `work/`: which version of each lesson the learner's copy was made from."""


def copy_new(notebooks: Path, work: Path) -> list[Path]:
    """Copy what `work` lacks, or has as it was copied earlier; returns the new copies.

    What a learner has changed is left alone. Raises FileNotFoundError where `notebooks`
    has no lesson.
    """
    pages = pages_of(notebooks)
    work.mkdir(parents=True, exist_ok=True)
    originals = read_originals(work)
    copies = []
    for page in pages:
        content, copy = page.read_bytes(), work / page.name
        if untouched(copy, originals) and originals[page.name] != digest(content):
            copy.unlink()
        if write_new(copy, content):
            originals[page.name] = digest(content)
            copies.append(copy)
    if copies:
        write_originals(work, originals)
    return copies


def untouched(copy: Path, originals: dict[str, str]) -> bool:
    """Whether a copy is there and as it was made."""
    known = originals.get(copy.name)
    return known is not None and copy.exists() and digest(copy.read_bytes()) == known


def changed_since_copied(notebooks: Path, work: Path) -> list[str]:
    """Names of the pages whose original is newer than the learner's copy."""
    originals = read_originals(work)
    return [
        page.name
        for page in pages_of(notebooks)
        if originals.get(page.name, "") not in ("", digest(page.read_bytes()))
    ]


def describe_changed(names: Sequence[str]) -> str:
    """One line about lessons that have a newer original; empty where there are none."""
    if not names:
        return ""
    have = "has" if len(names) == 1 else "have"
    return (
        f"{', '.join(names)} {have} changed since your copy was made; yours is kept. "
        "To get the new one, rename yours in work/ and run this again."
    )


def jupyterlab(work: Path, options: Sequence[str] = ()) -> list[str]:
    """The command that starts JupyterLab on `work`, without news and update checks."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work}"]
    command.append("--LabApp.news_url=None")
    command.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a fresh container has no other user
    return [*command, *options]


def environment() -> dict[str, str]:
    """This process's environment, with the course's own programs and settings first."""
    ours = {
        "PATH": str(Path(sys.executable).parent),
        "JUPYTER_CONFIG_PATH": str(SETTINGS),
    }
    theirs = os.environ
    return theirs | {
        name: os.pathsep.join(filter(None, [value, theirs.get(name)]))
        for name, value in ours.items()
    }


def open_lab(work: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on `work` until it is stopped; returns its exit status."""
    command = jupyterlab(work, options)
    if os.name != "nt":  # become JupyterLab, so that signals reach it
        os.chdir(work)
        os.execve(command[0], command, environment())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for JupyterLab
    return subprocess.call(command, cwd=work, env=environment())


def pages_of(notebooks: Path) -> list[Path]:
    """The notebooks of a folder, in the order of the course, and pages beside them."""
    lessons = sorted(notebooks.glob("*.ipynb"))
    if not lessons:
        raise FileNotFoundError(
            f"no lesson in {notebooks}: expected notebooks such as 01_knn.ipynb; "
            "run `make build` to make them from solutions/"
        )
    return [*lessons, *sorted(notebooks.glob("*.md"))]


def digest(content: bytes) -> str:
    """A short name of a file's content."""
    return hashlib.sha256(content).hexdigest()


def write_new(path: Path, content: bytes) -> bool:
    """Write a file whole, unless one is there; says whether it wrote."""
    if path.exists():
        return False
    temporary = write_temporary(path.parent, content)
    try:
        os.link(temporary, path)  # unlike a rename, never replaces a file
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        os.rename(temporary, path)
        return True
    finally:
        temporary.unlink(missing_ok=True)
    return True


def write_temporary(folder: Path, content: bytes) -> Path:
    """Write content to a new hidden file of a folder."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".copying-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    return Path(name)


def read_originals(work: Path) -> dict[str, str]:
    """The digest of the original of each copy; empty where that is not known."""
    try:
        originals = json.loads((work / ORIGINALS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return originals if isinstance(originals, dict) else {}


def write_originals(work: Path, originals: dict[str, str]) -> None:
    """Remember the digest of the original of each copy."""
    content = json.dumps(originals, indent=1, sort_keys=True) + "\n"
    write_temporary(work, content.encode()).replace(work / ORIGINALS)
