"""Who has a worker, and who of them uses a core.

A run that is paused or slow keeps its worker process but leaves its core to the next one. That is
bounded in memory: beyond so many workers the run that has rested longest gives its own back, and
goes on from its checkpoint when somebody asks for it or when it is its turn again.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.control import Control
from models.events import Event
from models.jobs.forecast import Progress, Training
from models.jobs.load import Load

RESTING_PER_SLOT = 4
"""Workers beside every run that trains at full speed; each takes some 100 MB."""
RUNS_PER_CORE = 2
"""Runs that rested and are asked to train on do so at once, up to so many on a core."""
SECONDS_UNDISTURBED = 10.0
"""How long a run may rest before it has to give its worker to somebody else."""


def most_workers(slots: int, resting_per_slot: int = RESTING_PER_SLOT) -> int:
    """Return how many worker processes may have a run at a time."""
    return slots * (1 + resting_per_slot)


@dataclass(slots=True)
class Place:
    """A run's worker; times are ``time.monotonic``."""

    owner: str
    load: Load
    progress: Progress = field(default_factory=Progress)
    heard: float = field(default_factory=time.monotonic)
    rests_since: float | None = None
    has_rested: bool = False
    leaves: bool = False
    """Whether it has been asked to give the worker back."""

    def note_rest(self) -> None:
        """Notice that the run has begun to rest, or to work again."""
        if self.load.rests == (self.rests_since is not None):
            return
        self.rests_since = time.monotonic() if self.load.rests else None
        self.has_rested = True
        self.progress.measure()


class Places:
    """The runs that have a worker, by id. Not safe for threads by itself."""

    def __init__(self, slots: int, resting_per_slot: int = RESTING_PER_SLOT) -> None:
        self._slots, self._most = slots, most_workers(slots, resting_per_slot)
        self._places: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._places))

    def of(self, run_id: str) -> Place:
        return self._places[run_id]

    def add(self, owner: str, run_id: str, control: Control) -> None:
        """Give a run a worker."""
        self._places[run_id] = Place(owner, Load(control))

    def remove(self, run_id: str) -> Place | None:
        """Take a run's worker away; returns what it was."""
        return self._places.pop(run_id, None)

    def hear(self, run_id: str, event: Event) -> bool:
        """Take in what a run says; returns whether it has begun to rest, or to work again."""
        place = self._places.get(run_id)
        if place is None:
            return False
        before = place.rests_since
        place.heard = time.monotonic()
        place.load.hear(event)
        place.progress.hear(event)
        place.note_rest()
        return place.rests_since != before

    def control(self, run_id: str, control: Control) -> None:
        """Take in what is asked of a run."""
        place = self._places[run_id]
        place.load.control = control
        place.leaves = place.leaves or control.leave
        place.note_rest()

    def workers_of(self, owner: str) -> int:
        return sum(place.owner == owner for place in self._places.values())

    def working_of(self, owner: str) -> int:
        """Return how many of an owner's runs use a core."""
        own = (place for place in self._places.values() if place.owner == owner)
        return sum(place.rests_since is None for place in own)

    @property
    def cores(self) -> int:
        """Return how many cores are in use; what is left of one is not enough for a run."""
        return int(sum(place.load.share_of_core for place in self._places.values()))

    @property
    def cores_to_share(self) -> int:
        """Return how many cores are there for runs that do not rest, at least one."""
        resting = (p.load.share_of_core for p in self._places.values() if p.rests_since is not None)
        return max(1, self._slots - int(sum(resting)))

    def training(self, usual: float | None) -> list[Training] | None:
        """Return the runs that use a core and for how long, None if that is not known of one."""
        working = [place for place in self._places.values() if place.rests_since is None]
        left = [(place.owner, place.progress.seconds_left(usual)) for place in working]
        known = [Training(owner, seconds) for owner, seconds in left if seconds is not None]
        return known if len(known) == len(working) else None

    @property
    def has_core(self) -> bool:
        """Whether another run may use a core."""
        return self.cores < self._slots

    @property
    def has_worker(self) -> bool:
        """Whether there may be another worker."""
        return len(self._places) < self._most

    @property
    def seconds_until_worker(self) -> float:
        """Return the seconds until a run that rests may be asked for its worker, if need be."""
        resting = [p.rests_since for p in self._places.values() if p.rests_since is not None]
        if self.has_worker or not resting:
            return 0.0
        return max(0.0, min(resting) + SECONDS_UNDISTURBED - time.monotonic())

    def may_work(self, run_id: str, each: int) -> bool:
        """Whether a run that rests may use a core at once, ``each`` being one owner's share."""
        working = self.working_of(self._places[run_id].owner)
        return working < each and self.cores < RUNS_PER_CORE * self._slots

    def next_to_leave(self, owner: str | None = None) -> str | None:
        """Return the run that has to give its worker back first, None if there is none.

        Paused ones come before slow ones, and then whoever has rested longest. An ``owner`` makes
        room for another run of their own at once.
        """
        latest = time.monotonic() - (0 if owner else SECONDS_UNDISTURBED)
        resting = [
            (not place.load.is_paused, place.rests_since, run_id)
            for run_id, place in self._places.items()
            if place.rests_since is not None
            and place.rests_since <= latest
            and owner in (None, place.owner)
        ]
        return min(resting)[2] if resting else None

    @property
    def is_making_room(self) -> bool:
        """Whether a run is about to give its worker back."""
        return any(place.leaves for place in self._places.values())
