"""Long work of the pages, each a ``python -m data`` command: fetch a corpus, analyse a corpus.

A command belongs to the whole server, not to who started it: a second start of the same one joins
the first. Progress comes from its standard output, one JSON line at a time; stopping is SIGTERM,
and starting again goes on where it stopped, because the commands do.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from data.language import Text

SECONDS_TO_STOP = 5.0
"""How long commands may take to stop when the server ends."""

_log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[1]
Command = tuple[str, ...]
"""The words after ``python -m data``, for example ("fetch", "nsmc")."""


class CommandState(StrEnum):
    """How a command stands; nothing follows the last three until it is started again."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """A command's progress: ``done`` of ``total`` bytes or rows; ``error`` says why it failed."""

    state: CommandState
    done: int = 0
    total: int = 0
    error: Text | None = None


class BackgroundCommands:
    """What this server runs in the background, by command. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: dict[Command, Progress] = {}
        self._processes: dict[Command, subprocess.Popen[str]] = {}
        self._stopped: set[Command] = set()

    def look(self, command: Command) -> Progress | None:
        """Return how a command stands, None when it was never started."""
        with self._lock:
            return self._progress.get(command)

    def start(self, command: Command) -> None:
        """Start a command unless it runs already."""
        with self._lock:
            if command in self._processes:
                return
            self._stopped.discard(command)
            self._progress[command] = Progress(CommandState.RUNNING)
            process = self._processes[command] = _start(command)
        threading.Thread(target=self._follow, args=(command, process), daemon=True).start()

    def stop(self, command: Command) -> None:
        """Ask a command to stop; what it has finished stays."""
        with self._lock:
            self._stopped.add(command)
            process = self._processes.get(command)
        if process:
            process.terminate()

    def close(self) -> None:
        """Stop every command, and wait until all of them have ended."""
        with self._lock:
            running = dict(self._processes)
        for command in running:
            self.stop(command)
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def _follow(self, command: Command, process: subprocess.Popen[str]) -> None:
        errors: list[str] = []
        assert process.stdout and process.stderr
        listener = threading.Thread(target=errors.extend, args=(process.stderr,), daemon=True)
        with process:  # closes the pipes and waits
            listener.start()
            for line in process.stdout:
                self._hear(command, line)
            listener.join()
        self._settle(command, process.returncode, "".join(errors))

    def _settle(self, command: Command, status: int, errors: str) -> None:
        with self._lock:
            state = CommandState.DONE if status == 0 else CommandState.FAILED
            if status and command in self._stopped:
                state = CommandState.STOPPED
            progress = self._progress[command] = replace(self._progress[command], state=state)
            del self._processes[command]
        if state is CommandState.FAILED and progress.error is None:
            _log.error("%s ended with status %d:\n%s", " ".join(command), status, errors)

    def _hear(self, command: Command, line: str) -> None:
        try:
            said = json.loads(line)
            heard = _error(said) or {"done": int(said["done"]), "total": int(said["total"])}
        except (ValueError, KeyError, TypeError):
            return  # a line for people
        with self._lock:
            self._progress[command] = replace(self._progress[command], **heard)


def _error(said: dict[str, Any]) -> dict[str, Any]:
    return {"error": Text(**said["error"])} if "error" in said else {}


def _start(command: Command) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "data", *command, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
    )
