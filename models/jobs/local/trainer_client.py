"""The server's end of one trainer process, from its start to its death.

A thread reads what the trainer says and another writes what it is told, so that nobody who gives a
command ever waits for a trainer that takes none.
"""

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from models.jobs.local.process_folder import ProcessFolder

ROOT = Path(__file__).resolve().parents[3]
SECONDS_TO_DIE = 5.0
"""After a SIGKILL; whoever takes longer waits for a disk that is gone."""
SECONDS_TO_LEAVE = 0.5
"""For what a trainer that is gone has left, from SIGTERM to SIGKILL."""
PINGS_TO_ANSWER = 20
"""So many may be without an answer before a trainer counts as one that hangs."""
PINGS_TO_START = 120
"""The same for a trainer that has not answered yet: it imports its libraries first."""
MOST_COMMANDS = 10_000
"""That wait to be written; each has less than a kilobyte."""

_log = logging.getLogger(__name__)


class TrainerLink:
    """One trainer process, started at once; ``hear`` gets what it says, in a thread of its own.

    Raises ``OSError``, ``RuntimeError`` or ``MemoryError`` when there can be no such process;
    nothing is left of it then. To be made by a thread that lives as long as the process shall.
    """

    def __init__(self, slots: int, hear: Callable[[dict[str, Any]], None]) -> None:
        self._hear = hear
        self._commands: queue.Queue[str | None] = queue.Queue(MOST_COMMANDS)
        self._is_listening = False
        """Whether the reader waits for the trainer, and not for whoever hears it."""
        self._unanswered, self._patience = 0, PINGS_TO_START
        self._ending = threading.Lock()
        self._is_abandoned = self._has_ended = False
        self.over = threading.Event()
        """Set once nothing more will be heard."""
        self._folder = ProcessFolder()
        try:
            self._process = _start(slots, self._folder.environment)
        except BaseException:
            self._folder.remove()
            raise
        try:
            for work in (self._write, self._read):
                threading.Thread(target=work, name="trainer link", daemon=True).start()
        except BaseException:
            self._give_up()
            raise

    @property
    def pid(self) -> int:
        """The process id, which is that of the process group too."""
        return self._process.pid

    def send(self, command: Mapping[str, Any]) -> None:
        """Let the trainer have a command; whether it can still take one is not noticed here."""
        with suppress(queue.Full):  # seen by ``answers``
            self._commands.put_nowait(json.dumps(command) + "\n")

    def answers(self) -> bool:
        """Ask for a sign of life; False when there has been none for a long time.

        To be called once a second. Calls are counted and not seconds: a server that is suspended
        itself asks nothing meanwhile.
        """
        if self._is_listening:
            self._unanswered += 1
        self.send({"do": "ping"})
        return self._unanswered <= self._patience and not self._commands.full()

    def end(self) -> int | None:
        """Kill the process and all that it has started; returns its exit status, if it has one."""
        with self._ending:
            if not self._has_ended:
                self._is_abandoned = True
                self._process.kill()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(SECONDS_TO_DIE)
                _end_group(self._process.pid)
                self._has_ended = True
        self.over.wait(SECONDS_TO_DIE)
        with suppress(queue.Full):
            self._commands.put_nowait(None)  # ends the thread that writes
        self._folder.remove()
        return self._process.returncode

    def _give_up(self) -> None:
        """End a process that has not got both threads."""
        self.over.set()
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                _opened(pipe).close()

    def _write(self) -> None:
        """Write commands until there are no more; the end of them ends the trainer."""
        with suppress(OSError, ValueError), _opened(self._process.stdin) as pipe:
            while (line := self._commands.get()) is not None:
                pipe.write(line)
                pipe.flush()

    def _read(self) -> None:
        """Hear the trainer to its end, or to the first line that cannot be heard."""
        try:
            with _opened(self._process.stdout) as lines:
                while (line := self._next(lines)) and not self._is_abandoned:
                    self._take(line)
        except Exception:
            _log.exception("the trainer can no longer be heard")
        finally:
            self.over.set()

    def _next(self, lines: IO[str]) -> str:
        """Return the next line, empty at the end or where the trainer was killed in one."""
        self._is_listening = True
        line = lines.readline()
        self._is_listening = False
        return line if line.endswith("\n") else ""

    def _take(self, line: str) -> None:
        said = json.loads(line)
        if "pong" in said:
            self._unanswered, self._patience = 0, PINGS_TO_ANSWER
        else:
            self._hear(said)


def _start(slots: int, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a trainer in a session of its own, so that Ctrl-C in the terminal passes it by."""
    return subprocess.Popen(
        [sys.executable, "-m", "models.jobs.local.trainer", "--slots", str(slots)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "ignore:resource_tracker",  # it removes what the killed have left
            "OMP_NUM_THREADS": "1",
            "CUDA_VISIBLE_DEVICES": "-1",
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _end_group(group: int) -> None:
    """End everything that a trainer left behind: at once, and after a moment by force.

    The moment is for what removes the semaphores of the others. What is suspended, or does not
    listen, is killed.
    """
    if sys.platform == "win32":
        return
    deadline = time.monotonic() + SECONDS_TO_LEAVE
    with suppress(ProcessLookupError, PermissionError):  # macOS forbids to signal what has ended
        os.killpg(group, signal.SIGTERM)
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.02)
        os.killpg(group, signal.SIGKILL)


def _opened(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
