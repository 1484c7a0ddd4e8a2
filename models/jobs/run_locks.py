"""One lock a run, for whoever changes its files or must not have them changed."""

import threading
from weakref import WeakValueDictionary


class RunLocks:
    """Locks by run. One that nobody holds is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def of(self, run_id: str) -> threading.Lock:
        """Return the lock of a run, to be held while its files are changed."""
        with self._lock:
            return self._locks.setdefault(run_id, threading.Lock())
