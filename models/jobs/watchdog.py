"""Looks after all runs that have a worker, once a second.

A worker ends a run in time by itself. One that is suspended, or waits for a disk that is gone,
cannot, and would keep its place until somebody stops the run.
"""

import logging
import threading
from collections.abc import Callable

SECONDS_BETWEEN_LOOKS = 1.0

_log = logging.getLogger(__name__)


class Watchdog:
    """Calls ``look`` every second, in a thread of its own, until it is closed."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closed.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self._look()
            except Exception:  # the next look may find things in order again
                _log.exception("the runs could not be looked after")
