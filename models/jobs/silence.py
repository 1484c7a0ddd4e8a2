"""Runs of which nothing has been heard for so long that their worker must hang.

A worker ends a run in time by itself. One that is suspended, or waits for a disk that is gone,
cannot, and would keep its slot until somebody stops the run.
"""

import threading
import time
from collections.abc import Callable

SECONDS_OF_GRACE = 30.0
SECONDS_BETWEEN_LOOKS = 1.0


class Silence:
    """Tells ``end``, again and again, which runs were heard and then not for ``seconds``.

    ``SECONDS_OF_GRACE`` come on top. Nothing is told where ``seconds`` is None.
    """

    def __init__(self, seconds: float | None, end: Callable[[str], None]) -> None:
        self._seconds, self._end = seconds, end
        self._heard: dict[str, float] = {}
        self._closed = threading.Event()
        self._watch = threading.Thread(target=self._look, name="silence", daemon=True)
        self._watch.start()

    def hear(self, run_id: str) -> None:
        """Remember that a run has said something just now."""
        self._heard[run_id] = time.monotonic()

    def forget(self, run_id: str) -> None:
        """Expect nothing more of a run."""
        self._heard.pop(run_id, None)

    def close(self) -> None:
        """Tell nothing any more."""
        self._closed.set()
        self._watch.join()

    def _look(self) -> None:
        if self._seconds is None:
            return
        while not self._closed.wait(SECONDS_BETWEEN_LOOKS):
            latest = time.monotonic() - self._seconds - SECONDS_OF_GRACE
            for run_id, heard in list(self._heard.items()):
                if heard < latest:
                    self._end(run_id)
