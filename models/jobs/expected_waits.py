"""What the owners of waiting runs are told of their wait."""

from collections import deque

from models.events import End, State
from models.jobs.fair_queue import FairQueue
from models.jobs.forecast import Promise, Training, seconds_until_start
from models.jobs.places import Place, Places

_DURATIONS = 20


class ExpectedWaits:
    """Knows how long runs took lately, and what was promised. Not safe for threads by itself.

    ``each`` is how many runs of one owner may use a core.
    """

    def __init__(self, queue: FairQueue, places: Places, each: int) -> None:
        self._queue, self._places, self._each = queue, places, each
        self._promises: dict[str, Promise] = {}
        self._durations: deque[float] = deque(maxlen=_DURATIONS)

    def note_end(self, place: Place, end: End) -> None:
        """Learn from a run that has ended how long a run takes."""
        if end.seconds and end.state is State.DONE and not place.has_rested:
            self._durations.append(end.seconds)

    def forget(self, run_id: str) -> None:
        """Break no promise: the run waits no more."""
        self._promises.pop(run_id, None)

    def of(self, run_id: str) -> float | None:
        """Return the seconds until a waiting run starts, by what those before it have left.

        None when nothing is known of those.
        """
        seconds = self._seconds_until_start(run_id)
        if seconds is None:
            return None
        return self._promises.setdefault(run_id, Promise()).renew(seconds)

    def _seconds_until_start(self, run_id: str) -> float | None:
        usual = sum(self._durations) / len(self._durations) if self._durations else None
        training = self._places.training(usual)
        if training is None:
            return None
        longest = max((run.seconds for run in training), default=0.0)
        each = longest if usual is None else usual
        waiting = self._queue.in_order()
        place = [waiting for _, waiting in waiting].index(run_id)
        ahead = [Training(owner, each) for owner, _ in waiting[:place]]
        owner, cores = waiting[place][0], self._places.cores_to_share
        seconds = seconds_until_start(training, ahead, owner, cores, self._each)
        return max(seconds, self._places.seconds_until_worker)
