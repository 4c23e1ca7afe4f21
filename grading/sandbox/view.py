"""What a learner's code can see: the arguments of bubblewrap that mount it.

A read-only system with no programs but Python, the packages that the lesson may use,
and the learner's side of the course. Nothing else of the machine is there.
"""

import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
COURSE, PACKAGES, CACHE = "/course", "/site-packages", "/course/cache"
OURS = (
    "utils/__init__.py",
    "utils/subject",
    "utils/stand_ins",
    "utils/plots",
    "utils/data",
    "utils/borrow.py",
)
INSIDE = Path(__file__).parent / "inside"

# What lessons import, and what `utils.data` does.
NUMPY = ("numpy", "matplotlib", "platformdirs", "filelock", "pooch", "tqdm")
LIBRARIES = {"numpy": NUMPY, "torch": (*NUMPY, "torch")}

SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/lib32")
FOREIGN_PACKAGES = ("site-packages", "dist-packages")
PLACES = ("/usr/lib", "/etc/a", "/dev/a", f"{COURSE}/utils/a", f"{CACHE}/a")
ENVIRONMENT = {
    "HOME": "/home",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "COURSE_MODE": "quick",
    "COURSE_OFFLINE": "1",
    "COURSE_CACHE": CACHE,
}


def arguments(library: str) -> list[str]:
    """All that is mounted and set for lessons that use this library."""
    return [
        *parents(PLACES),
        *system(),
        *python(),
        *packages(library),
        *course(),
        *("--proc", "/proc", "--dir", "/home", "--tmpfs", "/tmp"),
        *(part for name in ("null", "random", "urandom") for part in device(name)),
        *("--chdir", "/tmp", "--remount-ro", "/"),
        *(part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)),
    ]


def system() -> list[str]:
    """The shared libraries; links to folders stay links."""
    parts = []
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            parts += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            parts += ["--ro-bind", name, name]
    return [*parts, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def python() -> list[str]:
    """Python itself and its standard library, without what is installed into it."""
    program = os.path.realpath(sys.executable)
    folders = {Path(sys.base_prefix, "lib"), Path(sysconfig.get_path("stdlib"))}
    mounted = [p for p in sorted(folders) if not under(p, map(Path, SYSTEM))]
    parts = [*parents([program, *map(str, mounted)]), "--ro-bind", program, program]
    for path in mounted:
        parts += ["--ro-bind", str(path), str(path)]
    for path in sorted(foreign_packages(folders)):
        parts += ["--tmpfs", str(path), "--remount-ro", str(path)]
    return parts


def under(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def foreign_packages(folders: Iterable[Path]) -> set[Path]:
    """Folders of packages that were installed for the whole machine."""
    places = [*folders, *Path("/usr/lib").glob("python3*")]
    places += [path for folder in folders for path in folder.glob("python3*")]
    found = {place / name for place in places for name in FOREIGN_PACKAGES}
    return {path for path in found if path.is_dir() and not path.is_symlink()}


def parents(paths: Iterable[str]) -> list[str]:
    """The folders above, made so that everyone may pass: bwrap copies a home's 0700."""
    above = {str(p) for path in paths for p in Path(path).parents if p != p.parent}
    parts = [("--perms", "0755", "--dir", path) for path in sorted(above)]
    return [part for several in parts for part in several]


@cache
def packages(library: str) -> tuple[str, ...]:
    """The packages that lessons with this library may use, and what those need."""
    parts = ["--dir", PACKAGES]
    for name in sorted(closure(LIBRARIES[library])):
        for path in sorted(top_level(distribution(name))):
            parts += ["--ro-bind", str(path), f"{PACKAGES}/{path.name}"]
    return tuple(parts)


def closure(names: Iterable[str]) -> set[str]:
    """These packages and all that they need here, extras left out."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            lines = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(requirement.name))
    return found


def top_level(package: Distribution) -> set[Path]:
    """The files and folders of a package right below `site-packages`."""
    firsts = {file.parts[0] for file in package.files or []}
    paths = {Path(package.locate_file(first)) for first in firsts - {"..", "/"}}
    return {path for path in paths if path.exists() and path.name != "__pycache__"}


def course() -> list[str]:
    """The learner's side of the course, and the built-in pictures."""
    parts = []
    for name in OURS:
        parts += ["--ro-bind", str(ROOT / name), f"{COURSE}/{name}"]
    parts += ["--ro-bind", str(INSIDE), f"{COURSE}/inside"]
    pictures = built_in_pictures()
    return [*parts, "--ro-bind", str(pictures), f"{CACHE}/{pictures.name}"]


@cache
def built_in_pictures() -> Path:
    """The file of the built-in pictures, which is made where it is missing."""
    from utils.data import builtin
    from utils.data.cache import cache_folder, writable_cache

    builtin.load_builtin(1, 1)
    name = f"builtin-v{builtin.VERSION}-seed0.npz"
    found = [f / name for f in (cache_folder(), writable_cache())]
    return next(path for path in found if path.exists())


def device(name: str) -> list[str]:
    return ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
