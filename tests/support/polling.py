"""Waiting for what other processes do."""

import time
from collections.abc import Callable

SECONDS_BETWEEN_LOOKS = 0.01
MOST_SECONDS_BETWEEN_LOOKS = 0.1


def until(condition: Callable[[], object], seconds: float) -> float:
    """Wait until the condition holds and return how long that took.

    What takes long to find out is asked less often: who waits shall not work all the time.
    """
    began = time.monotonic()
    while True:
        asked = time.monotonic()
        if condition():
            return time.monotonic() - began
        now = time.monotonic()
        assert now - began < seconds, f"not within {seconds} s"
        rest = max(SECONDS_BETWEEN_LOOKS, 2 * (now - asked))
        time.sleep(min(rest, MOST_SECONDS_BETWEEN_LOOKS))
