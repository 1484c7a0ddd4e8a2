"""Lets the scripts of pages start in turn, so that a few run at a time.

Each runs in a thread of its own, and all share one interpreter: twenty at once take as long as
twenty in turn, but each then comes last. Worse, the event loop waits for every thread that it
starts until all running ones have let go of the interpreter, five milliseconds each, and nobody is
answered meanwhile.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

AT_A_TIME = 3
SECONDS_COUNTED = 0.5
"""A script that runs for longer waits for something else, as for the first words of an analyser,
and holds nobody up."""
SECONDS_BETWEEN_LOOKS = 0.004
_THREAD = "ScriptRunner.scriptThread"


class ScriptLimit:
    """A line of messages that may each start a script; the first to come is the first to go."""

    def __init__(
        self,
        threads: Callable[[], Iterable[threading.Thread]] = threading.enumerate,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threads, self._now = threads, now
        self._since: WeakKeyDictionary[threading.Thread, float] = WeakKeyDictionary()
        self._first = asyncio.Lock()

    async def wait(self) -> None:
        """Return when fewer than ``AT_A_TIME`` scripts run.

        What is started before the next ``await`` counts for whoever comes next.
        """
        async with self._first:
            while self._running() >= AT_A_TIME:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    def _running(self) -> int:
        """Count the scripts that run, those that were asked to stop included."""
        now = self._now()
        found = [thread for thread in self._threads() if thread.name == _THREAD]
        return sum(now - self._since.setdefault(thread, now) < SECONDS_COUNTED for thread in found)
