"""One server for one folder of runs: two would interrupt each other's runs."""

from pathlib import Path

from filelock import FileLock, Timeout

from data.language import Text, UserError

_FILE = "server.lock"


class ServerLock:
    """Holds a folder of runs for this process, until ``release`` or the process's end.

    Makes the folder if need be. Raises ``UserError`` when another process holds it, or when it
    cannot be written. The operating system lets go of it however the process ends.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / _FILE, blocking=False, thread_local=False)
            self._lock.acquire()
        except Timeout:
            raise _taken(folder) from None
        except (OSError, NotImplementedError) as error:
            raise _cannot_lock(folder, error) from error

    def release(self) -> None:
        """Let another server have the folder."""
        self._lock.release()


def _taken(folder: Path) -> UserError:
    return UserError(
        Text(
            f"다른 FNN Lab 서버가 {folder} 폴더를 쓰고 있습니다. 그 서버를 쓰거나 먼저 끄세요. "
            "둘 다 쓰려면 환경 변수 FNN_LAB_HOME에 다른 폴더를 지정하세요.",
            f"Another FNN Lab server is using the folder {folder}. Use that server, or end it "
            "first. To have both, name another folder in the environment variable FNN_LAB_HOME.",
        )
    )


def _cannot_lock(folder: Path, error: Exception) -> UserError:
    return UserError(
        Text(
            f"실행 기록을 {folder}에 쓸 수 없습니다({error}). 디스크 공간을 비우거나 환경 변수 "
            "FNN_LAB_HOME에 쓸 수 있는 다른 폴더를 지정하세요.",
            f"Runs cannot be written to {folder} ({error}). Free some space, or name another "
            "folder in the environment variable FNN_LAB_HOME.",
        )
    )
