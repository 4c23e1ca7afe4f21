"""Whether there can be a sandbox here, and if not, what to do."""

import os
import shutil
import subprocess
import sys
from functools import cache

INSTALL = (
    "bubblewrap, which keeps learners' code away from everything else, is not "
    "installed. Install it:\n"
    "    sudo apt install bubblewrap    (Debian, Ubuntu)\n"
    "    sudo dnf install bubblewrap    (Fedora)"
)
FORBIDDEN = (
    "bubblewrap is installed, but may make no namespaces here ({said}). Allow it:\n"
    "  Ubuntu 23.10 or newer: let AppArmor leave bwrap alone,\n"
    "    echo 'profile bwrap /usr/bin/bwrap flags=(unconfined) {{ userns, }}' "
    "| sudo tee /etc/apparmor.d/bwrap\n"
    "    sudo apparmor_parser -r /etc/apparmor.d/bwrap\n"
    "  Debian 10 or a hardened kernel: sudo sysctl kernel.unprivileged_userns_clone=1\n"
    "  other systems: sudo sysctl user.max_user_namespaces=10000\n"
    "  in a container: start it with the options that stand in grading/Containerfile."
)
ELSEWHERE = (
    "grading other people's work needs Linux; this is {system}. Run it in a Linux "
    "container, with Docker or Podman:\n"
    "    docker build -t course -f grading/Containerfile .\n"
    '    docker run --rm -it -v "$PWD":/course --security-opt seccomp=unconfined '
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined course\n"
    "or in a virtual machine with Linux (on Windows: wsl --install), where "
    "`sudo apt install bubblewrap` is enough."
)
# Within the sandbox each submission gets walls of its own: mounts and processes.
TRY = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x2002_0000) != 0)"
NAMES = {"darwin": "macOS", "win32": "Windows"}


class SandboxMissing(RuntimeError):
    """There can be no sandbox here; the text says why, and what to do."""


def why_not() -> str:
    """Why there can be no sandbox here, and what to do; empty where there can."""
    if sys.platform != "linux":
        return ELSEWHERE.format(system=NAMES.get(sys.platform, sys.platform))
    program = shutil.which("bwrap")
    if program is None:
        return INSTALL
    said = trial(program)
    return FORBIDDEN.format(said=said) if said else ""


@cache
def trial(program: str) -> str:
    """What bubblewrap says where it cannot do what the sandbox needs of it."""
    command = [program, "--unshare-all", "--unshare-user", "--die-with-parent"]
    command += ["--ro-bind", "/", "/", "--proc", "/proc", "--cap-add", "CAP_SYS_ADMIN"]
    try:
        run = subprocess.run(
            [*command, os.path.realpath(sys.executable), "-I", "-S", "-c", TRY],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if run.returncode == 0:
        return ""
    return run.stderr.strip() or "its processes may make no namespaces"
