"""Carries sweeps on: submits their runs as the owner's quota has room, and ends hopeless ones.

Every run goes through the scheduler like any other. A sweep lives in the store, so that a server
that starts anew goes on with it.
"""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from data.language import Text, UserError
from models.events import State
from models.jobs.scheduler import Scheduler
from models.runs.store import RunStore
from models.runs.sweep_records import SweepRecord
from models.sweeps.plan import Plan
from models.sweeps.rules import Rule, is_hopeless
from models.sweeps.sweep import Outcome, Sweep, from_record, started, to_record

AT_A_TIME = 2
"""Runs of a sweep that train or wait, so that their owner has places left for other runs."""
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_AFTER_A_LOOK = 0.05
_GOES_ON = (State.INTERRUPTED, State.LOST)
"""Ends that are nobody's wish: the run is let go on."""

_log = logging.getLogger(__name__)


def no_such_sweep() -> UserError:
    return UserError(
        Text(
            "그런 탐색이 없습니다. 목록에서 다시 골라 주세요.",
            "There is no such sweep. Choose one from the list.",
        )
    )


def under_way_already() -> UserError:
    return UserError(
        Text(
            "이미 탐색이 하나 진행 중입니다. 끝나기를 기다리거나 멈춘 뒤 다시 시작하세요.",
            "A sweep of yours is under way. Wait until it has ended, or stop it, and start again.",
        )
    )


