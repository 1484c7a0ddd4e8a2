"""One clean home for all of these tests: each corpus is cut and each data set unpacked once."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="package", autouse=True)
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep away from the home and the data of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as context:
        context.setenv("FNN_LAB_HOME", str(folder))
        context.delenv("FNN_LAB_DATA", raising=False)
        yield folder
