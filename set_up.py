"""Set the course up on first use, then run one of its commands.

    python3 set_up.py          set up, and nothing else
    python3 set_up.py lab      set up, then `course lab` (what `make lab` does)
    python3 set_up.py clean    remove what set-up and tests have made

Uses the standard library only, and a grammar that old Pythons can read, so that
they can say which Python to install.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SUPPORTED = [(3, 13), (3, 12), (3, 11)]
WINDOWS = os.name == "nt"
GENERATED = (".venv", "build", "convnet_course.egg-info", ".pytest_cache")
GENERATED += (".ruff_cache", "grading/sample_class")
LEFT_ALONE = ("work", "grading/course")
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"

CPU_ADVICE = (
    "On Linux, pip may fetch PyTorch with several GB of CUDA libraries. The CPU build\n"
    "is all that the course needs, and is much smaller:\n"
    f"    PIP_EXTRA_INDEX_URL={CPU_WHEELS} make lab"
)
NETWORK_ADVICE = (
    "The network could not be reached, or broke off. Connect this machine (behind\n"
    "a proxy, set HTTPS_PROXY) and run the same command again: what is already\n"
    "downloaded is kept.\n" + CPU_ADVICE
)
PIP_FAILURES = [
    (
        ("No space left on device", "Errno 28", "not enough space"),
        "The disk is full. The course needs about 2 GB.\n" + CPU_ADVICE,
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "No secure connection could be made. Behind a proxy, name its certificate:\n"
        "    PIP_CERT=/path/to/certificate.pem make lab",
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeoutError",
            "ProxyError",
            "ReadTimeoutError",
            "Network is unreachable",
            "Connection broken",
            "IncompleteRead",
        ),
        NETWORK_ADVICE,
    ),
    (
        ("Permission denied", "Errno 13", "WinError 5"),
        "A file may not be written. Put the course in a folder that belongs to you,\n"
        "close programs that use its .venv folder, and run the same command again.",
    ),
    (
        ("No matching distribution found for torch",),
        "PyTorch has no build for this machine and this Python. Its builds are for\n"
        "64-bit Linux, Windows and macOS on Apple silicon.\n" + CPU_ADVICE,
    ),
    (("(from versions: none)",), NETWORK_ADVICE),
]
OTHER_FAILURE = (
    "pip stopped with the error shown above. Run the same command again; if it stops\n"
    "in the same place, run `make clean` first to begin afresh.\n" + CPU_ADVICE
)


class SetUpError(Exception):
    """Set-up cannot go on; the message says what was found and what to do."""


def venv_program(name):
    """The path of a program of the course's own environment."""
    if WINDOWS:
        return ROOT / ".venv" / "Scripts" / (f"{name}.exe")
    return ROOT / ".venv" / "bin" / name


def fingerprint():
    """What an environment was made for: where, and from which versions."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in ("requirements.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamp_file():
    """Exists once set-up has succeeded, and holds the fingerprint of that time."""
    return ROOT / ".venv" / "set_up.stamp"


def is_set_up():
    """Is there an environment, whole and made from today's requirements?"""
    stamp = stamp_file()
    return (
        stamp.is_file()
        and venv_program("python").exists()
        and stamp.read_text().strip() == fingerprint()
    )


def candidates():
    """Commands that may start a supported Python: the one running now, then others."""
    commands = [[sys.executable]]
    for version in SUPPORTED:
        name = "%d.%d" % version
        commands.append(["python" + name])
        if WINDOWS:
            commands.append(["py", "-" + name])
    return commands


def describe(command):
    """(version, has venv and ensurepip) of the Python of a command, or None."""
    probe = (
        "import sys, importlib.util as u; print(*sys.version_info[:2], "
        "int(all(map(u.find_spec, ('venv', 'ensurepip')))))"
    )
    if shutil.which(command[0]) is None:
        return None
    result = subprocess.run(
        command + ["-c", probe],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
    )
    words = result.stdout.split()
    if result.returncode or len(words) != 3:
        return None
    return (int(words[0]), int(words[1])), words[2] == "1"


def find_python():
    """The command of a Python that the course supports and that has venv."""
    seen = [(command, describe(command)) for command in candidates()]
    supported = [
        (command, found[0], found[1])
        for command, found in seen
        if found and found[0] in SUPPORTED
    ]
    for command, _, has_venv in supported:
        if has_venv:
            return command
    if supported:
        raise SetUpError(missing_venv(supported[0][1]))
    raise SetUpError(wrong_python([found[0] for _, found in seen if found]))


