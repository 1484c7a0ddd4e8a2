"""The rows of the runs: those under way in memory, all others as the file has them."""

import logging
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from data.language import UserError
from models.events import State
from models.runs import errors
from models.runs.database import RunDatabase
from models.runs.removal import IS_DELETED
from models.runs.run import (
    COLUMNS,
    Run,
    UnreadableRun,
    check_events,
    from_row,
    to_row,
    unreadable_from_row,
)

_INSERT = f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{c}' for c in COLUMNS)})"
_UPDATE = f"UPDATE runs SET {', '.join(f'{c} = :{c}' for c in COLUMNS)} WHERE id = :id"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM runs"
_log = logging.getLogger(__name__)


class RunRows:
    """Reads and writes the rows of a database, and knows which of them make no sense.

    Callers hold the database's lock where they need more than one answer.
    """

    def __init__(self, database: RunDatabase) -> None:
        self._database, self._lock = database, database.lock
        self._live: dict[str, Run] = {}
        """The runs whose newest state may not be in the file yet."""
        self._readable: dict[str, bool] = {}
        """Whether a run's events make sense, as far as somebody has looked."""

    def insert(self, run: Run) -> None:
        """Add a new run, durably; raises ``sqlite3.Error`` when it cannot be written."""
        with self._database.transaction() as connection:
            connection.execute(_INSERT, to_row(run))
        self._live[run.id] = run
        self._readable[run.id] = True

    def get(self, run_id: str) -> Run:
        """Return a run, whoever owns it; raises ``UserError`` for an unknown one."""
        with self._lock:
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

    def of_owner(self, run_id: str, owner: str) -> Run:
        """Return an owner's run, even a deleted one; any other raises the same error."""
        sql = "SELECT owner FROM runs WHERE id = ?"
        with self._lock:
            owners = [str(found) for (found,) in self._database.rows(sql, (run_id,))]
            if not any(secrets.compare_digest(own.encode(), owner.encode()) for own in owners):
                raise errors.no_such_run()
            return self.get(run_id)

    def find(self, run_id: str, owner: str) -> Run:
        """Return an owner's run; a foreign, an unknown and a deleted one raise the same error."""
        run = self.of_owner(run_id, owner)
        if run.deleted is not None:
            raise errors.no_such_run()
        return run

    def where(self, condition: str, values: Iterable[Any] = ()) -> Iterator[Run]:
        """Yield the runs that a condition of SQL finds, as they are now, if they can be read."""
        with self._lock:
            found = self._database.rows(f"{_SELECT} WHERE {condition}", values)
            rows = [(row, self._live.get(row[0])) for row in found]
        return (run for row, live in rows if (run := live or self._read(row)) is not None)

    def unreadable(self, owner: str) -> list[UnreadableRun]:
        """Return those of an owner's runs that cannot be read, newest first."""
        which = f"owner = ? AND (deleted IS NULL OR NOT {IS_DELETED})"
        columns = f"number, {', '.join(COLUMNS)}"
        sql = f"SELECT {columns} FROM runs WHERE {which} ORDER BY number DESC"
        with self._lock:
            rows = [row for row in self._database.rows(sql, (owner,)) if row[1] not in self._live]
        return [unreadable_from_row(n, tuple(row)) for n, *row in rows if not self._read(row)]

    def is_readable(self, run_id: str) -> bool:
        try:
            self.get(run_id)
        except UserError:
            return False
        return True

    def mark_unreadable(self, run_id: str) -> None:
        """Pass over a run from now on: somebody has read its events and found no sense in them."""
        self._readable[run_id] = False

    def state(self, run_id: str, saved: str) -> State:
        """Return the state of a run now, for which the file has the ``saved`` one."""
        live = self._live.get(run_id)
        return live.state if live else State(saved)

    def change(self, run: Run) -> Run:
        """Write at once what its owner has changed of a run."""
        with self._database.explained(), self._database.transaction() as connection:
            connection.execute(_UPDATE, to_row(run))
        if run.id in self._live:
            self._live[run.id] = run
        return run

    def hold(self, run: Run) -> None:
        """Remember a run as it is now, until ``write`` and ``let_go``."""
        self._live[run.id] = run

    def write(self, connection: sqlite3.Connection, run_ids: Iterable[str]) -> None:
        """Write the rows of runs that are held, as a part of a transaction."""
        connection.executemany(_UPDATE, [to_row(self._live[run_id]) for run_id in run_ids])

    def let_go(self, run_ids: Iterable[str]) -> None:
        """Leave those of these runs to the file that are over."""
        for run_id in run_ids:
            if self._live[run_id].is_over:
                del self._live[run_id]

    def forget(self, run_ids: Iterable[str]) -> None:
        """Know nothing of runs that are gone."""
        for run_id in run_ids:
            self._live.pop(run_id, None)
            self._readable.pop(run_id, None)

    def _read(self, row: Iterable[Any]) -> Run | None:
        """Return the run of a row that is not live; None where it or its events make no sense."""
        try:
            run = from_row(tuple(row))
        except ValueError as error:
            _log.debug("unreadable: %s", error)
            return None
        if run.id not in self._readable:
            self._readable[run.id] = self._makes_sense(run.id)
        return run if self._readable[run.id] else None

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
