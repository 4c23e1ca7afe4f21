"""Where fetched and made data are kept, and how they get there whole or not at all."""

import atexit
import functools
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from utils.data.notice import notice


def cache_folder():
    """The folder to read cached data from: `$COURSE_CACHE`, else the user's cache."""
    chosen = os.environ.get("COURSE_CACHE")
    return Path(chosen or platformdirs.user_cache_dir("convnet-course", False))


def writable_cache():
    """The folder to write data to: the cache, or a temporary one with a notice."""
    return _writable(cache_folder())


@functools.cache
def _writable(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        stand_in = Path(tempfile.mkdtemp(prefix="convnet-course-"))
        atexit.register(shutil.rmtree, stand_in, ignore_errors=True)
        say_not_kept(folder, error)
        return stand_in


def say_not_kept(folder, error):
    """Tell the learner that the cache cannot be written to, and what that means."""
    notice(
        "Data cannot be kept",
        f"The cache folder {folder} cannot be written to ({error.strerror or error}), "
        "so data are made or unpacked anew in every session. Make the folder "
        "writable, or set COURSE_CACHE to one that is.",
    )


@contextmanager
def whole_file(target):
    """Give a path to write to; it becomes `target` when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=".making-", suffix=target.suffix
    )
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def whole_folder(target):
    """Give a folder to fill; it becomes `target` when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".making-"))
    try:
        yield draft
        draft.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
