"""Which runs were started together as a race. Its id is that of its first run."""

from collections.abc import Sequence

from models.runs.database import RunDatabase

_TABLE = """CREATE TABLE IF NOT EXISTS races (
    run TEXT PRIMARY KEY, race TEXT NOT NULL, place INTEGER NOT NULL
) WITHOUT ROWID"""


class Races:
    """The races of a database. Runs that were removed since are still named."""

    def __init__(self, database: RunDatabase) -> None:
        self._database = database
        with database.explained(), database.transaction() as connection:
            connection.execute(_TABLE)

    def add(self, run_ids: Sequence[str]) -> None:
        """Remember that these runs race; raises ``UserError`` when that cannot be written."""
        rows = [(run_id, run_ids[0], place) for place, run_id in enumerate(run_ids)]
        database = self._database
        with database.lock, database.explained(), database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO races VALUES (?, ?, ?)", rows)

    def runs(self, race: str) -> list[str]:
        """Return the runs of a race in their order, none for what is no race."""
        sql = "SELECT run FROM races WHERE race = ? ORDER BY place"
        with self._database.lock:
            return [str(run) for (run,) in self._database.rows(sql, (race,))]

    def race_of(self, run_id: str) -> str | None:
        """Return the race that a run takes part in, if any."""
        with self._database.lock:
            rows = self._database.rows("SELECT race FROM races WHERE run = ?", (run_id,))
        return str(rows[0][0]) if rows else None

    def of_owner(self, owner: str, task: str) -> list[str]:
        """Return an owner's races of a task, newest first, as far as their runs are there."""
        sql = (
            "SELECT race FROM races JOIN runs ON runs.id = run "
            "WHERE owner = ? AND task = ? AND deleted IS NULL "
            "GROUP BY race ORDER BY max(number) DESC"
        )
        with self._database.lock:
            return [str(race) for (race,) in self._database.rows(sql, (owner, task))]

    def forget(self, run_ids: Sequence[str]) -> None:
        """Forget runs that are removed."""
        with self._database.lock, self._database.transaction() as connection:
            connection.executemany("DELETE FROM races WHERE run = ?", [(each,) for each in run_ids])
