"""The runs of everybody: one SQLite file, and one folder a run for its weights.

The server process is the only writer. An event is numbered, written and told to whoever watches
the run, in that order, so that a page can take up the thread at any number. When the disk is full
training goes on: what cannot be written is kept in memory and tried again with the next event.
"""

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from data.language import Text, UserError
from models.events import (
    ENDED,
    TRANSIENT,
    Batches,
    Continued,
    End,
    Event,
    History,
    Rewound,
    State,
    to_line,
)
from models.experiment import Experiment
from models.network.weights import WEIGHTS
from models.runs import errors
from models.runs.database import RunDatabase
from models.runs.folders import RunFolders
from models.runs.numbered_event import TRANSIENT_NUMBER, NumberedEvent
from models.runs.removal import IS_DELETED, Removal
from models.runs.retention import (
    MEGABYTE,
    SHARE_TO_WARN_FROM,
    Kept,
    Retention,
    RetentionStatus,
    next_to_go,
    retention_from_environment,
    too_large,
    too_many,
)
from models.runs.run import (
    COLUMNS,
    UnreadableRun,
    check_events,
    clean_name,
    from_row,
    history_of,
    is_run_id,
    to_row,
    unreadable_from_row,
)
from models.runs.run import Run as Run
from models.runs.transient_events import TransientEvents
from models.tasks import task_named

SECONDS_TO_UNDO = 10.0
"""How long a deletion can be undone."""

LONGEST_NAME = 60

SECONDS_FOR_AN_EVENT = 0.5
"""How long an event may wait for another program that has locked the file."""

Subscriber = Callable[[NumberedEvent], None]
"""Receives an event in the writing thread; it must return at once."""

_INTERRUPTED = Text(
    "서버가 다시 시작되어 학습이 중단되었습니다. 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The server was restarted and interrupted this run. It can go on from where it was saved.",
)
_STATES = frozenset(State)
_log = logging.getLogger(__name__)


_INSERT = f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{c}' for c in COLUMNS)})"
_INSERT_EVENT = "INSERT INTO events (run, n, kind, payload) VALUES (?, ?, ?, ?)"
_UPDATE = f"UPDATE runs SET {', '.join(f'{c} = :{c}' for c in COLUMNS)} WHERE id = :id"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM runs"


