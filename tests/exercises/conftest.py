from collections.abc import Iterator

import pytest
from sklearn import config_context


@pytest.fixture(autouse=True)
def quick_oracles() -> Iterator[None]:
    """Thousands of calls: scikit-learn need not look at the arguments of each."""
    with config_context(assume_finite=True, skip_parameter_validation=True):
        yield
