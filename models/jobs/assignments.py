"""Which runs wait, which have a worker, and what is asked of each: who starts, and who leaves.

A slot is a core, and only a run that uses one holds a slot. To start takes a slot whatever the
tempo, in the order of the queue. A run that is paused or slow gives its slot to the queue and keeps
its worker, as long as there is memory for it (``models.jobs.places``). Asked to train on, it does
so at once on a core that another run may be using, up to two on each; beyond that, or while
another run of its owner trains, it waits in the queue like everybody else.
"""

import threading
from dataclasses import replace
from typing import Any, NamedTuple

from models.control import Control
from models.events import End, Event, State
from models.jobs import errors
from models.jobs.expected_waits import ExpectedWaits
from models.jobs.fair_queue import FairQueue
from models.jobs.job_end import is_left_paused
from models.jobs.places import Place, Places
from models.jobs.quotas import Quotas


class Leave(NamedTuple):
    """A run has to give its worker back: what is asked of it from now on."""

    run_id: str
    control: Control


class Assignments:
    """Runs under way, by id. All methods may be called by any thread.

    Whoever needs several answers that belong together holds ``lock``, and does not call a backend
    meanwhile.
    """

    def __init__(self, slots: int, quotas: Quotas) -> None:
        self.lock = threading.RLock()
        self._quotas = quotas
        self._queue = FairQueue()
        self._places = Places(slots, quotas.resting_per_slot)
        """Runs that the backend has."""
        self._waits = ExpectedWaits(self._queue, self._places, quotas.running_per_owner)
        self._controls: dict[str, Control] = {}
        self._is_closed = False
        self._has_ended = threading.Condition(self.lock)

    # Looking on ------------------------------------------------------------------------------

    def trains(self, run_id: str) -> bool:
        """Whether the backend has a run, training or paused."""
        with self.lock:
            return run_id in self._places

    def waits(self, run_id: str) -> bool:
        with self.lock:
            return run_id in self._queue

    def waiting(self) -> list[str]:
        """Return every run that waits, in the order of its turn."""
        with self.lock:
            return self._queue.order()

    def places(self) -> dict[str, Place]:
        """Return what the backend has, by run."""
        with self.lock:
            return {run_id: self._places.of(run_id) for run_id in self._places}

    def expected_wait(self, run_id: str) -> float | None:
        """Return the seconds until a run starts, None if it does not wait or nobody knows."""
        with self.lock:
            return self._waits.of(run_id) if run_id in self._queue else None

    def control_of(self, run_id: str) -> Control | None:
        """Return what is asked of a run, as far as somebody has asked something."""
        with self.lock:
            return self._controls.get(run_id)

    def check_quotas(self, owner: str) -> None:
        """Raise ``UserError`` when an owner has as many runs as allowed, or all together have."""
        with self.lock:
            own = self._queue.of(owner) + self._places.workers_of(owner)
            in_all = len(self._queue) + len(self._places)
        if own >= self._quotas.under_way_per_owner:
            raise errors.too_many(own)
        if in_all >= self._quotas.in_all:
            raise errors.full(in_all)

    # Into the queue and out of it ------------------------------------------------------------

    def enqueue(self, owner: str, run_id: str, control: Control, *, first: bool = False) -> None:
        """Let a run wait for a worker, behind its owner's others or before them."""
        with self.lock:
            self._controls[run_id] = control
            self._queue.add(owner, run_id, first=first)

    def withdraw(self, run_id: str) -> bool:
        """Let a run wait no more; False if it did not."""
        with self.lock:
            self._waits.forget(run_id)
            return self._queue.remove(run_id)

    def take(self) -> str | Leave | None:
        """Give the next run in the queue a worker, if a core is free for it.

        Where only a worker is missing, the run that has to give its own back is returned instead.
        """
        with self.lock:
            if self._is_closed or not self._places.has_core:
                return None
            taken = self._queue.take(self._may_start) if self._places.has_worker else None
            if taken is None:
                return self._make_room()
            owner, run_id = taken
            self._waits.forget(run_id)
            self._places.add(owner, run_id, self._controls.setdefault(run_id, Control()))
            return run_id

    def put_back(self, run_id: str) -> None:
        """Let a run that could not begin wait on."""
        with self.lock:
            place = self._places.remove(run_id)
            if place is not None:
                self._queue.add(place.owner, run_id, first=True)

    def drop(self, run_id: str) -> None:
        """Take the worker from a run that cannot begin at all."""
        with self.lock:
            self._places.remove(run_id)

    def close(self) -> list[str]:
        """Start nothing more; returns the runs that the backend has."""
        with self.lock:
            self._is_closed = True
            return list(self._places)

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until the backend has no run any more, for so long at most."""
        with self._has_ended:
            self._has_ended.wait_for(lambda: not len(self._places), seconds)

    # While a run is under way ----------------------------------------------------------------

    def change(self, run_id: str, **changes: Any) -> Control | None:
        """Return what is asked of a run from now on, None if the backend does not have it.

        A run that rests and shall work, and may not, gives its worker back and waits in the queue.
        """
        with self.lock:
            if run_id not in self._places:
                return None
            control = replace(self._controls.get(run_id, Control()), **changes)
            rested = self._places.of(run_id).rests_since is not None
            if rested and control.wants_core and not self._may_work(run_id):
                control = replace(control, leave=True)
            self._ask(run_id, control)
        return control

    def change_waiting(self, run_id: str, **changes: Any) -> None:
        """Ask something of a run for when it starts, if it waits."""
        with self.lock:
            if run_id in self._queue:
                self._controls[run_id] = replace(self._controls.get(run_id, Control()), **changes)

    def hear(self, run_id: str, event: Event) -> bool:
        """Take in what a run says; returns whether it has begun to rest, or to work again."""
        with self.lock:
            return self._places.hear(run_id, event)

    def settle(self, run_id: str, end: End, *, goes_on: bool) -> None:
        """Take the worker from a run whose job has ended, and let it wait if it goes on."""
        with self.lock:
            place, control = self._places.remove(run_id), self._controls.get(run_id, Control())
            if place is not None and goes_on:
                self._controls[run_id] = replace(control, leave=False)
                self._queue.add(place.owner, run_id, first=True)
                if control.leave:  # it has had its turn
                    self._queue.go_last(place.owner)
            elif end.state is not State.PAUSED and not is_left_paused(end, control):
                self._controls.pop(run_id, None)
            if place is not None:
                self._waits.note_end(place, end)
            self._has_ended.notify_all()

    def remember(self, run_id: str, control: Control) -> None:
        """Know what was asked of a run that is over, for when it comes back."""
        with self.lock:
            self._controls[run_id] = control

    def _ask(self, run_id: str, control: Control) -> None:
        self._controls[run_id] = control
        self._places.control(run_id, control)

    def _may_work(self, run_id: str) -> bool:
        return self._places.may_work(run_id, self._quotas.running_per_owner)

    def _may_start(self, owner: str) -> bool:
        if self._places.working_of(owner) >= self._quotas.running_per_owner:
            return False
        return self._places.workers_of(owner) < self._quotas.workers_per_owner

    def _make_room(self) -> Leave | None:
        """Ask the resting run that keeps the first in the queue from starting to leave."""
        leaving = self._next_to_leave()
        if leaving is None:
            return None
        control = replace(self._controls[leaving], leave=True)
        self._ask(leaving, control)
        return Leave(leaving, control)

    def _next_to_leave(self) -> str | None:
        if self._places.is_making_room:
            return None
        for owner in self._queue.owners():
            if self._may_start(owner):
                return self._places.next_to_leave()
            if self._places.working_of(owner) < self._quotas.running_per_owner:
                return self._places.next_to_leave(owner)
        return None
