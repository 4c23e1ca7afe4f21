"""A lesson's first cell imports `utils.data` in a sandbox that lacks some libraries."""

import subprocess
import sys

HIDDEN = "import sys; sys.modules |= dict.fromkeys(('scipy', 'sklearn', 'torch'))"


def test_the_loaders_are_imported_without_scipy_scikit_learn_and_pytorch():
    code = f"{HIDDEN}; import utils.data"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
