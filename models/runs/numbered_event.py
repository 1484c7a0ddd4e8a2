"""An event as the store keeps it and hands it on."""

from typing import NamedTuple

TRANSIENT_NUMBER = 0
"""The number of every event that is true for a moment only, see ``models.events.TRANSIENT``."""


class NumberedEvent(NamedTuple):
    """An event of a run: its number there, its kind, and all of it as a line of JSON.

    ``arose`` is when it arose (seconds since 1970), for whoever measures how long its way has been.
    It is no part of the event, for the same run has the same events every time, and 0 for an event
    that comes from the file.
    """

    number: int
    kind: str
    line: str
    arose: float = 0.0
