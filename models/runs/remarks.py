"""A tag and a note that an owner has made on a run: in the store, beside the run's row.

They say nothing of how a run trains, so they stand in a table of their own, by run and owner: who
may see the run of somebody else keeps remarks of their own on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from data.language import Text, UserError
from models.runs.database import RunDatabase
from models.runs.run import Run, clean_name

LONGEST_TAG = 24
LONGEST_NOTE = 300

_WRITE = """INSERT INTO remarks (run, owner, tag, note) VALUES (?, ?, ?, ?)
ON CONFLICT (run, owner) DO UPDATE SET tag = excluded.tag, note = excluded.note"""


@dataclass(frozen=True, slots=True)
class Remark:
    """What an owner has written on a run; both may be empty, and may hold any text."""

    tag: str = ""
    note: str = ""


class Remarks:
    """Keeps the remarks of owners; ``find`` raises ``UserError`` for a run they may not see."""

    def __init__(self, database: RunDatabase, find: Callable[[str, str], Run]) -> None:
        self._database, self._find = database, find

    def of(self, owner: str) -> dict[str, Remark]:
        """Return an owner's remarks by run."""
        sql = "SELECT run, tag, note FROM remarks WHERE owner = ?"
        with self._database.lock:
            rows = self._database.rows(sql, (owner,))
        return {str(run): Remark(str(tag), str(note)) for run, tag, note in rows}

    def write(self, run_id: str, owner: str, tag: str, note: str) -> Remark:
        """Keep an owner's tag and note on a run, on one line each; returns them as they are kept.

        Raises ``UserError`` for one that is too long, for a run that the owner may not see, and
        when the disk is full or read-only.
        """
        tag, note = clean_name(tag), clean_name(note)
        _check(tag, LONGEST_TAG, Text("태그", "The tag"))
        _check(note, LONGEST_NOTE, Text("메모", "The note"))
        self._find(run_id, owner)
        database = self._database
        with database.lock, database.explained(), database.transaction() as connection:
            connection.execute(_WRITE, (run_id, owner, tag, note))
        return Remark(tag, note)


def _check(text: str, allowed: int, what: Text) -> None:
    if len(text) > allowed:
        raise UserError(
            Text(
                f"{what.ko}의 길이가 {len(text)}자입니다. {allowed}자 이하로 줄여 주세요.",
                f"{what.en} has {len(text)} characters. Shorten it to {allowed} or fewer.",
            )
        )
