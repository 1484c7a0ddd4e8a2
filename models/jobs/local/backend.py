"""Training on this machine: the client of a trainer process.

The server talks to ``python -m models.jobs.local.trainer`` over pipes and never forks a worker
itself. A trainer that dies, or hangs, is replaced. What had begun there is interrupted, and says
so; what had not begun goes to the next one. While there is none to be had, everything waits,
``problem`` says why, and it is tried again and again.
"""

import logging
import threading
from contextlib import suppress
from dataclasses import asdict
from itertools import count
from typing import Any

from data.language import Text
from models.control import Control
from models.events import Baselines, End, Event, Preparing, Started, State, Tuned, from_json
from models.jobs.backend import STOPPED, Job, Sink
from models.jobs.local.process_folder import remove_left_over
from models.jobs.local.trainer_client import TrainerLink

SECONDS_OF_PATIENCE = 0.5
"""How long a polite stop of a run that trains may take before the worker is killed."""
SECONDS_BETWEEN_PINGS = 1.0
LONGEST_BACK_OFF_SECONDS = 30.0

_CANNOT_START = Text(
    "학습을 시작할 수 없습니다: {reason}. 기다리는 실행은 그대로 남아 있으며, "
    "저절로 다시 시도합니다. 오래 계속되면 서버를 맡은 사람에게 알려 주세요.",
    "Training cannot start: {reason}. Waiting runs stay as they are, and it is tried again by "
    "itself. If this goes on for long, tell whoever looks after the server.",
)
_NO_MEMORY = Text("메모리가 모자랍니다", "there is not enough memory")
_ENDED = Text(
    "학습을 맡은 프로세스가 끝났습니다(종료 상태 {status})",
    "the process that trains ended (exit status {status})",
)
_HANGS = Text("학습을 맡은 프로세스가 답하지 않습니다", "the process that trains does not answer")
_log = logging.getLogger(__name__)


