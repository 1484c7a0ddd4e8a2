"""Folders for what processes put aside, which they leave behind when they are killed.

Sockets of ``multiprocessing`` and temporary files of libraries go there. Each folder is locked by
the server that made it, so that the next server knows which ones nobody needs any more.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "fnn-lab-"
_LOCK = "in-use"
_LONGEST_NAME = 70
"""Characters of a folder in which sockets find room: their names may have 104 on macOS."""


class ProcessFolder:
    """A new folder among the system's temporary ones; raises ``OSError`` when there is none."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = FileLock(self.path / _LOCK, blocking=False, thread_local=False)
        try:
            self._lock.acquire()
        except BaseException:
            self.remove()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to know in order to use the folder."""
        return {"TMPDIR": str(self.path)} if len(str(self.path)) <= _LONGEST_NAME else {}

    def remove(self) -> None:
        """Remove the folder with all that is in it, as far as that is possible."""
        with suppress(OSError):
            self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_left_over() -> None:
    """Remove the folders of servers that are gone."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError, Timeout):
            if _is_own(path.parent):
                with FileLock(path, blocking=False):
                    shutil.rmtree(path.parent, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Say whether this user made a folder: what others put there may be a trap."""
    return not folder.is_symlink() and (os.name == "nt" or folder.stat().st_uid == os.getuid())