class Sweeper:
    """Looks after the sweeps of everybody, in a thread of its own, until it is closed.

    All methods may be called by any thread; those with an owner raise ``UserError`` for a sweep
    that is not theirs.
    """

    def __init__(self, store: RunStore, scheduler: Scheduler) -> None:
        self._store, self._scheduler = store, scheduler
        self._lock = threading.RLock()
        self._sweeps = {sweep.id: sweep for sweep in map(_read, store.sweeps.all()) if sweep}
        self._watched: dict[str, Callable[[], None]] = {}
        self._losses: dict[str, list[float]] = {}
        """Validation losses of runs that are over."""
        self._wake, self._is_closed = threading.Event(), False
        self._thread = threading.Thread(target=self._go_on, name="sweeper", daemon=True)
        self._thread.start()

    def start(self, owner: str, plan: Plan) -> Sweep:
        """Keep a new sweep and begin with it; an owner has one under way at a time."""
        with self._lock:
            if any(not sweep.is_over for sweep in self.of(owner)):
                raise under_way_already()
            sweep = started(secrets.token_urlsafe(12), owner, time.time(), plan)
            self._keep(sweep)
        self._wake.set()
        return sweep

    def of(self, owner: str) -> list[Sweep]:
        """Return an owner's sweeps, newest first."""
        with self._lock:
            own = [sweep for sweep in self._sweeps.values() if sweep.owner == owner]
        return sorted(own, key=lambda sweep: sweep.created, reverse=True)

    def find(self, owner: str, sweep_id: str) -> Sweep:
        """Return a sweep as it stands now."""
        with self._lock:
            sweep = self._sweeps.get(sweep_id)
        if sweep is None or sweep.owner != owner:
            raise no_such_sweep()
        return sweep

    def stop(self, owner: str, sweep_id: str) -> None:
        """Submit nothing more of a sweep and stop its runs that have not ended."""
        with self._lock:
            sweep = replace(self.find(owner, sweep_id), is_stopped=True)
            self._keep(sweep)
            for outcome in sweep.outcomes:
                if outcome.run is not None and not outcome.is_over:
                    with suppress(UserError):  # it is gone
                        self._scheduler.stop(owner, outcome.run)
        self._wake.set()

    def remove(self, owner: str, sweep_id: str) -> None:
        """Stop a sweep and forget it; its runs stay."""
        self.stop(owner, sweep_id)
        with self._lock:
            self._store.sweeps.remove(sweep_id)
            del self._sweeps[sweep_id]

    def close(self) -> None:
        """Look after nothing more; what is under way goes on when a server starts again."""
        self._is_closed = True
        self._wake.set()
        self._thread.join()

    # Inside ----------------------------------------------------------------------------------

    def _go_on(self) -> None:
        while not self._is_closed:
            try:
                moving = self._look_at_all()
            except Exception:  # the next look may find things in order again
                _log.exception("the sweeps could not be looked after")
                moving = True
            self._wake.wait(SECONDS_BETWEEN_LOOKS if moving else None)
            self._wake.clear()
            time.sleep(SECONDS_AFTER_A_LOOK)

    def _look_at_all(self) -> bool:
        with self._lock:
            moving = [sweep for sweep in self._sweeps.values() if not sweep.is_over]
        for sweep in moving:
            if self._is_closed:
                break
            with self._lock:
                self._look_at(sweep.id)
        return bool(moving)

    def _look_at(self, sweep_id: str) -> None:
        before = sweep = self._sweeps.get(sweep_id)
        if sweep is None:
            return
        for number, outcome in enumerate(sweep.outcomes):
            if outcome.run is not None and not outcome.is_over:
                sweep = sweep.with_outcome(number, self._now(sweep, outcome))
        if not sweep.is_stopped:
            sweep = self._end_hopeless(sweep)
            sweep = self._submit(sweep)
        if sweep != before:
            self._keep(sweep)

    def _now(self, sweep: Sweep, outcome: Outcome) -> Outcome:
        """Return what a run has come to by now; one that was interrupted is let go on."""
        assert outcome.run is not None
        try:
            run = self._store.find(outcome.run, sweep.owner)
            if run.state in _GOES_ON and not sweep.is_stopped:
                self._scheduler.resume(sweep.owner, run.id)
                run = self._store.find(outcome.run, sweep.owner)
        except UserError:
            is_gone = not self._exists(sweep.owner, outcome.run)
            return replace(outcome, is_gone=is_gone)
        if run.is_over:
            self._leave(run.id)
        now = replace(outcome, state=str(run.state), epoch=run.epoch)
        return replace(now, val_loss=_number(run.val_loss), val_metric=_number(run.val_metric))

    def _exists(self, owner: str, run_id: str) -> bool:
        return any(run.id == run_id for run in self._store.runs(owner, limit=-1))

    def _end_hopeless(self, sweep: Sweep) -> Sweep:
        if sweep.plan.rule is Rule.NONE:
            return sweep
        for number, outcome in enumerate(sweep.outcomes):
            if outcome.state != State.RUNNING or outcome.run is None or outcome.is_gone:
                continue
            own = self._losses_of(outcome)
            others = [
                self._losses_of(each) for each in sweep.outcomes if each.run and each is not outcome
            ]
            if is_hopeless(sweep.plan.rule, own, others, sweep.plan.base.epochs):
                sweep = sweep.with_outcome(number, replace(outcome, hopeless_at=len(own)))
                self._scheduler.stop(sweep.owner, outcome.run)
        return sweep

    def _losses_of(self, outcome: Outcome) -> list[float]:
        """Return a run's validation losses; none of one that is gone."""
        assert outcome.run is not None
        if outcome.run in self._losses:
            return self._losses[outcome.run]
        try:
            losses = [epoch.val_loss for epoch in self._store.outline(outcome.run).epochs]
        except UserError:
            losses = []
        if outcome.is_over:
            self._losses[outcome.run] = losses
        return losses

    def _submit(self, sweep: Sweep) -> Sweep:
        """Submit the next runs as far as the owner may have them under way."""
        under_way = sum(each.run is not None and not each.is_over for each in sweep.outcomes)
        for trial, outcome in sweep.trials():
            if under_way >= AT_A_TIME:
                break
            if outcome.run is not None:
                continue
            try:
                run = self._scheduler.submit(sweep.owner, trial.experiment)
            except UserError:  # no room now; the next look tries again
                break
            self._watched[run.id] = self._store.subscribe(run.id, lambda _: self._wake.set())
            sweep = sweep.with_outcome(trial.number, Outcome(run.id, str(run.state)))
            self._keep(sweep)
            under_way += 1
        return sweep

    def _leave(self, run_id: str) -> None:
        leave = self._watched.pop(run_id, None)
        if leave is not None:
            leave()

    def _keep(self, sweep: Sweep) -> None:
        self._sweeps[sweep.id] = sweep
        self._store.sweeps.write(SweepRecord(sweep.id, sweep.owner, to_record(sweep)))


def _read(record: SweepRecord) -> Sweep | None:
    try:
        return from_record(record.id, record.owner, record.record)
    except ValueError as error:
        _log.warning("sweep %s is kept but cannot be read: %s", record.id, error)
        return None


def _number(value: float | None) -> float | None:
    """Return a figure as JSON has it: what is no number is None."""
    return value if value is not None and math.isfinite(value) else None
