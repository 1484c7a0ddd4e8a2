"""The runs of everybody: one SQLite file, and one folder a run for its weights.

The server process is the only writer. An event is numbered, written and told to whoever watches
the run, in that order, so that a page can take up the thread at any number. When the disk is full
training goes on: what cannot be written is kept in memory and tried again with the next event.
"""

import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from data.language import Text, UserError
from models.events import (
    TRANSIENT,
    Batches,
    Continued,
    End,
    Event,
    History,
    Rewound,
    State,
    to_line,
    told_kind,
)
from models.experiment import Experiment
from models.network.weights import WEIGHTS
from models.runs import errors
from models.runs.database import RunDatabase
from models.runs.deletions import Deletions
from models.runs.event_log import EventLog
from models.runs.folders import RunFolders
from models.runs.numbered_event import TRANSIENT_NUMBER, NumberedEvent
from models.runs.races import Races
from models.runs.remarks import Remarks
from models.runs.removal import Removal
from models.runs.retention import Retention, retention_from_environment
from models.runs.room import Room
from models.runs.rows import RunRows
from models.runs.run import Run as Run
from models.runs.run import UnreadableRun, clean_name, history_of
from models.runs.subscribers import Subscriber, Subscribers
from models.runs.sweep_records import SweepRecords
from models.runs.transient_events import TransientEvents
from models.tasks.base import Task
from models.tasks.catalogue import Catalogue, task_of

LONGEST_NAME = 60

_INTERRUPTED = Text(
    "서버가 다시 시작되어 학습이 중단되었습니다. 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The server was restarted and interrupted this run. It can go on from where it was saved.",
)
_log = logging.getLogger(__name__)


def catalogue_in(folder: Path) -> Catalogue:
    """Return the tasks of those whose runs are in ``folder``."""
    return Catalogue(folder / "tasks")