class _TrainerGone(Exception):
    """A trainer died, or hung; says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class LocalBackend:
    """Trains runs in processes of this machine: ``slots`` at full speed, and more that rest.

    It takes as many as ``most_workers`` says; what is submitted beyond that waits.
    """

    trains_in_turn = True

    def __init__(self, slots: int, sink: Sink) -> None:
        self._slots, self._sink = slots, sink
        self._held: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._trained: set[str] = set()
        self._jobs = count(1)
        self._lock = threading.Lock()
        self._delivering = threading.RLock()
        self._closing = threading.Event()
        self._ready = threading.Event()
        self._trainer: TrainerLink | None = None
        self._failures = 0
        """Trainers in a row that could not be started, or that ended before they were ready."""
        self._problem: Text | None = None
        self._keeper = threading.Thread(target=self._keep_trainer, name="keeper", daemon=True)
        self._keeper.start()

    def submit(self, job: Job) -> None:
        command = {
            "do": "submit",
            "run": f"{job.run_id}.{next(self._jobs)}",
            "experiment": job.experiment.to_dict(),
            "folder": str(job.folder),
            "after": job.after,
            "limits": asdict(job.limits),
            "control": job.control.to_dict(),
            "others": [
                {
                    "run": other.run_id,
                    "experiment": other.experiment.to_dict(),
                    "folder": str(other.folder),
                    "after": other.after,
                }
                for other in job.others
            ],
        }
        with self._lock:
            self._held[job.run_id] = command
            self._send(command)

    def control(self, run_id: str, control: Control) -> None:
        with self._lock:
            command = self._held.get(run_id)
            if command is None:
                return
            command["control"] = control.to_dict()
            self._send({"do": "control", "run": command["run"], "control": control.to_dict()})
        if control.stop:
            # Before its first update a job has nothing to save, and its worker or its graph may
            # still be made.
            seconds = SECONDS_OF_PATIENCE if run_id in self._trained else 0
            timer = threading.Timer(seconds, self._end, (command["run"],))
            timer.daemon = True
            try:
                timer.start()
            except RuntimeError:  # the system has no thread left to wait in
                self._end(command["run"])

    def kill(self, run_id: str, end: End = STOPPED) -> None:
        with self._lock:
            command = self._held.get(run_id)
        if command is not None:
            self._end(command["run"], end)

    def has_begun(self, run_id: str) -> bool:
        return self._ready.is_set() and run_id in self._held

    def _end(self, job: str, end: End = STOPPED) -> None:
        """Kill the worker of a job that has not ended by itself, and say how it ended.

        That is said here and not by the trainer: true even while that is starting or overloaded.
        What the trainer says of the killed worker comes too late to be heard.
        """
        with self._delivering:
            with self._lock:
                if not self._holds(job):
                    return
                self._send({"do": "kill", "run": job})
            self._deliver(job, end)

    def _holds(self, job: str) -> bool:
        command = self._held.get(_run_of(job))
        return command is not None and command["run"] == job

    def close(self) -> None:
        with self._lock:
            self._closing.set()
            self._held.clear()
            self._begun.clear()
            trainer = self._trainer
        if trainer is not None:
            trainer.end()
        self._keeper.join()

    @property
    def problem(self) -> Text | None:
        """Why no trainer can be started, since the last try; None while there is one."""
        return self._problem

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the workers are warm; False if that takes longer than ``seconds``."""
        return self._ready.wait(seconds)

    def _send(self, command: dict[str, Any]) -> None:
        """Tell the trainer; what one that is dying does not hear, the next one is told."""
        if self._trainer is not None:
            self._trainer.send(command)

    def _deliver(self, job: str, event: Event, arose: float | None = None) -> None:
        """Hand an event of a held job to the sink; its End is the last one."""
        run_id = _run_of(job)
        with self._delivering:
            with self._lock:
                if not self._holds(job):
                    return
                self._begun.add(run_id)
                if not isinstance(event, Preparing | Started | Baselines | Tuned):
                    self._trained.add(run_id)
                if isinstance(event, End):
                    del self._held[run_id]
                    self._begun.discard(run_id)
                    self._trained.discard(run_id)
            try:
                self._sink(run_id, event, arose)
            except Exception:
                _log.exception("the sink refused an event of run %s", run_id)

    # The trainer's life ------------------------------------------------------------------------

    def _keep_trainer(self) -> None:
        """Have a trainer at all times, waiting longer each time that it fails.

        Whatever goes wrong on the way: if this thread ended, nothing would train until somebody
        restarted the server.
        """
        with suppress(Exception):
            remove_left_over()
        while not self._closing.wait(self._pause()):
            with suppress(Exception):
                self._live_once()

    def _pause(self) -> float:
        """Return the seconds until the next trainer is started."""
        if self._trainer is None and not self._failures:
            return 0.0
        return float(min(0.1 * 4 ** min(self._failures, 9), LONGEST_BACK_OFF_SECONDS))

    def _live_once(self) -> None:
        """Start a trainer, follow it to its end, and interrupt what had begun there."""
        try:
            self._interrupt_begun()
            self._follow(TrainerLink(self._slots, self._hear))
        except Exception as error:
            was_ready = self._ready.is_set()
            self._failures = 0 if was_ready else self._failures + 1
            self._ready.clear()
            if not self._closing.is_set():
                self._explain(error, was_ready)
                self._interrupt_begun()

    def _follow(self, trainer: TrainerLink) -> None:
        """Give a trainer what is held, and look after it; raises ``_TrainerGone`` at its end."""
        try:
            with self._lock:
                self._trainer = trainer
                if not self._closing.is_set():
                    for command in self._held.values():
                        trainer.send(command)
            while not trainer.over.wait(SECONDS_BETWEEN_PINGS) and not self._closing.is_set():
                if not trainer.answers():
                    raise _TrainerGone(_HANGS)
        finally:
            status = trainer.end()
        raise _TrainerGone(_ENDED.format(status=status))

    def _hear(self, said: dict[str, Any]) -> None:
        """Take in what the trainer says."""
        if "run" in said:
            self._deliver(said["run"], from_json(said["event"]), said["at"])
        else:
            self._problem = None
            self._ready.set()

    def _explain(self, error: Exception, was_ready: bool) -> None:
        """Log why there is no trainer now, and tell it if there was none to begin with."""
        if not was_ready:
            self._problem = _CANNOT_START.format(reason=_reason(error))
        is_known = isinstance(error, _TrainerGone)
        _log.error("there is no trainer now: %r", error, exc_info=None if is_known else error)

    def _interrupt_begun(self) -> None:
        """End the jobs that had begun in a trainer that is gone."""
        with self._lock:
            jobs = [self._held[run_id]["run"] for run_id in self._begun]
        for job in jobs:
            self._deliver(job, End(State.INTERRUPTED))


def _reason(error: Exception) -> Text:
    """Return in a few words why a trainer could not be had."""
    if isinstance(error, _TrainerGone):
        return error.reason
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    words = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return Text(words, words)


def _run_of(job: str) -> str:
    """Return the run that a job belongs to: its number is no part of the run's id."""
    return job.rpartition(".")[0]