class RunStore:
    """Every run in ``folder``, which is made if need be. All methods may be called by any thread.

    A run whose record makes no sense, for a newer version has written it or it is damaged, is kept
    and left alone: ``unreadable`` lists it, ``runs`` does not, and all that is asked of it alone
    raises ``UserError``.

    Raises ``UserError`` when the folder cannot be written, when the database file is damaged, or
    when a newer version of the lab has written it.
    """

    def __init__(self, folder: Path, retention: Retention | None = None) -> None:
        self._retention = retention or retention_from_environment()
        self._folders = RunFolders(folder)
        self._file = folder / "runs.sqlite3"
        self._lock = threading.RLock()
        self._live: dict[str, Run] = {}
        self._checked: dict[str, bool] = {}
        """Whether a run's events make sense, as far as somebody has looked."""
        self._unsaved: list[tuple[str, NumberedEvent]] = []
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._transient = TransientEvents()
        self._timer: threading.Timer | None = None
        self._is_closed = False
        self._database = RunDatabase(self._file)
        self._removal = Removal(self._database, self._folders)
        try:
            self._removal.finish()
        except BaseException:
            self._database.close()
            raise

    def create(self, owner: str, experiment: Experiment) -> Run:
        """Add a queued run with an unguessable id and an empty folder.

        Removes runs that have ended where there are too many, see ``models/runs/retention.py``.
        Raises ``UserError`` when that does not make room, when the disk is full or read-only, or
        when there is no such task; nothing of the new run is left behind then.
        """
        task_named(experiment.task)
        run = Run(
            secrets.token_urlsafe(16), owner, experiment.task, experiment, State.QUEUED, time.time()
        )
        with self._lock, self._database.explained():
            self._make_room(owner)
            self.folder(run.id).mkdir()
            try:
                with self._database.transaction() as connection:
                    connection.execute(_INSERT, to_row(run))
            except sqlite3.Error:
                with suppress(OSError):
                    self.folder(run.id).rmdir()
                raise
            self._live[run.id] = run
            self._checked[run.id] = True
        return run

    def append(self, run_id: str, event: Event, arose: float | None = None) -> int:
        """Number an event, write it with the run's row, and tell the subscribers.

        It ``arose`` then (seconds since 1970), by default now.

        Returns its number, or 0 when the run has ended already and the event is ignored, unless
        it continues or rewinds the run. What is ``TRANSIENT`` is told as number 0 and not written.
        A disk that cannot be written is logged, not raised. Raises ``UserError`` for an unknown
        run.
        """
        line, arose = to_line(event), time.time() if arose is None else arose
        with self._lock:
            run = self._run(run_id)
            if run.is_over and not isinstance(event, Continued | Rewound):
                return 0
            if isinstance(event, TRANSIENT):
                told = NumberedEvent(TRANSIENT_NUMBER, event.kind, line, arose)
                self._transient.add(run_id, told)
                self._notify(run_id, told)
                return 0
            before, run = run, run.after(event)
            self._live[run_id] = run
            told = NumberedEvent(run.events, event.kind, line, arose)
            self._unsaved.append((run_id, told))
            self._folders.forget_size(run_id)
            self._save(durable=(run.checkpoint, run.state) != (before.checkpoint, before.state))
            self._notify(run_id, told)
            if run.deleted is not None and run.is_over:
                self._purge_later()
        return run.events

    def events(self, run_id: str, after: int = 0) -> list[NumberedEvent]:
        """Return every event numbered above ``after``, in order."""
        sql = "SELECT n, kind, payload FROM events WHERE run = ? AND n > ? ORDER BY n"
        with self._lock:
            saved = [NumberedEvent(*row) for row in self._database.rows(sql, (run_id, after))]
            own = [event for run, event in self._unsaved if run == run_id]
        return [*saved, *(event for event in own if event.number > after)]

    def transient(self, run_id: str) -> list[NumberedEvent]:
        """Return the last ``TRANSIENT`` events of a run, in order, as far as they are known."""
        with self._lock:
            return self._transient.of(run_id)

    def history(self, run_id: str) -> History:
        """Return the run so far, folded from its events."""
        return self._history(run_id, (event.line for event in self.events(run_id)))

    def outline(self, run_id: str) -> History:
        """Return the run so far without its points, which are most of its events."""
        sql = "SELECT payload FROM events WHERE run = ? AND kind != ? ORDER BY n"
        with self._lock:
            rows = self._database.rows(sql, (run_id, Batches.kind))
        return self._history(run_id, (line for (line,) in rows))

    def get(self, run_id: str) -> Run:
        """Return a run, whoever owns it; raises ``UserError`` for an unknown one."""
        with self._lock:
            return self._run(run_id)

    def find(self, run_id: str, owner: str) -> Run:
        """Return an owner's run; a foreign, an unknown and a deleted one raise the same error."""
        run = self._own(run_id, owner)
        if run.deleted is not None:
            raise errors.no_such_run()
        return run

    def runs(self, owner: str, task: str | None = None, limit: int = 50) -> list[Run]:
        """Return an owner's runs, perhaps of one task only, newest first."""
        which = "owner = ? AND ifnull(task = ?, 1) AND deleted IS NULL"
        found = self._found(f"{_SELECT} WHERE {which} ORDER BY number DESC", (owner, task))
        return list(islice(found, None if limit < 0 else limit))

    def unreadable(self, owner: str) -> list[UnreadableRun]:
        """Return those of an owner's runs that cannot be read, newest first."""
        which = f"owner = ? AND (deleted IS NULL OR NOT {IS_DELETED})"
        columns = f"number, {', '.join(COLUMNS)}"
        sql = f"SELECT {columns} FROM runs WHERE {which} ORDER BY number DESC"
        with self._lock:
            rows = [row for row in self._database.rows(sql, (owner,)) if row[1] not in self._live]
        return [unreadable_from_row(n, tuple(row)) for n, *row in rows if not self._read(row)]

    def runs_with_weights(self, owner: str, task: str) -> list[Run]:
        """Return the runs of a task, over or still training, that have weights; newest first."""
        runs = self.runs(owner, task, limit=-1)
        return [run for run in runs if (self.folder(run.id) / WEIGHTS).exists()]

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run's weights."""
        return self._folders.path(run_id)

    def subscribe(self, run_id: str, subscriber: Subscriber) -> Callable[[], None]:
        """Tell ``subscriber`` every event from now on; returns the function that ends it."""
        with self._lock:
            self._subscribers.setdefault(run_id, []).append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                remaining = [s for s in self._subscribers.pop(run_id, []) if s is not subscriber]
                if remaining:
                    self._subscribers[run_id] = remaining

        return unsubscribe

    def interrupt_unfinished(self) -> list[Run]:
        """End what a server that is gone left queued or running. To be called at start.

        Returns every interrupted run, those that had been training first, then in the order in
        which they were created; those that are deleted are left out. A run that was paused with a
        worker stays paused.
        """
        sql = f"{_SELECT} WHERE state IN (?, ?)"
        with self._lock:
            for run in self._found(sql, (State.QUEUED, State.RUNNING)):
                self.append(run.id, End(State.INTERRUPTED, error=_INTERRUPTED))
            which = "state = ? AND deleted IS NULL"
            order = f"{_SELECT} WHERE {which} ORDER BY started IS NULL, number"
            return list(self._found(order, (State.INTERRUPTED,)))

    # What an owner does with runs ------------------------------------------------------------

    def rename(self, run_id: str, owner: str, name: str) -> Run:
        """Give a run a name, or none where it is empty; returns the row.

        What cannot be seen is left out. Raises ``UserError`` for more than ``LONGEST_NAME``
        characters, and like ``find``.
        """
        name = clean_name(name)
        if len(name) > LONGEST_NAME:
            raise errors.name_too_long(len(name), LONGEST_NAME)
        with self._lock:
            return self._change(replace(self.find(run_id, owner), name=name))

    def delete(self, run_id: str, owner: str) -> None:
        """Let a run disappear now and be removed after ``SECONDS_TO_UNDO``.

        Raises ``UserError`` while the run trains or waits, and like ``find``.
        """
        with self._lock:
            run = self.find(run_id, owner)
            if run.is_under_way:
                raise errors.is_under_way()
            self._change(replace(run, deleted=time.time()))
            self._purge_later()

    def delete_unreadable(self, number: int, owner: str) -> None:
        """Remove one of the runs that ``unreadable`` lists, for good.

        Raises ``UserError`` when it is not among them.
        """
        with self._lock:
            if number not in {run.number for run in self.unreadable(owner)}:
                raise errors.no_such_run()
            self._removal.remove_row(number)

    def undelete(self, run_id: str, owner: str) -> None:
        """Take a deletion back; raises ``UserError`` when it is too late for that."""
        with self._lock:
            try:
                run = self._own(run_id, owner)
            except UserError:
                raise errors.no_longer_deleted() from None
            self._change(replace(run, deleted=None))

    def deleted(self, owner: str) -> list[Run]:
        """Return an owner's runs whose deletion can still be undone, the last one first."""
        sql = f"{_SELECT} WHERE owner = ? AND deleted IS NOT NULL ORDER BY deleted DESC"
        found = self._found(sql, (owner,))
        return [run for run in found if not self._is_forgotten(run, time.time())]

    def purge(self, now: float) -> None:
        """Remove what was deleted more than ``SECONDS_TO_UNDO`` before ``now`` and has ended."""
        with self._lock:
            runs = list(self._found(f"{_SELECT} WHERE deleted IS NOT NULL"))
            self._remove([run.id for run in runs if run.is_over and self._is_forgotten(run, now)])
            if any(run.deleted is not None and not self._is_forgotten(run, now) for run in runs):
                self._purge_later()

    def retention_status(self, owner: str) -> RetentionStatus:
        """Return how many runs an owner has, and which of them go next."""
        with self._lock:
            everything = self._kept()
            own = self._readable(everything, owner)
            sizes = self._sizes(everything)
            used, allowed = sum(sizes.values()), self._retention.disk_bytes
            warned = SHARE_TO_WARN_FROM * allowed
            by_disk = too_large(everything, sizes, warned, self._is_readable)
            return RetentionStatus(
                len(own),
                self._retention.runs_per_owner,
                tuple(self._run(run.id) for run in next_to_go(own, self._retention)),
                used,
                allowed,
                tuple(self._run(run.id) for run in by_disk if run.owner == owner),
            )

    def close(self) -> None:
        """Close the database file, with all that could not be written until now."""
        with self._lock:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
            if self._unsaved:
                self._save(durable=True)
            self._database.close()

    def _run(self, run_id: str) -> Run:
        live = self._live.get(run_id)
        if live is not None:
            return live
        rows = self._database.rows(f"{_SELECT} WHERE id = ?", (run_id,))
        if not rows:
            raise errors.no_such_run()
        run = self._read(rows[0])
        if run is None:
            raise errors.unreadable()
        return run

    def _own(self, run_id: str, owner: str) -> Run:
        """Return an owner's run, even a deleted one."""
        sql = "SELECT owner FROM runs WHERE id = ?"
        with self._lock:
            owners = [str(found) for (found,) in self._database.rows(sql, (run_id,))]
            if not any(secrets.compare_digest(own.encode(), owner.encode()) for own in owners):
                raise errors.no_such_run()
            return self._run(run_id)

    def _found(self, sql: str, values: Iterable[Any] = ()) -> Iterator[Run]:
        """Yield the runs whose rows a query finds, as they are now, if they can be read."""
        with self._lock:
            rows = [(row, self._live.get(row[0])) for row in self._database.rows(sql, values)]
        return (run for row, live in rows if (run := live or self._read(row)) is not None)

    def _read(self, row: Iterable[Any]) -> Run | None:
        """Return the run of a row that is not live; None where it or its events make no sense."""
        try:
            run = from_row(tuple(row))
        except ValueError as error:
            _log.debug("unreadable: %s", error)
            return None
        if run.id not in self._checked:
            self._checked[run.id] = self._makes_sense(run.id)
        return run if self._checked[run.id] else None

    def _makes_sense(self, run_id: str) -> bool:
        """Read every event of a run, once: from then on this server has written all of them."""
        with self._lock:
            if run_id in self._live:
                return True
            rows = self._database.rows(f"{_SELECT} WHERE id = ?", (run_id,))
            sql = "SELECT n, kind, payload FROM events WHERE run = ?"
            events = self._database.rows(sql, (run_id,))
        try:
            check_events(from_row(rows[0]), events)
        except ValueError as error:
            _log.warning("run %s is kept but cannot be read: %s", run_id, error)
            return False
        return True

    def _history(self, run_id: str, lines: Iterable[str]) -> History:
        try:
            return history_of(lines)
        except ValueError as error:
            _log.warning("run %s is kept but cannot be read: %s", run_id, error)
            self._checked[run_id] = False
            raise errors.unreadable() from error

    def _readable(self, runs: Iterable[Kept], owner: str) -> list[Kept]:
        return [run for run in runs if run.owner == owner and self._is_readable(run)]

    def _is_readable(self, run: Kept) -> bool:
        try:
            self._run(run.id)
        except UserError:
            return False
        return True

    def _change(self, run: Run) -> Run:
        """Write what its owner has changed of a run."""
        with self._database.explained(), self._database.transaction() as connection:
            connection.execute(_UPDATE, to_row(run))
        if run.id in self._live:
            self._live[run.id] = run
        return run

    def _kept(self) -> list[Kept]:
        """Return what decides over every run that is not deleted, as far as that can be read."""
        sql = "SELECT id, owner, state, number, name FROM runs WHERE deleted IS NULL"
        return [
            Kept(run_id, owner, self._state(run_id, state), number, bool(name))
            for run_id, owner, state, number, name in self._database.rows(sql)
            if is_run_id(run_id) and state in _STATES
        ]

    def _state(self, run_id: str, saved: str) -> State:
        live = self._live.get(run_id)
        return live.state if live else State(saved)

    def _sizes(self, runs: Iterable[Kept]) -> dict[str, int]:
        return self._folders.sizes((run.id, run.state in ENDED) for run in runs)

    def _make_room(self, owner: str) -> None:
        """Remove what has to go before this owner starts another run."""
        runs = self._kept()
        own, allowed = self._readable(runs, owner), self._retention.disk_bytes
        going = {run.id for run in too_many(own, self._retention.runs_per_owner - 1)}
        if len(own) - len(going) >= self._retention.runs_per_owner:
            raise errors.all_under_way(len(own))
        left = [run for run in runs if run.id not in going]
        sizes = self._sizes(left)
        too_much = {run.id for run in too_large(left, sizes, allowed, self._is_readable)}
        if sum(sizes[run.id] for run in left if run.id not in too_much) > allowed:
            raise errors.disk_budget_used(allowed // MEGABYTE)
        self._remove([*going, *too_much])

    def _remove(self, run_ids: list[str]) -> None:
        self._removal.remove(run_ids)
        for run_id in run_ids:
            self._live.pop(run_id, None)
            self._checked.pop(run_id, None)
        self._unsaved = [event for event in self._unsaved if event[0] not in run_ids]

    def _purge_later(self) -> None:
        """Purge in the background once the last deletion can no longer be undone."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(SECONDS_TO_UNDO + 0.2, self._purge_now)
        self._timer.daemon = True
        self._timer.start()

    def _purge_now(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            try:
                self.purge(time.time())
            except UserError as error:
                _log.error("deleted runs cannot be removed: %s", error)

    @staticmethod
    def _is_forgotten(run: Run, now: float) -> bool:
        return run.deleted is not None and run.deleted + SECONDS_TO_UNDO <= now

    def _save(self, *, durable: bool) -> None:
        """Write all that is not yet written, in one transaction; on failure it stays in memory.

        What a run goes on from after a power cut must be ``durable``; it alone is worth waiting for
        somebody who has locked the file, for everybody waits with it.
        """
        changed = {run_id for run_id, _ in self._unsaved}
        rows = [(run_id, event.number, event.kind, event.line) for run_id, event in self._unsaved]
        patience = SECONDS_FOR_AN_EVENT if durable else 0.0
        try:
            with self._database.transaction(durable=durable, patience=patience) as connection:
                connection.executemany(_INSERT_EVENT, rows)
                connection.executemany(_UPDATE, [to_row(self._live[run_id]) for run_id in changed])
        except sqlite3.Error as error:
            _log.error(
                "%d events cannot be written to %s: %s", len(self._unsaved), self._file, error
            )
            return
        self._unsaved.clear()
        for run_id in changed:
            if self._live[run_id].is_over:
                del self._live[run_id]

    def _notify(self, run_id: str, event: NumberedEvent) -> None:
        for subscriber in tuple(self._subscribers.get(run_id, ())):
            try:
                subscriber(event)
            except Exception:
                _log.exception("a subscriber of run %s failed", run_id)
