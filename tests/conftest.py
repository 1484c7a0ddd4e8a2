"""What all tests begin with."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A shell lets what it runs in the background ignore Ctrl-C, and that is handed down to every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

AGAINST_THE_CLOCK = (
    "tests/e2e/",
    "tests/models/jobs/",
    "tests/data/test_background.py",
    "tests/data/text/test_tokenizer_service.py",
)
ONE_AFTER_THE_OTHER = "tests/models/jobs/"
"""Tests that start many workers each, and would only make each other wait."""
LONGEST_FIRST = (ONE_AFTER_THE_OTHER, "tests/e2e/", "tests/models/training/", "tests/app/")


class ByFile(LoadScopeScheduling):
    """Keeps the tests of a file in one process, and all those that start many workers too."""

    def _split_scope(self, nodeid: str) -> str:
        is_heavy = nodeid.startswith(ONE_AFTER_THE_OTHER)
        return ONE_AFTER_THE_OTHER if is_heavy else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with long tests, and try some twice.

    Tests of browsers and of many processes wait for others on a machine that may be busy with
    something else for many seconds; the summary tells why there was a second try.
    """
    items.sort(key=_place)
    for item in items:
        if item.nodeid.startswith(AGAINST_THE_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _place(item: pytest.Item) -> int:
    starts = (item.nodeid.startswith(folder) for folder in LONGEST_FIRST)
    return next((place for place, is_here in enumerate(starts) if is_here), len(LONGEST_FIRST))


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
