"""What an owner deletes: gone at once for everybody, and for good a few seconds later."""

import logging
import threading
import time
from dataclasses import replace

from data.language import UserError
from models.runs import errors
from models.runs.database import RunDatabase
from models.runs.removal import Removal
from models.runs.rows import RunRows
from models.runs.run import Run

SECONDS_TO_UNDO = 10.0
"""How long a deletion can be undone."""

_log = logging.getLogger(__name__)


class Deletions:
    """Deletes runs so that it can be undone, and purges them in the background afterwards."""

    def __init__(self, database: RunDatabase, rows: RunRows, removal: Removal) -> None:
        self._lock, self._rows, self._removal = database.lock, rows, removal
        self._timer: threading.Timer | None = None
        self._is_closed = False

    def delete(self, run_id: str, owner: str) -> None:
        """Let a run disappear now and be removed after ``SECONDS_TO_UNDO``.

        Raises ``UserError`` while the run trains or waits, and like ``RunRows.find``.
        """
        with self._lock:
            run = self._rows.find(run_id, owner)
            if run.is_under_way:
                raise errors.is_under_way()
            self._rows.change(replace(run, deleted=time.time()))
            self.purge_later()

    def delete_unreadable(self, number: int, owner: str) -> None:
        """Remove one of the runs that ``RunRows.unreadable`` lists, for good.

        Raises ``UserError`` when it is not among them.
        """
        with self._lock:
            if number not in {run.number for run in self._rows.unreadable(owner)}:
                raise errors.no_such_run()
            self._removal.remove_row(number)

    def undelete(self, run_id: str, owner: str) -> None:
        """Take a deletion back; raises ``UserError`` when it is too late for that."""
        with self._lock:
            try:
                run = self._rows.of_owner(run_id, owner)
            except UserError:
                raise errors.no_longer_deleted() from None
            self._rows.change(replace(run, deleted=None))

    def of(self, owner: str) -> list[Run]:
        """Return an owner's runs whose deletion can still be undone, the last one first."""
        which = "owner = ? AND deleted IS NOT NULL ORDER BY deleted DESC"
        found = self._rows.where(which, (owner,))
        return [run for run in found if not _is_forgotten(run, time.time())]

    def purge(self, now: float) -> None:
        """Remove what was deleted more than ``SECONDS_TO_UNDO`` before ``now`` and has ended."""
        with self._lock:
            runs = list(self._rows.where("deleted IS NOT NULL"))
            self._removal.remove(
                [run.id for run in runs if run.is_over and _is_forgotten(run, now)]
            )
            if any(run.deleted is not None and not _is_forgotten(run, now) for run in runs):
                self.purge_later()

    def purge_later(self) -> None:
        """Purge in the background once the last deletion can no longer be undone."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(SECONDS_TO_UNDO + 0.2, self._purge_now)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Purge no more."""
        with self._lock:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()

    def _purge_now(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            try:
                self.purge(time.time())
            except UserError as error:
                _log.error("deleted runs cannot be removed: %s", error)


def _is_forgotten(run: Run, now: float) -> bool:
    return run.deleted is not None and run.deleted + SECONDS_TO_UNDO <= now
