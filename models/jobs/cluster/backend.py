"""Training on a cluster, behind the same door as training on this machine.

A job gets a slot on some node; from then on it is a conversation with that node: begin, what is
new, what is asked. The server asks rather than being sent events, so they arrive in order, files
arrive before the event that mentions them, and nothing piles up in Dask's scheduler, which keeps
every event that passes through it. While a job rests its node gives the slot back, so that Dask
may place another there.

One thread with one event loop does everything. A machine that dies takes its runs with it; so does
the scheduler, for nobody knows then what became of them. What had not begun waits until the
scheduler is back.
"""

import asyncio
import logging
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from data.language import Text
from models.control import Control
from models.events import End, Epoch, Event, Paused, State, from_json
from models.jobs.backend import STOPPED, Backend, Job, Sink
from models.jobs.cluster import node
from models.jobs.cluster.address import ADDRESS, check_address, security
from models.jobs.cluster.connection import Link
from models.jobs.cluster.file_transfer import (
    Shipment,
    pack_start,
    put_together,
    shipments,
    unpack,
)
from models.jobs.load import Load

SECONDS_OF_PATIENCE = 0.8
"""How long a stop may take, files on their way included, before the run is over without them.

The node itself kills a run that is not polite, and sooner."""
SECONDS_BETWEEN_REQUESTS = 1.0
"""Dask places a request for a slot once, by what was free then: it is made anew this often."""
SECONDS_TO_LEARN_WHY = 0.3
"""A node falls silent a moment before it is known that it, or the scheduler, is gone."""

_AWAY = Text(
    "지금 클러스터에 연결되지 않습니다. 시작한 학습은 기다렸다가 연결되면 시작됩니다.",
    "The cluster cannot be reached now. What you start waits and trains once it is back.",
)
_NODE_LOST = Text(
    "학습하던 컴퓨터와의 연결이 끊겼습니다. 저장된 곳부터 이어서 학습할 수 있습니다.",
    "The machine that trained this run is gone. It can go on from where it was saved.",
)
_CLUSTER_LOST = Text(
    "클러스터와의 연결이 끊겼습니다. 다시 연결되면 저장된 곳부터 저절로 이어서 학습합니다.",
    "The connection to the cluster was lost. Once it is back, the run goes on by itself from where "
    "it was saved.",
)
_NOT_SAVED = Text(
    "학습한 결과를 서버에 저장하지 못했습니다({reason}). 공간을 비운 뒤 이어서 학습하세요.",
    "What was trained could not be saved on the server ({reason}). Free some space and let the "
    "run go on.",
)
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Held:
    """A job that has not ended: its name in the cluster, and who has it."""

    job: Job
    load: Load
    has_rested: bool = False
    """Whether the node has given the slot back."""
    key: str = ""
    again: list[str] = field(default_factory=list)
    """The names under which the slot was asked for again."""
    node: str | None = None
    told: Control | None = None
    """The control that the node knows; None before it has begun."""
    is_telling: bool = False
    pieces: Shipment = field(default_factory=list)
    """What has arrived of files that are not complete."""


