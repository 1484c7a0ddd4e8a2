"""Training on this machine: the client of a trainer process.

The server talks to ``python -m models.jobs.trainer`` over pipes and never forks a worker itself.
A trainer that dies is replaced. What had begun there is interrupted, and says so; what had not
begun goes to the next one.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from data.text import Text
from models.events import Baselines, End, Event, Preparing, Started, State, Tuned, from_json
from models.jobs.arising import arose_at
from models.jobs.backend import STOPPED, Sink, Turn
from models.wish import Wish

ROOT = Path(__file__).resolve().parents[2]
SECONDS_OF_PATIENCE = 0.5
"""How long a polite stop of a run that trains may take before the worker is killed."""
SECONDS_TO_CLOSE = 3.0
LONGEST_BACK_OFF_SECONDS = 30.0

_LOST = Text(
    "학습을 맡은 프로세스가 되풀이해 끝나 이 실행을 마치지 못했습니다. "
    "저장된 곳부터 이어서 학습할 수 있습니다.",
    "The process that runs the training died again and again and took this run with it. "
    "It can go on from where it was saved.",
)
_log = logging.getLogger(__name__)


class LocalBackend:
    """Trains runs in processes of this machine: ``slots`` at full speed, and more that rest.

    It takes as many as ``most_workers`` says; what is submitted beyond that waits.
    """

    def __init__(self, slots: int, sink: Sink) -> None:
        self._slots, self._sink = slots, sink
        self._held: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._trained: set[str] = set()
        self._turns = count(1)
        self._lock = threading.Lock()
        self._delivering = threading.RLock()
        self._closing = threading.Event()
        self._ready = threading.Event()
        self._trainer = _start_trainer(slots)
        self._keeper = threading.Thread(target=self._keep_trainer, daemon=True)
        self._keeper.start()

    def submit(self, turn: Turn) -> None:
        command = {
            "do": "submit",
            "run": f"{turn.run_id}.{next(self._turns)}",
            "experiment": turn.experiment.to_dict(),
            "folder": str(turn.folder),
            "after": turn.after,
            "limits": asdict(turn.limits),
            "wish": turn.wish.to_dict(),
        }
        with self._lock:
            self._held[turn.run_id] = command
            self._send(command)

    def wish(self, run_id: str, wish: Wish) -> None:
        with self._lock:
            command = self._held.get(run_id)
            if command is None:
                return
            command["wish"] = wish.to_dict()
            self._send({"do": "wish", "run": command["run"], "wish": wish.to_dict()})
        if wish.stop:
            # Before its first update a turn has nothing to save, and its worker or its graph may
            # still be made.
            seconds = SECONDS_OF_PATIENCE if run_id in self._trained else 0
            timer = threading.Timer(seconds, self._end, (command["run"],))
            timer.daemon = True
            timer.start()

    def kill(self, run_id: str, end: End = STOPPED) -> None:
        with self._lock:
            command = self._held.get(run_id)
        if command is not None:
            self._end(command["run"], end)

    def has_begun(self, run_id: str) -> bool:
        return self._ready.is_set() and run_id in self._held

    def _end(self, turn: str, end: End = STOPPED) -> None:
        """Kill the worker of a turn that has not ended by itself."""
        with self._lock:
            if not self._holds(turn):
                return
            self._send({"do": "kill", "run": turn})
        # Said here and not by the trainer: true even while that is starting or overloaded.
        self._deliver(turn, end)

    def _holds(self, turn: str) -> bool:
        command = self._held.get(_run_of(turn))
        return command is not None and command["run"] == turn

    def close(self) -> None:
        with self._lock:
            self._closing.set()
            self._held.clear()
            with suppress(OSError):
                _stdin(self._trainer).close()
        with suppress(subprocess.TimeoutExpired):
            self._trainer.wait(SECONDS_TO_CLOSE)
        _end_group(self._trainer, signal.SIGKILL)
        self._trainer.wait()
        self._keeper.join()

    @property
    def is_reachable(self) -> bool:
        return True

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the workers are warm; False if that takes longer than ``seconds``."""
        return self._ready.wait(seconds)

    def _send(self, command: dict[str, Any]) -> None:
        """Write a command; a dying trainer is not noticed here but by the thread that reads it."""
        with suppress(OSError, ValueError):
            stdin = _stdin(self._trainer)
            stdin.write(json.dumps(command) + "\n")
            stdin.flush()

    def _deliver(self, turn: str, event: Event) -> None:
        """Hand an event of a held turn to the sink; its End is the last one."""
        run_id = _run_of(turn)
        with self._delivering:
            with self._lock:
                if not self._holds(turn):
                    return
                self._begun.add(run_id)
                if not isinstance(event, Preparing | Started | Baselines | Tuned):
                    self._trained.add(run_id)
                if isinstance(event, End):
                    del self._held[run_id]
                    self._begun.discard(run_id)
                    self._trained.discard(run_id)
            try:
                self._sink(run_id, event)
            except Exception:
                _log.exception("the sink refused an event of run %s", run_id)

    def _keep_trainer(self) -> None:
        """Read the trainer, and start another when it dies, waiting longer each time it fails."""
        failures = 0
        while True:
            self._read_events()
            _end_group(self._trainer, signal.SIGTERM)
            if self._closing.is_set():
                return
            _log.error("the trainer died with exit status %s", self._trainer.wait())
            failures = 0 if self._ready.is_set() else failures + 1
            self._ready.clear()
            # One that could not even start would keep the runs waiting for ever: all are lost then.
            end = End(State.LOST, error=_LOST) if failures else End(State.INTERRUPTED)
            for run_id in list(self._held if failures else self._begun):
                self._deliver(self._held[run_id]["run"], end)
            if self._closing.wait(min(0.1 * 4**failures, LONGEST_BACK_OFF_SECONDS)):
                return
            self._restart()

    def _read_events(self) -> None:
        assert self._trainer.stdout is not None
        with self._trainer.stdout as lines:
            for line in lines:
                if not line.endswith("\n"):
                    return  # the trainer was killed in the middle of it
                said = json.loads(line)
                if "run" in said:
                    with arose_at(said["at"]):
                        self._deliver(said["run"], from_json(said["event"]))
                else:
                    self._ready.set()

    def _restart(self) -> None:
        with self._lock:
            if self._closing.is_set():
                return
            with suppress(OSError):
                _stdin(self._trainer).close()
            self._trainer = _start_trainer(self._slots)
            for command in self._held.values():
                self._send(command)


def _run_of(turn: str) -> str:
    """Return the run that a turn belongs to: its number is no part of the run's id."""
    return turn.rpartition(".")[0]


def _start_trainer(slots: int) -> subprocess.Popen[str]:
    """Start a trainer in a session of its own, so that Ctrl-C in the terminal passes it by."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "models.jobs.trainer", "--slots", str(slots)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _stdin(trainer: subprocess.Popen[str]) -> Any:
    assert trainer.stdin is not None
    return trainer.stdin


def _end_group(trainer: subprocess.Popen[str], number: int) -> None:
    """Signal everything that a trainer left behind."""
    if sys.platform == "win32":
        trainer.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(trainer.pid, number)
