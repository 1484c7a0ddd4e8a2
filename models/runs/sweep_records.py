"""The records of sweeps in the store's file: who has which, and what it says, as text."""

from dataclasses import dataclass

from models.runs.database import RunDatabase

MOST_OF_AN_OWNER = 20
"""Sweeps that are kept of one owner; the oldest go."""

_WRITE = """INSERT INTO sweeps (id, owner, record) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET record = excluded.record"""
_TRIM = """DELETE FROM sweeps WHERE owner = ? AND number NOT IN
(SELECT number FROM sweeps WHERE owner = ? ORDER BY number DESC LIMIT ?)"""


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """What the file holds of a sweep."""

    id: str
    owner: str
    record: str


class SweepRecords:
    """Reads and writes records; raises ``UserError`` when the disk is full or read-only."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database

    def all(self) -> list[SweepRecord]:
        """Return every record, the newest first."""
        with self._database.lock:
            rows = self._database.rows("SELECT id, owner, record FROM sweeps ORDER BY number DESC")
        return [SweepRecord(str(a), str(b), str(c)) for a, b, c in rows]

    def write(self, record: SweepRecord) -> None:
        """Keep a record in place of the one with its id; the owner's oldest make room."""
        database, owner = self._database, record.owner
        with database.lock, database.explained(), database.transaction() as connection:
            connection.execute(_WRITE, (record.id, owner, record.record))
            connection.execute(_TRIM, (owner, owner, MOST_OF_AN_OWNER))

    def remove(self, sweep_id: str) -> None:
        """Forget a sweep; its runs stay."""
        database = self._database
        with database.lock, database.explained(), database.transaction() as connection:
            connection.execute("DELETE FROM sweeps WHERE id = ?", (sweep_id,))
