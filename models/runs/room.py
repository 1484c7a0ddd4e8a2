"""Room for new runs: which runs go for one that starts, and what an owner is told of that before.

The rules are in ``models.runs.retention``.
"""

from collections.abc import Iterable

from models.events import ENDED, State
from models.runs import errors
from models.runs.database import RunDatabase
from models.runs.folders import RunFolders
from models.runs.removal import Removal
from models.runs.retention import (
    MEGABYTE,
    SHARE_TO_WARN_FROM,
    Kept,
    Retention,
    RetentionStatus,
    next_to_go,
    too_large,
    too_many,
)
from models.runs.rows import RunRows
from models.runs.run import is_run_id

_STATES = frozenset(State)


class Room:
    """Applies a retention to the runs of a database and to their folders."""

    def __init__(
        self,
        database: RunDatabase,
        rows: RunRows,
        folders: RunFolders,
        removal: Removal,
        retention: Retention,
    ) -> None:
        self._database, self._rows, self._folders = database, rows, folders
        self._removal, self._retention = removal, retention

    def status(self, owner: str) -> RetentionStatus:
        """Return how many runs an owner has, and which of them go next."""
        with self._database.lock:
            everything = self._kept()
            own = self._readable(everything, owner)
            sizes = self._sizes(everything)
            used, allowed = sum(sizes.values()), self._retention.disk_bytes
            warned = SHARE_TO_WARN_FROM * allowed
            by_disk = too_large(everything, sizes, warned, self._is_readable)
            return RetentionStatus(
                len(own),
                self._retention.runs_per_owner,
                tuple(self._rows.get(run.id) for run in next_to_go(own, self._retention)),
                used,
                allowed,
                tuple(self._rows.get(run.id) for run in by_disk if run.owner == owner),
            )

    def make(self, owner: str) -> None:
        """Remove what has to go before this owner starts another run.

        Raises ``UserError`` when that does not make room.
        """
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
        self._removal.remove([*going, *too_much])

    def _kept(self) -> list[Kept]:
        """Return what decides over every run that is not deleted, as far as that can be read."""
        sql = "SELECT id, owner, state, number, name FROM runs WHERE deleted IS NULL"
        return [
            Kept(run_id, owner, self._rows.state(run_id, state), number, bool(name))
            for run_id, owner, state, number, name in self._database.rows(sql)
            if is_run_id(run_id) and state in _STATES
        ]

    def _sizes(self, runs: Iterable[Kept]) -> dict[str, int]:
        return self._folders.sizes((run.id, run.state in ENDED) for run in runs)

    def _readable(self, runs: Iterable[Kept], owner: str) -> list[Kept]:
        return [run for run in runs if run.owner == owner and self._is_readable(run)]

    def _is_readable(self, run: Kept) -> bool:
        return self._rows.is_readable(run.id)
