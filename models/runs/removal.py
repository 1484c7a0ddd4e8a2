"""How a run goes for good, in an order that a crash cannot spoil.

First its rows go, in one transaction that also notes its id; then its folder, and last the note.
Whatever a crash leaves in between is finished at the next start.
"""

from collections.abc import Callable

from models.runs.database import RunDatabase
from models.runs.folders import RunFolders
from models.runs.run import is_run_id

IS_DELETED = "typeof(deleted) IN ('real', 'integer')"
"""The condition of a run that its owner has deleted, and not of one whose row is damaged."""


class Removal:
    """Removes runs from a database, and their folders; ``forget`` hears which runs are gone."""

    def __init__(
        self, database: RunDatabase, folders: RunFolders, forget: Callable[[list[str]], None]
    ) -> None:
        self._database, self._folders, self._forget = database, folders, forget

    def remove(self, run_ids: list[str]) -> None:
        """Remove runs, their events and their folders; raises ``UserError`` when it cannot."""
        if not run_ids:
            return
        named = [(run_id,) for run_id in run_ids]
        with self._database.explained(), self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO removed VALUES (?)", named)
            connection.executemany("DELETE FROM events WHERE run = ?", named)
            connection.executemany("DELETE FROM remarks WHERE run = ?", named)
            connection.executemany("DELETE FROM runs WHERE id = ?", named)
        self._remove_folders(run_ids)
        self._forget(run_ids)

    def remove_row(self, number: int) -> None:
        """Remove the run with this number in the database, whatever it has for an id."""
        found = self._database.rows("SELECT id FROM runs WHERE number = ?", (number,))
        if all(is_run_id(run_id) for (run_id,) in found):
            self.remove([run_id for (run_id,) in found])
            return
        own = "(SELECT id FROM runs WHERE number = ?)"
        with self._database.explained(), self._database.transaction() as connection:
            connection.execute(f"DELETE FROM events WHERE run = {own}", (number,))
            connection.execute(f"DELETE FROM remarks WHERE run = {own}", (number,))
            connection.execute("DELETE FROM runs WHERE number = ?", (number,))

    def finish(self) -> None:
        """Remove what a server that is gone had deleted, and the folders that it left over."""
        deleted = self._database.rows(f"SELECT id FROM runs WHERE {IS_DELETED}")
        self.remove([run_id for (run_id,) in deleted])
        left_over = self._database.rows("SELECT run FROM removed")
        self._remove_folders([run_id for (run_id,) in left_over])

    def _remove_folders(self, run_ids: list[str]) -> None:
        gone = [(run_id,) for run_id in run_ids if self._folders.remove(run_id)]
        if gone:
            with self._database.explained(), self._database.transaction() as connection:
                connection.executemany("DELETE FROM removed WHERE run = ?", gone)
