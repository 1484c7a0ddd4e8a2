"""One home for all of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import NewHome


@pytest.fixture(scope="package", autouse=True)
def shared_home(new_home: NewHome) -> Iterator[Path]:
    """Keep away from the home and the data of whoever runs the tests."""
    folder = new_home()
    with pytest.MonkeyPatch.context() as context:
        context.setenv("FNN_LAB_HOME", str(folder))
        context.delenv("FNN_LAB_DATA", raising=False)
        yield folder
