"""Who trains when: a queue in front of the backend's slots, first come first served.

The scheduler is the one place where a run changes from waiting to training. It writes every event
to the store, so that nobody who reads the store has to know what runs where.
"""

import os
import threading
from collections.abc import Callable

from data.text import Text, UserError
from models.events import End, Event, State
from models.experiment import Experiment
from models.jobs.backend import Backend, Sink
from models.runs import Run, RunStore


class Scheduler:
    """Starts queued runs on a backend, at most ``slots`` at a time.

    ``make_backend`` receives the sink that the backend must tell every event to.
    """

    def __init__(
        self, store: RunStore, make_backend: Callable[[Sink], Backend], slots: int
    ) -> None:
        self._store, self._slots = store, slots
        self._waiting: dict[str, Run] = {}
        self._training: set[str] = set()
        self._stopping: set[str] = set()
        self._lock = threading.Lock()  # never held while the store or the backend is called
        self._backend = make_backend(self._receive)

    def submit(self, owner: str, experiment: Experiment) -> Run:
        """Store a new run and start it, now or when a slot is free.

        Raises ``UserError`` when the run cannot be stored.
        """
        run = self._store.create(owner, experiment)
        with self._lock:
            self._waiting[run.id] = run
        self._start_waiting()
        return run

    def stop(self, owner: str, run_id: str) -> None:
        """End a run as stopped; nothing happens if it has ended already.

        Raises ``UserError`` when this owner has no such run.
        """
        self._store.find(run_id, owner)
        with self._lock:
            waiting = self._waiting.pop(run_id, None)
            if run_id in self._training:
                self._stopping.add(run_id)
        if waiting is not None:
            self._store.append(run_id, End(State.STOPPED))
        else:
            self._backend.stop(run_id)

    def position(self, run_id: str) -> int | None:
        """Return how many runs wait before this one, or None when it does not wait."""
        with self._lock:
            ids = list(self._waiting)
        return ids.index(run_id) if run_id in ids else None

    def close(self) -> None:
        """End the backend and everything it trains."""
        self._backend.close()

    def _start_waiting(self) -> None:
        while (run := self._take()) is not None:
            self._backend.submit(run.id, run.experiment, self._store.folder(run.id))
            with self._lock:
                stopped = run.id in self._stopping
            if stopped:  # perhaps asked for before the backend knew the run
                self._backend.stop(run.id)

    def _take(self) -> Run | None:
        with self._lock:
            if not self._waiting or len(self._training) >= self._slots:
                return None
            run = self._waiting.pop(next(iter(self._waiting)))
            self._training.add(run.id)
            return run

    def _receive(self, run_id: str, event: Event) -> None:
        self._store.append(run_id, event)
        if isinstance(event, End):
            with self._lock:
                self._training.discard(run_id)
                self._stopping.discard(run_id)
            self._start_waiting()


def slots_from_environment() -> int:
    """Return how many runs train at a time: ``FNN_LAB_SLOTS``, or one a processor core.

    Raises ``UserError`` when the variable is not a whole number from 1 to 1,000.
    """
    given = os.environ.get("FNN_LAB_SLOTS", "").strip()
    if not given:
        return os.cpu_count() or 1
    if given.isascii() and given.isdigit() and 1 <= int(given) <= 1_000:
        return int(given)
    raise UserError(
        Text(
            f"환경 변수 FNN_LAB_SLOTS가 {given!r}입니다. "
            "동시에 학습할 실행 수를 1~1000의 정수로 적어 주세요.",
            f"The environment variable FNN_LAB_SLOTS is {given!r}. Set it to the number of runs "
            "that may train at a time, a whole number from 1 to 1000.",
        )
    )
