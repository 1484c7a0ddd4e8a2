"""What all tests begin with."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

# A shell lets what it runs in the background ignore Ctrl-C, and that is handed down to every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

AGAINST_THE_CLOCK = ("tests/e2e/", "tests/jobs/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of browsers and of many processes a second try; the summary tells why.

    They wait for others on a machine that may be busy with something else for many seconds.
    """
    for item in items:
        if item.nodeid.startswith(AGAINST_THE_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))


NewHome = Callable[[], Path]


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> NewHome:
    """Return what makes a home without runs.

    All have one cache, those of the tests in other processes too: each corpus is cut and each data
    set unpacked once.
    """
    folder = tmp_path_factory.getbasetemp()
    cache = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "cache"
    cache.mkdir(exist_ok=True)

    def new_home() -> Path:
        home = tmp_path_factory.mktemp("home")
        (home / "cache").symlink_to(cache, target_is_directory=True)
        return home

    return new_home
