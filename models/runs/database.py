"""The SQLite file behind the store of runs: its tables, its versions, and sentences for its errors.

One connection serves every thread, so callers take turns under its ``lock``.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from models.runs import errors

SCHEMA_VERSION = 4
SECONDS_OF_BUSY_WAITING = 5.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, task TEXT NOT NULL,
    experiment TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, started REAL, ended REAL,
    epoch INTEGER NOT NULL, val_loss REAL, val_metric REAL, best_epoch INTEGER, test TEXT,
    events INTEGER NOT NULL, updates INTEGER NOT NULL DEFAULT 0, checkpoint INTEGER,
    stretch INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT '', deleted REAL
);
CREATE INDEX IF NOT EXISTS runs_by_owner ON runs (owner, task, number);
CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL, n INTEGER NOT NULL, payload TEXT NOT NULL, kind TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS removed (run TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA user_version = 4;
"""
"""``removed`` names the runs whose rows are gone and whose folders may still be there."""

_BESIDE = """
CREATE TABLE IF NOT EXISTS remarks (
    run TEXT NOT NULL, owner TEXT NOT NULL, tag TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (run, owner)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sweeps (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, record TEXT NOT NULL
);
"""
"""What an older version passes over: tables that it needs no other version number for."""

_FROM_3 = """
ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT '';
UPDATE events SET kind = ifnull(json_extract(payload, '$.kind'), '') WHERE json_valid(payload);
PRAGMA user_version = 4;
"""

_FROM_2 = f"""
CREATE TABLE IF NOT EXISTS removed (run TEXT PRIMARY KEY) WITHOUT ROWID;
{_FROM_3}
"""

_FROM_1 = f"""
ALTER TABLE runs ADD COLUMN updates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN checkpoint INTEGER;
ALTER TABLE runs ADD COLUMN stretch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN deleted REAL;
{_FROM_2}
"""

_SCRIPTS = {0: _SCHEMA, 1: _FROM_1, 2: _FROM_2, 3: _FROM_3}
"""What brings a file of each older version up to date."""

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""The lowest byte of the errors that somebody else's lock leads to."""


class RunDatabase:
    """The open file; its tables are made, or brought up to date, if need be.

    Raises ``UserError`` when it cannot be written, when it is damaged, or when a newer version of
    the lab has written it.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lock = threading.RLock()
        with self.explained():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open(file)

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        """Return what a query finds; raises ``UserError`` like the class."""
        with self.explained():
            return self._connection.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def transaction(
        self, *, durable: bool = True, patience: float | None = None
    ) -> Iterator[sqlite3.Connection]:
        """All or nothing: commits at the end, or rolls back when something is raised.

        What is ``durable`` outlives a power cut, for a flush of the disk. ``patience`` is how many
        seconds another program's lock is waited for, ``SECONDS_OF_BUSY_WAITING`` by default.
        """
        seconds = SECONDS_OF_BUSY_WAITING if patience is None else patience
        self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def explained(self) -> AbstractContextManager[None]:
        """Turn the errors of the disk and of the database into sentences."""
        return explained(self.file)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn the errors of the disk and of the database in ``file`` into sentences."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED:
            raise errors.locked(file) from error
        raise errors.cannot_write(file.parent, error) from error
    except sqlite3.DatabaseError as error:
        raise errors.damaged(file, error) from error


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, SECONDS_OF_BUSY_WAITING, isolation_level=None, check_same_thread=False
    )
    # By default one text that is no UTF-8 fails the whole query that meets it.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise errors.too_new(file)
        if script := _SCRIPTS.get(version):
            connection.executescript(f"BEGIN IMMEDIATE; {script} COMMIT;")
        connection.executescript(_BESIDE)
    except BaseException:
        connection.close()
        raise
    return connection
