"""What all tests begin with."""

import signal
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

# A shell lets what it runs in the background ignore Ctrl-C, and that is handed down to every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files that drive a browser evenly over the others.

    They keep the processor busy and most others wait for processes, so one of each at a time is
    faster, and steadier, than two of a kind.
    """
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    busy = [tests for tests in files if _drives_a_browser(tests[0].path)]
    patient = [tests for tests in files if tests not in busy]
    places = [*_spread(busy), *_spread(patient)]
    items[:] = [item for _, tests in sorted(places, key=lambda each: each[0]) for item in tests]


def _drives_a_browser(path: Path) -> bool:
    return path.parent.name == "e2e"


def _spread(files: Sequence[list[pytest.Item]]) -> list[tuple[float, list[pytest.Item]]]:
    return [(place / len(files), tests) for place, tests in enumerate(files)]
