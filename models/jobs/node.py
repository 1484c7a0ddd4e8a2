"""One machine of a cluster: what a Dask worker does for the lab.

Dask only decides who trains what. A task of Dask's is a thread that holds one slot of the worker;
the training itself happens, as on the server, in a process of its own behind a ``LocalBackend``,
so it starts warm, can be killed, and is held to its limits. The server talks to the worker
directly: it begins a turn, asks for its news again and again, and says what it wishes. A server
that has gone silent loses the slot.

Dask loads this module into every worker (``preload``) and calls ``dask_setup``.
"""

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.events import End, Epoch, Event, Started, State, to_json
from models.experiment import Experiment
from models.jobs.backend import Turn
from models.jobs.local import LocalBackend
from models.jobs.parcel import Parcel, Stamps, pack, unpack
from models.wish import Limits, Wish

SECONDS_OF_SILENCE = 10.0
"""How long a slot is held for a server that does not ask."""
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_WAIT_FOR_NEWS = 0.5
SECONDS_TO_WARM_UP = 120
SECONDS_PER_PARCEL = 1.0
"""Weights that are worth no checkpoint travel this often."""

News = dict[str, Any]
"""``events`` as JSON values, and ``files``: the parcel that must be unpacked before them."""


@dataclass
class Stay:
    """A turn that has a slot here: its folder, and what it has said that was not yet fetched."""

    folder: Path
    over: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)
    events: list[Event] = field(default_factory=list)
    known: Stamps = field(default_factory=dict)
    packed: float = float("-inf")

    def take(self) -> list[Event]:
        """Return the events since the last time."""
        events, self.events = self.events, []
        return events

    def pack(self, events: list[Event]) -> Parcel:
        """Return the files that belong to events: what they mention, and weights now and then."""
        told = [event for event in events if isinstance(event, Epoch)]
        is_due = time.monotonic() - self.packed >= SECONDS_PER_PARCEL
        if not any(map(_comes_with_files, events)) and not (told and is_due):
            return {}
        self.packed = time.monotonic()
        return pack(self.folder, self.known)


def _comes_with_files(event: Event) -> bool:
    return isinstance(event, Started | End) or getattr(event, "checkpoint", None) is not None


class Node:
    """The turns that are on this machine, by key."""

    def __init__(self, slots: int) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="fnn-lab-node-"))
        self._stays: dict[str, Stay] = {}
        self._backend = LocalBackend(slots, self._hear)

    def wait_until_ready(self) -> bool:
        return self._backend.wait_until_ready(SECONDS_TO_WARM_UP)

    def open(self, key: str) -> Stay:
        """Give a turn a folder."""
        folder = self._home / key
        folder.mkdir()
        stay = self._stays[key] = Stay(folder)
        return stay

    def begin(self, key: str, command: Mapping[str, Any], files: Parcel) -> None:
        """Train; raises ``UserError`` for something that is no experiment."""
        stay = self.stay(key)
        unpack(files, stay.folder)
        self._backend.submit(
            Turn(
                key,
                Experiment.from_dict(command["experiment"]),
                stay.folder,
                command["after"],
                Wish.from_dict(command["wish"]),
                Limits(**command["limits"]),
            )
        )

    def stay(self, key: str) -> Stay:
        """Return a turn's stay; raises ``KeyError`` when it is over."""
        stay = self._stays[key]
        stay.asked = time.monotonic()
        return stay

    def wish(self, key: str, wish: Mapping[str, Any]) -> None:
        self._backend.wish(key, Wish.from_dict(wish))

    def leave(self, key: str) -> None:
        """End a turn if it is still under way, and give its slot back."""
        stay = self._stays.pop(key, None)
        if stay is not None:
            self._backend.kill(key)
            stay.over.set()
            shutil.rmtree(stay.folder, ignore_errors=True)

    def close(self) -> None:
        self._backend.close()
        for key in list(self._stays):
            self.leave(key)
        shutil.rmtree(self._home, ignore_errors=True)

    def _hear(self, key: str, event: Event) -> None:
        stay = self._stays.get(key)
        if stay is not None:
            stay.events = [*stay.events, event]
