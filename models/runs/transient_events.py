"""The last of what is true for a moment only: pictures of a network, one weight's updates.

They are never written to a file. A page that opens late, or that shows a run of half a second over
four, finds the last of them here.
"""

from collections import OrderedDict, deque

EVENTS_PER_RUN = 60
RUNS = 20
"""Together at most about 10 MB: a picture of the network is a line of 3 to 10 kB."""


class TransientEvents:
    """Remembers the newest lines of the runs that were heard of last."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[str]] = OrderedDict()

    def add(self, run_id: str, line: str) -> None:
        self._lines.setdefault(run_id, deque(maxlen=EVENTS_PER_RUN)).append(line)
        self._lines.move_to_end(run_id)
        if len(self._lines) > RUNS:
            self._lines.popitem(last=False)

    def of(self, run_id: str) -> list[str]:
        """Return a run's lines, oldest first."""
        return list(self._lines.get(run_id, ()))
