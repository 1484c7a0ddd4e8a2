"""What all tests begin with."""

import signal

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
