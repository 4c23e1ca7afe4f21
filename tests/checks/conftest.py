import pytest

from utils.checks import notebook


@pytest.fixture(autouse=True)
def no_memory_of_other_tests(monkeypatch):
    """Every test starts with the learner's seed and no last check."""
    monkeypatch.setattr(notebook, "_class_seed", None)
    monkeypatch.setattr(notebook, "_last", {})
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
