"""How long a run will wait: by what the runs under way have left, at the pace they have.

A forecast is made anew whenever somebody asks. What was promised and has passed is not promised
again: then it takes at least as long again as it is late.
"""

import heapq
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.events import Batches, Event, Started

NOTICEABLE = 1.25
"""A wait that grows by less than this, and a second, is the same promise still."""


@dataclass(slots=True)
class Progress:
    """How fast a run trains, since it last began to use a core. Times are ``time.monotonic``."""

    began: float = field(default_factory=time.monotonic)
    measured_from: float = field(default_factory=time.monotonic)
    first: int | None = None
    """The update from which on the pace is measured; those before it were prepared and traced."""
    newest: int = 0
    last: int | None = None
    """The update at the run's end."""

    def hear(self, event: Event) -> None:
        """Take in what the run says."""
        match event:
            case Started():
                self.last, self.first = event.epochs * event.updates_per_epoch, None
            case Batches():
                self.newest = event.points[-1][0]
                if self.first is None:
                    self.first, self.measured_from = self.newest, time.monotonic()

    def measure(self) -> None:
        """Measure the pace from the next point on: until now it was another one."""
        self.first = None

    def seconds_left(self, usual: float | None) -> float | None:
        """Return the seconds to its end, None if nothing is known of them.

        A run that has not begun to train takes the ``usual`` seconds, or as long again.
        """
        now = time.monotonic()
        if self.last is not None and self.first is not None and self.newest > self.first:
            seconds_per_update = (now - self.measured_from) / (self.newest - self.first)
            return (self.last - self.newest) * seconds_per_update
        since = now - self.began
        return None if usual is None else max(usual - since, since)


@dataclass(frozen=True, slots=True)
class Training:
    """A run that uses a core, or waits for one, and the seconds that it needs it for."""

    owner: str
    seconds: float


def seconds_until_start(
    training: Iterable[Training], ahead: Sequence[Training], owner: str, cores: int, each: int
) -> float:
    """Return the seconds until a run of ``owner`` starts, behind those that wait ``ahead``.

    As many runs train as there are ``cores``, and ``each`` of one owner.
    """
    busy = list(training)
    free = sorted(run.seconds for run in busy)[max(0, len(busy) - cores) :]
    free += [0.0] * (cores - len(free))
    heapq.heapify(free)
    own: defaultdict[str, list[float]] = defaultdict(list)
    for run in busy:
        own[run.owner].append(run.seconds)
    for run in ahead:
        end = _start(free, own[run.owner], each) + run.seconds
        heapq.heappush(free, end)
        own[run.owner].append(end)
    return _start(free, own[owner], each)


def _start(free: list[float], own: list[float], each: int) -> float:
    """Take the next core that is free; returns when it is, and when its owner may use it."""
    allowed = sorted(own)[-each] if len(own) >= each else 0.0
    return max(heapq.heappop(free), allowed)


class Promise:
    """What somebody who waits has been told."""

    def __init__(self) -> None:
        self._due: float | None = None

    def renew(self, seconds: float) -> float:
        """Return the seconds to tell where ``seconds`` are expected."""
        now = time.monotonic()
        left = float("inf") if self._due is None else self._due - now
        if seconds < left or seconds > NOTICEABLE * abs(left) + 1:
            self._due = now + seconds
            return seconds
        return max(seconds, -left)
