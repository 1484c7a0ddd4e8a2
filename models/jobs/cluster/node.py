"""One machine of a cluster: what a Dask worker does for the lab.

Dask only decides who trains what. A task of Dask's is a thread that holds one slot of the worker
until its turn ends or rests (``models.jobs.load``); the training itself happens, as on the server,
in a process of its own behind a ``LocalBackend``, so it starts warm, can be killed, and is held to
its limits. The server talks to the worker directly: it begins a job, asks for its news again and
again, and says what it asks. A server that has gone silent loses its jobs.

Dask loads this module into every worker (``preload``) and calls ``dask_setup``.
"""

import asyncio
import shutil
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.language import UserError
from models.control import Control, Limits
from models.events import End, Epoch, Event, Paused, Started, State, to_json
from models.experiment import Experiment
from models.jobs.backend import Job
from models.jobs.cluster.file_transfer import (
    Shipment,
    Stamps,
    Transfer,
    pack,
    put_together,
    shipments,
    unpack,
)
from models.jobs.load import Load
from models.jobs.local.backend import LocalBackend
from models.jobs.places import most_workers

SECONDS_OF_SILENCE = 10.0
"""How long a job goes on for a server that does not ask."""
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_BETWEEN_LOOKS_AT_SLOTS = 0.2
SECONDS_TO_WAIT_FOR_NEWS = 0.5
SECONDS_TO_WARM_UP = 120
SECONDS_BETWEEN_TRANSFERS = 1.0
"""Weights that are worth no checkpoint travel this often."""

News = dict[str, Any]
"""``events`` as JSON values, and ``pieces`` of files. With the events the files are complete, and
must be unpacked before them."""


@dataclass
class Stay:
    """A job that has a slot here: its folder, and what it has said that was not yet fetched.

    ``inbox`` are the pieces of its checkpoint; ``outbox`` are the files on their way to the server,
    with the events ``told`` to follow them.
    """

    folder: Path
    load: Load = field(default_factory=lambda: Load(Control()))
    has_slot: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)
    events: deque[Event] = field(default_factory=deque)
    known: Stamps = field(default_factory=dict)
    packed: float = float("-inf")
    inbox: Shipment = field(default_factory=list)
    outbox: deque[Shipment] = field(default_factory=deque)
    told: list[Event] = field(default_factory=list)

    def collect(self) -> None:
        """Take up the events since the last time and the files that belong to them."""
        self.told = [self.events.popleft() for _ in range(len(self.events))]
        self.outbox.extend(shipments(self.pack(self.told)))

    def next(self) -> tuple[list[Event], Shipment]:
        """Return the next pieces, and with the last of them the events."""
        pieces = self.outbox.popleft() if self.outbox else []
        if self.outbox:
            return [], pieces
        events, self.told = self.told, []
        return events, pieces

    def pack(self, events: list[Event]) -> Transfer:
        """Return the files that belong to events: what they mention, and weights now and then."""
        told = [event for event in events if isinstance(event, Epoch)]
        is_due = time.monotonic() - self.packed >= SECONDS_BETWEEN_TRANSFERS
        if not any(map(_comes_with_files, events)) and not (told and is_due):
            return {}
        if told:
            self.packed = time.monotonic()
        return pack(self.folder, self.known)


def _comes_with_files(event: Event) -> bool:
    return (
        isinstance(event, Started | Paused | End) or getattr(event, "checkpoint", None) is not None
    )


