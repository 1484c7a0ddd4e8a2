"""Looks after all runs that have a worker, once a second.

A worker ends a run in time by itself. One that is suspended, or waits for a disk that is gone,
cannot, and would keep its place until somebody stops the run.
"""

import logging
import threading
from collections.abc import Callable

from data.language import Text
from models.control import Limits
from models.events import End, State
from models.jobs.places import Place

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_LEAVE = 6.0
"""How long runs may take to write their checkpoints when they are asked to leave."""
SECONDS_OF_GRACE = 30.0
"""How much longer than a run may take a worker may be silent before it counts as hanging."""
TIMES_TO_START = 3
"""A run may take so many times longer to start than to train: it may analyse a corpus first."""
_HUNG = Text(
    "학습 프로세스가 한 번에 학습할 수 있는 시간이 지나도록 아무 소식이 없어 끝냈습니다. "
    "마지막으로 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The training process told nothing for longer than one go may take and was ended. The run can "
    "go on from where it was last saved.",
)

_log = logging.getLogger(__name__)


def time_limit(place: Place, limits: Limits) -> float | None:
    """Return for how many seconds a worker may say nothing; None when that is not limited."""
    if place.leaves:
        return SECONDS_TO_LEAVE
    seconds = limits.paused_seconds if place.load.is_paused else limits.working_seconds
    if seconds is None:
        return None
    return seconds * (1 if place.load.has_started else TIMES_TO_START) + SECONDS_OF_GRACE


def end_of_silent(place: Place) -> End:
    """Return how a run ends whose worker has been silent for too long."""
    if place.leaves or place.load.is_paused:
        return End(State.PAUSED)
    return End(State.TIMEOUT, error=_HUNG)


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
