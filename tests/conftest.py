"""What every test can count on: a quick, offline course with its own cache.

A test that needs something the machine may lack says so, in one of two ways:

    @pytest.mark.requires("bubblewrap")
    def test_…():

    def test_…(requires):
        data = requires("cifar10")

Where it is missing, the test skips with the reason on a learner's machine and fails in
CI (`CI=true`), which installs everything. The names are the keys of `REQUIREMENTS`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

os.environ["MPLBACKEND"] = "Agg"
os.environ["COURSE_MODE"] = "quick"
os.environ["COURSE_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:  # the workers share the cores among them
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    """Give the session one cache, which its workers share, unless the user has one."""
    if "COURSE_CACHE" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="course-cache-")
        os.environ["COURSE_CACHE"] = folder.name
        config.add_cleanup(folder.cleanup)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test, or fail it in CI, that is marked to need what is not here."""
    for mark in item.iter_markers("requires"):
        for name in mark.args:
            require(name)


@pytest.fixture(scope="session")
def requires() -> Callable[[str], Path | None]:
    """A function that skips (in CI: fails) without the thing named; returns its path.

    For data sets that is the file or folder in `COURSE_DATA`, for programs None.
    """
    return require


@pytest.fixture(autouse=True)
def same_working_directory() -> Iterator[None]:
    """A test that changes the working directory does not disturb the next one."""
    before = Path.cwd()
    yield
    os.chdir(before)


def require(name: str) -> Path | None:
    """Skip, or fail in CI, unless the thing is here; returns where its data lies."""
    if name not in REQUIREMENTS:
        raise LookupError(
            f"unknown requirement {name!r}: expected one of {', '.join(REQUIREMENTS)}; "
            "add it to REQUIREMENTS in tests/conftest.py"
        )
    found, missing = REQUIREMENTS[name]()
    if missing and IN_CI:
        pytest.fail(f"CI must have {name}: {missing}", pytrace=False)
    if missing:
        pytest.skip(f"no {name}: {missing}")
    return found


Finding = tuple[Path | None, str]
"""Where a thing lies, and what is missing (empty where nothing is)."""


@cache
def bubblewrap() -> Finding:
    """Is bwrap installed, and may it make namespaces here?"""
    if shutil.which("bwrap") is None:
        return None, "install the package bubblewrap"
    sandbox = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    run = subprocess.run(sandbox, capture_output=True, text=True, timeout=30)
    return None, run.stderr.strip() if run.returncode else ""


@cache
def chromium() -> Finding:
    """Are Chromium and its driver installed?"""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        return None, "install the packages chromium and chromium-driver"
    return None, ""


@cache
def distributed() -> Finding:
    """Is Dask's scheduler installed?"""
    missing = find_spec("distributed") is None
    return None, "install the course's extra `cluster`" if missing else ""


def data(*names: str) -> Finding:
    """Is one of these files or folders in `COURSE_DATA`?"""
    if not os.environ.get("COURSE_DATA"):
        return None, "set COURSE_DATA to the folder that holds the real data"
    folder = Path(os.environ["COURSE_DATA"])
    for name in names:
        if (folder / name).exists():
            return folder / name, ""
    return None, f"{folder} (COURSE_DATA) holds none of {', '.join(names)}"


REQUIREMENTS: dict[str, Callable[[], Finding]] = {
    "bubblewrap": bubblewrap,
    "chromium": chromium,
    "distributed": distributed,
    "cifar10": partial(data, "cifar-10-batches-bin", "cifar-10-batches-bin.tar.xz"),
    "mnist": partial(data, "mnist"),
    "flowers": partial(data, "flower_photos"),
    "weights": partial(data, "weights"),
    "styles": partial(data, "styles"),
    "contents": partial(data, "contents"),
    "labels": partial(data, "labels"),
    "shakespeare": partial(data, "text/tinyshakespeare.txt"),
}