class RunStore:
    """Every run in ``folder``, which is made if need be. All methods may be called by any thread.

    The ``catalogue`` says which tasks an owner may train.

    What an owner deletes is the matter of ``deletions``, what an owner writes on runs that of
    ``remarks``, the records of sweeps that of ``sweeps``, and how many runs there may be that of
    ``room``. A run whose record makes no sense,
    for a newer version has written it or it is damaged, is kept and left alone: ``unreadable``
    lists it, ``runs`` does not, and all that is asked of it alone raises ``UserError``.

    Raises ``UserError`` when the folder cannot be written, when the database file is damaged, or
    when a newer version of the lab has written it.
    """

    def __init__(self, folder: Path, retention: Retention | None = None) -> None:
        retention = retention or retention_from_environment()
        self.catalogue = catalogue_in(folder)
        self._folders = RunFolders(folder)
        self._transient = TransientEvents()
        self._database = RunDatabase(folder / "runs.sqlite3")
        self._lock = self._database.lock
        self._subscribers = Subscribers(self._lock)
        self._rows = RunRows(self._database)
        self._events = EventLog(self._database, self._rows)
        self.races = Races(self._database)
        removal = Removal(self._database, self._folders, self._forget)
        self.deletions = Deletions(self._database, self._rows, removal)
        self.remarks = Remarks(self._database, self.find)
        self.sweeps = SweepRecords(self._database)
        self.room = Room(self._database, self._rows, self._folders, removal, retention)
        try:
            removal.finish()
        except BaseException:
            self._database.close()
            raise

    def create(self, owner: str, experiment: Experiment) -> Run:
        """Add a queued run with an unguessable id and an empty folder.

        Removes runs that have ended where there are too many, see ``models/runs/retention.py``.
        Raises ``UserError`` when that does not make room, when the disk is full or read-only, or
        when there is no such task; nothing of the new run is left behind then.
        """
        run = Run(
            secrets.token_urlsafe(16), owner, experiment.task, experiment, State.QUEUED, time.time()
        )
        with self._lock, self._database.explained():
            self.catalogue.task(experiment.task, owner)
            self.room.make(owner)
            self.folder(run.id).mkdir()
            try:
                self.catalogue.give_data(owner, experiment, self.folder(run.id))
                self._rows.insert(run)
            except (sqlite3.Error, OSError, UserError):
                self._folders.remove(run.id)
                raise
        return run

    def append(self, run_id: str, event: Event, arose: float | None = None) -> int:
        """Number an event, write it with the run's row, and tell the subscribers.

        It ``arose`` then (seconds since 1970), by default now. Returns its number, or 0 when the
        run has ended already and the event is ignored, unless it continues or rewinds the run. What
        is ``TRANSIENT`` is told as number 0 and not written. A disk that cannot be written is
        logged, not raised. Raises ``UserError`` for an unknown run.
        """
        line, arose = to_line(event), time.time() if arose is None else arose
        with self._lock:
            run = self._rows.get(run_id)
            if run.is_over and not isinstance(event, Continued | Rewound):
                return 0
            if isinstance(event, TRANSIENT):
                told = NumberedEvent(TRANSIENT_NUMBER, told_kind(event), line, arose)
                self._transient.add(run_id, told)
            else:
                told = NumberedEvent(run.events + 1, event.kind, line, arose)
                self._record(run, run.after(event), told)
            self._subscribers.tell(run_id, told)
        return told.number

    def events(self, run_id: str, after: int = 0) -> list[NumberedEvent]:
        """Return every event numbered above ``after``, in order."""
        return self._events.of(run_id, after)

    def transient(self, run_id: str) -> list[NumberedEvent]:
        """Return the last ``TRANSIENT`` events of a run, in order, as far as they are known."""
        with self._lock:
            return self._transient.of(run_id)

    def history(self, run_id: str) -> History:
        """Return the run so far, folded from its events."""
        return self._history(run_id, (event.line for event in self.events(run_id)))

    def outline(self, run_id: str) -> History:
        """Return the run so far without its points, which are most of its events."""
        return self._history(run_id, self._events.lines_but(Batches.kind, run_id))

    def get(self, run_id: str) -> Run:
        """Return a run, whoever owns it; raises ``UserError`` for an unknown one."""
        return self._rows.get(run_id)

    def find(self, run_id: str, owner: str) -> Run:
        """Return an owner's run; a foreign, an unknown and a deleted one raise the same error."""
        run = self._rows.find(run_id, owner)
        self.task_of(run)
        return run

    def runs(self, owner: str, task: str | None = None, limit: int = 50) -> list[Run]:
        """Return an owner's runs, perhaps of one task only, newest first."""
        which = "owner = ? AND ifnull(task = ?, 1) AND deleted IS NULL ORDER BY number DESC"
        found = filter(self._has_task, self._rows.where(which, (owner, task)))
        return list(islice(found, None if limit < 0 else limit))

    def unreadable(self, owner: str) -> list[UnreadableRun]:
        """Return those of an owner's runs that cannot be read, newest first."""
        return self._rows.unreadable(owner)

    def runs_with_weights(self, owner: str, task: str) -> list[Run]:
        """Return the runs of a task, over or still training, that have weights; newest first."""
        runs = self.runs(owner, task, limit=-1)
        return [run for run in runs if (self.folder(run.id) / WEIGHTS).exists()]

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run's weights."""
        return self._folders.path(run_id)

    def task_of(self, run: Run) -> Task:
        """Return the task of a run; one whose own data is gone or damaged cannot be read."""
        try:
            return task_of(run.experiment, self.folder(run.id))
        except UserError as error:
            raise self._cannot_be_read(run.id, error) from error

    def subscribe(self, run_id: str, subscriber: Subscriber) -> Callable[[], None]:
        """Tell ``subscriber`` every event from now on; returns the function that ends it."""
        return self._subscribers.add(run_id, subscriber)

    def interrupt_unfinished(self) -> list[Run]:
        """End what a server that is gone left queued or running. To be called at start.

        Returns every interrupted run, those that had been training first, then in the order in
        which they were created; those that are deleted are left out. A run that was paused with a
        worker stays paused.
        """
        with self._lock:
            for run in self._rows.where("state IN (?, ?)", (State.QUEUED, State.RUNNING)):
                self.append(run.id, End(State.INTERRUPTED, error=_INTERRUPTED))
            which = "state = ? AND deleted IS NULL ORDER BY started IS NULL, number"
            return list(self._rows.where(which, (State.INTERRUPTED,)))

    def rename(self, run_id: str, owner: str, name: str) -> Run:
        """Give a run a name, or none where it is empty; returns the row.

        What cannot be seen is left out. Raises ``UserError`` for more than ``LONGEST_NAME``
        characters, and like ``find``.
        """
        name = clean_name(name)
        if len(name) > LONGEST_NAME:
            raise errors.name_too_long(len(name), LONGEST_NAME)
        with self._lock:
            return self._rows.change(replace(self.find(run_id, owner), name=name))

    def close(self) -> None:
        """Close the database file, with all that could not be written until now."""
        with self._lock:
            self.deletions.close()
            if not self._events.is_saved:
                self._events.save(durable=True)
            self._database.close()

    def _record(self, before: Run, run: Run, event: NumberedEvent) -> None:
        """Write an event that has brought a run from ``before`` to what it is now."""
        self._rows.hold(run)
        self._folders.forget_size(run.id)
        is_new_place = (run.checkpoint, run.state) != (before.checkpoint, before.state)
        self._events.add(run.id, event, durable=is_new_place)
        if run.deleted is not None and run.is_over:
            self.deletions.purge_later()

    def _history(self, run_id: str, lines: Iterable[str]) -> History:
        try:
            return history_of(lines)
        except ValueError as error:
            raise self._cannot_be_read(run_id, error) from error

    def _has_task(self, run: Run) -> bool:
        try:
            self.task_of(run)
        except UserError:
            return False
        return True

    def _cannot_be_read(self, run_id: str, error: Exception) -> UserError:
        _log.warning("run %s is kept but cannot be read: %s", run_id, error)
        self._rows.mark_unreadable(run_id)
        return errors.unreadable()

    def _forget(self, run_ids: list[str]) -> None:
        self._rows.forget(run_ids)
        self._events.forget(run_ids)
        self.races.forget(run_ids)
