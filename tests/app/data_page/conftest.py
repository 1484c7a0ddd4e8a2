"""What the tests of the Data page share."""

import pytest

from tests.support.downloads import Downloads


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Downloads:
    return Downloads(monkeypatch)
