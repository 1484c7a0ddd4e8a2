"""The folders of the runs: how large they are, and how they go."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from models.runs.run import is_run_id


class RunFolders:
    """One folder a run inside ``root``. The size of a run that has ended is measured once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes: dict[str, int] = {}

    def path(self, run_id: str) -> Path:
        """Return the folder of a run."""
        return self._root / run_id

    def sizes(self, runs: Iterable[tuple[str, bool]]) -> dict[str, int]:
        """Return the bytes of each run, given as (id, whether it has ended)."""
        sizes = {}
        for run_id, is_over in runs:
            known = self._sizes.get(run_id) if is_over else None
            sizes[run_id] = _bytes_in(self.path(run_id)) if known is None else known
            if is_over:
                self._sizes[run_id] = sizes[run_id]
        return sizes

    def forget_size(self, run_id: str) -> None:
        """Measure this run again next time: its files may have changed."""
        self._sizes.pop(run_id, None)

    def remove(self, run_id: str) -> bool:
        """Remove a run's folder and say whether it is gone; another try may succeed.

        What is no run's id, in a damaged file perhaps "..", is never the name of a folder here.
        """
        if not is_run_id(run_id):
            return True
        self.forget_size(run_id)
        shutil.rmtree(self.path(run_id), ignore_errors=True)
        return not self.path(run_id).exists()


def _bytes_in(folder: Path) -> int:
    """Return the sizes of all files below a folder, 0 where it is gone."""
    try:
        with os.scandir(folder) as entries:
            return sum(
                _bytes_in(Path(entry.path))
                if entry.is_dir(follow_symlinks=False)
                else entry.stat(follow_symlinks=False).st_size
                for entry in entries
            )
    except OSError:
        return 0