class Node:
    """The jobs that are on this machine, by key; each has a folder in ``home``."""

    def __init__(self, slots: int, home: Path) -> None:
        self._slots, self._home = slots, home
        self._stays: dict[str, Stay] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._backend = LocalBackend(slots, self._hear)
        self._watch = threading.Thread(target=self._end_unasked, name="node", daemon=True)
        self._watch.start()

    def wait_until_ready(self) -> bool:
        return self._backend.wait_until_ready(SECONDS_TO_WARM_UP)

    def open(self, key: str) -> Stay:
        """Give a job a folder."""
        folder = self._home / key
        folder.mkdir()
        stay = self._stays[key] = Stay(folder)
        return stay

    def hold(self, stay: Stay) -> None:
        """Wait until a job ends or rests; at once if its slot is held already."""
        with self._lock:
            if stay.has_slot:
                return
            stay.has_slot = True
        while not stay.over.wait(SECONDS_BETWEEN_LOOKS_AT_SLOTS):
            if self._lets_go(stay):
                return

    def _lets_go(self, stay: Stay) -> bool:
        """Give the slot of a job that rests to others, as long as there is a worker for them."""
        with self._lock:
            resting = sum(not other.has_slot for other in list(self._stays.values()))
            if stay.load.rests and resting < most_workers(self._slots) - self._slots:
                stay.has_slot = False
            return not stay.has_slot

    def begin(self, key: str, command: Mapping[str, Any]) -> None:
        """Train; something that is no experiment fails with a sentence."""
        stay = self.stay(key)
        unpack(put_together(stay.inbox), stay.folder)
        stay.inbox.clear()
        try:
            experiment = Experiment.from_dict(command["experiment"])
        except UserError as error:
            stay.events.append(End(State.FAILED, error=error.text))
            return
        control, limits = Control.from_dict(command["control"]), Limits(**command["limits"])
        stay.load.control = control
        self._backend.submit(Job(key, experiment, stay.folder, command["after"], control, limits))

    def stay(self, key: str) -> Stay:
        """Return a job's stay; raises ``KeyError`` when it is over."""
        stay = self._stays[key]
        stay.asked = time.monotonic()
        return stay

    def control(self, key: str, values: Mapping[str, Any]) -> None:
        stay, control = self._stays.get(key), Control.from_dict(values)
        if stay is not None:
            stay.load.control = control
        self._backend.control(key, control)

    def leave(self, key: str) -> None:
        """End a job if it is still under way, and give its slot back."""
        stay = self._stays.pop(key, None)
        if stay is not None:
            self._backend.kill(key)
            stay.over.set()
            shutil.rmtree(stay.folder, ignore_errors=True)

    def close(self) -> None:
        self._closed.set()
        self._watch.join()
        self._backend.close()
        for key in list(self._stays):
            self.leave(key)

    def _hear(self, key: str, event: Event, _arose: float | None = None) -> None:
        stay = self._stays.get(key)
        if stay is not None:
            stay.load.hear(event)
            stay.events.append(event)

    def _end_unasked(self) -> None:
        """End the jobs of servers that ask no more."""
        while not self._closed.wait(SECONDS_BETWEEN_LOOKS_AT_SLOTS):
            for key, stay in list(self._stays.items()):
                if time.monotonic() - stay.asked > SECONDS_OF_SILENCE:
                    self.leave(key)


_node: Node | None = None
"""The node that this process is, once Dask has set it up."""


def node() -> Node:
    """Return this process's node; raises ``RuntimeError`` where there is none."""
    if _node is None:
        raise RuntimeError("this Dask worker was not started by python -m models worker")
    return _node


async def dask_setup(worker: Any) -> None:
    """Warm the slots up; Dask does not offer the worker to anybody before that."""
    global _node
    _node = Node(worker.state.nthreads, Path(worker.local_directory))
    await asyncio.to_thread(_node.wait_until_ready)


async def dask_teardown(worker: Any) -> None:
    """End everything with the worker."""
    await asyncio.to_thread(node().close)


# What the server sends a worker. Its answers come from the worker's own loop, which never waits.


def hold(key: str, topic: str) -> None:
    """Hold a slot for a job until it ends or rests: the task that Dask places."""
    from distributed import get_worker

    worker, stay = get_worker(), node().open(key)
    worker.log_event(topic, {"job": key, "worker": worker.address})
    node().hold(stay)


def hold_again(key: str) -> None:
    """Hold a slot for a job that rests no more; it trains on whether there is one or not."""
    node().hold(node().stay(key))


async def bring(key: str, pieces: Shipment) -> None:
    """Take in pieces of the files that a job goes on from."""
    node().stay(key).inbox.extend(pieces)


async def begin(key: str, command: Mapping[str, Any]) -> None:
    """Start the training of a job that holds a slot here, once its files are complete."""
    await asyncio.to_thread(node().begin, key, command)


async def news(key: str) -> News:
    """Return what a job has said since the last time, waiting a little for something.

    After its End the job is over here. Raises ``KeyError`` when it was over before.
    """
    stay = node().stay(key)
    deadline = time.monotonic() + SECONDS_TO_WAIT_FOR_NEWS
    while not (stay.events or stay.told) and time.monotonic() < deadline:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    if not stay.told:
        await asyncio.to_thread(stay.collect)
    events, pieces = stay.next()
    if any(isinstance(event, End) for event in events):
        await leave(key)
    return {"events": [to_json(event) for event in events], "pieces": pieces}


async def control(key: str, control: Mapping[str, Any]) -> None:
    """Say how a job shall go on."""
    node().control(key, control)


async def leave(key: str) -> None:
    """End a job, if it is still under way, and give its slot back."""
    await asyncio.to_thread(node().leave, key)
