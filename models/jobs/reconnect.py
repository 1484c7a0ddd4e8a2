"""Runs that were lost together with the way to where they trained, until there is a way again.

Only a cluster can go away as a whole. Nobody knows then what became of its runs, so each of them
counts as lost; but their owners need not come back and press a button in order to go on.
"""

import threading
from collections.abc import Callable

SECONDS_BETWEEN_LOOKS = 0.3


class Reconnect:
    """Tells ``take_up`` the runs that were added, in order, as soon as ``is_back`` says so.

    It has a thread while there are such runs, and none otherwise.
    """

    def __init__(self, is_back: Callable[[], bool], take_up: Callable[[list[str]], None]) -> None:
        self._is_back, self._take_up = is_back, take_up
        self._runs: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._waiting: threading.Thread | None = None

    def add(self, run_id: str) -> None:
        """Remember a run that was lost."""
        with self._lock:
            self._runs.append(run_id)
            if len(self._runs) == 1:
                self._waiting = threading.Thread(target=self._wait, name="reconnect", daemon=True)
                self._waiting.start()

    def close(self) -> list[str]:
        """Wait no longer; returns the runs that are still lost, in order."""
        self._closed.set()
        if self._waiting is not None:
            self._waiting.join()
        return self._runs

    def _wait(self) -> None:
        while not self._is_back():
            if self._closed.wait(SECONDS_BETWEEN_LOOKS):
                return
        with self._lock:
            runs, self._runs = self._runs, []
        self._take_up(runs)
