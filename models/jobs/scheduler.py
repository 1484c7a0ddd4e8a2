"""Who trains when: a fair line in front of the backend's slots, and every command on a run.

The scheduler is the one place where a run changes from waiting to training and back. It writes
every event to the store, so that nobody who reads the store has to know what runs where. Pause,
a lost trainer and a restarted server are one path: the run goes on from its last checkpoint.

A slot is a core, and only a run that uses one holds a slot. To start takes a slot whatever the
tempo, in the order of the line. A run that is paused or slow gives its slot to the line and keeps
its worker, as long as there is memory for it (``models.jobs.places``). Asked to train on, it does
so at once on a core that another run may be using, up to two on each; beyond that, or while
another run of its owner trains, it waits in the line like everybody else.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from data.cores import usable_cores
from data.language import Text, UserError, quoted
from models.control import Control, Limits
from models.events import Continued, End, Event, Rewound, State
from models.experiment import Experiment
from models.inputs.summary import has_weight
from models.jobs import errors
from models.jobs.backend import Backend, Job, Sink
from models.jobs.fair_queue import FairQueue
from models.jobs.forecast import Promise, Training, seconds_until_start
from models.jobs.job_end import goes_on, is_left_paused, last_word, parked
from models.jobs.places import RESTING_PER_SLOT, Place, Places
from models.jobs.reconnect import Reconnect
from models.jobs.watchdog import Watchdog
from models.network.checkpoint import Position, best_epoch, rewind
from models.runs import errors as run_errors
from models.runs.store import Run, RunStore
from models.tasks import task_named

SECONDS_TO_LEAVE = 6.0
"""How long runs may take to write their checkpoints when the server is asked to end."""
SECONDS_OF_GRACE = 30.0
"""How much longer than a run may take a worker may be silent before it counts as hanging."""
TIMES_TO_START = 3
"""A run may take so many times longer to start than to train: it may analyse a corpus first."""
_DURATIONS = 20
_AS_IT_IS = Control()
_HUNG = Text(
    "학습 프로세스가 한 번에 학습할 수 있는 시간이 지나도록 아무 소식이 없어 끝냈습니다. "
    "마지막으로 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The training process told nothing for longer than one go may take and was ended. The run can "
    "go on from where it was last saved.",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one owner, and all together, may have; the defaults are those of a classroom.

    Beside the runs of an owner that use a core, ``resting_per_owner`` may be paused or slow without
    giving their workers back. They count as running: an owner has no more runs under way for them.
    """

    running_per_owner: int = 1
    waiting_per_owner: int = 3
    resting_per_owner: int = 1
    resting_per_slot: int = RESTING_PER_SLOT
    in_all: int = 100
    limits: Limits = field(default_factory=lambda: Limits(60, 600, 4096))


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
        self._queue = FairQueue()
        self._places = Places(slots, self._quotas.resting_per_slot)
        """Runs that the backend has."""
        self._promises: dict[str, Promise] = {}
        """What the owners of waiting runs have been told."""
        self._controls: dict[str, Control] = {}
        self._durations: deque[float] = deque(maxlen=_DURATIONS)
        self._is_closing = False
        self._idle = threading.Condition()
        self._lock = threading.RLock()  # never held while the backend is called
        self._admission = threading.Lock()
        self._file_locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        """Of runs whose files somebody is about to change; one that nobody holds is gone."""
        self._reconnect = Reconnect(lambda: self.is_reachable, self._take_up_lost)
        self._backend = make_backend(self._receive)
        self._watchdog = Watchdog(self._look_after)

    # A run's life ----------------------------------------------------------------------------

    def submit(self, owner: str, experiment: Experiment, control: Control = _AS_IT_IS) -> Run:
        """Store a new run and start it as asked, now or when it is its turn.

        Raises ``UserError`` when the owner has as many as allowed, or the run cannot be stored.
        """
        with self._admission:
            self._check_quotas(owner)
            run = self._store.create(owner, experiment)
            with self._lock:
                self._controls[run.id] = control
                self._queue.add(owner, run.id)
        self._start_waiting()
        return run

    def stop(self, owner: str, run_id: str) -> None:
        """End a run as stopped, wherever it stands; nothing happens if it has ended already."""
        self._store.find(run_id, owner)
        with self._lock:  # or it might move between the line and the backend, and be missed in both
            waited = self._queue.remove(run_id)
            self._promises.pop(run_id, None)
            control = self._note_change(run_id, stop=True)
        if control is not None:
            self._pass_on(run_id, control)
        elif waited or self._store.find(run_id, owner).state is State.PAUSED:
            self._store.append(run_id, End(State.STOPPED))

    def pause(self, owner: str, run_id: str) -> None:
        """Let a training run wait after the batches that are under way."""
        self._store.find(run_id, owner)
        if self._change(run_id, paused=True, until=0):
            return
        if self._store.find(run_id, owner).state is not State.PAUSED:
            raise errors.not_training()

    def resume(self, owner: str, run_id: str) -> None:
        """Let a paused run train on, or a run that ended before its last epoch.

        It waits for its turn where no core is to be had.
        """
        self._store.find(run_id, owner)
        if self._change(run_id, paused=False, until=0):
            return
        if not self._waits(run_id):
            run = self._store.find(run_id, owner)
            if run.state is State.DONE:
                raise errors.is_done()
            self._continue(run, run.experiment)

    def step(self, owner: str, run_id: str, until: int) -> None:
        """Let a run train up to an update (numbered from the run's start) and pause there."""
        self._store.find(run_id, owner)
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
        self._store.find(run_id, owner)
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
        if weight is not None and not has_weight(task_named(run.task), run.experiment, weight):
            raise errors.no_such_weight()
        with self._lock:
            if run_id in self._queue:
                self._controls[run_id] = replace(
                    self._controls.get(run_id, Control()), watch=weight
                )
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
        with self._files_of(run_id):  # two at a time would write the same ones
            run = self._store.find(run_id, owner)
            if self._trains(run_id) or self._waits(run_id):
                raise errors.not_over()
            folder, epochs = self._store.folder(run_id), self._store.history(run_id).epochs
            number = best_epoch(folder)
            best = next((epoch for epoch in epochs if epoch.epoch == number), None)
            position = None if best is None else _rewound(folder)
            if best is None or position is None:
                raise errors.nothing_saved()
            if (run.epoch, run.updates) != (position.epoch, position.update):
                figures = (best.val_loss, best.val_metric)
                self._store.append(run_id, Rewound(position.epoch, position.update, *figures))

    def take_up(self, runs: list[Run], *, first: bool = False) -> None:
        """Let runs that have ended go on, in this order, whatever the quotas say.

        They wait behind their owner's other runs, or before them. Those that somebody else has let
        go on in the meantime are left alone.
        """
        for run in runs:
            with self._files_of(run.id), self._admission:
                if self._store.get(run.id).state is run.state:
                    self._rejoin(run, first=first)
        self._start_waiting()

    # Looking on ------------------------------------------------------------------------------

    def position(self, run_id: str) -> int | None:
        """Return how many runs start before this one, or None when it does not wait."""
        with self._lock:
            order = self._queue.order()
        return order.index(run_id) if run_id in order else None

    def expected_wait(self, run_id: str) -> float | None:
        """Return the seconds until a waiting run starts, by what those before it have left.

        None when it does not wait, when nothing is known of those before it, or when there is
        nothing to train on now.
        """
        with self._lock:
            if run_id not in self._queue or not self.is_reachable:
                return None
            seconds = self._seconds_until_start(run_id)
            if seconds is None:
                return None
            return self._promises.setdefault(run_id, Promise()).renew(seconds)

    def control_of(self, run_id: str) -> Control:
        """Return what is asked of a run, or was at its last job."""
        with self._lock:
            control = self._controls.get(run_id)
        if control is not None:
            return control
        tunings = self._store.outline(run_id).tunings
        if not tunings:
            return Control()
        last = tunings[-1]
        return Control(learning_rate=last.learning_rate, updates_per_second=last.updates_per_second)

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
        return self._trains(run_id)

    def close(self) -> None:
        """Let every run write its checkpoint, then end the backend.

        Waiting runs go on waiting, and so do those that were lost with a cluster that is not back.
        What is paused, or shall be, stays paused.
        """
        self._watchdog.close()
        with self._lock:
            self._is_closing = True
            training = list(self._places)
        for run_id in training:
            self._change(run_id, leave=True)
        deadline = time.monotonic() + SECONDS_TO_LEAVE
        with self._idle:
            while len(self._places) and time.monotonic() < deadline:
                self._idle.wait(0.1)
        self._backend.close()
        self._take_up_lost(self._reconnect.close())
        self._park_waiting()

    # Inside ----------------------------------------------------------------------------------

    def _trains(self, run_id: str) -> bool:
        with self._lock:
            return run_id in self._places

    def _waits(self, run_id: str) -> bool:
        with self._lock:
            return run_id in self._queue

    def _check_quotas(self, owner: str) -> None:
        quotas = self._quotas
        with self._lock:
            waiting, running = self._queue.of(owner), self._places.workers_of(owner)
            in_all = len(self._queue) + len(self._places)
        if waiting + running >= quotas.running_per_owner + quotas.waiting_per_owner:
            raise errors.too_many(waiting + running)
        if in_all >= quotas.in_all:
            raise errors.full(in_all)

    def _change(self, run_id: str, **changes: Any) -> bool:
        """Change what is asked of a run and tell the backend; False if that does not have it."""
        control = self._note_change(run_id, **changes)
        if control is None:
            return False
        self._pass_on(run_id, control)
        return True

    def _note_change(self, run_id: str, **changes: Any) -> Control | None:
        """Return what is asked of a run from now on, None if the backend does not have it.

        A run that rests and shall work, and may not, gives its worker back and waits in the line.
        """
        with self._lock:
            if run_id not in self._places:
                return None
            control = replace(self._controls.get(run_id, Control()), **changes)
            rested = self._places.of(run_id).rests_since is not None
            if rested and control.wants_core and not self._may_work(run_id):
                control = replace(control, leave=True)
            self._control(run_id, control)
        return control

    def _pass_on(self, run_id: str, control: Control) -> None:
        self._backend.control(run_id, control)
        self._start_waiting()  # it may have left its core

    def _control(self, run_id: str, control: Control) -> None:
        self._controls[run_id] = control
        self._places.control(run_id, control)

    def _may_work(self, run_id: str) -> bool:
        return self._places.may_work(run_id, self._quotas.running_per_owner)

    def _continue(self, run: Run, experiment: Experiment, **controls: Any) -> None:
        """Let a run wait for a worker again, to go on from its last checkpoint."""
        with self._files_of(run.id), self._admission:
            if self._trains(run.id) or self._waits(run.id):
                return  # another click came first
            self._check_quotas(run.owner)
            controls = {"paused": False, "until": 0, **controls}
            self._rejoin(replace(run, experiment=experiment), first=True, **controls)
        self._start_waiting()

    def _rejoin(self, run: Run, *, first: bool = False, **controls: Any) -> None:
        """Put a run that has ended, or was parked, into the line again."""
        control = self._next_control(run.id, **controls)
        with self._lock:
            self._store.append(run.id, Continued(run.experiment.epochs))
            self._controls[run.id] = control
            self._queue.add(run.owner, run.id, first=first)

    def _take_up_lost(self, run_ids: list[str]) -> None:
        """Let runs that were lost with the whole backend go on, those that are still lost."""
        for run_id in reversed(run_ids):
            with suppress(UserError):  # it was removed in the meantime
                run = self._store.get(run_id)
                if run.state is State.LOST and run.deleted is None:
                    self.take_up([run], first=True)

    def _park_waiting(self) -> None:
        """Let those runs that wait for a worker only to be paused there be paused without one."""
        for run_id in self._queue.order():
            if self._controls[run_id].paused:
                self._store.append(run_id, parked(self._store.get(run_id), None))

    def _look_after(self) -> None:
        """End what hangs, and start what could not start a moment ago."""
        with self._lock:
            places = [(run_id, self._places.of(run_id)) for run_id in self._places]
        for run_id, place in places:
            self._look_at(run_id, place)
        self._start_waiting()

    def _look_at(self, run_id: str, place: Place) -> None:
        """End a run from which nothing has been heard for longer than is possible."""
        seconds = self._longest_wait(place)
        if seconds is None or time.monotonic() - place.heard < seconds:
            return
        if not self._backend.has_begun(run_id):
            place.heard = time.monotonic()  # no worker's fault: it waits for one
        elif place.leaves or place.load.is_paused:
            self._backend.kill(run_id, End(State.PAUSED))
        else:
            self._backend.kill(run_id, End(State.TIMEOUT, error=_HUNG))

    def _longest_wait(self, place: Place) -> float | None:
        limits = self._quotas.limits
        if place.leaves:
            return SECONDS_TO_LEAVE
        seconds = limits.paused_seconds if place.load.is_paused else limits.working_seconds
        if seconds is None:
            return None
        return seconds * (1 if place.load.has_started else TIMES_TO_START) + SECONDS_OF_GRACE

    def _files_of(self, run_id: str) -> threading.Lock:
        """Return what to hold while a run's files are changed, or are not to change."""
        with self._lock:
            return self._file_locks.setdefault(run_id, threading.Lock())

    def _next_control(self, run_id: str, **changes: Any) -> Control:
        """Return the control for a run's next job: its tempo and its learning rate stay."""
        return replace(self.control_of(run_id), stop=False, leave=False, **changes)

    def _start_waiting(self) -> None:
        while (run_id := self._take()) is not None:
            try:
                self._begin(run_id)
            except UserError as error:
                _log.error("run %s cannot start: %s", run_id, error)
                with self._lock:
                    self._places.remove(run_id)
            except Exception:  # the system may have no memory or no thread left for a moment
                _log.exception("run %s cannot start now", run_id)
                self._put_back(run_id)
                return

    def _put_back(self, run_id: str) -> None:
        """Let a run that could not begin wait on; the watchdog tries again."""
        with self._lock:
            place = self._places.remove(run_id)
            if place is not None:
                self._queue.add(place.owner, run_id, first=True)

    def _begin(self, run_id: str) -> None:
        run = self._store.get(run_id)
        with self._lock:
            control = self._controls.setdefault(run_id, Control())
        folder, limits = self._store.folder(run_id), self._quotas.limits
        self._backend.submit(Job(run_id, run.experiment, folder, run.checkpoint, control, limits))
        with self._lock:
            newest = self._controls.get(run_id, control)
        if newest != control:  # perhaps asked before the backend knew the run
            self._backend.control(run_id, newest)

    def _take(self) -> str | None:
        """Give the next run in the line a worker, if a core is free for it."""
        with self._lock:
            if self._is_closing or not self._places.has_core:
                return None
            taken = self._queue.take(self._may_start) if self._places.has_worker else None
            if taken is not None:
                owner, run_id = taken
                self._promises.pop(run_id, None)
                self._places.add(owner, run_id, self._controls.setdefault(run_id, Control()))
                return run_id
            leaving = self._next_to_leave()
            if leaving is None:
                return None
            control = replace(self._controls[leaving], leave=True)
            self._control(leaving, control)
        self._backend.control(leaving, control)
        return None

    def _may_start(self, owner: str) -> bool:
        quotas = self._quotas
        most = quotas.running_per_owner + quotas.resting_per_owner
        if self._places.working_of(owner) >= quotas.running_per_owner:
            return False
        return self._places.workers_of(owner) < most

    def _next_to_leave(self) -> str | None:
        """Return the resting run that keeps the first in the line from starting."""
        if self._places.is_making_room:
            return None
        for owner in self._queue.owners():
            if self._may_start(owner):
                return self._places.next_to_leave()
            if self._places.working_of(owner) < self._quotas.running_per_owner:
                return self._places.next_to_leave(owner)
        return None

    def _receive(self, run_id: str, event: Event, arose: float | None = None) -> None:
        if isinstance(event, End):
            self._receive_end(run_id, event, arose)
            return
        with self._lock:
            has_turned = self._places.hear(run_id, event)
        self._store.append(run_id, event, arose)
        if has_turned:
            self._start_waiting()

    def _receive_end(self, run_id: str, event: End, arose: float | None) -> None:
        with self._lock:  # a command comes before the end of a job or after it, never between
            control = self._controls.get(run_id, Control())
            is_next = not self._is_closing and goes_on(event, control)
            is_cut_off = event.state is State.LOST and not control.stop and not self.is_reachable
            try:
                run = self._store.get(run_id)
                word = last_word(run, event, control, is_closing=self._is_closing)
                self._store.append(run_id, word, arose)
                if is_next:
                    epochs = self._store.get(run_id).experiment.epochs
                    self._store.append(run_id, Continued(epochs))
            finally:  # whatever the store says, the slot is free
                self._settle(run_id, event, is_next)
            if is_cut_off:
                self._controls[run_id] = control  # what was paused comes back paused
                self._reconnect.add(run_id)
        self._start_waiting()

    def _settle(self, run_id: str, end: End, is_next: bool) -> None:
        """Take a run whose job has ended off the list, and let it wait if it goes on."""
        place, control = self._places.remove(run_id), self._controls.get(run_id, Control())
        if place is not None and is_next:
            self._controls[run_id] = replace(control, leave=False)
            self._queue.add(place.owner, run_id, first=True)
            if control.leave:  # it has had its turn
                self._queue.go_last(place.owner)
        elif end.state is not State.PAUSED and not is_left_paused(end, control):
            self._controls.pop(run_id, None)
        if place is not None and end.seconds and end.state is State.DONE and not place.has_rested:
            self._durations.append(end.seconds)
        with self._idle:
            self._idle.notify_all()

    def _seconds_until_start(self, run_id: str) -> float | None:
        """Return the seconds until a waiting run starts, None if that is not known."""
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
        most = self._quotas.running_per_owner
        seconds = seconds_until_start(training, ahead, owner, cores, most)
        return max(seconds, self._places.seconds_until_worker)


def _rewound(folder: Path) -> Position | None:
    """Rewind a run's files; raises ``UserError`` when they cannot be written."""
    try:
        return rewind(folder)
    except OSError as error:
        raise run_errors.cannot_write(folder, error) from error


def slots_from_environment() -> int:
    """Return how many runs train at a time: ``FNN_LAB_SLOTS``, or one a core it may use.

    Raises ``UserError`` when the variable is not a whole number from 1 to 1,000.
    """
    given = os.environ.get("FNN_LAB_SLOTS", "").strip()
    if not given:
        return usable_cores()
    if given.isascii() and given.isdigit() and 1 <= int(given) <= 1_000:
        return int(given)
    raise UserError(
        Text(
            f"환경 변수 FNN_LAB_SLOTS가 {quoted(given)}입니다. "
            "동시에 학습할 실행 수를 1~1000의 정수로 적어 주세요.",
            f"The environment variable FNN_LAB_SLOTS is {quoted(given)}. Set it to the number of "
            "runs that may train at a time, a whole number from 1 to 1000.",
        )
    )
