"""The trainer process: ``python -m models.jobs.trainer --slots N``.

It owns the pool of worker processes, so that the server owns none. More than ``N`` runs have a
worker at a time, for those that are paused or slow keep theirs, but no more than
``models.jobs.places`` says; who may train is not decided here. Commands come as JSON lines on
standard input::

    {"do": "submit", "run": ID, "experiment": {...}, "folder": "...", "after": UPDATE or null,
     "limits": {...}, "wish": {...}}
    {"do": "wish", "run": ID, "wish": {...}}     how the run shall go on
    {"do": "kill", "run": ID}                    end its process

(an ID is good for one turn of a run) and leave as JSON lines: first ``{"ready": true}``, then
``{"run": ID, "event": {...}, "at": SECONDS}``, with exactly one End an ID and nothing after it,
and the time (since 1970) at which the event arose. When standard input ends, everything ends.

On Linux the workers are forked from a server that has TensorFlow imported (and has computed
nothing), so a fresh process trains within a fraction of a second.
"""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from multiprocessing.managers import SyncManager
from typing import Any, TextIO

from pebble import ProcessFuture, ProcessPool

from data.text import Text
from models.events import End, State, to_json
from models.jobs.job import end_with_parent, prepare_worker, run_job
from models.jobs.places import most_workers
from models.wish import Wish

PRELOAD = ["models.jobs.preload", "models.jobs.job"]
SPARE_WORKERS = 1
"""Beyond those that have a run: the next run need not wait for a worker to be made (0.5 s). It
costs some 50 MB of memory."""
SECONDS_BETWEEN_CHECKS = 0.5
SECONDS_TO_LEAVE = 1.5

_LOST = Text(
    "학습 프로세스가 갑자기 끝났습니다(메모리 부족일 수 있습니다). "
    "저장된 곳부터 이어서 학습할 수 있습니다.",
    "The training process died unexpectedly (perhaps memory ran out). It can go on from where it "
    "was saved.",
)


class Trainer:
    """Runs commands on a pool of workers and writes what the workers say to ``out``."""

    def __init__(self, slots: int, out: TextIO) -> None:
        manager = SyncManager(ctx=multiprocessing.get_context("spawn"))
        manager.start(end_with_parent)
        # Workers reach the manager over sockets: one that is killed cannot leave a lock behind.
        self._manager = manager
        self._events = manager.Queue()
        self._wishes = manager.dict()
        self._out = out
        self._pool = ProcessPool(
            slots + SPARE_WORKERS, max_tasks=1, initializer=prepare_worker, context=_context()
        )
        self._slots = slots
        self._waiting: deque[dict[str, Any]] = deque()
        self._is_over = False
        self._changed = threading.Condition()
        self._futures: dict[str, ProcessFuture[None]] = {}
        self._open: set[str] = set()
        self._keeper = threading.Thread(target=self._keep_pool, daemon=True)

    def run(self, commands: TextIO) -> None:
        """Carry out one JSON line after the other until there are no more."""
        self._keeper.start()
        threading.Thread(target=self._forward_events, daemon=True).start()
        for line in commands:
            self._do(json.loads(line))
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._keeper.join(SECONDS_TO_LEAVE)

    def _do(self, command: dict[str, Any]) -> None:
        run_id = command["run"]
        if command["do"] == "submit":
            self._open.add(run_id)
            self._wishes[run_id] = command["wish"]
            with self._changed:
                self._waiting.append(command)
                self._changed.notify()
        elif run_id in self._open and command["do"] == "wish":
            self._wishes[run_id] = command["wish"]
        elif run_id in self._open:
            self._kill(run_id)

    def _kill(self, run_id: str) -> None:
        self._wishes[run_id] = Wish(stop=True).to_dict()  # if it has not begun, it never will
        future = self._futures.get(run_id)
        if future is not None:
            future.cancel()

    def _keep_pool(self) -> None:
        """Feed the pool; one that breaks is beyond repair and takes the process with it."""
        try:
            if self._feed_pool():
                return
            print("the pool of workers broke", file=sys.stderr)
        except Exception:
            traceback.print_exc()
        os._exit(1)

    def _feed_pool(self) -> bool:
        """Start the pool, give it jobs, and end it; False when it broke."""
        if self._pool.active:  # asking starts the workers
            self._say({"ready": True})
        while self._pool.active:
            with self._changed:
                self._changed.wait_for(self._has_to_act, SECONDS_BETWEEN_CHECKS)
                command = self._waiting.popleft() if self._may_start() else None
            if self._is_over:
                self._pool.stop()
                self._pool.join()
                return True
            if command is not None:
                self._schedule(command)
        return False

    def _has_to_act(self) -> bool:
        return self._is_over or self._may_start()

    def _may_start(self) -> bool:
        return bool(self._waiting) and len(self._futures) < most_workers(self._slots)

    def _fit_pool(self) -> None:
        """Have a worker for every slot and every run, and the next one ready.

        Pebble has no public way to change the size of a pool. It makes workers until there are so
        many; those beyond end with their task, as all do.
        """
        workers = max(self._slots, len(self._futures)) + SPARE_WORKERS
        self._pool._pool_manager.worker_manager.workers_number = workers

    def _schedule(self, command: dict[str, Any]) -> None:
        run_id = command["run"]
        arguments = (
            run_id,
            command["experiment"],
            command["folder"],
            self._events,
            self._wishes,
            command["after"],
            command["limits"],
        )
        future = self._pool.schedule(run_job, args=arguments)
        self._futures[run_id] = future
        self._fit_pool()
        future.add_done_callback(lambda future: self._settle(run_id, future))

    def _settle(self, run_id: str, future: ProcessFuture[None]) -> None:
        """Say End for a worker that is gone; it counts only if the worker had not said it."""
        end = End(State.STOPPED) if future.cancelled() else End(State.LOST, error=_LOST)
        self._events.put((run_id, to_json(end), time.time()))
        self._wishes.pop(run_id, None)
        with self._changed:
            self._futures.pop(run_id, None)
            self._fit_pool()
            self._changed.notify()

    def _forward_events(self) -> None:
        """Write events until the manager or the reader is gone; without them there is no work."""
        try:
            while True:
                run_id, event, at = self._events.get()
                if run_id in self._open:
                    if event["kind"] == End.kind:
                        self._open.discard(run_id)
                    self._say({"run": run_id, "event": event, "at": at})
        except (EOFError, OSError):
            os._exit(1)

    def _say(self, values: dict[str, Any]) -> None:
        self._out.write(json.dumps(values, ensure_ascii=False) + "\n")
        self._out.flush()


def _context() -> Any:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def _end_children() -> None:
    """Ask the whole process group to end, if it is this process's own."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def main() -> None:
    """Run the trainer on this process's standard input and output."""
    parser = argparse.ArgumentParser(prog="python -m models.jobs.trainer")
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1)
    slots = parser.parse_args().slots
    # From here on a stray print of any library goes to standard error.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Trainer(slots, out).run(sys.stdin)
    _end_children()
    os._exit(0)


if __name__ == "__main__":
    main()
