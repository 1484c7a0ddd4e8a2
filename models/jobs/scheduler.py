"""Who trains when: a fair queue in front of the backend's slots, and every command on a run.

The scheduler is the one place where a run changes from waiting to training and back. It writes
every event to the store, so that nobody who reads the store has to know what runs where. Pause,
a lost trainer and a restarted server are one path: the run goes on from its last checkpoint.
Whose turn it is, ``models.jobs.assignments`` decides.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from data.language import Text, UserError
from models.control import Control
from models.events import Continued, End, Event, OfRun, Paused, Resumed, State, from_json
from models.experiment import Experiment
from models.inputs.summary import has_weight
from models.jobs import errors
from models.jobs.assignments import Assignments, Leave
from models.jobs.backend import Backend, Job, Share, Sink
from models.jobs.job_end import goes_on, last_word, parked
from models.jobs.places import Place
from models.jobs.quotas import Quotas
from models.jobs.reconnect import Reconnect
from models.jobs.rewinding import rewind_to_best
from models.jobs.run_locks import RunLocks
from models.jobs.shared_job import SharedJobs, ends_with, left_behind
from models.jobs.watchdog import SECONDS_TO_LEAVE, Watchdog, end_of_silent, time_limit
from models.runs.store import Run, RunStore

_AS_IT_IS = Control()

_log = logging.getLogger(__name__)


class Scheduler:
    """Starts waiting runs on a backend, at most ``slots`` at a time, owner by owner.

    ``make_backend`` receives the sink that the backend must tell every event to. Every method that
    takes an owner raises ``UserError`` when this owner has no such run, or when the run cannot do
    what is asked of it now; to ask twice is to ask once.
    """

    def __init__(
        self,
        store: RunStore,
        make_backend: Callable[[Sink], Backend],
        slots: int,
        quotas: Quotas | None = None,
    ) -> None:
        self._store, self._quotas = store, quotas or Quotas()
        self._assignments = Assignments(slots, self._quotas)
        self._shared = SharedJobs(store, lambda run_id: self._trains(run_id) or self._waits(run_id))
        self._admission = threading.Lock()
        self._file_locks = RunLocks()
        self._reconnect = Reconnect(lambda: self.is_reachable, self._take_up_lost)
        self._backend = make_backend(self._receive)
        self._watchdog = Watchdog(self._look_after)

    # A run's life ----------------------------------------------------------------------------

    def submit(self, owner: str, experiment: Experiment, control: Control = _AS_IT_IS) -> Run:
        """Store a new run and start it as asked, now or when it is its turn.

        Raises ``UserError`` when the owner has as many as allowed, or the run cannot be stored.
        """
        with self._admission:
            self._assignments.check_quotas(owner)
            run = self._store.create(owner, experiment)
            self._assignments.enqueue(owner, run.id, control)
        self._start_waiting()
        return run

    def submit_race(self, owner: str, experiments: Sequence[Experiment]) -> list[Run]:
        """Store new runs that train in turn, chunk by chunk, in one place of the queue.

        Where the backend cannot do that, each waits for itself. Raises ``UserError`` like
        ``submit``, and then none of them is trained.
        """
        with self._admission:
            self._assignments.check_quotas(owner)
            runs = self._created(owner, experiments)
            for run in runs[:1] if self._backend.trains_in_turn else runs:
                self._assignments.enqueue(owner, run.id, _AS_IT_IS)
        self._start_waiting()
        return runs

    def stop(self, owner: str, run_id: str) -> None:
        """End a run as stopped, wherever it stands; nothing happens if it has ended already.

        A run that trains in turn with others stops with them, and likewise pauses and goes on.
        """
        run_id = self._find_leader(owner, run_id)
        with self._assignments.lock:  # or it might move to the backend, and be missed in both
            waited = self._assignments.withdraw(run_id)
            control = self._assignments.change(run_id, stop=True)
        if control is not None:
            self._pass_on(run_id, control)
        elif waited or self._store.find(run_id, owner).state is State.PAUSED:
            others = self._shared.others(run_id)
            for each in (run_id, *(other.id for other in others)):
                self._store.append(each, End(State.STOPPED))

    def pause(self, owner: str, run_id: str) -> None:
        """Let a training run wait after the batches that are under way."""
        run_id = self._find_leader(owner, run_id)
        if self._change(run_id, paused=True, until=0):
            return
        if self._store.find(run_id, owner).state is not State.PAUSED:
            raise errors.not_training()

    def resume(self, owner: str, run_id: str) -> None:
        """Let a paused run train on, or a run that ended before its last epoch.

        It waits for its turn where no core is to be had.
        """
        run_id = self._find_leader(owner, run_id)
        if self._change(run_id, paused=False, until=0):
            return
        if not self._waits(run_id):
            run = self._store.find(run_id, owner)
            if run.state is State.DONE:
                raise errors.is_done()
            self._continue(run, run.experiment)

    def step(self, owner: str, run_id: str, until: int) -> None:
        """Let a run train up to an update (numbered from the run's start) and pause there."""
        run_id = self._find_leader(owner, run_id)
        if self._change(run_id, paused=True, until=until):
            return
        run = self._store.find(run_id, owner)
        if run.state is State.PAUSED:
            self._continue(run, run.experiment, paused=True, until=until)
        elif not self._waits(run_id):
            raise errors.not_training()

    def set_tempo(self, owner: str, run_id: str, updates_per_second: float | None) -> None:
        """Let a run train so many updates a second, or as fast as possible.

        One that was slow waits for its turn where no core is to be had.
        """
        run_id = self._find_leader(owner, run_id)
        if updates_per_second is not None and not 0.01 <= updates_per_second <= 1e6:
            raise errors.bad_tempo(updates_per_second)
        if not self._change(run_id, updates_per_second=updates_per_second):
            raise errors.not_training()

    def set_learning_rate(self, owner: str, run_id: str, learning_rate: float) -> None:
        """Let a run train with another learning rate from the next chunk of batches on."""
        run = self._store.find(run_id, owner)
        replace(run.experiment.optimizer, learning_rate=learning_rate)  # raises if out of range
        if not self._change(run_id, learning_rate=learning_rate):
            raise errors.not_training()

    def watch(self, owner: str, run_id: str, weight: tuple[int, int, int] | None) -> None:
        """Let a run tell what its updates do to a weight: Dense layer, input (-1: bias), unit.

        Nothing happens to a run that is over. Raises ``UserError`` when it has no such weight.
        """
        run = self._store.find(run_id, owner)
        if weight is not None and not has_weight(self._store.task_of(run), run.experiment, weight):
            raise errors.no_such_weight()
        self._assignments.change_waiting(run_id, watch=weight)
        self._change(run_id, watch=weight)

    def train_on(self, owner: str, run_id: str, epochs: int) -> None:
        """Let a run that has ended train so many epochs more."""
        run = self._store.find(run_id, owner)
        if self._trains(run_id) or self._waits(run_id):
            raise errors.not_over()
        if run.checkpoint is None:
            raise errors.nothing_saved()
        self._continue(run, run.experiment.changed(epochs=run.epoch + epochs))

    def rewind(self, owner: str, run_id: str) -> None:
        """Take a run that has ended, or lost its worker in a pause, back to its best epoch."""
        with self._file_locks.of(run_id):  # two at a time would write the same ones
            run = self._store.find(run_id, owner)
            if self._trains(run_id) or self._waits(run_id):
                raise errors.not_over()
            rewind_to_best(self._store, run)

    def take_up(self, runs: list[Run], *, first: bool = False) -> None:
        """Let runs that have ended go on, in this order, whatever the quotas say.

        They wait behind their owner's other runs, or before them. Those that somebody else has let
        go on in the meantime are left alone.
        """
        for run in runs:
            with self._file_locks.of(run.id), self._admission:
                if self._store.get(run.id).state is run.state:
                    self._rejoin(run, first=first)
        self._start_waiting()

    # Looking on ------------------------------------------------------------------------------

    def position(self, run_id: str) -> int | None:
        """Return how many runs start before this one, or None when it does not wait."""
        order, run_id = self._assignments.waiting(), self._shared.leader(run_id)
        return order.index(run_id) if run_id in order else None

    def expected_wait(self, run_id: str) -> float | None:
        """Return the seconds until a waiting run starts, by what those before it have left.

        None when it does not wait, when nothing is known of those before it, or when there is
        nothing to train on now.
        """
        leader = self._shared.leader(run_id)
        return self._assignments.expected_wait(leader) if self.is_reachable else None

    def control_of(self, run_id: str) -> Control:
        """Return what is asked of a run, or was at its last job."""
        run_id = self._shared.leader(run_id)
        control = self._assignments.control_of(run_id)
        if control is not None:
            return control
        tunings = self._store.outline(run_id).tunings
        if not tunings:
            return Control()
        last = tunings[-1]
        return Control(learning_rate=last.learning_rate, updates_per_second=last.updates_per_second)

    @property
    def quotas(self) -> Quotas:
        """How many runs an owner, and all together, may have under way."""
        return self._quotas

    @property
    def problem(self) -> Text | None:
        """Why nothing can train now, None while it can; what waits goes on by itself afterwards."""
        return self._backend.problem

    @property
    def is_reachable(self) -> bool:
        """Whether the backend can train now."""
        return self.problem is None

    def has_worker(self, run_id: str) -> bool:
        """Say whether a run is on the backend, training or paused."""
        return self._trains(self._shared.leader(run_id))

    def close(self) -> None:
        """Let every run write its checkpoint, then end the backend.

        Waiting runs go on waiting, and so do those that were lost with a cluster that is not back.
        What is paused, or shall be, stays paused.
        """
        self._watchdog.close()
        for run_id in self._assignments.close():
            self._change(run_id, leave=True)
        self._assignments.wait_until_idle(SECONDS_TO_LEAVE)
        self._backend.close()
        self._take_up_lost(self._reconnect.close())
        self._park_waiting()

    # Inside ----------------------------------------------------------------------------------

    def _find_leader(self, owner: str, run_id: str) -> str:
        """Return the run that has the job of an owner's run, see ``SharedJobs``."""
        return self._shared.leader(self._store.find(run_id, owner).id)

    def _created(self, owner: str, experiments: Sequence[Experiment]) -> list[Run]:
        """Store the runs of a race, all or none."""
        runs: list[Run] = []
        try:
            runs.extend(self._store.create(owner, each) for each in experiments)
            self._store.races.add([run.id for run in runs])
        except UserError:
            for run in runs:
                self._store.append(run.id, End(State.STOPPED))
            raise
        return runs

    def _trains(self, run_id: str) -> bool:
        return self._assignments.trains(run_id)

    def _waits(self, run_id: str) -> bool:
        return self._assignments.waits(run_id)

    def _change(self, run_id: str, **changes: Any) -> bool:
        """Change what is asked of a run and tell the backend; False if that does not have it."""
        control = self._assignments.change(run_id, **changes)
        if control is None:
            return False
        self._pass_on(run_id, control)
        return True

    def _pass_on(self, run_id: str, control: Control) -> None:
        self._backend.control(run_id, control)
        self._start_waiting()  # it may have left its core

    def _continue(self, run: Run, experiment: Experiment, **controls: Any) -> None:
        """Let a run wait for a worker again, to go on from its last checkpoint."""
        with self._file_locks.of(run.id), self._admission:
            if self._trains(run.id) or self._waits(run.id):
                return  # another click came first
            self._assignments.check_quotas(run.owner)
            controls = {"paused": False, "until": 0, **controls}
            self._rejoin(replace(run, experiment=experiment), first=True, **controls)
        self._start_waiting()

    def _rejoin(self, run: Run, *, first: bool = False, **controls: Any) -> None:
        """Put a run that has ended, or was parked, into the queue again.

        Its tempo and its learning rate stay.
        """
        control = replace(self.control_of(run.id), stop=False, leave=False, **controls)
        with self._assignments.lock:
            self._store.append(run.id, Continued(run.experiment.epochs))
            for other in self._shared.others(run.id):
                self._store.append(other.id, Continued(other.experiment.epochs))
            if self._shared.leader(run.id) == run.id:
                self._assignments.enqueue(run.owner, run.id, control, first=first)

    def _take_up_lost(self, run_ids: list[str]) -> None:
        """Let runs that were lost with the whole backend go on, those that are still lost."""
        for run_id in reversed(run_ids):
            with suppress(UserError):  # it was removed in the meantime
                run = self._store.get(run_id)
                if run.state is State.LOST and run.deleted is None:
                    self.take_up([run], first=True)

    def _park_waiting(self) -> None:
        """Let those runs that wait for a worker only to be paused there be paused without one."""
        for run_id in self._assignments.waiting():
            if self.control_of(run_id).paused:
                self._store.append(run_id, parked(self._store.get(run_id), None))

    def _look_after(self) -> None:
        """End what hangs, and start what could not start a moment ago."""
        for run_id, place in self._assignments.places().items():
            self._look_at(run_id, place)
        self._start_waiting()

    def _look_at(self, run_id: str, place: Place) -> None:
        """End a run from which nothing has been heard for longer than is possible."""
        seconds = time_limit(place, self._quotas.limits)
        if seconds is None or time.monotonic() - place.heard < seconds:
            return
        if self._backend.has_begun(run_id):
            self._backend.kill(run_id, end_of_silent(place))
        else:
            place.heard = time.monotonic()  # no worker's fault: it waits for one

    def _start_waiting(self) -> None:
        while (taken := self._assignments.take()) is not None:
            if isinstance(taken, Leave):
                self._backend.control(*taken)
                return
            try:
                self._begin(taken)
            except UserError as error:
                _log.error("run %s cannot start: %s", taken, error)
                self._assignments.drop(taken)
            except Exception:  # the system may have no memory or no thread left for a moment
                _log.exception("run %s cannot start now", taken)
                self._assignments.put_back(taken)  # and the watchdog tries again
                return

    def _begin(self, run_id: str) -> None:
        run, control = self._store.get(run_id), self.control_of(run_id)
        folder, limits = self._store.folder(run_id), self._quotas.limits
        others = tuple(
            Share(other.id, other.experiment, self._store.folder(other.id), other.checkpoint)
            for other in self._shared.others(run_id)
        )
        job = Job(run_id, run.experiment, folder, run.checkpoint, control, limits, others)
        self._backend.submit(job)
        newest = self._assignments.control_of(run_id)
        if newest is not None and newest != control:  # perhaps asked before the backend knew it
            self._backend.control(run_id, newest)

    def _receive(self, run_id: str, event: Event, arose: float | None = None) -> None:
        if isinstance(event, End):
            self._receive_end(run_id, event, arose)
            return
        if isinstance(event, OfRun):
            heard = self._receive_of(run_id, event, arose)
        else:
            heard = event
            self._store.append(run_id, event, arose)
        if self._assignments.hear(run_id, heard):
            self._start_waiting()

    def _receive_end(self, run_id: str, event: End, arose: float | None) -> None:
        runs = self._assignments
        with runs.lock:  # a command comes before the end of a job or after it, never between
            control = runs.control_of(run_id) or Control()
            is_next = not runs.is_closed and goes_on(event, control)
            is_cut_off = event.state is State.LOST and not control.stop and not self.is_reachable
            try:
                run = self._store.get(run_id)
                word = last_word(run, event, control, is_closing=runs.is_closed)
                self._store.append(run_id, word, arose)
                if is_next:
                    epochs = self._store.get(run_id).experiment.epochs
                    self._store.append(run_id, Continued(epochs))
                self._end_others(run_id, word, is_next=is_next)
            finally:  # whatever the store says, the slot is free
                runs.settle(run_id, event, goes_on=is_next)
            if is_cut_off:
                runs.remember(run_id, control)  # what was paused comes back paused
                self._reconnect.add(run_id)
        self._start_waiting()

    def _receive_of(self, leader: str, told: OfRun, arose: float | None) -> Event:
        """Take in what a run says that trains in turn with another one.

        Returns what that says of the job: whether it rests.
        """
        event = from_json(told.event)
        if isinstance(event, End):
            with self._assignments.lock:
                control = self._assignments.control_of(leader) or Control()
                is_closing, run = self._assignments.is_closed, self._store.get(told.run)
                word = last_word(run, event, control, is_closing=is_closing)
                self._store.append(run.id, word, arose)
                if not is_closing and goes_on(event, control):
                    self._store.append(run.id, Continued(run.experiment.epochs))
            return told
        self._store.append(told.run, event, arose)
        return event if isinstance(event, Paused | Resumed) else told

    def _end_others(self, leader: str, word: End | Paused, *, is_next: bool) -> None:
        """Say what the end of a job means for the runs that trained in turn in it.

        Those that have said their own end are over already, or paused, or wait to go on.
        """
        for run in self._shared.others(leader):
            if isinstance(word, End) and ends_with(run, word):
                self._store.append(run.id, replace(word, test=None, checkpoint=None, kept=None))
                if is_next:
                    self._store.append(run.id, Continued(run.experiment.epochs))
            elif left_behind(run) and not is_next:
                self._assignments.enqueue(run.owner, run.id, _AS_IT_IS)
