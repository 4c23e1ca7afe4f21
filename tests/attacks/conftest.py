"""One sandbox for all attacks: what one leaves behind, the next would meet."""

import pytest

from grading.sandbox import Sandbox
from tests.attacks.hostile_class import LIMITS, WRONG, Secrets, descendants, grade


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    """Secrets as a grader has them; they are there before the sandbox starts."""
    secrets = Secrets(tmp_path_factory.mktemp("grader"))
    secrets.plant()
    yield secrets
    secrets.remove()


@pytest.fixture(scope="session")
def sandbox(planted):
    """The sandbox that all attacks share, with tight limits."""
    with Sandbox(limits=LIMITS) as place:
        place.start()
        place.warm = descendants(place.process.pid)
        yield place


@pytest.fixture(scope="session")
def honest_score(sandbox):
    """What the wrong answers earn by themselves."""
    return grade(sandbox, [WRONG]).score
