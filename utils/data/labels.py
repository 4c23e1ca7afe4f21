"""The names of ImageNet's 1,000 classes, in the order of the published networks.

Looked for in the folder `labels` of `$COURSE_DATA`, then in the user's cache, then at
the official address.
"""

import json
import os
from pathlib import Path

from utils.data.cache import cache_folder, writable_cache
from utils.data.download import Remote, fetch
from utils.data.images import DataError

REMOTE = Remote(
    "imagenet-simple-labels.json",
    14_209,
    "987705581d9446328498f950454a1cc7d8dfc578a8243d8bfdcd2588a6905aae",
    (
        "https://raw.githubusercontent.com/anishathalye/imagenet-simple-labels/"
        "master/imagenet-simple-labels.json",
    ),
)
CLASSES = 1000


def imagenet_names() -> tuple[str, ...]:
    """A name a class; "class 281" and so on where the file is nowhere to be had."""
    for find in (in_course_data, in_cache, by_download):
        try:
            names = json.loads(find().read_text(encoding="utf-8"))
        except (DataError, OSError, ValueError):
            continue
        if isinstance(names, list) and len(names) == CLASSES:
            return tuple(map(str, names))
    return tuple(f"class {number}" for number in range(CLASSES))


def in_course_data() -> Path:
    return Path(os.environ.get("COURSE_DATA") or "nowhere") / "labels" / REMOTE.name


def in_cache() -> Path:
    return cache_folder() / REMOTE.name


def by_download() -> Path:
    return fetch(REMOTE, writable_cache())
