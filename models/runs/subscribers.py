"""Whoever watches a run hears every event of it."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from models.runs.numbered_event import NumberedEvent

Subscriber = Callable[[NumberedEvent], None]
"""Receives an event in the writing thread; it must return at once."""

_log = logging.getLogger(__name__)


class Subscribers:
    """The subscribers of all runs. One that has left under ``lock`` hears nothing any more."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._of: dict[str, list[Subscriber]] = {}

    def add(self, run_id: str, subscriber: Subscriber) -> Callable[[], None]:
        """Tell ``subscriber`` every event from now on; returns the function that ends it."""
        with self._lock:
            self._of.setdefault(run_id, []).append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                remaining = [s for s in self._of.pop(run_id, []) if s is not subscriber]
                if remaining:
                    self._of[run_id] = remaining

        return unsubscribe

    def of(self, run_id: str) -> tuple[Subscriber, ...]:
        """Return the subscribers of a run."""
        with self._lock:
            return tuple(self._of.get(run_id, ()))

    def tell(self, run_id: str, event: NumberedEvent) -> None:
        """Tell an event; a subscriber that fails is logged and harms nobody."""
        for subscriber in self.of(run_id):
            try:
                subscriber(event)
            except Exception:
                _log.exception("a subscriber of run %s failed", run_id)
