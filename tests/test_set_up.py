"""Setting up: once, with a Python that fits, and never silently half."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import set_up

THIS_PYTHON = sys.version_info[:2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the course, not yet set up."""
    (tmp_path / "requirements.txt").write_text("numpy==2.4.6\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def pip(root: Path, monkeypatch: pytest.MonkeyPatch) -> "FakePip":
    """Stands for both venv and pip, so that no test needs the network."""
    fake = FakePip(root)
    monkeypatch.setattr(set_up, "make_environment", fake.make_environment)
    monkeypatch.setattr(set_up, "pip_install", fake.install)
    return fake


class FakePip:
    """Makes the files that set-up looks for; fails when told to."""

    def __init__(self, root: Path) -> None:
        self.root, self.runs, self.failure = root, 0, ""

    def make_environment(self) -> None:
        python = set_up.venv_program("python")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(self) -> tuple[int, str]:
        self.runs += 1
        return int(bool(self.failure)), self.failure


def test_a_second_set_up_does_nothing(pip):
    assert set_up.main([]) == 0
    assert set_up.main([]) == 0
    assert pip.runs == 1


@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_new_requirements_are_installed(pip, root, changed):
    set_up.main([])
    (root / changed).write_text("scipy==1.17.1\n")
    set_up.main([])
    assert pip.runs == 2


def test_an_environment_that_was_removed_is_made_again(pip):
    set_up.main([])
    set_up.venv_program("python").unlink()
    set_up.main([])
    assert pip.runs == 2


def test_a_course_that_was_moved_is_set_up_again(pip, root, tmp_path, monkeypatch):
    set_up.main([])
    moved = root.rename(tmp_path.parent / f"{root.name}-moved")
    monkeypatch.setattr(set_up, "ROOT", moved)
    assert not set_up.is_set_up()


ADVICE = {
    "OSError: [Errno 28] No space left on device": "The disk is full",
    "NewConnectionError: Failed to establish a new connection": "network",
    "ReadTimeoutError: read timed out": "network",
    "Cannot connect to proxy: ProxyError": "HTTPS_PROXY",
    "no version satisfies numpy==2.4.6 (from versions: none)": "network",
    "CERTIFICATE_VERIFY_FAILED": "PIP_CERT",
    "No matching distribution found for torch==2.13.0": "no build for this machine",
    "OSError: [Errno 13] Permission denied": "may not be written",
    "something new": "make clean",
}


@pytest.mark.parametrize(("complaint", "advice"), ADVICE.items())
def test_a_failed_install_leaves_no_stamp_and_says_what_to_do(
    pip, capsys, complaint, advice
):
    pip.failure = complaint
    assert set_up.main(["lab"]) == 1
    assert not set_up.stamp_file().exists()
    said = capsys.readouterr().err
    assert "The course is not set up." in said
    assert advice in said


@pytest.mark.parametrize("complaint", ["No space left on device", "ReadTimeoutError"])
def test_a_download_that_is_too_large_is_told_of_the_cpu_build(complaint):
    advice = set_up.explain(complaint)
    assert f"PIP_EXTRA_INDEX_URL={set_up.CPU_WHEELS} make lab" in advice


def test_an_update_that_fails_takes_the_old_stamp_away(pip, root):
    set_up.main([])
    (root / "requirements.txt").write_text("scipy==1.17.1\n")
    pip.failure = "ReadTimeoutError"
    set_up.main([])
    (root / "requirements.txt").write_text("numpy==2.4.6\n")
    assert not set_up.is_set_up()


def test_after_a_failure_the_same_command_goes_on(pip):
    pip.failure = "ReadTimeoutError"
    assert set_up.main([]) == 1
    pip.failure = ""
    assert set_up.main([]) == 0
    assert set_up.is_set_up()


def test_stopping_it_says_how_to_go_on(pip, monkeypatch, capsys):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(set_up, "pip_install", stopped)
    assert set_up.main([]) == 130
    assert "Run the same command again" in capsys.readouterr().err
    assert not set_up.stamp_file().exists()


def pythons(monkeypatch, **found):
    """Let the machine have just these Pythons: name=(version, has venv)."""
    monkeypatch.setattr(set_up, "candidates", lambda: [[name] for name in found])
    monkeypatch.setattr(set_up, "describe", lambda command: found[command[0]])


def test_a_missing_venv_module_is_named(monkeypatch):
    pythons(monkeypatch, python3=((3, 12), False), other=None)
    with pytest.raises(set_up.SetUpError, match="sudo apt install python3-venv") as e:
        set_up.find_python()
    assert "Python 3.12 is here" in str(e.value)


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_named(monkeypatch, version):
    pythons(monkeypatch, python3=(version, True))
    with pytest.raises(set_up.SetUpError) as error:
        set_up.find_python()
    assert "needs Python 3.11, 3.12 or 3.13" in str(error.value)
    assert f"found: 3.{version[1]}." in str(error.value)
    assert "Install one of them" in str(error.value)


def test_another_python_on_the_path_is_taken_where_the_first_does_not_fit(monkeypatch):
    pythons(monkeypatch, python3=((3, 14), True), other=((3, 12), True))
    assert set_up.find_python() == ["other"]


def test_a_python_with_venv_is_preferred_to_one_without(monkeypatch):
    pythons(monkeypatch, python3=((3, 11), False), other=((3, 13), True))
    assert set_up.find_python() == ["other"]


def test_a_real_python_is_described():
    assert set_up.describe([sys.executable]) == (THIS_PYTHON, True)


def test_a_command_that_is_no_python_is_passed_over():
    assert set_up.describe(["no-such-python"]) is None
    assert set_up.describe(["false"]) is None


def test_a_real_environment_is_made_and_kept_until_it_breaks(root, capfd):
    set_up.make_environment()
    marker = root / ".venv" / "kept"
    marker.touch()
    set_up.make_environment()
    assert marker.exists()
    set_up.venv_program("python").unlink()
    assert not set_up.environment_is_usable()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_the_environment_of_another_folder_is_not_emptied_through_a_link(root):
    python = root / "another" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (root / ".venv").symlink_to(root / "another", target_is_directory=True)
    with pytest.raises(set_up.SetUpError, match="Remove the link"):
        set_up.make_environment()
    assert python.exists()


def test_pip_is_heard_and_its_complaints_are_kept(root, monkeypatch, capfd):
    (root / "requirements.txt").write_text("./no-such-folder\n")
    monkeypatch.setattr(set_up, "venv_program", lambda _: Path(sys.executable))
    status, complaints = set_up.pip_install()
    assert status != 0
    assert "no-such-folder" in complaints
    assert "no-such-folder" in capfd.readouterr().err


def test_this_course_is_set_up_again_in_a_fifth_of_a_second():
    """Run for real, in this repository; only where `make` has set it up."""
    if not set_up.is_set_up():
        pytest.skip("not set up by set_up.py: run `make test`")
    command = [sys.executable, str(Path(set_up.__file__))]
    seconds = min(duration(command) for _ in range(5))
    assert seconds < 0.2


def duration(command: list[str]) -> float:
    before = os.times().elapsed
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == ""
    return os.times().elapsed - before