class ClusterBackend:
    """Trains runs on the workers of the Dask scheduler at ``address``.

    Raises ``UserError`` when the address is not safe, or Dask is not installed. Whether there is a
    scheduler does not matter yet: ``is_reachable`` says so at any time.
    """

    trains_in_turn = False

    def __init__(self, address: str, sink: Sink) -> None:
        check_address(address)
        self._sink, self._link = sink, Link(address, self)
        self._held: dict[str, _Held] = {}  # touched by the loop's thread only
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._thread = threading.Thread(target=self._run_loop, name="cluster", daemon=True)
        self._thread.start()

    # What the scheduler of the lab calls, from any thread ------------------------------------

    def submit(self, job: Job) -> None:
        self._soon(self._submit, job)

    def control(self, run_id: str, control: Control) -> None:
        self._soon(self._control, run_id, control)

    def kill(self, run_id: str, end: End = STOPPED) -> None:
        self._soon(self._kill, run_id, end)

    def has_begun(self, run_id: str) -> bool:
        held = self._held.get(run_id)
        return held is not None and held.told is not None

    def close(self) -> None:
        self._soon(self._ending.set)
        self._thread.join()

    @property
    def problem(self) -> Text | None:
        """Why nothing can train now: the cluster's scheduler does not answer."""
        return None if self.is_reachable else _AWAY

    @property
    def is_reachable(self) -> bool:
        """Whether the cluster's scheduler answers."""
        return self._link.is_up.is_set()

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until the scheduler answers; False if that takes longer than ``seconds``."""
        return self._link.is_up.wait(seconds)

    def _soon(self, do: Callable[..., object], *arguments: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do, *arguments)

    def _run_loop(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        staying = asyncio.create_task(self._link.stay(self._leave_all))
        await self._ending.wait()
        staying.cancel()
        await asyncio.wait([staying])
        await self._link.hang_up()

    async def _leave_all(self) -> None:
        """End every job in the cluster; nothing is said of it any more."""
        held, self._held = list(self._held.values()), {}
        given = (self._link.give_back(each.key, each.node, each.again) for each in held)
        await asyncio.gather(*given)

    # Commands ---------------------------------------------------------------------------------

    def _submit(self, job: Job) -> None:
        held = self._held[job.run_id] = _Held(job, Load(job.control))
        self._ask(held)

    def _ask(self, held: _Held) -> None:
        """Ask for a slot, under a new name: the cluster may know the old one still."""
        held.key = f"{held.job.run_id}.{uuid.uuid4().hex}"
        self._link.ask_for_slot(held.key)
        self._loop.call_later(SECONDS_BETWEEN_REQUESTS, self._ask_anew, held, held.key)

    def _ask_anew(self, held: _Held, key: str) -> None:
        """Take a request back that was not granted, and make it again."""
        if self._holds(held) and held.node is None and held.key == key and self.is_reachable:
            self._link.spawn(self._link.give_back(key, None))
            self._ask(held)

    def _control(self, run_id: str, control: Control) -> None:
        held = self._held.get(run_id)
        if held is None:
            return
        held.job = replace(held.job, control=control)
        held.load.control = control
        if held.told is not None:
            self._link.spawn(self._tell(held))
        if control.stop:
            patience = 0.0 if held.node is None else SECONDS_OF_PATIENCE
            self._loop.call_later(patience, self._end, held)

    def _kill(self, run_id: str, end: End) -> None:
        held = self._held.get(run_id)
        if held is not None:
            self._end(held, end)

    def _end(self, held: _Held, end: End = STOPPED) -> None:
        """End a job that has not ended by itself, without waiting for the node."""
        if self._holds(held):
            self._link.spawn(self._link.give_back(held.key, held.node, held.again))
            self._deliver(held, end)

    # What the link tells ----------------------------------------------------------------------

    def connected(self) -> None:
        """Ask for the slots that runs are waiting for."""
        for held in self._held.values():
            self._ask(held)

    def disconnected(self) -> None:
        """Lose every run that had begun."""
        for held in list(self._held.values()):
            if held.node is not None:
                self._deliver(held, End(State.LOST, error=_CLUSTER_LOST))

    def has_slot(self, key: str, address: str) -> None:
        """Begin a job on the node that has a slot for it."""
        held = self._with_key(key)
        if held is not None and held.node is None:
            held.node = address
            self._link.spawn(self._converse(held, address))
        else:  # killed in the meantime, or placed anew by Dask after its node had died
            self._link.spawn(self._link.give_back(key, address))

    def lost_slot(self, key: str) -> None:
        """Ask again for a slot that went away before its turn began."""
        held = self._with_key(key)
        if held is not None and held.node is None:
            self._ask(held)

    def lost_node(self, address: str) -> None:
        """Lose the runs of a node that is gone."""
        for held in list(self._held.values()):
            if held.node == address:
                self._lose(held)

    def _lose(self, held: _Held) -> None:
        self._link.spawn(self._link.give_back(held.key, None, held.again))
        self._deliver(held, End(State.LOST, error=_NODE_LOST))

    # One job ---------------------------------------------------------------------------------

    async def _converse(self, held: _Held, address: str) -> None:
        """Begin a job on its node and hand on what it says, until its End."""
        try:
            await self._begin(held, address)
            while self._holds(held):
                news = await self._link.ask(address, node.news, held.key)
                if self._holds(held):
                    await self._hand_on(held, news)
        except Exception as error:
            await asyncio.sleep(SECONDS_TO_LEARN_WHY)
            if self._holds(held):
                _log.error("the conversation about job %s broke off: %s", held.key, error)
                self._lose(held)

    async def _begin(self, held: _Held, address: str) -> None:
        job, control = held.job, held.job.control
        command = {
            "experiment": job.experiment.to_dict(),
            "after": job.after,
            "limits": asdict(job.limits),
            "control": control.to_dict(),
        }
        files = await asyncio.to_thread(pack_start, job.folder, job.after)
        for pieces in shipments(files):
            await self._link.ask(address, node.bring, held.key, pieces)
        await self._link.ask(address, node.begin, held.key, command)
        held.told = control
        await self._tell(held)

    async def _tell(self, held: _Held) -> None:
        """Tell the node the newest control, one after the other so that none overtakes another."""
        if held.is_telling or held.node is None:
            return
        held.is_telling = True
        try:
            while self._holds(held) and held.told != held.job.control:
                control = held.job.control
                await self._link.ask(held.node, node.control, held.key, control.to_dict())
                held.told = control
                self._want_slot_again(held, held.node)
        except Exception as error:  # the conversation meets the same and ends the job
            _log.warning("job %s was not told a control: %s", held.key, error)
        finally:
            held.is_telling = False

    def _want_slot_again(self, held: _Held, address: str) -> None:
        """Ask for the slot that a job gave back, once its node knows that it rests no more."""
        if held.has_rested and not held.load.rests:
            held.has_rested = False
            held.again.append(self._link.ask_for_slot_again(held.key, address))

    async def _hand_on(self, held: _Held, news: node.News) -> None:
        """Keep the pieces until the events come; then write the files, and tell the events."""
        held.pieces.extend(news["pieces"])
        if not news["events"]:
            return
        files, problem = put_together(held.pieces), None
        held.pieces.clear()
        try:
            await asyncio.to_thread(unpack, files, held.job.folder)
        except OSError as error:
            _log.error("run folder %s: %s", held.job.folder, error)
            problem = _NOT_SAVED.format(reason=error.strerror)
        for values in news["events"]:
            event = from_json(values)
            self._deliver(held, event if problem is None else _without_files(event, problem))

    def _with_key(self, key: str) -> _Held | None:
        return next((held for held in self._held.values() if held.key == key), None)

    def _holds(self, held: _Held) -> bool:
        return self._held.get(held.job.run_id) is held

    def _deliver(self, held: _Held, event: Event) -> None:
        """Hand an event of a held job to the sink; its End is the last one."""
        if not self._holds(held):
            return
        held.load.hear(event)
        held.has_rested = held.has_rested or held.load.rests
        if isinstance(event, End):
            del self._held[held.job.run_id]
        try:
            self._sink(held.job.run_id, event)
        except Exception:
            _log.exception("the sink refused an event of run %s", held.job.run_id)


def _without_files(event: Event, problem: Text) -> Event:
    """Return an event whose files could not be written."""
    if isinstance(event, End):
        return replace(event, state=State.FAILED, error=problem, checkpoint=None)
    return replace(event, checkpoint=None) if isinstance(event, Epoch | Paused) else event


def cluster_from_environment() -> Callable[[Sink], Backend] | None:
    """Return what makes the backend that ``FNN_LAB_CLUSTER`` names, None where it names none.

    Raises ``UserError`` when the address is not safe, or Dask is not installed.
    """
    address = os.environ.get(ADDRESS, "").strip()
    if not address:
        return None
    check_address(address)
    security(address)
    return partial(ClusterBackend, address)
