"""The trainer process: ``python -m models.jobs.local.trainer --slots N --threads M``.

It owns the pool of worker processes, so that the server owns none. More than ``N`` runs have a
worker at a time, for those that are paused or slow keep theirs, but no more than
``models.jobs.places`` says; who may train is not decided here. Commands come as JSON lines on
standard input::

    {"do": "submit", "run": ID, "experiment": {...}, "folder": "...", "after": UPDATE or null,
     "limits": {...}, "control": {...},
     "others": [{"run": RUN, "experiment": {...}, "folder": "...", "after": ...}, ...]}
    {"do": "control", "run": ID, "control": {...}}     how the run shall go on
    {"do": "kill", "run": ID}                    end its process
    {"do": "ping"}                               say ``{"pong": true}``

(``others`` train in turn with the run, and an event of theirs comes as one of kind ``of_run``; an
ID is good for one job of a run) and leave as JSON lines: ``{"ready": true}`` once there are
workers, ``{"pong": true}``, and ``{"run": ID, "event": {...}, "at": SECONDS}``, with exactly one
End an ID and nothing after it, and the time (since 1970) at which the event arose. When standard
input ends, everything ends.

On Linux the workers are forked from a server that has TensorFlow imported (and has computed
nothing), so a fresh process trains within a fraction of a second.

A run that trains alone gets a worker with ``M`` threads, if that is worth it. Once others train
too, it leaves that worker and goes on from its checkpoint in one with a single thread; nobody
hears of that but by a second ``started``.
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
from itertools import count
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any, TextIO

from pebble import ProcessFuture, ProcessPool

from data.cores import usable_cores
from data.language import Text
from data.open_files import raise_limit
from data.parent_process import be_killed_with_parent, end_with_parent
from models.control import Control
from models.events import End, State, to_json
from models.experiment import Experiment
from models.jobs.local.job import prepare_worker, run_job
from models.jobs.places import most_workers
from models.tasks.catalogue import task_of
from models.training.threads import MOST_THREADS, threads_worth

PRELOAD = ["models.jobs.local.preload", "models.jobs.local.job"]
SPARE_WORKERS = 1
"""Beyond those that have a run: the next run need not wait for a worker to be made (0.5 s). It
costs some 50 MB of memory."""
SECONDS_BETWEEN_CHECKS = 0.5
SECONDS_TO_LEAVE = 1.5

_PING = ""
"""In the place of a place: a question that takes the way of commands, and of events back."""

_LOST = Text(
    "학습 프로세스가 갑자기 끝났습니다(메모리 부족일 수 있습니다). "
    "저장된 곳부터 이어서 학습할 수 있습니다.",
    "The training process died unexpectedly (perhaps memory ran out). It can go on from where it "
    "was saved.",
)


class Trainer:
    """Runs commands on a pool of workers and writes what the workers say to ``out``."""

    def __init__(self, slots: int, threads: int, out: TextIO) -> None:
        manager = SyncManager(ctx=multiprocessing.get_context("spawn"))
        manager.start(end_with_parent)
        # Workers reach the manager over sockets: one that is killed cannot leave a lock behind.
        self._manager = manager
        self._events = manager.Queue()
        self._controls = manager.dict()
        self._out, self._saying = out, threading.Lock()
        self._pool = _pool(slots + SPARE_WORKERS, threads=1)
        self._threads = min(slots, threads)
        self._wide_pool = _pool(1 + SPARE_WORKERS, self._threads) if self._threads > 1 else None
        """Workers with several threads, for a run that has the machine for itself."""
        self._slots = slots
        self._waiting: deque[dict[str, Any]] = deque()
        self._is_over = False
        self._changed = threading.Condition()
        self._places = count(1)
        self._open: dict[str, dict[str, Any]] = {}
        """The submit commands of runs without an End, with their latest control, their place, and
        whether they have been asked to leave it for one with a single thread."""
        self._futures: dict[str, ProcessFuture[None]] = {}
        """The workers by place: a name that is good for one worker of one job."""
        self._wide: str | None = None
        """The place with several threads."""
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
        with self._changed:
            if command["do"] == "ping":
                self._events.put((_PING, {}, time.time()))
                return
            held = self._open.get(command["run"])
            if command["do"] == "submit":
                self._open[command["run"]] = command
                self._enter(command)
            elif held is not None and command["do"] == "control":
                held["control"] = command["control"]
                self._tell(held)
            elif held is not None:
                self._kill(held["place"])
            self._share_cores()
            self._changed.notify()

    def _enter(self, command: dict[str, Any]) -> None:
        """Let a run wait for a worker, at a place of its own."""
        command["place"], command["moves"] = f"{command['run']}#{next(self._places)}", False
        self._tell(command)
        self._waiting.append(command)

    def _tell(self, held: dict[str, Any]) -> None:
        """Tell a run's worker what is asked of it, and to leave if the run is to move."""
        self._controls[held["place"]] = {
            **held["control"],
            **({"leave": True} if held["moves"] else {}),
        }

    def _share_cores(self) -> None:
        """Ask the run with several threads to go on with one, when others want a core too."""
        wide = self._held_at(self._wide)
        if wide is None or wide["moves"] or not _wants_core(wide):
            return
        if any(_wants_core(held) for held in self._open.values() if held is not wide):
            wide["moves"] = True
            self._tell(wide)

    def _held_at(self, place: str | None) -> dict[str, Any] | None:
        held = self._open.get((place or "").rpartition("#")[0])
        return held if held is not None and held["place"] == place else None

    def _kill(self, place: str) -> None:
        self._controls[place] = Control(stop=True).to_dict()  # if it has not begun, it never will
        future = self._futures.get(place)
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
        if self._are_active():  # asking starts the workers
            self._say({"ready": True})
        while self._are_active():
            with self._changed:
                self._changed.wait_for(self._has_to_act, SECONDS_BETWEEN_CHECKS)
                command = self._waiting.popleft() if self._may_start() else None
                if command is not None and not self._is_over:
                    self._schedule(command)
            if self._is_over:
                for pool in self._pools():
                    pool.stop()
                    pool.join()
                return True
        return False

    def _pools(self) -> list[ProcessPool]:
        return [self._pool] if self._wide_pool is None else [self._pool, self._wide_pool]

    def _are_active(self) -> bool:
        return all([pool.active and _has_threads(pool) for pool in self._pools()])

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
        place = command["place"]
        arguments = (
            place,
            command["experiment"],
            command["folder"],
            self._events,
            self._controls,
            command["after"],
            command["limits"],
            command["others"],
        )
        pool = self._pool_for(command)
        future = pool.schedule(run_job, args=arguments)
        self._futures[place] = future
        self._fit_pool()
        future.add_done_callback(lambda future: self._settle(place, future))

    def _pool_for(self, command: dict[str, Any]) -> ProcessPool:
        """Return where a run finds its worker: one with several threads if it gains by them."""
        others = (held for held in self._open.values() if held is not command)
        if self._wide_pool is None or self._wide is not None or any(map(_wants_core, others)):
            return self._pool
        if command["others"]:  # they could not move to a worker with one thread later
            return self._pool
        if _threads_worth(command, self._threads) == 1:
            return self._pool
        self._wide = command["place"]
        return self._wide_pool

    def _settle(self, place: str, future: ProcessFuture[None]) -> None:
        """Say End for a worker that is gone; it counts only if the worker had not said it."""
        end = End(State.STOPPED) if future.cancelled() else End(State.LOST, error=_LOST)
        self._events.put((place, to_json(end), time.time()))
        self._controls.pop(place, None)
        with self._changed:
            self._futures.pop(place, None)
            if place == self._wide:
                self._wide = None
            self._fit_pool()
            self._changed.notify()

    def _forward_events(self) -> None:
        """Write events until the manager or the reader is gone; without them there is no work."""
        try:
            while True:
                place, event, at = self._events.get()
                if place == _PING:
                    self._say({"pong": True})
                    continue
                with self._changed:
                    run_id = self._heard(place, event)
                if run_id is not None:
                    self._say({"run": run_id, "event": event, "at": at})
        except (EOFError, OSError):
            os._exit(1)

    def _heard(self, place: str, event: dict[str, Any]) -> str | None:
        """Return the run whose event is to be told; None where a run only moves, or has ended."""
        held = self._held_at(place)
        if held is None:
            return None
        if event["kind"] == End.kind:
            if self._moves_on(held, event):
                return None
            del self._open[held["run"]]
        return str(held["run"])

    def _moves_on(self, held: dict[str, Any], end: dict[str, Any]) -> bool:
        """Let a run that left its several threads wait for a worker with one."""
        is_asked = held["moves"] and not held["control"].get("leave")
        if not is_asked or end["state"] != State.INTERRUPTED or end["checkpoint"] is None:
            return False
        held["after"] = end["checkpoint"]
        self._enter(held)
        self._waiting.rotate(1)  # it trained before those that wait
        self._changed.notify()
        return True

    def _say(self, values: dict[str, Any]) -> None:
        with self._saying:
            self._out.write(json.dumps(values, ensure_ascii=False) + "\n")
            self._out.flush()


