"""Between two chunks of batches: who may go on, how far, and how fast.

The training loop asks here before every chunk. Pauses, single steps, slow motion and ends are
decided at this one place, and the loop knows nothing of them.
"""

import time
from collections.abc import Callable
from typing import Protocol

from models.control import Control, Limits
from models.events import Event, Paused, Resumed, State, Tuned

SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_PER_SHARE = 0.1
"""Slow motion trains as many updates at once as are due within this time, at least one."""

MOST_SEEN_PER_SECOND = 50.0
MOST_FOLLOWED_PER_SECOND = 10.0

Ask = Callable[[], Control]


class PacedRun(Protocol):
    """What is paced: a run in progress."""

    def settle(self) -> None:
        """Report every point and save the weights: a pause begins."""

    def tune(self, learning_rate: float) -> None:
        """Train with another learning rate from now on."""

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""


class Pacing:
    """Turns the control of the moment into batches that may run now, or into the run's end."""

    def __init__(
        self, ask: Ask, emit: Callable[[Event], None], run: PacedRun, limits: Limits
    ) -> None:
        self._ask, self._emit, self._run, self._limits = ask, emit, run, limits
        self._heard = Control()
        self._paused_at: int | None = None
        self._pause_began = 0.0
        self._began = time.monotonic()
        self._waited = 0.0
        self._due = 0.0
        self.others_seconds = 0.0
        """Seconds so far in which other runs of this process had their turn."""

    @property
    def working_seconds(self) -> float:
        """Seconds since it began here, without pauses, waits of slow motion and others' turns."""
        return time.monotonic() - self._began - self._waited - self.others_seconds

    @property
    def is_watched(self) -> bool:
        """Whether the run goes so slowly that every update is to be seen."""
        pace = self._heard.updates_per_second
        return self._heard.paused or (pace is not None and pace <= MOST_SEEN_PER_SECOND)

    @property
    def is_slow_motion(self) -> bool:
        """Whether a person can follow single updates."""
        pace = self._heard.updates_per_second
        return self._heard.paused or (pace is not None and pace <= MOST_FOLLOWED_PER_SECOND)

    def next(self, update: int, batches: int) -> int | State:
        """Wait until training may go on after ``update``.

        Returns how many batches may run, from 1 to ``batches``, or the state to end in.
        """
        while True:
            control = self._asked()
            if control != self._heard:
                self._hear(control, update)
            end = self._end(control)
            if end is not None:
                return end
            if control.paused and update >= control.until:
                self._pause(update)
            elif not self._is_early(control):
                self._go_on(control, update)
                return self._share(control, update, batches)
            self._wait()

    def _asked(self) -> Control:
        """Ask how to go on; where runs train in turn, the others do so meanwhile."""
        began = time.monotonic()
        control = self._ask()
        self.others_seconds += time.monotonic() - began
        return control

    def _wait(self) -> None:
        began = time.monotonic()
        time.sleep(SECONDS_BETWEEN_LOOKS)
        self._waited += time.monotonic() - began

    def _hear(self, control: Control, update: int) -> None:
        """Take up a new tempo or learning rate, and say so in the run's history."""
        rate = control.learning_rate
        if rate is not None and rate != self._heard.learning_rate:
            self._run.tune(rate)
        if control.watch != self._heard.watch:
            self._run.watch(control.watch)
        if (rate, control.updates_per_second) != (
            self._heard.learning_rate,
            self._heard.updates_per_second,
        ):
            self._due = 0.0
            self._emit(Tuned(update, rate, control.updates_per_second))
        self._heard = control

    def _end(self, control: Control) -> State | None:
        if control.stop:
            return State.STOPPED
        if control.leave:
            return State.INTERRUPTED
        limit, patience = self._limits.working_seconds, self._limits.paused_seconds
        if self._paused_at is None:
            is_over = limit is not None and self.working_seconds > limit
            return State.TIMEOUT if is_over else None
        waited = time.monotonic() - self._pause_began
        return State.PAUSED if patience is not None and waited > patience else None

    def _pause(self, update: int) -> None:
        if self._paused_at == update:
            return
        self._paused_at, self._pause_began = update, time.monotonic()
        self._run.settle()
        self._emit(Paused(update))

    def _go_on(self, control: Control, update: int) -> None:
        """Leave a pause, for good or for the updates that were asked for."""
        if self._paused_at is not None and not control.paused:
            self._paused_at = None
            self._emit(Resumed(update))

    def _is_early(self, control: Control) -> bool:
        return control.updates_per_second is not None and time.monotonic() < self._due

    def _share(self, control: Control, update: int, batches: int) -> int:
        if control.paused:
            batches = min(batches, control.until - update)
        pace = control.updates_per_second
        if pace is not None:
            batches = max(1, min(batches, int(pace * SECONDS_PER_SHARE)))
            self._due = max(self._due, time.monotonic() - SECONDS_PER_SHARE) + batches / pace
        return batches
