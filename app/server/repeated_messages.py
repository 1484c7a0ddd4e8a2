"""Messages of the log that come again and again: one of them a minute is enough."""

import logging
import time
from collections.abc import Callable

SECONDS_BETWEEN_REPEATS = 60.0


class RepeatedMessages(logging.Filter):
    """Lets a message that begins with ``start`` through once a minute, with how many there were.

    asyncio warns of every piece that it sends to a browser which is gone, and a live curve has
    many.
    """

    def __init__(self, start: str, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._start, self._now = start, now
        self._passed, self._held = float("-inf"), 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is to be logged."""
        message = record.getMessage()
        if not message.startswith(self._start):
            return True
        if self._now() - self._passed < SECONDS_BETWEEN_REPEATS:
            self._held += 1
            return False
        if self._held:
            record.msg, record.args = f"{message} (and {self._held} times before)", ()
        self._passed, self._held = self._now(), 0
        return True


def limit_repeats() -> None:
    """Limit what asyncio says of connections that were closed by the other side."""
    logging.getLogger("asyncio").addFilter(RepeatedMessages("socket.send() raised exception"))
