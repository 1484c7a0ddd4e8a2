"""The events of the runs: in the file, and in memory as long as the disk does not take them."""

import logging
import sqlite3
from collections.abc import Collection, Iterable

from models.runs.database import RunDatabase
from models.runs.numbered_event import NumberedEvent
from models.runs.rows import RunRows

SECONDS_FOR_AN_EVENT = 0.5
"""How long an event may wait for another program that has locked the file."""

_INSERT = "INSERT INTO events (run, n, kind, payload) VALUES (?, ?, ?, ?)"
_log = logging.getLogger(__name__)


class EventLog:
    """Writes events together with the rows of their runs, and reads them in order."""

    def __init__(self, database: RunDatabase, rows: RunRows) -> None:
        self._database, self._lock, self._rows = database, database.lock, rows
        self._unsaved: list[tuple[str, NumberedEvent]] = []

    @property
    def is_saved(self) -> bool:
        """Whether everything is in the file."""
        return not self._unsaved

    def add(self, run_id: str, event: NumberedEvent, *, durable: bool) -> None:
        """Keep an event, and write it with all that is not yet written."""
        self.add_all(run_id, [event], durable=durable)

    def add_all(self, run_id: str, events: Iterable[NumberedEvent], *, durable: bool) -> None:
        """Keep several events, and write them at once with all that is not yet written."""
        with self._lock:
            self._unsaved.extend((run_id, event) for event in events)
            self.save(durable=durable)

    def of(self, run_id: str, after: int = 0) -> list[NumberedEvent]:
        """Return every event of a run numbered above ``after``, in order."""
        sql = "SELECT n, kind, payload FROM events WHERE run = ? AND n > ? ORDER BY n"
        with self._lock:
            saved = [NumberedEvent(*row) for row in self._database.rows(sql, (run_id, after))]
            own = [event for run, event in self._unsaved if run == run_id]
        return [*saved, *(event for event in own if event.number > after)]

    def lines_but(self, kind: str, run_id: str) -> list[str]:
        """Return the lines of all events of a run, in order, but for those of one kind."""
        sql = "SELECT payload FROM events WHERE run = ? AND kind != ? ORDER BY n"
        with self._lock:
            saved = [line for (line,) in self._database.rows(sql, (run_id, kind))]
            own = [event for run, event in self._unsaved if run == run_id]
        return [*saved, *(event.line for event in own if event.kind != kind)]

    def forget(self, run_ids: Collection[str]) -> None:
        """Write nothing more of runs that are gone."""
        self._unsaved = [event for event in self._unsaved if event[0] not in run_ids]

    def save(self, *, durable: bool) -> None:
        """Write all that is not yet written, in one transaction; on failure it stays in memory.

        What a run goes on from after a power cut must be ``durable``; it alone is worth waiting for
        somebody who has locked the file, for everybody waits with it.
        """
        changed = {run_id for run_id, _ in self._unsaved}
        rows = [(run_id, event.number, event.kind, event.line) for run_id, event in self._unsaved]
        patience = SECONDS_FOR_AN_EVENT if durable else 0.0
        try:
            with self._database.transaction(durable=durable, patience=patience) as connection:
                connection.executemany(_INSERT, rows)
                self._rows.write(connection, changed)
        except sqlite3.Error as error:
            file = self._database.file
            _log.error("%d events cannot be written to %s: %s", len(self._unsaved), file, error)
            return
        self._unsaved.clear()
        self._rows.let_go(changed)