def missing_venv(version):
    """What to do where Python came without its venv module."""
    name = "%d.%d" % version
    return (
        f"Python {name} is here, but without its venv module. On Debian and Ubuntu,\n"
        "install it, then run the same command again:\n"
        "    sudo apt install python3-venv\n"
        f"(python{name}-venv, where {name} is not the system's own Python.)"
    )


def wrong_python(found):
    """What to do where no supported Python is installed."""
    versions = ", ".join("%d.%d" % version for version in sorted(set(found)))
    return (
        f"The course needs Python 3.11, 3.12 or 3.13; found: {versions or 'none'}.\n"
        "Install one of them, from your system's packages or from\n"
        "https://www.python.org/downloads/, and run the same command again.\n"
        "Where it is not on the PATH, name it:\n"
        "    make lab PYTHON=/path/to/python3.12"
    )


def environment_is_usable():
    """Can an earlier environment be kept: made here, a supported Python, with pip?"""
    settings = ROOT / ".venv" / "pyvenv.cfg"
    if not settings.is_file() or str(ROOT) not in settings.read_text():
        return False
    command = [str(venv_program("python"))]
    found = describe(command)
    if not found or found[0] not in SUPPORTED:
        return False
    pip = command + ["-m", "pip", "--version"]
    return (
        subprocess.call(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    )


def refuse_a_link():
    """Making an environment empties the folder: that of another checkout stays."""
    folder = ROOT / ".venv"
    if folder.is_symlink() and folder.is_dir() and any(folder.iterdir()):
        raise SetUpError(
            f".venv is a link to {folder.resolve()}, made for another folder.\n"
            "Set-up would empty it. Remove the link alone, and run the command again."
        )


def make_environment():
    """Make `.venv`, unless a usable one is there."""
    if environment_is_usable():
        return
    refuse_a_link()
    python = find_python()
    command = python + ["-m", "venv", "--clear", str(ROOT / ".venv")]
    print(f"Making .venv with {' '.join(python)}", flush=True)
    if subprocess.call(command):
        raise SetUpError(
            f"`{' '.join(command)}` failed with the error shown above.\n"
            "Check that this folder can be written to and that the disk is not full,\n"
            "and run the same command again."
        )


def pip_install():
    """Install the requirements; returns pip's exit status and what it complained of."""
    command = [str(venv_program("python")), "-m", "pip", "install"]
    command += ["--disable-pip-version-check", "-r", "requirements.txt"]
    complaints = []
    with subprocess.Popen(
        command, cwd=str(ROOT), stderr=subprocess.PIPE, universal_newlines=True
    ) as process:
        for line in process.stderr:
            sys.stderr.write(line)
            complaints.append(line)
    return process.returncode, "".join(complaints)


def explain(complaints):
    """What to do about pip's complaints, in plain words."""
    for signs, advice in PIP_FAILURES:
        if any(sign in complaints for sign in signs):
            return advice
    return OTHER_FAILURE


def set_up():
    """Make the environment and install the course; does nothing the second time."""
    if is_set_up():
        return
    print("Setting up the course in .venv: some minutes and about 2 GB, only once.")
    make_environment()
    if stamp_file().exists():
        stamp_file().unlink()
    status, complaints = pip_install()
    if status:
        raise SetUpError(explain(complaints))
    stamp_file().write_text(fingerprint() + "\n")
    print("The course is set up.", flush=True)


def clean():
    """Remove what set-up and tests have made; a learner's and a class's work stays."""
    for name in GENERATED:
        shutil.rmtree(str(ROOT / name), ignore_errors=True)
    for folder in ("utils", "grading", "tests", "solutions", "benchmarks"):
        for cache in sorted((ROOT / folder).glob("**/__pycache__")):
            if "course" not in cache.relative_to(ROOT).parts:
                shutil.rmtree(str(cache), ignore_errors=True)
    for name in LEFT_ALONE:
        if (ROOT / name).exists():
            print(f"Left as it is: {name}/")


def run_course(arguments):
    """Hand over to the `course` command of the environment; returns its status."""
    command = [str(venv_program("course"))] + arguments
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(command[0], command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command)


def main(arguments):
    """Set up, then run the command, if any; returns the exit status."""
    if arguments == ["clean"]:
        clean()
        return 0
    try:
        set_up()
    except SetUpError as error:
        print(f"\nThe course is not set up.\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return run_course(arguments) if arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
