"""The last of what is true for a moment only: pictures of a network, one weight's updates.

They are never written to a file. A page that opens late, or that shows a run of half a second over
four, finds the last of them here.
"""

from collections import OrderedDict, deque

from models.runs.numbered_event import NumberedEvent

EVENTS_PER_RUN = 60
RUNS = 20
"""Together at most about 10 MB: a picture of the network is a line of 3 to 10 kB."""


class TransientEvents:
    """Remembers the newest of the runs that were heard of last."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, deque[NumberedEvent]] = OrderedDict()

    def add(self, run_id: str, event: NumberedEvent) -> None:
        self._events.setdefault(run_id, deque(maxlen=EVENTS_PER_RUN)).append(event)
        self._events.move_to_end(run_id)
        if len(self._events) > RUNS:
            self._events.popitem(last=False)

    def of(self, run_id: str) -> list[NumberedEvent]:
        """Return a run's events, oldest first."""
        return list(self._events.get(run_id, ()))