def _has_threads(pool: ProcessPool) -> bool:
    """Whether all threads of a pool live: an error of the system ends one without a word."""
    return all(thread.is_alive() for thread in pool._loops)


def _wants_core(held: dict[str, Any]) -> bool:
    return Control.from_dict(held["control"]).wants_core


def _threads_worth(command: dict[str, Any], cores: int) -> int:
    try:
        experiment = Experiment.from_dict(command["experiment"])
        return threads_worth(task_of(experiment, Path(command["folder"])), experiment, cores)
    except Exception:  # whatever is wrong with the run, its worker will say so
        return 1


def _pool(workers: int, threads: int) -> ProcessPool:
    return ProcessPool(
        workers,
        max_tasks=1,
        initializer=prepare_worker,
        initargs=(threads,),
        context=_context(),
    )


def _context() -> Any:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def _end_children() -> None:
    """Ask the whole process group to end, if it is this process's own, and kill the workers.

    One that is suspended hears nothing else. What keeps the books of semaphores is not killed: it
    ends by itself, once it has removed them.
    """
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    for child in multiprocessing.active_children():
        child.kill()


def main() -> None:
    """Run the trainer on this process's standard input and output."""
    parser = argparse.ArgumentParser(prog="python -m models.jobs.local.trainer")
    parser.add_argument("--slots", type=int, default=usable_cores())
    parser.add_argument("--threads", type=int, default=min(usable_cores(), MOST_THREADS))
    options = parser.parse_args()
    be_killed_with_parent()
    raise_limit()
    # From here on a stray print of any library goes to standard error.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Trainer(options.slots, options.threads, out).run(sys.stdin)
    _end_children()
    os._exit(0)


if __name__ == "__main__":
    main()
